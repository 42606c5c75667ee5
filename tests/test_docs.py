"""What the README says is what there is."""

from __future__ import annotations

import re

import pytest

from crawler import settings
from crawler.arguments import OPTIONS
from crawler.items import KINDS, REASONS
from crawler.outcome import STATUSES
from crawler.storage import FILES
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
OURS = ["DATA_DIR", "SEGMENT_SIZE", "SEGMENT_COMPRESSION", "COOKIES_FILE", "REVISIT_PAGES"]
OURS += [
    "REVISIT_REFUSED_DAYS",
    "STOP_AFTER_BLOCKS",
    "STOP_AFTER_FAILURES",
    "USER_AGENT",
    "CONTACT",
]
COMMANDS = [path.stem for path in (ROOT / "crawler" / "commands").glob("[a-z]*.py")]


@pytest.mark.parametrize("option", OPTIONS)
def test_options(option: str) -> None:
    assert re.search(rf"^\| `{option}=", README, re.M)


@pytest.mark.parametrize("status", STATUSES)
def test_statuses(status: int) -> None:
    assert re.search(rf"^\| {status} \|", README, re.M)


@pytest.mark.parametrize("word", [*REASONS, *OURS, *(f"scrapy {name}" for name in COMMANDS)])
def test_words(word: str) -> None:
    assert word in README


@pytest.mark.parametrize("name", FILES.values())
def test_files(name: str) -> None:
    assert f"`{name}-00001.jsonl`" in README


@pytest.mark.parametrize("kind", KINDS)
def test_schemas(kind: str) -> None:
    assert (ROOT / "docs" / "schema" / f"{kind}.json").exists()


@pytest.mark.parametrize("name", OURS)
def test_settings_have_a_reason(name: str) -> None:
    assert hasattr(settings, name)
    source = (ROOT / "crawler" / "settings.py").read_text("utf-8")
    before = source.partition(f"\n{name} ")[0].rstrip().splitlines()[-1]
    assert before.startswith("#") or before.split(" =")[0].isupper()
