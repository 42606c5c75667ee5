"""A ledger of each earlier version is brought to the present one, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.ledger import Ledger
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from crawler.archive.state import PostState, ThreadState

# the version from which on files are known
HAS_MEDIA = 3
# and from which on it is known how often each was refused
HAS_NIGHTS = 9
MARKED = Segment("posts-00001.jsonl", 90)


def made_by_version(version: int, path: Path) -> None:
    """A ledger as that version left it, with a thread, a post and a segment."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("".join(MIGRATIONS[:version]))
        db.execute(f"PRAGMA application_id = {0x44495A4C}")
        db.execute(f"PRAGMA user_version = {version}")
        db.execute(
            "INSERT INTO thread (id, board, is_gone, coverage, pages) VALUES (7, 2, 0, 1, 3)"
        )
        db.execute(
            "INSERT INTO post (thread, id, at, version, hash, state) VALUES (7, 1, 5, 2, ?, 1)",
            (b"12345678",),
        )
        db.execute(
            "INSERT INTO segment (name, length, is_closed) VALUES (?, ?, 0)",
            (MARKED.name, MARKED.length),
        )
        db.execute("INSERT INTO page (thread, number, checked) VALUES (7, 3, -500)")
        if version >= HAS_MEDIA:
            db.execute(
                "INSERT INTO media (key, reason, retriable, attempts)"
                " VALUES ('attachment:7', 'not_found', 0, 3)"
            )


def everything(path: Path) -> tuple[Any, ...]:
    with closing(sqlite3.connect(path)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        tables = db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        return version, tables, db.execute("SELECT * FROM post").fetchall()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_an_older_ledger_keeps_what_it_knows(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    made_by_version(version, path)
    with closing(Ledger(path)) as ledger:
        assert ledger.thread("7") == ThreadState("7", "2", coverage=1, pages=3)
        known = PostState("1", 5, 2, b"12345678", is_first=True, comments=None)
        assert ledger.posts("7", ["1"]) == {"1": known}
        assert ledger.segments() == {MARKED.name: MARKED}
        assert ledger.trait_counts.known() == {}
        assert ledger.due_pages("7") == {3}
        refused = ledger.media("attachment:7")
        if version >= HAS_MEDIA:
            assert refused is not None
            # nobody proved it: it is due
            assert (refused.reason, refused.due, refused.is_settled) == (
                "not_found",
                0,
                version >= HAS_NIGHTS,
            )
        else:
            assert refused is None
    new = tmp_path / "new.sqlite3"
    Ledger(new).close()
    assert everything(path)[:2] == everything(new)[:2]


@pytest.mark.parametrize("step", ["CREATE TABLE shelf (x); CREATE TABLE shelf (x);", "no SQL;"])
def test_a_step_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "ledger.sqlite3"
    made_by_version(1, path)
    before = everything(path)
    monkeypatch.setattr("crawler.archive.ledger.MIGRATIONS", (*MIGRATIONS, step))
    with pytest.raises(OSError, match=r"ledger\.sqlite3"):
        Ledger(path)
    assert everything(path) == before


def test_each_step_is_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite3"
    Ledger(path).close()
    monkeypatch.setattr(
        "crawler.archive.ledger.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE shelf (x);")
    )
    for _ in range(2):
        Ledger(path).close()
        assert everything(path)[0] == len(MIGRATIONS) + 1
