"""The parts of a desktop thread page, sorted by floor in one pass over its tree.

Templates `viewthread_node.htm` and `viewthread_node_body.htm` of X2 to X3.5. Who reads a floor asks
for its parts by name and looks only at what was found here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from crawler.discuz.page import ids_and_classes as known

if TYPE_CHECKING:
    from lxml.etree import _Element

PartName = Literal[
    # of a floor
    "box",
    "table",
    "column",
    "author_line",
    "author_box",
    "column_cell",
    "card",
    "counters",
    "credits",
    "date",
    "label",
    "place",
    "body_box",
    "special",
    "cell",
    "withheld",
    "files_withheld",
    "files",
    "type_options",
    "tags",
    "staff_action",
    "stand",
    "ratings",
    "comments",
    "reply_likes",
    # of the page, wherever they stand
    "path",
    "title",
    "thread_counters",
    "stamp",
    "favorites",
    "thread_likes",
    "rush_rule",
    "pager",
]
# Ids that bear a post's number: an element with a new number begins the next floor.
_FLOOR_IDS: dict[str, PartName] = {
    known.FLOOR_BOX: "box",
    known.FLOOR_TABLE: "table",
    known.COLUMN: "column",
    known.DATE: "date",
    known.LABEL: "label",
}
_WRAPPERS = frozenset({known.FLOOR_BOX, known.FLOOR_TABLE})
# Where a skin has neither wrapper nor column with an id, a floor is known by these and by its cell,
# and whoever wrote it stands in front of them.
_LATE = frozenset({known.DATE, known.LABEL})
_HEADER: frozenset[PartName] = frozenset(
    {"author_line", "author_box", "column_cell", "counters", "credits"}
)
# Parts whose insides are read where they are used; the pass goes round them. What a member wrote
# in a cell, HTML posts included, so never counts as a part of the page.
_CLOSED_FLOOR_IDS: dict[str, PartName] = {
    known.CARD: "card",  # <div id="userinfo5003">
    known.RATINGS: "ratings",
    known.COMMENTS: "comments",
}
_CLOSED_IDS: dict[str, PartName] = {
    known.PATH: "path",
    known.TITLE: "title",
    "threadstamp": "stamp",
    known.FAVORITES: "favorites",
    known.THREAD_LIKES: "thread_likes",
    "pl_top": "rush_rule",  # the line above the first floor of a rush
}
# looked up for each id of a page, before anything is done with it
_KNOWN_IDS = frozenset({*_FLOOR_IDS, *_CLOSED_FLOOR_IDS, *_CLOSED_IDS})
_CLOSED_CLASSES: dict[str, PartName] = {
    "tns": "counters",  # <div class="tns xg2">: 主题, 帖子, 积分
    "pil": "credits",  # <dl class="pil cl"><dt>积分</dt><dd>
    known.CELL_CLASS: "cell",
    known.LOCKED: "withheld",
    known.NO_FILES: "files_withheld",
    "pattl": "files",  # <div class="pattl">: files below a body
    "ptg": "tags",  # <div class="ptg mbm mtn">
    known.STAFF_ACTION: "staff_action",
    "mobile-location": "place",
    "typeoption": "type_options",
    "pdbts": "stand",  # <label class="pdbts pdbts_1">: a side of a debate, a winner of a rush
    known.PAGER: "pager",
    known.REPLY_LIKES: "reply_likes",
}
_OPEN_CLASSES: dict[str, PartName] = {
    known.AUTHOR_LINE: "author_line",
    "pi": "author_box",
    "pls": "column_cell",
    known.BODY_BOX: "body_box",
    known.SPECIAL_BOX: "special",
    "hm": "thread_counters",
}
# Nothing of use inside: signature, menus, hidden boxes.
SKIPPED_CLASSES = frozenset({"sign", "tip", "p_pop", "avatar"})
_NEVER = object()
_DIGITS = "0123456789"


@dataclass(slots=True)
class Floor:
    """The parts of one floor (or, without an id, of the page round the floors) by their names."""

    id: str
    parts: dict[PartName, list[_Element]] = field(default_factory=dict)
    # the cell that bears the post's number; "cell" among the parts is any with the class alone
    cell: _Element | None = None

    def add(self, name: PartName, element: _Element) -> None:
        found = self.parts.get(name)
        if found is None:
            self.parts[name] = [element]
        else:
            found.append(element)

    def put_in_front(self, other: Floor) -> None:
        """Take over the parts of another one, in front of these."""
        for name, found in other.parts.items():
            self.parts[name] = found + self.parts.get(name, [])

    def first(self, name: PartName) -> _Element | None:
        found = self.parts.get(name)
        return found[0] if found else None

    def all(self, name: PartName) -> list[_Element]:
        return self.parts.get(name, [])

    @property
    def body_element(self) -> _Element | None:
        """The cell of its words; robots get one without the post's number."""
        return self.first("cell") if self.cell is None else self.cell


def index_floors(root: _Element) -> tuple[Floor, list[Floor]]:
    """Sort the elements of a page: what belongs to no floor, and the floors in page order.

    An element whose id bears a new number begins the next floor; where it wraps the floor, the
    floor ends with it. A floor that comes twice (`postmessage_157` twice in a trade) is one.
    """
    index = _Index()
    target: object = None  # the element behind what is gone round
    for element in root.iter():
        if target is not None:
            if element is not target:
                continue
            target = None
        if element is index.end:
            index.current, index.end = index.page, _NEVER
        mark, classes = element.get("id"), element.get("class")
        is_closed = False
        if mark is not None:
            stem = mark.rstrip(_DIGITS)
            if stem == known.CELL and stem != mark:
                index.add_cell(element, mark)
                target = _following(element)
                continue
            if stem in _KNOWN_IDS:
                is_closed = index.add_by_id(element, mark, stem)
        if classes is not None:
            names, closes = _names(classes)
            if names:
                index.add(element, names)
            is_closed = closes or is_closed
        if is_closed and len(element):
            target = _following(element)
    return index.page, list(index.floors.values())


class _Index:
    """What `index_floors` has sorted so far."""

    __slots__ = ("current", "end", "floors", "page", "waiting")

    def __init__(self) -> None:
        self.page = self.current = Floor("")
        self.floors: dict[str, Floor] = {}
        # who comes before what is left of a floor's marks, in a skin without wrappers
        self.waiting = Floor("")
        self.end: object = _NEVER  # the element behind the wrapper of the current floor

    def add_by_id(self, element: _Element, mark: str, stem: str) -> bool:
        """Add an element with an id (``stem``: without its number); whether to go round it."""
        name = _FLOOR_IDS.get(stem)
        if name is not None and stem != mark:
            self._begin(mark[len(stem) :], is_late=stem in _LATE)
            if self.end is _NEVER and stem in _WRAPPERS:
                self.end = _following(element)
            self.current.add(name, element)
            return False
        if mark == known.TITLE and self.floors:
            return False  # one X5.0 site uses the id again on a link of its footer
        name = _CLOSED_IDS.get(mark) or _CLOSED_FLOOR_IDS.get(stem)
        if name is not None:
            self.current.add(name, element)
        return name is not None

    def add_cell(self, element: _Element, mark: str) -> None:
        """Add the cell of a floor; of two the first (a trade has an empty one behind it)."""
        self._begin(mark[len(known.CELL) :], is_late=True)
        if self.current.cell is None and element.tag not in ("a", "input", "script"):
            self.current.cell = element

    def add(self, element: _Element, names: tuple[PartName, ...]) -> None:
        """Add an element with classes that name parts."""
        for name in names:
            is_ahead = name in _HEADER and (
                self.current is self.page or self.current.cell is not None
            )
            (self.waiting if is_ahead and self.end is _NEVER else self.current).add(name, element)

    def _begin(self, number: str, *, is_late: bool) -> None:
        """Begin the floor with a number, unless it is the current one."""
        if number == self.current.id:
            return
        self.current, self.end = self.floors.setdefault(number, Floor(number)), _NEVER
        if is_late:
            self.current.put_in_front(self.waiting)
        self.waiting.parts.clear()


def _following(element: _Element) -> object:
    """The element after the whole of ``element`` in document order."""
    node: _Element | None = element
    while node is not None:
        after = node.getnext()
        if after is not None:
            return after
        node = node.getparent()
    return _NEVER


@lru_cache(maxsize=4096)
def _names(classes: str) -> tuple[tuple[PartName, ...], bool]:
    """The parts that a class attribute names, and whether to go round its insides."""
    names = frozenset(classes.split())
    closed = [part for name, part in _CLOSED_CLASSES.items() if name in names]
    is_open = [part for name, part in _OPEN_CLASSES.items() if name in names]
    return (*closed, *is_open), bool(closed or not SKIPPED_CLASSES.isdisjoint(names))
