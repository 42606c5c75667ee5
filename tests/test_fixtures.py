"""Every fixture, field by field: a red test names the page and the field."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.fixtures import expected_of
from crawler.fixtures import read_body as read
from crawler.schema import problems
from tests.make_fixtures import FOLDER, fixtures

NAMES = sorted(str(path.parent.relative_to(FOLDER)) for path in FOLDER.glob("*/*/page.html"))
# a hash says nothing that its parts do not
WITHOUT = {"content_hash"}
# what all lines of a page have in common is tested on its first
COMMON = {
    "schema_version",
    "version",
    "site",
    "fetched_at",
    "thread_id",
    "discuz_version",
    "skin",
    "encoding",
}


@cache
def expected(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / name / "expected.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def actual(name: str) -> dict[str, Any]:
    folder = FOLDER / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    read_back = expected_of(read((folder / "page.html").read_bytes(), meta), meta)
    return json.loads(json.dumps(read_back))  # type: ignore[no-any-return]


def every_field() -> list[Any]:
    cases = []
    for name in NAMES:
        cases.append(pytest.param(name, None, "kind", id=f"{name}:kind"))
        cases += [
            pytest.param(name, None, part, id=f"{name}:{part}") for part in expected(name)["about"]
        ]
        cases += [
            pytest.param(name, number, part, id=f"{name}:{number}:{part}")
            for number, line in enumerate(expected(name)["lines"])
            for part in line
            if part not in WITHOUT and not (number and part in COMMON)
        ]
    return cases


@pytest.mark.parametrize(("name", "number", "part"), every_field())
def test_field(name: str, number: int | None, part: str) -> None:
    wanted, got = expected(name), actual(name)
    if part == "kind" and number is None:
        assert got["kind"] == wanted["kind"]
    elif number is None:
        assert got["about"][part] == wanted["about"][part]
    else:
        assert got["lines"][number].get(part) == wanted["lines"][number][part]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_more(name: str) -> None:
    wanted, got = expected(name)["lines"], actual(name)["lines"]
    assert [sorted(line) for line in got] == [sorted(line) for line in wanted]


@pytest.mark.parametrize("name", NAMES)
def test_reading_twice_gives_the_same(name: str) -> None:
    folder = FOLDER / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    body = (folder / "page.html").read_bytes()
    assert read(body, meta) == read(body, meta)


@pytest.mark.parametrize("name", NAMES)
def test_lines_keep_to_the_schema(name: str) -> None:
    for line in actual(name)["lines"]:
        assert problems(line) == []


def test_pages_are_those_of_the_templates() -> None:
    made = {f"{fixture.kind}/{fixture.name}": fixture for fixture in fixtures()}
    assert sorted(made) == NAMES
    for name, fixture in made.items():
        assert (FOLDER / name / "page.html").read_bytes() == fixture.body, name


def test_every_reason_of_the_core_has_a_page() -> None:
    reasons = {
        line["reason"] for name in NAMES for line in expected(name)["lines"] if "reason" in line
    }
    assert reasons >= {
        "not_found",
        "login_required",
        "no_permission",
        "password",
        "site_closed",
        "ip_banned",
        "rate_limited",
        "challenge",
        "server_error",
        "not_discuz",
        "template_unknown",
        "truncated",
    }


def test_versions_and_robots_read_alike() -> None:
    """What the templates of X2 to X3.5 and robots' markup say of one thread is the same thread."""
    plain = [line.get("text") for line in expected("thread/news")["lines"]]
    for name in ("x2", "x25", "x31", "x32", "x34", "x35", "robot"):
        assert [line.get("text") for line in expected(f"thread/{name}")["lines"]] == plain, name


def test_fixture_folders_hold_what_they_should() -> None:
    for name in NAMES:
        files = {path.name for path in Path(FOLDER / name).iterdir()}
        assert files == {"page.html", "meta.json", "expected.json"}, name
