"""The history of one thread: which page comes next, and what of each page is new.

A thread is given each page as it comes and holds it against the ledger. Posts that are known and
unchanged give no line, changed ones the next version (`versions.py`), those that are gone a line
that says so (which: `unseen.py`). It keeps little more than numbers, so that a thread of ten
thousand pages needs no more than one of ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from crawler.archive import Ledger
from crawler.archive.changes import Change, PageSeen, PostSeen, ThreadSeen
from crawler.archive.state import minutes
from crawler.discuz import urls
from crawler.discuz.facts import Post, ThreadPage
from crawler.discuz.post import numbered_after
from crawler.history.coverage import Count, coverage_of, state_after
from crawler.history.delivery import Entry, Learnt
from crawler.history.gone import gone_posts
from crawler.history.more_comments import comments_to_ask
from crawler.history.reading_plan import ReadingPlan
from crawler.history.unseen import Unseen
from crawler.history.versions import NOTHING_ASKED, Versions
from crawler.privacy import names_learnt

# Between two clocks of one forum.
_MINUTES_BETWEEN = 10
# So many pages in a row that repeat others are the end of a thread, whatever its counter says.
_PATIENCE = 3


class ThreadHistory:
    """One thread, from the first page that is asked for to its coverage line.

    It has more attributes than other classes: each is a number or a flag of the pages so far.
    """

    def __init__(self, ledger: Ledger, asked: ReadingPlan) -> None:
        self.asked = asked
        self.todo = list(asked.todo)
        self.known = ledger.thread(asked.thread_id)
        self.page: ThreadPage | None = None
        self.count = Count.of(
            ledger, asked.thread_id, row=asked.row, with_replies=asked.with_replies
        )
        # pages up to this one are already read; 0 for a new or deleted thread
        is_known = bool(self.is_known and self.count.pages_known and not asked.is_whole)
        self._read_to = self.count.pages if is_known else 0
        # a reading that goes on met more of them
        self.count.pages = max(self.count.pages, asked.pages)
        self._ledger = ledger
        self._versions = Versions(asked, self.count)
        self._unseen = Unseen(ledger, asked, self.known, self.count, searches=bool(self._read_to))
        # a page with a single reply does not tell whether the newest stands first
        self._is_reversed = self.known is not None and self.known.is_reversed
        self._is_past_end = False
        self._has_asked_first = False
        # the last page that there is, where the pager promises more
        self._last_page: int | None = None
        # the first and last post of each page; how many pages in a row show those of others
        self._ends: set[str] = set()
        self._repeated = 0
        self._early: dict[str, Post] = {}
        self._number_before: int | None = None
        # the number of the last reply of that page
        self._last_before: int | None = None
        self._news = 0
        self._highest = 0

    @property
    def is_known(self) -> bool:
        """Whether the thread was ever read."""
        return self.known is not None and not self.known.is_gone

    def comments_to_ask(self, page: ThreadPage, now: datetime) -> Mapping[str, bytes]:
        """The posts of a page whose other comments are to be asked for before it is added.

        Each with a hash of it as the page shows it.
        """
        if not page.comments_missing:
            return {}
        self._read_counter(page)
        unaccounted = self.count.unaccounted() or 0
        has_lost = bool(self.count.counts_comments()) and unaccounted > 0
        return comments_to_ask(page, self.asked, self._ledger, now, has_lost=has_lost)

    def add_page(
        self,
        page: ThreadPage,
        number: int,
        now: datetime,
        shown: Mapping[str, bytes] = NOTHING_ASKED,
    ) -> Learnt:
        """Read page ``number`` as it came: the lines it gives, and what the ledger learns.

        ``page`` may be another one than was asked for: page 99 of 4 comes as page 4, and is read
        as such. ``shown``: of which posts more comments were asked for, see `comments_to_ask`.
        """
        self._versions.begin_page()
        self._repeated = self._repeated + 1 if self.is_repeat(page, number) else 0
        self._ends |= _ends_of(page)
        page, number = self._placed(page, number)
        asked, removals = self.asked, self.asked.privacy.removals
        posts = [post for post in page.posts if asked.with_replies or post.is_first]
        known = self._ledger.posts(asked.thread_id, (post.id for post in posts))
        changes: list[Change] = []
        # of all before any is published: an early floor may quote a later one
        if [post for post in page.posts if removals.learn(post.author.id, post.author.name)]:
            changes.append(names_learnt(removals))
        in_turn = self._in_turn(page, posts)
        entries, seen = self._versions.news_of(page, in_turn, known, now, shown)
        news = {change.post.id for change in seen}
        news |= {entry.change.post.id for entry in entries if isinstance(entry.change, PostSeen)}
        changes += [*seen, *self._versions.noted(posts, known, news)]
        if self._is_page(page, number):
            self._unseen.add(page, number, posts, known)
        self._unseen.see(post.id for post in (*page.posts, *self._early.values()))
        gone_entries, gone_changes = self._gone(page, now)
        entries += gone_entries
        changes += gone_changes
        if self._is_page(page, number):
            is_denied = any(map(_is_denied, posts))
            at = int(now.timestamp())
            changes.append(PageSeen(asked.thread_id, number, at, is_denied=is_denied))
            self.count.pages_known.add(number)
            self._unseen.read_now.add(number)
        self._news += sum(not entry.is_repeat for entry in entries)
        return entries, changes

    @property
    def withheld(self) -> int:
        """How many posts the pages leave out that were read before, and that the counter counts."""
        return self._unseen.withheld

    def is_older(self, page: ThreadPage, now: datetime) -> bool:
        """Whether a post that is known was written after a page was made, by the page's clock.

        A post with a date to come tells nothing.
        """
        if page.site.clock is None:
            return False
        made = minutes(page.site.clock.isoformat()) + _MINUTES_BETWEEN
        posts = self._ledger.posts_between(self.asked.thread_id, (made, 0), None)
        return any(post.order[0] <= minutes(now.isoformat()) for post in posts)

    def is_repeat(self, page: ThreadPage, number: int) -> bool:
        """Whether a page shows the posts of another one that was read before it, in this reading.

        A pager that always promises one more page leads to such pages, and a cache that does not
        look at their numbers.
        """
        is_other = page.page == number and number not in self._unseen.read_now
        ends = _ends_of(page)
        return is_other and bool(ends) and ends <= self._ends

    @property
    def has_ended(self) -> bool:
        """Whether the last pages repeat others, so that the thread ends before them."""
        most = 1 if self.count.unaccounted() == 0 else _PATIENCE
        return self._repeated >= most

    def end_at_repeats(self, number: int, now: datetime) -> Learnt:
        """The thread ends before the pages that repeat others; page ``number`` is the last one."""
        return self.end_before(number - self._repeated + 1, now)

    def has_more_behind(self, number: int, page: ThreadPage | None = None) -> bool:
        """Whether the counter tells of posts that only page ``number``, or one behind it, can have.

        ``page`` came in its place; it may show posts that are not known yet.
        """
        unaccounted = self.count.unaccounted()
        if unaccounted is None or (page is None and number - 1 not in self.count.pages_known):
            return False
        shown = self._early | {post.id: post for post in (page.posts if page else ())}
        return unaccounted + self._uncounted_of(shown) < 0

    def _uncounted_of(self, shown: Mapping[str, Post]) -> int:
        """How many posts, and comments where they count, of those shown are not known yet."""
        known = self._ledger.posts(self.asked.thread_id, shown)
        new = len(shown) - len(known)
        if self.count.counts_comments() is not False:
            for post in shown.values():
                before = known[post.id].comments if post.id in known else 0
                new += max(0, len(post.comments) + post.comments_left_out - (before or 0))
        return new

    def end_before(self, number: int, now: datetime) -> Learnt:
        """The forum says that the thread ends before page ``number``, whatever its pager promises.

        The known posts of that page are gone if the thread's counter agrees, which is read first if
        it is not known yet, as well as the page that is now the last one.
        """
        self._last_page = number - 1
        self._is_past_end = True
        self._number_before = None
        self.count.pages = number - 1
        self.todo = [other for other in self.todo if other < number]
        if self.page is not None and self.page.page == number - 1:
            return self._behind(self.page, now)
        self._ask_for_last_page()
        return [], []

    def next_page(self, number: int) -> int | None:
        """The page to ask for after page ``number``, or ``None`` at the end."""
        if self.page is None and not (self.todo or self.count.pages_known):
            return None
        if not self.todo:
            is_behind = self._read_to <= number < self.count.pages
            is_behind = is_behind and number + 1 not in self._unseen.read_now
            if self.asked.with_replies and is_behind and not self._is_past_end:
                return number + 1
            looked_at = None
            if self.asked.with_replies:
                looked_at = self._unseen.page_to_look_at(is_reversed=self._is_reversed)
            if looked_at is not None:
                self.todo.append(looked_at)
            elif self._lacks_first_page():
                self._has_asked_first, self._read_to = True, self.count.pages
                self.todo.append(1)
        return self.todo.pop(0) if self.todo else None

    def _lacks_first_page(self) -> bool:
        """Whether a run that was interrupted read the first page: what waited of it is lost."""
        is_begun = not self.is_known and 1 in self.count.pages_known - self._unseen.read_now
        return is_begun and self.asked.with_replies and not self._has_asked_first

    def fail(self) -> None:
        """A page could not be read: the others are still requested, the thread is incomplete."""
        self.count.has_failed = True
        self._is_past_end = False
        self._number_before = None

    def finish(self, now: datetime) -> Learnt:
        """The lines that are left when no further page comes: early floors, and coverage."""
        page = self.page
        if page is None and not self.count.pages_known:
            return [], []
        entries: list[Entry] = []
        seen: list[PostSeen] = []
        changes: list[Change] = []
        if page is not None:
            early = list(self._early.values())
            known = self._ledger.posts(self.asked.thread_id, self._early)
            entries, seen = self._versions.news_of(page, early, known, now)
            entries_gone, changes = self._gone(page, now, is_end=True)
            entries += entries_gone
        self._news += len(entries) + len(seen)
        self._early.clear()
        self.count.doubtful = self._unseen.doubtful
        self.count.has_failed = self.count.has_failed or self.withheld > 0
        thread = state_after(
            self.known,
            page,
            self.count,
            thread_id=self.asked.thread_id,
            row=self.asked.row,
            has_vanished=self.asked.has_vanished,
            is_reversed=self._is_reversed,
            odd_since=self._unseen.odd_since(now),
        )
        changes += [*seen, *self._unseen.changes(now)]
        covered = replace(thread, coverage=thread.coverage + 1)
        root = page.site.root if page else urls.forum_root(self.asked.url, None)
        url = page.url if page else urls.thread_url(root, thread.id)
        line, before = (
            coverage_of(covered, count, now, root=root, url=url, run_id=self.asked.run_id)
            for count in (self.count, replace(self.count, doubtful=self._unseen.doubtful_before))
        )
        is_new = self._news or not self.known or self.known.coverage == 0
        # posts that come into doubt, or out of it, are no news, and the status tells of them
        if self.asked.with_replies and (is_new or line.status != before.status):
            entries.append(Entry(line, ThreadSeen(covered)))
        else:
            changes.append(ThreadSeen(thread))
        return entries, changes

    # -- what of a page is new -------------------------------------------------------------------

    def _placed(self, page: ThreadPage, number: int) -> tuple[ThreadPage, int]:
        """The page with its floors numbered behind those before it, and which page it is."""
        count = self.count
        count.is_filtered = page.is_filtered
        self._is_past_end = page.page != number
        if page.page < number and page.page != page.pages:
            # it followed a redirect from behind the end, or has no such page
            self._last_page = number - 1
            if page.page != self._last_page:
                self._ask_for_last_page()
        if self._last_page is not None and page.page <= self._last_page < page.pages:
            page = replace(page, pages=self._last_page)
        if page.page < number and page.page == page.pages:
            number = page.page
        count.from_top = count.from_top or number == 1
        page = replace(page, is_reversed=self._direction(page, number))
        self._read_counter(page)
        # a pager may promise what there is not: then the thread ends where its pages do
        count.pages = max(page.pages if page.page == number else number - 1, 1)
        if self._is_past_end:
            self.todo = [other for other in self.todo if other < number]
        if number - 1 == self._number_before:
            page = numbered_after(page, self._highest)
        self._number_before = number if page.page == number else None
        self._last_before = next((p.position for p in reversed(page.posts) if not p.is_first), None)
        self.page = page
        return page, number

    def _read_counter(self, page: ThreadPage) -> None:
        """What a page tells of the thread's counter."""
        count = self.count
        if page.site.counts_comments is not None:
            count.has_comments = page.site.counts_comments
        if page.replies is not None:
            count.expected = page.replies + 1 - _goods(page)

    def _in_turn(self, page: ThreadPage, posts: list[Post]) -> list[Post]:
        """The posts that are read now. Those shown before their turn wait for their own floor."""
        positions = self.count.positions
        in_turn = []
        for post in posts:
            if post.is_pinned_copy and post.position is None and page.pages > page.page:
                self._early.setdefault(post.id, post)
                continue
            self._early.pop(post.id, None)
            if post.position is not None:
                self._highest = max(self._highest, post.position)
                if not positions.starts:
                    positions.add(1, post.position)
                positions.add(post.position, post.position)
            in_turn.append(post)
        return in_turn

    # -- where the thread ends -------------------------------------------------------------------

    def _ask_for_last_page(self) -> None:
        """Ask for the last page, and for the counter, if posts behind that page are known."""
        count, last = self.count, self._last_page
        if last is None or not any(number > last for number in count.pages_known):
            return
        wanted = {last} if count.expected is not None else {1, last}
        self.todo = sorted({*self.todo, *wanted} - self._unseen.read_now)

    def _behind(self, page: ThreadPage, now: datetime) -> Learnt:
        """The known posts behind ``page``, which was read and turned out to be the last one."""
        self._unseen.end_at(page)
        entries, changes = self._gone(page, now)
        self._news += len(entries)
        return entries, changes

    # -- what is gone ----------------------------------------------------------------------------

    def _gone(self, page: ThreadPage, now: datetime, *, is_end: bool = False) -> Learnt:
        """The lines of the posts that are gone, and what is learnt of those that have no line."""
        gone = self._unseen.gone(is_end=is_end)
        return gone_posts(gone, self.asked.thread_id, page.site.root, now)

    # -- what a page is --------------------------------------------------------------------------

    def _is_page(self, page: ThreadPage, number: int) -> bool:
        """Whether what came is the whole of the page that was asked for."""
        is_whole = self.asked.with_replies and not page.is_truncated and not page.is_filtered
        return page.page == number and is_whole and not self._repeated

    def _direction(self, page: ThreadPage, number: int) -> bool:
        """Whether the newest posts stand first; a page of a single reply does not tell alone."""
        replies = [post for post in page.posts if not (post.is_first or post.is_pinned_copy)]
        newest_first = page.is_reversed if len(replies) > 1 else self._is_reversed
        if len(replies) == 1 and number - 1 == self._number_before and self._last_before:
            newest_first = (replies[0].position or self._last_before) < self._last_before
        if newest_first != self._is_reversed:
            self._is_reversed = newest_first
            self._unseen.turn()
        return newest_first


def _is_denied(post: Post) -> bool:
    """Whether somebody with other rights might see more of a post."""
    body = post.body
    return body.access not in ("visible", "shielded", "banned") or body.attachments_withheld > 0


def _ends_of(page: ThreadPage) -> set[str]:
    """The first and the last post of a page, of those that stand on their own floors."""
    own = [post.id for post in page.posts if not post.is_pinned_copy]
    return {own[0], own[-1]} if own else set()


def _goods(page: ThreadPage) -> int:
    """Goods of a trade are counted as replies and shown in the first floor."""
    items = (page.special or {}).get("items")
    return len(items) if isinstance(items, list) else 0
