"""Segments: the files of JSON lines of one site, each of one kind and up to a size.

`articles-00001.jsonl`, `posts-00001.jsonl`, … in one folder per site. Lines are appended and, in
batches, flushed to the disk; then their length is marked in the ledger. What stands behind the mark
when a writer was killed is cut off by the next one: `site_archive.py` keeps the two in step.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, cast

from crawler.archive.files import fsync_folder, replaced_file

# The kinds of lines, each with the name that its files begin with. `rejected`: lines that failed
# the check before they were stored.
FILES = {
    "article": "articles",
    "post": "posts",
    "refusal": "refusals",
    "coverage": "coverage",
    "rejected": "rejected",
}
# 256 MiB: a size that editors, mail and version control still take.
SEGMENT_SIZE = 256 * 1024 * 1024

# "posts-00001.jsonl", "coverage-00012.jsonl.gz"
_SEGMENT = re.compile(
    rf"(?:{'|'.join(FILES.values())})-(?P<number>\d{{5,9}})\.jsonl(?:\.gz|\.zst)?"
)
_ENDINGS = {"gzip": ".gz", "zstd": ".zst"}

# Characters that end a line for some readers (U+2028), move a terminal's cursor (C1 controls) or
# reverse its text (bidirectional marks, such as U+202E). They are written as escapes of JSON: the
# same string when it is read, and harmless to look at.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def encode(record: Mapping[str, Any]) -> bytes:
    r"""Return a record as one line of JSON with its newline: UTF-8, no other line break within.

    A lone surrogate, which UTF-8 cannot hold, becomes "?".

    >>> encode({"text": "a\nb\u2028\ud800"})
    b'{"text": "a\\nb\\u2028?"}\n'
    """
    text = json.dumps(record, ensure_ascii=False)
    text = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "replace") + b"\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of lines.

    ``length``: how many of its bytes are on the disk. ``is_closed``: no more lines are appended.
    """

    name: str
    length: int
    is_closed: bool = False


class SegmentsDamagedError(Exception):
    """A segment is gone, or is shorter than the length that was marked."""


class Segments:
    """The segments of one site, open for writing.

    Lines are appended as they come; `flush` brings them to the disk and returns what may now be
    marked. A segment of ``size`` bytes or more is full and gets closed: with ``compression`` (see
    `can_compress`) it is compressed into a file beside it, which then takes its place by a rename.

    All methods raise `OSError` where the disk fails, unless they say otherwise.
    """

    def __init__(self, folder: Path, *, size: int = SEGMENT_SIZE, compression: str = "") -> None:
        self.folder = folder
        self._size = size
        self._compression = compression
        self._files: dict[str, BinaryIO] = {}
        self._unflushed: set[str] = set()
        self._closed: set[str] = set()

    def append(self, kind: str, lines: Iterable[bytes]) -> None:
        """Append lines, as `encode` makes them, to the open segment of ``kind`` in one write."""
        data = b"".join(lines)
        if data:
            self._file(kind).write(data)
            self._unflushed.add(kind)

    def flush(self) -> list[Segment]:
        """Bring all lines to the disk; return the segments that grew, with their new lengths."""
        grown = []
        for kind in sorted(self._unflushed):
            file = self._files[kind]
            file.flush()
            os.fsync(file.fileno())
            grown.append(Segment(Path(file.name).name, file.tell()))
        self._unflushed.clear()
        return grown

    def close_full(self) -> list[tuple[str, Segment]]:
        """Close the segments that are full; return (name before, segment after) of each.

        Call it only after their lines are marked.
        """
        full = [kind for kind, file in self._files.items() if file.tell() >= self._size]
        closed = []
        for kind in full:
            with self._files.pop(kind) as file:
                path = Path(file.name)
            closed.append((path.name, _closed(compress(path, self._compression))))
        return closed

    def close(self) -> None:
        """Close all files; unflushed data may be lost. Raises nothing."""
        while self._files:
            # to close a file tries once more to write what a full disk did not take
            with suppress(OSError):
                self._files.popitem()[1].close()

    def cut_back(self, marked: Mapping[str, Segment]) -> list[tuple[str, Segment]]:
        """Cut the segments back to what is marked, however the last writer ended.

        ``marked``: the segments of the ledger, by name. Returns the segments that the last writer
        closed without marking that they are, as `close_full` does. Raises `SegmentsDamagedError`
        where lines are gone that were marked.
        """
        closed = []
        self._closed = {each.name for each in marked.values() if each.is_closed}
        for path in self.folder.glob("*.part"):
            path.unlink()
        for segment in marked.values():
            # whoever keeps the site may move closed segments elsewhere
            if segment.is_closed:
                continue
            path = self.folder / segment.name
            packed = _packed(path)
            if packed:
                # a kill came after the rename of `compress`, before or after its unlink
                path.unlink(missing_ok=True)
                closed.append((path.name, _closed(packed)))
                continue
            length = path.stat().st_size if path.exists() else 0
            if length < segment.length:
                raise SegmentsDamagedError(
                    f"{segment.name} holds {length:,} bytes of {segment.length:,}"
                )
            if length > segment.length:
                os.truncate(path, segment.length)
        for path in self._beyond(marked):
            path.unlink()
        return closed

    def drop_unmarked(self, marked: Mapping[str, Segment] | None) -> None:
        """Close all files and cut them back to what is marked, after a write failed.

        ``None``: what is marked is not known, so nothing is cut. Raises nothing: what cannot be cut
        now is cut by the next writer.
        """
        self.close()
        if marked is not None:
            with suppress(OSError, SegmentsDamagedError):
                self.cut_back(marked)

    def _beyond(self, marked: Mapping[str, Segment]) -> list[Path]:
        """Return segments that were begun behind the last marked one of their kind."""
        found = []
        for name in FILES.values():
            numbers = [_number(each) for each in marked if each.startswith(f"{name}-")]
            path = self.folder / f"{name}-{max(numbers, default=0) + 1:05}.jsonl"
            if path.exists():
                found.append(path)
        return found

    def _file(self, kind: str) -> BinaryIO:
        file = self._files.get(kind)
        if file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._path(kind)
            file = self._files[kind] = path.open("ab")
            fsync_folder(self.folder)
        return file

    def _path(self, kind: str) -> Path:
        """Return the segment that the next line of a kind belongs to."""
        name = FILES[kind]
        paths = segment_paths(self.folder, kind)
        if not paths:
            return self.folder / f"{name}-00001.jsonl"
        last = paths[-1]
        is_open = last.suffix == ".jsonl" and last.name not in self._closed
        if is_open and last.stat().st_size < self._size:
            return last
        return self.folder / f"{name}-{_number(last.name) + 1:05}.jsonl"


def segment_paths(folder: Path, kind: str) -> list[Path]:
    """Return the segments of one kind in a folder, in the order they were written."""
    found = [
        path
        for path in folder.glob(f"{FILES[kind]}-*")
        if _SEGMENT.fullmatch(path.name) and path.is_file()
    ]
    return sorted(found, key=lambda path: _number(path.name))


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a segment, compressed or not, each with its newline.

    A torn line at the end, as a kill leaves it, is left out. Raises `OSError`.
    """
    with _open(path) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def rewrite(path: Path, lines: Iterable[bytes]) -> None:
    """Replace all lines of a segment at once, and keep its compression. Raises `OSError`.

    Where a segment is a link, what it leads to is replaced.
    """
    path = path.resolve()
    compression = next((name for name, end in _ENDINGS.items() if path.suffix == end), "")
    with replaced_file(path) as target:
        if not compression:
            target.writelines(lines)
            return
        with _compressor(target, compression) as file:
            for line in lines:
                file.write(line)
    fsync_folder(path.parent)


def cut_torn_line(path: Path) -> None:
    """Cut off what a killed writer left behind the last newline. Raises `OSError`."""
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


def compress(path: Path, compression: str) -> Path:
    """Replace a plain file by a compressed one and return its path; "" leaves it as it is.

    A kill leaves one of the two whole, or both. Raises `OSError`.
    """
    ending = _ENDINGS.get(compression)
    if ending is None:
        return path
    packed = path.with_name(path.name + ending)
    part = packed.with_name(packed.name + ".part")
    with path.open("rb") as source, part.open("wb") as target:
        with _compressor(target, compression) as file:
            shutil.copyfileobj(source, file, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    part.replace(packed)
    fsync_folder(packed.parent)
    path.unlink()
    return packed


def can_compress(compression: str) -> bool:
    """Return whether a compression is known ("", "gzip", "zstd") and this Python can do it.

    zstd comes with Python 3.14, or with the package `zstandard`.
    """
    if compression == "zstd":
        return any(map(find_spec, ("compression", "zstandard")))
    return compression in ("", "gzip")


def _number(name: str) -> int:
    found = _SEGMENT.fullmatch(name)
    return int(found["number"]) if found else 0


def _packed(path: Path) -> Path | None:
    """Return the file that a plain segment was compressed into; ``None`` if it was not."""
    names = (path.with_name(path.name + ending) for ending in _ENDINGS.values())
    return next((name for name in names if name.exists()), None)


def _closed(path: Path) -> Segment:
    return Segment(path.name, path.stat().st_size, is_closed=True)


def _open(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        # a file that `zstandard` opens cannot be read line by line
        return io.BufferedReader(_zstd().open(path, "rb"))
    return path.open("rb")


def _compressor(target: BinaryIO, compression: str) -> Any:
    if compression == "gzip":
        return gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0)
    return _zstd().open(target, "wb")


def _zstd() -> Any:
    """Return the module for zstd: that of Python from 3.14 on, else the package `zstandard`."""
    for name in ("compression.zstd", "zstandard"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError("zstd needs Python 3.14 or the package zstandard")
