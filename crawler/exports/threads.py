"""Groups the lines of a snapshot by thread."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

from crawler.exports.columns import is_of_thread

Record = dict[str, Any]


def by_thread(records: Iterator[Record]) -> Iterator[tuple[Record | None, Iterator[Record]]]:
    """Yield each thread: its article, ``None`` where it is not known, and its posts one by one."""
    of_threads = filter(is_of_thread, records)
    for _, group in groupby(of_threads, key=lambda record: record.get("thread_id")):
        posts = iter(group)
        first = next(posts)
        is_article = first["item_type"] == "article"
        yield (first, posts) if is_article else (None, chain([first], posts))
