"""The model of a post's body: blocks in reading order, and what stands in their lines.

`text`, `text_html` and Markdown are renderings of it (`crawler.discuz.post`). It is kept canonical,
so that two bodies that read alike are equal: no empty words, neighbours of one style are one
`Text`, an empty line ends a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

if TYPE_CHECKING:
    from crawler.discuz.facts import Quote

# What [b], [i], [s], [sup] and [sub] make of words, in this order.
Mark = Literal["bold", "italic", "struck", "superscript", "subscript"]
MARKS: tuple[Mark, ...] = ("bold", "italic", "struck", "superscript", "subscript")
Numbering = Literal["1", "a", "A", "i", "I"]
NUMBERINGS: dict[str, Numbering] = {each: each for each in get_args(Numbering)}


class Style(NamedTuple):
    """How words are set: their marks, in the order of `Mark`, and the address they link to."""

    marks: tuple[Mark, ...] = ()
    link: str | None = None


PLAIN = Style()

# -- in a line -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    r"""Words of one style.

    A line break is ``\n``. Spaces where a line begins are an indent that the author typed.
    """

    words: str
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Smiley:
    """A picture that stands for ``sign``: `[lol]`, `:)`."""

    sign: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; ``path``: where it is kept, below the folder of its site."""

    url: str
    name: str | None = None
    link: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An attached file; ``path`` as of a `Picture`."""

    url: str | None = None
    name: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A video or sound."""

    url: str


Inline = Text | Smiley | Picture | File | Media

# -- blocks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines without an empty one between them.

    Next to a block that is no paragraph it may begin or end with a line break: an empty line.
    """

    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6."""

    level: int
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list; its items are numbered from ``start`` on if there is a ``numbering``."""

    items: tuple[tuple[Block, ...], ...]
    numbering: Numbering | None = None
    start: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, over so many columns and rows."""

    blocks: tuple[Block, ...] = ()
    columns: int = 1
    rows: int = 1
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, row by row."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that are shown as they were typed."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of another post, without the line that names whose; ``quote`` tells."""

    blocks: tuple[Block, ...]
    quote: Quote


@dataclass(frozen=True, slots=True)
class Framed:
    """Words of the post itself that its author set in a frame."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """Words that are shown on a click (a spoiler), or to those who replied (``is_unlocked``)."""

    blocks: tuple[Block, ...]
    is_unlocked: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the forum says in place of words or files that it does not show."""

    notice: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page."""


Block = Paragraph | Heading | List | Table | Code | Quotation | Framed | Folded | Withheld | Rule


def outer_quotes(blocks: Iterable[Block]) -> Iterator[Quote]:
    """The quotes in some blocks that stand in no other quote, in their order."""
    for block in blocks:
        match block:
            case Quotation():
                yield block.quote
            case Framed() | Folded():
                yield from outer_quotes(block.blocks)
            case List():
                for item in block.items:
                    yield from outer_quotes(item)
            case Table():
                for row in block.rows:
                    for cell in row:
                        yield from outer_quotes(cell.blocks)
