"""What is published: one dataclass for each kind of line.

Each class is a plain Scrapy item: its fields, in this order, are the keys of the JSON lines, and
it holds nothing else. An absent fact (``None``, an empty list) is left out of the line.
`docs/schema/` is generated from here.
"""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Literal, NewType, NotRequired, TypedDict

from crawler.discuz import facts
from crawler.items.reasons import Reason

SCHEMA_VERSION = "1.0"

Record = dict[str, Any]
Date = NewType("Date", str)
"""ISO 8601 with offset."""
Url = NewType("Url", str)


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
    path: NotRequired[str]
    sha256: NotRequired[str]
    refusal: NotRequired[Reason]


class Attachment(TypedDict, total=False):
    id: str
    name: str
    url: Url
    size: str
    downloads: int
    price: str
    description: str
    path: str
    sha256: str
    refusal: Reason


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


@dataclass(kw_only=True)
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

    def __post_init__(self) -> None:
        self.item_type = self.kind

    @classmethod
    @cache
    def field_names(cls) -> tuple[str, ...]:
        """The keys of a line of this kind, in their order."""
        return tuple(spec.name for spec in fields(cls))


@dataclass(kw_only=True)
class Post(Line):
    """One reply. Without text where it has no words (a smiley, a picture) or they are withheld."""

    kind = "post"

    thread_id: str | None = None
    post_id: str | None = None
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
    access: facts.Access | None = None
    access_notices: list[str] = field(default_factory=list)
    parts_missing: int | None = None
    discuz_version: str | None = None
    skin: facts.Skin | None = None
    encoding: str | None = None
    content_hash: str = ""
    is_deleted: bool | None = None


@dataclass(kw_only=True)
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
    # set by snapshots only: a thread's coverage is known when its reading ends
    coverage: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Refusal(Line):
    """An address that gave no article and no posts, and why; ``is_deleted`` once it does."""

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
    is_deleted: bool | None = None


@dataclass(kw_only=True)
class Coverage(Line):
    """How complete the reading of a thread was, written when it ends.

    What may explain that fewer were captured than the thread's counter says: ``posts_deleted`` were
    there before, ``posts_waiting`` are counted and shown on no page. ``posts_shielded`` are
    captured without the words that staff keeps from everybody.
    """

    kind = "coverage"

    thread_id: str
    status: Literal["complete", "partial", "unknown"]
    posts_expected: int | None = None
    posts_captured: int
    pages_expected: int | None = None
    pages_captured: int
    missing_positions: list[int] = field(default_factory=list)
    posts_deleted: int | None = None
    posts_waiting: int | None = None
    posts_shielded: int | None = None
    run_id: str


KINDS: dict[str, type[Line]] = {kind.kind: kind for kind in (Article, Post, Refusal, Coverage)}


def to_json(line: Line) -> Record:
    """Serialise to JSON, leaving out absent facts; keys are in the order of the fields."""
    return {name: value for name in line.field_names() if is_present(value := getattr(line, name))}


def is_present(value: object) -> bool:
    """Whether a field holds a fact: ``None`` and empty texts, lists and dicts are none."""
    return value is not None and value not in ("", [], {})
