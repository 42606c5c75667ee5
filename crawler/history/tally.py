"""What a run did at one site, counted once and read by everybody who reports on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any, Self

from crawler.items import Article, Coverage, Line, Post, Refusal


@dataclass(slots=True)
class Tally:
    """Counters of one site in one run, or of all its sites together (`+`).

    Lines are counted when they are stored: ``new`` is a first version, ``changed`` a later one.
    ``lines_rejected`` broke the schema. ``lines_dropped`` and ``lines_failed`` were dropped by
    another pipeline or lost to an error in one, before they were stored; ``feed_dropped`` and
    ``feed_failed`` after that, so that only feeds miss them. ``lines_unstored`` waited for the rest
    of their page when the run ended. ``refused`` and ``files_refused`` count by reason.
    ``files_waiting`` are refused files that later runs ask for again, ``files_settled`` those that
    are only asked for where their page is looked at in any case.
    ``threads_uncompared`` are those of which neither their list nor a look at their last page tells
    whether they were answered, ``boards_uncompared`` the boards that these are of.
    ``threads_missing`` counts numbers of ranges that no thread has. ``saved_lists`` are saved pages
    that show lists, of which nothing is stored.
    ``incomplete`` counts refusals after which the run cannot be called complete, ``decisive`` the
    same by reason, ``unsettled``
    those that were met on so many nights that they no longer decide that, ``login_needed`` those
    that ask for a login to what the user named.
    ``words_unaccounted`` counts those visible characters of the posts that were read that are
    neither in the text nor in a field, nor known noise of a plausible size.
    """

    lists_read: int = 0
    threads_listed: int = 0
    threads_unchanged: int = 0
    threads_uncompared: int = 0
    boards_uncompared: int = 0
    threads_read: int = 0
    pages_revisited: int = 0
    threads_gone: int = 0
    threads_missing: int = 0
    saved_lists: int = 0
    refusals_standing: int = 0
    removed: int = 0
    asked_again: int = 0
    new_articles: int = 0
    new_posts: int = 0
    changed_articles: int = 0
    changed_posts: int = 0
    deleted_articles: int = 0
    deleted_posts: int = 0
    coverage_lines: int = 0
    lines_rejected: int = 0
    lines_dropped: int = 0
    lines_failed: int = 0
    lines_unstored: int = 0
    feed_dropped: int = 0
    feed_failed: int = 0
    files_stored: int = 0
    file_bytes: int = 0
    files_waiting: int = 0
    files_settled: int = 0
    incomplete: int = 0
    decisive: Counter[str] = field(default_factory=Counter)
    unsettled: int = 0
    login_needed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refusals_over: int = 0
    files_refused: Counter[str] = field(default_factory=Counter)
    words_unaccounted: int = 0

    def __add__(self, other: Self) -> Tally:
        """The sum of two tallies, field by field."""
        return Tally(
            **{
                spec.name: getattr(self, spec.name) + getattr(other, spec.name)
                for spec in fields(self)
            }
        )

    @property
    def new(self) -> int:
        """Articles and posts that were stored for the first time."""
        return self.new_articles + self.new_posts

    @property
    def changed(self) -> int:
        """Articles and posts of which a later version was stored."""
        return self.changed_articles + self.changed_posts

    @property
    def deleted(self) -> int:
        """Articles and posts that were found to be gone."""
        return self.deleted_articles + self.deleted_posts

    @property
    def has_stored_lines(self) -> bool:
        """Whether the run wrote anything but coverage."""
        stored = self.new + self.changed + self.deleted + self.refused.total() + self.refusals_over
        return bool(stored or self.lines_rejected)

    def count_line(self, line: Line) -> None:
        """Count a line that was stored."""
        is_new = line.version == 1
        match line:
            case Article(is_deleted=True):
                self.deleted_articles += 1
            case Article():
                self.new_articles += is_new
                self.changed_articles += not is_new
            case Post(is_deleted=True):
                self.deleted_posts += 1
            case Post():
                self.new_posts += is_new
                self.changed_posts += not is_new
            case Refusal(is_deleted=True):
                self.refusals_over += 1
            case Refusal(reason=reason):
                self.refused[reason] += 1
            case Coverage():
                self.coverage_lines += 1

    def as_stats(self) -> dict[str, Any]:
        """The counters that are not zero, flat, by the names that Scrapy's stats show."""
        stats: dict[str, Any] = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if isinstance(value, Counter):
                stats |= {f"{spec.name}/{reason}": count for reason, count in (+value).items()}
            elif value:
                stats[spec.name] = value
        return stats
