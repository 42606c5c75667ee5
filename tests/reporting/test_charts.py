"""The charts: what is drawn is right, and no label stands on another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reporting.charts import HEIGHT, Label, bar_chart, time_axis
from crawler.reporting.run_charts import post_charts, site_charts

# Pixels of a letter, and of the drawing on a phone of 360 and on a wide screen.
LETTER, NARROW, WIDE = 7, 270, 850


def overlaps(labels: list[Label], width: float) -> bool:
    return any(
        (later.at - earlier.at) / 100 * width < LETTER * (len(earlier.text) + len(later.text)) / 2
        for earlier, later in pairwise(labels)
    )


@given(
    st.lists(
        st.one_of(
            st.none(), st.integers(0, 10**9), st.floats(0, 1e6).map(lambda value: round(value, 3))
        ),
        max_size=300,
    )
)
def test_a_chart_is_within_its_frame(values: list[float | None]) -> None:
    names = [f"2026-{number:05}" for number in range(len(values))]
    chart = bar_chart("x", names, values)
    assert len(chart.bars) == sum(bool(value) for value in values)
    assert all(0 <= bar.left <= bar.left + bar.width <= 100.01 for bar in chart.bars)
    assert all(1 <= bar.height <= HEIGHT for bar in chart.bars)
    assert all(0 <= mark.at <= HEIGHT for mark in chart.beside)
    assert 2 <= len(chart.beside) <= 7
    assert len({mark.text for mark in chart.beside}) == len(chart.beside)
    assert all(one.at + 14 <= other.at for one, other in pairwise(chart.beside))


@given(st.integers(1, 300), st.integers(1, 12))
def test_labels_do_not_overlap(number: int, length: int) -> None:
    chart = bar_chart("x", ["8" * length] * number, [1] * number)
    assert chart.below
    most = chart.max_width or WIDE
    assert not overlaps(list(chart.below), min(WIDE, most))
    on_a_phone = [label for label in chart.below if not label.is_for_wide_screens]
    assert on_a_phone
    assert not overlaps(on_a_phone, min(NARROW, most))


@given(st.integers(0, 12), st.integers(1, 240))
def test_a_time_axis_has_round_times(power: int, number: int) -> None:
    axis = time_axis(2**power, number)
    assert len(axis.names) == number
    assert 1 < len(axis.below) <= 12
    assert len({label.text for label in axis.below}) == len(axis.below)
    assert all(0 <= label.at <= 100 for label in axis.below)
    smaller = {"minutes:seconds": 1, "hours:minutes": 60}[axis.unit]
    for label in axis.below:
        larger, rest = map(int, label.text.split(":"))
        seconds = smaller * (60 * larger + rest)
        assert label.at == pytest.approx(100 * seconds / (2**power * number), abs=0.001)


def test_one_large_run_does_not_hide_the_others() -> None:
    began = [f"2026-11-{day:02} 02:30" for day in range(1, 9)]
    totals = {"new": [120_000, 30, 40, 0, 20, 50, 60, 10], "requests": [300] * 8}
    posts, requests = site_charts(began, totals)
    assert posts.caption == "New posts by run (logarithmic scale)"
    assert min(bar.height for bar in posts.bars) > 20
    assert [mark.text for mark in posts.beside] == ["0", "10", "1,000", "100,000"]
    assert requests.caption == "Requests by run"


@pytest.mark.parametrize(
    ("days", "caption", "titles"),
    [
        (
            {"2026-11-24": 5, "2026-11-26": 7},
            "Posts by day",
            ["2026-11-24: 5", "2026-11-26: 7"],
        ),
        (
            {"2012-01-01": 1, "2026-11-24": 50, "2026-11-25": 70},
            "Posts by day; 1 from 2012-01-01 to 2012-01-01 not drawn",
            ["2026-11-24: 50", "2026-11-25: 70"],
        ),
        # a chart of 14 years would be 2 bars and a gap
        (
            {"2012-03-05": 1, "2026-02-01": 80, "2026-07-26": 70},
            "Posts by month; 1 from 2012-03 to 2012-03 not drawn",
            ["2026-02: 80", "2026-07: 70"],
        ),
        (
            {"2025-12-01": 2, "2026-01-01": 5, "2026-01-31": 1, "2026-07-26": 7},
            "Posts by month",
            ["2025-12: 2", "2026-01: 6", "2026-07: 7"],
        ),
        (
            {"1970-01-01": 9, "2025-12-31": 5, "2026-11-26": 7},
            "Posts by year",
            ["1970: 9", "2025: 5", "2026: 7"],
        ),
        ({"some day": 3}, "Posts by day", ["some day: 3"]),
    ],
)
def test_posts_are_drawn_over_a_calendar(
    days: dict[str, int], caption: str, titles: list[str]
) -> None:
    chart, _ = post_charts({"posts_by_day": days})
    assert chart.caption == caption
    assert [bar.title for bar in chart.bars] == titles


def test_a_day_without_posts_is_a_gap() -> None:
    chart, _ = post_charts({"posts_by_day": {"2026-11-24": 5, "2026-11-26": 7}})
    first, second = chart.bars
    assert second.left - first.left == pytest.approx(200 / 3, abs=0.01)
    assert [label.text for label in chart.below] == ["2026-11-24", "2026-11-25", "2026-11-26"]


@given(st.dictionaries(st.dates().map(str), st.integers(1, 10**6), max_size=50))
def test_no_calendar_loses_many_posts(days: dict[str, int]) -> None:
    charts = list(post_charts({"posts_by_day": days}))
    assert bool(charts) == bool(days)
    if charts:
        drawn = sum(int(bar.title.split(": ")[1].replace(",", "")) for bar in charts[0].bars)
        assert drawn >= 0.9 * sum(days.values())
        assert drawn == sum(days.values()) or "not drawn" in charts[0].caption
