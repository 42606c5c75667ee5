from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive import files
from crawler.archive.files import naming, replaced_file, replaced_folder, sha256_of, site_folder


@given(st.text(max_size=60))
def test_no_site_leads_out_of_the_data_folder(site: str) -> None:
    folder = site_folder(site)
    assert folder not in ("", ".", "..")
    assert not set(folder) & set("/\\\0\n")
    assert not folder.startswith((".", "-"))


def test_a_file_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"old")
    with replaced_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    with pytest.raises(TypeError), replaced_file(path) as file:
        file.write(cast("bytes", "half"))
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["x.json"]
    assert sha256_of(path) == hashlib.sha256(b"new").hexdigest()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_an_error_of_writing_names_the_file(tmp_path: Path, number: int) -> None:
    """The system names a file only where it is opened."""
    with pytest.raises(OSError, match=r"no room: '.*/x'$"), naming(tmp_path / "x"):
        raise OSError(number, "no room")
    with pytest.raises(FileNotFoundError, match=r"'.*/y'$"), naming(tmp_path / "x"):
        (tmp_path / "y").read_bytes()
    # an error of the disk may be of what was read to be written
    of = {errno.ENOSPC: tmp_path / "x", errno.EIO: None}[number]
    with pytest.raises(OSError, match="no room") as found, replaced_file(tmp_path / "x"):
        raise OSError(number, "no room")
    assert found.value.filename == (str(of) if of else None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_folder_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "export"
    for old, new in ((None, "one"), ("one", "two")):
        with replaced_folder(path) as folder:
            (folder / new).touch()
            assert (names(path) if path.exists() else None) == (old and [old])
        assert names(path) == [new]
    with pytest.raises(FileNotFoundError), replaced_folder(path) as folder:
        (folder / "no folder" / "half").touch()
    assert names(path) == ["two"]
    assert names(tmp_path) == ["export"]


@pytest.mark.parametrize("is_file", [True, False])
def test_what_somebody_else_wrote_is_not_replaced(tmp_path: Path, is_file: bool) -> None:
    path = tmp_path / "export"
    path.touch() if is_file else path.mkdir()
    with pytest.raises(FileExistsError, match="was not written"), replaced_folder(path):
        pytest.fail("the folder was given out")
    assert path.is_file() == is_file
    assert names(tmp_path) == ["export"]


@contextmanager
def killed_at_rename(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The n-th rename does not come, nor anything behind it."""
    rename, calls = Path.rename, count(1)

    def killed(self: Path, target: Path) -> Path:
        if next(calls) >= number:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(Path, "rename", killed)
        patch.setattr(files, "_remove", lambda _: None)
        yield


def write(path: Path, name: str) -> None:
    with replaced_folder(path) as folder:
        (folder / name).touch()


@pytest.mark.parametrize("number", [1, 2])
def test_a_kill_between_the_renames_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "export"
    write(path, "one")
    with killed_at_rename(number, monkeypatch):
        write(path, "two")
    assert path.exists() == (number == 1)
    # the next call fails, as by a full disk: the old one is back all the same
    with pytest.raises(FileNotFoundError), replaced_folder(path) as folder:
        (folder / "no folder" / "half").touch()
    assert names(path) == ["one"]
    write(path, "three")
    assert (names(path), names(tmp_path)) == (["three"], ["export"])


def test_a_rename_that_fails_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "export"
    write(path, "one")
    rename, calls = Path.rename, count(1)

    def fails(self: Path, target: Path) -> Path:
        if next(calls) == 2:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fails)
        with pytest.raises(OSError, match="No space"):
            write(path, "two")
    assert (names(path), names(tmp_path)) == (["one"], ["export"])


def test_what_a_kill_left_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export"
    with killed_at_rename(1, monkeypatch):
        write(path, "half")
    (tmp_path / "export.old").mkdir()
    assert names(tmp_path) == ["export.old", "export.part"]
    write(path, "one")
    assert (names(path), names(tmp_path)) == (["one"], ["export"])


@pytest.mark.parametrize("ending", ["part", "old"])
def test_folders_of_somebody_else_beside_it_are_left_alone(tmp_path: Path, ending: str) -> None:
    mine = tmp_path / f"export.{ending}" / "mine"
    mine.parent.mkdir()
    mine.touch()
    with pytest.raises(FileExistsError, match=rf"export\.{ending} is there"):
        write(tmp_path / "export", "one")
    assert mine.exists()
