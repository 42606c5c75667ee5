"""What of a thread page is worth a tree: its source without the boxes that nobody reads.

Header, reply form and footer, the hover card and the bar of each floor are half of the elements of
a page. They go before the tree is built, told by the marks of `header.htm`, `footer.htm`,
`viewthread.htm` and `viewthread_node.htm`; where a skin has others, they stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.page import ids_and_classes as known

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

# What every floor of every template up to X3.5 has; looked for before a tree is built.
FLOOR_MARKS = (f'id="{known.CELL}', f'id="{known.FLOOR_TABLE}', f'id="{known.FLOOR_BOX}')
# Between these lies all that is read here: header.htm ends with the first; behind the floors and
# their pager come the reply form and footer.htm. A skin without them is read whole.
_BEGIN, _ENDS = '<div id="wp"', ('<div id="f_pst"', f'<div id="{known.FOOTER}"')
# <div class="p_pop blk bui …" id="userinfo5003" style="display: none; …">: shown when the mouse
# lies on an avatar, it repeats name and counters. Where the name stands nowhere else, it stays.
_CARD, _AUTHOR = f'id="{known.CARD}', f'class="{known.AUTHOR_LINE}"'
_TABLE, _AUTHOR_WITHIN = f'id="{known.FLOOR_TABLE}', 1500
# 回复, 使用道具, 举报; only where replies are ranked (支持 3) it tells anything
_BAR, _RANKED = '<div class="po hin"', known.REPLY_LIKES
_BOX_LENGTH, _TAG_LENGTH = 8000, 1000
# Where the ends of so many boxes were looked for in vain, they are not those of the template.
_IN_VAIN = 100
# How far above the first floor title, board and counters of a thread are looked for.
ABOVE_FLOORS = 65536


def needed(text: str) -> str:
    """From header to footer, without the boxes that repeat or tell nothing: half of a page.

    What a post says lies between the marks of its floor, so it counts for neither end.
    """
    start = max(text.find(_BEGIN, 0, first_floor(text)), 0)
    last = max(text.rfind(mark) for mark in FLOOR_MARKS)
    if last < 0:  # attributes written in another way (id=pid5): a minifier was at work
        return text
    end = next((at for mark in _ENDS if (at := text.find(mark, last)) >= 0), len(text))
    text = _without(
        text[start:end],
        _CARD,
        lambda text, box, _: _is_named_before(text, box),
    )
    return _without(text, _BAR, lambda text, box, end: text.find(_RANKED, box, end) < 0)


def _is_named_before(text: str, box: int) -> bool:
    """Whether the author is named between the beginning of a floor and the card."""
    start = text.rfind(_TABLE, max(0, box - _AUTHOR_WITHIN), box)
    return start >= 0 and text.find(_AUTHOR, start, box) >= 0


def _without(text: str, mark: str, may_go: Callable[[str, int, int], bool]) -> str:
    """``text`` without the `<div>` boxes whose start tag holds ``mark``."""
    pieces = []
    start = in_vain = 0
    cell_end = -1
    at = text.find(mark)
    while at >= 0 and in_vain < _IN_VAIN:
        if cell_end < at:
            found = text.find("</td", at)
            cell_end = found if found >= 0 else len(text)
        box = text.rfind("<", max(start, at - _TAG_LENGTH), at + 1)
        # it stands in a cell of the floor's table, and ends with that
        end = _end_of_box(text, at + 1, min(at + _BOX_LENGTH, cell_end))
        if end and box >= start and may_go(text, box, end):
            pieces.append(text[start:box])
            start = end
        in_vain += not end
        at = text.find(mark, end or at + 1)
    pieces.append(text[start:])
    return "".join(pieces)


def _end_of_box(text: str, start: int, limit: int) -> int | None:
    """Where the `<div>` ends in whose start tag ``start`` lies; ``None`` if behind ``limit``."""
    depth = 1
    while depth:
        close = text.find("</div", start, limit)
        if close < 0:
            return None
        depth += text.count("<div", start, close) - 1
        start = close + 1
    return text.find(">", start) + 1


def ends_whole(text: str) -> bool:
    """Whether what follows the floors of every page has come: reply form or footer."""
    last = max(text.rfind(mark) for mark in FLOOR_MARKS)
    return any(text.find(mark, max(last, 0)) >= 0 for mark in _ENDS)


def first_floor(text: str) -> int:
    """Where the first floor begins; the end of the text where there is none."""
    return min((at for mark in FLOOR_MARKS if (at := text.find(mark)) >= 0), default=len(text))


def found_above_floors(text: str, rule: re.Pattern[str]) -> str | None:
    """What stands between the title and the first floor, whatever boxes a skin puts it in."""
    end = first_floor(text)
    above = max(0, end - ABOVE_FLOORS)
    title = max(above, text.find(known.TITLE, above, end))
    found = rule.search(text, title, end) or rule.search(text, above, end)
    return found[1].strip() or None if found else None
