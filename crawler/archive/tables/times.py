"""Times of a ledger that lie ahead of the clock: what a run with a wrong clock has noted.

They would hide what they are about until the clock comes to them: pages would not be looked at,
refusals not be asked for, lists not be read to their ends.
"""

from __future__ import annotations

import sqlite3

from crawler.archive.state import CLOCKS_APART

# ?1: now, ?2: what is later than this is ahead, both in seconds since 1970. What is not in order by
# its times is due, or was never looked at.
_CORRECTIONS = (
    "UPDATE page SET checked = 0, due = min(due, ?1) WHERE checked > ?2",
    # with a minus sign: due, see `ThreadTable.oldest_pages`
    "UPDATE page SET checked = -?1, due = min(due, ?1) WHERE checked < -?2",
    "UPDATE list SET checked = 0 WHERE checked > ?2",
    "DELETE FROM walk WHERE began > ?2 / 60",
    "DELETE FROM missing WHERE asked > ?2",
    # it was missed by an earlier run
    "UPDATE missed SET since = ?1 - 1 WHERE since > ?2",
    "UPDATE thread SET odd_since = ?1 WHERE odd_since > ?2",
    (
        "UPDATE board SET since = min(since, ?1), counted = min(counted, ?1)"
        " WHERE since > ?2 OR counted > ?2"
    ),
    (
        "UPDATE refusal SET asked = 0, since = min(since, ?1), counted = min(counted, ?1),"
        " due = min(due, ?1) WHERE asked > ?2 OR counted > ?2"
    ),
    (
        "UPDATE media SET asked = min(asked, ?1), counted = min(counted, ?1), due = min(due, ?1)"
        " WHERE asked > ?2 OR counted > ?2"
    ),
)


def correct_times(db: sqlite3.Connection, now: int) -> None:
    """Correct the times that lie ahead of ``now``, in seconds since 1970."""
    for correction in _CORRECTIONS:
        db.execute(correction, (now, now + CLOCKS_APART))
