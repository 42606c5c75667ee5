"""Lines as rows of two tables: threads and their posts.

The columns are those of the published schema, in its order: `author` and `board` flattened
(`author_name`), whatever holds several values as JSON. The opening post is a row of both tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crawler.items.schema import json_schema

Record = dict[str, Any]

_FLAT = ("author", "board", "coverage")
# A coverage is an object of any content in a line; these are the parts that tell something.
_COVERAGE = ("status", "posts_expected", "posts_captured")
# What a row of its own thread tells of it, and what no table needs.
_OF_THREADS = ("thread_id", "site", "url", "headline", "author", "date_published", "fetched_at")
_LEFT_OUT = ("item_type", "schema_version")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, where its value stands in a line, and what it is.

    ``kind`` is one of text, integer, boolean, json.
    """

    name: str
    path: tuple[str, ...]
    kind: str

    def of(self, record: Record) -> Any:
        """The value in a line; JSON as text, ``None`` where the line says nothing."""
        value: Any = record
        for step in self.path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None and self.kind == "json":
            return json.dumps(value, ensure_ascii=False)
        return value


def _columns(kind: str, names: Iterable[str]) -> tuple[Column, ...]:
    properties = json_schema(kind)["properties"]
    found = []
    for name in names:
        schema = properties[name]
        if name == "coverage":
            parts = {part: {"type": "integer"} for part in _COVERAGE} | {"status": {}}
        else:
            parts = schema.get("properties", {}) if name in _FLAT else {}
        if not parts:
            found.append(Column(name, (name,), _kind(schema)))
        for part, told in parts.items():
            found.append(Column(f"{name}_{part}", (name, part), _kind(told)))
    return tuple(found)


def _kind(schema: Record) -> str:
    said = schema.get("type", "string")
    return {"integer": "integer", "boolean": "boolean", "array": "json", "object": "json"}.get(
        said, "text"
    )


_OF_POSTS = [name for name in json_schema("post")["properties"] if name not in _LEFT_OUT]
_OF_ARTICLES = [name for name in json_schema("article")["properties"] if name not in _OF_POSTS]

POSTS = _columns("post", _OF_POSTS)
THREADS = _columns(
    "article", [*_OF_THREADS, *(name for name in _OF_ARTICLES if name not in _LEFT_OUT)]
)


def is_of_thread(record: Record) -> bool:
    """Whether a line is one of a thread: no refusal."""
    return record["item_type"] in ("article", "post")
