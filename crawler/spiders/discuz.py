"""Any address of a forum → pages → lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest

from crawler.arguments import is_file, read_arguments
from crawler.discuz import urls
from crawler.discuz.facts import Message, Post, ThreadPage
from crawler.discuz.numbering import numbered_after
from crawler.items import RETRIABLE, Batch, Line, Reason
from crawler.lines import coverage_line, post_lines, refusal_line
from crawler.middlewares import leads_elsewhere
from crawler.responses import read_response, seen_at

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

Output = Line | Request

# Refusals worth asking again in this run: these come and go within seconds.
_WORTH_A_RETRY = RETRIABLE - {"site_closed"}
# A hole in the floors of a thread of millions need not be told floor by floor.
_MISSING_TOLD = 1000


@dataclass(slots=True)
class Thread:
    """A thread that is being read.

    ``key`` is its identity, whatever address it was asked by; unknown until a page tells it.
    """

    asked: str
    address: urls.ThreadAddress | None
    key: tuple[str, str] | None = None
    first_asked: bool = False
    post_ids: set[str] = field(default_factory=set)
    positions: set[int] = field(default_factory=set)
    early: dict[str, Post] = field(default_factory=dict)
    expected: int | None = None
    pages: int = 1
    pages_read: set[int] = field(default_factory=set)
    is_filtered: bool = False
    last: ThreadPage | None = None


class DiscuzSpider(Spider):
    """Reads threads of Discuz! forums, each once and all its pages.

    Arguments: see `crawler.arguments`.
    """

    name = "discuz"

    def __init__(self, *args: Any, **arguments: Any) -> None:
        super().__init__(*args)
        self.arguments = read_arguments(**arguments)
        self._known: set[tuple[str, str]] = set()
        self._run_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")

    async def start(self) -> AsyncIterator[Request]:
        for asked in self.arguments.addresses:
            address = urls.read_thread_address(asked) if not is_file(asked) else None
            thread = Thread(asked, address)
            if address is None:
                yield self._request(asked, thread, 1)
                continue
            thread.key = _identity(address.root, address.thread_id)
            if thread.key not in self._known:
                self._known.add(thread.key)
                thread.first_asked = True
                yield self._request(address.page_url(1), thread, 1)

    def parse(self, response: Response, thread: Thread, number: int, **_: int) -> Iterable[Output]:
        """One page, whatever it turned out to be."""
        now = seen_at(response.url)
        if leads_elsewhere(response):
            yield from self._refuse("off_site", thread, number, response)
            return
        page = read_response(response, now)
        if isinstance(page, ThreadPage):
            yield from self._read(page, thread, number, response, now)
        elif isinstance(page, Message):
            again = self._again(page.reason, thread, number, response) or self._plainly(
                page, thread, number
            )
            if again:
                yield again
            else:
                yield from self._refuse(page.reason, thread, number, response, page)
        else:
            # a board, an index: a forum's page, but none that holds a thread
            said = Message("template_unknown", f"a page of kind {page.kind}, not a thread")
            yield from self._refuse(said.reason, thread, number, response, said)

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
        thread, number = request.cb_kwargs["thread"], request.cb_kwargs["number"]
        yield refusal_line(
            reason,
            url=request.url,
            fetched_at=datetime.now(UTC),
            thread_id=_thread_id(thread),
            page=number if number > 1 else None,
            attempts=request.cb_kwargs["attempt"] + request.meta.get("retry_times", 0),
            message_raw=" ".join(said.split())[:300],
        )
        yield from self._after_failure(reason, thread, number)

    # -- a page of a thread ------------------------------------------------------------------

    def _read(
        self, page: ThreadPage, thread: Thread, number: int, response: Response, now: datetime
    ) -> Iterator[Output]:
        if page.is_truncated:
            again = self._again("truncated", thread, number, response)
            if again:
                yield again
                return
        if not self._is_ours(page, thread):
            self.logger.info("%s is thread %s, read already", thread.asked, page.thread_id)
            return
        first = self._first_page(page, thread)
        if first:
            yield first
            return
        is_new = number not in thread.pages_read
        thread.pages_read.add(number)
        thread.is_filtered = page.is_filtered
        thread.pages = max(thread.pages, page.pages)
        if page.replies is not None:
            thread.expected = page.replies + 1 - _goods(page)
        if number - 1 in thread.pages_read:
            page = numbered_after(page, max(thread.positions, default=0))
        posts = self._new_posts(page, thread)
        lines: list[Line] = list(post_lines(page, posts, now))
        thread.last = page
        if page.is_truncated:
            lines.append(self._refusal("truncated", thread, number, response))
        yield from _batch(lines)
        following = self._following(page, thread, number) if is_new else None
        if following:
            yield following
        else:
            yield from self._end(thread)

    def _is_ours(self, page: ThreadPage, thread: Thread) -> bool:
        """Whether this thread is read by this request chain and no other."""
        key = _identity(page.site.root, page.thread_id)
        if thread.key == key:
            return True
        if thread.address and thread.address.thread_id == page.thread_id:
            return True
        if thread.pages_read or key in self._known:
            return False
        self._known.add(key)
        thread.key = key
        if not is_file(thread.asked):
            thread.address = urls.read_thread_address(page.url)
        return True

    def _first_page(self, page: ThreadPage, thread: Thread) -> Request | None:
        """The request for the whole thread's first page, if this is some other page of it."""
        if thread.first_asked or thread.address is None or is_file(thread.asked):
            return None
        thread.first_asked = True
        if page.page == 1 and not page.is_filtered:
            return None
        return self._request(thread.address.page_url(1), thread, 1)

    def _new_posts(self, page: ThreadPage, thread: Thread) -> list[Post]:
        """Posts not seen before. Those shown before their turn wait for their own floor."""
        posts = []
        for post in page.posts:
            if post.id in thread.post_ids:
                continue
            if post.is_early and post.position is None and page.pages > page.page:
                thread.early.setdefault(post.id, post)
                continue
            if not self.arguments.with_replies and not post.is_first:
                continue
            thread.early.pop(post.id, None)
            thread.post_ids.add(post.id)
            if post.position is not None:
                thread.positions.add(post.position)
            posts.append(post)
        return posts

    def _following(self, page: ThreadPage, thread: Thread, number: int) -> Request | None:
        if is_file(thread.asked) or not self.arguments.with_replies:
            return None
        # page 99 of 4 comes as page 4: a page that is not the one asked for is the end
        if page.page != number or number >= thread.pages:
            return None
        # the site's own way of writing the address, without what it carries along (extra=)
        linked = urls.read_thread_address(page.next_url) if page.next_url else None
        if (
            linked
            and linked.thread_id == page.thread_id
            and urls.same_host(linked.root, thread.asked)
        ):
            thread.address = linked
        if thread.address:
            return self._request(thread.address.page_url(number + 1), thread, number + 1)
        if page.next_url and urls.same_host(page.next_url, thread.asked):
            return self._request(page.next_url, thread, number + 1)
        return None

    def _end(self, thread: Thread) -> Iterator[Line]:
        """What is left to say when no further page comes."""
        page = thread.last
        if page is None or not self.arguments.with_replies:
            return
        now = datetime.now(UTC)
        lines: list[Line] = []
        if thread.early:
            lines += post_lines(page, list(thread.early.values()), now)
            thread.post_ids.update(thread.early)
            thread.early.clear()
        captured = len(thread.post_ids)
        is_whole = len(thread.pages_read) >= thread.pages
        status = "unknown"
        if not thread.is_filtered and not (is_whole and thread.expected is None):
            enough = thread.expected is None or captured >= thread.expected
            status = "complete" if is_whole and enough else "partial"
        last_position = max(thread.positions, default=0)
        missing = (n for n in range(1, last_position) if n not in thread.positions)
        lines.append(
            coverage_line(
                page,
                now,
                status=status,
                posts_expected=thread.expected,
                posts_captured=captured,
                pages_expected=thread.pages,
                pages_captured=len(thread.pages_read),
                missing_positions=[n for n, _ in zip(missing, range(_MISSING_TOLD), strict=False)],
                run_id=self._run_id,
            )
        )
        thread.last = None
        yield from _batch(lines)

    # -- no page of a thread -----------------------------------------------------------------

    def _again(
        self, reason: Reason, thread: Thread, number: int, response: Response
    ) -> Request | None:
        attempt: int = response.cb_kwargs["attempt"]
        is_over = attempt > self.settings.getint("RETRY_TIMES")
        if reason not in _WORTH_A_RETRY or is_over or is_file(response.url):
            return None
        self.logger.info("%s: %s, asked again", response.url, reason)
        url = thread.address.page_url(number) if thread.address else response.url
        return self._request(url, thread, number, attempt + 1)

    def _plainly(self, page: Message, thread: Thread, number: int) -> Request | None:
        """The plain address, where the server knows no rewritten one.

        A 404 that is not Discuz's own comes of a link from the days when the forum rewrote its
        addresses; `forum.php?mod=viewthread` works in any case.
        """
        address = thread.address
        if address is None or page.reason != "not_found" or page.site is not None:
            return None
        plain = urls.read_thread_address(urls.thread_url(address.root, address.thread_id))
        if plain is None or plain.template == address.template:
            return None
        thread.address = plain
        return self._request(plain.page_url(number), thread, number)

    def _refuse(
        self,
        reason: Reason,
        thread: Thread,
        number: int,
        response: Response,
        message: Message | None = None,
    ) -> Iterator[Output]:
        yield self._refusal(reason, thread, number, response, message)
        yield from self._after_failure(reason, thread, number)

    def _after_failure(self, reason: Reason, thread: Thread, number: int) -> Iterator[Output]:
        """One page that fails is no reason to leave out the ones behind it."""
        if thread.last and thread.address and number < thread.pages and reason in RETRIABLE:
            yield self._request(thread.address.page_url(number + 1), thread, number + 1)
        else:
            yield from self._end(thread)

    def _refusal(
        self,
        reason: Reason,
        thread: Thread,
        number: int,
        response: Response,
        message: Message | None = None,
    ) -> Line:
        return refusal_line(
            reason,
            url=thread.address.page_url(number) if thread.address else thread.asked,
            fetched_at=datetime.now(UTC),
            message=message,
            thread_id=_thread_id(thread),
            board_id=urls.board_id(response.url),
            status=None if is_file(response.url) else response.status,
            page=number if number > 1 else None,
            attempts=response.cb_kwargs["attempt"],
        )

    def _request(self, url: str, thread: Thread, number: int, attempt: int = 1) -> Request:
        return Request(
            url,
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"thread": thread, "number": number, "attempt": attempt},
            # a thread that was begun is finished before the next one
            priority=1 if number > 1 else 0,
        )


def _batch(lines: list[Line]) -> Iterator[Line]:
    batch = Batch(len(lines))
    for line in lines:
        line.batch = batch
        yield line


def _identity(root: str, thread_id: str) -> tuple[str, str]:
    return urls.site_of(root).removeprefix("www."), thread_id


def _thread_id(thread: Thread) -> str | None:
    return thread.address.thread_id if thread.address else None


def _goods(page: ThreadPage) -> int:
    """Goods of a trade are counted as replies and shown in the first floor."""
    items = (page.special or {}).get("items")
    return len(items) if isinstance(items, list) else 0
