"""The page of a run: what it says, and that nothing in it can do anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.reporting.html_report import overview_page, run_page
from crawler.reporting.run_files import read_records, write_record
from crawler.reporting.timeline import Timeline
from tests.conftest import Forum, scrapy, served_forum
from tests.forum.desktop import message
from tests.forum.town import NO_REVISITS, crawl, thread_path, town

ROOT = Path(__file__).parents[2]
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x1b[2J&lol;"
RECORD: dict[str, Any] = {
    "site": "bbs.example.net",
    "run_id": "20261125T120000.000Z",
    "began": "2026-11-25T12:00:00+00:00",
    "seconds": 95.0,
    "status": 4,
    "status_means": "the pages no longer look as they did",
    "said": ["1 article → data/"],
    "asked": {
        "addresses": ["http://bbs.example.net/"],
        "with_replies": True,
        "boards": ["2"],
        "with_images": False,
    },
    "new": {"article": 1, "post": 1204},
    "changed": {"article": 0, "post": 3},
    "deleted": {"article": 0, "post": 0},
    "refused": {"no_permission": 2},
    "refusal_examples": {
        "no_permission": [{"url": "http://bbs.example.net/thread-1-1-1.html", "said": "抱歉"}]
    },
    "coverage": {"complete": 7, "partial": 1},
    "incomplete": [
        {
            "thread_id": "4711",
            "url": "http://bbs.example.net/forum.php?mod=viewthread&tid=4711",
            "captured": 3,
            "expected": 5,
            "missing": [2, 4],
        }
    ],
    "posts_by_day": {"2026-11-24": 5, "2026-11-25": 7},
    "posts_by_hour": {"08": 5, "23": 7},
    "timeline": {"seconds": 1, "pages": [1, 0, 2], "latency": [0.2, None, 0.3]},
    "fields": {"thread": {"pages": 8, "found": {"page": 8, "date": 4}}},
    "alarms": [
        {
            "kind": "thread",
            "trait": "date",
            "known": 370,
            "known_of": 370,
            "now": 4,
            "now_of": 8,
            "since": "2026-11-24T12:00:00+00:00",
        }
    ],
    "requests": {"200": 466, "404": 2},
    "bytes": {"200": 12_400_000, "404": 800},
    "hosts": {"bbs.example.net": 468},
    "manners": {"robots.txt": "obeyed"},
    "segments": [{"name": "articles-00001.jsonl", "length": 2048, "sha256": "0f" * 32}],
    "versions": {"scrapy": "2.19"},
}


def parsed(page: str) -> Any:
    return etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8"))


def text_of(page: str) -> str:
    return " ".join(" ".join(map(str, parsed(page).itertext())).split())


def harmless(page: str) -> None:
    tree = parsed(page)
    assert not list(tree.iter("script", "iframe", "object", "embed", "img", "form", "link", "base"))
    for element in tree.iter("*"):
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "action", "formaction")
            if name.endswith("href"):
                assert re.match(r"https?://|\./[\w.%/-]+\.html$|#", value), value
    assert "default-src 'none'" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page)


@pytest.mark.parametrize(
    "words",
    [
        "1,204 replies",
        "status 4",
        "4711 3 of 5 2, 4",
        "7 complete, 1 partial",
        "no_permission 2 http://bbs.example.net/thread-1-1-1.html 抱歉",
        "date on 370 of 370 thread pages until 2026-11-24 12:00 UTC, on 4 of 8 now",
        "date 50 % 100 %",
        "466x 200, 2x 404 (12.4 MB)",
        f"articles-00001.jsonl {'0f' * 32} 2.0 kB",
        "boards 2",
        "with images no",
        "2 min",
    ],
)
def test_what_it_says(words: str) -> None:
    before = {"run_id": "1", "fields": {"thread": {"pages": 4, "found": {"date": 4}}}}
    assert words in text_of(run_page(RECORD, before))


def test_its_links_lead_to_the_threads() -> None:
    tree = parsed(run_page(RECORD))
    assert {link.get("href") for link in tree.iter("a")} == {
        RECORD["incomplete"][0]["url"],
        "http://bbs.example.net/thread-1-1-1.html",
    }
    assert len(list(tree.iter("svg"))) == 4


def test_nothing_in_it_can_do_anything() -> None:
    evil = {
        **RECORD,
        "said": [EVIL],
        "asked": {"addresses": [EVIL]},
        "refused": {EVIL: 2},
        "media": {"stored": 3, "bytes": 4096, "refused": {EVIL: 1}},
        "refusal_examples": {EVIL: [{"url": f"javascript:{EVIL}", "said": EVIL}]},
        "incomplete": [{"thread_id": EVIL, "url": f"javascript:{EVIL}", "captured": 1}],
        "fields": {EVIL: {"pages": 1, "found": {EVIL: 1}}},
        "posts_by_day": {EVIL: 1},
        "hosts": {EVIL: 1},
        "manners": {EVIL: EVIL},
        "segments": [{"name": EVIL, "length": 1, "sha256": EVIL}],
        "versions": {EVIL: EVIL},
        "site": EVIL,
        "status_means": EVIL,
    }
    for page in (run_page(RECORD), run_page(evil, evil), overview_page(EVIL, [evil, RECORD])):
        harmless(page)
    assert "alert(1)" in text_of(run_page(evil))


def places_of_words(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each string of a record, and to each key that is not the record's own word."""
    match value:
        case dict():
            for key, each in value.items():
                yield from places_of_words(each, (*path, key))
                if path and path[-1] in KEYED_BY_WORDS:
                    yield (*path, key, "key")
        case list():
            for number, each in enumerate(value):
                yield from places_of_words(each, (*path, number))
        case str():
            yield path


# Here the keys of a record are words of the forum or of the code, which a page shows.
KEYED_BY_WORDS = (
    "asked refused refusal_examples coverage posts_by_day posts_by_hour fields found requests hosts"
    " manners versions"
).split()


def with_words(value: Any, path: tuple[Any, ...], words: str) -> Any:
    """A copy of a record with other words at one place."""
    if not path:
        return words
    first, *rest = path
    if rest == ["key"]:
        return {words if key == first else key: each for key, each in value.items()}
    if isinstance(value, list):
        return [
            with_words(each, tuple(rest), words) if number == first else each
            for number, each in enumerate(value)
        ]
    return {**value, first: with_words(value[first], tuple(rest), words)}


WHOLE = {**RECORD, "media": {"stored": 3, "bytes": 4096, "refused": {"not_found": 1}}}


@pytest.mark.parametrize(
    "path", list(places_of_words(WHOLE)), ids=lambda path: ".".join(map(str, path))
)
@pytest.mark.parametrize(
    "evil", [EVIL, "javascript:alert(1)", "//x.example/", 'https://x/"onclick="alert(1)']
)
def test_hostile_words_are_text_at_each_place(path: tuple[Any, ...], evil: str) -> None:
    record = with_words(WHOLE, path, evil)
    for page in (
        run_page(record, WHOLE),
        run_page(WHOLE, record),
        overview_page("x", [record] * 2),
    ):
        harmless(page)


def test_the_run_before_may_know_other_fields() -> None:
    """A field that is found no more is what somebody looks for in this table."""
    before = {
        "run_id": "1",
        "fields": {"thread": {"pages": 4, "found": {"headline": 4, "date": 2}}},
    }
    page = run_page(RECORD, before)
    assert "headline 0 % 100 %" in text_of(page)
    (lost,) = parsed(page).xpath("//td[contains(@class, 'bad')]")
    assert lost.text == "0 %"


def test_the_time_line_tells_runs_of_one_day_apart() -> None:
    runs = [{**RECORD, "began": f"2026-11-25T{hour}:00:00+00:00"} for hour in (10, 12)]
    labels = parsed(overview_page("x", runs)).xpath("//svg/text[@text-anchor='middle']/text()")
    assert labels == ["10:00", "12:00"] * 2


def test_a_single_run_has_no_time_line() -> None:
    page = overview_page("x", [RECORD])
    assert "<svg" not in page
    assert "1 run;" in text_of(page)


def test_the_import_leaves_no_hook_behind() -> None:
    code = (
        "import sys; before = list(sys.meta_path); import crawler.reporting.html_report;"
        "raise SystemExit(sys.meta_path != before)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.slow
def test_a_wheel_has_the_templates(tmp_path: Path) -> None:
    """It is not unpacked: the templates are read from wherever Python finds the package."""
    pytest.importorskip("setuptools", minversion="77")
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".*", "data", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    record = json.dumps(RECORD)
    code = (
        f"import sys, json; sys.path.insert(0, {str(wheel)!r});"
        "from crawler.reporting import html_report;"
        f"print(html_report.__file__); print(html_report.run_page(json.loads({record!r})))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert run.stdout.startswith(str(wheel))
    harmless(run.stdout)


def test_a_record_of_an_earlier_version_is_drawn() -> None:
    names = ("run_id", "began", "seconds", "status", "status_means", "requests")
    harmless(run_page({name: RECORD[name] for name in names}))


@given(st.lists(st.floats(0, 10_000), max_size=300))
def test_a_timeline_loses_no_page(moments: list[float]) -> None:
    line = Timeline()
    for moment in moments:
        line.add_page(moment, 0.5)
    record = line.to_json()
    assert sum(record["pages"]) == len(moments)
    assert len(record["pages"]) <= 240
    assert {each for each in record["latency"] if each is not None} <= {0.5}


# -- written by a crawl ---


def test_a_crawl_writes_its_page(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    evil = EVIL.replace("\x1b", "")
    made.talks[13].title = evil
    made.publish()
    forum.pages[thread_path(12)] = message(f"抱歉，本帖要求阅读权限高于 20 才能浏览<br />{evil}")
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    crawl(forum, tmp_path)
    (runs,) = tmp_path.glob("*/runs")
    first, second = read_records(runs)
    assert first["coverage"]["complete"] == len(made.talks) - 1
    assert first["refusal_examples"]["no_permission"][0]["url"].endswith("tid=12")
    assert sum(first["timeline"]["pages"]) == sum(first["requests"].values())
    assert sum(first["posts_by_day"].values()) == sum(first["new"].values())
    assert first["fields"]["thread"]["found"]["date"] == first["fields"]["thread"]["pages"]
    assert second["posts_by_day"] == {}
    for record in (first, second):
        harmless((runs / f"{record['run_id']}.html").read_text("utf-8"))
    # and they are drawn again
    done = scrapy("report", "--run", first["run_id"], data=tmp_path)
    assert done.status == 0, done.stderr
    assert done.stdout == f"{runs / first['run_id']}.html\n{runs / 'index.html'}\n"
    overview = (runs / "index.html").read_text("utf-8")
    assert all(f"{record['run_id']}.html" in overview for record in (first, second))
    harmless(overview)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name one site"),
        (("nowhere.example",), "no lines in"),
        (("--nonsense",), "unknown option"),
        (("bbs.example.net",), "no record of a run"),
        (("bbs.example.net", "--run", "../../x"), "no run ../../x"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    site = tmp_path / "bbs.example.net"
    (site / "runs").mkdir(parents=True)
    (site / "articles-00001.jsonl").touch()
    if "--run" in arguments:
        (site / "runs" / "1.json").write_text(json.dumps({**RECORD, "run_id": "1"}))
    if not arguments:
        shutil.rmtree(site)
    run = scrapy("report", *arguments, data=tmp_path)
    assert run.status == 2
    assert words in run.stderr
    assert len(run.stderr.splitlines()) == 1


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_browser_opens_it_without_complaint(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    page.write_text(run_page(RECORD), "utf-8")
    quiet = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync --enable-logging=stderr --dump-dom"
    )
    done = subprocess.run(
        [str(CHROMIUM), *quiet.split(), f"--user-data-dir={tmp_path / 'profile'}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    assert "1,204" in done.stdout
    assert done.stdout.count("<svg") == 4


def test_each_site_of_a_run_has_its_own_record(forum: Forum, tmp_path: Path) -> None:
    with served_forum() as other:
        made = [town(forum), town(other)]
        for tid in (13, 14, 15):
            del made[1].talks[tid]
        made[1].publish()
        roots = f"url={forum.root},{other.root}"
        run = scrapy("crawl", "discuz", "-a", roots, *NO_REVISITS, data=tmp_path)
        assert run.status == 0, run.stderr
        for each in made:
            folder = tmp_path / each.forum.root.removeprefix("http://").strip("/").replace(":", "_")
            (path,) = folder.glob("runs/*.json")
            told = json.loads(path.read_text("utf-8"))
            assert told["new"]["article"] == told["threads_read"] == len(each.talks)
            assert sum(told["requests"].values()) == sum(each.forum.asked.values())
            assert list(told["hosts"]) == [each.forum.root.removeprefix("http://").strip("/")]
            assert told["refused"] == {"password": 1, "off_site": 1}
            assert sum(told["timeline"]["pages"]) == sum(each.forum.asked.values())


def test_a_record_that_a_killed_run_left_half_is_removed_by_the_next(tmp_path: Path) -> None:
    half = tmp_path / "20230401T120000.000Z.json.part"
    half.write_bytes(b"{")
    write_record({"run_id": "20230402T120000.000Z"}, tmp_path, with_page=False)
    assert [path.name for path in tmp_path.iterdir()] == ["20230402T120000.000Z.json"]
