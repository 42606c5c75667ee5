"""A body's blocks → its text (`Body.text`): the post's own words, with their line breaks.

Left out: quotations that name whom they quote, the forum's notices, smilies, pictures, files. Items
of lists have their mark, a row of a table is one line with a tab between its cells, and behind
code and frames there is an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from crawler.discuz.blocks import (
    Code,
    Folded,
    Framed,
    Heading,
    List,
    Paragraph,
    Smiley,
    Table,
    Text,
)

if TYPE_CHECKING:
    from crawler.discuz.blocks import Block, Cell, Inline

# What HTML takes for white space between words. No-break spaces keep typed indents and are none.
HTML_SPACES = re.compile(r"[ \t\r\n\f]+")
SPACES = re.compile(r"[ \t\f]+")
MANY_SPACES = re.compile(r" {2,}")
# \x07 of a terminal, \ufeff within a word: characters that cannot be seen
EARLIER_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
# Signs without width, strewn among words so that a copy is another text. Between emoji and in
# scripts that join their letters they are a part of them.
_CJK_OR_ASCII = "[!-~\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
NO_WIDTH = re.compile(
    rf"[\xad\u180e\u200b\u2060-\u2064]|(?<={_CJK_OR_ASCII})[\u200c\u200d]+(?={_CJK_OR_ASCII})"
)
CONTROLS = re.compile(f"{EARLIER_CONTROLS.pattern}|{NO_WIDTH.pattern}")
NO_SPACE_BEFORE = frozenset(" ，。！？、；：）」』”,.!?;:)")
_THREE_BREAKS = re.compile(r"\n{3,}")
# from the first of them on: a run that no break follows is looked at once
_SPACES_AT_END = re.compile(r"(?<! ) ++(?=\n)")
# As many columns of a table are counted where cells reach over several.
_WIDEST = 100
# Lists in lists are set in up to here; thirty of them would be more spaces than words.
_DEEP = " " * 20
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def tidy(text: str, controls: re.Pattern[str] = CONTROLS) -> str:
    """Strip every line and leave at most one empty line between two.

    No-break spaces are typed indents (Discuz writes them so); they become spaces and stay.
    """
    lines = [line.strip(" \t").replace("\xa0", " ").rstrip() for line in text.split("\n")]
    text = controls.sub("", "\n".join(lines))
    return _THREE_BREAKS.sub("\n\n", text).strip("\n")


def render_text(blocks: tuple[Block, ...]) -> str:
    """The text of a body, or of a container in it."""
    pieces: list[str] = []
    before: Block | None = None
    # whether nothing stands between, and whether an empty line does
    is_next = is_apart = False
    for block in blocks:
        text = _text(block)
        words = text if isinstance(block, Code) else text.strip("\n")
        if not words:
            is_next, is_apart = False, is_apart or isinstance(block, Paragraph)
            continue
        if before is not None:
            is_apart = is_apart or text.startswith("\n") or (is_next and _are_apart(before, block))
            pieces.append("\n\n" if is_apart else "\n")
        pieces.append(words)
        before, is_next, is_apart = block, True, text.endswith("\n")
    return "".join(pieces)


def _are_apart(before: Block, block: Block) -> bool:
    """Whether an empty line stands between two blocks of which neither has one."""
    if isinstance(before, Code | Framed) or isinstance(block, Code):
        return True
    return isinstance(before, Paragraph) == isinstance(block, Paragraph)


def _text(block: Block) -> str:
    if isinstance(block, Paragraph | Heading):
        return words_of(block.content)
    if isinstance(block, List):
        return "\n".join(_items(block))
    if isinstance(block, Table):
        return "\n".join(_rows(block))
    if isinstance(block, Code):
        return block.text
    return render_text(block.blocks) if isinstance(block, Framed | Folded) else ""


def words_of(content: tuple[Inline, ...]) -> str:
    """The words of a paragraph; a line of pictures alone is an empty one."""
    if len(content) == 1 and isinstance(content[0], Text):
        return content[0].words
    pieces: list[str] = []
    before: Inline | None = None
    for part in content:
        if isinstance(part, Text):
            words = part.words
            # the space in front of a smiley that is no text: "四百人 [lol]，" and "好 [lol] 啊"
            if isinstance(before, Smiley) and words[0] in NO_SPACE_BEFORE and pieces:
                pieces[-1] = pieces[-1].rstrip(" ")
            if before is not None and not isinstance(before, Text):
                is_start = not pieces or pieces[-1].endswith("\n")
                words = words.lstrip(" ") if is_start else words
            pieces.append(words)
        before = part
    text = _SPACES_AT_END.sub("", "".join(pieces)).rstrip(" ")
    return _THREE_BREAKS.sub("\n\n", text)


# -- lists -----------------------------------------------------------------------------------------


def _items(block: List) -> Iterator[str]:
    for number, blocks in enumerate(block.items, block.start):
        text = render_text(blocks)
        if text:
            mark = item_mark(block, number)
            first, *others = text.split("\n")
            indent = " " * len(mark)
            others = [
                indent + line if line and not line.startswith(_DEEP) else line for line in others
            ]
            yield "\n".join([mark + first, *others])


def item_mark(block: List, number: int) -> str:
    """What stands before an item of a list.

    >>> item_mark(List((), "a", 1), 28), item_mark(List((), "i"), 4), item_mark(List(()), 1)
    ('ab. ', 'iv. ', '- ')
    """
    if block.numbering is None:
        return "- "
    label = str(number)
    if block.numbering in "aA" and number > 0:
        label = _letters(number)
    elif block.numbering in "iI" and 0 < number < 40:
        label = _roman(number)
    return f"{label.upper() if block.numbering in 'AI' else label}. "


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    numeral = ""
    for value, sign in _ROMAN:
        numeral += sign * (number // value)
        number %= value
    return numeral


# -- tables ----------------------------------------------------------------------------------------


def _rows(table: Table) -> Iterator[str]:
    """The lines of a table: one a row, or those of its cells where it only sets them out."""
    if _is_layout(table):
        rendered = (render_text(cell.blocks) for row in table.rows for cell in row)
        yield from filter(None, rendered)
        return
    for row in grid(table):
        texts = [_in_a_line(cell.blocks) if cell else "" for cell in row]
        if any(texts):
            yield "\t".join(texts)


def _is_layout(table: Table) -> bool:
    """Whether a table sets out prose: it has one column, or paragraphs in a cell."""
    if max(map(len, table.rows), default=0) <= 1:
        return True
    return any(
        sum(isinstance(block, Paragraph) for block in cell.blocks) > 1
        for row in table.rows
        for cell in row
    )


def grid(table: Table) -> Iterator[list[Cell | None]]:
    """The rows of a table with each cell in its column; ``None`` where another one reaches.

    No cell reaches further than a hundred columns: a row of ten cells over a hundred columns and
    thousands of rows would make megabytes of tabs of each row below it.
    """
    left: dict[int, int] = {}
    for row in table.rows:
        cells: list[Cell | None] = []
        reaching = {column: rows - 1 for column, rows in left.items() if rows > 1}
        for cell in row:
            while left.get(len(cells), 0) > 0:
                cells.append(None)
            at = len(cells)
            end = max(at + 1, min(at + cell.columns, _WIDEST))
            if cell.rows > 1 and at < _WIDEST:
                reaching |= dict.fromkeys(range(at, end), cell.rows - 1)
            cells += [cell, *[None] * (end - at - 1)]
        while left.get(len(cells), 0) > 0:
            cells.append(None)
        left = reaching
        yield cells


def _in_a_line(blocks: Iterable[Block]) -> str:
    return " ".join(render_text(tuple(blocks)).replace("\t", " ").split("\n")).strip()
