"""The archive of a forum that lives: its laws by some seeds, and the shortest histories they found."""

from __future__ import annotations

import pytest

from tests.forum.living.events import Event
from tests.forum.living.forum import Setup
from tests.forum.living.histories import History, history_of, outcome_of
from tests.forum.living.nights import Night

SEEDS = 40
PLAIN = Setup(posts_a_page=3)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_archive_equals_the_forum(seed: int) -> None:
    assert outcome_of(history_of(seed)).breaches == ()


# What each history broke in the first version. Numbers choose among what there is: see `events.py`.
HISTORIES: dict[str, History] = {
    "a reply at the end goes, with the newest first and one reply on page 1": History(
        Setup(posts_a_page=2),
        (Event("post", 0.7264, 0.0957),),
        (Night((Event("reply", 0.6, 0.7),)),),
    ),
    "a thread of two pages loses its last reply": History(
        PLAIN,
        (Event("post", 0.7173, 0.5852),),
        (Night(), Night((Event("delete_last", 0.563, 0.3512),))),
    ),
    "a split leaves no gap to see": History(
        PLAIN,
        (Event("post", 0.0131, 0.0917),),
        (
            Night((Event("reply", 0.066, 0.3553), Event("reply", 0.081, 0.6006))),
            Night((Event("split", 0.1805, 0.7184),)),
        ),
    ),
    "a hot reply goes": History(
        Setup(posts_a_page=4),
        (Event("post", 0.1299, 0.1412),),
        (Night((Event("heat", 0.1866, 0.8036),)), Night((Event("delete_last", 0.73, 0.2311),))),
    ),
    "a hot reply stands on top only, and others come": History(
        Setup(posts_a_page=2),
        (Event("post", 0.0192, 0.1823),),
        (Night(), Night((Event("heat", 0.368, 0.186), Event("reply", 0.7832, 0.1877)))),
    ),
    "the counter is forgotten": History(
        PLAIN,
        (Event("post", 0.7286, 0.2139),),
        (Night(), Night((Event("delete_quietly", 0.5915, 0.6851),))),
    ),
    "the newest reply goes and others come: page 2 is page 1 once more": History(
        PLAIN,
        (),
        (
            Night((Event("post", 0.7301, 0.7995),)),
            Night((Event("delete_last", 0.8357, 0.9218),)),
        ),
    ),
    "a page shows a gap, and the next one has moved up": History(
        Setup(posts_a_page=4),
        (),
        (
            Night((Event("post", 0.2036, 0.1535),)),
            Night(
                (
                    Event("delete_reply", 0.2938, 0.7658),
                    Event("reply", 0.9819, 0.4296),
                    Event("reply", 0.0414, 0.4567),
                )
            ),
        ),
    ),
    "several go behind each other while the newest come first": History(
        Setup(posts_a_page=2),
        (Event("post", 0.0323, 0.7223),),
        (Night(), Night((Event("purge", 0.2783, 0.9722), Event("turn", 0.2571, 0.0223)))),
    ),
    "hidden, and back where it stood": History(
        PLAIN,
        (
            Event("post", 0.3781, 0.0949),
            Event("post", 0.2994, 0.1803),
            Event("post", 0.7111, 0.1927),
            Event("post", 0.1119, 0.0846),
            Event("post", 0.5594, 0.1723),
        ),
        (
            Night((Event("post", 0.181, 0.5663),)),
            Night(
                (
                    Event("bin", 0.7822, 0.7314),
                    Event("comment", 0.4848, 0.2923),
                    Event("move", 0.4509, 0.5535),
                )
            ),
            Night((Event("move", 0.5502, 0.4338),)),
        ),
    ),
    "old posts become a thread on a page of the list that is new": History(
        PLAIN,
        (
            Event("post", 0.3409, 0.4754),
            Event("post", 0.624, 0.1225),
            Event("post", 0.0538, 0.1755),
        ),
        (
            Night((Event("post", 0.6497, 0.8861),)),
            Night((Event("split", 0.0091, 0.6181), Event("reply", 0.1548, 0.3313))),
        ),
    ),
    "a merge brings as many as a deletion takes": History(
        Setup(posts_a_page=2),
        (Event("post", 0.4263, 0.9284), Event("post", 0.5283, 0.0249)),
        (
            Night(),
            Night(
                (
                    Event("merge", 0.7026, 0.0546),
                    Event("delete_reply", 0.0517, 0.6509),
                    Event("reply", 0.2382, 0.9975),
                )
            ),
        ),
    ),
    "posts with comments go, and the counter falls by both": History(
        Setup(posts_a_page=2, counts_comments=True),
        (Event("post", 0.2796, 0.639),),
        (
            Night((Event("comment", 0.1, 0.9324),)),
            Night(
                (
                    Event("close", 0.3437, 0.1556),
                    Event("delete_reply", 0.1797, 0.9145),
                    Event("split", 0.2242, 0.1487),
                )
            ),
        ),
    ),
    "page 1 shows the opening post alone, and then those that moved up": History(
        Setup(posts_a_page=2),
        (Event("post", 0.2796, 0.889),),
        (
            Night(),
            Night((Event("delete_reply", 0.1797, 0.9145), Event("split", 0.2242, 0.1487))),
            Night(budget=0),
        ),
    ),
    "a thread takes in another, which is older, and its own opening post goes": History(
        PLAIN,
        (Event("post", 0.5975, 0.1698), Event("post", 0.0652, 0.6889)),
        (Night(), Night((Event("merge", 0.0565, 0.6915), Event("split", 0.6278, 0.2476)))),
    ),
    "a page out of a cache shows posts that the counter does not count any more": History(
        Setup(posts_a_page=4),
        (Event("post", 0.7489, 0.1279),),
        (
            Night((Event("reply", 0.4436, 0.9097), Event("reply", 0.2813, 0.5837))),
            Night(
                (
                    Event("purge", 0.4371, 0.3517),
                    Event("post", 0.3604, 0.3094),
                    Event("delete_last", 0.7983, 0.5574),
                    Event("reply", 0.9704, 0.884),
                ),
                stale=0.5,
                seed=971,
            ),
        ),
    ),
    "a restart: pages behind a gap are counted through, the one before it is not": History(
        Setup(posts_a_page=2),
        (Event("post", 0.1792, 0.8868), Event("post", 0.5186, 0.5392)),
        (
            Night(),
            Night(stops_at=10),
            Night((Event("reply", 0.8723, 0.2327), Event("move", 0.9301, 0.4388, at=5))),
            Night((Event("delete_reply", 0.8794, 0.5088),)),
            Night((Event("restart", 0.9794, 0.5642),), budget=0),
        ),
    ),
    "the last page that was known is shorter than others, and is not the last any more": History(
        Setup(posts_a_page=2, counts_comments=True),
        (Event("post", 0.7805, 0.7542),),
        (
            Night(
                (
                    Event("reply", 0.484, 0.2463),
                    Event("post", 0.0652, 0.3416),
                    Event("delete_last", 0.0568, 0.587),
                    Event("comment", 0.1199, 0.5131),
                )
            ),
            Night((Event("merge", 0.6658, 0.1474), Event("delete_reply", 0.1922, 0.2934))),
        ),
    ),
    "a hot reply stands on top only, and the page of its own floor is empty": History(
        Setup(threads_a_page=2),
        (
            Event("post", 0.832, 0.15),
            Event("post", 0.1439, 0.3011),
            Event("post", 0.6466, 0.0242),
            Event("post", 0.0722, 0.0843),
            Event("post", 0.0289, 0.5997),
            Event("post", 0.705, 0.8676),
        ),
        (
            Night(
                (
                    Event("reply", 0.1448, 0.9062),
                    Event("resize", 0.2318, 0.356),
                    Event("post", 0.0382, 0.3393),
                    Event("heat", 0.9959, 0.4057),
                    Event("reply", 0.376, 0.6529),
                    Event("unbin", 0.0148, 0.5511, at=24),
                    Event("delete_reply", 0.8987, 0.5507),
                )
            ),
        ),
    ),
    "a page behind the end, and comments that the counter counts": History(
        Setup(posts_a_page=2, has_positions=False, counts_comments=True),
        (Event("post", 0.3224, 0.5392),),
        (
            Night((Event("reply", 0.9391, 0.084),)),
            Night((Event("split", 0.0677, 0.3532), Event("comment", 0.4275, 0.5956))),
        ),
    ),
    "the last page of a thread with the newest first holds the opening post alone": History(
        PLAIN,
        (),
        (
            Night((Event("post", 0.1958, 0.5931),)),
            Night((Event("delete_quietly", 0.882, 0.2035),)),
        ),
    ),
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_the_shortest_histories(history: History) -> None:
    assert outcome_of(history).breaches == ()
