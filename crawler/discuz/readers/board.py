"""A board's list of threads (`forumdisplay.htm`, `forumdisplay_list.htm` of X2 to X3.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from lxml import etree

from crawler.discuz import urls
from crawler.discuz.dates import Clock, read_date
from crawler.discuz.elements import all_text, has_words, number, outermost, words
from crawler.discuz.facts import Author, Board, BoardPage, Moment, ThreadRow
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.board_head import read_offers, read_threads
from crawler.discuz.page.breadcrumbs import board_of, read_breadcrumbs
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.pager import read_limit, read_pager
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
_ROW = re.compile(rf"(?:{_PLAIN}|{_STICKY})(\d{{1,18}})$")
# <table summary="forum_8" id="threadlisttableid">
_SUMMARY = re.compile(r"forum_([1-9]\d{0,17})$")
# links of a row that lead to no thread: its type, its board, the author's page
_NO_TITLE = re.compile(r"[?&;](?:typeid|sortid|filter|fid|uid|username)=|^javascript:", re.I)
# <ul id="waterfall">: boards in picture mode
_PICTURES = "waterfall"
_SUB_BOARDS = "subforum_"
# 移动:<a href="…tid=30">: what a moved thread left behind, with the number of the moved one
_BRACKETS = re.compile(r"^\[\s?|\s?\]$")
# <a title="0 回复">0</a>
_REPLIES = re.compile(COUNT_OF_REPLIES)
# what Discuz writes where a board has no thread (`forum_nothreads`)
_EMPTY = re.compile(r"尚[无無]主[题題]|[没沒]有主[题題]")
_TABLE = "threadlisttableid"
_LISTS = (_TABLE, _PICTURES)
# Rows stand below each other. Where tables are left open they stand in each other, and each is read
# with all that follow: so many elements for fifty rows of forty.
_MOST_ELEMENTS = 50_000
_COUNT = etree.XPath("count(descendant::*)")


def read_board(document: Document) -> BoardPage | None:
    """Read a page of a board; ``None`` where there is no list that can be read."""
    root = document.root
    clock = read_clock(document)
    site = read_site(document, clock)
    reading = RowReader(base_of(document, site), site.root, clock)
    base = reading.base
    by_id: dict[str, _Element] = {}
    sub_boards: list[_Element] = []
    rows: list[_Element] = []
    for element in root.iter("div", "table", "tbody", "ul", "tr", "li"):
        name = element.get("id") or ""
        if _ROW.match(name):
            rows.append(element)
        elif name.startswith(_SUB_BOARDS) and name[-1:].isdigit():
            sub_boards.append(element)
        elif name:
            by_id.setdefault(name, element)
    breadcrumbs = read_breadcrumbs(by_id.get(known.PATH), base)
    board = _board(document, by_id.get(_TABLE), board_of(breadcrumbs), base)
    is_empty = _EMPTY.search(document.text) is not None
    is_list = rows or any(name in by_id for name in _LISTS) or is_empty
    if board is None or not is_list:
        return None
    found = [row for element in _bounded(rows, root) if (row := reading.read(element))]
    unread = len(rows) - len(found)
    if not found and _PICTURES in by_id:
        found, unread = _pictures(by_id[_PICTURES], base)
    if not found and not is_empty:
        # not said to be empty: its rows have other names
        return None
    pagers = [box for box in root.iter("div") if known.PAGER in (box.get("class") or "").split()]
    current, pages, next_url = read_pager(pagers, base)
    address = urls.read_board_address(document.url)
    page = current or (address.page if address and pages > 1 else 1)
    offers = read_offers(root.iter("a"), board.id or "")
    return BoardPage(
        site=site,
        url=document.url,
        board=replace(board, threads=read_threads(part for h1 in root.iter("h1") for part in h1)),
        page=page,
        pages=pages,
        next_url=_next_url(next_url, board, site.root, page),
        rows=tuple(found),
        boards=tuple(board for box in outermost(sub_boards) for board in read_boards(box, base)),
        pages_shown=read_limit(pagers, pages),
        rows_unread=unread,
        types=offers.types,
        orders=offers.orders,
        filters=offers.filters,
        is_truncated=document.is_cut,
        places=tuple(dict.fromkeys(map(place_of, rows[-3:]))),
    )


def _board(
    document: Document, table: _Element | None, crumb: Board | None, base: str
) -> Board | None:
    """Which board it is, by the script's number, the path or the address; named by its heading."""
    address = urls.read_board_address(document.url)
    summary = _SUMMARY.match(table.get("summary") or "") if table is not None else None
    board_id = script_number(document.text, "fid") or (address.board_id if address else None)
    if summary and not _is_number(board_id):
        board_id = summary[1]
    # in the path of a sub-board the last link is the board above; a short name is the same board
    if crumb and (board_id is None or crumb.id == board_id or not _is_number(crumb.id)):
        return Board(crumb.name, board_id or crumb.id, crumb.url)
    if board_id is None:
        return None
    for heading in outermost(document.root.iter("h1")):
        for link in heading.iter("a"):
            url = urls.resolve(base, link.get("href"))
            if url and urls.board_id(url) == board_id and words(link):
                return Board(words(link), board_id, url)
    return Board(None, board_id, document.url)


def _next_url(told: str | None, board: Board, root: str, page: int) -> str | None:
    """The address of the next page; the plain one where it is rewritten in an unknown way."""
    if told is None or urls.read_board_address(told) or not _is_number(board.id):
        return told
    return f"{urls.board_url(root, board.id or '')}&page={page + 1}"


def _is_number(board_id: str | None) -> bool:
    return bool(board_id and board_id.isdigit())


def plain_rows(root: _Element) -> list[_Element]:
    """The rows of a list, but for those that staff set on its top."""
    bodies = ((box, box.get("id") or "") for box in root.iter("tbody"))
    rows = [box for box, name in bodies if name.startswith(_PLAIN) and _ROW.match(name)]
    return list(_bounded(rows, root))


def _bounded(rows: list[_Element], root: _Element) -> Iterator[_Element]:
    """The first of some rows that have no more elements together than a page may have read."""
    left = _MOST_ELEMENTS + 2 * _size(root)
    for row in rows:
        left -= _size(row)
        if left < 0:
            return
        yield row


def _size(box: _Element) -> float:
    return cast("float", _COUNT(box))


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of a page. ``base``: what its links count from, ``root``: the forum's root."""

    base: str
    root: str
    clock: Clock

    def read(self, row: _Element) -> ThreadRow | None:
        """One row of a list (`tbody#normalthread_5`); ``None`` where its thread cannot be told."""
        base, clock = self.base, self.clock
        heading = next(row.iter("th"), row)
        link = _title(heading, base)
        if link is None:
            link = _unknown_title(heading)
        if link is None:
            return None
        is_moved = bool(MOVED.search("".join(_before(heading, link))))
        thread = self._thread(row, link, is_moved=is_moved)
        if thread is None:
            return None
        cells = [cell for cell in row.iter("td") if "by" in (cell.get("class") or "").split()]
        counts = next((cell for cell in row.iter("td") if "num" in (cell.get("class") or "")), None)
        # the guide has the board in a cell more: author and last post are the last two
        first, last = cells[-2:] if len(cells) > 1 else (*cells, None, None)[:2]
        return ThreadRow(
            thread_id=thread[0],
            url=thread[1],
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

    def _thread(self, row: _Element, link: _Element, *, is_moved: bool) -> tuple[str, str] | None:
        """Number and address of a row's thread.

        It is what the title links to; where that address is not known, what its last post does
        (`goto=lastpost`, which no forum rewrites), else the row's own number. That number is not
        the thread's in what a moved one left behind, and none of this forum's where the title
        leads to another host.
        """
        url = urls.resolve(self.base, link.get("href"))
        address = urls.read_thread_address(url) if url else None
        if url is None or address:
            return (address.thread_id, url) if url and address else None
        if not urls.same_host(url, self.base):
            return None
        found = _ROW.match(row.get("id") or "")
        thread_id = self._of_last_post(row) or (found[1] if found and not is_moved else None)
        return (thread_id, urls.thread_url(self.root, thread_id)) if thread_id else None

    def _of_last_post(self, row: _Element) -> str | None:
        """The thread whose last post a row links to."""
        for link in row.iter("a"):
            if known.LAST_POST in (link.get("href") or ""):
                address = urls.read_thread_address(urls.resolve(self.base, link.get("href")) or "")
                if address:
                    return address.thread_id
        return None


def _is_title(link: _Element) -> bool:
    return "xst" in (link.get("class") or "").split()


def _title(heading: _Element, base: str) -> _Element | None:
    """The link that is the title: `a.xst`; in other skins the longest link to a thread."""
    links = []
    for link in heading.iter("a"):
        url = urls.resolve(base, link.get("href"))
        if has_words(link) and urls.read_thread_address(url or ""):
            if _is_title(link):
                return link
            links.append(link)
    return max(links, key=lambda link: len(words(link)), default=None)


def _unknown_title(heading: _Element) -> _Element | None:
    """The title by its class, or the longest link, where no address of a thread is known."""
    links = [
        link
        for link in heading.iter("a")
        if has_words(link) and not _NO_TITLE.search(link.get("href") or "")
    ]
    named = [link for link in links if _is_title(link)]
    return max(named or links, key=lambda link: len(words(link)), default=None)


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
        if urls.is_user_link(href) and has_words(link):
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


def _pictures(box: _Element, base: str) -> tuple[list[ThreadRow], int]:
    """`ul#waterfall > li > h3 > a`; replies in `cite`: 回复: <a title="0 回复">0</a>.

    The rows, and how many entries with a title lead to no thread that is known.
    """
    rows: list[ThreadRow] = []
    unread = 0
    for entry in box.iter("li"):
        heading = next(entry.iter("h3"), entry)
        link = _title(heading, base)
        url = urls.resolve(base, link.get("href")) if link is not None else None
        address = urls.read_thread_address(url) if url else None
        if link is None or url is None or address is None:
            unread += any(has_words(a) for h3 in entry.iter("h3") for a in h3.iter("a"))
            continue
        replies = (_REPLIES.match(part.get("title") or "") for part in entry.iter("a"))
        user = next((a for a in entry.iter("a") if urls.is_user_link(a.get("href"))), None)
        rows.append(
            ThreadRow(
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
        )
    return rows, unread
