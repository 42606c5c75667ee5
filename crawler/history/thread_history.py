"""The reading of one thread: which page comes next, and what of a page is new.

A reading is told each page as it comes and holds it against the ledger. Posts that are known and
unchanged give no line, changed ones the next version, missing ones a line that says so (where they
went: `deletions.py`). It keeps little more than numbers, so that a thread of ten thousand pages
needs no more than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from crawler.archive.changes import Change, PageSeen, PostSeen, ThreadSeen
from crawler.archive.ledger import Ledger, hash_bytes
from crawler.archive.media_store import wanted
from crawler.archive.state import SHIELDED, KnownPost, KnownThread, Row, minutes
from crawler.discuz.facts import Post, ThreadPage
from crawler.discuz.post import numbered_after
from crawler.history.deletions import Places
from crawler.history.intervals import Ranges
from crawler.items.build import coverage_line, deleted_line, post_lines
from crawler.items.lines import Line
from crawler.items.lines import Post as PostLine
from crawler.privacy.policy import WHOLE, Privacy
from crawler.privacy.site import names_learnt

# A hole in the floors of a thread of millions need not be told floor by floor.
_MISSING_TOLD = 1000
_GONE_AT_ONCE = 500


class Reading:
    """One thread, from the first page that is asked for to its coverage line.

    ``todo`` are the pages to ask for behind the one that is being asked for; behind the last of
    them the reading follows the thread to its end if nothing is known there, or if all of it is to
    be read (``is_whole``). ``has_vanished``: its list did not show it. ``with_replies=False`` reads
    opening posts only. ``media``: which pictures and files are to be had (`media_store.py`).
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
        privacy: Privacy = WHOLE,
        media: str = "none",
    ) -> None:
        self.thread_id = thread_id
        self.todo = list(todo)
        self.row = row
        self.known = ledger.thread(thread_id)
        self.page: ThreadPage | None = None
        self._ledger = ledger
        self._run_id = run_id
        self._with_replies = with_replies
        self._privacy = privacy
        self._media = media
        self._present, self._shielded, self._gone = ledger.counts(thread_id)
        self._pages_known = ledger.pages(thread_id)
        self._pages = self.known.pages if self.known else 0
        # what a thread that is new, or was gone, has to be read behind: nothing
        is_known = bool(self.is_known and self._pages_known and not is_whole)
        self._read_to = self._pages if is_known else 0
        self._places = Places(ledger, thread_id, forgets=not is_known)
        self._from_top = False
        self._is_past_end = False
        # only the first page has the thread's counter, its row has it too
        self._expected = row.replies + 1 if row and row.replies is not None else None
        self._is_filtered = False
        self._early: dict[str, Post] = {}
        self._positions = Ranges()
        self._has_vanished = has_vanished
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
        # a pager may promise what there is not: then the thread ends where its pages do
        self._pages = max(page.pages if page.page == number else number - 1, 1)
        if self._is_past_end:
            self.todo = [other for other in self.todo if other < number]
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
        news: set[str] = set()
        told = self._in_turn(page, posts, known)
        removals = self._privacy.removals
        # of all before any is told: an early floor may quote a later one
        if [post for post in page.posts if removals.learn(post.author.id, post.author.name)]:
            changes.append(names_learnt(removals))
        for post, line in zip(told, post_lines(page, told, now, self._privacy), strict=True):
            change = self._tell(post, line, known.get(post.id))
            if change:
                lines += [line] * (change.version > 0)
                news.add(post.id)
                changes.append(PostSeen(self.thread_id, change))
        changes += self._moved_to_the_top(posts, known, news)
        for gone in self._missing(page, number, posts, known):
            lines += [self._deleted(gone, page, now)] * (gone.version > 0)
            changes.append(
                PostSeen(self.thread_id, replace(gone, version=gone.version + 1, is_gone=True))
            )
        if self._is_page(page, number):
            changes.append(PageSeen(self.thread_id, number, int(now.timestamp())))
            self._pages_known.add(number)
        self._news += sum(not getattr(line, "is_again", False) for line in lines)
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
        for post, line in zip(early, post_lines(page, early, now, self._privacy), strict=True):
            change = self._tell(
                post, line, self._ledger.posts(self.thread_id, [post.id]).get(post.id)
            )
            if change:
                lines += [line] * (change.version > 0)
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
        """Set the version of a post's line; returns what is known then, if that is news.

        A post that is on the removal list is known, in version 0, and has no line.
        """
        digest = hash_bytes(line.content_hash)
        is_shielded = line.access in SHIELDED
        if known is None:
            self._present += 1
            self._shielded += is_shielded
            # a post without a date was not written before the last one that has one
            at = minutes(line.date_published) if line.date_published else self._last_at
            self._last_at = at
            version, digest = (0, b"") if line.is_removed else (1, digest)
            return KnownPost(
                post.id, at, version, digest, post.is_first, post.is_early, is_shielded
            )
        if line.is_removed:
            return None
        if known.hash == digest and not known.is_gone:
            # what came of its pictures and files since is told in another line of the same words
            line.is_again = bool(wanted(line.images, line.attachments, self._media))
            if not line.is_again:
                return None
        self._present += known.is_gone
        self._gone -= known.is_gone
        self._shielded += is_shielded - known.is_shielded
        line.version = known.version + 1
        return replace(
            known,
            version=line.version,
            hash=digest,
            is_early=post.is_early,
            is_shielded=is_shielded,
            is_gone=False,
            media=known.media if line.is_again else b"",
        )

    def _moved_to_the_top(
        self, posts: list[Post], known: dict[str, KnownPost], news: set[str]
    ) -> Iterator[Change]:
        """Replies that staff made sticky, or no more, since they were told: no news but where."""
        for post in posts:
            before = known.get(post.id)
            if before is None or before.is_gone or post.id in news:
                continue
            # a hot reply (推荐) has no label of its own floor, where it stands as well
            is_hot = post.is_early and post.position is None
            if before.is_early != post.is_early and not is_hot:
                yield PostSeen(self.thread_id, replace(before, is_early=post.is_early))

    # -- what of a page is missing ---------------------------------------------------------------

    def _missing(
        self, page: ThreadPage, number: int, posts: list[Post], known: dict[str, KnownPost]
    ) -> list[KnownPost]:
        if not self._is_page(page, number):
            return []
        was_read = number in self._pages_known
        missing = self._places.missing(
            page, posts, known, was_read=was_read, unaccounted=self._unaccounted()
        )
        gone = [post for post in missing if post.id not in self._early]
        self._present -= len(gone)
        self._gone += len(gone)
        self._shielded -= sum(post.is_shielded for post in gone)
        return gone

    def _is_page(self, page: ThreadPage, number: int) -> bool:
        """Whether what came is the whole of the page that was asked for."""
        is_whole = self._with_replies and not page.is_truncated and not page.is_filtered
        return page.page == number and is_whole

    def _page_to_search(self) -> int | None:
        """A page to read although no row tells of it, because posts went and others moved up."""
        known = self.known
        if known is None or known.is_reversed or not self._read_to:
            return None
        is_needed = known.surplus is not None and self._unaccounted() not in (None, 0)
        return self._places.page_to_search(self._pages, is_needed=is_needed)

    def _unaccounted(self) -> int | None:
        """How many posts are known that the thread's counter does not count any more.

        Below zero: how many it counts that were not seen yet. What it never agreed in is no news.
        """
        if self._expected is None:
            return None
        surplus = self.known.surplus if self.known else None
        return self._present - self._expected - (surplus or 0)

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
            if post.version > 1
        ]
        yield lines, [PostSeen(thread_id, post) for post in gone]
    known = ledger.thread(thread_id) or KnownThread(thread_id)
    yield [], [ThreadSeen(replace(known, is_gone=True, last_post=None))]


def _goods(page: ThreadPage) -> int:
    """Goods of a trade are counted as replies and shown in the first floor."""
    items = (page.special or {}).get("items")
    return len(items) if isinstance(items, list) else 0
