"""An erasure that is stopped between a segment and its mark, and one that cannot erase all."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import SiteArchive
from crawler.privacy import erase as erasing
from tests.faults.cases import quietly
from tests.faults.laws import archive_breaches, lines_of
from tests.faults.scenes import SCENES, site


def test_a_kill_between_a_segment_and_its_mark_costs_no_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that is made anew costs a request for each page of the forum."""
    scene = SCENES["erase"]
    quietly(scene.prepare, tmp_path)

    def killed(_: SiteArchive) -> None:
        raise OSError("as a kill leaves it")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "_mark", killed)
        for _ in range(3):  # a segment each
            assert quietly(scene.act, tmp_path)[0] == 7
    with closing(SiteArchive(site(tmp_path))):
        pass
    assert not list(site(tmp_path).glob("*.damaged"))
    assert quietly(scene.act, tmp_path)[0] == 0
    found = lines_of(site(tmp_path))
    assert archive_breaches(site(tmp_path), found, found) == []
    assert scene.then is not None
    assert "nothing new" in quietly(scene.then, tmp_path)[1]


def test_pages_that_cannot_be_erased_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SCENES["erase"]
    quietly(scene.prepare, tmp_path)

    def fails(_: Path, **more: Any) -> None:
        if not more.get("ignore_errors"):
            raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", fails)
        status, said = quietly(scene.act, tmp_path)
    assert (status, said) == (7, "scrapy erase: storage failed: [Errno 13] Permission denied\n")
