"""The pages of a living forum as the facts that the readers of the project tell of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import (
    Author,
    Board,
    BoardPage,
    Body,
    Comment,
    CommentsPage,
    IndexPage,
    Message,
    Moment,
    Page,
    Post,
    Site,
    ThreadPage,
    ThreadRow,
)
from crawler.discuz.post.numbering import is_reversed
from tests.forum.living.forum import (
    COMMENTS_SHOWN,
    CommentsView,
    IndexView,
    ListView,
    LivingForum,
    LivingPost,
    Notice,
    PastEnd,
    RowView,
    ThreadView,
    View,
    words,
)

ROOT = "http://b.example/"
BEGAN = datetime(2023, 4, 1, tzinfo=DEFAULT_ZONE)


def clock(minute: int) -> datetime:
    """The time of a forum's minute."""
    return BEGAN + timedelta(minutes=minute)


def view_of(forum: LivingForum, url: str) -> View:
    """What an address leads to."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    page = int(asked.get("page", "1"))
    match asked.get("mod"):
        case "viewthread":
            return forum.thread_page(int(asked["tid"]), page)
        case "forumdisplay":
            return forum.list_page(int(asked["fid"]), page)
        case "misc":
            return forum.comments_page(int(asked["tid"]), int(asked["pid"]), page)
    return forum.index()


def as_page(view: View, forum: LivingForum) -> Page | None:
    """The facts of a page; ``None`` for a redirect that leads past the end."""
    setup = forum.setup
    version = "X3.4" if setup.counts_comments else "X3.3"
    site = Site(ROOT, "living", version, "utf-8", clock(forum.minute))
    match view:
        case ThreadView():
            return _thread(view, site)
        case ListView():
            return _list(view, site, is_exact=setup.is_exact)
        case IndexView():
            boards = tuple(
                Board(f"board {fid}", str(fid), _board_url(fid), threads=threads)
                for fid, threads in zip(view.fids, view.threads, strict=True)
            )
            return IndexPage(site, boards, is_proved=True)
        case CommentsView():
            said = tuple(map(_comment, view.comments))
            return CommentsPage(site, str(view.tid), str(view.pid), view.page, view.pages, said)
        case Notice():
            return Message(view.reason, "no", site=site, evidence="about_this")  # type: ignore[arg-type]
        case PastEnd():
            return None


def _board_url(fid: int) -> str:
    return f"{ROOT}forum.php?mod=forumdisplay&fid={fid}"


def _thread_url(tid: int) -> str:
    return f"{ROOT}forum.php?mod=viewthread&tid={tid}"


def _moment(minute: int, *, is_exact: bool = True) -> Moment:
    at = clock(minute)
    if is_exact:
        return Moment(at, "minute", "")
    return Moment(at.replace(hour=0, minute=0), "day", "")


def _comment(text: str) -> Comment:
    return Comment("石桥卖花人", "7", text)


def _thread(view: ThreadView, site: Site) -> ThreadPage:
    posts = [_post(post, number, view.opening) for post, number in view.floors]
    return ThreadPage(
        site=site,
        url=_thread_url(view.tid),
        thread_id=str(view.tid),
        headline=view.title,
        category=None,
        board=Board(f"board {view.fid}", str(view.fid)),
        breadcrumbs=(),
        page=view.page,
        pages=view.pages,
        next_url=None,
        views=None,
        replies=view.counter if view.page == 1 else None,
        posts=tuple(posts),
        flags=("closed",) if view.is_closed else (),
        is_reversed=is_reversed(posts),
    )


def _post(post: LivingPost, number: int | None, opening: int) -> Post:
    said = post.comments[::-1]
    return Post(
        id=str(post.pid),
        position=number,
        floor_label=None,
        is_first=post.pid == opening,
        is_pinned_copy=number is None,
        author=Author("石桥卖花人", "7"),
        date=_moment(post.at),
        location=None,
        headline=None,
        body=Body(text=words(post), access="shielded" if post.is_shielded else "visible"),
        comments=tuple(map(_comment, said[:COMMENTS_SHOWN])),
        comments_missing=int(len(said) > COMMENTS_SHOWN),
    )


def _list(view: ListView, site: Site, *, is_exact: bool) -> BoardPage:
    return BoardPage(
        site=site,
        url=_board_url(view.fid),
        board=Board(f"board {view.fid}", str(view.fid)),
        page=view.page,
        pages=view.pages,
        next_url=None,
        rows=tuple(_row(row, is_exact=is_exact) for row in view.rows),
    )


def _row(row: RowView, *, is_exact: bool) -> ThreadRow:
    url = _thread_url(row.tid)
    if row.moved:
        return ThreadRow(str(row.tid), url, row.title, is_moved=True)
    flags = (*(("sticky",) if row.sticky else ()), *(("closed",) if row.is_closed else ()))
    last = _moment(row.last, is_exact=is_exact)
    return ThreadRow(str(row.tid), url, row.title, replies=row.counter, last_post=last, flags=flags)
