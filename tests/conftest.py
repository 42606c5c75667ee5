"""What several tests need: the context of a page, a local forum, a crawl as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@dataclass
class Forum:
    """A forum on loopback. ``pages`` maps a path with its query to what is answered.

    An answer is a text (status 200), or (status, headers, bytes). A list of answers is given one
    by one, the last for ever. ``asked`` counts requests.
    """

    root: str = ""
    pages: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked[path] += 1
        found = self.pages.get(path, (404, {}, b"<html><body>404 Not Found</body></html>"))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
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

        def do_GET(self) -> None:
            status, headers, body = served.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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


def scrapy(*arguments: str, data: Path, quickly: bool = True) -> Run:
    """Run a command of the project as a user does, without the delays meant for real forums."""
    fast = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-L", "WARNING"]
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments, "-s", f"DATA_DIR={data}", *(fast * quickly)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return Run(done.returncode, done.stdout, done.stderr, data)
