"""Check each line, then store it."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem
from scrapy.utils.defer import deferred_from_coro

from crawler.archive.segments import encode
from crawler.items.lines import Batch, Line, Record, to_record

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

    from crawler.archive.site_archive import SiteArchive as Archive

logger = logging.getLogger(__name__)


class StorePipeline:
    """Stores the lines of a page in one go, in the archive they belong to.

    What it hands on (to feeds) is the line as it was written, absent facts left out.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._come: Counter[Batch] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Line) -> dict[str, Any]:
        batch = item.batch
        self._come[batch] += 1
        if self._come[batch] >= len(batch.lines):
            del self._come[batch]
            self._store(batch)
        if stats_of(self._crawler).get_value("storage/failed"):
            raise DropItem(f"{item.item_id} could not be stored", log_level="DEBUG")
        if item.is_withheld:
            raise DropItem(f"{item.item_id} says nothing new", log_level="DEBUG")
        if item.problems:
            raise DropItem(f"{item.item_id} is kept in rejected-*.jsonl", log_level="DEBUG")
        return to_record(item)

    def close_spider(self) -> None:
        # what is left of a page that was not finished is asked for again
        stats_of(self._crawler).set_value("lines/unstored", sum(self._come.values()))
        self._come.clear()
        if stats_of(self._crawler).get_value("storage/failed"):
            return
        for archive in getattr(self._crawler.spider, "archives", {}).values():
            try:
                archive.flush()
            except (OSError, sqlite3.Error) as error:
                storage_failed(self._crawler, archive, error)

    def _store(self, batch: Batch) -> None:
        records: list[tuple[str, Record]] = []
        for line in batch.lines:
            if line.is_withheld:
                continue
            record = to_record(line)
            if line.problems:
                records.append(("rejected", {"problems": line.problems, **record}))
            else:
                records.append((line.item_type, record))
        assert batch.archive is not None
        try:
            lines = [(kind, encode(record)) for kind, record in records]
            batch.archive.store(lines, batch.changes)
        except (OSError, sqlite3.Error) as error:
            storage_failed(self._crawler, batch.archive, error)
        else:
            for kind, record in records:
                if kind != "rejected":
                    self._count(record)
            batch.then()

    def _count(self, record: Record) -> None:
        """Count what is stored, and nothing that only was read."""
        stats, kind = stats_of(self._crawler), record["item_type"]
        stats.inc_value(f"lines/{kind}")
        if kind == "refusal" and not record.get("is_deleted"):
            stats.inc_value(f"refusals/{record['reason']}")
        elif kind in ("article", "post"):
            is_gone = record.get("is_deleted")
            what = "deleted" if is_gone else "changed" if record["version"] > 1 else "new"
            stats.inc_value(f"news/{what}/{kind}")


def storage_failed(crawler: Crawler, archive: Archive | None, error: Exception) -> None:
    """A disk that does not take a line takes none after it: leave what is sure, and end the run."""
    stats = stats_of(crawler)
    if stats.get_value("storage/failed"):
        return
    logger.critical("lines cannot be stored: %s", error)
    stats.set_value("storage/failed", str(error))
    if archive is not None:
        archive.give_up(error)
    if crawler.engine is not None:
        deferred_from_coro(crawler.engine.close_spider_async(reason="storage_failed"))


def stats_of(crawler: Crawler) -> StatsCollector:
    assert crawler.stats is not None
    return crawler.stats
