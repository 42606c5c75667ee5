"""What reading a post needs to know of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.discuz.dates import Clock, read_date
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Moment

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a post needs to know of its page.

    ``base``: the address that links count from. ``is_mobile``: a template for phones, which puts
    引用: at the head of each quote and the title of a reply into its cell. ``knows_classes``:
    classes have Discuz's names; else elements are known by their structure. ``is_explained``:
    bodies tell where each of their words went (`Body.runs`). ``hidden_classes``: those that the
    page's own style sheets hide.
    """

    base: str
    clock: Clock
    is_mobile: bool = False
    knows_classes: bool = True
    is_explained: bool = False
    hidden_classes: frozenset[str] = frozenset()


def read_stamp(element: _Element, context: Context) -> Moment | None:
    """The date in an element; the title attribute in it counts before its words."""
    # <em id="authorposton9">发表于 <span title="2026-11-20 18:48:19">前天&nbsp;18:48</span></em>
    # <time datetime="2026-11-20T10:48:19Z">前天</time>
    title = element.get("title") or element.get("datetime")
    if not len(element):
        return read_date(element.text or "", title, context.clock)
    for part in element.iter("span", "time"):
        title = part.get("title") or part.get("datetime")
        if title:
            break
    return read_date(all_text(element), title, context.clock)
