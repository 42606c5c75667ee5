"""The present state of a site, computed from its lines: the last version of each item.

The last is the one with the highest version, wherever it stands: an article that becomes a post, as
when threads are merged, has its lines in two files. Of two lines of one version the later counts.

Lines go through a temporary SQLite file, so that memory is bounded whatever the size of the forum.
The ledger is not needed: a folder of segments is enough.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from crawler.archive import Records, encode, missing_segments, segment_paths
from crawler.items.schema import has_shape
from crawler.privacy import WHOLE, Privacy, redacted_record

logger = logging.getLogger(__name__)

_KINDS = ("article", "post", "coverage", "refusal")
# So many lines of which a field is left out are told one by one.
_TOLD = 20
# In place of an item that is on the removal list; it is never written.
_REMOVED = "removed"
_TABLE = """
CREATE TABLE item (
  id TEXT PRIMARY KEY, kind TEXT, thread, place TEXT, post, is_gone INTEGER, line BLOB,
  version INTEGER, words INTEGER
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
    """Yield the articles and posts of a snapshot by thread, each article before its posts.

    What writes an export relies on the types of the fields. One that has another, as a pipeline of
    a user's made it, is left out, and told.
    """
    left_out = 0
    with _last_versions(folder, privacy) as db:
        for record, _ in _articles_and_posts(db, with_deleted=with_deleted):
            # null is no fact either
            present = {name: value for name, value in record.items() if value is not None}
            wrong = [name for name, value in present.items() if not has_shape(name, value)]
            left_out += bool(wrong)
            if wrong and left_out <= _TOLD:
                logger.error(
                    "%s of %.150r: not of the type that it is declared with, and left out",
                    ", ".join(wrong),
                    record["item_id"],
                )
            declared = {name: present[name] for name in present if name not in wrong}
            is_article = record["item_type"] == "article"
            yield _with_coverage(db, declared) if is_article else declared
    if left_out > _TOLD:
        logger.error("fields of %d more lines are left out", left_out - _TOLD)


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
            missing = missing_segments(folder, kind)
            if missing:
                logger.warning(
                    "%s: %s is not in this folder, so its lines are missing here: put it back first"
                    " (%d such files in all)",
                    folder,
                    missing[0],
                    len(missing),
                )
            for path in segment_paths(folder, kind):
                lines = Records(path)
                for _, record in lines:
                    # a pipeline of a user's may have made something else of a field
                    with lines.passing_over():
                        _add(db, record, privacy)
        yield db


def _add(db: sqlite3.Connection, record: Record, privacy: Privacy) -> None:
    """Put a line in the place of the earlier version of its item.

    The line of a deletion has no words. It takes over those of the last version before it, which
    is ``words``.
    """
    kind, version = record["item_type"], record["version"]
    is_gone = bool(record.get("is_deleted"))
    row = db.execute(
        "SELECT kind, version, words, is_gone, line FROM item WHERE id = ?", (record["item_id"],)
    ).fetchone()
    known = _Known(*row) if row else None
    words = 0 if is_gone else version
    if known and (known.version > version if is_gone else known.words > version):
        return
    if known and is_gone:
        if known.kind == _REMOVED:
            return
        kind, words = known.kind, known.words
        record = {**json.loads(known.line), **_of_deletion(record)}
    elif privacy.removes(record):
        # so that its deletion, which names no author, is left out as well
        kind, record = _REMOVED, {"item_id": record["item_id"]}
    else:
        record = redacted_record(record, privacy)
        if known and known.version > version and known.kind != _REMOVED:
            # the line of its deletion stood before it
            is_gone, version = bool(known.is_gone), known.version
            record = {**record, **_of_deletion(json.loads(known.line))}
    db.execute(
        "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record["item_id"],
            kind,
            _number(record.get("thread_id")),
            _text(record.get("date_published")),
            _number(record.get("post_id")),
            is_gone,
            encode(record),
            version,
            words,
        ),
    )


class _Known(NamedTuple):
    kind: str
    version: int
    words: int
    is_gone: int
    line: bytes


def _of_deletion(record: Record) -> Record:
    return {name: record[name] for name in _OF_DELETION if name in record}


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
    told = json.loads(row[0])
    return {
        **article,
        "coverage": {
            name: told[name]
            for name in _COVERAGE
            if name in told and has_shape(name, told[name], "coverage")
        },
    }


def _number(value: Any) -> int | str:
    """Return an id as a number, so that 9 comes before 10; as text where SQLite cannot hold it."""
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
