"""How Scrapy sees our items: a field that holds no fact is not there.

`ItemAdapter(item)` of another project's pipeline, and Scrapy's exporters, so get the same keys as
the stored line. This is itemadapter's own way to extend it (its README, "Extending itemadapter").
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any

from itemadapter import ItemAdapter
from itemadapter.adapter import DataclassAdapter

from crawler.items.lines import Line, is_present


class LineAdapter(DataclassAdapter):
    """A line as a mapping: iterates over present facts; any field may be read, set or deleted."""

    item: Line

    @classmethod
    def is_item(cls, item: Any) -> bool:
        return isinstance(item, Line)

    @classmethod
    def is_item_class(cls, item_class: type) -> bool:
        return issubclass(item_class, Line)

    def __iter__(self) -> Iterator[str]:
        line = self.item
        return (name for name in line.field_names() if is_present(getattr(line, name, None)))

    def __delitem__(self, field_name: str) -> None:
        for spec in fields(self.item):
            if spec.name == field_name:
                made = spec.default_factory() if spec.default_factory is not MISSING else None
                setattr(self.item, field_name, made if spec.default is MISSING else spec.default)
                return
        raise KeyError(field_name)


def register() -> None:
    """Make every `ItemAdapter` of this process see lines so; calling it again changes nothing."""
    known = list(ItemAdapter.ADAPTER_CLASSES)
    if LineAdapter not in known:
        ItemAdapter.ADAPTER_CLASSES = deque([LineAdapter, *known])
