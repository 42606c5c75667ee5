"""The published schema: JSON Schema of each line, and whether a line keeps to it.

Both are read off the classes of `crawler.items.lines`, so that there is one place to change.
"""

from __future__ import annotations

import json
import sys
from dataclasses import MISSING, Field, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from crawler.items.field_docs import FIELDS
from crawler.items.lines import KINDS, SCHEMA_VERSION, Date, Url

_SIMPLE = {str: "string", int: "integer", bool: "boolean", float: "number"}


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the lines of one kind."""
    cls: Any = KINDS[kind]
    hints = _hints(cls)
    properties = {}
    for spec in _published(cls):
        meaning = FIELDS[kind][spec.name].meaning
        properties[spec.name] = {**_schema_of(hints[spec.name]), "description": meaning}
    properties["item_type"] |= {"const": kind}
    properties["schema_version"] |= {"const": SCHEMA_VERSION}
    required = [spec.name for spec in _published(cls) if _is_required(spec)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        "description": " ".join((cls.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def problems(record: dict[str, Any]) -> list[str]:
    """What is wrong with a line, in words; nothing if it keeps to the schema."""
    cls: Any = KINDS.get(record.get("item_type", ""))
    if cls is None:
        return [f"item_type: {record.get('item_type')!r} is none of {', '.join(KINDS)}"]
    hints = _hints(cls)
    names = {spec.name for spec in _published(cls)}
    found = [f"{name}: not published" for name in record if name not in names]
    for spec in _published(cls):
        if spec.name in record:
            found += _problems_of(hints[spec.name], record[spec.name], spec.name)
        elif _is_required(spec):
            found.append(f"{spec.name}: missing")
    return found


def write_schemas(folder: Path) -> None:
    """Write `docs/schema/<kind>.json` and `docs/fields.md` anew."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "fields.md").write_text(fields_page(), "utf-8")
    for kind in KINDS:
        text = json.dumps(json_schema(kind), ensure_ascii=False, indent=2)
        (folder / f"{kind}.json").write_text(text + "\n", "utf-8")


_FIELDS_HEAD = """# Fields

Generated from the code (`python -m crawler.items.schema`); the JSON Schemas in
[`schema/`](schema) say the same to programs. A fact that is not there is left out of its line,
never `""` or `-1`. Dates are ISO 8601 with the forum's offset. "Where" is the place in a desktop
page of X3.3: other versions and faces have the same elsewhere.
"""


def fields_page() -> str:
    """`docs/fields.md`: what each field means, with an example and its source in the page."""
    parts = [_FIELDS_HEAD]
    in_all = set.intersection(*(set(told) for told in FIELDS.values()))
    groups = {
        "Every line": [("article", name) for name in FIELDS["article"] if name in in_all],
        "Articles and posts": [("post", name) for name in FIELDS["post"] if name not in in_all],
        "Articles alone": [
            ("article", name) for name in FIELDS["article"] if name not in FIELDS["post"]
        ],
        "Refusals": [("refusal", name) for name in FIELDS["refusal"] if name not in in_all],
        "Coverage": [("coverage", name) for name in FIELDS["coverage"] if name not in in_all],
    }
    for title, names in groups.items():
        parts.append(f"\n## {title}\n\n| field | | for example | where |\n|---|---|---|---|\n")
        for kind, name in names:
            told = FIELDS[kind][name]
            example = told.example.replace("|", "\\|")
            row = f"| `{name}` | {told.meaning} | `{example}` | {told.source} |\n"
            parts.append(row)
    return "".join(parts)


@cache
def _published(cls: type[Any]) -> tuple[Field[Any], ...]:
    return fields(cls)


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_required(spec: Field[Any]) -> bool:
    """A field without a default, and those that are set for every line."""
    has_default = spec.default is not MISSING or spec.default_factory is not MISSING
    return not has_default or spec.name in ("item_type", "schema_version", "version")


def _schema_of(hint: Any) -> dict[str, Any]:
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if hint is Date:
        return {"type": "string", "format": "date-time"}
    if hint is Url:
        return {"type": "string", "format": "uri"}
    if hint is Any:
        return {}
    if is_typeddict(hint):
        parts = _hints(hint)
        return {
            "type": "object",
            "properties": {name: _schema_of(part) for name, part in parts.items()},
            "required": sorted(hint.__required_keys__),
            "additionalProperties": False,
        }
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, UnionType):
        known = [part for part in inner if part is not NoneType]
        return _schema_of(known[0]) if len(known) == 1 else {"anyOf": [*map(_schema_of, known)]}
    if origin is list:
        return {"type": "array", "items": _schema_of(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema_of(inner[1])}
    raise TypeError(f"no schema for {hint!r}")


def _problems_of(hint: Any, value: Any, where: str) -> list[str]:
    if hint is Any:
        return []
    if hint in _SIMPLE:
        fits = isinstance(value, hint) and not (hint is int and isinstance(value, bool))
        return [] if fits else [f"{where}: {value!r:.60} is no {_SIMPLE[hint]}"]
    if hint is Date:
        return [] if _is_date(value) else [f"{where}: {value!r:.60} is no date with an offset"]
    if hint is Url:
        fits = isinstance(value, str) and ":" in value
        return [] if fits else [f"{where}: {value!r:.60} is no address"]
    if is_typeddict(hint):
        return _problems_of_dict(hint, value, where)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return [] if value in parts else [f"{where}: {value!r:.60} is not in the vocabulary"]
    if origin in (Union, UnionType):
        tried = [_problems_of(part, value, where) for part in parts if part is not NoneType]
        return min(tried, key=len)
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: {value!r:.60} is no list"]
        return [
            problem
            for index, part in enumerate(value)
            for problem in _problems_of(parts[0], part, f"{where}[{index}]")
        ]
    if not isinstance(value, dict):
        return [f"{where}: {value!r:.60} is no object"]
    return [
        problem
        for name, part in value.items()
        for problem in _problems_of(parts[1], part, f"{where}.{name}")
    ]


def _problems_of_dict(hint: Any, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r:.60} is no object"]
    parts = _hints(hint)
    found = [f"{where}.{name}: not published" for name in value if name not in parts]
    found += [f"{where}.{name}: missing" for name in hint.__required_keys__ if name not in value]
    for name, part in parts.items():
        if name in value:
            found += _problems_of(part, value[name], f"{where}.{name}")
    return found


def _is_date(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schema"))
