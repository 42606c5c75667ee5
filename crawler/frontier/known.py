"""What earlier runs have left of a thread or board: was it read, was it there, is it a link?"""

from __future__ import annotations

from crawler.archive import Ledger
from crawler.archive.state import RefusalState, Task, ThreadTask
from crawler.discuz import urls
from crawler.frontier.list_variants import variant_of
from crawler.frontier.site import Site
from crawler.items import DEFINITE, refusal_id


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

    Nothing was ever read there, and the index counts no threads of it (`forum_forumlist` has no
    counter for a board with a `redirect`); a guard may lead lists to another host, too.
    """
    is_list = refusal.reason == "off_site" and refusal.thread_id is None and refusal.nights > 0
    if not is_list or ledger.has_threads(refusal.board or ""):
        return False
    board = ledger.board(refusal.board or "")
    return board is None or not board.in_index


def is_denied_as_whole(refusal: RefusalState, ledger: Ledger) -> bool:
    """Whether a refused page is one of a thread or list that the forum has denied as a whole since.

    A first page that is not there, or not for us, says so of the pages behind it: nobody comes to
    them, and their own refusals would wait for ever to be met again.
    """
    if _is_of_first_page(refusal):
        return False
    if refusal.thread_id is not None:
        others = ledger.thread_refusals(refusal.thread_id)
    else:
        others = ledger.list_refusals(refusal.board) if refusal.board else []
    return any(
        each.reason in DEFINITE and each.asked >= refusal.asked and _is_of_first_page(each)
        for each in others
    )


def _is_of_first_page(refusal: RefusalState) -> bool:
    """Whether a refusal is that of the first page of a thread, or of a list in its plain order."""
    if refusal.thread_id is not None:
        thread = urls.read_thread_address(refusal.url)
        return thread is None or thread.page == 1
    board = urls.read_board_address(refusal.url)
    return board is None or (board.page == 1 and not variant_of(refusal.url))
