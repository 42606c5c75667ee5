"""What is read again although nothing says that it changed, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import replace

from crawler.archive.changes import Change, TaskAgain, TaskFound
from crawler.archive.state import ListTask, PageTask, RefusalState, ThreadTask
from crawler.discuz import urls
from crawler.frontier.config import Budget
from crawler.frontier.known import is_denied_as_whole
from crawler.frontier.list_variants import variant_of, variant_task
from crawler.frontier.tasks import (
    CHECKED,
    REVISITED,
    TRIED_AGAIN,
    TaskMaker,
    is_walk,
    pages_to_read,
)

# Of the threads that were read last some may wait to be read again.
_CANDIDATES = 50
# Of the threads that a ledger made anew knows, and no list names, so many are asked for a night.
_CANDIDATES_UNREAD = 500


def refused_again(
    make: TaskMaker, budget: Budget, now: int, met: Container[str] = ()
) -> Iterator[Change]:
    """Tasks of threads and lists of which a refusal, or that of a page, may be over by now.

    ``met`` are the names of the refusals of this run: what was refused in it waits for the next.
    """
    if not any(map(is_walk, make.options.addresses)):
        return
    threads: dict[str, list[RefusalState]] = {}
    walked = {task.key for task in make.ledger.task_queue.tasks(ListTask)}
    for refusal in make.ledger.refusals_due(now, budget.refused_before(now), budget.pages):
        if make.options.threads and not make.options.names_thread(refusal.thread_id):
            continue
        if refusal.id in met:
            continue
        if refusal.thread_id is not None:
            threads.setdefault(refusal.thread_id, []).append(refusal)
            continue
        if not is_denied_as_whole(refusal, make.ledger):
            yield from map(TaskFound, _refused_list(make, refusal, walked))
    for thread_id, refusals in threads.items():
        if all(is_denied_as_whole(refusal, make.ledger) for refusal in refusals):
            # its pages are asked for with the first one, once that is due
            continue
        # it may have been read in this job already, but for the page that was refused
        yield TaskAgain(_refused_thread(make, thread_id, refusals))


def _refused_thread(make: TaskMaker, thread_id: str, refusals: list[RefusalState]) -> ThreadTask:
    """The task of a thread of which these refusals stand: of itself or of some of its pages."""
    known = make.ledger.thread(thread_id)
    read = make.ledger.pages(thread_id)
    is_missing = all(refusal.reason == "not_found" for refusal in refusals)
    todo = {1} if is_missing else {*pages_to_read(known, read, from_top=False)}
    addresses = [urls.read_thread_address(refusal.url) for refusal in refusals]
    if known is not None and known.pages:
        todo |= {each.page for each in addresses if each and each.page <= known.pages}
    return make.thread(thread_id, todo=sorted(todo), priority=TRIED_AGAIN)


def _refused_list(
    make: TaskMaker, refusal: RefusalState, walked: Container[str]
) -> Iterator[ListTask]:
    """The tasks of a list that was refused, or of which a page was.

    ``walked`` are the keys of the lists of this job.
    """
    address = urls.read_board_address(refusal.url)
    if address is None or not make.is_here(refusal.url):
        return
    boards = make.options.boards
    if boards and address.board_id not in boards:
        return
    plain = ListTask(key=address.board_id, url=address.page_url(1), priority=TRIED_AGAIN)
    # a page that is asked for by itself: its variant or list was walked, to another page
    key, page = f"{address.board_id}:{address.page}", address.page
    variant = variant_of(refusal.url)
    if variant:
        task = variant_task(plain, (variant,))
        yield replace(task, key=f"{task.key}:{page}", page=page, is_found=True)
        return
    if page == 1 or plain.key not in walked:
        # from its first page on: what moved while a page was refused is anywhere
        yield plain
    if page > 1:
        # a walk that fails at its first page does not come to it
        yield replace(plain, key=key, page=page, board=address.board_id, is_single=True)


def task_to_check(make: TaskMaker, is_left_out: Callable[[ThreadTask], bool]) -> ThreadTask | None:
    """The task of a thread that was read before, to see whether the forum still answers.

    ``is_left_out`` tells which are not asked for. ``None`` where no other was ever read.
    """
    queue = make.ledger.task_queue
    for thread_id in make.ledger.newest_threads(_CANDIDATES):
        if not queue.is_waiting(ThreadTask, thread_id):
            task = make.thread(thread_id, todo=[1], priority=CHECKED)
            if not is_left_out(task):
                return replace(task, is_revisit=True, is_check=True)
    return None


def revisits(make: TaskMaker, budget: Budget, before: int) -> Iterator[TaskFound | TaskAgain]:
    """Tasks of list pages and thread pages that nobody looked at since ``before``, oldest first.

    Half of the budget is for lists: each of their pages tells of twenty threads and more.
    """
    boards = scope_of(make)
    if boards == [] or make.options.full:
        return
    ledger = make.ledger
    if boards is None:
        # a list names those that are there: these may be gone
        unread = ledger.threads_unread(_CANDIDATES_UNREAD)
        yield from _pages_again(make, [(thread_id, 1) for thread_id in unread])
    if not budget.pages:
        # what a run lost is offered again whatever the budget
        due = ledger.pages_with_files_due(before, before, boards)
        for thread_id in ledger.threads_due(before, boards):
            due += [(thread_id, number) for number in ledger.due_pages(thread_id)]
        yield from _pages_again(make, due)
        return
    of_lists = (budget.pages + 1) // 2
    lists = [] if make.options.is_limited else ledger.new_lists(boards, of_lists)
    lists += ledger.oldest_lists(before, boards, of_lists - len(lists))
    rest = budget.pages - len(lists)
    # pictures of a host that is gone must not keep all others from being looked at
    pages = ledger.pages_with_files_due(before, before, boards, (rest + 1) // 2)
    # the last pages of threads whose lists do not tell whether they were answered
    pages += ledger.uncompared_pages(before, boards, (rest - len(pages) + 1) // 2)
    pages += ledger.oldest_pages(before, boards, rest - len(pages))
    for board_id, number in lists:
        yield TaskFound(
            ListTask(
                key=f"{board_id}:{number}",
                url=make.list_url(board_id),
                page=number,
                priority=REVISITED,
                is_revisit=True,
                board=board_id,
                is_single=True,
            )
        )
    yield from _pages_again(make, pages)


def _pages_again(make: TaskMaker, pages: Iterable[tuple[str, int]]) -> Iterator[TaskAgain]:
    """Tasks of pages of threads, one for each thread."""
    by_thread: dict[str, set[int]] = {}
    for thread_id, number in pages:
        by_thread.setdefault(thread_id, set()).add(number)
    for thread_id, numbers in by_thread.items():
        task = make.thread(thread_id, todo=sorted(numbers), priority=REVISITED)
        # its last page may have been read in this job already
        yield TaskAgain(replace(task, is_revisit=True))


def scope_of(make: TaskMaker) -> list[str] | None:
    """The boards this job is about: all (``None``) if it walks the whole forum."""
    if make.options.boards:
        return list(make.options.boards)
    jobs = make.ledger.task_queue
    if any(task.is_all for task in jobs.tasks(PageTask)):
        return None
    return [task.board_id for task in jobs.tasks(ListTask)]
