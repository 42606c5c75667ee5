"""robots.txt: what RFC 9309 says where a server fails to give it, and delays beyond measure."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.failures import words_of
from crawler.middlewares import FORUM, PrivateAddressError, RobotsUnavailableError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_TOO_MANY = 429
_NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


class RobotsMiddleware(RobotsTxtMiddleware):
    """Obeys robots.txt, and asks for nothing while a server fails to give it (RFC 9309 §2.3.1).

    Scrapy reads an error page as rules, finds none and allows everything, as it does where no
    answer comes at all. That a client's error allows everything is right (§2.3.1.3). A Crawl-delay
    beyond ``RETRY_AFTER_MAX`` seconds would take years: nothing is asked for.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self._longest = settings.getfloat("RETRY_AFTER_MAX")
        self._forums: set[str] = set()
        # why there are no rules, by host
        self._failed: dict[str, str] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        if _is_rules(request):
            return
        host = urlsplit(request.url).netloc
        if FORUM not in request.meta:
            self._forums.add(host)
        try:
            await super().process_request(request)
        except IgnoreRequest:
            if host in self._failed:
                why = self._failed[host]
                raise RobotsUnavailableError(
                    f"robots.txt {why}: until it comes nothing may be asked for"
                ) from None
            raise
        rules = await self.robot_parser(request) if host in self._parsers else None
        delay = rules.crawl_delay(self._agent) if rules else None
        if delay is not None and delay > self._longest:
            raise IgnoreRequest(
                f"robots.txt asks for {delay:,.0f} seconds between requests,"
                f" more than RETRY_AFTER_MAX ({self._longest:g})"
            )

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if not _is_rules(request) or response.status < 400:
            return response
        if response.status < 500 and response.status != _TOO_MANY:
            # the words of an error page are no rules
            return response.replace(status=200, body=b"")
        spider, reason = self.crawler.spider, f"robots.txt: {response.status}"
        again = get_retry_request(request, spider=spider, reason=reason) if spider else None
        return again or self._nothing(request, f"answers {response.status}")

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        if not _is_rules(request) or isinstance(exception, PrivateAddressError):
            return None
        return self._nothing(request, f"does not come ({words_of(exception)})")

    def _nothing(self, request: Request, why: str) -> Response:
        """The rules of a host that fails to give any."""
        host = urlsplit(request.url).netloc
        self._failed[host] = why
        level = logging.ERROR if host in self._forums else logging.INFO
        logger.log(level, "%s %s: nothing may be asked for", request.url, why)
        return Response(request.url, body=_NOTHING_ALLOWED)


def _is_rules(request: Request) -> bool:
    return urlsplit(request.url).path == "/robots.txt"
