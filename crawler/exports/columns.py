"""Lines as rows of two tables: threads and their posts.

The columns are the fields of the published schema, in its order: `author` and `board` flattened
(`author_name`), lists and objects as JSON. The opening post is a row of both tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crawler.items.schema import json_schema

Record = dict[str, Any]

# Objects whose parts are columns of their own: author_name, board_id.
_FLAT = ("author", "board", "coverage")
# The schema does not list the parts of coverage; these become columns.
_COVERAGE = ("status", "posts_expected", "posts_captured")
# Fields of posts that stand in the table of threads as well.
_OF_THREADS = ("thread_id", "site", "url", "headline", "author", "date_published", "fetched_at")
# The same in each row.
_LEFT_OUT = ("item_type", "schema_version")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the path of its value in a line, and the kind of the value.

    ``kind`` is one of text, integer, boolean, json.
    """

    name: str
    path: tuple[str, ...]
    kind: str

    def of(self, record: Record) -> Any:
        """Return the value in a line, lists and objects as JSON; ``None`` where it is absent."""
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
        for part, part_schema in parts.items():
            found.append(Column(f"{name}_{part}", (name, part), _kind(part_schema)))
    return tuple(found)


def _kind(schema: Record) -> str:
    """Return the kind of a column from the type in its JSON Schema."""
    kinds = {"integer": "integer", "boolean": "boolean", "array": "json", "object": "json"}
    return kinds.get(schema.get("type", "string"), "text")


_OF_POSTS = [name for name in json_schema("post")["properties"] if name not in _LEFT_OUT]
_OF_ARTICLES = [name for name in json_schema("article")["properties"] if name not in _OF_POSTS]

POSTS = _columns("post", _OF_POSTS)
THREADS = _columns(
    "article", [*_OF_THREADS, *(name for name in _OF_ARTICLES if name not in _LEFT_OUT)]
)


def is_of_thread(record: Record) -> bool:
    """Whether a line is an article or a post, and no refusal."""
    return record["item_type"] in ("article", "post")
