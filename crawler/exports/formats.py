"""The formats of an export, each with what writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.exports.database import write_sqlite
from crawler.exports.jsonld import write_jsonld
from crawler.exports.markdown import write_markdown
from crawler.exports.tables import can_write_parquet, write_csv, write_parquet

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the ending of its file or folder, and what writes it.

    ``write`` takes the records of a snapshot (each thread's article, then its posts), the path to
    write to and the folder of the site, where pictures and files are kept; it returns how many
    threads and posts it wrote, and holds one post at a time. ``needs`` is the extra of this package
    to install where ``is_possible`` returns false.
    """

    ending: str
    write: Callable[[Iterator[Record], Path, Path], tuple[int, int]]
    is_possible: Callable[[], bool] = lambda: True
    needs: str = ""


FORMATS: Mapping[str, Format] = {
    "markdown": Format("-markdown", write_markdown),
    "jsonld": Format(".jsonld.jsonl", write_jsonld),
    "csv": Format("-csv", write_csv),
    "parquet": Format("-parquet", write_parquet, can_write_parquet, "parquet"),
    "sqlite": Format(".db", write_sqlite),
}
