"""Holds every line against the schema."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from crawler.items.lines import Line, to_record
from crawler.items.schema import problems
from crawler.pipelines.store import stats_of

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
        return cls(stats_of(crawler))

    def process_item(self, item: Line) -> Line:
        if item.is_withheld:
            return item
        item.problems = problems(to_record(item))
        if item.problems:
            self.stats.inc_value("lines/rejected")
            logger.error("%s breaks the schema: %s", item.item_id, "; ".join(item.problems))
        return item
