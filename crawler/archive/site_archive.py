"""The folder of one site: its lines and its ledger, kept in step.

Law 2 is held here and nowhere else: lines are appended, flushed to the disk, and only then marked.
The mark is the length of their segment; it is committed in the same transaction as what the ledger
learnt from them. At start the segments are cut back to the marks. So a kill at any moment costs the
pages since the last mark, which are asked for again, and neither loses a line nor writes one twice.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from crawler.archive.changes import Change, NoteMade
from crawler.archive.files import aside_name, set_aside, unwritable
from crawler.archive.ledger import Ledger, LedgerError, is_damage
from crawler.archive.locks import take_lock
from crawler.archive.rebuild import rebuild_ledger
from crawler.archive.segments import (
    FILES,
    SEGMENT_SIZE,
    Segments,
    SegmentsDamagedError,
    missing_segments,
    segment_paths,
)
from crawler.archive.state import LEDGER

logger = logging.getLogger(__name__)

# A flush takes some milliseconds, and a kill costs the pages since the last one. Five pages or two
# seconds keep both below what a single request takes.
FLUSH_PAGES = 5
FLUSH_SECONDS = 2.0
# The file by which a run keeps others out of its folder; it stays there.
LOCK = "lock"
# The ledger's note of how often its folder was opened. The lock file knows the number, too.
_OPENED = "opened"


class InUseError(Exception):
    """Another run works in this folder."""


class SiteArchive:
    """The folder of one site, open for one run.

    ``size`` and ``compression`` are those of `Segments`. A ledger that is missing or damaged is
    made anew from the lines; a damaged one is kept beside it.

    `ledger` is for questions, and for changes that come without lines. `grown` has the names of the
    segments that this run wrote to, `counts` are numbers for the record of the run.

    Raises `InUseError`; `LedgerError` where a later version wrote the ledger; `OSError` and
    `sqlite3.Error` where the disk fails.
    """

    def __init__(self, folder: Path, *, size: int = SEGMENT_SIZE, compression: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _lock(folder)
        self._segments = Segments(folder, size=size, compression=compression)
        self._pages = 0
        self._flushed_at = time.monotonic()
        self._damage = ""
        self._has_failed = False
        self.grown: set[str] = set()
        self.counts: Counter[str] = Counter()
        try:
            self.ledger = self._open_ledger()
        except BaseException:
            self._lock.close()
            raise
        try:
            self._count_opening()
        except BaseException:
            self.close()
            raise

    def store(self, lines: Iterable[tuple[str, bytes]], changes: Iterable[Change]) -> None:
        """Append the lines of one page and apply what the ledger learns from them.

        Each line comes with its kind (`segments.FILES`), as `segments.encode` makes it. Both last
        once they are flushed: every few pages, or by `flush`. Raises `ValueError`, with nothing
        written, where a line does not end with a newline: the next line would be joined to it.
        """
        if self._has_failed:
            return
        by_kind: dict[str, list[bytes]] = {}
        for kind, line in lines:
            if not line.endswith(b"\n"):
                raise ValueError(f"a line of {kind} without a newline at its end")
            by_kind.setdefault(kind, []).append(line)
        for kind, of_kind in by_kind.items():
            self._segments.append(kind, of_kind)
        self.ledger.apply(changes)
        self._pages += 1
        is_late = time.monotonic() - self._flushed_at >= FLUSH_SECONDS
        if self._pages >= FLUSH_PAGES or is_late:
            self.flush()

    def flush(self) -> None:
        """Bring all lines to the disk, then mark them."""
        if self._has_failed:
            return
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
        """Keep what is marked and drop the rest, after an error of the disk or the ledger.

        Nothing is stored after it: `store` and `flush` do nothing. If the error means that the
        ledger is damaged, `close` sets it aside. Raises nothing.
        """
        if is_damage(error):
            self._damage = f"{LEDGER} cannot be read ({error})"
        # What was learnt of lines that are not marked goes with them, and first: a mark that is
        # half changed is none. Where marks cannot be read no line may go: the next run cuts back.
        marked = None
        with suppress(sqlite3.Error):
            self.ledger.roll_back()
            marked = self.ledger.segments()
        self._segments.drop_unmarked(marked)
        self._has_failed = True

    def close(self) -> None:
        """Close without flushing: pages that were not flushed are asked for again."""
        self._segments.close()
        self.ledger.close()
        if self._damage:
            # the next run makes a new one
            self._set_aside(self._damage)
        self._lock.close()

    def _open_ledger(self) -> Ledger:
        """Open the ledger and cut the segments back to its marks, or make it anew."""
        ledger = self._sound_ledger()
        for name, segment in self._segments.cut_back(ledger.segments()):
            ledger.replace_segment(name, segment)
        ledger.commit()
        return ledger

    def _sound_ledger(self) -> Ledger:
        """Open a ledger whose marks are those of the segments, or make one anew."""
        path = self.folder / LEDGER
        if not path.exists():
            if any(segment_paths(self.folder, kind) for kind in FILES):
                # logged as an error, so that it is shown with `--quiet` too
                logger.error(
                    "%s: %s is missing; a new one is made from the lines, and all threads are read"
                    " once more%s",
                    self.folder,
                    LEDGER,
                    _advice(self.folder),
                )
            return rebuild_ledger(self.folder)
        if path.stat().st_size == 0:
            # SQLite takes it for a new database; one that knows no segments would cut them all off
            self._set_aside(f"{LEDGER} is empty")
            return rebuild_ledger(self.folder)
        try:
            ledger = Ledger(path)
        except LedgerError as error:
            if not error.can_set_aside:
                raise
            self._set_aside(str(error))
            return rebuild_ledger(self.folder)
        try:
            opened, marked = _as_number(ledger.note(_OPENED)), ledger.segments()
            if opened >= _opened(self._lock):
                self._segments.check(marked)
                return ledger
            # from a backup: what it does not know of would be cut off, or written twice
            why = f"{LEDGER} is older than the lines"
            changed: tuple[str, ...] = ()
        except SegmentsDamagedError as error:
            why, changed = str(error), error.names
        except sqlite3.Error as error:
            ledger.close()
            if not is_damage(error):
                raise
            why, changed = f"{LEDGER} cannot be read ({error})", ()
        ledger.close()
        self._set_aside(why, changed)
        return rebuild_ledger(self.folder, changed)

    def _count_opening(self) -> None:
        """Count in the ledger, and then in the lock file, that both were used together."""
        opened = max(_as_number(self.ledger.note(_OPENED)), _opened(self._lock)) + 1
        self.ledger.apply([NoteMade(_OPENED, str(opened))])
        self.ledger.commit()
        try:
            self._lock.execute(f"PRAGMA user_version = {opened}")
            self._lock.execute("COMMIT")
        except sqlite3.Error as error:
            # all other errors of SQLite are the ledger's
            raise OSError(f"{unwritable(self.folder / LOCK)}: {error}") from error

    def _set_aside(self, why: str, changed: Iterable[str] = ()) -> None:
        """Rename a ledger that cannot be used, so that somebody may look at it.

        ``changed``: segments that somebody changed; of each a copy is kept.
        """
        kept = [
            set_aside(self.folder / name).name for name in changed if (self.folder / name).exists()
        ]
        path = self.folder / LEDGER
        aside = aside_name(path)
        path.replace(aside)
        for ending in ("-wal", "-shm"):
            beside = path.with_name(LEDGER + ending)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + ending))
        logger.error(
            "%s: %s. %s is kept as %s; a new one is made from the lines, and all threads are read"
            " once more%s",
            self.folder,
            why,
            f"The file as it was is kept as {', '.join(kept)}, the ledger" if kept else LEDGER,
            aside.name,
            _advice(self.folder),
        )


def _advice(folder: Path) -> str:
    """What to do first if closed segments were moved away; empty if none was."""
    missing = [name for kind in FILES for name in missing_segments(folder, kind)]
    if not missing:
        return ""
    return (
        f". Their lines would be written again: {', '.join(missing[:3])}"
        f"{' and others' if len(missing) > 3 else ''} are not here; stop this run, put them back,"
        " and delete the new ledger"
    )


def _lock(folder: Path) -> sqlite3.Connection:
    """Take the folder's lock. Raises `InUseError`, `OSError`."""
    lock = take_lock(folder / LOCK)
    if lock is None:
        raise InUseError(f"another run is at work in {folder}")
    return lock


def _as_number(note: str | None) -> int:
    """Return a note as a number; 0 where it is none."""
    return int(note) if note and note.isascii() and note.isdigit() else 0


def _opened(lock: sqlite3.Connection) -> int:
    """Return how often a folder was opened, by its lock file; 0 where that is a new one."""
    (opened,) = lock.execute("PRAGMA user_version").fetchone()
    return int(opened)
