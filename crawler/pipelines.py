"""Check each line, then store it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from crawler.items import Batch, Line, Refusal, to_record
from crawler.schema import problems
from crawler.storage import Segments, site_folder

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector

logger = logging.getLogger(__name__)


class CheckPipeline:
    """Holds every line against what is published.

    A line that breaks the schema is our mistake: it is counted (`lines/rejected`), said so loudly
    and kept apart in `rejected-*.jsonl`, never dropped without a word.
    """

    def __init__(self, stats: StatsCollector) -> None:
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(_stats(crawler))

    def process_item(self, item: Line) -> Line:
        item.problems = problems(to_record(item))
        if item.problems:
            self.stats.inc_value("lines/rejected")
            logger.error("%s breaks the schema: %s", item.item_id, "; ".join(item.problems))
        else:
            self.stats.inc_value(f"lines/{item.item_type}")
            if isinstance(item, Refusal):
                self._count(item)
        return item

    def _count(self, refusal: Refusal) -> None:
        name = f"refusals/{refusal.reason}"
        self.stats.inc_value(name)
        if self.stats.get_value(f"{name}/example") is None:
            said = f": {refusal.message_raw}" if refusal.message_raw else ""
            example = f"{refusal.url} ({refusal.reason}{said})"
            # it is printed on a terminal, and a page's title can be anything
            shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in example)
            self.stats.set_value(f"{name}/example", shown)


class StorePipeline:
    """Appends lines to the segments of their site, all lines of one page in one go.

    What it hands on (to feeds) is the line as it was written, absent facts left out.
    """

    def __init__(self, data_dir: Path, crawler: Crawler | None = None) -> None:
        self.data_dir = data_dir
        self._crawler = crawler
        self._segments: dict[str, Segments] = {}
        self._waiting: dict[Batch, list[Line]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Path(crawler.settings["DATA_DIR"]), crawler)

    def process_item(self, item: Line) -> dict[str, Any]:
        batch = item.batch
        waiting = self._waiting.setdefault(batch, [])
        waiting.append(item)
        if len(waiting) >= batch.size:
            self._store(self._waiting.pop(batch))
        if item.problems:
            raise DropItem(f"{item.item_id} is kept in rejected-*.jsonl", log_level="DEBUG")
        return to_record(item)

    def close_spider(self) -> None:
        # only a spider that was stopped in the middle of a page leaves any
        for lines in self._waiting.values():
            self._store(lines)
        self._waiting.clear()
        for segments in self._segments.values():
            segments.close()

    def _store(self, lines: list[Line]) -> None:
        by_place: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for line in lines:
            record = to_record(line)
            kind = line.item_type
            if line.problems:
                kind, record = "rejected", {"problems": line.problems, **record}
            by_place.setdefault((line.site, kind), []).append(record)
        try:
            for (site, kind), records in by_place.items():
                self._of(site).append(kind, records)
        except OSError as error:
            self._fail(error)
            raise

    def _of(self, site: str) -> Segments:
        segments = self._segments.get(site)
        if segments is None:
            folder = self.data_dir / site_folder(site)
            segments = self._segments[site] = Segments(folder)
        return segments

    def _fail(self, error: OSError) -> None:
        """A disk that does not take a line takes none after it: end the run, and say so."""
        logger.critical("lines cannot be stored: %s", error)
        if self._crawler is not None:
            _stats(self._crawler).set_value("storage/failed", str(error))
            if self._crawler.engine is not None and self._crawler.spider is not None:
                self._crawler.engine.close_spider(self._crawler.spider, "storage_failed")


def _stats(crawler: Crawler) -> StatsCollector:
    assert crawler.stats is not None
    return crawler.stats
