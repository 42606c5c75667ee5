"""The parts of a desktop thread page, sorted by floor in one pass over its tree.

Templates `viewthread_node.htm` and `viewthread_node_body.htm` of X2 to X3.5. Who reads a floor
looks only at what was found here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

# Ids that bear a post's number: <div id="post_5003">, <table id="pid5003">, … An element with a
# new number begins the next floor.
_FLOOR_IDS = frozenset({"post_", "pid", "favatar", "authorposton", "postnum", "postmessage_"})
_WRAPPERS = frozenset({"post_", "pid"})
# Where a skin has neither wrapper nor column with an id, a floor is known by these, and whoever
# wrote it stands in front of them.
_LATE = frozenset({"authorposton", "postnum", "postmessage_"})
_HEADER = frozenset({"authi", "pi", "pls", "tns", "pil"})
_OPEN_IDS = frozenset({"post_", "pid", "favatar", "authorposton", "postnum"})
# Parts whose insides are read where they are used; the pass goes round them. What a member wrote
# in a cell, HTML posts included, so never counts as a part of the page.
_CLOSED_IDS = frozenset({"userinfo", "ratelog_", "comment_"})
_CLOSED_NAMED_IDS = frozenset(
    {"pt", "thread_subject", "threadstamp", "favoritenumber", "recommendv_add", "pl_top"}
)
_CLOSED_CLASSES = frozenset(
    {
        "tns",
        "pil",
        "t_f",
        "locked",
        "pattl",
        "ptg",
        "modact",
        "mobile-location",
        "typeoption",
        "pdbts",
        "pg",
        "replyadd",
    }
)
_OPEN_CLASSES = frozenset({"authi", "pi", "pls", "pcb", "pcbs", "hm"})
# Nothing of use inside: signature, menus, hidden boxes.
_SKIPPED_CLASSES = frozenset({"sign", "tip", "p_pop", "avatar"})
_NEVER = object()
_DIGITS = "0123456789"


@dataclass(slots=True)
class Floor:
    """The parts of one floor, by the name of the id or class they were known by."""

    id: str
    parts: dict[str, list[_Element]] = field(default_factory=dict)
    cell: _Element | None = None

    def add(self, name: str, element: _Element) -> None:
        found = self.parts.get(name)
        if found is None:
            self.parts[name] = [element]
        else:
            found.append(element)

    def take(self, other: Floor) -> None:
        """The parts of another one, in front of these."""
        for name, found in other.parts.items():
            self.parts[name] = found + self.parts.get(name, [])

    def first(self, name: str) -> _Element | None:
        found = self.parts.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[_Element]:
        return self.parts.get(name, [])


def index_floors(root: _Element) -> tuple[Floor, list[Floor]]:
    """Sort the elements of a page: what belongs to no floor, and the floors in page order.

    An element whose id bears a new number begins the next floor; where it wraps the floor, the
    floor ends with it. A floor that comes twice (`postmessage_157` twice in a trade) is one.
    """
    page = Floor("")
    floors: dict[str, Floor] = {}
    current = page
    # who comes before what is left of a floor's marks, in a skin without wrappers
    waiting = Floor("")
    end: object = _NEVER  # the element behind the wrapper of the current floor
    target: object = None  # the element behind what is gone round
    for element in root.iter():
        if target is not None:
            if element is not target:
                continue
            target = None
        if element is end:
            current, end = page, _NEVER
        mark, classes = element.get("id"), element.get("class")
        is_closed = False
        if mark is not None:
            stem = mark.rstrip(_DIGITS)
            if stem in _FLOOR_IDS and len(stem) < len(mark):
                number = mark[len(stem) :]
                if number != current.id:
                    current, end = floors.setdefault(number, Floor(number)), _NEVER
                    if stem in _LATE:
                        current.take(waiting)
                    waiting.parts.clear()
                if end is _NEVER and stem in _WRAPPERS:
                    end = _following(element)
                if stem == "postmessage_":
                    if current.cell is None and element.tag not in ("a", "input", "script"):
                        current.cell = element
                    target = _following(element)
                    continue
                if stem in _OPEN_IDS:
                    current.add(stem, element)
            elif mark == "thread_subject" and floors:
                pass  # one X5.0 site uses the id again on a link of its footer
            elif stem in _CLOSED_IDS or mark in _CLOSED_NAMED_IDS:
                current.add(stem, element)
                is_closed = True
        if classes is not None:
            names, is_left = _names(classes)
            for name in names:
                is_ahead = name in _HEADER and (current is page or current.cell is not None)
                (waiting if is_ahead and end is _NEVER else current).add(name, element)
            is_closed = is_closed or is_left
        if is_closed and len(element):
            target = _following(element)
    return page, list(floors.values())


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
def _names(classes: str) -> tuple[tuple[str, ...], bool]:
    """The parts that a class attribute names, and whether to go round its insides."""
    names = frozenset(classes.split())
    closed = names & _CLOSED_CLASSES
    return (*closed, *(names & _OPEN_CLASSES)), bool(closed or names & _SKIPPED_CLASSES)
