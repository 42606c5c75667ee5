"""What earlier runs have left of a thread or board: was it read, was it there, is it a link?"""

from __future__ import annotations

from crawler.archive import Ledger
from crawler.archive.state import RefusalState, Task, ThreadTask
from crawler.discuz import urls
from crawler.frontier.site import Site
from crawler.items import refusal_id


def is_known(task: Task, site: Site) -> bool:
    """Whether a task is about a thread that was read and is not known to be gone."""
    known = site.archive.ledger.thread(task.key) if isinstance(task, ThreadTask) else None
    return known is not None and not known.is_gone


def was_read(task: Task, site: Site) -> bool:
    """Whether posts of a thread are known that are there; it may not have been read to its end."""
    is_thread = isinstance(task, ThreadTask)
    return is_known(task, site) or (is_thread and site.archive.ledger.counts(task.key)[0] > 0)


def is_there(task: Task, site: Site) -> bool:
    """Whether a thread was there: it was read, or something else than the forum kept us from it."""
    if not isinstance(task, ThreadTask):
        return False
    refusal = site.archive.ledger.refusal(thread_refusal_id(task))
    return is_known(task, site) or (refusal is not None and refusal.is_retriable)


def thread_refusal_id(task: ThreadTask) -> str:
    """The name of the refusal of a thread as a whole."""
    return refusal_id(urls.forum_root(task.url, None), task.url, task.key, None)


def is_link_board(refusal: RefusalState, ledger: Ledger) -> bool:
    """Whether a refusal is that of a board that is a link to elsewhere.

    Nothing was ever read there; a guard may lead lists that were read to another host, too.
    """
    is_list = refusal.reason == "off_site" and refusal.thread_id is None and refusal.nights > 0
    return is_list and not ledger.has_threads(refusal.board or "")
