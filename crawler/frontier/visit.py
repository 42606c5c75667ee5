"""One request after another for one thing: a thread, a board's list, an index, a saved page.

A visit knows what it asked for. It is told what came, a page or a refusal, and says what that
gives: lines, what the ledger learns, and whether it is done or has another page to ask for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler.archive.changes import Change, PageSeen, TaskDone, TaskMoved
from crawler.archive.site_archive import Archive
from crawler.archive.state import Task
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, Message, NewsPage, Page, ThreadPage
from crawler.discuz.readers import whole_url, with_parts
from crawler.frontier.site_frontier import Frontier
from crawler.frontier.tasks import LIST, PAGE, REVISITED, THREAD
from crawler.history.refusal_history import take_back, tell
from crawler.history.thread_history import Reading, gone_thread
from crawler.items.build import refusal_id, refusal_line
from crawler.items.lines import Line, Refusal
from crawler.items.reasons import DEFINITE, Reason
from crawler.privacy.policy import Privacy

_FOR_PHONES = frozenset({"touch", "wap"})
# A board that is a link, a thread that robots may not see: answers, if nobody asked for it.
_LISTED_ONLY: frozenset[str] = frozenset({"off_site", "robots_disallowed"})


@dataclass(slots=True)
class Given:
    """What came of one answer. ``counts`` are for the record of the run."""

    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    is_done: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    warning: str | None = None


@dataclass(slots=True)
class Visit:
    """A task under way; ``attempt`` counts how often its present page was asked for."""

    frontier: Frontier
    task: Task
    attempt: int = 1
    reading: Reading | None = None
    pages: int = 1
    # a page that shows parts of long posts, while the rest is asked for
    parted: ThreadPage | None = None
    # a page for phones, while the one for desktops is asked for
    for_phones: ThreadPage | BoardPage | None = None

    @property
    def archive(self) -> Archive:
        return self.frontier.archive

    @property
    def url(self) -> str:
        if self.parted is not None:
            return whole_url(self.parted)
        address = self._address()
        return address.page_url(self.task.page) if address else self.task.url

    @property
    def request_url(self) -> str:
        """The address to ask for: that of the page, or of another face of it."""
        return self.url if self.for_phones is None else urls.desktop_url(self.url)

    @property
    def refusal_id(self) -> str:
        root = urls.forum_root(self.url, None)
        return refusal_id(root, self.url, self._thread_id(), self._page())

    # -- pages for phones -------------------------------------------------------------------------

    def turns_to_desktop(self, page: Page) -> bool:
        """Whether the desktop page is to be asked for, in place of ``page``, which is for phones.

        Discuz sends that one by the agent's name (`mobileforward`) and tells less in it. Once a
        site has sent it all the same, it is what that site has.
        """
        if not isinstance(page, ThreadPage | BoardPage) or page.skin not in _FOR_PHONES:
            return False
        if self.for_phones is not None or not self.frontier.has_desktop:
            return False
        self.for_phones = page
        return True

    def best_of(self, page: Page | None) -> Page | None:
        """``page``, unless the one for phones that came before it tells more."""
        kept, self.for_phones = self.for_phones, None
        if kept is None:
            return page
        is_better = type(page) is type(kept) and getattr(page, "skin", "") not in _FOR_PHONES
        self.frontier.has_desktop = is_better
        return page if is_better else kept

    # -- long posts -------------------------------------------------------------------------------

    def has_parts(self, page: ThreadPage) -> bool:
        """Whether the page that was asked for leaves out parts of its posts."""
        if self.parted is not None or page.is_truncated:
            return False
        is_this = self.task.kind == THREAD and page.thread_id == self.task.key
        return is_this and any(post.parts_missing for post in page.posts)

    def whole(self, page: Page) -> Page:
        """The page that waited for its parts, with what came of them; else ``page`` itself."""
        parted, self.parted = self.parted, None
        if parted is None:
            return page
        if isinstance(page, ThreadPage) and page.thread_id == parted.thread_id:
            return with_parts(parted, page.posts)
        return parted

    # -- a page ----------------------------------------------------------------------------------

    def read(self, page: Page, now: datetime) -> Given | None:
        """What a page gives; ``None`` where it is not of the kind that was asked for."""
        if isinstance(page, ThreadPage) and self.task.kind != LIST:
            return self._thread(page, now)
        if isinstance(page, BoardPage) and self.task.kind != THREAD:
            return self._list(page, now)
        if isinstance(page, NewsPage) and self.task.kind == PAGE:
            return self._news(page, now)
        if isinstance(page, IndexPage) and self.task.kind == PAGE:
            given = self._answered(page, now)
            given.changes += self.frontier.index_read(page, self.task)
            return given
        return None

    def _answered(self, page: ThreadPage | BoardPage | IndexPage, now: datetime) -> Given:
        """What was said against this page is over, or has to be said: it stays cut off."""
        if page.is_truncated:
            return self._told(self.refusal("truncated", now), now)
        return self._taken_back(now)

    def _thread(self, page: ThreadPage, now: datetime) -> Given:
        if page.thread_id != self.task.key or self.task.kind == PAGE:
            # another address of it, or the old number of one that was moved
            found = self.frontier.thread_found(page, self.task.place)
            return Given(changes=[found, TaskDone(self.task)])
        counts: Counter[str] = Counter(pages_revisited=int(self._is_revisit))
        if self.reading is None:
            self.reading = self.frontier.reading(self.task)
            counts["threads_read"] += not self._is_revisit
        lines, changes = self.reading.take(page, self.task.page, now)
        self.pages = max(self.pages, page.pages)
        given = self._answered(page, now)
        if page.is_truncated:
            self.reading.fail()
        linked = urls.read_thread_address(page.next_url) if page.next_url else None
        if linked and linked.thread_id == self.task.key and self._is_here(linked.root):
            # the site's own way of writing the address, without what it carries along (extra=)
            self.task = replace(self.task, url=linked.page_url(1))
        given.lines = lines + given.lines
        given.changes = changes + given.changes
        given.counts += counts
        return self._goes_on(given, now)

    def _goes_on(self, given: Given, now: datetime) -> Given:
        """The next page of a thread, or its end."""
        assert self.reading is not None
        following = self.reading.next_page(self.task.page)
        if following is None:
            lines, changes = self.reading.end(now)
            given.lines += lines
            given.changes += [*changes, TaskDone(self.task)]
            return given
        self.task = self.frontier.goes_on(self.task, self.reading, following)
        given.changes.append(TaskMoved(self.task))
        given.is_done = False
        return given

    def _list(self, page: BoardPage, now: datetime) -> Given:
        if self.task.kind == PAGE:
            found = self.frontier.boards_found([replace(page.board, url=page.url)])
            return Given(changes=[*found, TaskDone(self.task)])
        asked = self.task.page
        given = self._answered(page, now)
        step, changes, following = self.frontier.list_read(page, self.task, now)
        given.changes += changes
        if self._is_revisit:
            given.counts.update(pages_revisited=1)
        else:
            given.counts.update(
                lists_read=1, threads_listed=len(page.rows), threads_unchanged=step.unchanged
            )
        if page.page != asked <= page.pages:
            name = page.board.name or page.board.id
            given.warning = f"{name}: the list shows {asked - 1} of its {page.pages} pages"
        self.pages = page.pages
        self.task = following or self.task
        given.is_done = following is None
        return given

    def _news(self, page: NewsPage, now: datetime) -> Given:
        given = self._taken_back(now)
        wanted, changes, following = self.frontier.news_read(page, self.task)
        given.changes += changes
        given.counts.update(
            lists_read=1, threads_listed=len(page.rows), threads_unchanged=len(page.rows) - wanted
        )
        self.task = following or self.task
        given.is_done = following is None
        return given

    # -- a refusal -------------------------------------------------------------------------------

    def refusal(
        self,
        reason: Reason,
        now: datetime,
        *,
        message: Message | None = None,
        attempts: int = 0,
        **more: Any,
    ) -> Refusal:
        """The line of a refusal of the page that was asked for."""
        return refusal_line(
            reason,
            url=self.url,
            fetched_at=now,
            message=message,
            thread_id=self._thread_id(),
            board_id=self._board_id(),
            page=self._page(),
            attempts=attempts or self.attempt,
            **more,
        )

    def refused(self, line: Refusal, now: datetime) -> Given:
        """Tell a refusal, and go on: one page that fails is no reason to leave out the others."""
        given = self._told(line, now)
        if self.task.kind == THREAD and not line.retriable:
            # nothing is gained by looking again at the pages that were read when it was allowed
            at = int(now.timestamp())
            pages = self.archive.ledger.pages(self.task.key)
            given.changes += [PageSeen(self.task.key, number, at) for number in pages]
        if self.task.kind == LIST:
            changes, following = self.frontier.list_failed(
                self.task, self.pages if line.retriable else 0
            )
            given.changes += changes
            self.task = following or self.task
            given.is_done = following is None
            return given
        if self.task.kind == THREAD and self.task.page > 1 and self.reading is None:
            self.reading = self.frontier.reading(self.task)
        if self.reading is None:
            given.changes.append(TaskDone(self.task))
            return given
        self.reading.fail()
        if not line.retriable:
            self.reading.todo.clear()
            lines, changes = self.reading.end(now)
            given.lines += lines
            given.changes += [*changes, TaskDone(self.task)]
            return given
        return self._goes_on(given, now)

    def is_gone(self, message: Message) -> bool:
        """Whether a thread that was read before is told, by Discuz itself, to be there no more."""
        is_told = message.reason == "not_found" and message.site is not None
        if self.task.kind != THREAD or not is_told or message.is_guess:
            return False
        known = self.archive.ledger.thread(self.task.key)
        return known is not None and not known.is_gone

    def gone(self, now: datetime) -> Iterator[Given]:
        """What a thread gives that is there no more."""
        root = urls.forum_root(self.task.url, None)
        for lines, changes in gone_thread(self.archive.ledger, self.task.key, root, now):
            yield Given(lines, changes, is_done=False)
        yield Given([], [TaskDone(self.task)], counts=Counter(threads_gone=1))

    def plainly(self, message: Message) -> bool:
        """Turn to the plain address, where the server knows no rewritten one.

        A 404 that is not Discuz's own comes of a link from the days when the forum rewrote its
        addresses; `forum.php?mod=viewthread` works in any case.
        """
        if message.reason != "not_found" or message.site is not None:
            return False
        address = self._address()
        plain = None
        if isinstance(address, urls.ThreadAddress):
            plain = urls.thread_url(address.root, address.thread_id)
        elif isinstance(address, urls.BoardAddress) and address.board_id.isdigit():
            plain = urls.board_url(address.root, address.board_id)
        elif self.task.kind == PAGE:
            plain = self.task.key
        if plain is None or plain == (address.page_url(1) if address else self.task.url):
            return False
        self.task = replace(self.task, url=plain)
        return True

    def _told(self, line: Refusal, now: datetime) -> Given:
        is_asked = self.task.state.is_asked
        counts = count_refusal(line, is_asked=is_asked)
        if is_asked and self.task.kind != THREAD and line.reason == "not_found":
            # a thread that is not there is an answer, a forum that is not there a mistake
            counts["incomplete"] = 1
        told, change = tell(line, self.archive.ledger, now)
        return Given([told] if told else [], [change], counts=counts)

    def _taken_back(self, now: datetime) -> Given:
        """A page could be read: what was said against it is over."""
        what = {"board_id": self._board_id(), "page": self._page()}
        over = take_back(self.refusal_id, self.archive.ledger, now, **what)
        return Given([over[0]], [over[1]]) if over else Given()

    @property
    def _is_revisit(self) -> bool:
        return self.task.place == REVISITED

    # -- what was asked for ------------------------------------------------------------------------

    def _address(self) -> urls.ThreadAddress | urls.BoardAddress | None:
        if self.task.kind == THREAD:
            return urls.read_thread_address(self.task.url)
        return urls.read_board_address(self.task.url) if self.task.kind == LIST else None

    def _thread_id(self) -> str | None:
        return self.task.key if self.task.kind == THREAD else None

    def _board_id(self) -> str | None:
        if self.task.kind != LIST:
            return None
        return self.task.state.board or self.task.key

    def _page(self) -> int | None:
        return self.task.page if self.task.page > 1 else None

    def _is_here(self, root: str) -> bool:
        return urls.same_host(root, self.task.url)


def count_refusal(line: Refusal, *, is_asked: bool) -> Counter[str]:
    """What a run that ends with this refusal cannot be called: complete, or logged in."""
    counts: Counter[str] = Counter()
    counts["login_needed"] = int(is_asked and line.reason == "login_required")
    is_answer = line.reason in DEFINITE or (line.reason in _LISTED_ONLY and not is_asked)
    counts["incomplete"] = int(not is_answer)
    return +counts


def read_saved(
    page: ThreadPage,
    archive: Archive,
    now: datetime,
    *,
    run_id: str,
    with_replies: bool,
    privacy: Privacy,
    media: str,
) -> Given:
    """What a saved page gives: it alone, for nothing that it links to is asked for."""
    assert page.thread_id is not None
    reading = Reading(
        archive.ledger,
        page.thread_id,
        run_id=run_id,
        with_replies=with_replies,
        privacy=privacy,
        media=media,
    )
    lines, changes = reading.take(page, page.page, now)
    last_lines, last_changes = reading.end(now)
    return Given(lines + last_lines, changes + last_changes)
