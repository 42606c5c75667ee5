"""The alarm: a site whose pages no longer look as they did.

For each kind of page the ledger knows on how many pages each trait was found
(`discuz/page/traits.py`). A run counts its own, thread by thread, and compares. A trait that was
found nearly always and is missing now, oftener than chance allows, is an alarm: it names the trait,
since when it is missing and on which pages. Until somebody accepts the new look
(`scrapy check-site --accept`), every run repeats the alarm, and the counts of that kind of page are
not updated.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archive.changes import Change, TraitsSeen
from crawler.archive.state import ListTask, PageTask, Task, Traits
from crawler.discuz.facts import BoardPage, IndexPage, Message, Page, ThreadPage
from crawler.discuz.page import read_traits

# A trait that fewer pages had comes and goes with what people write.
_ALWAYS = 0.85
# p < 1e-4 per trait: with ten traits and a run a night one false alarm by chance in three years at
# the most.
_CHANCE = 1e-4
_SAMPLES = 3
# what a page had that could be read at all
READ = "page"


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as it came, kept to make a fixture of."""

    url: str
    seen_at: datetime
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Alarm:
    """A trait of a kind of page that fell away; ``since`` is when it was last found."""

    kind: str
    trait: str
    known: int
    known_of: int
    now: int
    now_of: int
    since: datetime
    urls: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.trait} on {self.known:,} of {self.known_of:,} {self.kind} pages until"
            f" {self.since:%Y-%m-%d %H:%M} UTC, on {self.now:,} of {self.now_of:,} now"
        )


class Drift:
    """What one run sees of one site.

    ``known`` are the ledger's traits by kind of page; ``chance`` is how unlikely it has to be that
    nothing changed.
    """

    def __init__(self, known: Mapping[str, Traits], *, chance: float = _CHANCE) -> None:
        self._known = known
        self._least = chance
        self._pages: Counter[str] = Counter()
        self._found: dict[str, Counter[str]] = {}
        self._under_way: dict[str, tuple[str, set[str]]] = {}
        self._urls: dict[tuple[str, str], list[str]] = {}
        self.samples: list[Sample] = []

    def look_at(self, task: Task, page: Page, sample: Sample) -> None:
        """Note how the answer to a task looks, if it is a thread or a list.

        Refusals and empty lists look like nothing; a page of another kind than its address says is
        none that is understood.
        """
        is_answer = isinstance(page, Message) and page.reason != "template_unknown"
        is_list = isinstance(task, ListTask)
        if isinstance(task, PageTask) or is_answer or _shows_nothing(page):
            return
        # the first page may come in place of another one, and has more
        number = page.page if isinstance(page, ThreadPage) else task.page
        kind = "list" if is_list else "thread" if number == 1 else "further thread"
        key = f"{task.key}-{task.page}" if is_list else task.key
        traits: frozenset[str] = frozenset()
        if isinstance(page, ThreadPage | BoardPage) and isinstance(page, BoardPage) == is_list:
            traits = read_traits(page)
        self.observe(kind, key, traits, sample)

    def observe(self, kind: str, key: str, traits: Iterable[str], sample: Sample) -> None:
        """Count a page; those of one ``key``, coming one after the other, count as one.

        ``traits`` are none for a page that could not be understood.
        """
        found = {READ, *traits} if traits else set()
        last = self._under_way.get(kind)
        if last is not None and last[0] == key:
            last[1].update(found)
        else:
            self._count(kind)
            self._under_way[kind] = (key, set(found))
        missing = [name for name in self._always(kind) if name not in found]
        for name in missing:
            urls = self._urls.setdefault((kind, name), [])
            if len(urls) < _SAMPLES:
                urls.append(sample.url)
        if missing and len(self.samples) < _SAMPLES:
            self.samples.append(sample)

    def alarms(self) -> list[Alarm]:
        """What fell away, as far as the pages of this run tell."""
        for kind in list(self._under_way):
            self._count(kind)
        alarms = []
        for kind, pages in self._pages.items():
            known = self._known.get(kind, Traits())
            for name in self._always(kind):
                now = self._found[kind][name]
                share = (known.found[name] + 1) / (known.pages + 2)
                if 2 * now <= share * pages and _chance(now, pages, share) < self._least:
                    since = datetime.fromtimestamp(known.last[name], UTC)
                    urls = tuple(self._urls.get((kind, name), ()))
                    told = (known.found[name], known.pages, now, pages)
                    alarms.append(Alarm(kind, name, *told, since, urls))
        # what tells most first: nothing read, then facts, then places in the markup
        return sorted(alarms, key=lambda alarm: (alarm.trait != READ, ":" in alarm.trait))

    def seen(self) -> dict[str, dict[str, Any]]:
        """On how many pages of each kind each fact was found, places in the markup left out."""
        for kind in list(self._under_way):
            self._count(kind)
        return {
            kind: {
                "pages": pages,
                "found": {
                    name: number
                    for name, number in sorted(self._found[kind].items())
                    if ":" not in name and ">" not in name
                },
            }
            for kind, pages in self._pages.items()
        }

    def ledger_changes(self, now: datetime) -> list[Change]:
        """What the ledger is to know of it, kinds under alarm left out."""
        alarmed = {alarm.kind for alarm in self.alarms()}
        return [
            TraitsSeen(kind, pages, tuple(self._found[kind].items()), int(now.timestamp()))
            for kind, pages in self._pages.items()
            if kind not in alarmed
        ]

    def _count(self, kind: str) -> None:
        """What was under way is a page of its own."""
        key_and_found = self._under_way.pop(kind, None)
        if key_and_found is not None:
            self._pages[kind] += 1
            self._found.setdefault(kind, Counter()).update(key_and_found[1])

    def _always(self, kind: str) -> list[str]:
        known = self._known.get(kind, Traits())
        enough = _ALWAYS * (known.pages + 2)
        return [name for name, found in known.found.items() if found + 1 >= enough]


def _shows_nothing(page: Page) -> bool:
    if isinstance(page, BoardPage):
        return page.is_truncated or not page.rows
    return isinstance(page, ThreadPage | IndexPage) and page.is_truncated


def keep_samples(samples: Iterable[Sample], folder: Path, run_id: str) -> None:
    """Write pages for a fixture: `alarm/<run>-1/page.html` and `meta.json`.

    Raises `OSError`.
    """
    for number, sample in enumerate(samples, 1):
        place = folder / f"{run_id}-{number}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "page.html").write_bytes(sample.body)
        meta = {
            "url": sample.url,
            "seen_at": sample.seen_at.isoformat(timespec="seconds"),
            "headers": dict(sample.headers),
        }
        text = json.dumps(meta, ensure_ascii=False, indent=1)
        (place / "meta.json").write_text(text + "\n", "utf-8")


def _chance(found: int, pages: int, share: float) -> float:
    """How likely it is that so few of ``pages`` have what a ``share`` of all have (binomial)."""
    if pages > 50:
        return 0.0  # half of what is expected of so many does not happen by chance
    return sum(
        math.comb(pages, n) * share**n * (1 - share) ** (pages - n) for n in range(found + 1)
    )
