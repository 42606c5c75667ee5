"""Forums that live behind obstacles, by the seed, over several nights, with kills in between.

`python -m tests.crawl.obstacle_seeds 0 300` tries the seeds from 0 to 299 and says each breach of a
law; some seeds are a test of the suite.
"""

from __future__ import annotations

import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.conftest import Forum, Run, scrapy, served_forum
from tests.forum.obstacles import KINDS, Obstacle
from tests.forum.town import CLOCK, Town, present, wanted

_DAY = 86400
_DEFINITE = {"not_found", "no_permission", "login_required", "password"}
# Requests that an obstacle may answer in one run. A database of last year is asked twice for each
# thread, for that is how a deletion is told; of pages without an end each is read as far as it goes.
_MOST = 30
_EACH = {"lost": 2, "half_a_page": 3}
_KILLS = ("between_flush_and_mark", "behind_the_mark", "in_the_middle_of_a_line")
# The times of a ledger that make it a night older.
_TIMES = {
    "refusal": ("asked", "since", "counted", "due"),
    "page": ("checked",),
    "list": ("checked",),
    "job": ("began",),
}


def age(data: Path, days: float = 1) -> None:
    """Make what a ledger knows some days older, as if the last run had been then."""
    for path in data.glob("*/ledger.sqlite3"):
        with closing(sqlite3.connect(path)) as db, db:
            for table, columns in _TIMES.items():
                for column in columns:
                    # a page that is due bears its time with a minus sign
                    db.execute(
                        f"UPDATE {table} SET {column} = {column} - sign({column}) * ?"  # noqa: S608
                        f" WHERE abs({column}) > ?",
                        (int(days * _DAY), int(days * _DAY)),
                    )


def random_town(forum: Forum, random: Random) -> Town:
    """Twenty to forty threads in three boards."""
    made = Town(forum)
    made.add(1, 2, 1, sticky=3)
    for tid in range(2, random.randint(20, 40)):
        made.add(tid, random.choice((2, 2, 3, 4)), random.choice((1, 1, 2, 3, 12)))
    made.publish()
    return made


def live(town: Town, random: Random) -> None:
    """A day of the forum: replies, new threads, here and there a deletion."""
    for tid in random.sample(sorted(town.talks), random.randint(0, 5)):
        town.reply(tid, f"又{town.minutes}")
        # later than all that was posted before
        town.talks[tid].last = CLOCK - timedelta(days=20) + timedelta(minutes=town.minutes)
    for _ in range(random.randint(0, 3)):
        town.add(
            max(*town.talks, *town.gone, 0) + 1, random.choice((2, 3, 4)), random.randint(1, 3)
        )
    if random.random() < 0.3:
        town.remove(random.choice([tid for tid in town.talks if tid > 1]))
    town.publish()


@dataclass
class Night:
    """One run, and what was in its way."""

    town: Town
    obstacle: Obstacle
    kind: str
    run: Run
    reached: set[str]
    refusals_before: int = 0

    def breaches(self) -> Iterator[str]:
        """The laws that it breaks, in words."""
        run, shown = self.run, wanted(self.town)
        if run.status == -signal.SIGKILL:
            return
        state = present(run)  # no line twice, no version left out
        if run.status == 0 and state != shown:
            odd = {key for key in state.keys() | shown.keys() if state.get(key) != shown.get(key)}
            yield f"status 0, and {len(odd)} posts are not as the forum shows them: {sorted(odd)[:3]}"
        gone = {
            line["post_id"]
            for line in run.lines("articles") + run.lines("posts")
            if line.get("is_deleted")
        }
        if wrong := (gone - state.keys()) & shown.keys():
            yield f"{len(wrong)} posts are called deleted and are there: {sorted(wrong)[:3]}"
        addresses = len(set(self.obstacle.stopped))
        most = _MOST if self.obstacle.covers != "forumdisplay" else max(_MOST, 4 * addresses)
        most = max(most, _EACH.get(self.kind, 0) * len(self.town.talks) + 10)
        if self.obstacle.share == 1 and len(self.obstacle.stopped) > most:
            yield f"{len(self.obstacle.stopped)} requests past the obstacle"
        if run.status and "http" not in run.stderr.splitlines()[-1]:
            yield f"the last line names nothing: {run.stderr.splitlines()[-1:]}"
        yield from self._wrong_refusals()

    def _wrong_refusals(self) -> Iterator[str]:
        for line in self.run.lines("refusals")[self.refusals_before :]:
            tid = line.get("thread_id")
            if tid is None or line.get("is_deleted"):
                continue
            if tid not in self.reached:
                yield f"thread {tid} was not reached, and is refused ({line['reason']})"
            is_for_good = line["reason"] in _DEFINITE and not line["retriable"]
            if is_for_good and int(tid) in self.town.talks:
                yield f"thread {tid} is refused for good ({line['reason']}), and is there"


def breaches(seed: int) -> list[str]:
    """What goes wrong with one seed: nothing, or a text for each breach."""
    random = Random(seed)
    told: list[str] = []
    with served_forum() as forum, tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        town = random_town(forum, random)
        # refusals of the nights before, and what was reached since
        before, reached = 0, set[str]()
        was_whole = was_partial = False
        for number in range(random.randint(2, 5)):
            night = _night(town, random, data, seed=10 * seed + number, was_whole=was_whole)
            was_whole |= night.run.status == 0
            was_partial |= night.obstacle.share < 1
            reached |= night.reached
            night.reached, night.refusals_before = reached, before
            told += [f"{night.kind}, night {number}: {each}" for each in night.breaches()]
            if night.run.status != -signal.SIGKILL:
                before, reached = len(night.run.lines("refusals")), set()
            age(data)
            live(town, random)
        forum.answer = lambda path: Forum.answer(forum, path)  # type: ignore[method-assign]
        if was_partial:
            # what was refused again and again while others were answered is asked seldom by now
            age(data, 30)
        run = scrapy("crawl", "discuz", "-a", f"url={forum.root}", data=data)
        state, shown = present(run), wanted(town)
        if missing := {key for key, text in shown.items() if state.get(key) != text}:
            told.append(f"behind all obstacles: {len(missing)} posts are missing")
        age(data)
        # what vanished in great numbers is believed the second time
        run = scrapy("crawl", "discuz", "-a", f"url={forum.root}", data=data)
        if present(run) != shown or run.status:
            last = run.stderr.splitlines()[-1:]
            told.append(f"in the end: status {run.status}, {present(run) == shown}, {last}")
    return told


def _night(town: Town, random: Random, data: Path, *, seed: int, was_whole: bool) -> Night:
    forum = town.forum
    kind = random.choice(sorted(KINDS))
    if kind == "wrong_page" and 2 in town.gone:
        # the page that is sent for all says that the thread is not there
        kind = "lost"
    obstacle = Obstacle(
        forum,
        KINDS[kind],
        seed,
        after=random.choice((0, 1, 3, 6, 12)),
        covers=random.choice(("", "viewthread", "viewthread", "forumdisplay")),
        share=random.choice((1, 1, 1, 0.5, 0.1)),
        is_up=random.random() < 0.8,
    )
    if kind in ("lost", "login_wall", "no_rights"):
        # the forum's own words, said of single threads twice while others are there, are true
        obstacle.share = 1
    if kind == "lost" or (kind in ("login_wall", "no_rights") and not was_whole):
        # of lists that nobody has ever read they are true as well
        obstacle.covers = "viewthread"
    kill = (random.choice(_KILLS), random.randint(0, 15)) if random.random() < 0.25 else None
    forum.asked.clear()
    run = scrapy("crawl", "discuz", "-a", f"url={forum.root}", data=data, kill_at=kill)
    reached = {
        path.partition("tid=")[2].partition("&")[0] for path in forum.asked if "tid=" in path
    }
    return Night(town, obstacle, kind, run, reached)


def main(first: int, last: int) -> int:
    """Try seeds; the number of those that break a law."""
    broken = 0
    for seed in range(first, last):
        told = breaches(seed)
        broken += bool(told)
        for each in told:
            print(f"seed {seed}: {each}", flush=True)
    print(f"{last - first} seeds, {broken} with breaches")
    return broken


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]))))
