"""Segments: the files of JSON lines of one site, each of one kind and up to a size.

`articles-00001.jsonl`, `posts-00001.jsonl`, … in one folder per site. Lines are appended and, in
batches, flushed to the disk; then their length is marked in the ledger. What stands behind the mark
when a writer was killed is cut off by the next one: `site_archive.py` keeps the two in step.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, cast

from crawler.archive.files import fsync_folder, naming, replaced_file

# The kinds of lines, each with the name that its files begin with. `rejected`: lines that failed
# the check before they were stored.
FILES = {
    "article": "articles",
    "post": "posts",
    "refusal": "refusals",
    "coverage": "coverage",
    "rejected": "rejected",
}
# So many bytes at the end of a segment are hashed: one page of the disk, which costs one read, and
# mostly the whole last line. Its id, date and hash stand at no other place of the file, so that one
# byte more or less before the end changes what is found there.
_TAIL = 4096
# 256 MiB: a size that editors, mail and version control still take.
SEGMENT_SIZE = 256 * 1024 * 1024

# "posts-00001.jsonl", "coverage-00012.jsonl.gz"
_SEGMENT = re.compile(
    rf"(?:{'|'.join(FILES.values())})-(?P<number>\d{{5,9}})\.jsonl(?:\.gz|\.zst)?"
)
_ENDINGS = {"gzip": ".gz", "zstd": ".zst"}
# What a kill leaves of `compress`, `rewrite` and `media_store.store_file`. Other files with that
# ending are the user's.
_PART = re.compile(rf"(?:{_SEGMENT.pattern}|[0-9a-f]{{64}})\.part")

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
    ``tail``: a hash of the last of these bytes (`tail_hash`), to know a file that was changed from
    one that grew; empty where it is not known, and of a closed segment.
    """

    name: str
    length: int
    is_closed: bool = False
    tail: bytes = b""


class SegmentsDamagedError(Exception):
    """The lines of some segments are not those that were marked; ``names`` are their files."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name} {why}" for name, why in reasons.items()))
        self.names = tuple(reasons)


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
        # by the ledger, when the folder was opened, and those that were begun since
        self._marked: dict[str, Segment] = {}

    def append(self, kind: str, lines: Iterable[bytes]) -> None:
        """Append lines, as `encode` makes them, to the open segment of ``kind`` in one write."""
        data = b"".join(lines)
        if data:
            file = self._file(kind)
            with naming(Path(file.name)):
                file.write(data)
            self._unflushed.add(kind)

    def flush(self) -> list[Segment]:
        """Bring all lines to the disk; return the segments that grew, with their new lengths."""
        grown = []
        for kind in sorted(self._unflushed):
            file = self._files[kind]
            with naming(Path(file.name)):
                file.flush()
                os.fsync(file.fileno())
            length = file.tell()
            grown.append(Segment(Path(file.name).name, length, tail=tail_hash(file, length)))
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

    def check(self, marked: Mapping[str, Segment]) -> None:
        """Raise `SegmentsDamagedError` where the segments are not those that were marked.

        Lines are not there that were, or others are that no killed writer leaves unmarked.
        """
        self._marked = dict(marked)
        reasons = {name: why for name in marked if (why := self._damage(marked[name]))}
        last = self._last_numbers()
        for kind, name in FILES.items():
            reasons |= self._beyond(kind, last.get(name, 0))
        if reasons:
            raise SegmentsDamagedError(reasons)

    def cut_back(self, marked: Mapping[str, Segment]) -> list[tuple[str, Segment]]:
        """Cut the segments back to what is marked, however the last writer ended.

        ``marked``: the segments of the ledger, by name. Returns the segments that the last writer
        closed without marking that they are, as `close_full` does. Raises `SegmentsDamagedError`
        as `check` does, and then changes nothing.
        """
        self.check(marked)
        last, closed = self._last_numbers(), []
        for path in self.folder.glob("*.part"):
            if _PART.fullmatch(path.name):
                path.unlink()
        for segment in marked.values():
            # whoever keeps the site may move closed segments elsewhere
            if segment.is_closed:
                continue
            path = self.folder / segment.name
            packed = _packed(path)
            if packed and _holds(packed, segment):
                # a kill came after the rename of `compress`, before or after its unlink
                path.unlink(missing_ok=True)
                closed.append((path.name, _closed(packed)))
                continue
            if packed:
                packed.unlink()
            if path.exists() and path.stat().st_size > segment.length:
                os.truncate(path, segment.length)
        for kind, name in FILES.items():
            for path in self._behind(kind, last.get(name, 0)):
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

    def _damage(self, segment: Segment) -> str | None:
        """Return in which way an open segment is not what was marked; ``None`` where it is."""
        if segment.is_closed:
            return None
        path = self.folder / segment.name
        packed = _packed(path)
        if packed and _holds(packed, segment):
            return None
        if packed and not path.exists():
            return f"is packed, and {packed.name} holds other lines than the ledger knows of"
        length = path.stat().st_size if path.exists() else 0
        if length < segment.length:
            return (
                f"holds {length:,} bytes of {segment.length:,}:"
                " the ledger knows of lines that are gone"
            )
        if segment.length:
            with path.open("rb") as file:
                if not _ends_as_marked(file, segment):
                    return "was changed: its lines do not end where the ledger says"
        return None

    def _behind(self, kind: str, last: int) -> list[Path]:
        """Return the segments that were begun behind the last marked one of their kind."""
        return [path for path in segment_paths(self.folder, kind) if _number(path.name) > last]

    def _beyond(self, kind: str, last: int) -> dict[str, str]:
        """Return what proves that the ledger is older than the lines.

        A killed writer leaves one segment behind the last marked one, which is full or closed then:
        all of its lines are marked.
        """
        behind = self._behind(kind, last)
        names = [path.name for path in behind]
        if not behind:
            return {}
        path = self.folder / f"{FILES[kind]}-{last:05}.jsonl"
        marked = self._marked.get(path.name)
        is_longer = marked and path.exists() and path.stat().st_size > marked.length
        if not is_longer and names == [f"{FILES[kind]}-{last + 1:05}.jsonl"]:
            return {}
        return {names[-1]: "is there, and the ledger is older"}

    def _last_numbers(self) -> dict[str, int]:
        """Return the highest number of the segments of each kind that the ledger knows."""
        last: dict[str, int] = {}
        for name in self._marked:
            kind, number = name.partition("-")[0], _number(name)
            last[kind] = max(last.get(kind, 0), number)
        return last

    def _file(self, kind: str) -> BinaryIO:
        file = self._files.get(kind)
        if file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._path(kind)
            self._marked.setdefault(path.name, Segment(path.name, 0))
            file = self._files[kind] = path.open("a+b")
            fsync_folder(self.folder)
        return file

    def _path(self, kind: str) -> Path:
        """Return the segment that the next line of a kind belongs to.

        A number is not given again: files that were moved away are known by theirs.
        """
        name = FILES[kind]
        paths = segment_paths(self.folder, kind)
        last = max(self._last_numbers().get(name, 0), *(_number(path.name) for path in paths), 0)
        path = self.folder / f"{name}-{last:05}.jsonl"
        marked = self._marked.get(path.name)
        is_closed = marked is not None and marked.is_closed
        if last and path in paths and not is_closed and path.stat().st_size < self._size:
            return path
        return self.folder / f"{name}-{last + 1:05}.jsonl"


def segment_paths(folder: Path, kind: str) -> list[Path]:
    """Return the segments of one kind in a folder, in the order they were written."""
    found = [
        path
        for path in folder.glob(f"{FILES[kind]}-*")
        if _SEGMENT.fullmatch(path.name) and path.is_file()
    ]
    return sorted(found, key=lambda path: _number(path.name))


def missing_segments(folder: Path, kind: str) -> list[str]:
    """Return the names of the segments of one kind that were moved out of a folder.

    Numbers are given one after the other and never twice, so a gap in them is a file that is not
    here. Files behind the last number leave no gap.
    """
    numbers = {_number(path.name) for path in segment_paths(folder, kind)}
    lacking = set(range(1, max(numbers, default=0))) - numbers
    return [f"{FILES[kind]}-{number:05}" for number in sorted(lacking)]


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a segment, compressed or not, each with its newline.

    They may be anything: see `crawler.archive.records`. A torn line at the end, as a kill leaves
    it, is left out. Raises `OSError`.
    """
    with open_segment(path) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def open_segment(path: Path) -> BinaryIO:
    """Open a segment, compressed or not, to read its lines. Raises `OSError`."""
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if path.suffix == ".zst":
        # a file that `zstandard` opens cannot be read line by line
        return io.BufferedReader(_zstd().open(path, "rb"))
    return path.open("rb")


def unpacking_errors() -> tuple[type[Exception], ...]:
    """Return what a damaged segment raises when it is read."""
    of_zstd: tuple[type[Exception], ...] = (_zstd().ZstdError,) if can_compress("zstd") else ()
    return EOFError, zlib.error, gzip.BadGzipFile, *of_zstd


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


def compress(path: Path, compression: str) -> Path:
    """Replace a plain file by a compressed one and return its path; "" leaves it as it is.

    A kill leaves one of the two whole, or both. Raises `OSError`.
    """
    ending = _ENDINGS.get(compression)
    if ending is None:
        return path
    packed = path.with_name(path.name + ending)
    part = packed.with_name(packed.name + ".part")
    with naming(packed), path.open("rb") as source, part.open("wb") as target:
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


def tail_hash(file: BinaryIO, length: int) -> bytes:
    """Return a hash of the end of the first ``length`` bytes of a file, which it moves to."""
    start = max(0, length - _TAIL)
    file.seek(start)
    return _short_hash(file.read(length - start))


def _short_hash(tail: bytes) -> bytes:
    return hashlib.sha256(tail).digest()[:8]


def _ends_as_marked(file: BinaryIO, segment: Segment) -> bool:
    """Whether the lines of a file end at the marked length, with the marked bytes before it."""
    if segment.tail:
        return tail_hash(file, segment.length) == segment.tail
    # an earlier version marked it
    file.seek(segment.length - 1)
    return file.read(1) == b"\n"


def _holds(packed: Path, segment: Segment) -> bool:
    """Whether a compressed file holds what was marked of the plain one, and no more."""
    length, tail = 0, b""
    try:
        with open_segment(packed) as file:
            while piece := file.read(1 << 20):
                length += len(piece)
                tail = (tail + piece)[-_TAIL:]
    except unpacking_errors():
        return False
    return length == segment.length and segment.tail in (b"", _short_hash(tail))


def _packed(path: Path) -> Path | None:
    """Return the file that a plain segment was compressed into; ``None`` if it was not."""
    names = (path.with_name(path.name + ending) for ending in _ENDINGS.values())
    return next((name for name in names if name.exists()), None)


def _closed(path: Path) -> Segment:
    return Segment(path.name, path.stat().st_size, is_closed=True)


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
