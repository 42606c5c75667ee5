"""Runs over a ledger that was made anew from the lines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.frontier.config import Budget, Limits
from tests.frontier.offline import (
    INDEX,
    NOW,
    Given,
    Offline,
    board,
    board_path,
    index,
    refused,
    row,
    thread,
    thread_path,
)


@pytest.mark.parametrize("budget", [0, 500])
def test_a_thread_that_went_before_the_ledger_did_is_deleted(budget: int, tmp_path: Path) -> None:
    """No list names it any more, and the lines do not tell of which board it was."""
    offline = Offline(tmp_path, limits=Limits(Budget(budget)))
    pages: dict[str, Given] = {
        INDEX: index(2),
        board_path(2): board(row(7, replies=1), row(11)),
        thread_path(7): thread(1, 2, replies=1),
        thread_path(11): thread(1, tid=11),
    }
    offline.crawl(INDEX, pages=pages)
    [ledger] = tmp_path.glob("*/ledger.sqlite3")
    ledger.unlink()
    pages[board_path(2)] = board(11)
    pages["forum.php?mod=viewthread&tid=7"] = pages[thread_path(7)] = refused("not_found")
    done = offline.crawl(INDEX, pages=pages, now=NOW + timedelta(days=1))
    assert any("article 1 gone, post 2 gone" in text for text in done), done
    # and not asked for again
    done = offline.crawl(INDEX, pages=pages, now=NOW + timedelta(days=2))
    assert not any("gone" in text for text in done)
