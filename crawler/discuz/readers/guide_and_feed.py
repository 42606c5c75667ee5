"""Lists of what is new in all boards: the guide (`forum_guide.htm`, ``mod=guide``) and RSS.

Cheap to ask for where they are open: the guide has fifty threads a page with their last posts, RSS
the twenty newest threads of a board or of the forum, without replies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import Clock
from crawler.discuz.document import Document, build_xml
from crawler.discuz.elements import by_class, words
from crawler.discuz.facts import Author, Moment, NewsPage, ThreadRow
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.identity import reported_url
from crawler.discuz.page.pager import read_pager
from crawler.discuz.page.site import base_of, is_discuz, read_site
from crawler.discuz.readers.board import RowReader, plain_rows
from crawler.discuz.readers.unknown_list import rows_of_list
from crawler.discuz.rfc_dates import read_rfc_date

if TYPE_CHECKING:
    from lxml.etree import _Element

# <body id="nv_forum" class="pg_guide">; its rows are those of boards, the board in a cell more
_GUIDE = re.compile(r"<body\b[^>]{0,300}?\bclass=[\"'][^\"']{0,60}?\bpg_guide\b")
# phones get rows of their own, and a body without such a class
_ADDRESS = re.compile(r"[?&;]mod=guide\b")
_RSS = "<rss"


def read_guide(document: Document) -> NewsPage | None:
    """Read a page of the guide; ``None`` where it is none, or has no rows."""
    addresses = (document.url, reported_url(document) or "")
    if not _GUIDE.search(document.text) and not any(map(_ADDRESS.search, addresses)):
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    base = base_of(document, site)
    root = document.root
    reading = RowReader(base, site.root, clock)
    rows = tuple(row for box in plain_rows(root) if (row := reading.read(box)))
    rows = rows or rows_of_list(root, base, clock)
    if not rows or not is_discuz(document):
        return None
    current, pages, next_url = read_pager(by_class(root, known.PAGER), base)
    return NewsPage(site, rows, current or 1, pages, next_url)


def read_rss(document: Document) -> NewsPage | None:
    """Read a feed; ``None`` where it is none. An empty feed is one."""
    if _RSS not in document.text[:500]:
        return None
    clock = read_clock(document)
    root = build_xml(document.text)
    rows = (_item(item, clock) for item in root.iter("item"))
    return NewsPage(read_site(document, clock), tuple(row for row in rows if row), 1, 1, None)


def _item(item: _Element, clock: Clock) -> ThreadRow | None:
    parts = {str(part.tag): words(part) for part in item}
    url = urls.resolve("", parts.get("link"))
    address = urls.read_thread_address(url) if url else None
    if url is None or address is None:
        return None
    return ThreadRow(
        thread_id=address.thread_id,
        url=url,
        headline=parts.get("title", ""),
        author=Author(parts["author"]) if parts.get("author") else None,
        date=_date(parts.get("pubDate", ""), clock),
    )


def _date(said: str, clock: Clock) -> Moment | None:
    value = read_rfc_date(said)
    if value is None:
        return None
    return Moment(value.astimezone(clock.now.tzinfo), "second", said)
