"""Holds every line against the schema."""

from __future__ import annotations

import logging
from typing import Any

from crawler.items import Line, to_json
from crawler.items.schema import problems
from crawler.pipelines.dropped import BrokenLine

logger = logging.getLogger(__name__)


class CheckPipeline:
    """Holds our items against what is published.

    A line that breaks the schema is a mistake of ours, or of a pipeline before this one: it is
    reported loudly and dropped as `BrokenLine`, so that `StorePipeline` keeps it apart in
    `rejected-*.jsonl`. What another pipeline made into something else (a dict with fields of its
    own) is that pipeline's affair and passes.
    """

    def process_item(self, item: Any) -> Any:
        """Return the item as it came. Raises `BrokenLine`."""
        if isinstance(item, Line):
            broken = problems(to_json(item))
            if broken:
                logger.error("%s breaks the schema: %s", item.item_id, "; ".join(broken))
                raise BrokenLine(item.item_id, broken)
        return item
