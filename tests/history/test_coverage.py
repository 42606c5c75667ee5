"""How complete a thread is: its posts and pages held against its own counter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import PageSeen, PostSeen, ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListRowState, PostState, ThreadState
from crawler.discuz.facts import Board
from crawler.history.coverage import Count, coverage_of, state_after
from crawler.history.intervals import Intervals
from tests.frontier.offline import NOW, ROOT, thread, thread_path

URL = f"{ROOT}{thread_path(7)}"

ROW = ListRowState("8", b"head", b"tail", 900, replies=4)


def count(**more: Any) -> Count:
    """Of a thread of two pages with five posts, all of them read."""
    made = Count(present=5, shielded=0, gone=0, pages_known={1, 2}, pages=2, expected=5)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def seen(*positions: int) -> Intervals:
    ranges = Intervals()
    for position in positions:
        ranges.add(position, position)
    return ranges


# name: (what is known, status, posts_expected, posts_waiting)
STATUSES: dict[str, tuple[Count, str, int | None, int | None]] = {
    "all is there": (count(), "complete", 5, None),
    "more than its counter says": (count(present=9), "complete", 5, None),
    "a page is missing": (count(pages_known={2}), "partial", 5, None),
    "pages that are no more count for nothing": (count(pages_known={1, 9}), "partial", 5, None),
    "all pages, too few posts": (count(present=3), "partial", 5, 2),
    "no counter": (count(expected=None), "unknown", None, None),
    "no counter, and a page is missing": (
        count(expected=None, pages_known={1}),
        "partial",
        None,
        None,
    ),
    "no counter now, one more than it said before": (
        count(expected=None, surplus=1),
        "complete",
        4,
        None,
    ),
    "no counter now, two fewer than it said before": (
        count(expected=None, surplus=-2),
        "partial",
        7,
        2,
    ),
    "some authors' posts only": (count(is_filtered=True), "unknown", 5, None),
    "no replies": (count(present=1, pages=1, expected=1, pages_known={1}), "complete", 1, None),
}


@pytest.mark.parametrize("name", STATUSES)
def test_the_coverage_line(name: str) -> None:
    known, status, expected, waiting = STATUSES[name]
    line = coverage_of(ThreadState("7", coverage=4), known, NOW, root=ROOT, url=URL, run_id="run")
    assert (line.status, line.posts_expected, line.posts_waiting) == (status, expected, waiting)
    assert (line.posts_captured, line.pages_expected) == (known.present, known.pages)
    assert line.pages_captured == len(known.pages_known & {1, 2})
    assert (line.version, line.run_id, line.thread_id) == (4, "run", "7")
    assert line.item_id == "b.example:7:coverage"


def test_what_explains_that_posts_are_missing() -> None:
    """Floors that no page shows are not waiting as well."""
    known = count(present=3, expected=7, gone=2, shielded=1)
    missing = ThreadState("7", missing=(3, 4))
    line = coverage_of(missing, known, NOW, root=ROOT, url=URL, run_id="run")
    assert (line.posts_deleted, line.posts_shielded) == (2, 1)
    assert (line.missing_positions, line.posts_waiting) == ([3, 4], 2)


@pytest.mark.parametrize(
    "known, unaccounted",
    [
        (count(), 0),
        (count(present=7), 2),
        (count(present=3), -2),
        (count(present=7, surplus=2), 0),  # it never agreed
        (count(present=6, surplus=2), -1),
        (count(expected=None), None),
    ],
)
def test_how_many_posts_the_counter_does_not_count(known: Count, unaccounted: int | None) -> None:
    assert known.unaccounted() == unaccounted


@pytest.mark.parametrize(
    "known, is_whole",
    [
        (count(), True),
        (count(pages_known={1}), False),
        (count(has_failed=True), False),
        (count(is_filtered=True), False),
        # opening posts only: one page is all
        (count(pages_known={1}, with_replies=False), True),
        (count(with_replies=False, has_failed=True), False),
    ],
)
def test_when_all_was_read(known: Count, is_whole: bool) -> None:
    assert known.is_whole() is is_whole


@pytest.mark.parametrize(
    "positions, from_top, known, gaps",
    [
        ((1, 2, 5), True, (), (3, 4)),
        ((1, 2, 5), True, (9,), (3, 4)),  # what was known before is read anew
        ((1, 2, 5), False, (9,), (9, 3, 4)),
        ((1, 2, 5), False, (4, 9), (4, 9, 3)),
        ((), True, (3,), ()),
        ((), False, (3,), (3,)),
    ],
)
def test_gaps(
    positions: tuple[int, ...], from_top: bool, known: tuple[int, ...], gaps: tuple[int, ...]
) -> None:
    assert count(positions=seen(*positions), from_top=from_top).gaps(known) == gaps


def test_a_forum_that_counts_floors_in_millions() -> None:
    gaps = count(positions=seen(1, 5_000_000), from_top=True).gaps(())
    assert gaps == tuple(range(2, 1002))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "l")
    yield made
    made.close()


def test_what_the_ledger_knows_is_where_counting_begins(ledger: Ledger) -> None:
    nothing = Count.of(ledger, "7", row=None, with_replies=True)
    assert nothing == Count(0, 0, 0, set())
    ledger.apply([ThreadSeen(ThreadState("7", pages=3, surplus=-1)), PageSeen("7", 2, 5)])
    posts = [PostState("1", 1, 1, b""), PostState("2", 2, 1, b"", is_shielded=True)]
    gone = PostState("3", 3, 2, b"", is_gone=True)
    ledger.apply(PostSeen("7", post) for post in (*posts, gone))
    known = Count.of(ledger, "7", row=ROW, with_replies=False)
    expected = Count(2, 1, 1, {2}, pages=3, expected=5, surplus=-1, with_replies=False)
    assert known == expected
    unlisted = Count.of(ledger, "7", row=replace(ROW, replies=None), with_replies=True)
    assert unlisted.expected is None


OLD = ThreadState(
    "7",
    board="2",
    title_hash=b"old",
    activity_hash=b"old",
    last_post=100,
    pages=1,
    surplus=3,
    coverage=4,
    missing=(2,),
    is_gone=True,
)
BY_ROW = {"title_hash": b"head", "activity_hash": b"tail", "last_post": 900}


@pytest.mark.parametrize(
    "known, row, page_board, expected",
    [
        # read whole: as its row says, so that the next list tells nothing new
        (count(), ROW, "2", {**BY_ROW, "board": "2", "surplus": 0, "comments": 0}),
        (count(present=4), ROW, "2", {**BY_ROW, "board": "2", "surplus": -1, "comments": 0}),
        (count(), ROW, None, {**BY_ROW, "board": "8", "surplus": 0, "comments": 0}),
        (
            count(),
            replace(ROW, is_sticky=True),
            None,
            # a sticky thread stands in lists of boards that are not its own
            {**BY_ROW, "board": "2", "surplus": 0, "comments": 0, "is_sticky": True},
        ),
        # read without a list: what its row said still stands
        (count(), None, "2", {"surplus": 0, "comments": 0}),
        (count(expected=None, surplus=3), None, "2", {"surplus": 3, "comments": 0}),
        # what its counter says is not explained yet
        (count(surplus=3), None, "2", {"surplus": 3, "comments": 0, "odd_since": 900}),
        # not whole: read again, whatever its row says
        (
            count(has_failed=True),
            ROW,
            "2",
            {"title_hash": None, "activity_hash": None, "surplus": None, "odd_since": 900},
        ),
        (
            count(pages_known={1}),
            None,
            "2",
            {"title_hash": None, "activity_hash": None, "surplus": None, "odd_since": 900},
        ),
        (
            count(with_replies=False),
            ROW,
            "2",
            {**BY_ROW, "board": "2", "surplus": 0, "comments": 0, "is_partial": True},
        ),
    ],
)
def test_what_is_remembered_of_a_thread(
    known: Count, row: ListRowState | None, page_board: str | None, expected: dict[str, Any]
) -> None:
    page = thread(1, 2, board=Board(None, page_board), is_reversed=True)
    more = {"thread_id": "7", "row": row, "is_reversed": True}
    more["odd_since"] = expected.get("odd_since", 0)
    expected = {"pages": 2, "is_gone": False, "is_reversed": True, **expected}
    learnt = state_after(OLD, page, known, **more, has_vanished=False)  # type: ignore[arg-type]
    assert learnt == replace(OLD, **expected)
    # no list is expected to show it until one does
    learnt = state_after(OLD, page, known, **more, has_vanished=True)  # type: ignore[arg-type]
    assert learnt == replace(OLD, **{**expected, "last_post": None})


def test_a_thread_that_was_not_known() -> None:
    learnt = state_after(
        None,
        thread(1),
        count(pages=1),
        thread_id="7",
        row=None,
        has_vanished=False,
        is_reversed=False,
        odd_since=0,
    )
    assert learnt == ThreadState("7", board="2", pages=1, surplus=0, comments=0)
