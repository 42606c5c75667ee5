"""Gives a member's cookies to the downloader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.exceptions import NotConfigured

from crawler.extensions.cookies import read_cookies

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


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
