"""The bodies of floors in a skin that nobody knows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discuz.elements import line_of
from crawler.discuz.post.noise import is_hidden
from crawler.discuz.post.withheld import is_notice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lxml.etree import _Element


_SKIPPED = frozenset({"script", "style", "noscript", "select", "textarea", "button", "input"})
# A share of the floors that has to agree on where the body is.
_AGREED = 0.6
_SMALL = 9
_LONGEST_NOTICE = 300
_LONGEST_COUNTER = 7
# What tells floors apart and what they say lies not deeper in them.
_DEEPEST = 20
_SPACE, _NUMBER = re.compile(r"\s+"), re.compile(r"\d+")
Path = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class FoundFloor:
    """What may be a floor: its boxes, and what is known of it so far."""

    boxes: list[_Element]
    date_element: _Element
    post_id: str | None = None
    author_link: _Element | None = None
    body: _Element | None = None
    notice: _Element | None = None
    texts: list[str] = field(default_factory=list)


def visible(root: _Element, without: Collection[_Element | None] = ()) -> Iterator[_Element]:
    """All elements in document order, but for scripts, what a style hides and ``without``."""
    stack = [root]
    while stack:
        element = stack.pop()
        style = element.get("style")
        if element.tag in _SKIPPED or (style and is_hidden(style)) or element in without:
            continue
        yield element
        if len(element):
            stack.extend(reversed(element))


def with_ancestors(element: _Element) -> Iterator[_Element]:
    box: _Element | None = element
    while box is not None:
        yield box
        box = box.getparent()


def find_bodies(floors: list[FoundFloor]) -> bool:
    """Find the box in each floor that holds what it says; whether they are found."""
    if not _are_alike(floors):
        return False
    common = _boilerplate(floors)
    candidates: list[dict[Path, _Element]] = []
    weight: Counter[Path] = Counter()
    share: Counter[Path] = Counter()
    for floor in floors:
        found: dict[Path, _Element] = {}
        for path, box in _content_boxes(floor, behind_date=len(floors) == 1):
            if path not in found:
                found[path] = box
                share[path] += 1
                weight[path] += _weight(box, common)
        candidates.append(found)
    enough = _AGREED * len(floors)
    cells = [next(filter(_is_only_cell, found.values()), None) for found in candidates]
    notices = [_notice(found.values()) for found in candidates]
    told = sum(a is not None or b is not None for a, b in zip(cells, notices, strict=True))
    if told >= enough and told > 0:
        for floor, cell, notice in zip(floors, cells, notices, strict=True):
            floor.body, floor.notice = cell, notice if cell is None else None
        return True
    agreed = {path for path in share if share[path] >= enough}
    agreed = {_innermost(path, agreed, weight, candidates) for path in agreed}
    if not agreed:
        return False
    chosen = max(agreed, key=lambda path: (weight[path], -len(path)))
    if len(floors) > 1 and not weight[chosen]:
        # all floors say the same, numbers aside: nothing tells the words of a post
        return False
    for floor, found, notice in zip(floors, candidates, notices, strict=True):
        floor.body = _like(chosen, found)
        floor.notice = notice if floor.body is None else None
    # what stands above the first floor and below the last one are no words of theirs
    is_apart = any(floor.body is not None and not _is_in_date_box(floor) for floor in floors)
    if is_apart and any(floor.body is None and floor.notice is None for floor in floors):
        return False
    return len({_is_behind_date(floor) for floor in floors if floor.body is not None}) < 2


def _is_in_date_box(floor: FoundFloor) -> bool:
    """Whether a body stands in the box of its floor that the date stands in."""
    heads = set(with_ancestors(floor.date_element))
    around = set() if floor.body is None else set(with_ancestors(floor.body))
    return any(box in heads and box in around for box in floor.boxes)


def _is_behind_date(floor: FoundFloor) -> bool:
    """Whether a floor's date stands in front of its body."""
    elements = (element for box in floor.boxes for element in box.iter())
    first = next(each for each in elements if each in (floor.date_element, floor.body))
    return first is floor.date_element


def _are_alike(floors: list[FoundFloor]) -> bool:
    """Whether the boxes with the dates of floors are of one kind; a list beside them is none.

    An opening post may have a class more.
    """
    boxes = [
        next((box for box in floor.boxes if box in heads), floor.boxes[0])
        for floor in floors
        for heads in [set(with_ancestors(floor.date_element))]
    ]
    last = boxes[-1]
    classes = set((last.get("class") or "").split())
    alike = sum(
        box.tag == last.tag
        and (not classes or not classes.isdisjoint((box.get("class") or "").split()))
        for box in boxes
    )
    return alike >= _AGREED * len(floors)


def _like(path: Path, found: dict[Path, _Element]) -> _Element | None:
    """The box with a path, or with the same end of it: an opening post may lie in more boxes."""
    if path in found:
        return found[path]
    for length in range(len(path) - 1, 0, -1):
        end = path[-length:]
        if not any(name for _, name in end):
            return None  # boxes without a class are all alike
        for other, box in found.items():
            if other[-length:] == end:
                return box
    return None


def _notice(boxes: Iterable[_Element]) -> _Element | None:
    """The box that says why a floor's words are withheld."""
    divs = (box for box in boxes if box.tag == "div" and len(box) < _SMALL)
    return next((box for box in divs if is_notice(line_of(box, _LONGEST_NOTICE))), None)


def _content_boxes(floor: FoundFloor, *, behind_date: bool) -> Iterator[tuple[Path, _Element]]:
    """Boxes that hold neither the author nor the date of a floor, with their paths in it.

    Of a single floor only those behind the date: no other tells its column from its words.
    """
    heads: set[_Element] = set()
    for head in (floor.date_element, floor.author_link):
        if head is not None:
            heads.update(with_ancestors(head), head.iter())
    is_behind = not behind_date
    for path, box in with_paths(floor.boxes):
        is_behind = is_behind or box is floor.date_element
        if is_behind and box not in heads:
            yield path, box


def with_paths(boxes: list[_Element]) -> Iterator[tuple[Path, _Element]]:
    """All that can be seen of a floor, in document order, each with its path in it."""
    stack: list[tuple[Path, _Element]] = [((), box) for box in reversed(boxes)]
    while stack:
        path, box = stack.pop()
        if box.tag in _SKIPPED or is_hidden(box.get("style")) or not isinstance(box.tag, str):
            continue
        path = (*path, (box.tag, box.get("class") or ""))
        yield path, box
        if len(path) < _DEEPEST:
            stack.extend((path, child) for child in reversed(box))


def _boilerplate(floors: list[FoundFloor]) -> set[str]:
    """What most floors say: names of buttons and counters."""
    for floor in floors:
        floor.texts = [_masked(str(node)) for box in floor.boxes for node in box.itertext()]
    counts = Counter(node for floor in floors for node in set(floor.texts))
    return {node for node, count in counts.items() if count >= 2 and 2 * count >= len(floors)}


def _weight(box: _Element, common: set[str]) -> int:
    """How much a box says that is not said in every floor, links and numbers aside."""
    total = 0
    for element in visible(box):
        own = None if element.tag == "a" else element.text
        for node in (own, None if element is box else element.tail):
            said = _squeezed(node or "")
            is_counter = said.isdigit() and len(said) <= _LONGEST_COUNTER
            if said and not is_counter and _masked(said) not in common:
                total += len(said)
    return total


def _innermost(
    path: Path, agreed: set[Path], weight: Counter[Path], found: list[dict[Path, _Element]]
) -> Path:
    """Go down while one box within holds the words, and they are not in this one itself."""
    while True:
        if any(path in each and _has_own_words(each[path]) for each in found):
            return path
        inner = [other for other in agreed if len(other) == len(path) + 1 and other[:-1] == path]
        best = max(inner, key=lambda other: weight[other], default=None)
        if best is None or 2 * weight[best] < weight[path] or not weight[best]:
            return path
        path = best


def _has_own_words(box: _Element) -> bool:
    nodes = [box.text, *(child.tail for child in box)]
    return any(node and node.strip() for node in nodes)


def _is_only_cell(box: _Element) -> bool:
    """Whether it is the cell of Discuz's table round a body: one row, one cell, no class."""
    if box.tag != "td" or box.getnext() is not None or box.getprevious() is not None:
        return False
    row = box.getparent()
    table = row.getparent() if row is not None else None
    if table is not None and table.tag == "tbody":
        table = table.getparent()
    if table is None or table.tag != "table" or row is None:
        return False
    is_plain = table.get("class") is None and table.get("style") is None
    return is_plain and sum(1 for _ in table.iter("tr")) >= 1 and row.getnext() is None


def _masked(text: str) -> str:
    """A piece of a floor without its numbers: 最后登录 2026-11-17 10:50 is no more than a label.

    It is another one in each floor, and yet what each floor has.
    """
    return _NUMBER.sub("0", _squeezed(text))


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text)
