"""How tasks are made: which address, which pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import NoteMade, PageSeen, TaskFound, ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListRowState, ListTask, PageTask, Task, ThreadState, ThreadTask
from crawler.frontier.board_listing import ThreadToRead
from crawler.frontier.options import Options
from crawler.frontier.tasks import (
    THREAD_TEMPLATE,
    TaskMaker,
    address_of,
    address_template,
    is_root,
    is_walk,
    pages_to_read,
)
from tests.frontier.offline import ROOT, board, board_path, plain_path, row, thread_path

FACTS = ListRowState("2", b"head", b"tail")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "l")
    made.task_queue.open("x", 1, "run")
    yield made
    made.close()


def maker(ledger: Ledger, **options: Any) -> TaskMaker:
    return TaskMaker(ROOT, Options((), **options), ledger)


@pytest.mark.parametrize(
    "known, read, from_top, pages",
    [
        (None, set(), False, [1]),
        (ThreadState("7"), set(), False, [1]),  # known by a refusal only
        (ThreadState("7", pages=3), set(), False, [1]),
        (ThreadState("7", pages=3), {1, 2, 3}, False, [3]),
        (ThreadState("7", pages=3), {1, 2, 3}, True, [1, 3]),
        (ThreadState("7", pages=5), {1, 3}, False, [2, 4, 5]),
        (ThreadState("7", pages=3, is_reversed=True), {1, 2, 3}, False, [1, 2, 3]),
    ],
)
def test_the_pages_with_which_reading_begins(
    known: ThreadState | None, read: set[int], from_top: bool, pages: list[int]
) -> None:
    assert pages_to_read(known, read, from_top=from_top) == pages


def test_a_forum_that_lies_about_its_pages() -> None:
    pages = pages_to_read(ThreadState("7", pages=9_999_999), {1}, from_top=True)
    assert len(pages) <= 10_002
    assert (pages[0], pages[-1]) == (1, 9_999_999)


@pytest.mark.parametrize(
    "options, known, page, todo, is_whole",
    [
        ({}, {}, 3, (), False),
        ({"full": True}, {}, 1, (), True),
        ({"with_replies": False}, {}, 1, (), False),
        ({}, {"is_gone": True}, 1, (), False),
        ({}, {"pages": 4}, 4, (), False),
    ],
)
def test_the_task_of_a_known_thread(
    ledger: Ledger, options: Any, known: Any, *, page: int, todo: tuple[int, ...], is_whole: bool
) -> None:
    ledger.apply([ThreadSeen(ThreadState("7", **{"pages": 3, **known}))])
    ledger.apply(PageSeen("7", number, 5) for number in range(1, known.get("pages", 3) + 1))
    task = maker(ledger, **options).thread("7", row=FACTS, priority=4)
    assert task == ThreadTask(
        key="7",
        url=f"{ROOT}{plain_path(7)}",
        page=page,
        todo=todo,
        row=FACTS,
        is_whole=is_whole,
        priority=4,
    )


def test_chosen_pages(ledger: Ledger) -> None:
    task = maker(ledger, full=True).thread("7", todo=[2, 5, 6], url="u")
    assert (task.page, task.todo, task.url) == (2, (5, 6), "u")


@pytest.mark.parametrize(
    "url, template",
    [
        (f"{ROOT}{thread_path(7)}", f"{ROOT}thread-{{tid}}-1-1.html"),
        (f"{ROOT}{plain_path(7)}&extra=page%3D1", f"{ROOT}forum.php?mod=viewthread&tid={{tid}}"),
        (f"{ROOT}thread-1-1-1.html", None),  # which number is it?
        (f"{ROOT}anything.html", None),
    ],
)
def test_how_a_site_writes_the_address_of_a_thread(
    ledger: Ledger, url: str, template: str | None
) -> None:
    tid = 1 if "thread-1" in url else 7
    assert address_template(board(row(tid, url=url))) == template
    assert address_template(board(row(tid, url=url, is_moved=True))) is None
    assert address_template(board()) is None
    if template:
        ledger.apply([NoteMade(THREAD_TEMPLATE, template)])
        assert maker(ledger).thread_url("42") == template.replace("{tid}", "42")


def test_a_template_of_another_host_is_not_followed(ledger: Ledger) -> None:
    ledger.apply([NoteMade(THREAD_TEMPLATE, "http://elsewhere.example/thread-{tid}-1-1.html")])
    assert maker(ledger).thread_url("42") == f"{ROOT}{plain_path(42)}"


@pytest.mark.parametrize(
    "url, asked",
    [
        (f"{ROOT}{thread_path(7, 3)}", f"{ROOT}{thread_path(7)}"),
        # a moved thread's row leads to another host: it is asked for here
        (f"http://elsewhere.example/{thread_path(7)}", f"{ROOT}{plain_path(7)}"),
        ("javascript:void(0)", f"{ROOT}{plain_path(7)}"),
    ],
)
def test_the_task_of_a_thread_that_a_list_shows(ledger: Ledger, url: str, asked: str) -> None:
    wanted = ThreadToRead(row(7, url=url), FACTS, is_new=True, from_top=True)
    found = maker(ledger).listed(wanted, priority=3)
    assert found == TaskFound(ThreadTask(key="7", url=asked, row=FACTS, priority=3))


def test_the_address_of_a_list(ledger: Ledger) -> None:
    make = maker(ledger)
    assert make.list_url("2") == f"{ROOT}forum.php?mod=forumdisplay&fid=2"
    ledger.apply([make.board("2", f"{ROOT}{board_path(2)}", 1, is_asked=True)])
    assert make.list_url("2") == f"{ROOT}forum.php?mod=forumdisplay&fid=2", "no page told its id"
    (task,) = ledger.task_queue.next(9)
    assert isinstance(task, ListTask)
    assert (task.board_id, task.is_asked) == ("2", True)
    ledger.apply([TaskFound(ListTask(key="x", url=f"{ROOT}{board_path(3)}", board="3"))])
    assert make.list_url("3") == f"{ROOT}{board_path(3)}"


@pytest.mark.parametrize(
    "task, second_page",
    [
        (ThreadTask(key="7", url=f"{ROOT}{thread_path(7)}"), f"{ROOT}{thread_path(7, 2)}"),
        (ListTask(key="2", url=f"{ROOT}{board_path(2)}"), f"{ROOT}{board_path(2, 2)}"),
        (ListTask(key="2", url=f"{ROOT}{thread_path(7)}"), None),
        (PageTask(key="x", url=f"{ROOT}{board_path(2)}"), None),
    ],
)
def test_the_address_of_a_task(task: Task, second_page: str | None) -> None:
    address = address_of(task)
    assert (address and address.page_url(2)) == second_page


@pytest.mark.parametrize(
    "asked, walk, root",
    [
        (ROOT, True, True),
        ("http://b.example", True, True),
        (f"{ROOT}bbs/", True, True),
        (f"{ROOT}{board_path(2)}", True, False),
        (f"{ROOT}?x=1", True, False),
        (f"{ROOT}{thread_path(7)}", False, False),
        (f"{ROOT}{plain_path(7)}", False, False),
    ],
)
def test_what_an_address_asks_for(asked: str, walk: bool, root: bool) -> None:
    assert (is_walk(asked), is_root(asked)) == (walk, root)
