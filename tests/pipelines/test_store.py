"""The lines of one page on their way through our pipelines; `test_other_pipelines.py` crawls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler

from crawler.archive.changes import Change, NoteMade, PageSeen, PostSeen, ThreadSeen
from crawler.archive.state import PostState, ThreadState
from crawler.frontier.run import Run
from crawler.frontier.site import Site
from crawler.history.delivery import Delivery, Entry
from crawler.items import Article, Line, Post, post_lines, refusal_line, to_json
from crawler.pipelines.check import CheckPipeline
from crawler.pipelines.dropped import NothingNew, Postponed
from crawler.pipelines.store import StorePipeline
from tests.discuz.test_page import thread
from tests.forum.desktop import Thread
from tests.pages import first, replies

NOW = datetime(2023, 3, 15, 12, tzinfo=UTC)
SITE = "bbs.example.net"


def page_lines() -> list[Post]:
    page = thread(str(Thread([first(1, "一"), *replies(2, "二", "三")])))
    return list(post_lines(page, page.posts, NOW))


def seen(line: Post) -> PostSeen:
    post_id = line.post_id or ""
    return PostSeen("7", PostState(post_id, 1, line.version, b"12345678"))


@dataclass
class Scraped:
    """A crawl as far as items go: `carry` takes one through the pipelines, as Scrapy does.

    ``told`` is what was called once a page was stored.
    """

    folder: Path
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crawler = get_crawler(settings_dict={"DATA_DIR": str(self.folder)})
        self.check, self.store = CheckPipeline(), StorePipeline.from_crawler(self.crawler)
        self.origin = object()

    @property
    def run(self) -> Run:
        return self.store.run

    @property
    def site(self) -> Site:
        return self.run.site(SITE)

    def begin(self, lines: list[Any], *changes: Change) -> list[Any]:
        """The lines of a page, as the spider yields them."""
        entries = [Entry(line, seen(line) if isinstance(line, Post) else None) for line in lines]
        learnt = [NoteMade("page", "one"), *changes]
        delivery = Delivery(self.site.archive, entries, learnt, self.origin)
        delivery.on_stored = lambda: self.told.append("stored")
        return list(self.run.deliveries.begin(delivery))

    def carry(self, item: Any, before: Any = None) -> Any:
        """Take an item through; ``before`` is another pipeline's, in front of ours."""
        send, response = self.crawler.signals.send_catch_log, self.origin
        try:
            made = self.store.process_item(
                self.check.process_item(before(item) if before else item)
            )
        except DropItem as dropped:
            send(signals.item_dropped, item=item, response=response, exception=dropped, spider=None)
            return None
        except Exception as error:  # noqa: BLE001 - as Scrapy does
            send(signals.item_error, item=item, response=response, failure=error, spider=None)
            return None
        send(signals.item_scraped, item=made, response=response, spider=None)
        return made

    def stored(self, kind: str = "*") -> list[dict[str, Any]]:
        """The lines on the disk."""
        self.site.archive.flush()
        return [
            json.loads(text)
            for path in sorted(self.site.archive.folder.glob(f"{kind}-*.jsonl"))
            for text in path.read_text("utf-8").splitlines()
        ]

    def versions(self) -> dict[str, int]:
        """What the ledger knows of the three posts."""
        known = self.site.archive.ledger.posts("7", ("1", "2", "3"))
        return {post_id: post.version for post_id, post in known.items()}


@pytest.fixture
def scraped(tmp_path: Path) -> Iterator[Scraped]:
    made = Scraped(tmp_path)
    yield made
    made.run.close(NOW)


def test_lines_are_counted_by_kind_and_reason_once_they_are_stored(scraped: Scraped) -> None:
    made: list[Line] = [*page_lines()]
    made[2].version = 2
    for is_over in (None, True):
        refusal = refusal_line("challenge", url="http://b.example/x", fetched_at=NOW)
        refusal.is_deleted, refusal.version = is_over, 2 if is_over else 1
        made.append(refusal)
    yielded = scraped.begin(made)
    for line in yielded:
        assert scraped.site.tally.as_stats() == {}
        assert scraped.carry(line) is line
    assert scraped.site.tally.as_stats() == {
        "new_articles": 1,
        "new_posts": 1,
        "changed_posts": 1,
        "refused/challenge": 1,
        "refusals_over": 1,
    }


def test_a_page_is_stored_in_one_go_with_what_it_teaches(scraped: Scraped) -> None:
    article, second, third = scraped.begin(page_lines())
    # lines whose pictures come sooner overtake the others
    scraped.carry(third)
    scraped.carry(article)
    assert (scraped.stored(), scraped.told, scraped.versions()) == ([], [], {})
    assert scraped.site.archive.ledger.note("page") is None
    scraped.carry(second)
    assert scraped.stored() == [to_json(line) for line in (article, second, third)]
    assert (scraped.told, scraped.versions()) == (["stored"], {"1": 1, "2": 1, "3": 1})
    assert scraped.site.archive.ledger.note("page") == "one"


def test_half_a_page_is_not_stored_when_a_spider_is_stopped(scraped: Scraped) -> None:
    """What is stored must be what the ledger knows: the page is asked for again."""
    scraped.carry(scraped.begin(page_lines())[0])
    tally = scraped.site.tally
    scraped.run.flush()
    assert (scraped.stored(), scraped.told) == ([], [])
    assert tally.lines_unstored == 3


def test_a_broken_line_is_counted_and_kept_apart(
    scraped: Scraped, caplog: pytest.LogCaptureFixture
) -> None:
    article, second, third = scraped.begin(page_lines())
    second.thread_id = 7
    assert [bool(scraped.carry(line)) for line in (article, second, third)] == [True, False, True]
    (rejected,) = scraped.stored("rejected")
    assert rejected == {"problems": ["thread_id: 7 is no string"], **to_json(second)}
    assert len(scraped.stored()) == 3
    assert scraped.site.tally.lines_rejected == 1
    assert "breaks the schema" in caplog.text
    # its words are in no line: the next run offers it again
    assert scraped.versions() == {"1": 1, "3": 1}


def drop(item: Any) -> Any:
    raise DropItem("by its words")


def fail(item: Any) -> Any:
    raise ZeroDivisionError


def change(item: Any) -> Any:
    item.text, item.item_id, item.version = "改", "mine", 9
    item.content_hash = item.thread_id = None
    return item


def as_dict(item: Any) -> Any:
    return {**to_json(item), "length": 3}


def with_a_set(item: Any) -> Any:
    return {**to_json(item), "length": {3}}


def nothing_of_it(item: Any) -> Any:
    return {"words": item.text}


def nothing_at_all(item: Any) -> Any:
    return None


def nothing_new(item: Any) -> Any:
    raise NothingNew(item.item_id)


@pytest.mark.parametrize(
    "before, counter",
    [
        (drop, "lines_dropped"),
        (fail, "lines_failed"),
        (with_a_set, "lines_failed"),
        (nothing_of_it, "lines_failed"),
        (nothing_at_all, "lines_failed"),
        (nothing_new, None),
    ],
)
def test_what_a_pipeline_before_took_out(
    scraped: Scraped, before: Any, counter: str | None
) -> None:
    """The rest of the page is stored, wherever in it that was."""
    for gone in range(3):
        lines = page_lines()
        for line in lines:
            line.item_id += f"-{gone}"
        article, *others = scraped.begin(lines, PageSeen("7", gone + 1, 5))
        yielded = [article, *others]
        for line in yielded:
            scraped.carry(line, before if line is yielded[gone] else None)
        kept = [line.item_id for line in yielded if line is not yielded[gone]]
        ids = [line["item_id"] for line in scraped.stored() if line["item_id"].endswith(f"-{gone}")]
        assert ids == kept
        assert len(scraped.told) == gone + 1
    counts = scraped.site.tally.as_stats()
    assert counts.pop(counter or "", 0) == (3 if counter else 0)
    assert set(counts) == {"new_articles", "new_posts"}


@pytest.mark.parametrize(
    "before, version, is_due",
    [(drop, 0, False), (nothing_new, 0, False), (fail, None, True), (nothing_of_it, None, True)],
)
def test_what_the_ledger_learns_of_what_was_taken_out(
    scraped: Scraped, before: Any, version: int | None, is_due: bool
) -> None:
    """What was dropped was seen; what was lost by mistake is looked at again, first of all."""
    ledger = scraped.site.archive.ledger
    ledger.apply([ThreadSeen(ThreadState("7", pages=2)), PageSeen("7", 2, 400)])
    article, second, third = scraped.begin(page_lines(), PageSeen("7", 1, 500))
    for line in (article, second, third):
        scraped.carry(line, before if line is second else None)
    assert scraped.versions().get("2") == version
    ((_, next_page), _) = ledger.oldest_pages(501, None, 9)
    assert next_page == (1 if is_due else 2)


@pytest.mark.parametrize("before", [change, as_dict])
def test_what_a_pipeline_before_changed_is_stored(scraped: Scraped, before: Any) -> None:
    """Under the identity that the line was read with: a ledger made anew knows it again."""
    lines = scraped.begin(page_lines())
    asked = [to_json(line) for line in lines]
    for line in lines:
        scraped.carry(line, before)
    for record, was in zip(scraped.stored(), asked, strict=True):
        for name in ("item_type", "item_id", "version", "site", "thread_id", "content_hash"):
            assert record[name] == was[name]
        expected = {"text": "改"} if before is change else {"length": 3}
        assert record == {**was, **expected}
    assert scraped.versions() == {"1": 1, "2": 1, "3": 1}


def test_what_pipelines_behind_ours_do_is_counted_for_feeds(scraped: Scraped) -> None:
    article, second, third = scraped.begin(page_lines())
    send = scraped.crawler.signals.send_catch_log
    for line in (article, second, third):
        scraped.check.process_item(line)
        scraped.store.process_item(line)
    where = {"response": scraped.origin, "spider": None}
    send(signals.item_dropped, item=second, exception=DropItem("x"), **where)
    send(signals.item_error, item=third, failure=None, **where)
    send(signals.item_scraped, item=article, **where)
    tally = scraped.site.tally
    assert len(scraped.stored()) == 3
    assert (tally.feed_dropped, tally.feed_failed, tally.lines_dropped) == (1, 1, 0)


def test_a_page_whose_files_did_not_come_waits_for_the_next_run(scraped: Scraped) -> None:
    def postpone(item: Any) -> Any:
        raise Postponed(item.item_id)

    article, second, third = scraped.begin(page_lines())
    scraped.carry(article)
    scraped.carry(second, postpone)
    scraped.carry(third)
    scraped.run.flush()
    assert (scraped.stored(), scraped.told, scraped.versions()) == ([], [], {})
    tally = scraped.site.tally
    assert (tally.lines_dropped, tally.lines_failed) == (0, 0)


def test_a_full_disk_ends_the_run_and_feeds_get_no_more(
    scraped: Scraped, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    run, site = scraped.run, scraped.site
    run.end = ended.append
    lines = scraped.begin(page_lines())

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site.archive, "store", full)
    assert [bool(scraped.carry(line)) for line in lines] == [True, True, False]
    assert ended == ["storage_failed"]
    assert "No space left" in (run.remarks.storage_error or "")
    assert (scraped.told, site.tally.as_stats()) == ([], {})


# -- lines of another spider ----


def test_lines_that_no_task_gave_are_stored_where_they_belong(scraped: Scraped) -> None:
    for _ in range(2):
        made = [scraped.carry(line) for line in page_lines()]
    assert made == [None] * 3, "nothing new the second time"
    assert [line["item_type"] for line in scraped.stored()] == ["article", "post", "post"]
    changed = page_lines()[1]
    changed.text, changed.content_hash = "改", ""
    assert scraped.carry(changed).version == 2
    changed.author = {"name": "匿名", "is_anonymous": True}
    assert scraped.carry(changed).version == 3
    gone = page_lines()[2]
    gone.is_deleted = True
    assert scraped.carry(gone).version == 2
    assert scraped.carry(gone) is None
    refusal = refusal_line("not_found", url=f"http://{SITE}/x", fetched_at=NOW)
    assert scraped.carry(refusal) is refusal
    assert len(scraped.stored("refusals")) == 1
    assert scraped.site.tally.as_stats() == {
        "new_articles": 1,
        "new_posts": 2,
        "changed_posts": 2,
        "deleted_posts": 1,
        "refused/not_found": 1,
    }


@pytest.mark.parametrize("item", [{"item_id": "x"}, {"anything": [1]}, 7, None])
def test_what_is_no_line_passes(scraped: Scraped, item: Any) -> None:
    assert scraped.store.process_item(item) is item
    assert scraped.run.sites == {}


def test_the_removal_list_and_privacy_hold_in_another_spider(tmp_path: Path) -> None:
    (tmp_path / SITE).mkdir()
    (tmp_path / SITE / "removals.txt").write_text("post 2\n", "utf-8")
    scraped = Scraped(tmp_path)
    article, second, _ = (scraped.carry(line) for line in page_lines())
    assert isinstance(article, Article)
    assert second is None
    assert [line["post_id"] for line in scraped.stored()] == ["1", "3"]
    scraped.run.close(NOW)
