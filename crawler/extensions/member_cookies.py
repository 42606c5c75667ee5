"""Gives a member's cookies, as browsers export them, to the downloader."""

from __future__ import annotations

import hashlib
import json
from http.cookiejar import Cookie
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.exceptions import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

# Before the domain of a cookie that scripts may not read; any other line with # is a comment.
_HTTP_ONLY = "#HttpOnly_"
# domain, whether hosts below it count, path, whether only over TLS, end (Unix time), name, value
_FIELDS = 7
# A browser's export of everything has hundreds of domains.
_NAMED = 3
# Scrapy's HTTP cache stores the headers of requests, COOKIES_DEBUG logs them.
_WRITERS = ("HTTPCACHE_ENABLED", "COOKIES_DEBUG")


class MemberCookies:
    """Gives the cookies of `COOKIES_FILE` to the downloader; they are held in memory only.

    Raises `ValueError` where the file cannot be read, or a setting would have its values written.
    """

    def __init__(self, crawler: Crawler, cookies: list[Cookie]) -> None:
        self._crawler = crawler
        self._cookies = cookies

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.get("COOKIES_FILE"):
            raise NotConfigured
        extension = cls(crawler, read_member_cookies(crawler.settings))
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        return extension

    def spider_opened(self) -> None:
        middleware = self._crawler.get_downloader_middleware(CookiesMiddleware)
        if middleware is not None:
            for cookie in self._cookies:
                middleware.jars[None].jar.set_cookie(cookie)


def read_member_cookies(settings: BaseSettings) -> list[Cookie]:
    """Return the cookies of `COOKIES_FILE`; none where it is not set.

    Raises `ValueError` with one line for the user that never holds a value.
    """
    name = settings.get("COOKIES_FILE")
    if not name:
        return []
    for setting in _WRITERS:
        if settings.getbool(setting):
            raise ValueError(
                f"COOKIES_FILE {name}: {setting} would write its cookies to a file: set it to False"
            )
    return read_cookies(Path(name))


def check_hosts(settings: BaseSettings, addresses: Iterable[str]) -> None:
    """Raise `ValueError` where `COOKIES_FILE` has no cookie for any of the forums that are read.

    The forum would be said to have forgotten the member.
    """
    cookies = read_member_cookies(settings)
    hosts = {host for url in addresses if (host := urlsplit(url).hostname)}
    if not cookies or not hosts:
        return
    domains = sorted({cookie.domain.lstrip(".") for cookie in cookies})
    if not any(_is_near(host, domain) for host in hosts for domain in domains):
        raise ValueError(
            f"COOKIES_FILE {settings['COOKIES_FILE']}: no cookie for {', '.join(sorted(hosts))}"
            f" (there are some for {', '.join(domains[:_NAMED])})"
        )


def _is_near(host: str, domain: str) -> bool:
    """Whether a host is a domain's, or its bare name without `www.`.

    >>> _is_near("bbs.b.example", "b.example"), _is_near("b.example", "www.b.example")
    (True, True)
    >>> _is_near("b.example", "ab.example")
    False
    """
    bare = host.removeprefix("www.")
    return host == domain or host.endswith(f".{domain}") or domain.endswith(f".{bare}")


def login_of(settings: BaseSettings) -> str:
    """Return a hash of the cookies of `COOKIES_FILE`, ``""`` for a visitor.

    It tells one member's login from another one. When a cookie ends is no part of it.
    """
    try:
        cookies = read_member_cookies(settings)
    except ValueError:
        # said by `MemberCookies`, which ends the crawl
        return ""
    told = sorted((each.domain, each.path, each.name, each.value or "") for each in cookies)
    text = json.dumps(told).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest() if cookies else ""


def read_cookies(path: Path) -> list[Cookie]:
    """Return the cookies of a Netscape cookies.txt, session cookies and expired ones among them.

    Not by `http.cookiejar.MozillaCookieJar`: that reads from a file only, needs a first line that
    many exporters leave out, and fails where `bbs.example.net` and `TRUE` stand in one line.
    Raises `ValueError` with one line for the user that never holds a value.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"COOKIES_FILE {path}: cannot be read ({type(error).__name__})") from None
    cookies = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.removeprefix(_HTTP_ONLY)  # noqa: PLW2901 - the rest is as any other line
        if not line.strip() or line.startswith("#"):
            continue
        try:
            cookies.append(read_cookie(line))
        except ValueError as error:
            raise ValueError(
                f"COOKIES_FILE {path}: not a Netscape cookies.txt: line {number} {error}"
            ) from None
    if not cookies:
        raise ValueError(f"COOKIES_FILE {path}: holds no cookie")
    return cookies


def read_cookie(line: str) -> Cookie:
    r"""Read one line of a cookies.txt. Raises `ValueError` that never holds a value.

    >>> cookie = read_cookie(".b.example\tTRUE\t/\tFALSE\t0\tauth\t1a2b%2F")
    >>> cookie.domain, cookie.name, cookie.value, cookie.expires
    ('.b.example', 'auth', '1a2b%2F', None)
    """
    fields = line.split("\t")
    if len(fields) == _FIELDS - 1:
        # an editor took the tab off a line that ends with an empty value
        fields.append("")
    if len(fields) != _FIELDS:
        raise ValueError(f"has {len(fields)} of {_FIELDS} fields with tabs between")
    domain, with_subdomains, path, is_secure, end, name, value = fields
    domain = domain.strip().lower()
    is_wide = domain.startswith(".") or with_subdomains.upper() == "TRUE"
    if is_wide:
        domain = f".{domain.lstrip('.')}"
    if not domain.strip("."):
        raise ValueError("names no domain")
    return Cookie(
        version=0,
        # a cookie without a name is sent as its value alone
        name=name or value,
        value=value if name else None,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=is_wide,
        domain_initial_dot=is_wide,
        path=path or "/",
        path_specified=bool(path),
        secure=is_secure.upper() == "TRUE",
        expires=_end(end),
        discard=_end(end) is None,
        comment=None,
        comment_url=None,
        rest={},
    )


def _end(text: str) -> int | None:
    """Read when a cookie ends, as Unix time; ``None`` for one that ends with the session.

    >>> _end("1893456000"), _end("1893456000.537"), _end("0"), _end("-1"), _end("")
    (1893456000, 1893456000, None, None, None)
    """
    if not text.strip():
        return None
    try:
        end = int(float(text))
    except (ValueError, OverflowError):
        raise ValueError("has an end that is no number") from None
    return end if end > 0 else None
