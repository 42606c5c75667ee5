"""The present state of a site, computed from its lines: the last version of each item.

Lines go through a temporary SQLite file, so that memory is bounded whatever the size of the forum.
The ledger is not needed: a folder of segments is enough.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from crawler.archive import encode, read_lines, segment_paths
from crawler.privacy import WHOLE, Privacy, redacted_record

_KINDS = ("article", "post", "coverage", "refusal")
# In place of an item that is on the removal list; it is never written.
_REMOVED = "removed"
_TABLE = """
CREATE TABLE item (
  id TEXT PRIMARY KEY, kind TEXT, thread, place TEXT, post, is_gone INTEGER, line BLOB
) WITHOUT ROWID
"""
# The fields of a coverage line that its article takes over.
_COVERAGE = (
    "status",
    "posts_expected",
    "posts_captured",
    "pages_expected",
    "pages_captured",
    "missing_positions",
    "posts_deleted",
    "posts_waiting",
    "posts_shielded",
)
# What is taken from the line of a deletion; all else is from the last version before it.
_OF_DELETION = ("version", "fetched_at", "is_deleted")

Record = dict[str, Any]


def write_snapshot(
    folder: Path,
    privacy: Privacy = WHOLE,
    *,
    with_deleted: bool = False,
    nested: bool = False,
) -> Iterator[bytes]:
    """Yield the lines of a snapshot, each in one or more pieces, by thread and then by date.

    ``privacy`` hides people and leaves out what is on the removal list. ``with_deleted`` includes
    deleted posts, with their last text and ``is_deleted``. ``nested`` gives one line a thread: its
    article with the posts in it. Raises `OSError`, `sqlite3.Error`.
    """
    with _last_versions(folder, privacy) as db:
        if nested:
            yield from _nested(db, with_deleted=with_deleted)
        else:
            yield from _flat(db, with_deleted=with_deleted)


def read_snapshot(
    folder: Path,
    privacy: Privacy = WHOLE,
    *,
    with_deleted: bool = False,
) -> Iterator[Record]:
    """Yield the articles and posts of a snapshot by thread, each article before its posts."""
    with _last_versions(folder, privacy) as db:
        for record, _ in _articles_and_posts(db, with_deleted=with_deleted):
            yield _with_coverage(db, record) if record["item_type"] == "article" else record


@contextmanager
def _last_versions(folder: Path, privacy: Privacy) -> Iterator[sqlite3.Connection]:
    """Open a temporary database with the last version of each item of a folder."""
    # SQLite makes a nameless file in this folder; it is gone however the process ends
    os.environ.setdefault("SQLITE_TMPDIR", str(folder))
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=OFF")
        db.execute(_TABLE)
        db.execute("BEGIN")
        for kind in _KINDS:
            for path in segment_paths(folder, kind):
                for line in read_lines(path):
                    _add(db, kind, json.loads(line), privacy)
        yield db


def _add(db: sqlite3.Connection, kind: str, record: Record, privacy: Privacy) -> None:
    """Put a line in the place of the earlier version of its item."""
    is_gone = bool(record.get("is_deleted"))
    known = None
    if is_gone:
        known = db.execute(
            "SELECT kind, line FROM item WHERE id = ?", (record["item_id"],)
        ).fetchone()
    if known and known[0] == _REMOVED:
        return
    if known:
        deletion = {name: record[name] for name in _OF_DELETION}
        record = {**json.loads(known[1]), **deletion}
    elif privacy.removes(record):
        # so that its deletion, which names no author, is left out as well
        kind, record = _REMOVED, {"item_id": record["item_id"]}
    else:
        record = redacted_record(record, privacy)
    db.execute(
        "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record["item_id"],
            kind,
            _number(record.get("thread_id")),
            record.get("date_published", ""),
            _number(record.get("post_id")),
            is_gone,
            encode(record),
        ),
    )


def _flat(db: sqlite3.Connection, *, with_deleted: bool) -> Iterator[bytes]:
    for record, line in _articles_and_posts(db, with_deleted=with_deleted):
        yield encode(_with_coverage(db, record)) if record["item_type"] == "article" else line
    rows = db.execute("SELECT line FROM item WHERE kind = 'refusal' AND NOT is_gone ORDER BY id")
    for (line,) in rows:
        yield line


def _nested(db: sqlite3.Connection, *, with_deleted: bool) -> Iterator[bytes]:
    pairs = _articles_and_posts(db, with_deleted=with_deleted)
    for thread_id, group in groupby(pairs, key=lambda pair: pair[0]["thread_id"]):
        article: Record = {"thread_id": thread_id}
        begun = False
        for record, line in group:
            if record["item_type"] == "article":
                article = _with_coverage(db, record)
                continue
            # post by post: a thread of a hundred thousand posts must not be held in memory
            yield b", " if begun else _with_open_posts(article)
            begun = True
            yield line.rstrip(b"\n")
        yield b"]}\n" if begun else _with_open_posts(article) + b"]}\n"


def _with_open_posts(article: Mapping[str, Any]) -> bytes:
    """Serialise an article up to the first of its posts."""
    return encode(article).removesuffix(b"}\n") + b', "posts": ['


def _articles_and_posts(
    db: sqlite3.Connection, *, with_deleted: bool
) -> Iterable[tuple[Record, bytes]]:
    rows = db.execute(
        "SELECT line FROM item WHERE kind IN ('article', 'post') AND (? OR NOT is_gone)"
        " ORDER BY thread, kind, place, post",
        (with_deleted,),
    )
    return ((json.loads(line), line) for (line,) in rows)


def _with_coverage(db: sqlite3.Connection, article: Record) -> Record:
    """Return an article with the coverage of its thread in it."""
    name = f"{article['site']}:{article['thread_id']}:coverage"
    row = db.execute("SELECT line FROM item WHERE id = ?", (name,)).fetchone()
    if row is None:
        return article
    coverage = json.loads(row[0])
    return {
        **article,
        "coverage": {name: coverage[name] for name in _COVERAGE if name in coverage},
    }


def _number(text: str | None) -> int | str | None:
    """Return an id as a number, so that 9 comes before 10; as text where SQLite cannot hold it."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else text
