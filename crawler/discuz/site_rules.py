"""The rules of one site, for sites that are read wrongly without them.

They stand in `sites/*.toml` and are loaded by `crawler.site_rules`. `thread` replaces all other
readers of threads for its site; what it does not name is read as on any other page.
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
    """A CSS selector, and the attribute to read instead of the words: `a::attr(href)`.

    ``path`` is ``None`` for the element itself: `::attr(data-no)`.
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
    """Where the parts of a thread page are; all behind the first five may be left out.

    ``headline``, ``replies`` and ``views`` are searched in the page, the others in their ``floor``.
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

    ``charset`` is one of utf-8, gbk, big5; ``date_pattern`` as `datetime.strptime` takes it;
    ``boilerplate`` matches whole lines that the site adds to every post.
    """

    hosts: tuple[str, ...]
    base_path: str | None = None
    charset: str | None = None
    zone: timezone | None = None
    date_pattern: str | None = None
    boilerplate: tuple[re.Pattern[str], ...] = ()
    thread: ThreadSelectors | None = None

    def is_boilerplate(self, line: str) -> bool:
        """Whether a line of a post was added by the site."""
        return any(rule.fullmatch(line.strip()) for rule in self.boilerplate)
