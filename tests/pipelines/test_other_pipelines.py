"""Any pipeline of a user's own, before or behind ours: the rest of each page is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum, Run, scrapy
from tests.forum.desktop import Thread
from tests.forum.town import thread_path, town
from tests.pages import first, replies

WORDS = ("第一个回复", "短", "第三个回复", "第四个回复")
OURS = {
    "crawler.pipelines.media.MediaFiles": 200,
    "crawler.pipelines.check.CheckPipeline": 300,
    "crawler.pipelines.store.StorePipeline": 800,
}
PRIORITIES = (100, 350, 900)


def thread(forum: Forum, *words: str) -> str:
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow:\n"
    floors = [first(1, "开头的话"), *replies(2, *words)]
    forum.pages[thread_path(7)] = str(Thread(floors, tid=7, replies=len(words)))
    return f"url={forum.root.rstrip('/')}{thread_path(7)}"


def crawl(forum: Forum, data: Path, pipeline: str, priority: int, *more: str) -> Run:
    pipelines = {**OURS, f"tests.pipelines.others.{pipeline}": priority}
    feed = data.with_name(f"{data.name}.jsonl")
    return scrapy(
        "crawl",
        "discuz",
        "-a",
        thread(forum, *WORDS),
        "-s",
        f"ITEM_PIPELINES={json.dumps(pipelines)}",
        "-O",
        str(feed),
        *more,
        data=data,
    )


def feed_of(run: Run) -> list[dict[str, Any]]:
    feed = run.data.with_name(f"{run.data.name}.jsonl")
    return [json.loads(line) for line in feed.read_text("utf-8").splitlines()]


def stored(run: Run) -> list[dict[str, Any]]:
    return [line for kind in ("articles", "posts", "coverage") for line in run.lines(kind)]


def texts(lines: list[dict[str, Any]]) -> list[str]:
    return [line.get("text", "") for line in lines if line["item_type"] == "post"]


def by_id(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda line: line["item_id"])


@pytest.mark.parametrize("priority", PRIORITIES)
def test_one_that_drops_a_line(forum: Forum, tmp_path: Path, priority: int) -> None:
    run = crawl(forum, tmp_path / "data", "DropShort", priority)
    kept = [word for word in WORDS if word != "短"]
    assert run.status == 0
    assert texts(feed_of(run)) == kept
    if priority < OURS["crawler.pipelines.store.StorePipeline"]:
        assert by_id(stored(run)) == by_id(feed_of(run))
        assert "1 dropped by a pipeline of yours" in run.stderr
    else:
        assert texts(stored(run)) == list(WORDS)
        assert "1 stored, but dropped from feeds by a pipeline of yours" in run.stderr
    again = crawl(forum, run.data, "DropShort", priority, "-a", "full=yes")
    assert (again.status, feed_of(again)) == (0, [])


@pytest.mark.parametrize("priority", PRIORITIES)
@pytest.mark.parametrize("pipeline", ["Dump", "AsDict", "Shout"])
def test_one_that_reads_replaces_or_changes_lines(
    forum: Forum, tmp_path: Path, pipeline: str, priority: int
) -> None:
    """What a pipeline changed is what is stored, and no new version every night."""
    run = crawl(forum, tmp_path / "data", pipeline, priority)
    is_before = priority < OURS["crawler.pipelines.store.StorePipeline"]
    assert run.status == 0, run.stderr
    assert len(stored(run)) == len(feed_of(run)) == 2 + len(WORDS)
    if is_before or pipeline == "Dump":
        assert by_id(stored(run)) == by_id(feed_of(run))
    ending = "!" if pipeline == "Shout" and is_before else ""
    assert texts(stored(run)) == [f"{word}{ending}" for word in WORDS]
    has_length = ["length" in line for line in run.lines("posts")]
    assert all(has_length) == (pipeline == "AsDict" and is_before)
    again = crawl(forum, run.data, pipeline, priority, "-a", "full=yes")
    assert (again.status, feed_of(again)) == (0, [])
    (run.data / "127.0.0.1").parent.mkdir(exist_ok=True)
    for ledger in run.data.glob("*/ledger.sqlite3*"):
        ledger.unlink()
    rebuilt = crawl(forum, run.data, pipeline, priority, "-a", "full=yes")
    assert [line for line in feed_of(rebuilt) if line["item_type"] != "coverage"] == []


@pytest.mark.parametrize("priority", PRIORITIES)
def test_one_that_fails_on_a_line(forum: Forum, tmp_path: Path, priority: int) -> None:
    """What an error lost comes again at the next run, when the pipeline is mended."""
    run = crawl(forum, tmp_path / "data", "FailOnShort", priority)
    assert run.status == 3
    kept = [word for word in WORDS if word != "短"]
    assert texts(feed_of(run)) == kept
    if priority > OURS["crawler.pipelines.store.StorePipeline"]:
        assert texts(stored(run)) == list(WORDS)
        return
    assert by_id(stored(run)) == by_id(feed_of(run))
    assert "1 line lost to errors in a pipeline" in run.stderr
    # a job that ended is begun anew; the page that lost a line is looked at again
    board = thread(forum, *WORDS)
    mended = scrapy("crawl", "discuz", "-a", board, data=run.data)
    assert mended.status == 0
    assert sorted(texts(stored(mended))) == sorted(WORDS)


def test_something_that_json_does_not_have(forum: Forum, tmp_path: Path) -> None:
    run = crawl(forum, tmp_path / "data", "NotForJson", 350)
    assert run.status == 3
    assert texts(stored(run)) == [word for word in WORDS if word != "短"]


def test_one_that_makes_something_else_of_each_line(forum: Forum, tmp_path: Path) -> None:
    """Nothing can be stored of it; the run says so, and what to do."""
    run = crawl(forum, tmp_path / "data", "OnlyTitles", 350, "-L", "ERROR")
    assert run.status == 3
    assert stored(run) == []
    assert "give that pipeline a priority above 800" in run.stderr
    behind = crawl(forum, run.data, "OnlyTitles", 900)
    assert (behind.status, texts(stored(behind))) == (0, list(WORDS))
    assert [line["words"] for line in feed_of(behind)][1:5] == list(WORDS)


def test_a_page_that_waits_is_stored_before_those_behind_it(forum: Forum, tmp_path: Path) -> None:
    """Killed in between, the next run begins with the page that waited."""
    made = town(forum)
    pipelines = {**OURS, "tests.pipelines.others.HoldArticles": 100}
    url = f"url={forum.root.rstrip('/')}{thread_path(12)}"
    arguments = ("crawl", "discuz", "-a", url, "-s", f"ITEM_PIPELINES={json.dumps(pipelines)}")
    killed = scrapy(*arguments, data=tmp_path, kill_at=("behind_the_mark", 1))
    assert killed.status == -9
    run = scrapy(*arguments, data=tmp_path)
    assert run.status == 0
    assert (
        texts(run.lines("articles") + run.lines("posts")) == list(made.talks[12].posts.values())[1:]
    )
    assert len(run.lines("articles")) == 1


def test_lines_that_a_spider_middleware_takes_out(forum: Forum, tmp_path: Path) -> None:
    """The rest of the page is stored; the run says that a line is missing."""
    url = thread(forum, *WORDS)
    middlewares = json.dumps({"tests.pipelines.others.DropInMiddleware": 500})
    run = scrapy(
        "crawl",
        "discuz",
        "-a",
        url,
        "-s",
        f"SPIDER_MIDDLEWARES={middlewares}",
        data=tmp_path,
    )
    assert run.status == 3
    assert texts(stored(run)) == [word for word in WORDS if word != "短"]
    assert "is there a middleware?" in run.stderr


def test_feeds_of_one_class(forum: Forum, tmp_path: Path) -> None:
    articles, posts = tmp_path / "articles.jsonl", tmp_path / "posts.csv"
    feeds = {
        str(articles): {"format": "jsonlines", "item_classes": ["crawler.items.Article"]},
        str(posts): {"format": "csv", "item_classes": ["crawler.items.Post"], "fields": ["text"]},
    }
    url = thread(forum, *WORDS)
    run = scrapy(
        "crawl", "discuz", "-a", url, "-s", f"FEEDS={json.dumps(feeds)}", data=tmp_path / "data"
    )
    lines = [json.loads(line) for line in articles.read_text("utf-8").splitlines()]
    assert lines == run.lines("articles")
    # an article is a post, too
    assert posts.read_text("utf-8").split() == ["text", "开头的话", *WORDS]


def test_a_feed_holds_what_the_archive_holds(forum: Forum, tmp_path: Path) -> None:
    """The lines of boards among them, which come when all else is stored."""
    town(forum)
    feed = tmp_path / "all.jsonl"
    arguments = ("crawl", "discuz", "-a", f"url={forum.root}", "-O", str(feed))
    run = scrapy(*arguments, data=tmp_path / "data")
    kinds = ("articles", "posts", "coverage", "refusals")
    archived = [line for kind in kinds for line in run.lines(kind)]
    lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert sorted(map(str, lines)) == sorted(map(str, archived))
    assert {line.get("board_id") for line in run.lines("coverage")} >= {"2", "3", "4"}


def test_a_kill_while_lines_are_with_another_pipeline(forum: Forum, tmp_path: Path) -> None:
    pipelines = {**OURS, "tests.pipelines.others.DropShort": 350}
    arguments = (
        "crawl",
        "discuz",
        "-a",
        thread(forum, *WORDS),
        "-s",
        f"ITEM_PIPELINES={json.dumps(pipelines)}",
    )
    killed = scrapy(*arguments, data=tmp_path, kill_at=("between_flush_and_mark", 0))
    assert killed.status == -9
    run = scrapy(*arguments, data=tmp_path)
    assert run.status == 0
    assert texts(stored(run)) == [word for word in WORDS if word != "短"]


def test_our_pipelines_in_another_spider(forum: Forum, tmp_path: Path) -> None:
    url = thread(forum, *WORDS)
    feed = tmp_path / "feed.jsonl"
    arguments = (
        "runspider",
        "tests/pipelines/others.py",
        "-a",
        url,
        "-s",
        f"ITEM_PIPELINES={json.dumps(OURS)}",
        "-O",
        str(feed),
    )
    run = scrapy(*arguments, data=tmp_path / "data")
    lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert lines.pop() == {"anything": "else"}
    assert lines == run.lines("articles") + run.lines("posts")
    assert texts(lines) == list(WORDS)
    # only what is new
    forum.pages[thread_path(7)] = str(
        Thread([first(1, "开头的话"), *replies(2, "改过的", *WORDS[1:])], tid=7, replies=4)
    )
    again = scrapy(*arguments, data=tmp_path / "data")
    new = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert [(line.get("text"), line.get("version")) for line in new[:-1]] == [("改过的", 2)]
    assert len(again.lines("posts")) == len(WORDS) + 1
