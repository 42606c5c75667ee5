"""What earlier runs saw and stored, in one SQLite file per site.

A ledger always has a transaction open. What it learns is seen at once by whoever asks it, and lasts
only from `Ledger.commit` on, which is called when the lines are on the disk (law 2: the ledger
never runs ahead of the disk). A kill undoes what was not committed, and nothing else.

A commit is on the disk when it returns (`synchronous=FULL`): a power cut loses no mark of a segment
that is closed after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.archive.changes import (
    BoardCovered,
    BoardListed,
    BoardSeen,
    BoardWalked,
    Change,
    ClockRead,
    ListSeen,
    MediaSeen,
    NoteMade,
    PageSeen,
    PostMissed,
    PostSeen,
    RefusalSeen,
    RightsChanged,
    RowSeen,
    TaskAgain,
    TaskDone,
    TaskFound,
    TaskMoved,
    TaskPutOff,
    ThreadMissing,
    ThreadSeen,
    TraitsForgotten,
    TraitsSeen,
)
from crawler.archive.files import unwritable
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from crawler.archive.tables import BoardTable, MediaTable, PostTable, RefusalTable, ThreadTable
from crawler.archive.tables.rows import DamagedValueError, from_ledger
from crawler.archive.tables.times import correct_times
from crawler.archive.task_queue import TaskQueue
from crawler.archive.trait_counts import TraitCounts

# "DIZL" as a number, so that the database of another program is never taken for a ledger:
# sqlite.org/pragma.html#pragma_application_id
_APPLICATION_ID = 0x44495A4C
# What SQLite says of a damaged file in an error that is not one of its own for that.
_OF_DAMAGE = ("decode to UTF-8", "no such table", "no such column")


class LedgerError(Exception):
    """A ledger that cannot be used.

    ``can_set_aside``: the file is damaged or no ledger, so that a new one may take its place. Not
    so where a later version of this program wrote it.
    """

    def __init__(self, message: str, *, can_set_aside: bool) -> None:
        super().__init__(message)
        self.can_set_aside = can_set_aside


class Ledger(ThreadTable, PostTable, BoardTable, RefusalTable, MediaTable):
    """The ledger of one site, open for one run; the file is made if it is missing.

    What it answers stands with the tables that are asked: `crawler/archive/tables`, and the
    attributes `task_queue` and `trait_counts`. All share its connection.

    Raises `LedgerError` where the file is no ledger, is damaged, or was written by a later version;
    `OSError` where it cannot be opened. A `sqlite3.Error` of any method means that the disk failed
    or that the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(_open(path))
        self.path = path
        self.task_queue = TaskQueue(self._db)
        self.trait_counts = TraitCounts(self._db)
        self._savers: Mapping[type[Change], Callable[[Any], None]] = {
            PostSeen: self._save_post,
            PostMissed: self._save_missed,
            PageSeen: self._save_page,
            RightsChanged: self._change_rights,
            ClockRead: lambda change: correct_times(self._db, change.at),
            ThreadMissing: self._save_missing,
            ThreadSeen: self._save_thread,
            ListSeen: self._save_list,
            BoardSeen: self._save_board,
            BoardListed: self._save_listed,
            RowSeen: self._save_row,
            BoardCovered: self._save_covered,
            BoardWalked: self._save_walk,
            RefusalSeen: self._save_refusal,
            MediaSeen: self._save_media,
            NoteMade: self._save_note,
            TaskFound: self.task_queue.apply,
            TaskAgain: self.task_queue.apply,
            TaskMoved: self.task_queue.apply,
            TaskPutOff: self.task_queue.apply,
            TaskDone: self.task_queue.apply,
            TraitsSeen: self.trait_counts.apply,
            TraitsForgotten: self.trait_counts.apply,
        }

    def apply(self, changes: Iterable[Change]) -> None:
        """Learn changes, in their order; they last from the next `commit` on."""
        savers = self._savers
        for change in changes:
            savers[type(change)](change)

    def commit(self, segments: Iterable[Segment] = ()) -> None:
        """Make what was learnt last, together with the lengths of the given segments."""
        self._save_segments(segments)
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def roll_back(self) -> None:
        """Forget what was learnt since the last commit."""
        # SQLite has done so by itself where the disk is full
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Close the file; SQLite rolls back what was not committed."""
        self._db.close()

    def segments(self) -> dict[str, Segment]:
        """Return the segments by name, each with the length that is marked."""
        rows = self._db.execute("SELECT name, length, is_closed, tail FROM segment")
        return {each.name: each for each in map(_segment, rows)}

    def replace_segment(self, name: str, segment: Segment) -> None:
        """Put a segment in the place of one that was closed, compressed or rewritten."""
        self._db.execute("DELETE FROM segment WHERE name = ?", (name,))
        self._save_segments([segment])

    def note(self, name: str) -> str | None:
        """Return the value of a note (`NoteMade`); ``None`` if it was never made."""
        row = self._db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return _text(row)

    def _change_rights(self, change: RightsChanged) -> None:
        self._save_page_rights(change)
        self._save_refusal_rights(change)

    def _save_segments(self, segments: Iterable[Segment]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?)",
            [(each.name, each.length, each.is_closed, each.tail or None) for each in segments],
        )

    def _save_note(self, change: NoteMade) -> None:
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (change.name, change.value))


def _text(row: tuple[Any, ...] | None) -> str | None:
    if row is None or isinstance(row[0], str):
        return row[0] if row else None
    raise DamagedValueError(f"{row[0]!r:.60} is no text")


def read_note(path: Path, name: str) -> str | None:
    """Return a note of a ledger that is not open; ``None`` where there is none or it is damaged."""
    try:
        # read-only: a file that is missing is not made
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return _text(row)
    except (sqlite3.Error, UnicodeError):
        return None


def read_segments(path: Path) -> list[Segment]:
    """Return the segments of a ledger that is not open; none where it is damaged."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT name, length, is_closed FROM segment").fetchall()
        return list(map(_segment, rows))
    except (sqlite3.Error, UnicodeError):
        return []


@from_ledger
def _segment(row: tuple[Any, ...]) -> Segment:
    name, length, is_closed, *tail = row
    if length < 0:
        raise ValueError(f"{name} of {length} bytes")
    return Segment(name, length, bool(is_closed), (tail and tail[0]) or b"")


def _open(path: Path) -> sqlite3.Connection:
    """Open a ledger's database, at its present version and with a transaction begun."""
    try:
        db = sqlite3.connect(path, isolation_level=None)
        try:
            _prepare(db, path.name)
        except (sqlite3.Error, UnicodeError, LedgerError):
            db.close()
            raise
    except (sqlite3.DatabaseError, UnicodeError) as error:
        if is_damage(error):
            why = f"{path.name} cannot be read ({error})"
            raise LedgerError(why, can_set_aside=True) from error
        raise OSError(f"{unwritable(path)}: {error}") from error
    return db


def is_damage(error: Exception) -> bool:
    """Whether an error of the ledger means that its file is damaged, not that the disk failed."""
    if isinstance(error, sqlite3.OperationalError):
        # "database or disk is full" and "disk I/O error" say nothing against the file
        return any(words in str(error) for words in _OF_DAMAGE)
    # SQLite's message of a damaged table may be no UTF-8 itself
    return isinstance(error, sqlite3.DatabaseError | UnicodeError)


def _prepare(db: sqlite3.Connection, name: str) -> None:
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application_id,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if tables and application_id != _APPLICATION_ID:
        raise LedgerError(f"{name} is a database of another program", can_set_aside=True)
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{name} was written by a later version ({version}): update first", can_set_aside=False
        )
    if version < len(MIGRATIONS):
        steps = "".join(MIGRATIONS[version:])
        db.executescript(
            f"BEGIN IMMEDIATE; {steps} PRAGMA application_id={_APPLICATION_ID};"
            f" PRAGMA user_version={len(MIGRATIONS)}; COMMIT;"
        )
    # a damaged file shows itself here, and not in the middle of the run
    db.execute("SELECT count(*) FROM segment").fetchone()
    db.execute("BEGIN")
