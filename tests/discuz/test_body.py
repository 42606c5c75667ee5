"""A cell → its words, and what stands between them: small pieces of markup as Discuz sends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.blocks import Paragraph, Picture, Smiley, Text
from crawler.discuz.facts import Body
from crawler.discuz.post.render_text import CONTROLS
from tests.forum.cells import FINDPOST, ON_PHONES, body_of, content_of, framed


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("一行", "一行"),
        ("一<br />\r\n二<br />\r\n<br />\r\n三", "一\n二\n\n三"),
        ("一<br /><br /><br /><br />二", "一\n\n二"),
        ("&nbsp; &nbsp; 缩进", "    缩进"),
        ("　　全角缩进", "　　全角缩进"),
        ("a\r\n   b", "a b"),
        # the author's words that look like the forum's
        ("本帖最后由 张三 于 2010-1-1 00:00 编辑", "本帖最后由 张三 于 2010-1-1 00:00 编辑"),
        ("查看: 1|回复: 2 复制代码 下载附件", "查看: 1|回复: 2 复制代码 下载附件"),
        ("&lt;div class=quote&gt;", "<div class=quote>"),
        ("H[sub]2[/sub]O", "H[sub]2[/sub]O"),
        ("\x1b[31m红\x07", "[31m红"),
    ],
)
def test_words_stay_as_they_were_written(markup: str, text: str) -> None:
    assert body_of(markup).text == text
    # the short way of a cell without elements gives what the walk gives
    assert body_of(f"{markup}<i></i>").text == text


def test_an_empty_cell_is_an_empty_body() -> None:
    assert body_of(" \r\n ") == Body()
    assert body_of("字") == Body("字", (Paragraph((Text("字"),)),))


def test_facts_beside_the_words() -> None:
    body = body_of(
        '<i class="pstatus"> 本帖最后由 甲 于 2024-5-6 10:20 编辑 </i><br />'
        f"{framed(f'<a href={FINDPOST}9>乙 发表于 2024-5-6 08:20</a><br />话')}答 "
        '<a href="http://x.example/">网</a><a href="http://x.example/">网</a>'
        '<img src="http://p.example/a.png" /><img src="http://p.example/a.png" />'
        '<iframe src="http://v.example/x"></iframe><iframe src="http://v.example/x"></iframe>'
        '<div class="locked">此帖仅作者可见</div>'
    )
    assert body.edited_by == "甲"
    assert body.edited_at is not None
    assert body.edited_at.value.isoformat() == "2024-05-06T10:20:00+08:00"
    assert [(quote.author, quote.post_id, quote.text) for quote in body.quotes] == [
        ("乙", "9", "话")
    ]
    assert (body.access, body.notices) == ("author_only", ("此帖仅作者可见",))
    # an address twice: once among links and media, as often as it is shown among pictures
    assert (len(body.links), len(body.media), len(body.images)) == (1, 1, 2)
    assert body.text == "答 网网"


def test_smilies_and_pictures_keep_their_places() -> None:
    body = body_of(
        '一<img smilieid="1" src="s.gif" alt=":)" />二<img src="http://p.example/a.png" />'
    )
    assert content_of(body) == (
        Text("一"),
        Smiley(":)", "http://b.example/bbs/s.gif"),
        Text("二"),
        Picture("http://p.example/a.png"),
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2><strong>回复的标题</strong></h2>话", "话"),
        ("话<h2>小标题</h2>话", "话\n小标题\n话"),
        ("看[media=x,500,375]http://v.example/v.swf[/media]<br />完", "看\n完"),
        ("看[media=x,500,375]http://v.example/v.swf[/media]完", "看完"),
        (framed("引用: 甲 发表于 2024-5-6 08:20<br />话") + "答", "答"),
        ('<div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div>', ""),
    ],
)
def test_what_templates_for_phones_put_into_a_cell(markup: str, text: str) -> None:
    assert body_of(markup, ON_PHONES).text == text


def test_a_link_round_a_picture_is_kept() -> None:
    body = body_of('<a href="http://x.example/"><img src="http://p.example/a.png" /></a>')
    assert [link.url for link in body.links] == ["http://x.example/"]


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40
)


@given(st.lists(words, max_size=8))
def test_plain_words_come_out_as_they_went_in(lines: list[str]) -> None:
    """What Discuz makes of plain text (nl2br, &nbsp;) gives the text back, white space aside."""
    markup = "<br />\r\n".join(
        line.replace("&", "&amp;").replace("<", "&lt;").replace("  ", "&nbsp; ") for line in lines
    )
    wanted = "".join(CONTROLS.sub("", "\n".join(lines)).split())
    assert "".join(body_of(markup).text.split()) == wanted


PIECES = (
    "字",
    " ",
    "&nbsp;",
    "<br />",
    "<b>",
    "</b>",
    '<a href="x?goto=findpost&amp;pid=9">',
    "</a>",
    "<table><tr><td>",
    "</td></tr></table>",
    '<div class="quote">',
    '<div class="spoiler">',
    '<div class="locked">',
    '<div class="showhide"><h4>',
    "</h4>",
    "</div>",
    '<img src="http://p.example/a.png" />',
    "<ul><li>",
    "</ul>",
    '<font class="jammer">x</font>',
    "甲 发表于 2024-5-6 08:20",
    "回复 2# 甲",
)


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_order_of_elements_is_too_odd(pieces: list[str]) -> None:
    body_of("".join(pieces))
    body_of("".join(pieces), ON_PHONES)
