"""What a cell holds that nobody wrote, and what looks like it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discuz.post.noise import (
    Meaning,
    class_meaning,
    hidden_classes,
    is_copy_button,
    is_hidden,
    read_edit_mark,
    structural_meaning,
)
from tests.forum.cells import CLOCK, CONTEXT, body_of, element_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # both forms of anti-copy noise, tails kept
        ('一<font class="jammer">9 Z% r$</font><br />二', "一\n二"),
        ('一<br />\r\n<span style="display:none">3 C+ q(</span>二', "一\n二"),
        ('一<font style="font-size:0px;color:#FFF">x y</font>二', "一二"),
        ('<font style="font-size:0.9em">小字</font>', "小字"),
        # furniture of the forum and of plugins
        ('<div class="a_pr"style="margin:0"><a href="http://ad/">买</a></div>文', "文"),
        ('<div class="attach_nopermission attach_tips"><p>您需要 <a>登录</a></p></div>文', "文"),
        ('<span class="DzHoverPop">弹窗</span>文', "文"),
        ('文<div id="copyright">版权</div>', "文"),
        ('文<table id="threadindex"><tr><td>目录</td></tr></table>', "文"),
        ('文<ul id="threadpage"><li>1</ul>', "文"),
    ],
)
def test_noise_leaves_the_text(markup: str, text: str) -> None:
    assert body_of(markup).text == text


@pytest.mark.parametrize(
    ("style", "hides"),
    [
        ("display:none", True),
        ("color:red; DISPLAY : NONE", True),
        ("font-size:0", True),
        ("font-size: 0px", True),
        ("font-size:0.9em", False),
        ("font-size:10px", False),
        ("display:block", False),
        ("display/**/:none !important", True),
        # the last one counts
        ("display:none;display:inline", False),
        ("background:url(display:none)", False),
        ("overflow:hidden", False),
        ("visibility:hidden", True),
        ("visibility : collapse", True),
        ("content-visibility:hidden", True),
        ("opacity:0", True),
        ("opacity:0.5", False),
        ("opacity:1", False),
        ("font-size:0.0em", True),
        ("font-size:.0em", True),
        ("font-size:.05em", False),
        ("text-indent:-9999px", True),
        ("text-indent:-2em", False),
        ("position:absolute;left:-9999px", True),
        ("position:fixed;top:-999em", True),
        # not moved at all
        ("left:-9999px", False),
        ("font:0/0 a", True),
        ("font: 0 serif", True),
        ("font:0.9em serif", False),
        ("position:absolute;clip:rect(0 0 0 0)", True),
        ("clip: rect(1px, 1px, 1px, 1px)", True),
        ("clip:rect(0,90px,20px,0)", False),
        ("clip-path:inset(50%)", True),
        ("clip-path:circle(0)", True),
        ("clip-path:circle(40%)", False),
        ("transform:scale(0)", True),
        ("transform:rotate(5deg) scaleX(0)", True),
        ("transform:scale(0.9)", False),
        ("height:0;overflow:hidden", True),
        ("width:0px;overflow:hidden", True),
        ("height:0", False),
        # a reader sees it once it is marked: authors hide what they tell so
        ("color:transparent", False),
        ("", False),
        (None, False),
    ],
)
def test_hiding_styles(style: str | None, hides: bool) -> None:
    assert is_hidden(style) is hides


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p style="font-size:0">甲<span style="font-size:14px">乙</span></p>', "甲乙"),
        ('<p style="font-size:0"><font size="2">乙</font></p>', "乙"),
        ('<p style="font-size:0">甲<span style="font-size:1em">乙</span></p>', ""),
        ('<p style="visibility:hidden">甲<b style="visibility:visible">乙</b></p>', "甲乙"),
        ('<p style="visibility:hidden">甲<b style="font-size:14px">乙</b></p>', ""),
        ('<p style="display:none">甲<b style="font-size:14px">乙</b></p>', ""),
        # too much to be searched
        ('<p style="font-size:0">甲' + "<b></b>" * 300 + "</p>", "甲"),
    ],
)
@pytest.mark.parametrize("behind", ["", "后"])
def test_what_shows_itself_in_a_hidden_box_is_read(markup: str, text: str, behind: str) -> None:
    assert body_of(markup + behind).text == "\n".join(filter(None, (text, behind)))


def test_pictures_without_gaps_between_are_read() -> None:
    pictures = '<img src="http://i.example/1.jpg" /><img src="http://i.example/2.jpg" />'
    body = body_of(f'前<p style="font-size:0;line-height:0">{pictures}</p>后')
    assert [image.url[-5:] for image in body.images] == ["1.jpg", "2.jpg"]
    assert body.unaccounted == 0


@pytest.mark.parametrize(
    ("classes", "meaning"),
    [
        ("jammer", "noise"),
        ("xs0 a_pr", "noise"),
        ("quote", "quote"),
        ("grey quote", "quote"),
        ("quote tip", "noise"),
        ("pstatus", "edited"),
        ("blockcode", "code"),
        ("showhide", "unlocked"),
        ("bbcode_spoiler", "spoiler"),
        ("relatedlink", "forum_link"),
        ("quotes", None),
        ("xs1", None),
        ("", None),
    ],
)
def test_classes(classes: str, meaning: Meaning | None) -> None:
    assert class_meaning(classes) == meaning


@pytest.mark.parametrize(
    ("markup", "meaning"),
    [
        ('<font class="x">9 Z% r$ z) l</font>', "noise"),
        ('<font class="x">话</font>', None),
        ('<font class="x" color="red">红</font>', None),
        ('<i class="x"> 本帖最后由 甲 于 2017-6-1 10:20 编辑 </i>', "edited"),
        ('<i class="x">斜体</i>', None),
        ('<div class="x"><blockquote>话</blockquote></div>', "quote"),
        ('<div class="x">前<blockquote>话</blockquote></div>', None),
        ('<div class="x"><ol><li>a</ol><em onclick="copycode(1)">复制</em></div>', "code"),
        ('<div class="x"><p>本帖子中包含更多资源</p>您需要 登录 才可以下载</div>', "noise"),
        ('<div class="x">此帖仅作者可见</div>', "withheld"),
        ('<div class="x">我的框</div>', None),
        ('<span class="x">话</span>', None),
    ],
)
def test_elements_whose_classes_have_unknown_names(markup: str, meaning: Meaning | None) -> None:
    assert structural_meaning(element_of(markup)) == meaning


@pytest.mark.parametrize(
    ("markup", "name", "date"),
    [
        ("<i> 本帖最后由 甲 于 2024-5-6 10:20 编辑 </i>", "甲", "2024-05-06T10:20:00+08:00"),
        ("<i>本帖最後由 甲 於 2024-5-6 10:20 編輯</i>", "甲", "2024-05-06T10:20:00+08:00"),
        (
            '<i>本帖最后由 甲 于 <span title="2024-5-6 10:20:33">昨天 10:20</span> 编辑</i>',
            "甲",
            "2024-05-06T10:20:33+08:00",
        ),
        ("<i>本帖最后由 甲 于 很久以前 编辑</i>", "甲", None),
    ],
)
def test_who_edited_and_when(markup: str, name: str, date: str | None) -> None:
    mark = read_edit_mark(element_of(markup), CLOCK)
    assert mark is not None
    assert (mark[0], mark[1].value.isoformat() if mark[1] else None) == (name, date)


def test_what_names_no_editor_is_no_edit_mark() -> None:
    assert read_edit_mark(element_of("<i>斜体</i>"), CLOCK) is None


def test_a_copy_button_is_known_by_its_script() -> None:
    assert is_copy_button(element_of("<em onclick=\"copycode($('x'));\">复制代码</em>"))
    assert not is_copy_button(element_of("<em>复制代码</em>"))


@pytest.mark.parametrize(
    ("box", "text"),
    [
        ("谜底<em>收起</em>", "谜底"),
        ('<a href="#">点击展开</a><p>谜底</p>', "谜底"),
        ('<div><a>展开/收起</a></div><div class="spoiler_content">谜底</div>', "谜底"),
        ("<p>显示隐藏内容</p>谜底", "显示隐藏内容\n谜底"),
        ("<p>谜底</p><p>收起来吧</p>", "谜底\n收起来吧"),
        ("谜底<b>收起</b>", "谜底收起"),
        ("谜底<em>收起</em>了", "谜底收起了"),
        ("一<em>收起</em>二<br />三", "一收起二\n三"),
    ],
)
def test_buttons_that_fold_a_spoiler_are_known_by_their_place(box: str, text: str) -> None:
    body = body_of(f'<div class="spoiler">{box}</div>')
    assert (body.text, body.unaccounted) == (text, 0)


SHEET = (
    "<style>.n1,span.n2 { display : none } .t_f .n3{visibility:hidden} .shown{color:red}"
    " .box .n4 b{display:none}</style><p>.n5{display:none}</p><style>.n6{opacity:0"
)


def test_classes_that_a_style_sheet_hides() -> None:
    # the last one is ended by the end of its sheet, as in browsers
    assert hidden_classes(SHEET) == {"n1", "n2", "n3", "n6"}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("一<span class='a n1'>qz7</span>二", "一二"),
        ("一<font class='n1'>qz7</font>二", "一二"),
        # a box opens on a click, and a long one is no noise
        ("一<div class='n1'>二</div>", "一\n二"),
        (f"<span class='n1'>{'话' * 90}</span>", "话" * 90),
        ("一<span class='n2'>二</span>", "一二"),
    ],
)
def test_words_that_a_style_sheet_hides(markup: str, text: str) -> None:
    context = replace(CONTEXT, hidden_classes=frozenset({"n1"}))
    assert body_of(markup, context).text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("河\u200b湾\u2060夜\u200d市\xad", "河湾夜市"),
        ("<b>河\u200c湾</b>夜\u200b市", "河湾夜市"),
        # emoji and Persian join their signs by them
        ("👨\u200d👩\u200d👧 می\u200cخواهم", "👨\u200d👩\u200d👧 می\u200cخواهم"),
    ],
)
def test_signs_without_width(markup: str, text: str) -> None:
    assert body_of(markup).text == text


def test_a_text_with_signs_without_width_is_known_again() -> None:
    assert body_of("河\u200b湾").earlier_text == "河\u200b湾"
    assert body_of("<i>河\u200b湾</i>").earlier_text == "河\u200b湾"
    assert body_of("<i>河湾</i>").earlier_text is None
