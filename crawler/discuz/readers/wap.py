"""Thread pages for old phones (`mobile/forum/viewthread.htm`, ``mobile=1``) and skins made of it.

Such skins (``mobile=yes``) have boxes of their own and keep the ids of floors and bodies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import read_clock
from crawler.discuz.elements import by_class, words
from crawler.discuz.facts import Board, ThreadPage
from crawler.discuz.page.heading import read_all_replies
from crawler.discuz.page.identity import read_place, read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.flat_floors import read_stretch, split_page
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document

# <!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" …>
_MARKS = ("WAPFORUM", "MobileOptimized")
_CELL = 'id="postmessage_'
_TITLE = "thread_subject"
_TYPE = re.compile(r"^\[\s?(.{1,60}?)\s?\]$")
# <font class="xg1">看12880<span class="pipe">|</span>回5</font>
_COUNTERS = re.compile(r"看\s?(\d{1,12})\s?\|\s?回\s?(\d{1,9})")
_REPLIES = re.compile(r"共有?\s?(\d{1,9})\s?[条個个條]回[复復覆複]")


def read_wap(document: Document) -> ThreadPage | None:
    """Read a page of the old mobile template; ``None`` where it is none, or cannot be told."""
    head = document.text[:4096]
    if _CELL not in document.text or not any(mark in head for mark in _MARKS):
        return None
    root = document.root
    above, stretches = split_page(root)
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock, is_mobile=True)
    # mplus has its title within the first floor
    header = above + (stretches[0].header if stretches else [])
    heading = _heading(header, context.base)
    thread_id = read_thread_id(document, [heading.get("href")] if heading is not None else ())
    floors = [stretch for stretch in stretches if stretch.cell is not None or stretch.header]
    posts = with_copied_quotes([read_stretch(floor, context) for floor in floors])
    if heading is None or thread_id is None or not posts or not all(post.date for post in posts):
        return None
    page, pages, next_url = read_place(document, by_class(root, "pg"), context.base)
    is_filtered = urls.is_filtered(document.url)
    posts, newest_first = in_order(posts, page, pages, text=document.text, is_filtered=is_filtered)
    views, replies = _counters(root)
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=words(heading),
        category=_category(header),
        board=_board(above, context.base),
        breadcrumbs=(),
        page=page,
        pages=pages,
        next_url=next_url,
        views=views,
        replies=replies,
        posts=tuple(posts),
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=document.is_cut,
        skin="wap",
    )


def _heading(header: list[_Element], base: str) -> _Element | None:
    """`<a id="thread_subject">`, or a heading that links to the thread itself."""
    for element in header:
        if element.get("id") == _TITLE and words(element):
            return element
    for element in header:
        if element.tag == "h1":
            for link in element.iter("a"):
                url = urls.resolve(base, link.get("href"))
                if words(link) and url and urls.read_thread_address(url):
                    return link
    return None


def _category(header: list[_Element]) -> str | None:
    for element in header:
        if element.tag == "a" and "typeid=" in (element.get("href") or ""):
            found = _TYPE.match(words(element))
            if found:
                return found[1]
    return None


def _board(above: list[_Element], base: str) -> Board | None:
    """The last link to a board in the path above the floors."""
    board = None
    for element in above:
        href = element.get("href") if element.tag == "a" else None
        board_id = urls.board_id(href)
        if (
            board_id
            and "forumdisplay" in (href or "forumdisplay")
            and "filter=" not in (href or "")
        ):
            url = urls.without_mobile(urls.resolve(base, href))
            board = Board(words(element) or None, board_id, url)
    return board


def _counters(root: _Element) -> tuple[int | None, int | None]:
    for element in root.iter("font", "span"):
        said = words(element)
        found = _COUNTERS.search(said)
        if found:
            return int(found[1]), int(found[2])
        told = read_all_replies(said)
        if told is not None:
            return None, told
    return None, None
