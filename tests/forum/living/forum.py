"""A forum as Discuz keeps it: boards, threads, posts, counters, and what of them a page shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

HIDDEN_BOARD = 9
FIRST_MINUTE = 1000


@dataclass(frozen=True, slots=True)
class Setup:
    """How a forum is set up.

    ``has_positions``: a page holds the floors 11 to 20, whichever of them are gone, and the pager
    counts by the highest floor ever given. Once a page shows a gap, its thread is paged by order
    instead, until the database is started anew (`forum_threaddisablepos` lies in memory). Without
    positions (X2, debates, trades) it is always paged by order. ``counts_comments``: 回复 counts
    comments as well (X3.4). ``is_exact``: lists tell the last post to the minute, else to the day.
    """

    posts_a_page: int = 3
    threads_a_page: int = 4
    has_positions: bool = True
    counts_comments: bool = False
    is_exact: bool = True


@dataclass(slots=True)
class LivingPost:
    """A post; ``at`` is when it was written, in minutes. ``floor``: the number that it was given.

    ``is_hidden``: in the recycle bin. ``is_shielded``: its words are withheld by staff. ``is_hot``:
    it is shown below the opening post as well.
    """

    pid: int
    at: int
    text: str
    floor: int
    is_hidden: bool = False
    is_shielded: bool = False
    is_hot: bool = False
    comments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LivingThread:
    """A thread; ``counter`` is how many replies Discuz thinks that it has.

    ``last`` is when the last post was written, by which lists are sorted. ``left_in``: a board that
    it was moved from, and which shows a row that leads to it. ``is_binned``: in the recycle bin.
    ``by_order``: a page showed a gap between its floors.
    """

    tid: int
    fid: int
    title: str
    posts: list[LivingPost]
    counter: int = 0
    last: int = 0
    highest: int = 0
    sticky: int = 0
    is_closed: bool = False
    is_reversed: bool = False
    is_binned: bool = False
    by_order: bool = False
    left_in: int | None = None

    def visible(self) -> list[LivingPost]:
        """Its posts in the order of their floors, without those in the recycle bin."""
        return sorted(
            (post for post in self.posts if not post.is_hidden), key=lambda post: post.floor
        )

    def recount(self, *, counts_comments: bool) -> None:
        """Make the counter and the last post true (`updatethreadcount`)."""
        shown = self.visible()
        comments = sum(len(post.comments) for post in shown) if counts_comments else 0
        self.counter = len(shown) - 1 + comments
        self.last = max(post.at for post in shown)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A page of a thread: its floors in the order of the page, each with the number it bears.

    A number of ``None``: shown above its own floor (推荐).
    """

    tid: int
    fid: int
    title: str
    is_closed: bool
    page: int
    pages: int
    counter: int
    floors: tuple[tuple[LivingPost, int | None], ...]
    opening: int


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a list. ``moved``: it is what a thread left behind that was moved."""

    tid: int
    title: str
    counter: int
    last: int
    sticky: int
    is_closed: bool
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of a board's list."""

    fid: int
    page: int
    pages: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A page that says no. ``reason`` is what it comes to."""

    reason: str


@dataclass(frozen=True, slots=True)
class PastEnd:
    """A redirect to the last post: the page that was asked for holds nothing."""


@dataclass(frozen=True, slots=True)
class IndexView:
    """The boards, each with how many threads it has (`forum_forum.threads`)."""

    fids: tuple[int, ...]
    threads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommentsView:
    """A page of the comments on a post, the newest first; ``all``: those of the other pages too."""

    tid: int
    pid: int
    page: int
    pages: int
    comments: tuple[str, ...]
    all: tuple[str, ...]


View = ThreadView | ListView | Notice | PastEnd | IndexView | CommentsView

NOT_FOUND, NO_PERMISSION = Notice("not_found"), Notice("no_permission")
COMMENTS_SHOWN = 5


@dataclass(slots=True)
class LivingForum:
    """Boards 2 and 3 for everybody, `HIDDEN_BOARD` for staff."""

    setup: Setup = field(default_factory=Setup)
    threads: dict[int, LivingThread] = field(default_factory=dict)
    minute: int = FIRST_MINUTE
    next_tid: int = 1
    next_pid: int = 1

    def wait(self, minutes: int = 1) -> int:
        """Let time pass; the minute that it is then."""
        self.minute += minutes
        return self.minute

    def shown_threads(self) -> dict[int, LivingThread]:
        """The threads that a visitor may read."""
        return {
            tid: thread
            for tid, thread in self.threads.items()
            if not thread.is_binned and thread.fid != HIDDEN_BOARD
        }

    def shown(self) -> dict[tuple[int, int], str]:
        """What a visitor can read: the words of each post, by thread and post."""
        found: dict[tuple[int, int], str] = {}
        for tid in self.shown_threads():
            page, pages = 1, 1
            while page <= pages:
                view = self.thread_page(tid, page, is_asked=False)
                if isinstance(view, ThreadView):
                    pages = view.pages
                    found |= {(tid, post.pid): words(post) for post, _ in view.floors}
                page += 1
        return found

    # -- pages -----------------------------------------------------------------------------------

    def index(self) -> IndexView:
        here = [thread for thread in self.threads.values() if not thread.is_binned]
        fids = (2, 3)
        return IndexView(fids, tuple(sum(each.fid == fid for each in here) for fid in fids))

    def list_page(self, fid: int, page: int) -> View:
        """A page of a list; behind the last one it is the first (`forum_forumdisplay.php`)."""
        if fid == HIDDEN_BOARD:
            return NO_PERMISSION
        here = [thread for thread in self.threads.values() if not thread.is_binned]
        own = [thread for thread in here if thread.fid == fid and not thread.sticky]
        rows = [_row(thread) for thread in own]
        rows += [_stub(thread) for thread in here if thread.left_in == fid and thread.fid != fid]
        rows.sort(key=lambda row: (row.last, row.tid), reverse=True)
        size = self.setup.threads_a_page
        pages = max(1, -(-len(rows) // size))
        page = page if page <= pages else 1
        shown = rows[(page - 1) * size : page * size]
        if page == 1:
            sticky = [thread for thread in here if thread.sticky and thread.fid != HIDDEN_BOARD]
            here_too = [thread for thread in sticky if thread.fid == fid or thread.sticky == 3]
            shown = [_row(thread) for thread in here_too] + shown
        return ListView(fid, page, pages, tuple(shown))

    def thread_page(self, tid: int, page: int, *, is_asked: bool = True) -> View:
        """A page of a thread, or what comes in its place (`forum_viewthread.php`).

        ``is_asked``: by a visitor, who makes Discuz find out what it did not know.
        """
        thread = self.threads.get(tid)
        if thread is None or thread.is_binned:
            return NOT_FOUND
        if thread.fid == HIDDEN_BOARD:
            return NO_PERMISSION
        posts, size = thread.visible(), self.setup.posts_a_page
        by_number = self.setup.has_positions and not thread.by_order
        counted = thread.highest if by_number else self.replies(thread) + 1
        pages = max(1, -(-counted // size))
        page = min(page, pages)
        floors = (_by_number if by_number else _by_order)(thread, posts, page, size)
        if is_asked and by_number and _has_gap(thread, page, size):
            thread.by_order = True
        if page == 1 and thread.is_reversed:
            floors = [(posts[0], 1), *(floor for floor in floors if floor[0] is not posts[0])]
        elif thread.is_reversed:
            floors = [floor for floor in floors if floor[0] is not posts[0]]
        if not floors:
            if is_asked:
                # the counter is wrong
                thread.recount(counts_comments=self.setup.counts_comments)
            return PastEnd() if counted != len(posts) > 1 else NOT_FOUND
        if page == 1:
            floors = _with_hot(posts, floors)
        return ThreadView(
            tid,
            thread.fid,
            thread.title,
            thread.is_closed,
            page,
            pages,
            thread.counter,
            # as they are now, whatever becomes of them
            tuple((replace(post, comments=list(post.comments)), n) for post, n in floors),
            posts[0].pid,
        )

    def comments_page(self, tid: int, pid: int, page: int) -> View:
        thread = self.threads.get(tid)
        posts = thread.posts if thread and not thread.is_binned else []
        post = next((post for post in posts if post.pid == pid and not post.is_hidden), None)
        if post is None:
            return NOT_FOUND
        said = post.comments[::-1]
        pages = max(1, -(-len(said) // COMMENTS_SHOWN))
        shown = said[(page - 1) * COMMENTS_SHOWN : page * COMMENTS_SHOWN]
        return CommentsView(tid, pid, page, pages, tuple(shown), tuple(said))

    def replies(self, thread: LivingThread) -> int:
        """The replies by which the pager counts: the counter without the comments in it."""
        if not self.setup.counts_comments:
            return thread.counter
        return thread.counter - sum(len(post.comments) for post in thread.visible())


def words(post: LivingPost) -> str:
    """What a visitor sees of a post."""
    return "" if post.is_shielded else post.text


def _by_number(
    thread: LivingThread, posts: list[LivingPost], page: int, size: int
) -> list[tuple[LivingPost, int | None]]:
    """The floors of a page that holds those of some numbers."""
    low, high = _numbers(thread, page, size)
    own = [(post, post.floor) for post in posts if low < post.floor <= high]
    return own[::-1] if thread.is_reversed else own  # type: ignore[return-value]


def _numbers(thread: LivingThread, page: int, size: int) -> tuple[int, int]:
    """The numbers that a page holds: those above the first, up to the second."""
    low, high = (page - 1) * size, page * size
    if thread.is_reversed:
        # the opening post stands on page 1 as well, whatever its number
        low, high = thread.highest - high + 1, thread.highest - low + 1
    return max(0, low), high


def _has_gap(thread: LivingThread, page: int, size: int) -> bool:
    """Whether a page of numbers shows one that is gone, other than the last."""
    low, high = _numbers(thread, page, size)
    numbers = range(low + 1, min(high, thread.highest - 1) + 1)
    return bool(set(numbers) - {post.floor for post in thread.visible()})


def _by_order(
    thread: LivingThread, posts: list[LivingPost], page: int, size: int
) -> list[tuple[LivingPost, int | None]]:
    """The floors of a page, by when they were written."""
    in_order = sorted(posts, key=lambda post: (post.at, post.pid))
    numbered: list[tuple[LivingPost, int | None]] = [
        (post, number) for number, post in enumerate(in_order, 1)
    ]
    if thread.is_reversed:
        numbered.reverse()
    return numbered[(page - 1) * size : page * size]


def _with_hot(
    posts: list[LivingPost], floors: list[tuple[LivingPost, int | None]]
) -> list[tuple[LivingPost, int | None]]:
    """The first page with its hot replies below the opening post, each shown once."""
    hot = [post for post in posts[1:] if post.is_hot]
    rest = [(post, n) for post, n in floors[1:] if post not in hot]
    return [floors[0], *((post, None) for post in hot), *rest]


def _row(thread: LivingThread) -> RowView:
    return RowView(
        thread.tid, thread.title, thread.counter, thread.last, thread.sticky, thread.is_closed
    )


def _stub(thread: LivingThread) -> RowView:
    row = _row(thread)
    return replace(row, sticky=0, moved=True)
