"""Frames: the containers of a body while they are being read.

The walk keeps a stack of frames, the body itself at the bottom. When a container ends, its frame
becomes blocks of the frame around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from crawler.discuz.blocks import (
    PLAIN,
    Block,
    Folded,
    Framed,
    Heading,
    Numbering,
    Paragraph,
    Quotation,
    Smiley,
    Style,
    Text,
)
from crawler.discuz.post.boxes import visible
from crawler.discuz.post.flow import (
    Closed,
    Edge,
    Flow,
    Object,
    blocks_of,
    code_of,
    content_of,
    is_object,
    list_of,
    merged,
    paragraphs,
    table_of,
    without_words,
    words_in,
)
from crawler.discuz.post.quotes import PostLink, attributed, is_arrow, without_label
from crawler.discuz.post.render_text import NO_SPACE_BEFORE, render_text
from crawler.discuz.post.styles import WhiteSpace

if TYPE_CHECKING:
    from crawler.discuz.context import Context
    from crawler.discuz.facts import Access

Container = Literal["quote", "code", "table", "list", "heading", "unlocked", "spoiler"]


class FoundBefore(NamedTuple):
    """How much of a body was found before a frame; `Found` has the same fields."""

    quotes: int = 0
    links: int = 0
    images: int = 0
    media: int = 0
    notices: int = 0
    access: Access = "visible"
    attachments_withheld: int = 0


_NOTHING = FoundBefore()


@dataclass(slots=True)
class Frame:
    """The words and objects gathered so far in one container.

    ``kind`` is ``None`` for the body itself. ``style`` is that of the last words, ``has_objects``:
    something else than words stands in it, or in its last line. ``post_link`` is the first link
    to a post in a quote, ``last_link`` the post of the last one and how much stood in the frame at
    its end; ``grey`` are first words in the colour
    of name and time. ``before`` is what was found before the frame, ``signs`` the visible signs of
    containers in it. ``numbering``, ``start``, ``level`` and ``language`` are
    those of a list, a heading, or code.
    """

    kind: Container | None = None
    flow: Flow = field(default_factory=list)
    at_line_start: bool = True
    has_objects: bool = False
    has_objects_in_line: bool = False
    white_space: WhiteSpace = "normal"
    style: Style = PLAIN
    post_link: PostLink | None = None
    last_link: tuple[str, int] | None = None
    grey: str | None = None
    before: FoundBefore = _NOTHING
    signs: int = 0
    is_quote: bool = False
    numbering: Numbering | None = None
    start: int = 1
    level: int = 1
    language: str | None = None

    def put(self, part: Closed | Edge | Object) -> None:
        """Add what is no words."""
        self.flow.append(part)
        self.has_objects = True

    def note_link(self, post_id: str, words: str, start: int) -> None:
        """Note a link to a post, which ends here and began at the part of that number."""
        if self.post_link is None:
            self.post_link = PostLink(post_id, words, earlier_text(self.flow[:start]))
        self.last_link = post_id, len(self.flow)

    def closing_link(self) -> str | None:
        """The post that is linked to by the last thing in this frame, if one is."""
        if self.last_link is None:
            return None
        post_id, parts = self.last_link
        behind = self.flow[parts:]
        is_last = not any(map(is_object, behind)) and is_arrow(words_in(behind))
        return post_id if is_last else None

    def is_empty(self) -> bool:
        """Whether the frame holds neither objects nor visible words."""
        return not self.has_objects and not words_in(self.flow).strip()


def close_frame(frame: Frame, kind: Container, context: Context) -> Closed:
    """What a container becomes; a quotation names whom it quotes, as far as it tells."""
    if kind == "quote":
        return _close_quote(frame, context)
    flow = frame.flow
    earlier = earlier_text(flow)
    if kind == "table":
        return Closed(table_of(flow), earlier)
    if kind == "list":
        return Closed(list_of(flow, frame.numbering, frame.start), earlier)
    if kind == "code":
        return Closed(code_of(flow, frame.language), earlier)
    if kind == "heading":
        content = content_of(flow)
        blocks = blocks_of(flow) if content is None else (Heading(frame.level, content),)
        return Closed(blocks, earlier)
    blocks = blocks_of(flow)
    if blocks:
        blocks = (Folded(blocks, is_unlocked=kind == "unlocked"),)
    return Closed(blocks, earlier)


def _close_quote(frame: Frame, context: Context) -> Closed:
    flow, link, closing = frame.flow, frame.post_link, frame.closing_link()
    if context.is_mobile:
        first = _first_words(flow)
        label = len(first) - len(without_label(first))
        frame.signs += visible(first[:label])
        without_words(flow, label)
        link = link and link._replace(before=without_label(link.before))
    # nothing tells the text that a quote had in lines of schema 1.0: its spaces stay
    blocks = blocks_of(flow, has_many_spaces=True)
    text = render_text(blocks)
    quote = attributed(text, context.clock, link, grey=frame.grey, closing=closing)
    if quote is None:
        blocks = blocks_of(flow)
        return Closed((Framed(blocks),) if blocks else (), earlier_text(flow))
    for quoted in (_without_first_line(blocks), _without_last_line(blocks)):
        if render_text(quoted) == quote.text:
            return Closed((Quotation(quoted, quote),), None)
    # words stand behind the name in its line: 原帖由 甲 于 2008-1-1 10:00 发表 WORDS
    return Closed((Quotation(paragraphs(quote.text), quote),), None)


def _first_words(flow: Flow) -> str:
    """The words of a flow before the first object in it."""
    end = next((at for at, part in enumerate(flow) if is_object(part)), None)
    return words_in(flow[:end])


def _without_first_line(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation without the line that names whom it quotes."""
    first = blocks[0] if blocks else None
    if not isinstance(first, Paragraph):
        return blocks
    for index, part in enumerate(first.content):
        if isinstance(part, Text) and "\n" in part.words:
            words = part.words.partition("\n")[2]
            begun = (Text(words, part.style),) if words else ()
            rest = merged((*begun, *first.content[index + 1 :]))
            return (Paragraph(rest), *blocks[1:]) if rest else blocks[1:]
    return blocks[1:]


def _without_last_line(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks of a quotation that ends with the line that names whom it quotes, as up to X1."""
    last = blocks[-1] if blocks else None
    if not isinstance(last, Paragraph):
        return blocks
    for index, part in reversed(list(enumerate(last.content))):
        if isinstance(part, Text) and "\n" in part.words:
            words = part.words.rpartition("\n")[0]
            begun = (Text(words, part.style),) if words else ()
            rest = merged((*last.content[:index], *begun))
            return (*blocks[:-1], Paragraph(rest)) if rest else blocks[:-1]
    return blocks[:-1]


# -- the text of lines of schema 1.0 ---------------------------------------------------------------


def earlier_text(flow: Flow) -> str:
    """The text of a flow as lines of schema 1.0 have it: containers on lines of their own.

    By it a post is known again whose text has another shape since (`Body.earlier_text`).
    """
    pieces: list[str] = []
    before: object = None
    for part in flow:
        if isinstance(part, str):
            if isinstance(before, Smiley) and part[:1] in NO_SPACE_BEFORE:
                pieces[-1:] = [piece.rstrip(" ") for piece in pieces[-1:]]
            pieces.append(part)
        elif isinstance(part, Closed) and part.earlier:
            _own_line(pieces)
            pieces.append(part.earlier)
            _own_line(pieces)
        if not isinstance(part, Style | Edge):
            before = part
    return "".join(pieces)


def _own_line(pieces: list[str]) -> None:
    if pieces and not pieces[-1].endswith("\n"):
        pieces.append("\n")
