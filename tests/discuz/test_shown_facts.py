"""Facts beside the words of a post: how it was sent, and what staff did with its thread."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.document import build_tree
from crawler.discuz.facts import StaffAction, ThreadPage
from crawler.discuz.page.floor_index import Floor, index_floors
from crawler.discuz.page.staff_marks import read_staff_action
from crawler.discuz.post.floor import read_floor
from crawler.items.build import post_lines
from tests.forum import phones
from tests.forum.cells import CLOCK, CONTEXT, floor_of
from tests.forum.desktop import Thread
from tests.pages import PLAIN, first, replies

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
FROM_PHONE = '<span class="xg1">来自手机</span>'


# -- 来自手机 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "sent_from"),
    [
        (FROM_PHONE, "phone"),
        ('<span class="xg1"><a href="misc.php?mod=mobile">來自手機</a></span>', "phone"),
        ('<a href="misc.php?mod=mobile" class="xg1">来自手机</a>', "phone"),
        ('<span class="xg1">来自: 河湾手机版</span>', "phone"),
        ('<span class="xg1">来自 Android客户端</span>', "phone"),
        ('<span class="pipe">|</span><a href="#">只看该作者</a>', None),
        ('<span class="xg1">来自: 浙江省温州市 电信</span>', None),
        ('<span class="xg1">来自网页</span>', None),
        ("<span>我来自手机城</span>", None),
        ("", None),
    ],
)
def test_with_what_a_post_was_sent(beside: str, sent_from: str | None) -> None:
    markup = (
        '<div id="post_5"><table id="pid5"><tr><td class="plc"><div class="authi">'
        f'<a href="space-uid-21.html">柳岸闻莺</a><em id="authorposton5">发表于 2023-3-14 10:00</em>{beside}'
        '</div><div class="pcb"><table><tr><td class="t_f" id="postmessage_5">来自手机</td></tr></table>'
        "</div></td></tr></table></div>"
    )
    _, (floor,) = index_floors(build_tree(markup)[0])
    assert read_floor(floor, CONTEXT).sent_from == sent_from


@pytest.mark.parametrize(
    ("date", "sent_from"),
    [
        ("2023-3-14 10:00&nbsp;来自手机", "phone"),
        ("2023-3-14 10:00", None),
        ("2023-3-14 10:00 来自: 浙江", None),
    ],
)
def test_with_what_a_post_was_sent_by_pages_for_phones(date: str, sent_from: str | None) -> None:
    floors = [phones.Post(1, "来自手机", label="楼主"), phones.Post(2, "早", date=date)]
    got = read_page(phones.touch_thread(floors).encode(), url=f"{PLAIN}&mobile=2", seen_at=SEEN)
    assert isinstance(got, ThreadPage)
    assert [(post.date is not None, post.sent_from) for post in got.posts] == [
        (True, None),
        (True, sent_from),
    ]


# -- 本主题由 … 关闭 ----------------------------------------------------------------------------


def action(line: str) -> StaffAction | None:
    markup = f'<div class="modact"><a href="#" title="主题模式">{line}</a></div>'
    return read_staff_action([Floor("4"), floor_of(staff_action=markup)], CLOCK)


@pytest.mark.parametrize(
    ("line", "what", "who", "when"),
    [
        (
            "本主题由 桥头管事 于 2023-3-14 12:00 关闭",
            "关闭",
            "桥头管事",
            "2023-03-14T12:00:00+08:00",
        ),
        (
            '本主題由 桥头[管事] 於 <span title="2024-5-6 12:00:07">昨天&nbsp;12:00</span> 設置高亮',
            "設置高亮",
            "桥头[管事]",
            "2024-05-06T12:00:07+08:00",
        ),
        (
            "本主题由 桥头管事 于 3&nbsp;天前 移动",
            "移动",
            "桥头管事",
            "2024-05-04T00:00:00+08:00",
        ),
        # an action with words of its own (REB, SPA)
        (
            "本主题由 桥头管事 于 2023-3-14 12:00 推送到 首页 头条",
            "推送到 首页 头条",
            "桥头管事",
            "2023-03-14T12:00:00+08:00",
        ),
        (
            "本主题由 桥头管事 于 2023-3-14 12:00 添加图章 优秀",
            "添加图章 优秀",
            "桥头管事",
            "2023-03-14T12:00:00+08:00",
        ),
        # the forum itself, at a set time
        (
            "本主题由 System 于 2023-3-14 12:00 解除限时置顶",
            "解除限时置顶",
            None,
            "2023-03-14T12:00:00+08:00",
        ),
    ],
)
def test_the_last_action_of_staff(line: str, what: str, who: str | None, when: str) -> None:
    found = action(line)
    assert found is not None
    assert found.date is not None
    assert (found.action, found.author, found.date.value.isoformat()) == (what, who, when)


@pytest.mark.parametrize(
    "line", ["", "主题模式", "本主题由 桥头管事 关闭", "本主题由 桥头管事 于 2023-3-14 12:00 "]
)
def test_a_line_that_tells_no_action(line: str) -> None:
    assert action(line) is None


# -- lines --------------------------------------------------------------------------------------


def page(authi: str, modact: str) -> ThreadPage:
    opening = first(1070, "第一盏灯亮了。", authi=authi, after_cell=modact)
    source = str(Thread([opening, *replies(1071, "坐等周末。")], title="看灯"))
    got = read_page(source.encode(), url=PLAIN, seen_at=SEEN)
    assert isinstance(got, ThreadPage)
    return got


def test_they_are_published_and_make_no_new_version() -> None:
    modact = '<div class="modact"><a href="#">本主题由 桥头管事 于 2023-3-14 12:00 移动</a></div>'
    plain, told = page("", ""), page(FROM_PHONE, modact)
    before, after = (next(post_lines(each, each.posts, SEEN)) for each in (plain, told))
    assert after.sent_from == "phone"
    assert after.staff_action == {  # type: ignore[attr-defined]
        "action": "移动",
        "author": "桥头管事",
        "date": "2023-03-14T12:00:00+08:00",
        "date_precision": "minute",
    }
    assert before.sent_from is before.staff_action is None  # type: ignore[attr-defined]
    assert after.content_hash == before.content_hash
