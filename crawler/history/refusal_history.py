"""Refusals over many runs: published once, again when they change, retracted when they are over.

What is retriable settles: the same answer to the same address, on a day on which the forum answers
for others, is asked for again after 1, 2, 4, 8 … days. After some nights it no longer decides the
status of a run; it stays counted, and it is never a deletion.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from crawler.archive import Ledger
from crawler.archive.changes import RefusalSeen
from crawler.archive.state import RefusalState
from crawler.history.delivery import Entry
from crawler.history.nights import Waiting, met_again
from crawler.items import Reason, Refusal, refusal_line

# After so many nights nobody needs to be woken for it again.
DECISIVE_NIGHTS = 2


@dataclass(frozen=True, slots=True)
class Met:
    """How a refusal was met.

    ``board_id`` is that of its thread or list, where it is known. ``is_own``: the forum answered
    for others since, so that the refusal is about this address. ``longest_wait``: after so many
    days it is asked for again in any case.
    """

    board_id: str | None = None
    is_own: bool = False
    longest_wait: int = 30


@dataclass(frozen=True, slots=True)
class Emitted:
    """What the ledger learns of a refusal.

    ``entry`` is its line, unless the last one said the same.
    """

    seen: RefusalSeen
    entry: Entry | None


def emit_refusal(line: Refusal, ledger: Ledger, now: datetime, met: Met) -> Emitted:
    """Prepare the line of a refusal, in its version."""
    known = ledger.refusal(line.item_id)
    is_known = (
        known is not None and known.reason == line.reason and known.is_retriable == line.retriable
    )
    at = int(now.timestamp())
    if known:
        line.version = known.version + 1
        line.attempts += known.attempts if is_known else 0
    state = RefusalState(
        line.item_id,
        line.thread_id,
        line.reason,
        line.retriable,
        line.attempts,
        known.version if known and is_known else line.version,
        at,
        line.url,
        met.board_id or (known.board if known else None),
        since=known.since if known and is_known else at,
        nights=known.nights if known and is_known else 0,
        counted=known.counted if known and is_known else 0,
    )
    seen = RefusalSeen(_settled(state, met) if line.retriable else state)
    return Emitted(seen, None if is_known else Entry(line, seen))


def _settled(state: RefusalState, met: Met) -> RefusalState:
    """``state`` with its nights counted, and when it is asked for again."""
    if not met.is_own:
        return replace(state, due=state.asked)
    before = Waiting(state.nights, state.counted, state.due)
    waiting = met_again(before, state.asked, met.longest_wait)
    return replace(state, nights=waiting.nights, counted=waiting.counted, due=waiting.due)


def is_unsettled(refusal: RefusalState) -> bool:
    """Whether a refusal was met so often that it no longer decides the status of a run."""
    return refusal.is_retriable and refusal.nights > DECISIVE_NIGHTS


def retract_refusal(refusal_id: str, ledger: Ledger, now: datetime, **refused: Any) -> Entry | None:
    """The line that says that a refusal is over, if there was one; ``refused`` are its fields."""
    known = ledger.refusal(refusal_id)
    return _retracted(known, now, **refused) if known is not None and known.reason else None


def retract_pages(
    refusals: Iterable[RefusalState], now: datetime, *, behind: int | None
) -> list[Entry]:
    """The lines that say that refusals are over, for what they are of is not there any more.

    ``refusals`` are those of one thread or one list, ``behind`` is the number of its last page;
    ``None`` where it is gone itself.
    """
    entries = []
    for known in refusals:
        named = f":refusal:{known.thread_id or known.url}"
        number = known.id.rpartition(named)[2].removeprefix(":")
        page = int(number) if number.isdecimal() else None
        if behind is None or (page is not None and page > behind):
            board = known.board if known.thread_id is None else None
            entries.append(_retracted(known, now, board_id=board, page=page))
    return entries


def _retracted(known: RefusalState, now: datetime, **refused: Any) -> Entry:
    line = refusal_line(
        cast("Reason", known.reason),
        url=known.url,
        fetched_at=now,
        thread_id=known.thread_id,
        attempts=known.attempts + 1,
        **refused,
    )
    line.item_id, line.version = known.id, known.version + 1
    line.is_deleted, line.retriable, line.evidence = True, False, None
    over = replace(
        known, reason="", is_retriable=False, version=line.version, attempts=0, nights=0, counted=0
    )
    return Entry(line, RefusalSeen(over))
