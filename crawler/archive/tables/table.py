"""What all subjects of a ledger have: the connection, and how an id is written."""

from __future__ import annotations

import sqlite3

# Lower and higher than any number of minutes that a table holds.
LOWEST, HIGHEST = -(1 << 62), 1 << 62
# SQLite keeps whole numbers of 64 bits: 18 digits always fit.
_LONGEST_NUMBER = 18


class Table:
    """One subject of a ledger; nothing lasts before the ledger commits."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db


def id_value(text: str) -> int | str:
    """How an id of a thread or post is kept: as a number, small on disk and in order.

    What is no number of 18 digits or fewer is kept as text.

    >>> id_value("1448"), id_value("p2-4"), id_value("9" * 19)
    (1448, 'p2-4', '9999999999999999999')
    """
    is_number = len(text) <= _LONGEST_NUMBER and text.isascii() and text.isdigit()
    return int(text) if is_number else text
