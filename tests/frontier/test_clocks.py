"""A clock that was ahead for one night: what was noted then does not hide anything for a year."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.discuz.facts import Body
from crawler.frontier.config import Budget, Limits
from tests.frontier.offline import (
    NOW,
    Given,
    Offline,
    board,
    board_path,
    post,
    refused,
    row,
    thread,
    thread_path,
)

AHEAD = timedelta(days=365)
LOOKS = Limits(Budget(500))


def forum(*, text: str = "文1") -> dict[str, Given]:
    """A thread of two pages; nothing in its row tells that a word of its first page changed."""
    first = post(1, body=Body(text=text))
    return {
        board_path(2): board(row(7, replies=2), row(11)),
        thread_path(7): thread(first, 2, pages=2, replies=2),
        thread_path(7, 2): thread(3, page=2, pages=2),
        thread_path(11): thread(1, tid=11),
    }


def test_pages_are_looked_at_again_behind_a_clock_that_was_ahead(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=LOOKS)
    offline.crawl(board_path(2), pages=forum(), now=NOW + AHEAD)
    done = offline.crawl(board_path(2), pages=forum(text="另"), now=NOW + timedelta(days=1))
    assert f"{thread_path(7)}: article 1 v2" in [text.split(", ")[0] for text in done]
    # and then as ever
    done = offline.crawl(board_path(2), pages=forum(text="又"), now=NOW + timedelta(days=2))
    assert f"{thread_path(7)}: article 1 v3" in [text.split(", ")[0] for text in done]


@pytest.mark.parametrize("reason", ["no_permission", "server_error"])
def test_refusals_are_asked_for_again_behind_a_clock_that_was_ahead(
    tmp_path: Path, reason: str
) -> None:
    offline = Offline(tmp_path, limits=LOOKS)
    closed = forum() | {thread_path(7): refused(reason)}
    for night in range(3):
        offline.crawl(board_path(2), pages=closed, now=NOW + AHEAD + timedelta(days=night))
    done = offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=40))
    assert any("article 1" in text for text in done), done


def test_a_post_in_doubt_is_gone_behind_a_clock_that_was_ahead(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=LOOKS)
    offline.crawl(board_path(2), pages=forum(), now=NOW)
    # nobody recounted
    without = forum() | {thread_path(7): thread(1, pages=2, replies=2)}
    offline.crawl(board_path(2), pages=without, now=NOW + AHEAD)
    done = offline.crawl(board_path(2), pages=without, now=NOW + timedelta(days=2))
    done += offline.crawl(board_path(2), pages=without, now=NOW + timedelta(days=3))
    assert any("post 2 gone" in text for text in done), done


def test_a_clock_that_was_wrong_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    offline = Offline(tmp_path)
    offline.crawl(board_path(2), pages=forum(), now=NOW + AHEAD)
    assert "one of them was wrong" not in caplog.text
    for night in (1, 2):
        offline.crawl(board_path(2), pages=forum(), now=NOW + timedelta(days=night))
        assert caplog.text.count("one of them was wrong") == 1
    assert "the clock says 2023-04-02" in caplog.text
    assert "the last run began at 2024-03-31" in caplog.text
