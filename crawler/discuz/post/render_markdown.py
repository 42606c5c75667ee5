r"""A body's blocks → Markdown (CommonMark, with the tables and `~~` of GitHub).

The words of members stay words: their signs are escaped (CommonMark §2.4), so that none of it is
markup or HTML. What Markdown has no sign for (indents, raised and lowered words) is written with
no-break spaces or the signs of Unicode.

>>> render_markdown(paragraphs("1. *x*\n<b>"))
'1\\. \\*x\\*  \n\\<b\\>'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawler.discuz import urls
from crawler.discuz.blocks import (
    Code,
    File,
    Folded,
    Framed,
    Heading,
    List,
    Media,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Style,
    Table,
    Text,
    Withheld,
)
from crawler.discuz.post.render_text import grid, item_mark

if TYPE_CHECKING:
    from crawler.discuz.blocks import Block, Inline, Mark

# signs that are markup anywhere: *x*, [x](y), <b>
_MARKUP = re.compile(r"([\\`*_\[\]<>|~$&#])")
# signs that are markup only where a line begins: - list, 1. list, === line
_LEADING = re.compile(r"^([+=-]|\d{1,9}(?=[.)]))")
# four spaces at the beginning of a line would make it code
_INDENT = re.compile(r"^ +")
# ESC [2J clears a terminal, U+202E turns its text round
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_TICKS = re.compile(r"`+")
_EMPHASIS = ("*", "~")
_SIGNS: dict[Mark, str] = {"bold": "**", "italic": "*", "struck": "~~"}

Place = Callable[[str | None, str | None], str]
"""Where a picture or file is, by its address and its path."""


def render_markdown(blocks: tuple[Block, ...], place: Place | None = None) -> str:
    """The Markdown of a body.

    ``place`` says where a picture or file is, if not at its address.
    """
    return "\n\n".join(filter(None, (_block(block, place or _address_of) for block in blocks)))


def _address_of(url: str | None, _: str | None) -> str:
    return url or ""


def _block(block: Block, place: Place) -> str:
    match block:
        case Paragraph():
            return _lines(block.content, place)
        case Heading():
            return f"{'#' * block.level} {_in_a_line(_lines(block.content, place))}"
        case List():
            return _list(block, place)
        case Table():
            return _table(block, place)
        case Code():
            return _code(block)
        case Quotation():
            quote = block.quote
            date = quote.date.value.isoformat() if quote.date else None
            named = " ".join(filter(None, (quote.author, date))) or quote.attribution_raw
            head = f"**{escaped(named)}**" if named else ""
            return _quoted("\n\n".join(filter(None, (head, render_markdown(block.blocks, place)))))
        case Framed() | Folded():
            return _quoted(render_markdown(block.blocks, place))
        case Withheld():
            return f"*{escaped(block.notice)}*"
        case Rule():
            return "---"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _code(block: Code) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(block.text)), default=0)
    fence = "`" * max(3, longest + 1)
    text = _CONTROLS.sub("\ufffd", block.text)
    return f"{fence}{block.language or ''}\n{text}\n{fence}"


def _list(block: List, place: Place) -> str:
    items = []
    for number, blocks in enumerate(block.items, block.start):
        # Markdown numbers with figures alone
        figures = List((), "1") if block.numbering else block
        mark = item_mark(figures, number)
        first, *others = render_markdown(blocks, place).split("\n")
        indent = " " * len(mark)
        items.append(
            "\n".join([f"{mark}{first}".rstrip(), *(line and indent + line for line in others)])
        )
    return "\n".join(items)


def _table(table: Table, place: Place) -> str:
    laid_out = list(grid(table))
    width = max(map(len, laid_out), default=0)
    if width <= 1:
        # it only sets out what stands in it
        cells = (render_markdown(cell.blocks, place) for row in table.rows for cell in row)
        return "\n\n".join(filter(None, cells))
    # what stands in a cell is rendered once: tables in tables would double the work each
    first, *others = (
        [_in_a_line(render_markdown(cell.blocks, place)) if cell else "" for cell in row]
        for row in laid_out
    )
    # a row may be shorter than the first one, which tells the number of columns (GitHub)
    lines = [first + [""] * (width - len(first)), ["---"] * width, *others]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _lines(content: tuple[Inline, ...], place: Place) -> str:
    """Lines with their breaks: two spaces at the end of each but the last."""
    words = [part.words if isinstance(part, Text) else "x" for part in content]
    pieces: list[str] = []
    for index, part in enumerate(content):
        before = words[index - 1][-1] if index else "\n"
        behind = words[index + 1][0] if index + 1 < len(words) else "\n"
        piece = _inline(part, place, before, behind)
        last = pieces[-1][-1:] if pieces else ""
        if isinstance(part, Text) and last in _EMPHASIS and piece.startswith(last):
            # **a****b** is no emphasis but four asterisks
            piece = _inline(Text(part.words, Style((), part.style.link)), place, before, behind)
        if piece.startswith("[") and last == "!":
            # with a link behind it, it would make a picture of it
            pieces[-1] = f"{pieces[-1][:-1]}\\!"
        pieces.append(piece)
    lines = [_begun(line) for line in "".join(pieces).strip("\n").split("\n")]
    return "  \n".join(line.rstrip() for line in lines)


def _begun(line: str) -> str:
    """A line that begins with no mark of Markdown's."""
    line = _INDENT.sub(lambda found: "\xa0" * len(found[0]), line)
    return _LEADING.sub(lambda found: _protected(found[1]), line)


def _inline(part: Inline, place: Place, before: str, behind: str) -> str:
    """What stands in a line, between two signs."""
    match part:
        case Text():
            lines = part.words.split("\n")
            befores, behinds = (
                [before, *"\n" * (len(lines) - 1)],
                [*"\n" * (len(lines) - 1), behind],
            )
            styled = zip(lines, befores, behinds, strict=True)
            return "\n".join(_styled(line, part, *around) for line, *around in styled)
        case Smiley():
            return escaped(part.sign)
        case Picture():
            picture = (
                f"![{escaped(part.name or '')}](<{quoted_address(place(part.url, part.path))}>)"
            )
            return _linked(picture, part.link)
        case File():
            where, name = place(part.url, part.path), escaped(part.name or part.url or "")
            return f"[{name}](<{quoted_address(where)}>)" if where else name
        case Media():
            return f"<{quoted_address(part.url)}>"


def _styled(line: str, part: Text, before: str, behind: str) -> str:
    words = line.strip()
    if not words:
        return line
    space, rest = (
        line[: -len(line.lstrip())] if line[:1].isspace() else "",
        line[len(line.rstrip()) :],
    )
    text = escaped(words)
    is_marked = _may_be_marked(words, before if not space else " ", behind if not rest else " ")
    for mark in reversed(part.style.marks if is_marked else ()):
        sign = _SIGNS.get(mark, "")
        text = f"{sign}{text}{sign}"
    return f"{space}{_linked(text, part.style.link)}{rest}"


def _may_be_marked(words: str, before: str, behind: str) -> bool:
    """Whether signs of emphasis may stand round some words (CommonMark §6.2: flanking).

    **“灯”**亮了 would be no emphasis: a mark of punctuation stands in it, a letter behind it.
    """
    is_begun = not _is_punctuation(words[0]) or before.isspace() or _is_punctuation(before)
    is_ended = not _is_punctuation(words[-1]) or behind.isspace() or _is_punctuation(behind)
    return is_begun and is_ended


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def _linked(text: str, link: str | None) -> str:
    return f"[{text}](<{quoted_address(link)}>)" if link and urls.is_linkable(link) else text


def quoted_address(url: str) -> str:
    """An address that cannot end the brackets around it."""
    return quote(url, safe=":/?#@!$&'()*+,;=%~-._")


def escaped(text: str) -> str:
    r"""Some words of one line, so that nothing in them is markup.

    >>> print(escaped("1. <script> *x* [y](javascript:z)"))
    1. \<script\> \*x\* \[y\](javascript:z)
    """
    return _MARKUP.sub(r"\\\1", without_controls(" ".join(text.split("\n"))))


def escaped_line(text: str) -> str:
    r"""Some words that are a line of their own.

    >>> print(escaped_line("1. x"))
    1\. x
    """
    return _begun(escaped(text))


def without_controls(text: str) -> str:
    """Some words without signs that move a terminal's cursor or turn its text round."""
    return _CONTROLS.sub("\ufffd", text.replace("\t", " "))


def _protected(sign: str) -> str:
    """Escape a sign that is markup where a line begins."""
    # 1. begins a list; 1\. does not
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"
