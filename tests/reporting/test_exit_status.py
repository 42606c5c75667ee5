from __future__ import annotations

from typing import Any

import pytest

from crawler.reporting.exit_status import STATUSES, conclude

CASES: list[tuple[dict[str, Any], int, str]] = [
    ({}, 0, "nothing new: 0 requests"),
    ({"news/new/article": 1, "news/new/post": 24, "lines/article": 1}, 0, "1 article, 24 replies"),
    (
        {"news/changed/post": 2, "news/deleted/article": 1, "lines/post": 2},
        0,
        "2 changed, 1 deleted",
    ),
    ({"crawl/incomplete": 1, "crawl/incomplete/example": "x (challenge)"}, 3, "for example x"),
    ({"lines/rejected": 1}, 3, "kept apart as broken"),
    ({"lines/unstored": 2}, 3, "not everything could be read"),
    ({"spider_exceptions/KeyError": 1}, 3, "not everything could be read"),
    ({"finish_reason": "failing"}, 3, "does not answer"),
    ({"refusals/template_unknown": 4, "crawl/threads_read": 4}, 4, "no longer look"),
    ({"refusals/template_unknown": 4, "crawl/threads_read": 9, "crawl/incomplete": 4}, 3, "not"),
    ({"finish_reason": "blocked"}, 5, "wants no more requests"),
    ({"refusals/challenge": 1, "crawl/incomplete": 1}, 5, "wants no more requests"),
    ({"refusals/challenge": 1, "crawl/incomplete": 1, "crawl/threads_read": 1}, 3, "not"),
    ({"finish_reason": "login_expired"}, 6, "export the cookies anew"),
    ({"crawl/login_needed": 1}, 6, "COOKIES_FILE"),
    ({"storage/failed": "No space left"}, 7, "storage failed: No space left"),
    ({"storage/failed": "x", "finish_reason": "shutdown"}, 7, "storage failed"),
    ({"finish_reason": "shutdown"}, 130, "interrupted"),
    ({"crawl/unusable": "another run"}, 2, "another run"),
    ({"crawl/goes_on": "goes on where"}, 0, "goes on where"),
]


@pytest.mark.parametrize(("stats", "status", "words"), CASES)
def test_what_a_run_comes_to(stats: dict[str, Any], status: int, words: str) -> None:
    outcome = conclude({"finish_reason": "finished", **stats}, "data/")
    assert outcome.status == status
    assert words in "\n".join(outcome.said)
    assert status in STATUSES
