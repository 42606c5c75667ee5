"""Pages of a thread that lack floors which no page lacked before: to be looked at once more.

Discuz keeps a page to its numbers, 11 to 20, whichever of them are gone. When it first shows a gap
it notes the thread (`forum_threaddisablepos`), and counts through from the next request on: what
stands behind the gap moves up, and a post moves over the boundary to a page that was just read.
A gap is a number that lacks between others, or at the end of a page that is shorter than others.
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
    # how many floors each page has that others stand behind; how many the longest page has
    _counts: dict[int, int] = field(default_factory=dict)
    _longest: int = 0

    def count(
        self, number: int, posts: int, pinned: int, floors: list[int], *, is_last: bool
    ) -> None:
        """Note how many posts page ``number`` shows: all pages but the last have as many.

        ``pinned`` more stand elsewhere on the page, without a number.
        """
        if not is_last:
            self._counts[number] = posts + pinned + self._known_round(floors)
        if posts > self._longest:
            self._longest = posts
            self.pages |= {other for other, count in self._counts.items() if count < posts}
        elif self._counts.get(number, posts) < self._longest and not is_last:
            self.pages.add(number)

    def _known_round(self, floors: list[int]) -> int:
        """How many floors are known to be missing between those of a page, and next to them."""
        if not (floors and self.known):
            return 0
        low, high = min(floors), max(floors)
        while low - 1 in self.known:
            low -= 1
        while high + 1 in self.known:
            high += 1
        return sum(low <= number <= high for number in self.known)

    def add(self, number: int, floors: list[int], pinned: int, *, is_reversed: bool) -> None:
        """Look at the numbers of the floors of page ``number``.

        ``pinned``: so many stand elsewhere on the page, without a number.
        """
        if not floors:
            return
        first = min(floors)
        # counted, not listed: a page may number its floors in millions
        told = {number for number in (1, *floors, *self.known) if first <= number <= max(floors)}
        if max(floors) - first + 1 - len(told) > pinned:
            self.pages.add(number)
        if number == 1 or is_reversed:
            return
        while first - 1 in self.known:
            first -= 1
        # 10 floors a page: the third begins with the 21st
        self._sizes.setdefault((first - 1) / (number - 1), number)
        if len(self._sizes) > 1 or not next(iter(self._sizes)).is_integer():
            self.pages |= set(self._sizes.values())
