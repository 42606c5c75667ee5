"""Nights of an archive of a living forum behind a server: each is a real `scrapy crawl discuz`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from crawler.items import KINDS, Line
from tests.conftest import Forum, scrapy
from tests.forum.living.events import Event, happen
from tests.forum.living.forum import LivingForum, View
from tests.forum.living.markup import LivingPages
from tests.forum.living.nights import DAY, REFUSED_DAYS, Archived, Night
from tests.forum.living.views import clock, view_of


@dataclass(slots=True)
class Served:
    """Archives a forum as `nights.Archivist` does: over loopback, in a process of its own."""

    server: Forum
    forum: LivingForum
    data: Path
    cache: dict[str, View] = field(default_factory=dict)
    lengths: dict[Path, int] = field(default_factory=dict)

    def archive(self, night: Night) -> Archived:
        """Let a day pass, and run."""
        forum, done = self.forum, Archived()
        forum.wait(night.days * DAY)
        for event in night.events:
            if not event.at:
                happen(forum, event)
        done.shown = forum.shown()
        waiting = sorted((event for event in night.events if event.at), key=lambda each: each.at)
        self._serve(night, done, waiting)
        options = [f"REVISIT_PAGES={night.budget}", f"REVISIT_REFUSED_DAYS={REFUSED_DAYS}"]
        if night.stops_at:
            options.append(f"CLOSESPIDER_PAGECOUNT={night.stops_at}")
        run = scrapy(
            *("crawl", "discuz", "-a", f"url={self.server.root}"),
            *(("-a", "full=yes") if night.is_full else ()),
            *(each for option in options for each in ("-s", option)),
            data=self.data,
            now=clock(forum.minute) + timedelta(seconds=30),
        )
        done.status, done.said = run.status, "".join(run.stderr.splitlines()[-1:])
        done.lines = self._new_lines()
        done.reason = self._finish_reason()
        done.is_finished = done.reason == "finished"
        return done

    def _serve(self, night: Night, done: Archived, waiting: list[Event]) -> None:
        """Let the server show the forum as it is at each request, or was, out of a cache."""
        forum, random, root = self.forum, Random(night.seed), self.server.root

        def before(path: str) -> None:
            done.asked.append(path)
            while waiting and waiting[0].at <= len(done.asked):
                happen(forum, waiting.pop(0))
                done.shown = dict(done.shown.items() & forum.shown().items())

        def view(url: str) -> View:
            found = view_of(forum, url)
            is_stale = random.random() < night.stale
            found = self.cache.get(url, found) if is_stale else found
            self.cache[url] = found
            return found

        self.server.pages = LivingPages(forum, root, before, view)

    def _new_lines(self) -> list[Line]:
        """The lines that were not there before, those of one item in their order."""
        found: list[Line] = []
        for file in sorted(self.data.glob("*/*.jsonl")):
            with file.open("rb") as lines:
                lines.seek(self.lengths.get(file, 0))
                found += map(_line, lines.readlines())
                self.lengths[file] = lines.tell()
        return sorted(found, key=lambda line: line.version)

    def _finish_reason(self) -> str | None:
        record: dict[str, str] = json.loads(max(self.data.glob("*/runs/*.json")).read_text("utf-8"))
        return record["finish_reason"]


def _line(encoded: bytes) -> Line:
    said: dict[str, Any] = json.loads(encoded)
    kind = KINDS[said["item_type"]]
    return kind(**{name: value for name, value in said.items() if name in kind.field_names()})
