"""Lists that hide something: told in the board's coverage line, and in how the run ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.segments import read_lines, segment_paths
from crawler.archive.state import ListTask
from crawler.discuz.facts import Board, BoardPage, Moment
from crawler.frontier.board_gaps import pages_shown
from crawler.frontier.config import Budget, Limits
from crawler.frontier.options import Options
from crawler.reporting.exit_status import Ending, conclude
from tests.frontier.offline import (
    NOW,
    Given,
    Offline,
    board,
    board_path,
    refused,
    row,
    thread,
    thread_path,
)


def boards_told(data: Path) -> list[dict[str, Any]]:
    """The coverage lines of boards, in their order."""
    [folder] = [path.parent for path in data.glob("*/ledger.sqlite3")]
    lines = [
        json.loads(line) for path in segment_paths(folder, "coverage") for line in read_lines(path)
    ]
    return [line for line in lines if "board_id" in line]


def forum(*, pages: int = 2, **more: Any) -> dict[str, Given]:
    """A board of two threads a page; for a page that it does not show it sends the first."""
    made: dict[str, Given] = {thread_path(tid): thread(10 * tid, tid=tid) for tid in (11, 12, 13)}
    counted = Board("河湾闲话", "2", threads=3)
    first = board(11, 12, page=1, pages=pages, **{"board": counted, **more})
    made[board_path(2)] = first
    made[board_path(2, 2)] = board(13, page=2, pages=pages, board=counted)
    made[board_path(2, 3)] = first
    return made


def test_a_board_is_told_when_its_threads_are_read(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    offline.crawl(board_path(2), pages=forum())
    [told] = boards_told(tmp_path)
    assert (told["status"], told["version"]) == ("complete", 1)
    assert (told["board_name"], told["threads_expected"]) == ("河湾闲话", 3)
    assert (told["threads_listed"], told["threads_read"]) == (3, 3)
    assert (told["pages_expected"], told["pages_captured"]) == (2, 2)
    assert offline.run.tally.incomplete == 0
    # nothing changed
    offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=1))
    assert len(boards_told(tmp_path)) == 1


def test_a_list_that_promises_more_than_it_shows(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = forum(pages=3, board=Board("河湾闲话", "2", threads=5))
    ends = []
    for night in range(3):
        offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=night))
        ends.append((offline.run.tally.incomplete, offline.run.tally.unsettled))
    assert ends == [(1, 0), (1, 0), (0, 1)]
    [told] = boards_told(tmp_path)
    assert (told["reasons"], told["status"]) == (["pages_not_shown"], "partial")
    assert (told["pages_expected"], told["pages_captured"]) == (3, 2)
    assert (told["threads_expected"], told["threads_listed"]) == (5, 3)


def test_a_page_that_is_not_shown_on_one_night_is_looked_for_on_the_next(tmp_path: Path) -> None:
    """A cache that mixes up its pages sends the first for the second, as Discuz does for 1,001."""
    offline, shown = Offline(tmp_path), forum(pages=2)
    pages = {**shown, board_path(2, 2): shown[board_path(2)]}
    offline.crawl(board_path(2), pages=pages)
    assert offline.run.tally.incomplete == 1
    done = offline.crawl(board_path(2), pages=shown, now=NOW + timedelta(days=1))
    assert any(text.startswith(f"{thread_path(13)}: post 130") for text in done)
    assert boards_told(tmp_path)[-1]["status"] == "complete"


def test_the_end_of_the_run_names_the_board(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    offline.crawl(board_path(2), pages=forum(rows_unread=4))
    assert offline.run.example == (
        "http://b.example/forum-2-1.html (rows_unread: 4 rows of the list cannot be read)"
    )


def test_rows_that_cannot_be_read_stay_told(tmp_path: Path) -> None:
    """The page with them is not looked at again each night."""
    offline = Offline(tmp_path)
    pages = forum()
    pages[board_path(2, 2)] = board(page=2, pages=2, rows_unread=1)
    for night in range(2):
        offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=night))
        assert offline.run.tally.incomplete == 1
    [told] = boards_told(tmp_path)
    assert (told["reasons"], told["rows_unread"]) == (["rows_unread"], 1)


def test_an_empty_list_whose_counter_counts(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = {board_path(2): board(board=Board("河湾闲话", "2", threads=12))}
    offline.crawl(board_path(2), pages=pages)
    assert boards_told(tmp_path)[0]["reasons"] == ["list_empty"]
    assert offline.run.tally.incomplete == 1


def test_a_refused_thread_and_a_limit(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=Options((), max_pages=1))
    pages = forum()
    pages[thread_path(12)] = refused("no_permission", required_level=50)
    offline.crawl(board_path(2), pages=pages)
    [told] = boards_told(tmp_path)
    assert (told["threads_listed"], told["threads_read"], told["threads_refused"]) == (2, 1, 1)
    assert told["reasons"] == ["limited_by_options", "threads_refused"]
    assert offline.run.tally.incomplete == 0


def test_a_run_that_is_stopped_tells_how_far_it_came(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(blocks=2))
    pages = forum()
    for tid in (12, 13):
        pages[thread_path(tid)] = refused("challenge", by_forum=False)
    done = offline.crawl(board_path(2), pages=pages)
    assert done[-1] == "ends: blocked"
    [told] = boards_told(tmp_path)
    assert told["reasons"] == ["not_finished", "threads_waiting"]
    assert (told["threads_listed"], told["threads_read"]) == (3, 1)
    offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=1))
    assert boards_told(tmp_path)[-1]["status"] == "complete"


def test_a_thread_of_another_board_on_top_of_the_list_is_not_counted(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = forum()
    pages[board_path(2)] = board(
        row(9, flags=("sticky",)), 11, 12, pages=2, board=Board("河湾闲话", "2", threads=3)
    )
    pages[thread_path(9)] = thread(90, tid=9, board=Board("北岸", "3"))
    offline.crawl(board_path(2), pages=pages)
    assert (boards_told(tmp_path)[0]["threads_listed"], boards_told(tmp_path)[0]["status"]) == (
        3,
        "complete",
    )


def shown_of(page: BoardPage, asked: int, known: int | None) -> int | None:
    return pages_shown(page, ListTask(key="2", url="", page=asked), known)


def test_how_many_pages_are_shown() -> None:
    assert shown_of(board(pages=1203, pages_shown=1000), 1, None) == 1000
    # page 1001 is asked for, and page 1 comes
    assert shown_of(board(pages=1203), 1001, None) == 1000
    # the next night the first page says nothing of it
    assert shown_of(board(pages=1203), 1, 1000) == 1000
    assert shown_of(board(pages=1000), 1, 1000) is None
    assert shown_of(board(page=1001, pages=1203), 1001, 1000) is None
    # the list became shorter while it was read
    assert shown_of(board(pages=30), 31, None) is None


# -- rows without counters -------------------------------------------------------------------------


def blind_forum(*, grown: bool = False, **more: Any) -> dict[str, Given]:
    """A board whose rows tell nothing of replies; thread 12 may have grown by a page."""
    rows = [
        replace(row(tid), **{"replies": None, "last_post": None, **more}) for tid in (11, 12, 13)
    ]
    made: dict[str, Given] = {board_path(2): board(*rows)}
    made |= {thread_path(tid): thread(10 * tid, tid=tid) for tid in (11, 13)}
    made[thread_path(12)] = thread(120, 121, tid=12, pages=1 + grown)
    if grown:
        made[thread_path(12, 2)] = thread(122, tid=12, page=2, pages=2)
    return made


def uncompared(offline: Offline) -> tuple[int, int]:
    tally = offline.run.tally
    return tally.threads_uncompared, tally.boards_uncompared


def test_threads_whose_rows_tell_nothing_are_counted(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    offline.crawl(board_path(2), pages=blind_forum())
    assert uncompared(offline) == (0, 0), "all were read just now"
    assert [text.partition(":")[0] for text in offline.warnings] == ["河湾闲话"]
    done = offline.crawl(board_path(2), pages=blind_forum(grown=True), now=NOW + timedelta(days=1))
    assert done == ["forum-2-1.html: -"]
    assert uncompared(offline) == (3, 1)
    ending = conclude(Ending(offline.run.tally, "finished", requests=1), "data")
    assert ending.messages[0].startswith("nothing new in what could be compared: ")
    assert (
        "3 threads of 1 board could not be compared"
        " (its list shows neither replies nor last posts)" in ending.messages[0]
    )


def test_their_last_pages_are_looked_at_within_the_budget(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(Budget(pages=2)))
    offline.crawl(board_path(2), pages=blind_forum())
    found: list[str] = []
    for night in (1, 2, 3):
        now = NOW + timedelta(days=night)
        done = offline.crawl(board_path(2), pages=blind_forum(grown=True), now=now)
        assert uncompared(offline)[0] in (1, 2)
        found += [text for text in done if "post 122" in text]
    assert len(found) == 1


def test_their_last_pages_come_first(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(Budget(pages=1)))
    pages: dict[str, Given] = {board_path(2): board(replace(row(12), replies=None, last_post=None))}
    for page in (1, 2, 3):
        pages[thread_path(12, page)] = thread(120 + page, tid=12, page=page, pages=3)
    offline.crawl(board_path(2), pages=pages)
    done = offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=1))
    assert [text.partition(": ")[0] for text in done] == [board_path(2), thread_path(12, 3)]


@pytest.mark.parametrize(
    "later",
    [
        {"last_author": "柳岸闻莺"},
        {"last_post": Moment(NOW, "day", "昨天")},
    ],
)
def test_whatever_a_row_tells_is_compared(tmp_path: Path, later: dict[str, Any]) -> None:
    offline = Offline(tmp_path)
    day = Moment(NOW - timedelta(days=3), "day", "3 天前")
    before: dict[str, Any] = {"last_author": "石桥卖花人", "last_post": day}
    pages = blind_forum(last_author="石桥卖花人")
    rows = [replace(row(tid), replies=None, **before) for tid in (11, 12, 13)]
    pages[board_path(2)] = board(*rows)
    offline.crawl(board_path(2), pages=pages)
    assert offline.warnings == []
    grown = blind_forum(grown=True)
    grown[board_path(2)] = board(rows[0], replace(rows[1], **later), rows[2])
    done = offline.crawl(board_path(2), pages=grown, now=NOW + timedelta(days=1))
    assert [text for text in done if "post 122" in text]
    assert uncompared(offline) == (0, 0)
    assert not [text for text in done if text.startswith(thread_path(11))]
