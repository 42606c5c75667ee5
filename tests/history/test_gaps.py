"""Pages that lack floors, by the numbers that their floors bear."""

from __future__ import annotations

import tracemalloc

import pytest

from crawler.history.gaps import Gaps


def test_a_floor_with_a_number_in_millions_costs_no_more_than_others() -> None:
    gaps = Gaps(())
    tracemalloc.start()
    gaps.add(3, [21, 9_999_999], 0, is_reversed=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert gaps.pages == {3}
    assert peak < 100_000


@pytest.mark.parametrize(
    ("floors", "known", "pinned", "lacks"),
    [
        pytest.param([21, 22, 23], (), 0, False, id="all there"),
        pytest.param([21, 23], (), 0, True, id="one between others"),
        pytest.param([21, 23], (22,), 0, False, id="one that is known to be missing"),
        pytest.param([21, 23], (22, 24, 500), 0, False, id="others that are known to be missing"),
        pytest.param([21, 23], (), 1, False, id="one that stands elsewhere on the page"),
        pytest.param([23, 21], (), 0, True, id="in any order"),
    ],
)
def test_which_numbers_lack(
    floors: list[int], known: tuple[int, ...], pinned: int, *, lacks: bool
) -> None:
    gaps = Gaps(known)
    gaps.add(3, floors, pinned, is_reversed=False)
    assert bool(gaps.pages) is lacks


def test_a_page_without_numbers_lacks_none() -> None:
    gaps = Gaps((4,))
    gaps.add(2, [], 0, is_reversed=False)
    assert gaps.pages == set()


@pytest.mark.parametrize(
    ("pages", "known", "lack"),
    [
        pytest.param({2: 11, 3: 21, 9: 81}, (), set(), id="ten a page"),
        pytest.param({2: 11, 3: 20}, (), {2, 3}, id="one moved up behind the second page"),
        pytest.param({2: 11, 3: 21, 4: 30}, (), {2, 4}, id="one of the pages of the same size"),
        pytest.param({3: 20}, (), {3}, id="no page begins with it"),
        pytest.param({1: 2, 3: 21}, (), set(), id="the first page may begin with any"),
        pytest.param({2: 12, 3: 23}, (11, 22, 21), set(), id="those before them are known to lack"),
        pytest.param({2: 12, 3: 21}, (10,), {2, 3}, id="another one is known to lack"),
    ],
)
def test_pages_begin_with_numbers_that_fit_one_size(
    pages: dict[int, int], known: tuple[int, ...], lack: set[int]
) -> None:
    gaps = Gaps(known)
    for number, first in pages.items():
        gaps.add(number, [first, first + 1], 0, is_reversed=False)
    assert gaps.pages == lack


def test_pages_with_the_newest_first_begin_with_any_number() -> None:
    gaps = Gaps(())
    gaps.add(2, [11, 12], 0, is_reversed=True)
    gaps.add(3, [8, 9], 0, is_reversed=True)
    assert gaps.pages == set()


# number of a page: how many posts it shows
@pytest.mark.parametrize(
    ("posts", "last", "short"),
    [
        pytest.param({1: 3, 2: 3, 3: 3}, 3, set(), id="all as many"),
        pytest.param({1: 3, 2: 3, 3: 1}, 3, set(), id="fewer on the last one"),
        pytest.param({1: 3, 2: 2, 3: 3}, 3, {2}, id="fewer on one"),
        pytest.param({1: 2, 2: 2, 3: 3}, 4, {1, 2}, id="more on a later one"),
        pytest.param({1: 2, 2: 3, 3: 2}, 4, {1, 3}, id="more on one between them"),
        pytest.param({1: 2, 2: 2, 3: 3}, 3, {1, 2}, id="more on the last one"),
        pytest.param({3: 2, 1: 3}, 3, set(), id="the last one was read first"),
        pytest.param({1: 0, 2: 0}, 3, set(), id="none on any"),
    ],
)
def test_all_pages_but_the_last_show_as_many_posts(
    posts: dict[int, int], last: int, short: set[int]
) -> None:
    gaps = Gaps(())
    for number, shown in posts.items():
        gaps.count(number, shown, 0, [], is_last=number == last)
    assert gaps.pages == short


@pytest.mark.parametrize(
    ("floors", "known", "pinned", "is_short"),
    [
        pytest.param([4, 5], (), 0, True, id="one fewer"),
        pytest.param([4, 5], (), 1, False, id="one that stands elsewhere on the page"),
        pytest.param([4, 6], (5,), 0, False, id="one that is known to be missing between others"),
        pytest.param([5, 6], (4,), 0, False, id="before them"),
        pytest.param([4, 5], (6,), 0, False, id="behind them"),
        pytest.param([6], (4, 5), 0, False, id="two before them"),
        pytest.param([4], (5, 6), 0, False, id="two behind them"),
        pytest.param([5], (4, 6), 0, False, id="on both sides"),
        pytest.param([4, 5], (2, 7), 0, True, id="others are known to be missing"),
        pytest.param([], (4, 5, 6), 0, True, id="without numbers nothing is known of them"),
    ],
)
def test_what_a_page_with_fewer_posts_lacks_may_be_known(
    floors: list[int], known: tuple[int, ...], pinned: int, *, is_short: bool
) -> None:
    gaps = Gaps(known)
    gaps.count(1, 3, 0, [1, 2, 3], is_last=False)
    gaps.count(2, len(floors), pinned, floors, is_last=False)
    assert gaps.pages == ({2} if is_short else set())
