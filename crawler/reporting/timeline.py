"""Pages and latency over the time of a run, in at most 240 steps however long the run takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# A chart of more bars cannot be read. When a run outgrows them, each step becomes twice as long.
_MOST_STEPS = 240


@dataclass(slots=True)
class Timeline:
    """Counts pages in steps of ``seconds``.

    >>> line = Timeline(seconds=10)
    >>> for at, latency in ((1, 0.2), (9, 0.4), (25, 0.1)):
    ...     line.add_page(at, latency)
    >>> line.to_json()
    {'seconds': 10, 'pages': [2, 0, 1], 'latency': [0.3, None, 0.1]}
    """

    seconds: int = 1
    _pages: list[int] = field(default_factory=list)
    _latency: list[float] = field(default_factory=list)

    def add_page(self, at: float, latency: float) -> None:
        """Count a page received ``at`` seconds after the start of the run.

        ``latency`` is how long the server took to answer, in seconds.
        """
        while int(at) // self.seconds >= _MOST_STEPS:
            self._pages = [sum(self._pages[n : n + 2]) for n in range(0, len(self._pages), 2)]
            self._latency = [sum(self._latency[n : n + 2]) for n in range(0, len(self._latency), 2)]
            self.seconds *= 2
        step = int(at) // self.seconds
        missing = step + 1 - len(self._pages)
        self._pages += [0] * missing
        self._latency += [0.0] * missing
        self._pages[step] += 1
        self._latency[step] += latency

    def to_json(self) -> dict[str, Any]:
        """Serialise for the record; latency is the mean of each step, `None` where no page came."""
        return {
            "seconds": self.seconds,
            "pages": self._pages,
            "latency": [
                round(total / pages, 3) if pages else None
                for pages, total in zip(self._pages, self._latency, strict=True)
            ],
        }
