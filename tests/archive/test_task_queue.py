from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crawler.archive.changes import TaskAgain, TaskDone, TaskFound, TaskMoved
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListRowState, ListTask, PageTask, ThreadTask


def thread(key: str, *, page: int = 1, priority: int = 0) -> ThreadTask:
    return ThreadTask(key=key, url=f"u{key}", page=page, priority=priority)


def test_a_job_goes_on_until_it_is_closed(open_ledger: Callable[[], Ledger]) -> None:
    ledger = open_ledger()
    assert ledger.task_queue.open("same", 100, "run1") is None
    found = [thread("2", priority=2), ListTask(key="1", url="u1", priority=1)]
    ledger.apply([TaskFound(task) for task in (*found, found[0], thread("3", priority=1))])
    ledger.commit()
    ledger = open_ledger()
    assert ledger.task_queue.open("other", 200, "run2") is None
    assert ledger.task_queue.next(9) == []
    assert ledger.task_queue.open("same", 200, "run2") == (100, "run1")
    # of several that were stopped the last one is named
    assert ledger.task_queue.open("same", 300, "run3") == (200, "run2")
    first, second, third = ledger.task_queue.next(9)
    assert [task.key for task in (first, second, third)] == ["1", "3", "2"]
    assert [task.key for task in ledger.task_queue.next(1, [first.id])] == ["3"]
    assert isinstance(second, ThreadTask)
    row = ListRowState("2", b"head", None, 900, is_sticky=True)
    moved = replace(second, page=5, todo=(6, 7), row=row, is_whole=True, has_vanished=True)
    ledger.apply([TaskDone(first), TaskMoved(moved)])
    assert ledger.task_queue.next(1) == [moved]
    assert (
        ledger.task_queue.count(ThreadTask),
        ledger.task_queue.count(ListTask, waiting=True),
    ) == (2, 0)
    ledger.task_queue.close()
    assert ledger.task_queue.open("same", 300, "run3") is None
    assert ledger.task_queue.next(9) == []


def test_all_fields_of_a_task_last(open_ledger: Callable[[], Ledger]) -> None:
    """A run that is killed goes on with tasks as they were."""
    ledger = open_ledger()
    ledger.task_queue.open("same", 100, "run1")
    tasks = [
        ListTask(
            key="2:7", url="u", page=7, priority=9, is_asked=True, is_revisit=True, board="2",
            began=5, above=0, is_single=True, is_complete=False,
        ),
        PageTask(key="p", url="u", page=2, priority=9, is_all=True),
    ]  # fmt: skip
    ledger.apply([TaskFound(task) for task in tasks])
    ledger.commit()
    ledger = open_ledger()
    ledger.task_queue.open("same", 200, "run2")
    assert [replace(task, id=0) for task in ledger.task_queue.next(9)] == tasks


def test_a_task_that_is_done_may_be_done_again(ledger: Ledger) -> None:
    ledger.task_queue.open("same", 100, "run1")
    ledger.apply([TaskFound(thread("2")), TaskAgain(thread("2", page=3))])
    (task,) = ledger.task_queue.next(9)
    assert task.page == 1, "one that waits goes on as it was"
    ledger.apply([TaskDone(task), TaskFound(task)])
    assert ledger.task_queue.next(9) == []
    ledger.apply([TaskAgain(thread("2", page=3)), TaskAgain(thread("4"))])
    assert [(each.key, each.page) for each in ledger.task_queue.next(9)] == [("2", 3), ("4", 1)]
