"""Boards and the pages of their thread lists: when they were last looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable

from crawler.archive.changes import BoardSeen, BoardWalked, ListSeen
from crawler.archive.tables.table import Table


class BoardTable(Table):
    """The tables `board`, `list` and `walk`.

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
        return int(row[0]) if row[0] is not None else None

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
        return list(rows)

    def _save_board(self, change: BoardSeen) -> None:
        # a page that does not name the board must not take its name away
        self._db.execute(
            "INSERT INTO board VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = coalesce(?2, name)",
            (change.board_id, change.name),
        )

    def _save_list(self, change: ListSeen) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO list VALUES (?, ?, ?)",
            (change.board_id, change.number, change.at),
        )
        self._db.execute(
            "DELETE FROM list WHERE board = ? AND number > ?", (change.board_id, change.pages)
        )

    def _save_walk(self, change: BoardWalked) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO walk VALUES (?, ?, ?)",
            (change.board_id, change.scope, change.began),
        )
