"""Files in `runs/`: the record of each run (`<run>.json`), its page, and the page of all runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crawler.archive import replaced_file, written_alone

Record = dict[str, Any]


def read_records(folder: Path) -> list[Record]:
    """All records of a folder, the oldest run first. Files that hold no record are skipped."""
    records = []
    for path in sorted(folder.glob("*.json")):
        record = read_record(path)
        if record is not None:
            records.append(record)
    return records


def read_record(path: Path) -> Record | None:
    """One record; ``None`` if the file cannot be read or is not a record."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("run_id") == path.stem else None


def write_record(record: Record, folder: Path, *, with_page: bool) -> None:
    """Write the record of a run and, with ``with_page``, its page. Raises `OSError`."""
    folder.mkdir(exist_ok=True)
    # `scrapy report` may be at work
    with written_alone(folder):
        # of a run that was killed while it wrote its own: no later one would replace them
        for left in folder.glob("*Z.*.part"):
            left.unlink(missing_ok=True)
        with replaced_file(folder / f"{record['run_id']}.json") as file:
            file.write(json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n")
        if with_page:
            write_page(record, folder)


def write_page(record: Record, folder: Path) -> Path:
    """Write the page of a run beside its record and return its path. Raises `OSError`."""
    earlier = [path for path in sorted(folder.glob("*.json")) if path.stem < record["run_id"]]
    before = read_record(earlier[-1]) if earlier else None
    from crawler.reporting.html_report import run_page  # noqa: PLC0415 - loads Jinja, which few need

    return _write(folder / f"{record['run_id']}.html", run_page(record, before))


def write_overview(site: str, folder: Path) -> Path:
    """Write the page of all runs of a site and return its path. Raises `OSError`."""
    from crawler.reporting.html_report import overview_page  # noqa: PLC0415 - as above

    return _write(folder / "index.html", overview_page(site, read_records(folder)))


def _write(path: Path, page: str) -> Path:
    with replaced_file(path) as file:
        file.write(page.encode("utf-8", "replace"))
    return path
