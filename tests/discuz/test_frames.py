"""Quote frames: whom they quote, and what of them is the other post's."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import Framed
from crawler.discuz.post.flow import Closed, paragraphs
from crawler.discuz.post.frames import Frame, close_frame
from tests.forum.cells import CONTEXT, FINDPOST, ON_PHONES, body_of, framed

HEAD = f'<a href="{FINDPOST}9">甲 发表于 2024-5-6 08:20</a><br />\n'


def test_a_quote_tells_whom_and_what() -> None:
    body = body_of(framed(f"{HEAD}第一行<br />\n第二行") + "答")
    (quote,) = body.quotes
    assert (quote.author, quote.post_id, quote.text) == ("甲", "9", "第一行\n第二行")
    assert quote.date is not None
    assert quote.date.value.isoformat() == "2024-05-06T08:20:00+08:00"
    assert body.links == ()
    assert body.text == "答"


def test_what_a_quote_links_and_shows_is_the_other_posts() -> None:
    inner = '<a href="http://x.example/">网</a><img src="http://p.example/a.png" />'
    attributed = (
        '<a href="http://own.example/">自</a>'
        + framed(f"甲 发表于 2024-5-6 08:20<br />{inner}")
        + "答"
    )
    body = body_of(attributed)
    assert [link.url for link in body.links] == ["http://own.example/"]
    assert body.images == ()
    own = body_of(framed(inner) + "答")
    assert (len(own.links), len(own.images)) == (1, 1)


@pytest.mark.parametrize(
    ("inner", "is_quote"),
    [
        ('<a href="?goto=findpost&amp;pid=9">甲 发表于 2024-5-6 08:20</a><br />话', True),
        ('<a href="?goto=findpost&amp;pid=9">甲说</a><br />话', True),
        ('<a href="?mod=viewthread&amp;tid=1#pid9">1楼</a><br />话', True),
        ("甲 发表于 2024-5-6 08:20<br />话", True),
        ("引用：原帖由 <i>甲</i> 于 2008-1-1 10:00 发表<br />话", True),
        ("原帖由 <i>甲</i> 于 2008-1-1 10:00 发表<br />话", True),
        ('目录<br /><a href="?goto=findpost&amp;pid=9">第一章</a>', False),
        (
            '<a href="?goto=findpost&amp;pid=9">第一章</a> <a href="?goto=findpost&amp;pid=8">二</a>',
            False,
        ),
        ('<a href="http://shop.example/?pid=9">便宜</a><br />话', False),
        ("甲 发表于 心情很好的时候<br />话", False),
    ],
)
def test_which_frames_quote(inner: str, is_quote: bool) -> None:
    body = body_of(framed(inner) + "答")
    assert bool(body.quotes) is is_quote
    assert ("话" in body.text or "章" in body.text) is not is_quote


@pytest.mark.parametrize(
    "inner", [f"引用: {HEAD}话", f"<p>引用:</p>{HEAD}话", "引用: 甲 发表于 2024-5-6 08:20<br />话"]
)
def test_the_label_that_phones_get_is_no_part_of_a_quote(inner: str) -> None:
    (quote,) = body_of(framed(inner) + "答", ON_PHONES).quotes
    assert (quote.author, quote.text) == ("甲", "话")
    # on desktop pages 引用: is the author's
    assert body_of(framed("引用: 我的话"), CONTEXT).text == "引用: 我的话"
    assert body_of(framed("引用: 我的话"), ON_PHONES).text == "我的话"


def test_quotes_in_quotes() -> None:
    inner = framed(f'<a href="{FINDPOST}7">乙 发表于 2024-5-6 08:10</a><br />内')
    body = body_of(framed(f"{HEAD}{inner}外") + "答")
    assert [(quote.author, quote.text) for quote in body.quotes] == [("乙", "内"), ("甲", "外")]


def test_a_quote_nested_a_thousand_deep_keeps_its_words() -> None:
    body = body_of(
        '<div class="quote"><blockquote>' * 300 + "底" + "</blockquote></div>" * 300 + "面"
    )
    assert body.text == "底\n\n面"


def test_a_frame_becomes_a_block() -> None:
    frame = Frame("quote", ["一", "\n"])
    assert not frame.is_empty()
    assert close_frame(frame, "quote", CONTEXT) == Closed((Framed(paragraphs("一")),), "一\n")
    assert Frame(flow=[" ", "\n"]).is_empty()
    assert not Frame(flow=[" "], has_objects=True).is_empty()


@pytest.mark.xfail(strict=True, reason="a line with 发表于 and a date in it counts as attribution")
def test_an_authors_own_frame_keeps_its_first_line() -> None:
    body = body_of(framed("我的短文发表于 2017-6-1 的晚报副刊<br />话"))
    assert body.quotes == ()
    assert body.text == "我的短文发表于 2017-6-1 的晚报副刊\n话"


@pytest.mark.xfail(strict=True, reason="only a link with words names the answered post (X2, X2.5)")
def test_the_link_of_an_arrow_names_the_answered_post() -> None:
    arrow = f'<a href="{FINDPOST}9"><img src="static/image/common/back.gif" alt="" /></a>'
    body = body_of(framed(f"<font>甲 发表于 2024-5-6 08:20</font> {arrow}<br />话") + "答")
    assert [quote.post_id for quote in body.quotes] == ["9"]
