from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from scrapy.exceptions import DropItem

from crawler.items import Article, Post, Refusal
from crawler.pipelines.check import CheckPipeline
from crawler.pipelines.dropped import BrokenLine

EVERY: dict[str, Any] = {
    "item_id": "b.example:7:1",
    "site": "b.example",
    "url": "http://b.example/thread-7-1-1.html",
    "fetched_at": "2023-03-15T12:00:00+00:00",
}


@dataclass
class Other:
    """An item of another project."""

    item_id: int = 7


@pytest.mark.parametrize(
    "item",
    [
        Article(**EVERY, headline="题", views=1024),
        Post(**EVERY),
        Refusal(**EVERY, reason="not_found", retriable=False),
        # what another pipeline made of a line is its own affair
        {**EVERY, "thread_id": 7, "length": 3},
        {"item_type": "article"},
        Other(),
        None,
    ],
)
def test_what_passes_is_handed_on_as_it_is(item: Any) -> None:
    assert CheckPipeline().process_item(item) is item


@pytest.mark.parametrize(
    "item, problems",
    [
        (Post(**EVERY, thread_id=7), ["thread_id: 7 is no string"]),  # type: ignore[arg-type]
        (Article(**EVERY, views="many"), ["views: 'many' is no integer"]),  # type: ignore[arg-type]
        (Post(**EVERY | {"site": ""}), ["site: missing"]),
        (Refusal(**EVERY, reason="tired", retriable=False), ["reason"]),  # type: ignore[arg-type]
    ],
)
def test_a_line_that_breaks_the_schema_is_dropped_loudly(
    item: Any, problems: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BrokenLine) as raised:
        CheckPipeline().process_item(item)
    assert isinstance(raised.value, DropItem)
    said = raised.value.problems
    assert [text[: len(problem)] for text, problem in zip(said, problems, strict=True)] == problems
    assert "b.example:7:1 breaks the schema" in caplog.text
    assert said[0] in caplog.text
