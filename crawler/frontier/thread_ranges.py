"""Ranges of thread numbers (`threads=1000-250000`): each number is tried, whatever lists show.

What archivists of closing forums ask for. A range is one task in the ledger, which makes tasks of
threads a few at a time, so that neither memory nor a kill depends on how long it is. A number that
no thread has is no refusal: it is remembered, and the range's coverage line counts it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from crawler.archive.changes import (
    Change,
    NoteMade,
    TaskDone,
    TaskFound,
    TaskMoved,
    ThreadMissing,
)
from crawler.archive.state import RangeTask
from crawler.frontier.config import Budget
from crawler.frontier.tasks import TaskMaker
from crawler.items import Coverage, range_coverage_line

# So many tasks of threads wait at a time.
_BATCH = 50
# So many numbers are looked up in the ledger at a time.
_CHUNK = 10_000


# After so many numbers in a row without a thread one that was read before is asked for.
_IN_A_ROW = 30


@dataclass(slots=True)
class MissingNumbers:
    """The numbers of which the forum says that no thread has them, as long as nothing proves it.

    A wall in the forum's own words says the same of each, and so does a database of last year. They
    are missing once a thread comes behind them; what was not proved is tried again by the next run.
    """

    _waiting: list[ThreadMissing] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, thread_id: str, now: datetime) -> bool:
        """Note a number; whether a thread that was read before is to be asked for."""
        self._waiting.append(ThreadMissing(thread_id, int(now.timestamp())))
        return len(self._waiting) % _IN_A_ROW == 0

    def proved(self) -> list[ThreadMissing]:
        """A thread came: the numbers before it are missing."""
        proved, self._waiting = self._waiting, []
        return proved


def name_of(first: int, last: int) -> str:
    """How a range is written."""
    return f"{first}-{last}"


def range_tasks(make: TaskMaker) -> Iterator[TaskFound]:
    """The tasks of the ranges that the arguments name."""
    for first, last in make.options.threads:
        yield TaskFound(
            RangeTask(
                key=name_of(first, last), url=make.root, first=first, last=last, is_asked=True
            )
        )


def next_threads(make: TaskMaker, budget: Budget, now: int, room: int | None) -> list[Change]:
    """The tasks of the next numbers, and how far the range is; nothing where all are tried.

    Threads that were read and numbers that were missing not long ago are passed over. ``room``: no
    more tasks than these.
    """
    ledger = make.ledger
    for task in ledger.task_queue.ranges():
        if room == 0:
            return [TaskDone(task)]
        last = min(task.last, task.first + _CHUNK - 1)
        to_try = ledger.numbers_to_try(
            task.first, last, budget.refused_before(now), full=make.options.full
        )
        numbers = list(islice(to_try, min(_BATCH, room or _BATCH)))
        if next(to_try, None) is not None:
            last = numbers[-1]
        threads = (make.thread(str(number), from_top=True) for number in numbers)
        changes: list[Change] = [TaskFound(replace(each, is_tried=True)) for each in threads]
        following = replace(task, first=last + 1)
        is_over = following.first > task.last
        return [*changes, TaskDone(following) if is_over else TaskMoved(following)]
    return []


def numbers_left(make: TaskMaker) -> int:
    """How many numbers are not tried yet."""
    return sum(task.last - task.first + 1 for task in make.ledger.task_queue.ranges())


def range_coverage(
    make: TaskMaker, now: datetime, run_id: str, *, is_finished: bool
) -> Iterator[tuple[Coverage, NoteMade]]:
    """The lines of the ranges that say something new, each with the note that remembers it."""
    for first, last in make.options.threads:
        name = name_of(first, last)
        version, _, said_before = (make.ledger.note(f"range:{name}") or "0").partition(" ")
        read, missing, refused = make.ledger.count_range(first, last)
        is_limited = make.options.max_threads is not None
        is_tried = read + missing + refused > last - first or (is_finished and not is_limited)
        reasons: list[str] = []
        if not is_tried:
            reasons.append("limited_by_options" if is_limited else "not_finished")
        if refused:
            reasons.append("threads_refused")
        line = range_coverage_line(
            name,
            now,
            root=make.root,
            status="partial" if reasons else "complete",
            threads_expected=last - first + 1,
            threads_read=read,
            threads_missing=missing,
            threads_refused=refused or None,
            reasons=reasons,
            run_id=run_id,
        )
        line.version = int(version) + 1
        facts = [line.status, read, missing, refused, reasons]
        said = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
        if said != said_before:
            yield line, NoteMade(f"range:{name}", f"{line.version} {said}")
