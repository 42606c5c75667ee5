"""Posts in HTML that leave elements open, or close too many: whose words are whose.

An element that is left open draws what follows into the post; an end tag too many ends the cell
before its words do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from crawler.discuz.document import count_end_tags
from crawler.discuz.elements import all_text
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.post.boxes import settable

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.page.floor_index import Floor

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


class EndTags:
    """The tags of a page, counted where the tree alone does not tell what a post ended.

    A parser passes over end tags that end nothing, so words behind a cell may be the author's or an
    advertisement. If the post ended more than it began, the page has more end tags than start tags.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def surplus(self, cell: _Element, mark: str, post_id: str) -> int:
        """How many end tags there are too many, from a post to the next one, of what it stands in.

        ``mark`` is what the ids of the posts begin with. None are counted if the page as a whole
        has none: then the floor has other parts than the next one.
        """
        id_of = rf"\bid\s?=\s?[\"']?{mark}"
        start = re.search(rf"{id_of}{re.escape(post_id)}\b", self._text)
        if start is None:
            return 0
        behind = re.compile(rf"{id_of}\d").search(self._text, start.end())
        # a post into which somebody pasted a whole page ends these, and its cell stays open
        tags = {cell.tag, *(each.tag for each in cell.iterancestors())} - {"body", "html"}
        here = count_end_tags(self._text[start.end() : behind.start()]) if behind else self._on_page
        return sum(max(0, min(here[tag], self._on_page[tag])) for tag in tags)

    @cached_property
    def _on_page(self) -> Counter[str]:
        return count_end_tags(self._text)


def take_in_strays(floors: Iterable[Floor], text: str) -> None:
    """Put back into the cells of desktop floors what their posts cut off (`take_in`)."""
    tags = EndTags(text)
    for floor in floors:
        cell = floor.body_element
        if cell is not None:
            mark = known.FLOOR_TABLE if floor.cell is None else known.CELL
            take_in(cell, partial(tags.surplus, cell, mark, floor.id))


def take_in(cell: _Element, surplus: Callable[[], int]) -> None:
    """Put back into a cell the words of its post that stand behind it.

    ``surplus`` tells how many end tags the post has too many (`EndTags`): without one, what stands
    behind a cell is none of the author's. It is asked only if there are words.

    Words and what stands in a line with them are taken, up to the first block, link, class or id:
    the parts of Discuz's own begin with one. The first end tag too many ended the cell, each
    further one an element round it; the end of a cell in a table is that of row and table as well.
    """
    node: _Element | None = cell
    too_many: int | None = None
    needed = 1
    while node is not None:
        if _has_words_behind(node):
            too_many = surplus() if too_many is None else too_many
            if too_many < needed:
                return
        if not _take_followers(cell, node):
            return
        node = node.getparent()
        if node is not None and node.tag not in _OF_TABLES:
            needed += 1


def _has_words_behind(node: _Element) -> bool:
    """Whether words follow an element before the next part of the floor."""
    while True:
        if node.tail and not node.tail.isspace():
            return True
        behind = node.getnext()
        if behind is None or not all(map(_is_plain, behind.iter())):
            return False
        if all_text(behind).strip():
            return True
        node = behind


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
