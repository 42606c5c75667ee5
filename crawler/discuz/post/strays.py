"""Posts in HTML that leave elements open, or close too many: whose words are whose.

An element that is left open draws what follows into the post; an end tag too many ends the cell
before its words do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.post.boxes import settable

if TYPE_CHECKING:
    from lxml.etree import _Element

# What an author sets words with, and Discuz never begins a part of a floor with.
_PLAIN = frozenset("b br em font i s span strike strong sub sup u".split())
# What a cell of a table stands in.
_OF_TABLES = frozenset(("tr", "tbody", "table"))


def cut_from(element: _Element, around: _Element) -> None:
    """Take an element, and all behind it, out of one that it stands in."""
    node = element
    while node is not around:
        parent = node.getparent()
        if parent is None:
            return
        for behind in list(node.itersiblings()):
            parent.remove(behind)
        node.tail = None
        if node is element:
            parent.remove(node)
        node = parent


def take_in(cell: _Element) -> None:
    """Put back into a cell what stands behind it without being a part of the floor.

    Words and what stands in a line with them are taken, up to the first block, link, class or id:
    the parts of Discuz's own begin with one. Where the cell is one of a table, what stands behind
    its row and behind the table is taken as well.
    """
    node: _Element | None = cell
    while node is not None:
        if not _take_followers(cell, node):
            return
        parent = node.getparent()
        node = parent if parent is not None and parent.tag in _OF_TABLES else None


def _take_followers(cell: _Element, node: _Element) -> bool:
    """Take what follows an element into the cell; whether no part of the floor follows."""
    # asked for each time, the number of a cell's elements would make the work quadratic
    last = cell[-1] if len(cell) else None
    while True:
        if node.tail and not node.tail.isspace():
            _append_words(cell, last, node.tail)
            node.tail = None
        behind = node.getnext()
        if behind is None:
            return True
        if not all(map(_is_plain, behind.iter())):
            return False
        words, behind.tail = behind.tail, None
        cell.append(behind)
        last = behind
        if words:
            _append_words(cell, last, words)


def _is_plain(element: _Element) -> bool:
    return element.tag in _PLAIN and not (element.get("class") or element.get("id"))


def _append_words(cell: _Element, last: _Element | None, words: str) -> None:
    if last is not None:
        last.tail = settable((last.tail or "") + words)
    else:
        cell.text = settable((cell.text or "") + words)
