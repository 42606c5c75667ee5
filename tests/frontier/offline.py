"""A run without Scrapy and without a network: pages as facts, given to the visits that ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from crawler.archive.segments import encode
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import (
    Author,
    Board,
    BoardPage,
    Body,
    IndexPage,
    Message,
    Moment,
    NewsPage,
    Page,
    Post,
    Site,
    ThreadPage,
    ThreadRow,
)
from crawler.frontier.answer import Answer
from crawler.frontier.config import Config, Limits
from crawler.frontier.options import Options
from crawler.frontier.run import Run, RunEndsError
from crawler.frontier.step import Step
from crawler.frontier.template_drift import Sample
from crawler.frontier.visit import Visit
from crawler.history.delivery import Fate
from crawler.items import DEFINITE, Coverage, Line, Reason, Refusal, to_json
from crawler.items import Post as PostLine
from crawler.items.reasons import reason_of

ROOT = "http://b.example/"
NOW = datetime(2023, 4, 1, 12, tzinfo=DEFAULT_ZONE)
SITE = Site(ROOT, "河湾论坛", "X3.3", "utf-8", NOW)
INDEX = "forum.php"


def thread_path(tid: int, page: int = 1) -> str:
    """The address of a thread, as it is rewritten."""
    return f"thread-{tid}-{page}-1.html"


def plain_path(tid: int) -> str:
    return f"forum.php?mod=viewthread&tid={tid}"


def board_path(fid: int, page: int = 1) -> str:
    return f"forum-{fid}-{page}.html"


def post(number: int, **more: Any) -> Post:
    """A floor; the first one of a thread has the number 1."""
    made = Post(
        id=str(number),
        position=number,
        floor_label=None,
        is_first=number == 1,
        is_pinned_copy=False,
        author=Author("石桥卖花人", "7"),
        date=Moment(NOW - timedelta(days=9) + timedelta(minutes=number), "minute", ""),
        location=None,
        headline=None,
        body=Body(text=f"文{number}"),
    )
    return replace(made, **more)


# A post has one number in the whole forum.
_OF_OTHERS = 1000


def thread(
    *posts: Post | int, page: int = 1, pages: int = 1, tid: int = 7, **more: Any
) -> ThreadPage:
    """A page of a thread, with these floors; those of other threads than 7 have longer ids."""
    before = 0 if tid == 7 else _OF_OTHERS * tid
    floors = [
        each if isinstance(each, Post) else post(each, id=str(before + each)) for each in posts
    ]
    made = ThreadPage(
        site=SITE,
        url=f"{ROOT}{plain_path(tid)}",
        thread_id=str(tid),
        headline=f"题{tid}",
        category=None,
        board=Board("河湾闲话", "2"),
        breadcrumbs=(),
        page=page,
        pages=pages,
        next_url=None,
        views=None,
        replies=None,
        posts=tuple(floors),
    )
    return replace(made, **more)


def row(tid: int, **more: Any) -> ThreadRow:
    last = Moment(NOW - timedelta(days=tid), "minute", "")
    made = ThreadRow(str(tid), f"{ROOT}{thread_path(tid)}", f"题{tid}", replies=0, last_post=last)
    return replace(made, **more)


def board(
    *rows: ThreadRow | int, page: int = 1, pages: int = 1, fid: int = 2, **more: Any
) -> BoardPage:
    """A page of a board's list, with these threads."""
    made = BoardPage(
        site=SITE,
        url=f"{ROOT}{board_path(fid)}",
        board=Board("河湾闲话", str(fid)),
        page=page,
        pages=pages,
        next_url=None,
        rows=tuple(each if isinstance(each, ThreadRow) else row(each) for each in rows),
    )
    return replace(made, **more)


def index(*fids: int, **more: Any) -> IndexPage:
    boards = tuple(Board(f"版{fid}", str(fid), f"{ROOT}{board_path(fid)}") for fid in fids)
    return replace(IndexPage(SITE, boards, is_proved=True), **more)


def news(*rows: int, page: int = 1, pages: int = 1, next_url: str | None = None) -> NewsPage:
    return NewsPage(SITE, tuple(map(row, rows)), page, pages, next_url)


def refused(reason: Any, *, by_forum: bool = True, **more: Any) -> Message:
    """A page that refuses; the forum's own, or somebody else's."""
    said = Message(
        reason,
        "不行",
        site=SITE if by_forum else None,
        evidence=("about_this" if reason in DEFINITE else "forum") if by_forum else "other",
    )
    return replace(said, **more)


# A page; the reason why none came; or several of these, one for each time it is asked for.
Given = Page | str | list[Page | str]


_REDIRECTED = "&redirected=1"


def moved(page: ThreadPage) -> ThreadPage:
    """A page to which another address redirects."""
    return replace(page, url=f"{page.url}{_REDIRECTED}")


@dataclass
class Offline:
    """Runs over one folder; `crawl` says of each request what came of it."""

    data: Path
    options: Options = field(default_factory=lambda: Options(()))
    limits: Limits = field(default_factory=Limits)
    is_member: bool = False
    warnings: list[str] = field(default_factory=list)

    def begin(self, *paths: str, now: datetime = NOW, run_id: str = "r1") -> Run:
        """A run that asks for these addresses."""
        config = Config(self.data, limits=self.limits, is_member=self.is_member)
        asked = tuple(f"{ROOT}{path}" for path in paths)
        run = Run(config, replace(self.options, addresses=asked), run_id=run_id)
        run.begin(list(asked), now)
        return run

    def crawl(
        self, *paths: str, pages: Mapping[str, Given], now: datetime = NOW, keep: bool = False
    ) -> list[str]:
        """Ask for the addresses and all that they lead to: a text for each request.

        What is not in ``pages`` is a 404 of the server. ``keep``: the run is left open, as ``run``.
        """
        self.run = run = self.begin(*paths, now=now)
        left = {
            path: list(given) if isinstance(given, list) else [given]
            for path, given in pages.items()
        }
        done: list[str] = []
        try:
            while visits := list(run.next_visits()):
                for visit in visits:
                    asks_again = True
                    while asks_again:
                        path = visit.request_url.removeprefix(ROOT)
                        given = left.get(path, [refused("not_discuz", by_forum=False)])
                        step = give(run, visit, given.pop(0) if len(given) > 1 else given[0], now)
                        if step.warning:
                            self.warnings.append(step.warning)
                        lines = [told(line) for line in store(run, visit, step)]
                        said = "left" if step.is_left else ", ".join(lines) or "-"
                        done.append(f"{path}: {said}")
                        asks_again = step.asks_again
                        if step.is_left:
                            run.end_if_left()
        except RunEndsError as error:
            done.append(f"ends: {error.reason}")
        settle(run, run.last_lines(now))
        run.flush()
        if not keep:
            run.close(now)
        return done


def give(run: Run, visit: Visit, given: Page | str, now: datetime = NOW) -> Step:
    """What comes of an answer to a visit, or of none."""
    if isinstance(given, str):
        attempts = visit.attempt + 2
        reason = cast("Reason", given)
        return run.answer(visit, Answer(visit.request_url, now, reason=reason, attempts=attempts))
    sample = Sample(visit.request_url, now, {}, b"")
    status, url = 200, visit.request_url
    if isinstance(given, Message) and given.reason == "not_discuz":
        status = 404
    if isinstance(given, ThreadPage) and given.url.endswith(_REDIRECTED):
        url = given.url
    answer = Answer(
        url,
        now,
        given,
        reason=reason_of(given),
        status=status,
        attempts=visit.attempt,
        sample=sample,
    )
    return run.answer(visit, answer)


def store(run: Run, visit: Visit, step: Step) -> list[Line]:
    """The lines of a step, carried through the pipelines."""
    return settle(run, run.deliver(visit, step, object()))


def settle(run: Run, lines: Iterable[Line]) -> list[Line]:
    """Carry lines through the pipelines."""
    done = []
    for line in lines:
        found = run.deliveries.of_object(line)
        assert found is not None
        run.deliveries.settle(*found, Fate.STORED, encode(to_json(line)))
        done.append(line)
    return done


def told(line: Line) -> str:
    """A line in a few words."""
    version = f" v{line.version}" if line.version > 1 else ""
    match line:
        case PostLine(post_id=post_id):
            number = int(post_id) % _OF_OTHERS if post_id else None
            return f"{line.item_type} {number}{' gone' if line.is_deleted else version}"
        case Refusal(is_deleted=True):
            return f"{line.reason} over"
        case Refusal():
            return f"{line.reason} x{line.attempts}"
        case Coverage():
            return f"{line.status} {line.posts_captured}"
    return line.item_type
