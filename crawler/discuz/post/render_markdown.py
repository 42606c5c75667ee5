r"""A body's blocks → Markdown (CommonMark, with the tables and `~~` of GitHub).

The words of members stay words: their signs are escaped (CommonMark §2.4), so that none of it is
markup or HTML. Indents are written with no-break spaces. What Markdown has no sign for is left out
(raised and lowered words), and so are signs of emphasis that a parser would not read as such.

>>> from crawler.discuz.post import paragraphs
>>> render_markdown(paragraphs("1. *x*\n<b>"))
'1\\. \\*x\\*  \n\\<b\\>'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
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
# the title of a thread and the line above a post stand above an author's own headings
_ABOVE = 2
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_TICKS = re.compile(r"`+")
_SIGNS: dict[Mark, str] = {"struck": "~~", "bold": "**", "italic": "*"}
# The first is the outermost. Raised and lowered words have no signs.
_NESTED: tuple[Mark, ...] = tuple(_SIGNS)

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
            level = min(block.level + _ABOVE, 6)
            return f"{'#' * level} {_in_a_line(_lines(block.content, place))}"
        case List():
            return _list(block, place)
        case Table():
            return _table(block, place)
        case Code():
            return _code(block)
        case Quotation():
            parts = _head(block), render_markdown(block.blocks, place)
            return _quoted("\n\n".join(filter(None, parts)))
        case Framed() | Folded():
            return _quoted(render_markdown(block.blocks, place))
        case Withheld():
            return f"*{escaped(block.notice)}*"
        case Rule():
            return "---"


def _head(block: Quotation) -> str:
    """Whom some words quote, and from when they are."""
    quote = block.quote
    date = quote.date.value.isoformat() if quote.date else None
    named = " ".join(filter(None, (quote.author, date))) or quote.attribution_raw
    return f"**{escaped(named)}**" if named else ""


def _quoted(text: str) -> str:
    # two spaces at its end break a line
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


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
        begun = mark + first if first else mark.rstrip()
        items.append("\n".join([begun, *(line and indent + line for line in others)]))
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
        [_in_cell(cell.blocks, place) if cell else "" for cell in row] for row in laid_out
    )
    # a row may be shorter than the first one, which tells the number of columns (GitHub)
    lines = [first + [""] * (width - len(first)), ["---"] * width, *others]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _in_cell(blocks: tuple[Block, ...], place: Place) -> str:
    """Blocks in one line: a cell of a Markdown table holds no more, and no code with a | in it."""
    return " ".join(filter(None, (_block_in_cell(block, place) for block in blocks)))


def _block_in_cell(block: Block, place: Place) -> str:
    match block:
        case Heading():
            return _in_a_line(_lines(block.content, place))
        case List():
            items = enumerate(block.items, block.start)
            return " ".join(
                f"{item_mark(block, number)}{_in_cell(item, place)}" for number, item in items
            )
        case Table():
            cells = (_in_cell(cell.blocks, place) for row in block.rows for cell in row)
            return " ".join(filter(None, cells))
        case Code():
            return _in_a_line(escaped(block.text))
        case Quotation():
            return " ".join(filter(None, (_head(block), _in_cell(block.blocks, place))))
        case Framed() | Folded():
            return _in_cell(block.blocks, place)
        case Rule():
            return ""
        case Paragraph() | Withheld():
            return _in_a_line(_block(block, place))


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _lines(content: tuple[Inline, ...], place: Place) -> str:
    """Lines with their breaks: two spaces at the end of each but the last."""
    text = "\n".join(_line(line, place) for line in _split(content)).strip("\n")
    return "  \n".join(_begun(line).rstrip() for line in text.split("\n"))


def _split(content: tuple[Inline, ...]) -> Iterator[list[Inline]]:
    line: list[Inline] = []
    for part in content:
        if not isinstance(part, Text):
            line.append(part)
            continue
        first, *others = part.words.split("\n")
        line += [Text(first, part.style)] * bool(first)
        for words in others:
            yield line
            line = [Text(words, part.style)] * bool(words)
    yield line


def _begun(line: str) -> str:
    """A line that begins with no mark of Markdown's."""
    line = _INDENT.sub(lambda found: "\xa0" * len(found[0]), line)
    return _LEADING.sub(lambda found: _protected(found[1]), line)


def _line(line: list[Inline], place: Place) -> str:
    """The Markdown of one line; words with one link are one link."""
    if not line:
        return ""
    done = ""
    groups = [(link, list(parts)) for link, parts in groupby(line, _link_of)]
    firsts = [_first_sign(parts[0]) for _, parts in groups[1:]]
    for (link, parts), behind in zip(groups, [*firsts, "\n"], strict=True):
        texts = [part for part in parts if isinstance(part, Text)]
        if not texts:
            others = [_object(part, place) for part in parts if not isinstance(part, Text)]
        elif link and urls.is_linkable(link):
            others = [_set_in(_styled(texts, "[", "]"), "[", f"](<{quoted_address(link)}>)")]
        else:
            others = [_styled(texts, done[-1:] or "\n", behind)]
        for each in others:
            # ![x](y) would be a picture
            if each.startswith("[") and done.endswith("!"):
                done = f"{done[:-1]}\\!"
            done += each
    return done


def _link_of(part: Inline) -> str | None:
    # no words have the link ""
    return part.style.link if isinstance(part, Text) else ""


def _first_sign(part: Inline) -> str:
    return part.words[0] if isinstance(part, Text) else "x"


def _object(part: Smiley | Picture | File | Media, place: Place) -> str:
    match part:
        case Smiley():
            # Discuz gives most of its own no sign: a post of them alone would be an empty one
            if part.sign or not part.url:
                return escaped(part.sign)
            return f"![](<{quoted_address(part.url)}>)"
        case Picture():
            picture = (
                f"![{escaped(part.name or '')}](<{quoted_address(place(part.url, part.path))}>)"
            )
            link = part.link
            is_linked = link is not None and urls.is_linkable(link)
            return f"[{picture}](<{quoted_address(link)}>)" if link and is_linked else picture
        case File():
            where, name = place(part.url, part.path), escaped(part.name or part.url or "")
            return f"[{name}](<{quoted_address(where)}>)" if where else name
        case Media():
            return f"<{quoted_address(part.url)}>"


def _styled(texts: list[Text], before: str, behind: str, marks: Sequence[Mark] = _NESTED) -> str:
    """Words of one link between two signs, with signs of emphasis round those that share a mark."""
    if not marks:
        return "".join(escaped(text.words) for text in texts)
    mark, *others = marks
    done = ""
    groups = [
        (is_marked, list(group))
        for is_marked, group in groupby(texts, lambda text: mark in text.style.marks)
    ]
    firsts = [group[0].words[0] for _, group in groups[1:]]
    for (is_marked, group), next_sign in zip(groups, [*firsts, behind], strict=True):
        around = done[-1:] or before, next_sign
        inner = others if not is_marked or mark == "struck" or _is_apart(group) else []
        words = _styled(group, *around, inner)
        sign = _SIGNS[mark] if is_marked else ""
        done += _set_in(words, sign, sign) if sign and _is_free(words, sign, *around) else words
    return done


def _is_apart(texts: list[Text]) -> bool:
    """Whether the italic words among bold ones are all of them, or have others on both sides.

    Else their signs would meet: ***x*y*z***.
    """
    is_italic = ["italic" in text.style.marks for text in texts]
    return all(is_italic) or not (is_italic[0] or is_italic[-1])


def _is_free(words: str, sign: str, before: str, behind: str) -> bool:
    """Whether signs of emphasis may stand round some words (CommonMark §6.2: flanking).

    **“灯”**亮了 would be no emphasis: a mark of punctuation stands in it, a letter behind it. Signs
    right behind others of their kind would be read as one with them.
    """
    space, shown, rest = _spaces_of(words)
    if not space and before == sign[0]:
        return False
    # the stars of ** and * are one run
    shown = shown.strip("*") if sign[0] == "*" else shown
    return bool(shown) and _may_be_marked(shown, space[-1:] or before, rest[:1] or behind)


def _set_in(words: str, opening: str, closing: str) -> str:
    """Words between two signs, with the spaces at their ends outside; no signs round no words."""
    space, shown, rest = _spaces_of(words)
    return f"{space}{opening}{shown}{closing}{rest}" if shown else words


def _spaces_of(words: str) -> tuple[str, str, str]:
    shown = words.strip()
    start = len(words) - len(words.lstrip()) if shown else len(words)
    return words[:start], shown, words[start + len(shown) :]


def _may_be_marked(words: str, before: str, behind: str) -> bool:
    is_begun = not _is_punctuation(words[0]) or before.isspace() or _is_punctuation(before)
    is_ended = not _is_punctuation(words[-1]) or behind.isspace() or _is_punctuation(behind)
    return is_begun and is_ended


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


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
