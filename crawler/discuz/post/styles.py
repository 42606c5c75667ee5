"""What a style attribute says of where words stand: on lines of their own, with their spaces."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

# display: block, flex …, and what CSS makes of a box that floats ([float=left] of Discuz)
_DISPLAY = re.compile(r"(?:^|;)\s{0,9}display\s{0,9}:\s{0,9}([a-z-]{1,20})", re.I)
_FLOAT = re.compile(r"(?:^|;)\s{0,9}float\s{0,9}:\s{0,9}(?:left|right)", re.I)
_WHITE_SPACE = re.compile(
    r"(?:^|;)\s{0,9}white-space\s{0,9}:\s{0,9}(pre(?:-wrap|-line)?|break-spaces)", re.I
)
_BLOCKS = frozenset("block flow-root list-item flex grid table".split())
_IN_LINES = frozenset("inline inline-block inline-flex inline-grid inline-table".split())


class Layout(NamedTuple):
    """How an element is set: ``display`` where it is not that of its tag."""

    display: Literal["block", "inline"] | None = None
    is_preformatted: bool = False


@lru_cache(maxsize=4096)
def layout_of(style: str) -> Layout | None:
    """The layout that a style attribute asks for; ``None`` where it says nothing of it.

    >>> layout_of("float:left;margin-right:5px"), layout_of("color:red")
    (Layout(display='block', is_preformatted=False), None)
    """
    shown = _DISPLAY.findall(style)
    display: Literal["block", "inline"] | None = None
    if shown and shown[-1].lower() in _BLOCKS:
        display = "block"
    elif shown and shown[-1].lower() in _IN_LINES:
        display = "inline"
    if _FLOAT.search(style):
        display = "block"
    is_preformatted = _WHITE_SPACE.search(style) is not None
    return Layout(display, is_preformatted) if display or is_preformatted else None
