"""Rows of a ledger as values: what this program never writes there means that the file is damaged.

SQLite keeps any value in any column, and finds no fault with a text of which a disk lost a block.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import cache, wraps
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from crawler.archive.tables.table import HIGHEST

T = TypeVar("T")

# What a wrong value raises where it is made into another one.
WRONG_VALUES = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
# Times become dates: the last second of the year 9999.
_LAST_SECOND = 253_402_300_799
_TIMES = frozenset({"at", "last_post", "asked", "since", "counted", "due", "began", "above"})


class DamagedValueError(sqlite3.DatabaseError):
    """A value that this program never wrote."""


def from_ledger(read: Callable[[tuple[Any, ...]], T]) -> Callable[[tuple[Any, ...]], T]:
    """Make a reader of rows raise `DamagedValueError` where a value cannot be its own."""

    @wraps(read)
    def checked_read(row: tuple[Any, ...]) -> T:
        try:
            return checked(read(row))
        except WRONG_VALUES as error:
            raise DamagedValueError(f"{error!r:.150}") from error

    return checked_read


def checked(state: T) -> T:
    """Return a value of `crawler.archive.state` whose fields hold what they are declared to.

    Raises `DamagedValueError`.
    """
    cls: Any = type(state)
    for name, types, most in _declared(cls):
        value = getattr(state, name)
        if type(value) not in types or (type(value) is int and not -most <= value <= most):
            raise DamagedValueError(f"{cls.__name__}.{name} is {value!r:.60}")
    return state


def as_int(value: Any) -> int:
    """Return a whole number of a row. Raises `DamagedValueError`."""
    if type(value) is not int:
        raise DamagedValueError(f"{value!r:.60} is no number")
    return value


def numbered(rows: Iterable[tuple[Any, ...]]) -> list[tuple[str, int]]:
    """Return rows of an id and a page. Raises `DamagedValueError`."""
    return [(str(name), as_int(page)) for name, page, *_ in rows]


@cache
def _declared(cls: type[Any]) -> tuple[tuple[str, frozenset[type], int], ...]:
    hints = get_type_hints(cls)
    return tuple(
        (spec.name, _types(hints[spec.name]), _LAST_SECOND if spec.name in _TIMES else HIGHEST)
        for spec in fields(cls)
    )


def _types(hint: Any) -> frozenset[type]:
    """Return the types that a value may have.

    >>> sorted(each.__name__ for each in _types(tuple[int, ...] | None))
    ['NoneType', 'tuple']
    """
    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and (hint in (str, int, bool, bytes, NoneType) or is_dataclass(hint)):
        return frozenset({hint})
    if isinstance(origin, type) and origin.__name__ not in ("UnionType", "Union"):
        # what is within a list of numbers is read by whoever made it one; a mapping is a dict
        return frozenset({origin if origin is tuple else dict})
    return frozenset().union(*map(_types, inner))
