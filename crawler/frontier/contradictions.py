"""What a page of a thread denies that the forum said before: some cache or wall sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.archive.state import Task, ThreadTask
from crawler.discuz.facts import Page, ThreadPage
from crawler.frontier.known import is_known
from crawler.frontier.refusals import END, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.frontier.site import Site
    from crawler.frontier.site_frontier import SiteFrontier
    from crawler.history import ThreadHistory

# Seconds by which two clocks of one forum may differ.
_BETWEEN_CLOCKS = 600


def contradiction(
    page: Page,
    task: Task,
    frontier: SiteFrontier,
    history: ThreadHistory | None,
    now: datetime,
) -> Refused | None:
    """What a page of a thread denies that the forum said before: some cache or wall sent it.

    Discuz sends the last page in place of one behind the end; who wants visitors to log in for
    second pages may send the first, and a cache may look at no page's number. ``history`` is that
    of the reading so far, if a page came already.
    """
    if not (isinstance(page, ThreadPage) and isinstance(task, ThreadTask)):
        return None
    if page.thread_id != task.key:
        return None
    strange = _strange_posts(page, task, frontier)
    if strange is not None:
        return Refused("unknown_notice", "forum", strange, is_strange=True)
    is_early = page.page < task.page
    is_early = is_early or bool(history and history.is_repeat(page, task.page))
    if not (is_early or is_known(task, frontier.site)):
        return None
    history = history or frontier.history(task)
    if _was_made_before(page, task, frontier.site) and history.is_older(page, now):
        made = f"{page.site.clock:%Y-%m-%d %H:%M}"
        text = f"a page of {made}, older than posts of it that are known"
        return Refused("unknown_notice", "forum", text)
    return END if is_early and history.has_more_behind(task.page, page) else None


def _strange_posts(page: ThreadPage, task: ThreadTask, frontier: SiteFrontier) -> str | None:
    """Whose posts stand in a page under the number of its thread, if they are not its own.

    A post has one number in a whole forum, so a cache that mixes up its parts shows itself.
    """
    ids = [post.id for post in page.posts if post.number and not post.is_pinned_copy]
    if not ids:
        return None
    other = frontier.thread_of(ids[0], task.key)
    if other is not None:
        return f"the posts of thread {other}"
    ledger = frontier.site.archive.ledger
    is_again = page.page == 1 and is_known(task, frontier.site)
    had_posts = is_again and ledger.page_seen(task.key, 1) is not None
    if had_posts and ledger.counts(task.key)[0] and not ledger.posts(task.key, ids):
        return "none of the posts that it had before"
    return None


def _was_made_before(page: ThreadPage, task: ThreadTask, site: Site) -> bool:
    """Whether a page was made before the last one that came in its place."""
    seen = site.archive.ledger.page_seen(task.key, page.page)
    if page.site.clock is None or seen is None:
        return False
    made = site.clock.made_at(page.site.clock)
    return made.timestamp() + _BETWEEN_CLOCKS < seen
