from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.items.build import refusal_line
from crawler.items.field_docs import FIELDS
from crawler.items.lines import KINDS, to_json
from crawler.items.reasons import DEFINITE, REASONS, RETRIABLE
from crawler.items.schema import fields_page, json_schema, problems
from tests.conftest import ROOT
from tests.fixtures.test_fixtures import actual

ARTICLE = actual("thread/news")["lines"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_published_schema_is_that_of_the_items(kind: str) -> None:
    """Written with `python -m crawler.items.schema`."""
    written = json.loads((ROOT / "docs" / "schema" / f"{kind}.json").read_text("utf-8"))
    assert written == json_schema(kind)


def test_the_page_of_fields_is_that_of_the_items() -> None:
    """Written with `python -m crawler.items.schema`."""
    assert (ROOT / "docs" / "fields.md").read_text("utf-8") == fields_page()


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_is_told(kind: str) -> None:
    published = [spec.name for spec in fields(KINDS[kind])]
    assert sorted(FIELDS[kind]) == sorted(published)
    page = fields_page()
    assert all(f"| `{name}` |" in page for name in published)


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_keep_to_the_schema(kind: str) -> None:
    line = {name: json.loads(told.example) for name, told in FIELDS[kind].items()}
    assert problems({**line, "item_type": kind}) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"thread_id": 1001}, "thread_id"),
        ({"views": "8409"}, "views"),
        ({"views": True}, "views"),
        ({"date_published": "2021-12-23 08:42"}, "date_published"),
        ({"date_published": "gestern"}, "date_published"),
        ({"date_precision": "week"}, "date_precision"),
        ({"access": "secret"}, "access"),
        ({"author": {"name": 7}}, "author.name"),
        ({"author": {"nom": "x"}}, "author.nom"),
        ({"author": "x"}, "author"),
        ({"quotes": {}}, "quotes"),
        ({"images": [{"name": "x"}]}, "images[0].url"),
        ({"type_options": {"a": 1}}, "type_options.a"),
        ({"colour": "red"}, "colour"),
        ({"item_type": "essay"}, "item_type"),
        ({"post_id": None}, "post_id"),
    ],
)
def test_a_line_that_breaks_it_is_told(change: dict[str, Any], problem: str) -> None:
    assert problems(ARTICLE) == []
    assert any(text.startswith(problem) for text in problems({**ARTICLE, **change}))


def test_a_missing_field_is_told() -> None:
    line = {name: value for name, value in ARTICLE.items() if name != "url"}
    assert problems(line) == ["url: missing"]


def test_an_absent_fact_is_left_out() -> None:
    def empty(value: Any) -> bool:
        if isinstance(value, dict):
            return any(empty(part) for part in value.values())
        if isinstance(value, list):
            return not value or any(empty(part) for part in value)
        return value in (None, "", -1)

    for name in ("news", "shielded", "hidden", "poll", "trade", "robot", "paid"):
        for line in actual(f"thread/{name}")["lines"]:
            assert not empty(line), line


def test_the_vocabulary_of_refusals() -> None:
    assert len(REASONS) == len(set(REASONS)) == 18
    assert set(REASONS) >= RETRIABLE | DEFINITE
    assert not RETRIABLE & DEFINITE


def test_a_refusal_without_a_page() -> None:
    at = datetime(2023, 3, 15, 12, tzinfo=UTC)
    line = refusal_line(
        "unreachable", url="http://b.example/bbs/thread-7-1-1.html#x", fetched_at=at
    )
    record = to_json(line)
    assert problems(record) == []
    assert record["retriable"] is True
    assert record["site"] == "b.example/bbs"
    assert record["url"] == "http://b.example/bbs/thread-7-1-1.html"
