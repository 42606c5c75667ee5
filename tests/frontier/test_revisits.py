"""What is looked at again although nothing says that it changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import (
    ListSeen,
    PageSeen,
    RefusalSeen,
    TaskAgain,
    TaskFound,
    ThreadSeen,
)
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListTask, PageTask, RefusalState, ThreadState, ThreadTask
from crawler.frontier.config import Budget
from crawler.frontier.options import Options
from crawler.frontier.revisits import refused_again, revisits
from crawler.frontier.tasks import REVISITED, TRIED_AGAIN, TaskMaker
from tests.frontier.offline import ROOT, board_path, plain_path, thread_path

DAY = 86400
NOW = 1000 * DAY
LIST_URL = f"{ROOT}forum.php?mod=forumdisplay&fid="


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Two boards; thread 7 of board 2 has three pages, thread 8 of board 3 has one."""
    made = Ledger(tmp_path / "l")
    made.task_queue.open("x", NOW, "run")
    made.apply([ThreadSeen(ThreadState("7", "2", pages=3)), ThreadSeen(ThreadState("8", "3"))])
    seen = [("7", 1, 50), ("7", 2, 10), ("7", 3, 40)]
    made.apply(PageSeen(thread, number, day * DAY) for thread, number, day in seen)
    made.apply([ThreadSeen(ThreadState("8", "3", pages=1)), PageSeen("8", 1, 20 * DAY)])
    made.apply([ListSeen("2", 4, 5 * DAY, 9), ListSeen("3", 1, 6 * DAY, 1)])
    yield made
    made.close()


def whole_forum(ledger: Ledger) -> None:
    ledger.apply([TaskFound(PageTask(key=ROOT, url=ROOT, is_all=True))])


def maker(ledger: Ledger, *addresses: str, **options: Any) -> TaskMaker:
    return TaskMaker(ROOT, Options(addresses or (ROOT,), **options), ledger)


def found(ledger: Ledger, pages: int, before: int = NOW, **options: Any) -> list[tuple[Any, ...]]:
    """The tasks that are made: key, pages."""
    made = []
    for change in revisits(maker(ledger, **options), Budget(pages), before):
        assert isinstance(change, TaskFound | TaskAgain)
        task = change.task
        assert (task.priority, task.is_revisit) == (REVISITED, True)
        if isinstance(task, ThreadTask):
            assert isinstance(change, TaskAgain), "its last page may have been read in this job"
            made.append((task.key, task.page, *task.todo))
        else:
            assert isinstance(task, ListTask)
            assert (task.is_single, task.key) == (True, f"{task.board}:{task.page}")
            made.append((f"list {task.board}", task.page))
    return made


LISTS = [("list 2", 4), ("list 3", 1)]


@pytest.mark.parametrize(
    "budget, expected",
    [
        (0, []),
        (1, LISTS[:1]),
        # half of the budget is for lists; the pages of one thread are one task, in their order
        (2, [*LISTS[:1], ("7", 2)]),
        (4, [*LISTS, ("7", 2), ("8", 1)]),
        (5, [*LISTS, ("7", 2, 3), ("8", 1)]),
        (9, [*LISTS, ("7", 1, 2, 3), ("8", 1)]),
    ],
)
def test_the_oldest_first_within_the_budget(
    ledger: Ledger, budget: int, expected: list[tuple[Any, ...]]
) -> None:
    whole_forum(ledger)
    assert found(ledger, budget) == expected


def test_what_was_seen_since_is_no_revisit(ledger: Ledger) -> None:
    whole_forum(ledger)
    assert found(ledger, 9, before=21 * DAY) == [*LISTS, ("7", 2), ("8", 1)]
    assert found(ledger, 9, before=1 * DAY) == []


def test_what_is_due_comes_first(ledger: Ledger) -> None:
    """A page of which a line was lost, or whose pictures did not come."""
    whole_forum(ledger)
    ledger.apply([PageSeen("7", 1, 900 * DAY, is_due=True)])
    assert found(ledger, 3) == [*LISTS, ("7", 1)]


def test_pages_with_files_that_are_due_come_before_others(ledger: Ledger) -> None:
    whole_forum(ledger)
    ledger.apply([PageSeen("7", 1, 900 * DAY, files_due=990 * DAY)])
    assert found(ledger, 3) == [*LISTS, ("7", 1)]
    assert found(ledger, 0) == [("7", 1)], "whatever the budget"
    assert found(ledger, 3, before=980 * DAY) == [*LISTS, ("7", 2)]


def test_files_that_are_due_leave_half_of_the_budget(ledger: Ledger) -> None:
    whole_forum(ledger)
    ledger.apply([ThreadSeen(ThreadState("9", "2", pages=50))])
    ledger.apply(PageSeen("9", n, 900 * DAY, files_due=950 * DAY + n) for n in range(1, 51))
    assert found(ledger, 8) == [*LISTS, ("9", 1, 2, 3), ("7", 2, 3), ("8", 1)]


def test_only_boards_that_were_asked_for(ledger: Ledger) -> None:
    assert found(ledger, 9) == [], "a thread was asked for"
    assert found(ledger, 9, boards=("3",)) == [LISTS[1], ("8", 1)]
    ledger.apply([TaskFound(ListTask(key="2", url=f"{ROOT}{board_path(2)}"))])
    assert found(ledger, 9) == [LISTS[0], ("7", 1, 2, 3)]
    assert found(ledger, 9, full=True) == [], "all is read anyway"


def test_addresses_of_lists_that_are_looked_at_again(ledger: Ledger) -> None:
    listed = ListTask(key="2", url=f"{ROOT}{board_path(2)}", board="2")
    ledger.apply([TaskFound(listed)])
    whole_forum(ledger)
    changes = list(revisits(maker(ledger), Budget(3), NOW))
    asked = [change.task.url for change in changes if isinstance(change, TaskFound | TaskAgain)]
    assert asked == [listed.url, f"{LIST_URL}3", f"{ROOT}{plain_path(7)}"]


def refusal(thread_id: str | None, *, asked: int = NOW, is_retriable: bool = False) -> RefusalSeen:
    name = f"b.example:refusal:{thread_id or 'x'}"
    reason = "unreachable" if is_retriable else "no_permission"
    return RefusalSeen(RefusalState(name, thread_id, reason, is_retriable, 1, 1, asked, ROOT))


@pytest.mark.parametrize(
    "seen, budget, tried",
    [
        (refusal("9", is_retriable=True), Budget(0, 30), ["9"]),  # whatever the budget
        (refusal("9", asked=NOW - 29 * DAY), Budget(9, 30), []),  # it still stands
        (refusal("9", asked=NOW - 30 * DAY), Budget(9, 30), ["9"]),
        (refusal("9", asked=NOW - 30 * DAY), Budget(0, 30), []),
        (refusal(None, is_retriable=True), Budget(9, 30), []),  # lists are asked for anyway
    ],
)
def test_refusals_that_may_be_over(
    ledger: Ledger, seen: RefusalSeen, budget: Budget, tried: list[str]
) -> None:
    ledger.apply([seen])
    changes = list(refused_again(maker(ledger), budget, NOW))
    tasks = [change.task for change in changes if isinstance(change, TaskAgain)]
    assert len(tasks) == len(changes)
    assert [task.key for task in tasks] == tried
    assert all((task.priority, task.page) == (TRIED_AGAIN, 1) for task in tasks)
    # who asks for one thread gets that one
    assert list(refused_again(maker(ledger, f"{ROOT}{thread_path(5)}"), budget, NOW)) == []


def test_a_thread_of_which_one_page_was_refused_is_read_where_it_is_not_known(
    ledger: Ledger,
) -> None:
    ledger.apply([ThreadSeen(ThreadState("7", "2", pages=5)), refusal("7", is_retriable=True)])
    (again,) = refused_again(maker(ledger), Budget(), NOW)
    assert isinstance(again, TaskAgain)
    assert isinstance(again.task, ThreadTask)
    assert (again.task.page, again.task.todo) == (4, (5,))


def test_what_a_run_lost_is_due_without_any_budget(ledger: Ledger) -> None:
    whole_forum(ledger)
    ledger.apply([PageSeen("7", 2, 60 * DAY, is_due=True)])
    assert [key for key, *_ in found(ledger, 0)] == ["7"]
    assert found(ledger, 0, before=60 * DAY) == [], "what this run lost is for the next one"


def test_a_page_that_is_due_counts_as_one_that_was_never_read(ledger: Ledger) -> None:
    make = maker(ledger)
    assert make.thread("7").page == 3
    ledger.apply([PageSeen("7", 1, 60 * DAY, is_due=True)])
    task = make.thread("7")
    assert (task.page, task.todo) == (1, (3,))
