"""Redirects stay on the forum; a forum that asks for a pause gets it."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet.task import deferLater

from crawler.discuz import urls
from crawler.discuz.dates import read_rfc_date

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)


class SameSiteRedirectMiddleware(RedirectMiddleware):
    """Follows a redirect unless it leads to another host; that one reaches the spider as it is.

    Scrapy's OffsiteMiddleware drops such a request without a word to anybody: an address that was
    asked for would end as no line at all.
    """

    def process_response(
        self, request: Request, response: Response, _: Spider | None = None
    ) -> Request | Response:
        if leads_elsewhere(response):
            return response
        return super().process_response(request, response)


class RetryAfterMiddleware:
    """Waits as long as `Retry-After` says (RFC 9110 §10.2.3), in seconds or as a date.

    A pause that is longer than ``RETRY_AFTER_MAX`` seconds ends the run instead.
    """

    def __init__(self, crawler: Crawler, longest: float) -> None:
        self._crawler = crawler
        self._longest = longest
        self._not_before: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler, crawler.settings.getfloat("RETRY_AFTER_MAX"))

    async def process_request(self, request: Request) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it late

        host = urlsplit(request.url).netloc
        # another answer may have asked for more in the meantime
        while (pause := self._not_before.get(host, 0) - time.monotonic()) > 0:
            await maybe_deferred_to_future(deferLater(reactor, pause))

    def process_response(self, request: Request, response: Response) -> Response:
        said = response.headers.get("Retry-After")
        pause = read_retry_after(said.decode("latin-1"), datetime.now(UTC)) if said else None
        if pause is None or response.status < 300:
            return response
        host = urlsplit(request.url).netloc
        if pause > self._longest:
            logger.error("%s asks for a pause of %d seconds: the run ends", host, pause)
            if self._crawler.engine:
                deferred_from_coro(self._crawler.engine.close_spider_async(reason="blocked"))
        elif pause > 0:
            logger.info("%s asks for a pause of %d seconds", host, pause)
            until = time.monotonic() + pause
            self._not_before[host] = max(until, self._not_before.get(host, 0))
            if self._crawler.stats:
                self._crawler.stats.max_value("crawl/paused_until", until)
        return response


class RobotsAvailableMiddleware:
    """robots.txt that the server fails to give: asked again, and then nothing is allowed.

    RFC 9309 §2.3.1.4: a server's error is to be taken for "disallow all". Scrapy would read the
    error page as rules, find none, and take everything for allowed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if urlsplit(request.url).path != "/robots.txt" or response.status < 429:
            return response
        assert self._crawler.spider is not None
        again = get_retry_request(
            request, spider=self._crawler.spider, reason=f"robots.txt: {response.status}"
        )
        if again is not None:
            return again
        logger.error("%s answers %d: nothing may be asked for", request.url, response.status)
        return response.replace(status=200, body=b"User-agent: *\nDisallow: /\n")


def leads_elsewhere(response: Response) -> bool:
    """Whether a response is a redirect to another host."""
    location = response.headers.get("Location")
    if not 300 <= response.status < 400 or location is None:
        return False
    target = response.urljoin(location.decode("latin-1").strip())
    return not urls.same_host(target, response.url)


def read_retry_after(said: str, now: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks to wait; ``None`` where it is none.

    >>> read_retry_after("120", datetime.now(UTC))
    120.0
    >>> now = datetime(1999, 12, 31, 23, 59, tzinfo=UTC)
    >>> read_retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now)
    59.0
    """
    said = said.strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    moment = read_rfc_date(said)
    if moment is None:
        return None
    return max(0.0, (moment - now).total_seconds())
