"""Any address of a forum → requests out, pages in, lines out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from crawler.extensions.member_cookies import login_of
from crawler.frontier import (
    Answer,
    Budget,
    Config,
    Limits,
    Options,
    Run,
    RunEndsError,
    Visit,
    is_file,
    read_options,
    saved_page,
)
from crawler.items import Line
from crawler.middlewares import NOTHING, add_contact
from crawler.pipelines.running import end_crawl, store_config
from crawler.reporting import printable
from crawler.responses import (
    answer_of,
    answer_of_failure,
    captured_at,
    read_response,
    seen_at,
)
from crawler.site_rules import Sites, load_sites

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

Output = Line | Request


class DiscuzSpider(Spider):
    """Reads threads, boards and whole forums of Discuz!, and later only what is new in them.

    Options: see `crawler.frontier.options`. What is asked and what comes of it is decided by
    `crawler.frontier.run.Run`; the spider carries that out.
    """

    name = "discuz"

    def __init__(
        self, run: Run, arguments: Options, sites: Sites, largest: int, **more: Any
    ) -> None:
        super().__init__(**more)
        self.run = run
        self.options = arguments
        self._sites = sites
        self._largest = largest

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add the contact to the agent's name, unless that was said otherwise."""
        super().update_settings(settings)
        add_contact(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        settings = crawler.settings
        asked = read_options(*args, **arguments)
        run = Run(_config(settings), asked)
        run.end = lambda reason: end_crawl(crawler, reason)
        sites = load_sites(Path(settings["SITES_DIR"]))
        largest = settings.getint("DOWNLOAD_MAXSIZE")
        spider = super().from_crawler(
            crawler, run=run, arguments=asked, sites=sites, largest=largest
        )
        crawler.signals.connect(spider.spider_idle, signals.spider_idle)
        crawler.signals.connect(spider.spider_closed, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        asked = self.options.addresses
        saved = sorted(filter(is_file, asked), key=captured_at)
        for place, address in enumerate(saved):
            # AutoThrottle is for servers
            meta = {"autothrottle_dont_adjust_delay": True}
            yield Request(address, callback=self.parse_saved, priority=-place, meta=meta)
        with _closing():
            self.run.begin([url for url in asked if not is_file(url)], datetime.now(UTC))
            requests = list(self._next_requests())
        for request in requests:
            yield request

    def parse(self, response: Response, visit: Visit) -> Iterable[Output]:
        """One page, whatever it turned out to be."""
        now = datetime.now(UTC)
        yield from self._carry_out(
            visit, answer_of(response, now, self._sites, visit.attempt), response
        )

    def failed(self, failure: Failure) -> Iterable[Output]:
        """No page came: refused by robots.txt, or the forum did not answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.cb_kwargs["visit"]
        answer = answer_of_failure(failure, datetime.now(UTC), self._largest, visit.attempt)
        yield from self._carry_out(visit, answer, failure)

    def parse_saved(self, response: Response) -> Iterable[Output]:
        """One saved page; its site is what it says itself."""
        now = seen_at(response.url, response.body)
        page = read_response(response, now, self._sites, saved_from=self.options.saved_from)
        with _closing():
            site, batch = saved_page(self.run, page, response.url, now)
        yield from self.run.deliver_batch(site, batch, response)

    def spider_idle(self) -> None:
        """Nothing is under way: begin what waits, if the run is not to end."""
        self.run.settle_lost()
        with _closing():
            requests = list(self._next_requests()) or self._last_request()
        if requests and self.crawler.engine:
            for request in requests:
                self.crawler.engine.crawl(request)
            raise DontCloseSpider

    def parse_end(self, _: Response) -> Iterable[Output]:
        """No page: the lines that come when there is nothing left to ask for."""
        with _closing():
            yield from self.run.last_lines(datetime.now(UTC))

    def _last_request(self) -> list[Request]:
        """A request that asks nobody, for only an answer brings lines to the pipelines."""
        if all(frontier.has_ended for frontier in self.run.frontiers):
            return []
        return [Request(NOTHING, callback=self.parse_end)]

    def spider_closed(self) -> None:
        """The last lines are stored: let others at the folders, show the counters."""
        self.run.close(datetime.now(UTC))
        for name, value in self.run.tally.as_stats().items():
            if self.crawler.stats:
                self.crawler.stats.set_value(f"discuz/{name}", value)

    def _carry_out(self, visit: Visit, answer: Answer, origin: object) -> Iterator[Output]:
        """Yield the lines of an answer, then ask for the next page, of this task or another."""
        with _closing():
            step = self.run.answer(visit, answer)
        if step.warning:
            # a board's name may be anything
            self.logger.warning("%s", printable(step.warning))
        yield from self.run.deliver(visit, step, origin)
        if step.asks_again:
            yield self._request(visit)
        elif step.is_left:
            with _closing():
                if self.run.is_over:
                    yield from self.run.last_lines(datetime.now(UTC))
                else:
                    yield from self._go_on()
                self.run.end_if_left()
        else:
            with _closing():
                yield from self._go_on()

    def _go_on(self) -> Iterator[Output]:
        """Ask for what comes next; a site that has nothing more makes room for another one."""
        yield from self._next_requests()
        yield from self.run.last_lines_of_done(datetime.now(UTC))

    def _next_requests(self) -> Iterator[Request]:
        return map(self._request, self.run.next_visits())

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.request_url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"visit": visit},
            meta=None if visit.may_retry else {"max_retry_times": 0},
            # a thread that was begun is finished before the next one
            priority=1 if visit.is_begun else 0,
        )


@contextmanager
def _closing() -> Iterator[None]:
    """End the crawl where the run cannot go on."""
    try:
        yield
    except RunEndsError as error:
        raise CloseSpider(error.reason) from None


def _config(settings: BaseSettings) -> Config:
    """How this run works, by the settings."""
    limits = Limits(
        Budget(settings.getint("REVISIT_PAGES"), settings.getint("REVISIT_REFUSED_DAYS")),
        retries=settings.getint("RETRY_TIMES"),
        blocks=settings.getint("STOP_AFTER_BLOCKS"),
        failures=settings.getint("STOP_AFTER_FAILURES"),
        media=settings["MEDIA"],
        has_html=settings.getbool("TEXT_HTML"),
    )
    return replace(
        store_config(settings),
        limits=limits,
        at_once=settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"),
        is_member=bool(settings.get("COOKIES_FILE")),
        login=login_of(settings),
    )
