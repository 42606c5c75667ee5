"""A large board's list in other orders, for the threads that its plain list does not show.

Discuz shows so many pages of a list at most (`threadmaxpages`, 1,000), in whatever order; for a
page behind them it sends the first. Other orders and types show other ends of the board. `filter=`
has to stand beside them, or types are not looked at (`forum_forumdisplay.php`). X2 and X3.5 sort
upward only where the board's settings say so and do not look at `ascdesc=ASC`; one page tells
whether a forum does: the other end of a board that is not shown whole is new.

What is known stands together: of a list by the day of opening, the newest threads are those that
were answered last too. So pages without anything new are jumped over, in ever longer steps, and the
first page with news is searched for between the last two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.archive.state import ListTask
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage

# Beside which filter the template offers which order.
_ORDERS = {"dateline": "author", "lastpost": "lastpost", "replies": "reply", "views": "reply"}
_UPWARD = "ascdesc=ASC"
# So many pages in a row without anything new end a list: pinned and hot threads stand anywhere.
PATIENCE = 3
# The first page with news among a thousand is found in 20 steps.
_STEPS = 32
_TYPES = 50
# What names the list itself and not its order.
_PLAIN = ("mod", "fid", "page")


def variants(page: BoardPage) -> Iterator[str]:
    """The other orders and the types of a list that its page offers, as parts of addresses."""
    offered = [order for order in _ORDERS if order in page.orders]
    for order in offered:
        by_order = f"filter={_ORDERS[order]}&orderby={order}"
        yield f"{by_order}&{_UPWARD}"
        if order != "lastpost":
            # that is the plain list
            yield by_order
    for number in page.types[:_TYPES]:
        yield f"filter=typeid&typeid={number}"
        if "dateline" in offered:
            yield f"filter=typeid&typeid={number}&orderby=dateline"


def variant_task(plain: ListTask, names: tuple[str, ...]) -> ListTask:
    """The task of the first of some variants of a list; the others follow it."""
    return ListTask(
        key=f"{plain.board_id}?{names[0]}",
        url=plain.url,
        priority=plain.priority,
        board=plain.board_id,
        variant=names[0],
        variants=names[1:],
    )


def variant_url(task: ListTask) -> str:
    """The address of the page that a task of a variant asks for."""
    address = urls.read_board_address(task.url)
    root = address.root if address else urls.forum_root(task.url, None)
    url = f"{urls.board_url(root, task.board_id)}&{task.variant}"
    return f"{url}&page={task.page}" if task.page > 1 else url


def variant_of(url: str) -> str:
    """In which order an address asks for a list; empty for the plain list.

    >>> variant_of("http://b.example/forum.php?mod=forumdisplay&fid=2&filter=typeid&typeid=7&page=3")
    'filter=typeid&typeid=7'
    """
    pairs = [pair for pair in parse_qsl(urlsplit(url).query) if pair[0] not in _PLAIN]
    return urlencode(pairs) if any(name == "filter" for name, _ in pairs) else ""


def next_page(task: ListTask, page: BoardPage, *, has_news: bool) -> ListTask | None:
    """The task of the next page of a variant; ``None`` where it ends.

    ``has_news``: the page shows threads that no list of the board showed before.
    """
    if _UPWARD in task.variant and task.page == 1 and not has_news:
        return None
    at, last = task.page, min(page.pages, page.pages_shown or page.pages)
    if page.page != at:
        return None
    if not task.is_found:
        low, high = (task.low, at) if has_news else (at, task.high)
        task = replace(task, low=low, high=high, is_found=0 < high <= low + 1)
        if not task.is_found:
            task = replace(task, idle=task.idle + 1)
            if task.idle > _STEPS:
                return None
            at = (low + high) // 2 if high else min(2 * low, last)
            return replace(task, page=at, put_off=0) if at > low else None
        at, task = high, replace(task, idle=0)
    else:
        task = replace(task, idle=0 if has_news else task.idle + 1)
    if task.idle >= PATIENCE or at >= last:
        return None
    return replace(task, page=at + 1, put_off=0)
