"""Dates in pages that are read by their source, without a tree."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.discuz.dates import read_date

if TYPE_CHECKING:
    from crawler.discuz.dates import Clock
    from crawler.discuz.facts import Moment

# 发表于 <span title="2026-11-15 02:53:01">7&nbsp;天前</span>
_TITLE = re.compile(r'title="([^"]{1,60})"')
_TAG = re.compile(r"<[^>]{0,200}>")


def read_source_date(source: str, clock: Clock) -> Moment | None:
    """The date in a piece of markup; what its title says counts before its words."""
    title = _TITLE.search(source)
    said = html.unescape(_TAG.sub("", source))
    return read_date(said, title[1] if title else None, clock)
