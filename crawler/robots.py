"""Obeys robots.txt (RFC 9309), also where it cannot be had or asks for very long delays."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.internet.defer import Deferred

from crawler.discuz import urls
from crawler.failures import explain
from crawler.middlewares import FORUM, EndlessRedirectError, RefusedError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

PATH = "/robots.txt"
# The key in `request.meta` of a request for one.
IS_ROBOTS = "is_robots"
# What a crawler has to read of it at least (RFC 9309 §2.5); a hostile one may have no end.
_LONGEST = 512 * 1024
# Before all pages that wait.
_PRIORITY = 1000


class ForbiddenByRobotsError(RefusedError):
    """An address that robots.txt disallows."""

    reason = "robots_disallowed"


class LedToForbiddenError(RefusedError):
    """A page that leads to an address that robots.txt disallows, and is not disallowed itself.

    It says nothing of the page: a wall sends all of them to the form for logins (member.php), which
    Discuz's own robots.txt disallows.
    """

    def __init__(self, url: str) -> None:
        is_login = urls.is_login(url)
        form = "the form for logins, " if is_login else ""
        # the rest of an address may hold secrets
        super().__init__(f"leads to {form}{urlsplit(url).path}, which robots.txt disallows")
        self.reason = "login_required" if is_login else "unknown_notice"


class RobotsUnavailableError(RefusedError):
    """A host whose robots.txt cannot be had: nothing may be asked there in this run."""

    reason = "unreachable"


class CrawlDelayTooLongError(RefusedError):
    """A host that asks for longer delays than a run waits."""

    reason = "rate_limited"


@dataclass(slots=True)
class _Asking:
    """How often one robots.txt was asked for; all its requests share it."""

    times: int = 0


class RobotsMiddleware:
    """Asks each host for its robots.txt, once a run, and lets through what that allows.

    A robots.txt that is not there (4xx) allows everything (RFC 9309 §2.3.1.3). Where the server
    fails to give it (5xx, 429, no answer) nothing may be asked (§2.3.1.4): each request fails with
    `RobotsUnavailableError`, and the next run asks again. Scrapy's own middleware would take an
    error page for rules, and allow everything where no answer came.

    A `Crawl-delay` above ``longest`` seconds is not waited for, and not passed over either: each
    request fails with `CrawlDelayTooLongError`.
    """

    def __init__(self, crawler: Crawler, agent: str, longest: float) -> None:
        self._crawler = crawler
        self._agent = agent
        self._longest = longest
        self._parser_class = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        # by host: its rules, an error for all requests there, or whoever waits for one of them
        self._rules: dict[str, RobotParser | RefusedError | Deferred[None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        if not settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        return cls(crawler, agent, settings.getfloat("RETRY_AFTER_MAX"))

    async def process_request(self, request: Request) -> None:
        asking = request.meta.get(IS_ROBOTS)
        if asking is not None:
            asking.times += 1
        if request.meta.get("dont_obey_robotstxt") or not urls.is_web(request.url):
            return
        rules = await self._rules_for(request)
        if isinstance(rules, RefusedError):
            # each failure tells of its own request
            raise type(rules)(*rules.args)
        if rules.allowed(request.url, self._agent):
            return
        if _is_led_elsewhere(request):
            raise LedToForbiddenError(request.url)
        raise ForbiddenByRobotsError("Forbidden by robots.txt")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask again for a robots.txt that the server fails to give, as often as for a page."""
        if not request.meta.get(IS_ROBOTS) or not _is_failing(response.status):
            return response
        spider, reason = self._crawler.spider, f"robots.txt: {response.status}"
        return (get_retry_request(request, spider=spider, reason=reason) if spider else None) or (
            response
        )

    async def _rules_for(self, request: Request) -> RobotParser | RefusedError:
        host = urlsplit(request.url).netloc
        known = self._rules.get(host)
        if isinstance(known, Deferred):
            waiting: Deferred[None] = Deferred()
            known.chainDeferred(waiting)
            await maybe_deferred_to_future(waiting)
            known = self._rules[host]
        if known is None:
            asking: Deferred[None] = Deferred()
            self._rules[host] = asking
            known = self._rules[host] = await self._ask(request)
            asking.callback(None)
        assert not isinstance(known, Deferred)  # noqa: S101 - for the type
        return known

    async def _ask(self, request: Request) -> RobotParser | RefusedError:
        """The rules of the host of a request, or why there are none."""
        parts = urlsplit(request.url)
        url = f"{parts.scheme}://{parts.netloc}{PATH}"
        asking = _Asking()
        meta = {"dont_obey_robotstxt": True, IS_ROBOTS: asking}
        if FORUM in request.meta:
            # that of a host of pictures is asked for as pictures are
            meta[FORUM] = request.meta[FORUM]
        robots = Request(url, priority=_PRIORITY, meta=meta, callback=NO_CALLBACK)
        assert self._crawler.engine is not None  # noqa: S101 - for the type
        try:
            response = await self._crawler.engine.download_async(robots)
        except EndlessRedirectError:
            # as one that is not there (RFC 9309 §2.3.1.2)
            return self._parser(b"")
        except Exception as error:  # noqa: BLE001 - whatever kept it from us
            why = explain(error, robots)[1]
        else:
            if not _is_failing(response.status):
                return await self._read(response, request)
            why = f"status {response.status}"
        # these are the attempts of what was to be asked for
        request.meta["retry_times"] = asking.times - 1
        return self._unavailable(robots, why)

    async def _read(self, response: Response, request: Request) -> RobotParser | RefusedError:
        """The rules of an answer, where they ask for no longer delay than a run waits."""
        # only a 2xx is a robots.txt (§2.3.1.3), and no page of HTML is one
        is_there = response.status < 300 and not response.body.lstrip().startswith(b"<")
        rules = self._parser(response.body if is_there else b"")
        delay, host = rules.crawl_delay(self._agent) or 0, urlsplit(request.url).netloc
        if delay > self._longest:
            return CrawlDelayTooLongError(
                f"the robots.txt of {host} asks for {delay:,.0f} seconds between two requests"
                f" (Crawl-delay), and a run waits for {self._longest:,.0f} at most"
                " (RETRY_AFTER_MAX): ask the forum's owner for a shorter one"
            )
        await self._crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )
        return rules

    def _parser(self, body: bytes) -> RobotParser:
        parser: RobotParser = build_from_crawler(self._parser_class, self._crawler, body[:_LONGEST])
        return parser

    def _unavailable(self, robots: Request, why: str) -> RefusedError:
        # pictures of old posts lie on hosts that are gone: no error
        level = logging.INFO if FORUM in robots.meta else logging.ERROR
        has_status = why.startswith("status ")
        said = why.replace("status ", "answers ") if has_status else f"cannot be had ({why})"
        logger.log(level, "%s %s: nothing may be asked for", robots.url, said)
        return RobotsUnavailableError(
            f"robots.txt cannot be had ({why}), so nothing may be asked for"
        )


def _is_led_elsewhere(request: Request) -> bool:
    """Whether a page of the forum led to this request, and not to its own address at https."""
    first = request.meta.get("redirect_urls", [request.url])[0]
    is_same = urlsplit(first)[2:] == urlsplit(request.url)[2:]
    return FORUM not in request.meta and not is_same


def _is_failing(status: int) -> bool:
    """Whether the server fails to give a file, in place of saying that it has none."""
    return status >= 500 or status == 429
