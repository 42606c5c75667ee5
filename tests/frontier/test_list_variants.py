"""A board of more pages than Discuz shows: the rest by its other orders and types."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive.state import ListTask
from crawler.discuz.facts import Board
from crawler.frontier.list_variants import next_page, variant_of, variants
from crawler.frontier.options import Options
from tests.frontier.offline import (
    NOW,
    Given,
    Offline,
    board,
    board_path,
    refused,
    thread,
    thread_path,
)
from tests.frontier.test_board_gaps import boards_told

_SHOWN, _A_PAGE = 3, 2
ALL = range(11, 35)
PLAIN = "forum.php?mod=forumdisplay&fid=2&"
BY_DAY = f"{PLAIN}filter=author&orderby=dateline"
UPWARD = f"{BY_DAY}&ascdesc=ASC"
OF_TYPE = f"{PLAIN}filter=typeid&typeid=7"


def pages_of(path: str, tids: list[int], sign: str = "&page=") -> dict[str, Given]:
    """A list in some order, of which three pages are shown; behind them the first comes again."""
    counted = Board("河湾闲话", "2", threads=len(ALL))
    count = -(-len(tids) // _A_PAGE)
    made: dict[str, Given] = {}
    for number in range(1, count + 1):
        page = number if number <= _SHOWN else 1
        rows = tids[(page - 1) * _A_PAGE : page * _A_PAGE]
        listed = board(
            *rows, page=page, pages=count, board=counted, orders=("dateline",), types=("7",)
        )
        name = path if number == 1 else f"{path}{sign}{number}"
        if sign != "&page=":
            name = board_path(2, number)
        made[name] = listed
    return made


def forum(*, ascending: bool = True) -> dict[str, Given]:
    """24 threads, 6 of which the plain list shows."""
    tids = list(ALL)
    made: dict[str, Given] = {thread_path(tid): thread(10 * tid, tid=tid) for tid in ALL}
    made |= pages_of(board_path(2), tids, sign="-")
    by_day = [*tids[3:9], *tids[:3], *tids[9:]]
    made |= pages_of(BY_DAY, by_day)
    # later versions do not look at ascdesc=
    made |= pages_of(UPWARD, by_day[::-1] if ascending else by_day)
    made |= pages_of(OF_TYPE, tids[9:15])
    made |= pages_of(f"{OF_TYPE}&orderby=dateline", tids[9:15])
    return made


def lists_of(done: list[str]) -> list[str]:
    return [text.partition(": ")[0] for text in done if "forumdisplay" in text]


def test_other_orders_show_other_ends_of_a_board(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    done = offline.crawl(board_path(2), pages=forum())
    assert lists_of(done)[:3] == [UPWARD, f"{UPWARD}&page=2", f"{UPWARD}&page=3"]
    [told] = boards_told(tmp_path)
    # 11-16 in the plain list, 29-34 upward, 17-19 by day, 20-25 of a type
    assert told["threads_listed"] == told["threads_read"] == 21
    assert told["reasons"] == ["pages_not_shown"]
    assert offline.run.tally.incomplete == 1
    asked = [text.partition(": ")[0] for text in done]
    assert len(asked) == len(set(asked))
    # the next night costs few requests
    done = offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=1))
    assert len(done) <= 15
    assert [text for text in done if not text.endswith(": -")] == []


def test_threads_that_no_order_shows_are_looked_for_ever_more_seldom(tmp_path: Path) -> None:
    """A counter of threads that nobody may see is wrong for good."""
    offline = Offline(tmp_path)
    looked = []
    for night in range(1, 19):
        done = offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=night))
        if lists_of(done):
            looked.append(night)
        else:
            assert len(done) == 1
    assert looked == [1, 2, 4, 8, 16]
    offline.options = Options((), full=True)
    done = offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=19))
    assert lists_of(done)


def test_orders_that_are_not_looked_at_end_soon(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    done = offline.crawl(board_path(2), pages=forum(ascending=False))
    assert boards_told(tmp_path)[0]["threads_listed"] == 15
    assert f"{UPWARD}&page=2" not in lists_of(done)
    assert len(lists_of(done)) <= 15


def test_a_board_whose_threads_are_all_known_asks_for_no_more(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = forum()
    few = Board("河湾闲话", "2", threads=6)
    for number in range(1, 13):
        listed = pages[board_path(2, number)]
        pages[board_path(2, number)] = replace(listed, board=few)  # type: ignore[type-var]
    assert lists_of(offline.crawl(board_path(2), pages=pages)) == []
    assert boards_told(tmp_path)[0]["status"] == "complete"


def test_orders_that_robots_txt_forbids_are_told(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = {path: given for path, given in forum().items() if "filter=" not in path}
    for path in (UPWARD, BY_DAY, OF_TYPE, f"{OF_TYPE}&orderby=dateline"):
        pages[path] = "robots_disallowed"
    done = offline.crawl(board_path(2), pages=pages)
    assert sum("robots_disallowed" in text for text in done) == 4
    [told] = boards_told(tmp_path)
    assert told["reasons"] == ["pages_not_shown", "page_refused"]


def test_a_refused_page_of_an_order_is_asked_for_again(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = forum()
    pages[f"{UPWARD}&page=2"] = refused("server_error")
    done = offline.crawl(board_path(2), pages=pages)
    assert any("server_error x" in text for text in done)
    done = offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=1))
    assert any(text.startswith(f"{UPWARD}&page=2: server_error over") for text in done)


@pytest.mark.parametrize("first", [1, 2, 3, 4, 5, 37, 64, 65, 99, 100, 0])
def test_the_first_page_with_news_is_found_in_few_steps(first: int) -> None:
    """``first``: from this page on all is new; 0: nowhere."""
    task: ListTask | None = ListTask(key="2?x", url="http://b.example/forum-2-1.html", variant="x")
    seen: list[int] = []
    while task is not None:
        # what was met while it was searched for is known when it comes again
        has_news = 0 < first <= task.page and task.page not in seen
        seen.append(task.page)
        task = next_page(task, board(page=task.page, pages=100), has_news=has_news)
    read = {number for number in seen if 0 < first <= number}
    assert read == (set(range(first, 101)) if first else set())
    assert len(seen) - len(read) <= 15


def test_three_pages_without_news_end_an_order() -> None:
    task: ListTask | None = ListTask(key="2?x", url="http://b.example/forum-2-1.html", variant="x")
    seen = []
    while task is not None:
        seen.append(task.page)
        task = next_page(task, board(page=task.page, pages=100), has_news=task.page in (1, 2, 5))
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


def test_what_is_offered_is_asked_for() -> None:
    page = board(orders=("lastpost", "dateline", "heats"), types=("7",))
    assert list(variants(page)) == [
        "filter=author&orderby=dateline&ascdesc=ASC",
        "filter=author&orderby=dateline",
        "filter=lastpost&orderby=lastpost&ascdesc=ASC",
        "filter=typeid&typeid=7",
        "filter=typeid&typeid=7&orderby=dateline",
    ]
    assert list(variants(board())) == []
    assert variant_of("http://b.example/forum.php?mod=forumdisplay&fid=2&page=3") == ""


def test_an_order_that_always_promises_one_more_page_ends() -> None:
    task: ListTask | None = ListTask(key="2", url="", page=1, variant="filter=author")
    asked = 0
    while task is not None:
        asked += 1
        page = board(11, page=task.page, pages=task.page + 1)
        task = next_page(task, page, has_news=False)
    assert asked < 40
