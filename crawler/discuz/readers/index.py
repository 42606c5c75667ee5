"""The index of a forum (`discuz.htm`), of a category (`?gid=`), and lists of boards in general."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import read_clock
from crawler.discuz.elements import number, words
from crawler.discuz.facts import Board, IndexPage
from crawler.discuz.page import ids_and_classes as known
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
            boards[board_id] = Board(words(element) or None, board_id, url)
        told = _threads(element) if parent is not None and parent.tag in _HEADINGS else None
        if told is not None:
            threads.setdefault(board_id, told)
    return tuple(replace(board, threads=threads.get(id_)) for id_, board in boards.items())


def _threads(link: _Element) -> int | None:
    """How many threads the board has whose heading links to it.

    `tr > td > h2 > a` with `td.fl_i > span.xi2` beside it; side by side `dl > dt > a` with
    `dd > em` 主题: 7.
    """
    around = next(link.iterancestors("dl", "tr"), None)
    if around is None:
        return None
    if around.tag == "dl":
        return threads_in(exact_words(around))
    cell = next(
        (cell for cell in around.iterchildren("td") if cell.get("class") == _COUNTERS), None
    )
    return number(next(cell.iter("span"), None)) if cell is not None else None
