"""What is published: one dataclass for each kind of line.

Each class is a plain Scrapy item: its fields, in this order, are the keys of the JSON lines, and
it holds nothing else. An absent fact (``None``, an empty list) is left out of the line.
`docs/schema/` is generated from here. Each field is marked with what it may tell of people
(`crawler.items.marks`); one without a mark is not published where names are redacted.
"""

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, NewType, NotRequired, TypedDict

from crawler.discuz import facts
from crawler.items.marks import Free, Html, Label, Mark, Member, Name, Title, Words
from crawler.items.reasons import Reason

SCHEMA_VERSIONS = ("1.0", "1.1")
SCHEMA_VERSION = SCHEMA_VERSIONS[-1]

Record = dict[str, Any]
Date = NewType("Date", str)
"""ISO 8601 with offset."""
Url = NewType("Url", str)
Address = Annotated[Url, Mark.ADDRESS]


class Author(TypedDict, total=False):
    name: Name
    id: Member[str]
    url: Member[Url]
    group: Label
    title: Title
    threads: Member[int]
    posts: Member[int]
    credits: Member[int]
    is_anonymous: Free[bool]
    is_deleted: Free[bool]


class Quote(TypedDict):
    text: NotRequired[Words]
    author: NotRequired[Name]
    post_id: NotRequired[Free[str]]
    date: NotRequired[Free[Date]]
    date_precision: NotRequired[Free[facts.Precision]]
    # names somebody, often nobody else on the page: no other name would hide that one
    attribution_raw: NotRequired[Title]


class Image(TypedDict):
    url: Address
    name: NotRequired[Words]
    attachment_id: NotRequired[Free[str]]
    path: NotRequired[Free[str]]
    sha256: NotRequired[Free[str]]
    refusal: NotRequired[Free[Reason]]


class Attachment(TypedDict, total=False):
    id: Free[str]
    name: Words
    url: Address
    size: Free[str]
    downloads: Free[int]
    price: Label
    description: Words
    path: Free[str]
    sha256: Free[str]
    refusal: Free[Reason]


class Link(TypedDict):
    url: Address
    text: Words


class Rating(TypedDict):
    author: NotRequired[Name]
    author_id: NotRequired[Member[str]]
    scores: NotRequired[dict[Label, Label]]
    reason: NotRequired[Words]


class Comment(TypedDict):
    author: NotRequired[Name]
    author_id: NotRequired[Member[str]]
    text: NotRequired[Words]
    date: NotRequired[Free[Date]]
    date_precision: NotRequired[Free[facts.Precision]]


class StaffAction(TypedDict):
    """``author`` is staff of the forum, named in public, and a person all the same."""

    action: Label
    author: NotRequired[Name]
    date: NotRequired[Free[Date]]
    date_precision: NotRequired[Free[facts.Precision]]


class Board(TypedDict, total=False):
    name: Label
    id: Free[str]
    url: Address


class Crumb(TypedDict):
    name: Label
    url: Address


class Option(TypedDict, total=False):
    """A choice of a poll, or a side of a debate."""

    text: Words
    votes: Free[int]


class BestAnswer(TypedDict, total=False):
    post_id: Free[str]
    author: Name
    author_id: Member[str]
    text: Words


class Goods(TypedDict, total=False):
    post_id: Free[str]
    name: Words
    price: Label
    list_price: Label
    facts: dict[Label, Words]


class Special(TypedDict, total=False):
    """What is known of ``special``; all else that may stand in it is marked as words."""

    kind: Free[str]
    is_multiple: Free[bool]
    max_choices: Free[int]
    voters: Free[int]
    is_closed: Free[bool]
    options: list[Option]
    price: Free[int]
    credit: Label
    is_solved: Free[bool]
    best_answer: BestAnswer
    items: list[Goods]
    facts: dict[Label, Words]
    affirmative: Option
    negative: Option
    ends_at: Label
    umpire: Name
    rule: Words


@dataclass(kw_only=True)
class Line:
    """What every line has."""

    kind: ClassVar[str]

    item_type: Free[str] = ""
    schema_version: Free[str] = SCHEMA_VERSION
    item_id: Free[str]
    version: Free[int] = 1
    site: Free[str]
    url: Free[Url]
    fetched_at: Free[Date]

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

    thread_id: Free[str] | None = None
    post_id: Free[str] | None = None
    position: Free[int] | None = None
    floor_label: Label | None = None
    headline: Words | None = None
    author: Annotated[Author, Mark.PERSON] | None = None
    date_published: Free[Date] | None = None
    date_published_raw: Words | None = None
    date_precision: Free[facts.Precision] | None = None
    date_modified: Free[Date] | None = None
    edited_by: Name | None = None
    location: Label | None = None
    sent_from: Free[facts.SentFrom] | None = None
    text: Words | None = None
    text_html: Html | None = None
    quotes: list[Quote] = field(default_factory=list)
    in_reply_to: Free[str] | None = None
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    media: list[Address] = field(default_factory=list)
    likes: Free[int] | None = None
    stand: Label | None = None
    is_winner: Free[bool] | None = None
    ratings: list[Rating] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    comments_missing: Free[int] | None = None
    access: Free[facts.Access] | None = None
    access_notices: list[Words] = field(default_factory=list)
    attachments_withheld: Free[int] | None = None
    parts_missing: Free[int] | None = None
    discuz_version: Free[str] | None = None
    skin: Free[facts.Skin] | None = None
    encoding: Free[str] | None = None
    content_hash: Free[str] = ""
    is_deleted: Free[bool] | None = None


@dataclass(kw_only=True)
class Article(Post):
    """The opening post and its thread."""

    kind = "article"

    category: Label | None = None
    board: Board | None = None
    breadcrumbs: list[Crumb] = field(default_factory=list)
    site_name: Label | None = None
    source: Words | None = None
    notice: Words | None = None
    tags: list[Label] = field(default_factory=list)
    views: Free[int] | None = None
    replies: Free[int] | None = None
    favorites: Free[int] | None = None
    flags: list[Free[str]] = field(default_factory=list)
    staff_action: StaffAction | None = None
    special: Annotated[dict[str, Any], Special] | None = None
    type_options: dict[Label, Words] | None = None
    # set by snapshots only: a thread's coverage is known when its reading ends
    coverage: Free[dict[str, Any]] | None = None


@dataclass(kw_only=True)
class Refusal(Line):
    """An address that gave no article and no posts, and why; ``is_deleted`` once it does."""

    kind = "refusal"

    reason: Free[Reason]
    evidence: Free[facts.Evidence] | None = None
    required_level: Free[int] | None = None
    login_offered: Free[bool] | None = None
    status: Free[int] | None = None
    message_raw: Words | None = None
    retriable: Free[bool] = False
    attempts: Free[int] = 1
    thread_id: Free[str] | None = None
    board_id: Free[str] | None = None
    page: Free[int] | None = None
    is_deleted: Free[bool] | None = None


Gap = Literal[
    "pages_not_shown",
    "rows_unread",
    "list_empty",
    "page_refused",
    "limited_by_options",
    "not_finished",
    "threads_not_listed",
    "threads_refused",
    "threads_waiting",
]
"""Why a board is not complete."""


@dataclass(kw_only=True)
class Coverage(Line):
    """How complete the reading of a thread or of a board was, written when it ends.

    A thread's line has ``thread_id``. What may explain that fewer were captured than the thread's
    counter says: ``posts_deleted`` were there before, ``posts_waiting`` are counted and shown on no
    page. ``posts_shielded`` are captured without the words that staff keeps from everybody.

    A board's line has ``board_id``; its pages are those of its list, ``reasons`` is why the rest
    cannot be reached.

    The line of a range of thread numbers has ``threads_range``; ``threads_missing`` of its numbers
    are of no thread.
    """

    kind = "coverage"

    thread_id: Free[str] | None = None
    board_id: Free[str] | None = None
    board_name: Label | None = None
    threads_range: Free[str] | None = None
    status: Free[Literal["complete", "partial", "unknown"]]
    posts_expected: Free[int] | None = None
    posts_captured: Free[int] | None = None
    threads_expected: Free[int] | None = None
    threads_listed: Free[int] | None = None
    threads_read: Free[int] | None = None
    threads_refused: Free[int] | None = None
    threads_missing: Free[int] | None = None
    pages_expected: Free[int] | None = None
    pages_captured: Free[int] | None = None
    rows_unread: Free[int] | None = None
    reasons: list[Free[Gap]] = field(default_factory=list)
    missing_positions: list[Free[int]] = field(default_factory=list)
    posts_deleted: Free[int] | None = None
    posts_waiting: Free[int] | None = None
    posts_shielded: Free[int] | None = None
    run_id: Free[str]


KINDS: dict[str, type[Line]] = {kind.kind: kind for kind in (Article, Post, Refusal, Coverage)}


def to_json(line: Line) -> Record:
    """Serialise to JSON, leaving out absent facts; keys are in the order of the fields."""
    return {name: value for name in line.field_names() if is_present(value := getattr(line, name))}


def is_present(value: object) -> bool:
    """Whether a field holds a fact: ``None`` and empty texts, lists and dicts are none."""
    return value is not None and value not in ("", [], {})
