"""The way of a new user who has nothing but the README: its commands, one after the other."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, Forum, Run, scrapy
from tests.forum.town import town

README = (ROOT / "README.md").read_text("utf-8")
FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "PROGRESS=none")


def shown(begin: str, instead: dict[str, str]) -> list[str]:
    """The words of a command of the README behind `scrapy`, with our addresses in place of its."""
    found = re.search(rf"scrapy ({re.escape(begin)}[^#`&\n]*)", README)
    assert found, begin
    line = found[1]
    for theirs, ours in instead.items():
        line = line.replace(theirs, shlex.quote(ours))
    return shlex.split(line)


def tried(words: list[str], data: Path, *more: str) -> Run:
    run = scrapy(*words, *more, *FAST, data=data, quickly=False)
    assert run.status == 0, run.stderr
    return run


def test_the_way_of_a_new_user(forum: Forum, tmp_path: Path) -> None:
    made, data = town(forum), tmp_path / "data"
    site = forum.root.removeprefix("http://").strip("/").replace(":", "_")
    root = {"https://bbs.example.org/": forum.root}
    # an article, of the page that comes with the project
    tried(shown("crawl discuz -a url=file:", {"$PWD": str(ROOT)}), tmp_path / "first")
    (lines,) = (tmp_path / "first").glob("*/articles-00001.jsonl")
    assert json.loads(lines.read_text("utf-8"))["headline"] == "潮汐表"
    # a board
    list_of_board = f"{forum.root}forum.php?mod=forumdisplay&fid=2"
    board = {"https://bbs.example.org/forum-2-1.html": list_of_board}
    run = tried(shown("crawl discuz -a url=https://bbs.example.org/forum-2-1.html", board), data)
    assert {line["board"]["id"] for line in run.lines("articles")} <= {"2", "4"}
    # every night
    night = shown("crawl discuz -a url=https://bbs.example.org/ --quiet", root)
    assert tried(night, data).stderr == ""
    assert {line["thread_id"] for line in run.lines("articles")} == set(map(str, made.talks))
    assert tried(night, data).stderr == ""
    # a folder of Markdown, a database
    for form, ending in (("markdown", "-markdown"), ("sqlite", ".db")):
        export = shown(f"export bbs.example.net --to {form}", {"bbs.example.net": site})
        tried(export, data, "-o", str(tmp_path / f"{site}{ending}"))
    assert len(list((tmp_path / f"{site}-markdown").rglob("*.md"))) == len(made.talks)
    # the pages of its runs
    report = shown("report bbs.example.net", {"bbs.example.net": site})
    assert tried(report, data).stdout.endswith("index.html\n")


@pytest.mark.filterwarnings("ignore")
def test_a_page_of_datasette(forum: Forum, tmp_path: Path) -> None:
    app = pytest.importorskip("datasette.app")
    town(forum)
    tried(["crawl", "discuz", "-a", f"url={forum.root}"], tmp_path / "data")
    path = tmp_path / "forum.db"
    tried(["export", forum.root, "--to", "sqlite"], tmp_path / "data", "-o", str(path))
    metadata = json.loads(path.with_suffix(".metadata.json").read_text("utf-8"))

    async def asked() -> list[dict[str, str]]:
        datasette = app.Datasette([str(path)], metadata=metadata)
        answer = await datasette.client.get("/forum/search.json?_shape=array&q=号帖")
        rows: list[dict[str, str]] = answer.json()
        return rows

    rows = asyncio.run(asked())
    assert rows
    assert all("号帖" in row["text"] for row in rows)
