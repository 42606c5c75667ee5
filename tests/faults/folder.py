"""A small forum without a network, and crawls of it as a child process makes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from scrapy.settings import Settings

from crawler.discuz.facts import Author, Board, Body, Moment, ThreadRow
from crawler.discuz.facts import Post as PostOnPage
from crawler.frontier.config import Config
from crawler.frontier.options import Options
from crawler.frontier.run import Run, RunEndsError
from crawler.frontier.visit import Visit
from crawler.reporting import Ending, conclude
from tests.frontier.offline import (
    INDEX,
    NOW,
    ROOT,
    Given,
    board,
    board_path,
    give,
    index,
    post,
    refused,
    row,
    settle,
    store,
    thread,
    thread_path,
)

SITE = "b.example"
SEGMENT_SIZE = 6_000
THREADS = range(1, 11)
# where a page of a thread ends
_PER_PAGE = 4


def _post(tid: int, floor: int, *, words: str = "", **more: object) -> PostOnPage:
    made = post(100 * tid + floor, position=floor, is_first=floor == 1)
    text = words or f"{tid}号帖第{floor}楼的话，" * 9
    author = Author(f"渡口{(tid + floor) % 4}", str(90 + (tid + floor) % 4))
    return replace(made, body=Body(text=text), author=author, **more)  # type: ignore[arg-type]


def _board_of(tid: int) -> int:
    return 2 + tid % 2


def _last_post(made: ThreadRow) -> datetime:
    assert made.last_post is not None
    return made.last_post.value


def forum(night: int) -> dict[str, Given]:
    """Two boards with ten threads of two pages; by the second night it has changed.

    Then thread 1 has one more reply, a reply of thread 3 is edited, one of thread 5 is deleted,
    thread 9 is gone, and thread 11 is new.
    """
    posts = {tid: [_post(tid, floor) for floor in range(1, 8)] for tid in THREADS}
    changed: set[int] = set()
    if night > 1:
        posts[1].append(_post(1, 8))
        posts[3][5] = _post(3, 6, words="改过的一楼")
        del posts[5][5]
        del posts[9]
        posts[11] = [_post(11, floor) for floor in range(1, 3)]
        changed = {1, 3, 5, 11}
    pages: dict[str, Given] = {INDEX: index(2, 3)}
    for fid in (2, 3):
        rows = []
        for tid, of_thread in posts.items():
            if _board_of(tid) != fid:
                continue
            made = row(tid, replies=len(of_thread) - 1)
            if tid in changed:
                made = replace(made, last_post=Moment(NOW + timedelta(hours=tid), "minute", ""))
            rows.append(made)
        rows.sort(key=_last_post, reverse=True)
        pages[board_path(fid)] = board(*rows, fid=fid)
    for tid, of_thread in posts.items():
        of_board = Board("河湾闲话", str(_board_of(tid)))
        count = -(-len(of_thread) // _PER_PAGE)
        for page in range(1, count + 1):
            shown = of_thread[(page - 1) * _PER_PAGE : page * _PER_PAGE]
            pages[thread_path(tid, page)] = thread(
                *shown, tid=tid, page=page, pages=count, replies=len(of_thread) - 1, board=of_board
            )
    pages[thread_path(9)] = pages.get(thread_path(9), refused("not_found"))
    return pages


def present(night: int) -> dict[str, str]:
    """The words of all posts of the forum, by id."""
    return {
        each.id: each.body.text
        for page in forum(night).values()
        for each in getattr(page, "posts", ())
    }


def crawl(
    data: Path,
    night: int,
    *,
    compression: str = "",
    now: datetime | None = None,
    pages: Mapping[str, Given] | None = None,
) -> int:
    """Crawl the forum as it is in a night; print what the command would say, return its status."""
    now = now or NOW + timedelta(days=night)
    left = forum(night) if pages is None else pages
    run = Run(Config(data, SEGMENT_SIZE, compression), Options(addresses=(ROOT,)), run_id="r")
    reason = "finished"
    try:
        run.begin([ROOT], now)
        while run.remarks.storage_error is None and (visits := list(run.next_visits())):
            for visit in visits:
                _read(run, visit, left, now)
        settle(run, run.last_lines(now))
        run.flush()
    except RunEndsError as error:
        reason = error.reason
    run.close(now)
    if run.remarks.storage_error is not None:
        reason = "storage_failed"
    ending = Ending(
        tally=run.tally,
        finish_reason=reason,
        unusable=run.remarks.unusable,
        storage_error=run.remarks.storage_error,
        requests=1,
    )
    outcome = conclude(ending, f"{data}/")
    for line in outcome.messages:
        print(line, file=sys.stderr)
    return outcome.status


def _read(run: Run, visit: Visit, pages: Mapping[str, Given], now: datetime) -> None:
    asks_again = True
    while asks_again and run.remarks.storage_error is None:
        path = visit.request_url.removeprefix(ROOT) or INDEX
        given = pages.get(path, refused("not_found"))
        assert not isinstance(given, list)
        step = give(run, visit, given, now)
        store(run, visit, step)
        asks_again = step.asks_again


def command(name: str, *arguments: str, data: Path) -> int:
    """Run a command of the project in this process, as Scrapy would; returns its exit status."""
    import argparse  # noqa: PLC0415

    for variable in [each for each in os.environ if each.startswith("SCRAPY_")]:
        del os.environ[variable]
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DATA_DIR", str(data), priority="cmdline")
    made = import_module(f"crawler.commands.{name}").Command()
    made.settings = settings
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    made.add_options(parser)
    options, rest = parser.parse_known_args(arguments)
    made.process_options(rest, options)
    try:
        made.run(rest, options)
    except SystemExit as error:
        return int(error.code or 0)
    return int(made.exitcode or 0)
