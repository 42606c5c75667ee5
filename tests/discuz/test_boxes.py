"""Boxes of the forum's that a page leaves open, or that hold more than a template puts there."""

from __future__ import annotations

import time

import pytest

from crawler.discuz.facts import ThreadPage
from crawler.discuz.post.boxes import JAMMER, visible
from tests import open_boxes
from tests.forum.cells import ON_PHONES, UNKNOWN_NAMES, body_of
from tests.pages.left_out import OPEN_TIP

LOG_IN = '<a href="member.php?mod=logging&amp;action=login">登录</a>'
TEASER = (
    '<div class="attach_nopermission attach_tips"><div><h3><strong>马上注册</strong></h3>'
    f'<p>您需要 {LOG_IN} 才可以下载</p></div><span class="atips_close">x</span></div>'
)
TIP = (
    '<div class="tip tip_4" id="aimg_7_menu" style="display: none"><div class="xs0">'
    "<p><strong>lamp.jpg</strong> <em>(53 KB, 下载次数: 0)</em></p></div>"
    '<div class="tip_horn"></div></div>'
)
LATER = "后来桥修好了。<br />牌子还在。"
SAID = "后来桥修好了。\n牌子还在。"


@pytest.mark.parametrize(
    ("box", "end"),
    [
        # anti-copy noise in both forms; behind the second one stand words in the same line
        ('<font class="jammer">9 Z% r$ z) l</font><br />', "</font>"),
        ('<span style="display:none">3 C+ q( k. u</span>', "</span>"),
        ('<span style="display:none">, g8 E. s) o\' {&nbsp;&nbsp;C/ M</span>', "</span>"),
        ('<span style="display:none">弹窗</span><br />', "</span>"),
        ('<div style="display:none"><p>插件的话</p></div>', "</div>"),
        (TIP, "</div>"),
        (TEASER, "</div>"),
        ('<div class="a_pr"><a href="http://ad.example/">买</a></div>', "</div>"),
        ('<div class="rnd_ai_pr"><a href="/"><img src="a.jpg"></a></div><b>注</b>', "</div>"),
        ('<div class="original_text_style1">本文为 甲 原创</div><br />', "</div>"),
        (
            '<div class="modact"><a href="#">本主题由 甲 于 2023-5-1 17:10 关闭</a></div><br>',
            "</div>",
        ),
        ('<i class="pstatus"> 本帖最后由 甲 于 2023-5-1 17:10 编辑 </i><br /><br />', "</i>"),
        (
            '<div class="locked">游客，如果您要查看本帖隐藏内容请<a href="#">回复</a></div>',
            "</div>",
        ),
        ('<div class="locked">以下内容需要积分高于 10 才可浏览</div>', "</div>"),
        (
            '<div class="locked">游客，本帖隐藏的内容需要积分高于 9 才可浏览，您当前积分为 0</div>',
            "</div>",
        ),
        ('<div class="locked">提示: <em>该帖被管理员或版主屏蔽</em></div>', "</div>"),
        ('<ignore_js_op><img aid="7" file="a.jpg" /></ignore_js_op><br />', "</ignore_js_op>"),
        (f'<ignore_js_op><img aid="7" file="a.jpg" />{TIP}</ignore_js_op>', "</ignore_js_op>"),
        ('<span id="attach_7"><a href="?mod=attachment&aid=7">a.txt</a></span>', "</span>"),
        (
            '<dl class="tattl"><dt></dt><dd><p class="attnm"><a href="?mod=attachment&aid=7">a</a>'
            "</p></dd></dl>",
            "</dl>",
        ),
        ('<div class="media"><a href="http://v.example/">看</a></div><br />', "</div>"),
        ("<button>复制</button><br />", "</button>"),
    ],
)
def test_words_behind_an_open_box_are_the_authors(box: str, end: str) -> None:
    before, _, behind = box.rpartition(end)
    closed, left_open = (body_of(f"{each}{LATER}") for each in (box, before + behind))
    assert closed.text.removeprefix("注") == SAID
    assert closed.text == left_open.text.lstrip("\n")
    assert left_open.access == closed.access
    assert left_open.attachments == closed.attachments
    assert (closed.unaccounted, left_open.unaccounted) == (0, 0)


@pytest.mark.parametrize(
    ("box", "end"),
    [
        (TIP, "</div>"),
        (TEASER, "</div>"),
        (f'<ignore_js_op><img aid="7" file="a.jpg" />{TIP}</ignore_js_op>', "</ignore_js_op>"),
    ],
)
def test_an_element_behind_the_last_one_of_a_box_is_the_authors(box: str, end: str) -> None:
    before, _, behind = box.rpartition(end)
    body = body_of(f'{before}{behind}<div align="center"><p>灯亮了</p></div>')
    assert body.text == "灯亮了"


def test_the_editor_of_an_open_mark_is_told() -> None:
    body = body_of('<i class="pstatus"> 本帖最后由 甲 于 2023-5-1 17:10 编辑 <br />正文')
    assert (body.text, body.edited_by) == ("正文", "甲")


def test_boxes_open_one_in_the_other() -> None:
    jammed = '一<font class="jammer">9 Z% r$ z) l<br />'
    body = body_of(f"{jammed}{TIP.removesuffix('</div>')}二<div style='display:none'><p>x</p>三")
    assert body.text == "一\n二三"


def test_a_tip_and_the_upload_that_holds_it_are_open() -> None:
    body = body_of(OPEN_TIP)
    assert body.text.endswith("第四回是竹骨的，比前三回都亮。")
    assert (body.attachments[0].name, body.attachments[0].size) == ("lantern.png", "9.9 KB")


def test_phones_and_renamed_classes() -> None:
    title = "<h2><strong>题目</strong><br />正文<br />完"
    assert body_of(title, ON_PHONES).text == "正文\n完"
    assert body_of('<font class="x">9 Z% r$ z) l<br />正文', UNKNOWN_NAMES).text == "正文"


@pytest.mark.parametrize(
    "box",
    [
        '<div class="tip">{}</div>尾',
        '<div class="a_pr">{}</div>尾',
        '<div style="display:none">{}</div>尾',
        '<span style="font-size:0">{}</span>尾',
        '<div class="sign">{}</div>尾',
        '<font class="jammer">{}</font>尾',
        "<label>{}</label>尾",
        "<object>{}</object>尾",
    ],
)
def test_a_box_that_holds_more_than_it_can_is_read(box: str) -> None:
    said = "渡口的人都记得那盏灯。" * 200
    body = body_of(box.format(said))
    assert body.text == f"{said}尾"
    assert body.unaccounted == 0


@pytest.mark.parametrize("tag", ["script", "style", "textarea", "iframe"])
def test_what_is_as_long_as_no_script_or_field_is_counted(tag: str) -> None:
    """It is the rest of the page, tags and all, where an end tag is missing."""
    body = body_of(f"正文<{tag}>{'<br>灯' * 8000}")
    assert body.text == "正文"
    assert body.unaccounted > 8000


@pytest.mark.parametrize("box", ['<div class="tip">自己的话</div>', TEASER, TIP])
def test_a_box_that_nothing_follows_and_that_holds_no_more(box: str) -> None:
    assert body_of(f"正文{box}").text in ("正文", "正文自己的话")


def test_signs_that_lxml_reads_and_does_not_write() -> None:
    box = '<font class="jammer x\x01" "odd=1 data-x="\x02">9 Z% r$ z) l\x03<br />正\x04文\x0c完'
    assert (body_of(box).text, body_of(box).unaccounted) == ("正文 完", 0)
    assert body_of('正文<d"iv class="tip"><div>x</div>完').text == "正文完"


@pytest.mark.parametrize(
    "piece",
    [
        '<font class="jammer">9 Z% r$ z) l<br />行',
        '<span style="display:none">3 C+ q( k. u行',
        '<div class="tip"><div class="xs0"><p>x</p></div>行',
        '<div style="display:none"><br><br>',
        '<div class="a_pr"><a>x</a>',
    ],
)
def test_thousands_of_open_boxes_take_no_longer_than_their_page(piece: str) -> None:
    one, many = 300, 1800
    times = []
    for count in (one, many):
        started = time.process_time()
        body_of(piece * count)
        times.append(time.process_time() - started)
    assert times[1] < 4 * many / one * max(times[0], 0.01)


def test_visible_signs() -> None:
    assert visible("一 \n\t\r\x0c\xa0二") == 2
    assert JAMMER.says is not None
    assert JAMMER.says.fullmatch("9 Z% r$ z) l")
    assert not JAMMER.says.match("a b c d e f")


@pytest.mark.parametrize("seed", range(4))
def test_no_word_of_a_fixture_is_lost_in_an_open_box(seed: int) -> None:
    for page, tag in open_boxes.sample(open_boxes.fixtures(), 100, seed):
        assert open_boxes.losses(page, tag) == {}, f"{page.name} {tag}"


@pytest.mark.parametrize("page", [*open_boxes.fixtures()], ids=lambda page: page.name)
def test_all_words_of_a_fixture_are_accounted_for(page: open_boxes.Saved) -> None:
    read = page.read()
    if isinstance(read, ThreadPage):
        assert {
            post.id: post.body.unaccounted for post in read.posts if post.body.unaccounted
        } == {}
