"""What the README says is what there is."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from crawler import settings
from crawler.arguments import OPTIONS
from crawler.discuz import facts
from crawler.discuz.rules import SiteRules, ThreadSelectors
from crawler.exports import FORMATS
from crawler.items import KINDS, REASONS
from crawler.outcome import STATUSES
from crawler.sites import load_rules
from crawler.storage import FILES
from tests.conftest import ROOT, scrapy

README = (ROOT / "README.md").read_text("utf-8")
OURS = ["DATA_DIR", "SEGMENT_SIZE", "SEGMENT_COMPRESSION", "COOKIES_FILE", "REVISIT_PAGES"]
OURS += [
    "REVISIT_REFUSED_DAYS",
    "STOP_AFTER_BLOCKS",
    "STOP_AFTER_FAILURES",
    "USER_AGENT",
    "CONTACT",
    "SITES_DIR",
    "DOWNLOAD_MAXSIZE",
    "PROGRESS",
    "PROGRESS_SECONDS",
    "REPORT",
    "METRICS_DIR",
    "ON_FAILURE",
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


@pytest.mark.parametrize("skin", get_args(facts.Skin))
def test_skins(skin: str) -> None:
    assert re.search(rf"^\|[^|]*`{skin}`[^|]*\|", README, re.M)


def test_the_rules_shown_are_rules(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    (tmp_path / "shown.toml").write_text(shown, "utf-8")
    rules = load_rules(tmp_path / "shown.toml")
    told = {spec.name for spec in fields(SiteRules) if getattr(rules, spec.name) in (None, ())}
    assert told == set()
    assert rules.thread is not None
    assert all(getattr(rules.thread, spec.name) for spec in fields(ThreadSelectors))


@pytest.mark.parametrize("name", FILES.values())
def test_files(name: str) -> None:
    assert f"`{name}-00001.jsonl`" in README


SHOWN = re.findall(r"^((pandas|duckdb|datasets)\..*)$", README, re.M)


@pytest.mark.parametrize(("line", "library"), SHOWN, ids=[library for _, library in SHOWN])
@pytest.mark.filterwarnings("ignore")
def test_the_lines_are_read_as_shown(
    library: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(library)
    page = ROOT / "fixtures" / "thread" / "quotes" / "page.html"
    run = scrapy("crawl", "discuz", "-a", f"url=file://{page}", data=tmp_path / "data")
    assert run.status == 0, run.stderr
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    got = eval(line, {library: __import__(library)})  # noqa: S307 - a line of ours
    rows = got["train"] if isinstance(got, dict) else got
    assert len(rows) == (8 if library != "duckdb" else 5)


@pytest.mark.parametrize("form", FORMATS)
def test_exports(form: str) -> None:
    assert f"--to {form}" in README


@pytest.mark.parametrize("kind", KINDS)
def test_schemas(kind: str) -> None:
    assert (ROOT / "docs" / "schema" / f"{kind}.json").exists()


@pytest.mark.parametrize("name", OURS)
def test_settings_have_a_reason(name: str) -> None:
    assert hasattr(settings, name)
    source = (ROOT / "crawler" / "settings.py").read_text("utf-8")
    before = source.partition(f"\n{name} ")[0].rstrip().splitlines()[-1]
    assert before.startswith("#") or before.split(" =")[0].isupper()
