"""Asks for single pages, for the commands that look at one: page, check-site and fixture."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

from crawler.frontier import Answer
from crawler.items import BLOCKS
from crawler.items.reasons import PASSING
from crawler.middlewares import add_contact
from crawler.responses import answer_of, answer_of_failure
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure


class OnePage(Spider):
    """Asks for pages as the crawl does, with its retries, and hands each answer to ``answered``.

    ``answered`` returns the addresses to ask for next; they are asked for one after the other, and
    no more once the forum blocks. The class has no name, so that Scrapy finds no second spider in
    the project (`scrapy list`); only its instances have one.
    """

    custom_settings = {  # noqa: RUF012 - Scrapy declares it so
        # an answer is all that comes of it: nothing is stored, and no run is recorded
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {
            "crawler.extensions.crawl_delay.CrawlDelay": 100,
            "crawler.extensions.member_cookies.MemberCookies": 100,
        },
    }

    def __init__(
        self,
        url: str,
        answered: Callable[[Answer], Iterable[str]],
        sites: Sites,
        seen_at: datetime | None = None,
    ) -> None:
        super().__init__("one-page")
        self._todo = deque([url])
        self._answered = answered
        self._sites = sites
        self._seen_at = seen_at

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Set what these requests need, whatever is set for the project's crawls."""
        super().update_settings(settings)
        add_contact(settings)
        # its queue on disk would hold the member's cookies of requests that are made again
        settings.set("JOBDIR", "", priority="cmdline")

    async def start(self) -> AsyncIterator[Request]:
        yield self._request(self._todo.popleft())

    def parse(self, response: Response, url: str, attempt: int) -> Iterator[Request]:
        answer = answer_of(response, self._now(), self._sites, attempt)
        may_pass = answer.reason in PASSING and answer.pause is None
        if may_pass and attempt <= self.settings.getint("RETRY_TIMES"):
            self.logger.info("%s: %s, asked again", url, answer.reason)
            yield self._request(url, attempt + 1)
        else:
            yield from self._hand_over(answer)

    def failed(self, failure: Failure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        largest = self.settings.getint("DOWNLOAD_MAXSIZE")
        url, attempt = request.cb_kwargs["url"], request.cb_kwargs["attempt"]
        answer = answer_of_failure(failure, self._now(), largest, attempt)
        # the address asked for, and not that of the last redirect
        yield from self._hand_over(replace(answer, url=url))

    def _hand_over(self, answer: Answer) -> Iterator[Request]:
        self._todo.extend(self._answered(answer))
        if self._todo and answer.reason not in BLOCKS:
            yield self._request(self._todo.popleft())

    def _request(self, url: str, attempt: int = 1) -> Request:
        arguments: dict[str, Any] = {"url": url, "attempt": attempt}
        return Request(url, callback=self.parse, errback=self.failed, cb_kwargs=arguments)

    def _now(self) -> datetime:
        return self._seen_at or datetime.now(UTC)
