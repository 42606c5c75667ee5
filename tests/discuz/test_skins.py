"""Pages in skins that nobody wrote (`tests/forum/skins.py`): right, or refused; never wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.forum.skins import outcome, skin

# each was read wrongly once
WRONG_ONCE = [
    3,  # points of the author's column for the words of short posts
    124,  # a side list and the list of posts for two floors
    476,  # a side list, what stands above the posts and what stands below them for floors
    5338,
    5586,
]


@pytest.mark.parametrize("seed", WRONG_ONCE)
def test_a_page_that_was_read_wrongly_once_is_not_again(seed: int) -> None:
    assert outcome(seed) != "wrong"


def test_most_skins_are_read_and_none_wrongly() -> None:
    """The short form; `python -m tests.forum.skins --seeds 2000` is the long one."""
    counts = Counter(map(outcome, range(20_001, 20_201)))
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.95 * counts.total()


def test_a_seed_is_one_page() -> None:
    assert skin(7) == skin(7)
    assert skin(7) != skin(8)
