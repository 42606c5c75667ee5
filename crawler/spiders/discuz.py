"""Any address of a forum → pages → lines."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider, IgnoreRequest

from crawler.archive import Archive, InUseError
from crawler.arguments import is_file, read_arguments
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, Message, Page, ThreadPage
from crawler.frontier import LIST, PAGE, THREAD, Budget, Frontier
from crawler.items import DEFINITE, RETRIABLE, Batch, Line, Reason, Refusal
from crawler.ledger import (
    Change,
    KnownRefusal,
    LedgerError,
    PostSeen,
    RefusalSeen,
    Task,
    TaskDone,
    TaskMoved,
    ThreadSeen,
)
from crawler.lines import deleted_line, refusal_line
from crawler.middlewares import leads_elsewhere
from crawler.pipelines import storage_failed
from crawler.reading import Reading
from crawler.responses import read_response, seen_at
from crawler.storage import site_folder

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

Output = Line | Request

# Refusals worth asking again in this run: these come and go within seconds.
_WORTH_A_RETRY = RETRIABLE - {"site_closed"}
# The forum, or something in front of it, wants no more requests; the forum does not answer.
_BLOCKS: frozenset[str] = frozenset({"challenge", "rate_limited", "ip_banned"})
_FAILURES: frozenset[str] = frozenset({"server_error", "unreachable", "site_closed"})
_LISTED_ONLY: frozenset[str] = frozenset({"off_site", "robots_disallowed"})
# Lines of one go where a thread of a hundred thousand posts is told to be gone.
_GONE_AT_ONCE = 500


@dataclass(slots=True)
class Visit:
    """What a request is for: a task of a site, or (``frontier`` is ``None``) a saved page."""

    asked: str
    frontier: Frontier | None
    task: Task
    reading: Reading | None = None
    pages: int = 1

    @property
    def address(self) -> urls.ThreadAddress | urls.BoardAddress | None:
        """The address of what is asked for, where it is of a known form."""
        if self.task.kind == THREAD:
            return urls.read_thread_address(self.task.url)
        return urls.read_board_address(self.task.url) if self.task.kind == LIST else None

    @property
    def url(self) -> str:
        address = self.address
        return address.page_url(self.task.page) if address else self.task.url


class DiscuzSpider(Spider):
    """Reads threads, boards and whole forums of Discuz!, and later only what is new in them.

    Arguments: see `crawler.arguments`.
    """

    name = "discuz"

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args)
        self.arguments = read_arguments(**arguments)
        self.run_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")[:-4] + "Z"
        self.archives: dict[str, Archive] = {}
        self.frontiers: list[Frontier] = []
        self._blocks = self._failures = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **arguments: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **arguments)
        crawler.signals.connect(spider.idle, signals.spider_idle)
        crawler.signals.connect(spider.closed_all, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        by_root: dict[str, list[str]] = {}
        for asked in self.arguments.addresses:
            if is_file(asked):
                yield self._request(Visit(asked, None, Task(PAGE, asked, asked)))
            else:
                by_root.setdefault(_root(asked), []).append(asked)
        for root, addresses in by_root.items():
            self._open_frontier(root, addresses)
        for request in self._next_requests():
            yield request

    def parse(self, response: Response, visit: Visit, attempt: int) -> Iterable[Output]:
        """One page, whatever it turned out to be."""
        now = seen_at(response.url)
        if leads_elsewhere(response):
            yield from self._refuse("off_site", visit, attempt, response)
            return
        page = read_response(response, now)
        self._watch(page)
        if isinstance(page, Message):
            again = self._again(page.reason, visit, attempt) or self._plainly(page, visit)
            if again:
                yield again
            else:
                yield from self._refuse(page.reason, visit, attempt, response, page)
        elif getattr(page, "is_truncated", False) and self._may_retry(visit, attempt):
            yield self._asked_again("truncated", visit, attempt)
        elif isinstance(page, ThreadPage) and visit.frontier is None:
            yield from self._read_file(page, visit, attempt, response, now)
        elif isinstance(page, ThreadPage) and visit.task.kind == THREAD:
            yield from self._read_thread(page, visit, attempt, response, now)
        elif isinstance(page, ThreadPage) and visit.task.kind == PAGE:
            yield from self._found_thread(page, visit)
        elif isinstance(page, BoardPage) and visit.frontier and visit.task.kind != THREAD:
            yield from self._read_list(page, visit, attempt, response, now)
        elif isinstance(page, IndexPage) and visit.frontier and visit.task.kind == PAGE:
            changes = visit.frontier.index_read(page, visit.task)
            yield from self._emit(visit, [], changes, is_done=True)
        else:
            said = Message("template_unknown", _unexpected(page, visit))
            yield from self._refuse(said.reason, visit, attempt, response, said)

    def failed(self, failure: Failure) -> Iterable[Output]:
        """No page came: refused by robots.txt, led elsewhere, or the forum did not answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason: Reason = "unreachable"
        said = str(failure.value) or type(failure.value).__name__
        if isinstance(failure.value, IgnoreRequest):
            # the other reason of Scrapy's is a redirect that never ends
            reason = "robots_disallowed" if "robots.txt" in said else "unreachable"
        elif "DataLoss" in repr(failure.value):
            reason = "truncated"
        visit: Visit = request.cb_kwargs["visit"]
        self._count_failures(reason)
        line = self._refusal(
            reason,
            visit,
            attempts=request.cb_kwargs["attempt"] + request.meta.get("retry_times", 0),
            message_raw=" ".join(said.split())[:300],
        )
        yield from self._after_refusal(line, visit)

    def idle(self) -> None:
        """Nothing is under way: begin what waits, if the run is not to end."""
        requests = list(self._next_requests())
        if requests and self.crawler.engine:
            for request in requests:
                self.crawler.engine.crawl(request)
            raise DontCloseSpider

    def closed_all(self) -> None:
        """The last lines are stored: let others at the folders."""
        for archive in self.archives.values():
            archive.close()

    # -- a page of a thread ------------------------------------------------------------------------

    def _read_thread(
        self, page: ThreadPage, visit: Visit, attempt: int, response: Response, now: datetime
    ) -> Iterator[Output]:
        frontier, task = visit.frontier, visit.task
        assert frontier is not None
        if page.thread_id != task.key:
            # a moved thread answers under its old number
            yield from self._found_thread(page, visit)
            return
        if visit.reading is None:
            visit.reading = frontier.reading(task)
            self._count("threads_read")
        reading = visit.reading
        lines, changes = reading.take(page, task.page, now)
        visit.pages = max(visit.pages, page.pages)
        lines += self._over(visit, changes, now)
        if page.is_truncated:
            lines.append(self._told(self._refusal("truncated", visit, attempts=attempt), changes))
            reading.fail()
        linked = urls.read_thread_address(page.next_url) if page.next_url else None
        url = task.url
        if linked and linked.thread_id == task.key and urls.same_host(linked.root, url):
            # the site's own way of writing the address, without what it carries along (extra=)
            url = linked.page_url(1)
        yield from self._go_on(visit, lines, changes, now, url)

    def _go_on(
        self, visit: Visit, lines: list[Line], changes: list[Change], now: datetime, url: str
    ) -> Iterator[Output]:
        """Store what a page gave, and ask for the next one of its thread."""
        frontier, task, reading = visit.frontier, visit.task, visit.reading
        assert frontier is not None and reading is not None
        following = reading.next_page(task.page)
        if following is None:
            last_lines, last_changes = reading.end(now)
            done = [*changes, *last_changes, TaskDone(task)]
            yield from self._emit(visit, lines + last_lines, done, is_done=True)
            return
        visit.task = frontier.goes_on(task, reading, following, url)
        yield from self._emit(visit, lines, [*changes, TaskMoved(visit.task)])
        yield self._request(visit)

    def _found_thread(self, page: ThreadPage, visit: Visit) -> Iterator[Output]:
        """An address led to a thread that has a task of its own, or gets one."""
        assert visit.frontier is not None
        found = visit.frontier.thread_found(page, visit.task.place)
        yield from self._emit(visit, [], [found, TaskDone(visit.task)], is_done=True)

    def _read_file(
        self, page: ThreadPage, visit: Visit, attempt: int, response: Response, now: datetime
    ) -> Iterator[Output]:
        """A saved page: it alone, for nothing that it links to is asked for."""
        archive = self._archive(urls.site_of(page.site.root))
        reading = Reading(
            archive.ledger,
            page.thread_id,
            run_id=self.run_id,
            with_replies=self.arguments.with_replies,
        )
        lines, changes = reading.take(page, page.page, now)
        if page.is_truncated:
            lines.append(self._told(self._refusal("truncated", visit, attempts=attempt), changes))
        last_lines, last_changes = reading.end(now)
        yield from self._emit(
            visit, lines + last_lines, changes + last_changes, archive=archive, is_done=True
        )

    # -- a page of a list ----------------------------------------------------------------------------

    def _read_list(
        self, page: BoardPage, visit: Visit, attempt: int, response: Response, now: datetime
    ) -> Iterator[Output]:
        frontier, task = visit.frontier, visit.task
        assert frontier is not None
        if task.kind == PAGE:
            found = frontier.boards_found([replace(page.board, url=page.url)])
            yield from self._emit(visit, [], [*found, TaskDone(task)], is_done=True)
            return
        visit.pages = page.pages
        step, changes, following = frontier.list_read(page, task, now)
        self._count("lists_read")
        self._count("threads_listed", len(page.rows))
        self._count("threads_unchanged", step.unchanged)
        if page.page != task.page:
            self.logger.warning(
                "%s: the list shows no more than %d of its %d pages",
                page.board.name or page.board.id,
                task.page - 1,
                page.pages,
            )
        lines = self._over(visit, changes, now)
        if following is None:
            yield from self._emit(visit, lines, changes, is_done=True)
            return
        visit.task = following
        yield from self._emit(visit, lines, changes)
        yield self._request(visit)

    # -- no page ---------------------------------------------------------------------------------------

    def _may_retry(self, visit: Visit, attempt: int) -> bool:
        return attempt <= self.settings.getint("RETRY_TIMES") and visit.frontier is not None

    def _again(self, reason: Reason, visit: Visit, attempt: int) -> Request | None:
        if reason not in _WORTH_A_RETRY or not self._may_retry(visit, attempt):
            return None
        return self._asked_again(reason, visit, attempt)

    def _asked_again(self, reason: str, visit: Visit, attempt: int) -> Request:
        self.logger.info("%s: %s, asked again", visit.url, reason)
        self._count("asked_again")
        return self._request(visit, attempt + 1)

    def _plainly(self, page: Message, visit: Visit) -> Request | None:
        """The plain address, where the server knows no rewritten one.

        A 404 that is not Discuz's own comes of a link from the days when the forum rewrote its
        addresses; `forum.php?mod=viewthread` works in any case.
        """
        address, task = visit.address, visit.task
        if page.reason != "not_found" or page.site is not None:
            return None
        if address is None:
            if task.kind != PAGE or task.url == task.key:
                return None
            plain = task.key
        elif isinstance(address, urls.ThreadAddress):
            plain = urls.thread_url(address.root, address.thread_id)
        elif address.board_id.isdigit():
            plain = urls.board_url(address.root, address.board_id)
        else:
            return None
        if address and plain == address.page_url(1):
            return None
        visit.task = replace(visit.task, url=plain)
        return self._request(visit)

    def _refuse(
        self,
        reason: Reason,
        visit: Visit,
        attempt: int,
        response: Response,
        message: Message | None = None,
    ) -> Iterator[Output]:
        if message and self._is_gone(message, visit):
            yield from self._thread_gone(visit)
            return
        status = None if is_file(response.url) else response.status
        line = self._refusal(reason, visit, attempts=attempt, message=message, status=status)
        yield from self._after_refusal(line, visit)

    def _after_refusal(self, line: Refusal, visit: Visit) -> Iterator[Output]:
        """Tell a refusal, and go on: one page that fails is no reason to leave out the others."""
        now = datetime.now(UTC)
        frontier, task = visit.frontier, visit.task
        changes: list[Change] = []
        self._count_refusal(line, visit)
        if frontier is None:
            yield from self._emit(
                visit, [line], [], archive=self._archive(line.site), is_done=True
            )
            return
        told = self._told_anew(line, frontier.archive, changes)
        lines: list[Line] = [told] if told else []
        if visit.reading is None and task.kind == THREAD and task.page > 1 and line.retriable:
            visit.reading = frontier.reading(task)
        reading = visit.reading
        if task.kind == THREAD and reading is not None:
            reading.fail()
            if line.retriable:
                yield from self._go_on(visit, lines, changes, now, task.url)
                return
            last_lines, last_changes = reading.end(now)
            lines, changes = lines + last_lines, changes + last_changes
        elif task.kind == LIST:
            pages = visit.pages if line.retriable else 0
            more, following = frontier.list_failed(task, pages)
            changes += more
            if following:
                visit.task = following
                yield from self._emit(visit, lines, changes)
                yield self._request(visit)
                return
            yield from self._emit(visit, lines, changes, is_done=True)
            return
        yield from self._emit(visit, lines, [*changes, TaskDone(task)], is_done=True)

    def _count_refusal(self, line: Refusal, visit: Visit) -> None:
        """Count what a run that ends with it cannot be called complete for."""
        is_asked = visit.frontier is None or visit.task.state.get("asked")
        if is_asked and line.reason == "login_required":
            self._count("login_needed")
        # a board that is a link, a thread that robots may not see: answers, if nobody asked for it
        is_answer = line.reason in DEFINITE or (line.reason in _LISTED_ONLY and not is_asked)
        if is_answer:
            return
        self._count("incomplete")
        said = f": {line.message_raw}" if line.message_raw else ""
        example = f"{line.url} ({line.reason}{said})"
        # it is printed on a terminal, and a page's title can be anything
        self._set(
            "incomplete/example",
            "".join(sign if sign.isprintable() else "\ufffd" for sign in example),
        )

    def _is_gone(self, message: Message, visit: Visit) -> bool:
        """Whether a thread that was read before is told, by Discuz itself, to be there no more."""
        if visit.frontier is None or visit.task.kind != THREAD or message.site is None:
            return False
        if message.reason != "not_found" or message.is_guess:
            return False
        known = visit.frontier.archive.ledger.thread(visit.task.key)
        return known is not None and not known.is_gone

    def _thread_gone(self, visit: Visit) -> Iterator[Output]:
        """A thread is gone with all its posts: lines that say so, some hundred at once."""
        frontier, task = visit.frontier, visit.task
        assert frontier is not None
        ledger = frontier.archive.ledger
        now = datetime.now(UTC)
        known = ledger.thread(task.key)
        assert known is not None
        self._count("threads_gone")
        behind = None
        while posts := ledger.present_posts(task.key, behind, _GONE_AT_ONCE):
            behind = posts[-1].id
            gone = [replace(post, version=post.version + 1, is_gone=True) for post in posts]
            lines: list[Line] = [
                deleted_line(
                    root=urls.forum_root(task.url, None),
                    thread_id=task.key,
                    post_id=post.id,
                    fetched_at=now,
                    is_first=post.is_first,
                    version=post.version,
                )
                for post in gone
            ]
            yield from self._emit(visit, lines, [PostSeen(task.key, post) for post in gone])
        done = [ThreadSeen(replace(known, is_gone=True, last_post=None)), TaskDone(task)]
        yield from self._emit(visit, [], done, is_done=True)

    # -- refusals ----------------------------------------------------------------------------------------

    def _refusal(
        self,
        reason: Reason,
        visit: Visit,
        *,
        attempts: int,
        message: Message | None = None,
        message_raw: str | None = None,
        status: int | None = None,
    ) -> Refusal:
        task = visit.task
        url = visit.url
        return refusal_line(
            reason,
            url=url,
            fetched_at=datetime.now(UTC),
            message=message,
            message_raw=message_raw,
            thread_id=task.key if task.kind == THREAD else None,
            board_id=task.state.get("board", task.key) if task.kind == LIST else None,
            status=status,
            page=task.page if task.page > 1 else None,
            attempts=attempts,
        )

    def _told_anew(
        self, line: Refusal, archive: Archive, changes: list[Change]
    ) -> Refusal | None:
        """The line of a refusal, unless it says what the last one said."""
        known = archive.ledger.refusal(line.item_id)
        is_same = known is not None and known.reason == line.reason and not line.retriable
        self._told(line, changes, known)
        return None if is_same else line

    def _told(
        self, line: Refusal, changes: list[Change], known: KnownRefusal | None = None
    ) -> Refusal:
        if known:
            line.version = known.version + 1
            line.attempts += known.attempts if known.reason else 0
        is_same = known is not None and known.reason == line.reason and not line.retriable
        changes.append(
            RefusalSeen(
                KnownRefusal(
                    line.item_id,
                    line.thread_id,
                    line.reason,
                    line.retriable,
                    line.attempts,
                    known.version if known and is_same else line.version,
                    int(datetime.now(UTC).timestamp()),
                    line.url,
                )
            )
        )
        return line

    def _over(self, visit: Visit, changes: list[Change], now: datetime) -> list[Line]:
        """The line that takes back a refusal, once its page could be read."""
        if visit.frontier is None:
            return []
        line = self._refusal("not_found", visit, attempts=1)
        known = visit.frontier.archive.ledger.refusal(line.item_id)
        if known is None or not known.reason:
            return []
        line.reason, line.retriable = known.reason, False  # type: ignore[assignment]
        line.attempts = known.attempts + 1
        line.version, line.is_deleted = known.version + 1, True
        over = replace(known, reason="", is_retriable=False, version=line.version, attempts=0)
        changes.append(RefusalSeen(over))
        return [line]

    # -- asking --------------------------------------------------------------------------------------------

    def _next_requests(self) -> Iterator[Request]:
        """Requests for the tasks that come next, no more at once than the downloader takes."""
        room = max(1, self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")) + 1
        for frontier in self.frontiers:
            while frontier.busy < room and not frontier.is_finished:
                tasks = frontier.next(1)
                if not tasks:
                    break
                visit = Visit(tasks[0].url, frontier, tasks[0])
                refusal = self._refusal("not_found", visit, attempts=0)
                if frontier.is_passed_over(refusal.item_id, visit.task):
                    self._count("refusals_standing")
                    frontier.archive.ledger.apply([TaskDone(visit.task)])
                    frontier.release(visit.task)
                    continue
                yield self._request(visit)

    def _request(self, visit: Visit, attempt: int = 1) -> Request:
        return Request(
            visit.url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"visit": visit, "attempt": attempt},
            # a thread that was begun is finished before the next one
            priority=1 if visit.task.page > 1 else 0,
        )

    def _emit(
        self,
        visit: Visit,
        lines: list[Line],
        changes: Iterable[Change],
        *,
        archive: Archive | None = None,
        is_done: bool = False,
    ) -> Iterator[Output]:
        """Hand the lines of a page on, with what the ledger learns once they are stored."""
        frontier, task = visit.frontier, visit.task
        if archive is None:
            assert frontier is not None
            archive = frontier.archive

        def then() -> None:
            if is_done and frontier:
                frontier.release(task)

        if lines:
            batch = Batch(len(lines), archive, tuple(changes), then)
            for line in lines:
                line.batch = batch
                yield line
        else:
            try:
                archive.store((), changes)
            except (OSError, sqlite3.Error) as error:
                storage_failed(self.crawler, archive, error)
            then()
        if is_done:
            yield from self._next_requests()

    # -- the run -------------------------------------------------------------------------------------------

    def _open_frontier(self, root: str, addresses: list[str]) -> None:
        now = datetime.now(UTC)
        archive = self._archive(urls.site_of(root))
        frontier = Frontier(
            archive,
            root,
            self.arguments,
            run_id=self.run_id,
            now=now,
            budget=Budget(
                self.settings.getint("REVISIT_PAGES"), self.settings.getint("REVISIT_REFUSED_DAYS")
            ),
        )
        self.frontiers.append(frontier)
        if frontier.begun is None:
            frontier.ask_for(addresses)
            return
        began, run = frontier.begun
        lists, threads = frontier.waiting()
        day = datetime.fromtimestamp(began, UTC).astimezone()
        said = (
            f"goes on where run {run} of {day:%Y-%m-%d %H:%M} was stopped:"
            f" {lists} lists and {threads} threads wait"
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
        return archive

    def _watch(self, page: Page) -> None:
        """End the run where going on would be rude, or would write refusals for everything."""
        site = getattr(page, "site", None)
        if self.settings.get("COOKIES_FILE") and site is not None and site.member_id == "0":
            self.logger.error("the forum does not know the member of COOKIES_FILE (any more)")
            raise CloseSpider("login_expired")
        self._count_failures(page.reason if isinstance(page, Message) else None)

    def _count_failures(self, reason: str | None) -> None:
        self._blocks = self._blocks + 1 if reason in _BLOCKS else 0
        self._failures = self._failures + 1 if reason in _FAILURES else 0
        if self._blocks >= self.settings.getint("STOP_AFTER_BLOCKS"):
            self.logger.error("%d answers in a row were %s: the run ends", self._blocks, reason)
            raise CloseSpider("blocked")
        if self._failures >= self.settings.getint("STOP_AFTER_FAILURES"):
            self.logger.error("%d answers in a row were %s: the run ends", self._failures, reason)
            raise CloseSpider("failing")

    def _set(self, name: str, value: str) -> None:
        if self.crawler.stats:
            self.crawler.stats.set_value(f"crawl/{name}", value)

    def _count(self, name: str, number: int = 1) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"crawl/{name}", number)


def _root(asked: str) -> str:
    board = urls.read_board_address(asked)
    return board.root if board else urls.forum_root(asked, None)


def _unexpected(page: Page, visit: Visit) -> str:
    kind = getattr(page, "kind", type(page).__name__.removesuffix("Page").lower())
    return f"a page of kind {kind}, not {'a list' if visit.task.kind == LIST else 'a thread'}"
