from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.history.tally import Tally
from crawler.reporting.exit_status import STATUSES, Ending, conclude, resumed_message


def ended(reason: str | None = "finished", **more: Any) -> Ending:
    """How a run ended; what the tally has is counted there."""
    counted = {name: more.pop(name) for name in list(more) if name in Tally.__dataclass_fields__}
    for name in ("refused", "files_refused", "decisive"):
        if name in counted:
            counted[name] = Counter(counted[name])
    return Ending(tally=Tally(**counted), finish_reason=reason, **more)


CASES: list[tuple[Ending, int, str]] = [
    (ended(), 0, "nothing new: 0 requests"),
    (ended(coverage_lines=2, requests=7), 0, "nothing new: 7 requests"),
    (ended(new_articles=1, new_posts=24), 0, "1 article, 24 replies"),
    (ended(changed_posts=2, deleted_articles=1), 0, "0 articles, 0 replies, 2 changed, 1 deleted"),
    (ended(new_posts=1, files_stored=2), 0, "1 reply, 2 files"),
    (
        ended(files_waiting=1, files_settled=2, files_refused={"challenge": 3}, requests=4),
        0,
        "1 file was refused and will be asked for again, 2 files stay refused, 4 requests",
    ),
    (ended(threads_read=1, lists_read=2, threads_listed=9), 0, "9 threads listed on 2 pages"),
    (ended(threads_read=1, removed=3), 0, "3 on the removal list passed over"),
    (
        ended(new_posts=3, lines_dropped=2, feed_dropped=1),
        0,
        "2 dropped by a pipeline of yours, 1 stored, but dropped from feeds by a pipeline of yours",
    ),
    (ended(refused={"not_found": 2, "password": 1}), 0, "3 refused (2 not_found, 1 password)"),
    (ended(incomplete=1, example="x (challenge)"), 3, "for example x (challenge)"),
    (ended(lines_rejected=1), 3, "1 line kept apart as broken in rejected-*.jsonl"),
    (ended(lines_unstored=2), 3, "not everything could be read"),
    (ended(lines_failed=2), 3, "2 lines lost to errors in a pipeline"),
    (ended(feed_failed=1), 3, "1 line lost to errors in a pipeline"),
    (ended(has_spider_errors=True), 3, "not everything could be read"),
    (ended(stopped="failing", stopped_by="x"), 3, "does not answer: x; what was not reached waits"),
    (ended(stopped="closed", stopped_by="升级"), 3, "the forum is closed: 升级"),
    (ended(stopped="changed", stopped_by="x"), 4, "no longer look as they did: x"),
    (
        ended(stopped="login", stopped_by="x"),
        6,
        "wants a login for what anybody could see before: x",
    ),
    (ended(vanished=(25, 30)), 4, "25 of 30 known threads are missing at once"),
    (ended("closespider_timeout"), 3, "not everything could be read"),
    (ended(decisive={"template_unknown": 4}, threads_read=4), 4, "no longer look"),
    (ended(decisive={"template_unknown": 4}, threads_read=9, incomplete=4), 3, "not everything"),
    (ended(decisive={"template_unknown": 2}, incomplete=2), 3, "not everything"),
    (ended(alarm="the pages no longer look as they did: x"), 4, "no longer look"),
    (ended(stopped="blocked", stopped_by="x"), 5, "keeps us from the forum: x"),
    (ended(decisive={"challenge": 1}, incomplete=1), 5, "keeps us from the forum"),
    (ended(decisive={"rate_limited": 1}, incomplete=1), 5, "wants fewer requests"),
    (ended(decisive={"challenge": 1}, incomplete=1, threads_read=1), 3, "not everything"),
    (ended("login_expired"), 6, "export the cookies anew"),
    (ended(login_needed=1), 6, "COOKIES_FILE"),
    (ended(storage_error="No space left"), 7, "storage failed: No space left"),
    (ended("shutdown", storage_error="x"), 7, "storage failed"),
    (ended("shutdown"), 130, "interrupted: the same command goes on"),
    (ended("shutdown", left=(1, 20)), 130, "interrupted with 1 list and 20 threads to go"),
    (ended(None), 130, "stopped at once"),
    (ended(unusable="another run"), 2, "another run"),
    (ended(resumed="goes on where"), 0, "goes on where"),
]


@pytest.mark.parametrize(("ending", "status", "words"), CASES)
def test_what_a_run_comes_to(ending: Ending, status: int, words: str) -> None:
    outcome = conclude(ending, "data/")
    assert outcome.status == status
    assert words in "\n".join(outcome.messages)
    assert status in STATUSES


def test_the_most_important_message_stands_last() -> None:
    ending = ended("shutdown", resumed="goes on", new_articles=2, example="x")
    assert [message.partition(":")[0] for message in conclude(ending, "data/").messages] == [
        "goes on",
        "2 articles, 0 replies → data/",
        "scrapy crawl",
    ]
    (message,) = conclude(ended(storage_error="x", new_articles=2), "data/").messages
    assert message.startswith("scrapy crawl: storage failed"), "what was counted may be lost"


def test_words_of_a_forum_do_not_move_the_terminal() -> None:
    (_, message) = conclude(ended(incomplete=1, example="x (\x1b[2J\u202e)"), "data/").messages
    assert not set(message) & {"\x1b", "\u202e"}


def test_what_a_run_goes_on_with() -> None:
    began = datetime(2026, 11, 20, 12, tzinfo=UTC)
    message = resumed_message("run1", began, 2, 300)
    assert message.startswith("goes on where run run1 of 2026-11-20 ")
    assert message.endswith(" was stopped: 2 lists and 300 threads waited")
    assert resumed_message("run1", began, 0, 0).endswith(" was stopped")
    assert resumed_message("run1", began, 0, 0, was_killed=True).endswith(" was killed")
