"""Small questions to an element that all readers ask: its words, its number, its classes."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

# 12,345   -3
_NUMBER = re.compile(r"-?\d[\d,]*")
# not the 2 of a rounded 2万, 2.3w or 3亿, nor the 99 of 99+
_UNROUNDED = re.compile(
    r"(?<![\d.,eE])(?<!\d\s)-?\d[\d,]{0,24}(?![\d,.]{0,24}\s?(?:[万萬亿億+]|[wk]\b)|[\d,]{0,24}(?:e\d|\s\d{3}\b))",
    re.I,
)
# an attribute is read up to so many digits
_LONGEST_NUMBER = 8
# A counter is a number with a few words round it (共有12条回复), in a few elements.
_LONGEST_COUNTER, _PARTS_OF_COUNTER = 500, 100

_IS_LARGE = etree.XPath("boolean(descendant::*[500])")


def all_text(element: _Element) -> str:
    """All text below an element, white space as sent."""
    return (
        "".join(cast("Iterator[str]", element.itertext())) if len(element) else element.text or ""
    )


def words(element: _Element) -> str:
    """All words below an element, with single spaces."""
    return " ".join(all_text(element).split())


def short_text(element: _Element, longest: int) -> str:
    """The text below an element, or ``""`` if it has more than ``longest`` characters.

    It stops reading there: asking every box of a page for its text would read nested boxes again
    and again. A box of hundreds of elements is not read at all: most of them may be empty.
    """
    if not len(element):
        said = (element.text or "").strip()
        return said if len(said) <= longest else ""
    if _IS_LARGE(element):
        return ""
    pieces: list[str] = []
    size = 0
    for piece in element.itertext():
        size += len(piece.strip())
        if size > longest:
            return ""
        pieces.append(str(piece))
    return "".join(pieces).strip()


def line_of(element: _Element, longest: int) -> str:
    """As `words`, or ``""`` where they are more than ``longest`` characters."""
    said = short_text(element, longest)
    if said:  # most elements have no words
        said = " ".join(said.split())
    return said if len(said) <= longest else ""


def has_words(element: _Element) -> bool:
    """Whether `words` of an element are any; it stops at the first one."""
    if not len(element):
        return bool((element.text or "").strip())
    return any(piece.strip() for piece in element.itertext())


def outermost(boxes: Iterable[_Element]) -> Iterator[_Element]:
    """Boxes (in document order) without those that lie in another one of them.

    What is read of a box with all that is below it would be read again for each box in it.
    """
    last: _Element | None = None
    for box in boxes:
        if last is None or last not in box.iterancestors(last.tag):
            yield box
            last = box


def own_text(element: _Element) -> str:
    """The text of an element itself, without that of the elements in it."""
    own = element.text or ""
    return own + "".join([part.tail or "" for part in element]) if len(element) else own


def bears(element: _Element, *names: str) -> bool:
    """Whether an element has these classes, beside whatever others a skin gives it."""
    classes = element.get("class")
    return classes is not None and set(names) <= set(classes.split())


def by_class(element: _Element, name: str) -> Iterator[_Element]:
    """The elements at and below ``element`` that bear a class, in document order."""
    for part in element.iter():
        classes = part.get("class")
        if classes is not None and name in classes.split():
            yield part


def number(element: _Element | None) -> int | None:
    """A counter: `12,345`, or `<span title="12345">1万</span>` as Discuz's `dnumber()` writes it.

    ``None`` if there is no number in it, or a rounded one alone.
    """
    if element is None:
        return None
    text = line_of(element, _LONGEST_COUNTER)
    if text.isascii() and text.isdigit():
        return int(text[:18])
    for part in islice(element.iter(), _PARTS_OF_COUNTER):
        title = part.get("title") if part is element or part.tag == "span" else None
        if title and _NUMBER.fullmatch(title):
            return int(title.replace(",", "")[:18])
    found = _UNROUNDED.search(text)
    return int(found[0].replace(",", "")[:18]) if found else None


def number_attribute(element: _Element, name: str) -> int:
    """A number in an attribute (`colspan`, `start`); 1 if there is none, as in HTML."""
    said = (element.get(name) or "").strip()
    return int(said) if said.isdecimal() and len(said) <= _LONGEST_NUMBER else 1
