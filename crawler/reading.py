"""The reading of one thread: which page comes next, and what of a page is new.

A reading is told each page as it comes and holds it against the ledger. Posts that are known and
unchanged give no line, changed ones the next version, missing ones a line that says so. It keeps
little more than numbers, so that a thread of ten thousand pages needs no more than one of ten.

When is a post gone? Floors stand in the order of their dates and ids, whatever numbers they bear
(Discuz closes the gap that a deletion leaves, some sites do not). So a post that is known and whose
place lies between two neighbours on a page is gone if the page does not show it; between the last
of one page and the first of the next, if both were read one after the other.

Where is a post gone? The thread's counter tells that posts are missing, not which. But each one
that goes moves all behind it one place forward, so that any page read tells how many went before
it: `_page_to_search` halves the pages in between until the place is found.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, pairwise

from crawler.archive import SHIELDED, minutes
from crawler.discuz.facts import Post, ThreadPage
from crawler.discuz.numbering import numbered_after
from crawler.items import Line
from crawler.items import Post as PostLine
from crawler.known import Change, KnownPost, KnownThread, PageSeen, PostSeen, ThreadSeen
from crawler.ledger import Ledger, hash_bytes
from crawler.lines import coverage_line, deleted_line, post_lines

# A hole in the floors of a thread of millions need not be told floor by floor.
_MISSING_TOLD = 1000
# Reading is worth a request while half of the pages can be left out by it.
_SEARCHES = 40
_GONE_AT_ONCE = 500

Order = tuple[int, int]


@dataclass(slots=True)
class Ranges:
    """Whole numbers seen, as ranges: small where they come one after the other."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, first: int, last: int) -> None:
        """Add all numbers from ``first`` to ``last``.

        >>> ranges = Ranges(); ranges.add(1, 3); ranges.add(7, 7); ranges.add(4, 4)
        >>> list(ranges.holes())
        [5, 6]
        """
        at = bisect_right(self.starts, first)
        if at and self.ends[at - 1] >= first - 1:
            at -= 1
            first = self.starts[at]
            last = max(last, self.ends[at])
        until = at
        while until < len(self.starts) and self.starts[until] <= last + 1:
            last = max(last, self.ends[until])
            until += 1
        self.starts[at:until] = [first]
        self.ends[at:until] = [last]

    def holes(self) -> Iterator[int]:
        """The numbers from 1 on that are not among them, below the highest."""
        if self.starts:
            yield from range(1, self.starts[0])
        for end, start in pairwise(zip(self.ends, self.starts, strict=True)):
            yield from range(end[0] + 1, start[1])

    @property
    def highest(self) -> int:
        return self.ends[-1] if self.ends else 0


@dataclass(frozen=True, slots=True)
class Row:
    """What a board's list said of a thread when the reading was ordered."""

    board: str | None = None
    head: bytes | None = None
    tail: bytes | None = None
    last_post: int | None = None
    is_sticky: bool = False
    replies: int | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """Where the floors of a page that was read begin and end; ``is_known``: it begins with a
    post that was known before.
    """

    number: int
    first: Order
    last: Order
    count: int
    has_moved: bool


class Reading:
    """One thread, from the first page that is asked for to its coverage line.

    ``todo`` are the pages to ask for behind the one that is being asked for; behind the last of
    them the reading follows the thread to its end if nothing is known there, or if all of it is to
    be read (``is_whole``). ``has_vanished``: its list did not show it. ``with_replies=False`` reads
    opening posts only.
    """

    def __init__(
        self,
        ledger: Ledger,
        thread_id: str,
        *,
        run_id: str,
        todo: Iterable[int] = (),
        row: Row | None = None,
        is_whole: bool = False,
        has_vanished: bool = False,
        with_replies: bool = True,
    ) -> None:
        self.thread_id = thread_id
        self.todo = list(todo)
        self.row = row
        self.known = ledger.thread(thread_id)
        self.page: ThreadPage | None = None
        self._ledger = ledger
        self._run_id = run_id
        self._with_replies = with_replies
        self._present, self._shielded, self._gone = ledger.counts(thread_id)
        self._pages_known = ledger.pages(thread_id)
        self._pages = self.known.pages if self.known else 0
        # what a thread that is new, or was gone, has to be read behind: nothing
        is_known = bool(self.is_known and self._pages_known and not is_whole)
        self._read_to = self._pages if is_known else 0
        # all pages are read in turn: of those behind, only the last is a neighbour
        self._forgets = not is_known
        self._from_top = False
        self._is_past_end = False
        # only the first page has the thread's counter, its row has it too
        self._expected = row.replies + 1 if row and row.replies is not None else None
        self._is_filtered = False
        self._early: dict[str, Post] = {}
        self._positions = Ranges()
        self._reads: dict[int, _Read] = {}
        self._is_searching = False
        self._has_vanished = has_vanished
        self._searches = _SEARCHES
        self._failed = False
        self._number_before: int | None = None
        self._last_at = 0
        self._news = 0
        self._highest = 0

    @property
    def is_known(self) -> bool:
        """Whether the thread was ever read."""
        return self.known is not None and not self.known.is_gone

    def take(self, page: ThreadPage, number: int, now: datetime) -> tuple[list[Line], list[Change]]:
        """Read page ``number`` as it came: the lines it gives, and what the ledger learns.

        ``page`` may be another one than was asked for: page 99 of 4 comes as page 4, and is read
        as such.
        """
        self._is_filtered = page.is_filtered
        self._is_past_end = page.page != number
        if page.page < number and page.page == page.pages:
            number = page.page
        self._from_top = self._from_top or number == 1
        self._pages = max(page.pages, 1) if page.page == number else max(self._pages, page.pages)
        if page.replies is not None:
            self._expected = page.replies + 1 - _goods(page)
        if number - 1 == self._number_before:
            page = numbered_after(page, self._highest)
        self._number_before = number if page.page == number else None
        self.page = page
        posts = [post for post in page.posts if self._with_replies or post.is_first]
        known = self._ledger.posts(self.thread_id, (post.id for post in posts))
        changes: list[Change] = []
        lines: list[Line] = []
        told = self._in_turn(page, posts, known)
        for post, line in zip(told, post_lines(page, told, now), strict=True):
            change = self._tell(post, line, known.get(post.id))
            if change:
                lines.append(line)
                changes.append(PostSeen(self.thread_id, change))
        for gone in self._missing(page, number, posts, known):
            lines.append(self._deleted(gone, page, now))
            changes.append(
                PostSeen(self.thread_id, replace(gone, version=gone.version + 1, is_gone=True))
            )
        if self._is_page(page, number):
            changes.append(PageSeen(self.thread_id, number, int(now.timestamp())))
            self._pages_known.add(number)
        self._news += len(lines)
        return lines, changes

    def next_page(self, number: int) -> int | None:
        """The page to ask for after page ``number``, or ``None`` at the end."""
        if self.page is None:
            return None
        if not self.todo:
            is_behind = self._read_to <= number < self._pages
            if self._with_replies and is_behind and not self._is_past_end:
                return number + 1
            searched = self._page_to_search()
            if searched:
                self.todo.append(searched)
        return self.todo.pop(0) if self.todo else None

    def fail(self) -> None:
        """A page could not be read: what was to come still is asked for, but nothing is whole."""
        self._failed = True
        self._is_past_end = False
        self._number_before = None

    def end(self, now: datetime) -> tuple[list[Line], list[Change]]:
        """What is left to say when no further page comes."""
        page = self.page
        if page is None:
            return [], []
        lines: list[Line] = []
        changes: list[Change] = []
        early = list(self._early.values())
        for post, line in zip(early, post_lines(page, early, now), strict=True):
            change = self._tell(
                post, line, self._ledger.posts(self.thread_id, [post.id]).get(post.id)
            )
            if change:
                lines.append(line)
                changes.append(PostSeen(self.thread_id, change))
                self._news += 1
        self._early.clear()
        thread = self._learnt(page)
        if self._with_replies and (self._news or not self.known or self.known.coverage == 0):
            thread = replace(thread, coverage=thread.coverage + 1)
            lines.append(self._coverage(page, thread, now))
        return lines, [*changes, ThreadSeen(thread)]

    # -- what of a page is new -------------------------------------------------------------------

    def _in_turn(
        self, page: ThreadPage, posts: list[Post], known: dict[str, KnownPost]
    ) -> list[Post]:
        """The posts that are told now. Those shown before their turn wait for their own floor."""
        told = []
        for post in posts:
            if post.is_early and post.position is None and page.pages > page.page:
                if post.id not in known:
                    self._early.setdefault(post.id, post)
                continue
            self._early.pop(post.id, None)
            if post.position is not None:
                self._highest = max(self._highest, post.position)
                if not self._positions.starts:
                    self._positions.add(1, post.position)
                self._positions.add(post.position, post.position)
            told.append(post)
        return told

    def _tell(self, post: Post, line: PostLine, known: KnownPost | None) -> KnownPost | None:
        """Set the version of a post's line; returns what is known then, if that is news."""
        digest = hash_bytes(line.content_hash)
        is_shielded = line.access in SHIELDED
        if known is None:
            self._present += 1
            self._shielded += is_shielded
            # a post without a date was not written before the last one that has one
            at = minutes(line.date_published) if line.date_published else self._last_at
            self._last_at = at
            return KnownPost(post.id, at, 1, digest, post.is_first, post.is_early, is_shielded)
        if known.hash == digest and not known.is_gone:
            return None
        self._present += known.is_gone
        self._gone -= known.is_gone
        self._shielded += is_shielded - known.is_shielded
        line.version = known.version + 1
        return replace(
            known, version=line.version, hash=digest, is_shielded=is_shielded, is_gone=False
        )

    # -- what of a page is missing ---------------------------------------------------------------

    def _missing(
        self, page: ThreadPage, number: int, posts: list[Post], known: dict[str, KnownPost]
    ) -> list[KnownPost]:
        if not self._is_page(page, number):
            return []
        own = [post for post in posts if not post.is_early]
        if page.is_reversed:
            own = [post for post in reversed(own) if not post.is_first]
        places = [_place(post, known.get(post.id)) for post in own]
        orders = [place for place in places if place is not None]
        if len(orders) < len(own) or any(a >= b for a, b in pairwise(orders)):
            return []
        if orders:
            has_moved = own[0].id not in known and number in self._pages_known
            if self._forgets:
                self._reads = {
                    n: r for n, r in self._reads.items() if n in (number - 1, number + 1)
                }
            self._reads[number] = _Read(number, orders[0], orders[-1], len(orders), has_moved)
        elif not number == page.pages == 1:
            return []
        low, high = self._bounds(page, number)
        shown = {post.id for post in page.posts}
        gone = [
            post
            for post in self._ledger.posts_between(self.thread_id, low, high)
            if post.id not in shown
            and post.id not in self._early
            and not post.is_early
            and not (post.is_first and page.is_reversed)
        ]
        self._present -= len(gone)
        self._gone += len(gone)
        self._shielded -= sum(post.is_shielded for post in gone)
        return gone

    def _is_page(self, page: ThreadPage, number: int) -> bool:
        """Whether what came is the whole of the page that was asked for."""
        is_whole = self._with_replies and not page.is_truncated and not page.is_filtered
        return page.page == number and is_whole

    def _bounds(self, page: ThreadPage, number: int) -> tuple[Order | None, Order | None]:
        """Between which places this page, with its neighbours, shows all that is there."""
        read = self._reads.get(number)
        before, behind = self._reads.get(number - 1), self._reads.get(number + 1)
        is_first, is_last = number == 1, number >= page.pages
        if page.is_reversed:
            before, behind, is_first, is_last = behind, before, is_last, is_first
        low = before.last if before else None if is_first or read is None else read.first
        high = behind.first if behind else None if is_last or read is None else read.last
        return low, high

    def _page_to_search(self) -> int | None:
        """A page to read although no row tells of it: posts went, and others moved up."""
        known = self.known
        if known is None or known.is_reversed or self._forgets:
            return None
        if not self._reads or self._searches <= 0:
            return None
        reads = [self._reads[number] for number in sorted(self._reads)]
        for read in reads:
            # new posts stand behind known ones: until one of these is met there may be more
            if read.has_moved and read.number > 1 and read.number - 1 not in self._reads:
                return read.number - 1
        if not self._is_searching:
            if known.surplus is None or self._expected is None:
                return None
            if self._present - self._expected == known.surplus:
                return None
            self._is_searching = True
        full = max((read.count for read in reads if read.number < self._pages), default=0)
        self._searches -= 1
        if not full:
            return 1 if reads[0].number > 1 else None
        last, moved_to = 0, 0
        for read in reads:
            # how many posts went before this page: its first one stood so much further behind
            rank = self._ledger.count_before(self.thread_id, read.first)
            moved = rank - (read.number - 1) * full
            if read.number > last + 1 and moved != moved_to:
                return (last + read.number) // 2
            behind = self._ledger.count_before(self.thread_id, read.last) + 1
            last, moved_to = read.number, behind - ((read.number - 1) * full + read.count)
        return None

    def _deleted(self, gone: KnownPost, page: ThreadPage, now: datetime) -> Line:
        return deleted_line(
            root=page.site.root,
            thread_id=self.thread_id,
            post_id=gone.id,
            fetched_at=now,
            is_first=gone.is_first,
            version=gone.version + 1,
        )

    # -- the end -----------------------------------------------------------------------------------

    def _learnt(self, page: ThreadPage) -> KnownThread:
        thread = self.known or KnownThread(self.thread_id)
        is_whole = self._is_whole()
        row = self.row
        if page.board and page.board.id:
            thread = replace(thread, board=page.board.id)
        elif row and not row.is_sticky:
            thread = replace(thread, board=row.board)
        if row and is_whole:
            thread = replace(
                thread,
                head=row.head,
                tail=row.tail,
                last_post=row.last_post,
                is_sticky=row.is_sticky,
            )
        elif not is_whole:
            # to be read again, whatever its row says
            thread = replace(thread, head=None, tail=None)
        if self._has_vanished:
            # it is there all the same: no list is expected to show it until one does
            thread = replace(thread, last_post=None)
        surplus = thread.surplus
        if self._expected is not None:
            surplus = self._present - self._expected if is_whole else None
        return replace(
            thread,
            pages=self._pages,
            surplus=surplus,
            is_reversed=page.is_reversed,
            is_partial=not self._with_replies,
            missing=self._holes(thread.missing),
            is_gone=False,
        )

    def _holes(self, known: tuple[int, ...]) -> tuple[int, ...]:
        """Floors that no page showed: those found now, and before what was read now the known."""
        holes = tuple(islice(self._positions.holes(), _MISSING_TOLD))
        return holes if self._from_top else known + tuple(n for n in holes if n not in known)

    def _is_whole(self) -> bool:
        """Whether all pages that there are were read, now or before."""
        if not self._with_replies:
            return not self._failed
        return not self._failed and not self._is_filtered and self._captured_pages() >= self._pages

    def _captured_pages(self) -> int:
        return sum(1 for number in self._pages_known if number <= self._pages)

    def _coverage(self, page: ThreadPage, thread: KnownThread, now: datetime) -> Line:
        is_whole = self._captured_pages() >= self._pages
        expected = self._expected
        if expected is None and self.known and self.known.surplus is not None:
            # no counter was seen this time: as far from it as before
            expected = self._present - self.known.surplus
        status = "unknown"
        if not self._is_filtered and not (is_whole and expected is None):
            enough = expected is None or self._present >= expected
            status = "complete" if is_whole and enough else "partial"
        missing = list(thread.missing)
        waiting = 0
        if is_whole and expected is not None:
            waiting = max(0, expected - self._present - len(missing))
        line = coverage_line(
            page,
            now,
            status=status,
            posts_expected=expected,
            posts_captured=self._present,
            pages_expected=self._pages,
            pages_captured=self._captured_pages(),
            missing_positions=missing,
            posts_deleted=self._gone or None,
            posts_waiting=waiting or None,
            posts_shielded=self._shielded or None,
            run_id=self._run_id,
        )
        line.version = thread.coverage
        return line


def gone_thread(
    ledger: Ledger, thread_id: str, root: str, now: datetime
) -> Iterator[tuple[list[Line], list[Change]]]:
    """The lines of a thread that is there no more: its article and each of its posts.

    Some hundred at once, so that a thread of a hundred thousand is never held whole.
    """
    behind = None
    while posts := ledger.present_posts(thread_id, behind, _GONE_AT_ONCE):
        behind = posts[-1].id
        gone = [replace(post, version=post.version + 1, is_gone=True) for post in posts]
        lines: list[Line] = [
            deleted_line(
                root=root,
                thread_id=thread_id,
                post_id=post.id,
                fetched_at=now,
                is_first=post.is_first,
                version=post.version,
            )
            for post in gone
        ]
        yield lines, [PostSeen(thread_id, post) for post in gone]
    known = ledger.thread(thread_id) or KnownThread(thread_id)
    yield [], [ThreadSeen(replace(known, is_gone=True, last_post=None))]


def pages_to_read(known: KnownThread | None, read: set[int], *, from_top: bool) -> list[int]:
    """The pages with which the reading of a thread begins.

    A new thread is read from its first page on. Of a known one: its first page where its title or
    its marks may have changed (``from_top``), pages that were never read, and its last known one.

    >>> pages_to_read(KnownThread("7", pages=4), {1, 2, 4}, from_top=True)
    [1, 3, 4]
    """
    if known is None or not read or known.pages == 0:
        return [1]
    if known.is_reversed:
        # new posts come first and move all others: from the first page on
        return list(range(1, known.pages + 1))
    pages = {number for number in range(1, known.pages + 1) if number not in read}
    pages.add(known.pages)
    if from_top:
        pages.add(1)
    return sorted(pages)


def _place(post: Post, known: KnownPost | None) -> Order | None:
    """Where a post stands: as it was first told, for a page may tell it less exactly later."""
    if known:
        return known.order
    if post.date is None:
        return None
    at = minutes(post.date.value.isoformat())
    return KnownPost(post.id, at, 0, b"").order


def _goods(page: ThreadPage) -> int:
    """Goods of a trade are counted as replies and shown in the first floor."""
    items = (page.special or {}).get("items")
    return len(items) if isinstance(items, list) else 0
