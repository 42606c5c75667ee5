"""Refusals: what the last line of each says, and when it was last met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.archive.changes import RefusalSeen, RightsChanged
from crawler.archive.state import RefusalState
from crawler.archive.tables.rows import from_ledger
from crawler.archive.tables.table import Table, id_value


class RefusalTable(Table):
    """The table `refusal`; a refusal that was retracted stays, with an empty reason."""

    def refusal(self, refusal_id: str) -> RefusalState | None:
        """Return a refusal by its item id; ``None`` if there never was one."""
        row = self._db.execute("SELECT * FROM refusal WHERE id = ?", (refusal_id,)).fetchone()
        return _from_row(row) if row else None

    def refusals_due(self, now: int, before: int, limit: int) -> list[RefusalState]:
        """Return the refusals to be tried again, those last met longest ago first.

        All that are retriable, or were met with other rights, and are due at ``now``, and behind
        them up to ``limit`` others that were last met at or before ``before`` (seconds since 1970).
        """
        rows = self._db.execute(
            "SELECT * FROM refusal WHERE (retriable OR due > 0) AND reason != '' AND due <= ?"
            " ORDER BY asked",
            (now,),
        ).fetchall()
        rows += self._db.execute(
            "SELECT * FROM refusal WHERE NOT retriable AND due = 0 AND reason != '' AND asked <= ?"
            " ORDER BY asked LIMIT ?",
            (before, limit),
        )
        return [_from_row(row) for row in rows]

    def retriable_refusals(self) -> Iterator[RefusalState]:
        """Yield the refusals that stand and are not for good."""
        return map(_from_row, self._db.execute("SELECT * FROM refusal WHERE retriable"))

    def thread_refusals(self, thread_id: str) -> list[RefusalState]:
        """Return the refusals of a thread and of its pages that stand."""
        rows = self._db.execute(
            "SELECT * FROM refusal WHERE thread = ? AND reason != ''", (id_value(thread_id),)
        )
        return [_from_row(row) for row in rows]

    def list_refusals(self, board_id: str) -> list[RefusalState]:
        """Return the refusals of a board's list and of its pages that stand."""
        rows = self._db.execute(
            "SELECT * FROM refusal WHERE board = ? AND thread IS NULL AND reason != ''", (board_id,)
        )
        return [_from_row(row) for row in rows]

    def is_board_refused(self, board_id: str) -> bool:
        """Return whether the forum refuses the list of a board for good."""
        return bool(
            self._db.execute(
                "SELECT 1 FROM refusal WHERE board = ? AND thread IS NULL AND reason != ''"
                " AND NOT retriable",
                (board_id,),
            ).fetchone()
        )

    def _save_refusal(self, change: RefusalSeen) -> None:
        refusal = change.refusal
        self._db.execute(
            "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                refusal.id,
                refusal.thread_id and id_value(refusal.thread_id),
                refusal.reason,
                refusal.is_retriable,
                refusal.attempts,
                refusal.version,
                refusal.asked,
                refusal.url,
                refusal.board,
                refusal.since,
                refusal.nights,
                refusal.counted,
                refusal.due,
            ),
        )

    def _save_refusal_rights(self, change: RightsChanged) -> None:
        """Somebody else logs in: what was denied to the last one is asked for again."""
        self._db.execute(
            "UPDATE refusal SET asked = 0, due = ? WHERE reason IN"
            " ('no_permission', 'login_required')",
            (change.at,),
        )


@from_ledger
def _from_row(row: tuple[Any, ...]) -> RefusalState:
    refusal_id, thread, reason, is_retriable, *others = row
    return RefusalState(
        refusal_id,
        None if thread is None else str(thread),
        reason,
        bool(is_retriable),
        *others,
    )
