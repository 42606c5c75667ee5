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
from crawler.items import REASONS, SCHEMA_VERSION
from crawler.middlewares import FORUM
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
        if self._crawler.stats:
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


@dataclass(slots=True)
class _Lines:
    """What the record tells of one site's lines."""

    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    incomplete: list[dict[str, Any]] = field(default_factory=list)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def take(self, line: Mapping[str, Any]) -> None:
        """Count a line that was stored."""
        match line["item_type"]:
            case "article" | "post":
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
                shown = self.examples.setdefault(line["reason"], [])
                if len(shown) < _EXAMPLES:
                    shown.append({"url": line["url"], "said": line.get("message_raw", "")})


class RunRecord:
    """Writes `runs/<run>.json` beside the lines: what was asked, read, found and refused.

    And, of the same facts, `runs/<run>.html` for people.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._began = datetime.now(UTC)
        self._requests: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._hosts: Counter[str] = Counter()
        self._timeline = Timeline()
        self._lines: dict[str, _Lines] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def response_downloaded(self, response: Response, request: Request) -> None:
        self._requests[str(response.status)] += 1
        self._bytes[str(response.status)] += len(response.body)
        self._hosts[urlsplit(request.url).netloc] += 1
        latency = request.meta.get("download_latency")
        if latency is not None and FORUM not in request.meta:
            since = (datetime.now(UTC) - self._began).total_seconds()
            self._timeline.saw(since, latency)

    def item_scraped(self, item: Mapping[str, Any]) -> None:
        self._lines.setdefault(site_folder(item["site"]), _Lines()).take(item)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        archives: dict[str, Archive] = getattr(spider, "archives", {})
        for archive in archives.values():
            record = self._record(spider, reason, archive)
            folder = archive.folder / "runs"
            try:
                write_record(record, folder, with_page=self._crawler.settings.getbool("REPORT"))
            except OSError as error:
                logger.error("the record of the run cannot be stored: %s", error)  # noqa: TRY400

    def _record(self, spider: Spider, reason: str, archive: Archive) -> dict[str, Any]:
        stats = dict(self._crawler.stats.get_stats()) if self._crawler.stats else {}
        outcome = conclude({**stats, "finish_reason": reason}, str(archive.folder))
        ended = datetime.now(UTC)
        arguments: Any = getattr(spider, "arguments", None)
        lines = self._lines.get(archive.folder.name, _Lines())
        frontier = next(
            (each for each in getattr(spider, "frontiers", []) if each.archive is archive), None
        )
        news = {
            what: {kind: stats.get(f"news/{what}/{kind}", 0) for kind in ("article", "post")}
            for what in ("new", "changed", "deleted")
        }
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
            "lists_read": stats.get("crawl/lists_read", 0),
            "threads_listed": stats.get("crawl/threads_listed", 0),
            "threads_unchanged": stats.get("crawl/threads_unchanged", 0),
            "threads_read": stats.get("crawl/threads_read", 0),
            "pages_revisited": stats.get("crawl/pages_revisited", 0),
            "threads_gone": stats.get("crawl/threads_gone", 0),
            **news,
            "refused": {
                name: number for name in REASONS if (number := stats.get(f"refusals/{name}", 0))
            },
            "media": {
                "stored": stats.get("media/stored", 0),
                "bytes": stats.get("media/bytes", 0),
                "refused": {
                    name: number
                    for name in REASONS
                    if (number := stats.get(f"media/refused/{name}", 0))
                },
            },
            "alarms": stats.get("crawl/alarms", []),
            "refusals_standing": stats.get("crawl/refusals_standing", 0),
            "asked_again": stats.get("crawl/asked_again", 0) + stats.get("retry/count", 0),
            "requests": dict(sorted(self._requests.items())),
            "bytes": dict(sorted(self._bytes.items())),
            "hosts": dict(self._hosts.most_common()),
            "timeline": self._timeline.record(),
            "posts_by_day": dict(sorted(lines.days.items())),
            "posts_by_hour": dict(sorted((+lines.hours).items())),
            "coverage": dict(lines.coverage.most_common()),
            "incomplete": lines.incomplete,
            "refusal_examples": lines.examples,
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
