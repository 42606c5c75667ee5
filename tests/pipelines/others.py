"""Pipelines and a spider as other projects write them, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from itemadapter import ItemAdapter
from scrapy import Spider
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.task import deferLater

from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from crawler.items import Post, post_lines

SHORT = 4


class DropShort:
    """Leaves out replies of few words."""

    def process_item(self, item: Any) -> Any:
        text = ItemAdapter(item).get("text")
        if text is not None and len(text) < SHORT:
            raise DropItem("too short")
        return item


class Dump:
    """Serialises each item, as one that sends them somewhere does."""

    def process_item(self, item: Any) -> Any:
        json.dumps(ItemAdapter(item).asdict())
        return item


class AsDict:
    """Hands on dicts, with a field of its own in some."""

    def process_item(self, item: Any) -> dict[str, Any]:
        record = ItemAdapter(item).asdict()
        if record["item_type"] == "post":
            record["length"] = len(record.get("text", ""))
        return record


class Shout:
    """Changes the words in the item itself."""

    def process_item(self, item: Any) -> Any:
        adapter = ItemAdapter(item)
        if adapter.get("text"):
            adapter["text"] += "!"
        return item


class FailOnShort:
    """Has a mistake."""

    def process_item(self, item: Any) -> Any:
        text = ItemAdapter(item).get("text")
        if text is not None and len(text) < SHORT:
            raise ZeroDivisionError
        return item


class NotForJson:
    """Puts something into short replies that JSON does not have."""

    def process_item(self, item: Any) -> Any:
        adapter = ItemAdapter(item)
        if len(adapter.get("text") or "....") < SHORT:
            adapter["tags" if "tags" in adapter else "media"] = [datetime(2023, 3, 15, tzinfo=UTC)]
        return item


class HoldArticles:
    """Keeps opening posts back for a while, as one that asks another server does."""

    async def process_item(self, item: Any) -> Any:
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it late

        if ItemAdapter(item)["item_type"] == "article":
            await maybe_deferred_to_future(deferLater(reactor, 0.3))
        return item


class DropInMiddleware:
    """A spider middleware that takes short replies out before any pipeline sees them."""

    async def process_spider_output(self, response: Response, result: Any) -> Any:
        async for each in result:
            if not (isinstance(each, Post) and len(each.text or "") < SHORT):
                yield each


class OnlyTitles:
    """Makes something else of each line, that says no more which line it was."""

    def process_item(self, item: Any) -> dict[str, Any]:
        return {"words": ItemAdapter(item).get("text")}


class OtherSpider(Spider):
    """A spider of another project, which reads pages with this library."""

    name = "other"

    def __init__(self, url: str, **more: Any) -> None:
        super().__init__(**more)
        self.start_urls = [url]

    def parse(self, response: Response) -> Iterator[Any]:
        now = datetime.now(UTC)
        page = read_page(response.body, url=response.url, seen_at=now)
        if isinstance(page, ThreadPage):
            yield from post_lines(page, page.posts, now)
        yield {"anything": "else"}
