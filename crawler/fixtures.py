"""Pages kept with what has to come out of them: `fixtures/<kind>/<name>/`.

`page.html` as it was sent, `meta.json` with where and when, `expected.json` with every fact and
line. The moment a page was seen belongs to it, so that 昨天 has one right answer for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.discuz import read_page
from crawler.discuz.facts import (
    BoardPage,
    IndexPage,
    Message,
    Moment,
    NewsPage,
    Page,
    ThreadPage,
)
from crawler.items import to_record
from crawler.lines import post_lines, refusal_line

PAGE, META, EXPECTED = "page.html", "meta.json", "expected.json"
_OF_THREAD = ("page", "pages", "next_url", "is_filtered", "is_reversed", "is_truncated")


def read_body(body: bytes, meta: dict[str, Any]) -> Page:
    """Read a page as its meta.json says that it came."""
    return read_page(
        body,
        url=meta["url"],
        seen_at=datetime.fromisoformat(meta["seen_at"]),
        headers=meta.get("headers") or {},
        status=meta.get("status"),
    )


def kind_of(page: Page) -> str:
    """The folder that a page belongs into."""
    if isinstance(page, ThreadPage):
        return "thread"
    if isinstance(page, BoardPage):
        return "board"
    if isinstance(page, IndexPage):
        return "index"
    if isinstance(page, NewsPage):
        return "news"
    return "message" if isinstance(page, Message) else "other"


def expected_of(page: Page, meta: dict[str, Any]) -> dict[str, Any]:
    """What expected.json holds of a page: its kind, its facts, its lines."""
    at = datetime.fromisoformat(meta["seen_at"])
    if isinstance(page, ThreadPage):
        about = {name: getattr(page, name) for name in _OF_THREAD}
        lines = [to_record(line) for line in post_lines(page, page.posts, at)]
        return {"kind": "thread", "about": about, "lines": lines}
    if isinstance(page, Message):
        line = refusal_line(page.reason, url=meta["url"], fetched_at=at, message=page)
        return {"kind": "message", "about": {}, "lines": [to_record(line)]}
    if isinstance(page, BoardPage | NewsPage):
        rows = {f"row {number}": _plain(row) for number, row in enumerate(page.rows)}
        about = {name: getattr(page, name) for name in ("page", "pages", "next_url")}
    if isinstance(page, NewsPage):
        return {"kind": "news", "about": {**about, **rows}, "lines": []}
    if isinstance(page, BoardPage):
        lists = {"board": _plain(page.board), "boards": list(map(_plain, page.boards))}
        return {"kind": "board", "about": {**about, **lists, **rows}, "lines": []}
    if isinstance(page, IndexPage):
        return {"kind": "index", "about": {"boards": list(map(_plain, page.boards))}, "lines": []}
    return {"kind": page.kind, "about": {}, "lines": []}


def write_fixture(folder: Path, body: bytes, meta: dict[str, Any]) -> dict[str, Any]:
    """Write the three files of a fixture; returns what is expected of it from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_bytes(body)
    _write(folder / META, meta)
    expected = expected_of(read_body(body, meta), meta)
    _write(folder / EXPECTED, expected)
    return expected


def read_fixture(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is expected of a fixture, and what comes out of it now."""
    meta = json.loads((folder / META).read_text("utf-8"))
    page = read_body((folder / PAGE).read_bytes(), meta)
    # as JSON has it, so that the two can be held against each other
    now = json.loads(json.dumps(expected_of(page, meta)))
    path = folder / EXPECTED
    return (json.loads(path.read_text("utf-8")) if path.exists() else {}), now


def update_fixture(folder: Path) -> list[str]:
    """Rewrite what is expected of a fixture; returns the differences, field by field."""
    before, now = read_fixture(folder)
    changes = list(differences(before, now))
    if changes:
        _write(folder / EXPECTED, now)
    return changes


def differences(before: Any, now: Any, where: str = "") -> Iterator[str]:
    """Each field that is not as it was.

    >>> list(differences({"lines": [{"text": "a"}]}, {"lines": [{"text": "b", "views": 1}]}))
    ["lines.0.text: 'a' → 'b'", 'lines.0.views: new, 1']
    """
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            place = f"{where}.{name}" if where else name
            if name not in now:
                yield f"{place}: gone, was {before[name]!r}"
            elif name not in before:
                yield f"{place}: new, {now[name]!r}"
            else:
                yield from differences(before[name], now[name], place)
    elif isinstance(before, list) and isinstance(now, list):
        one, other = ({str(n): part for n, part in enumerate(parts)} for parts in (before, now))
        yield from differences(one, other, where)
    elif before != now:
        yield f"{where}: {before!r} → {now!r}"


def fixture_folders(root: Path) -> list[Path]:
    """All fixtures below a folder."""
    return sorted(path.parent for path in root.glob(f"*/*/{PAGE}"))


def _plain(fact: Any) -> dict[str, Any]:
    """A fact as JSON, without what is not there."""
    plain: dict[str, Any] = {}
    for spec in fields(fact):
        value = getattr(fact, spec.name)
        if isinstance(value, Moment):
            plain[spec.name] = [value.value.isoformat(), value.precision]
        elif is_dataclass(value):
            plain[spec.name] = _plain(value)
        elif value is not None and value is not False and value != ():
            plain[spec.name] = list(value) if isinstance(value, tuple) else value
    return plain


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")
