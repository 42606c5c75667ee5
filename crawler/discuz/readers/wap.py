"""Thread pages for old phones (`mobile/forum/viewthread.htm`, ``mobile=1``) and skins made of it.

Such skins (``mobile=yes``) have boxes of their own and keep the ids of floors and bodies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import by_class, line_of, own_text, words
from crawler.discuz.facts import Board, Post
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import board_of, is_board_link, steps_of
from crawler.discuz.page.counters import counters_in, read_all_replies
from crawler.discuz.page.heading import Heading, category_before, category_link
from crawler.discuz.page.identity import read_place
from crawler.discuz.page.staff_marks import flags_of
from crawler.discuz.post.flat_floors import FlatFloor, read_flat_floor, split_page
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.words import SHORT_REPLIES, SHORT_VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

# <!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" …>
_MARKS, _HEAD = ("WAPFORUM", "MobileOptimized"), 4096
# <div class="box"><a href="forum.php">论坛</a> <em> &gt; </em> <a href="…fid=2">BOARD</a></div>
_PATHS = ("box", known.PATH)
# <div class="bm_inf"> 精华 <font class="xg1">看12880<span class="pipe">|</span>回5</font>
_COUNTERS = re.compile(rf"{SHORT_VIEWS}\s?(\d{{1,12}})\s?\|\s?{SHORT_REPLIES}\s?(\d{{1,9}})")
_ABOUT = "bm_inf"
_LONGEST_LINE, _LONGEST_BOX = 40, 500


def _read(frame: Frame) -> Parts | None:
    head = frame.text[:_HEAD]
    if not any(mark in head for mark in _MARKS):
        return None
    root, context = frame.root, frame.context
    above, floors = split_page(root)
    # one skin has its title within the first floor
    header = above + (floors[0].header if floors else [])
    title = _title(header, context.base)
    floors = [floor for floor in floors if floor.cell is not None or floor.header]
    if not floors:
        return None
    posts: list[Post] = []
    for floor in floors if title is not None else ():
        posts.append(read_flat_floor(floor, context))
        if not posts[-1].date:
            return None
    if title is None:
        return None
    return Parts(
        heading=_heading(above, floors, title, context.base),
        posts=posts,
        place=read_place(frame.document, by_class(root, known.PAGER), context.base),
        links=[title.get("href")],
    )


WAP = Face(skin="wap", read=_read, marks=(f'id="{known.CELL}',), is_mobile=True)


def _title(header: list[_Element], base: str) -> _Element | None:
    """`<a id="thread_subject">`, or a heading that links to the thread itself."""
    for element in header:
        if element.get("id") == known.TITLE and words(element):
            return element
    for element in header:
        if element.tag == "h1":
            for link in element.iter("a"):
                url = urls.resolve(base, link.get("href"))
                if words(link) and url and urls.read_thread_address(url):
                    return link
    return None


def _heading(above: list[_Element], floors: list[FlatFloor], title: _Element, base: str) -> Heading:
    around = title.getparent()
    bare = category_before(around, title) if around is not None else None
    breadcrumbs = steps_of(_path(above), base)
    outside = [*above, *(part for floor in floors for part in (*floor.header, *floor.rest))]
    views, replies = _counters(outside)
    return Heading(
        title=words(title),
        # <a href="…typeid=5">[见闻]</a>, or the bare text where the types are no list
        category=category_link(above + floors[0].header) or bare,
        board=board_of(breadcrumbs) or _last_board(above, base),
        breadcrumbs=breadcrumbs,
        views=views,
        replies=replies,
        flags=flags_of(_marks_of(above)),
    )


def _path(above: list[_Element]) -> list[_Element]:
    """The links of the path, up to the board of the thread."""
    for box in above:
        if any(name in (box.get("class") or "").split() for name in _PATHS):
            links = list(box.iter("a"))
            boards = [place for place, link in enumerate(links) if is_board_link(link)]
            if boards:
                return links[: boards[-1] + 1]
    return []


def _last_board(above: list[_Element], base: str) -> Board | None:
    """The last link to a board above the floors, where the path has another name."""
    links = [link for link in above if link.tag == "a" and is_board_link(link)]
    return board_of(steps_of(links, base))


def _marks_of(above: list[_Element]) -> Iterator[str]:
    """What stands beside the counters: 精华, in an element of its own or without one."""
    for box in above:
        if _ABOUT in (box.get("class") or "").split():
            yield own_text(box)
            yield from map(words, box.iterchildren("span"))


def _counters(outside: list[_Element]) -> tuple[int | None, int | None]:
    for element in outside:
        if element.tag not in ("font", "span"):
            continue
        said = line_of(element, _LONGEST_BOX)
        found = _COUNTERS.search(said)
        if found:
            return int(found[1]), int(found[2])
        both = counters_in(said) if len(said) < _LONGEST_LINE else None
        if both:
            return both
        told = read_all_replies(said)
        if told is not None:
            return None, told
    return None, None
