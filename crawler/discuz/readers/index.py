"""The index of a forum (`discuz.htm`), of a category (`?gid=`), and lists of boards in general."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.dates import read_clock
from crawler.discuz.elements import words
from crawler.discuz.facts import Board, IndexPage
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.site import base_of, read_site

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document

# Where every page has links to boards that are no list of boards: header, navigation, path, footer.
_AROUND = frozenset(
    {"toptb", "hd", "nv", known.PATH, "qmenu_menu", known.FOOTER, "nv_bbs", "mu", "scbar"}
)


def read_index(document: Document) -> IndexPage | None:
    """Read an index; ``None`` where it names no board."""
    clock = read_clock(document)
    site = read_site(document, clock)
    root = document.root
    content = next((box for box in root.iter("div") if box.get("id") == "ct"), root)
    boards = read_boards(content, base_of(document, site))
    return IndexPage(site, boards, is_truncated=document.is_cut) if boards else None


def read_boards(box: _Element, base: str) -> tuple[Board, ...]:
    """The boards that are linked to below ``box``, each once, with the first name it has.

    Whether they stand in a table (`table.fl_tb h2 a`), side by side (`td.fl_g dt a`) or in a line
    of sub-boards (子版块: …) is the site's choice; a link to a board is one everywhere.
    """
    boards: dict[str, Board] = {}
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
        known = boards.get(address.board_id)
        if known is None or known.name is None:
            boards[address.board_id] = Board(words(element) or None, address.board_id, url)
    return tuple(boards.values())
