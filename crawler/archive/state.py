"""What a ledger knows, and what it learns: values, without the database that keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

# What fits 63 bits; no forum counts as far.
_LONGEST_ID = 18
_POSTS_A_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What is known of a thread.

    ``title_hash`` (title and marks) and ``activity_hash`` (replies and last post) are hashes of
    what its row said when it was last read whole; ``last_post`` is in minutes since 1970, ``None``
    where no list is expected to show it. ``surplus``: how many more posts are known than its
    counter says, where that was seen, and ``comments`` how many comments were known then.
    ``is_partial``: its replies were never read. ``coverage`` is the version of its last coverage
    line, ``missing`` the floors that this line listed. ``odd_since``: since when its counter says
    something else than ``surplus`` explains, in seconds since 1970 (0: it does not).
    """

    id: str
    board: str | None = None
    title_hash: bytes | None = None
    activity_hash: bytes | None = None
    last_post: int | None = None
    pages: int = 0
    surplus: int | None = None
    is_sticky: bool = False
    is_reversed: bool = False
    is_partial: bool = False
    coverage: int = 0
    missing: tuple[int, ...] = ()
    is_gone: bool = False
    comments: int | None = None
    odd_since: int = 0


@dataclass(frozen=True, slots=True)
class PostState:
    """The last line of a post: its version, a hash of its content, whether it said it is gone.

    ``version`` is how many lines there are of it; none if the removal list or another pipeline kept
    it out. ``media`` is a hash of what the line says of pictures and files
    (`media_store.media_hash`), ``author`` who wrote it (`items.authorship`; empty where that is not
    known). ``is_pinned_copy``: it is shown above its own floor. ``comments``: how many comments it
    has at least (``None``: not known), with ``has_more_comments`` more than these. ``shown``: a
    hash of the post as its page alone shows it, where the page leaves out comments.
    ``schema_version`` is that of the last reading that found the hash to be true; empty where that
    is not known: 1.0.
    """

    id: str
    at: int
    version: int
    hash: bytes
    is_first: bool = False
    is_pinned_copy: bool = False
    is_shielded: bool = False
    is_gone: bool = False
    media: bytes = b""
    author: str = ""
    comments: int | None = 0
    has_more_comments: bool = False
    shown: bytes = b""
    schema_version: str = ""

    @property
    def is_published(self) -> bool:
        """Whether there is a line of it."""
        return self.version > 0

    @property
    def order(self) -> tuple[int, int]:
        """Where it stands in its thread."""
        if self.id.isdigit():
            return self.at, int(self.id[:_LONGEST_ID])
        # p2-4, where pages tell no numbers
        page, _, place = self.id[1:].partition("-")
        return self.at, int(page or 0) * _POSTS_A_PAGE + int(place or 0)


@dataclass(frozen=True, slots=True)
class RefusalState:
    """The last line of a refusal; ``reason`` is empty once it is over.

    Times are in seconds since 1970: ``since`` is when it was first met, ``asked`` when it was last
    met, ``due`` from when on a retriable one is asked for again. ``nights``: on how many days it
    was met while the forum answered for other threads, ``counted`` when the last of them was.
    ``board`` is that of the list, or of the thread where a list named it.
    """

    id: str
    thread_id: str | None
    reason: str
    is_retriable: bool
    attempts: int
    version: int
    asked: int
    url: str
    board: str | None = None
    since: int = 0
    nights: int = 0
    counted: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class BoardTold:
    """What the last coverage line of a board says.

    ``coverage`` is its version, ``hash`` of what it says. ``gap`` is what of the list cannot be
    reached, ``since`` when that was first met, ``nights`` on how many days, ``counted`` when the
    last of them was (seconds since 1970).
    """

    coverage: int = 0
    hash: bytes = b""
    gap: str = ""
    since: int = 0
    nights: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class BoardState:
    """What is known of a board.

    ``threads`` is how many it has by its own list, ``in_index`` by the index, which counts those of
    its sub-boards as well (``has_boards``). ``pages`` are those that the pager of its list
    promises, ``pages_shown`` how many of them are shown, ``None`` for all.
    """

    id: str
    name: str | None = None
    threads: int | None = None
    in_index: int | None = None
    pages: int = 0
    pages_shown: int | None = None
    has_boards: bool = False
    told: BoardTold = BoardTold()

    @property
    def expected(self) -> int | None:
        """How many threads it has, where a counter of it alone tells."""
        if self.threads is not None:
            return self.threads
        return None if self.has_boards else self.in_index


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """What the ledger knows of a board's threads and of the pages of its list.

    ``listed``: distinct threads that its list showed and that are not gone; of these ``read`` were
    read, and ``refused`` were not and are refused. ``pages``: how many pages of its list were
    looked at. ``rows_unread``: rows of theirs whose threads cannot be told. ``pages_refused``:
    refusals of its list.
    """

    listed: int = 0
    read: int = 0
    refused: int = 0
    pages: int = 0
    rows_unread: int = 0
    pages_refused: int = 0


# A file that was refused on so many nights is settled: asked for after 1, 2, 4, 8 and 16 days, it
# did not come. No page is looked at for its sake any more.
SETTLED_NIGHTS = 6


@dataclass(frozen=True, slots=True)
class MediaState:
    """What came of a picture or file: where it is kept, or why it is not.

    ``key`` is what it is known by (`media_store.py`), ``attempts`` in how many runs it failed.
    ``is_retriable``: nobody proved that it is not to be had. ``nights``, ``counted`` and ``due``
    are those of a refusal; ``asked`` is when it was last asked for, or left alone with its host.
    """

    key: str
    path: str | None = None
    sha256: str | None = None
    reason: str | None = None
    is_retriable: bool = False
    attempts: int = 0
    nights: int = 0
    counted: int = 0
    due: int = 0
    asked: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether it stays refused: no page is looked at for its sake any more."""
        return self.reason is not None and (not self.is_retriable or self.nights >= SETTLED_NIGHTS)


@dataclass(frozen=True, slots=True)
class ListRowState:
    """What a board's list said of a thread: see `crawler.frontier.board_listing.row_facts`."""

    board: str | None = None
    title_hash: bytes | None = None
    activity_hash: bytes | None = None
    last_post: int | None = None
    is_sticky: bool = False
    replies: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that is to be asked for: ``kind`` and ``key`` say what, and are unique in a job.

    Tasks are done in the order of ``priority`` (low numbers first) and, within one, lists before
    threads, in the order they came. ``page`` is the next page to ask for. ``is_asked``: the
    arguments name it. ``is_revisit``: nothing says that it changed, it is looked at again within
    the budget. ``put_off``: how many requests were made for the page before the task was put behind
    all others, because of an answer in doubt. All fields last from one page to the next, over kills
    too.
    """

    kind: ClassVar[str]

    key: str
    url: str
    page: int = 1
    priority: int = 0
    is_asked: bool = False
    is_revisit: bool = False
    put_off: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTask(Task):
    """A thread to read; ``key`` is its id.

    ``todo`` are the pages to read behind the next one, ``pages`` is how many there are by the last
    one that came, ``row`` is what its list said of it.
    ``is_whole``: all of it is to be read. ``has_vanished``: its list did not show it.
    ``is_tried``: a range of numbers names it, and nobody knows whether there is such a thread.
    ``is_check``: it was read before, and is asked for to see whether the forum answers. ``hops``:
    so many other addresses led to it, each to the next.
    """

    kind = "thread"

    todo: tuple[int, ...] = ()
    pages: int = 0
    row: ListRowState | None = None
    is_whole: bool = False
    has_vanished: bool = False
    is_check: bool = False
    is_tried: bool = False
    hops: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTask(Task):
    """A board's list; ``key`` is what asked for it, ``board`` its id once a page told it.

    ``pages`` is how many pages it has, by its last one that came with anything new. ``began`` is
    when its listing began, ``above`` the lowest last post above the next page (both in minutes
    since 1970). ``is_complete``: whether the whole of the list was seen, ``None`` as long as that
    is open. ``is_single``: one page that is looked at again. ``idle`` counts the pages in a row
    without anything new. ``depth``: within so many other boards.

    ``variant``: the order or type in which it is asked for, ``variants`` those that follow. Its
    first page with anything new lies behind ``low`` and not behind ``high`` (0: not met yet), until
    that page ``is_found``.
    """

    kind = "list"

    board: str | None = None
    pages: int = 1
    began: int | None = None
    above: int | None = None
    is_single: bool = False
    is_complete: bool | None = None
    variant: str = ""
    variants: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    is_found: bool = False
    idle: int = 0
    depth: int = 0

    @property
    def board_id(self) -> str:
        """The board's id; what asked for the list, as long as no page told it."""
        return self.board or self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask(Task):
    """An index, a guide, a feed, or an address that may be any page; ``key`` is how it was asked.

    ``is_all``: an index that names all boards of the forum. ``idle`` counts the pages of news in a
    row that show no thread for the first time.
    """

    kind = "page"

    is_all: bool = False
    idle: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTask(Task):
    """A range of thread numbers, up to ``last``, of which ``first`` is the next to be tried.

    Nothing is asked for it: it makes tasks of threads, few at a time. ``url`` is the forum's root.
    """

    kind = "range"

    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of one kind of page: how many there were, how many had which trait, till when.

    ``last`` are seconds since 1970.
    """

    pages: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)


# Seconds by which the clocks of two machines that share a folder may differ.
CLOCKS_APART = 86400
LEDGER = "ledger.sqlite3"
# Posts that staff or the forum itself keeps from everybody.
SHIELDED = ("shielded", "banned")


def minutes(date: str | None) -> int:
    """An ISO date in whole minutes since 1970; 0 where there is none.

    Some pages tell seconds and some do not: of what all tell, minutes are the finest.
    """
    return int(datetime.fromisoformat(date).timestamp()) // 60 if date else 0
