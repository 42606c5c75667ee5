from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from crawler.archive.changes import Change, NoteMade, PostSeen
from crawler.archive.ledger import Ledger, LedgerError, read_note
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from tests.archive.conftest import post

OPEN = Segment("posts-00001.jsonl", 90)
CLOSED = Segment("posts-00001.jsonl.gz", 30, is_closed=True)


def test_only_what_is_committed_lasts(open_ledger: Callable[[], Ledger]) -> None:
    ledger = open_ledger()
    ledger.apply([PostSeen("7", post(1))])
    ledger.commit([OPEN])
    ledger.apply([PostSeen("7", post(2)), PostSeen("7", post(1, version=2))])
    assert sorted(ledger.posts("7", ["1", "2", "3"])) == ["1", "2"]
    ledger = open_ledger()
    assert ledger.posts("7", ["1", "2"]) == {"1": post(1)}
    assert ledger.segments() == {OPEN.name: OPEN}


def test_each_change_can_be_learnt(ledger: Ledger) -> None:
    assert set(ledger._savers) == set(get_args(Change))


def test_a_segment_takes_the_place_of_another(open_ledger: Callable[[], Ledger]) -> None:
    ledger = open_ledger()
    ledger.commit([OPEN, Segment("articles-00001.jsonl", 5)])
    ledger.commit([Segment(OPEN.name, 120)])
    assert ledger.segments()[OPEN.name].length == 120
    ledger.replace_segment(OPEN.name, CLOSED)
    assert sorted(ledger.segments()) == ["articles-00001.jsonl", CLOSED.name]
    ledger.commit()
    assert open_ledger().segments()[CLOSED.name] == CLOSED


def test_a_note_is_read_with_and_without_opening_the_ledger(ledger: Ledger) -> None:
    ledger.apply([NoteMade("salt", "before"), NoteMade("salt", "c0ffee")])
    assert (ledger.note("salt"), ledger.note("other")) == ("c0ffee", None)
    assert read_note(ledger.path, "salt") is None, "it is not committed"
    ledger.commit()
    assert read_note(ledger.path, "salt") == "c0ffee"
    assert read_note(ledger.path, "other") is None


def test_no_note_can_be_read_of_what_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    assert read_note(path, "salt") is None
    assert not path.exists()
    path.write_bytes(b"no database at all" * 99)
    assert read_note(path, "salt") is None


def test_a_new_ledger_has_the_present_version(ledger: Ledger) -> None:
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_later_version_is_refused_and_not_touched(ledger: Ledger) -> None:
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    before = ledger.path.read_bytes()
    with pytest.raises(LedgerError, match="later version") as raised:
        Ledger(ledger.path)
    assert not raised.value.can_set_aside
    assert ledger.path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"no database at all" * 99, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_what_is_no_ledger_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="cannot be read") as raised:
        Ledger(path)
    assert raised.value.can_set_aside


def test_a_ledger_damaged_behind_its_first_page_is_told(ledger: Ledger) -> None:
    ledger.close()
    content = ledger.path.read_bytes()
    ledger.path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(LedgerError, match="cannot be read") as raised:
        Ledger(ledger.path)
    assert raised.value.can_set_aside


def test_another_programs_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE x (y)")
    with pytest.raises(LedgerError, match="another program") as raised:
        Ledger(path)
    assert raised.value.can_set_aside


def test_a_ledger_that_cannot_be_opened_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nowhere.ledger\.sqlite3"):
        Ledger(tmp_path / "nowhere" / "ledger.sqlite3")
