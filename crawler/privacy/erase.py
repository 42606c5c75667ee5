"""Taking what is on the removal list out of what was stored: the one place that rewrites lines.

Files go first, then what the ledger knows of them, then the lines: whatever a kill leaves of that,
the lines that are left still tell what is to be erased. A file of lines is put in the place of the
old one at once; killed before it is marked, it costs the ledger, which is made anew from the lines.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crawler.archive.changes import MediaSeen, PostSeen
from crawler.archive.media_store import media_key
from crawler.archive.segments import FILES, encode, read_lines, rewrite, segment_paths
from crawler.archive.site_archive import SiteArchive
from crawler.archive.state import KnownMedia
from crawler.archive.tables import hash_bytes
from crawler.privacy.policy import Privacy, redacted_record
from crawler.privacy.site import names_learnt

Record = dict[str, Any]


@dataclass(slots=True)
class Listed:
    """What of a site's lines is on its removal list.

    ``lines`` go whole, ``changed`` lose what they took over of somebody. ``segments``: where they
    are. ``hashes`` are what the present state of changed posts then has, by thread and post id.
    ``posts`` are the items that go, with their threads; ``files`` the kept files that nothing
    else shows, with what the ledger knows them by.
    """

    lines: int = 0
    changed: int = 0
    hashes: dict[tuple[str, str], str] = field(default_factory=dict)
    segments: set[Path] = field(default_factory=set)
    posts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def find(folder: Path, privacy: Privacy) -> Listed:
    """Look for what is listed. Raises `OSError`."""
    listed = Listed()
    for path, record in _records(folder):
        told = _told(record, privacy, listed.posts)
        key = record.get("thread_id") or "", record["item_id"].rpartition(":")[2]
        if told == record:
            if key in listed.hashes:
                # a later version that has nothing to lose
                listed.hashes[key] = record.get("content_hash", listed.hashes[key])
            continue
        listed.segments.add(path)
        if told is None:
            listed.lines += 1
            if record["item_type"] in ("article", "post"):
                # so that its deletion, which names no author, goes as well
                listed.posts[record["item_id"]] = record["thread_id"]
        else:
            listed.changed += 1
            listed.hashes[key] = told["content_hash"]
        still = _files(told or {})
        listed.files |= {name: key for name, key in _files(record).items() if name not in still}
    if listed.files:
        for _, record in _records(folder):
            for name in _files(_told(record, privacy, listed.posts) or {}):
                listed.files.pop(name, None)
    return listed


def erase(archive: SiteArchive, privacy: Privacy, listed: Listed) -> None:
    """Erase what was found, and all pages that were kept as they were sent.

    To the ledger it is what was never told: taken off the list, it is told again. Raises `OSError`,
    `sqlite3.Error`.
    """
    ledger = archive.ledger
    if privacy.salt:
        # the lines that told whom a number means are about to go
        ledger.apply([names_learnt(privacy.removals)])
    for name, key in listed.files.items():
        (archive.folder / name).unlink(missing_ok=True)
        ledger.apply([MediaSeen(KnownMedia(key))])
    for item_id, thread_id in listed.posts.items():
        post_id = item_id.rpartition(":")[2]
        for known in ledger.posts(thread_id, [post_id]).values():
            ledger.apply([PostSeen(thread_id, replace(known, version=0, hash=b""))])
    for (thread_id, post_id), digest in listed.hashes.items():
        for known in ledger.posts(thread_id, [post_id]).values():
            ledger.apply([PostSeen(thread_id, replace(known, hash=hash_bytes(digest)))])
    ledger.commit()
    for path in listed.segments:
        rewrite(path, _left(read_lines(path), privacy, listed.posts))
        marked = ledger.segments().get(path.name)
        if marked is not None:
            ledger.replace_segment(path.name, replace(marked, length=path.stat().st_size))
            ledger.commit()
    shutil.rmtree(archive.folder / "alarm", ignore_errors=True)


def _records(folder: Path) -> Iterator[tuple[Path, Record]]:
    for kind in FILES:
        for path in segment_paths(folder, kind):
            for line in read_lines(path):
                yield path, json.loads(line)


def _left(lines: Iterable[bytes], privacy: Privacy, erased: dict[str, str]) -> Iterator[bytes]:
    """The lines that stay; those that lose nothing to the byte as they were."""
    for line in lines:
        record = json.loads(line)
        told = _told(record, privacy, erased)
        if told is not None:
            yield line if told == record else encode(told)


def _told(record: Record, privacy: Privacy, erased: dict[str, str]) -> Record | None:
    if record["item_id"] in erased or privacy.removes(record):
        return None
    return (
        redacted_record(record, privacy) if record["item_type"] in ("article", "post") else record
    )


def _files(record: Record) -> dict[str, str]:
    """The kept files that a line tells of, and what the ledger knows each by."""
    parts = (*record.get("images", ()), *record.get("attachments", ()))
    return {part["path"]: media_key(part) for part in parts if "path" in part}
