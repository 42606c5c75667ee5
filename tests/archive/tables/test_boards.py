from __future__ import annotations

import sqlite3
from contextlib import closing

from crawler.archive.changes import BoardSeen, BoardWalked, ListSeen
from crawler.archive.ledger import Ledger


def test_a_walk_counts_in_its_scope_and_without_limit(ledger: Ledger) -> None:
    ledger.apply([BoardWalked("2", "since", 50), BoardWalked("2", "", 40)])
    assert ledger.walked("2", "since") == 50
    assert ledger.walked("2", "") == 40
    assert ledger.walked("2", "other") == 40
    assert ledger.walked("3", "") is None
    ledger.apply([BoardWalked("2", "", 60)])
    assert ledger.walked("2", "since") == 60


def test_the_oldest_lists_of_chosen_boards(ledger: Ledger) -> None:
    ledger.apply([ListSeen("2", 4, 3, 5), ListSeen("2", 1, 9, 5), ListSeen("9", 1, 1, 1)])
    assert ledger.oldest_lists(99, None, 9) == [("9", 1), ("2", 4), ("2", 1)]
    assert ledger.oldest_lists(99, None, 1) == [("9", 1)]
    assert ledger.oldest_lists(9, ["2"], 9) == [("2", 4)]
    assert ledger.oldest_lists(9, [], 9) == []


def test_pages_that_a_list_lost_are_forgotten(ledger: Ledger) -> None:
    ledger.apply([ListSeen("2", 4, 3, 5), ListSeen("2", 3, 3, 5), ListSeen("9", 4, 3, 5)])
    ledger.apply([ListSeen("2", 1, 9, 3)])
    assert ledger.oldest_lists(99, None, 9) == [("2", 3), ("9", 4), ("2", 1)]


def test_a_page_that_does_not_name_a_board_takes_no_name_away(ledger: Ledger) -> None:
    ledger.apply([BoardSeen("2", "灯"), BoardSeen("2", "灯笼"), BoardSeen("2", None)])
    ledger.apply([BoardSeen("3", None)])
    ledger.commit()
    with closing(sqlite3.connect(ledger.path)) as db:
        assert dict(db.execute("SELECT id, name FROM board")) == {"2": "灯笼", "3": None}
