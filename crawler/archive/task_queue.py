"""What crawls ask for and have not done yet: the part of a ledger that a stopped run leaves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any, TypeVar

from crawler.archive.changes import TaskAgain, TaskDone, TaskFound, TaskMoved, TaskPutOff
from crawler.archive.state import ListRowState, ListTask, PageTask, RangeTask, Task, ThreadTask
from crawler.archive.tables.rows import as_int, checked, from_ledger

AnyTask = TypeVar("AnyTask", bound=Task)
# What is put off comes behind all boards, one behind the other.
PUT_OFF = 1 << 42


class TaskQueue:
    """The jobs of one ledger, one of them open; what it learns lasts when the ledger commits."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._job = 0

    def apply(self, change: TaskFound | TaskAgain | TaskMoved | TaskPutOff | TaskDone) -> None:
        """Learn of a task of the open job."""
        run, task = self._db.execute, change.task
        state = _encode(task)
        whole = (self._job, task.kind, task.key, task.priority, task.url, task.page, state)
        match change:
            case TaskFound():
                run("INSERT OR IGNORE INTO task VALUES (NULL, ?, ?, ?, ?, 0, ?, ?, ?)", whole)
            case TaskAgain():
                run(
                    "INSERT INTO task VALUES (NULL, ?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)"
                    " ON CONFLICT DO UPDATE SET is_done = 0, place = ?4, page = ?6, state = ?7"
                    " WHERE is_done",
                    whole,
                )
            case TaskMoved():
                run(
                    "UPDATE task SET url = ?, page = ?, state = ?, is_done = 0 WHERE id = ?",
                    (task.url, task.page, state, task.id),
                )
            case TaskPutOff():
                run(
                    "UPDATE task SET url = ?1, page = ?2, state = ?3, is_done = 0, place ="
                    " (SELECT max(?4, max(place) + 1) FROM task WHERE job = ?5 AND is_done = 0)"
                    " WHERE id = ?6",
                    (task.url, task.page, state, PUT_OFF, self._job, task.id),
                )
            case TaskDone():
                run("UPDATE task SET is_done = 1, state = ? WHERE id = ?", (state, task.id))

    def open(self, arguments: str, began: int, run: str) -> tuple[int, str] | None:
        """Begin a job, or go on with the one that was begun with the same arguments.

        Returns when which run began that asked for it last, if one did; this one takes its place.
        """
        row = self._db.execute(
            "SELECT id, began, run FROM job WHERE arguments = ?", (arguments,)
        ).fetchone()
        if row:
            self._job = row[0]
            self._db.execute(
                "UPDATE job SET began = ?, run = ? WHERE id = ?", (began, run, self._job)
            )
            return row[1], row[2]
        made = self._db.execute("INSERT INTO job VALUES (NULL, ?, ?, ?)", (arguments, began, run))
        self._job = made.lastrowid or 0
        return None

    def close(self) -> None:
        """The job is finished: nothing of it needs to be remembered."""
        self._db.execute("DELETE FROM task WHERE job = ?", (self._job,))
        self._db.execute("DELETE FROM job WHERE id = ?", (self._job,))

    def next(self, limit: int, without: Iterable[int] = ()) -> list[Task]:
        """The next tasks that wait, up to ``limit``, without those that are being done."""
        excluded = set(without)
        rows = self._db.execute(
            "SELECT id, kind, key, place, url, page, state FROM task"
            " WHERE job = ? AND is_done = 0 AND kind != 'range' ORDER BY place, kind, id LIMIT ?",
            (self._job, limit + len(excluded)),
        )
        return [_task(row) for row in rows if row[0] not in excluded][:limit]

    def is_waiting(self, kind: type[Task], key: str) -> bool:
        """Whether there is such a task, and it is not done."""
        row = self._db.execute(
            "SELECT 1 FROM task WHERE job = ? AND kind = ? AND key = ? AND is_done = 0",
            (self._job, kind.kind, key),
        ).fetchone()
        return row is not None

    def tasks(self, kind: type[AnyTask]) -> Iterator[AnyTask]:
        """All tasks of a kind, done ones among them, in the order they came."""
        rows = self._db.execute(
            "SELECT id, kind, key, place, url, page, state FROM task"
            " WHERE job = ? AND kind = ? ORDER BY id",
            (self._job, kind.kind),
        )
        return (task for task in map(_task, rows) if isinstance(task, kind))

    def ranges(self) -> list[RangeTask]:
        """The ranges of thread numbers that are not tried to their ends."""
        rows = self._db.execute(
            "SELECT id, kind, key, place, url, page, state FROM task"
            " WHERE job = ? AND kind = 'range' AND is_done = 0 ORDER BY id",
            (self._job,),
        )
        return [task for task in map(_task, rows) if isinstance(task, RangeTask)]

    def count(self, kind: type[Task], *, waiting: bool = False) -> int:
        """How many tasks of a kind there are, or wait."""
        row = self._db.execute(
            "SELECT count(*) FROM task WHERE job = ? AND kind = ? AND is_done <= ?",
            (self._job, kind.kind, 0 if waiting else 1),
        ).fetchone()
        return int(row[0])


_KINDS: dict[str, type[Task]] = {
    each.kind: each for each in (ThreadTask, ListTask, PageTask, RangeTask)
}
# columns of their own; all other fields of a task are its state
_COLUMNS = frozenset(spec.name for spec in fields(Task)) - {"is_asked", "is_revisit", "put_off"}


@from_ledger
def _task(row: tuple[Any, ...]) -> Task:
    task_id, kind, key, priority, url, page, state = row
    made = _KINDS[kind]
    names = {spec.name for spec in fields(made)}
    # a task that another version of the program left may say more
    known = {name: value for name, value in _decode(state).items() if name in names}
    return made(key=key, url=url, page=page, priority=priority, id=task_id, **known)


def _encode(task: Task) -> str:
    """Serialise the state to JSON, leaving out fields at their default."""
    state: dict[str, Any] = {
        spec.name: value
        for spec in fields(task)
        if spec.name not in _COLUMNS and (value := getattr(task, spec.name)) != spec.default
    }
    if isinstance(task, ThreadTask) and task.row:
        row = asdict(task.row)
        state["row"] = {name: _hex(value) for name, value in row.items() if value is not None}
    return json.dumps(state)


def _decode(text: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(text)
    if "row" in state:
        row = state["row"]
        for name, older in (("title_hash", "head"), ("activity_hash", "tail")):
            # the older name stands in jobs that an earlier version left
            value = row.pop(name, None) or row.pop(older, None)
            row[name] = bytes.fromhex(value) if value else None
        state["row"] = checked(ListRowState(**row))
    if "todo" in state:
        state["todo"] = tuple(map(as_int, state["todo"]))
    if "variants" in state:
        state["variants"] = tuple(map(str, state["variants"]))
    return state


def _hex(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
