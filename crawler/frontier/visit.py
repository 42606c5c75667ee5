"""One task under way: a thread, a board's list, an index, one request after another.

A visit knows what it asked for. It is given each answer, a page or the reason why there is none,
and says what comes of it: lines, what the ledger learns, and whether it asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler.archive.changes import Change, PageSeen, TaskDone, TaskMoved
from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import (
    BoardPage,
    IndexPage,
    Message,
    NewsPage,
    OtherPage,
    Page,
    ThreadPage,
)
from crawler.frontier.answer import Answer
from crawler.frontier.other_addresses import OtherAddresses, plain_url
from crawler.frontier.site import Site
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.tasks import address_of
from crawler.history import (
    Delivery,
    Entry,
    ThreadHistory,
    emit_refusal,
    gone_thread,
    retract_refusal,
)
from crawler.history.thread_history import Learnt
from crawler.items import DEFINITE, Reason, Refusal, refusal_id, refusal_line
from crawler.items.reasons import PASSING, reason_of
from crawler.privacy import redacted_line

# Refusals that do not make a run incomplete unless the user named the address: a board that is a
# link, a thread that robots may not read.
_LISTED_ONLY: frozenset[str] = frozenset({"off_site", "robots_disallowed"})


@dataclass(slots=True)
class Batch:
    """Lines and changes that are stored together; ``ends_visit``: then the task is complete."""

    entries: list[Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    ends_visit: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Outcome of one answer: what is stored, in batches, and whether the visit asks again.

    ``is_left``: neither, for the site is left alone. ``warning`` is for the log.
    """

    batches: Iterable[Batch] = ()
    asks_again: bool = False
    is_left: bool = False
    warning: str | None = None


@dataclass(slots=True)
class Visit:
    """A task under way; ``attempt`` counts how often its present page was asked for."""

    frontier: SiteFrontier
    task: Task
    attempt: int = 1
    history: ThreadHistory | None = None
    pages: int = 1
    other: OtherAddresses = field(init=False)
    # the last page that was handed to the pipelines
    delivered: Delivery | None = None

    def __post_init__(self) -> None:
        self.other = OtherAddresses(self.frontier)

    @property
    def site(self) -> Site:
        """The site that is visited."""
        return self.frontier.site

    @property
    def url(self) -> str:
        """The page's own address."""
        address = address_of(self.task)
        return address.page_url(self.task.page) if address else self.task.url

    @property
    def request_url(self) -> str:
        """The address to ask for: that of the page, or another one of it."""
        return self.other.of(self.url)

    @property
    def refusal_id(self) -> str:
        """The name of a refusal of the page that is asked for."""
        root = urls.forum_root(self.url, None)
        return refusal_id(root, self.url, _thread_id(self.task), self._page_number)

    def answer(self, answer: Answer) -> Step:
        """What comes of an answer, whatever it turned out to be."""
        if answer.page is None or answer.sample is None:
            return self._no_page(answer)
        if self.other.turns_to_desktop(answer.page):
            return Step(asks_again=True)
        page = self.other.best_of(answer.page) or answer.page
        if page is answer.page:
            self.site.drift.look_at(self.task, page, answer.sample)
        reason = reason_of(page)
        if self._leaves(answer.page.reason if isinstance(answer.page, Message) else None):
            return Step(is_left=True)
        if reason in PASSING and self.attempt <= self.frontier.limits.retries:
            self.site.tally.asked_again += 1
            self.attempt += 1
            return Step(asks_again=True)
        if self.other.turns_to_whole(page, self.task):
            return Step(asks_again=True)
        page = self.other.whole(page)
        return self._page(page, answer.seen_at) or self._other_page(page, answer)

    def _no_page(self, answer: Answer) -> Step:
        """What comes of an address that gave no page."""
        if self._leaves(answer.reason):
            return Step(is_left=True)
        now = answer.seen_at
        kept = self.other.kept()
        step = self._page(kept, now) if kept is not None else None
        if step is not None:
            return step
        line = self._refusal(
            answer.reason or "unreachable",
            now,
            attempts=answer.attempts,
            status=answer.status,
            message_raw=answer.message,
        )
        return self._refused(line, now)

    def _other_page(self, page: Page, answer: Answer) -> Step:
        """What comes of a page of another kind than was asked for."""
        message = page if isinstance(page, Message) else unexpected(page, self.task)
        plain = plain_url(self.task, message)
        if plain is not None:
            self.task = replace(self.task, url=plain)
            return Step(asks_again=True)
        if is_gone(self.task, message, self.site):
            self.site.tally.threads_gone += 1
            return Step(_gone(self.task, self.site, answer.seen_at))
        now = answer.seen_at
        line = self._refusal(message.reason, now, message=message, status=answer.status)
        return self._refused(line, now)

    # -- a page ----------------------------------------------------------------------------------

    def _page(self, page: Page, now: datetime) -> Step | None:
        """What a page gives; ``None`` where it is not of the kind that was asked for."""
        task = self.task
        match page:
            case ThreadPage(thread_id=str()) if not isinstance(task, ListTask):
                return self._thread(page, now)
            case BoardPage() if not isinstance(task, ThreadTask):
                return self._list(page, now)
            case NewsPage() if isinstance(task, PageTask):
                return self._news(page, task, now)
            case IndexPage() if isinstance(task, PageTask):
                batch = self._retracted(page, now)
                batch.changes += self.frontier.index_read(page, task)
                return self._step(batch, following=None)
        return None

    def _thread(self, page: ThreadPage, now: datetime) -> Step:
        task = self.task
        if not isinstance(task, ThreadTask) or page.thread_id != task.key:
            # another address of it, or the old number of one that was moved
            batch = self._retracted(page, now)
            batch.changes += [self.frontier.thread_found(page, task), TaskDone(task)]
            return self._step(batch, following=None)
        tally = self.site.tally
        tally.pages_revisited += task.is_revisit
        if self.history is None:
            self.history = self.frontier.history(task)
            tally.threads_read += not task.is_revisit
        batch = Batch(*self.history.add_page(page, task.page, now))
        self.pages = max(self.pages, page.pages)
        refused = self._retracted(page, now)
        if page.is_truncated:
            self.history.fail()
        batch.entries += refused.entries
        batch.changes += refused.changes
        linked = urls.read_thread_address(page.next_url) if page.next_url else None
        if linked and linked.thread_id == task.key and urls.same_host(linked.root, task.url):
            # the site's own way of writing the address, without what it carries along (extra=)
            task = replace(task, url=linked.page_url(1))
        return self._next_page(batch, task, self.history, now)

    def _next_page(
        self, batch: Batch, task: ThreadTask, history: ThreadHistory, now: datetime
    ) -> Step:
        """Go on with the next page of a thread, or finish it."""
        number = history.next_page(task.page)
        if number is None:
            _add(batch, history.finish(now))
            batch.changes.append(TaskDone(task))
            self.task = task
            return self._step(batch, following=None)
        following = replace(task, page=number, todo=tuple(history.todo))
        batch.changes.append(TaskMoved(following))
        return self._step(batch, following)

    def _list(self, page: BoardPage, now: datetime) -> Step:
        task, tally = self.task, self.site.tally
        if not isinstance(task, ListTask):
            board = replace(page.board, url=page.url)
            batch = self._retracted(page, now)
            batch.changes += self.frontier.boards_found([board], is_asked=task.is_asked)
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        batch = self._retracted(page, now)
        diff, changes, following = self.frontier.list_read(page, task, now)
        batch.changes += changes
        if task.is_revisit:
            tally.pages_revisited += 1
        else:
            tally.lists_read += 1
            tally.threads_listed += len(page.rows)
            tally.threads_unchanged += diff.unchanged
        warning = None
        if page.page != task.page <= page.pages:
            name = page.board.name or page.board.id
            warning = f"{name}: the list shows {task.page - 1} of its {page.pages} pages"
        self.pages = page.pages
        return self._step(batch, following, warning=warning)

    def _news(self, page: NewsPage, task: PageTask, now: datetime) -> Step:
        batch = self._retracted(page, now)
        wanted, changes, following = self.frontier.news_read(page, task)
        batch.changes += changes
        tally = self.site.tally
        tally.lists_read += 1
        tally.threads_listed += len(page.rows)
        tally.threads_unchanged += len(page.rows) - wanted
        return self._step(batch, following)

    def _step(self, batch: Batch, following: Task | None, *, warning: str | None = None) -> Step:
        """Store a batch and go on with ``following``, if there is more of the task."""
        if following is not None:
            self.task, self.attempt = following, 1
        batch.ends_visit = following is None
        return Step([batch], asks_again=following is not None, warning=warning)

    # -- refusals --------------------------------------------------------------------------------

    def _refusal(
        self,
        reason: Reason,
        now: datetime,
        *,
        message: Message | None = None,
        attempts: int = 0,
        **more: Any,
    ) -> Refusal:
        """The line of a refusal of the page that was asked for."""
        line = refusal_line(
            reason,
            url=self.url,
            fetched_at=now,
            message=message,
            thread_id=_thread_id(self.task),
            board_id=self.task.board_id if isinstance(self.task, ListTask) else None,
            page=self._page_number,
            attempts=attempts or self.attempt,
            **more,
        )
        return redacted_line(line, self.site.privacy)

    def _refused(self, line: Refusal, now: datetime) -> Step:
        """Publish a refusal, and go on: one page that fails is no reason to leave out the rest."""
        batch = self._emitted(line, now)
        task = self.task
        if isinstance(task, ListTask):
            changes, following = self.frontier.list_failed(
                task, self.pages if line.retriable else 0
            )
            batch.changes += changes
            return self._step(batch, following)
        if not isinstance(task, ThreadTask):
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        if not line.retriable:
            # nothing is gained by looking again at the pages that were read when it was allowed
            at = int(now.timestamp())
            pages = self.site.archive.ledger.pages(task.key)
            batch.changes += [PageSeen(task.key, number, at) for number in pages]
        if task.page > 1 and self.history is None:
            self.history = self.frontier.history(task)
        if self.history is None:
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        self.history.fail()
        if not line.retriable:
            self.history.todo.clear()
            _add(batch, self.history.finish(now))
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        return self._next_page(batch, task, self.history, now)

    def _emitted(self, line: Refusal, now: datetime) -> Batch:
        """A batch with the refusal, unless the last one said the same."""
        is_asked = self.task.is_asked
        count_refusal(line, self.site, is_asked=is_asked)
        if is_asked and not isinstance(self.task, ThreadTask) and line.reason == "not_found":
            # a thread that is not there is an answer, a forum that is not there a mistake
            count_incomplete(line, self.site)
        emitted = emit_refusal(line, self.site.archive.ledger, now)
        return Batch([emitted]) if isinstance(emitted, Entry) else Batch(changes=[emitted])

    def _retracted(
        self, page: ThreadPage | BoardPage | IndexPage | NewsPage, now: datetime
    ) -> Batch:
        """Retract an earlier refusal of a page that came; a page that is cut off is refused."""
        if not isinstance(page, NewsPage) and page.is_truncated:
            return self._emitted(self._refusal("truncated", now), now)
        over = retract_refusal(
            self.refusal_id,
            self.site.archive.ledger,
            now,
            board_id=self.task.board_id if isinstance(self.task, ListTask) else None,
            page=self._page_number,
        )
        return Batch([over]) if over else Batch()

    def _leaves(self, reason: str | None) -> bool:
        """Whether the site is left alone after this answer."""
        frontier = self.frontier
        frontier.is_stopped = frontier.is_stopped or frontier.stop_rule.stops_after(reason)
        return frontier.is_stopped

    # -- what was asked for ------------------------------------------------------------------------

    @property
    def _page_number(self) -> int | None:
        return self.task.page if self.task.page > 1 else None


def _thread_id(task: Task) -> str | None:
    return task.key if isinstance(task, ThreadTask) else None


def is_gone(task: Task, message: Message, site: Site) -> bool:
    """Whether Discuz itself says of a thread that was read before that it is not there any more."""
    is_known_notice = message.reason == "not_found" and message.evidence == "about_this"
    if not isinstance(task, ThreadTask) or not is_known_notice:
        return False
    known = site.archive.ledger.thread(task.key)
    return known is not None and not known.is_gone


def _gone(task: Task, site: Site, now: datetime) -> Iterator[Batch]:
    """What a thread gives that is there no more."""
    root = urls.forum_root(task.url, None)
    for entries, changes in gone_thread(site.archive.ledger, task.key, root, now):
        yield Batch(entries, changes)
    yield Batch(changes=[TaskDone(task)], ends_visit=True)


def _add(batch: Batch, learnt: Learnt) -> None:
    entries, changes = learnt
    batch.entries += entries
    batch.changes += changes


def unexpected(page: Page, task: Task | None = None) -> Message:
    """The refusal of a page of another kind than was asked for."""
    wanted = "a list" if isinstance(task, ListTask) else "a thread"
    return Message("template_unknown", f"{kind_of(page)}, not {wanted}")


def kind_of(page: Page) -> str:
    """What a page is, in words."""
    kind = page.kind if isinstance(page, OtherPage) else type(page).__name__.removesuffix("Page")
    return f"a page of kind {kind.lower()}"


def count_refusal(line: Refusal, site: Site, *, is_asked: bool) -> None:
    """Count a refusal that makes the run incomplete or shows that a login is needed."""
    site.tally.login_needed += is_asked and line.reason == "login_required"
    is_answer = line.reason in DEFINITE or (line.reason in _LISTED_ONLY and not is_asked)
    if not is_answer:
        count_incomplete(line, site)


def count_incomplete(line: Refusal, site: Site) -> None:
    """Count a refusal that leaves the run incomplete, and keep it as the example."""
    site.tally.incomplete += 1
    message = f": {line.message_raw}" if line.message_raw else ""
    site.example = f"{line.url} ({line.reason}{message})"
