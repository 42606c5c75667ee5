"""JSON Lines segments on disk, one kind of line each.

`articles-00001.jsonl`, `posts-00001.jsonl`, … under one folder a site. Lines of one page are
written at once and flushed to the disk before the next: a kill costs at most the page that is
being written, and never leaves half a line behind.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

FILES = {
    "article": "articles",
    "post": "posts",
    "refusal": "refusals",
    "coverage": "coverage",
    "rejected": "rejected",
}
# A file that editors, mail and version control still take.
SEGMENT_SIZE = 256 * 1024 * 1024

# What ends a line for some readers (U+2028), moves a terminal's cursor (C1) or turns its text round
# (bidirectional marks) is written as JSON's own escape: the same string, harmless to look at.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


def site_folder(site: str) -> str:
    """A folder's name for a site: nothing in it can lead elsewhere.

    >>> site_folder("b.example:8033/bbs")
    'b.example_8033_bbs'
    >>> site_folder("../../etc")
    'etc'
    """
    return _UNSAFE.sub("_", site).strip("._-") or "site"


def encode(record: Mapping[str, Any]) -> bytes:
    """One line of JSON: UTF-8, no lone surrogates, no line break within."""
    text = json.dumps(record, ensure_ascii=False)
    text = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "replace") + b"\n"


class Segments:
    """The open segments of one site.

    Raises `OSError` where the disk does. Use as a context manager, or call `close`.
    """

    def __init__(self, folder: Path, *, size: int = SEGMENT_SIZE) -> None:
        self.folder = folder
        self._size = size
        self._files: dict[str, BinaryIO] = {}

    def append(self, kind: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Add lines to the segment of ``kind`` in one write, and flush them to the disk."""
        data = b"".join(map(encode, records))
        if not data:
            return
        file = self._file(kind)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if file.tell() >= self._size:
            self._files.pop(kind).close()

    def close(self) -> None:
        while self._files:
            self._files.popitem()[1].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _file(self, kind: str) -> BinaryIO:
        file = self._files.get(kind)
        if file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._path(kind)
            _cut_torn_line(path)
            file = self._files[kind] = path.open("ab")
        return file

    def _path(self, kind: str) -> Path:
        name = FILES[kind]
        last = max(self.folder.glob(f"{name}-[0-9]*.jsonl"), default=None)
        if last is None:
            return self.folder / f"{name}-00001.jsonl"
        if last.stat().st_size < self._size:
            return last
        number = int(last.stem.rpartition("-")[2]) + 1
        return self.folder / f"{name}-{number:05}.jsonl"


def _cut_torn_line(path: Path) -> None:
    """Drop what a killed run left behind the last whole line."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        file.truncate(end)
