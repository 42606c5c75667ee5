"""`threads=1000-250000`: each number is tried once, over as many nights as it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.segments import read_lines, segment_paths
from crawler.frontier import thread_ranges
from crawler.frontier.config import Budget, Limits
from crawler.frontier.options import BadOptionsError, Options, read_options
from crawler.reporting.exit_status import Ending, conclude
from tests.frontier.offline import NOW, Given, Offline, plain_path, refused, thread

RANGE = Options((), threads=((1, 120),))
EXIST = range(10, 121, 10)


def forum(**more: Given) -> dict[str, Given]:
    """Of 120 numbers each tenth is a thread. ``more``: t50=… in place of what a number gives."""
    made: dict[str, Given] = {plain_path(tid): refused("not_found") for tid in range(1, 121)}
    made |= {plain_path(tid): thread(10 * tid, tid=tid) for tid in EXIST}
    return made | {plain_path(int(name[1:])): given for name, given in more.items()}


def lines(data: Path, kind: str) -> list[dict[str, Any]]:
    [folder] = [path.parent for path in data.glob("*/ledger.sqlite3")]
    return [json.loads(line) for path in segment_paths(folder, kind) for line in read_lines(path)]


def told(data: Path) -> dict[str, Any]:
    """The last line of the range."""
    return [line for line in lines(data, "coverage") if "threads_range" in line][-1]


def test_each_number_is_asked_for_once_and_the_missing_are_one_line(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=RANGE)
    done = offline.crawl("", pages=forum())
    assert [text.partition(":")[0] for text in done] == [plain_path(tid) for tid in range(1, 121)]
    assert lines(tmp_path, "refusal") == []
    line = told(tmp_path)
    assert (line["threads_range"], line["status"]) == ("1-120", "complete")
    assert (line["threads_read"], line["threads_missing"]) == (12, 108)
    assert line["item_id"] == "b.example:threads-1-120:coverage"
    assert offline.run.tally.incomplete == 0
    said = conclude(Ending(offline.run.tally, "finished"), "data").messages[0]
    assert "108 numbers without a thread" in said


def test_few_tasks_wait_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread_ranges, "_BATCH", 7)
    monkeypatch.setattr(thread_ranges, "_CHUNK", 10)
    offline = Offline(tmp_path, options=RANGE)
    run = offline.begin("")
    assert len(list(run.next_visits())) == 1
    assert run.frontiers[0].waiting() == (0, 120)
    run.close(NOW)
    # another run goes on with them
    assert len(offline.crawl("", pages=forum())) == 120
    assert told(tmp_path)["status"] == "complete"


def test_a_second_run_asks_for_what_may_be_there_now(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=RANGE, limits=Limits(Budget(pages=5, refused_days=30)))
    pages = forum(t20=refused("server_error"), t30=refused("no_permission", required_level=50))
    offline.crawl("", pages=pages)
    assert [line["thread_id"] for line in lines(tmp_path, "refusal")] == ["30", "20"]
    assert (told(tmp_path)["threads_refused"], told(tmp_path)["status"]) == (2, "partial")
    done = offline.crawl("", pages=forum(), now=NOW + timedelta(days=1))
    assert done == [f"{plain_path(20)}: post 200, server_error over, unknown 1"]
    assert (told(tmp_path)["threads_refused"], told(tmp_path)["version"]) == (1, 2)
    # what was missing may be there after so many days, as any other that was not found
    done = offline.crawl("", pages=forum(), now=NOW + timedelta(days=31))
    asked = {text.partition(":")[0] for text in done}
    assert asked == {plain_path(tid) for tid in range(1, 121) if tid not in EXIST or tid == 30}


def test_something_in_the_way_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=RANGE, limits=Limits(blocks=3))
    guard = {f"t{tid}": refused("challenge", by_forum=False) for tid in range(41, 121)}
    done = offline.crawl("", pages=forum(**guard))
    assert done[-1] == "ends: blocked"
    assert len(done) < 60
    assert lines(tmp_path, "refusal") == []
    assert (told(tmp_path)["status"], told(tmp_path)["reasons"]) == ("partial", ["not_finished"])
    offline.crawl("", pages=forum(), now=NOW + timedelta(days=1))
    assert (told(tmp_path)["threads_read"], told(tmp_path)["threads_missing"]) == (12, 108)


def test_a_quota_is_no_property_of_the_numbers(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=RANGE, limits=Limits(blocks=3))
    quota = {f"t{tid}": refused("login_required") for tid in range(41, 121)}
    done = offline.crawl("", pages=forum(**quota))
    assert done[-1] == "ends: login"
    assert lines(tmp_path, "refusal") == []


def test_threads_that_were_read_are_passed_over(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=replace(RANGE, threads=((10, 10),)))
    offline.crawl("", pages=forum())
    offline.options = RANGE
    assert not asks_for_ten(offline)
    offline.options = replace(RANGE, full=True)
    assert asks_for_ten(offline)


def asks_for_ten(offline: Offline) -> bool:
    return any(text.startswith(f"{plain_path(10)}:") for text in offline.crawl("", pages=forum()))


def test_the_option_is_read() -> None:
    read = read_options(url="http://b.example/", threads="1000-250000, 7").threads
    assert read == ((1000, 250000), (7, 7))
    for wrong in ("x", "9-1", "0-5", "-3", "1-99999999999", "１-２"):
        with pytest.raises(BadOptionsError):
            read_options(url="http://b.example/", threads=wrong)


def test_a_job_of_an_earlier_version_is_gone_on_with() -> None:
    plain = Options(("http://b.example/",))
    # by the fields that there were before there were ranges
    assert plain.fingerprint == "4a387727966d9c3b0687502febc55061"
    assert replace(plain, threads=((1, 2),)).fingerprint != plain.fingerprint
