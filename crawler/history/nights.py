"""When something that was refused is asked for again: after 1, 2, 4, 8 … nights."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86400
# A timer's run may begin some hours earlier than the night before.
_SLACK = DAY // 3
# What was never found is looked for again after so many nights at most.
_MOST_NIGHTS = 32


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long something waits (times are in seconds since 1970).

    ``nights``: on how many days it was met, ``counted`` when the last of them was, ``due`` from
    when on it is asked for again.
    """

    nights: int = 0
    counted: int = 0
    due: int = 0


def met_again(before: Waiting, now: int, longest_wait: int) -> Waiting:
    """How long something waits that was met again at ``now``.

    After ``longest_wait`` days it is asked for again in any case. What is met twice on one day
    waits no longer for it.

    >>> once = met_again(Waiting(), 1_000_000, 30)
    >>> once
    Waiting(nights=1, counted=1000000, due=1000000)
    >>> met_again(once, 1_000_000 + DAY, 30).due - 1_000_000 - DAY == 2 * DAY - _SLACK
    True
    """
    nights, counted = before.nights, before.counted
    if not nights or is_another_night(counted, now):
        nights, counted = nights + 1, now
    return Waiting(nights, counted, _due(nights, counted, longest_wait))


def _due(nights: int, counted: int, longest_wait: int) -> int:
    """When something is asked for again: by the next run, then ever later."""
    if nights < 2:
        return counted
    days = min(1 << min(nights - 1, 30), max(longest_wait, 1))
    return counted + days * DAY - _SLACK


def is_another_night(counted: int, now: int) -> bool:
    """Whether a night has passed since something was counted (seconds since 1970)."""
    return now - counted >= DAY - _SLACK


def is_night_to_look(night: int) -> bool:
    """Whether something that many nights did not find is looked for again on this one of them.

    >>> [night for night in range(1, 100) if is_night_to_look(night)]
    [1, 2, 4, 8, 16, 32, 64, 96]
    """
    return night & (night - 1) == 0 or night % _MOST_NIGHTS == 0
