"""What the record of a run says of one site: its answers, and its lines beyond their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crawler.history import Tally
from crawler.items import REASONS, Article, Coverage, Line, Post, Refusal
from crawler.reporting.timeline import Timeline

# Of what went wrong a record shows some: threads with missing posts, addresses for each reason.
_INCOMPLETE, _EXAMPLES = 100, 3
# Counters of the tally that stand in the record as they are.
_COUNTS = (
    "lists_read",
    "threads_listed",
    "threads_unchanged",
    "threads_uncompared",
    "threads_read",
    "pages_revisited",
    "threads_gone",
    "threads_missing",
    "saved_lists",
    "refusals_standing",
    "removed",
    "lines_dropped",
    "lines_failed",
    "words_unaccounted",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A response as the record counts it.

    ``seconds`` is when it came, since the run began; ``latency`` how long it took, in seconds,
    ``None`` where that says nothing of the forum. ``retries``: how often it was asked for again.
    """

    host: str
    status: int
    size: int
    seconds: float
    latency: float | None
    retries: int


@dataclass(slots=True)
class SiteRecord:
    """What happened at one site, as it happens."""

    requests: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    bytes: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    timeline: Timeline = field(default_factory=Timeline)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    incomplete: list[dict[str, Any]] = field(default_factory=list)
    boards: Counter[str] = field(default_factory=Counter)
    incomplete_boards: list[dict[str, Any]] = field(default_factory=list)
    ranges: list[dict[str, Any]] = field(default_factory=list)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add_response(self, received: Received) -> None:
        """Count a response."""
        self.requests[str(received.status)] += 1
        self.bytes[str(received.status)] += received.size
        self.hosts[received.host] += 1
        self.retries += received.retries
        if received.latency is not None:
            self.timeline.add_page(received.seconds, received.latency)

    def add(self, other: SiteRecord) -> None:
        """Count the responses of another site as this one's."""
        self.requests += other.requests
        self.bytes += other.bytes
        self.hosts += other.hosts

    def add_line(self, line: Line) -> None:
        """Note a line that was stored."""
        match line:
            case Article() | Post():
                if line.date_published and line.version == 1:
                    self.days[line.date_published[:10]] += 1
                    self.hours[line.date_published[11:13]] += line.date_precision != "day"
            case Coverage(board_id=str()):
                self.boards[line.status] += 1
                if line.status == "partial" and len(self.incomplete_boards) < _INCOMPLETE:
                    self.incomplete_boards.append(_board_gaps(line))
            case Coverage(threads_range=str()):
                self.ranges.append(_range(line))
            case Coverage():
                self.coverage[line.status] += 1
                if line.status == "partial" and len(self.incomplete) < _INCOMPLETE:
                    self.incomplete.append(_gaps(line))
            case Refusal(is_deleted=None):
                shown = self.examples.setdefault(line.reason, [])
                if len(shown) < _EXAMPLES:
                    shown.append({"url": line.url, "said": line.message_raw or ""})

    def to_json(self, tally: Tally) -> dict[str, Any]:
        """The part of the run's record that is about this site; ``tally`` are its counters."""
        return {
            **{name: getattr(tally, name) for name in _COUNTS},
            "new": {"article": tally.new_articles, "post": tally.new_posts},
            "changed": {"article": tally.changed_articles, "post": tally.changed_posts},
            "deleted": {"article": tally.deleted_articles, "post": tally.deleted_posts},
            "refused": _by_reason(tally.refused),
            "media": {
                "stored": tally.files_stored,
                "bytes": tally.file_bytes,
                "refused": _by_reason(tally.files_refused),
            },
            "asked_again": tally.asked_again + self.retries,
            "requests": dict(sorted(self.requests.items())),
            "bytes": dict(sorted(self.bytes.items())),
            "hosts": dict(self.hosts.most_common()),
            "timeline": self.timeline.to_json(),
            "posts_by_day": dict(sorted(self.days.items())),
            "posts_by_hour": dict(sorted((+self.hours).items())),
            "coverage": dict(self.coverage.most_common()),
            "incomplete": self.incomplete,
            "boards": dict(self.boards.most_common()),
            "incomplete_boards": self.incomplete_boards,
            "ranges": self.ranges,
            "refusal_examples": self.examples,
        }


def _gaps(line: Coverage) -> dict[str, Any]:
    """What a partial coverage line says, cut where a thread misses very many posts."""
    gaps = {
        "thread_id": line.thread_id,
        "url": line.url,
        "missing": line.missing_positions[:_INCOMPLETE],
        "captured": line.posts_captured,
    }
    if line.posts_expected is not None:
        gaps["expected"] = line.posts_expected
    return gaps


def _board_gaps(line: Coverage) -> dict[str, Any]:
    """What a partial coverage line of a board says."""
    gaps = {
        "board_id": line.board_id,
        "name": line.board_name,
        "url": line.url,
        "reasons": list(line.reasons),
        "listed": line.threads_listed,
        "read": line.threads_read,
        "expected": line.threads_expected,
        "pages": line.pages_captured,
        "pages_expected": line.pages_expected,
    }
    return {name: value for name, value in gaps.items() if value is not None}


def _range(line: Coverage) -> dict[str, Any]:
    """What the coverage line of a range of thread numbers says."""
    return {
        "threads": line.threads_range,
        "status": line.status,
        "read": line.threads_read,
        "missing": line.threads_missing,
        "refused": line.threads_refused or 0,
        "expected": line.threads_expected,
    }


def _by_reason(counts: Counter[str]) -> dict[str, int]:
    return {reason: counts[reason] for reason in REASONS if counts[reason]}
