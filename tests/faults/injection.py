"""A disk that fails, or a process that is killed, at the n-th call that changes a file.

`install` patches what Python writes with: `open`, raw writes and truncations, `os.fsync`,
`os.replace`, `os.rename`, `os.unlink`, `os.mkdir`, … and the connections of `sqlite3`. It works on
every system, without a library that is loaded before Python. DuckDB writes by itself and is not
seen. Only for processes that are made to fail.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

Kind = Literal["", "full", "error", "kill", "half", "power"]
KINDS: tuple[Kind, ...] = ("full", "error", "kill", "half", "power")

_truncate = os.truncate
_FULL = 2
# A transaction may have to write before its COMMIT, when the cache is full: seen at each tenth row.
_EACH = 10
_WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "ANALYZE")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the ``at``-th call that changes something below ``root``; 0: nothing.

    ``full``: half of a write is taken, and from then on nothing that needs space (ENOSPC).
    ``error``: this call alone fails (EIO). ``kill``: the process is killed before the call;
    ``half``: behind half of it (a write) or all of it. ``power``: behind all of it, and what was
    written without an fsync is lost, with the log of a database that is not flushed by each commit.
    """

    root: Path
    at: int = 0
    kind: Kind = ""


@dataclass(slots=True)
class Disk:
    """Counts the calls; ``log`` has a word for each."""

    fault: Fault
    passed: int = 0
    is_full: bool = False
    log: list[str] = field(default_factory=list)
    # how much of the files is on the disk, and the databases that were opened
    synced: dict[str, int] = field(default_factory=dict)
    databases: dict[str, sqlite3.Connection] = field(default_factory=dict)

    def holds(self, path: object) -> bool:
        """Whether a path lies below the watched folder."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return False
        return Path(os.fsdecode(path)).absolute().is_relative_to(self.fault.root)

    def call(
        self,
        what: str,
        do: Callable[[], Any],
        *,
        half: Callable[[], Any] | None = None,
        takes_space: bool = False,
        failed: Callable[[bool], Exception] | None = None,
    ) -> Any:
        """Do it, or what the fault makes of it. ``failed`` makes the error of a full disk or not."""
        self.passed += 1
        self.log.append(what)
        failed = failed or _os_error
        if self.is_full and takes_space:
            raise failed(True)
        if self.passed != self.fault.at:
            return do()
        match self.fault.kind:
            case "kill":
                die()
            case "half":
                (half or do)()
                die()
            case "power":
                do()
                self.lose()
                die()
            case "error":
                raise failed(False)
            case "full":
                self.is_full = True
                if what.startswith(("unlink", "rmdir")):
                    return do()
                if what.startswith("write") and half:
                    return half()
                raise failed(True)
        return do()

    def lose(self) -> None:
        """Take back what no fsync brought to the disk."""
        for path, length in self.synced.items():
            if os.path.isfile(path) and os.path.getsize(path) > length:  # noqa: PTH113, PTH202
                _truncate(path, length)
        for path, database in self.databases.items():
            with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
                (synchronous,) = database.execute("PRAGMA synchronous").fetchone()
                if synchronous < _FULL:
                    Path(f"{path}-wal").write_bytes(b"")


def die() -> NoReturn:
    """End this process as a kill does: nothing is flushed, nothing is cleaned up."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)


def _os_error(is_full: bool) -> Exception:
    number = errno.ENOSPC if is_full else errno.EIO
    return OSError(number, os.strerror(number))


def _sqlite_error(is_full: bool) -> Exception:
    return sqlite3.OperationalError("database or disk is full" if is_full else "disk I/O error")


def _short(path: object) -> str:
    return Path(os.fsdecode(path)).name if isinstance(path, (str, bytes, os.PathLike)) else "?"


def install(fault: Fault) -> Disk:
    """Patch this process for good, and return what counts its calls."""
    disk = Disk(fault)
    _patch_files(disk)
    _patch_names(disk)
    _patch_sqlite(disk)
    return disk


def _patch_files(disk: Disk) -> None:
    real_open, real_os_open, real_fsync = io.open, os.open, os.fsync
    files: dict[int, str] = {}

    class Raw(io.FileIO):
        """A file whose every write is a call of its own, below Python's buffers."""

        def __init__(self, path: str, mode: str) -> None:
            super().__init__(path, mode)
            disk.synced[path] = os.fstat(self.fileno()).st_size
            files[self.fileno()] = path

        def close(self) -> None:
            if not self.closed:
                # the next file, or a folder, gets its number
                files.pop(self.fileno(), None)
            super().close()

        def write(self, data: Any, /) -> int:
            view = memoryview(data).cast("B")
            whole = super().write
            return disk.call(  # type: ignore[no-any-return]
                f"write {_short(self.name)}",
                lambda: whole(view),
                half=lambda: whole(view[: max(1, len(view) // 2)]),
                takes_space=True,
            )

        def truncate(self, size: int | None = None, /) -> int:
            whole = super().truncate
            return disk.call(f"truncate {_short(self.name)}", lambda: whole(size))  # type: ignore[no-any-return]

    def opened(file: Any, mode: str = "r", buffering: int = -1, *args: Any, **more: Any) -> Any:
        if not (set(mode) & set("wax+")) or more.get("opener") or not disk.holds(file):
            return real_open(file, mode, buffering, *args, **more)
        path = os.fspath(file)
        raw = disk.call(
            f"open {_short(path)}",
            lambda: Raw(path, mode.replace("b", "").replace("t", "")),
            takes_space=not Path(path).exists(),
        )
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *args, **more)

    def os_opened(path: Any, flags: int, *args: Any, **more: Any) -> int:
        if not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or not disk.holds(path):
            return real_os_open(path, flags, *args, **more)
        return disk.call(  # type: ignore[no-any-return]
            f"open {_short(path)}",
            lambda: real_os_open(path, flags, *args, **more),
            takes_space=True,
        )

    def synced(handle: Any) -> None:
        def sync() -> None:
            real_fsync(handle)
            path = files.get(handle)
            if path in disk.synced:
                disk.synced[path] = os.fstat(handle).st_size

        disk.call("fsync", sync)

    builtins.open = io.open = opened
    os.open = os_opened
    os.fsync = synced  # type: ignore[assignment]


def _patch_names(disk: Disk) -> None:
    def patch(name: str, *, takes_space: bool = False) -> None:
        real = getattr(os, name)

        def patched(path: Any, *args: Any, **more: Any) -> Any:
            # rmtree names files by their folder's descriptor
            is_ours = more.get("dir_fd") is not None or disk.holds(path)
            if not is_ours:
                return real(path, *args, **more)

            def do() -> Any:
                made = real(path, *args, **more)
                if name in ("replace", "rename") and os.fspath(path) in disk.synced:
                    disk.synced[os.fspath(args[0])] = disk.synced.pop(os.fspath(path))
                return made

            return disk.call(f"{name} {_short(path)}", do, takes_space=takes_space)

        setattr(os, name, patched)

    for name in ("replace", "rename", "truncate", "unlink", "remove", "rmdir", "link", "symlink"):
        patch(name)
    patch("mkdir", takes_space=True)
    if hasattr(os, "sendfile"):
        real_sendfile = os.sendfile

        def sent(out_fd: int, in_fd: int, offset: int | None, count: int) -> int:
            return disk.call(  # type: ignore[no-any-return]
                "write by sendfile",
                lambda: real_sendfile(out_fd, in_fd, offset, count),
                takes_space=True,
            )

        os.sendfile = sent


def _patch_sqlite(disk: Disk) -> None:
    real_connect = sqlite3.connect

    class Connection(sqlite3.Connection):
        name = ""
        rows = 0

        def _call(self, what: str, do: Callable[[], Any], **more: Any) -> Any:
            def failed(is_full: bool) -> Exception:
                if is_full and self.in_transaction:
                    # as SQLite does by itself where the disk is full
                    super(Connection, self).execute("ROLLBACK")
                return _sqlite_error(is_full)

            what = f"{what} {self.name}"
            return disk.call(what, do, takes_space=True, failed=failed, **more)

        def execute(self, sql: str, *args: Any) -> Any:
            whole = super().execute
            verb = sql.split(maxsplit=1)[0].upper()
            if verb in _WRITING:
                self.rows += 1
            if (
                verb == "COMMIT"
                or "EXCLUSIVE" in sql
                or "journal_mode" in sql
                or (verb in _WRITING and self.rows % _EACH == 1)
            ):
                return self._call(verb.lower(), lambda: whole(sql, *args))
            return whole(sql, *args)

        def executemany(self, sql: str, *args: Any) -> Any:
            whole = super().executemany
            return self._call("executemany", lambda: whole(sql, *args))

        def executescript(self, sql: str) -> Any:
            whole = super().executescript
            return self._call(
                "executescript",
                lambda: whole(sql),
                half=lambda: whole(sql.replace("COMMIT;", "")),
            )

    def connected(database: Any, *args: Any, **more: Any) -> Any:
        is_read_only = "mode=ro" in str(database)
        if is_read_only or database == ":memory:" or not (database == "" or disk.holds(database)):
            return real_connect(database, *args, **more)
        made: Connection = disk.call(
            f"connect {_short(database)}",
            lambda: real_connect(database, *args, factory=Connection, **more),
            failed=lambda _: sqlite3.OperationalError("unable to open database file"),
        )
        made.name = _short(database)
        if database:
            disk.databases[os.fspath(database)] = made
        return made

    sqlite3.connect = connected
