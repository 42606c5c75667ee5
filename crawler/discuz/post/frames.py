"""Frames: the containers of a body while they are being read.

The walk keeps a stack of frames, the body itself at the bottom. When a container ends, its frame
becomes one block of the frame around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from crawler.discuz.facts import Block
from crawler.discuz.post.boxes import visible
from crawler.discuz.post.quotes import attributed, without_label
from crawler.discuz.post.text import render_text

if TYPE_CHECKING:
    from crawler.discuz.context import Context

Container = Literal["quote", "code", "table", "list", "unlocked", "spoiler"]


@dataclass(slots=True)
class Frame:
    """The words and blocks gathered so far in one container.

    ``kind`` is ``None`` for the body itself. ``pieces`` are the words since the last block.
    ``post_link`` is set in a quote whose first words link to a post: its id and these words;
    ``grey`` are first words in the colour of name and time.
    ``links`` and ``images`` count those of the body that stand before the frame, ``label_signs``
    the visible signs of a label (引用:) that is no part of the quoted words.
    """

    kind: Container | None = None
    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    at_line_start: bool = True
    post_link: tuple[str, str] | None = None
    grey: str | None = None
    links: int = 0
    images: int = 0
    label_signs: int = 0
    is_quote: bool = False

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
    frame.flush()
    if kind != "quote":
        return Block(kind, blocks=tuple(frame.blocks))
    if context.is_mobile and frame.blocks and frame.blocks[0].kind == "text":
        first = frame.blocks[0]
        text = without_label(first.text)
        frame.label_signs = visible(first.text) - visible(text)
        frame.blocks[0] = replace(first, text=text)
    blocks = tuple(frame.blocks)
    quote = attributed(render_text(blocks), frame.post_link, context.clock, frame.grey)
    return Block("quote", blocks=blocks, quote=quote)
