"""What a site's own rules say: given by whoever knows the site, and only where they are needed.

They stand in `sites/*.toml` and are loaded by `crawler.site_rules`. Facts that a page tells by
itself are read as ever; `thread` replaces all other readers of threads for its site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timezone
from typing import TYPE_CHECKING, cast

from lxml.cssselect import CSSSelector

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector, and the attribute that is meant instead of the words: `a::attr(href)`.

    Without a path it is the element itself: `::attr(data-no)`.
    """

    path: CSSSelector | None
    attribute: str | None = None

    def elements(self, element: _Element) -> list[_Element]:
        """All that it selects below ``element``, in document order."""
        return [element] if self.path is None else cast("list[_Element]", self.path(element))

    def first(self, element: _Element) -> _Element | None:
        """The first that it selects below ``element``."""
        return next(iter(self.elements(element)), None)


@dataclass(frozen=True, slots=True)
class ThreadSelectors:
    """Where the parts of a thread page are; all but the first four may be left out.

    ``headline`` counts from the page, ``author``, ``date`` and the others from their ``floor``.
    """

    floor: Selector
    author: Selector
    date: Selector
    body: Selector
    headline: Selector
    post_id: Selector | None = None
    label: Selector | None = None
    replies: Selector | None = None
    views: Selector | None = None


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The rules of one site.

    ``charset`` is one of utf-8, gbk, big5, ``date_pattern`` as `datetime.strptime` takes it;
    ``boilerplate`` matches whole lines that are the site's and nobody's words.
    """

    hosts: tuple[str, ...]
    base_path: str | None = None
    charset: str | None = None
    zone: timezone | None = None
    date_pattern: str | None = None
    boilerplate: tuple[re.Pattern[str], ...] = ()
    thread: ThreadSelectors | None = None

    def is_boilerplate(self, line: str) -> bool:
        """Whether a line is the site's."""
        return any(rule.fullmatch(line.strip()) for rule in self.boilerplate)
