"""Beside a crawl: the forum's own pace, the member's cookies, the record of the run."""

from __future__ import annotations

import logging
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals

from crawler.archive.files import sha256_of, site_folder
from crawler.discuz import urls
from crawler.items.lines import SCHEMA_VERSION
from crawler.items.reasons import REASONS
from crawler.middlewares import FORUM
from crawler.reporting.exit_status import STATUSES, conclude
from crawler.reporting.run_files import write_record
from crawler.reporting.site_record import COUNTS, Site, own_version

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.archive.site_archive import SiteArchive as Archive
    from crawler.frontier.site_frontier import Frontier

logger = logging.getLogger(__name__)


# where answers are counted that no site asked for
_UNKNOWN = ""


class RunRecord:
    """Writes `runs/<run>.json` beside the lines: what was asked, read, found and refused.

    And, of the same facts, `runs/<run>.html` for people. A run over several sites gives each its
    own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = datetime.now(UTC)
        self._sites: dict[str, Site] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def response_downloaded(self, response: Response, request: Request) -> None:
        since = (datetime.now(UTC) - self._began).total_seconds()
        self._site(self._folder_of(request)).came(response, request, since)

    def item_scraped(self, item: Mapping[str, Any]) -> None:
        self._site(site_folder(item["site"])).take(item)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        archives: dict[str, Archive] = getattr(spider, "archives", {})
        if len(archives) == 1:
            # a saved page, or a host of pictures
            for archive in archives.values():
                self._site(archive.folder.name).add(self._site(_UNKNOWN))
        for archive in archives.values():
            record = self._record(spider, reason, archive)
            folder = archive.folder / "runs"
            try:
                write_record(record, folder, with_page=self._crawler.settings.getbool("REPORT"))
            except OSError as error:
                logger.error("the record of the run cannot be stored: %s", error)  # noqa: TRY400

    def _site(self, folder: str) -> Site:
        return self._sites.setdefault(folder, Site())

    def _folder_of(self, request: Request) -> str:
        """The folder of the site for which something was asked."""
        asked: str = request.meta.get(FORUM, request.url)
        here = [each for each in self._frontiers() if urls.same_host(asked, each.root)]
        if not here:
            return _UNKNOWN
        # two forums of one host lie in two paths
        path = urlsplit(asked).path
        under = [each for each in here if path.startswith(urlsplit(each.root).path)]
        return max(under or here, key=lambda each: len(each.root)).archive.folder.name

    def _frontiers(self) -> list[Frontier]:
        return getattr(self._crawler.spider, "frontiers", [])

    def _record(self, spider: Spider, reason: str, archive: Archive) -> dict[str, Any]:
        stats = dict(self._crawler.stats.get_stats()) if self._crawler.stats else {}
        outcome = conclude({**stats, "finish_reason": reason}, str(archive.folder))
        ended = datetime.now(UTC)
        arguments: Any = getattr(spider, "arguments", None)
        told = self._site(archive.folder.name)
        frontier = next((each for each in self._frontiers() if each.archive is archive), None)
        counts: Mapping[str, int] = frontier.counts if frontier else {}
        return {
            "site": archive.folder.name,
            "run_id": getattr(spider, "run_id", ""),
            "began": self._began.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - self._began).total_seconds(), 3),
            "status": outcome.status,
            "status_means": STATUSES[outcome.status],
            "finish_reason": reason,
            "said": list(outcome.said),
            "asked": arguments.described if arguments else {},
            **{name: counts.get(name, 0) for name in COUNTS},
            **{
                what: {kind: told.news[what, kind] for kind in ("article", "post")}
                for what in ("new", "changed", "deleted")
            },
            "refused": {name: told.refused[name] for name in REASONS if told.refused[name]},
            "media": {
                "stored": archive.counts["media/stored"],
                "bytes": archive.counts["media/bytes"],
                "refused": {
                    name: number
                    for name in REASONS
                    if (number := archive.counts[f"media/refused/{name}"])
                },
            },
            "alarms": frontier.alarms if frontier else [],
            "asked_again": counts.get("asked_again", 0) + told.again,
            "requests": dict(sorted(told.requests.items())),
            "bytes": dict(sorted(told.bytes.items())),
            "hosts": dict(told.hosts.most_common()),
            "timeline": told.timeline.record(),
            "posts_by_day": dict(sorted(told.days.items())),
            "posts_by_hour": dict(sorted((+told.hours).items())),
            "coverage": dict(told.coverage.most_common()),
            "incomplete": told.incomplete,
            "refusal_examples": told.examples,
            "fields": frontier.drift.seen() if frontier else {},
            "manners": self._manners(stats),
            "versions": {
                "discuz-archiver": own_version(),
                "schema": SCHEMA_VERSION,
                "scrapy": scrapy.__version__,
                "python": platform.python_version(),
            },
            "segments": [
                {"name": name, "length": path.stat().st_size, "sha256": sha256_of(path)}
                for name in sorted(archive.grown)
                if (path := archive.folder / name).exists()
            ],
        }

    def _manners(self, stats: Mapping[str, Any]) -> dict[str, Any]:
        """How the forum was treated, in words."""
        settings = self._crawler.settings
        obeyed = settings.getbool("ROBOTSTXT_OBEY")
        robots = stats.get("crawl/delay_of_robots")
        return {
            "agent": settings["USER_AGENT"],
            "robots.txt": "obeyed" if obeyed else "not asked for",
            "its Crawl-delay": f"{robots:g} s" if robots else "none",
            "delay": f"{settings.getfloat('DOWNLOAD_DELAY'):g} s at least",
            "requests at a time": settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        }
