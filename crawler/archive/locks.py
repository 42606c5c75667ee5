"""Locks that end with the process that took them, however it ends.

They are SQLite's locks of a file, because these work the same on every system that Python runs on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.archive.files import unwritable

# For so many seconds a file is waited for. Records and reports are written in less; an export may
# take minutes, and whoever started a second one is told at once rather than in the end.
_PATIENCE = 5.0


class BeingWrittenError(OSError):
    """Another process writes the same file or folder; the message is one line for the user."""


def take_lock(path: Path, patience: float = 0.0) -> sqlite3.Connection | None:
    """Lock a file, which is made if it is missing, until the connection is closed.

    Returns ``None`` where another process has it for more than ``patience`` seconds. Raises
    `OSError`.
    """
    lock = None
    try:
        lock = sqlite3.connect(path, timeout=patience, isolation_level=None)
        # the lock outlasts the transaction
        lock.execute("PRAGMA locking_mode=EXCLUSIVE")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        if lock is not None:
            lock.close()
        if "locked" not in str(error):
            raise OSError(f"{unwritable(path)}: {error}") from error
        return None
    return lock


@contextmanager
def written_alone(path: Path) -> Iterator[None]:
    """Let no other process write ``path`` as long as the block lasts.

    Two that write one temporary file would spoil it for each other. `<name>.lock` beside it goes
    with the block; one that stays, as after a kill, locks nothing. Raises `BeingWrittenError`,
    `OSError`.
    """
    whole = path.resolve()
    beside = whole.with_name(whole.name + ".lock")
    lock = _take_named(beside)
    if lock is None:
        raise BeingWrittenError(
            f"{path} is being written by another process: try again when that has ended"
        )
    try:
        yield
    finally:
        # before it is given back: whoever waits for it finds it gone, and makes a new one
        with suppress(OSError):
            beside.unlink()
        lock.close()


def _take_named(path: Path) -> sqlite3.Connection | None:
    """Lock the file of this name, and none that its last owner deleted in the meantime."""
    while True:
        path.touch()
        before = _identity(path)
        try:
            lock = take_lock(path, _PATIENCE)
        except OSError:
            # SQLite says "disk I/O error" of a file that was deleted while it waited
            if before is not None and before == _identity(path):
                raise
            continue
        if lock is None or (before is not None and before == _identity(path)):
            return lock
        lock.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of the same name; ``None`` where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
