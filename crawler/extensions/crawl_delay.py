"""Holds the downloader to the `Crawl-delay` of robots.txt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.frontier import run_of
from crawler.middlewares import is_elsewhere

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

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
        # two ports of a host share its pace
        self._delays[host] = max(delay, self._delays.get(host, 0))
        run = run_of(self._crawler.spider)
        if run is not None and not is_elsewhere(request):
            run.pauses.crawl_delay = max(delay, run.pauses.crawl_delay)
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
