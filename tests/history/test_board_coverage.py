"""What a board's coverage line says, of what is known of its threads and its list."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.archive.state import BoardCounts, BoardState, BoardTold
from crawler.history import Listing, board_coverage, decides, told_of
from crawler.history.board_coverage import hidden_words
from crawler.items import Coverage, to_json
from crawler.items.schema import problems

NOW = datetime(2024, 5, 1, 3, tzinfo=UTC)
BOARD = BoardState("2", "河湾闲话", threads=40, pages=2)
COUNTS = BoardCounts(listed=40, read=40, pages=2)
WHOLE = Listing("http://b.example/forum-2-1.html", is_whole=True, is_limited=False)


def line(
    board: BoardState = BOARD, counts: BoardCounts = COUNTS, listing: Listing = WHOLE, **more: Any
) -> Coverage:
    return board_coverage(replace(board, **more), counts, listing, NOW, run_id="r1")


def test_a_board_that_was_read_whole() -> None:
    told = line()
    assert problems(to_json(told)) == []
    assert (told.item_id, told.site) == ("b.example:board-2:coverage", "b.example")
    assert (told.status, told.reasons) == ("complete", [])
    assert (told.threads_expected, told.threads_listed, told.threads_read) == (40, 40, 40)
    assert (told.thread_id, told.posts_captured) == (None, None)


@pytest.mark.parametrize(
    ("board", "counts", "listing", "reasons"),
    [
        ({"pages": 3, "pages_shown": 2, "threads": 60}, {}, {}, ["pages_not_shown"]),
        # its orders showed the rest
        ({"pages": 3, "pages_shown": 2}, {}, {}, []),
        ({"pages": 3, "pages_shown": 2, "threads": None}, {}, {}, ["pages_not_shown"]),
        ({}, {"listed": 38, "read": 38, "rows_unread": 2}, {}, ["rows_unread"]),
        ({}, {"pages_refused": 1}, {}, ["page_refused"]),
        ({}, {"listed": 20, "read": 20}, {"is_whole": False}, ["not_finished"]),
        (
            {},
            {"listed": 20, "read": 20},
            {"is_whole": False, "is_limited": True},
            ["limited_by_options"],
        ),
        ({}, {"listed": 0, "read": 0}, {}, ["list_empty"]),
        # an index may count the threads of boards that only members see
        (
            {"threads": None, "in_index": 3},
            {"listed": 0, "read": 0},
            {},
            ["threads_not_listed"],
        ),
        ({}, {"listed": 39, "read": 39}, {}, ["threads_not_listed"]),
        ({}, {"read": 38, "refused": 2}, {}, ["threads_refused"]),
        ({}, {"read": 38, "refused": 1}, {}, ["threads_refused", "threads_waiting"]),
    ],
)
def test_why_a_board_is_not_complete(
    board: dict[str, Any], counts: dict[str, int], listing: dict[str, Any], reasons: list[str]
) -> None:
    told = line(replace(BOARD, **board), replace(COUNTS, **counts), replace(WHOLE, **listing))
    assert (told.reasons, told.status) == (reasons, "partial" if reasons else "complete")


def test_an_index_counts_the_threads_of_sub_boards_too() -> None:
    assert line(threads=None, in_index=90).threads_expected == 90
    told = line(threads=None, in_index=90, has_boards=True)
    assert (told.status, told.threads_expected) == ("unknown", None)


def test_pages_that_were_seen_move_behind_new_ones() -> None:
    assert line(pages=3, threads=41, counts=replace(COUNTS, listed=41, read=41)).pages_captured == 3


def test_a_line_that_says_the_same_is_no_new_version() -> None:
    first = told_of(line(), BoardTold(), NOW)
    # lines of schema 1.0 said the same
    said = to_json(line()) | {"schema_version": "1.0"}
    said = {name: said[name] for name in said if name not in ("version", "fetched_at", "run_id")}
    assert first.hash == hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()[:8]
    assert first.coverage == 1
    again = line(told=first)
    again.run_id = "r2"
    assert told_of(again, first, NOW + timedelta(days=1)) == first
    changed = line(told=first, counts=replace(COUNTS, read=39))
    assert told_of(changed, first, NOW).coverage == 2


def test_what_is_hidden_decides_for_two_nights() -> None:
    told, nights = BoardTold(), []
    for night in range(4):
        now = NOW + timedelta(days=night)
        told = told_of(line(pages=3, pages_shown=2, threads=60, told=told), told, now)
        # twice on one day is one night
        told = told_of(line(pages=3, pages_shown=2, threads=60, told=told), told, now)
        nights.append(decides(told))
    assert nights == [True, True, False, False]
    assert (told.coverage, told.since) == (1, int(NOW.timestamp()))
    # something else is hidden now
    rows = replace(COUNTS, listed=38, read=38, rows_unread=2)
    assert decides(told_of(line(told=told, counts=rows), told, NOW + timedelta(days=4)))
    # what anybody may know of decides nothing
    assert not decides(told_of(line(counts=replace(COUNTS, read=38, refused=2)), BoardTold(), NOW))


def test_what_is_hidden_in_words() -> None:
    told = line(counts=BoardCounts(), told=BoardTold())
    assert hidden_words(told) == "the list is empty, and its counter says 40"
    rows = replace(COUNTS, listed=38, read=38, rows_unread=2)
    assert hidden_words(line(counts=rows)) == "2 rows of the list cannot be read"
