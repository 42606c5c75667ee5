"""What is published: one class for each kind of line, and how a page becomes lines.

The dataclasses are Scrapy items; their fields, in this order, are the keys of the JSON lines. An
absent fact (``None``, an empty list) is left out of the line. `docs/schema/` is generated from
here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, NewType, NotRequired, TypedDict, get_args

from crawler.discuz import facts, urls

SCHEMA_VERSION = "1.0"

Record = dict[str, Any]
Date = NewType("Date", str)
"""ISO 8601 with offset."""
Url = NewType("Url", str)

# What the core tells from a page, and what only the crawl can know.
Reason = facts.Reason | Literal["too_large", "robots_disallowed", "off_site", "unreachable"]
REASONS: tuple[str, ...] = tuple(
    reason for part in get_args(Reason) for reason in (get_args(part) or (part,))
)
# Refusals that may be gone the next time, without anybody doing anything.
RETRIABLE: frozenset[str] = facts.RETRIABLE | {"unreachable"}

# Refusals that are an answer: what was asked for is not there, or not for us.
DEFINITE: frozenset[str] = frozenset({"not_found", "login_required", "no_permission", "password"})


class Author(TypedDict, total=False):
    name: str
    id: str
    url: Url
    group: str
    title: str
    threads: int
    posts: int
    credits: int
    is_anonymous: bool
    is_deleted: bool


class Quote(TypedDict):
    text: NotRequired[str]
    author: NotRequired[str]
    post_id: NotRequired[str]
    date: NotRequired[Date]


class Image(TypedDict):
    url: Url
    name: NotRequired[str]
    attachment_id: NotRequired[str]


class Attachment(TypedDict, total=False):
    id: str
    name: str
    url: Url
    size: str
    downloads: int
    price: str
    description: str


class Link(TypedDict):
    url: Url
    text: str


class Rating(TypedDict):
    author: NotRequired[str]
    author_id: NotRequired[str]
    scores: NotRequired[dict[str, str]]
    reason: NotRequired[str]


class Comment(TypedDict):
    author: NotRequired[str]
    author_id: NotRequired[str]
    text: NotRequired[str]
    date: NotRequired[Date]


class Board(TypedDict, total=False):
    name: str
    id: str
    url: Url


class Crumb(TypedDict):
    name: str
    url: Url


@dataclass(frozen=True, eq=False)
class Batch:
    """The lines of one page, which are stored in one go; ``size`` is how many there are."""

    size: int = 1


_INTERNAL = {"published": False}


@dataclass(kw_only=True, eq=False)
class Line:
    """What every line has."""

    kind: ClassVar[str]

    item_type: str = ""
    schema_version: str = SCHEMA_VERSION
    item_id: str
    version: int = 1
    site: str
    url: Url
    fetched_at: Date
    batch: Batch = field(default_factory=Batch, repr=False, compare=False, metadata=_INTERNAL)
    problems: list[str] = field(default_factory=list, repr=False, compare=False, metadata=_INTERNAL)

    def __post_init__(self) -> None:
        self.item_type = self.kind


@dataclass(kw_only=True, eq=False)
class Post(Line):
    """One reply. Without text where it has no words (a smiley, a picture) or they are withheld."""

    kind = "post"

    thread_id: str
    post_id: str
    position: int | None = None
    floor_label: str | None = None
    headline: str | None = None
    author: Author | None = None
    date_published: Date | None = None
    date_published_raw: str | None = None
    date_precision: facts.Precision | None = None
    date_modified: Date | None = None
    edited_by: str | None = None
    location: str | None = None
    text: str | None = None
    quotes: list[Quote] = field(default_factory=list)
    in_reply_to: str | None = None
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    media: list[Url] = field(default_factory=list)
    likes: int | None = None
    stand: str | None = None
    is_winner: bool | None = None
    ratings: list[Rating] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    access: facts.Access = "visible"
    access_notices: list[str] = field(default_factory=list)
    discuz_version: str | None = None
    skin: Literal["desktop"] | None = None
    encoding: str | None = None
    content_hash: str = ""
    is_deleted: bool | None = None


@dataclass(kw_only=True, eq=False)
class Article(Post):
    """The opening post and its thread."""

    kind = "article"

    category: str | None = None
    board: Board | None = None
    breadcrumbs: list[Crumb] = field(default_factory=list)
    site_name: str | None = None
    source: str | None = None
    notice: str | None = None
    tags: list[str] = field(default_factory=list)
    views: int | None = None
    replies: int | None = None
    favorites: int | None = None
    flags: list[str] = field(default_factory=list)
    special: dict[str, Any] | None = None
    type_options: dict[str, str] | None = None


@dataclass(kw_only=True, eq=False)
class Refusal(Line):
    """An address that gave no article and no posts, and why."""

    kind = "refusal"

    reason: Reason
    required_level: int | None = None
    login_offered: bool | None = None
    status: int | None = None
    message_raw: str | None = None
    retriable: bool = False
    attempts: int = 1
    thread_id: str | None = None
    board_id: str | None = None
    page: int | None = None


@dataclass(kw_only=True, eq=False)
class Coverage(Line):
    """How complete the reading of a thread was, written when it ends."""

    kind = "coverage"

    thread_id: str
    status: Literal["complete", "partial", "unknown"]
    posts_expected: int | None = None
    posts_captured: int
    pages_expected: int | None = None
    pages_captured: int
    missing_positions: list[int] = field(default_factory=list)
    run_id: str


KINDS: dict[str, type[Line]] = {kind.kind: kind for kind in (Article, Post, Refusal, Coverage)}

# What a new version is made of. Counters and shifted floors are not in it, nor addresses that are
# signed for the hour.
_HASHED = (
    "headline",
    "text",
    "quotes",
    "links",
    "media",
    "access",
    "source",
    "notice",
    "category",
    "board",
    "tags",
    "type_options",
    "edited_by",
    "date_modified",
)


def to_record(line: Line) -> Record:
    """The line as it is written: absent facts left out, in the order of the fields."""
    return {
        spec.name: value
        for spec in fields(line)
        if spec.metadata.get("published", True)
        and (value := getattr(line, spec.name)) not in (None, "", [], {})
    }


def post_lines(
    page: facts.ThreadPage, posts: Iterable[facts.Post], fetched_at: datetime
) -> Iterator[Post]:
    """The lines of some of a page's posts: an `Article` for the opening post."""
    for post in posts:
        yield _post(page, post, fetched_at)


def refusal_line(
    reason: Reason,
    *,
    url: str,
    fetched_at: datetime,
    message: facts.Message | None = None,
    thread_id: str | None = None,
    **more: Any,
) -> Refusal:
    """The line of a refusal; ``message`` is what the page said, where there was one."""
    root = message.site.root if message and message.site else urls.forum_root(url, None)
    site = urls.site_of(root)
    url = urls.without_fragment(url)
    thread_id = thread_id or (message.thread_id if message else None)
    page = more.get("page")
    return Refusal(
        item_id=f"{site}:refusal:{thread_id or url}" + (f":{page}" if page else ""),
        site=site,
        url=Url(url),
        fetched_at=_stamp(fetched_at),
        reason=reason,
        retriable=reason in RETRIABLE,
        required_level=message.required_level if message else None,
        login_offered=(message.login_offered or None) if message else None,
        message_raw=more.pop("message_raw", None) or (message.text if message else None),
        thread_id=thread_id,
        **more,
    )


def coverage_line(page: facts.ThreadPage, fetched_at: datetime, **more: Any) -> Coverage:
    """The line of a thread's coverage; ``more`` are the counts."""
    site = urls.site_of(page.site.root)
    return Coverage(
        item_id=f"{site}:{page.thread_id}:coverage",
        site=site,
        url=Url(page.url),
        fetched_at=_stamp(fetched_at),
        thread_id=page.thread_id,
        **more,
    )


def _post(page: facts.ThreadPage, post: facts.Post, fetched_at: datetime) -> Post:
    site = urls.site_of(page.site.root)
    body = post.body
    common: Record = {
        "item_id": f"{site}:{page.thread_id}:{post.id}",
        "site": site,
        "url": page.url,
        "fetched_at": _stamp(fetched_at),
        "thread_id": page.thread_id,
        "post_id": post.id,
        "position": post.position,
        "floor_label": post.floor_label,
        "headline": post.headline,
        "author": _record(post.author),
        "date_modified": body.edited_at.value.isoformat() if body.edited_at else None,
        "edited_by": body.edited_by,
        "location": post.location,
        "text": body.text,
        "quotes": [_record(quote) for quote in body.quotes],
        "in_reply_to": next((quote.post_id for quote in body.quotes if quote.post_id), None),
        "images": [_record(image) for image in body.images],
        "attachments": [_record(attachment) for attachment in body.attachments],
        "links": [_record(link) for link in body.links],
        "media": list(body.media),
        "likes": post.likes,
        "stand": post.stand,
        "is_winner": post.is_winner or None,
        "ratings": [_record(rating) for rating in post.ratings],
        "comments": [_record(comment) for comment in post.comments],
        "access": body.access,
        "access_notices": list(body.notices),
        "discuz_version": page.site.discuz_version,
        "skin": "desktop",
        "encoding": page.site.encoding,
    }
    if post.date:
        common["date_published"] = post.date.value.isoformat()
        common["date_published_raw"] = post.date.raw
        common["date_precision"] = post.date.precision
    line = Article(**common, **_thread(page, body)) if post.is_first else Post(**common)
    if isinstance(line, Article):
        line.headline = page.headline
    else:
        line.url = Url(f"{urls.thread_url(page.site.root, page.thread_id)}#pid{post.id}")
    line.content_hash = content_hash(line)
    return line


def _thread(page: facts.ThreadPage, body: facts.Body) -> Record:
    return {
        "category": page.category,
        "board": _record(page.board) if page.board else None,
        "breadcrumbs": [_record(crumb) for crumb in page.breadcrumbs],
        "site_name": page.site.name,
        "source": body.source,
        "notice": body.notice,
        "tags": list(page.tags),
        "views": page.views,
        "replies": page.replies,
        "favorites": page.favorites,
        "flags": list(page.flags),
        "special": page.special and _plain(page.special),
        "type_options": page.type_options,
    }


def content_hash(line: Post) -> str:
    """A hash of what the author wrote and staff may change: what a new version is told by."""
    said = {name: getattr(line, name, None) for name in _HASHED}
    said["attachments"] = [
        {name: value for name, value in attachment.items() if name in ("id", "name")}
        for attachment in line.attachments
    ]
    said["images"] = [image.get("attachment_id") or image["url"] for image in line.images]
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _record(value: Any) -> Record:
    """A fact as JSON has it: absent parts left out, moments as ISO 8601."""
    record: Record = {}
    for spec in fields(value):
        part = getattr(value, spec.name)
        if isinstance(part, facts.Moment):
            record[spec.name] = part.value.isoformat()
        elif part is not None and part is not False and part not in ("", {}):
            record[spec.name] = part
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part not in (None, [], {})}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def _stamp(moment: datetime) -> Date:
    return Date(moment.astimezone(UTC).isoformat(timespec="seconds"))
