"""Refusals over many runs: published once, again when they change, retracted when they are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from crawler.archive import Ledger
from crawler.archive.changes import Change, RefusalSeen
from crawler.archive.state import RefusalState
from crawler.history.delivery import Entry
from crawler.items import Reason, Refusal, refusal_line


def emit_refusal(line: Refusal, ledger: Ledger, now: datetime) -> Entry | Change:
    """The line of a refusal as it is published; only a change where the last one said the same.

    What may be over the next time is published each time, with the attempts of all runs.
    """
    known = ledger.refusal(line.item_id)
    stands = known is not None and known.reason == line.reason
    if known:
        line.version = known.version + 1
        line.attempts += known.attempts if stands else 0
    is_published = known is not None and stands and not line.retriable
    seen = RefusalSeen(
        RefusalState(
            line.item_id,
            line.thread_id,
            line.reason,
            line.retriable,
            line.attempts,
            known.version if known and is_published else line.version,
            int(now.timestamp()),
            line.url,
        )
    )
    return seen if is_published else Entry(line, seen)


def retract_refusal(refusal_id: str, ledger: Ledger, now: datetime, **refused: Any) -> Entry | None:
    """The line that says that a refusal is over, if there was one; ``refused`` are its fields."""
    known = ledger.refusal(refusal_id)
    if known is None or not known.reason:
        return None
    line = refusal_line(
        cast("Reason", known.reason),
        url=known.url,
        fetched_at=now,
        thread_id=known.thread_id,
        attempts=known.attempts + 1,
        **refused,
    )
    line.item_id, line.version = known.id, known.version + 1
    line.is_deleted, line.retriable = True, False
    over = replace(known, reason="", is_retriable=False, version=line.version, attempts=0)
    return Entry(line, RefusalSeen(over))
