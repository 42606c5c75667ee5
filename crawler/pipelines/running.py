"""The run that a crawl's lines belong to, in our spider and in any other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from scrapy.utils.defer import deferred_from_coro

from crawler.archive.open_files import sites_at_once
from crawler.archive.segments import SEGMENT_SIZE
from crawler.frontier import Config, Run, run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

_runs: WeakKeyDictionary[Crawler, Run] = WeakKeyDictionary()


def run_for(crawler: Crawler) -> Run:
    """The run of our spider; where another spider yields lines, one that only stores them."""
    run = run_of(crawler.spider) or _runs.get(crawler)
    if run is None:
        run = Run(store_config(crawler.settings))
        run.end = lambda reason: end_crawl(crawler, reason)
        _runs[crawler] = run
    return run


def end_crawl(crawler: Crawler, reason: str) -> None:
    """End a crawl from outside of a spider's callback."""
    if crawler.engine is not None:
        deferred_from_coro(crawler.engine.close_spider_async(reason=reason))


def store_config(settings: BaseSettings) -> Config:
    """How lines are stored and published, by the settings of any project."""
    return Config(
        Path(settings.get("DATA_DIR") or "data"),
        segment_size=settings.getint("SEGMENT_SIZE", SEGMENT_SIZE),
        compression=settings.get("SEGMENT_COMPRESSION") or "",
        sites_at_once=settings.getint("SITES_AT_ONCE") or sites_at_once(),
        authors=settings.get("AUTHORS") or "keep",
        location=settings.get("LOCATION") or "keep",
    )
