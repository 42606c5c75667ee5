"""The charts of a run and of a site: which ones there are, and over what they are drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crawler.reporting.charts import Chart, Label, bar_chart, time_axis

Record = Mapping[str, Any]

# Old threads that surface again must not make a chart of years out of the posts of one night. This
# share of the posts, the earliest ones, may be left out to draw by day and not by month; a smaller
# share is left out wherever it would stretch the chart.
_LEFT_OUT_FOR_FINER, _LEFT_OUT_ANYWAY = 0.1, 0.01


def post_charts(record: Record) -> Iterable[Chart]:
    """New posts by date and by hour of the day; none where a run has no new posts."""
    days: dict[str, int] = record.get("posts_by_day", {})
    if not days:
        return
    yield _calendar(days)
    hours: dict[str, int] = record.get("posts_by_hour", {})
    clock = [f"{hour:02}" for hour in range(24)]
    caption = "Posts by hour of the day, in the forum's time"
    yield bar_chart(caption, clock, [hours.get(hour, 0) for hour in clock])


def pace_charts(record: Record) -> Iterable[Chart]:
    """Pages and latency over the time of a run; none where no page was received."""
    timeline: Record = record.get("timeline", {})
    pages: list[int] = timeline.get("pages", [])
    if not pages:
        return
    step = timeline["seconds"]
    axis = time_axis(step, len(pages))
    pace = [round(60 * number / step, 1) for number in pages]
    for caption, values in (
        ("Pages per minute", pace),
        ("Latency in seconds", timeline["latency"]),
    ):
        yield bar_chart(f"{caption} (time in {axis.unit})", axis.names, values, below=axis.below)


def site_charts(began: Sequence[str], totals: Mapping[str, Sequence[int]]) -> Sequence[Chart]:
    """New posts and requests, run by run; none for a single run.

    ``began`` are like "2026-11-25 02:30". Runs of one day are told apart by the time.
    """
    if len(began) < 2:
        return ()
    is_one_day = began[0][:10] == began[-1][:10]
    below = [
        Label(round(100 * (n + 0.5) / len(began), 3), moment[11:] if is_one_day else moment[:10])
        for n, moment in enumerate(began)
    ]
    return [
        bar_chart(caption, began, totals[name], below=below)
        for caption, name in (("New posts by run", "new"), ("Requests by run", "requests"))
    ]


@dataclass(frozen=True, slots=True)
class _Period:
    """Days, months or years: numbered one after the other, with their names.

    ``most`` is the number of periods up to which a chart can be read.
    """

    unit: str
    most: int
    number_of: Callable[[date], int]
    name_of: Callable[[int], str]


_PERIODS = (
    _Period("day", 92, date.toordinal, lambda n: date.fromordinal(n).isoformat()),
    _Period(
        "month", 300, lambda d: 12 * d.year + d.month - 1, lambda n: f"{n // 12}-{n % 12 + 1:02}"
    ),
    _Period("year", date.max.year, lambda d: d.year, str),
)


def _calendar(days: Mapping[str, int]) -> Chart:
    """New posts by day, month or year; periods without posts are gaps."""
    dates = [(day, number) for name, number in days.items() if (day := _date(name)) is not None]
    if not dates:
        return bar_chart("Posts by day", list(days), list(days.values()))
    for period in _PERIODS:
        posts: Counter[int] = Counter()
        for day, number in dates:
            posts[period.number_of(day)] += number
        last = max(posts)
        first = max(_first(posts), last - period.most + 1)
        left_out = {at: number for at, number in posts.items() if at < first}
        if sum(left_out.values()) <= _LEFT_OUT_FOR_FINER * posts.total():
            break
    caption = f"Posts by {period.unit}"
    if left_out:
        earliest, latest = period.name_of(min(left_out)), period.name_of(max(left_out))
        caption += f"; {sum(left_out.values()):,} from {earliest} to {latest} not drawn"
    span = range(first, last + 1)
    return bar_chart(caption, [period.name_of(at) for at in span], [posts[at] for at in span])


def _first(posts: Counter[int]) -> int:
    """The period with which the chart begins; a few early posts must not stretch it to the double.

    >>> _first(Counter({2012: 1, 2025: 60, 2026: 70})), _first(Counter({2024: 1, 2025: 130}))
    (2025, 2024)
    """
    passed = 0
    for at in sorted(posts):
        passed += posts[at]
        if passed > _LEFT_OUT_ANYWAY * posts.total():
            break
    whole, cut = max(posts) - min(posts) + 1, max(posts) - at + 1
    return at if 2 * cut < whole else min(posts)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
