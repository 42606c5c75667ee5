"""Lists of threads whose rows bear none of Discuz's ids: for phones, and of skins.

`touch/forum/forumdisplay.htm` of X2.5 to X3.5, ``mobile=yes`` skins and any other: a row is the
largest box that leads to one thread only, the list is the box with the most rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import Clock, is_date, read_date
from crawler.discuz.elements import (
    all_text,
    by_class,
    has_words,
    line_of,
    number,
    outermost,
    own_text,
    words,
)
from crawler.discuz.facts import Author, Board, BoardPage, Moment, Skin, ThreadRow
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.board_head import read_offers, read_threads
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.identity import read_board_address
from crawler.discuz.page.pager import infer_pager, read_limit, read_pager
from crawler.discuz.page.site import base_of, read_site, script_number
from crawler.discuz.page.staff_marks import read_staff_marks
from crawler.discuz.post.author import read_name
from crawler.discuz.readers.index import read_boards
from crawler.discuz.words import MOVED, STICKY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from crawler.discuz.document import Document

# X3.3: <div class="threadlist"><ul><li><a>TITLE <span class="by">NAME</span></a>
# <span class="num">3</span>; X3.5: <li class="list">; mplus: <ul class="thlist">
_TOUCH, _WAP = ("threadlist", "threadlist_top"), ("thlist",)
_AUTHOR, _REPLIES = "by", ("num", "replies")
# X3.5: <li><i class="dm-eye-fill"></i>450</li> <li><i class="dm-chat-s-fill"></i>7</li>
_VIEW_ICON, _REPLY_ICON = "dm-eye", "dm-chat"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TYPE_SIGN = re.compile(r"^[#\[【]\s?|\s?[\]】]$")
# 置顶 before a title; X3.3: <span class="icon_top"><img src="…/icon_top.png">
_BADGE = re.compile(rf"^(?:{STICKY}|精[华華]|[热熱][门門帖]?|新帖?|[关關][闭閉])$")
# X3.3: <img src="static/image/mobile/images/icon_top.png">; X3.5: <li class="list_top">
_TOP = re.compile(r"(?:icon|list)_top\b")
_SUB_BOARDS = "subname_list"
_LONGEST_BADGE, _LONGEST_NUMBER = 100, 20
_AT_LEAST = 2
_LINKS = 5000


def read_rows(document: Document) -> BoardPage | None:
    """Read a list by its structure; ``None`` where there is none, or its board cannot be told."""
    root = document.root
    clock = read_clock(document)
    site = read_site(document, clock)
    base = base_of(document, site)
    rows = _row_boxes(root, base)
    classes = {name for box in root.iter() for name in (box.get("class") or "").split()}
    skin: Skin = "inferred"
    if not classes.isdisjoint(_TOUCH):
        skin = "touch"
    elif not classes.isdisjoint(_WAP):
        skin = "wap"
    address = read_board_address(document)
    board_id = script_number(document.text, "fid") or (address.board_id if address else None)
    # one thread alone may be a link beside the list
    is_list = len(rows) >= _AT_LEAST or skin != "inferred" or any(_is_row(row) for _, row in rows)
    if board_id is None or not rows or not is_list:
        return None
    current, pages, next_url = _pager(root, board_id, base)
    offers = read_offers(root.iter("a"), board_id)
    return BoardPage(
        site=site,
        url=document.url,
        board=Board(
            _name(root, board_id),
            board_id,
            urls.board_url(site.root, board_id),
            read_threads(root.iter("p", "span")),
        ),
        page=current or (address.page if address and pages > 1 else 1),
        pages=pages,
        next_url=next_url,
        rows=_rows(rows, base, clock),
        boards=tuple(_sub_boards(root, board_id, base)),
        pages_shown=read_limit(by_class(root, known.PAGER), pages),
        types=offers.types,
        orders=offers.orders,
        filters=offers.filters,
        is_truncated=document.is_cut,
        skin=skin,
    )


def rows_of_list(root: _Element, base: str, clock: Clock) -> tuple[ThreadRow, ...]:
    """The rows of the longest list below an element."""
    return _rows(_row_boxes(root, base), base, clock)


def _rows(boxes: list[tuple[str, _Element]], base: str, clock: Clock) -> tuple[ThreadRow, ...]:
    return tuple(row for thread_id, box in boxes if (row := _row(box, thread_id, base, clock)))


def _row_boxes(root: _Element, base: str) -> list[tuple[str, _Element]]:
    """The rows of the longest list of the page, each with its thread."""
    threads: dict[_Element, set[str]] = {}
    links: list[tuple[str, _Element]] = []
    for link in root.iter("a"):
        url = urls.resolve(base, link.get("href"))
        address = urls.read_thread_address(url) if url else None
        if url is None or address is None or not has_words(link) or not urls.same_host(url, base):
            continue
        links.append((address.thread_id, link))
        if len(links) > _LINKS:
            break
        box: _Element | None = link
        while box is not None and len(threads.setdefault(box, set())) < _AT_LEAST:
            threads[box].add(address.thread_id)
            box = box.getparent()
    lists: dict[_Element, dict[str, _Element]] = {}
    is_only_one = len({thread for thread, _ in links}) == 1
    for thread_id, link in links:
        box = link
        around = box.getparent()
        while around is not None and len(threads.get(around, ())) < _AT_LEAST:
            box, around = around, around.getparent()
        if around is not None:
            lists.setdefault(around, {}).setdefault(thread_id, box)
        elif is_only_one:
            lists[box] = {thread_id: _single(link)}
    longest = max(lists.values(), key=len, default={})
    return list(longest.items())


def _single(link: _Element) -> _Element:
    """The row of the only thread of a list: a table's row, an entry."""
    row = next(link.iterancestors("tr", "li", "tbody"), link.getparent())
    return link if row is None else row


def _is_row(box: _Element) -> bool:
    """Whether a box tells who wrote a thread and who answered last."""
    hrefs = [link.get("href") or "" for link in box.iter("a")]
    return any(map(urls.is_user_link, hrefs)) and any(known.LAST_POST in href for href in hrefs)


def _row(box: _Element, thread_id: str, base: str, clock: Clock) -> ThreadRow | None:
    links = [link for link in box.iter("a") if _leads_to(link, thread_id, base)]
    link = next((each for each in links if not _is_number(each)), next(iter(links), None))
    if link is None:  # links to its further pages alone
        return None
    replies, views = _counters(box)
    counter = next((each for each in links if _is_number(each) and each is not link), None)
    if replies is None and counter is not None:
        # <td><a>5</a> <em>128</em></td>: replies and views
        beside = counter.getnext()
        replies, views = number(counter), number(beside) if beside is not None else None
    last = next((a for a in box.iter("a") if known.LAST_POST in (a.get("href") or "")), None)
    badges = (line_of(badge, _LONGEST_BADGE) for badge in by_class(box, "micon"))
    signs = [box.get("class") or "", *badges]
    for icon in box.iter("img", "i"):
        signs += filter(None, map(icon.get, ("src", "class", "title")))
    if any(_TOP.search(sign) for sign in signs):
        signs.append("置顶")
    return ThreadRow(
        thread_id=thread_id,
        url=urls.resolve(base, link.get("href")) or "",
        headline=_headline(link),
        category=_category(box),
        author=_author(box, base),
        date=_date(box, clock),
        replies=replies,
        views=views,
        last_post=_stamp(last, clock) if last is not None else None,
        flags=tuple(read_staff_marks(signs)),
        is_moved=bool(MOVED.match(words(box))),
    )


def _stamp(link: _Element, clock: Clock) -> Moment | None:
    # <a href="…goto=lastpost#lastpost"><span title="2026-11-21 16:59">昨天&nbsp;16:59</span></a>
    titled = next((part.get("title") for part in link.iter("span") if part.get("title")), None)
    return read_date(all_text(link), titled, clock)


def _leads_to(link: _Element, thread_id: str, base: str) -> bool:
    url = urls.resolve(base, link.get("href"))
    address = urls.read_thread_address(url) if url else None
    is_this = address is not None and address.thread_id == thread_id and address.page == 1
    return is_this and "goto=" not in (link.get("href") or "") and has_words(link)


def _is_number(link: _Element) -> bool:
    return line_of(link, _LONGEST_NUMBER).isdigit()


def _headline(link: _Element) -> str:
    """The title in a link that may hold the author and a preview as well."""
    for heading in link.iter(*_HEADINGS):
        if has_words(heading):
            return words(heading)
    own = " ".join(own_text(link).split())
    if own:
        return own
    said = [" ".join(own_text(part).split()) for part in link.iter()]
    return max((text for text in said if not _BADGE.match(text)), key=len, default="")


def _category(box: _Element) -> str | None:
    for link in box.iter("a"):
        if "typeid=" in (link.get("href") or ""):
            return _TYPE_SIGN.sub("", words(link)) or None
    return None


def _author(box: _Element, base: str) -> Author | None:
    author = read_name(box, base)
    if author.id:
        return author
    name = next((words(part) for part in by_class(box, _AUTHOR)), None)
    return Author(name) if name else None


def _date(box: _Element, clock: Clock) -> Moment | None:
    for part in box.iter("span", "em", "p", "li", "div", "td", "time"):
        said = all_text(part).strip() if not len(part) else own_text(part).strip()
        if said and len(said) < 40 and is_date(said):
            return read_date(said, part.get("title"), clock)
    return None


def _counters(box: _Element) -> tuple[int | None, int | None]:
    counter = next((part for name in _REPLIES for part in by_class(box, name)), None)
    replies = views = None
    if counter is not None:
        # <td class="num"><a>5</a><em>128</em></td>; phones have the replies alone
        replies = number(next(counter.iter("a"), counter))
        views = number(next(counter.iter("em"), None))
    told: dict[_Element, int | None] = {}  # of each line once, however many icons there are in it
    for icon in box.iter("i"):
        line = icon.getparent()
        name = icon.get("class") or ""
        if line is None or not (_VIEW_ICON in name or _REPLY_ICON in name):
            continue
        if line not in told:
            told[line] = number(line)
        if _VIEW_ICON in name:
            views = told[line]
        elif replies is None:
            replies = told[line]
    return replies, views


def _pager(root: _Element, board_id: str, base: str) -> tuple[int | None, int, str | None]:
    def number_of(url: str) -> int | None:
        found = urls.read_board_address(url)
        return found.page if found and found.board_id == board_id else None

    pagers = list(by_class(root, known.PAGER))
    return read_pager(pagers, base) if pagers else infer_pager(root, base, number_of)


def _name(root: _Element, board_id: str) -> str | None:
    """The board's name: a heading, or a link to it, that the page's title begins with."""
    title = next((words(part) for part in root.iter("title")), "")
    for element in root.iter(*_HEADINGS, "a", "span"):
        if element.tag == "a" and urls.board_id(element.get("href")) != board_id:
            continue
        said = " ".join(own_text(element).split()) or line_of(element, len(title))
        if said and title.startswith(said):
            return said
    return None


def _sub_boards(root: _Element, board_id: str, base: str) -> Iterator[Board]:
    boxes = (
        box
        for box in root.iter("div")
        if (box.get("id") or "") == _SUB_BOARDS or "sub" in (box.get("class") or "")
    )
    for box in outermost(boxes):
        for board in read_boards(box, base):
            if board.id != board_id:
                yield board
