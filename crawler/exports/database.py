"""SQLite with full-text search, ready for Datasette: `threads`, `posts` and `posts_search`.

SQLite's tokenizers take a run of Chinese characters for one word, or (trigram) cannot find words of
two. The search table therefore has a space between all such characters, and `SEARCH` puts spaces
into the words that are looked for: a phrase of single characters of any length is found.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.archive import replaced_file
from crawler.exports.columns import POSTS, THREADS, Column, is_of_thread

Record = dict[str, Any]

_TYPES = {"text": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "json": "TEXT"}
# Chinese, Japanese, Korean and all characters behind them (11904 in `SEARCH`) are set apart.
_APART = re.compile("([\u2e80-\U0010ffff])")
# Rows inserted at once; more is hardly faster, and holds more posts in memory.
_ROWS = 500

# Finds the posts that hold all the words of `:q`, which have spaces between them.
SEARCH = """
WITH RECURSIVE asked(words) AS (SELECT replace(replace(trim(:q), '"', ''), ' ', '" "')),
spelt(n, said) AS (
  SELECT 1, '' UNION ALL
  SELECT n + 1, said || CASE WHEN unicode(substr(words, n, 1)) >= 11904
    THEN ' ' || substr(words, n, 1) || ' ' ELSE substr(words, n, 1) END
  FROM spelt, asked WHERE n <= length(words)
)
SELECT posts.date_published, threads.headline, posts.author_name, posts.text, posts.url
FROM posts_search JOIN posts ON posts.rowid = posts_search.rowid
LEFT JOIN threads ON threads.thread_id = posts.thread_id
WHERE posts_search MATCH (SELECT '"' || said || '"' FROM spelt ORDER BY n DESC LIMIT 1)
ORDER BY posts.date_published DESC LIMIT 200
""".strip()


def write_sqlite(records: Iterator[Record], path: Path, _: Path) -> tuple[int, int]:
    """Write a database, and `<name>.metadata.json` with the search beside it for Datasette."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode=OFF")
            db.execute("PRAGMA synchronous=OFF")
            db.executescript(_schema())
            db.execute("BEGIN")
            counts = _fill(db, records)
            db.execute("COMMIT")
            db.execute("INSERT INTO posts_search(posts_search) VALUES ('optimize')")
            db.execute("ANALYZE")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with replaced_file(path.with_suffix(".metadata.json")) as file:
        file.write(json.dumps(_metadata(path), ensure_ascii=False, indent=1).encode() + b"\n")
    return counts


def _schema() -> str:
    return (
        f"CREATE TABLE threads ({_defined(THREADS, 'thread_id')});"
        f"CREATE TABLE posts ({_defined(POSTS, 'item_id')},"
        " FOREIGN KEY (thread_id) REFERENCES threads(thread_id));"
        "CREATE INDEX posts_of_thread ON posts(thread_id, position);"
        "CREATE INDEX posts_of_author ON posts(author_name);"
        "CREATE INDEX posts_by_date ON posts(date_published);"
        "CREATE VIRTUAL TABLE posts_search USING fts5("
        "headline, author, text, content='', tokenize='unicode61');"
    )


def _defined(columns: tuple[Column, ...], key: str) -> str:
    return ", ".join(
        f'"{column.name}" {_TYPES[column.kind]}' + " PRIMARY KEY" * (column.name == key)
        for column in columns
    )


def _fill(db: sqlite3.Connection, records: Iterator[Record]) -> tuple[int, int]:
    """Insert all records; returns the numbers of threads and posts."""
    threads, posts = 0, 0
    thread_rows: list[list[Any]] = []
    post_rows: list[list[Any]] = []
    search_rows: list[tuple[Any, ...]] = []

    def insert() -> None:
        for table, rows in (("threads", thread_rows), ("posts", post_rows)):
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                db.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608
                rows.clear()
        db.executemany(
            "INSERT INTO posts_search(rowid, headline, author, text)"
            " SELECT rowid, ?, ?, ? FROM posts WHERE item_id = ?",
            search_rows,
        )
        search_rows.clear()

    for record in records:
        if not is_of_thread(record):
            continue
        if record["item_type"] == "article":
            thread_rows.append([column.of(record) for column in THREADS])
            threads += 1
        post_rows.append([column.of(record) for column in POSTS])
        search_rows.append(_search_row(record))
        posts += 1
        if len(post_rows) >= _ROWS:
            insert()
    insert()
    return threads, posts


def _search_row(record: Record) -> tuple[Any, ...]:
    """Return what a post is found by (title, author, text), then its id."""
    texts = (record.get("headline"), record.get("author", {}).get("name"), record.get("text"))
    return (*(_APART.sub(r" \1 ", text) if text else None for text in texts), record["item_id"])


def _metadata(path: Path) -> Record:
    """Return what Datasette shows of the database: the search, and the newest posts first."""
    search = {"title": "Search", "sql": SEARCH, "params": ["q"], "hide_sql": True}
    tables = {"posts": {"sort_desc": "date_published"}, "posts_search": {"hidden": True}}
    return {"databases": {path.stem: {"queries": {"search": search}, "tables": tables}}}
