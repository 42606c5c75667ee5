"""Where the posts of a thread stand, and which of those that are known are not there any more.

When is a post gone? Floors stand in the order of their dates and ids, whatever numbers they bear
(Discuz closes the gap that a deletion leaves, some sites do not). So a post that is known and whose
place lies between two neighbours on a page is gone if the page does not show it; between the last
of one page and the first of the next, if both were read.

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
# So many posts do not go while the counter goes on counting them: Discuz counts anew when it
# deletes (`updatethreadcount`). Somebody shows visitors less.
_MANY = 3

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


class Deletions:
    """The pages of one thread that were read in one go.

    ``forgets``: all pages are read in turn, so that only neighbours need to be remembered.
    ``withheld`` counts the posts that pages leave out, and the thread's counter counts.
    """

    def __init__(self, ledger: Ledger, thread_id: str, *, forgets: bool) -> None:
        self._ledger = ledger
        self._thread_id = thread_id
        self._forgets = forgets
        self._reads: dict[int, _Read] = {}
        self._is_searching = False
        self._searched: set[int] = set()
        self.withheld = 0
        # posts that the last page does not show, while the counter does not say that they are gone
        self.doubtful: list[PostState] = []

    def missing(
        self,
        page: ThreadPage,
        posts: list[Post],
        known: dict[str, PostState],
        *,
        was_read: bool,
        unaccounted: int | None,
    ) -> list[PostState]:
        """The known posts that a whole page should show and does not.

        ``posts`` are its posts, ``known`` those of them that were known; ``was_read``: the page was
        read before. ``unaccounted``: how many posts must be gone by the thread's counter, ``None``
        where that is not known. The newest posts have no neighbour behind them, and a page out of
        some cache does not show them yet: they are gone only if the counter says so too.
        """
        number = page.page
        own = [post for post in posts if not post.is_pinned_copy]
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
        elif not number == page.pages == 1:
            return []
        low, high = self._bounds(page)
        shown = {post.id for post in page.posts}
        gone = [
            post
            for post in self._ledger.posts_between(self._thread_id, low, high)
            if post.id not in shown
            and not post.is_pinned_copy
            and not (post.is_first and page.is_reversed)
        ]
        if len(gone) >= _MANY and unaccounted is not None and unaccounted <= 0:
            self.withheld += len(gone)
            return []
        if high is not None:
            return gone
        within = [post for post in gone if orders and post.order < orders[-1]]
        is_told = unaccounted is not None and len(gone) <= unaccounted
        self.doubtful = [] if is_told else [post for post in gone if post not in within]
        return gone if is_told else within

    def behind(self, page: ThreadPage, unaccounted: int | None) -> list[PostState]:
        """The known posts behind a page that was read and turned out to be the last one.

        They are gone if the thread's counter says so too.
        """
        read, low, high = self._reads.get(page.page), None, None
        is_empty = all(post.is_first or post.is_pinned_copy for post in page.posts)
        if unaccounted is None or (read is None and not (page.is_reversed and is_empty)):
            return []
        if read is not None:
            low, high = (None, read.first) if page.is_reversed else (read.last, None)
        gone = [
            post
            for post in self._ledger.posts_between(self._thread_id, low, high)
            if not (post.is_pinned_copy or (post.is_first and page.is_reversed))
        ]
        return gone if len(gone) <= unaccounted else []

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

    def _candidate(self, pages: int, *, is_needed: bool) -> int | None:
        reads = [self._reads[number] for number in sorted(self._reads)]
        for read in reads:
            # new posts stand behind known ones: until one of these is met there may be more
            if read.has_moved and read.number > 1 and read.number - 1 not in self._reads:
                return read.number - 1
        self._is_searching = self._is_searching or is_needed
        if not self._is_searching or not reads:
            return None
        full = max((read.count for read in reads if read.number < pages), default=0)
        if not full:
            return 1 if reads[0].number > 1 else None
        last, moved_to = 0, 0
        for read in reads:
            # how many posts went before this page: its first one stood so much further behind
            moved = self._rank(read.first) - (read.number - 1) * full
            if read.number > last + 1 and moved != moved_to:
                return (last + read.number) // 2
            behind = self._rank(read.last) + 1
            last, moved_to = read.number, behind - ((read.number - 1) * full + read.count)
        return None

    def _rank(self, order: Order) -> int:
        return self._ledger.count_before(self._thread_id, order)

    def _bounds(self, page: ThreadPage) -> tuple[Order | None, Order | None]:
        """Between which places this page, with its neighbours, shows all that is there."""
        number = page.page
        read = self._reads.get(number)
        before, behind = self._reads.get(number - 1), self._reads.get(number + 1)
        is_first, is_last = number == 1, number >= page.pages
        if page.is_reversed:
            before, behind, is_first, is_last = behind, before, is_last, is_first
        low = before.last if before else None if is_first or read is None else read.first
        high = behind.first if behind else None if is_last or read is None else read.last
        return low, high


def _place(post: Post, known: PostState | None) -> Order | None:
    """Where a post stands: as it was first told, for a page may tell it less exactly later."""
    if known:
        return known.order
    if post.date is None:
        return None
    return PostState(post.id, minutes(post.date.value.isoformat()), 0, b"").order
