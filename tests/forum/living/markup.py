"""The pages of a living forum as Discuz would send them: what `views.py` tells as facts, as HTML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.forum import comments
from tests.forum.desktop import Floor, Look, Thread, message
from tests.forum.lists import Listing, Row, forum_index
from tests.forum.living.forum import (
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
from tests.forum.living.views import clock, view_of
from tests.forum.obstacles import HTML, Sent

ROBOTS = "User-agent: *\nDisallow: /member.php\n"
_SAYS = {
    "not_found": "抱歉，指定的主题不存在或已被删除或正在被审核",
    "no_permission": "抱歉，您没有权限访问该版块",
}
_SHIELDED = '<div class="locked">提示: <em>该帖被管理员或版主屏蔽</em></div>'
_CLOSED = '<img src="static/image/common/locked.gif" title="关闭" />'


class LivingPages(dict[str, Any]):
    """The pages of a living forum, each made when it is asked for, in place of those of a `Forum`.

    ``before`` is called before each of them; ``view`` gives what an address leads to.
    """

    def __init__(
        self,
        forum: LivingForum,
        root: str,
        before: Callable[[str], None] = lambda _: None,
        view: Callable[[str], View] | None = None,
    ) -> None:
        super().__init__()
        self.forum, self.root, self.before = forum, root, before
        self.view = view or (lambda url: view_of(forum, url))

    def get(self, path: str, default: Any = None) -> Any:
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, ROBOTS.encode()
        self.before(path)
        url = self.root.rstrip("/") + path
        return sent(self.view(url), self.forum, url, self.root)


def sent(view: View, forum: LivingForum, url: str, root: str) -> Sent:
    """The answer that a view is sent as."""
    setup = forum.setup
    version = "X3.4" if setup.counts_comments else "X3.3"
    look = Look(version=version, host=root, clock=f"GMT+8, {_minute(forum.minute)}")
    match view:
        case ThreadView():
            return _page(str(_thread(view, look)))
        case ListView():
            return _page(str(_list(view, look, is_exact=setup.is_exact)))
        case IndexView():
            return _page(forum_index([(fid, f"board {fid}") for fid in view.fids], look))
        case CommentsView():
            # oldest first, with those of other pages in their places
            said = view.all[::-1]
            answer = comments.more(view.tid, view.pid, said, view.page)
            return 200, comments.XML, answer.encode()
        case Notice():
            text = _SAYS[view.reason]
            if "inajax" in url:
                return 200, comments.XML, comments.notice(text).encode()
            return _page(message(text, look=look))
        case PastEnd():
            tid = url.partition("tid=")[2].partition("&")[0]
            target = f"{root}forum.php?mod=redirect&tid={tid}&goto=lastpost"
            return 302, {"Location": target}, b""


def _page(text: str) -> Sent:
    return 200, HTML, text.encode()


def _minute(minute: int) -> str:
    return _written(clock(minute), "%H:%M")


def _written(at: datetime, time: str) -> str:
    return f"{at.year}-{at.month}-{at.day} {at:{time}}".strip()


def _thread(view: ThreadView, look: Look) -> Thread:
    return Thread(
        [_floor(post, number, view) for post, number in view.floors],
        tid=view.tid,
        fid=view.fid,
        title=view.title,
        category=None,
        replies=view.counter,
        page=view.page,
        pages=view.pages,
        icons=_CLOSED * view.is_closed,
        look=look,
    )


def _floor(post: LivingPost, number: int | None, view: ThreadView) -> Floor:
    is_opening = post.pid == view.opening
    label = "推荐" if number is None else f"<em>{number}</em><sup>#</sup>"
    return Floor(
        post.pid,
        _SHIELDED if post.is_shielded else words(post),
        author="石桥卖花人",
        uid=7,
        date=_written(clock(post.at), "%H:%M:%S"),
        label="楼主" if is_opening else label,
        first=is_opening,
        comments=comments.box(view.tid, post.pid, post.comments),
    )


def _list(view: ListView, look: Look, *, is_exact: bool) -> Listing:
    rows = [_row(row, is_exact=is_exact) for row in view.rows]
    name = f"board {view.fid}"
    return Listing(rows, fid=view.fid, name=name, page=view.page, pages=view.pages, look=look)


def _row(row: RowView, *, is_exact: bool) -> Row:
    last = _written(clock(row.last), "%H:%M" if is_exact else "")
    if row.moved:
        return Row(900 + row.tid, row.title, "-", "-", last, moved_to=row.tid)
    return Row(row.tid, row.title, row.counter, 7, last, sticky=row.sticky, closed=row.is_closed)
