"""Quote frames: whom they quote, and what of them is the other post's."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import Framed, Quotation
from crawler.discuz.context import Context
from crawler.discuz.post import render_html
from crawler.discuz.post.flow import Closed, paragraphs
from crawler.discuz.post.frames import Frame, close_frame
from tests.forum.cells import CONTEXT, FINDPOST, ON_PHONES, UNKNOWN_NAMES, body_of, framed

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


EVERYWHERE = pytest.mark.parametrize("context", [CONTEXT, ON_PHONES, UNKNOWN_NAMES])


@pytest.mark.parametrize(
    ("inner", "is_quote"),
    [
        ('<a href="?goto=findpost&amp;pid=9">甲 发表于 2024-5-6 08:20</a><br />话', True),
        ('<a href="?mod=viewthread&amp;tid=1#pid9">甲 发表于 2024-5-6</a><br />话', True),
        # a bare link, as in a table of contents
        ('<a href="?goto=findpost&amp;pid=9">甲说</a><br />话', False),
        ('<a href="?mod=viewthread&amp;tid=1#pid9">1楼</a><br />话', False),
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


INNER = framed(f'<a href="{FINDPOST}7">乙 发表于 2024-5-6 08:10</a><br />内')


def test_quotes_in_quotes() -> None:
    body = body_of(framed(f"{HEAD}{INNER}外") + "答")
    assert [(quote.author, quote.text) for quote in body.quotes] == [("甲", "外"), ("乙", "内")]
    assert body.in_reply_to == "9"


@pytest.mark.parametrize(
    ("markup", "answered"),
    [
        # the post that the outer quote names, or none: what is in it was answered by that post
        (framed(f"甲 发表于 2024-5-6 08:20<br />{INNER}外"), None),
        (framed(f"甲 发表于 2024-5-6 08:20<br /><ul><li>{INNER}</li></ul>外"), None),
        (framed(f"甲 发表于 2024-5-6 08:20<br />{INNER}外") + framed(f"{HEAD}话"), "9"),
        (
            framed(
                "甲 发表于 2024-5-6 08:20<br />"
                f'<b>回复 <a href="{FINDPOST}7">2#</a> <i>乙</i></b>外'
            ),
            None,
        ),
        # a frame of the author's own is no quote
        (framed(f"我的话<br />{INNER}"), "7"),
    ],
)
def test_the_answered_post_is_that_of_the_outer_quote(markup: str, answered: str | None) -> None:
    assert body_of(f"{markup}答").in_reply_to == answered


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


@EVERYWHERE
def test_an_authors_own_frame_keeps_its_first_line(context: Context) -> None:
    body = body_of(framed("我的短文发表于 2017-6-1 的晚报副刊<br />话"), context)
    assert body.quotes == ()
    assert body.text == "我的短文发表于 2017-6-1 的晚报副刊\n话"


@EVERYWHERE
def test_a_table_of_contents_keeps_its_lines_and_links(context: Context) -> None:
    chapters = f'<a href="{FINDPOST}9">第一章</a><br /><a href="{FINDPOST}8">第二章</a>'
    for count, frame in ((2, chapters), (1, chapters.partition("<br />")[0])):
        body = body_of(framed(frame), context)
        assert (body.quotes, len(body.links)) == ((), count)
        assert body.text.split("\n") == ["第一章", "第二章"][:count]


GREY = '<font color="#999999">甲 发表于 2024-5-6 08:20</font>'
PICTURE = '<img src="static/image/common/back.gif" onload="thumbImg(this)" alt="" />'
ARROWS = [
    f'<a href="{FINDPOST}9" target="_blank">{PICTURE}</a>',
    # the address is the old site's, so that the picture is none of the forum's own
    f'<a href="{FINDPOST}9"><img src="http://old.example/images/common/back.gif" /></a>',
    # mobile=1
    f'<a href="{FINDPOST}9"></a><a href="http://b.example/back.gif">[查看图片]</a>',
    # a site that shows pictures of some hosts only
    f'<a href="{FINDPOST}9">static/image/common/back.gif</a>',
]


@EVERYWHERE
@pytest.mark.parametrize("arrow", ARROWS)
@pytest.mark.parametrize("label", ["", "引用: ", "<p>引用:</p>"])
def test_the_link_of_an_arrow_names_the_answered_post(
    context: Context, arrow: str, label: str
) -> None:
    if label and not context.is_mobile:
        return
    # X2, X2.5: the line comes first; up to X1: last
    for inner in (
        f'<font size="2">{GREY} {arrow}</font><br />\n一<br />\n二',
        f'一<br />\n二<br />\n<font size="2">{GREY} {arrow}</font>',
    ):
        body = body_of(framed(label + inner) + "答", context)
        (quote,) = body.quotes
        assert (quote.author, quote.post_id, quote.text) == ("甲", "9", "一\n二")
        assert quote.date is not None
        assert (body.text, body.links, body.images, body.unaccounted) == ("答", (), (), 0)


ONE = "甲 发表于 2024-5-6 08:20"
LATER = f'<a href="{FINDPOST}7">看</a>'


@pytest.mark.parametrize(
    ("inner", "posts"),
    [
        # of several links the one in the head line
        (f"{HEAD}见 {LATER}", ["9"]),
        (f"{ONE} {ARROWS[0]}<br />见 {LATER}", ["9"]),
        (f'{ONE} <img smilieid="1" src="s.gif" /> {ARROWS[1]}<br />话', ["9"]),
        (f"{ONE}<br />见 {LATER}", [None]),
        (f"<ul><li>{ONE}</li></ul>{LATER}", [None]),
        # only what ends with a link is attributed by its last line
        (f"见 {LATER}<br />{ONE}", []),
        (f'见 {LATER}<img src="http://p.example/a.png" /><br />{ONE}', []),
        (f"见 {LATER}<br />话<br />{ONE} {ARROWS[0]}", ["9"]),
    ],
)
def test_which_link_names_the_answered_post(inner: str, posts: list[str | None]) -> None:
    assert [quote.post_id for quote in body_of(framed(inner) + "答").quotes] == posts


@EVERYWHERE
def test_an_unreadable_head_line_is_kept(context: Context) -> None:
    body = body_of(
        framed(f'<a href="{FINDPOST}9"><font color="#999999">甲 于某日写</font></a><br />话'),
        context,
    )
    (quote,) = body.quotes
    assert (quote.author, quote.post_id, quote.text) == (None, "9", "话")
    assert quote.attribution_raw == "甲 于某日写"
    plugin = '<font color="#999999">回复<a href="home.php?mod=space&amp;uid=3"> 甲</a>:</font>'
    body = body_of(framed(f"{plugin} {ARROWS[0]}") + "答", context)
    assert [(quote.author, quote.post_id) for quote in body.quotes] == [("甲", "9")]
    assert (body.text, body.links) == ("答", ())


@pytest.mark.parametrize("context", [CONTEXT, UNKNOWN_NAMES])
def test_what_a_quote_withholds_is_the_other_posts(context: Context) -> None:
    locked = '<div class="locked">游客，如果您要查看本帖隐藏内容请<a href="x">回复</a></div>'
    body = body_of(framed(f"{HEAD}{locked}话") + "答", context)
    assert (body.access, body.notices, body.text) == ("visible", (), "答")
    # of the post itself: in a frame of the author's own, or before the quote
    for own in (framed(f"话{locked}"), locked + framed(f"{HEAD}{locked}话")):
        body = body_of(own + "答", context)
        assert (body.access, len(body.notices)) == ("hidden_reply", 1)


def test_the_files_that_a_quote_withholds_are_the_other_posts() -> None:
    files = '<div class="locked">附件: <em>您所在的用户组无法下载或查看附件</em></div>'
    assert body_of(f"{files}答").attachments_withheld == 1
    assert body_of(framed(f"{HEAD}{files}话") + "答").attachments_withheld == 0


def test_what_a_quote_plays_is_the_other_posts() -> None:
    player = '<embed src="http://v.example/a.mp4" />'
    body = body_of(framed(f"{HEAD}{player}话") + player.replace("a.mp4", "b.mp4"))
    assert body.media == ("http://v.example/b.mp4",)


@pytest.mark.parametrize(
    ("inner", "html"),
    [
        (f"{HEAD}一<b>二</b><br />三", "<p>一<strong>二</strong><br>三</p>"),
        (f"{HEAD}<b>二</b>", "<p><strong>二</strong></p>"),
        (f"{HEAD}<ul><li>二</li></ul>", "<ul><li>二</li></ul>"),
        # up to X1 the line stands last
        (
            f'一<b>二</b><br /><font color="#999999">甲 发表于 2024-5-6 08:20</font> '
            f'<a href="{FINDPOST}9"><img src="static/image/common/back.gif" /></a>',
            "<p>一<strong>二</strong></p>",
        ),
    ],
)
def test_quoted_words_keep_how_they_are_set(inner: str, html: str) -> None:
    (quotation,) = body_of(framed(inner)).blocks
    assert isinstance(quotation, Quotation)
    assert quotation.quote.author == "甲"
    assert render_html(quotation.blocks) == html


LOL = '<img src="static/image/smiley/default/lol.gif" smilieid="1" alt="[lol]" />'


@pytest.mark.parametrize(
    ("markup", "text", "earlier"),
    [
        ("甲<ul><li>乙</li><li>丙</li></ul>丁", "甲\n- 乙\n- 丙\n丁", "甲\n乙\n丙\n丁"),
        ('甲<div class="blockcode">乙</div>丙', "甲\n\n乙\n\n丙", "甲\n乙\n丙"),
        # the space in front of a smiley goes where none stands before the sign behind it
        (f"好 {LOL}，走<ul><li>乙</li></ul>", "好，走\n- 乙", "好，走\n乙"),
        (f"好 {LOL} 走<ul><li>乙</li></ul>", "好 走\n- 乙", "好 走\n乙"),
        (f"<b>好 {LOL}</b>，走<ul><li>乙</li></ul>", "好，走\n- 乙", "好，走\n乙"),
        # the same text, and so none
        ("<table><tr><td>甲</td><td>乙</td></tr></table>丙", "甲\t乙\n丙", None),
        ("甲<h3>题</h3>乙", "甲\n题\n乙", None),
        ("甲", "甲", None),
    ],
)
def test_the_text_of_lines_of_schema_1_0(markup: str, text: str, earlier: str | None) -> None:
    body = body_of(markup)
    assert (body.text, body.earlier_text) == (text, earlier)
