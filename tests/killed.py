"""Points of the code at which a process kills itself, by the real signal, and a disk that is full.

Each takes how often it is passed before. For processes that are made to be killed only.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from crawler.archive.ledger import Ledger
from crawler.archive.segments import Segments
from crawler.frontier.more_comments import MoreComments


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _counted(number: int, then: Callable[[], None]) -> Callable[[], None]:
    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        if passed > number:
            then()

    return point


def between_flush_and_mark(number: int) -> None:
    commit, point = Ledger.commit, _counted(number, kill)

    def killed(self: Ledger, *args: Any) -> None:
        point()
        commit(self, *args)

    Ledger.commit = killed  # type: ignore[assignment, method-assign]


def behind_the_mark(number: int) -> None:
    commit, point = Ledger.commit, _counted(number, kill)

    def killed(self: Ledger, *args: Any) -> None:
        commit(self, *args)
        point()

    Ledger.commit = killed  # type: ignore[assignment, method-assign]


def in_the_middle_of_a_line(number: int) -> None:
    append = Segments.append

    def killed(self: Segments, kind: str, lines: Iterable[bytes]) -> None:
        lines = list(lines)

        def tear() -> None:
            data = b"".join(lines)
            file = self._file(kind)
            file.write(data[: len(data) - 7])
            file.flush()
            kill()

        passed.append(kind)
        if len(passed) > number and lines:
            tear()
        append(self, kind, lines)

    passed: list[str] = []
    Segments.append = killed  # type: ignore[method-assign]


def while_a_segment_is_closed(number: int) -> None:
    unlink, point = Path.unlink, _counted(number, kill)

    def killed(self: Any, **more: Any) -> None:
        if self.suffix == ".jsonl":
            point()
        unlink(self, **more)

    Path.unlink = killed  # type: ignore[assignment, method-assign]


def when_comments_came(number: int) -> None:
    add, point = MoreComments.add, _counted(number, kill)

    def killed(self: MoreComments, *args: Any) -> bool:
        point()
        return add(self, *args)

    MoreComments.add = killed  # type: ignore[assignment, method-assign]


def when_a_file_is_full(number: int) -> None:
    """Not a kill: the system refuses to let any file grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, resource.RLIM_INFINITY))


POINTS = {
    point.__name__: point
    for point in (
        between_flush_and_mark,
        behind_the_mark,
        in_the_middle_of_a_line,
        while_a_segment_is_closed,
        when_comments_came,
        when_a_file_is_full,
    )
}
