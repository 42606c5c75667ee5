"""File names that are safe, and files and folders that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# "/" and ":" of "b.example:8033/bbs"
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


def site_folder(site: str) -> str:
    """Return a folder's name for a site, by which no site gets out of the data folder.

    >>> site_folder("b.example:8033/bbs")
    'b.example_8033_bbs'
    >>> site_folder("../../etc")
    'etc'
    """
    return _UNSAFE.sub("_", site).strip("._-") or "site"


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file in hex. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut; outside of POSIX there is nothing to do."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when the block ends without an error.

    So whoever reads ``path`` finds the old file or the new one, and each of them whole. Raises
    `OSError`.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# The file that marks a folder as written by `replaced_folder`: only such a one may be replaced.
_WRITTEN_WHOLE = ".written-whole"


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``path`` when the block ends without an error.

    Raises `FileExistsError` where ``path`` is there and was not written in this way: nobody's files
    are thrown away. Raises `OSError`.
    """
    if path.exists() and not (path / _WRITTEN_WHOLE).is_file():
        raise FileExistsError(f"{path} is there and was not written by an export")
    part, old = path.with_name(path.name + ".part"), path.with_name(path.name + ".old")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        (part / _WRITTEN_WHOLE).touch()
        if path.exists():
            path.rename(old)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
