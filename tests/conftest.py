"""What several tests need: the context of a page, a local forum, a crawl as a user runs it."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.forked import ROOT, begin

SHARED = ROOT.parent / "shared"
__all__ = ["FAST", "ROOT", "SHARED", "Forum", "Run", "begin", "scrapy", "served_forum"]
# how long an example takes says how busy the machine is
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@dataclass
class Forum:
    """A forum on loopback. ``pages`` maps a path with its query to what is answered.

    An answer is a text (status 200), or (status, headers, bytes); a function in place of the bytes
    is asked for more without end. A list of answers is given one
    by one, the last for ever; a function is asked for the answer. ``asked`` counts requests, ``cookies`` and ``agents`` are
    those that came.
    """

    root: str = ""
    pages: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    cookies: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    data: Path = Path()

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked[path] += 1
        found = self.pages.get(path, (404, {}, b"<html><body>404 Not Found</body></html>"))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found):
            found = found()
        if isinstance(found, str):
            body = found.replace("http://bbs.example.net/", self.root).encode()
            return 200, {"Content-Type": "text/html; charset=utf-8"}, body
        return found  # type: ignore[no-any-return]


@contextmanager
def served_forum() -> Iterator[Forum]:
    """A forum that answers on loopback as long as the context lasts."""
    served = Forum()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # head and body go out one after the other: no waiting for the acknowledgement of the head
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, headers, body = served.answer(self.path)
            served.agents.add(self.headers["User-Agent"])
            if "Cookie" in self.headers:
                served.cookies.add(self.headers["Cookie"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if callable(body):
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                with suppress(OSError):  # until whoever asked has had enough
                    while True:
                        self.wfile.write(body())
                return
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            if "Content-Length" in headers:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.root = f"http://127.0.0.1:{server.server_port}/"
    # shutdown() returns at the next look at whether it was called
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def forum() -> Iterator[Forum]:
    with served_forum() as served:
        yield served


@dataclass
class Run:
    """A command that ended, and what it wrote."""

    status: int
    stdout: str
    stderr: str
    data: Path

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for file in sorted(self.data.glob(f"*/{kind}-*.jsonl"))
            for line in file.read_text("utf-8").splitlines()
        ]


FAST = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-L", "WARNING")


def scrapy(
    *arguments: str,
    data: Path,
    quickly: bool = True,
    kill_at: tuple[str, int] | None = None,
    now: datetime | None = None,
    files: int | None = None,
    seconds: int = 120,
) -> Run:
    """Run a command of the project as a user does, without the delays meant for real forums.

    ``kill_at``: a point of `tests.killed` at which it is killed. ``now``: what its clock shows.
    ``files``: how many it may have open at a time.
    """
    with tempfile.TemporaryDirectory() as folder:
        fast = FAST if quickly else ()
        given = (*arguments, "-s", f"DATA_DIR={data}", *fast)
        running = begin(*given, out=Path(folder), kill_at=kill_at, now=now, files=files)
        running.join(seconds)
        assert running.exitcode is not None, "the command does not end"
        stdout, stderr = ((Path(folder) / name).read_text("utf-8") for name in ("stdout", "stderr"))
    return Run(running.exitcode, stdout, stderr, data)
