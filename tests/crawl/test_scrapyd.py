"""The project as an egg in a scrapyd of its own: deployed, scheduled, run.

    pytest -m slow tests/test_scrapyd.py

Slow, for it builds the egg anew; needs scrapyd and scrapyd-client beside the project.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT, Forum, Run
from tests.forum.town import present, town, wanted

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        None in (find_spec("scrapyd"), find_spec("scrapyd_client"), shutil.which("curl")),
        reason="no scrapyd",
    ),
]
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A scrapyd that answers; the address of its root."""
    port = free_port()
    settings = f"[scrapyd]\nhttp_port = {port}\nbind_address = 127.0.0.1\npoll_interval = 0.2\n"
    (folder / "scrapyd.conf").write_text(settings)
    command = [sys.executable, "-m", "scrapyd"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server:
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def asked(address: str, *form: tuple[str, str]) -> dict[str, Any]:
    data = urlencode(form).encode() if form else None
    with urlopen(address, data, timeout=60) as answer:  # noqa: S310 - loopback
        told: dict[str, Any] = json.load(answer)
    assert told["status"] == "ok", told
    return told


def until(address: str, name: str) -> dict[str, Any]:
    """What is answered once it tells something of ``name``."""
    wake, end = threading.Event(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            told = asked(address)
        except (URLError, ConnectionError):
            told = {}
        if told.get(name):
            return told
        wake.wait(0.2)
    raise AssertionError(f"{address} tells no {name}")


def test_the_egg_is_deployed_and_run(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    project, daemon = tmp_path / "project", tmp_path / "daemon"
    daemon.mkdir()
    left_out = shutil.ignore_patterns(
        ".*", "data", "build", "*.egg-info", "__pycache__", "fixtures"
    )
    shutil.copytree(ROOT, project, ignore=left_out)
    egg = tmp_path / "discuz.egg"
    build = [sys.executable, "-m", "scrapyd_client.deploy", "--build-egg", str(egg)]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    with served(daemon) as root:
        until(f"{root}daemonstatus.json", "node_name")
        upload = ["-F", "project=discuz", "-F", "version=1", "-F", f"egg=@{egg}"]
        sent = ["curl", "-sS", f"{root}addversion.json", *upload]
        told = json.loads(subprocess.run(sent, check=True, capture_output=True).stdout)
        assert (told["status"], told["spiders"]) == ("ok", 1), told
        asked(
            f"{root}schedule.json",
            ("project", "discuz"),
            ("spider", "discuz"),
            ("url", forum.root),
            ("setting", f"DATA_DIR={tmp_path / 'data'}"),
            ("setting", "DOWNLOAD_DELAY=0"),
            ("setting", "AUTOTHROTTLE_ENABLED=False"),
        )
        until(f"{root}listjobs.json?project=discuz", "finished")
    run = Run(0, "", "", tmp_path / "data")
    assert present(run) == wanted(made)
    (record,) = run.data.glob("*/runs/*.json")
    assert json.loads(record.read_text("utf-8"))["status"] == 0
    assert list((daemon / "logs").rglob("*.log"))
