"""The listing of a board: which of its threads are to be read, and where the listing may end.

A list is sorted by the last post, newest first. What was known at the last listing and has not
changed stands behind everything that has, so a listing ends where rows are unchanged and older than
the last one that saw the whole list. Where a site sorts otherwise, or shows no dates, every page is
read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.archive.state import ListRowState

if TYPE_CHECKING:
    from crawler.archive import Ledger
    from crawler.archive.state import ThreadState
    from crawler.discuz.facts import BoardPage, Moment, NewsPage, ThreadRow

# Clocks of forums go wrong by minutes, zones are told by the footer: an hour covers both.
_SLACK = 60


@dataclass(frozen=True, slots=True)
class ThreadToRead:
    """A thread that has to be read, and why its list says so.

    ``is_new``: it is not known. ``from_top``: its title or its marks may have changed.
    """

    row: ThreadRow
    facts: ListRowState | None
    is_new: bool
    from_top: bool


@dataclass(frozen=True, slots=True)
class ListingDiff:
    """What one page of a list tells.

    ``vanished`` are known threads that it should show and does not. ``ends``: nothing new stands
    behind it. ``lowest``: the oldest last post on it, in minutes since 1970.
    """

    wanted: tuple[ThreadToRead, ...]
    unchanged: int
    vanished: tuple[str, ...]
    ends: bool
    lowest: int | None


@dataclass(frozen=True, slots=True)
class ListingScope:
    """What a listing asks for, and what is known of the list; times are minutes since 1970.

    ``above`` is the ``lowest`` of the page before this one, if that was just seen. ``listed_at`` is
    when the last listing began that saw the whole list. ``since``: threads without a post from then
    on are not wanted. ``full``: all others are.
    """

    above: int | None
    listed_at: int | None
    since: int | None = None
    full: bool = False
    with_replies: bool = True


def read_list(page: BoardPage, ledger: Ledger, scope: ListingScope) -> ListingDiff:
    """Hold one page of a list against the ledger."""
    since, full = scope.since, scope.full
    wanted = []
    unchanged = 0
    last_is_unchanged = False
    for row in page.rows:
        facts = row_facts(row, page)
        if since is not None and facts and facts.last_post is not None and facts.last_post < since:
            continue
        known = ledger.thread(row.thread_id)
        last_is_unchanged = not full and _is_unchanged(
            known, facts, page.board.id, with_replies=scope.with_replies
        )
        if last_is_unchanged:
            unchanged += 1
            continue
        from_top = full or known is None or facts is None or known.title_hash != facts.title_hash
        if known and facts and not facts.is_sticky:
            from_top = from_top or facts.board != known.board
        wanted.append(ThreadToRead(row, facts, known is None or known.is_gone, from_top))
    times = _times(page.rows)
    lowest = times[-1] if times else None
    before = None if scope.listed_at is None else scope.listed_at - _SLACK
    is_old = before is not None and (lowest < before if lowest is not None else not wanted)
    is_since = since is not None and lowest is not None and lowest < since
    is_sorted = _is_sorted(times)
    return ListingDiff(
        wanted=tuple(wanted),
        unchanged=unchanged,
        vanished=_vanished(page, ledger, times, scope.above) if is_sorted else (),
        ends=is_sorted and not full and ((last_is_unchanged and is_old) or is_since),
        lowest=lowest if is_sorted else None,
    )


def read_news(page: NewsPage, ledger: Ledger, *, full: bool = False) -> Iterator[ThreadToRead]:
    """The threads of a list of news that are not known, or were answered since they were read.

    Such a list shows neither marks nor types: what is known of them stays.
    """
    for row in page.rows:
        known = ledger.thread(row.thread_id)
        is_new = known is None or known.is_gone
        last_post = exact_minutes(row.last_post)
        tail = _hash(row.replies, last_post)
        tells_replies = row.replies is not None
        if not (is_new or full or (tells_replies and known and known.activity_hash != tail)):
            continue
        facts = None
        if tells_replies:
            facts = ListRowState(
                title_hash=known.title_hash if known else None,
                activity_hash=tail,
                last_post=last_post,
                is_sticky=known.is_sticky if known else False,
                replies=row.replies,
            )
        yield ThreadToRead(row, facts, is_new, from_top=is_new or full)


def row_facts(row: ThreadRow, page: BoardPage) -> ListRowState | None:
    """What is remembered of a row; ``None`` of what a moved thread left behind."""
    if row.is_moved:
        return None
    last_post = exact_minutes(row.last_post)
    is_sticky = "sticky" in row.flags
    # a thread that is sticky in several boards bears its type only in its own
    category = None if is_sticky else row.category
    return ListRowState(
        board=page.board.id,
        title_hash=_hash(row.headline, category, *sorted(row.flags)),
        activity_hash=_hash(row.replies, last_post, *_coarse(row)),
        last_post=last_post,
        is_sticky=is_sticky,
        replies=row.replies,
    )


def is_blind(row: ThreadRow) -> bool:
    """Whether nothing in a row tells that its thread was answered."""
    is_told = row.replies is not None or exact_minutes(row.last_post) is not None
    return not (is_told or row.is_moved or any(_coarse(row)))


def _coarse(row: ThreadRow) -> tuple[object, ...]:
    """What a row tells of the last post, where it tells neither replies nor a time to compare."""
    if row.replies is not None or exact_minutes(row.last_post) is not None:
        return ()
    day = row.last_post.value.date().isoformat() if row.last_post else None
    return (day, row.last_author) if day or row.last_author else ()


def exact_minutes(moment: Moment | None) -> int | None:
    """Minutes since 1970, where a row tells them: 3 天前 without more is no time to compare."""
    if moment is None or moment.precision not in ("second", "minute"):
        return None
    return in_minutes(moment.value)


def in_minutes(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _is_unchanged(
    known: ThreadState | None, facts: ListRowState | None, board: str | None, *, with_replies: bool
) -> bool:
    if known is None or known.is_gone:
        return False
    if facts is None:  # what a moved thread left behind: news as long as it is known to be here
        return known.board != board
    if known.is_partial and with_replies:
        return False
    # a sticky thread of all boards stands in lists of boards that are not its own
    is_at_home = known.board == facts.board or facts.is_sticky
    return (
        known.title_hash == facts.title_hash
        and known.activity_hash == facts.activity_hash
        and is_at_home
    )


def _times(rows: Iterable[ThreadRow]) -> list[int]:
    """Last posts of the rows that stand in order: not of sticky ones."""
    normal = (row for row in rows if "sticky" not in row.flags and not row.is_moved)
    return [time for row in normal if (time := exact_minutes(row.last_post)) is not None]


def _is_sorted(times: list[int]) -> bool:
    return all(a >= b for a, b in pairwise(times))


def _vanished(
    page: BoardPage, ledger: Ledger, times: list[int], above: int | None
) -> tuple[str, ...]:
    """Known threads whose place is on this page, and which are not there."""
    board = page.board.id
    if board is None or page.is_truncated:
        return ()
    shown = {row.thread_id for row in page.rows if not row.is_moved}
    gone = []
    if page.page == 1:
        gone += [thread.id for thread in ledger.sticky_threads(board)]
    is_whole = page.page == page.pages == 1
    if times or is_whole:
        high = None if page.page == 1 else times[0] if above is None else above
        low = None if page.page >= page.pages else times[-1]
        gone += [thread.id for thread in ledger.threads_between(board, low, high)]
    return tuple(thread_id for thread_id in gone if thread_id not in shown)


def _hash(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()[:8]
