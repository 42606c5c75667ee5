"""How far a run has come: in numbers, and in words for whoever watches it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

# What the setting PROGRESS may say.
PROGRESS = ("auto", "live", "lines", "none")
# Over how many seconds the pace is taken: a pause of a minute is no standstill.
_WINDOW = 300


@dataclass(slots=True)
class Pace:
    """Pages a minute over the last five minutes.

    >>> pace = Pace()
    >>> [pace.of(seconds, pages) for seconds, pages in ((0, 0), (30, 30), (60, 50))]
    [None, 60.0, 50.0]
    """

    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def of(self, seconds: float, pages: int) -> float | None:
        """The pace, when ``pages`` in all have come after ``seconds``."""
        self._seen.append((seconds, pages))
        while seconds - self._seen[0][0] > _WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        began, before = self._seen[0]
        return 60 * (pages - before) / (seconds - began) if seconds > began else None


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of a run.

    ``place`` is what is crawled, ``run_id`` which run it is. ``threads_unchanged`` were listed and
    cost no request. ``pace`` is in pages a minute; ``delay`` in seconds between two requests,
    ``delay_by`` says what makes it so; ``pause`` are the seconds that the forum still asks for.
    ``is_ending``: nothing new is begun. ``pages`` counts all answers, those of files among them.
    """

    place: str
    run_id: str
    seconds: float
    threads_read: int = 0
    threads_unchanged: int = 0
    threads_waiting: int = 0
    lists_waiting: int = 0
    revisited: int = 0
    posts: int = 0
    changed: int = 0
    deleted: int = 0
    files: int = 0
    files_refused: int = 0
    pages: int = 0
    size: int = 0
    pace: float | None = None
    refused: Mapping[str, int] = field(default_factory=dict)
    delay: float | None = None
    delay_by: str = ""
    pause: float | None = None
    is_ending: bool = False

    @property
    def threads(self) -> int:
        """How many threads there are to read, as far as is known."""
        return self.threads_read + self.threads_waiting

    @property
    def left(self) -> float | None:
        """About how many seconds are left, at this pace; ``None`` where nobody can say yet."""
        if not self.pace or not self.threads_read:
            return None
        pages = self.pages / (self.threads_read + self.revisited)
        return 60 * (self.threads_waiting * max(1.0, pages) + self.lists_waiting) / self.pace

    @property
    def left_in_words(self) -> str:
        """The same for people; lists that wait will tell of more threads."""
        if self.left is None:
            return "not known yet"
        about = "at least" if self.lists_waiting else "about"
        return f"{about} {in_words(self.left)}"

    @property
    def news(self) -> str:
        """What was found: 1,204 posts new, 3 changed."""
        parts = [f"{self.posts:,} new"]
        parts += [f"{self.changed:,} changed"] * bool(self.changed)
        parts += [f"{self.deleted:,} deleted"] * bool(self.deleted)
        return ", ".join(parts)

    @property
    def media(self) -> str:
        """What came of pictures and files; nothing where none were asked for."""
        parts = [f"{self.files:,} kept"] * bool(self.files or self.files_refused)
        parts += [f"{self.files_refused:,} refused"] * bool(self.files_refused)
        return ", ".join(parts)

    @property
    def refusals(self) -> str:
        """What was refused, most frequent first: 4 no_permission, 1 not_found."""
        by_number = sorted(self.refused.items(), key=lambda each: (-each[1], each[0]))
        return ", ".join(f"{number:,} {reason}" for reason, number in by_number) or "nothing"

    @property
    def waiting(self) -> str:
        """What waits: 2 lists and 2,566 threads."""
        return in_numbers(self.lists_waiting, self.threads_waiting)

    @property
    def manner(self) -> str:
        """How often is asked, and why not oftener."""
        if self.pause:
            return f"the forum asked for a pause: {in_words(self.pause)} more"
        if self.delay is None:
            return "none"
        return f"{self.delay:.1f} s between requests" + (
            f" ({self.delay_by})" * bool(self.delay_by)
        )

    @property
    def line(self) -> str:
        """All of it in one line, for a log."""
        pace = f"{self.pace:.0f} pages a minute, " if self.pace is not None else ""
        refused = f", {self.refusals} refused" if self.refused else ""
        refused += f", files: {self.media}" if self.media else ""
        left = f"; {self.left_in_words} left" if self.left is not None else ""
        threads = "thread" if self.threads_read == 1 else "threads"
        return (
            f"{self.threads_read:,} {threads} read, {self.waiting} waiting,"
            f" posts: {self.news}{refused}; {pace}{self.manner}{left}"
        )


def printable(text: str) -> str:
    """``text`` without what a terminal would take for commands."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def in_numbers(lists: int, threads: int) -> str:
    """Lists and threads with their numbers.

    >>> in_numbers(2, 2566), in_numbers(0, 1)
    ('2 lists and 2,566 threads', '1 thread')
    """
    said = f"{threads:,} {'thread' if threads == 1 else 'threads'}"
    return f"{lists:,} {'list' if lists == 1 else 'lists'} and {said}" if lists else said


def in_words(seconds: float) -> str:
    """A span of time as people say it.

    >>> [in_words(seconds) for seconds in (4, 95, 3600, 100_000)]
    ['4 s', '2 min', '1 h', '1 d 3 h']
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
