"""Ledgers that are opened again, as by the next run, and closed in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.ledger import Ledger
from crawler.archive.state import PostState


@pytest.fixture
def open_ledger(tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    """Opens the ledger of one folder; the one that it opened before is closed, as by a kill."""
    with ExitStack() as opened:

        def open_it() -> Ledger:
            opened.close()
            ledger = Ledger(tmp_path / "ledger.sqlite3")
            opened.callback(ledger.close)
            return ledger

        yield open_it


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    return open_ledger()


def post(number: int, at: int = 0, version: int = 1, **more: Any) -> PostState:
    return PostState(str(number), at, version, b"12345678", **more)
