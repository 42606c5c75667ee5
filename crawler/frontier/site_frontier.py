"""What is left to ask of one site, and in which order: the tasks of a job, kept in its ledger.

A job is what one set of arguments asks for. It lasts until it is finished, over as many runs as
that takes; a run with the same arguments goes on with it. Lists are walked before the threads that
stand in them are read, board by board, so that a list moves little while it is walked.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawler.archive.changes import (
    BoardSeen,
    BoardWalked,
    Change,
    ListSeen,
    NoteMade,
    PageSeen,
    TaskAgain,
    TaskDone,
    TaskFound,
    TaskMoved,
)
from crawler.archive.site_archive import SiteArchive as Archive
from crawler.archive.state import Row, State, Task
from crawler.discuz import urls
from crawler.discuz.facts import Board, BoardPage, IndexPage, NewsPage, ThreadPage
from crawler.frontier.board_listing import Step, Wanted, in_minutes, read_list, read_news
from crawler.frontier.options import Arguments
from crawler.frontier.revisits import Budget
from crawler.frontier.stop_rule import Patience
from crawler.frontier.tasks import (
    DAY,
    LIST,
    PAGE,
    REVISITED,
    THREAD,
    TRIED_AGAIN,
    address_template,
    is_root,
    is_walk,
    pages_to_read,
)
from crawler.frontier.template_drift import Drift
from crawler.history.thread_history import Reading
from crawler.privacy.policy import WHOLE, Privacy

logger = logging.getLogger(__name__)


class Frontier:
    """The job of one site. ``root`` is the forum's root as it was asked for.

    ``begun`` is when and by which run the job was begun, if it was not this one. ``is_stopped``: no
    more is asked of this site in this run, because of its answers. ``has_desktop``: where pages for
    phones come, it may be asked for others. ``counts`` and ``alarms`` are for the run's record.
    """

    def __init__(
        self,
        archive: Archive,
        root: str,
        arguments: Arguments,
        *,
        run_id: str,
        now: datetime,
        budget: Budget,
        patience: Patience,
        privacy: Privacy = WHOLE,
        media: str = "none",
    ) -> None:
        self.archive = archive
        self.root = root
        self.arguments = arguments
        self.run_id = run_id
        self.patience = patience
        self.privacy = privacy
        self.media = media
        self.drift = Drift(archive.ledger.looks.known())
        self.counts: Counter[str] = Counter()
        self.alarms: list[dict[str, Any]] = []
        self.is_finished = False
        self.is_stopped = False
        self.has_desktop = True
        self._ledger = archive.ledger
        self._jobs = archive.ledger.jobs
        self._now = int(now.timestamp())
        self._budget = budget
        self._busy: set[int] = set()
        self._handed_on: set[int] = set()
        self._has_revisited = False
        self.begun = self._jobs.open(arguments.fingerprint, self._now, run_id)

    # -- tasks -----------------------------------------------------------------------------------

    def ask_for(self, addresses: Iterable[str]) -> None:
        """Make tasks of what the arguments ask for."""
        changes: list[Change] = []
        for asked in addresses:
            thread, board = urls.read_thread_address(asked), urls.read_board_address(asked)
            if thread:
                changes.append(self._thread_asked(thread))
                continue
            if self.arguments.boards:
                for number, board_id in enumerate(self.arguments.boards, 1):
                    url = urls.board_url(self.root, board_id)
                    if board and board.board_id == board_id:
                        url = board.page_url(1)
                    changes.append(self._list_found(board_id, url, number))
            elif board:
                changes.append(self._list_found(board.board_id, board.page_url(1), 1))
            else:
                # the index of every Discuz! is there, even where / shows something else
                url = f"{asked.rstrip('/')}/forum.php" if is_root(asked) else asked
                changes.append(TaskFound(Task(PAGE, asked, url, state=State(is_asked=True))))
        self._ledger.apply(changes)

    def next(self, limit: int) -> list[Task]:
        """Up to ``limit`` tasks to begin now; they are busy until they are released."""
        tasks = self._jobs.next(limit, self._busy)
        if not tasks and not self._busy and not self._has_revisited:
            self._has_revisited = True
            self._ledger.apply(self._revisits())
            tasks = self._jobs.next(limit)
        if not tasks and not self._busy and not self.is_finished:
            self._finish()
        self._busy.update(task.id for task in tasks)
        return tasks

    def hand_on(self, task: Task) -> None:
        """Nothing more is asked for a task; what it gave is on its way to the disk."""
        self._handed_on.add(task.id)

    def release(self, task: Task) -> None:
        """A task is done, and what it gave is stored."""
        self._busy.discard(task.id)
        self._handed_on.discard(task.id)

    @property
    def asking(self) -> int:
        """How many tasks are being asked for."""
        return len(self._busy - self._handed_on)

    def waiting(self) -> tuple[int, int]:
        """How many lists and how many threads wait."""
        lists = self._jobs.count(LIST, waiting=True)
        return lists, self._jobs.count(THREAD, waiting=True)

    # -- threads ---------------------------------------------------------------------------------

    def reading(self, task: Task) -> Reading:
        """The reading of a task's thread, from the page on that it has come to."""
        state = task.state
        return Reading(
            self._ledger,
            task.key,
            run_id=self.run_id,
            todo=state.todo,
            row=state.row,
            is_whole=state.is_whole,
            has_vanished=state.has_vanished,
            with_replies=self.arguments.with_replies,
            privacy=self.privacy,
            media=self.media,
        )

    def goes_on(self, task: Task, reading: Reading, page: int) -> Task:
        """A thread's task, when it has come to the next page."""
        return replace(task, page=page, state=replace(task.state, todo=tuple(reading.todo)))

    def thread_found(self, page: ThreadPage, place: int) -> Change:
        """A thread that another address led to."""
        assert page.thread_id is not None
        address = urls.read_thread_address(page.url)
        url = address.page_url(1) if address else urls.thread_url(self.root, page.thread_id)
        return self._thread(page.thread_id, url, place, from_top=True)

    def is_removed(self, task: Task) -> bool:
        """Whether a task's thread is on the removal list, so that the task is done unasked."""
        if task.kind != THREAD or task.key not in self.privacy.removals.threads:
            return False
        self._ledger.apply([TaskDone(task)])
        self.release(task)
        return True

    def is_passed_over(self, refusal_id: str, task: Task) -> bool:
        """Whether a refusal of an earlier run still stands, so that the task is done unasked."""
        known = self._ledger.refusal(refusal_id)
        if known is None or not known.reason or known.is_retriable or task.state.is_asked:
            return False
        if self.arguments.full:
            return False
        if known.asked <= self._now - self._budget.refused_days * DAY:
            return False
        # nothing is gained by choosing its pages again and again
        pages = self._ledger.pages(task.key) if task.kind == THREAD else ()
        seen = [PageSeen(task.key, number, self._now) for number in pages]
        self._ledger.apply([*seen, TaskDone(task)])
        self.release(task)
        return True

    # -- lists -----------------------------------------------------------------------------------

    def boards_found(self, boards: Iterable[Board]) -> list[Change]:
        """The boards that an index names, or a board's sub-boards."""
        chosen = self.arguments.boards
        changes: list[Change] = []
        place = max(self._jobs.count(LIST), 1)
        for board in boards:
            if board.id and board.url and (not chosen or board.id in chosen):
                place += 1
                changes.append(BoardSeen(board.id, board.name))
                changes.append(self._list_found(board.id, board.url, place, is_asked=False))
        return changes

    def index_read(self, page: IndexPage, task: Task) -> list[Change]:
        """What an index tells: its boards, and whether they are all there are."""
        is_all = "gid=" not in task.url
        done = TaskDone(replace(task, state=replace(task.state, is_all=is_all)))
        return [*self.boards_found(page.boards), done]

    def news_read(self, page: NewsPage, task: Task) -> tuple[int, list[Change], Task | None]:
        """What a page of news tells: how many threads are wanted, and where it goes on.

        Threads are known by their replies and last post, where it tells them; it goes on as long as
        it tells anything new.
        """
        room = self._room()
        wanted = list(read_news(page, self._ledger, full=self.arguments.full))[:room]
        changes: list[Change] = [self._wanted(each, task.place) for each in wanted]
        last = self.arguments.max_pages or page.pages
        is_new = bool(wanted) and (room is None or len(wanted) < room)
        if is_new and page.next_url and self._is_here(page.next_url) and task.page < last:
            following = replace(task, page=task.page + 1, url=page.next_url)
            return len(wanted), [*changes, TaskMoved(following)], following
        return len(wanted), [*changes, TaskDone(task)], None

    def list_read(
        self, page: BoardPage, task: Task, now: datetime
    ) -> tuple[Step, list[Change], Task | None]:
        """What a page of a list tells, and where its walk goes on, if it does."""
        board_id = page.board.id or task.key
        began = task.state.began
        if began is None:
            # a clock that is ahead would hide what comes in the meantime
            clock = page.site.clock or now
            began = in_minutes(min(clock, now, key=lambda time: time.timestamp()))
        step = read_list(
            page,
            self._ledger,
            above=task.state.above,
            walked=self._ledger.walked(board_id, self.arguments.scope),
            since=in_minutes(self.arguments.since) if self.arguments.since else None,
            full=self.arguments.full,
            with_replies=self.arguments.with_replies,
        )
        changes: list[Change] = [BoardSeen(board_id, page.board.name)]
        if not page.is_truncated:
            seen = ListSeen(board_id, page.page, int(now.timestamp()), page.pages)
            changes.append(seen)
        room = self._room()
        for wanted in step.wanted[:room]:
            changes.append(self._wanted(wanted, task.place))
        for thread_id in step.vanished:
            url = self._thread_url(thread_id)
            changes.append(self._thread(thread_id, url, task.place, todo=[1], has_vanished=True))
        if page.boards and not self.arguments.boards and not task.state.is_single:
            changes += self.boards_found(page.boards)
        template = address_template(page)
        if template:
            changes.append(NoteMade("thread_template", template))
        state = replace(task.state, board=board_id, began=began, above=step.lowest)
        if page.is_truncated:
            state = replace(state, is_complete=False, above=None)
        is_cut = room is not None and len(step.wanted) > room
        last = self.arguments.max_pages or page.pages
        if state.is_single or is_cut:
            state = replace(state, is_complete=False)
        elif page.page == task.page and not step.ends and task.page < min(page.pages, last):
            url = page.next_url if page.next_url and self._is_here(page.next_url) else task.url
            address = urls.read_board_address(url)
            following = replace(
                task,
                page=task.page + 1,
                url=address.page_url(1) if address else task.url,
                state=state,
            )
            return step, [*changes, TaskMoved(following)], following
        elif state.is_complete is None:
            state = replace(state, is_complete=True)
        return step, [*changes, TaskDone(replace(task, state=state))], None

    def list_failed(self, task: Task, pages: int) -> tuple[list[Change], Task | None]:
        """A page of a list could not be read: the walk goes on behind it, but is not complete."""
        state = replace(task.state, is_complete=False, above=None)
        if task.page < pages and not state.is_single:
            following = replace(task, page=task.page + 1, state=state)
            return [TaskMoved(following)], following
        return [TaskDone(replace(task, state=state))], None

    # -- making tasks ----------------------------------------------------------------------------

    def _thread_asked(self, address: urls.ThreadAddress) -> Change:
        return self._thread(address.thread_id, address.page_url(1), 0, from_top=True, is_asked=True)

    def _wanted(self, wanted: Wanted, place: int) -> Change:
        address = urls.read_thread_address(wanted.row.url)
        url = self._thread_url(wanted.row.thread_id)
        if address and self._is_here(address.root):
            url = address.page_url(1)
        return self._thread(
            wanted.row.thread_id, url, place, row=wanted.facts, from_top=wanted.from_top
        )

    def _thread(
        self,
        thread_id: str,
        url: str,
        place: int,
        *,
        todo: list[int] | None = None,
        row: Row | None = None,
        from_top: bool = False,
        is_asked: bool = False,
        has_vanished: bool = False,
    ) -> TaskFound:
        if todo is None:
            known, read = self._ledger.thread(thread_id), self._ledger.pages(thread_id)
            is_whole = self.arguments.full or (known is not None and known.is_gone)
            todo = [1] if is_whole else pages_to_read(known, read, from_top=from_top)
            if not self.arguments.with_replies:
                todo = [1]
        state = State(
            todo=tuple(todo[1:]),
            row=row,
            is_asked=is_asked,
            is_whole=self.arguments.full,
            has_vanished=has_vanished,
        )
        return TaskFound(Task(THREAD, thread_id, url, todo[0], place, state))

    def _list_found(self, board_id: str, url: str, place: int, *, is_asked: bool = True) -> Change:
        return TaskFound(Task(LIST, board_id, url, 1, place, State(is_asked=is_asked)))

    def try_again(self) -> None:
        """Make tasks of threads of which a refusal, or that of a page, may be over by now."""
        if not any(map(is_walk, self.arguments.addresses)):
            return
        before = self._now - self._budget.refused_days * DAY
        for refusal in self._ledger.refusals_due(before, self._budget.pages):
            if refusal.thread_id is not None:
                known = self._ledger.thread(refusal.thread_id)
                read = self._ledger.pages(refusal.thread_id)
                todo = pages_to_read(known, read, from_top=False)
                url = self._thread_url(refusal.thread_id)
                found = self._thread(refusal.thread_id, url, TRIED_AGAIN, todo=todo)
                self._ledger.apply([TaskAgain(found.task)])

    def _revisits(self) -> list[Change]:
        """What is looked at again although nothing says that it changed, within the budget."""
        boards = self._scope()
        if boards == [] or not self._budget.pages or self.arguments.full:
            return []
        half = (self._budget.pages + 1) // 2
        # what was seen since the job began, by whichever run, is seen
        before = self.begun[0] if self.begun else self._now
        lists = self._ledger.oldest_lists(before, boards, half)
        pages = self._ledger.oldest_pages(before, boards, self._budget.pages - len(lists))
        changes: list[Change] = []
        for board_id, number in lists:
            url, state = self._list_url(board_id), State(is_single=True, board=board_id)
            looked = Task(LIST, f"{board_id}:{number}", url, number, REVISITED, state)
            changes.append(TaskFound(looked))
        by_thread: dict[str, list[int]] = {}
        for thread_id, number in pages:
            by_thread.setdefault(thread_id, []).append(number)
        for thread_id, numbers in by_thread.items():
            url = self._thread_url(thread_id)
            found = self._thread(thread_id, url, REVISITED, todo=sorted(numbers))
            # its last page may have been read in this job already
            changes.append(TaskAgain(found.task))
        return changes

    def _scope(self) -> list[str] | None:
        """The boards this job is about: all (``None``) if it walks the whole forum."""
        if self.arguments.boards:
            return list(self.arguments.boards)
        lists = [task.state.board or task.key for task, _ in self._jobs.tasks(LIST)]
        indexes = (task.state.is_all for task, _ in self._jobs.tasks(PAGE))
        return None if any(indexes) else lists

    def _finish(self) -> None:
        """Nothing waits: remember what was walked whole, forget the job."""
        for task, _ in list(self._jobs.tasks(LIST)):
            state = task.state
            if state.is_complete and state.board and state.began is not None:
                walked = BoardWalked(state.board, self.arguments.scope, state.began)
                self._ledger.apply([walked])
        self._jobs.close()
        self.archive.flush()
        self.is_finished = True

    def _room(self) -> int | None:
        """How many more threads may be read."""
        if self.arguments.max_threads is None:
            return None
        return max(0, self.arguments.max_threads - self._jobs.count(THREAD))

    def _thread_url(self, thread_id: str) -> str:
        """A thread's address, written as this site last wrote one."""
        template = self._ledger.note("thread_template")
        if template and self._is_here(template):
            return template.replace("{tid}", thread_id)
        return urls.thread_url(self.root, thread_id)

    def _list_url(self, board_id: str) -> str:
        for task, _ in self._jobs.tasks(LIST):
            if task.state.board == board_id:
                return task.url
        return urls.board_url(self.root, board_id)

    def _is_here(self, url: str) -> bool:
        return urls.same_host(url, self.root)
