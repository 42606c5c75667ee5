"""One task under way: a thread, a board's list, an index, one request after another.

A visit knows what it asked for. It is given each answer, a page or the reason why there is none,
and says what comes of it: lines, what the ledger learns, and whether it asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.archive.changes import (
    NoteMade,
    PageSeen,
    TaskDone,
    TaskMoved,
    TaskPutOff,
)
from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, NewsPage, Page, ThreadPage
from crawler.frontier import more_comments
from crawler.frontier.answer import Answer
from crawler.frontier.contradictions import contradiction
from crawler.frontier.known import is_known
from crawler.frontier.list_variants import variant_url
from crawler.frontier.more_comments import MoreComments
from crawler.frontier.obstacles import Course, Doubt, Kind
from crawler.frontier.other_addresses import OtherAddresses, plain_url
from crawler.frontier.page_refusal import (
    PageRefusal,
    gone_batches,
    is_gone,
    is_no_thread,
    retract_behind,
)
from crawler.frontier.refusals import (
    END,
    Refused,
    kind_of_doubt,
    refused_as,
    without_contradiction,
    without_end,
)
from crawler.frontier.site import Site
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.step import Batch, Step
from crawler.frontier.tasks import PAGES_AT_ONCE, address_of, elsewhere_note, front_of
from crawler.history import Delivery, Learnt, ThreadHistory, is_unsettled
from crawler.items import DEFINITE, Refusal
from crawler.items.reasons import PASSING


@dataclass(slots=True)
class Visit:
    """A task under way; ``attempt`` counts how often its present page was asked for."""

    frontier: SiteFrontier
    task: Task
    attempt: int = 1
    history: ThreadHistory | None = None
    other: OtherAddresses = field(init=False)
    # a page that waits for the comments which it leaves out
    comments: MoreComments | None = None
    # the last page that was handed to the pipelines
    delivered: Delivery | None = None

    def __post_init__(self) -> None:
        self.other = OtherAddresses(self.frontier, front_of(self.task, self.site.archive.ledger))

    @property
    def site(self) -> Site:
        """The site that is visited."""
        return self.frontier.site

    @property
    def url(self) -> str:
        """The page's own address."""
        if isinstance(self.task, ListTask) and self.task.variant:
            return variant_url(self.task)
        address = address_of(self.task)
        return address.page_url(self.task.page) if address else self.task.url

    @property
    def request_url(self) -> str:
        """The address to ask for: that of the page, another one of it, or more of its comments."""
        return self.comments.url if self.comments else self.other.of(self.url)

    @property
    def is_begun(self) -> bool:
        """Whether a page of the task came already."""
        return self.task.page > 1 or self.comments is not None

    @property
    def may_retry(self) -> bool:
        """Whether a request without an answer is repeated at once.

        What was put off is tried again by being asked for at all; behind an answer in doubt this
        one tells enough.
        """
        return not (self.task.put_off or self.frontier.obstacles.is_doubtful)

    @property
    def refusal(self) -> PageRefusal:
        """The refusal of the page that is asked for, should there be one."""
        return PageRefusal(self.frontier, self.task, self.url)

    def answer(self, answer: Answer) -> Step:
        """What comes of an answer, whatever it turned out to be."""
        if self.frontier.is_stopped:
            return Step(is_left=True)
        if self.comments is not None:
            return self._more_comments(self.comments, answer)
        asked = self.request_url
        if self.other.turns_to_index(answer):
            return Step(asks_again=True)
        answer = self.other.best_index(answer)
        page = answer.page
        if page is not None and page.site is not None and page.site.clock is not None:
            self.site.clock.see(page.site.clock, answer.seen_at)
        if answer.is_past_end and isinstance(self.task, ThreadTask) and self.task.page > 1:
            return self._ends_before(self.task, answer)
        if page is not None and self.other.turns_to_desktop(page):
            return Step(asks_again=True)
        is_parted = self.other.parted is not None
        if self.other.is_other and answer.reason in PASSING and self._may_ask_again():
            return self._ask_again()
        page = self.other.best_of(page)
        if page is not None and page is answer.page and answer.sample is not None:
            self.site.drift.look_at(self.task, page, answer.sample)
        page = self.other.whole(page)
        is_redirected = self.other.is_redirected(answer, asked)
        refused = refused_as(
            page,
            self.task,
            answer,
            is_redirected=is_redirected,
            may_be_moved=self.frontier.may_be_moved(self.task),
        )
        if page is not None and refused is None:
            refused = contradiction(page, self.task, self.frontier, self.history, answer.seen_at)
        if page is not None and refused is None:
            if not is_parted and self.other.turns_to_whole(page, self.task):
                return Step(asks_again=True)
            return self._answered(page, answer.seen_at)
        task = self.task
        if refused is not None and isinstance(task, ThreadTask) and _is_missing_page(refused, task):
            return self._page_missing(task, answer)
        return self._refused(refused or Refused("unreachable", "other"), page, answer)

    def _answered(self, page: Page, now: datetime) -> Step:
        """What comes of the page that was asked for, and of the doubts that it decides."""
        task = self.task
        is_thread = isinstance(page, ThreadPage)
        is_new = is_thread and not is_known(task, self.site)
        if isinstance(page, ThreadPage):
            self.site.note_words(page)
        if self._waits_for_comments(page, now):
            step = Step(asks_again=True)
        else:
            step = self._page(page, now, self.refusal.retract(now))
        decided = self.frontier.obstacles.answered(
            is_page=is_thread or isinstance(page, BoardPage),
            is_thread=is_thread,
            is_new=is_new,
            is_check=self._is_check(task),
            is_later=isinstance(page, ThreadPage) and page.page > 1,
            task_id=task.id,
        )
        return replace(step, decided=decided)

    def _waits_for_comments(self, page: Page, now: datetime) -> bool:
        """Whether a page is kept until the comments came that it leaves out."""
        task = self.task
        if not isinstance(page, ThreadPage) or not isinstance(task, ThreadTask):
            return False
        if page.thread_id != task.key or not self.frontier.make.is_here(page.site.root):
            return False
        history = self.history or self.frontier.history(task)
        shown = history.comments_to_ask(page, now)
        if shown and self.site.comments.is_open:
            self.comments, self.attempt = MoreComments(self.site.comments, page, now, shown), 1
        return self.comments is not None

    def _more_comments(self, waiting: MoreComments, answer: Answer) -> Step:
        """What comes of an answer to the request for more comments of the page that waits."""
        if not waiting.add(answer.page):
            refused = waiting.refused(answer, is_first=self.attempt == 1)
            if waiting.skips(refused):
                self.attempt = 1
                return Step(asks_again=True)
            return self._refused(refused, None, answer)
        self.attempt = 1
        decided = self.frontier.obstacles.answered()
        if waiting.left:
            return Step(asks_again=True, decided=decided)
        return replace(self._with_comments(waiting), decided=decided)

    def _with_comments(self, waiting: MoreComments) -> Step:
        """What comes of the page that waited, with the comments that came."""
        step = self._page(waiting.page, waiting.seen_at, self.refusal.retract(waiting.seen_at))
        self.comments = None
        return step

    def _ends_before(self, task: ThreadTask, answer: Answer) -> Step:
        """The forum says that a thread ends before a page, which its counter may deny."""
        if self._history(task).has_more_behind(task.page):
            return self._refused(END, None, answer)
        return self._past_end(task, answer.seen_at)

    def _page_missing(self, task: ThreadTask, answer: Answer) -> Step:
        """The forum has no posts for a later page: there are none, or the thread is gone.

        A page that holds none but the opening post of a thread whose newest posts come first is
        such a page (`post_not_found` in forum_viewthread.php). Another page of it tells which.
        """
        if self.history is not None and self.history.page is not None:
            return self._ends_before(task, answer)
        todo = dict.fromkeys((task.page, *(number for number in task.todo if number > 1)))
        self.task = replace(task, page=1, todo=tuple(todo))
        return Step(asks_again=True)

    def _history(self, task: ThreadTask) -> ThreadHistory:
        if self.history is None:
            self.history = self.frontier.history(task)
        return self.history

    def _past_end(self, task: ThreadTask, now: datetime) -> Step:
        """What comes of the forum's word that a thread ends before the page asked for."""
        self.other = OtherAddresses(self.frontier)
        batch = self.refusal.retract(now)
        history = self._history(task)
        entries, changes = history.end_before(task.page, now)
        batch.entries[:0], batch.changes[:0] = entries, changes
        step = self._next_page(batch, task, history, now)
        decided = self.frontier.obstacles.answered(is_check=self._is_check(task))
        return replace(step, decided=decided)

    # -- answers that are not the page -------------------------------------------------------------

    def _refused(self, refused: Refused, page: Page | None, answer: Answer) -> Step:
        """What comes of an answer that is not the page that was asked for, or not the whole of it.

        ``page`` is what there is of it.
        """
        frontier, task = self.frontier, self.task
        if self.comments is None:
            plain = plain_url(task, refused.evidence, answer.status)
            if plain is not None:
                self.task = replace(task, url=plain)
                return Step(asks_again=True)
            is_there = frontier.is_listed(task) or frontier.was_read_now(task)
            refused = without_contradiction(refused, is_listed=is_there)
        doubt = self._doubt(refused, answer)
        if self._is_check(task) and frontier.missing_numbers and is_gone(task, refused, self.site):
            # what is said of all numbers is said of a thread that was there
            frontier.obstacles.stop_at(refused.reason, self.request_url, refused.text)
            return Step(is_left=True)
        decided: list[Iterable[Batch]] = []
        if refused.evidence == "about_this":
            # the forum is there; that a page read before is refused tells nothing of others
            decided = frontier.obstacles.answered()
        is_own = True
        if doubt is not None:
            course = frontier.obstacles.weigh(doubt)
            match course:
                case Course.ASK_AGAIN:
                    return replace(self._ask_again(), decided=decided)
                case Course.STOP:
                    return Step(is_left=True, decided=decided)
                case Course.PUT_OFF:
                    put_off = replace(task, put_off=task.put_off + answer.attempts)
                    step = Step([Batch(changes=[TaskPutOff(put_off)], ends=task)])
                    return replace(step, decided=decided)
                case Course.WAIT:
                    frontier.mark_waiting(task)
                    outcome = self._outcome(without_end(refused, doubt.kind), page, answer)
                    frontier.obstacles.wait(doubt, outcome)
                    return Step(decided=decided)
            is_own = frontier.obstacles.is_own(doubt)
            refused = without_end(refused, doubt.kind)
        elif refused.reason in PASSING and self._may_ask_again():
            return replace(self._ask_again(), decided=decided)
        elif self._is_check(task):
            frontier.obstacles.check_failed()
        step = self._refusal_step(refused, page, answer, is_own=is_own)
        # that a thread ends here is an answer as well, and decides what others wait for
        return replace(step, decided=[*decided, *step.decided])

    def _doubt(self, refused: Refused, answer: Answer) -> Doubt | None:
        """The doubt about an answer; ``None`` where the forum itself settles it."""
        task, frontier = self.task, self.frontier
        kind = kind_of_doubt(refused, task, frontier)
        if self.comments is not None:
            kind = more_comments.kind_of_doubt(refused)
        known = self.site.archive.ledger.refusal(self.refusal.id)
        if known is not None and known.reason != refused.reason:
            known = None
        # a right that was denied for good, a thread that was missing in an earlier run
        is_proved = known is not None and (
            (kind in (Kind.RIGHTS, Kind.LISTS) and not known.is_retriable)
            or (kind is Kind.MISSING and frontier.is_earlier(known))
        )
        if kind is None or is_proved:
            return None
        is_known_refusal = known is not None and known.nights > 0
        return Doubt(
            task.id,
            kind,
            refused.reason,
            self.request_url,
            refused.text,
            is_second=task.put_off > 0 or is_known_refusal or not frontier.has_others(),
            is_known=is_known_refusal,
            is_check=self._is_check(task),
            can_pass=refused.reason in PASSING
            and answer.page is not None
            and answer.pause is None
            and not task.put_off
            and self._may_ask_again(),
            pause=answer.pause,
        )

    def _was_refused_before(self) -> bool:
        """Whether this page was refused on an earlier night on which the forum answered."""
        known = self.site.archive.ledger.refusal(self.refusal.id)
        return known is not None and known.nights > 0 and self.frontier.is_earlier(known)

    def _refused_before(self, task: ThreadTask) -> tuple[int, ...]:
        """The pages of a thread that wait to be read, of those that were refused before."""
        refusals = self.site.archive.ledger.thread_refusals(task.key)
        addresses = [urls.read_thread_address(refusal.url) for refusal in refusals]
        refused = {address.page for address in addresses if address}
        return tuple(number for number in task.todo if number in refused)

    def _is_check(self, task: Task) -> bool:
        return (
            isinstance(task, ThreadTask) and task.is_check and self.frontier.obstacles.wants_check
        )

    def _may_ask_again(self) -> bool:
        return self.attempt <= self.frontier.limits.retries

    def _ask_again(self) -> Step:
        self.site.tally.asked_again += 1
        self.attempt += 1
        return Step(asks_again=True)

    def _outcome(
        self, refused: Refused, page: Page | None, answer: Answer
    ) -> Callable[[bool], Iterable[Batch]]:
        """What comes of this answer once others have decided what it was."""

        def outcome(is_own: bool) -> Iterable[Batch]:
            task = self.task
            step = self._refusal_step(refused, page, answer, is_own=is_own)
            for batch in step.batches:
                if step.asks_again:
                    # it goes on with its next page, as another visit
                    batch.ends = task
                batch.after = self.delivered
                yield batch
            for decided in step.decided:
                yield from decided

        return outcome

    def _refusal_step(
        self, refused: Refused, page: Page | None, answer: Answer, *, is_own: bool
    ) -> Step:
        """Publish what there is of a page, and the refusal of what there is not."""
        now = answer.seen_at
        if self.comments is not None:
            return self._with_comments(self.comments)
        if refused.reason == "truncated" and page is not None and refused.message is None:
            line = self.refusal.line(refused, now, attempts=answer.attempts)
            return self._page(page, now, self.refusal.emit(line, now, is_own=is_own))
        task = self.task
        if refused.is_end and isinstance(task, ThreadTask):
            if is_own:
                # second pages of other threads come: the counter is wrong
                return self._past_end(task, now)
            is_own = True
        if is_own and refused.is_strange and page is not None and self._was_refused_before():
            # the forum keeps to it: threads were merged
            return self._page(page, now, self.refusal.retract(now))
        if is_own and is_gone(task, refused, self.site):
            self.site.tally.threads_gone += 1
            return Step(gone_batches(task, self.site, now))
        if is_own and isinstance(task, ThreadTask) and is_no_thread(task, refused):
            self.site.tally.threads_missing += 1
            self.frontier.number_missing(task, now)
            batch = self.refusal.retract(now)
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        line = self.refusal.line(
            refused,
            now,
            attempts=answer.attempts,
            status=answer.status,
        )
        if not is_own:
            # nothing proves that it is about this address
            line.retriable = True
        return self._refuse(line, now, is_own=is_own, is_end=refused.is_end)

    # -- a page ----------------------------------------------------------------------------------

    def _page(self, page: Page, now: datetime, batch: Batch) -> Step:
        """What a page gives that is of a kind that was asked for, beside what is in ``batch``."""
        task = self.task
        match page:
            case ThreadPage():
                return self._thread(page, now, batch)
            case BoardPage():
                return self._list(page, now, batch)
            case NewsPage() if isinstance(task, PageTask):
                return self._news(page, task, batch)
            case IndexPage() if isinstance(task, PageTask):
                batch.changes += self.frontier.walks.index_read(page, task)
                if self.other.at_front is not None and self.other.at_front.page is not page:
                    batch.changes.append(NoteMade(elsewhere_note(task.key), task.url))
                return self._step(batch, following=None)
        raise TypeError(page)

    def _thread(self, page: ThreadPage, now: datetime, batch: Batch) -> Step:
        task = self.task
        batch.changes += self.frontier.missing_numbers.proved()
        if not isinstance(task, ThreadTask) or page.thread_id != task.key:
            # another address of it, or the old number of one that was moved
            batch.changes += [self.frontier.walks.thread_found(page, task), TaskDone(task)]
            return self._step(batch, following=None)
        tally = self.site.tally
        tally.pages_revisited += task.is_revisit
        if self.history is None:
            self.history = self.frontier.history(task)
            tally.threads_read += not (task.is_revisit or task.put_off)
        shown = self.comments.shown if self.comments else {}
        entries, changes = self.history.add_page(page, task.page, now, shown)
        batch.entries[:0], batch.changes[:0] = entries, changes
        if page.is_truncated:
            self.history.fail()
        elif self.history.has_ended:
            entries, changes = self.history.end_at_repeats(task.page, now)
            batch.entries += entries
            batch.changes += changes
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
            if history.withheld:
                text = f"{history.withheld} known posts are not shown, and its counter counts them"
                self.site.note_incomplete(task.url, "unknown_notice", text)
            refusals = self.site.archive.ledger.thread_refusals(task.key)
            retract_behind(history.count.pages, refusals, batch, now)
            batch.changes.append(TaskDone(task))
            self.task = task
            return self._step(batch, following=None)
        following = replace(
            task, page=number, todo=tuple(history.todo), pages=history.count.pages, put_off=0
        )
        if number == task.page + 1 and task.page % PAGES_AT_ONCE == 0:
            batch.changes.append(TaskPutOff(replace(following, put_off=1)))
            return self._step(batch, following=None)
        batch.changes.append(TaskMoved(following))
        return self._step(batch, following)

    def _list(self, page: BoardPage, now: datetime, batch: Batch) -> Step:
        task, tally = self.task, self.site.tally
        if not isinstance(task, ListTask):
            board = replace(page.board, url=page.url)
            batch.changes += self.frontier.walks.boards_found([board], is_asked=task.is_asked)
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        for deep in self.frontier.walks.too_deep(page, task):
            text = "a board within four others; name it to read it"
            self.site.note_incomplete(deep.url or page.url, "unknown_notice", text)
        diff, changes, following = self.frontier.walks.list_read(page, task, now)
        batch.changes += changes
        if task.is_revisit:
            tally.pages_revisited += 1
        else:
            tally.lists_read += 1
            tally.threads_listed += len(page.rows)
            tally.threads_unchanged += diff.unchanged
        if following is None and not task.variant and not task.is_single:
            refusals = self.site.archive.ledger.list_refusals(task.board_id)
            retract_behind(page.pages, refusals, batch, now)
        warning = self.frontier.boards.warning(page, task)
        return self._step(batch, following, warning=warning)

    def _news(self, page: NewsPage, task: PageTask, batch: Batch) -> Step:
        wanted, changes, following = self.frontier.walks.news_read(page, task)
        batch.changes += changes
        tally = self.site.tally
        tally.lists_read += 1
        tally.threads_listed += len(page.rows)
        tally.threads_unchanged += len(page.rows) - wanted
        return self._step(batch, following)

    def _step(self, batch: Batch, following: Task | None, *, warning: str | None = None) -> Step:
        """Store a batch and go on with ``following``, if there is more of the task."""
        batch.ends = self.task if following is None else None
        if following is not None:
            self.task, self.attempt = following, 1
        return Step([batch], asks_again=following is not None, warning=warning)

    # -- refusals --------------------------------------------------------------------------------

    def _refuse(self, line: Refusal, now: datetime, *, is_own: bool, is_end: bool = False) -> Step:
        """Publish a refusal, and go on: one page that fails is no reason to leave out the rest."""
        known = self.site.archive.ledger.refusal(self.refusal.id)
        batch = self.refusal.emit(line, now, is_own=is_own)
        task = self.task
        # what is said of rights is said of the pages behind it as well
        may_go_on = line.retriable and line.reason not in DEFINITE
        if isinstance(task, ListTask):
            changes, following = self.frontier.walks.list_failed(
                task,
                task.pages if may_go_on else 0,
                is_settled=known is not None and is_unsettled(known),
            )
            batch.changes += changes
            return self._step(batch, following)
        if not isinstance(task, ThreadTask):
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        batch.changes += self.frontier.unlisted(task)
        if not line.retriable:
            # nothing is gained by looking again at the pages that were read when it was allowed
            at = int(now.timestamp())
            pages = self.site.archive.ledger.pages(task.key)
            batch.changes += [PageSeen(task.key, number, at) for number in pages]
        if task.page == 1 and self.history is None:
            # an error is that of one page, and those that were refused before have no other task
            todo = self._refused_before(task) if may_go_on else ()
            task = self.task = replace(task, todo=todo)
        if self.history is None and (task.page > 1 or task.todo):
            self.history = self.frontier.history(task)
        if self.history is None:
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        self.history.fail()
        if not line.retriable or is_end:
            self.history.todo.clear()
            _add(batch, self.history.finish(now))
            batch.changes.append(TaskDone(task))
            return self._step(batch, following=None)
        return self._next_page(batch, task, self.history, now)


def _is_missing_page(refused: Refused, task: ThreadTask) -> bool:
    """Whether the forum says of a later page of a thread that there are no posts."""
    is_missing = refused.reason == "not_found" and refused.evidence == "about_this"
    return is_missing and task.page > 1


def _add(batch: Batch, learnt: Learnt) -> None:
    entries, changes = learnt
    batch.entries += entries
    batch.changes += changes
