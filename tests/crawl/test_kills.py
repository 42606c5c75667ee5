"""Kills, interruptions, two runs at once, lost ledgers: nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.conftest import FAST, Forum, begin, scrapy
from tests.forum.town import (
    INDEX,
    NO_REVISITS,
    all_lines,
    asked,
    crawl,
    present,
    town,
    wanted,
    whole,
)

# -- kills ------------------------------------------------------------------------------------------

KILLS = [
    ("between_flush_and_mark", 2),
    ("in_the_middle_of_a_line", 9),
    ("behind_the_mark", 3),
    ("in_the_middle_of_a_line", 0),
]


def test_kills_lose_nothing_and_double_nothing(forum: Forum, tmp_path: Path) -> None:
    """One after the other on one folder; the last run is left alone."""
    made = town(forum)
    for point, number in KILLS:
        killed = scrapy(*whole(forum), data=tmp_path, kill_at=(point, number))
        assert killed.status == -signal.SIGKILL, point
    asked_before = sum(forum.asked.values())
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    *killed_runs, last = [
        json.loads(path.read_text("utf-8")) for path in sorted(run.data.glob("*/runs/*.json"))
    ]
    # the first was killed while it made the ledger, and had not begun
    assert [each["finish_reason"] for each in killed_runs] == ["killed"] * (len(KILLS) - 1)
    assert last["finish_reason"] == "finished"
    assert not list(run.data.glob("*/runs/*.begun"))
    (named,) = re.findall(r"goes on where run (\S+) of \S+ \S+ was killed", run.stderr)
    assert named == killed_runs[-1]["run_id"]
    assert present(run) == wanted(made)
    assert len(run.lines("articles")) == 14
    # what may have come since the lists were read is looked for behind what waited
    assert forum.asked[INDEX] == 1
    assert asked_before + sum(forum.asked.values()) < 2 * 36


def test_a_range_of_numbers_is_gone_on_with(forum: Forum, tmp_path: Path) -> None:
    """Each number is tried; those without a thread are one line, and no refusals."""
    made = town(forum)
    made.gone = set(range(1, 36)) - made.talks.keys()
    made.publish()
    numbers = ("-a", "threads=1-35", *NO_REVISITS)
    for point, number in KILLS[:2]:
        killed = scrapy(*whole(forum), *numbers, data=tmp_path, kill_at=(point, number))
        assert killed.status == -signal.SIGKILL, point
    run = crawl(forum, tmp_path, *numbers)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert run.lines("refusals") == []
    [told] = [line for line in run.lines("coverage") if "threads_range" in line]
    assert (told["threads_read"], told["threads_missing"]) == (14, 21)
    # all is known now
    run = crawl(forum, tmp_path, *numbers)
    assert (run.status, asked(forum)) == (0, [])


def test_a_kill_while_a_segment_is_closed(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    small = ("-s", "SEGMENT_SIZE=3000", "-s", "SEGMENT_COMPRESSION=gzip")
    for number in (0, 1):
        point = ("while_a_segment_is_closed", number)
        killed = scrapy(*whole(forum), *small, data=tmp_path, kill_at=point)
        assert killed.status == -signal.SIGKILL
    run = crawl(forum, tmp_path, *small, *NO_REVISITS)
    assert run.status == 0, run.stderr
    snapshot = scrapy("snapshot", forum.root, data=tmp_path, quickly=False)
    posts = [json.loads(line) for line in snapshot.stdout.splitlines()]
    told = {post["post_id"]: post.get("text", "") for post in posts if "post_id" in post}
    assert told == wanted(made)
    assert len(told) == sum("post_id" in post for post in posts)


@pytest.mark.parametrize("size", [10_000, 24_000, 90_000])
def test_a_full_disk_damages_nothing(forum: Forum, tmp_path: Path, size: int) -> None:
    """Segments or ledger, whichever meets it first."""
    made = town(forum)
    full = scrapy(*whole(forum), "--quiet", data=tmp_path, kill_at=("when_a_file_is_full", size))
    assert full.status == 7, full.stderr
    # once, and of which file
    assert re.fullmatch(r"scrapy crawl: storage failed: .*/ledger\.sqlite3\S*: .*\n", full.stderr)
    before = list(all_lines(full))
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert [line for line in all_lines(run) if line in before] == before


def test_an_interrupted_run_says_so_and_goes_on(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    slowly = (*FAST, "-s", f"DATA_DIR={tmp_path / 'data'}", "-s", "DOWNLOAD_DELAY=0.05")
    running = begin(*whole(forum), *slowly, out=tmp_path)
    while sum(forum.asked.values()) < 12:
        assert running.is_alive()
    assert running.pid is not None
    os.kill(running.pid, signal.SIGINT)
    running.join(60)
    said = (tmp_path / "stderr").read_text("utf-8")
    assert running.exitcode == 130, said
    assert re.search(r"interrupted with .* to go: the same command goes on from here", said)
    run = crawl(forum, tmp_path / "data", *NO_REVISITS)
    assert "goes on where run" in run.stderr
    assert present(run) == wanted(made)


def test_a_run_leaves_another_ones_folder_alone(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    (site,) = [forum.root.removeprefix("http://").rstrip("/").replace(":", "_")]
    (tmp_path / site).mkdir()
    lock = sqlite3.connect(tmp_path / site / "lock", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    run = crawl(forum, tmp_path)
    assert (run.status, forum.asked) == (2, {})
    assert "another run is at work" in run.stderr.splitlines()[-1]
    lock.close()
    assert crawl(forum, tmp_path).status == 0


def test_a_ledger_that_breaks_in_a_run_is_made_anew_by_the_next(
    forum: Forum, tmp_path: Path
) -> None:
    made = town(forum)
    crawl(forum, tmp_path)
    (ledger,) = tmp_path.glob("*/ledger.sqlite3")
    content = bytearray(ledger.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)  # all but the first page, with the schema
    ledger.write_bytes(content)
    made.reply(21, "新的一楼")
    made.publish()
    assert crawl(forum, tmp_path).status in (0, 7)
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert list(tmp_path.glob("*/ledger.sqlite3.*.damaged"))
    assert present(run) == wanted(made)


def test_a_lost_ledger_is_kept_aside_and_nothing_is_told_twice(
    forum: Forum, tmp_path: Path
) -> None:
    made = town(forum)
    before = list(all_lines(crawl(forum, tmp_path)))
    (ledger,) = tmp_path.glob("*/ledger.sqlite3")
    ledger.write_bytes(b"rubbish" * 999)
    made.reply(21, "新的一楼")
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert "cannot be read" in run.stderr
    assert next(tmp_path.glob("*/ledger.sqlite3.*.damaged")).read_bytes() == b"rubbish" * 999
    told = run.lines("articles") + run.lines("posts")
    assert len(told) == 1 + sum(line["item_type"] in ("article", "post") for line in before)
    assert present(run) == wanted(made)
