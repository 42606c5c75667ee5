"""A body's blocks → its text (`Body.text`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.discuz.facts import Block

# What HTML takes for white space between words. No-break spaces keep typed indents and are none.
HTML_SPACES = re.compile(r"[ \t\r\n\f]+")
# \x07 of a terminal, \ufeff within a word: characters that cannot be seen
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_THREE_BREAKS = re.compile(r"\n{3,}")
_NO_SPACE_BEFORE = frozenset(" ，。！？、；：）」』”,.!?;:)")


def render_text(blocks: tuple[Block, ...]) -> str:
    """The post's own words with their line breaks.

    Left out: quotes that name whom they quote, the forum's notices, smilies, pictures, files.
    """
    pieces: list[str] = []
    _render(blocks, pieces)
    return tidy("".join(pieces))


def tidy(text: str) -> str:
    """Strip every line and leave at most one empty line between two.

    No-break spaces are typed indents (Discuz writes them so); they become spaces and stay.
    """
    lines = [line.strip(" \t").replace("\xa0", " ").rstrip() for line in text.split("\n")]
    text = CONTROLS.sub("", "\n".join(lines))
    return _THREE_BREAKS.sub("\n\n", text).strip("\n")


def _render(blocks: tuple[Block, ...], pieces: list[str]) -> None:
    before: Block | None = None
    for block in blocks:
        if block.kind == "text":
            # the space in front of a smiley that is no text: "四百人 [lol]，" and "好 [lol] 啊"
            if before and before.kind == "smiley" and block.text[:1] in _NO_SPACE_BEFORE:
                pieces[-1:] = [piece.rstrip(" ") for piece in pieces[-1:]]
            pieces.append(block.text)
        elif block.kind == "rule":
            _own_line(pieces)
        elif block.blocks and block.quote is None:
            _own_line(pieces)
            _render(block.blocks, pieces)
            _own_line(pieces)
        before = block


def _own_line(pieces: list[str]) -> None:
    if pieces and not pieces[-1].endswith("\n"):
        pieces.append("\n")
