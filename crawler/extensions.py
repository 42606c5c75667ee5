"""Beside a crawl: the forum's own pace, the member's cookies, the record of the run."""

from __future__ import annotations

import logging
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.exceptions import NotConfigured

from crawler.cookies import read_cookies
from crawler.discuz import urls
from crawler.items import REASONS, SCHEMA_VERSION
from crawler.middlewares import FORUM, is_elsewhere
from crawler.outcome import STATUSES, conclude
from crawler.runs import write_record
from crawler.storage import sha256_of, site_folder
from crawler.timeline import Timeline

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

    from crawler.archive import Archive
    from crawler.frontier import Frontier

logger = logging.getLogger(__name__)


class CrawlDelay:
    """Holds the downloader to the `Crawl-delay` of robots.txt, whatever AutoThrottle finds.

    Has to be loaded after AutoThrottle, which sets the delay after each answer.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._delays: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        return extension

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._agent)
        host = urlsplit(request.url).hostname
        if not delay or host is None:
            return
        logger.info("robots.txt of %s asks for %g seconds between requests", host, delay)
        self._delays[host] = delay
        if self._crawler.stats and not is_elsewhere(request):
            self._crawler.stats.max_value("crawl/delay_of_robots", delay)
        self._hold(host)

    def response_downloaded(self, request: Request) -> None:
        self._hold(request.meta.get("download_slot", ""))

    def _hold(self, key: str) -> None:
        delay = self._delays.get(key)
        if delay is None or self._crawler.engine is None:
            return
        downloader = self._crawler.engine.downloader
        # a slot that is idle for a while is made anew from these
        downloader.per_slot_settings[key] = {"delay": delay, "jitter": 0}
        slot = downloader.slots.get(key)
        if slot is not None:
            slot.delay, slot.jitter = max(slot.delay, delay), 0


class MemberCookies:
    """Gives the cookies of `COOKIES_FILE` to the downloader; they are written nowhere."""

    def __init__(self, crawler: Crawler, path: Path) -> None:
        self._crawler = crawler
        self._path = path

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.get("COOKIES_FILE"):
            raise NotConfigured
        extension = cls(crawler, Path(crawler.settings["COOKIES_FILE"]))
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        return extension

    def spider_opened(self) -> None:
        middleware = self._crawler.get_downloader_middleware(CookiesMiddleware)
        if middleware is not None:
            for cookie in read_cookies(self._path):
                middleware.jars[None].jar.set_cookie(cookie)


# Of what went wrong a record shows some: threads with missing posts, addresses for each reason.
_INCOMPLETE, _EXAMPLES = 100, 3
# What a site's part of the run counts (`Frontier.counts`).
_COUNTS = (
    "lists_read",
    "threads_listed",
    "threads_unchanged",
    "threads_read",
    "pages_revisited",
    "threads_gone",
    "refusals_standing",
    "removed",
)
# where answers are counted that no site asked for
_UNKNOWN = ""


@dataclass(slots=True)
class _Site:
    """What the record tells of one site: its answers and its lines."""

    requests: Counter[str] = field(default_factory=Counter)
    again: int = 0
    bytes: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    timeline: Timeline = field(default_factory=Timeline)
    news: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    incomplete: list[dict[str, Any]] = field(default_factory=list)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def came(self, response: Response, request: Request, since: float) -> None:
        """Count an answer, ``since`` seconds after the run began."""
        self.requests[str(response.status)] += 1
        self.bytes[str(response.status)] += len(response.body)
        self.hosts[urlsplit(request.url).netloc] += 1
        self.again += request.meta.get("retry_times", 0)
        latency = request.meta.get("download_latency")
        if latency is not None and FORUM not in request.meta:
            self.timeline.saw(since, latency)

    def add(self, other: _Site) -> None:
        """Count the answers of another site as this one's."""
        self.requests += other.requests
        self.bytes += other.bytes
        self.hosts += other.hosts

    def take(self, line: Mapping[str, Any]) -> None:
        """Count a line that was stored."""
        match line["item_type"]:
            case "article" | "post" as kind:
                what = "changed" if line["version"] > 1 else "new"
                self.news["deleted" if line.get("is_deleted") else what, kind] += 1
                at = line.get("date_published", "")
                if at and line["version"] == 1:
                    self.days[at[:10]] += 1
                    self.hours[at[11:13]] += line.get("date_precision") != "day"
            case "coverage":
                self.coverage[line["status"]] += 1
                if line["status"] == "partial" and len(self.incomplete) < _INCOMPLETE:
                    missing = line.get("missing_positions", [])[:_INCOMPLETE]
                    told = {"thread_id": line["thread_id"], "url": line["url"], "missing": missing}
                    told |= {"captured": line["posts_captured"]}
                    if "posts_expected" in line:
                        told["expected"] = line["posts_expected"]
                    self.incomplete.append(told)
            case "refusal" if not line.get("is_deleted"):
                self.refused[line["reason"]] += 1
                shown = self.examples.setdefault(line["reason"], [])
                if len(shown) < _EXAMPLES:
                    shown.append({"url": line["url"], "said": line.get("message_raw", "")})


class RunRecord:
    """Writes `runs/<run>.json` beside the lines: what was asked, read, found and refused.

    And, of the same facts, `runs/<run>.html` for people. A run over several sites gives each its
    own.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = datetime.now(UTC)
        self._sites: dict[str, _Site] = {}

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

    def _site(self, folder: str) -> _Site:
        return self._sites.setdefault(folder, _Site())

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
            **{name: counts.get(name, 0) for name in _COUNTS},
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
                "discuz-archiver": _version(),
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


def _version() -> str | None:
    try:
        return version("discuz-archiver")
    except PackageNotFoundError:
        return None
