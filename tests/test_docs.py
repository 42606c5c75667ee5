"""What the documentation says is what there is, and what there is stands in it."""

from __future__ import annotations

import argparse
import ast
import csv
import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from scrapy.settings import default_settings
from scrapy.utils.project import get_project_settings

from crawler import settings
from crawler.archive.media_store import MEDIA
from crawler.archive.segments import FILES
from crawler.archive.state import MediaState
from crawler.discuz import facts
from crawler.discuz.site_rules import SiteRules, ThreadSelectors
from crawler.exports import FORMATS
from crawler.frontier.options import OPTIONS
from crawler.items.field_docs import FIELDS
from crawler.items.lines import KINDS
from crawler.items.reasons import REASONS
from crawler.privacy.removal_list import read_removals
from crawler.privacy.site import AUTHORS, LOCATION
from crawler.reporting.exit_status import STATUSES
from crawler.reporting.progress import PROGRESS
from crawler.site_rules import load_rules
from tests.conftest import ROOT, Forum, scrapy
from tests.forum.town import town, whole

DOCS = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
README = (ROOT / "README.md").read_text("utf-8")
READMES = {"en": README, "zh": (ROOT / "README.zh.md").read_text("utf-8")}
COMMANDS = sorted(path.stem for path in (ROOT / "crawler" / "commands").glob("[a-z]*.py"))
SETTINGS = [
    name
    for name in dir(settings)
    if name.isupper() and not isinstance(getattr(settings, name), dict)
]
# what tells Scrapy where things are
PLACES = {"BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "COMMANDS_MODULE"}


# -- each thing in its page ----


def row(page: str, name: str) -> str:
    found = re.search(rf"^\| `?{re.escape(name)}`? \|(.*)\|$", DOCS[page], re.M)
    assert found, f"{name} has no row in docs/{page}.md"
    return found[1]


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - PLACES))
def test_settings(name: str) -> None:
    said = row("settings", name).split("|")[0].strip()
    default = repr(getattr(settings, name)).replace("'", '"')
    assert said == f"`{default}`"


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - PLACES))
def test_settings_have_a_reason(name: str) -> None:
    source = (ROOT / "crawler" / "settings.py").read_text("utf-8")
    before = re.split(rf"\n{name}(?:: list\[str\])? =", source)[0].rstrip().splitlines()[-1]
    is_one_of_many = before.split(" =")[0].partition(":")[0].isupper()
    assert before.startswith("#") or before == "}" or is_one_of_many


def test_no_setting_that_there_is_not() -> None:
    said = set(re.findall(r"`([A-Z][A-Z_]{4,})`", "".join(DOCS.values()) + README))
    known = {name for name in dir(default_settings) if name.isupper()} | set(SETTINGS)
    environment = {name for name in said if name.startswith("DISCUZ_")}
    assert said - known - environment - {"JOBDIR", "SITEURL", "SITE", "ADDONS"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(name: str) -> None:
    assert f"`scrapy {name} " in DOCS["commands"]
    command = import_module(f"crawler.commands.{name}").Command()
    command.settings = get_project_settings()
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    section = DOCS["commands"].partition(f"## scrapy {name}")[2].partition("\n## ")[0]
    theirs = {"--help", "--logfile", "--loglevel", "--nolog", "--profile", "--pidfile", "--set"}
    theirs |= {"--pdb", "--output", "--overwrite-output"}
    for action in parser._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in theirs:
                assert f"`{option}`" in section, option


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_have_help_that_reads_well(name: str) -> None:
    run = scrapy(name, "--help", data=Path("data"), quickly=False)
    assert run.status == 0
    assert max(map(len, run.stdout.splitlines())) <= 80
    assert "Exit status" in " ".join(run.stdout.split())


@pytest.mark.parametrize("option", OPTIONS)
def test_options(option: str) -> None:
    assert row("commands", f"-a {option}=")
    for readme in READMES.values():
        assert f"`{option}=" in readme


@pytest.mark.parametrize("form", FORMATS)
def test_exports(form: str) -> None:
    assert row("commands", form)
    for readme in READMES.values():
        assert f"--to {form}" in readme


@pytest.mark.parametrize("status", STATUSES)
def test_statuses(status: int) -> None:
    assert row("outcomes", str(status))
    assert row("scheduling", str(status))


@pytest.mark.parametrize("reason", REASONS)
def test_reasons(reason: str) -> None:
    assert row("outcomes", reason)


@pytest.mark.parametrize("access", get_args(facts.Access))
def test_access(access: str) -> None:
    assert row("outcomes", access)


@pytest.mark.parametrize("skin", get_args(facts.Skin))
def test_skins(skin: str) -> None:
    assert re.search(rf"^\|[^|]*`{skin}`[^|]*\|", DOCS["skins"], re.M)


@pytest.mark.parametrize("kind", KINDS)
def test_fields(kind: str) -> None:
    assert (ROOT / "docs" / "schema" / f"{kind}.json").exists()
    for name in FIELDS[kind]:
        assert row("fields", name)


@pytest.mark.parametrize("name", FILES.values())
def test_files(name: str) -> None:
    for readme in READMES.values():
        assert f"`{name}-00001.jsonl`" in readme


def test_each_file_in_the_folder_of_a_site_is_listed(forum: Forum, tmp_path: Path) -> None:
    """After kills, with packed segments, a ledger that was damaged, a picture and an alarm."""
    section = DOCS["outcomes"].partition("\n## Files in the folder")[2].partition("\n## ")[0]
    cells = "".join(re.findall(r"^\| (`.*?) \|", section, re.M))
    patterns = [re.sub(r"\.jsonl$", ".jsonl*", name) for name in re.findall(r"`([^`]+)`", cells)]
    made = town(forum)
    small = ("-s", "SEGMENT_SIZE=3000", "-s", "SEGMENT_COMPRESSION=gzip")
    seen: set[str] = set()

    def look(*arguments: str, kill_at: tuple[str, int] | None = None) -> None:
        scrapy(*whole(forum), *small, *arguments, data=tmp_path, kill_at=kill_at)
        (site,) = tmp_path.iterdir()
        seen.update(path.relative_to(site).as_posix() for path in site.rglob("*"))

    for kill_at in (
        ("between_flush_and_mark", 0),
        ("in_the_middle_of_a_line", 9),
        ("while_a_segment_is_closed", 1),
    ):
        look(kill_at=kill_at)
    look()
    (ledger,) = tmp_path.glob("*/ledger.sqlite3")
    ledger.write_bytes(b"rubbish" * 999)
    made.reply(21, "新的一楼")
    made.publish()
    look("-a", "full=yes")
    for wanted in (".begun", ".gz", ".damaged", "-wal", ".part", ".json", ".html", "lock"):
        assert any(name.endswith(wanted) for name in seen), wanted
    assert [name for name in sorted(seen - {"runs"}) if not _is_listed(name, patterns)] == []


def _is_listed(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


@pytest.mark.parametrize(
    "name, values",
    [("MEDIA", MEDIA), ("AUTHORS", AUTHORS), ("LOCATION", LOCATION), ("PROGRESS", PROGRESS)],
)
def test_values_of_settings(name: str, values: tuple[str, ...]) -> None:
    assert [value for value in values if f"`{value}`" not in row("settings", name)] in (
        [],
        [getattr(settings, name)],
    )


def test_nights_of_media() -> None:
    assert "on six nights" in DOCS["outcomes"]
    tried = [MediaState("k", reason="unreachable", is_retriable=True, nights=n) for n in (5, 6)]
    assert [media.is_settled for media in tried] == [False, True]


# -- what is shown works ----


def test_the_rules_shown_are_rules(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", DOCS["skins"], re.S)
    (tmp_path / "shown.toml").write_text(shown, "utf-8")
    rules = load_rules(tmp_path / "shown.toml")
    told = {spec.name for spec in fields(SiteRules) if getattr(rules, spec.name) in (None, ())}
    assert told == set()
    assert rules.thread is not None
    assert all(getattr(rules.thread, spec.name) for spec in fields(ThreadSelectors))


def test_the_removal_list_shown_is_one(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```\n(.*?)```", DOCS["responsible-use"], re.S)
    (tmp_path / "removals.txt").write_text(shown, "utf-8")
    removals = read_removals(tmp_path)
    assert removals.posts == {"950", "4711:p2-4"}
    assert all((removals.threads, removals.authors, removals.names))


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


def recipe(word: str) -> str:
    """The one Python example of the recipes in which a word stands."""
    shown = re.findall(r"```python\n(.*?)```", DOCS["recipes"], re.S)
    (found,) = [block for block in shown if word in block]
    return str(found)


def scrapy_in(folder: Path, *arguments: str) -> str:
    """What a command of Scrapy writes to its error channel, run in a folder of one's own."""
    environment = {name: value for name, value in os.environ.items() if "SCRAPY" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def texts(folder: Path) -> list[str]:
    (lines,) = (folder / "data").glob("*/posts-00001.jsonl")
    return [json.loads(line)["text"] for line in lines.read_text("utf-8").splitlines()]


QUOTES = ROOT / "fixtures" / "thread" / "quotes" / "page.html"


def test_a_pipeline_of_your_own_works_as_shown(tmp_path: Path) -> None:
    for name in ("scrapy.cfg", "crawler"):
        (tmp_path / name).symlink_to(ROOT / name)
    # the shortest reply of the page has six characters
    (tmp_path / "mine.py").write_text(recipe("DropShortReplies").replace("< 4", "< 7"), "utf-8")
    pipelines = {**settings.ITEM_PIPELINES, "mine.DropShortReplies": 350}
    crawl = ("crawl", "discuz", "--nolog", "-a", f"url={QUOTES.as_uri()}")
    chosen = ("-s", f"ITEM_PIPELINES={json.dumps(pipelines)}")
    assert "1 dropped by a pipeline of yours" in scrapy_in(tmp_path, *crawl, *chosen)
    assert len(texts(tmp_path)) == 7
    assert min(map(len, texts(tmp_path))) == 7


def test_feeds_of_one_class_work_as_shown(tmp_path: Path) -> None:
    for name in ("scrapy.cfg", "crawler"):
        (tmp_path / name).symlink_to(ROOT / name)
    feeds = json.dumps(ast.literal_eval(recipe("FEEDS").removeprefix("FEEDS = ")))
    scrapy_in(tmp_path, "crawl", "discuz", "-a", f"url={QUOTES.as_uri()}", "-s", f"FEEDS={feeds}")
    with (tmp_path / "articles.csv").open(encoding="utf-8") as file:
        assert [line["headline"] for line in csv.DictReader(file)] == ["潮汐表"]


def test_our_pipelines_in_your_spider_work_as_shown(tmp_path: Path) -> None:
    shown = recipe("class Threads").replace(
        "https://bbs.example.org/thread-1-1-1.html", QUOTES.as_uri()
    )
    (tmp_path / "threads.py").write_text(shown, "utf-8")
    for _ in range(2):
        scrapy_in(tmp_path, "runspider", "threads.py")
        assert len(texts(tmp_path)) == 8


def test_reading_a_page_works_as_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = re.findall(r"```python\n(.*?)```", README, re.S)[0]
    monkeypatch.chdir(ROOT)
    exec(shown, {})  # noqa: S102 - lines of ours
    assert capsys.readouterr().out.strip() == shown.strip().rpartition("# ")[2]


@pytest.mark.filterwarnings("ignore")
def test_pages_of_a_warc_file_are_read_as_shown(tmp_path: Path) -> None:
    warc = pytest.importorskip("warcio.warcwriter")
    headers_of = pytest.importorskip("warcio.statusandheaders").StatusAndHeaders
    page = ROOT / "fixtures" / "thread" / "quotes" / "page.html"
    with (tmp_path / "forum.warc.gz").open("wb") as file, page.open("rb") as body:
        writer = warc.WARCWriter(file, gzip=True)
        headers = headers_of(
            "200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
        )
        url = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"
        record = writer.create_warc_record(url, "response", payload=body, http_headers=headers)
        writer.write_record(record)
    (tmp_path / "shown.py").write_text(recipe("warcio"), "utf-8")
    run = subprocess.run(
        [sys.executable, "shown.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(lines) == 9
    assert lines[0]["headline"] == "潮汐表"


def test_links_lead_somewhere() -> None:
    pages = {ROOT / "docs" / f"{name}.md": text for name, text in DOCS.items()}
    pages |= {ROOT / "README.md": README, ROOT / "README.zh.md": READMES["zh"]}
    for page, text in pages.items():
        for link in re.findall(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)", text):
            path, anchor = link
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: {path}"
            if anchor:
                titles = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
                names = {
                    "#" + title.lower().replace(" ", "-").replace(",", "").replace("'", "")
                    for title in titles
                }
                assert anchor in names, f"{page.name}: {path}{anchor}"


def test_each_guarantee_names_tests_that_are_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", DOCS["guarantees"])
    assert len(named) > 20
    for path, test in named:
        assert f"def {test}" in (ROOT / path).read_text("utf-8"), f"{path}::{test}"


def test_the_chinese_readme_shows_the_same() -> None:
    """All but the words of comments."""
    shown = {
        language: [
            re.sub(r"\s*#.*", "", block) if kind == "sh" else block
            for kind, block in re.findall(r"```(\w*)\n(.*?)```", readme, re.S)
        ]
        for language, readme in READMES.items()
    }
    assert shown["zh"] == shown["en"]
