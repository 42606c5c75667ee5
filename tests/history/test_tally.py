from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.history.tally import Tally
from crawler.items import Article, Coverage, Line, Post, Refusal

EVERY: dict[str, Any] = {
    "item_id": "x",
    "site": "b.example",
    "url": "http://b.example/",
    "fetched_at": "2023-03-15T12:00:00+00:00",
}


def refusal(**more: Any) -> Refusal:
    return Refusal(**EVERY, reason="challenge", retriable=True, **more)


def coverage(**more: Any) -> Coverage:
    numbers: dict[str, Any] = {"posts_captured": 1, "pages_captured": 1}
    return Coverage(**EVERY, thread_id="7", status="complete", run_id="r", **numbers, **more)


@pytest.mark.parametrize(
    "line, counted",
    [
        (Article(**EVERY), {"new_articles": 1}),
        (Article(**EVERY, version=2), {"changed_articles": 1}),
        (Article(**EVERY, version=2, is_deleted=True), {"deleted_articles": 1}),
        (Post(**EVERY), {"new_posts": 1}),
        (Post(**EVERY, version=3), {"changed_posts": 1}),
        (Post(**EVERY, version=3, is_deleted=True), {"deleted_posts": 1}),
        (refusal(), {"refused/challenge": 1}),
        (refusal(version=4), {"refused/challenge": 1}),
        (refusal(version=5, is_deleted=True), {"refusals_over": 1}),
        (coverage(), {"coverage_lines": 1}),
        (coverage(version=2), {"coverage_lines": 1}),
    ],
)
def test_each_line_is_counted_once(line: Line, counted: dict[str, int]) -> None:
    tally = Tally()
    tally.count_line(line)
    assert tally.as_stats() == counted
    # a night that wrote nothing but coverage found nothing new
    assert tally.has_stored_lines == (counted != {"coverage_lines": 1})


def test_sums() -> None:
    tally = Tally(new_articles=1, new_posts=2, changed_articles=3, changed_posts=4)
    tally.deleted_articles, tally.deleted_posts = 5, 6
    assert (tally.new, tally.changed, tally.deleted) == (3, 7, 11)
    assert not Tally(coverage_lines=3, threads_read=9, lines_dropped=1).has_stored_lines
    assert Tally(lines_rejected=1).has_stored_lines


NAMES = [spec.name for spec in fields(Tally)]
reasons = st.dictionaries(st.sampled_from(["challenge", "not_found"]), st.integers(0, 9)).map(
    Counter
)
tallies = st.builds(
    Tally,
    **{
        name: reasons if name in ("refused", "files_refused", "decisive") else st.integers(0, 9)
        for name in NAMES
    },
)


@given(tallies, tallies)
def test_a_sum_is_that_of_each_counter(one: Tally, other: Tally) -> None:
    before = one.as_stats(), other.as_stats()
    both = one + other
    expected = Counter(one.as_stats())
    expected.update(other.as_stats())
    assert both.as_stats() == expected
    assert (one.as_stats(), other.as_stats()) == before
    assert (both.new, both.deleted) == (one.new + other.new, one.deleted + other.deleted)
    assert (Tally() + one).as_stats() == one.as_stats()


@given(tallies)
def test_stats_tell_each_counter_that_is_not_zero(tally: Tally) -> None:
    stats = tally.as_stats()
    assert all(stats.values())
    for name in NAMES:
        value = getattr(tally, name)
        if isinstance(value, Counter):
            found = {key: n for key, n in stats.items() if key.startswith(f"{name}/")}
            assert sum(found.values()) == value.total()
        else:
            assert stats.get(name, 0) == value
