r"""A flow: words and objects of a container as the walk meets them → blocks.

Words come in pieces, with ``\n`` for each break. A `Style` counts for the words behind it, an
`Edge` begins a row, a cell or an item, `Closed` is a container that ended within.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from crawler.discuz.blocks import (
    PLAIN,
    Block,
    Cell,
    Code,
    File,
    Inline,
    List,
    Media,
    Numbering,
    Paragraph,
    Picture,
    Quotation,
    Smiley,
    Style,
    Table,
    Text,
)
from crawler.discuz.post.render_text import CONTROLS, MANY_SPACES, tidy

if TYPE_CHECKING:
    from crawler.discuz.facts import Quote

# HTML has no more columns and rows in a cell; more than the first of these has no table in a post.
_MOST_COLUMNS, _MOST_ROWS = 100, 65_534


class Edge(NamedTuple):
    """Where a row, a cell or an item begins; ``columns`` and ``rows`` are those of a cell.

    A ``line`` ends one that holds objects alone.
    """

    kind: Literal["row", "cell", "item", "line"]
    columns: int = 1
    rows: int = 1
    is_heading: bool = False


class Closed(NamedTuple):
    """A container that ended: its blocks, and its text as lines of schema 1.0 have it.

    ``earlier`` is ``None`` for a quotation, which has no part in the text.
    """

    blocks: tuple[Block, ...]
    earlier: str | None


Object = Smiley | Picture | File | Media
Flow = list[str | Style | Edge | Closed | Object]
_Part = Sequence[str | Style | Edge | Closed | Object]


def is_object(part: object) -> bool:
    """Whether a part of a flow is something else than words."""
    return not isinstance(part, str | Style)


def words_in(flow: _Part) -> str:
    """The words of a flow, without those of containers within."""
    return "".join([part for part in flow if type(part) is str])


def without_words(flow: Flow, length: int) -> None:
    """Take the first ``length`` signs out of the words of a flow."""
    for index, part in enumerate(flow):
        if length <= 0:
            return
        if isinstance(part, str):
            flow[index] = part[length:]
            length -= len(part)


# -- what a flow becomes ---------------------------------------------------------------------------


def blocks_of(flow: _Part, *, has_many_spaces: bool = False) -> tuple[Block, ...]:
    """The blocks of a body, a frame, an item or a cell.

    Spaces of neighbouring elements are one, unless it ``has_many_spaces``.
    """
    if all(type(part) is str for part in flow):
        words = "".join(cast("list[str]", flow))
        return paragraphs(tidy(words if has_many_spaces else MANY_SPACES.sub(" ", words)))
    lines = _Lines(has_many_spaces=has_many_spaces)
    for part in flow:
        if isinstance(part, str):
            lines.add_words(part)
        elif isinstance(part, Style):
            lines.style = part
        elif isinstance(part, Closed):
            lines.add_blocks(part.blocks)
        elif not isinstance(part, Edge):
            lines.add_object(part)
        elif part.kind == "line":
            lines.add_words("\n")
    return lines.end()


def paragraphs(text: str) -> tuple[Block, ...]:
    """The blocks of a text without markup, as `tidy` leaves it: empty lines are between them."""
    return tuple(Paragraph((Text(part),)) for part in text.split("\n\n")) if text else ()


def with_objects(blocks: tuple[Block, ...], objects: Iterable[Picture | File]) -> tuple[Block, ...]:
    """The blocks of a body with what is shown below it, each on a line of its own."""
    return joined((*blocks, *(Paragraph((each,)) for each in objects)))


def with_quotation(quote: Quote | None, text: str) -> tuple[Block, ...]:
    """The blocks of a reply without markup, which begins with what it quotes, if it does."""
    if quote is None:
        return paragraphs(text)
    return Quotation(paragraphs(quote.text), quote), *paragraphs(text)


def table_of(flow: _Part) -> tuple[Block, ...]:
    """The blocks of a table; what stands in none of its cells is one of its own."""
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    for edge, part in _parts(flow, {"row", "cell"}):
        if edge is not None and edge.kind == "row" and row:
            rows.append(tuple(row))
            row = []
        blocks = blocks_of(part)
        if edge is not None and edge.kind == "cell":
            columns = min(max(edge.columns, 1), _MOST_COLUMNS)
            spans = min(max(edge.rows, 1), _MOST_ROWS)
            row.append(Cell(blocks, columns, spans, edge.is_heading))
        elif blocks:
            row.append(Cell(blocks))
    if row:
        rows.append(tuple(row))
    return (Table(tuple(rows)),) if any(cell.blocks for row in rows for cell in row) else ()


def list_of(flow: _Part, numbering: Numbering | None, start: int) -> tuple[Block, ...]:
    """The blocks of a list; what stands before its first item stands before the list."""
    before: tuple[Block, ...] = ()
    items = []
    for edge, part in _parts(flow, {"item"}):
        blocks = blocks_of(part)
        if edge is not None:
            items.append(blocks)
        else:
            before = blocks
    return (*before, List(tuple(items), numbering, start)) if any(items) else before


def code_of(flow: _Part, language: str | None = None) -> tuple[Block, ...]:
    """The block of some code: its lines as they were typed, but for empty ones at its ends."""
    pieces = []
    for part in flow:
        if isinstance(part, str):
            pieces.append(part)
        elif isinstance(part, Closed):
            pieces.append(f"\n{part.earlier or ''}\n")
    lines = [line.rstrip() for line in "".join(pieces).replace("\xa0", " ").split("\n")]
    text = CONTROLS.sub("", "\n".join(lines)).strip("\n")
    return (Code(text, language),) if text else ()


def content_of(flow: _Part) -> tuple[Inline, ...] | None:
    """What stands in the one line, or lines, of a heading; ``None`` if there is more in it."""
    blocks = blocks_of(flow)
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return blocks[0].content
    return None


def _parts(flow: _Part, kinds: set[str]) -> Iterator[tuple[Edge | None, _Part]]:
    """A flow cut at edges, each with the style that its words have; what precedes has none."""
    edge: Edge | None = None
    part: Flow = []
    style = PLAIN
    for each in flow:
        if isinstance(each, Edge) and each.kind in kinds:
            yield edge, part
            edge, part = each, [style] if style is not PLAIN else []
            continue
        if isinstance(each, Style):
            style = each
        part.append(each)
    yield edge, part


class _Lines:
    """Lines while they are gathered, and the blocks that are done."""

    def __init__(self, *, has_many_spaces: bool) -> None:
        self.style = PLAIN
        self._has_many_spaces = has_many_spaces
        self._blocks: list[Block] = []
        self._lines: list[list[Inline]] = [[]]

    def add_words(self, words: str) -> None:
        first, *others = words.split("\n")
        if first:
            self._lines[-1].append(Text(first, self.style))
        for line in others:
            self._lines.append([Text(line, self.style)] if line else [])

    def add_object(self, part: Object) -> None:
        self._lines[-1].append(part)

    def add_blocks(self, blocks: tuple[Block, ...]) -> None:
        self._end_lines(is_last=False)
        self._blocks += blocks

    def end(self) -> tuple[Block, ...]:
        self._end_lines(is_last=True)
        return joined(self._blocks)

    def _end_lines(self, *, is_last: bool) -> None:
        lines = [_stripped(line, self._has_many_spaces) for line in self._lines]
        self._lines = [[]]
        if not is_last and not lines[-1]:
            # the line in which the next block stands
            lines.pop()
        self._blocks += paragraphs_of(lines)


def paragraphs_of(lines: list[list[Inline]]) -> list[Block]:
    """The paragraphs of some lines; an empty line at an end leaves a break there."""
    done: list[Block] = []
    group: list[list[Inline]] = []
    if not any(lines):
        return []
    is_open = not lines[0]
    for line in lines:
        if line:
            group.append(line)
        elif group:
            done.append(Paragraph(_content(group)))
            group = []
    if group:
        done.append(Paragraph(_content(group)))
    content = cast("Paragraph", done[0]).content
    if is_open:
        done[0] = Paragraph(merged((Text("\n"), *content)))
    if not lines[-1]:
        content = cast("Paragraph", done[-1]).content
        done[-1] = Paragraph(merged((*content, Text("\n"))))
    return done


def joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks in their canonical form: breaks at the ends of paragraphs only next to other blocks.

    Two paragraphs have an empty line between them in any case.
    """
    done = list(blocks)
    for index, block in enumerate(done):
        if not isinstance(block, Paragraph):
            continue
        before = done[index - 1] if index else None
        after = done[index + 1] if index + 1 < len(done) else None
        content = block.content
        if (before is None or isinstance(before, Paragraph)) and _begins_with_break(content):
            content = _cut(content, 1, None)
        if (after is None or isinstance(after, Paragraph)) and _ends_with_break(content):
            content = _cut(content, 0, -1)
        if content is not block.content:
            done[index] = Paragraph(content)
    return tuple(done)


def _begins_with_break(content: tuple[Inline, ...]) -> bool:
    first = content[0]
    return isinstance(first, Text) and first.words.startswith("\n")


def _ends_with_break(content: tuple[Inline, ...]) -> bool:
    last = content[-1]
    return isinstance(last, Text) and last.words.endswith("\n")


def _cut(content: tuple[Inline, ...], start: int, end: int | None) -> tuple[Inline, ...]:
    """Content without its first sign, or its last one."""
    index = 0 if start else -1
    text = cast("Text", content[index])
    words = text.words[start:end]
    others = content[1:] if start else content[:-1]
    if not words:
        return others
    kept = Text(words, text.style)
    return (kept, *others) if start else (*others, kept)


def _content(lines: list[list[Inline]]) -> tuple[Inline, ...]:
    parts: list[Inline] = []
    for index, line in enumerate(lines):
        if index:
            parts.append(Text("\n", _shared_style(parts[-1], line[0])))
        parts += line
    return merged(parts)


def _shared_style(before: Inline, after: Inline) -> Style:
    """The style of a break: that of the words on both of its sides, if they have the same."""
    is_shared = isinstance(before, Text) and isinstance(after, Text) and before.style == after.style
    return before.style if is_shared and isinstance(before, Text) else PLAIN


def merged(parts: Iterable[Inline]) -> tuple[Inline, ...]:
    """Content with neighbours of one style as one text."""
    done: list[Inline] = []
    run: list[Text] = []
    for part in parts:
        if run and not (isinstance(part, Text) and part.style == run[0].style):
            done.append(_joined(run))
            run = []
        if isinstance(part, Text):
            run.append(part)
        else:
            done.append(part)
    return (*done, _joined(run)) if run else tuple(done)


def _joined(run: list[Text]) -> Text:
    return run[0] if len(run) == 1 else Text("".join([part.words for part in run]), run[0].style)


def _stripped(line: list[Inline], has_many_spaces: bool) -> list[Inline]:
    """A line as it is shown: no spaces at its ends, but for typed ones (no-break) at its start."""
    while line and isinstance(line[0], Text):
        words = line[0].words.lstrip(" \t")
        line[0] = Text(words, line[0].style)
        if words:
            break
        del line[0]
    done: list[Inline] = []
    is_behind_space = False
    for part in line:
        if isinstance(part, Text):
            words = part.words.lstrip(" ") if is_behind_space else part.words
            if words:
                is_behind_space = words.endswith(" ") and not has_many_spaces
            words = CONTROLS.sub("", words.replace("\xa0", " "))
            if words:
                done.append(Text(words, part.style))
        else:
            done.append(part)
            is_behind_space = False
    while done and isinstance(done[-1], Text):
        words = done[-1].words.rstrip()
        done[-1] = Text(words, done[-1].style)
        if words:
            break
        del done[-1]
    return done
