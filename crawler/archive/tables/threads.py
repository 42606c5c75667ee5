"""Threads as they were last read, and when each of their pages was looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from crawler.archive.changes import PageSeen, RightsChanged, ThreadMissing, ThreadSeen
from crawler.archive.state import ThreadState
from crawler.archive.tables.rows import as_int, from_ledger, numbered
from crawler.archive.tables.table import HIGHEST, LOWEST, Table, id_value


class ThreadTable(Table):
    """The tables `thread`, `page` and `missing`."""

    def thread(self, thread_id: str) -> ThreadState | None:
        """Return what is known of a thread; ``None`` if it was never read."""
        row = self._db.execute(
            "SELECT * FROM thread WHERE id = ?", (id_value(thread_id),)
        ).fetchone()
        return _from_row(row) if row else None

    def threads_between(
        self, board_id: str, low: int | None, high: int | None
    ) -> Iterator[ThreadState]:
        """Yield the threads of a board whose last post lies between two times, both excluded.

        The times are minutes since 1970; ``None`` is no limit. Sticky threads are left out, because
        a list shows them out of order, and so are threads that are gone or that no list shows.
        """
        rows = self._db.execute(
            "SELECT * FROM thread WHERE board = ? AND last_post > ? AND last_post < ?"
            " AND NOT is_sticky AND NOT is_gone",
            (board_id, LOWEST if low is None else low, HIGHEST if high is None else high),
        )
        return map(_from_row, rows)

    def sticky_threads(self, board_id: str) -> list[ThreadState]:
        """Return the sticky threads that the board's list should show."""
        rows = self._db.execute(
            "SELECT * FROM thread WHERE board = ? AND is_sticky AND NOT is_gone"
            " AND last_post IS NOT NULL",
            (board_id,),
        )
        return [_from_row(row) for row in rows]

    def pages(self, thread_id: str, since: int | None = None) -> set[int]:
        """Return the numbers of the pages of a thread that were read.

        ``since``: only those that were looked at, and not in vain, from then on (seconds since
        1970).
        """
        rows = self._db.execute(
            "SELECT number FROM page WHERE thread = ?1 AND (?2 IS NULL OR checked >= ?2)",
            (id_value(thread_id), since),
        )
        return {as_int(page) for (page,) in rows}

    def page_seen(self, thread_id: str, number: int) -> int | None:
        """Return when a page was last looked at, in seconds since 1970; ``None``: never."""
        row = self._db.execute(
            "SELECT abs(checked) FROM page WHERE thread = ? AND number = ?",
            (id_value(thread_id), number),
        ).fetchone()
        return as_int(row[0]) if row else None

    def last_seen(self, thread_id: str) -> int | None:
        """Return when any page of a thread was last looked at (see `page_seen`)."""
        row = self._db.execute(
            "SELECT max(abs(checked)) FROM page WHERE thread = ?", (id_value(thread_id),)
        ).fetchone()
        return None if row[0] is None else as_int(row[0])

    def due_pages(self, thread_id: str, now: int = 0) -> set[int]:
        """Return the pages of a thread that were read in vain, or of which a line was lost.

        And those of which a file is due at ``now`` (seconds since 1970).
        """
        rows = self._db.execute(
            "SELECT number FROM page WHERE thread = ? AND (checked < 0 OR due <= ?)",
            (id_value(thread_id), now),
        )
        return {as_int(page) for (page,) in rows}

    def threads_due(self, before: int, boards: Iterable[str] | None) -> list[str]:
        """Return the ids of threads with such pages, noted before a time (seconds since 1970).

        ``boards``: only threads of these; ``None``: of all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            "SELECT DISTINCT page.thread FROM page JOIN thread ON thread.id = page.thread"
            " WHERE checked < 0 AND -checked < ?1 AND NOT is_gone"
            " AND (?2 IS NULL OR board IN (SELECT value FROM json_each(?2)))",
            (before, chosen),
        )
        return [str(thread) for (thread,) in rows]

    def pages_with_files_due(
        self, now: int, before: int, boards: Iterable[str] | None, limit: int | None = None
    ) -> list[tuple[str, int]]:
        """Return up to ``limit`` pairs (thread id, page) of which a file is due at ``now``.

        Those that are due for longest come first; none that was looked at since ``before``. Both
        are in seconds since 1970. ``boards``: only threads of these; ``None``: of all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            "SELECT page.thread, page.number FROM page JOIN thread ON thread.id = page.thread"
            " WHERE due <= ?1 AND abs(checked) < ?2 AND NOT is_gone"
            " AND (?3 IS NULL OR board IN (SELECT value FROM json_each(?3)))"
            " ORDER BY due LIMIT ?4",
            (now, before, chosen, -1 if limit is None else limit),
        )
        return numbered(rows)

    def oldest_pages(
        self, before: int, boards: Iterable[str] | None, limit: int
    ) -> list[tuple[str, int]]:
        """Return up to ``limit`` pairs (thread id, page) not looked at since ``before``.

        Pages that were looked at in vain come first, then the others, the oldest first. ``before``
        is in seconds since 1970. ``boards``: only threads of these; ``None``: of all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        # a page that is due has the time with a minus sign, see `_save_page`
        rows = self._db.execute(
            "SELECT page.thread, page.number FROM page JOIN thread ON thread.id = page.thread"
            " WHERE checked < ?1 AND -checked < ?1 AND NOT is_gone"
            " AND (?2 IS NULL OR board IN (SELECT value FROM json_each(?2)))"
            " ORDER BY checked LIMIT ?3",
            (before, chosen, limit),
        )
        return numbered(rows)

    def newest_threads(self, limit: int) -> list[str]:
        """Return the ids of up to ``limit`` threads that are there, the last read ones first."""
        rows = self._db.execute(
            "SELECT page.thread FROM page JOIN thread ON thread.id = page.thread"
            " WHERE checked > 0 AND NOT is_gone ORDER BY checked DESC LIMIT ?",
            (limit,),
        )
        return list(dict.fromkeys(str(thread) for (thread,) in rows))

    def count_threads(self) -> int:
        """Return how many threads are known and there."""
        row = self._db.execute("SELECT count(*) FROM thread WHERE NOT is_gone AND pages").fetchone()
        return int(row[0])

    def has_read_threads(self) -> bool:
        """Return whether a thread was ever read, gone or not."""
        return self._db.execute("SELECT 1 FROM thread WHERE pages LIMIT 1").fetchone() is not None

    def has_threads(self, board_id: str) -> bool:
        """Return whether a thread of a board was ever read, and is there."""
        return bool(
            self._db.execute(
                "SELECT 1 FROM thread WHERE board = ? AND NOT is_gone AND pages LIMIT 1",
                (board_id,),
            ).fetchone()
        )

    def numbers_to_try(self, first: int, last: int, before: int, *, full: bool) -> Iterator[int]:
        """Yield the numbers from ``first`` to ``last`` of which nothing is known.

        Those of threads that were read are left out, unless ``full``, and those that were missing
        at or after ``before`` (seconds since 1970).
        """
        known = {
            each
            for (each,) in self._db.execute(
                "SELECT thread FROM missing WHERE thread BETWEEN ?1 AND ?2 AND asked >= ?3"
                " UNION SELECT id FROM thread WHERE id BETWEEN ?1 AND ?2 AND NOT ?4 AND pages",
                (first, last, before, full),
            )
        }
        return (each for each in range(first, last + 1) if each not in known)

    def count_range(self, first: int, last: int) -> tuple[int, int, int]:
        """Return how many numbers of a range were read, are missing, and are refused."""
        bounds = (first, last)
        (read,) = self._db.execute(
            "SELECT count(*) FROM thread WHERE id BETWEEN ? AND ? AND pages", bounds
        ).fetchone()
        (missing,) = self._db.execute(
            "SELECT count(*) FROM missing WHERE thread BETWEEN ? AND ?", bounds
        ).fetchone()
        (refused,) = self._db.execute(
            "SELECT count(DISTINCT thread) FROM refusal WHERE thread BETWEEN ? AND ?"
            " AND reason != '' AND NOT EXISTS"
            " (SELECT 1 FROM thread AS known WHERE known.id = refusal.thread AND known.pages)",
            bounds,
        ).fetchone()
        return read, missing, refused

    def _save_missing(self, change: ThreadMissing) -> None:
        if change.thread_id.isdigit():
            self._db.execute(
                "INSERT OR REPLACE INTO missing VALUES (?, ?)", (int(change.thread_id), change.at)
            )

    def _save_thread(self, change: ThreadSeen) -> None:
        thread = change.thread
        self._db.execute(
            "INSERT OR REPLACE INTO thread VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _to_row(thread),
        )
        if not thread.is_gone:
            self._db.execute("DELETE FROM missing WHERE thread = ?", (id_value(thread.id),))
        # pages that the thread no longer has must not be looked at again
        self._db.execute(
            "DELETE FROM page WHERE thread = ? AND (number > ? OR ?)",
            (id_value(thread.id), thread.pages, thread.is_gone),
        )

    def _save_page(self, change: PageSeen) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)",
            (
                id_value(change.thread_id),
                change.number,
                # below zero: due, see `oldest_pages`
                -change.at if change.is_due else change.at,
                change.files_due,
                change.is_denied or None,
            ),
        )

    def _save_page_rights(self, change: RightsChanged) -> None:
        self._db.execute("UPDATE page SET due = ? WHERE is_denied", (change.at,))


def _to_row(thread: ThreadState) -> tuple[Any, ...]:
    return (
        id_value(thread.id),
        thread.board,
        thread.title_hash,
        thread.activity_hash,
        thread.last_post,
        thread.pages,
        thread.surplus,
        thread.is_sticky,
        thread.is_reversed,
        thread.is_partial,
        thread.coverage,
        json.dumps(thread.missing) if thread.missing else None,
        thread.is_gone,
        thread.comments,
        thread.odd_since,
    )


@from_ledger
def _from_row(row: tuple[Any, ...]) -> ThreadState:
    thread_id, board, head, tail, last_post, pages, surplus, *flags = row
    is_sticky, is_reversed, is_partial, coverage, missing, is_gone, comments, odd_since = flags
    return ThreadState(
        str(thread_id),
        board,
        head,
        tail,
        last_post,
        pages,
        surplus,
        bool(is_sticky),
        bool(is_reversed),
        bool(is_partial),
        coverage,
        tuple(map(as_int, json.loads(missing))) if missing else (),
        bool(is_gone),
        comments,
        odd_since,
    )
