"""Writes the record of a run beside its lines, for programs and for people."""

from __future__ import annotations

import logging
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals

from crawler.archive import sha256_of
from crawler.discuz import urls
from crawler.extensions.ending import ending_of
from crawler.frontier import NotedRefusal, Run, Site, run_of
from crawler.history import Entry
from crawler.items.lines import SCHEMA_VERSION
from crawler.middlewares import FORUM
from crawler.reporting import STATUSES, Received, SiteRecord, conclude
from crawler.reporting.run_files import begin_record, write_record
from crawler.robots import IS_ROBOTS

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

# where responses are counted that no site asked for
_UNKNOWN = ""


class RunRecord:
    """Writes `runs/<run>.json` beside the lines: what was asked, read, found and refused.

    And, of the same facts, `runs/<run>.html` for people. A run over several sites gives each its
    own. Runs of other spiders have no record.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = datetime.now(UTC)
        self._records: dict[str, SiteRecord] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        run = run_of(self._crawler.spider)
        if run is not None:
            run.line_stored = self._line_stored
            run.site_begins = self._site_begins

    def response_downloaded(self, response: Response, request: Request) -> None:
        is_of_forum = FORUM not in request.meta
        retries = request.meta.get("retry_times", 0)
        if IS_ROBOTS in request.meta:
            # an answer to each of them comes by here
            retries = min(retries, 1)
        received = Received(
            urlsplit(request.url).netloc,
            response.status,
            len(response.body),
            (datetime.now(UTC) - self._began).total_seconds(),
            request.meta.get("download_latency") if is_of_forum else None,
            retries,
        )
        self._of(self._folder_of(request)).add_response(received)

    def spider_closed(self, reason: str) -> None:
        run = run_of(self._crawler.spider)
        if run is None:
            return
        for site in run.sites.values():
            if len(run.sites) == 1:
                # a saved page, or a host of pictures
                self._of(site.archive.folder.name).add(self._of(_UNKNOWN))
            record = self._record(run, site, reason)
            folder = site.archive.folder / "runs"
            try:
                write_record(record, folder, with_page=self._crawler.settings.getbool("REPORT"))
            except OSError as error:
                # a disk that takes no line takes no record either, and that is told already
                level = logging.INFO if run.remarks.storage_error else logging.ERROR
                logger.log(level, "the record of the run cannot be stored: %s", error)

    def _site_begins(self, site: Site) -> None:
        run = run_of(self._crawler.spider)
        if run is None:
            return
        folder, with_page = site.archive.folder / "runs", self._crawler.settings.getbool("REPORT")
        try:
            killed = begin_record(self._begun(run, site), folder, with_page=with_page)
        except OSError as error:
            logger.warning("that the run began cannot be noted: %s", error)
            return
        for record in killed:
            run.remarks.killed.add(record["run_id"])
            logger.warning(
                "run %s of %s was killed: it left no record", record["run_id"], record["site"]
            )

    def _line_stored(self, site: Site, entry: Entry) -> None:
        self._of(site.archive.folder.name).add_line(entry.as_read)

    def _of(self, folder: str) -> SiteRecord:
        return self._records.setdefault(folder, SiteRecord())

    def _folder_of(self, request: Request) -> str:
        """The folder of the site for which something was asked."""
        run = run_of(self._crawler.spider)
        asked: str = request.meta.get(FORUM, request.url)
        frontiers = run.frontiers if run else []
        here = [each for each in frontiers if urls.same_host(asked, each.root)]
        if not here:
            return _UNKNOWN
        # two forums of one host lie in two paths
        path = urlsplit(asked).path
        under = [each for each in here if path.startswith(urlsplit(each.root).path)]
        nearest = max(under or here, key=lambda each: len(each.root))
        return nearest.site.archive.folder.name

    def _begun(self, run: Run, site: Site) -> dict[str, Any]:
        """What the record of a run says from its begin on."""
        return {
            "site": site.archive.folder.name,
            "run_id": run.run_id,
            "began": self._began.isoformat(timespec="seconds"),
            "asked": run.options.described,
            "versions": {
                "discuz-archiver": _own_version(),
                "schema": SCHEMA_VERSION,
                "scrapy": scrapy.__version__,
                "python": platform.python_version(),
            },
        }

    def _record(self, run: Run, site: Site, reason: str) -> dict[str, Any]:
        archive = site.archive
        outcome = conclude(ending_of(self._crawler, reason), str(archive.folder))
        ended = datetime.now(UTC)
        return {
            **self._begun(run, site),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - self._began).total_seconds(), 3),
            "status": outcome.status,
            "status_means": STATUSES[outcome.status],
            "finish_reason": reason,
            "said": list(outcome.messages),
            **self._of(archive.folder.name).to_json(site.tally),
            "decisive": _noted(site.tally.incomplete, site.decisive),
            "unsettled": _noted(site.tally.unsettled, site.unsettled),
            "alarms": site.alarms,
            "words_unaccounted_examples": site.unaccounted,
            "fields": site.drift.seen(),
            "manners": self._manners(run),
            "segments": [
                {"name": name, "length": path.stat().st_size, "sha256": sha256_of(path)}
                for name in sorted(archive.grown)
                if (path := archive.folder / name).exists()
            ],
        }

    def _manners(self, run: Run) -> dict[str, Any]:
        """How the forum was treated, in words."""
        settings = self._crawler.settings
        obeyed = settings.getbool("ROBOTSTXT_OBEY")
        delay = run.pauses.crawl_delay
        return {
            "agent": settings["USER_AGENT"],
            "robots.txt": "obeyed" if obeyed else "not asked for",
            "its Crawl-delay": f"{delay:g} s" if delay else "none",
            "delay": f"{settings.getfloat('DOWNLOAD_DELAY'):g} s at least",
            "requests at a time": settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        }


def _noted(number: int, refusals: list[NotedRefusal]) -> dict[str, Any]:
    """How many refusals there are, and some of them."""
    return {"number": number, "refusals": [each.to_json() for each in refusals]}


def _own_version() -> str | None:
    try:
        return version("discuz-archiver")
    except PackageNotFoundError:
        return None
