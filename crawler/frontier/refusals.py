"""Answers that are not the page that was asked for: what they say, and whether it is in doubt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.archive.state import ListTask, PageTask, Task, ThreadTask
from crawler.discuz import urls
from crawler.discuz.facts import (
    BoardPage,
    Evidence,
    IndexPage,
    Message,
    NewsPage,
    OtherPage,
    Page,
    ThreadPage,
)
from crawler.frontier.known import is_link_board, is_there, was_read
from crawler.frontier.obstacles import Kind
from crawler.frontier.site import NotedRefusal, Site
from crawler.history import Emitted, is_unsettled
from crawler.items import DEFINITE, Reason
from crawler.items.reasons import reason_of

if TYPE_CHECKING:
    from crawler.frontier.answer import Answer
    from crawler.frontier.site_frontier import SiteFrontier
    from crawler.items import Refusal

# Rights that the forum denies.
_DENIED: frozenset[str] = frozenset({"login_required", "no_permission"})


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not the page that was asked for: why, who says so, and in which words.

    ``message`` is the page that says so, where one came. ``is_end``: a thread ends before the page
    that was asked for, though its counter tells of more. ``is_strange``: the posts of a thread's
    page are those of another one, or none that it had before.
    """

    reason: Reason
    evidence: Evidence
    text: str | None = None
    message: Message | None = None
    is_end: bool = False
    is_strange: bool = False


END = Refused(
    "unknown_notice",
    "forum",
    "the thread ends before this page, and its counter tells of more",
    is_end=True,
)


def refused_as(
    page: Page | None,
    task: Task,
    answer: Answer,
    *,
    is_redirected: bool,
    may_be_moved: bool = True,
) -> Refused | None:
    """What an answer says in place of the page that was asked for; ``None`` where it is that page.

    ``is_redirected``: the answer came from another address than was asked for; ``may_be_moved``:
    which may be the other number of a thread that was moved. A page that is cut off is refused as
    well.
    """
    if page is None:
        return Refused(answer.reason or "unreachable", answer.evidence, answer.message)
    if isinstance(page, Message):
        is_about_this = page.evidence == "about_this"
        is_elsewhere = is_about_this and is_redirected and _is_elsewhere(answer.url, task, page)
        evidence: Evidence = "forum" if is_elsewhere else page.evidence
        return Refused(page.reason, evidence, page.text, page)
    if not _is_kind(page, task):
        return unexpected(page, task)
    other = _other_thing(
        page, task, is_redirected=is_redirected, is_moved=is_redirected and may_be_moved
    )
    if other is not None:
        return Refused("unknown_notice", "forum", other)
    if reason_of(page) == "truncated":
        return Refused("truncated", "forum")
    return None


def _is_elsewhere(url: str, task: Task, message: Message) -> bool:
    """Whether an address that a task was led to is not that of its own thread or board.

    From a thread of a board with a password Discuz leads to the board, which asks for it
    (forum_viewthread.php).
    """
    board = urls.read_board_address(url)
    if isinstance(task, ThreadTask):
        thread = urls.read_thread_address(url)
        if thread is None and board is not None and message.reason == "password":
            own = task.row.board if task.row else None
            return own is not None and _is_other_id(board.board_id, own)
        return thread is None or thread.thread_id != task.key
    if isinstance(task, ListTask):
        # a board may have a short name as well: forum-harbour-1.html
        return board is None or _is_other_id(board.board_id, task.board_id)
    return False


def _is_other_id(one: str, other: str) -> bool:
    return one.isdigit() and other.isdigit() and one != other


def _is_kind(page: Page, task: Task) -> bool:
    """Whether a page is of the kind that a task asks for."""
    match page:
        case ThreadPage(thread_id=str()):
            return not isinstance(task, ListTask)
        case BoardPage():
            return not isinstance(task, ThreadTask)
        case NewsPage() | IndexPage():
            return isinstance(task, PageTask)
    return False


def _other_thing(page: Page, task: Task, *, is_redirected: bool, is_moved: bool) -> str | None:
    """Which other thread or board a page shows under the address that was asked for.

    A thread that was moved has another number behind a redirect; a cache that mixes up its pages
    sends none, and a guard may lead all threads to one that visitors are to read first.
    """
    if isinstance(page, ThreadPage) and isinstance(task, ThreadTask) and not is_moved:
        shown, asked = page.thread_id or "", task.key
        return f"the page of thread {shown}, not {asked}" if shown != asked else None
    if isinstance(page, BoardPage) and isinstance(task, ListTask):
        shown, asked = page.board.id or "", task.board_id
        if _is_other_id(shown, asked):
            return f"the list of board {shown}, not {asked}"
        if is_redirected and page.page != task.page:
            # in place of a page that it does not show Discuz sends the first, without a redirect
            return f"page {page.page} of the list, not {task.page}"
    is_other_page = isinstance(page, ThreadPage | BoardPage) and isinstance(task, PageTask)
    # an address of no known form, /topic/9, may be that of a thread
    if is_other_page and urls.is_index(task.url if is_redirected else task.key):
        return f"{kind_of(page)}, not the index"
    return None


def unexpected(page: Page, task: Task | None = None) -> Refused:
    """The refusal of a page of another kind than was asked for.

    A thread that leads to the index may be gone or may be guarded: only Discuz could say.
    """
    if isinstance(task, PageTask):
        return Refused(
            "template_unknown", "forum", f"{kind_of(page)} that names no boards or threads"
        )
    wanted = "a list" if isinstance(task, ListTask) else "a thread"
    reason: Reason = "unknown_notice" if task is not None else "template_unknown"
    return Refused(reason, "forum", f"{kind_of(page)}, not {wanted}")


def kind_of(page: Page) -> str:
    """What a page is, in words."""
    kind = page.kind if isinstance(page, OtherPage) else type(page).__name__.removesuffix("Page")
    return f"a page of kind {kind.lower()}"


def without_contradiction(refused: Refused, *, is_listed: bool) -> Refused:
    """``refused``, unless a page of the same run shows the thread or board it calls missing."""
    if is_listed and refused.reason == "not_found":
        return replace(refused, reason="unknown_notice", evidence="forum")
    return refused


def without_end(refused: Refused, kind: Kind) -> Refused:
    """``refused``, as a word that may not last where a right was in doubt.

    A quota counts by the hour as well: that others came in between tells nothing of tomorrow.
    """
    return replace(refused, evidence="forum") if kind in (Kind.RIGHTS, Kind.LISTS) else refused


def kind_of_doubt(refused: Refused, task: Task, frontier: SiteFrontier) -> Kind | None:
    """What is in doubt about a refusal; ``None`` where the forum itself settles it."""
    reason = refused.reason
    if reason == "robots_disallowed":
        return None
    if refused.is_end:
        return Kind.PAGES
    is_page = reason == "truncated" and refused.evidence == "forum"
    if is_page and not frontier.obstacles.has_answers and not frontier.has_read:
        # a skin whose pages never have an end
        return None
    has_level = refused.message is not None and refused.message.required_level is not None
    if reason in _DENIED and not has_level and refused.evidence != "other":
        return _denied(refused, task, frontier)
    is_missing = reason == "not_found" and refused.evidence == "about_this"
    if is_missing and (was_read(task, frontier.site) or is_there(task, frontier.site)):
        return Kind.MISSING
    return _unless_definite(refused)


def _denied(refused: Refused, task: Task, frontier: SiteFrontier) -> Kind | None:
    """What is in doubt where a right is denied.

    A thread of a board that anybody may list may be behind a quota. A list is, where it could be
    read before; and where nothing could be read yet, it may be that nobody reads anything.
    """
    if isinstance(task, ThreadTask):
        is_odd = frontier.is_readable(task) or is_there(task, frontier.site)
        return Kind.RIGHTS if is_odd else _unless_definite(refused)
    is_odd = isinstance(task, ListTask) and (
        # rights are those to a board: whoever may see the first page may see all of them
        task.page > 1 or frontier.is_readable(task) or not frontier.obstacles.has_pages
    )
    return Kind.LISTS if is_odd else _unless_definite(refused)


def _unless_definite(refused: Refused) -> Kind | None:
    return None if refused.evidence == "about_this" else Kind.FOREIGN


def count_refusal(
    line: Refusal, emitted: Emitted, site: Site, *, task: Task | None, is_own: bool
) -> None:
    """Count a refusal that makes the run incomplete or shows that a login is needed.

    ``emitted`` is what comes of it, ``task`` the one that met it, ``None`` for a saved page.
    ``is_own``: it is proved to be about its address.
    """
    is_asked = task is None or task.is_asked
    # a thread that is not there is an answer, a forum that is not there a mistake
    is_mistake = task is not None and is_asked and not isinstance(task, ThreadTask)
    is_quota = line.reason in _DENIED and (line.retriable or is_mistake)
    is_quota = is_quota and not is_unsettled(emitted.seen.refusal)
    if is_quota or (is_asked and line.reason == "login_required"):
        site.note_login(line.url, line.reason, line.message_raw)
    if line.reason == "robots_disallowed":
        is_answer = not is_asked
        if isinstance(task, ListTask) and not is_asked:
            site.forbidden = NotedRefusal(line.url, line.reason, line.message_raw)
    elif line.reason == "off_site":
        is_link = is_link_board(emitted.seen.refusal, site.archive.ledger)
        is_answer = isinstance(task, ListTask) and not is_asked and is_own and is_link
    else:
        is_answer = line.reason in DEFINITE and not line.retriable
        is_answer = is_answer and not (is_mistake and line.reason == "not_found")
    if not is_answer and not is_unsettled(emitted.seen.refusal):
        since = emitted.seen.refusal.since if emitted.entry is None else None
        site.note_incomplete(line.url, line.reason, line.message_raw, since)
