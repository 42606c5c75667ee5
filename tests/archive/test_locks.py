from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.archive import locks
from crawler.archive.locks import BeingWrittenError, take_lock, written_alone


def test_nobody_else_writes_in_the_meantime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_PATIENCE", 0.0)
    path = tmp_path / "out"
    with (
        written_alone(path),
        pytest.raises(BeingWrittenError, match=r"out is being written by another process"),
        written_alone(path),
    ):
        pass
    with written_alone(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_a_kill_left_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / "out.lock").touch()
    with written_alone(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_who_waits_gets_a_lock_that_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner deletes its lock before it gives it back, so that a third one makes another."""
    path, take = tmp_path / "out.lock", locks.take_lock
    taken: list[sqlite3.Connection | None] = []

    def deleted_meanwhile(of: Path, patience: float = 0.0) -> sqlite3.Connection | None:
        lock = take(of, patience)
        if not taken:
            path.unlink()
        taken.append(lock)
        return lock

    monkeypatch.setattr(locks, "take_lock", deleted_meanwhile)
    with written_alone(tmp_path / "out"):
        assert len(taken) == 2
        assert take_lock(path) is None


def test_a_lock_that_cannot_be_made_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no database" * 99)
    with pytest.raises(OSError, match=f"{tmp_path / 'x'}: file is not a database"):
        take_lock(tmp_path / "x")
    with pytest.raises(OSError, match=f"{tmp_path / 'no' / 'x'}: unable to open"):
        take_lock(tmp_path / "no" / "x")
    lock = take_lock(tmp_path / "y")
    assert lock is not None
    with closing(lock):
        assert take_lock(tmp_path / "y") is None
