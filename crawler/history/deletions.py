"""Where the posts of a thread stand, and which of those that are known its pages do not show.

Which are missing? Floors stand in the order of their dates and ids, whatever numbers they bear
(Discuz closes the gap that a deletion leaves, some sites do not). So a post that is known and whose
place lies between two neighbours on a page is missing if the page does not show it; between the
last of one page and the first of the next, if both were read. Whether it is gone: `doubts.py`.

Where is a post gone? The thread's counter tells that posts are missing, not which. But each one
that goes moves all behind it one place forward, so that any page read tells how many went before
it: `Deletions.page_to_search` halves the pages in between until the place is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.archive.state import PostState, minutes

if TYPE_CHECKING:
    from crawler.archive import Ledger
    from crawler.discuz.facts import Post, ThreadPage

# Halving a million pages takes twenty; twice that is a thread that changes faster than it is read.
_SEARCHES = 40

Order = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    """Where the floors of a page begin and end.

    ``has_moved``: it was read before, and now begins with a post that was not known.
    """

    number: int
    first: Order
    last: Order
    count: int
    has_moved: bool


class _End:
    """There are no pages on that side."""


_END = _End()


class Deletions:
    """The pages of one thread that were read in one go.

    ``forgets``: all pages are read in turn, so that only neighbours need to be remembered.
    """

    def __init__(self, ledger: Ledger, thread_id: str, *, forgets: bool) -> None:
        self._ledger = ledger
        self._thread_id = thread_id
        self._forgets = forgets
        self._reads: dict[int, _Read] = {}
        # pages that hold no known or new floor of their own, the opening post aside
        self._empty: set[int] = set()
        # a thread that others were merged into has another one than before
        self._opening: str | None = None
        self._is_searching = False
        self._searched: set[int] = set()

    def missing(
        self, page: ThreadPage, posts: list[Post], known: dict[str, PostState], *, was_read: bool
    ) -> list[PostState]:
        """The known posts that a whole page should show and does not.

        ``posts`` are its posts, ``known`` those of them that were known; ``was_read``: the page was
        read before.
        """
        number = page.page
        own = [post for post in posts if not post.is_pinned_copy]
        self._opening = next((post.id for post in own if post.is_first), self._opening)
        if page.is_reversed:
            own = [post for post in reversed(own) if not post.is_first]
        places = [_place(post, known.get(post.id)) for post in own]
        orders = [place for place in places if place is not None]
        # a best answer that stands second, threads that were merged: nothing can be told
        if len(orders) < len(own) or any(a >= b for a, b in pairwise(orders)):
            return []
        if self._forgets:
            neighbours = (number - 1, number + 1)
            self._reads = {n: read for n, read in self._reads.items() if n in neighbours}
        if orders:
            has_moved = was_read and own[0].id not in known
            self._reads[number] = _Read(number, orders[0], orders[-1], len(orders), has_moved)
            self._empty.discard(number)
        else:
            self._reads.pop(number, None)
            self._empty.add(number)
        shown = {post.id for post in page.posts}
        return [post for post in self._missing_between(page) if post.id not in shown]

    def pages_round(self, post: PostState) -> set[int]:
        """The pages on which a post may stand, of those that were read: one, or two."""
        reads = self._reads.values()
        before = max((read for read in reads if read.first < post.order), key=_first, default=None)
        behind = min((read for read in reads if read.last > post.order), key=_first, default=None)
        return {read.number for read in (before, behind) if read is not None}

    def behind(self, page: ThreadPage) -> list[PostState]:
        """The known posts behind a page that was read and turned out to be the last one."""
        read, low, high = self._reads.get(page.page), None, None
        is_empty = all(post.is_first or post.is_pinned_copy for post in page.posts)
        if read is None and not (page.is_reversed and is_empty):
            return []
        if read is not None:
            low, high = (None, read.first) if page.is_reversed else (read.last, None)
        return self._between(low, high, is_reversed=page.is_reversed)

    def turn(self) -> None:
        """The pages turn out to stand in the other order: where they begin and end is open."""
        self._reads.clear()
        self._empty.clear()

    def page_to_search(self, pages: int, *, is_needed: bool) -> int | None:
        """A page that has to be read to find what went, or came, unseen; of ``pages`` there are.

        ``is_needed``: the thread's counter says that there is something to find.
        """
        found = self._candidate(pages, is_needed=is_needed)
        # a page that told nothing the first time, its floors in no order, tells nothing again
        if found in self._searched or len(self._searched) >= _SEARCHES:
            return None
        if found is not None:
            self._searched.add(found)
        return found

    def _between(
        self, low: Order | None, high: Order | None, *, is_reversed: bool
    ) -> list[PostState]:
        """The known posts between two places; the opening post leads whatever the order."""
        found = self._ledger.posts_between(self._thread_id, low, high)
        if not is_reversed:
            return found
        if self._opening is None:
            return [post for post in found if not post.is_first]
        return [post for post in found if post.id != self._opening]

    def _candidate(self, pages: int, *, is_needed: bool) -> int | None:
        reads = [self._reads[number] for number in sorted(self._reads)]
        for read in reads:
            # new posts stand behind known ones: until one of these is met there may be more
            if read.has_moved and read.number > 1 and read.number - 1 not in self._reads:
                return read.number - 1
        self._is_searching = self._is_searching or is_needed
        if not self._is_searching or not reads:
            return None
        if reads[-1].number < pages:
            return pages
        full = max((read.count for read in reads if read.number < pages), default=0)
        if not full:
            return 1 if reads[0].number > 1 else None
        before: _Read | None = None
        for read in reads:
            # of pages that follow one another only the outer ones are asked for: each costs a look
            # at all posts before it
            last = before.number if before else 0
            if read.number > last + 1 and self._gone_before(read, full) != (
                self._gone_until_end(before, full) if before else 0
            ):
                return (last + read.number) // 2
            before = read
        return None

    def _gone_before(self, read: _Read, full: int) -> int:
        """How many posts went before a page: its first one stood so much further behind."""
        return self._rank(read.first) - (read.number - 1) * full

    def _gone_until_end(self, read: _Read, full: int) -> int:
        """How many posts went before the end of a page."""
        return self._rank(read.last) + 1 - ((read.number - 1) * full + read.count)

    def _rank(self, order: Order) -> int:
        return self._ledger.count_before(self._thread_id, order)

    def _missing_between(self, page: ThreadPage) -> list[PostState]:
        """The known posts whose place is on this page, or between it and a neighbour of it."""
        number = page.page
        before, behind = self._neighbour(number, -1), self._neighbour(number, 1, page.pages)
        read = self._reads.get(number)
        if read is None and (before is None or behind is None):
            # an empty page tells of what stands between its neighbours alone
            return []
        if page.is_reversed:
            before, behind = behind, before
        low = before.last if isinstance(before, _Read) else None
        high = behind.first if isinstance(behind, _Read) else None
        if read is not None:
            low = read.first if before is None else low
            high = read.last if behind is None else high
        return self._between(low, high, is_reversed=page.is_reversed)

    def _neighbour(self, number: int, step: int, pages: int = 0) -> _Read | _End | None:
        """What was read next to a page, empty ones passed over; ``None`` if it was not read."""
        number += step
        while number in self._empty:
            number += step
        is_end = number > pages if step > 0 else number < 1
        return _END if is_end else self._reads.get(number)


def _first(read: _Read) -> Order:
    return read.first


def _place(post: Post, known: PostState | None) -> Order | None:
    """Where a post stands, as it was first told: a page may tell it less exactly later."""
    if known:
        return known.order
    if post.date is None:
        return None
    return PostState(post.id, minutes(post.date.value.isoformat()), 0, b"").order
