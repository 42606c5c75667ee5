"""CSV for spreadsheets, Parquet for DuckDB, pandas and Spark: `threads` and `posts`."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crawler.archive import replaced_folder
from crawler.exports.columns import POSTS, THREADS, Column, is_of_thread

Record = dict[str, Any]
_TABLES = (("threads", THREADS), ("posts", POSTS))
_DUCKDB = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "json": "VARCHAR"}
# Spreadsheets take what begins with one of these for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(records: Iterator[Record], path: Path, _: Path) -> tuple[int, int]:
    """Write a folder with `threads.csv` and `posts.csv`, in UTF-8 with a BOM, which Excel needs."""
    counts = [0, 0]
    with replaced_folder(path) as folder, ExitStack() as files:
        writers = []
        for name, columns in _TABLES:
            file = (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="")
            writer = csv.writer(files.enter_context(file))
            writer.writerow([column.name for column in columns])
            writers.append((writer, columns))
        for record in records:
            for place in _tables_of(record):
                writer, columns = writers[place]
                writer.writerow([_cell(column.of(record)) for column in columns])
                counts[place] += 1
    return counts[0], counts[1]


def _cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula.

    >>> _cell("=1+1"), _cell("-5 度"), _cell(-5)
    ("'=1+1", "'-5 度", -5)
    """
    if isinstance(value, str):
        value = value.replace("\0", "")
        return f"'{value}" if value.startswith(_FORMULA) else value
    return value


def can_write_parquet() -> bool:
    """Whether DuckDB is installed, which writes Parquet."""
    return find_spec("duckdb") is not None


def write_parquet(records: Iterator[Record], path: Path, _: Path) -> tuple[int, int]:
    """Write a folder with `threads.parquet` and `posts.parquet`.

    Rows go through a temporary file, so that neither Python nor DuckDB holds all of them. It lies
    within the folder that is not finished: after a kill the next export removes both.
    """
    duckdb: Any = import_module("duckdb")
    counts = [0, 0]
    with replaced_folder(path) as folder:
        rows = folder / ".rows"
        rows.mkdir()
        with ExitStack() as files:
            lines = [
                files.enter_context((rows / name).open("w", encoding="utf-8"))
                for name, _ in _TABLES
            ]
            for record in records:
                for place in _tables_of(record):
                    columns = _TABLES[place][1]
                    row = {column.name: column.of(record) for column in columns}
                    lines[place].write(json.dumps(row) + "\n")
                    counts[place] += 1
        try:
            with duckdb.connect(":memory:") as db:
                for name, columns in _TABLES:
                    source = db.read_json(
                        str(rows / name), columns=_types(columns), format="newline_delimited"
                    )
                    source.write_parquet(str(folder / f"{name}.parquet"), compression="zstd")
        except duckdb.Error as error:
            # a full disk, which is no OSError here; DuckDB adds lines of advice
            raise OSError(str(error).partition("\n")[0]) from error
        shutil.rmtree(rows)
    return counts[0], counts[1]


def _types(columns: tuple[Column, ...]) -> dict[str, str]:
    return {column.name: _DUCKDB[column.kind] for column in columns}


def _tables_of(record: Record) -> tuple[int, ...]:
    """Return the indexes in `_TABLES` of the tables that a line is a row of."""
    if not is_of_thread(record):
        return ()
    return (0, 1) if record["item_type"] == "article" else (1,)
