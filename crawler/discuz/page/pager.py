"""Where we are, of how many pages, and what comes next (`div.pg`, by `multi()` of Discuz)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import line_of
from crawler.discuz.words import NEXT_PAGE, PAGE

if TYPE_CHECKING:
    from lxml.etree import _Element

# <span title="共 26 页"> / 26 页</span>
_PAGES = re.compile(rf"(\d{{1,7}})\s?{PAGE}")
# the number that a link ends with: 3, ... 26
_LAST = re.compile(r"(\d{1,7})$")
# ... 26, 下一页: what is longer is a title
_LONGEST = 12
# The words of an element of a pager; a box round many of its links tells nothing that they do not.
_LONGEST_PART = 200
_NUMBERED = re.compile(r"^(\.\.\.?\s?)?(\d{1,7})(?:\s?\.\.\.)?$")


def read_pager(pagers: Iterable[_Element], base: str) -> tuple[int | None, int, str | None]:
    """The number of this page (``None`` where the pager does not say), of the last, and 下一页."""
    # Discuz shows the same pager above and below the floors; robots may get an empty one
    pager = next((box for box in pagers if len(box)), None)
    current, last, next_url = None, 1, None
    for part in pager.iter("strong", "a", "span") if pager is not None else ():
        said = line_of(part, _LONGEST_PART)
        if part.tag == "strong":
            current = int(said[:7]) if said.isascii() and said.isdigit() else current
            continue
        # <span title="共 26 页"> / 26 页</span>; <a>3</a>, or the last one: ... 26
        is_link = part.tag == "a"
        found = _LAST.search(said) if is_link else _PAGES.search(part.get("title") or said)
        last = max(last, int(found[1])) if found else last
        if is_link and "nxt" in (part.get("class") or "").split():
            next_url = urls.resolve(base, part.get("href"))
    return current, max(last, current or 1), next_url


def read_limit(pagers: Iterable[_Element], pages: int) -> int | None:
    """How many of ``pages`` are shown, where a pager says fewer than it promises.

    Up to X3.4 the last link of a larger board says `... 4606` and leads to page 1000, the box
    beside it says 共 1000 页 (`multi()`, `threadmaxpages`).
    """
    titles = (part.get("title") or "" for pager in pagers for part in pager.iter("span"))
    told = max((int(found[1]) for found in map(_PAGES.search, titles) if found), default=pages)
    return told if told < pages else None


def infer_pager(
    root: _Element, base: str, number_of: Callable[[str], int | None]
) -> tuple[int | None, int, str | None]:
    """The same as `read_pager`, of a skin that calls its pager something else.

    ``number_of`` tells which page an address is of what is being read, ``None`` for all others.
    """
    current, last, next_url = None, 1, None
    for link in root.iter("a"):
        href = link.get("href") or ""
        said = line_of(link, _LONGEST) if href and "authorid=" not in href else ""
        url = urls.resolve(base, href) if said else None
        number = number_of(url) if url else None
        if url is None or number is None:
            continue
        is_next = NEXT_PAGE.search(said) is not None
        if is_next and next_url is None:
            next_url = url
        told = _NUMBERED.match(said)
        # lists end at page 1000 (`... 1042` leads there); a title may be a number as well
        is_number = told is not None and (int(told[2]) == number or bool(told[1]))
        if is_next or is_number:
            shown = number if is_next or told is None else int(told[2])
            here, most = _beside(link)
            current, last = here or current, max(last, shown, most)
    return current, max(last, current or 1), next_url


def _beside(link: _Element) -> tuple[int | None, int]:
    """The number of the page and of the last one, as what stands beside a link tells them."""
    current, last = None, 1
    for beside in (link.getprevious(), link.getnext()):
        if beside is None or beside.tag == "a":
            continue
        # <strong>2</strong> among the links is this page; <span title="共 26 页">
        said = line_of(beside, _LONGEST) if beside.tag == "strong" else ""
        if said.isdigit():
            current = int(said[:7])
        for part in beside.iter("span"):
            found = _PAGES.search(part.get("title") or "")
            last = max(last, int(found[1])) if found else last
    return current, last
