"""Makes a new ledger from the lines of a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archive.changes import Change, MediaSeen, NoteMade, PostSeen, RefusalSeen, ThreadSeen
from crawler.archive.ledger import Ledger, read_note
from crawler.archive.media_store import key_of, told_of
from crawler.archive.segments import (
    FILES,
    Segment,
    cut_torn_line,
    read_lines,
    segment_paths,
)
from crawler.archive.state import (
    LEDGER,
    SHIELDED,
    KnownMedia,
    KnownPost,
    KnownRefusal,
    KnownThread,
    minutes,
)
from crawler.archive.tables import hash_bytes

# Of a damaged ledger, if they can be read: see `crawler.privacy.policy`.
_KEPT_NOTES = ("salt", "authors", "listed")


def rebuild_ledger(folder: Path) -> Ledger:
    """A new ledger for a folder, taught what the lines there tell: which posts are known, and how.

    What lists said of the threads is lost: each thread is read once more, and only what changed in
    it gives lines. The ledger stands in its place only when it is whole.
    """
    part = folder / f"{LEDGER}.part"
    for ending in ("", "-wal", "-shm"):
        part.with_name(part.name + ending).unlink(missing_ok=True)
    ledger = Ledger(part)
    for kind in FILES:
        for path in segment_paths(folder, kind):
            is_open = path.suffix == ".jsonl"
            if is_open:
                cut_torn_line(path)
            for line in read_lines(path):
                ledger.apply(_told(kind, json.loads(line), ledger))
            ledger.commit([Segment(path.name, path.stat().st_size, is_closed=not is_open)])
    for damaged in sorted(folder.glob(f"{LEDGER}.*.damaged")):
        # what no line tells: what pseudonyms are made of
        notes = ((name, read_note(damaged, name)) for name in _KEPT_NOTES)
        ledger.apply(NoteMade(name, value) for name, value in notes if value)
    ledger.commit()
    ledger.close()
    part.replace(folder / LEDGER)
    return Ledger(folder / LEDGER)


def _told(kind: str, record: Mapping[str, Any], ledger: Ledger) -> Iterator[Change]:
    if kind in ("article", "post"):
        thread_id, post_id = record["thread_id"], record["item_id"].rpartition(":")[2]
        if ledger.thread(thread_id) is None:
            yield ThreadSeen(KnownThread(thread_id))
        is_gone = bool(record.get("is_deleted"))
        known = ledger.posts(thread_id, [post_id]).get(post_id) if is_gone else None
        post = KnownPost(
            post_id,
            known.at if known else minutes(record.get("date_published")),
            record["version"],
            known.hash if known else hash_bytes(record.get("content_hash", "")),
            is_first=kind == "article",
            is_shielded=record.get("access") in SHIELDED,
            is_gone=is_gone,
            media=told_of(record.get("images", ()), record.get("attachments", ())),
        )
        yield PostSeen(thread_id, post)
        for part in (*record.get("images", ()), *record.get("attachments", ())):
            if "path" in part:
                yield MediaSeen(KnownMedia(key_of(part), part["path"], part["sha256"]))
    elif kind == "coverage":
        thread = ledger.thread(record["thread_id"]) or KnownThread(record["thread_id"])
        yield ThreadSeen(replace(thread, coverage=record["version"]))
    elif kind == "refusal":
        yield RefusalSeen(
            KnownRefusal(
                record["item_id"],
                record.get("thread_id"),
                "" if record.get("is_deleted") else record["reason"],
                record["retriable"] and not record.get("is_deleted"),
                record["attempts"],
                record["version"],
                int(datetime.fromisoformat(record["fetched_at"]).timestamp()),
                record["url"],
            )
        )
