"""Indexes, lists and pages of news: which threads and boards they lead to, and where they go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from crawler.archive.changes import (
    BoardSeen,
    Change,
    NoteMade,
    TaskDone,
    TaskFound,
    TaskMoved,
    TaskPutOff,
)
from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import Board, BoardPage, IndexPage, NewsPage, ThreadPage
from crawler.frontier.board_gaps import BoardGaps, repeats_others
from crawler.frontier.board_listing import (
    ListingDiff,
    ListingScope,
    in_minutes,
    read_list,
    read_news,
)
from crawler.frontier.list_variants import PATIENCE, next_page
from crawler.frontier.tasks import PAGES_AT_ONCE, THREAD_TEMPLATE, TaskMaker, address_template

# A board of Discuz! lies within one other at most (`type` in forum_forum: group, forum, sub).
_MOST_DEPTH = 3


class Walks:
    """The walks of one job through the lists of a site; ``gaps`` is told what lists hide.

    A walk ends where three pages in a row show no thread that it has not met before, whatever the
    pager promises. What it has met is not remembered over runs, in which a list moves.
    """

    def __init__(self, make: TaskMaker, gaps: BoardGaps) -> None:
        self._make = make
        self._gaps = gaps
        self._options = make.options
        self._ledger = make.ledger
        self._task_queue = make.ledger.task_queue
        # the threads that each walk has met, by its task
        self._met: dict[int, set[str]] = {}

    def thread_found(self, page: ThreadPage, task: Task) -> Change:
        """The task of a thread that another address led to; it is asked for if that was."""
        address = urls.read_thread_address(page.url)
        found = self._make.thread(
            page.thread_id or "",
            url=address.page_url(1) if address else None,
            from_top=True,
            priority=task.priority,
        )
        hops = 1 + (task.hops if isinstance(task, ThreadTask) else 0)
        return TaskFound(replace(found, is_asked=task.is_asked, hops=hops))

    def boards_found(
        self, boards: Iterable[Board], *, is_asked: bool = False, depth: int = 0
    ) -> list[Change]:
        """The boards that an index names, or a board's sub-boards, within so many others.

        ``is_asked``: the arguments name them, by another address.
        """
        chosen = self._options.boards
        changes: list[Change] = []
        priority = max(self._task_queue.count(ListTask), 1)
        for board in boards:
            if board.id and board.url and (not chosen or board.id in chosen):
                priority += 1
                changes.append(BoardSeen(board.id, board.name, board.threads))
                changes.append(
                    self._make.board(board.id, board.url, priority, is_asked=is_asked, depth=depth)
                )
        return changes

    def index_read(self, page: IndexPage, task: PageTask) -> list[Change]:
        """What an index tells: its boards, and whether they are all there are."""
        is_all = "gid=" not in task.url
        return [*self.boards_found(page.boards), TaskDone(replace(task, is_all=is_all))]

    def too_deep(self, page: BoardPage, task: ListTask) -> list[Board]:
        """The boards of a list that are not asked for: boards within boards without an end."""
        if self._options.boards or task.is_single or task.depth < _MOST_DEPTH:
            return []
        return [board for board in page.boards if board.id and not self._ledger.board(board.id)]

    def news_read(self, page: NewsPage, task: PageTask) -> tuple[int, list[Change], Task | None]:
        """What a page of news tells: how many threads are wanted, and where it goes on.

        Threads are known by their replies and last post, where it tells them; it goes on as long as
        it tells anything new.
        """
        room = self.room()
        wanted = list(read_news(page, self._ledger, full=self._options.full))[:room]
        changes: list[Change] = [self._make.listed(each, task.priority) for each in wanted]
        last = self._options.max_pages or page.pages
        has_news = self._meets(task, [each.row.thread_id for each in wanted])
        task = replace(task, idle=0 if has_news else task.idle + 1)
        is_new = bool(wanted) and task.idle < PATIENCE and (room is None or len(wanted) < room)
        if is_new and page.next_url and self._make.is_here(page.next_url) and task.page < last:
            following = replace(task, page=task.page + 1, url=page.next_url, put_off=0)
            if task.page % PAGES_AT_ONCE == 0:
                self._met.pop(task.id, None)
                return len(wanted), [*changes, TaskPutOff(replace(following, put_off=1))], None
            return len(wanted), [*changes, TaskMoved(following)], following
        return len(wanted), [*changes, self._end(task)], None

    def list_read(
        self, page: BoardPage, task: ListTask, now: datetime
    ) -> tuple[ListingDiff, list[Change], ListTask | None]:
        """What a page of a list tells, and where its listing goes on, if it does."""
        task = replace(task, board=page.board.id or task.key, began=_began(page, task, now))
        if not task.variant:
            task = self._with_progress(task, page)
        scope = ListingScope(
            above=task.above,
            listed_at=self._ledger.walked(task.board_id, self._options.scope),
            since=in_minutes(self._options.since) if self._options.since else None,
            full=self._options.full,
            with_replies=self._options.with_replies,
        )
        diff = read_list(page, self._ledger, scope)
        has_news = self._gaps.has_news(page, task.board_id)
        changes: list[Change] = self._gaps.list_changes(page, task, now)
        room = self.room()
        changes += [self._make.listed(wanted, task.priority) for wanted in diff.wanted[:room]]
        if task.variant:
            following = next_page(task, page, has_news=has_news)
            if following is not None:
                return diff, [*changes, TaskMoved(following)], following
            changes += self._gaps.variants_after(task, page)
            return diff, [*changes, TaskDone(task)], None
        for thread_id in diff.vanished:
            gone = self._make.thread(thread_id, todo=[1], priority=task.priority)
            changes.append(TaskFound(replace(gone, has_vanished=True)))
        if not self._options.boards and not task.is_single and task.depth < _MOST_DEPTH:
            changes += self.boards_found(page.boards, depth=task.depth + 1)
        template = address_template(page)
        if template:
            changes.append(NoteMade(THREAD_TEMPLATE, template))
        is_cut = room is not None and len(diff.wanted) > room
        following, task = self._next_list_page(page, task, diff, is_cut=is_cut)
        if following is None:
            changes += self._gaps.variants_after(task, page)
            return diff, [*changes, self._end(task)], None
        if task.page % PAGES_AT_ONCE == 0:
            # the list moves meanwhile: what stood above its next page does not tell any more
            self._met.pop(task.id, None)
            later = replace(following, put_off=1, above=None)
            return diff, [*changes, TaskPutOff(later)], None
        return diff, [*changes, TaskMoved(following)], following

    def _with_progress(self, task: ListTask, page: BoardPage) -> ListTask:
        """The task of a list with what its page says of where it ends."""
        is_new = self._meets(task, [row.thread_id for row in page.rows])
        if is_new or task.page == 1:
            return replace(task, pages=page.pages, idle=0)
        is_promised = task.page <= task.pages
        return task if page.rows_unread and is_promised else replace(task, idle=task.idle + 1)

    def _end(self, task: Task) -> Change:
        """The walk of a task ends: what it has met is needed no more."""
        self._met.pop(task.id, None)
        return TaskDone(task)

    def _meets(self, task: Task, threads: Iterable[str]) -> bool:
        """Whether the walk of a task meets a thread for the first time, now that it meets these."""
        met = self._met.setdefault(task.id, set())
        before = len(met)
        met.update(threads)
        return len(met) > before

    def _next_list_page(
        self, page: BoardPage, task: ListTask, diff: ListingDiff, *, is_cut: bool
    ) -> tuple[ListTask | None, ListTask]:
        """The task of a list's next page, if there is one, and the task as it is at the end.

        ``is_cut``: by max_threads.
        """
        task = replace(task, above=diff.lowest)
        if page.is_truncated:
            task = replace(task, is_complete=False, above=None)
        if task.is_single or is_cut:
            return None, replace(task, is_complete=False)
        last = min(
            page.pages, page.pages_shown or page.pages, self._options.max_pages or page.pages
        )
        is_behind = page.page == task.page and task.page < last
        if is_behind and not diff.ends and task.idle < PATIENCE:
            is_here = page.next_url is not None and self._make.is_here(page.next_url)
            address = urls.read_board_address((is_here and page.next_url) or task.url)
            url = address.page_url(1) if address else task.url
            return replace(task, page=task.page + 1, url=url, put_off=0), task
        if task.is_complete is None:
            task = replace(task, is_complete=self._is_end(page, task))
        return None, task

    def _is_end(self, page: BoardPage, task: ListTask) -> bool:
        """Whether a list ends here: of pages that are not shown two walks have to say the same."""
        known = self._ledger.board(task.board_id)
        shown = known.pages_shown if known else None
        if repeats_others(page, task):
            return shown == task.page - task.idle
        return page.page == task.page or task.page > page.pages or shown == task.page - 1

    def list_failed(
        self, task: ListTask, pages: int, *, is_settled: bool
    ) -> tuple[list[Change], ListTask | None]:
        """A page of a list could not be read: go on behind it.

        The listing is not complete, unless the page was refused on several nights (``is_settled``).
        """
        task = replace(task, above=None, is_complete=task.is_complete if is_settled else False)
        if task.variant:
            return [*self._gaps.variants_after(task), TaskDone(task)], None
        if task.page < pages and not task.is_single:
            following = replace(task, page=task.page + 1, put_off=0)
            return [TaskMoved(following)], following
        return [self._end(task)], None

    def room(self) -> int | None:
        """How many more threads may be read."""
        if self._options.max_threads is None:
            return None
        return max(0, self._options.max_threads - self._task_queue.count(ThreadTask))


def _began(page: BoardPage, task: ListTask, now: datetime) -> int:
    """When the listing of a board began, in minutes since 1970."""
    if task.began is not None:
        return task.began
    # a clock that is ahead would hide what comes in the meantime
    clock = page.site.clock or now
    return in_minutes(min(clock, now, key=lambda time: time.timestamp()))
