"""File names that are safe, and files and folders that are written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

# Only what writes meets these.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
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
        with naming(folder):
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def naming(path: Path, numbers: Collection[int] | None = None) -> Iterator[None]:
    """Name a file in the `OSError` of what is written to it: the system names it only on opening.

    So "No space left on device" tells which disk is full. ``numbers``: only errors with these.
    """
    try:
        yield
    except OSError as error:
        is_other = numbers is not None and error.errno not in numbers
        if error.filename is not None or error.errno is None or is_other:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def unwritable(path: Path) -> Path:
    """Return what of a file and its folder cannot be written; the file if both can.

    SQLite says "attempt to write a readonly database" of each.
    """
    is_of_folder = os.access(path, os.W_OK) and not os.access(path.parent, os.W_OK)
    return path.parent if is_of_folder else path


def aside_name(path: Path) -> Path:
    """Return the name under which a damaged file is kept beside the one that takes its place."""
    stamp = datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    names = (path.with_name(f"{path.name}.{stamp}{more}.damaged") for more in _endings())
    return next(name for name in names if not name.exists())


def _endings() -> Iterator[str]:
    """Yield endings for the names of files that were set aside in the same second."""
    yield ""
    for number in count(2):
        yield f"-{number}"


def set_aside(path: Path) -> Path:
    """Keep a file as it is under another name as well, and return that. Raises `OSError`.

    It must then be replaced, and not written to: the copy may be the same file.
    """
    aside = aside_name(path)
    try:
        # no bytes are copied, and no half of them is left by a kill
        aside.hardlink_to(path.resolve())
    except (OSError, NotImplementedError):
        shutil.copyfile(path, aside)
    return aside


@contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when the block ends without an error.

    So whoever reads ``path`` finds the old file or the new one, and each of them whole. Raises
    `OSError`.
    """
    part = path.with_name(path.name + ".part")
    try:
        # other errors may be of a file that is read for this one
        with naming(path, _FULL), part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# The files that mark a folder as made by `replaced_folder`, whole or on the way to it: no other is
# replaced or deleted.
_WRITTEN_WHOLE = ".written-whole"
_BEING_WRITTEN = ".being-written"


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``path`` when the block ends without an error.

    Two renames do that, and one of the two folders stands at each moment: an error between them
    takes the first one back, and what a kill leaves there is taken back by the next call.

    Raises `FileExistsError` where a folder that was not written in this way is in the way: nobody's
    files are thrown away. Raises `OSError`.
    """
    path = path.resolve()
    part, old = path.with_name(path.name + ".part"), path.with_name(path.name + ".old")
    for folder, is_ours in ((path, _is_whole), (part, _is_ours), (old, _is_ours)):
        if folder.exists() and not is_ours(folder):
            raise FileExistsError(f"{folder} is there and was not written by an export")
    if old.exists() and not path.exists():
        old.rename(path)
    _remove(part)
    _remove(old)
    part.mkdir(parents=True)
    try:
        (part / _BEING_WRITTEN).touch()
        with naming(path, _FULL):
            yield part
        (part / _WRITTEN_WHOLE).touch()
        (part / _BEING_WRITTEN).unlink()
        _put(part, path, old)
    finally:
        _remove(part)
    _remove(old)


def _is_whole(folder: Path) -> bool:
    return (folder / _WRITTEN_WHOLE).is_file()


def _is_ours(folder: Path) -> bool:
    # a kill may leave a folder that is not marked yet, or no more
    is_empty = folder.is_dir() and next(folder.iterdir(), None) is None
    return is_empty or _is_whole(folder) or (folder / _BEING_WRITTEN).is_file()


def _remove(folder: Path) -> None:
    """Delete a folder of ours; what cannot be deleted now is deleted by the next call."""
    # the marks go last: what is left by a kill is still ours
    for each in folder.glob("*"):
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        elif each.name not in (_WRITTEN_WHOLE, _BEING_WRITTEN):
            with suppress(OSError):
                each.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _put(part: Path, path: Path, old: Path) -> None:
    """Put a folder in the place of another, which is kept as ``old``."""
    if not path.exists():
        part.rename(path)
    else:
        path.rename(old)
        try:
            part.rename(path)
        except OSError:
            # if this fails as well, the next call does it
            old.rename(path)
            raise
    fsync_folder(path.parent)
