"""What is left to ask of one site, and in which order: the tasks of a job, kept in its ledger.

A job is what one set of arguments asks for. It lasts until it is finished, over as many runs as
that takes; a run with the same arguments goes on with it. Lists are read before the threads that
stand in them, board by board, so that a list moves little while it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from crawler.archive.changes import (
    BoardWalked,
    Change,
    PageSeen,
    TaskAgain,
    TaskDone,
    TaskFound,
    ThreadSeen,
)
from crawler.archive.state import ListTask, PageTask, RefusalState, Task, ThreadTask
from crawler.discuz import urls
from crawler.frontier.board_gaps import BoardGaps
from crawler.frontier.config import Limits
from crawler.frontier.known import (
    is_denied_as_whole,
    is_known,
    is_link_board,
    thread_refusal_id,
)
from crawler.frontier.obstacles import Obstacles
from crawler.frontier.options import Options
from crawler.frontier.revisits import refused_again, revisits, scope_of, task_to_check
from crawler.frontier.site import Site
from crawler.frontier.step import Batch
from crawler.frontier.tasks import (
    REVISITED,
    TRIED_AGAIN,
    TaskMaker,
    is_root,
    is_walk,
)
from crawler.frontier.thread_ranges import (
    MissingNumbers,
    next_threads,
    numbers_left,
    range_tasks,
)
from crawler.frontier.walks import Walks
from crawler.history import ReadingPlan, ThreadHistory, is_unsettled

# A thread that was moved, and moved again.
_MOST_HOPS = 3
# Of so many pages it is remembered which thread showed their first post.
_REMEMBERED = 10_000


class SiteFrontier:
    """The job of one site. ``root`` is the forum's root as it was asked for.

    ``walks`` says what its lists lead to, ``boards`` what of them cannot be reached.
    ``begun`` is when which run began that left the job, if one did. ``is_finished``:
    nothing waits; ``has_ended``: its last lines were told; ``under_way``: how many of its visits
    wait for an answer, or for its lines. ``obstacles`` weighs the answers that
    are in doubt. ``has_desktop``: where pages for phones come, it may be asked for others. ``met``
    are the names of the refusals of this run, ``missing_numbers`` those of ranges that are missing
    if a thread comes behind them.

    It has more attributes than other classes, for it holds what the visits of a site share.
    """

    def __init__(
        self,
        site: Site,
        root: str,
        options: Options,
        *,
        run_id: str,
        now: datetime,
        limits: Limits,
    ) -> None:
        self.site = site
        self.root = root
        self.options = options
        self.limits = limits
        self.obstacles: Obstacles[Iterable[Batch]] = Obstacles(
            limits.blocks,
            limits.failures,
            can_check=self.can_check,
            has_others=self.has_others,
            known_threads=site.archive.ledger.count_threads,
        )
        self.is_finished = False
        self.has_ended = False
        self.under_way = 0
        self.met: set[str] = set()
        self.has_desktop = True
        self.boards = BoardGaps(site, options, int(now.timestamp()))
        self.make = TaskMaker(root, options, site.archive.ledger, int(now.timestamp()))
        self.walks = Walks(self.make, self.boards)
        self._run_id = run_id
        self._ledger = site.archive.ledger
        self._task_queue = site.archive.ledger.task_queue
        self._now = int(now.timestamp())
        self._in_flight: set[int] = set()
        self._delivering: set[int] = set()
        self._waiting: set[int] = set()
        self._broken: set[int] = set()
        # what waited when the site was closed
        self._left: tuple[int, int] | None = None
        self._threads_of: dict[str, str] = {}
        self.missing_numbers = MissingNumbers()
        self._has_checked_numbers = False
        self._has_revisited = False
        # tasks of what is looked at again, of threads whose other task waits
        self._kept: list[ThreadTask] = []
        self.begun = self._task_queue.open(options.fingerprint, self._now, run_id)
        self._is_resumed = self.begun is not None
        self._addresses: tuple[str, ...] = ()
        # the boards of the job that was finished, `None` for all
        self._scope: list[str] | None = []

    # -- tasks -----------------------------------------------------------------------------------

    def begin(self, addresses: Iterable[str]) -> None:
        """Make the tasks of a job that no earlier run has begun.

        ``addresses`` are those of the arguments.
        """
        self._addresses = tuple(addresses)
        if self.begun is None:
            self.ask_for(self._addresses)
        # a job that is gone on with is followed by a new one, see `_finish`
        self._has_revisited = self._is_resumed and self._is_renewed

    def ask_for(self, addresses: Iterable[str]) -> None:
        """Make tasks of what the arguments ask for."""
        changes: list[Change] = [*range_tasks(self.make)]
        for asked in addresses:
            thread, board = urls.read_thread_address(asked), urls.read_board_address(asked)
            if thread:
                url = thread.page_url(1)
                task = self.make.thread(thread.thread_id, url=url, from_top=True)
                changes.append(TaskFound(replace(task, is_asked=True)))
                continue
            if self.options.threads:
                continue
            if self.options.boards:
                for number, board_id in enumerate(self.options.boards, 1):
                    url = urls.board_url(self.root, board_id)
                    if board and board.board_id == board_id:
                        url = board.page_url(1)
                    changes.append(self.make.board(board_id, url, number, is_asked=True))
            elif board:
                url = board.page_url(1)
                changes.append(self.make.board(board.board_id, url, 1, is_asked=True))
            else:
                # the index of every Discuz! is there, even where the root shows something else
                url = f"{asked.rstrip('/')}/forum.php" if is_root(asked) else asked
                changes.append(TaskFound(PageTask(key=asked, url=url, is_asked=True)))
        self._ledger.apply(changes)

    def next(self, limit: int) -> list[Task]:
        """Up to ``limit`` tasks to begin now; they are in flight until they are complete."""
        if self.obstacles.is_doubtful:
            limit = min(limit, 1 - self.asking)
        if self.obstacles.wants_check and not self.asking:
            self._check()
        tasks = self._next_tasks(limit) if limit > 0 else []
        is_busy = bool(self._in_flight - self._waiting - self._broken)
        if not is_busy and not self._has_revisited and not any(each.put_off == 0 for each in tasks):
            self._has_revisited = True
            # what a list or an address has led to in this job is a task of its own already, and
            # pages that were read in this run need no revisit
            self._ledger.apply(
                list(refused_again(self.make, self.limits.budget, self._now, self.met))
            )
            self._revisit()
            tasks = self._task_queue.next(limit, self._in_flight)
        if not tasks and not is_busy and self._waiting:
            released = self.obstacles.settle()
            self._in_flight.difference_update(released)
            self._waiting.difference_update(released)
            return self.next(limit)
        if not tasks and not self._in_flight and not self.is_finished:
            if self._checks_numbers() or self._revisits_kept():
                return self.next(limit)
            self._finish()
            tasks = self._task_queue.next(limit)
        self._in_flight.update(task.id for task in tasks)
        return tasks

    def _revisit(self) -> None:
        """Make the tasks of what is looked at again; those of threads whose task waits are kept."""
        for change in list(revisits(self.make, self.limits.budget, self._now)):
            task = change.task
            if isinstance(task, ThreadTask) and self._task_queue.is_waiting(ThreadTask, task.key):
                self._kept.append(task)
            else:
                self._ledger.apply([change])

    def _revisits_kept(self) -> bool:
        """Make the tasks that were kept, of pages that nobody looked at meanwhile, if there are."""
        kept, self._kept = self._kept, []
        tasks = [left for task in kept if (left := self._left_of(task)) is not None]
        self._ledger.apply(map(TaskAgain, tasks))
        return bool(tasks)

    def _left_of(self, task: ThreadTask) -> ThreadTask | None:
        """What nobody looked at in this run of the pages of a task, which are known to be there."""
        left = self._ledger.pages(task.key) - self._ledger.pages(task.key, self._now)
        pages = [number for number in (task.page, *task.todo) if number in left]
        return replace(task, page=pages[0], todo=tuple(pages[1:])) if pages else None

    def _next_tasks(self, limit: int) -> list[Task]:
        """Up to ``limit`` tasks that wait; numbers of ranges come before what was put off."""
        tasks = self._task_queue.next(limit, self._in_flight)
        while not any(each.put_off == 0 for each in tasks):
            more = next_threads(self.make, self.limits.budget, self._now, self.walks.room())
            if not more:
                break
            self._ledger.apply(more)
            tasks = self._task_queue.next(limit, self._in_flight)
        return tasks

    @property
    def _is_renewed(self) -> bool:
        """Whether a job that is gone on with is followed by a new one.

        Numbers of a range that were not proved to be missing are left to it.
        """
        return any(map(is_walk, self._addresses)) and self.options.max_threads is None

    def has_others(self) -> bool:
        """Whether other tasks wait, or will before the job ends."""
        if self._task_queue.next(1, self._in_flight) or self._task_queue.ranges():
            return True
        may_revisit = self._is_wide and not self._has_revisited and scope_of(self.make) != []
        return may_revisit and self.has_read

    @property
    def _is_wide(self) -> bool:
        """Whether more is asked for than one thread that was named."""
        return any(map(is_walk, self.options.addresses)) or len(self.options.addresses) > 1

    @property
    def has_read(self) -> bool:
        """Whether a page of a thread was ever read whole."""
        return bool(self._ledger.newest_threads(1))

    def can_check(self) -> bool:
        """Whether a page that was read before may be asked for: not for a thread that was named."""
        return self._is_wide and self._task_to_check() is not None

    def number_missing(self, task: ThreadTask, now: datetime) -> None:
        """The forum says that no thread has a number of a range."""
        if self.missing_numbers.add(task.key, now):
            self.obstacles.wants_check = self.can_check()

    def _checks_numbers(self) -> bool:
        """Whether a thread is asked for at the end, to prove that the last numbers are missing."""
        if not self.missing_numbers or self._has_checked_numbers or not self.can_check():
            return False
        self._has_checked_numbers = self.obstacles.wants_check = True
        return True

    def _check(self) -> None:
        """Put a thread that was read before in front of all that waits."""
        task = self._task_to_check()
        self.obstacles.wants_check = task is not None
        if task is not None:
            self._ledger.apply([TaskAgain(task)])

    def _task_to_check(self) -> ThreadTask | None:
        return task_to_check(
            self.make, lambda task: self._is_passed_over(task, thread_refusal_id(task))
        )

    def mark_waiting(self, task: Task) -> None:
        """Nothing more is asked for a task before other answers decide what its own was."""
        self._waiting.add(task.id)

    def give_up_lost(self) -> None:
        """Leave the tasks that an error of ours lost to the next run. Nothing is under way."""
        self._broken |= self._in_flight - self._delivering - self._waiting

    def mark_delivering(self, task: Task) -> None:
        """Nothing more is asked for a task; what it gave is on its way to the disk."""
        self._waiting.discard(task.id)
        self._delivering.add(task.id)

    def complete(self, task: Task) -> None:
        """A task is done, and what it gave is stored."""
        self._in_flight.discard(task.id)
        self._delivering.discard(task.id)
        self._waiting.discard(task.id)

    @property
    def asking(self) -> int:
        """How many tasks are being asked for."""
        return len(self._in_flight - self._delivering - self._waiting - self._broken)

    @property
    def is_stopped(self) -> bool:
        """Whether the site is left alone for the rest of this run, because of its answers."""
        return self.obstacles.stopped is not None

    def waiting(self) -> tuple[int, int]:
        """How many lists and how many threads wait."""
        if self._left is not None:
            return self._left
        lists = self._task_queue.count(ListTask, waiting=True)
        threads = self._task_queue.count(ThreadTask, waiting=True)
        return lists, threads + numbers_left(self.make)

    @property
    def is_done(self) -> bool:
        """Whether nothing more is asked for in this run, once all that waited was begun."""
        is_lost = bool(self._in_flight) and self._in_flight <= self._broken
        return not self.under_way and (self.is_finished or self.is_stopped or is_lost)

    def close(self) -> None:
        """Ask the ledger no more: it is closed next."""
        self._left = self.waiting()

    def is_left_out(self, task: Task, refusal_id: str) -> bool:
        """Whether a task is done unasked: it is on the removal list, or a refusal still stands."""
        seen: list[PageSeen] = []
        if not self._is_passed_over(task, refusal_id):
            return False
        if self._is_removed(task):
            self.site.tally.removed += 1
        elif self._stands(task, refusal_id):
            self.site.tally.refusals_standing += 1
            # nothing is gained by choosing its pages again and again
            pages = self._ledger.pages(task.key) if isinstance(task, ThreadTask) else ()
            seen = [PageSeen(task.key, number, self._now) for number in pages]
        self._ledger.apply([*seen, *self.unlisted(task), TaskDone(task)])
        self.complete(task)
        return True

    def _is_passed_over(self, task: Task, refusal_id: str) -> bool:
        # it may have been met in this very run, by the job that an earlier run has left
        is_met = refusal_id in self.met and not task.is_asked
        return self._is_removed(task) or is_met or self._stands(task, refusal_id)

    def _is_removed(self, task: Task) -> bool:
        return isinstance(task, ThreadTask) and task.key in self.site.privacy.removals.threads

    # -- what is known of a task -----------------------------------------------------------------

    def board_of(self, task: Task) -> str | None:
        """The board that a task is about, where it is known."""
        if isinstance(task, ListTask):
            return task.board_id
        if not isinstance(task, ThreadTask):
            return None
        known = self._ledger.thread(task.key)
        return (task.row.board if task.row else None) or (known.board if known else None)

    def is_listed(self, task: Task) -> bool:
        """Whether a list that was read in this job shows a thread, or an index a board."""
        if isinstance(task, ListTask):
            is_found = task.priority not in (REVISITED, TRIED_AGAIN)
            return is_found and not task.is_asked and not self.options.boards
        return isinstance(task, ThreadTask) and task.row is not None

    def was_read_now(self, task: Task) -> bool:
        """Whether a thread that is looked at again was read in this very run."""
        is_again = isinstance(task, ThreadTask) and task.is_revisit
        return is_again and bool(self._ledger.pages(task.key, self._now))

    def unlisted(self, task: Task) -> Iterable[Change]:
        """What is learnt of a known thread that is refused, by whether a list shows it.

        One that no list showed, and one does again, came back: its refusal is over.
        """
        known = self._ledger.thread(task.key) if isinstance(task, ThreadTask) else None
        if not isinstance(task, ThreadTask) or known is None or known.is_gone:
            return
        if task.has_vanished:
            yield ThreadSeen(replace(known, board=None, last_post=None))
        elif task.row is not None and known.board is None:
            yield ThreadSeen(replace(known, board=task.row.board))

    def _was_unlisted(self, task: Task) -> bool:
        known = self._ledger.thread(task.key)
        return known is not None and known.board is None

    def may_be_moved(self, task: Task) -> bool:
        """Whether a task's number may be one that Discuz has left behind for a moved thread.

        A thread keeps its own number when it is moved: none that was read under it, or stands in a
        list with its replies. Of numbers that are tried no other may have led there already; and
        numbers that lead one to the next never end.
        """
        is_far = isinstance(task, ThreadTask) and task.hops >= _MOST_HOPS
        return not (is_far or self.is_listed(task) or is_known(task, self.site))

    def thread_of(self, post_id: str, thread_id: str) -> str | None:
        """Which other thread showed the first post of a page in this run, if one did."""
        if len(self._threads_of) >= _REMEMBERED:
            self._threads_of.clear()
        other = self._threads_of.setdefault(post_id, thread_id)
        return other if other != thread_id else None

    def is_readable(self, task: Task) -> bool:
        """Whether this thread, or others of its board, could be read, or its list."""
        is_thread = isinstance(task, ThreadTask)
        if is_thread and (is_known(task, self.site) or self.is_listed(task)):
            return True
        board_id = self.board_of(task)
        if isinstance(task, ThreadTask) and task.is_tried:
            # of what board it is nobody knows
            return self.has_read
        if board_id is None or self._ledger.is_board_refused(board_id):
            return False
        return self._ledger.has_threads(board_id)

    def is_earlier(self, refusal: RefusalState) -> bool:
        """Whether a refusal was met before this run."""
        return refusal.id not in self.met

    def note_standing(self) -> None:
        """Count what ended the run early, and the refusals that it did not meet and that stand.

        The first nights of each decide the status, whether it was asked for tonight or not.
        """
        stopped = self.obstacles.stopped
        if stopped is not None:
            self.site.note_incomplete(stopped.url, stopped.reason, stopped.message)
        if not any(map(is_walk, self.options.addresses)):
            return
        forbidden = self.site.forbidden
        if forbidden is not None and not self.site.tally.lists_read:
            # no single board that the owner keeps to himself, but all
            self.site.note_incomplete(forbidden.url, forbidden.reason, forbidden.message)
        if self.is_finished and self.missing_numbers:
            text = f"no thread has any of the last {len(self.missing_numbers):,} numbers, as the"
            text += " forum says, and no other thread came: they are tried again by the next run"
            self.site.note_incomplete(self.root, "not_found", text)
        boards = self._scope if self.is_finished else scope_of(self.make)
        for refusal in self._ledger.retriable_refusals():
            if refusal.thread_id is None and refusal.board is None:
                # an index, a guide, a mistyped address: only who names it asks for it again
                continue
            if self.options.threads:
                if not self.options.names_thread(refusal.thread_id):
                    continue
            elif boards is not None and refusal.board not in boards:
                continue
            if is_link_board(refusal, self._ledger):
                continue
            if self.is_earlier(refusal) and is_denied_as_whole(refusal, self._ledger):
                # the refusal of its thread or list decides
                continue
            if is_unsettled(refusal):
                self.site.note_unsettled(refusal.url, refusal.reason, None, refusal.since)
            elif self.is_earlier(refusal):
                self.site.note_incomplete(refusal.url, refusal.reason, None, refusal.since)

    def _stands(self, task: Task, refusal_id: str) -> bool:
        known = self._ledger.refusal(refusal_id)
        if known is None or not known.reason or task.is_asked or self.options.full:
            return False
        if known.reason == "robots_disallowed":
            # to look into robots.txt again costs nothing
            return False
        if known.is_retriable:
            return known.due > self._now
        if self.is_listed(task) and (known.reason == "not_found" or self._was_unlisted(task)):
            return False
        return known.asked > self.limits.budget.refused_before(self._now)

    def _finish(self) -> None:
        """Nothing waits: remember which lists were seen whole, forget the job.

        Lists that an earlier run read may tell of more by now: they are walked again in a job of
        this run, which looks at nothing twice.
        """
        for task in list(self._task_queue.tasks(ListTask)):
            if task.is_complete and task.board and task.began is not None:
                walked = BoardWalked(task.board, self.options.scope, task.began)
                self._ledger.apply([walked])
        self._scope = scope_of(self.make)
        self._task_queue.close()
        self.site.archive.flush()
        if self._is_resumed and self._is_renewed:
            self._is_resumed = self._has_revisited = self._has_checked_numbers = False
            self._task_queue.open(self.options.fingerprint, self._now, self._run_id)
            self.ask_for(filter(is_walk, self._addresses))
            return
        self.is_finished = True

    # -- threads ---------------------------------------------------------------------------------

    def history(self, task: ThreadTask) -> ThreadHistory:
        """The history of a task's thread, from the page on that it has come to."""
        return ThreadHistory(
            self._ledger,
            ReadingPlan(
                task.key,
                self._run_id,
                began=self._now,
                url=task.url,
                todo=task.todo,
                pages=task.pages,
                row=task.row,
                is_whole=task.is_whole,
                has_vanished=task.has_vanished,
                with_replies=self.options.with_replies,
                privacy=self.site.privacy,
                media=self.limits.media,
                has_html=self.limits.has_html,
            ),
        )
