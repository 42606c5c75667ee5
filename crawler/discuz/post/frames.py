"""Frames: the containers of a body while they are being read.

The walk keeps a stack of frames, the body itself at the bottom. When a container ends, its frame
becomes one block of the frame around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from crawler.discuz.facts import Access, Block
from crawler.discuz.post.boxes import visible
from crawler.discuz.post.quotes import PostLink, attributed, is_arrow, without_label
from crawler.discuz.post.text import render_text

if TYPE_CHECKING:
    from crawler.discuz.context import Context

_INLINE = frozenset(("smiley", "image"))
Container = Literal["quote", "code", "table", "list", "unlocked", "spoiler"]


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
    """The words and blocks gathered so far in one container.

    ``kind`` is ``None`` for the body itself. ``pieces`` are the words since the last block.
    ``post_link`` is the first link to a post in a quote, ``last_link`` the post of the last one and
    the size of the frame at its end; ``grey`` are first words in the colour of name and time.
    ``before`` is what was found before the frame, ``label_signs`` the visible signs of a label
    (引用:) that is no part of the quoted words.
    """

    kind: Container | None = None
    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    at_line_start: bool = True
    post_link: PostLink | None = None
    last_link: tuple[str, int, int] | None = None
    grey: str | None = None
    before: FoundBefore = _NOTHING
    label_signs: int = 0
    is_quote: bool = False

    def note_link(self, post_id: str, words: str, start: int) -> None:
        """Note a link to a post, which ends here and began at the piece of that number."""
        if self.post_link is None:
            # a block breaks the line, unless it stands in one
            before = [
                render_text((block,)) + "\n" * (block.kind not in _INLINE)
                if block.kind != "text"
                else block.text
                for block in self.blocks
            ]
            self.post_link = PostLink(post_id, words, "".join(before + self.pieces[:start]))
        self.last_link = post_id, len(self.blocks), len(self.pieces)

    def closing_link(self) -> str | None:
        """The post that is linked to by the last thing in this frame, if one is."""
        if self.last_link is None:
            return None
        post_id, blocks, pieces = self.last_link
        is_last = blocks == len(self.blocks) and is_arrow("".join(self.pieces[pieces:]))
        return post_id if is_last else None

    def flush(self) -> None:
        """Make a text block of the words gathered so far."""
        if self.pieces:
            self.blocks.append(Block("text", "".join(self.pieces)))
            self.pieces.clear()

    def is_empty(self) -> bool:
        """Whether the frame holds neither blocks nor visible words."""
        return not self.blocks and not "".join(self.pieces).strip()


def close_frame(frame: Frame, kind: Container, context: Context) -> Block:
    """The block that a container becomes; a quote names whom it quotes, as far as it tells."""
    closing = frame.closing_link()
    frame.flush()
    if kind != "quote":
        return Block(kind, blocks=tuple(frame.blocks))
    if context.is_mobile and frame.blocks and frame.blocks[0].kind == "text":
        first = frame.blocks[0]
        text = without_label(first.text)
        frame.label_signs = visible(first.text) - visible(text)
        frame.blocks[0] = replace(first, text=text)
    blocks, link = tuple(frame.blocks), frame.post_link
    if context.is_mobile and link is not None:
        link = link._replace(before=without_label(link.before))
    quote = attributed(render_text(blocks), context.clock, link, grey=frame.grey, closing=closing)
    return Block("quote", blocks=blocks, quote=quote)
