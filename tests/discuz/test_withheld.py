"""What the forum withholds from a reader: pictures and files, a part that has to be paid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Body, ThreadPage
from tests.forum.desktop import Thread
from tests.forum.phones import Post, touch35_thread, touch_thread
from tests.pages import PLAIN, first, replies
from tests.pages.left_out import (
    BOUGHT_BY_NONE,
    LOG_IN,
    OPEN_TIP,
    TEASER,
    WITHHELD,
    WITHHELD_BY_X2,
)

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
NOTICE = "本帖子中包含更多资源 您需要 登录 才可以下载或查看"


def bodies(page: str) -> list[Body]:
    found = read_page(page.encode(), url=PLAIN, seen_at=SEEN)
    assert isinstance(found, ThreadPage), found
    return [post.body for post in found.posts]


def body(markup: str, **more: str) -> Body:
    return bodies(str(Thread([first(900, markup, **more), *replies(901, "好")])))[0]


@pytest.mark.parametrize(
    ("box", "notice"),
    [
        (WITHHELD, NOTICE),
        (WITHHELD.replace(" attach_tips", ""), NOTICE),
        (WITHHELD_BY_X2, "附件: 您需要 登录 才可以下载或查看附件"),
        (
            WITHHELD.replace(LOG_IN, "您所在的用户组无法下载或查看附件"),
            "本帖子中包含更多资源 您所在的用户组无法下载或查看附件",
        ),
        (
            '<div class="locked">附件: <em>您所在的用户组无法下载或查看附件</em></div>',
            "附件: 您所在的用户组无法下载或查看附件",
        ),
    ],
)
def test_withheld_files_leave_a_trace(box: str, notice: str) -> None:
    found = body("三张图", after_cell=box)
    assert (found.text, found.access) == ("三张图", "visible")
    assert (found.attachments_withheld, found.notices) == (1, (notice,))


def test_an_advertisement_for_guests_is_no_trace() -> None:
    found = body(f"{TEASER}没有图。")
    assert (found.text, found.attachments_withheld, found.notices) == ("没有图。", 0, ())
    # the words of the real one, where Discuz puts the advertisement
    found = body(f"{WITHHELD}没有图。")
    assert (found.text, found.attachments_withheld, found.notices) == ("没有图。", 0, ())


def test_each_floor_has_its_own_trace() -> None:
    floors = [first(900, "一"), *replies(901, "二", "三")]
    floors[1].after_cell = WITHHELD
    assert [each.attachments_withheld for each in bodies(str(Thread(floors)))] == [0, 1, 0]


def test_a_withheld_post_has_no_withheld_files() -> None:
    floors = [first(900, "一"), *replies(901, "二")]
    floors[1].locked = "提示: <em>该帖被管理员或版主屏蔽</em>"
    found = bodies(str(Thread(floors)))[1]
    assert (found.access, found.attachments_withheld) == ("shielded", 0)
    assert found.notices == ("提示: 该帖被管理员或版主屏蔽",)


@pytest.mark.parametrize("face", [touch_thread, touch35_thread])
def test_phones_tell_it_behind_the_words(face: object) -> None:
    box = f'<div class="grey quote">\n附件: <em>{LOG_IN}</em>\n</div>'
    posts = [Post(900, "一", uid=7), Post(901, "二", behind=box)]
    one, two = bodies(face(posts))  # type: ignore[operator]
    assert (one.attachments_withheld, two.attachments_withheld) == (0, 1)
    assert two.notices == ("附件: 您需要 登录 才可以下载或查看",)
    assert (two.text, two.access, two.quotes) == ("二", "visible", ())


def test_phones_tell_it_within_the_words_of_a_reward() -> None:
    box = '<div class="quote">附件: <em>您所在的用户组无法下载或查看附件</em></div>'
    (one, _) = bodies(touch35_thread([Post(900, f"悬赏{box}"), Post(901, "二")]))
    assert (one.text, one.access, one.attachments_withheld) == ("悬赏", "visible", 1)


def test_a_warning_on_phones_withholds_nothing() -> None:
    mark = '<span class="grey quote">受到警告</span>'
    (one, _) = bodies(touch_thread([Post(900, f"{mark}照旧说"), Post(901, "二")]))
    assert (one.text, one.access, one.notices) == ("照旧说", "visible", ())


def test_a_part_that_has_to_be_paid() -> None:
    found = body("开头不要钱。", after_cell=BOUGHT_BY_NONE)
    assert (found.text, found.access) == ("开头不要钱。", "paid")
    assert found.notices == ("本主题需向作者支付 5 贝壳 才能浏览",)


@pytest.mark.parametrize(
    "box",
    [
        # who paid, and staff, read the words below these
        '<div class="locked"><em class="y"><a href="forum.php?mod=misc&amp;action=viewpayments'
        '&amp;tid=4711">记录</a></em>付费主题, 价格: <strong>5 贝壳 </strong></div>',
        '<div class="locked">提示: <em>该帖被管理员或版主屏蔽，只有管理员或有管理权限的成员可见</em></div>',
        '<div class="locked">本帖为密码帖</div>',
        '<div class="locked">已有 3 人购买本主题</div>',
    ],
)
def test_a_box_above_words_that_are_there(box: str) -> None:
    found = body("看得见。", before_cell=box)
    assert (found.text, found.access, found.notices) == ("看得见。", "visible", ())


# -- an upload whose hidden box is open ---


def test_words_behind_an_open_tip_are_the_posts() -> None:
    found = body(OPEN_TIP)
    assert found.text == "桥头的灯笼换过三回。\n\n第四回是竹骨的，比前三回都亮。"
    assert [each.name for each in found.attachments] == ["lantern.png"]


def test_open_tips_one_after_the_other() -> None:
    found = body(OPEN_TIP + OPEN_TIP.replace("77", "78"))
    assert found.text.count("第四回是竹骨的") == 2
    assert [each.id for each in found.attachments] == ["77", "78"]


def test_a_tip_of_the_post_above_does_not_take_the_next_floor() -> None:
    one, two = bodies(str(Thread([first(900, OPEN_TIP), *replies(901, "真亮")])))
    assert one.text.endswith("比前三回都亮。")
    assert two.text == "真亮"
