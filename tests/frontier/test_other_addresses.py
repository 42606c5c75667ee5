"""Which other address of a page is asked for; the order of trying them is in `test_visit.py`."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz.facts import Body, Page
from crawler.frontier.other_addresses import OtherAddresses, plain_url
from tests.frontier.offline import (
    INDEX,
    ROOT,
    board,
    board_path,
    index,
    plain_path,
    post,
    refused,
    thread,
    thread_path,
)

TASK = ThreadTask(key="7", url=f"{ROOT}{thread_path(7)}")
URL = TASK.url
PHONE, DESKTOP = thread(1, skin="touch"), thread(1, 2)
PARTS = thread(post(1, parts_missing=1, body=Body(text="上")))


def others(*, has_desktop: bool = True) -> OtherAddresses:
    frontier: Any = SimpleNamespace(has_desktop=has_desktop)
    return OtherAddresses(frontier)


@pytest.mark.parametrize(
    "page, turns",
    [
        (PHONE, True),
        (thread(1, skin="wap"), True),
        (board(7, skin="touch"), True),
        (DESKTOP, False),
        (thread(1, skin="archiver"), False),
        (index(2), False),
        (refused("login_required"), False),
    ],
)
def test_a_page_for_phones_turns_to_the_desktop(page: Page, turns: bool) -> None:
    other = others()
    assert other.turns_to_desktop(page) is turns
    assert other.of(URL) == (f"{URL}?mobile=no" if turns else URL)
    assert not other.turns_to_desktop(page), "once a page"
    assert not others(has_desktop=False).turns_to_desktop(page)


@pytest.mark.parametrize(
    "came, is_better",
    [
        (DESKTOP, True),
        (PHONE, False),
        (thread(1, skin="wap"), False),
        (board(7), False),
        (refused("no_permission"), False),
        (None, False),
    ],
)
def test_the_page_that_tells_more(came: Page | None, is_better: bool) -> None:
    other = others()
    other.turns_to_desktop(PHONE)
    assert other.best_of(came) is (came if is_better else PHONE)
    # whether it is worth asking for the next ones
    assert other.frontier.has_desktop is is_better
    assert other.of(URL) == URL
    assert other.best_of(came) is came, "nothing is kept any more"


@pytest.mark.parametrize(
    "page, task, turns",
    [
        (PARTS, TASK, True),
        (thread(1, 2), TASK, False),
        (replace(PARTS, is_truncated=True), TASK, False),
        (replace(PARTS, thread_id="8"), TASK, False),
        (PARTS, PageTask(key="x", url=URL), False),
        (board(7), TASK, False),
    ],
)
def test_parts_of_long_posts_are_asked_for(page: Page, task: Task, turns: bool) -> None:
    other = others()
    assert other.turns_to_whole(page, task) is turns
    assert other.of(URL) == (f"{ROOT}{plain_path(7)}&cp=all" if turns else URL)
    assert not other.turns_to_whole(page, task), "once a page"


@pytest.mark.parametrize(
    "came, text, missing",
    [
        (thread(post(1, body=Body(text="上下"))), "上下", 0),
        (thread(post(1, body=Body(text="上中"), parts_missing=1)), "上中", 1),
        (thread(post(2, body=Body(text="别"))), "上", 1),
        (thread(post(1, body=Body(text="别")), tid=8), "上", 1),
        (refused("no_permission"), "上", 1),
    ],
)
def test_what_came_of_the_parts(came: Page, text: str, missing: int) -> None:
    other = others()
    other.turns_to_whole(PARTS, TASK)
    page: Any = other.whole(came)
    assert [(each.body.text, each.parts_missing) for each in page.posts] == [(text, missing)]
    assert other.whole(came) is came


BOARD = f"{ROOT}{board_path(2)}"


@pytest.mark.parametrize(
    "task, plain",
    [
        (TASK, f"{ROOT}{plain_path(7)}"),
        (replace(TASK, url=f"{ROOT}{plain_path(7)}"), None),
        (replace(TASK, url=f"{ROOT}nothing.html"), None),
        (ListTask(key="2", url=BOARD), f"{ROOT}forum.php?mod=forumdisplay&fid=2"),
        (ListTask(key="x", url=f"{ROOT}forum-news-1.html"), None),  # a name is no number
        (ListTask(key="2", url=f"{ROOT}forum.php?mod=forumdisplay&fid=2"), None),
        (PageTask(key=ROOT, url=f"{ROOT}{INDEX}"), None),
        (PageTask(key=ROOT, url=ROOT), None),
    ],
)
def test_the_plain_address(task: Task, plain: str | None) -> None:
    assert plain_url(task, "other", 404) == plain
    assert plain_url(task, "other", 410) == plain
    assert plain_url(task, "about_this", 404) is None, "the forum itself says so"
    assert plain_url(task, "other", 503) is None
