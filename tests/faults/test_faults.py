"""Some of the faults of `python -m tests.faults`: each k-th call of each scene, by the seed."""

from __future__ import annotations

import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.discuz.facts import Moment
from tests.faults.cases import Stage, breaches, export_breaches, in_child, prepare
from tests.faults.injection import Fault
from tests.faults.scenes import SCENES
from tests.frontier.offline import (
    NOW,
    Given,
    Offline,
    board,
    board_path,
    give,
    row,
    store,
    thread,
    thread_path,
)

SEED = int(os.environ.get("FAULTS_SEED", "1"))
# so many faults a scene take about a second
CASES = 6
FOLDERS = [name for name, scene in SCENES.items() if scene.is_folder]


def renames(stage: Stage) -> list[int]:
    """The calls that put a folder in its place."""
    return [at for at, call in enumerate(stage.calls, 1) if call.startswith("rename export-")]


@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if not scene.is_command])
def test_faults(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    calls = len(stage.calls)
    step = max(1, calls // CASES)
    first = random.Random(f"{SEED} {name}").randint(1, step)
    known = set(renames(stage))
    for turn, number in enumerate(range(first, calls + 1, step), SEED):
        kind = stage.kinds[turn % len(stage.kinds)]
        if number not in known:
            assert breaches(stage, number, kind) == [], (
                f"{kind} at {number}: {stage.calls[number - 1]}"
            )


@pytest.mark.parametrize("name", FOLDERS)
def test_a_kill_between_two_names_leaves_an_export(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    assert renames(stage)
    for number in renames(stage):
        for kind in ("kill", "half"):
            assert breaches(stage, number, kind) == []


def test_a_kill_between_the_two_pages_that_prove_a_deletion(tmp_path: Path) -> None:
    """The first post of page 2 is gone from there; whether it moved up, page 1 tells."""

    def pages(*numbers: int) -> dict[str, Given]:
        last = Moment(NOW - timedelta(days=len(numbers)), "minute", "")
        counted = len(numbers) - 1
        return {
            board_path(2): board(row(7, replies=counted, last_post=last)),
            thread_path(7): thread(*numbers[:3], pages=2, replies=counted),
            thread_path(7, 2): thread(*numbers[3:], page=2, pages=2, replies=counted),
        }

    offline = Offline(tmp_path)
    offline.crawl(board_path(2), pages=pages(1, 2, 3, 4, 5))
    later = pages(1, 2, 3, 5)
    killed = offline.begin(board_path(2), now=NOW + timedelta(days=1))
    for path in (board_path(2), thread_path(7, 2)):
        (visit,) = killed.next_visits()
        assert visit.request_url.endswith(path)
        given = later[path]
        assert not isinstance(given, list)
        store(killed, visit, give(killed, visit, given, NOW + timedelta(days=1)))
    killed.flush()
    for each in killed.sites.values():
        each.archive.close()
    told = offline.crawl(board_path(2), pages=later, now=NOW + timedelta(days=1))
    assert any("post 4 gone" in line for line in told)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_name_that_fails_leaves_an_export(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    number = renames(stage)[-1]
    assert breaches(stage, number, "error") == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_kill_and_then_a_full_disk_leave_an_export(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    base = tmp_path / "base"
    shutil.copytree(stage.template, base)
    in_child(name, Fault(base, renames(stage)[-1], "kill"), tmp_path)
    status, _ = in_child(name, Fault(base, 9, "full"), tmp_path)
    assert status == 7
    assert export_breaches(stage, base, has_failed=True, is_killed=True) == []
