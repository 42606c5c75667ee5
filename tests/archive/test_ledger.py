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
    TaskAgain,
    TaskDone,
    TaskFound,
    TaskMoved,
    ThreadSeen,
)
from crawler.archive.ledger import Ledger, LedgerError
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from crawler.archive.state import (
    KnownPost,
    KnownRefusal,
    KnownThread,
    ListTask,
    PageTask,
    Row,
    Task,
    ThreadTask,
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A new one; it and those that come after it are closed in the end."""
    made: list[Ledger] = []
    begin = Ledger.__init__

    def remembered(self: Ledger, path: Path) -> None:
        made.append(self)
        begin(self, path)

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
    found: list[Task] = [
        ThreadTask(key="2", url="u2", priority=2),
        ListTask(key="1", url="u1", priority=1),
        ThreadTask(key="2", url="again"),
        ThreadTask(key="3", url="u3", priority=1),
    ]
    ledger.apply(map(TaskFound, found))
    ledger.commit()
    ledger = again(ledger)
    assert ledger.jobs.open("other", 200, "run2") is None
    assert ledger.jobs.next(9) == []
    assert ledger.jobs.open("same", 200, "run2") == (100, "run1")
    first, second, third = ledger.jobs.next(9)
    assert [task.key for task in (first, second, third)] == ["1", "3", "2"]
    assert isinstance(second, ThreadTask)
    assert (third.url, third.priority) == ("u2", 2)
    assert [task.key for task in ledger.jobs.next(1, [first.id])] == ["3"]
    row = Row("2", b"head", None, 900, is_sticky=True)
    moved = replace(second, page=5, todo=(6, 7), row=row, is_whole=True)
    ledger.apply([TaskDone(first), TaskMoved(moved)])
    assert ledger.jobs.next(9) == [moved, third]
    assert (ledger.jobs.count(ThreadTask), ledger.jobs.count(ListTask, waiting=True)) == (2, 0)
    assert [task.key for task in ledger.jobs.tasks(ListTask)] == ["1"]
    ledger.jobs.close()
    assert ledger.jobs.open("same", 300, "run3") is None
    assert ledger.jobs.next(9) == []


@pytest.mark.parametrize(
    "task",
    [
        ThreadTask(key="2", url="u", is_asked=True, todo=(6, 7), is_whole=True, has_vanished=True),
        ThreadTask(key="2", url="u", row=Row("2", b"head", None, 0, is_sticky=True, replies=0)),
        ThreadTask(key="2", url="u", row=Row(None, None, b"tail"), is_revisit=True),
        ListTask(key="2:4", url="u", board="2", began=0, above=0, is_single=True, page=4),
        ListTask(key="2", url="u", is_complete=False),
        ListTask(key="2", url="u", is_complete=True, is_asked=True),
        PageTask(key="http://b.example/", url="u", is_all=True),
    ],
)
def test_a_task_reads_back_whole(ledger: Ledger, task: Task) -> None:
    ledger.jobs.open("x", 1, "run")
    ledger.apply([TaskFound(task)])
    (found,) = ledger.jobs.next(9)
    assert found == replace(task, id=found.id)


def test_a_task_may_say_more_than_this_version_knows(ledger: Ledger) -> None:
    """As a later version left it, or an earlier one: what is not known is passed over."""
    ledger.jobs.open("x", 1, "run")
    ledger.apply([TaskFound(ListTask(key="2", url="u", above=9))])
    ledger.commit()
    ledger.close()
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as db:
        db.execute("UPDATE task SET state = json_set(state, '$.colour', 'red')")
    ledger = Ledger(ledger.path)
    ledger.jobs.open("x", 1, "run")
    (found,) = ledger.jobs.next(9)
    assert found == ListTask(key="2", url="u", above=9, id=found.id)


def test_a_done_task_is_done_once_more_only_if_it_is_told_so(ledger: Ledger) -> None:
    ledger.jobs.open("x", 1, "run")
    ledger.apply([TaskFound(ThreadTask(key="2", url="u", page=3, todo=(4,)))])
    (task,) = ledger.jobs.next(9)
    again = ThreadTask(key="2", url="other", page=1, priority=7, is_revisit=True)
    ledger.apply([TaskAgain(again)])
    assert ledger.jobs.next(9) == [task], "it waits as it is"
    ledger.apply([TaskDone(task), TaskFound(again)])
    assert ledger.jobs.next(9) == []
    ledger.apply([TaskAgain(again)])
    assert ledger.jobs.next(9) == [replace(again, id=task.id, url="u")]


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
