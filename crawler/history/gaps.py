"""Pages of a thread that lack floors which no page lacked before: to be looked at once more.

Discuz keeps a page to its numbers, 11 to 20, whichever of them are gone. When it first shows a gap
it notes the thread (`forum_threaddisablepos`), and counts through from the next request on: what
stands behind the gap moves up, and a post moves over the boundary to a page that was just read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class Gaps:
    """The gaps that one reading meets; ``known`` are the floors that earlier ones found nowhere."""

    known: Collection[int]
    pages: set[int] = field(default_factory=set)
    # how many floors a page has, by the first number of each page; one of these pages
    _sizes: dict[float, int] = field(default_factory=dict)
    # pages without a reply that others stand behind; whether some page has more than one
    _bare: set[int] = field(default_factory=set)
    _has_replies: bool = False

    def count(self, number: int, replies: int, *, is_last: bool) -> None:
        """Note how many replies page ``number`` shows: where all of its own went, it has none.

        Where each page shows one post alone, such a page is as full as the others.
        """
        self._has_replies = self._has_replies or replies > 1
        if not (replies or is_last):
            self._bare.add(number)
        if self._has_replies:
            self.pages |= self._bare

    def add(self, number: int, floors: list[int], pinned: int, *, is_reversed: bool) -> None:
        """Look at the numbers of the floors of page ``number``.

        ``pinned``: so many stand elsewhere on the page, without a number.
        """
        if not floors:
            return
        first = min(floors)
        lacked = set(range(first, max(floors))) - set(floors) - {1, *self.known}
        if len(lacked) > pinned:
            self.pages.add(number)
        if number == 1 or is_reversed:
            return
        while first - 1 in self.known:
            first -= 1
        # 10 floors a page: the third begins with the 21st
        self._sizes.setdefault((first - 1) / (number - 1), number)
        if len(self._sizes) > 1 or not next(iter(self._sizes)).is_integer():
            self.pages |= set(self._sizes.values())
