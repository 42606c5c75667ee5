"""Views, replies and favourites of a thread, by the words that stand beside the numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.discuz.elements import line_of, number, outermost, words
from crawler.discuz.page.prune import found_above_floors
from crawler.discuz.words import (
    ALL,
    COUNT_OF_REPLIES,
    REPLIES,
    REPLY,
    TEN_THOUSANDS,
    THREADS,
    VIEWS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from crawler.discuz.document import Document
    from crawler.discuz.page.floor_index import Floor

# 查看: 8409   阅读：154 (one commercial skin)
# and never a rounded number: 2万, 1.2萬, 3亿, 99+, 1e5; nor half of one that is grouped: 20 417
_EXACT = r"(\d{1,12})(?![\d.+]|,\d|\s?[万萬亿億wWkK]|[eE]\d|\s\d{3}\b)"
_VIEWS = re.compile(rf"{VIEWS}\s?[:\uff1a]\s?{_EXACT}")
_REPLIES = re.compile(rf"{REPLIES}\s?[:\uff1a]\s?{_EXACT}")
_THREADS = re.compile(rf"{THREADS}\s?[:\uff1a]\s?{_EXACT}")
# 浏览 1024 回复 3: without a colon only where both stand in one line
_LOOSE_VIEWS = re.compile(rf"{VIEWS}\s?[:\uff1a]?\s?{_EXACT}")
_LOOSE_REPLIES = re.compile(rf"{REPLIES}\s?[:\uff1a]?\s?{_EXACT}")
# Skins without Discuz's boxes have the same words in other ones: what is looked for in the source
# between title and first floor. <div>查看</div> <div>1437</div>
_GAP = (
    r"\s{0,99}[:\uff1a]?(?:\s{1,99}+|&nbsp;|<!--[^<>]{0,99}-->"
    r"|</?(?:div|span|em|p|i|b|strong|li|td|th|a)\b[^>]{0,300}>){1,12}"
)
_VIEWS_NEAR = re.compile(rf"{VIEWS}{_GAP}(\d{{1,12}})\s{{0,99}}<")
_REPLIES_NEAR = re.compile(rf"{REPLIES}{_GAP}(\d{{1,12}})\s{{0,99}}<")
_LONGEST_LABEL = 100
# phones: <div class="mtit">… 全部回复<em>55</em>; old ones: 共有12条回复
_ALL_REPLIES = re.compile(
    rf"{ALL}{REPLY}\s?[(\uff08:\uff1a]?\s?(\d{{1,9}})|共有?\s?{COUNT_OF_REPLIES}"
)


def read_views(document: Document, page: Floor, first: Floor) -> int | None:
    """How often the thread was looked at; ``first`` is the page's first floor."""
    return _counter(document, page, first, (_VIEWS, _VIEWS_NEAR))


def read_replies(document: Document, page: Floor, first: Floor) -> int | None:
    """How many replies the thread has, by its own counter."""
    return _counter(document, page, first, (_REPLIES, _REPLIES_NEAR))


def read_favorites(page: Floor, first: Floor | None) -> int | None:
    """How many members keep the thread (收藏)."""
    for floor in (first, page):
        if floor is not None and floor.first("favorites") is not None:
            return number(floor.first("favorites"))
    return None


def views_in(line: str) -> int | None:
    """The number behind one of the words for views and a colon.

    >>> views_in("时间：2022-2-12 23:58:16 | 阅读：154")
    154
    """
    found = _VIEWS.search(line)
    return int(found[1]) if found else None


def threads_in(line: str) -> int | None:
    """The number behind the word for threads and a colon.

    >>> threads_in("今日: 7 | 主题: 174"), threads_in("主题: 2万, 帖数: 31万")
    (174, None)
    """
    found = _THREADS.search(line)
    return int(found[1]) if found else None


def counters_in(line: str) -> tuple[int, int] | None:
    """Views and replies, where a line tells both.

    >>> counters_in("查看数: 12874 | 评论数: 5")
    (12874, 5)
    """
    views, replies = _LOOSE_VIEWS.search(line), _LOOSE_REPLIES.search(line)
    return (int(views[1]), int(replies[1])) if views and replies else None


def exact_words(box: _Element) -> str:
    """The words of a box, with the exact number in place of a rounded one.

    `<span>查看:</span> <span title="12876">1万</span>` as Discuz's dnumber() writes it.
    """
    said = words(box)
    if not any(sign in said for sign in TEN_THOUSANDS):
        return said
    pieces = []
    for event, part in etree.iterwalk(box, events=("start", "end")):
        if event == "start":
            title = part.get("title") or ""
            pieces.append(title if title.isascii() and title.isdigit() else part.text or "")
        elif part is not box:
            pieces.append(part.tail or "")
    return " ".join("".join(pieces).split())


def first_counters(lines: Iterable[str]) -> tuple[int | None, int | None]:
    """Views and replies from the first of some lines that tells both."""
    return next(filter(None, map(counters_in, lines)), (None, None))


def read_all_replies(line: str) -> int | None:
    """The number of replies in a line of its own, as pages for phones have it.

    >>> read_all_replies("倒序浏览 只看楼主 全部回复55")
    55
    """
    found = _ALL_REPLIES.search(line)
    return int(found[1] or found[2]) if found else None


def _counter(
    document: Document, page: Floor, first: Floor, rules: tuple[re.Pattern[str], re.Pattern[str]]
) -> int | None:
    rule, near = rules
    for box in outermost(page.all("thread_counters")):
        value = _labelled(box, rule)
        if value is not None:
            return value
    # a skin without the box: beside the date of the first floor, or anywhere above it
    for box in outermost(first.all("author_line")):
        found = rule.search(words(box))
        if found:
            return int(found[1])
    said = found_above_floors(document.text, near)
    return int(said) if said else None


def _labelled(box: _Element, rule: re.Pattern[str]) -> int | None:
    """`<span>查看:</span> <span title="12876">1万</span>`: the number behind its label."""
    for label in box.iter("span"):
        value = label.getnext()
        if value is not None and rule.search(f"{line_of(label, _LONGEST_LABEL)} 0"):
            return number(value)
    found = rule.search(words(box))
    return int(found[1]) if found else None
