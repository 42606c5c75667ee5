from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.archive.changes import RefusalSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import RefusalState

REFUSAL = RefusalState("s:refusal:7", "7", "challenge", True, 3, 2, 1000, "http://b/")


@pytest.mark.parametrize(
    "refusal",
    [
        REFUSAL,
        replace(REFUSAL, thread_id=None, is_retriable=False),
        replace(REFUSAL, thread_id="9" * 30),
        replace(REFUSAL, thread_id="0"),
        replace(REFUSAL, reason=""),
        replace(REFUSAL, board="2", since=5, nights=3, counted=6, due=7),
    ],
)
def test_a_refusal_reads_back(ledger: Ledger, refusal: RefusalState) -> None:
    ledger.apply([RefusalSeen(replace(refusal, attempts=1)), RefusalSeen(refusal)])
    assert ledger.refusal(refusal.id) == refusal
    assert ledger.refusal("s:refusal:8") is None


NIGHT = 5000


def test_refusals_that_may_be_over_come_first_then_old_ones(ledger: Ledger) -> None:
    blocked = replace(REFUSAL, id="blocked", asked=2000)
    denied = replace(REFUSAL, id="denied", is_retriable=False)
    older = replace(denied, id="older", asked=900)
    retracted = replace(denied, id="retracted", reason="")
    settling = replace(REFUSAL, id="settling", due=NIGHT + 1)
    ledger.apply(map(RefusalSeen, (blocked, denied, older, retracted, settling, REFUSAL)))
    assert ledger.refusals_due(NIGHT, 899, 9) == [REFUSAL, blocked]
    assert ledger.refusals_due(NIGHT, 999, 9) == [REFUSAL, blocked, older]
    assert ledger.refusals_due(NIGHT, 1000, 9) == [REFUSAL, blocked, older, denied]
    assert ledger.refusals_due(NIGHT, 1000, 1) == [REFUSAL, blocked, older]
    assert ledger.refusals_due(NIGHT, 1000, 0) == [REFUSAL, blocked]
    assert ledger.refusals_due(NIGHT + 1, 1000, 0) == [REFUSAL, settling, blocked]
    assert {each.id for each in ledger.retriable_refusals()} == {REFUSAL.id, "blocked", "settling"}


def test_a_board_that_is_refused_for_good(ledger: Ledger) -> None:
    denied = replace(REFUSAL, thread_id=None, is_retriable=False, board="2")
    for refusal, is_refused in (
        (replace(denied, thread_id="7"), False),
        (replace(denied, is_retriable=True), False),
        (replace(denied, reason=""), False),
        (denied, True),
    ):
        ledger.apply([RefusalSeen(refusal)])
        assert ledger.is_board_refused("2") == is_refused
    assert not ledger.is_board_refused("3")
