"""The folder of one site: its lines and what is known of them, kept in step.

Law 2 is held here and nowhere else: lines are appended, flushed to the disk, and only then marked,
with the length of their segment, in the transaction that also tells what was learnt of them. At
start the segments are cut back to the mark. So a kill at any moment costs the pages since the last
mark, which are asked for again, and neither loses a line nor writes one twice.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from crawler.archive.changes import Change
from crawler.archive.ledger import Ledger, LedgerError
from crawler.archive.rebuild import rebuilt
from crawler.archive.segments import (
    SEGMENT_SIZE,
    Segments,
    SegmentsDamagedError,
)
from crawler.archive.state import LEDGER

logger = logging.getLogger(__name__)

# Flushing costs some milliseconds and a kill costs the pages since the last one: five pages or two
# seconds keep both below what a single request takes.
FLUSH_PAGES = 5
FLUSH_SECONDS = 2.0


class InUseError(Exception):
    """Another run works in this folder."""


class Archive:
    """One site's folder, open for one run.

    Raises `InUseError`; `LedgerError` where the ledger was written by a later version; `OSError`
    and `sqlite3.Error` where the disk fails.
    """

    def __init__(self, folder: Path, *, size: int = SEGMENT_SIZE, compression: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _lock(folder)
        self._segments = Segments(folder, size=size, compression=compression)
        self._pages = 0
        self._flushed_at = time.monotonic()
        self._damage = ""
        self.grown: set[str] = set()
        # for the record of the run
        self.counts: Counter[str] = Counter()
        try:
            self.ledger = self._open_ledger()
        except BaseException:
            self._lock.close()
            raise

    def store(self, lines: Iterable[tuple[str, bytes]], changes: Iterable[Change]) -> None:
        """Append the lines of one page, each with the kind of its file, and what they teach.

        A line is encoded by `segments.encode`.
        """
        by_kind: dict[str, list[bytes]] = {}
        for kind, line in lines:
            by_kind.setdefault(kind, []).append(line)
        for kind, encoded in by_kind.items():
            self._segments.append(kind, encoded)
        self.ledger.apply(changes)
        self._pages += 1
        is_late = time.monotonic() - self._flushed_at >= FLUSH_SECONDS
        if self._pages >= FLUSH_PAGES or is_late:
            self.flush()

    def flush(self) -> None:
        """Bring lines to the disk, then mark them."""
        grown = self._segments.flush()
        self.ledger.commit(grown)
        closed = self._segments.close_full()
        for name, segment in closed:
            self.ledger.replace_segment(name, segment)
            self.grown.discard(name)
        if closed:
            self.ledger.commit()
        self.grown.update({each.name for each in grown} - {name for name, _ in closed})
        self.grown.update(segment.name for _, segment in closed)
        self._pages = 0
        self._flushed_at = time.monotonic()

    def give_up(self, error: Exception) -> None:
        """The disk failed, or the ledger is damaged: leave what is marked, and nothing else."""
        is_full = isinstance(error, sqlite3.OperationalError)
        if isinstance(error, sqlite3.DatabaseError) and not is_full:
            self._damage = f"{LEDGER} cannot be read ({error})"
        marked = {}
        # if it cannot even be asked, the next run cuts
        with suppress(sqlite3.Error):
            marked = self.ledger.segments()
        self._segments.drop_unmarked(marked or {})

    def close(self) -> None:
        """Close without flushing: what was not flushed is asked for again."""
        self._segments.close()
        self.ledger.close()
        if self._damage:
            # the next run makes a new one
            self._set_aside(self._damage)
        self._lock.close()

    def _open_ledger(self) -> Ledger:
        path = self.folder / LEDGER
        if not path.exists():
            return rebuilt(self.folder)
        try:
            ledger = Ledger(path)
        except LedgerError as error:
            if not error.can_set_aside:
                raise
            self._set_aside(str(error))
            return rebuilt(self.folder)
        try:
            for name, segment in self._segments.cut_back(ledger.segments()):
                ledger.replace_segment(name, segment)
        except SegmentsDamagedError as error:
            ledger.close()
            self._set_aside(f"{error}: the ledger knows of lines that are gone")
            return rebuilt(self.folder)
        ledger.commit()
        return ledger

    def _set_aside(self, why: str) -> None:
        path = self.folder / LEDGER
        stamp = datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
        aside = path.with_name(f"{LEDGER}.{stamp}.damaged")
        path.replace(aside)
        for ending in ("-wal", "-shm"):
            beside = path.with_name(LEDGER + ending)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + ending))
        logger.warning(
            "%s: %s. It is kept as %s; a new one is made from the lines",
            self.folder,
            why,
            aside.name,
        )


def _lock(folder: Path) -> sqlite3.Connection:
    """Take the folder's lock, which the system gives back when this process ends, however it ends.

    SQLite's lock of a file is the same on every system that Python runs on.
    """
    lock = sqlite3.connect(folder / "lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" not in str(error):
            raise OSError(f"{folder / 'lock'}: {error}") from error
        raise InUseError(f"another run is at work in {folder}") from None
    return lock
