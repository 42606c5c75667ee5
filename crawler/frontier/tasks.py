"""How tasks are made: an address is parsed once, when the task of its thread or list is made."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from crawler.archive import Ledger
from crawler.archive.changes import TaskFound
from crawler.archive.state import (
    ListRowState,
    ListTask,
    PageTask,
    Task,
    ThreadState,
    ThreadTask,
)
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage
from crawler.frontier.board_listing import ThreadToRead
from crawler.frontier.options import Options

# More pages than these were never read only where a forum lies about their number.
_UNREAD_AT_ONCE = 10_000
# Discuz! shows so many pages of a list (`threadmaxpages`), and few threads have more. Behind so
# many of a list, of news or of a thread, what else waits comes first: the next ones may never end.
PAGES_AT_ONCE = 1000
# What is tried again comes behind all boards, and what is looked at again behind that.
TRIED_AGAIN, REVISITED = 1 << 40, 1 << 41
# What tells whether the forum still answers comes before all.
CHECKED = -1
# The ledger's note of how a site writes the address of a thread.
THREAD_TEMPLATE = "thread_template"


@dataclass(frozen=True, slots=True)
class TaskMaker:
    """Makes the tasks of one site; ``root`` is the forum's root as it was asked for.

    ``now``: when the run began, in seconds since 1970.
    """

    root: str
    options: Options
    ledger: Ledger
    now: int = 0

    def thread(
        self,
        thread_id: str,
        *,
        url: str | None = None,
        todo: list[int] | None = None,
        from_top: bool = False,
        row: ListRowState | None = None,
        priority: int = 0,
    ) -> ThreadTask:
        """The task of a thread. ``todo``: its pages to read, else what the ledger does not know.

        ``from_top``: its title or its marks may have changed, so that page 1 is one of them.
        """
        if todo is None:
            known, read = self.ledger.thread(thread_id), self.ledger.pages(thread_id)
            # a page that is due counts as one that was never read
            read = read - self.ledger.due_pages(thread_id, self.now)
            is_whole = self.options.full or (known is not None and known.is_gone)
            todo = [1] if is_whole else pages_to_read(known, read, from_top=from_top)
            if not self.options.with_replies:
                todo = [1]
        return ThreadTask(
            key=thread_id,
            url=url or self.thread_url(thread_id),
            page=todo[0],
            todo=tuple(todo[1:]),
            row=row,
            is_whole=self.options.full,
            priority=priority,
        )

    def listed(self, wanted: ThreadToRead, priority: int) -> TaskFound:
        """The task of a thread that a list shows."""
        address = urls.read_thread_address(wanted.row.url)
        is_here = address is not None and self.is_here(address.root)
        return TaskFound(
            self.thread(
                wanted.row.thread_id,
                url=address.page_url(1) if address and is_here else None,
                row=wanted.facts,
                from_top=wanted.from_top,
                priority=priority,
            )
        )

    def board(
        self, board_id: str, url: str, priority: int, *, is_asked: bool, depth: int = 0
    ) -> TaskFound:
        """The task of a board's list, within so many other boards."""
        task = ListTask(key=board_id, url=url, priority=priority, is_asked=is_asked, depth=depth)
        return TaskFound(task)

    def thread_url(self, thread_id: str) -> str:
        """A thread's address, written as this site last wrote one."""
        template = self.ledger.note(THREAD_TEMPLATE)
        if template and self.is_here(template):
            return template.replace("{tid}", thread_id)
        return urls.thread_url(self.root, thread_id)

    def list_url(self, board_id: str) -> str:
        """The address of a board's list, as its task has it."""
        for task in self.ledger.task_queue.tasks(ListTask):
            if task.board == board_id:
                return task.url
        return urls.board_url(self.root, board_id)

    def is_here(self, url: str) -> bool:
        """Whether an address is one of this forum's host."""
        return urls.same_host(url, self.root)


def pages_to_read(known: ThreadState | None, read: set[int], *, from_top: bool) -> list[int]:
    """The pages with which the reading of a thread begins.

    A new thread is read from its first page on. Of a known one: its first page where its title or
    its marks may have changed (``from_top``), pages that were never read, and its last known one.

    >>> pages_to_read(ThreadState("7", pages=4), {1, 2, 4}, from_top=True)
    [1, 3, 4]
    """
    if known is None or not read or known.pages == 0:
        return [1]
    numbers = range(1, known.pages + 1)
    if known.is_reversed:
        # new posts come first and move all others: from the first page on
        return list(numbers[:_UNREAD_AT_ONCE])
    pages = set(islice((number for number in numbers if number not in read), _UNREAD_AT_ONCE))
    pages.add(known.pages)
    if from_top:
        pages.add(1)
    return sorted(pages)


def address_of(task: Task) -> urls.ThreadAddress | urls.BoardAddress | None:
    """The parsed address of a thread's or a list's task; ``None`` for any other page."""
    if isinstance(task, ThreadTask):
        return urls.read_thread_address(task.url)
    return urls.read_board_address(task.url) if isinstance(task, ListTask) else None


def is_walk(asked: str) -> bool:
    """Whether an address is one of more than a thread."""
    return urls.read_thread_address(asked) is None


def is_root(asked: str) -> bool:
    """Whether an address is that of a folder, as a forum's root is, with or without its slash."""
    return urls.as_folder(asked).endswith("/") and not urlsplit(asked).query


def elsewhere_note(asked: str) -> str:
    """The name of the ledger's note that a forum's root shows something else than its index."""
    return f"index_elsewhere:{asked}"


def front_of(task: Task, ledger: Ledger) -> str | None:
    """The address of the folder that a forum lies in, where the task of its index is made of it.

    ``None`` where an earlier run found something else there.
    """
    if not isinstance(task, PageTask) or not is_root(task.key):
        return None
    if ledger.note(elsewhere_note(task.key)) is not None:
        return None
    return task.key if task.url == f"{task.key.rstrip('/')}/forum.php" else None


def address_template(page: BoardPage) -> str | None:
    """How this site writes the address of a thread: that of a row, with its number left open."""
    for row in page.rows:
        address = urls.read_thread_address(row.url)
        if address and not row.is_moved:
            url = address.page_url(1)
            if url.count(row.thread_id) == 1:
                return url.replace(row.thread_id, "{tid}")
    return None
