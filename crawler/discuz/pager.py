"""Where we are, of how many pages, and what comes next (`div.pg`, by `multi()` of Discuz)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.tree import words

if TYPE_CHECKING:
    from lxml.etree import _Element

_PAGES = re.compile(r"(\d{1,7})\s?[页頁]")


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
