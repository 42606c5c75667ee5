"""Stores the lines of a page in one go, in the archive they belong to."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from itemadapter import ItemAdapter, is_item
from scrapy import signals
from scrapy.exceptions import DropItem

from crawler.archive import encode, hash_bytes
from crawler.archive.rebuild import changes_of
from crawler.frontier import Run, RunEndsError, Site, run_of
from crawler.history import IDENTITY, Delivery, Entry, Fate
from crawler.items import (
    Line,
    Post,
    Record,
    content_hash,
    is_other_author,
    to_json,
    written_by,
)
from crawler.items.lines import is_present
from crawler.pipelines.dropped import BrokenLine, NothingNew, Postponed
from crawler.pipelines.running import run_for
from crawler.privacy import redacted_line

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)


class StorePipeline:
    """Stores each line as the pipelines before this one left it, and hands the item on.

    The lines of one page are stored together, when the fate of each is known: stored, dropped or
    lost to an error on the way (`crawler.history.delivery`). Of a line the archive keeps what other
    pipelines changed in it; only what it is known by (`IDENTITY`) stays as it was read.

    In a spider that is not ours, each `Article`, `Post`, `Refusal` or `Coverage` that it yields is
    stored in the folder of its site, if it is new or changed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.item_scraped, signals.item_scraped)
        crawler.signals.connect(pipeline.item_dropped, signals.item_dropped)
        crawler.signals.connect(pipeline.item_error, signals.item_error)
        return pipeline

    @property
    def run(self) -> Run:
        """The run that stores the lines."""
        return run_for(self._crawler)

    def process_item(self, item: Any) -> Any:
        """Return the item as it came, once it is on its way to the archive.

        Raises `NothingNew`, and `TypeError` where another pipeline put something into it that JSON
        does not have.
        """
        if not is_item(item):
            return item
        adapter = ItemAdapter(item)
        item_id = adapter.get("item_id")
        deliveries = self.run.deliveries
        found = deliveries.find(item_id, adapter.get("version")) or deliveries.of_object(item)
        if found is None:
            return self._adopted(item) if isinstance(item, Line) else item
        delivery, entry = found
        encoded = encode(_record(adapter, entry))
        deliveries.settle(delivery, entry, Fate.STORED, encoded)
        if self.run.remarks.storage_error is not None:
            raise DropItem(f"{item_id} could not be stored", log_level="DEBUG")
        return item

    def close_spider(self) -> None:
        """Bring the last lines to the disk; what is left of a page is asked for again."""
        self.run.flush()
        if run_of(self._crawler.spider) is None:
            self.run.close(datetime.now(UTC))

    # -- what other pipelines did ------------------------------------------------------------------

    def item_scraped(self, response: Response) -> None:
        """An item left the last pipeline."""
        self._processed(response)

    def item_dropped(self, item: Any, response: Response, exception: DropItem) -> None:
        """A pipeline dropped an item; ``item`` is the object that the spider yielded."""
        found = self._found(item)
        if found is not None:
            self._dropped(*found, exception)
        self._processed(response)

    def item_error(self, item: Any, response: Response) -> None:
        """A pipeline failed on an item."""
        found = self._found(item)
        if found is not None:
            delivery, entry = found
            if entry.fate is Fate.UNDER_WAY:
                self.run.deliveries.settle(delivery, entry, Fate.FAILED)
            else:
                self.run.site_of(delivery).tally.feed_failed += 1
        self._processed(response)

    def _found(self, item: Any) -> tuple[Delivery, Entry] | None:
        """The line that an item is, by the object or, if a middleware copied it, by its name."""
        found = self.run.deliveries.of_object(item)
        if found is None and isinstance(item, Line):
            found = self.run.deliveries.find(item.item_id, item.version)
        return found

    def _dropped(self, delivery: Delivery, entry: Entry, exception: DropItem) -> None:
        deliveries = self.run.deliveries
        if isinstance(exception, BrokenLine):
            record: Record = {"problems": exception.problems, **to_json(entry.line)}
            deliveries.settle(delivery, entry, Fate.REJECTED, encode(record))
        elif isinstance(exception, NothingNew):
            deliveries.settle(delivery, entry, Fate.UNCHANGED)
        elif isinstance(exception, Postponed):
            delivery.is_postponed = True
        elif entry.fate is Fate.UNDER_WAY:
            deliveries.settle(delivery, entry, Fate.DROPPED)
        elif self.run.remarks.storage_error is None:
            self.run.site_of(delivery).tally.feed_dropped += 1

    def _processed(self, response: Response) -> None:
        for delivery, entry in self.run.deliveries.processed(response):
            logger.error(
                "%s was not stored: a pipeline before StorePipeline made an item without its"
                " item_id of it; give that pipeline a priority above 800. The next run offers the"
                " line again",
                entry.item_id,
            )
            self.run.deliveries.settle(delivery, entry, Fate.FAILED)

    # -- lines of another spider -------------------------------------------------------------------

    def _adopted(self, line: Line) -> Line:
        """Store a line that no task of ours gave; returns it as it is stored. Raises `NothingNew`.

        It is told from an older version by its ``content_hash``, as our own lines are.
        """
        try:
            site = self.run.site(line.site)
        except RunEndsError as error:
            # Scrapy takes CloseSpider of a pipeline for an error of the item
            self.run.end(error.reason)
            raise DropItem(f"{line.item_id} could not be stored") from None
        line = _as_news(line, site) if isinstance(line, Post) else redacted_line(line, site.privacy)
        record = to_json(line)
        changes = changes_of(line.item_type, record, site.archive.ledger)
        self.run.store_line(site, line, encode(record), list(changes))
        return line


def _as_news(line: Post, site: Site) -> Post:
    """An article or post in its version, as it may be published. Raises `NothingNew`."""
    if site.privacy.removes_line(line):
        raise NothingNew(line.item_id)
    line.content_hash = line.content_hash or content_hash(line)
    line = redacted_line(line, site.privacy)
    post_id = line.item_id.rpartition(":")[2]
    known = site.archive.ledger.posts(line.thread_id or "", [post_id]).get(post_id)
    if known is not None:
        is_same = known.hash == hash_bytes(line.content_hash) and not is_other_author(
            known.author, written_by(line.author)
        )
        if known.is_gone == bool(line.is_deleted) and (is_same or known.is_gone):
            raise NothingNew(line.item_id)
        line.version = known.version + 1
    return line


def _record(adapter: ItemAdapter, entry: Entry) -> Record:
    """What is stored: the item as pipelines left it, under the identity that it was read with."""
    record: Record = {name: value for name, value in adapter.items() if is_present(value)}
    for name in IDENTITY:
        value = entry.identity[name]
        if value not in (None, ""):
            record[name] = value
        else:
            record.pop(name, None)
    return record
