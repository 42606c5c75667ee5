"""The archive of a forum that lives behind obstacles: its laws by some seeds, the shortest histories."""

from __future__ import annotations

import pytest

from tests.forum.living.events import Event
from tests.forum.living.forum import Setup
from tests.forum.living.histories import History, obstructed_history_of, outcome_of
from tests.forum.living.nights import InTheWay, Night
from tests.forum.living.obstructed import Obstructed

SEEDS = 6


# 63: a thread that was read in this run is called missing when it is asked for as a check
@pytest.mark.parametrize("seed", [*range(SEEDS), 63])
def test_the_archive_equals_the_forum(seed: int) -> None:
    assert outcome_of(obstructed_history_of(seed), Obstructed).breaches == ()


# What each history broke at first.
HISTORIES: dict[str, History] = {
    "a thread goes where visitors may not go, and all others were read before": History(
        Setup(),
        (Event("post", 0.0, 0.2), Event("post", 0.0, 0.2)),
        (Night(), Night((Event("move", 0.0, 0.9999),))),
    ),
    "a thread of which a page was refused goes where visitors may not go": History(
        Setup(),
        (Event("post", 0.0, 0.4), Event("post", 0.0, 0.2)),
        (
            Night(obstacle=InTheWay("too_many", seed=333, after=2)),
            Night((Event("move", 0.0, 0.9999),)),
        ),
    ),
    "a thread ends before a page while another one is in doubt": History(
        Setup(posts_a_page=2, threads_a_page=4, has_positions=False),
        tuple(
            Event("post", a, b)
            for a, b in (
                (0.6966, 0.1591),
                (0.5571, 0.7643),
                (0.8424, 0.3167),
                (0.6538, 0.5392),
                (0.1478, 0.0777),
                (0.6085, 0.1398),
                (0.404, 0.3379),
                (0.3775, 0.0839),
                (0.8172, 0.2995),
                (0.8393, 0.2831),
                (0.149, 0.2901),
                (0.2053, 0.5076),
                (0.7106, 0.8574),
            )
        ),
        (
            Night(seed=443, obstacle=InTheWay("notice_page", seed=995, after=4)),
            Night(
                (Event("delete_reply", 0.949, 0.8794, at=28),),
                seed=38,
                obstacle=InTheWay("to_login", seed=781, after=2, covers="viewthread", share=0.1),
            ),
        ),
    ),
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_the_shortest_histories(history: History) -> None:
    assert outcome_of(history, Obstructed).breaches == ()
