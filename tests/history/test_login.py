"""Whose rights a run has, told from those of the runs before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.archive.changes import PageSeen, RightsChanged, ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ThreadState
from crawler.history.login import login_changes, rights_since


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite3")
    yield made
    made.close()


def test_others_log_in(ledger: Ledger) -> None:
    told = []
    for now, login in enumerate(("", "one", "one", None, "two", "", "", "two"), 1):
        changes = login_changes(ledger, login, now)
        ledger.apply(changes)
        told.append((RightsChanged(now) in changes, rights_since(ledger)))
    has_changed = [changed for changed, _ in told]
    assert has_changed == [False, True, False, False, True, False, False, True]
    assert [since for _, since in told] == [0, 2, 2, 2, 5, 0, 0, 8]


def test_the_ledger_keeps_no_login(ledger: Ledger) -> None:
    ledger.apply(login_changes(ledger, "a hash of cookies", 5))
    first = ledger.note("login") or ""
    assert "cookies" not in first
    ledger.apply(login_changes(ledger, "", 6))
    ledger.apply(login_changes(ledger, "a hash of cookies", 5))
    assert ledger.note("login") != first, "salted"


def test_pages_with_what_was_denied_are_due(ledger: Ledger) -> None:
    ledger.apply([ThreadSeen(ThreadState("7", "2", pages=3))])
    ledger.apply([PageSeen("7", 1, 5, is_denied=True), PageSeen("7", 2, 5)])
    assert ledger.pages_with_files_due(99, 99, None) == []
    ledger.apply([RightsChanged(50)])
    assert ledger.pages_with_files_due(99, 99, None) == [("7", 1)]
    assert ledger.pages_with_files_due(49, 99, None) == []
