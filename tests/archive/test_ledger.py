from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import (
    BoardWalked,
    ListSeen,
    PageSeen,
    PostSeen,
    RefusalSeen,
    TaskDone,
    TaskFound,
    TaskMoved,
    ThreadSeen,
)
from crawler.archive.ledger import Ledger, LedgerError
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from crawler.archive.state import KnownPost, KnownRefusal, KnownThread, Row, State, Task


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A new one; it and those that come after it are closed in the end."""
    made: list[Ledger] = []
    begin = Ledger.__init__

    def remembered(self: Ledger, path: Path) -> None:
        begin(self, path)
        made.append(self)

    monkeypatch.setattr(Ledger, "__init__", remembered)
    yield Ledger(tmp_path / "ledger.sqlite3")
    for each in made:
        each.close()


def again(ledger: Ledger) -> Ledger:
    """As the next run finds it, after a kill."""
    ledger.close()
    return Ledger(ledger.path)


def post(number: int, at: int = 0, version: int = 1, **more: Any) -> KnownPost:
    return KnownPost(str(number), at, version, b"12345678", **more)


def test_only_what_is_committed_lasts(ledger: Ledger) -> None:
    ledger.apply([PostSeen("7", post(1))])
    ledger.commit([Segment("posts-00001.jsonl", 90)])
    ledger.apply([PostSeen("7", post(2)), PostSeen("7", post(1, version=2))])
    assert sorted(ledger.posts("7", ["1", "2", "3"])) == ["1", "2"]
    ledger = again(ledger)
    assert ledger.posts("7", ["1", "2"]) == {"1": post(1)}
    assert ledger.segments() == {"posts-00001.jsonl": Segment("posts-00001.jsonl", 90)}


def test_what_is_learnt_reads_back(ledger: Ledger) -> None:
    thread = KnownThread(
        "7", "2", b"head", b"tail", 900, 3, -2, is_sticky=True, coverage=4, missing=(5, 6)
    )
    told = post(9, 5, 3, is_first=True, is_early=True, is_shielded=True, is_gone=True)
    refusal = KnownRefusal("s:refusal:7", "7", "challenge", True, 3, 2, 1000, "http://b/")
    ledger.apply([ThreadSeen(thread), PostSeen("7", told), RefusalSeen(refusal)])
    assert ledger.thread("7") == thread
    assert ledger.thread("8") is None
    assert ledger.posts("7", ["9"]) == {"9": told}
    assert ledger.refusal("s:refusal:7") == refusal
    denied = replace(refusal, id="s:refusal:8", is_retriable=False)
    over = replace(denied, id="s:refusal:9", reason="")
    ledger.apply([RefusalSeen(denied), RefusalSeen(over)])
    assert ledger.refusals_due(999, 9) == [refusal]
    assert ledger.refusals_due(1000, 9) == [refusal, denied]
    assert ledger.refusals_due(1000, 0) == [refusal]


def test_ids_longer_than_numbers_are_ids_too(ledger: Ledger) -> None:
    long = "9" * 30
    ledger.apply([ThreadSeen(KnownThread(long)), PageSeen(long, 1, 5)])
    ledger.apply([PostSeen(long, KnownPost(long, 5, 1, b""))])
    assert ledger.thread(long) == KnownThread(long)
    assert list(ledger.posts(long, [long])) == [long]
    assert ledger.oldest_pages(9, None, 9) == [(long, 1)]
    assert KnownPost(long, 5, 1, b"").order == (5, 10**18 - 1)


def test_posts_in_the_order_of_their_dates(ledger: Ledger) -> None:
    ledger.apply([PostSeen("7", post(n, at)) for n, at in ((1, 10), (2, 10), (9, 10), (5, 20))])
    ledger.apply([PostSeen("7", post(3, 15, is_gone=True)), PostSeen("8", post(4, 12))])
    assert [each.id for each in ledger.posts_between("7", (10, 1), (20, 5))] == ["2", "9"]
    assert [each.id for each in ledger.posts_between("7", None, None)] == ["1", "2", "9", "5"]
    assert ledger.count_before("7", (20, 5)) == 3
    assert ledger.counts("7") == (4, 0, 1)
    assert [each.id for each in ledger.present_posts("7", "1", 2)] == ["2", "5"]


def test_pages_that_a_thread_lost_are_forgotten(ledger: Ledger) -> None:
    ledger.apply([ThreadSeen(KnownThread("7", pages=3))])
    ledger.apply([PageSeen("7", number, 1) for number in (1, 2, 3)])
    ledger.apply([ThreadSeen(KnownThread("7", pages=2))])
    assert ledger.pages("7") == {1, 2}
    ledger.apply([ThreadSeen(KnownThread("7", pages=2, is_gone=True))])
    assert ledger.pages("7") == set()


def test_the_oldest_pages_of_chosen_boards(ledger: Ledger) -> None:
    for number, board in (("1", "2"), ("2", "9"), ("3", "2")):
        ledger.apply([ThreadSeen(KnownThread(number, board, pages=1))])
        ledger.apply([PageSeen(number, 1, 10 - int(number))])
    ledger.apply([ListSeen("2", 4, 3, 5), ListSeen("2", 1, 9, 5), ListSeen("9", 1, 1, 1)])
    assert ledger.oldest_pages(100, None, 9) == [("3", 1), ("2", 1), ("1", 1)]
    assert ledger.oldest_pages(100, ["2"], 1) == [("3", 1)]
    assert ledger.oldest_pages(8, None, 9) == [("3", 1)]
    assert ledger.oldest_lists(9, ["2"], 9) == [("2", 4)]
    ledger.apply([ListSeen("2", 1, 9, 3)])
    assert ledger.oldest_lists(99, ["2"], 9) == [("2", 1)]


def test_a_walk_counts_in_its_scope_and_without_limit(ledger: Ledger) -> None:
    ledger.apply([BoardWalked("2", "since", 50), BoardWalked("2", "", 40)])
    assert ledger.walked("2", "since") == 50
    assert ledger.walked("2", "") == 40
    assert ledger.walked("2", "other") == 40
    assert ledger.walked("3", "") is None


def test_a_job_goes_on_until_it_is_closed(ledger: Ledger) -> None:
    assert ledger.jobs.open("same", 100, "run1") is None
    found = [Task("thread", "2", "u2", place=2), Task("list", "1", "u1", place=1)]
    ledger.apply(
        [TaskFound(task) for task in (*found, found[0], Task("thread", "3", "u3", place=1))]
    )
    ledger.commit()
    ledger = again(ledger)
    assert ledger.jobs.open("other", 200, "run2") is None
    assert ledger.jobs.next(9) == []
    assert ledger.jobs.open("same", 200, "run2") == (100, "run1")
    first, second, third = ledger.jobs.next(9)
    assert [task.key for task in (first, second, third)] == ["1", "3", "2"]
    assert [task.key for task in ledger.jobs.next(1, [first.id])] == ["3"]
    row = Row("2", b"head", None, 900, is_sticky=True)
    moved_to = State(todo=(6, 7), row=row, is_whole=True, above=0, is_complete=False)
    ledger.apply([TaskDone(first), TaskMoved(Task("thread", "3", "u3", 5, 1, moved_to, second.id))])
    (moved, _) = ledger.jobs.next(9)
    assert (moved.page, moved.state) == (5, moved_to)
    assert (ledger.jobs.count("thread"), ledger.jobs.count("list", waiting=True)) == (2, 0)
    ledger.jobs.close()
    assert ledger.jobs.open("same", 300, "run3") is None
    assert ledger.jobs.next(9) == []


def test_a_new_ledger_has_the_present_version(ledger: Ledger) -> None:
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_later_version_is_refused_and_not_touched(ledger: Ledger) -> None:
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="later version") as raised:
        Ledger(ledger.path)
    assert not raised.value.can_set_aside


@pytest.mark.parametrize(
    "content", [b"no database at all" * 99, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_what_is_no_ledger_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="cannot be read") as raised:
        Ledger(path)
    assert raised.value.can_set_aside


def test_another_programs_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE x (y)")
    with pytest.raises(LedgerError, match="another program"):
        Ledger(path)


def test_an_older_ledger_is_brought_to_the_present(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.apply([ThreadSeen(KnownThread("7", "2")), PostSeen("7", post(1))])
    ledger.commit()
    added = "ALTER TABLE board ADD COLUMN colour TEXT DEFAULT 'red';"
    migrations = (*MIGRATIONS, added, "CREATE TABLE shelf (x);")
    monkeypatch.setattr("crawler.archive.ledger.MIGRATIONS", migrations)
    ledger = again(ledger)
    assert ledger.thread("7") == KnownThread("7", "2")
    assert ledger.posts("7", ["1"]) == {"1": post(1)}
    ledger = again(ledger)  # and once only
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(migrations),)
        assert db.execute("SELECT count(*) FROM shelf").fetchone() == (0,)
