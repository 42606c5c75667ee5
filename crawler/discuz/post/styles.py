"""What a style attribute says of where words stand: on lines of their own, with their spaces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

# display: block, flex …, and what CSS makes of a box that floats ([float=left] of Discuz)
_DISPLAY = re.compile(r"(?:^|;)\s{0,9}display\s{0,9}:\s{0,9}([a-z-]{1,20})", re.I)
_FLOAT = re.compile(r"(?:^|;)\s{0,9}float\s{0,9}:\s{0,9}(?:left|right)", re.I)
_WHITE_SPACE = re.compile(
    r"(?:^|;)\s{0,9}white-space\s{0,9}:\s{0,9}(normal|nowrap|pre(?:-wrap|-line)?|break-spaces)\b",
    re.I,
)
_BLOCKS = frozenset("block flow-root list-item flex grid table".split())
_IN_LINES = frozenset("inline inline-block inline-flex inline-grid inline-table".split())


# what is kept of white space: one space for any, line breaks, or all of it
WhiteSpace = Literal["normal", "pre-line", "pre"]
_WHITE_SPACES: dict[str, WhiteSpace] = {
    **dict.fromkeys(("normal", "nowrap"), "normal"),
    "pre-line": "pre-line",
    **dict.fromkeys(("pre", "pre-wrap", "break-spaces"), "pre"),
}


class Layout(NamedTuple):
    """How an element is set, where that is not as its tag has it or as what is around it."""

    display: Literal["block", "inline"] | None = None
    white_space: WhiteSpace | None = None


@lru_cache(maxsize=4096)
def layout_of(style: str) -> Layout | None:
    """The layout that a style attribute asks for; ``None`` where it says nothing of it.

    >>> layout_of("float:left;margin-right:5px"), layout_of("color:red")
    (Layout(display='block', white_space=None), None)
    """
    shown = _DISPLAY.findall(style)
    display: Literal["block", "inline"] | None = None
    if shown and shown[-1].lower() in _BLOCKS:
        display = "block"
    elif shown and shown[-1].lower() in _IN_LINES:
        display = "inline"
    if _FLOAT.search(style):
        display = "block"
    kept = _WHITE_SPACE.findall(style)
    white_space = _WHITE_SPACES[kept[-1].lower()] if kept else None
    return Layout(display, white_space) if display or white_space else None
