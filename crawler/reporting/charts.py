"""Bar charts as plain numbers: where each bar and each label of a drawing stands.

The template draws them as SVG. Distances across are percent of the chart's width, distances up are
pixels: so a chart fits a phone and a wide screen, with letters of the same size on both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Height of the tallest bar, in pixels.
HEIGHT = 160
# Width of a chart on a wide screen and on a phone of 360 pixels, and of one letter of its labels.
_WIDE, _NARROW, _LETTER = 850, 280, 7.5
# A few bars do not fill the page: none takes more pixels than this, its gap included.
_WIDEST_BAR = 96
# Share of a bar's place that the bar fills.
_FILL = 0.8
# A chart whose tallest bar is this many times the usual one gets a logarithmic scale: the first run
# of a site reads everything, those of the following nights a few pages.
_OUTLIER = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """``left`` and ``width`` in percent, ``height`` in pixels; ``title`` is shown on hover."""

    left: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """Text below the chart (``at`` in percent) or beside it (``at`` in pixels above the base)."""

    at: float
    text: str
    is_for_wide_screens: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """``max_width`` is in pixels; ``None`` lets the chart fill the page."""

    caption: str
    bars: tuple[Bar, ...]
    below: tuple[Label, ...]
    beside: tuple[Label, ...]
    max_width: int | None


def bar_chart(
    caption: str,
    names: Sequence[str],
    values: Sequence[float | None],
    *,
    below: Sequence[Label] | None = None,
) -> Chart:
    """A chart with one bar per name; ``None`` is a gap.

    ``below`` are evenly spaced labels with their places. By default each bar is labelled with its
    name. Labels for which there is no room are left out.

    >>> chart = bar_chart("Posts by day", ["Mon", "Tue"], [2, None])
    >>> [(bar.left, bar.height, bar.title) for bar in chart.bars]
    [(5.0, 160.0, 'Mon: 2')]
    >>> [(label.at, label.text) for label in chart.beside]
    [(0.0, '0'), (80.0, '1'), (160.0, '2')]
    """
    share = 100 / max(len(names), 1)
    known = [value for value in values if value is not None]
    scale = _scale(known)
    bars = tuple(
        Bar(
            left=round(share * (place + (1 - _FILL) / 2), 3),
            width=round(share * _FILL, 3),
            # what is not nothing can be seen
            height=max(1, round(scale.height(value), 1)),
            title=f"{name}: {value:,}",
        )
        for place, (name, value) in enumerate(zip(names, values, strict=True))
        if value
    )
    if below is None:
        below = [Label(round(share * (n + 0.5), 3), name) for n, name in enumerate(names)]
    max_width = _WIDEST_BAR * len(names)
    return Chart(
        caption=caption + (" (logarithmic scale)" if scale.is_logarithmic else ""),
        bars=bars,
        below=_with_room(below, max_width),
        beside=tuple(Label(scale.height(at), _number(at)) for at in scale.marks),
        max_width=max_width if max_width < _WIDE else None,
    )


# Seconds between two labels of a time axis.
_ROUND_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Names of equal steps of time, labels at round times, and what the numbers in both mean."""

    names: tuple[str, ...]
    below: tuple[Label, ...]
    unit: str


def time_axis(step: float, number: int) -> TimeAxis:
    """The axis of ``number`` steps of ``step`` seconds each.

    >>> axis = time_axis(16, 5)
    >>> axis.names, axis.unit
    (('0:00', '0:16', '0:32', '0:48', '1:04'), 'minutes:seconds')
    >>> [(label.at, label.text) for label in axis.below][:3]
    [(0.0, '0:00'), (12.5, '0:10'), (25.0, '0:20')]
    """
    total = step * number
    unit, unit_in_words = (1, "minutes:seconds") if total <= 3600 else (60, "hours:minutes")
    fitting = (each for each in _ROUND_TIMES if each >= unit and total / each <= 11)
    gap = next(fitting, _DAY * math.ceil(total / _DAY / 11))
    return TimeAxis(
        names=tuple(_elapsed(step * n, unit) for n in range(number)),
        below=tuple(
            Label(round(100 * gap * n / total, 3), _elapsed(gap * n, unit))
            for n in range(int(total / gap) + 1)
        ),
        unit=unit_in_words,
    )


def _elapsed(seconds: float, unit: int) -> str:
    """90 seconds are 1:30; 5400 seconds, counted in minutes, are 1:30 too."""
    large, small = divmod(int(seconds) // unit, 60)
    return f"{large:,}:{small:02}"


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to pixels; ``marks`` are the values with a line across."""

    top: float
    marks: tuple[float, ...]
    is_logarithmic: bool = False

    def height(self, value: float) -> float:
        if self.is_logarithmic:
            return HEIGHT * math.log10(1 + value) / math.log10(1 + self.top)
        return HEIGHT * value / self.top


def _scale(values: Sequence[float]) -> _Scale:
    counts = [value for value in values if value > 0]
    if not counts:
        return _Scale(1, (0, 1))
    most = max(counts)
    median = sorted(counts)[len(counts) // 2]
    if most >= 1000 and most >= _OUTLIER * median:
        # 1 would stand too near to 0
        powers = range(1, math.ceil(math.log10(most)))
        every = 2 if len(powers) > 4 else 1
        return _Scale(most, (0, *(10.0**n for n in powers[::every])), is_logarithmic=True)
    step = 10.0 ** math.floor(math.log10(most))
    if all(isinstance(value, int) for value in counts):
        step = max(step, 1)
    # half a post is no mark
    step = next(
        each
        for each in (step / 5, step / 2, step, 2 * step)
        if most / each <= 5 and (each >= 1 or not isinstance(most, int))
    )
    marks = math.ceil(most / step - 1e-9)
    return _Scale(step * marks, tuple(step * n for n in range(marks + 1)))


def _number(value: float) -> str:
    """A mark of a scale in few letters, without the noise of binary fractions.

    >>> [_number(value) for value in (0, 0.30000000000000004, 2000.0, 2_500_000)]
    ['0', '0.3', '2,000', '2.5 M']
    """
    if value >= 1_000_000:
        return f"{_number(value / 1_000_000)} M"
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def _with_room(labels: Sequence[Label], max_width: float) -> tuple[Label, ...]:
    """Those of evenly spaced labels that fit beside each other, on a wide screen and on a phone."""
    if len(labels) < 2:
        return tuple(labels)
    needed = _LETTER * (max(len(label.text) for label in labels) + 2)
    gap = min(later.at - earlier.at for earlier, later in pairwise(labels)) / 100
    on_wide = _every(needed / (gap * min(_WIDE, max_width)))
    on_narrow = max(on_wide, _every(needed / (gap * min(_NARROW, max_width))))
    return tuple(
        Label(label.at, label.text, is_for_wide_screens=n % on_narrow != 0)
        for n, label in enumerate(labels)
        if n % on_wide == 0
    )


def _every(places: float) -> int:
    """The next power of two, so that what a phone shows is among what a wide screen shows."""
    return 1 << max(0, math.ceil(math.log2(places)))
