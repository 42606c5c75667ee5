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
