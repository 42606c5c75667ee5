"""What earlier runs saw and stored, in one SQLite file a site.

A ledger holds an open transaction all the time: what it learns is seen at once by whoever asks it,
and lasts only from `commit` on, which is called when the lines are on the disk (law 2: the ledger
never runs ahead of the disk). A kill takes back what was not committed, and nothing else.

In WAL mode with `synchronous=NORMAL` a power cut may lose the last commits, never an earlier one;
the lines behind the older marks are then cut off and read again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.archive.changes import (
    BoardSeen,
    BoardWalked,
    Change,
    ListSeen,
    MediaSeen,
    NoteMade,
    PageSeen,
    PostSeen,
    RefusalSeen,
    TaskAgain,
    TaskDone,
    TaskFound,
    TaskMoved,
    ThreadSeen,
    TraitsForgotten,
    TraitsSeen,
)
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.segments import Segment
from crawler.archive.state import KnownMedia, KnownPost, KnownRefusal, KnownThread
from crawler.archive.task_queue import Jobs
from crawler.archive.trait_counts import Looks

# sqlite.org/pragma.html#pragma_application_id: so that no other database is taken for a ledger
_APPLICATION = 0x44495A4C
# What `post.state` is made of: all that are gone are at or above _GONE.
_ARTICLE, _EARLY, _SHIELDED, _GONE = 1, 2, 4, 8


class LedgerError(Exception):
    """A ledger that cannot be used; ``can_set_aside`` where it is damaged, not merely too new."""

    def __init__(self, message: str, *, can_set_aside: bool) -> None:
        super().__init__(message)
        self.can_set_aside = can_set_aside


class Ledger:
    """One site's ledger, open for one run; ``path`` is made where it is missing.

    Raises `LedgerError` where the file is none, or was written by a later version.
    `sqlite3.Error` later on means that the disk failed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            try:
                self._prepare()
            except (sqlite3.Error, LedgerError):
                self._db.close()
                raise
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise OSError(f"{path}: {error}") from error
            raise LedgerError(
                f"{path.name} cannot be read ({error})", can_set_aside=True
            ) from error
        self.jobs = Jobs(self._db)
        self.looks = Looks(self._db)

    def _prepare(self) -> None:
        db = self._db
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if tables and application != _APPLICATION:
            raise LedgerError(f"{self.path.name} is another program's", can_set_aside=True)
        if version > len(MIGRATIONS):
            raise LedgerError(
                f"{self.path.name} was written by a later version ({version}): update first",
                can_set_aside=False,
            )
        if version < len(MIGRATIONS):
            steps = "".join(MIGRATIONS[version:])
            db.executescript(
                f"BEGIN IMMEDIATE; {steps} PRAGMA application_id={_APPLICATION};"
                f" PRAGMA user_version={len(MIGRATIONS)}; COMMIT;"
            )
        db.execute("SELECT count(*) FROM segment").fetchone()
        db.execute("BEGIN")

    def commit(self, segments: Iterable[Segment] = ()) -> None:
        """Make all that was learnt last, together with how long the segments now are."""
        self._db.executemany(
            "INSERT OR REPLACE INTO segment VALUES (?, ?, ?)",
            [(each.name, each.length, each.is_closed) for each in segments],
        )
        self._db.execute("COMMIT")
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Close; what was not committed is forgotten (SQLite rolls it back)."""
        self._db.close()

    # -- segments --------------------------------------------------------------------------------

    def segments(self) -> dict[str, Segment]:
        """What is marked of each segment, by name."""
        rows = self._db.execute("SELECT name, length, is_closed FROM segment")
        return {name: Segment(name, length, bool(closed)) for name, length, closed in rows}

    def replace_segment(self, name: str, segment: Segment) -> None:
        """A segment was closed, and perhaps compressed under another name."""
        self._db.execute("DELETE FROM segment WHERE name = ?", (name,))
        self._db.execute(
            "INSERT OR REPLACE INTO segment VALUES (?, ?, ?)",
            (segment.name, segment.length, segment.is_closed),
        )

    # -- learning --------------------------------------------------------------------------------

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        run = self._db.execute
        match change:
            case PostSeen(thread_id, post):
                run(
                    "INSERT OR REPLACE INTO post VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        _id(thread_id),
                        _id(post.id),
                        post.at,
                        post.version,
                        post.hash,
                        _state(post),
                        post.media or None,
                    ),
                )
            case PageSeen(thread_id, number, at, is_due):
                # `checked` below zero: due, see `oldest_pages`
                checked = -at if is_due else at
                run(
                    "INSERT OR REPLACE INTO page VALUES (?, ?, ?)",
                    (_id(thread_id), number, checked),
                )
            case ThreadSeen(thread):
                self._thread_seen(thread)
            case ListSeen(board_id, number, at, pages):
                run("INSERT OR REPLACE INTO list VALUES (?, ?, ?)", (board_id, number, at))
                run("DELETE FROM list WHERE board = ? AND number > ?", (board_id, pages))
            case BoardSeen(board_id, name):
                run(
                    "INSERT INTO board VALUES (?1, ?2)"
                    " ON CONFLICT DO UPDATE SET name = coalesce(?2, name)",
                    (board_id, name),
                )
            case BoardWalked(board_id, scope, began):
                run("INSERT OR REPLACE INTO walk VALUES (?, ?, ?)", (board_id, scope, began))
            case RefusalSeen(each):
                run(
                    "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        each.id,
                        each.thread_id and _id(each.thread_id),
                        each.reason,
                        each.is_retriable,
                        each.attempts,
                        each.version,
                        each.asked,
                        each.url,
                    ),
                )
            case MediaSeen(each):
                digest = each.sha256 and bytes.fromhex(each.sha256)
                run(
                    "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?)",
                    (each.key, each.path, digest, each.reason, each.is_retriable, each.attempts),
                )
            case TaskFound() | TaskAgain() | TaskMoved() | TaskDone():
                self.jobs.apply(change)
            case TraitsSeen() | TraitsForgotten():
                self.looks.apply(change)
            case NoteMade(name, value):
                run("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))

    def _thread_seen(self, thread: KnownThread) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO thread VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _id(thread.id),
                thread.board,
                thread.head,
                thread.tail,
                thread.last_post,
                thread.pages,
                thread.surplus,
                thread.is_sticky,
                thread.is_reversed,
                thread.is_partial,
                thread.coverage,
                json.dumps(thread.missing) if thread.missing else None,
                thread.is_gone,
            ),
        )
        self._db.execute(
            "DELETE FROM page WHERE thread = ? AND (number > ? OR ?)",
            (_id(thread.id), thread.pages, thread.is_gone),
        )

    # -- asking ----------------------------------------------------------------------------------

    def note(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def thread(self, thread_id: str) -> KnownThread | None:
        row = self._db.execute("SELECT * FROM thread WHERE id = ?", (_id(thread_id),)).fetchone()
        return _thread(row) if row else None

    def posts(self, thread_id: str, post_ids: Iterable[str]) -> dict[str, KnownPost]:
        """Those of the posts that are known, gone ones among them."""
        found = {}
        for post_id in post_ids:
            row = self._db.execute(
                "SELECT id, at, version, hash, state, media FROM post WHERE thread = ? AND id = ?",
                (_id(thread_id), _id(post_id)),
            ).fetchone()
            if row:
                found[post_id] = _post(row)
        return found

    def posts_between(
        self, thread_id: str, low: tuple[int, int] | None, high: tuple[int, int] | None
    ) -> list[KnownPost]:
        """Posts known to be there whose place is behind ``low`` and before ``high``."""
        floor, roof = low or (-(1 << 62), 0), high or (1 << 62, 0)
        rows = self._db.execute(
            "SELECT id, at, version, hash, state, media FROM post"
            " WHERE thread = ? AND at >= ? AND at <= ? AND state < ? ORDER BY at, id",
            (_id(thread_id), floor[0], roof[0], _GONE),
        )
        return [post for post in map(_post, rows) if floor < post.order < roof]

    def present_posts(self, thread_id: str, behind: str | None, limit: int) -> list[KnownPost]:
        """Up to ``limit`` posts known to be there, by id, from the one after ``behind`` on."""
        rows = self._db.execute(
            "SELECT id, at, version, hash, state, media FROM post"
            " WHERE thread = ? AND id > ? AND state < ? ORDER BY id LIMIT ?",
            (_id(thread_id), _id(behind) if behind else -1, _GONE, limit),
        )
        return [_post(row) for row in rows]

    def counts(self, thread_id: str) -> tuple[int, int, int]:
        """How many posts of a thread are known: those there, of these shielded ones; those gone."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM post WHERE thread = ? GROUP BY state", (_id(thread_id),)
        ).fetchall()
        gone = sum(count for state, count in rows if state >= _GONE)
        shielded = sum(count for state, count in rows if state < _GONE and state & _SHIELDED)
        return sum(count for _, count in rows) - gone, shielded, gone

    def count_before(self, thread_id: str, order: tuple[int, int]) -> int:
        """How many posts known to be there stand before a place."""
        row = self._db.execute(
            "SELECT count(*) FROM post"
            " WHERE thread = ?1 AND state < ?4 AND (at < ?2 OR (at = ?2 AND id < ?3))",
            (_id(thread_id), *order, _GONE),
        ).fetchone()
        return int(row[0])

    def pages(self, thread_id: str) -> set[int]:
        """The pages of a thread that were read."""
        rows = self._db.execute("SELECT number FROM page WHERE thread = ?", (_id(thread_id),))
        return {number for (number,) in rows}

    def threads_between(
        self, board_id: str, low: int | None, high: int | None
    ) -> Iterator[KnownThread]:
        """Threads of a board that its list should show between two times of a last post."""
        rows = self._db.execute(
            "SELECT * FROM thread WHERE board = ? AND last_post > ? AND last_post < ?"
            " AND NOT is_sticky AND NOT is_gone",
            (board_id, -(1 << 62) if low is None else low, 1 << 62 if high is None else high),
        )
        return map(_thread, rows)

    def sticky_threads(self, board_id: str) -> list[KnownThread]:
        rows = self._db.execute(
            "SELECT * FROM thread WHERE board = ? AND is_sticky AND NOT is_gone"
            " AND last_post IS NOT NULL",
            (board_id,),
        )
        return [_thread(row) for row in rows]

    def walked(self, board_id: str, scope: str) -> int | None:
        """When the last walk began that saw all of a board's list, in a scope or without limit."""
        row = self._db.execute(
            "SELECT max(began) FROM walk WHERE board = ? AND scope IN (?, '')", (board_id, scope)
        ).fetchone()
        return int(row[0]) if row[0] is not None else None

    def boards(self) -> dict[str, str | None]:
        """Names of the boards that were ever listed, by id."""
        return dict(self._db.execute("SELECT id, name FROM board"))

    def refusal(self, refusal_id: str) -> KnownRefusal | None:
        row = self._db.execute("SELECT * FROM refusal WHERE id = ?", (refusal_id,)).fetchone()
        return _refusal(row) if row else None

    def refusals_of(self, thread_id: str) -> list[KnownRefusal]:
        rows = self._db.execute(
            "SELECT * FROM refusal WHERE thread = ? ORDER BY id", (_id(thread_id),)
        )
        return [_refusal(row) for row in rows]

    def refusals_due(self, before: int, limit: int) -> list[KnownRefusal]:
        """Refusals that may be over, and up to ``limit`` of the others last met before a time."""
        rows = self._db.execute("SELECT * FROM refusal WHERE retriable ORDER BY asked").fetchall()
        rows += self._db.execute(
            "SELECT * FROM refusal WHERE NOT retriable AND reason != '' AND asked <= ?"
            " ORDER BY asked LIMIT ?",
            (before, limit),
        )
        return [_refusal(row) for row in rows]

    def media(self, key: str) -> KnownMedia | None:
        """What came of a picture or file, if it was asked for."""
        row = self._db.execute("SELECT * FROM media WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        _, path, digest, reason, retriable, attempts = row
        return KnownMedia(key, path, digest and digest.hex(), reason, bool(retriable), attempts)

    def oldest_pages(
        self, before: int, boards: Iterable[str] | None, limit: int
    ) -> list[tuple[str, int]]:
        """(thread, page) pairs not looked at since ``before``, those in vain and the oldest first.

        ``boards``: only their threads; ``None``: all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            "SELECT page.thread, page.number FROM page JOIN thread ON thread.id = page.thread"
            " WHERE checked < ?1 AND -checked < ?1 AND NOT is_gone"
            " AND (?2 IS NULL OR board IN (SELECT value FROM json_each(?2)))"
            " ORDER BY checked LIMIT ?3",
            (before, chosen, limit),
        )
        return [(str(thread), number) for thread, number in rows]

    def oldest_lists(
        self, before: int, boards: Iterable[str] | None, limit: int
    ) -> list[tuple[str, int]]:
        """(board, page) pairs of lists not looked at since ``before``, the oldest first."""
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            "SELECT board, number FROM list WHERE checked < ?1"
            " AND (?2 IS NULL OR board IN (SELECT value FROM json_each(?2)))"
            " ORDER BY checked, number LIMIT ?3",
            (before, chosen, limit),
        )
        return list(rows)


def note_of(path: Path, name: str) -> str | None:
    """A note of a ledger that is not opened for a run; ``None`` where it cannot be had."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None


def hash_bytes(digest: str) -> bytes:
    """What is kept of a sha256: eight bytes tell two versions of one post apart."""
    return bytes.fromhex(digest[:16])


def _id(text: str) -> int | str:
    """Ids are numbers, small on disk and in order; anything longer stays as it is."""
    return int(text) if len(text) <= 18 and text.isascii() and text.isdigit() else text


def _thread(row: tuple[Any, ...]) -> KnownThread:
    number, board, head, tail, last_post, pages, surplus, *flags = row
    sticky, is_reversed, partial, coverage, missing, gone = flags
    return KnownThread(
        str(number),
        board,
        head,
        tail,
        last_post,
        pages,
        surplus,
        bool(sticky),
        bool(is_reversed),
        bool(partial),
        coverage,
        tuple(json.loads(missing)) if missing else (),
        bool(gone),
    )


def _state(post: KnownPost) -> int:
    return (
        _ARTICLE * post.is_first
        + _EARLY * post.is_early
        + _SHIELDED * post.is_shielded
        + _GONE * post.is_gone
    )


def _post(row: tuple[Any, ...]) -> KnownPost:
    number, at, version, digest, state, media = row
    first, early, shielded, gone = (
        bool(state & mark) for mark in (_ARTICLE, _EARLY, _SHIELDED, _GONE)
    )
    return KnownPost(
        str(number), at, version, digest, first, early, shielded, gone, media=media or b""
    )


def _refusal(row: tuple[Any, ...]) -> KnownRefusal:
    key, thread, reason, retriable, attempts, version, asked, url = row
    return KnownRefusal(
        key,
        None if thread is None else str(thread),
        reason,
        bool(retriable),
        attempts,
        version,
        asked,
        url,
    )
