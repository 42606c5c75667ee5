"""Boards and the pages of their thread lists: when they were last looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

from crawler.archive.changes import (
    BoardCovered,
    BoardListed,
    BoardSeen,
    BoardWalked,
    ListSeen,
    RowSeen,
)
from crawler.archive.state import BoardCounts, BoardState, BoardTold
from crawler.archive.tables.rows import as_int, checked, from_ledger, numbered
from crawler.archive.tables.table import Table, id_value

# The rows of `listed` that count for their board: a thread that stands on top of all lists is of
# one board only, which its page tells.
_OF_BOARD = (
    " FROM listed LEFT JOIN thread ON thread.id = listed.thread"
    " WHERE listed.board = ? AND NOT coalesce(thread.is_gone, 0)"
    " AND (listed.is_moved OR thread.board IS NULL OR thread.board = listed.board)"
)
_UNCOMPARED = (
    " FROM listed JOIN thread ON thread.id = listed.thread"
    " JOIN page ON page.thread = thread.id AND page.number = thread.pages"
    " WHERE listed.is_blind AND NOT thread.is_gone AND abs(checked) < ?1"
)
_OLDEST = (
    " AND (?2 IS NULL OR listed.board IN (SELECT value FROM json_each(?2)))"
    " ORDER BY checked LIMIT ?3"
)
_REFUSED = (
    " AND NOT coalesce(thread.pages, 0) AND EXISTS"
    " (SELECT 1 FROM refusal WHERE refusal.thread = listed.thread AND reason != '')"
)


class BoardTable(Table):
    """The tables `board`, `list`, `listed` and `walk`.

    A walk is a reading of a whole list, in one scope: the arguments of the crawl that limit it.
    The scope "" is that of a reading without limits.
    """

    def walked(self, board_id: str, scope: str) -> int | None:
        """Return when the last walk of a board began, in a scope or without limits.

        In minutes since 1970; ``None`` if the whole list was never read.
        """
        row = self._db.execute(
            "SELECT max(began) FROM walk WHERE board = ? AND scope IN (?, '')", (board_id, scope)
        ).fetchone()
        return as_int(row[0]) if row[0] is not None else None

    def oldest_lists(
        self, before: int, boards: Iterable[str] | None, limit: int
    ) -> list[tuple[str, int]]:
        """Return up to ``limit`` pairs (board id, page of its list) not looked at since ``before``.

        The oldest come first. ``before`` is in seconds since 1970. ``boards``: only these;
        ``None``: all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            "SELECT board, number FROM list WHERE checked < ?1"
            " AND (?2 IS NULL OR board IN (SELECT value FROM json_each(?2)))"
            " ORDER BY checked, number LIMIT ?3",
            (before, chosen, limit),
        )
        return numbered(rows)

    def new_lists(self, boards: Iterable[str] | None, limit: int) -> list[tuple[str, int]]:
        """Return up to ``limit`` pages of lists that nobody looked at since their board has them.

        As pairs (board id, page), of boards whose whole list was read once. ``boards``: only these;
        ``None``: all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        grown = self._db.execute(
            "SELECT id, max(number), min(pages, coalesce(shown, pages)) AS there"
            " FROM board JOIN list ON board = id"
            " WHERE EXISTS (SELECT 1 FROM walk WHERE walk.board = id AND scope = '')"
            " AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))"
            " GROUP BY id HAVING max(number) < there",
            (chosen,),
        )
        found = ((board, n) for board, last, there in grown for n in range(last + 1, there + 1))
        return list(islice(found, limit))

    def board(self, board_id: str) -> BoardState | None:
        """Return what is known of a board; ``None`` if no page named it."""
        row = self._db.execute(
            "SELECT id, name, threads, in_index, pages, shown, has_boards,"
            " coverage, told, gap, since, nights, counted FROM board WHERE id = ?",
            (board_id,),
        ).fetchone()
        return _from_row(row) if row else None

    def board_counts(self, board_id: str) -> BoardCounts:
        """Return what is known of a board's threads and of the pages of its list."""
        db = self._db
        listed, read = db.execute(
            f"SELECT count(*), count(nullif(thread.pages, 0)){_OF_BOARD}", (board_id,)
        ).fetchone()
        (refused,) = db.execute(
            f"SELECT count(*){_OF_BOARD}{_REFUSED}",
            (board_id,),
        ).fetchone()
        pages, unread = db.execute(
            "SELECT count(*), coalesce(sum(unread), 0) FROM list WHERE board = ?", (board_id,)
        ).fetchone()
        (pages_refused,) = db.execute(
            "SELECT count(*) FROM refusal WHERE board = ? AND thread IS NULL AND reason != ''",
            (board_id,),
        ).fetchone()
        return BoardCounts(listed, read, refused, pages, unread, pages_refused)

    def is_listed(self, board_id: str, thread_id: str) -> bool:
        """Return whether a list of a board showed a thread."""
        row = self._db.execute(
            "SELECT 1 FROM listed WHERE board = ? AND thread = ?", (board_id, id_value(thread_id))
        ).fetchone()
        return row is not None

    def count_uncompared(self, board_id: str, before: int) -> int:
        """Return of how many threads of a board nobody can tell whether they were answered.

        Their rows do not tell it, and nobody looked at their last pages since ``before`` (seconds
        since 1970).
        """
        row = self._db.execute(
            f"SELECT count(*){_UNCOMPARED} AND listed.board = ?2", (before, board_id)
        ).fetchone()
        return int(row[0])

    def uncompared_pages(
        self, before: int, boards: Iterable[str] | None, limit: int
    ) -> list[tuple[str, int]]:
        """Return up to ``limit`` last pages of such threads, as pairs (thread id, page).

        Those that nobody looked at for longest come first. ``boards``: only threads of these;
        ``None``: of all.
        """
        chosen = json.dumps(list(boards)) if boards is not None else None
        rows = self._db.execute(
            f"SELECT DISTINCT page.thread, page.number, checked{_UNCOMPARED}{_OLDEST}",
            (before, chosen, limit),
        )
        return numbered(rows)

    def _save_board(self, change: BoardSeen) -> None:
        # a page that does not name the board must not take its name away
        self._db.execute(
            "INSERT INTO board (id, name, in_index) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE"
            " SET name = coalesce(?2, name), in_index = coalesce(?3, in_index)",
            (change.board_id, change.name, change.in_index),
        )

    def _save_listed(self, change: BoardListed) -> None:
        self._db.execute(
            "UPDATE board SET threads = coalesce(?, threads), pages = ?, shown = ?,"
            " has_boards = has_boards OR ? WHERE id = ?",
            (
                change.threads,
                change.pages,
                change.pages_shown,
                change.has_boards,
                change.board_id,
            ),
        )

    def _save_row(self, change: RowSeen) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?)",
            (change.board_id, id_value(change.thread_id), change.is_moved, change.is_blind),
        )

    def _save_covered(self, change: BoardCovered) -> None:
        told = change.told
        self._db.execute(
            "INSERT INTO board (id, coverage, told, gap, since, nights, counted)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET coverage = ?2,"
            " told = ?3, gap = ?4, since = ?5, nights = ?6, counted = ?7",
            (
                change.board_id,
                told.coverage,
                told.hash,
                told.gap,
                told.since,
                told.nights,
                told.counted,
            ),
        )

    def _save_list(self, change: ListSeen) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO list VALUES (?, ?, ?, ?)",
            (change.board_id, change.number, change.at, change.rows_unread),
        )
        self._db.execute(
            "DELETE FROM list WHERE board = ? AND number > ?", (change.board_id, change.pages)
        )

    def _save_walk(self, change: BoardWalked) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO walk VALUES (?, ?, ?)",
            (change.board_id, change.scope, change.began),
        )


@from_ledger
def _from_row(row: tuple[Any, ...]) -> BoardState:
    board_id, name, threads, in_index, pages, shown, has_boards, coverage, told, *gap = row
    last = checked(BoardTold(coverage, told or b"", *gap))
    return BoardState(str(board_id), name, threads, in_index, pages, shown, bool(has_boards), last)
