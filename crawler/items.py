"""What is published: one class for each kind of line, and how a page becomes lines.

The dataclasses are Scrapy items; their fields, in this order, are the keys of the JSON lines. An
absent fact (``None``, an empty list) is left out of the line. `docs/schema/` is generated from
here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, get_args

from crawler.discuz import facts, urls

SCHEMA_VERSION = "1.0"

# Refusals that the core never sees, because no page came.
Reason = Literal[
    facts.Reason,
    "too_large",
    "robots_disallowed",
    "off_site",
    "unreachable",
]
REASONS: frozenset[str] = frozenset(get_args(facts.Reason)) | {
    "too_large",
    "robots_disallowed",
    "off_site",
    "unreachable",
}
RETRIABLE: frozenset[str] = frozenset(
    {
        "site_closed",
        "rate_limited",
        "challenge",
        "server_error",
        "truncated",
        "unreachable",
    }
)
ACCESS: frozenset[str] = frozenset(get_args(facts.Access))
PRECISIONS: frozenset[str] = frozenset(get_args(facts.Precision))
COVERAGE: frozenset[str] = frozenset({"complete", "partial", "unknown"})

Record = dict[str, Any]


@dataclass(kw_only=True)
class Line:
    """What every line has."""

    kind: ClassVar[str]

    item_type: str = ""
    schema_version: str = SCHEMA_VERSION
    item_id: str
    version: int = 1
    site: str
    url: str
    fetched_at: str

    def __post_init__(self) -> None:
        self.item_type = self.kind


@dataclass(kw_only=True)
class Post(Line):
    """One reply."""

    kind = "post"

    thread_id: str
    post_id: str
    position: int | None = None
    floor_label: str | None = None
    headline: str | None = None
    author: Record | None = None
    date_published: str | None = None
    date_published_raw: str | None = None
    date_precision: str | None = None
    date_modified: str | None = None
    edited_by: str | None = None
    location: str | None = None
    text: str = ""
    quotes: list[Record] = field(default_factory=list)
    in_reply_to: str | None = None
    images: list[Record] = field(default_factory=list)
    attachments: list[Record] = field(default_factory=list)
    links: list[Record] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    likes: int | None = None
    stand: str | None = None
    is_winner: bool | None = None
    ratings: list[Record] = field(default_factory=list)
    comments: list[Record] = field(default_factory=list)
    access: str = "visible"
    access_notices: list[str] = field(default_factory=list)
    discuz_version: str | None = None
    skin: str | None = None
    encoding: str | None = None
    content_hash: str = ""
    is_deleted: bool | None = None


@dataclass(kw_only=True)
class Article(Post):
    """The opening post and its thread."""

    kind = "article"

    category: str | None = None
    board: Record | None = None
    breadcrumbs: list[Record] = field(default_factory=list)
    site_name: str | None = None
    source: str | None = None
    notice: str | None = None
    tags: list[str] = field(default_factory=list)
    views: int | None = None
    replies: int | None = None
    favorites: int | None = None
    flags: list[str] = field(default_factory=list)
    special: Record | None = None
    type_options: Record | None = None


@dataclass(kw_only=True)
class Refusal(Line):
    """An address that gave no article and no posts, and why."""

    kind = "refusal"

    reason: str
    required_level: int | None = None
    login_offered: bool | None = None
    status: int | None = None
    message_raw: str | None = None
    retriable: bool = False
    attempts: int = 1
    thread_id: str | None = None
    board_id: str | None = None
    page: int | None = None


@dataclass(kw_only=True)
class Coverage(Line):
    """How complete the reading of a thread was, written when it ends."""

    kind = "coverage"

    thread_id: str
    status: str
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
    "images",
    "links",
    "media",
    "access",
    "source",
    "notice",
    "category",
    "board",
    "tags",
    "special",
    "type_options",
    "edited_by",
    "date_modified",
)


def to_record(line: Line) -> Record:
    """The line as it is written: absent facts left out, in the order of the fields."""
    return {
        spec.name: value
        for spec in fields(line)
        if (value := getattr(line, spec.name)) not in (None, "", [], {})
    }


def post_lines(page: facts.ThreadPage, fetched_at: datetime) -> Iterator[Post]:
    """The lines of a page's posts, in page order: an `Article` for the opening post."""
    for post in page.posts:
        yield _post(page, post, fetched_at)


def refusal_line(
    reason: str,
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
    thread_id = thread_id or (message.thread_id if message else None)
    page = more.get("page")
    return Refusal(
        item_id=f"{site}:refusal:{thread_id or url}" + (f":{page}" if page else ""),
        site=site,
        url=url,
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
        url=page.url,
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
        line.url = f"{urls.thread_url(page.site.root, page.thread_id)}#pid{post.id}"
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


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
