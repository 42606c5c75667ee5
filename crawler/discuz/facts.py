"""What a page of a Discuz! forum says, as frozen dataclasses.

What a page does not say is ``None`` (or an empty tuple), never ``""`` and never ``-1``. Ids are
strings, as they stand in the page. Pages are read by `crawler.discuz.read_page`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crawler.discuz.blocks import outer_quotes

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.discuz.blocks import Block

Precision = Literal["second", "minute", "hour", "day"]

Access = Literal[
    "visible",
    "hidden_reply",  # [hide]: shown to those who reply
    "hidden_credits",  # [hide=N]: shown from N credits on
    "paid",  # a thread that has to be bought
    "password",  # [password] posts
    "author_only",  # replies that only the thread's author may read
    "shielded",  # 该帖被管理员或版主屏蔽
    "banned",  # 作者被禁止或删除 内容自动屏蔽
    "no_permission",  # withheld for a reason that the notice does not name
]

Reason = Literal[
    "not_found",
    "login_required",
    "no_permission",
    "password",
    "unknown_notice",
    "site_closed",
    "ip_banned",
    "rate_limited",
    "challenge",
    "blocked",
    "server_error",
    "not_discuz",
    "template_unknown",
    "truncated",
]

# Who gave an answer. ``about_this``: the forum, in known words, about the very thing that was asked
# for. ``forum``: the forum, about something else or in words that are not known. ``other``:
# somebody else (a guard, the server, another host), or nobody.
Evidence = Literal["about_this", "forum", "other"]

# The template that a page was read by. ``site``: the site's own rules; ``part``: floors that came
# by AJAX; ``text``: a page saved as plain text; ``inferred``: no known template, read by the
# structure of the page alone.
Skin = Literal[
    "desktop", "touch", "wap", "archiver", "printable", "album", "part", "site", "text", "inferred"
]

# With what a post was written: ``phone`` where the forum says 来自手机.
SentFrom = Literal["phone"]

Kind = Literal["board", "index", "guide", "space", "portal", "archiver", "printable", "rss"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of time as a page shows it, in its words (``raw``).

    ``value`` has the forum's offset. The page says nothing below ``precision``: these parts are
    zero or, for "8 小时前", what the page's clock gives.
    """

    value: datetime
    precision: Precision
    raw: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a post. A guest or an anonymous member has no id."""

    name: str | None = None
    id: str | None = None
    url: str | None = None
    group: str | None = None
    title: str | None = None
    threads: int | None = None
    posts: int | None = None
    credits: int | None = None
    is_anonymous: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of another post; who wrote them, in which post and when, as far as the quote says.

    ``attribution_raw``: the line that says so, where a name or a date could not be read of it.
    """

    text: str
    author: str | None = None
    post_id: str | None = None
    date: Moment | None = None
    attribution_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the content; ``attachment_id`` where it was uploaded to the forum."""

    url: str
    name: str | None = None
    attachment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file or picture. ``size`` and ``price`` as printed (7.26 KB, 5 金钱).

    ``url`` may be signed for one visitor and one hour; ``id`` stays the same.
    """

    id: str | None
    name: str | None = None
    url: str | None = None
    size: str | None = None
    downloads: int | None = None
    price: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a cell, and where they went: to the text, to a field, or which noise they are."""

    place: str
    words: str
    is_noise: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """What a post's cell holds. ``text`` is rendered from ``blocks``.

    ``earlier_text`` is the text as lines of schema 1.0 have it, where that is another one.

    ``source`` and ``notice`` are lines of an opening post, taken out of ``text``; ``notices`` is
    what the forum says in place of withheld parts. ``attachments_withheld``: how many pictures and
    files it withholds at least; ``access`` is about the words.
    ``unaccounted``: so many visible signs of the cell are neither in the text nor in a field, nor
    are they noise of a plausible size. ``runs``: all its words in reading order, where a page is
    read by `explain_page`.
    """

    text: str = ""
    blocks: tuple[Block, ...] = ()
    earlier_text: str | None = None
    quotes: tuple[Quote, ...] = ()
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    media: tuple[str, ...] = ()
    edited_by: str | None = None
    edited_at: Moment | None = None
    access: Access = "visible"
    notices: tuple[str, ...] = ()
    attachments_withheld: int = 0
    source: str | None = None
    notice: str | None = None
    unaccounted: int = 0
    runs: tuple[Run, ...] = ()

    @property
    def in_reply_to(self) -> str | None:
        """The post that is answered: of the first quote that stands in no other quote.

        What a quoted post quotes was answered by that post.
        """
        return next(filter(None, (quote.post_id for quote in outer_quotes(self.blocks))), None)


@dataclass(frozen=True, slots=True)
class Rating:
    """One 评分: ``scores`` maps the name of a credit to the points given (威望: "+1")."""

    author: str | None
    author_id: str | None
    scores: dict[str, str]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StaffAction:
    """The last thing that staff did with a thread: what, in the forum's words (关闭), who, when.

    Without author where the forum did it itself, at a set time.
    """

    action: str
    author: str | None = None
    date: Moment | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One 点评 below a post, or one entry of a plugin's list of replies to it (楼中楼)."""

    author: str | None
    author_id: str | None
    text: str
    date: Moment | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One floor of a thread as the page shows it.

    ``id``: its number or, on pages that print no numbers (archiver, printable), its place: `p2-4`
    is the fourth of page 2.
    ``position``: the floor's number, from its label or, where the skin prints none, by order.
    ``is_pinned_copy``: a hot or sticky reply that is shown before its turn. Unless its
    label says "来自 3#", only the page of its own floor says its position.
    ``stand``: the side it takes in a debate. ``is_winner``: it won in a rush (抢中本楼).
    ``parts_missing``: how many parts of a long post (`[page]`) the page left out.
    ``comments_missing``: how many comments it left out at least. A page tells that there are more
    than it shows and not how many, which counts as one.
    ``subreplies``: so many of ``comments``, the last ones, stand in a list of a plugin's; of such
    ``subreplies_missing`` cannot be read, or are kept back by the list. They cannot be asked for.
    """

    id: str
    position: int | None
    floor_label: str | None
    is_first: bool
    is_pinned_copy: bool
    author: Author
    date: Moment | None
    location: str | None
    headline: str | None
    body: Body
    ratings: tuple[Rating, ...] = ()
    comments: tuple[Comment, ...] = ()
    likes: int | None = None
    stand: str | None = None
    is_winner: bool = False
    parts_missing: int = 0
    comments_missing: int = 0
    subreplies: int = 0
    subreplies_missing: int = 0
    sent_from: SentFrom | None = None

    @property
    def comments_left_out(self) -> int:
        """How many comments its page leaves out at least, those of plugins included."""
        return self.comments_missing + self.subreplies_missing

    @property
    def number(self) -> str | None:
        """The forum's own number of the post (`pid`), where the page shows it."""
        return self.id if self.id.isdigit() else None


def place_id(page: int, place: int) -> str:
    """The id of a post whose number the page does not show.

    >>> place_id(2, 4)
    'p2-4'
    """
    return f"p{page}-{place}"


@dataclass(frozen=True, slots=True)
class Board:
    """A board; ``threads`` is how many it has by its counter, where a list or an index tells.

    An index counts those of its sub-boards as well (`forum_index.php`), its own list does not.
    """

    name: str | None
    id: str | None
    url: str | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of a forum says about the forum and about itself.

    ``clock`` is the time in the footer. ``member_id`` is the visitor's number: "0" is a guest,
    ``None`` where the page does not say it.
    """

    root: str
    name: str | None
    discuz_version: str | None
    encoding: str
    clock: datetime | None
    member_id: str | None = None

    @property
    def counts_comments(self) -> bool | None:
        """Whether comments (点评) are counted among a thread's replies, by the forum's version.

        X3.4 shows both together (`allreplies` in `viewthread.htm`), X3.3 the replies alone.

        >>> [Site("", None, said, "", None).counts_comments for said in ("X2.5", "X3.5", None)]
        [False, True, None]
        """
        return self.discuz_version >= "X3.4" if self.discuz_version else None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One page of a thread, its posts in page order, each once.

    ``thread_id``: all pages have it but plain text. ``next_url``: what 下一页 links to.
    ``special``: facts of a poll, reward, trade …; ``type_options``: those of 分类信息.
    ``is_filtered``: only some authors' posts (`authorid=`). ``is_reversed``: newest first.
    ``is_truncated``: the page was cut off; only posts that were whole are there.
    ``places``: by which marks its parts were found (`crawler.discuz.page.traits`).
    """

    site: Site
    url: str
    thread_id: str | None
    headline: str | None
    category: str | None
    board: Board | None
    breadcrumbs: tuple[Crumb, ...]
    page: int
    pages: int
    next_url: str | None
    views: int | None
    replies: int | None
    posts: tuple[Post, ...]
    flags: tuple[str, ...] = ()
    staff_action: StaffAction | None = None
    tags: tuple[str, ...] = ()
    favorites: int | None = None
    special: dict[str, object] | None = None
    type_options: dict[str, str] | None = None
    is_filtered: bool = False
    is_reversed: bool = False
    is_truncated: bool = False
    skin: Skin = "desktop"
    places: tuple[str, ...] = ()

    @property
    def comments_shown(self) -> int:
        """How many comments its posts show; X3.4 and X3.5 count them among the replies."""
        return sum(len(post.comments) for post in self.posts)

    @property
    def comments_missing(self) -> int:
        """How many comments its posts leave out at least."""
        return sum(post.comments_missing for post in self.posts)


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """A page of the comments on one post, as the link to more of them brings it (AJAX).

    ``page`` may lie behind the last of ``pages``, where comments are gone: it is empty then.
    """

    site: Site
    thread_id: str
    post_id: str
    page: int
    pages: int
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread as a board's list shows it.

    ``last_post`` is the time of the last reply, ``last_author`` its author. What the list does not
    tell is ``None``: without ``replies`` and ``last_post`` nothing shows whether it changed.
    ``is_moved``: the row is what a moved thread left behind; ``thread_id`` is then the thread that
    it leads to.
    """

    thread_id: str
    url: str
    headline: str
    category: str | None = None
    author: Author | None = None
    date: Moment | None = None
    replies: int | None = None
    views: int | None = None
    last_post: Moment | None = None
    last_author: str | None = None
    flags: tuple[str, ...] = ()
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of a board's list of threads, in the order of the page.

    ``pages`` is what the pager promises, ``pages_shown`` how many of them Discuz shows, where the
    pager tells (1,000 at most, by default); for a page behind the last one it sends page 1
    (`forumdisplay.php`). ``boards`` are its sub-boards.
    ``rows_unread``: so many rows are threads by their markup, and which ones cannot be told.
    ``types``, ``orders`` and ``filters``: the values of `typeid=`, `orderby=` and `filter=` by
    which the page offers to list the board. ``places`` as in `ThreadPage`.
    """

    site: Site
    url: str
    board: Board
    page: int
    pages: int
    next_url: str | None
    rows: tuple[ThreadRow, ...]
    boards: tuple[Board, ...] = ()
    pages_shown: int | None = None
    rows_unread: int = 0
    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    is_truncated: bool = False
    skin: Skin = "desktop"
    places: tuple[str, ...] = ()

    @property
    def threads(self) -> int | None:
        """How many threads the board has, by its own counter."""
        return self.board.threads


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The index of a forum, or of one category: its boards in the order of the page.

    ``is_proved``: the page calls itself the index of the forum. The front page of a portal may link
    to some boards as well.
    """

    site: Site
    boards: tuple[Board, ...]
    is_truncated: bool = False
    is_proved: bool = False


@dataclass(frozen=True, slots=True)
class NewsPage:
    """A page of a list of new threads of all boards: the guide (导读) or a feed."""

    site: Site
    rows: tuple[ThreadRow, ...]
    page: int
    pages: int
    next_url: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """A page that holds no thread, and why. ``text`` is what it says, shortened.

    ``evidence``: who says it, and whether it is about what was asked for.
    ``required_level``: the reading permission that the thread asks for (阅读权限).
    """

    reason: Reason
    text: str | None = None
    required_level: int | None = None
    login_offered: bool = False
    site: Site | None = None
    thread_id: str | None = None
    evidence: Evidence = "other"


@dataclass(frozen=True, slots=True)
class OtherPage:
    """A page of a known kind that holds no threads or boards, or none that could be read."""

    kind: Kind
    site: Site


Page = ThreadPage | CommentsPage | BoardPage | IndexPage | NewsPage | Message | OtherPage
