"""Erases what is on the removal list from what was stored: the only place that rewrites lines.

First the pictures and files are deleted, then their rows in the ledger, then the lines: after a
kill at any moment the lines that are left still show what has to be erased. A segment is replaced
in one step. One that lines were still appended to is closed first: the next run does not hold the
length of a closed segment against the ledger, so a kill between that step and marking it does no
harm.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crawler.archive import (
    FILES,
    Records,
    SiteArchive,
    encode,
    hash_bytes,
    rewrite,
    segment_paths,
)
from crawler.archive.changes import MediaSeen, PostSeen
from crawler.archive.media_store import STORED_PATH, media_key
from crawler.archive.records import UNREADABLE, BadLineError, read_all
from crawler.archive.state import MediaState
from crawler.privacy.policy import Privacy, redacted_record
from crawler.privacy.site import names_learnt

Record = dict[str, Any]


@dataclass(slots=True)
class Listed:
    """What is to be erased from the lines of a site.

    ``lines``: how many are erased whole. ``changed``: how many lose only what they quote or name.
    ``segments``: the files that hold them. ``hashes``: the content hash that each changed post has
    afterwards, by thread and post id. ``posts``: the ids of erased items, each with its thread.
    ``files``: the kept files that no other post shows, each with its key in the ledger.
    ``copies``: damaged files that were set aside, which hold anything.
    """

    lines: int = 0
    changed: int = 0
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    segments: set[Path] = field(default_factory=set)
    posts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    copies: list[Path] = field(default_factory=list)


def find(folder: Path, privacy: Privacy) -> Listed:
    """Find what is to be erased, without erasing it. Raises `OSError`."""
    listed = Listed(copies=sorted(folder.glob("*.jsonl*.damaged")))
    for kind in FILES:
        for path in segment_paths(folder, kind):
            lines = Records(path)
            for _, record in lines:
                # what cannot be looked through is told, and stays
                with lines.passing_over():
                    _look(record, path, privacy, listed)
    if listed.files:
        for record in _records(folder):
            with suppress(*UNREADABLE):
                for name in _files(_told(record, privacy, listed.posts) or {}):
                    listed.files.pop(name, None)
    return listed


def _look(record: Record, path: Path, privacy: Privacy, listed: Listed) -> None:
    """Note what is to be erased from a line."""
    told = _told(record, privacy, listed.posts)
    key = record.get("thread_id") or "", record["item_id"].rpartition(":")[2]
    if told == record:
        if key in listed.hashes:
            # a later version of a changed post; nothing is erased from it
            listed.hashes[key] = record.get("content_hash", listed.hashes[key])
        return
    still = _files(told or {})
    listed.files |= {name: key for name, key in _files(record).items() if name not in still}
    listed.segments.add(path)
    if told is None:
        listed.lines += 1
        if record["item_type"] in ("article", "post"):
            # the line of its deletion names no author, and is erased by its id
            listed.posts[record["item_id"]] = record["thread_id"]
    else:
        listed.changed += 1
        if "content_hash" in told:
            listed.hashes[key] = told["content_hash"]


def erase(archive: SiteArchive, privacy: Privacy, listed: Listed) -> None:
    """Erase what was found, and all pages that were kept in `alarm/` as they were sent.

    Copies of damaged segments go as well. Lines that are none of ours stay where they are.

    The ledger then knows the erased posts as never stored: once they are off the removal list, the
    next run stores them again. Raises `OSError`, `sqlite3.Error`.
    """
    ledger = archive.ledger
    if privacy.salt:
        # a listed number stands for a name; the lines that show which one are about to be erased
        ledger.apply([names_learnt(privacy.removals)])
    for name, key in listed.files.items():
        (archive.folder / name).unlink(missing_ok=True)
        ledger.apply([MediaSeen(MediaState(key))])
    for item_id, thread_id in listed.posts.items():
        post_id = item_id.rpartition(":")[2]
        for known in ledger.posts(thread_id, [post_id]).values():
            ledger.apply([PostSeen(thread_id, replace(known, version=0, hash=b"", author=""))])
    for (thread_id, post_id), digest in listed.hashes.items():
        for known in ledger.posts(thread_id, [post_id]).values():
            ledger.apply([PostSeen(thread_id, replace(known, hash=hash_bytes(digest)))])
    marked = ledger.segments()
    names = {path.name for path in listed.segments} & marked.keys()
    ledger.commit([replace(marked[name], is_closed=True) for name in names])
    # the last first: the line of a deletion names no author, and is found by the lines before it
    for path in sorted(listed.segments, reverse=True):
        rewrite(path, _left(path, privacy, listed.posts))
        _mark(archive)
    # those that an earlier erasure rewrote, before it was killed
    _mark(archive)
    for path in listed.copies:
        path.unlink(missing_ok=True)
    alarm = archive.folder / "alarm"
    if alarm.exists():
        shutil.rmtree(alarm)


def _mark(archive: SiteArchive) -> None:
    """Mark the lengths that the segments have now."""
    for name, marked in archive.ledger.segments().items():
        path = archive.folder / name
        # a closed one may have been moved elsewhere
        length = path.stat().st_size if path.exists() else marked.length
        if length != marked.length:
            archive.ledger.replace_segment(name, replace(marked, length=length))
    archive.ledger.commit()


def _records(folder: Path) -> Iterator[Record]:
    for kind in FILES:
        for path in segment_paths(folder, kind):
            for _, record in Records(path, is_quiet=True):
                yield record


def _left(path: Path, privacy: Privacy, erased: dict[str, str]) -> Iterator[bytes]:
    """Yield the lines that stay; those from which nothing is erased stay the same to the byte."""
    for line, found in read_all(path):
        if isinstance(found, BadLineError):
            if not line:
                raise OSError(f"{path}: {found}; put a whole copy there first")
            yield line
            continue
        try:
            told = _told(found, privacy, erased)
        except UNREADABLE:
            told = found
        if told is not None:
            yield line if told == found else encode(told)


def _told(record: Record, privacy: Privacy, erased: dict[str, str]) -> Record | None:
    if record["item_id"] in erased or privacy.removes(record):
        return None
    return redacted_record(record, privacy)


def _files(record: Record) -> dict[str, str]:
    """Return the kept files of a line, each with its key in the ledger."""
    lists = [record.get(name) for name in ("images", "attachments")]
    parts = [part for each in lists if isinstance(each, list) for part in each]
    # a line that broke the schema may say anything, and somebody may have written the line
    shown = [part for part in parts if isinstance(part, dict) and _is_stored(part.get("path"))]
    return {part["path"]: media_key(part) for part in shown}


def _is_stored(path: object) -> bool:
    return isinstance(path, str) and STORED_PATH.fullmatch(path) is not None
