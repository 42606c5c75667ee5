from __future__ import annotations

from collections.abc import Callable

from crawler.archive.changes import TaskAgain, TaskDone, TaskFound, TaskMoved
from crawler.archive.ledger import Ledger
from crawler.archive.state import Row, State, Task


def test_a_job_goes_on_until_it_is_closed(open_ledger: Callable[[], Ledger]) -> None:
    ledger = open_ledger()
    assert ledger.jobs.open("same", 100, "run1") is None
    found = [Task("thread", "2", "u2", place=2), Task("list", "1", "u1", place=1)]
    ledger.apply(
        [TaskFound(task) for task in (*found, found[0], Task("thread", "3", "u3", place=1))]
    )
    ledger.commit()
    ledger = open_ledger()
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


def test_a_task_that_is_done_may_be_done_again(ledger: Ledger) -> None:
    ledger.jobs.open("same", 100, "run1")
    ledger.apply([TaskFound(Task("thread", "2", "u2")), TaskAgain(Task("thread", "2", "u2", 3))])
    (task,) = ledger.jobs.next(9)
    assert task.page == 1, "one that waits goes on as it was"
    ledger.apply([TaskDone(task), TaskFound(task)])
    assert ledger.jobs.next(9) == []
    ledger.apply([TaskAgain(Task("thread", "2", "u2", 3)), TaskAgain(Task("thread", "4", "u4"))])
    assert [(each.key, each.page) for each in ledger.jobs.next(9)] == [("2", 3), ("4", 1)]
