"""Records of runs: those that were killed have one as well, and older folders are read as before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from crawler.reporting.html_report import overview_page
from crawler.reporting.run_files import begin_record, is_killed, read_records, write_record

RUNS = [f"2023040{day}T120000.000Z" for day in range(1, 6)]


def begun(run_id: str) -> dict[str, Any]:
    return {
        "site": "bbs.example.net",
        "run_id": run_id,
        "began": "2023-04-01T12:00:00+00:00",
        "asked": {"addresses": ["http://bbs.example.net/"]},
    }


def ended(run_id: str, pages: int = 9) -> dict[str, Any]:
    fields = {"board": {"pages": pages, "found": {"page": pages}}}
    more = {"status": 0, "status_means": "all well", "finish_reason": "finished"}
    return {**begun(run_id), "seconds": 2.0, "requests": {"200": 5}, "fields": fields, **more}


def begin(run_id: str, folder: Path, *, with_page: bool = False) -> list[str]:
    told = begin_record(begun(run_id), folder, with_page=with_page)
    return [record["run_id"] for record in told]


def test_each_of_several_killed_runs_has_its_record(tmp_path: Path) -> None:
    assert begin(RUNS[0], tmp_path) == []
    assert [begin(run_id, tmp_path) for run_id in RUNS[1:4]] == [[each] for each in RUNS[:3]]
    write_record(ended(RUNS[3]), tmp_path, with_page=False)
    assert begin(RUNS[4], tmp_path) == []
    records = read_records(tmp_path)
    assert [(each["run_id"], is_killed(each)) for each in records] == [
        *((run_id, True) for run_id in RUNS[:3]),
        (RUNS[3], False),
    ]
    assert [records[0][name] for name in ("began", "ended", "seconds", "status")] == [
        "2023-04-01T12:00:00+00:00",
        None,
        None,
        130,
    ]
    # the one that is at work
    assert [path.name for path in tmp_path.glob("*.begun")] == [f"{RUNS[4]}.begun"]


def test_a_kill_at_any_moment_costs_no_record(tmp_path: Path) -> None:
    """Behind the record of a run, and before its note is gone; behind that of a killed one."""
    write_record(ended(RUNS[0]), tmp_path, with_page=False)
    (tmp_path / f"{RUNS[0]}.begun").write_text(json.dumps(begun(RUNS[0])), "utf-8")
    assert begin(RUNS[1], tmp_path) == []
    assert [is_killed(record) for record in read_records(tmp_path)] == [False]
    assert begin(RUNS[2], tmp_path) == [RUNS[1]]
    (tmp_path / f"{RUNS[1]}.begun").write_text(json.dumps(begun(RUNS[1])), "utf-8")
    assert begin(RUNS[3], tmp_path) == [RUNS[2]]
    (tmp_path / f"{RUNS[3]}.begun").write_text("half a rec", "utf-8")
    assert begin(RUNS[4], tmp_path) == []
    assert [record["run_id"] for record in read_records(tmp_path)] == RUNS[:3]


def test_the_report_tells_a_killed_run_and_counts_nothing_of_it(tmp_path: Path) -> None:
    write_record(ended(RUNS[0], pages=7), tmp_path, with_page=True)
    begin(RUNS[1], tmp_path, with_page=True)
    begin(RUNS[2], tmp_path, with_page=True)
    write_record(ended(RUNS[2]), tmp_path, with_page=True)
    page = (tmp_path / f"{RUNS[1]}.html").read_text("utf-8")
    assert "it left no record: it was killed" in page
    assert "None." not in page
    assert "No page was received" not in page
    line = overview_page("bbs.example.net", read_records(tmp_path))
    (row,) = re.findall(r"<tr>\s*<td[^>]*><a[^>]*20230402.*?</tr>", line, re.S)
    assert re.findall(r">([^<>\s]+)</td>", row) == ["killed", *"??????"]
    # the run before, which its fields are held against, is the last of which they are known
    after = (tmp_path / f"{RUNS[2]}.html").read_text("utf-8")
    assert re.search(r"readable at all</td><td[^>]*>100 %</td><td[^>]*>100 %", after), after
