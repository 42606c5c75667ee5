"""The nights of an archive: each is one run over a living forum, without Scrapy and a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from crawler.archive.segments import encode
from crawler.discuz.facts import Message, Page
from crawler.frontier import Answer, Budget, Config, Limits, Options, Run, RunEndsError, Visit
from crawler.frontier.template_drift import Sample
from crawler.history import Fate
from crawler.items import Line, to_json
from crawler.items.reasons import reason_of
from tests.forum.living.events import Event, happen
from tests.forum.living.forum import LivingForum, View
from tests.forum.living.views import ROOT, as_page, clock, view_of

DEFAULT_BUDGET = 500
REFUSED_DAYS = 30
DAY = 1440
# More requests than any forum here has pages: a run without end.
_ENDLESS = 3000


@dataclass(frozen=True, slots=True)
class InTheWay:
    """An obstacle of one night: a kind of `tests.forum.obstacles`, with what its `Obstacle` takes."""

    kind: str
    seed: int = 0
    after: int = 0
    covers: str = "viewthread"
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Night:
    """A day of the forum, and the run in the night behind it.

    ``stale``: the share of pages that come out of a cache, as the night before got them; ``seed``
    chooses them. ``stops_at``: the request before which the run is interrupted (0: none).
    ``budget``: REVISIT_PAGES. ``days`` pass before it. ``is_full``: `full=yes`. ``obstacle`` stands
    in its way, for an `obstructed.Obstructed`.
    """

    events: tuple[Event, ...] = ()
    stale: float = 0.0
    seed: int = 0
    stops_at: int = 0
    budget: int = DEFAULT_BUDGET
    days: int = 1
    is_full: bool = False
    obstacle: InTheWay | None = None

    def __repr__(self) -> str:
        told = [
            f"{each.name}={getattr(self, each.name)!r}"
            for each in fields(self)
            if getattr(self, each.name) != each.default and (each.name != "seed" or self.stale)
        ]
        return f"Night({', '.join(told)})"

    @property
    def is_look(self) -> bool:
        """Whether the run looks at all pages, as the forum shows them now."""
        return not self.stale and self.budget == DEFAULT_BUDGET and self.obstacle is None

    @property
    def is_still(self) -> bool:
        """Whether the forum stands still during the run."""
        return not self.stale and not any(event.at for event in self.events)


@dataclass(slots=True)
class Archived:
    """What one run did: its lines as they were stored, and what it asked for.

    ``reason``: why it ended early. ``shown`` is what the forum showed from its first request to its
    last; what changed meanwhile is not in it. ``status`` is the exit status where it is known, ``said`` the last
    line.
    ``stopped``: how many requests an obstacle stopped; ``hidden`` are the posts that their pages
    would have shown, ``hidden_threads`` the threads of their lists.
    """

    lines: list[Line] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    reason: str | None = None
    is_finished: bool = False
    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    status: int | None = None
    said: str = ""
    stopped: int = 0
    hidden: set[tuple[int, int]] = field(default_factory=set)
    hidden_threads: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Archivist:
    """Archives one forum, night after night, in a folder."""

    forum: LivingForum
    data: Path
    nights: int = 0
    cache: dict[str, View] = field(default_factory=dict)

    def archive(self, night: Night) -> Archived:
        """Let a day pass, and run."""
        forum, done = self.forum, Archived()
        forum.wait(night.days * DAY)
        for event in night.events:
            if not event.at:
                happen(forum, event)
        self.nights += 1
        random = Random(night.seed)
        done.shown = forum.shown()
        waiting = sorted((event for event in night.events if event.at), key=lambda each: each.at)
        run = self._begin(night)
        try:
            self._carry_out(run, night, done, waiting, random)
        except RunEndsError as error:
            done.reason = error.reason
        if not night.stops_at or done.is_finished:
            done.lines += _settle(run, run.last_lines(self._now()))
        run.flush()
        run.close(self._now())
        self._conclude(run, done)
        return done

    def _conclude(self, run: Run, done: Archived) -> None:
        """Take down what a run said of itself."""

    def _limits(self, budget: Budget) -> Limits:
        return Limits(budget, retries=0, blocks=3, failures=3)

    def _begin(self, night: Night) -> Run:
        limits = self._limits(Budget(night.budget, REFUSED_DAYS))
        options = Options((ROOT,), full=night.is_full)
        run = Run(Config(self.data, limits=limits), options, run_id=f"r{self.nights}")
        run.begin([ROOT], self._now())
        return run

    def _now(self) -> datetime:
        return clock(self.forum.minute) + timedelta(seconds=30)

    def _carry_out(
        self, run: Run, night: Night, done: Archived, waiting: list[Event], random: Random
    ) -> None:
        while visits := list(run.next_visits()):
            for visit in visits:
                asks_again = True
                while asks_again:
                    number = len(done.asked) + 1
                    assert number < _ENDLESS, "a run without end"
                    if number == night.stops_at:
                        return
                    while waiting and waiting[0].at <= number:
                        happen(self.forum, waiting.pop(0))
                        now_shown = self.forum.shown()
                        kept = done.shown.items() & now_shown.items()
                        done.shown = dict(kept)
                    asks_again = self._ask(run, visit, night, done, random)
        done.is_finished = True

    def _ask(self, run: Run, visit: Visit, night: Night, done: Archived, random: Random) -> bool:
        url = visit.request_url
        done.asked.append(url)

        def view() -> View:
            """What the address leads to, or led to once."""
            found = view_of(self.forum, url)
            is_stale = random.random() < night.stale
            found = self.cache.get(url, found) if is_stale else found
            self.cache[url] = found
            return found

        step = run.answer(visit, self._answer(visit, view))
        done.lines += _settle(run, run.deliver(visit, step, object()))
        if step.is_left:
            run.end_if_left()
        return step.asks_again

    def _answer(self, visit: Visit, view: Callable[[], View]) -> Answer:
        url, now = visit.request_url, self._now()
        page = as_page(view(), self.forum)
        if page is None:
            return Answer(
                url, now, reason="unknown_notice", message="past", status=302, is_past_end=True
            )
        sample = Sample(url, now, {}, b"")
        return Answer(url, now, page, reason_of(page), _message(page), 200, sample=sample)


def _message(page: Page) -> str | None:
    return page.text if isinstance(page, Message) else None


def _settle(run: Run, lines: Iterable[Line]) -> list[Line]:
    """Carry lines through the pipelines, to the disk."""
    done = []
    for line in lines:
        found = run.deliveries.of_object(line)
        assert found is not None
        run.deliveries.settle(*found, Fate.STORED, encode(to_json(line)))
        done.append(line)
    return done
