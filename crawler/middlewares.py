"""What is asked for and by whom: redirects stay on the forum, pauses are obeyed.

Pictures and files are asked for at public addresses only.
"""

from __future__ import annotations

import logging
import re
import socket
import time
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.task import deferLater
from w3lib.url import safe_url_string

from crawler.discuz import urls
from crawler.discuz.rfc_dates import read_rfc_date
from crawler.frontier import run_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http.cookiejar import Cookie

    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http.cookies import CookieJar
    from scrapy.settings import BaseSettings

    from crawler.items import Reason

logger = logging.getLogger(__name__)

# What a browser keeps at least (RFC 6265 §6.1): so many cookies of a domain, of so many bytes each.
_COOKIES = 50
_LARGEST_COOKIE = 4096
# The attribute of a cookie that came with an answer: the how manieth it is.
_CAME = "came"
# How often one address of a chain of redirects is asked for.
_TIMES_THERE = 2
# About so many addresses that lead on without end are remembered.
_REMEMBERED = 1000
# The address of a request that asks nobody.
NOTHING = "data:,"
# The key in `request.meta` of a request for a picture or file; its value is the forum's root.
FORUM = "media_of_forum"
# The key of the seconds that an answer asks to wait, where these are too many.
LONG_PAUSE = "long_pause"
# The key of where a redirect leads that was not followed.
_LEADS_TO = "leads_to"


def add_contact(settings: BaseSettings) -> None:
    """Add `CONTACT` to the agent's name, for the spider that calls this in `update_settings`."""
    if settings.get("CONTACT"):
        agent = settings["USER_AGENT"].removesuffix(")")
        settings.set("USER_AGENT", f"{agent}; +{settings['CONTACT']})", priority="spider")


class NothingMiddleware:
    """Answers requests that ask nobody, so that no downloader sees and nobody counts them."""

    def process_request(self, request: Request) -> Response | None:
        return Response(request.url) if request.url == NOTHING else None


class RefusedError(IgnoreRequest):
    """A request that is not made, or not gone on with; its text says why in words for the user."""

    reason: Reason = "unreachable"


class PrivateAddressError(RefusedError):
    """An address that only this machine or its network can reach."""

    reason = "off_site"


class EndlessRedirectError(RefusedError):
    """Redirects that lead round in a circle, too far, or nowhere."""


class PublicAddressMiddleware:
    """Allows requests for pictures and files at public addresses and at the forum's own host only.

    Anybody may write any address into a post, and redirects lead anywhere: to the router, to a
    database on this machine, to a cloud's metadata (SSRF). A name is resolved here by the resolver
    of the download, which caches the result. Stands before the middleware that asks for robots.txt.
    Behind a proxy names are not resolved: the proxy does that. ``allowed`` hosts may be asked
    whatever their address.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)
        self._has_proxy = bool(getproxies().keys() & {"http", "https", "all"})

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getlist("MEDIA_LOCAL_HOSTS"))

    async def process_request(self, request: Request) -> None:
        if not is_elsewhere(request):
            return
        if urlsplit(request.url).netloc in self._allowed:
            return
        host = urlsplit(request.url).hostname or ""
        if not (is_public(host) or await self._leads_to_public(host)):
            raise PrivateAddressError(f"{host} is no public address")

    async def _leads_to_public(self, host: str) -> bool:
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it late

        # its type stubs take a host name as a list of numbers
        resolver: Any = reactor
        # a dot at its end is no difference; a proxy may decode %6c of a name
        host = host.removesuffix(".")
        if not _NAME.fullmatch(host) or _as_ip(host) is not None or host.endswith(_LOCAL):
            return False
        if self._has_proxy:
            return True
        return is_public(await maybe_deferred_to_future(resolver.resolve(host)))


class SameSiteRedirectMiddleware(RedirectMiddleware):
    """Follows redirects on the same host; a redirect to another host reaches the spider unchanged.

    Scrapy's OffsiteMiddleware would drop the redirected request silently: the address asked for
    would end without any line. A redirect that says that a thread ends before this page reaches the
    spider as well: it tells all that it leads to, and Discuz's robots.txt forbids `mod=redirect`.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        # addresses that were found to lead to themselves without end in this run
        self._loops: set[str] = set()
        # those of them that did so when they were asked for themselves
        self._asked: set[str] = set()

    def process_response(
        self, request: Request, response: Response, _: Spider | None = None
    ) -> Request | Response:
        # for pictures PublicAddressMiddleware checks the redirected request instead
        is_page = FORUM not in request.meta
        try:
            answer = super().process_response(request, response)
        except (IgnoreRequest, ValueError) as error:
            # no request was made of it that could be judged: too many, or no address of the web
            if is_page and (leads_elsewhere(response) or leads_past_end(response)):
                return response
            if isinstance(error, ValueError):
                # Location: http://[
                raise EndlessRedirectError("redirects to what is no address") from error
            # all that the first address led to
            self._remember([*request.meta.get("redirect_urls", [])[1:], request.url])
            raise EndlessRedirectError(f"redirects without end: {request.url}") from error
        # the request itself is judged: another reading of `Location: ///host/` may name another
        # host than the one that would be asked
        if is_page and isinstance(answer, Request) and _may_not_follow(request.url, answer.url):
            request.meta[_LEADS_TO] = answer.url
            return response
        if isinstance(answer, Response):
            self._loops.discard(request.url)
            self._asked.discard(request.url)
            return answer
        passed = answer.meta["redirect_urls"]
        # a thread may answer its first request with a redirect to itself; then it comes, or never
        if passed.count(answer.url) >= _TIMES_THERE:
            self._remember(passed[passed.index(answer.url) :])
        # what is asked for itself may answer by now, whatever it did before; but not a second time
        is_over = passed.count(answer.url) >= _TIMES_THERE or passed[0] not in self._loops
        if answer.url in self._loops and (is_over or answer.url in self._asked):
            if answer.url == passed[0]:
                self._asked.add(answer.url)
            raise EndlessRedirectError(f"redirects to itself without end: {answer.url}")
        return answer

    def _remember(self, addresses: Iterable[str]) -> None:
        if len(self._loops) < _REMEMBERED:
            self._loops.update(addresses)


class RetryAfterMiddleware:
    """Waits as long as `Retry-After` asks for (RFC 9110 §10.2.3), in seconds or until a date.

    A pause of more than ``RETRY_AFTER_MAX`` seconds is left to the spider (`LONG_PAUSE`): it may be
    about one address, for X3.5 sends `Retry-After: 3600` with each of its own error pages
    (discuz_error.php). Where a host of pictures asks for a pause, requests to it fail until the
    pause is over.
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
        if is_elsewhere(request) and self._not_before.get(host, 0) > time.monotonic():
            # pages of the forum must not wait for pictures
            raise RefusedError(f"{host} asked for a pause")
        # another response may have asked for a longer pause in the meantime
        while (pause := self._not_before.get(host, 0) - time.monotonic()) > 0:
            await maybe_deferred_to_future(deferLater(reactor, pause))

    def process_response(self, request: Request, response: Response) -> Response:
        header = response.headers.get("Retry-After")
        request.meta.pop(LONG_PAUSE, None)
        pause = read_retry_after(header.decode("latin-1"), datetime.now(UTC)) if header else None
        if pause is None or response.status < 300:
            return response
        host = urlsplit(request.url).netloc
        if is_elsewhere(request):
            self._not_before[host] = time.monotonic() + pause
        elif pause > self._longest:
            request.meta[LONG_PAUSE] = pause
        elif pause > 0:
            logger.info("%s asks for a pause of %d seconds", host, pause)
            until = time.monotonic() + pause
            self._not_before[host] = max(until, self._not_before.get(host, 0))
            run = run_of(self._crawler.spider)
            if run is not None:
                run.pauses.until = max(until, run.pauses.until)
        return response


def is_elsewhere(request: Request) -> bool:
    """Whether a request is for a picture or file at another host than the forum's."""
    forum = request.meta.get(FORUM)
    return forum is not None and not urls.same_host(request.url, forum)


# b.example, xn--fiq.example: what a name of the web's consists of, after IDNA
_NAME = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,126}", re.ASCII)
# the ends of host names that only a local network resolves
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".onion")


def is_public(host: str) -> bool:
    """Whether a host is written as an IP address that the whole Internet can reach.

    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("[::1]")
    (True, False, False)
    >>> is_public("b.example"), is_public("2130706433"), is_public("0x7f.1")
    (False, False, False)
    """
    address = _as_ip(host)
    return address is not None and address.is_global and not address.is_multicast


def _as_ip(host: str) -> IPv4Address | IPv6Address | None:
    host = host.strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        pass
    else:
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        return mapped or address
    try:
        # 127.1, 0x7f000001, 2130706433: inet_aton reads them, and so do download handlers
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def leads_elsewhere(response: Response) -> bool:
    """Whether a response is a redirect to another host."""
    target = redirect_target(response)
    return target is not None and not urls.same_host(target, response.url)


def leads_past_end(response: Response) -> bool:
    """Whether a response is a redirect that says that the thread ends before this page."""
    target = redirect_target(response)
    return target is not None and urls.is_past_end(response.url, target)


def redirect_target(response: Response) -> str | None:
    """Where a redirect leads to; ``None`` for any other response.

    That is the address of the request that was made of it, where one was made.
    """
    location = response.headers.get("Location")
    if not 300 <= response.status < 400 or location is None:
        return None
    made = response.request.meta.get(_LEADS_TO) if response.request else None
    if made is not None:
        return str(made)
    try:
        # as RedirectMiddleware reads it: bytes that are no ASCII become percent signs
        target = safe_url_string(location)
        if location.startswith(b"//"):
            target = f"//{target.lstrip('/')}"
        return urljoin(response.url, target)
    except ValueError:
        return None


def _may_not_follow(url: str, target: str) -> bool:
    """Whether a request to ``target`` would leave the host of ``url``, or a thread that ended."""
    return not urls.same_host(target, url) or urls.is_past_end(url, target)


def host_of(url: str) -> tuple[str, str]:
    """Scheme and host of an address, without the name and password that may stand before it.

    >>> host_of("https://me:secret@b.example:8080/bbs/?token=1")
    ('https', 'b.example:8080')
    """
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2]


def read_retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait; ``None`` for any other text.

    >>> read_retry_after("120", datetime.now(UTC))
    120.0
    >>> now = datetime(1999, 12, 31, 23, 59, tzinfo=UTC)
    >>> read_retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now)
    59.0
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    moment = read_rfc_date(header)
    if moment is None:
        return None
    return max(0.0, (moment - now).total_seconds())


class BoundedCookiesMiddleware(CookiesMiddleware):
    """Keeps no more cookies of a domain than a browser does: the oldest that it has sent go first.

    A forum that names a new one with each answer would have all of them sent with each request.
    Cookies of `COOKIES_FILE` stay.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._came = 0
        self._told: set[str] = set()

    def _process_cookies(
        self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request
    ) -> None:
        kept = []
        for cookie in cookies:
            if len(cookie.name) + len(cookie.value or "") > _LARGEST_COOKIE:
                self._tell(cookie.domain)
                continue
            self._came += 1
            cookie.set_nonstandard_attr(_CAME, str(self._came))
            kept.append(cookie)
        super()._process_cookies(kept, jar=jar, request=request)
        for domain in {cookie.domain for cookie in kept}:
            self._bound(jar, domain)

    def _bound(self, jar: CookieJar, domain: str) -> None:
        by_path = jar._cookies.get(domain, {})  # noqa: SLF001 - a jar has many domains, and no way to one
        theirs = [cookie for by_name in by_path.values() for cookie in by_name.values()]
        came = [cookie for cookie in theirs if cookie.has_nonstandard_attr(_CAME)]
        came.sort(key=lambda cookie: int(cookie.get_nonstandard_attr(_CAME) or 0))
        for cookie in came[: max(0, len(theirs) - _COOKIES)]:
            jar.jar.clear(cookie.domain, cookie.path, cookie.name)
            self._tell(domain)

    def _tell(self, domain: str) -> None:
        if domain not in self._told:
            self._told.add(domain)
            logger.warning(
                "%s sets more cookies than browsers keep (%d of %d bytes): the oldest are dropped",
                domain,
                _COOKIES,
                _LARGEST_COOKIE,
            )
