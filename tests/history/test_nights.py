"""How long something waits that is refused night after night."""

from __future__ import annotations

import pytest

from crawler.history.nights import DAY, Waiting, met_again


def asked(longest_wait: int, nights: int) -> list[int]:
    """On which of so many nights something is asked for that is refused each time."""
    waiting, found = Waiting(), []
    for night in range(nights):
        now = 1_000_000 + night * DAY
        if waiting.due <= now:
            found.append(night)
            waiting = met_again(waiting, now, longest_wait)
    return found


@pytest.mark.parametrize(
    "longest_wait, expected",
    [
        (30, [0, 1, 3, 7, 15, 31, 61, 91]),
        (4, [0, 1, 3, 7, 11, 15, 19, 23]),
        (1, [*range(8)]),
        (0, [*range(8)]),
    ],
)
def test_ever_later(longest_wait: int, expected: list[int]) -> None:
    assert asked(longest_wait, 100)[:8] == expected


def test_twice_on_one_day_is_one_night() -> None:
    now = 1_000_000
    once = met_again(Waiting(), now, 30)
    assert met_again(once, now + 3600, 30) == once
    assert met_again(once, now + DAY - 3600, 30).nights == 2, "a timer may be early"
