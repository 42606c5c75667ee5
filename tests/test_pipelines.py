from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.exceptions import DropItem
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.items import Batch, Line
from crawler.lines import post_lines, refusal_line
from crawler.pipelines import CheckPipeline, StorePipeline
from tests.pages import first, replies
from tests.templates import Thread
from tests.test_page import thread

NOW = datetime(2023, 3, 15, 12, tzinfo=UTC)


def lines() -> list[Line]:
    page = thread(str(Thread([first(1, "一"), *replies(2, "二", "三")])))
    made: list[Line] = list(post_lines(page, page.posts, NOW))
    batch = Batch(len(made))
    for line in made:
        line.batch = batch
    return made


def stored(folder: Path) -> dict[str, int]:
    return {
        path.name.partition("-")[0]: len(path.read_text("utf-8").splitlines())
        for path in folder.glob("*/*.jsonl")
    }


@pytest.fixture
def stats() -> MemoryStatsCollector:
    return MemoryStatsCollector(get_crawler())


def test_lines_are_counted_by_kind_and_reason(stats: MemoryStatsCollector) -> None:
    check = CheckPipeline(stats)
    for line in lines():
        assert check.process_item(line) is line
    check.process_item(refusal_line("challenge", url="http://b.example/x", fetched_at=NOW))
    counts = stats.get_stats()
    assert (counts["lines/article"], counts["lines/post"], counts["lines/refusal"]) == (1, 2, 1)
    assert counts["refusals/challenge"] == 1
    assert counts["refusals/challenge/example"] == "http://b.example/x (challenge)"


def test_the_lines_of_a_page_are_stored_in_one_go(tmp_path: Path) -> None:
    store = StorePipeline(tmp_path)
    article, second, third = lines()
    store.process_item(article)
    store.process_item(second)
    assert stored(tmp_path) == {}
    store.process_item(third)
    assert stored(tmp_path) == {"articles": 1, "posts": 2}
    store.close_spider()


def test_what_is_handed_on_is_the_line_as_written(tmp_path: Path) -> None:
    store = StorePipeline(tmp_path)
    records = [store.process_item(line) for line in lines()]
    store.close_spider()
    written = [
        json.loads(text)
        for path in sorted(tmp_path.glob("*/*.jsonl"))
        for text in path.read_text("utf-8").splitlines()
    ]
    assert records == written


def test_a_spider_stopped_in_the_midst_of_a_page_keeps_what_came(tmp_path: Path) -> None:
    store = StorePipeline(tmp_path)
    store.process_item(lines()[0])
    store.close_spider()
    assert stored(tmp_path) == {"articles": 1}


def test_a_broken_line_is_counted_and_kept_apart(
    tmp_path: Path, stats: MemoryStatsCollector, caplog: pytest.LogCaptureFixture
) -> None:
    check, store = CheckPipeline(stats), StorePipeline(tmp_path)
    made = lines()
    made[1].thread_id = 7  # type: ignore[attr-defined]
    kept = []
    for line in made:
        try:
            kept.append(store.process_item(check.process_item(line)))
        except DropItem:
            kept.append({})
    store.close_spider()
    assert [bool(record) for record in kept] == [True, False, True]
    assert stored(tmp_path) == {"articles": 1, "posts": 1, "rejected": 1}
    (rejected,) = (
        json.loads(text)
        for path in tmp_path.glob("*/rejected-*.jsonl")
        for text in path.read_text("utf-8").splitlines()
    )
    assert rejected["problems"] == ["thread_id: 7 is no string"]
    assert stats.get_value("lines/rejected") == 1
    assert "breaks the schema" in caplog.text


def test_each_site_has_a_folder(tmp_path: Path) -> None:
    store = StorePipeline(tmp_path)
    for site in ("http://a.example/bbs/x", "http://b.example:81/x", "http://../x"):
        store.process_item(refusal_line("unreachable", url=site, fetched_at=NOW))
    store.close_spider()
    folders = sorted(path.name for path in tmp_path.iterdir())
    assert folders == ["a.example_bbs", "b.example_81", "site"]


def test_a_disk_that_fails_is_loud(tmp_path: Path) -> None:
    (tmp_path / "b.example").write_text("no folder")
    store = StorePipeline(tmp_path)
    with pytest.raises(OSError, match="exists"):
        store.process_item(refusal_line("unreachable", url="http://b.example/x", fetched_at=NOW))
