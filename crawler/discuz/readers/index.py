"""The index of a forum (`discuz.htm`), of a category (`?gid=`), and lists of boards in general."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import bears, line_of, number
from crawler.discuz.facts import Board, IndexPage
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.counters import exact_words, threads_in
from crawler.discuz.page.site import base_of, read_site

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document

# Where every page has links to boards that are no list of boards: header, navigation, path, footer.
_AROUND = frozenset(
    {"toptb", "hd", "nv", known.PATH, "qmenu_menu", known.FOOTER, "nv_bbs", "mu", "scbar"}
)
# <body id="nv_forum" class="pg_index">, phones: <body id="forum" class="pg_index">; the front page
# of a portal is nv_portal
_INDEX = re.compile(
    r"<body\b(?=[^>]{0,300}?\bid=[\"'](?:nv_)?forum[\"'])"
    r"(?=[^>]{0,300}?\bclass=[\"'][^\"'>]{0,99}?\bpg_index\b)"
)
_HEADINGS = ("h2", "h3", "dt")
# <td class="fl_i"><span class="xi2"><span title="23456">2万</span></span><span class="xg1"> / 31万
_COUNTERS = "fl_i"
# A board's name, on some phones with what it is about, and the list that tells of one board alone.
_LONGEST_NAME, _LONGEST_TERMS = 1000, 4000


def read_index(document: Document) -> IndexPage | None:
    """Read an index; ``None`` where it names no board."""
    clock = read_clock(document)
    site = read_site(document, clock)
    root = document.root
    content = next((box for box in root.iter("div") if box.get("id") == "ct"), root)
    boards = read_boards(content, base_of(document, site))
    if not boards:
        return None
    is_proved = _INDEX.search(document.text) is not None
    return IndexPage(site, boards, is_truncated=document.is_cut, is_proved=is_proved)


def read_boards(box: _Element, base: str) -> tuple[Board, ...]:
    """The boards that are linked to below ``box``, each once, with the first name it has.

    Whether they stand in a table (`table.fl_tb h2 a`), side by side (`td.fl_g dt a`) or in a line
    of sub-boards (子版块: …) is the site's choice; a link to a board is one everywhere. How many
    threads it has stands beside its heading.
    """
    boards: dict[str, Board] = {}
    threads: dict[str, int] = {}
    # of each entry once, however many links there are in its heading
    counted: dict[_Element, int | None] = {}
    around: set[_Element] = set()
    for element in box.iter():
        parent = element.getparent()
        if parent in around or element.get("id") in _AROUND:
            around.add(element)
            continue
        if element.tag != "a":
            continue
        url = urls.resolve(base, element.get("href"))
        address = urls.read_board_address(url) if url else None
        if url is None or address is None or not urls.same_host(url, base):
            continue
        board_id = address.board_id
        known = boards.get(board_id)
        if known is None or known.name is None:
            boards[board_id] = Board(line_of(element, _LONGEST_NAME) or None, board_id, url)
        entry = _entry(element)
        if entry is None or board_id in threads:
            continue
        if entry not in counted:
            counted[entry] = _threads(entry)
        told = counted[entry]
        if told is not None:
            threads[board_id] = told
    return tuple(replace(board, threads=threads.get(id_)) for id_, board in boards.items())


def _entry(link: _Element) -> _Element | None:
    """The row or the list of terms of a board whose heading links to it."""
    heading = link.getparent()
    if heading is None or heading.tag not in _HEADINGS:
        return None
    return next(heading.iterancestors("dl", "tr"), None)


def _threads(entry: _Element) -> int | None:
    """How many threads the board of an entry has.

    `tr > td > h2 > a` with `td.fl_i > span.xi2` beside it; side by side `dl > dt > a` with
    `dd > em` 主题: 7.
    """
    if entry.tag == "dl":
        is_one = bool(line_of(entry, _LONGEST_TERMS))
        return threads_in(exact_words(entry)) if is_one else None
    cells = (cell for cell in entry.iterchildren("td") if bears(cell, _COUNTERS))
    cell = next(cells, None)
    return number(next(cell.iter("span"), None)) if cell is not None else None
