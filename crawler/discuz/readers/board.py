"""A board's list of threads (`forumdisplay.htm`, `forumdisplay_list.htm` of X2 to X3.5)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import Clock, read_clock, read_date
from crawler.discuz.elements import all_text, number, words
from crawler.discuz.facts import Author, Board, BoardPage, Moment, ThreadRow
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import board_of, read_breadcrumbs
from crawler.discuz.page.pager import read_pager
from crawler.discuz.page.site import base_of, read_site, script_number
from crawler.discuz.page.staff_marks import read_staff_marks
from crawler.discuz.page.traits import place_of
from crawler.discuz.post.author import name_alone
from crawler.discuz.readers.index import read_boards
from crawler.discuz.words import COUNT_OF_REPLIES, MOVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from crawler.discuz.document import Document

# <tbody id="normalthread_5">; the announcement and ads stand in rows without such an id
_PLAIN, _STICKY = "normalthread_", "stickthread_"
_ROW = re.compile(rf"(?:{_PLAIN}|{_STICKY})\d{{1,18}}$")
# <ul id="waterfall">: boards in picture mode
_PICTURES = "waterfall"
_SUB_BOARDS = "subforum_"
# 移动:<a href="…tid=30">: what a moved thread left behind, with the number of the moved one
_BRACKETS = re.compile(r"^\[\s?|\s?\]$")
# <a title="0 回复">0</a>
_REPLIES = re.compile(COUNT_OF_REPLIES)
# what Discuz writes where a board has no thread (`forum_nothreads`)
_EMPTY = re.compile(r"尚[无無]主[题題]|[没沒]有主[题題]")
_LISTS = ("threadlisttableid", _PICTURES)


def read_board(document: Document) -> BoardPage | None:
    """Read a page of a board; ``None`` where there is no list that can be read."""
    root = document.root
    clock = read_clock(document)
    site = read_site(document, clock)
    base = base_of(document, site)
    by_id: dict[str, _Element] = {}
    sub_boards: list[_Element] = []
    rows: list[_Element] = []
    for element in root.iter("div", "table", "tbody", "ul"):
        name = element.get("id") or ""
        if _ROW.match(name):
            rows.append(element)
        elif name.startswith(_SUB_BOARDS) and name[-1:].isdigit():
            sub_boards.append(element)
        elif name:
            by_id.setdefault(name, element)
    breadcrumbs = read_breadcrumbs(by_id.get(known.PATH), base)
    board = _board(document, root, board_of(breadcrumbs), base)
    is_empty = _EMPTY.search(document.text) is not None
    is_list = rows or any(name in by_id for name in _LISTS) or is_empty
    if board is None or not is_list:
        return None
    found = [row for element in rows if (row := read_row(element, base, clock))]
    if not found and _PICTURES in by_id:
        found = list(_pictures(by_id[_PICTURES], base))
    if not found and not is_empty:
        # not said to be empty: its rows have other names
        return None
    pagers = [box for box in root.iter("div") if known.PAGER in (box.get("class") or "").split()]
    current, pages, next_url = read_pager(pagers, base)
    address = urls.read_board_address(document.url)
    return BoardPage(
        site=site,
        url=document.url,
        board=board,
        page=current or (address.page if address and pages > 1 else 1),
        pages=pages,
        next_url=next_url,
        rows=tuple(found),
        boards=tuple(board for box in sub_boards for board in read_boards(box, base)),
        is_truncated=document.is_cut,
        places=tuple({place_of(row) for row in rows[-3:]}),
    )


def _board(document: Document, root: _Element, crumb: Board | None, base: str) -> Board | None:
    """Which board it is, by the script's number, the path or the address; named by its heading."""
    address = urls.read_board_address(document.url)
    board_id = script_number(document.text, "fid") or (address.board_id if address else None)
    # in the path of a sub-board the last link is the board above; a short name is the same board
    if crumb and (board_id is None or crumb.id == board_id or not _is_number(crumb)):
        return Board(crumb.name, board_id or crumb.id, crumb.url)
    if board_id is None:
        return None
    for heading in root.iter("h1"):
        for link in heading.iter("a"):
            url = urls.resolve(base, link.get("href"))
            if url and urls.board_id(url) == board_id and words(link):
                return Board(words(link), board_id, url)
    return Board(None, board_id, document.url)


def _is_number(board: Board) -> bool:
    return bool(board.id and board.id.isdigit())


def plain_rows(root: _Element) -> list[_Element]:
    """The rows of a list, but for those that staff set on its top."""
    bodies = ((box, box.get("id") or "") for box in root.iter("tbody"))
    return [box for box, name in bodies if name.startswith(_PLAIN) and _ROW.match(name)]


def read_row(row: _Element, base: str, clock: Clock) -> ThreadRow | None:
    """One row of a list (`tbody#normalthread_5`); ``None`` where it leads to no thread."""
    heading = next(row.iter("th"), row)
    link = _title(heading, base)
    url = urls.resolve(base, link.get("href")) if link is not None else None
    address = urls.read_thread_address(url) if url else None
    if link is None or url is None or address is None:
        return None
    is_moved = bool(MOVED.search("".join(_before(heading, link))))
    cells = [cell for cell in row.iter("td") if "by" in (cell.get("class") or "").split()]
    counts = next((cell for cell in row.iter("td") if "num" in (cell.get("class") or "")), None)
    # the guide has the board in a cell more: author and last post are the last two
    first, last = cells[-2:] if len(cells) > 1 else (*cells, None, None)[:2]
    return ThreadRow(
        thread_id=address.thread_id,
        url=url,
        headline=words(link),
        category=_category(heading, link),
        author=_author(first, base) if first is not None else None,
        date=_date(first, clock),
        replies=_count(counts, "a"),
        views=_count(counts, "em"),
        last_post=_date(last, clock),
        last_author=_name(last),
        flags=_flags(row, heading),
        is_moved=is_moved,
    )


def _title(heading: _Element, base: str) -> _Element | None:
    """The link that is the title: `a.xst`; in other skins the longest link to a thread."""
    links = [
        link
        for link in heading.iter("a")
        if words(link) and urls.read_thread_address(urls.resolve(base, link.get("href")) or "")
    ]
    named = [link for link in links if "xst" in (link.get("class") or "").split()]
    return (
        next(iter(named), None) if named else max(links, key=lambda a: len(words(a)), default=None)
    )


def _before(heading: _Element, link: _Element) -> Iterator[str]:
    """The words of a cell in front of its title."""
    yield heading.text or ""
    for element in heading.iter():
        if element is link:
            return
        if element is not heading:
            yield element.text or ""
            yield element.tail or ""


def _category(heading: _Element, title: _Element) -> str | None:
    """`<em>[<a href="…&filter=typeid&typeid=1">国内</a>]</em>` in front of the title."""
    for link in heading.iter("a"):
        if link is title:
            break
        if "typeid=" in (link.get("href") or ""):
            return _BRACKETS.sub("", words(link)) or None
    return None


def _author(cell: _Element, base: str) -> Author | None:
    for link in cell.iter("a"):
        href = link.get("href")
        if urls.is_user_link(href) and words(link):
            return Author(words(link), urls.user_id(href), urls.resolve(base, href))
    said = _name(cell)
    return name_alone(said) if said is not None else None


def _name(cell: _Element | None) -> str | None:
    cite = next(cell.iter("cite"), None) if cell is not None else None
    return (words(cite) or None) if cite is not None else None


def _date(cell: _Element | None, clock: Clock) -> Moment | None:
    """`<em><span><span title="2026-11-16">6 天前</span></span></em>`: the inner title counts."""
    em = next(cell.iter("em"), None) if cell is not None else None
    if em is None:
        return None
    titles = [part.get("title") for part in em.iter("span") if part.get("title")]
    moment = read_date(all_text(em), titles[-1] if titles else None, clock)
    if moment and not titles and moment.precision in ("second", "minute") and ":" not in moment.raw:
        # 7 分钟前 by a clock that shows minutes: not the minute itself
        return replace(moment, precision="hour")
    return moment


def _count(cell: _Element | None, tag: str) -> int | None:
    part = next(cell.iter(tag), None) if cell is not None else None
    return number(part)


def _flags(row: _Element, heading: _Element) -> tuple[str, ...]:
    signs = [heading.get("class") or ""]
    for part in row.iter("img", "i", "a"):
        if part.tag != "a" or part.getparent() is not heading:
            signs += filter(None, map(part.get, ("src", "class", "title")))
    # 热帖 and 推荐 are counters in disguise: not asked for
    flags = read_staff_marks(signs)
    if (row.get("id") or "").startswith(_STICKY) and "sticky" not in flags:
        flags.insert(0, "sticky")
    return tuple(flags)


def _pictures(box: _Element, base: str) -> Iterator[ThreadRow]:
    """`ul#waterfall > li > h3 > a`; replies in `cite`: 回复: <a title="0 回复">0</a>."""
    for entry in box.iter("li"):
        heading = next(entry.iter("h3"), entry)
        link = _title(heading, base)
        url = urls.resolve(base, link.get("href")) if link is not None else None
        address = urls.read_thread_address(url) if url else None
        if link is None or url is None or address is None:
            continue
        replies = (_REPLIES.match(part.get("title") or "") for part in entry.iter("a"))
        user = next((a for a in entry.iter("a") if urls.is_user_link(a.get("href"))), None)
        yield ThreadRow(
            thread_id=address.thread_id,
            url=url,
            headline=words(link),
            author=Author(
                words(user) or None,
                urls.user_id(user.get("href")),
                urls.resolve(base, user.get("href")),
            )
            if user is not None
            else None,
            replies=next((int(found[1]) for found in replies if found), None),
        )
