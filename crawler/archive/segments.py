"""JSON Lines segments on disk, one kind of line each.

`articles-00001.jsonl`, `posts-00001.jsonl`, … under one folder a site. Lines are appended and, in
batches, flushed to the disk; who keeps the ledger marks them then. What stands behind the mark
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

FILES = {
    "article": "articles",
    "post": "posts",
    "refusal": "refusals",
    "coverage": "coverage",
    "rejected": "rejected",
}
# A file that editors, mail and version control still take: 256 MiB.
SEGMENT_SIZE = 256 * 1024 * 1024

_SEGMENT = re.compile(
    rf"(?:{'|'.join(FILES.values())})-(?P<number>\d{{5,9}})\.jsonl(?:\.gz|\.zst)?"
)
_ENDINGS = {"gzip": ".gz", "zstd": ".zst"}

# What ends a line for some readers (U+2028), moves a terminal's cursor (C1) or turns its text round
# (bidirectional marks) is written as JSON's own escape: the same string, harmless to look at.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def encode(record: Mapping[str, Any]) -> bytes:
    """One line of JSON: UTF-8, no lone surrogates, no line break within."""
    text = json.dumps(record, ensure_ascii=False)
    text = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "replace") + b"\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of lines: its name, how many bytes of it are sure, whether more may come."""

    name: str
    length: int
    is_closed: bool = False


class SegmentsDamagedError(Exception):
    """A segment is shorter than what was once written to it, or gone."""


class Segments:
    """The segments of one site.

    Lines are appended as they come; `flush` brings them to the disk and tells what may now be
    marked. A segment that is full is closed: compressed beside itself, then put in its place by a
    rename. Raises `OSError` where the disk does.
    """

    def __init__(self, folder: Path, *, size: int = SEGMENT_SIZE, compression: str = "") -> None:
        self.folder = folder
        self._size = size
        self._compression = compression
        self._files: dict[str, BinaryIO] = {}
        self._unflushed: set[str] = set()

    def append(self, kind: str, lines: Iterable[bytes]) -> None:
        """Add encoded lines to the open segment of ``kind``, in one write."""
        data = b"".join(lines)
        if data:
            self._file(kind).write(data)
            self._unflushed.add(kind)

    def flush(self) -> list[Segment]:
        """Bring all lines to the disk; returns the segments that grew, as they now are."""
        grown = []
        for kind in sorted(self._unflushed):
            file = self._files[kind]
            file.flush()
            os.fsync(file.fileno())
            grown.append(Segment(Path(file.name).name, file.tell()))
        self._unflushed.clear()
        return grown

    def close_full(self) -> list[tuple[str, Segment]]:
        """Close the segments that have reached their size: (name before, segment after) each.

        To be called after their lines are marked.
        """
        full = [kind for kind, file in self._files.items() if file.tell() >= self._size]
        closed = []
        for kind in full:
            with self._files.pop(kind) as file:
                path = Path(file.name)
            closed.append((path.name, _closed(compress(path, self._compression))))
        return closed

    def close(self) -> None:
        """Close the files. What was not flushed is not sure."""
        while self._files:
            self._files.popitem()[1].close()

    def cut_back(self, marked: Mapping[str, Segment]) -> list[tuple[str, Segment]]:
        """Bring the segments back to what is marked, after whatever happened to the last writer.

        Returns the segments that it had closed without marking it, as `close_full` does. Raises
        `SegmentsDamagedError` where lines are gone that were marked.
        """
        closed = []
        for path in self.folder.glob("*.part"):
            path.unlink()
        for segment in marked.values():
            # closed segments may be taken away, to an archive
            if segment.is_closed:
                continue
            path = self.folder / segment.name
            packed = _packed(path)
            if packed:
                # compressed and renamed; the kill came before the plain one was removed, or after
                path.unlink(missing_ok=True)
                closed.append((path.name, _closed(packed)))
                continue
            length = path.stat().st_size if path.exists() else 0
            if length < segment.length:
                said = f"{segment.name} holds {length:,} bytes of {segment.length:,}"
                raise SegmentsDamagedError(said)
            if length > segment.length:
                os.truncate(path, segment.length)
        for path in self._beyond(marked):
            path.unlink()
        return closed

    def drop_unmarked(self, marked: Mapping[str, Segment]) -> None:
        """As `cut_back`, for a writer that failed: never raises for what cannot be cut."""
        while self._files:
            # closing tries once more to write what the disk did not take
            with suppress(OSError):
                self._files.popitem()[1].close()
        with suppress(OSError, SegmentsDamagedError):
            self.cut_back(marked)

    def _beyond(self, marked: Mapping[str, Segment]) -> list[Path]:
        """Segments that were begun behind the last marked one, and never marked."""
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
        name = FILES[kind]
        paths = segment_paths(self.folder, kind)
        if not paths:
            return self.folder / f"{name}-00001.jsonl"
        last = paths[-1]
        if last.suffix == ".jsonl" and last.stat().st_size < self._size:
            return last
        return self.folder / f"{name}-{_number(last.name) + 1:05}.jsonl"


def segment_paths(folder: Path, kind: str) -> list[Path]:
    """The segments of one kind, in the order they were written."""
    found = [
        path
        for path in folder.glob(f"{FILES[kind]}-*")
        if _SEGMENT.fullmatch(path.name) and path.is_file()
    ]
    return sorted(found, key=lambda path: _number(path.name))


def read_lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a segment, compressed or not; what stands behind the last one is left."""
    with _open(path) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def rewrite(path: Path, lines: Iterable[bytes]) -> None:
    """Put other lines in the place of a segment's, at once, in the compression that it has."""
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
    """Drop what a killed writer left behind the last whole line."""
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
    """Put a compressed file in the place of a plain one; a kill leaves one of them whole."""
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
    """Whether this Python has what a compression needs: zstd comes with 3.14 or `zstandard`."""
    if compression == "zstd":
        return any(map(find_spec, ("compression", "zstandard")))
    return compression in ("", "gzip")


def _number(name: str) -> int:
    found = _SEGMENT.fullmatch(name)
    return int(found["number"]) if found else 0


def _packed(path: Path) -> Path | None:
    """What a plain segment was compressed into, if it was."""
    names = (path.with_name(path.name + ending) for ending in _ENDINGS.values())
    return next((name for name in names if name.exists()), None)


def _closed(path: Path) -> Segment:
    return Segment(path.name, path.stat().st_size, is_closed=True)


def _open(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        # what the package opens cannot be read line by line
        return io.BufferedReader(_zstd().open(path, "rb"))
    return path.open("rb")


def _compressor(target: BinaryIO, compression: str) -> Any:
    if compression == "gzip":
        return gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0)
    return _zstd().open(target, "wb")


def _zstd() -> Any:
    """The zstd module: Python's own from 3.14 on, else the package of that name."""
    for name in ("compression.zstd", "zstandard"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError("zstd needs Python 3.14 or the package zstandard")
