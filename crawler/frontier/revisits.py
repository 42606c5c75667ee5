"""What is read again although nothing says that it changed, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crawler.archive.changes import Change, TaskAgain, TaskFound
from crawler.archive.state import ListTask, PageTask, RefusalState, Task, ThreadTask
from crawler.discuz import urls
from crawler.frontier.config import Budget
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


def refused_again(make: TaskMaker, budget: Budget, now: int) -> Iterator[Change]:
    """Tasks of threads and lists of which a refusal, or that of a page, may be over by now."""
    if not any(map(is_walk, make.options.addresses)):
        return
    for refusal in make.ledger.refusals_due(now, budget.refused_before(now), budget.pages):
        if make.options.threads and not make.options.names_thread(refusal.thread_id):
            continue
        task = _refused_task(make, refusal)
        if task is not None:
            yield TaskFound(task)


def _refused_task(make: TaskMaker, refusal: RefusalState) -> Task | None:
    if refusal.thread_id is not None:
        known = make.ledger.thread(refusal.thread_id)
        read = make.ledger.pages(refusal.thread_id)
        is_missing = refusal.reason == "not_found"
        todo = [1] if is_missing else pages_to_read(known, read, from_top=False)
        return make.thread(refusal.thread_id, todo=todo, priority=TRIED_AGAIN)
    address = urls.read_board_address(refusal.url)
    if address is None or not make.is_here(refusal.url):
        return None
    boards = make.options.boards
    if boards and address.board_id not in boards:
        return None
    variant = variant_of(refusal.url)
    if variant:
        plain = ListTask(key=address.board_id, url=address.page_url(1), priority=TRIED_AGAIN)
        task = variant_task(plain, (variant,))
        # the variant may have been looked at in this job already, up to another page
        key = f"{task.key}:{address.page}"
        return replace(task, key=key, page=address.page, is_found=True)
    # from its first page on: what moved while a page was refused is anywhere
    return ListTask(key=address.board_id, url=address.page_url(1), priority=TRIED_AGAIN)


def task_to_check(make: TaskMaker) -> ThreadTask | None:
    """The task of a thread that was read before, to see whether the forum still answers.

    ``None`` where nothing was ever read.
    """
    queue = make.ledger.task_queue
    for thread_id in make.ledger.newest_threads(_CANDIDATES):
        if not queue.is_waiting(ThreadTask, thread_id):
            task = make.thread(thread_id, todo=[1], priority=CHECKED)
            return replace(task, is_revisit=True, is_check=True)
    return None


def revisits(make: TaskMaker, budget: Budget, before: int) -> Iterator[Change]:
    """Tasks of list pages and thread pages that nobody looked at since ``before``, oldest first.

    Half of the budget is for lists: each of their pages tells of twenty threads and more.
    """
    boards = scope_of(make)
    if boards == [] or make.options.full:
        return
    ledger = make.ledger
    if not budget.pages:
        # what a run lost is offered again whatever the budget
        due = ledger.pages_with_files_due(before, before, boards)
        for thread_id in ledger.threads_due(before, boards):
            due += [(thread_id, number) for number in ledger.due_pages(thread_id)]
        yield from _pages_again(make, due)
        return
    lists = ledger.oldest_lists(before, boards, (budget.pages + 1) // 2)
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


def _pages_again(make: TaskMaker, pages: Iterable[tuple[str, int]]) -> Iterator[Change]:
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
