"""Erases what is on the removal list from what was stored: the only place that rewrites lines.

First the pictures and files are deleted, then their rows in the ledger, then the lines: after a
kill at any moment the lines that are left still show what has to be erased. A segment is replaced
in one step. One that lines were still appended to is closed first: the next run does not hold the
length of a closed segment against the ledger, so a kill between that step and marking it does no
harm.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crawler.archive import (
    FILES,
    SiteArchive,
    encode,
    hash_bytes,
    read_lines,
    rewrite,
    segment_paths,
)
from crawler.archive.changes import MediaSeen, PostSeen
from crawler.archive.media_store import media_key
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
    """

    lines: int = 0
    changed: int = 0
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    segments: set[Path] = field(default_factory=set)
    posts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def find(folder: Path, privacy: Privacy) -> Listed:
    """Find what is to be erased, without erasing it. Raises `OSError`."""
    listed = Listed()
    for path, record in _records(folder):
        told = _told(record, privacy, listed.posts)
        key = record.get("thread_id") or "", record["item_id"].rpartition(":")[2]
        if told == record:
            if key in listed.hashes:
                # a later version of a changed post; nothing is erased from it
                listed.hashes[key] = record.get("content_hash", listed.hashes[key])
            continue
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
        still = _files(told or {})
        listed.files |= {name: key for name, key in _files(record).items() if name not in still}
    if listed.files:
        for _, record in _records(folder):
            for name in _files(_told(record, privacy, listed.posts) or {}):
                listed.files.pop(name, None)
    return listed


def erase(archive: SiteArchive, privacy: Privacy, listed: Listed) -> None:
    """Erase what was found, and all pages that were kept in `alarm/` as they were sent.

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
    for path in sorted(listed.segments):
        rewrite(path, _left(read_lines(path), privacy, listed.posts))
        _mark(archive)
    # those that an earlier erasure rewrote, before it was killed
    _mark(archive)
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


def _records(folder: Path) -> Iterator[tuple[Path, Record]]:
    for kind in FILES:
        for path in segment_paths(folder, kind):
            for line in read_lines(path):
                yield path, json.loads(line)


def _left(lines: Iterable[bytes], privacy: Privacy, erased: dict[str, str]) -> Iterator[bytes]:
    """Yield the lines that stay; those from which nothing is erased stay the same to the byte."""
    for line in lines:
        record = json.loads(line)
        told = _told(record, privacy, erased)
        if told is not None:
            yield line if told == record else encode(told)


def _told(record: Record, privacy: Privacy, erased: dict[str, str]) -> Record | None:
    if record["item_id"] in erased or privacy.removes(record):
        return None
    return redacted_record(record, privacy)


def _files(record: Record) -> dict[str, str]:
    """Return the kept files of a line, each with its key in the ledger."""
    parts = (*record.get("images", ()), *record.get("attachments", ()))
    return {part["path"]: media_key(part) for part in parts if "path" in part}
