from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.files import replaced_file, replaced_folder, sha256_of, site_folder


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


def test_what_a_kill_left_is_cleared_away(tmp_path: Path) -> None:
    for left in ("export.part", "export.old"):
        (tmp_path / left).mkdir()
        (tmp_path / left / "half").touch()
    with replaced_folder(tmp_path / "export") as folder:
        (folder / "one").touch()
    assert names(tmp_path) == ["export"]
    assert names(tmp_path / "export") == ["one"]
