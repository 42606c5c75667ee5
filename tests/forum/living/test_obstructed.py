"""The archive of a forum that lives behind obstacles: its laws by some seeds, the shortest histories."""

from __future__ import annotations

import pytest

from tests.forum.living.histories import obstructed_history_of, outcome_of
from tests.forum.living.obstructed import Obstructed

SEEDS = 6


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_archive_equals_the_forum(seed: int) -> None:
    assert outcome_of(obstructed_history_of(seed), Obstructed).breaches == ()
