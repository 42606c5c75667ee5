"""Numbers, shares, sizes and moments as the report shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in rising order, neighbours drawn together.

    >>> ranges([2, 4, 5, 8, 9, 10])
    '2, 4-5, 8-10'
    """
    starts = [numbers[0], *(later for one, later in pairwise(numbers) if later != one + 1)]
    ends = [*(one for one, later in pairwise(numbers) if later != one + 1), numbers[-1]]
    pairs = zip(starts, ends, strict=True)
    return ", ".join(str(one) if one == other else f"{one}-{other}" for one, other in pairs)


def moment(text: str) -> str:
    """A moment of a record in UTC, to the minute.

    >>> moment("2026-11-25T20:00:59+08:00"), moment("some day")
    ('2026-11-25 12:00 UTC', 'some day')
    """
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def percent(share: float | None) -> str:
    """A share of 1 in percent; ``None`` is not known."""
    return "-" if share is None else f"{100 * share:.0f} %"


def grouped(number: int) -> str:
    """A number with its thousands apart."""
    return f"{number:,}"


def size(number: float) -> str:
    """Bytes in the largest unit that fits.

    >>> size(999), size(12_400_800)
    ('999 B', '12.4 MB')
    """
    if number < 1000:
        return f"{number:.0f} B"
    for unit in ("kB", "MB"):
        number /= 1000
        if number < 1000:
            return f"{number:,.1f} {unit}"
    return f"{number / 1000:,.1f} GB"
