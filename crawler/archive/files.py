"""Folders and files that are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


def site_folder(site: str) -> str:
    """A folder's name for a site: nothing in it can lead elsewhere.

    >>> site_folder("b.example:8033/bbs")
    'b.example_8033_bbs'
    >>> site_folder("../../etc")
    'etc'
    """
    return _UNSAFE.sub("_", site).strip("._-") or "site"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut (POSIX; elsewhere it is not needed)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file at once: whoever reads it finds the old one or the new one, whole."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# What a folder holds that was written as one: it may be replaced, any other may not.
_WHOLE = ".written-whole"


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Write a folder at once, in place of one that was written so before.

    Raises `FileExistsError` where something else is in the way: nobody's files are thrown away.
    """
    if path.exists() and not (path / _WHOLE).is_file():
        raise FileExistsError(f"{path} is there and was not written by an export")
    part, old = path.with_name(path.name + ".part"), path.with_name(path.name + ".old")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        (part / _WHOLE).touch()
        if path.exists():
            path.rename(old)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
