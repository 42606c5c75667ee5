"""Many sites in one run, under a limit of open files; `many_sites` is the same at full size."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Forum, Run
from tests.crawl.many_sites import BOARD, HTML, crawl, many_sites
from tests.crawl.test_manners import CHALLENGE


def told(run: Run) -> tuple[int, list[tuple[str, object]], list[tuple[str, object]]]:
    """What a run says at its end, without its times and places."""
    records = [
        json.loads(path.read_text("utf-8")) for path in sorted(run.data.glob("*/runs/*.json"))
    ]
    return (
        run.status,
        sorted(
            (line["site"].rpartition("/")[2], line["headline"]) for line in run.lines("articles")
        ),
        sorted(
            (each["site"].rpartition("_")[2], [each["status"], each["decisive"]["number"]])
            for each in records
        ),
    )


def test_many_sites_need_few_files(forum: Forum, tmp_path: Path) -> None:
    roots = many_sites(forum, 30)
    run = crawl(roots, tmp_path, files=64)
    assert run.status == 0, run.stderr
    read = Counter(line["thread_id"] for line in run.lines("articles"))
    assert read == Counter(str(each) for each in range(1, 31))
    assert len({line["site"] for line in run.lines("coverage")}) in (0, 30)
    assert len(list(run.data.glob("*/runs/*.json"))) == 30
    # nothing is new in the night after it
    again = crawl(roots, tmp_path, files=64)
    assert again.status == 0, again.stderr
    assert len(again.lines("articles")) == 30
    assert len(list(run.data.glob("*/runs/*.json"))) == 60


def test_few_sites_at_a_time_say_the_same(forum: Forum, tmp_path: Path) -> None:
    roots = many_sites(forum, 8)
    forum.pages["/f3/forum.php?mod=viewthread&tid=3"] = (503, HTML, b"<html>busy</html>")
    for path in ("/f5/forum.php", "/f5/" + BOARD):
        forum.pages[path] = CHALLENGE
    runs = []
    for number in (1, 3, 20):
        (tmp_path / str(number)).mkdir()
        settings = ("-s", f"SITES_AT_ONCE={number}", "-s", "STOP_AFTER_BLOCKS=1")
        runs.append(crawl(roots, tmp_path / str(number), *settings))
    assert told(runs[0]) == told(runs[1]) == told(runs[2])
    assert len(told(runs[0])[1]) == 6
    last = {run.stderr.splitlines()[-1].replace(str(run.data), "") for run in runs}
    assert len(last) == 1, last


@pytest.mark.parametrize("point", ["between_flush_and_mark", "behind_the_mark"])
def test_a_kill_among_many_sites_loses_nothing(forum: Forum, tmp_path: Path, point: str) -> None:
    roots = many_sites(forum, 6)
    settings = ("-s", "SITES_AT_ONCE=2")
    killed = crawl(roots, tmp_path, *settings, kill_at=(point, 4))
    assert killed.status < 0
    run = crawl(roots, tmp_path, *settings)
    assert run.status == 0, run.stderr
    read = Counter(line["thread_id"] for line in run.lines("articles"))
    assert read == Counter(str(each) for each in range(1, 7))
