"""The printable page of a thread (`viewthread_printable.htm`, ``action=printable``).

The first hundred floors on one page, dates to the minute, no numbers of posts. It is not closed
properly, so that floors are told by the lines between them.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz.context import Context
from crawler.discuz.dates import read_clock, read_date
from crawler.discuz.document import Document, build_tree
from crawler.discuz.facts import Author, Block, Body, Post, ThreadPage, place_id
from crawler.discuz.page.identity import read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.body import read_body
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes
from crawler.discuz.post.withheld import read_access

if TYPE_CHECKING:
    from crawler.discuz.dates import Clock
    from crawler.discuz.facts import Moment

# <hr noshade size="2" width="100%" color="#808080">
# <b>作者: </b>NAME&nbsp; &nbsp; <b>时间: </b>2017-6-1 08:15<br />
_RULE = r"<hr noshade[^>]{0,99}>"
_HEADER = re.compile(
    rf"{_RULE}\s{{0,9}}<b>作者\s?[:\uff1a]\s?</b>(?P<name>[^<]{{0,300}})"
    r"<b>[时時][间間]\s?[:\uff1a]\s?</b>(?P<date>.{1,300}?)<br />"
    r"(?:\s{0,9}<b>[标標][题題]\s?[:\uff1a]\s?</b>(?P<subject>[^<]{0,1000})<br />)?",
    re.S,
)
_TITLE = re.compile(r"<b>[标標][题題]\s?[:\uff1a]\s?</b>([^<]{1,1000}?)\s?<b>")
_SITE = re.compile(r"<h1>([^<]{1,200})</h1>")
_MARK = "window.print()"
_END = re.compile(rf"(?:\s{{0,9}}<br />){{4}}{_RULE}")
_FLOORS = 100
_WITHHELD = ("提示:", "提示\uff1a", "游客")


def read_printable(document: Document) -> ThreadPage | None:
    """Read the printable page; ``None`` where it is none."""
    text = document.text
    if _MARK not in text:
        return None
    headers = list(_HEADER.finditer(text))
    title = _TITLE.search(text)
    thread_id = read_thread_id(document)
    if not headers or not title or thread_id is None:
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock)
    end = _END.search(text, headers[-1].end())
    limits = [header.start() for header in headers[1:]] + [end.start() if end else len(text)]
    posts = []
    for place, (header, limit) in enumerate(zip(headers, limits, strict=True), 1):
        subject = html.unescape(header["subject"] or "").strip()
        posts.append(
            Post(
                id=place_id(1, place),
                position=None,
                floor_label=None,
                is_first=False,
                is_early=False,
                author=_author(header["name"]),
                date=_date(header["date"], clock),
                location=None,
                headline=subject or None if place > 1 else None,
                body=_body(text[header.end() : limit], context),
            )
        )
    posts, newest_first = in_order(with_copied_quotes(posts), 1, 1, is_filtered=True)
    name = _SITE.search(text)
    return ThreadPage(
        site=site if site.name or not name else replace(site, name=html.unescape(name[1]).strip()),
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=html.unescape(title[1]).strip(),
        category=None,
        board=None,
        breadcrumbs=(),
        page=1,
        pages=1,
        next_url=None,
        views=None,
        replies=None,
        posts=tuple(posts),
        is_reversed=newest_first,
        is_truncated=end is None or len(posts) >= _FLOORS,
        skin="printable",
    )


def _author(source: str) -> Author:
    name = html.unescape(source).replace("\xa0", " ").strip()
    return Author("匿名", is_anonymous=True) if name == "匿名" else Author(name or None)


def _date(source: str, clock: Clock) -> Moment | None:
    # <span title="2026-11-15 02:53">7&nbsp;天前</span>
    title = re.search(r'title="([^"]{1,60})"', source)
    said = html.unescape(re.sub(r"<[^>]{0,200}>", "", source))
    return read_date(said, title[1] if title else None, clock)


def _body(source: str, context: Context) -> Body:
    body = read_body(build_tree(f"<div>{source}</div>")[0], context)
    access = read_access(body.text) if body.text.startswith(_WITHHELD) else "visible"
    if access in ("shielded", "banned"):
        # in place of the whole body, and no frame round it
        return Body(blocks=(Block("hidden", body.text),), access=access, notices=(body.text,))
    return body
