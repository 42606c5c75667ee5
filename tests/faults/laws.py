"""What must hold of a site's folder and of an export, however the disk or the process failed."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from crawler.archive import FILES, read_lines, segment_paths
from crawler.archive.ledger import Ledger
from crawler.archive.state import LEDGER

Record = dict[str, Any]
# when a line was made, and in which run
_OF_RUN = ("fetched_at", "run_id")
_WITHOUT_ROW = (None, 0)


@dataclass(slots=True)
class Lines:
    """The lines of a folder: ``posts`` with how often each is there, the last of all others."""

    posts: Counter[str] = field(default_factory=Counter)
    last: dict[str, str] = field(default_factory=dict)
    raw: Counter[bytes] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)


def lines_of(site: Path) -> Lines:
    """Read all lines of a folder, and note those that are torn or twice."""
    found = Lines()
    seen: Counter[tuple[str, str, int]] = Counter()
    for kind in FILES:
        names = [path.name.removesuffix(".gz") for path in segment_paths(site, kind)]
        if len(names) != len(set(names)):
            found.breaches.append(f"torn: {kind}: a segment is there plain and compressed")
        for path in segment_paths(site, kind):
            if path.suffix == ".jsonl" and (data := path.read_bytes()) and data[-1:] != b"\n":
                found.breaches.append(f"torn: the end of {path.name}")
            for number, line in enumerate(read_lines(path), 1):
                found.raw[line] += 1
                try:
                    record = json.loads(line)
                except ValueError:
                    found.breaches.append(f"torn: {path.name}, line {number}")
                    continue
                seen[kind, record["item_id"], record["version"]] += 1
                _note(found, kind, record)
    for (kind, item_id, version), count in seen.items():
        if count > 1:
            found.breaches.append(f"twice: {kind} {item_id} version {version}")
        if version > 1 and not seen[kind, item_id, version - 1]:
            found.breaches.append(f"lost: {kind} {item_id} version {version - 1}")
    return found


def _note(found: Lines, kind: str, record: Record) -> None:
    told = {name: value for name, value in record.items() if name not in _OF_RUN}
    if kind in ("article", "post"):
        found.posts[json.dumps(told, sort_keys=True, ensure_ascii=False)] += 1
        return
    # a run that was stopped may tell of a thread once more than one that was not
    del told["version"]
    found.last[told["item_id"]] = json.dumps(told, sort_keys=True, ensure_ascii=False)


def archive_breaches(site: Path, wanted: Lines, before: Lines) -> list[str]:
    """Breaches in a folder that a run without a fault has left.

    ``wanted``: the lines of a folder that never met a fault; ``before``: those that were there
    before the fault and have to stay.
    """
    found = lines_of(site)
    breaches = list(found.breaches)
    breaches += [f"lost: {line[:150]}" for line in wanted.posts - found.posts]
    breaches += [f"twice: {line[:150]}" for line in found.posts - wanted.posts]
    breaches += [f"lost, of before: {line[:150]!r}" for line in before.raw - found.raw]
    for item_id, line in wanted.last.items():
        if found.last.get(item_id) != line:
            breaches.append(f"unhealed: {item_id} says {found.last.get(item_id)}, not {line}")
    breaches += _ledger_breaches(site)
    breaches += [f"unhealed: {path.name} is left" for path in site.rglob("*.part")]
    return breaches


def _ledger_breaches(site: Path) -> list[str]:
    """What the ledger knows otherwise than the lines tell."""
    last: dict[str, Record] = {}
    for kind in ("article", "post", "refusal"):
        for path in segment_paths(site, kind):
            for line in read_lines(path):
                with contextlib.suppress(ValueError):
                    record = json.loads(line)
                    last[record["item_id"]] = record
    breaches, told = [], set()
    with closing(Ledger(site / LEDGER)) as ledger:
        for name, segment in ledger.segments().items():
            path = site / name
            length = path.stat().st_size if path.exists() else None
            # a closed one may be elsewhere
            if length != segment.length and (path.exists() or not segment.is_closed):
                breaches.append(f"unhealed: the ledger marks {segment.length} of {name}: {length}")
        for item_id, record in last.items():
            if record["item_type"] == "refusal":
                continue
            thread_id, post_id = record["thread_id"], item_id.rpartition(":")[2]
            known = ledger.posts(thread_id, [post_id]).get(post_id)
            told.add((str(thread_id), post_id))
            knows = (known.version, known.is_gone) if known else None
            if knows != (record["version"], bool(record.get("is_deleted"))):
                breaches.append(f"unhealed: the ledger knows {item_id} as {knows}")
    with closing(sqlite3.connect(site / LEDGER)) as db:
        rows = db.execute("SELECT thread, id FROM post WHERE version > 0").fetchall()
        breaches += [
            f"lost: the ledger knows post {post_id} of thread {thread_id}, no line does"
            for thread_id, post_id in rows
            if (str(thread_id), str(post_id)) not in told
        ]
    return breaches


def export_of(path: Path) -> dict[str, Any] | None:
    """What an export says, by file; ``None`` where there is none."""
    if path.is_dir():
        return {
            str(each.relative_to(path)): _content(each)
            for each in path.rglob("*")
            if each.is_file()
        }
    return {path.name: _content(path)} if path.exists() else None


def _content(path: Path) -> Any:
    if path.suffix == ".db":
        try:
            with closing(sqlite3.connect(path)) as db:
                return "\n".join(db.iterdump())
        except sqlite3.Error as error:
            return f"broken: {error}"
    if path.suffix == ".parquet":
        try:
            return duckdb.read_parquet(str(path)).fetchall()
        except duckdb.Error as error:
            return f"broken: {error}"
    return path.read_bytes()
