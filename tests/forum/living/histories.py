"""Histories of a forum by the seed, what breaks in them, and the shortest that shows it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Protocol

from tests.forum.living.events import KINDS, Event, happen
from tests.forum.living.forum import LivingForum, Setup
from tests.forum.living.laws import Present, breaches, end_breaches
from tests.forum.living.nights import (
    DEFAULT_BUDGET,
    REFUSED_DAYS,
    Archived,
    Archivist,
    InTheWay,
    Night,
)
from tests.forum.obstacles import KINDS as OBSTACLES

# The forum as it was the night before, in place of all or some of its pages.
BACKUP = "backup"
# Obstacles that speak in words of the forum's own about a single thread or board.
OWN_WORDS = ("lost", "login_wall", "no_rights")
# How many nights a forum stands still before the archive has to equal it, and one more that has to
# find nothing. What was refused for good is asked for again in each of them.
STILL = 3


@dataclass(frozen=True, slots=True)
class History:
    """A forum's beginning, and its nights."""

    setup: Setup
    beginning: tuple[Event, ...]
    nights: tuple[Night, ...]


def history_of(seed: int) -> History:
    """A history by the seed."""
    random = Random(seed)
    setup = Setup(
        posts_a_page=random.choice((2, 3, 3, 4)),
        threads_a_page=random.choice((2, 4, 6)),
        has_positions=random.random() < 0.75,
        counts_comments=random.random() < 0.4,
        is_exact=random.random() < 0.85,
    )
    beginning = tuple(_event("post", random) for _ in range(random.randint(1, 9)))
    nights = tuple(_night(random) for _ in range(random.randint(1, 9)))
    return History(setup, beginning, nights)


def obstructed_history_of(seed: int) -> History:
    """The same history, with obstacles in the way of some of its nights.

    A third of them begin with so many threads that a run meets some of them before it stops, and
    have obstacles in a row.
    """
    random = Random(f"obstacles {seed}")
    history = history_of(seed)
    is_large = seed % 3 == 0
    if is_large:
        more = tuple(_event("post", random) for _ in range(random.randint(6, 16)))
        history = replace(history, beginning=history.beginning + more)
    often = 0.85 if is_large else 0.6
    nights = [
        replace(night, obstacle=_in_the_way(random)) if random.random() < often else night
        for night in history.nights
    ]
    return replace(history, nights=tuple(nights))


def _in_the_way(random: Random) -> InTheWay:
    """As `tests.crawl.obstacle_seeds` chooses them."""
    kind = random.choice((*sorted(OBSTACLES), BACKUP, BACKUP))
    covers = random.choice(("", "viewthread", "viewthread", "forumdisplay"))
    share = random.choice((1, 1, 1, 0.5, 0.1))
    if kind in OWN_WORDS:
        # the forum's own words, said of single threads twice while others are there, are true
        share = 1
    if kind == "lost":
        # of lists that nobody has ever read they are true as well
        covers = "viewthread"
    return InTheWay(kind, random.randint(0, 999), random.choice((0, 0, 1, 2, 4, 8)), covers, share)


def _event(what: str, random: Random, at: int = 0) -> Event:
    return Event(what, round(random.random() * 0.9999, 4), round(random.random() * 0.9999, 4), at)


def _night(random: Random) -> Night:
    names, weights = list(KINDS), [kind.weight for kind in KINDS.values()]
    is_lively, has_cache = random.random() < 0.4, random.random() < 0.15
    events = []
    for what in random.choices(names, weights, k=random.randint(0, 6)):
        at = random.randint(1, 40) if is_lively and random.random() < 0.5 else 0
        events.append(_event(what, random, at))
    return Night(
        tuple(events),
        stale=random.choice((0.1, 0.5, 1)) if has_cache else 0.0,
        seed=random.randint(0, 999),
        stops_at=random.randint(1, 30) if random.random() < 0.1 else 0,
        budget=random.choice((0, 3, DEFAULT_BUDGET, DEFAULT_BUDGET)),
        is_full=random.random() < 0.04,
    )


class Archives(Protocol):
    """Archives a forum, night after night."""

    def archive(self, night: Night) -> Archived:
        """Let a day pass, and run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What broke, by the first night that showed it, and how many runs were made."""

    breaches: tuple[str, ...]
    crawls: int


def outcome_of(
    history: History, archivist_of: Callable[[LivingForum, Path], Archives] = Archivist
) -> Outcome:
    """Archive a forum through its history, then while it stands still."""
    with tempfile.TemporaryDirectory() as folder:
        forum = LivingForum(history.setup)
        for event in history.beginning:
            happen(forum, event)
        archivist, present = archivist_of(forum, Path(folder)), Present()
        still = (Night(days=REFUSED_DAYS + 1),) * (STILL + 1)
        for number, night in enumerate((*history.nights, *still)):
            done = archivist.archive(night)
            broken = [f"night {number}: {each}" for each in breaches(forum, night, done, present)]
            if number == len(history.nights) + STILL:
                broken += [f"in the end: {each}" for each in end_breaches(forum, done, present)]
            if broken:
                return Outcome(tuple(broken), number + 1)
        return Outcome((), len(history.nights) + STILL + 1)


def shortest(history: History, outcome_of: Callable[[History], Outcome] = outcome_of) -> History:
    """The shortest history that breaks something, found by leaving out what is not needed."""
    kind, found = _kind(outcome_of(history)), True

    def is_broken(other: History) -> bool:
        """The same law is broken."""
        return _kind(outcome_of(other)) == kind

    while found:
        found = False
        for other in _shorter(history):
            if is_broken(other):
                history, found = other, True
                break
    return history


def _kind(outcome: Outcome) -> str:
    """Which law is broken: its words, without numbers."""
    told = outcome.breaches[0].partition(": ")[2] if outcome.breaches else ""
    return re.sub(r"[^a-z ]", "", told)[:24]


def _shorter(history: History) -> Iterator[History]:
    """Histories with one thing less."""
    nights = history.nights
    for n, night in enumerate(nights):
        yield replace(history, nights=nights[:n] + nights[n + 1 :])
        if n + 1 < len(nights):
            joined = replace(nights[n + 1], events=night.events + nights[n + 1].events)
            yield replace(history, nights=(*nights[:n], joined, *nights[n + 2 :]))
    for n in range(len(history.beginning)):
        yield replace(history, beginning=history.beginning[:n] + history.beginning[n + 1 :])
    for n, event in enumerate(history.beginning):
        if event.b > 0.2:
            shorter = replace(event, b=round(max(0, event.b - 0.125), 4))
            yield replace(
                history, beginning=(*history.beginning[:n], shorter, *history.beginning[n + 1 :])
            )
    for n, night in enumerate(nights):
        for other in _shorter_nights(night):
            yield replace(history, nights=(*nights[:n], other, *nights[n + 1 :]))
    plain = Setup(posts_a_page=history.setup.posts_a_page)
    for name in ("threads_a_page", "has_positions", "counts_comments", "is_exact"):
        value = getattr(plain, name)
        if getattr(history.setup, name) != value:
            yield replace(history, setup=replace(history.setup, **{name: value}))


def _shorter_nights(night: Night) -> Iterator[Night]:
    for n, event in enumerate(night.events):
        yield replace(night, events=night.events[:n] + night.events[n + 1 :])
        if event.at:
            earlier = replace(event, at=0)
            yield replace(night, events=(*night.events[:n], earlier, *night.events[n + 1 :]))
    if night.stale:
        yield replace(night, stale=0.0)
    if night.stops_at:
        yield replace(night, stops_at=0)
    if night.budget != DEFAULT_BUDGET:
        yield replace(night, budget=DEFAULT_BUDGET)
    if night.is_full:
        yield replace(night, is_full=False)
    if night.obstacle:
        yield replace(night, obstacle=None)
        for easier in (replace(night.obstacle, share=1), replace(night.obstacle, after=0)):
            if easier != night.obstacle:
                yield replace(night, obstacle=easier)
