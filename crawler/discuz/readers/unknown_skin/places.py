"""The same place in each floor.

A template draws every post alike. What it draws stands at the same place in each floor: at the end
of the same path of elements. So a place, not a box, is what holds the author, the date, the words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discuz.post.noise import is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from lxml.etree import _Element

_SKIPPED = frozenset({"script", "style", "noscript", "select", "textarea", "button", "input"})
# What tells floors apart and what they say lies not deeper in them.
_DEEPEST = 20
# A share of the floors that has to agree on what stands where.
AGREED = 0.6
_SPACE, _NUMBER = re.compile(r"\s+"), re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class FoundFloor:
    """What is known of a floor: its boxes and what stands where in them.

    ``ends`` are boxes at the end of its body that are no part of its words.
    """

    boxes: list[_Element]
    date_element: _Element
    post_id: str | None = None
    author: _Element | None = None
    label: str | None = None
    body: _Element | None = None
    notice: _Element | None = None
    ends: tuple[_Element, ...] = ()


@dataclass(slots=True, eq=False)
class Place:
    """One place: its element in each floor that has one (by the floor's index)."""

    parent: Place | None
    tag: str
    name: str
    elements: dict[int, _Element] = field(default_factory=dict)
    inner: list[Place] = field(default_factory=list)

    def chain(self) -> Iterator[Place]:
        """The place itself and those round it, from the inside out."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


class Layout:
    """The places of some floors, each given by its boxes."""

    def __init__(self, floors: Sequence[Sequence[_Element]]) -> None:
        self.size = len(floors)
        self.root = Place(None, "", "")
        self.place_of: dict[_Element, Place] = {}
        self.order: dict[_Element, int] = {}
        self.floor_of: dict[_Element, int] = {}
        self._texts: dict[_Element, str] = {}
        self._answers: dict[Callable[[_Element], object], list[_Element]] = {}
        known: dict[tuple[Place, str, str, int], Place] = {}
        for index, boxes in enumerate(floors):
            # the box of an opening post may have a class more
            stack = [(self.root, "", "", n, box, 1) for n, box in reversed([*enumerate(boxes)])]
            while stack:
                parent, tag, name, nth, element, depth = stack.pop()
                key = (parent, tag, name, nth)
                place = known.get(key)
                if place is None:
                    place = known[key] = Place(parent, tag, name)
                    parent.inner.append(place)
                place.elements[index] = element
                self.place_of[element] = place
                self.order[element] = len(self.order)
                self.floor_of[element] = index
                if depth < _DEEPEST and len(element):
                    inner = [
                        (place, *kind, element_, depth + 1) for kind, element_ in _numbered(element)
                    ]
                    stack.extend(reversed(inner))

    @property
    def enough(self) -> float:
        """In so many floors stands what every post has."""
        return AGREED * self.size

    def places(self) -> Iterator[Place]:
        """All places but the root, those further out first."""
        stack = list(reversed(self.root.inner))
        while stack:
            place = stack.pop()
            yield place
            stack.extend(reversed(place.inner))

    def is_before(self, place: Place, other: Place) -> bool:
        """Whether a place stands in front of another one, in the floors that have both."""
        both = place.elements.keys() & other.elements.keys()
        return all(self.order[place.elements[i]] < self.order[other.elements[i]] for i in both)

    def last_before(self, element: _Element, ask: Callable[[_Element], object]) -> _Element | None:
        """The last element of the same floor in front of this one that answers a question."""
        found = self._all_that(ask)
        at = bisect_left(found, self.order[element], key=self.order.__getitem__)
        before = found[at - 1] if at else None
        is_same = before is not None and self.floor_of[before] == self.floor_of[element]
        return before if is_same else None

    def all_that(self, ask: Callable[[_Element], object], floor: int) -> Iterator[_Element]:
        """The elements of a floor that answer a question, in document order."""
        return (each for each in self._all_that(ask) if self.floor_of[each] == floor)

    def _all_that(self, ask: Callable[[_Element], object]) -> list[_Element]:
        found = self._answers.get(ask)
        if found is None:
            found = self._answers[ask] = [each for each in self.order if ask(each)]
        return found

    def text(self, element: _Element) -> str:
        """The words of an element that can be seen, without spaces and with 0 for each number."""
        found = self._texts.get(element)
        if found is None:
            parts = [element.text or ""]
            for child in element:
                if _is_seen(child):
                    parts.append(self.text(child) if child in self.place_of else "")
                parts.append(child.tail or "")
            found = self._texts[element] = masked("".join(parts))
        return found

    def like(
        self, place: Place, floor: int, among: Iterable[Place] | None = None
    ) -> _Element | None:
        """What stands at a place in a floor; else at the end of a like path (of these places).

        An opening post may lie in more boxes, or stand in a box of its own.
        """
        if floor in place.elements:
            return place.elements[floor]
        wanted = [(each.tag, each.name) for each in place.chain()]
        best: tuple[int, _Element | None] = (0, None)
        for other in self.places() if among is None else among:
            if floor not in other.elements or (other.tag, other.name) != wanted[0]:
                continue
            same = 0
            for each, kind in zip(other.chain(), wanted, strict=False):
                if (each.tag, each.name) != kind:
                    break
                same += 1
            # boxes without a class are all alike
            if any(name for _, name in wanted[:same]) and same > best[0]:
                best = (same, other.elements[floor])
        return best[1]


def visible(root: _Element, without: Collection[_Element | None] = ()) -> Iterator[_Element]:
    """All elements in document order, but for scripts, what a style hides and ``without``."""
    stack = [root]
    while stack:
        element = stack.pop()
        if not _is_seen(element) or element in without:
            continue
        yield element
        if len(element):
            stack.extend(reversed(element))


def with_ancestors(element: _Element) -> Iterator[_Element]:
    """An element and those round it, from the inside out."""
    box: _Element | None = element
    while box is not None:
        yield box
        box = box.getparent()


def masked(text: str) -> str:
    """Words without spaces, and with 0 for each number.

    最后登录 2026-11-17 10:50 is another one in each floor, and yet what each floor has.
    """
    return _NUMBER.sub("0", _SPACE.sub("", text))


def _is_seen(element: _Element) -> bool:
    if element.tag in _SKIPPED or not isinstance(element.tag, str):
        return False
    style = element.get("style")
    return not (style and is_hidden(style))


def _numbered(box: _Element) -> Iterator[tuple[tuple[str, str, int], _Element]]:
    """What can be seen in a box, each with its tag, class, and the how manieth of these it is."""
    counts: Counter[tuple[str, str]] = Counter()
    for element in box:
        if _is_seen(element):
            kind = (str(element.tag), element.get("class") or "")
            yield (*kind, counts[kind]), element
            counts[kind] += 1
