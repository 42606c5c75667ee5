"""Any address of a forum → pages → lines."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from crawler.archive.files import site_folder
from crawler.archive.ledger import LedgerError
from crawler.archive.site_archive import Archive, InUseError
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, Message, Page, ThreadPage
from crawler.discuz.page import read_traits
from crawler.frontier.options import is_file, read_arguments
from crawler.frontier.revisits import Budget
from crawler.frontier.site_frontier import Frontier
from crawler.frontier.stop_rule import Patience
from crawler.frontier.tasks import LIST, THREAD
from crawler.frontier.template_drift import keep_samples
from crawler.frontier.visit import Given, Visit, count_refusal, read_saved
from crawler.items.build import refusal_line
from crawler.items.lines import Batch, Line, Refusal
from crawler.items.reasons import RETRIABLE, Reason
from crawler.middlewares import leads_elsewhere
from crawler.pipelines.store import storage_failed
from crawler.privacy.policy import Privacy
from crawler.privacy.removal_list import BadRemovalsError
from crawler.privacy.site import PrivacyError, open_privacy
from crawler.reporting.progress import in_numbers, printable
from crawler.responses import kind_of, read_failure, read_response, sample_of, seen_at
from crawler.site_rules import Sites, load_sites

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

Output = Line | Request

# Refusals worth asking again in this run: these come and go within seconds.
_WORTH_A_RETRY = RETRIABLE - {"site_closed"}


class DiscuzSpider(Spider):
    """Reads threads, boards and whole forums of Discuz!, and later only what is new in them.

    Arguments: see `crawler.frontier.options`.
    """

    name = "discuz"

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args)
        self.arguments = read_arguments(**arguments)
        self.run_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
        self.archives: dict[str, Archive] = {}
        self._privacies: dict[Archive, Privacy] = {}
        self.frontiers: list[Frontier] = []
        self.sites = Sites({})

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add the contact to the agent's name, unless that was said otherwise."""
        super().update_settings(settings)
        if settings.get("CONTACT"):
            agent = settings["USER_AGENT"].removesuffix(")")
            settings.set("USER_AGENT", f"{agent}; +{settings['CONTACT']})", priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **arguments)
        spider.sites = load_sites(Path(crawler.settings["SITES_DIR"]))
        crawler.signals.connect(spider.spider_idle, signals.spider_idle)
        crawler.signals.connect(spider.spider_closed, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        by_root: dict[str, list[str]] = {}
        for asked in self.arguments.addresses:
            if is_file(asked):
                yield Request(asked, callback=self.parse_saved)
            else:
                by_root.setdefault(_root(asked), []).append(asked)
        for root, addresses in by_root.items():
            self._open_frontier(root, addresses)
        for request in self._next_requests():
            yield request

    def parse(self, response: Response, visit: Visit) -> Iterable[Output]:
        """One page, whatever it turned out to be."""
        now = datetime.now(UTC)
        if leads_elsewhere(response):
            yield from self._refuse(visit, "off_site", now, status=response.status)
            return
        came = read_response(response, now, self.sites)
        self._watch(came)
        if visit.turns_to_desktop(came):
            yield self._request(visit)
            return
        page = visit.best_of(came)
        assert page is not None
        if page is came:
            _look(visit, page, response, now)
        reason = page.reason if isinstance(page, Message) else None
        if self._has_to_stop(visit, reason):
            return
        if getattr(page, "is_truncated", False):
            reason = "truncated"
        if reason in _WORTH_A_RETRY and visit.attempt <= self.settings.getint("RETRY_TIMES"):
            self.logger.info("%s: %s, asked again", visit.url, reason)
            self._count("asked_again", visit.frontier)
            visit.attempt += 1
            yield self._request(visit)
            return
        if isinstance(page, ThreadPage) and visit.has_parts(page):
            visit.parted = page
            yield self._request(visit)
            return
        page = visit.whole(page)
        read = visit.read(page, now)
        if read is not None:
            yield from self._give(visit, read)
            return
        message = page if isinstance(page, Message) else _unexpected(page, visit)
        if visit.plainly(message):
            yield self._request(visit)
        elif visit.is_gone(message):
            for given in visit.gone(now):
                if given.is_done:
                    yield from self._give(visit, given)
                else:
                    yield from self._hand_on(visit.archive, given)
        else:
            line = visit.refusal(message.reason, now, message=message, status=response.status)
            yield from self._give(visit, visit.refused(line, now))

    def parse_saved(self, response: Response) -> Iterable[Output]:
        """One saved page; its site is what it says itself."""
        now = seen_at(response.url)
        page = read_response(response, now, self.sites)
        if isinstance(page, ThreadPage) and page.thread_id:
            archive = self._archive(urls.site_of(page.site.root))
            privacy = self._privacies[archive]
            if page.thread_id in privacy.removals.threads:
                self._count("removed")
                return
            given = read_saved(
                page,
                archive,
                now,
                run_id=self.run_id,
                with_replies=self.arguments.with_replies,
                privacy=privacy,
                media=self.settings["MEDIA"],
            )
            if page.is_truncated:
                line = refusal_line(
                    "truncated", url=response.url, fetched_at=now, thread_id=page.thread_id
                )
                given.lines.append(line)
                self._count_all(count_refusal(line, is_asked=True), line)
        else:
            message = page if isinstance(page, Message) else _unexpected(page)
            line = refusal_line(message.reason, url=response.url, fetched_at=now, message=message)
            archive = self._archive(line.site)
            given = Given([line])
            self._count_all(count_refusal(line, is_asked=True), line)
        yield from self._hand_on(archive, given)

    def failed(self, failure: Failure) -> Iterable[Output]:
        """No page came: refused by robots.txt, led elsewhere, or the forum did not answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.cb_kwargs["visit"]
        reason, said = read_failure(failure, self.settings.getint("DOWNLOAD_MAXSIZE"))
        if self._has_to_stop(visit, reason):
            return
        now = datetime.now(UTC)
        attempts = visit.attempt + request.meta.get("retry_times", 0)
        yield from self._refuse(visit, reason, now, attempts=attempts, message_raw=said)

    def spider_idle(self) -> None:
        """Nothing is under way: begin what waits, if the run is not to end."""
        requests = list(self._next_requests())
        if requests and self.crawler.engine:
            for request in requests:
                self.crawler.engine.crawl(request)
            raise DontCloseSpider

    def spider_closed(self) -> None:
        """The last lines are stored: tell of changed skins, let others at the folders."""
        waiting = [each.waiting() for each in self.frontiers if not each.is_finished]
        if waiting:
            lists, threads = map(sum, zip(*waiting, strict=True))
            self._set("left", in_numbers(lists, threads))
        if not (self.crawler.stats and self.crawler.stats.get_value("storage/failed")):
            for frontier in self.frontiers:
                self._raise_alarm(frontier)
        for archive in self.archives.values():
            archive.close()

    def _refuse(self, visit: Visit, reason: Reason, now: datetime, **more: Any) -> Iterator[Output]:
        """What was asked for cannot be had."""
        kept = visit.best_of(None)
        if kept is not None:
            read = visit.read(kept, now)
            assert read is not None
            yield from self._give(visit, read)
            return
        if visit.parted is not None:
            # the rest of a long post: what there is of it is better than nothing
            read = visit.read(visit.whole(visit.parted), now)
            assert read is not None
            yield from self._give(visit, read)
            return
        yield from self._give(visit, visit.refused(visit.refusal(reason, now, **more), now))

    # -- handing on ------------------------------------------------------------------------------

    def _give(self, visit: Visit, given: Given) -> Iterator[Output]:
        """Hand on what an answer gave, then ask for the next page, of this task or another."""
        refusals = [line for line in given.lines if isinstance(line, Refusal)]
        last = refusals[-1] if refusals else None
        self._count_all(given.counts, last, visit.frontier)
        if given.warning:
            # a board's name may be anything
            self.logger.warning("%s", printable(given.warning))
        yield from self._hand_on(visit.archive, given, visit if given.is_done else None)
        if given.is_done:
            yield from self._next_requests()
        else:
            visit.attempt = 1
            yield self._request(visit)

    def _hand_on(
        self, archive: Archive, given: Given, ended: Visit | None = None
    ) -> Iterator[Line]:
        """Lines go through the pipelines, with what the ledger learns once they are stored."""

        def then() -> None:
            if ended is not None:
                ended.frontier.release(ended.task)

        if ended is not None:
            ended.frontier.hand_on(ended.task)
        if given.lines:
            batch = Batch(tuple(given.lines), archive, given.changes, then)
            for line in given.lines:
                line.batch = batch
                yield line
            return
        try:
            archive.store((), given.changes)
        except (OSError, sqlite3.Error) as error:
            storage_failed(self.crawler, archive, error)
        then()

    # -- asking ----------------------------------------------------------------------------------

    def _next_requests(self) -> Iterator[Request]:
        """Requests for the tasks that come next, no more at once than the downloader takes."""
        room = max(1, self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        for frontier in self.frontiers:
            while frontier.asking < room and not (frontier.is_finished or frontier.is_stopped):
                tasks = frontier.next(1)
                if not tasks:
                    break
                visit = Visit(frontier, tasks[0])
                if frontier.is_removed(visit.task):
                    self._count("removed", frontier)
                elif frontier.is_passed_over(visit.refusal_id, visit.task):
                    self._count("refusals_standing", frontier)
                else:
                    yield self._request(visit)

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.request_url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"visit": visit},
            # a thread that was begun is finished before the next one
            priority=1 if visit.task.page > 1 else 0,
        )

    # -- the run ---------------------------------------------------------------------------------

    def _open_frontier(self, root: str, addresses: list[str]) -> None:
        budget = Budget(
            self.settings.getint("REVISIT_PAGES"), self.settings.getint("REVISIT_REFUSED_DAYS")
        )
        archive = self._archive(urls.site_of(root))
        frontier = Frontier(
            archive,
            root,
            self.arguments,
            run_id=self.run_id,
            now=datetime.now(UTC),
            budget=budget,
            patience=Patience(
                self.settings.getint("STOP_AFTER_BLOCKS"),
                self.settings.getint("STOP_AFTER_FAILURES"),
            ),
            privacy=self._privacies[archive],
            media=self.settings["MEDIA"],
        )
        self.frontiers.append(frontier)
        if frontier.begun is None:
            frontier.ask_for(addresses)
        frontier.try_again()
        if frontier.begun is None:
            return
        began, run = frontier.begun
        lists, threads = frontier.waiting()
        day = datetime.fromtimestamp(began, UTC).astimezone()
        said = (
            f"goes on where run {run} of {day:%Y-%m-%d %H:%M} was stopped:"
            f" {in_numbers(lists, threads)} waited"
        )
        self.logger.info("%s: %s", root, said)
        self._set("goes_on", said)

    def _archive(self, site: str) -> Archive:
        archive = self.archives.get(site)
        if archive is not None:
            return archive
        try:
            archive = Archive(
                Path(self.settings["DATA_DIR"]) / site_folder(site),
                size=self.settings.getint("SEGMENT_SIZE"),
                compression=self.settings.get("SEGMENT_COMPRESSION") or "",
            )
        except (InUseError, LedgerError) as error:
            self._set("unusable", str(error))
            raise CloseSpider("unusable") from None
        except (OSError, sqlite3.Error) as error:
            storage_failed(self.crawler, None, error)
            raise CloseSpider("storage_failed") from None
        self.archives[site] = archive
        try:
            self._privacies[archive] = open_privacy(
                archive, self.settings["AUTHORS"], self.settings["LOCATION"]
            )
        except (PrivacyError, BadRemovalsError) as error:
            self._set("unusable", str(error))
            raise CloseSpider("unusable") from None
        except (OSError, sqlite3.Error) as error:
            storage_failed(self.crawler, archive, error)
            raise CloseSpider("storage_failed") from None
        return archive

    def _watch(self, page: Page) -> None:
        """End the run where going on would only write refusals for everything."""
        site = getattr(page, "site", None)
        if self.settings.get("COOKIES_FILE") and site is not None and site.member_id == "0":
            self.logger.error("the forum does not know the member of COOKIES_FILE")
            raise CloseSpider("login_expired")

    def _has_to_stop(self, visit: Visit, reason: str | None) -> bool:
        """Whether a site is to be left alone, after this answer; the last one ends the run."""
        frontier = visit.frontier
        why = frontier.patience.ends_with(reason)
        if why is None:
            return frontier.is_stopped
        frontier.is_stopped = True
        self._set("stopped", why)
        self.logger.error("%s: too many answers in a row were %s", frontier.root, reason)
        if all(each.is_stopped or each.is_finished for each in self.frontiers):
            raise CloseSpider(why)
        return True

    def _raise_alarm(self, frontier: Frontier) -> None:
        """Say what fell away from a site's pages, and keep some of them."""
        alarms = frontier.drift.alarms()
        # a page as it was sent names everybody
        is_kept = self.settings["AUTHORS"] == "keep" and not frontier.privacy.removals
        changes = frontier.drift.learnt(datetime.now(UTC))
        folder = frontier.archive.folder
        try:
            if alarms and is_kept:
                keep_samples(frontier.drift.samples, folder / "alarm", self.run_id)
            if changes:
                frontier.archive.store((), changes)
                frontier.archive.flush()
        except (OSError, sqlite3.Error) as error:
            storage_failed(self.crawler, frontier.archive, error)
        if alarms and self.crawler.stats:
            for alarm in alarms:
                self.logger.warning("%s: %s", frontier.root, alarm.text)
            kept = f"kept in {folder / 'alarm'}; " if is_kept else ""
            said = (
                f"the pages no longer look as they did: {alarms[0].text}, as {alarms[0].urls[0]}"
                f" ({kept}scrapy check-site {frontier.root} tells more)"
            )
            self._set("alarm", printable(said))
            frontier.alarms = [
                {**asdict(alarm), "since": alarm.since.isoformat()} for alarm in alarms
            ]

    def _count_all(
        self, counts: Counter[str], line: Refusal | None, frontier: Frontier | None = None
    ) -> None:
        for name, number in counts.items():
            self._count(name, frontier, number)
        if line is not None and counts["incomplete"]:
            said = f": {line.message_raw}" if line.message_raw else ""
            example = f"{line.url} ({line.reason}{said})"
            # it is printed on a terminal, and a page's title can be anything
            self._set("incomplete/example", printable(example))

    def _set(self, name: str, value: str) -> None:
        if self.crawler.stats:
            self.crawler.stats.set_value(f"crawl/{name}", value)

    def _count(self, name: str, frontier: Frontier | None = None, number: int = 1) -> None:
        if frontier is not None:
            frontier.counts[name] += number
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"crawl/{name}", number)


def _look(visit: Visit, page: Page, response: Response, now: datetime) -> None:
    """Take note of how a page looks, if it is one of those that are asked for all the time."""
    number, kind, key = visit.task.page, visit.task.kind, visit.task.key
    is_answer = isinstance(page, Message) and page.reason != "template_unknown"
    is_empty = isinstance(page, BoardPage) and not page.rows
    if kind not in (THREAD, LIST) or is_answer or is_empty or getattr(page, "is_truncated", False):
        return
    if kind == LIST:
        name, key = "list", f"{key}-{number}"
    else:
        name = "thread" if number == 1 else "further thread"
    traits: frozenset[str] = frozenset()
    if isinstance(page, ThreadPage | BoardPage) and isinstance(page, BoardPage) == (kind == LIST):
        traits = read_traits(page)
    # a page of another kind than its address says is none that is understood
    visit.frontier.drift.saw(name, key, traits, sample_of(response, now))


def _root(asked: str) -> str:
    board = urls.read_board_address(asked)
    return board.root if board else urls.forum_root(asked, None)


def _unexpected(page: Page, visit: Visit | None = None) -> Message:
    wanted = "a list" if visit and visit.task.kind == LIST else "a thread"
    return Message("template_unknown", f"{kind_of(page)}, not {wanted}")
