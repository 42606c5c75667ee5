"""Files in `runs/`: the record of each run (`<run>.json`), its page, and the page of all runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler.archive import fsync_folder, replaced_file, written_alone
from crawler.reporting.exit_status import INTERRUPTED

Record = dict[str, Any]
# Status in words, and finish reason, of a run that left no record.
KILLED = "killed"
_SAID_OF_KILLED = (
    "it left no record: it was killed, stopped at once, or the power went; what it stored is whole,"
    " and is not counted here"
)


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


def begin_record(begun: Record, folder: Path, *, with_page: bool) -> list[Record]:
    """Note that a run begins (`<run>.begun`), and write the records of those that were killed.

    ``begun`` is what its record says already; no other run is at work in the folder. A run that
    ends writes its record and takes the note away (`write_record`), so one that is still there is
    of a run that could not. Returns the records that were written. Raises `OSError`.
    """
    folder.mkdir(exist_ok=True)
    killed = []
    with written_alone(folder):
        for left in sorted(folder.glob("*.begun")):
            noted = read_record(left)
            if noted is not None and not left.with_suffix(".json").exists():
                killed.append(killed_record(noted))
                _write_record(killed[-1], folder, with_page=with_page)
            left.unlink(missing_ok=True)
        with replaced_file(folder / f"{begun['run_id']}.begun") as file:
            file.write(_encoded(begun))
        # once a run: a power cut may come before its first page
        fsync_folder(folder)
    return killed


def killed_record(begun: Record) -> Record:
    """Make the record of a run of which nothing but its begin is known."""
    return {
        **begun,
        "ended": None,
        "seconds": None,
        "status": INTERRUPTED,
        "status_means": KILLED,
        "finish_reason": KILLED,
        "said": [_SAID_OF_KILLED],
    }


def is_killed(record: Mapping[str, Any]) -> bool:
    """Whether a record is of a run of which nothing but its begin is known."""
    return record.get("finish_reason") == KILLED


def write_record(record: Record, folder: Path, *, with_page: bool) -> None:
    """Write the record of a run and, with ``with_page``, its page. Raises `OSError`."""
    folder.mkdir(exist_ok=True)
    # `scrapy report` may be at work
    with written_alone(folder):
        # of a run that was killed while it wrote its own: no later one would replace them
        for left in folder.glob("*Z.*.part"):
            left.unlink(missing_ok=True)
        _write_record(record, folder, with_page=with_page)
        (folder / f"{record['run_id']}.begun").unlink(missing_ok=True)


def _write_record(record: Record, folder: Path, *, with_page: bool) -> None:
    with replaced_file(folder / f"{record['run_id']}.json") as file:
        file.write(_encoded(record))
    if with_page:
        write_page(record, folder)


def _encoded(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"


def write_page(record: Record, folder: Path) -> Path:
    """Write the page of a run beside its record and return its path. Raises `OSError`."""
    earlier = [path for path in sorted(folder.glob("*.json")) if path.stem < record["run_id"]]
    # what a killed run found is not known
    records = filter(None, map(read_record, reversed(earlier)))
    before = next((each for each in records if not is_killed(each)), None)
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
