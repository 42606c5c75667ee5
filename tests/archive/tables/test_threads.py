from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.archive.changes import PageSeen, ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ThreadState

LONG = "9" * 30
FULL = ThreadState(
    "7", "2", b"head", b"tail", 900, 3, -2, is_sticky=True, coverage=4, missing=(5, 6)
)


@pytest.mark.parametrize(
    "thread",
    [
        ThreadState("7"),
        FULL,
        replace(FULL, is_sticky=False, is_reversed=True, missing=()),
        replace(FULL, is_partial=True, is_gone=True, surplus=None),
        ThreadState(LONG),
        ThreadState("no number"),
    ],
)
def test_a_thread_reads_back(ledger: Ledger, thread: ThreadState) -> None:
    ledger.apply([ThreadSeen(ThreadState(thread.id, "before")), ThreadSeen(thread)])
    assert ledger.thread(thread.id) == thread
    assert ledger.thread("8") is None


def test_pages_that_a_thread_lost_are_forgotten(ledger: Ledger) -> None:
    ledger.apply([ThreadSeen(ThreadState("7", pages=3)), PageSeen("8", 3, 1)])
    ledger.apply([PageSeen("7", number, 1) for number in (1, 2, 3)])
    ledger.apply([ThreadSeen(ThreadState("7", pages=2))])
    assert ledger.pages("7") == {1, 2}
    ledger.apply([ThreadSeen(ThreadState("7", pages=2, is_gone=True))])
    assert ledger.pages("7") == set()
    assert ledger.pages("8") == {3}


def test_the_oldest_pages_of_chosen_boards(ledger: Ledger) -> None:
    for number, board in (("1", "2"), ("2", "9"), ("3", "2")):
        ledger.apply([ThreadSeen(ThreadState(number, board, pages=1))])
        ledger.apply([PageSeen(number, 1, 10 - int(number))])
    ledger.apply([ThreadSeen(ThreadState(LONG)), PageSeen(LONG, 1, 50)])
    assert ledger.oldest_pages(50, None, 9) == [("3", 1), ("2", 1), ("1", 1)]
    assert ledger.oldest_pages(51, None, 9) == [("3", 1), ("2", 1), ("1", 1), (LONG, 1)]
    assert ledger.oldest_pages(50, ["2"], 9) == [("3", 1), ("1", 1)]
    assert ledger.oldest_pages(50, ["2"], 1) == [("3", 1)]
    assert ledger.oldest_pages(50, [], 9) == []
    assert ledger.oldest_pages(8, None, 9) == [("3", 1)]
    ledger.apply([ThreadSeen(ThreadState("4", "2"))])
    assert ledger.oldest_pages(50, ["2"], 9) == [("3", 1), ("1", 1)]


def test_pages_looked_at_in_vain_come_first_unless_that_was_just_now(ledger: Ledger) -> None:
    ledger.apply([ThreadSeen(ThreadState("7", pages=3))])
    ledger.apply([PageSeen("7", 1, 5), PageSeen("7", 2, -90), PageSeen("7", 3, 200)])
    assert ledger.oldest_pages(100, None, 9) == [("7", 2), ("7", 1)]
    assert ledger.oldest_pages(90, None, 9) == [("7", 1)]


def test_threads_that_a_list_should_show(ledger: Ledger) -> None:
    threads = [ThreadState(str(at), "2", last_post=at) for at in (10, 20, 30)]
    others = [
        ThreadState("1", "2", last_post=20, is_sticky=True),
        ThreadState("2", "2", last_post=20, is_gone=True),
        ThreadState("3", "2", last_post=None),
        ThreadState("4", "9", last_post=20),
        ThreadState("5", "2", last_post=None, is_sticky=True),
        ThreadState("6", "2", last_post=20, is_sticky=True, is_gone=True),
    ]
    ledger.apply(map(ThreadSeen, threads + others))
    between = {
        (low, high): [thread.id for thread in ledger.threads_between("2", low, high)]
        for low, high in ((None, None), (10, 30), (10, None), (None, 10), (9, 11))
    }
    assert between == {
        (None, None): ["10", "20", "30"],
        (10, 30): ["20"],
        (10, None): ["20", "30"],
        (None, 10): [],
        (9, 11): ["10"],
    }
    assert ledger.sticky_threads("2") == others[:1]


def test_pages_of_which_a_file_is_due(ledger: Ledger) -> None:
    for number, board in (("1", "2"), ("2", "9")):
        ledger.apply([ThreadSeen(ThreadState(number, board, pages=3))])
    seen = [
        PageSeen("1", 1, 10, files_due=60),
        PageSeen("1", 2, 10),
        PageSeen("2", 3, 30, files_due=50),
    ]
    ledger.apply(seen)
    assert ledger.pages_with_files_due(99, 99, None) == [("2", 3), ("1", 1)]
    assert ledger.pages_with_files_due(59, 99, None) == [("2", 3)]
    assert ledger.pages_with_files_due(99, 30, None) == [("1", 1)], "looked at just now"
    assert ledger.pages_with_files_due(99, 99, ["2"]) == [("1", 1)]
    assert ledger.pages_with_files_due(99, 99, None, 1) == [("2", 3)]
    assert (ledger.due_pages("1"), ledger.due_pages("1", 60)) == (set(), {1})
    ledger.apply([PageSeen("1", 1, 20)])
    assert ledger.pages_with_files_due(99, 99, None) == [("2", 3)], "nothing waits any more"
