"""Makes a new ledger from the lines of a folder, where the old one is missing or damaged."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archive.changes import (
    BoardCovered,
    Change,
    MediaSeen,
    NoteMade,
    PostSeen,
    RefusalSeen,
    ThreadSeen,
)
from crawler.archive.files import set_aside
from crawler.archive.ledger import Ledger, read_note, read_segments
from crawler.archive.media_store import media_hash, media_key
from crawler.archive.records import Records, cut_torn_line
from crawler.archive.segments import FILES, Segment, rewrite, segment_paths, tail_hash
from crawler.archive.state import (
    LEDGER,
    SHIELDED,
    BoardTold,
    MediaState,
    PostState,
    RefusalState,
    ThreadState,
    minutes,
)
from crawler.archive.tables import hash_bytes
from crawler.archive.tables.rows import checked
from crawler.items import Article, Post, content_hash, written_by

logger = logging.getLogger(__name__)

# Notes that no line tells, so they are taken from a damaged ledger if it can be read: without the
# salt the authors get new pseudonyms (see `crawler/privacy/site.py`).
_NOTES_TO_KEEP = ("salt", "authors", "listed")
# The endings of the files that SQLite writes beside a database.
_BESIDE = ("-wal", "-shm")
# How many comments a page shows of a post unless its forum says otherwise (`commentnumber`); where
# it does, they are asked for again.
_COMMENTS_SHOWN = 5


def rebuild_ledger(folder: Path, changed: Collection[str] = ()) -> Ledger:
    """Make a ledger that knows what the lines of a folder tell, and return it open.

    It knows each post, refusal, stored file and coverage as its last line says. What board lists
    showed of the threads is lost: each thread is read once more, and only what changed gives lines.

    Torn lines at the ends of segments are cut off. Lines that are none of ours are taken out of
    their segment, which is kept beside as it was. ``changed``: the names of segments of which such
    a copy is kept already. The ledger takes its name only when it is whole, so that after a kill
    it is made again from the beginning. Raises `OSError`, `sqlite3.Error`.
    """
    part = folder / f"{LEDGER}.part"
    for ending in ("", *_BESIDE):
        part.with_name(part.name + ending).unlink(missing_ok=True)
    ledger = Ledger(part)
    for kind in FILES:
        for path in segment_paths(folder, kind):
            _learn(path, kind, ledger)
            _mend(path, is_changed=path.name in changed)
            ledger.commit([_marked(path)])
    _put_with_its_ledger(folder)
    for damaged in sorted(folder.glob(f"{LEDGER}.*.damaged")):
        notes = ((name, read_note(damaged, name) or "") for name in _NOTES_TO_KEEP)
        ledger.apply(NoteMade(name, value) for name, value in notes if _is_sound(name, value))
        ledger.commit(_moved_away(folder, read_segments(damaged)))
    ledger.commit()
    ledger.close()
    part.replace(folder / LEDGER)
    return Ledger(folder / LEDGER)


def _is_sound(name: str, value: str) -> bool:
    """Whether a note of a damaged ledger is one that can be used."""
    try:
        match name:
            case "salt":
                return bool(bytes.fromhex(value))
            case "listed":
                return isinstance(json.loads(value), dict)
    except ValueError:
        return False
    return bool(value)


def _learn(path: Path, kind: str, ledger: Ledger) -> None:
    """Learn what the lines of a segment tell."""
    lines = Records(path)
    for _, record in lines:
        # a pipeline of a user's may have stored what no reader expects
        with lines.passing_over():
            # files may have been put together by hand: the line itself has its kind
            of = record["item_type"] if kind in _READERS else kind
            ledger.apply(list(changes_of(of, record, ledger)))


def _mend(path: Path, *, is_changed: bool) -> None:
    """Leave nothing in a segment but lines of ours, each with its newline."""
    lines = Records(path, is_quiet=True)
    for _ in lines:
        pass
    if lines.bad and not is_changed:
        kept = set_aside(path)
        logger.warning(
            "%s: lines that are none of ours are taken out (%d); the file is kept as it was in %s",
            path,
            lines.bad,
            kept.name,
        )
    if lines.bad or is_changed:
        # not in place: the copy may be the same file
        rewrite(path, (line for line, _ in Records(path, is_quiet=True)))
    elif path.suffix == ".jsonl":
        cut_torn_line(path)


def _marked(path: Path) -> Segment:
    length, is_open = path.stat().st_size, path.suffix == ".jsonl"
    if not is_open:
        return Segment(path.name, length, is_closed=True)
    with path.open("rb") as file:
        return Segment(path.name, length, tail=tail_hash(file, length))


def _moved_away(folder: Path, segments: Iterable[Segment]) -> Iterator[Segment]:
    """Yield segments that are elsewhere, so that their numbers are not given again."""
    there = {path.name.partition(".")[0] for kind in FILES for path in segment_paths(folder, kind)}
    for segment in segments:
        if segment.name.partition(".")[0] not in there:
            yield replace(segment, is_closed=True, tail=b"")


def _put_with_its_ledger(folder: Path) -> None:
    """Move away what SQLite left beside a ledger that is gone: it would apply it to the new one."""
    for ending in _BESIDE:
        left = folder / f"{LEDGER}{ending}"
        aside = max(folder.glob(f"{LEDGER}.*.damaged"), default=None)
        if left.exists() and aside and not aside.with_name(aside.name + ending).exists():
            # a kill came while the ledger was set aside
            left.replace(aside.with_name(aside.name + ending))
        left.unlink(missing_ok=True)


def changes_of(kind: str, record: Mapping[str, Any], ledger: Ledger) -> Iterator[Change]:
    """Yield what a ledger, which knows the lines before this one, learns from a line."""
    read = _READERS.get(kind)
    if read is not None:
        yield from read(record, ledger)


def _of_article(record: Mapping[str, Any], ledger: Ledger) -> Iterator[Change]:
    yield from _of_post(record, ledger, is_first=True)


def _of_post(
    record: Mapping[str, Any], ledger: Ledger, *, is_first: bool = False
) -> Iterator[Change]:
    thread_id, post_id = record["thread_id"], record["item_id"].rpartition(":")[2]
    if ledger.thread(thread_id) is None:
        yield ThreadSeen(ThreadState(thread_id))
    images, attachments = record.get("images", ()), record.get("attachments", ())
    is_gone = bool(record.get("is_deleted"))
    last = ledger.posts(thread_id, [post_id]).get(post_id)
    if last is not None and last.version > record["version"]:
        # an article that became a post, and an article again: its lines are in two files
        return
    # the line of a deletion tells neither date nor content
    known = last if is_gone else None
    missing = record.get("comments_missing", 0)
    comments = len(record.get("comments", ())) + missing
    post = PostState(
        post_id,
        known.at if known else minutes(record.get("date_published")),
        record["version"],
        known.hash if known else hash_bytes(record.get("content_hash", "")),
        is_first=is_first,
        is_shielded=record.get("access") in SHIELDED,
        is_gone=is_gone,
        media=media_hash(images, attachments),
        author=known.author if known else written_by(record.get("author")),
        comments=known.comments if known else comments,
        has_more_comments=known.has_more_comments if known else missing > 0,
        shown=known.shown if known else _shown(record, Article if is_first else Post),
        schema_version=known.schema_version if known else record.get("schema_version", ""),
    )
    yield PostSeen(thread_id, checked(post))
    for part in (*images, *attachments):
        if "path" in part:
            yield MediaSeen(checked(MediaState(media_key(part), part["path"], part["sha256"])))


def _shown(record: Mapping[str, Any], kind: type[Post]) -> bytes:
    """The hash of a post as its page showed it, if that left out the older ones of its comments."""
    is_open = "comments_missing" in record
    if not is_open and len(record.get("comments", ())) <= _COMMENTS_SHOWN:
        return b""
    line = kind(**{name: record[name] for name in kind.field_names() if name in record})
    if content_hash(line) != record.get("content_hash"):
        return b""
    line.comments = line.comments[:_COMMENTS_SHOWN]
    return hash_bytes(content_hash(line))


def _of_coverage(record: Mapping[str, Any], ledger: Ledger) -> Iterator[Change]:
    if "board_id" in record:
        yield BoardCovered(record["board_id"], BoardTold(record["version"]))
        return
    if "threads_range" in record:
        yield NoteMade(f"range:{record['threads_range']}", str(record["version"]))
        return
    thread = ledger.thread(record["thread_id"]) or ThreadState(record["thread_id"])
    yield ThreadSeen(replace(thread, coverage=record["version"]))


def _of_refusal(record: Mapping[str, Any], _: Ledger) -> Iterator[Change]:
    is_retracted = bool(record.get("is_deleted"))
    yield RefusalSeen(
        checked(
            RefusalState(
                record["item_id"],
                record.get("thread_id"),
                "" if is_retracted else record["reason"],
                bool(record["retriable"]) and not is_retracted,
                record["attempts"],
                record["version"],
                int(datetime.fromisoformat(record["fetched_at"]).timestamp()),
                record["url"],
            )
        )
    )


# Lines of the kind `rejected` were never published: nothing is known from them.
_READERS: Mapping[str, Callable[[Mapping[str, Any], Ledger], Iterator[Change]]] = {
    "article": _of_article,
    "post": _of_post,
    "coverage": _of_coverage,
    "refusal": _of_refusal,
}
