"""Some of the faults of `python -m tests.faults`: each k-th call of each scene, by the seed."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.faults.cases import Stage, breaches, export_breaches, in_child, prepare
from tests.faults.injection import Fault
from tests.faults.scenes import SCENES

SEED = int(os.environ.get("FAULTS_SEED", "1"))
# so many faults a scene take about a second
CASES = 7
FOLDERS = [name for name, scene in SCENES.items() if scene.is_folder]
LOST = pytest.mark.xfail(strict=True, reason="an export is lost where a rename fails: issue 13, 8")


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


@LOST
@pytest.mark.parametrize("name", FOLDERS)
def test_a_name_that_fails_leaves_an_export(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    number = renames(stage)[-1]
    assert breaches(stage, number, "error") == []


@LOST
@pytest.mark.parametrize("name", FOLDERS)
def test_a_kill_and_then_a_full_disk_leave_an_export(name: str, tmp_path: Path) -> None:
    stage = prepare(name, tmp_path / "stage")
    base = tmp_path / "base"
    shutil.copytree(stage.template, base)
    in_child(name, Fault(base, renames(stage)[-1], "kill"), tmp_path)
    status, _ = in_child(name, Fault(base, 9, "full"), tmp_path)
    assert status == 7
    assert export_breaches(stage, base, has_failed=True, is_killed=True) == []
