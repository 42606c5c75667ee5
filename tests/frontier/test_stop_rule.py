from __future__ import annotations

import pytest

from crawler.frontier.stop_rule import StopRule
from crawler.items.reasons import BLOCKS, FAILURES, REASONS

PAGE = None


@pytest.mark.parametrize(
    "blocks, failures, answers, stops_at, why",
    [
        (2, 2, ["challenge", "challenge"], 1, "blocked"),
        (2, 2, ["challenge", "rate_limited"], 1, "blocked"),  # of one kind, whichever
        (2, 2, ["server_error", "unreachable"], 1, "failing"),
        (2, 2, ["challenge", PAGE, "challenge"], None, None),
        (2, 2, ["challenge", "server_error", "challenge", "server_error"], None, None),
        (2, 2, ["challenge", "not_found", "challenge"], None, None),
        (1, 0, ["unreachable", "unreachable", "ip_banned"], 2, "blocked"),
        (0, 3, ["challenge", "site_closed", "site_closed", "server_error"], 3, "failing"),
        (0, 0, ["challenge"] * 9 + ["unreachable"] * 9, None, None),
    ],
)
def test_when_a_site_is_left_alone(
    blocks: int, failures: int, answers: list[str | None], *, stops_at: int | None, why: str | None
) -> None:
    rule = StopRule(blocks, failures)
    stops = [rule.stops_after(answer) for answer in answers]
    assert stops == [stops_at is not None and n >= stops_at for n in range(len(answers))]
    assert rule.why == why
    assert rule.last == (answers[stops_at] if stops_at is not None else None)


def test_what_was_stopped_stays_so() -> None:
    rule = StopRule(1, 1)
    assert rule.stops_after("challenge")
    assert rule.stops_after(PAGE)
    assert rule.why == "blocked"


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason(reason: str) -> None:
    assert StopRule(1, 0).stops_after(reason) == (reason in BLOCKS)
    assert StopRule(0, 1).stops_after(reason) == (reason in FAILURES)
