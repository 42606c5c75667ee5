from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ThreadState
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import Board, BoardPage, Moment, Site, ThreadRow
from crawler.frontier.board_listing import (
    ListingDiff,
    ListingScope,
    in_minutes,
    read_list,
    row_facts,
)

NOW = datetime(2023, 3, 15, 20, tzinfo=DEFAULT_ZONE)
SITE = Site("http://b.example/", None, "X3.3", "utf-8", NOW)
BOARD = Board("河湾闲话", "8")
WALKED = in_minutes(NOW - timedelta(days=1))


def row(tid: int, days: float = 5, **more: object) -> ThreadRow:
    last = Moment(NOW - timedelta(days=days), "minute", "")
    facts = ThreadRow(str(tid), f"http://b.example/{tid}", f"题{tid}", replies=2, last_post=last)
    return replace(facts, **more)  # type: ignore[arg-type]


def page(*rows: ThreadRow, number: int = 1, pages: int = 3) -> BoardPage:
    return BoardPage(SITE, "http://b.example/", BOARD, number, pages, None, rows)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "l")
    yield made
    made.close()


def learn(ledger: Ledger, *rows: ThreadRow, **more: object) -> None:
    """As if these rows had been read whole."""
    for each in rows:
        facts = row_facts(each, page())
        assert facts is not None
        known = ThreadState(
            each.thread_id,
            facts.board,
            facts.title_hash,
            facts.activity_hash,
            facts.last_post,
            1,
            is_sticky=facts.is_sticky,
        )
        ledger.apply([ThreadSeen(replace(known, **more))])  # type: ignore[arg-type]


def walk(ledger: Ledger, here: BoardPage, **more: object) -> ListingDiff:
    scope = ListingScope(**{"above": None, "listed_at": WALKED, **more})  # type: ignore[arg-type]
    return read_list(here, ledger, scope)


def wanted(diff: ListingDiff) -> list[tuple[str, bool, bool]]:
    return [(each.row.thread_id, each.is_new, each.from_top) for each in diff.wanted]


CHANGES: dict[str, tuple[dict[str, Any], bool | None]] = {
    "as it was": ({}, None),
    "views only": ({"views": 900}, None),
    "another last author": ({"last_author": "x"}, None),
    "hot now": ({"flags": ("hot",)}, True),
    "a reply": ({"replies": 3}, False),
    "a later last post": ({"last_post": Moment(NOW - timedelta(days=4.9), "minute", "")}, False),
    "renamed": ({"headline": "新题"}, True),
    "another type": ({"category": "见闻"}, True),
    "closed": ({"flags": ("closed",)}, True),
    "digest": ({"flags": ("digest",)}, True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_of_a_row_makes_a_thread_worth_reading(ledger: Ledger, name: str) -> None:
    """``None``: no request; else whether its first page is to be read too."""
    more, from_top = CHANGES[name]
    learn(ledger, row(1))
    diff = walk(ledger, page(row(1, **more)))
    assert wanted(diff) == ([] if from_top is None else [("1", False, from_top)])
    assert diff.unchanged == (from_top is None)


def test_new_gone_and_half_read_threads_are_wanted(ledger: Ledger) -> None:
    learn(ledger, row(2), is_gone=True)
    learn(ledger, row(3), is_partial=True)
    here = page(row(1), row(2), row(3))
    assert wanted(walk(ledger, here)) == [
        ("1", True, True),
        ("2", True, False),
        ("3", False, False),
    ]
    assert len(wanted(walk(ledger, here, with_replies=False))) == 2
    learn(ledger, row(4))
    assert wanted(walk(ledger, page(row(4)), full=True)) == [("4", False, True)]


def test_a_walk_ends_where_rows_are_known_and_older_than_the_last_walk(ledger: Ledger) -> None:
    rows = [row(1, 0.1), row(2, 3), row(3, 4)]
    learn(ledger, *rows)
    assert walk(ledger, page(*rows)).ends
    assert not walk(ledger, page(*rows), listed_at=None).ends
    assert not walk(ledger, page(*rows), full=True).ends
    assert not walk(ledger, page(row(1, 0.1))).ends  # newer than the last walk
    assert not walk(ledger, page(*rows, row(4, 5))).ends  # the last one is new
    assert not walk(ledger, page(rows[2], rows[1], rows[0])).ends  # another order
    assert walk(ledger, page(row(9, 90, flags=("sticky",)), *rows)).ends


def test_a_list_without_dates_ends_where_all_is_known(ledger: Ledger) -> None:
    rows = [row(1, last_post=None), row(2, last_post=None)]
    learn(ledger, *rows)
    assert walk(ledger, page(*rows)).ends
    assert not walk(ledger, page(row(3, last_post=None), *rows)).ends
    assert not walk(ledger, page(*rows), listed_at=None).ends


def test_words_that_count_from_now_are_no_change(ledger: Ledger) -> None:
    """3 天前 without a title says another day each time the page is seen."""
    learn(ledger, row(1, last_post=Moment(NOW - timedelta(days=3), "day", "3 天前")))
    later = row(1, last_post=Moment(NOW - timedelta(days=4), "day", "4 天前"))
    assert wanted(walk(ledger, page(later))) == []


def test_since_leaves_out_older_threads_and_ends_the_walk(ledger: Ledger) -> None:
    since = in_minutes(NOW - timedelta(days=2))
    diff = walk(ledger, page(row(1, 1), row(2, 3)), since=since)
    assert (wanted(diff), diff.ends) == ([("1", True, True)], True)
    assert not walk(ledger, page(row(1, 1)), since=since).ends


def test_threads_that_a_page_should_show_have_vanished(ledger: Ledger) -> None:
    learn(ledger, *(row(n, n) for n in range(1, 9)))
    learn(ledger, row(9, 5, flags=("sticky",)))
    learn(ledger, row(10, 2.5), board="2")
    learn(ledger, row(11, 2.6), last_post=None)
    first = page(row(2, 2), row(4, 4))
    assert sorted(walk(ledger, first).vanished) == ["1", "3", "9"]
    second = page(row(6, 6), number=2)
    assert walk(ledger, second).vanished == ()
    above = in_minutes(NOW - timedelta(days=4))
    assert walk(ledger, second, above=above).vanished == ("5",)
    last = page(row(7, 7), number=3)
    assert walk(ledger, last).vanished == ("8",)
    assert walk(ledger, page(row(4, 4), row(2, 2))).vanished == ()  # another order
    assert walk(ledger, replace(first, is_truncated=True)).vanished == ()


def test_what_a_moved_thread_left_behind(ledger: Ledger) -> None:
    stub = row(7, is_moved=True)
    assert wanted(walk(ledger, page(stub))) == [("7", True, True)]
    learn(ledger, row(7))  # known here: it has moved since
    assert wanted(walk(ledger, page(stub))) == [("7", False, True)]
    learn(ledger, row(7), board="2")  # known where it is now
    assert wanted(walk(ledger, page(stub))) == []


def test_a_thread_sticky_everywhere_is_at_home_everywhere(ledger: Ledger) -> None:
    sticky = row(1, flags=("sticky",), category="见闻")
    learn(ledger, sticky, board="2")
    assert wanted(walk(ledger, page(replace(sticky, category=None)))) == []
    learn(ledger, row(2), board="2")
    assert wanted(walk(ledger, page(row(2)))) == [("2", False, True)]
