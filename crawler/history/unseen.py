"""What came, went or moved in a thread without a page that shows it: where to look, what is gone.

The thread's counter and its pages disagree then, or a page lacks what should stand there. Which
posts are missing: `deletions.py`; which of these are gone: `doubts.py`; which pages lack floors:
`gaps.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.archive.changes import Change, PageSeen
from crawler.history.deletions import Deletions
from crawler.history.doubts import Doubts
from crawler.history.gaps import Gaps

if TYPE_CHECKING:
    from crawler.archive import Ledger
    from crawler.archive.state import PostState, ThreadState
    from crawler.discuz.facts import Post, ThreadPage
    from crawler.history.coverage import Count
    from crawler.history.reading_plan import ReadingPlan

# What came or went unseen is looked for on so many pages at once; the others are read in turn, by
# the budget of revisits.
_LOOKED_AT_ONCE = 10
# Later than any reading: no page was looked at since then.
_ALWAYS = 1 << 60


class Unseen:
    """One reading of a thread, as far as its pages do not show what is known, or what is counted.

    ``known`` is what was known before, ``count`` what is known now. ``searches``: pages were read
    before, so that not all of them are read in this reading anyway. ``read_now`` are the whole
    pages of this reading.
    """

    def __init__(
        self,
        ledger: Ledger,
        asked: ReadingPlan,
        known: ThreadState | None,
        count: Count,
        *,
        searches: bool,
    ) -> None:
        self.read_now: set[int] = set()
        self._ledger = ledger
        self._asked = asked
        self._known = known
        self._count = count
        self._searches = searches
        self._deletions = Deletions(ledger, asked.thread_id, forgets=not searches)
        self._doubts = Doubts(asked.thread_id, ledger.missed(asked.thread_id), asked.began)
        self._gaps = Gaps(known.missing if known else ())
        self._looked_at: set[int] = set()
        # of these pages, those that were read and lacked floors
        self._looked_at_again: set[int] = set()

    @property
    def withheld(self) -> int:
        """How many posts the pages leave out that were read before, and that the counter counts."""
        return self._doubts.withheld(self._count.unaccounted())

    @property
    def doubtful(self) -> int:
        """How many posts are known, and were not shown where they should stand."""
        return self._doubts.open

    @property
    def doubtful_before(self) -> int:
        """How many posts were in doubt when this reading began."""
        return len(self._doubts.earlier)

    def add(
        self, page: ThreadPage, number: int, posts: list[Post], known: dict[str, PostState]
    ) -> None:
        """Look at page ``number``, which is whole. ``known``: those of its posts that are known."""
        pinned = sum(post.is_pinned_copy for post in posts)
        floors = [
            post.position
            for post in posts
            if post.position
            and not post.is_pinned_copy
            # it leads whatever the order: between it and the newest posts no floor lacks
            and not (page.is_reversed and post.is_first)
        ]
        is_last = number >= page.pages
        self._gaps.count(number, len(posts) - pinned, pinned, floors, is_last=is_last)
        self._gaps.add(number, floors, pinned, is_reversed=page.is_reversed)
        was_read = number in self._count.pages_known
        for post in self._deletions.missing(page, posts, known, was_read=was_read):
            self._doubts.miss(post, self._deletions.pages_round(post) | {number})

    def see(self, posts: Iterator[str]) -> None:
        """Note the posts that a page shows, wherever it does, and whether it is whole or not."""
        self._doubts.see(posts)

    def end_at(self, page: ThreadPage) -> None:
        """``page``, which was read, turned out to be the last one."""
        for post in self._deletions.behind(page):
            self._doubts.miss(post, {page.page})

    def turn(self) -> None:
        """The pages turn out to stand in the other order."""
        self._deletions.turn()

    def gone(self, *, is_end: bool = False) -> list[PostState]:
        """Take the missing posts that are gone, by all that is known now.

        Nothing is sure before pages that lack floors were looked at once more, or the reading ends.
        """
        count = self._count
        if not is_end and self._gaps.pages - self._looked_at_again:
            return []
        self._forget_surplus()
        uncounted = count.unaccounted()
        again = self._doubts.missed_again(uncounted)
        count.leave(again)
        if uncounted is not None and uncounted < len(again):
            # the counter goes on counting them
            count.surplus = (count.surplus or 0) - (len(again) - max(0, uncounted))
        counted_out = self._doubts.uncounted(
            count.unaccounted(), counts_comments=count.counts_comments() is not False
        )
        count.leave(counted_out)
        return again + counted_out

    def _forget_surplus(self) -> None:
        """Take the counter at its word where all pages show as many posts as it counts.

        What differed before may have been a page out of a cache.
        """
        count = self._count
        if not (count.surplus and self._doubts) or len(self.read_now) < count.pages:
            return
        shown = count.present - self._doubts.now
        if shown == count.expected and not count.comments:
            count.surplus = 0

    def page_to_look_at(self, *, is_reversed: bool) -> int | None:
        """A page to read although no row tells of it; ``is_reversed``: the newest posts come first.

        ``None``: there is none, or enough were looked at.
        """
        known, count = self._known, self._count
        found = self._page_to_look_at_again()
        if found is not None or known is None or not self._searches:
            return found
        is_odd = known.surplus is not None and count.unaccounted() not in (None, 0)
        if not is_reversed:
            found = self._deletions.page_to_search(count.pages, is_needed=is_odd)
            if found is not None:
                return found
        # comments that came at the same time may hide that posts went
        is_hidden = bool(self._doubts and count.counts_comments())
        if count.has_failed or known.surplus is None or not (is_odd or is_hidden):
            return None
        return next(filter(self._look_at, self._pages_unseen(known.odd_since or _ALWAYS)), None)

    def odd_since(self, now: datetime) -> int:
        """Since when the counter tells of something that was not found; 0 if it does not.

        What it tells is taken for normal (posts that wait for approval, a counter that is wrong)
        once every page was looked at since it came up, and no sooner.
        """
        before = self._known.odd_since if self._known else 0
        if self._count.expected is None:
            return before
        since = before or int(now.timestamp())
        if self._doubts:
            return since
        return since if self._count.unaccounted() and self._pages_unseen(since) else 0

    def changes(self, now: datetime) -> Iterator[Change]:
        """What the next run has to know: posts in doubt, and pages to look at again for them."""
        yield from self._doubts.changes()
        for number in self._doubts.pages:
            yield PageSeen(self._asked.thread_id, number, int(now.timestamp()), is_due=True)

    def _page_to_look_at_again(self) -> int | None:
        """A page of this reading to read once more, for the floors or posts that it lacks."""
        gaps = sorted(self._gaps.pages - self._looked_at_again)
        if gaps and len(self._looked_at_again) < _LOOKED_AT_ONCE:
            self._looked_at_again.add(gaps[0])
            self._looked_at.add(gaps[0])
            return gaps[0]
        pages = self._doubts.pages
        if self._doubts and self._count.expected is None:
            # the first page has the counter
            pages |= {1} - self.read_now
        return next(filter(self._look_at, sorted(pages)), None)

    def _pages_unseen(self, since: int) -> list[int]:
        """The pages that nobody looked at since then, or ever, the last one first."""
        seen = self._ledger.pages(self._asked.thread_id, since) | self.read_now
        return [number for number in range(self._count.pages, 0, -1) if number not in seen]

    def _look_at(self, number: int) -> bool:
        """Choose a page, unless it was chosen before or enough others were."""
        if number in self._looked_at or len(self._looked_at) >= _LOOKED_AT_ONCE:
            return False
        self._looked_at.add(number)
        return True
