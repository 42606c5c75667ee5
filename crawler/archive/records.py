"""The lines of a segment as records; what is no line of ours is reported and passed over.

Users edit files, editors add empty lines, disks lose blocks. A line that cannot be one of ours
costs itself alone: the log names its file and number, it stays where it is, and all others are
read.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from crawler.archive.segments import FILES, open_segment, unpacking_errors
from crawler.archive.tables.rows import WRONG_VALUES, DamagedValueError
from crawler.items import KINDS

logger = logging.getLogger(__name__)

Record = dict[str, Any]

# Of a file that somebody else wrote so many lines are logged one by one, the rest as a number.
_LOGGED = 20
# No line of ours is nested so deep; Python's own limit would be met elsewhere, in the middle of a
# file that is being written.
_DEEPEST = 100
# What a line raises, where it is used, of which a field is another thing than ours.
UNREADABLE = (
    *WRONG_VALUES,
    RecursionError,
    DamagedValueError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
# SQLite keeps whole numbers of 64 bits.
_HIGHEST = 1 << 53
_BOM = b"\xef\xbb\xbf"


class BadLineError(ValueError):
    """A line that is none of ours; the message says why."""


def record_of(line: bytes, *, is_rejected: bool = False) -> Record:
    r"""Return a line as a record. Raises `BadLineError` where it cannot be one of ours.

    Only what a line is known by is looked at: the other fields may be what a pipeline of a user's
    made of them. ``is_rejected``: it failed the check, so more may be wrong with it.

    >>> record_of(b'{"item_type": "post", "item_id": "s:7:2"}\n')
    Traceback (most recent call last):
        ...
    crawler.archive.records.BadLineError: version: None
    """
    if not line.strip():
        raise BadLineError("it is empty")
    try:
        record = json.loads(line.decode(), parse_constant=_no_number, parse_float=_finite)
        if b"\\ud" in line.lower():
            # half of a surrogate pair: no file can hold it
            json.dumps(record, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        what = "is no UTF-8" if isinstance(error, UnicodeError) else "is no JSON"
        raise BadLineError(f"it {what}") from error
    if not isinstance(record, dict):
        raise BadLineError(f"it is a {type(record).__name__} and no object")
    if _is_deep(line, record):
        raise BadLineError(f"it is nested more than {_DEEPEST} deep")
    _check_identity(record, is_rejected=is_rejected)
    return record


def read_all(path: Path) -> Iterator[tuple[bytes, Record | BadLineError]]:
    """Yield all lines of a segment, each with its record or with what is wrong with it.

    Those that are ours end with their newline; a torn one at the end, as a kill leaves it, does
    not. Where a file cannot be unpacked any further the line is empty. Raises `OSError`.
    """
    is_rejected = path.name.startswith(FILES["rejected"])
    with open_segment(path) as file:
        try:
            for number, read in enumerate(file):
                # an editor puts it before the first line
                line = read if number else read.removeprefix(_BOM)
                try:
                    record = record_of(line, is_rejected=is_rejected)
                except BadLineError as error:
                    yield line, error
                else:
                    # an editor may have taken the last newline away
                    yield line if line.endswith(b"\n") else line + b"\n", record
        except unpacking_errors() as error:
            yield b"", BadLineError(f"it cannot be unpacked, nor what follows: {error}")


class Records:
    """The records of one segment with their lines, in their order. Iterating raises `OSError`.

    ``number`` is that of the line that was read last, ``bad`` how many were no lines of ours. A
    torn line at the end, as a kill leaves it, is left out and not logged.
    """

    def __init__(self, path: Path, *, is_quiet: bool = False) -> None:
        self.path = path
        self.number = 0
        self.bad = 0
        self._is_quiet = is_quiet
        self._logged = 0

    def __iter__(self) -> Iterator[tuple[bytes, Record]]:
        for line, found in read_all(self.path):
            self.number += 1
            if not isinstance(found, BadLineError):
                yield line, found
            elif line.endswith(b"\n") or not line:
                self.bad += 1
                self._tell(str(found))
        if self._logged > _LOGGED and not self._is_quiet:
            logger.error("%s: %d more lines like that", self.path, self._logged - _LOGGED)

    @contextmanager
    def passing_over(self) -> Iterator[None]:
        """Report the line that was read last, if it is not what whoever uses it expects."""
        try:
            yield
        except UNREADABLE as error:
            self._tell(f"{type(error).__name__}: {error}")

    def _tell(self, why: str) -> None:
        self._logged += 1
        if self._logged <= _LOGGED and not self._is_quiet:
            logger.error(
                "%s, line %d is no line of ours (%.150s): it is passed over",
                self.path,
                self.number,
                why,
            )


def cut_torn_line(path: Path) -> None:
    """Cut off what a killed writer left behind the last newline. Raises `OSError`.

    A whole line whose newline is missing gets one.
    """
    with path.open("rb+") as file:
        end = whole = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end == whole:
            return
        file.seek(end)
        try:
            record_of(file.read(), is_rejected=path.name.startswith(FILES["rejected"]))
        except BadLineError:
            file.truncate(end)
        else:
            file.write(b"\n")


def _check_identity(record: Mapping[str, Any], *, is_rejected: bool) -> None:
    kind, version, names = record.get("item_type"), record.get("version"), ["item_id"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadLineError(f"item_type: {kind!r:.60}")
    if not is_rejected:
        if type(version) is not int or not 0 < version < _HIGHEST:
            raise BadLineError(f"version: {version!r:.60}")
        names += ["site", "thread_id"] if kind in ("article", "post") else ["site"]
    for name in names:
        value = record.get(name)
        if not isinstance(value, str) or not value:
            raise BadLineError(f"{name}: {value!r:.60}")


def _is_deep(line: bytes, record: Record) -> bool:
    # no line with so few brackets is
    if line.count(b"[") + line.count(b"{") <= _DEEPEST:
        return False
    level: list[Any] = [record]
    for _ in range(_DEEPEST):
        level = [
            part
            for value in level
            for part in (value.values() if isinstance(value, dict) else value)
            if isinstance(part, dict | list)
        ]
    return bool(level)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_number(text)
    return number
