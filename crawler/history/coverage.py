"""How much of a thread is known: its posts and pages, held against its own counter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Literal, Self

from crawler.archive import Ledger
from crawler.archive.state import ListRowState, PostState, ThreadState
from crawler.discuz.facts import ThreadPage
from crawler.history.intervals import Intervals
from crawler.items import Coverage, coverage_line

# Gaps in the floors of a thread of millions need not be listed floor by floor.
_MISSING_LISTED = 1000


@dataclass(slots=True)
class Count:
    """What is known of a thread while it is read.

    ``present``, ``shielded`` and ``gone`` count posts, ``pages_known`` are the numbers of the pages
    that were read, now or before, of ``pages`` that there are. ``expected`` is the thread's counter
    (its opening post included), ``surplus`` how many more posts than that were known when both were
    last held against each other. ``positions`` are the floors seen now, ``from_top``: from the
    first page on. ``is_filtered``: a page showed some posts only. ``has_failed``: a page could not
    be read. ``with_replies``: replies are read as well.

    Some forums count comments (点评) as replies; ``has_comments`` tells by their version whether
    they do, ``None`` where that is not known. ``comments`` are those known of the posts that are
    there, ``comments_before`` those known when ``surplus`` was, ``comments_gone`` those of posts
    that are gone: a forum may go on counting them. ``comments_lost`` of these went in this reading.
    ``comments_open`` counts the posts that have more comments than are known. ``doubtful`` of the
    posts that are ``present`` were not shown where they should stand.
    """

    present: int
    shielded: int
    gone: int
    pages_known: set[int]
    pages: int = 0
    expected: int | None = None
    surplus: int | None = None
    with_replies: bool = True
    is_filtered: bool = False
    has_failed: bool = False
    from_top: bool = False
    positions: Intervals = field(default_factory=Intervals)
    has_comments: bool | None = None
    comments: int = 0
    comments_before: int = 0
    comments_gone: int = 0
    comments_lost: int = 0
    comments_open: int = 0
    doubtful: int = 0

    @classmethod
    def of(
        cls, ledger: Ledger, thread_id: str, *, row: ListRowState | None, with_replies: bool
    ) -> Self:
        """What the ledger knows; ``row`` is what the thread's list said of it."""
        present, shielded, gone = ledger.counts(thread_id)
        comments, comments_open, comments_gone = ledger.comment_counts(thread_id)
        known = ledger.thread(thread_id)
        before = 0
        if known and known.surplus is not None:
            before = comments if known.comments is None else known.comments
        return cls(
            present,
            shielded,
            gone,
            ledger.pages(thread_id),
            pages=known.pages if known else 0,
            # only the first page has the thread's counter, its row has it too
            expected=row.replies + 1 if row and row.replies is not None else None,
            surplus=known.surplus if known else None,
            with_replies=with_replies,
            comments=comments,
            comments_before=before,
            comments_gone=comments_gone,
            comments_open=comments_open,
        )

    def leave(self, gone: list[PostState]) -> None:
        """Count posts that were there as gone, with their comments."""
        self.present -= len(gone)
        self.gone += len(gone)
        self.shielded -= sum(post.is_shielded for post in gone)
        self.comments_open -= sum(post.has_more_comments for post in gone)
        comments = sum(post.comments or 0 for post in gone)
        self.comments -= comments
        self.comments_gone += comments
        self.comments_lost += comments

    def unaccounted(self) -> int | None:
        """How many posts are known that the thread's counter does not count any more.

        Below zero: how many it counts that were not seen yet. A constant difference is ignored.
        Where it is open what comments do to the counter, as much as is sure.
        """
        if self.expected is None:
            return None
        difference = self.present - self.expected - (self.surplus or 0)
        counts, found = self.counts_comments(), self.comments - self.comments_before
        possible = [] if counts else [difference]
        if counts is not False:
            # what was counted before and never seen may be what was found now
            unseen = max(0, -(self.surplus or 0) - self.comments_before)
            possible += [
                difference + found - min(max(found, 0), unseen),
                difference + found + self.comments_lost,
            ]
        return max(min(possible), min(max(possible), 0))

    def counts_comments(self) -> bool | None:
        """Whether the thread's counter counts comments; ``None`` where nothing tells.

        By the forum's version, unless the numbers say that it does not; without a version, by the
        numbers.
        """
        counted, comments = self.surplus, self.comments_before
        if counted is None and self.expected is not None:
            counted, comments = self.present - self.expected, self.comments
        if self.has_comments is False or counted is None or not comments:
            return self.has_comments
        if counted == 0:
            return False
        return True if -counted >= comments else self.has_comments

    def expected_posts(self) -> int | None:
        """How many posts there are by the counter, less the comments that it counts."""
        expected = self.expected
        if expected is None:
            if self.surplus is None:
                return None
            # no counter was seen this time: as far from it as before
            found = min(0, self.comments - self.comments_before)
            expected = self.present - self.surplus + (found if self.counts_comments() else 0)
        counts = self.counts_comments()
        if counts is False or (counts is None and expected <= self.present):
            return expected
        posts = expected - self.comments
        if posts < self.present and counts is None:
            return self.present
        if posts > self.present:
            # comments that are not shown, or whose post is gone
            posts = max(self.present, posts - self.comments_gone)
            posts = self.present if self.comments_open else posts
        return posts

    def captured_pages(self) -> int:
        """How many of the thread's pages were read, now or before."""
        return sum(1 for number in self.pages_known if number <= self.pages)

    def is_whole(self) -> bool:
        """Whether all pages that there are were read, now or before."""
        if self.has_failed or not self.with_replies:
            return not self.has_failed
        return not self.is_filtered and self.captured_pages() >= self.pages

    def gaps(self, known: tuple[int, ...]) -> tuple[int, ...]:
        """Floors that no page showed: those found now, behind those ``known`` before them."""
        gaps = tuple(islice(self.positions.gaps(), _MISSING_LISTED))
        return gaps if self.from_top else known + tuple(n for n in gaps if n not in known)


def state_after(  # noqa: PLR0913 - one for each thing that a reading tells
    known: ThreadState | None,
    page: ThreadPage | None,
    count: Count,
    *,
    thread_id: str,
    row: ListRowState | None,
    has_vanished: bool,
    is_reversed: bool,
    odd_since: int,
) -> ThreadState:
    """What the ledger is to know of a thread when its reading ends.

    ``page`` was its last page, ``None`` where none came since the reading went on. ``is_reversed``
    and ``odd_since`` are those of `ThreadState`.
    """
    thread = known or ThreadState(thread_id)
    is_whole = count.is_whole()
    if page and page.board and page.board.id:
        thread = replace(thread, board=page.board.id)
    elif row and not row.is_sticky:
        thread = replace(thread, board=row.board)
    if row and is_whole:
        thread = replace(
            thread,
            title_hash=row.title_hash,
            activity_hash=row.activity_hash,
            last_post=row.last_post,
            is_sticky=row.is_sticky,
        )
    elif not is_whole:
        # to be read again, whatever its row says
        thread = replace(thread, title_hash=None, activity_hash=None)
    if has_vanished:
        # it is there all the same: no list is expected to show it until one does
        thread = replace(thread, last_post=None)
    surplus, comments = count.surplus, count.comments_before
    if count.expected is not None and not odd_since:
        surplus, comments = count.present - count.expected, count.comments
    return replace(
        thread,
        pages=count.pages,
        surplus=surplus,
        comments=comments if surplus is not None else None,
        is_reversed=is_reversed,
        odd_since=odd_since,
        is_partial=not count.with_replies,
        missing=count.gaps(thread.missing),
        is_gone=False,
    )


def coverage_of(
    thread: ThreadState, count: Count, now: datetime, *, root: str, url: str, run_id: str
) -> Coverage:
    """The coverage line of a thread whose reading ends; its version is ``thread.coverage``.

    ``root`` is the forum's, ``url`` the thread's address.
    """
    is_whole = count.captured_pages() >= count.pages
    expected = count.expected_posts()
    missing = list(thread.missing)
    waiting = 0
    if is_whole and expected is not None:
        waiting = max(0, expected - count.present - len(missing))
    line = coverage_line(
        thread.id,
        now,
        root=root,
        url=url,
        status=_status(count, expected, is_whole=is_whole),
        posts_expected=expected,
        posts_captured=count.present,
        pages_expected=count.pages,
        pages_captured=count.captured_pages(),
        missing_positions=missing,
        posts_deleted=count.gone or None,
        posts_waiting=waiting or None,
        posts_shielded=count.shielded or None,
        run_id=run_id,
    )
    line.version = thread.coverage
    return line


def _status(
    count: Count, expected: int | None, *, is_whole: bool
) -> Literal["complete", "partial", "unknown"]:
    if count.is_filtered or (is_whole and expected is None):
        return "unknown"
    is_enough = expected is None or count.present - count.doubtful >= expected
    return "complete" if is_whole and is_enough else "partial"
