"""Pages of the forum itself under addresses that are not theirs: caches, walls, guests' limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import Forum
from tests.crawl.test_obstacle_table import large_town
from tests.forum.desktop import message
from tests.forum.lists import Listing
from tests.forum.obstacles import Obstacle, Sends, Sent, login_wall
from tests.forum.town import GONE, INDEX, Town, board_path, crawl, present, thread_path, wanted

_MOST = 30


def to_announcement(_: object, __: str, forum: Forum) -> Sent:
    """All threads lead to the one that visitors are to read first."""
    return 302, {"Location": f"{forum.root}forum.php?mod=viewthread&tid=1"}, b""


@pytest.mark.parametrize("is_known", [False, True])
def test_threads_that_all_lead_to_one(is_known: bool, forum: Forum, tmp_path: Path) -> None:
    made = large_town(forum)
    if is_known:
        assert crawl(forum, tmp_path).status == 0
        for tid in range(10, 30):
            made.reply(tid, f"又{tid}")
        made.publish()
    wall = Obstacle(forum, to_announcement, covers="mod=viewthread", after=0 if is_known else 6)
    through = thread_path(1)
    wall_answer = forum.answer
    forum.answer = lambda path: (  # type: ignore[method-assign]
        Forum.answer(forum, path) if path == through else wall_answer(path)
    )
    run = crawl(forum, tmp_path)
    assert run.status == 5, run.stderr
    assert 0 < len(wall.stopped) <= _MOST
    wall.is_up = False
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("path", [board_path(2), thread_path(2)])
def test_an_index_that_shows_something_else(path: str, forum: Forum, tmp_path: Path) -> None:
    """A cache that mixes up its pages: one board is not the forum."""
    made = large_town(forum)
    index = forum.pages[INDEX]
    forum.pages[INDEX] = forum.pages["/forum.php"] = forum.pages[path]
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert "not the index" in run.stderr.splitlines()[-1]
    forum.pages[INDEX] = index
    del forum.pages["/forum.php"]
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def first_page(_: object, path: str, forum: Forum) -> Sent:
    return Forum.answer(forum, path.partition("&page=")[0])


def to_first_page(_: object, path: str, forum: Forum) -> Sent:
    return 302, {"Location": f"{forum.root}{path.partition('&page=')[0].lstrip('/')}"}, b""


def to_last_post(_: object, path: str, forum: Forum) -> Sent:
    thread = path.partition("tid=")[2].partition("&")[0]
    target = f"forum.php?mod=redirect&goto=lastpost&tid={thread}"
    return 302, {"Location": forum.root + target}, b""


@pytest.mark.parametrize("sends", [first_page, to_first_page, to_last_post])
@pytest.mark.parametrize("threads", [2, 12])
def test_guests_get_the_first_page_of_each_thread(
    sends: Sends, threads: int, forum: Forum, tmp_path: Path
) -> None:
    """The counters tell of more."""
    made = Town(forum)
    for tid in range(1, 21):
        made.add(tid, 2 + tid % 2, 24 if tid <= threads else 2)
    made.publish()
    wall = Obstacle(forum, sends, covers="&page=", after=0)
    lists = board_path(2).partition("fid")[0]
    wall_answer = forum.answer
    forum.answer = lambda path: (  # type: ignore[method-assign]
        Forum.answer(forum, path) if path.startswith(lists) else wall_answer(path)
    )
    run = crawl(forum, tmp_path)
    assert run.status == (3 if threads == 2 else 5), run.stderr
    assert "its counter tells of more" in run.stderr.splitlines()[-1]
    assert len(wall.stopped) <= _MOST
    wall.is_up = False
    for _ in range(2):
        run = crawl(forum, tmp_path)
        assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def _town_and_lists(forum: Forum, data: Path, *, is_known: bool) -> tuple[Town, dict[str, Any]]:
    """A town, crawled before its last thread came if it ``is_known``, and the pages of its lists."""
    made = large_town(forum)
    if is_known:
        assert crawl(forum, data).status == 0
        made.add(50, 2, 2)
        made.publish()
    return made, {path: page for path, page in forum.pages.items() if "forumdisplay" in path}


@pytest.mark.parametrize("is_known", [False, True])
def test_boards_that_the_index_shows_are_not_missing(
    is_known: bool, forum: Forum, tmp_path: Path
) -> None:
    made, lists = _town_and_lists(forum, tmp_path, is_known=is_known)
    gone = message("抱歉，指定的版块不存在", css="pg_forumdisplay")
    forum.pages.update(dict.fromkeys(lists, gone))
    assert crawl(forum, tmp_path).status in (3, 5)
    forum.pages.update(lists)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@dataclass
class Alternating:
    """Every second page is answered by a notice: so many an hour."""

    times: int = 0

    def __call__(self, _: object, path: str, forum: Forum) -> Sent:
        self.times += 1
        return login_wall(Random(), path, forum) if self.times % 2 else Forum.answer(forum, path)


@pytest.mark.parametrize(
    "sends, covers, is_known",
    [
        (Alternating(), "viewthread", False),
        (login_wall, "&page=", False),
        (login_wall, "&page=", True),
    ],
)
def test_rights_that_are_denied_for_a_while(
    sends: Sends, covers: str, is_known: bool, forum: Forum, tmp_path: Path
) -> None:
    made = large_town(forum)
    if is_known:
        assert crawl(forum, tmp_path).status == 0
        for tid in range(10, 20):
            made.reply(tid, f"又{tid}")
        made.add(50, 2, 2)
        made.publish()
    wall = Obstacle(forum, sends, covers=covers, after=0 if covers == "&page=" else 6)
    run = crawl(forum, tmp_path)
    assert run.status == 6, run.stderr
    wall.is_up = False
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("is_known", [False, True])
def test_all_lists_are_empty_for_a_while(is_known: bool, forum: Forum, tmp_path: Path) -> None:
    made, lists = _town_and_lists(forum, tmp_path, is_known=is_known)
    for path in lists:
        fid = int(path.partition("fid=")[2].partition("&")[0])
        forum.pages[path] = str(Listing([], fid=fid, name="新闻"))
    run = crawl(forum, tmp_path)
    assert run.status == 3, run.stderr
    assert "list_empty" in run.stderr.splitlines()[-1]
    forum.pages.update(lists)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_a_cache_sends_pages_of_last_week(forum: Forum, tmp_path: Path) -> None:
    """What was read since is not deleted: the pages' own clock tells."""
    made = large_town(forum)
    old = {
        path: page.replace("2023-3-15 20:00", "2023-3-14 09:00")
        for path, page in forum.pages.items()
        if "viewthread" in path
    }
    for tid in range(3, 30):
        made.reply(tid, f"又{tid}")
    made.publish()
    assert crawl(forum, tmp_path).status == 0
    for tid in range(10, 30):
        made.reply(tid, f"再{tid}")
    made.publish()
    now = {path: page for path, page in forum.pages.items() if "viewthread" in path}
    forum.pages.update(old)
    run = crawl(forum, tmp_path)
    assert run.status == 5, run.stderr
    assert "a page of 2023-03-14 09:00" in run.stderr.splitlines()[-1]
    assert sum("viewthread" in path for path in forum.asked.elements()) <= _MOST
    forum.pages.update(now)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert not any(line.get("is_deleted") for line in run.lines("articles") + run.lines("posts"))


def test_clocks_in_another_zone(forum: Forum, tmp_path: Path) -> None:
    """All pages are wrong by the same: none of them is older than what it shows."""
    made = large_town(forum)
    for night in range(2):
        for tid in range(10, 30):
            made.reply(tid, f"又{night}{tid}")
        made.publish()
        for path, page in forum.pages.items():
            if isinstance(page, str):
                forum.pages[path] = page.replace("2023-3-15 20:00", "2023-3-14 07:00")
        run = crawl(forum, tmp_path)
        assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_a_cache_sends_the_posts_of_another_thread(forum: Forum, tmp_path: Path) -> None:
    """Under the number of each thread: a post has one number in the whole forum."""
    made = large_town(forum)
    assert crawl(forum, tmp_path).status == 0
    for tid in range(3, 30):
        made.reply(tid, f"又{tid}")
    made.publish()
    own = {path: page for path, page in forum.pages.items() if "viewthread" in path}
    floors = re.compile(r'(?s)<div id="post_\d.*(?=<div id="postlistreply")')
    of_two = floors.search(own[thread_path(2)])
    assert of_two is not None
    for path, page in own.items():
        forum.pages[path] = floors.sub(lambda _: of_two[0], page)
    run = crawl(forum, tmp_path)
    assert run.status in (3, 5), run.stderr
    forum.pages.update(own)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert not any(line.get("is_deleted") for line in run.lines("articles") + run.lines("posts"))


def test_guests_get_the_first_post_of_each_page(forum: Forum, tmp_path: Path) -> None:
    """The counter goes on counting the others: they are not deleted."""
    made = Town(forum)
    made.add(1, 2, 24)
    made.add(2, 2, 24)
    made.publish()
    assert crawl(forum, tmp_path).status == 0
    made.reply(1, "又")
    made.publish()
    threads = {path: page for path, page in forum.pages.items() if "viewthread" in path}
    for path, page in threads.items():
        head, first, *others = re.split(r'(?=<div id="post_\d)', page)
        forum.pages[path] = head + first + others[-1][others[-1].index('<div id="postlistreply"') :]
    run = crawl(forum, tmp_path)
    assert run.status == 3, run.stderr
    assert "known posts are not shown" in run.stderr.splitlines()[-1]
    assert not any(line.get("is_deleted") for line in run.lines("articles") + run.lines("posts"))
    forum.pages.update(threads)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("is_known", [False, True])
def test_a_wall_says_of_each_number_that_there_is_no_thread(
    is_known: bool, forum: Forum, tmp_path: Path
) -> None:
    made = large_town(forum)
    if is_known:
        assert crawl(forum, tmp_path, "-a", "threads=2-9").status == 0
    own = {path: page for path, page in forum.pages.items() if "viewthread" in path}
    forum.pages.update(dict.fromkeys(own, GONE))
    for tid in range(90):
        forum.pages[thread_path(tid)] = GONE
    numbers = "-a", "threads=1-80"
    run = crawl(forum, tmp_path, *numbers)
    assert run.status == (5 if is_known else 3), run.stderr
    assert len(forum.asked) <= (_MOST + 3 if is_known else 83)
    assert run.lines("refusals") == []
    forum.pages.update(own)
    run = crawl(forum, tmp_path, *numbers)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert "without a thread" in run.stderr
    # the numbers behind the last thread were missing, as one that was read before has shown
    assert [line["status"] for line in run.lines("coverage") if "threads_range" in line][
        -1
    ] == "complete"
    crawl(forum, tmp_path, *numbers)
    assert sum("viewthread" in path for path in forum.asked) == 0
