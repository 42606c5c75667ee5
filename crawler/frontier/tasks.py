"""The kinds of tasks, and how they are made."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlsplit

from crawler.archive.state import KnownThread
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage

# More pages than these were never read only where a forum lies about their number.
_UNREAD_AT_ONCE = 10_000


def pages_to_read(known: KnownThread | None, read: set[int], *, from_top: bool) -> list[int]:
    """The pages with which the reading of a thread begins.

    A new thread is read from its first page on. Of a known one: its first page where its title or
    its marks may have changed (``from_top``), pages that were never read, and its last known one.

    >>> pages_to_read(KnownThread("7", pages=4), {1, 2, 4}, from_top=True)
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


LIST, PAGE, THREAD = "list", "page", "thread"
# The places behind all boards: what is tried again, and what is looked at again although nothing
# says that it changed, when everything else is done.
TRIED_AGAIN, REVISITED = 1 << 40, 1 << 41
DAY = 86400


def is_walk(asked: str) -> bool:
    """Whether an address is one of more than a thread."""
    return urls.read_thread_address(asked) is None


def is_root(asked: str) -> bool:
    parts = urlsplit(asked)
    return not parts.query and parts.path[-1:] in ("", "/")


def address_template(page: BoardPage) -> str | None:
    """How this site writes the address of a thread: that of a row, with its number left open."""
    for row in page.rows:
        address = urls.read_thread_address(row.url)
        if address and not row.is_moved:
            url = address.page_url(1)
            if url.count(row.thread_id) == 1:
                return url.replace(row.thread_id, "{tid}")
    return None
