"""Where we are, of how many pages, and what comes next (`div.pg`, by `multi()` of Discuz)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import words

if TYPE_CHECKING:
    from lxml.etree import _Element

_PAGES = re.compile(r"(\d{1,7})\s?[页頁]")
# ... 26, 下一页: what is longer is a title
_LONGEST = 12
_NUMBERED = re.compile(r"^(\.\.\.?\s?)?(\d{1,7})(?:\s?\.\.\.)?$")
_NEXT = re.compile(r"下一?[页頁]")


def read_pager(pagers: Iterable[_Element], base: str) -> tuple[int | None, int, str | None]:
    """The number of this page (``None`` where the pager does not say), of the last, and 下一页."""
    current, last, next_url = None, 1, None
    for pager in pagers:
        for part in pager.iter("strong", "a", "span"):
            said = words(part)
            if part.tag == "strong" and said.isascii() and said.isdigit():
                current = int(said[:7])
            elif part.tag == "span":
                # <span title="共 26 页"> / 26 页</span>
                found = _PAGES.search(part.get("title") or said)
                last = max(last, int(found[1])) if found else last
            elif part.tag == "a":
                # 3, or the last one: ... 26
                found = re.search(r"(\d{1,7})$", said)
                last = max(last, int(found[1])) if found else last
                if "nxt" in (part.get("class") or "").split():
                    next_url = urls.resolve(base, part.get("href"))
        if len(pager):
            break
    return current, max(last, current or 1), next_url


def infer_pager(
    root: _Element, base: str, number_of: Callable[[str], int | None]
) -> tuple[int | None, int, str | None]:
    """The same as `read_pager`, of a skin that calls its pager something else.

    ``number_of`` tells which page an address is of what is being read, ``None`` for all others.
    """
    current, last, next_url = None, 1, None
    for link in root.iter("a"):
        href = link.get("href") or ""
        if not href or "authorid=" in href:
            continue
        said = words(link)
        if not said or len(said) > _LONGEST:
            continue
        url = urls.resolve(base, href)
        number = number_of(url) if url else None
        if url is None or number is None:
            continue
        is_next = _NEXT.search(said) is not None
        if is_next and next_url is None:
            next_url = url
        told = _NUMBERED.match(said)
        # lists end at page 1000 (`... 1042` leads there); a title may be a number as well
        is_number = told is not None and (int(told[2]) == number or bool(told[1]))
        if not is_next and not is_number:
            continue
        last = max(last, number if is_next or told is None else int(told[2]))
        # <strong>2</strong> among the links is this page; <span title="共 26 页">
        for beside in (link.getprevious(), link.getnext()):
            if beside is None or beside.tag == "a":
                continue
            if beside.tag == "strong" and words(beside).isdigit():
                current = int(words(beside)[:7])
            for part in beside.iter("span"):
                found = _PAGES.search(part.get("title") or "")
                last = max(last, int(found[1])) if found else last
    return current, max(last, current or 1), next_url
