"""How fast a run was, over its time: pages and latency, in few numbers however long it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# So many steps are drawn; when there are more, each becomes twice as long.
_MOST = 240


@dataclass(slots=True)
class Timeline:
    """Counts what comes in steps of ``seconds``.

    >>> line = Timeline(seconds=10)
    >>> for at, latency in ((1, 0.2), (9, 0.4), (25, 0.1)):
    ...     line.saw(at, latency)
    >>> line.record()
    {'seconds': 10, 'pages': [2, 0, 1], 'latency': [0.3, None, 0.1]}
    """

    seconds: int = 1
    _pages: list[int] = field(default_factory=list)
    _latency: list[float] = field(default_factory=list)

    def saw(self, at: float, latency: float) -> None:
        """A page came ``at`` seconds after the begin, and its answer took ``latency`` seconds."""
        while int(at) // self.seconds >= _MOST:
            self._pages = [sum(self._pages[n : n + 2]) for n in range(0, len(self._pages), 2)]
            self._latency = [sum(self._latency[n : n + 2]) for n in range(0, len(self._latency), 2)]
            self.seconds *= 2
        step = int(at) // self.seconds
        missing = step + 1 - len(self._pages)
        self._pages += [0] * missing
        self._latency += [0.0] * missing
        self._pages[step] += 1
        self._latency[step] += latency

    def record(self) -> dict[str, Any]:
        """As the record of a run keeps it; latency is the mean of each step."""
        return {
            "seconds": self.seconds,
            "pages": self._pages,
            "latency": [
                round(total / pages, 3) if pages else None
                for pages, total in zip(self._pages, self._latency, strict=True)
            ],
        }
