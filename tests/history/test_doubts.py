"""Which of the posts that a reading missed are gone, and what the next run learns of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from crawler.archive.changes import PostMissed
from crawler.history.doubts import Doubts
from tests.archive.conftest import post

# When the runs began: the one that reads, and one before it.
BEGAN, BEFORE = 500, 400


def doubts(*missed: int, earlier: Mapping[int, int] | None = None, comments: Any = 0) -> Doubts:
    """One reading that missed these posts, each on the page of ten posts where it stands.

    ``earlier`` are those that readings before it missed. Each post has so many ``comments``.
    """
    since = {str(number): at for number, at in (earlier or {}).items()}
    made = Doubts("7", since, BEGAN)
    for number in missed:
        made.miss(post(number, comments=comments), {1 + number // 10})
    return made


def see(made: Doubts, *shown: int) -> None:
    made.see(map(str, shown))


def ids(posts: Iterable[Any]) -> list[int]:
    return [int(each.id) for each in posts]


def learnt(made: Doubts) -> list[tuple[int, int | None]]:
    """Per post since when it is missed; ``None``: it is there, or gone."""
    changes = list(made.changes())
    assert all(isinstance(change, PostMissed) and change.thread_id == "7" for change in changes)
    return sorted(
        (int(each.post_id), each.since) for each in changes if isinstance(each, PostMissed)
    )


def test_a_reading_that_missed_nothing_is_in_no_doubt() -> None:
    made = doubts()
    assert (bool(made), made.now, made.open, made.pages) == (False, 0, 0, set())


def test_posts_are_looked_for_on_the_pages_where_they_may_stand() -> None:
    made = doubts(4)
    made.miss(post(20), {2, 3})
    made.miss(post(30), {4})
    see(made, 30)
    assert (bool(made), made.now, made.pages) == (True, 2, {1, 2, 3})
    # missed once more, on a page nearer by
    made.miss(post(20), {3})
    assert (made.now, made.pages) == (2, {1, 3})


def test_a_post_that_was_missed_and_shown_is_not_missed_again() -> None:
    """It moved over the boundary of two pages that were read one after the other."""
    made = doubts(5, 6)
    see(made, 5)
    made.miss(post(5), {1})
    assert made.now == 1
    assert ids(made.uncounted(1, counts_comments=False)) == [6]
    assert learnt(made) == []


def test_a_post_that_was_shown_first_may_be_missed() -> None:
    """It was deleted while its thread was read; that a page showed it is no proof."""
    made = doubts()
    see(made, 5)
    made.miss(post(5), {1})
    assert (made.now, made.open) == (1, 1)
    assert learnt(made) == [(5, BEGAN)]


@pytest.mark.parametrize(
    ("missed", "shown", "in_doubt"),
    [
        pytest.param([], [], 2, id="neither missed nor shown now"),
        pytest.param([5], [], 2, id="one of them is missed again"),
        pytest.param([7], [], 3, id="another one is missed as well"),
        pytest.param([], [5], 1, id="one of them is shown"),
        pytest.param([5], [5], 1, id="one of them is missed, then shown"),
        pytest.param([7], [7], 2, id="another one is missed, then shown"),
    ],
)
def test_how_many_posts_are_in_doubt_that_an_earlier_reading_missed_two(
    missed: list[int], shown: list[int], in_doubt: int
) -> None:
    made = doubts(*missed, earlier={5: BEFORE, 6: BEFORE})
    see(made, *shown)
    assert made.open == in_doubt


@pytest.mark.parametrize(
    ("missed", "uncounted", "withheld"),
    [
        pytest.param(2, 0, 0, id="two may go before the counter tells"),
        pytest.param(3, 0, 3, id="three are withheld"),
        pytest.param(4, 0, 4, id="four are withheld"),
        pytest.param(3, -2, 3, id="it counts others that were not seen"),
        pytest.param(3, 1, 0, id="it does not count one of them any more"),
        pytest.param(3, None, 0, id="nobody knows what it counts"),
    ],
)
def test_many_posts_that_the_counter_counts_are_withheld(
    missed: int, uncounted: int | None, withheld: int
) -> None:
    numbers = range(1, missed + 1)
    made = doubts(*numbers, earlier=dict.fromkeys(numbers, BEFORE))
    assert made.withheld(uncounted) == withheld
    # such posts are not gone, however many runs miss them
    assert len(made.missed_again(uncounted)) == missed - withheld
    assert made.now == withheld


@pytest.mark.parametrize(
    ("earlier", "gone"),
    [
        pytest.param({}, [], id="for the first time"),
        pytest.param({5: BEFORE}, [5], id="by an earlier run"),
        pytest.param({5: BEGAN}, [], id="by an earlier reading of this run"),
        pytest.param({5: BEGAN + 1}, [], id="by a run whose clock was ahead"),
        pytest.param({7: BEFORE}, [], id="another one by an earlier run"),
        pytest.param({5: BEFORE, 6: BEFORE}, [5, 6], id="both by an earlier run"),
    ],
)
@pytest.mark.parametrize("uncounted", [None, 0, 2])
def test_gone_is_what_an_earlier_run_missed_too(
    earlier: dict[int, int], gone: list[int], uncounted: int | None
) -> None:
    made = doubts(5, 6, earlier=earlier)
    assert ids(made.missed_again(uncounted)) == gone
    assert made.missed_again(uncounted) == []
    assert made.now == 2 - len(gone)


def test_a_post_that_was_shown_in_between_begins_anew() -> None:
    made = doubts(earlier={5: BEFORE})
    see(made, 5)
    made.miss(post(5), {1})
    assert made.missed_again(None) == []
    assert (made.now, made.open) == (1, 1)


@pytest.mark.parametrize(
    ("uncounted", "counts_comments", "comments", "is_gone"),
    [
        pytest.param(None, False, 0, False, id="nobody knows what is counted"),
        pytest.param(0, False, 0, False, id="the counter counts both"),
        pytest.param(1, False, 0, False, id="it counts one of them"),
        pytest.param(2, False, 0, True, id="it counts neither"),
        pytest.param(3, False, 0, True, id="it does not count another one either"),
        pytest.param(3, False, 2, True, id="comments are not counted"),
        pytest.param(2, True, 2, True, id="their comments are counted still"),
        pytest.param(3, True, 2, False, id="one of their comments went: that is not known"),
        pytest.param(5, True, 2, False, id="three of their comments went"),
        pytest.param(6, True, 2, True, id="all comments went with them"),
        pytest.param(7, True, 2, True, id="all comments, and another post"),
        pytest.param(3, True, None, True, id="no comments are known of"),
    ],
)
def test_posts_that_the_counter_does_not_count_are_gone(
    uncounted: int | None, counts_comments: bool, comments: int | None, is_gone: bool
) -> None:
    made = doubts(5, 6, comments=comments)
    gone = made.uncounted(uncounted, counts_comments=counts_comments)
    assert ids(gone) == ([5, 6] if is_gone else [])
    assert made.now == (0 if is_gone else 2)


def test_what_is_gone_is_no_longer_in_doubt() -> None:
    made = doubts(5, 6, earlier={5: BEFORE, 6: BEGAN})
    assert ids(made.missed_again(None)) == [5]
    assert (made.now, made.open) == (1, 1)
    assert ids(made.uncounted(1, counts_comments=False)) == [6]
    assert (made.now, made.open, made.pages) == (0, 0, set())
    assert learnt(made) == [(5, None), (6, None)]


@pytest.mark.parametrize(
    ("missed", "shown", "expected"),
    [
        pytest.param([], [], [], id="nothing is learnt of what no page could show"),
        pytest.param([], [5], [(5, None)], id="what is shown is there"),
        pytest.param([], [5, 9], [(5, None)], id="of what nobody missed nothing is learnt"),
        pytest.param([5], [5], [(5, None)], id="missed, then shown"),
        pytest.param([5], [], [(5, BEFORE)], id="missed since the run that did first"),
        pytest.param([6], [], [(6, BEGAN)], id="missed since an earlier reading of this run"),
        pytest.param([8], [], [(8, BEGAN)], id="missed since now"),
        pytest.param([8], [8], [], id="missed now, then shown"),
    ],
)
def test_what_the_next_run_learns(
    missed: list[int], shown: list[int], expected: list[tuple[int, int | None]]
) -> None:
    made = doubts(*missed, earlier={5: BEFORE, 6: BEGAN})
    see(made, *shown)
    assert learnt(made) == expected


def test_the_next_run_learns_last_that_a_post_is_missed_since_it_was_shown() -> None:
    made = doubts(earlier={5: BEFORE})
    see(made, 5)
    made.miss(post(5), {1})
    assert list(made.changes()) == [PostMissed("7", "5", None), PostMissed("7", "5", BEGAN)]
