from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from crawler.archive.changes import NoteMade
from crawler.archive.site_archive import SiteArchive as Archive
from crawler.items.build import post_lines, refusal_line
from crawler.items.lines import Batch, Line
from crawler.pipelines.check import CheckPipeline
from crawler.pipelines.store import StorePipeline
from tests.discuz.test_page import thread
from tests.forum.desktop import Thread
from tests.pages import first, replies

NOW = datetime(2023, 3, 15, 12, tzinfo=UTC)


def lines(archive: Archive | None = None, told: list[str] | None = None) -> list[Line]:
    page = thread(str(Thread([first(1, "一"), *replies(2, "二", "三")])))
    made: list[Line] = list(post_lines(page, page.posts, NOW))
    learnt = NoteMade("page", "one")
    batch = Batch(tuple(made), archive, [learnt], lambda: (told or []).append("stored"))
    for line in made:
        line.batch = batch
    return made


def stored(folder: Path) -> dict[str, int]:
    return {
        path.name.partition("-")[0]: len(path.read_text("utf-8").splitlines())
        for path in folder.glob("*.jsonl")
    }


@pytest.fixture
def crawler() -> Crawler:
    made = get_crawler()
    made.stats = MemoryStatsCollector(made)
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "site")
    yield made
    made.close()


def test_lines_are_counted_by_kind_and_reason_once_they_are_stored(
    crawler: Crawler, archive: Archive
) -> None:
    assert crawler.stats is not None
    check, store = CheckPipeline(crawler.stats), StorePipeline(crawler)
    made = lines(archive)
    made[2].version = 2
    for line in made:
        assert not crawler.stats.get_value("lines/article")
        assert check.process_item(line) is line
        store.process_item(line)
    for is_over in (None, True):
        refusal = refusal_line("challenge", url="http://b.example/x", fetched_at=NOW)
        refusal.is_deleted = is_over
        refusal.batch = Batch((refusal,), archive)
        store.process_item(check.process_item(refusal))
    counts = crawler.stats.get_stats()
    assert (counts["lines/article"], counts["lines/post"], counts["lines/refusal"]) == (1, 2, 2)
    assert counts["refusals/challenge"] == 1
    assert (counts["news/new/article"], counts["news/new/post"]) == (1, 1)
    assert counts["news/changed/post"] == 1


def test_a_page_is_stored_in_one_go_with_what_it_teaches(
    crawler: Crawler, archive: Archive
) -> None:
    store, told = StorePipeline(crawler), ["begun"]
    article, second, third = lines(archive, told)
    store.process_item(article)
    store.process_item(second)
    archive.flush()
    assert (stored(archive.folder), told, archive.ledger.note("page")) == ({}, ["begun"], None)
    store.process_item(third)
    archive.flush()
    assert stored(archive.folder) == {"articles": 1, "posts": 2}
    assert (told, archive.ledger.note("page")) == (["begun", "stored"], "one")


def test_what_is_handed_on_is_the_line_as_written(crawler: Crawler, archive: Archive) -> None:
    store = StorePipeline(crawler)
    records = [store.process_item(line) for line in lines(archive)]
    archive.flush()
    written = [
        json.loads(text)
        for path in sorted(archive.folder.glob("*.jsonl"))
        for text in path.read_text("utf-8").splitlines()
    ]
    assert records == written


def test_half_a_page_is_not_stored_when_a_spider_is_stopped(
    crawler: Crawler, archive: Archive
) -> None:
    """What is stored must be what the ledger knows: the page is asked for again."""
    store = StorePipeline(crawler)
    store.process_item(lines(archive)[0])
    store.close_spider()
    assert stored(archive.folder) == {}


def test_a_broken_line_is_counted_and_kept_apart(
    crawler: Crawler, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    assert crawler.stats is not None
    check, store = CheckPipeline(crawler.stats), StorePipeline(crawler)
    made = lines(archive)
    made[1].thread_id = 7  # type: ignore[attr-defined]
    kept = []
    for line in made:
        try:
            kept.append(store.process_item(check.process_item(line)))
        except DropItem:
            kept.append({})
    archive.flush()
    assert [bool(record) for record in kept] == [True, False, True]
    assert stored(archive.folder) == {"articles": 1, "posts": 1, "rejected": 1}
    (rejected,) = (
        json.loads(text)
        for path in archive.folder.glob("rejected-*.jsonl")
        for text in path.read_text("utf-8").splitlines()
    )
    assert rejected["problems"] == ["thread_id: 7 is no string"]
    assert crawler.stats.get_value("lines/rejected") == 1
    assert "breaks the schema" in caplog.text
