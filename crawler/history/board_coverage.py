"""How much of a board is known: its threads and its list's pages, held against its own counters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from crawler.archive.state import BoardCounts, BoardState, BoardTold
from crawler.history.nights import is_another_night
from crawler.history.refusal_history import DECISIVE_NIGHTS
from crawler.items import Coverage, Record, board_coverage_line, to_json
from crawler.items.lines import SCHEMA_VERSIONS, Gap

# What of a list nobody decided to leave out, and no refusal tells.
_HIDDEN: tuple[Gap, ...] = ("pages_not_shown", "rows_unread", "list_empty")
# What a line says anew each time.
# Fields that differ from run to run.
_OF_RUN = ("version", "fetched_at", "run_id")


@dataclass(frozen=True, slots=True)
class Listing:
    """How a board's list was looked at in a run.

    ``url`` is its address. ``is_whole``: the whole of what it shows was seen, now or before.
    ``is_limited``: options limit what is read of it. ``is_like_all``: all lists of the forum were
    empty. ``is_emptied``: the list is, and threads of it are known that are not gone.
    """

    url: str
    is_whole: bool
    is_limited: bool
    is_like_all: bool = False
    is_emptied: bool = False


def board_coverage(
    board: BoardState, counts: BoardCounts, listing: Listing, now: datetime, *, run_id: str
) -> Coverage:
    """The coverage line of a board, in the version behind its last one."""
    reasons = list(_reasons(board, counts, listing))
    captured = counts.pages
    if listing.is_whole:
        # pages that were seen move behind those that come in front of them
        captured = min(board.pages, board.pages_shown or board.pages)
    line = board_coverage_line(
        board.id,
        now,
        url=listing.url,
        board_name=board.name,
        status=_status(board, reasons),
        threads_expected=board.expected,
        threads_listed=counts.listed,
        threads_read=counts.read,
        threads_refused=counts.refused or None,
        pages_expected=board.pages,
        pages_captured=captured,
        rows_unread=counts.rows_unread or None,
        reasons=reasons,
        run_id=run_id,
    )
    line.version = board.told.coverage + 1
    return line


def _status(board: BoardState, reasons: list[Gap]) -> Literal["complete", "partial", "unknown"]:
    if reasons:
        return "partial"
    return "unknown" if board.expected is None else "complete"


def _reasons(board: BoardState, counts: BoardCounts, listing: Listing) -> Iterator[Gap]:
    """Why a board is not complete."""
    expected = board.expected
    is_short = expected is None or counts.listed + counts.rows_unread < expected
    is_counted = board.threads or (listing.is_like_all and expected)
    of_list: list[Gap] = ["list_empty"] if listing.is_emptied else []
    if board.pages_shown is not None and is_short:
        of_list.append("pages_not_shown")
    if counts.rows_unread:
        of_list.append("rows_unread")
    if counts.pages_refused:
        of_list.append("page_refused")
    if not listing.is_whole:
        of_list.append("limited_by_options" if listing.is_limited else "not_finished")
    elif is_counted and not counts.listed and not of_list:
        # by the list's own counter: that of an index may count boards that only members see, but
        # not all boards are such
        of_list.append("list_empty")
    elif expected and is_short and not of_list:
        of_list.append("threads_not_listed")
    yield from of_list
    if counts.refused:
        yield "threads_refused"
    if counts.read + counts.refused < counts.listed:
        yield "threads_waiting"


def told_of(line: Coverage, last: BoardTold, now: datetime) -> BoardTold:
    """What the ledger learns of a line; its version is the last one's where it says the same."""
    said = {name: value for name, value in to_json(line).items() if name not in _OF_RUN}
    # ledgers of schema 1.0 hashed it with that version: a newer schema alone is no new line
    told = replace(last, hash=_hash(said | {"schema_version": SCHEMA_VERSIONS[0]}))
    if told.hash != last.hash or not last.coverage:
        told = replace(told, coverage=line.version)
    gap, at = " ".join(name for name in line.reasons if name in _HIDDEN), int(now.timestamp())
    if gap != last.gap:
        return replace(told, gap=gap, since=at, nights=1, counted=at)
    if gap and is_another_night(last.counted, at):
        return replace(told, nights=last.nights + 1, counted=at)
    return told


def _hash(said: Record) -> bytes:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()[:8]


def decides(told: BoardTold) -> bool:
    """Whether what is hidden of a list decides the status of a run: on the first nights only."""
    return bool(told.gap) and told.nights <= DECISIVE_NIGHTS


def hidden_words(line: Coverage) -> str:
    """What is hidden of a board's list, in words.

    >>> line = board_coverage_line(
    ...     "2", datetime(2024, 1, 1), url="http://b.example/forum-2-1.html", status="partial",
    ...     reasons=["pages_not_shown"], pages_expected=1203, pages_captured=1000, run_id="r1",
    ... )
    >>> hidden_words(line)
    'of 1,203 pages of the list 1,000 could be read'
    """
    words = {
        "pages_not_shown": f"of {line.pages_expected or 0:,} pages of the list"
        f" {line.pages_captured or 0:,} could be read",
        "rows_unread": f"{line.rows_unread or 0:,} rows of the list cannot be read",
        "list_empty": f"the list is empty, and of its threads {line.threads_read or 0:,} were read"
        if line.threads_read
        else f"the list is empty, and its counter says {line.threads_expected or 0:,}",
    }
    return "; ".join(words[name] for name in _HIDDEN if name in line.reasons)
