"""The spider within somebody else's Scrapy project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Forum, begin
from tests.forum.town import Town, town

SETTINGS = """
BOT_NAME = "theirs"
SPIDER_MODULES = ["theirs"]
ADDONS = {"crawler.addon.DiscuzAddon": 500}
ITEM_PIPELINES = {"theirs.Shout": 900}
DOWNLOAD_DELAY = 0
AUTOTHROTTLE_ENABLED = False
USER_AGENT = "theirs/1.0"
"""
THEIRS = """
from itemadapter import ItemAdapter
from scrapy import Request, Spider


class Shout:
    def process_item(self, item):
        ItemAdapter(item)["loud"] = True
        return item


class Theirs(Spider):
    name = "theirs"

    async def start(self):
        yield Request("{root}robots.txt", dont_filter=True)

    def parse(self, response):
        yield {{"filter": self.settings["DUPEFILTER_CLASS"], "size": len(response.body)}}
        for _ in range(2):
            yield response.follow("/forum.php", self.parse_again)

    def parse_again(self, response):
        yield {{"again": response.url}}
"""


@pytest.fixture
def project(forum: Forum, tmp_path: Path) -> Path:
    """A project of somebody else, with a spider and a pipeline of his own."""
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = settings\n")
    (tmp_path / "settings.py").write_text(SETTINGS)
    (tmp_path / "theirs.py").write_text(THEIRS.format(root=forum.root))
    return tmp_path


def scrapy(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # a test that ran a command before may have left our settings' name there
    known = {name: said for name, said in os.environ.items() if not name.startswith("SCRAPY_")}
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=project,
        env={**known, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_forum_is_crawled_with_all_that_it_needs(forum: Forum, project: Path) -> None:
    made: Town = town(forum)
    done = scrapy(project, "crawl", "discuz", "-a", f"url={forum.root}", "-O", "feed.jsonl")
    assert done.returncode == 0, done.stderr
    (articles,) = project.glob("data/*/articles-00001.jsonl")
    lines = [json.loads(line) for line in articles.read_text("utf-8").splitlines()]
    assert {line["thread_id"] for line in lines} == set(map(str, made.talks))
    assert list(project.glob("data/*/runs/*.json"))
    # what the project says itself counts
    assert forum.agents == {"theirs/1.0"}
    fed = [json.loads(line) for line in (project / "feed.jsonl").read_text("utf-8").splitlines()]
    assert all(line["loud"] for line in fed)


def test_their_own_spiders_are_left_alone(forum: Forum, project: Path) -> None:
    town(forum)
    forum.pages["/forum.php"] = forum.pages["/"]
    done = scrapy(project, "crawl", "theirs", "-O", "feed.jsonl")
    assert done.returncode == 0, done.stderr
    fed = [json.loads(line) for line in (project / "feed.jsonl").read_text("utf-8").splitlines()]
    assert fed[0]["filter"] == "scrapy.dupefilters.RFPDupeFilter"
    assert len(fed) == 2  # asked for twice, and filtered as ever
    assert not (project / "data").exists()


@pytest.mark.parametrize(
    "command", ["export", "snapshot", "report", "page", "fixture", "check-site"]
)
def test_the_commands_come_along(command: str, project: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int | None, str, str]:
        out = tmp_path / "out"
        running = begin(command, *arguments, out=out, project=project)
        running.join(120)
        stdout, stderr = ((out / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return running.exitcode, stdout, stderr

    status, stdout, stderr = run("--help")
    assert status == 0, stderr
    assert f"scrapy {command}" in stdout
    status, _, stderr = run()
    assert (status, len(stderr.splitlines())) == (2, 1), stderr


def test_a_page_is_asked_for_as_a_crawl_asks(forum: Forum, project: Path) -> None:
    """With the middlewares of this package, and none of the pipelines of the project."""
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /private\n"
    forum.pages["/x"] = (302, {"Location": "http://b.example/"}, b"")
    for path, reason in (("private", "robots_disallowed"), ("x", "off_site")):
        done = scrapy(project, "page", f"{forum.root}{path}")
        assert done.returncode == 3, done.stderr
        assert json.loads(done.stdout)["reason"] == reason
    assert forum.asked["/private"] == 0
    assert not (project / "data").exists()
