"""Whole numbers that mostly follow one another: the floors of a thread that were seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(slots=True)
class Intervals:
    """Whole numbers seen, as ranges: small where they come one after the other."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, first: int, last: int) -> None:
        """Add all numbers from ``first`` to ``last``.

        >>> ranges = Intervals(); ranges.add(1, 3); ranges.add(7, 7); ranges.add(4, 4)
        >>> list(ranges.gaps())
        [5, 6]
        """
        at = bisect_right(self.starts, first)
        if at and self.ends[at - 1] >= first - 1:
            at -= 1
            first = self.starts[at]
            last = max(last, self.ends[at])
        until = at
        while until < len(self.starts) and self.starts[until] <= last + 1:
            last = max(last, self.ends[until])
            until += 1
        self.starts[at:until] = [first]
        self.ends[at:until] = [last]

    def gaps(self) -> Iterator[int]:
        """The numbers from 1 on that are not among them, below the highest."""
        if self.starts:
            yield from range(1, self.starts[0])
        for end, start in pairwise(zip(self.ends, self.starts, strict=True)):
            yield from range(end[0] + 1, start[1])

    @property
    def highest(self) -> int:
        return self.ends[-1] if self.ends else 0
