"""The lines of one page on their way through the item pipelines.

Items are facts and carry nothing else, so what belongs to a line is kept here: what the ledger
learns of it once it is stored, and what became of it. A page is stored in one go when the fate of
each of its lines is known: stored, or taken out by a pipeline on the way.

A line is known by what it publishes (`item_id` and `version`), whatever a pipeline makes of the
object. Scrapy's signals for dropped and failed items hand over the object that the spider yielded;
`Deliveries` finds a line by either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from crawler.archive import SiteArchive
from crawler.archive.changes import Change, PageSeen, PostSeen, RefusalSeen, ThreadSeen
from crawler.items import Line

# The fields that the archive knows a line by. They are stored as they were read, whatever a
# pipeline made of them: a ledger that is made anew from the lines has to know each post again.
IDENTITY = (
    "item_type",
    "schema_version",
    "item_id",
    "version",
    "site",
    "thread_id",
    "content_hash",
    "is_deleted",
)


class Fate(Enum):
    """What became of a line."""

    UNDER_WAY = auto()
    STORED = auto()
    REJECTED = auto()
    """It broke the schema, and is kept apart: the next run offers it again."""
    UNCHANGED = auto()
    """Nothing in it turned out to be new."""
    DROPPED = auto()
    """Another pipeline dropped it, on purpose: it is not offered again until it changes."""
    FAILED = auto()
    """An error in a pipeline lost it, by accident: the next run offers it again."""


# A line that nobody has, by a mistake of ours or of a pipeline: its post is not known.
_LOST = (Fate.REJECTED, Fate.FAILED)


@dataclass(slots=True, eq=False)
class Entry:
    """A line of a page, and what the ledger learns of it (``change``) once its fate is known.

    ``is_repeat``: its words were published before; it is published again only if there is news of
    its pictures and files.
    """

    line: Line
    change: Change | None = None
    is_repeat: bool = False
    fate: Fate = Fate.UNDER_WAY
    encoded: bytes = b""
    as_read: Line = field(init=False)
    identity: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        # a pipeline may change the very object
        self.as_read = copy(self.line)
        self.identity = {name: getattr(self.line, name, None) for name in IDENTITY}

    @property
    def item_id(self) -> str:
        """The name of the line, whatever a pipeline made of the object."""
        return str(self.identity["item_id"])

    @property
    def ledger_change(self) -> Change | None:
        """What the ledger learns now that the fate is known."""
        if self.fate in _LOST or self.change is None:
            return None
        return self.change if self.fate is Fate.STORED else without_version(self.change)


Learnt = tuple[list[Entry], list[Change]]
"""Lines, each with what the ledger learns of it, and what the ledger learns beside them."""


@dataclass(slots=True, eq=False)
class Delivery:
    """The entries of one page, stored together in this order.

    There are none if the page gave ledger changes only. ``archive`` is where they belong,
    ``changes`` what its ledger learns beside the entries' own. ``origin`` is the response (or
    failure) of which Scrapy says that its items were processed. ``on_stored`` is called when lines
    and changes are handed to the archive. ``after`` is the delivery of the page before it in the
    same task: it is stored first, so that the ledger never goes on behind a page that is not
    stored. ``is_postponed``: it is left to the next run.
    """

    archive: SiteArchive
    entries: list[Entry]
    changes: list[Change]
    origin: object = None
    on_stored: Callable[[], None] = field(default=lambda: None)
    after: Delivery | None = None
    unsettled: int = 0
    is_postponed: bool = False
    is_stored: bool = False
    # the delivery that is stored behind this one
    before: Delivery | None = None

    @property
    def lines(self) -> Iterator[tuple[str, bytes]]:
        """The lines to append, each with the kind of its file."""
        for entry in self.entries:
            if entry.fate is Fate.STORED:
                yield entry.identity["item_type"], entry.encoded
            elif entry.fate is Fate.REJECTED:
                yield "rejected", entry.encoded

    @property
    def ledger_changes(self) -> Iterator[Change]:
        """What the ledger learns; a page that lost a line to an error is due at the next run."""
        has_failed = any(entry.fate in _LOST for entry in self.entries)
        for entry in self.entries:
            change = entry.ledger_change
            if change is not None:
                yield change
        for change in self.changes:
            if has_failed and isinstance(change, PageSeen):
                yield replace(change, is_due=True)
            else:
                yield change


class Deliveries:
    """All deliveries of a run that are not stored yet; ``store`` is called with each that can be.

    Memory is bounded by what Scrapy processes at a time.
    """

    def __init__(self, store: Callable[[Delivery], None]) -> None:
        self._store = store
        self._by_id: dict[str, list[tuple[Delivery, Entry]]] = {}
        self._by_object: dict[int, tuple[Delivery, Entry]] = {}
        self._by_origin: dict[int, _Origin] = {}

    def begin(self, delivery: Delivery) -> Iterator[Line]:
        """Register a delivery and return its lines, to be yielded by the spider."""
        lines = []
        for entry in delivery.entries:
            if self._is_known(entry):
                # a page that moved while it was read shows a post of the page before again: what
                # the ledger learns of it comes with that page
                entry.fate, entry.change = Fate.UNCHANGED, None
                continue
            pair = (delivery, entry)
            self._by_id.setdefault(entry.item_id, []).append(pair)
            self._by_object[id(entry.line)] = pair
            lines.append(entry.line)
        delivery.unsettled = len(lines)
        if delivery.after is not None:
            delivery.after.before = delivery
        if lines:
            origin = self._by_origin.setdefault(id(delivery.origin), _Origin(delivery.origin))
            origin.lines += len(lines)
            origin.deliveries.append(delivery)
            return iter(lines)
        self._store_in_order(delivery)
        return iter(())

    def find(self, item_id: object, version: object) -> tuple[Delivery, Entry] | None:
        """The line under way of this name; a version that a pipeline changed is no other line."""
        pairs = self._by_id.get(item_id, []) if isinstance(item_id, str) else []
        under_way = [pair for pair in pairs if pair[1].fate is Fate.UNDER_WAY]
        same = [pair for pair in under_way if pair[1].identity["version"] == version]
        return next(iter(same or under_way), None)

    def of_object(self, item: object) -> tuple[Delivery, Entry] | None:
        """The line under way that the spider yielded as this very object."""
        return self._by_object.get(id(item))

    def settle(self, delivery: Delivery, entry: Entry, fate: Fate, encoded: bytes = b"") -> None:
        """Note what became of a line; when it was the last of its page, store the page."""
        if entry.fate is not Fate.UNDER_WAY:
            return
        entry.fate, entry.encoded = fate, encoded
        delivery.unsettled -= 1
        if not delivery.unsettled:
            self._store_in_order(delivery)

    def _store_in_order(self, delivery: Delivery) -> None:
        """Store a page of which nothing is under way, and those that waited for it."""
        waiting: Delivery | None = delivery
        while waiting is not None and not waiting.unsettled:
            if waiting.after is not None and not waiting.after.is_stored:
                return
            waiting.after = None
            self._forget(waiting)
            waiting.is_stored = True
            self._store(waiting)
            waiting = waiting.before

    def processed(self, origin: object) -> list[tuple[Delivery, Entry]]:
        """Count an item of ``origin`` that left the pipelines.

        When all of its lines have left, return those that no signal accounted for: a pipeline made
        something of them that does not bear their name any more.
        """
        known = self._by_origin.get(id(origin))
        if known is None:
            return []
        known.processed += 1
        if known.processed < known.lines:
            return []
        del self._by_origin[id(origin)]
        pairs = [(delivery, entry) for delivery in known.deliveries for entry in delivery.entries]
        for _, entry in pairs:
            self._by_object.pop(id(entry.line), None)
        return [
            (delivery, entry)
            for delivery, entry in pairs
            if entry.fate is Fate.UNDER_WAY and not delivery.is_postponed
        ]

    def lost(self) -> list[tuple[Delivery, Entry]]:
        """The lines that are under way when no item is: a spider middleware took them out."""
        return [
            pair
            for pairs in self._by_id.values()
            for pair in pairs
            if pair[1].fate is Fate.UNDER_WAY and not pair[0].is_postponed
        ]

    def are_of(self, archive: SiteArchive) -> bool:
        """Whether a page that belongs to an archive is not stored yet."""
        return any(pair[0].archive is archive for pairs in self._by_id.values() for pair in pairs)

    def unsettled(self) -> Iterator[tuple[Delivery, Entry]]:
        """The lines of all pages of which one is still in a pipeline: none of them is stored."""
        waiting = {id(pair[0]): pair[0] for pairs in self._by_id.values() for pair in pairs}
        for delivery in waiting.values():
            for entry in delivery.entries:
                yield delivery, entry

    def _is_known(self, entry: Entry) -> bool:
        """Whether the same line belongs to a page that is not stored yet."""
        pairs = self._by_id.get(entry.item_id, [])
        version = entry.identity["version"]
        return any(other.identity["version"] == version for _, other in pairs)

    def _forget(self, delivery: Delivery) -> None:
        for entry in delivery.entries:
            others = [
                pair for pair in self._by_id.pop(entry.item_id, []) if pair[0] is not delivery
            ]
            if others:
                self._by_id[entry.item_id] = others


@dataclass(slots=True, eq=False)
class _Origin:
    """A response whose lines are under way; it is kept alive, so that its id stays its own."""

    response: object
    lines: int = 0
    processed: int = 0
    deliveries: list[Delivery] = field(default_factory=list)


def without_version(change: Change) -> Change:
    """What the ledger learns of a line that was not published: its version is not used up."""
    match change:
        case PostSeen(_, post):
            return replace(change, post=replace(post, version=post.version - 1))
        case RefusalSeen(refusal):
            return replace(change, refusal=replace(refusal, version=refusal.version - 1))
        case ThreadSeen(thread):
            return replace(change, thread=replace(thread, coverage=thread.coverage - 1))
    return change
