"""Refusals over many runs: told once, again when they change, taken back when they are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from crawler.archive.changes import RefusalSeen
from crawler.archive.state import KnownRefusal
from crawler.items.build import refusal_line

if TYPE_CHECKING:
    from crawler.archive.changes import Change
    from crawler.archive.ledger import Ledger
    from crawler.items.lines import Refusal
    from crawler.items.reasons import Reason


def tell(line: Refusal, ledger: Ledger, now: datetime) -> tuple[Refusal | None, Change]:
    """The line of a refusal as it is written, or ``None`` where the last one said the same.

    What may be over the next time is told each time, with the attempts of all runs.
    """
    known = ledger.refusal(line.item_id)
    stands = known is not None and known.reason == line.reason
    if known:
        line.version = known.version + 1
        line.attempts += known.attempts if stands else 0
    is_told = known is not None and stands and not line.retriable
    seen = KnownRefusal(
        line.item_id,
        line.thread_id,
        line.reason,
        line.retriable,
        line.attempts,
        known.version if known and is_told else line.version,
        int(now.timestamp()),
        line.url,
    )
    return None if is_told else line, RefusalSeen(seen)


def take_back(
    refusal_id: str, ledger: Ledger, now: datetime, **what: Any
) -> tuple[Refusal, Change] | None:
    """The line that says that a refusal is over, if there was one; ``what`` was refused."""
    known = ledger.refusal(refusal_id)
    if known is None or not known.reason:
        return None
    line = refusal_line(
        cast("Reason", known.reason),
        url=known.url,
        fetched_at=now,
        thread_id=known.thread_id,
        attempts=known.attempts + 1,
        **what,
    )
    line.item_id, line.version = known.id, known.version + 1
    line.is_deleted, line.retriable = True, False
    over = replace(known, reason="", is_retriable=False, version=line.version, attempts=0)
    return line, RefusalSeen(over)
