"""What the frame of a board's list tells: how many threads it has, how they can be filtered.

Templates `forumdisplay.htm` and `forumdisplay_list.htm` of X2 to X3.5 and
`touch/forum/forumdisplay.htm`. A list shows so many pages at most (`threadmaxpages`, 1,000); the
rest of a larger board is reached by its types, orders and filters, where the page offers them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import short_text
from crawler.discuz.page.counters import exact_words, threads_in
from crawler.discuz.words import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

# 今日: 7 | 主题: 174 | 排名: 19: the line that tells of a board, and of nobody's threads
_HEAD = re.compile(rf"\s*{TODAY}\s?[:\uff1a]")
_HEAD_LENGTH = 120
# ?mod=forumdisplay&fid=8&filter=typeid&typeid=2, &filter=author&orderby=dateline
_TYPE = re.compile(r"[?&;]typeid=(\d{1,18})\b")
_ORDER = re.compile(r"[?&;]orderby=([a-z]{1,20})\b")
_FILTER = re.compile(r"[?&;]filter=([a-z]{1,20})\b")


@dataclass(frozen=True, slots=True)
class Offers:
    """Ways to list a board that its page links to; the fields are those of `BoardPage`."""

    types: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


def read_threads(boxes: Iterable[_Element]) -> int | None:
    """How many threads a board has, by the line beside its name.

    `<span class="xs1 xw0 i">今日: <strong>7</strong> … 主题: <strong>174</strong></span>`; phones
    have it in a paragraph.
    """
    for box in boxes:
        if box.tag in ("span", "p") and _HEAD.match(short_text(box, _HEAD_LENGTH)):
            told = threads_in(exact_words(box))
            if told is not None:
                return told
    return None


def read_offers(links: Iterable[_Element], board_id: str) -> Offers:
    """The types, orders and filters of one board that links of its page ask for."""
    hrefs = [
        href
        for link in links
        if "=" in (href := link.get("href") or "") and urls.board_id(href) == board_id
    ]
    return Offers(_all(_TYPE, hrefs), _all(_ORDER, hrefs), _all(_FILTER, hrefs))


def _all(rule: re.Pattern[str], hrefs: list[str]) -> tuple[str, ...]:
    """What a rule finds, each once, in the order of the page."""
    return tuple(dict.fromkeys(found[1] for href in hrefs if (found := rule.search(href))))
