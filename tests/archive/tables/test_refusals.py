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
    ],
)
def test_a_refusal_reads_back(ledger: Ledger, refusal: RefusalState) -> None:
    ledger.apply([RefusalSeen(replace(refusal, attempts=1)), RefusalSeen(refusal)])
    assert ledger.refusal(refusal.id) == refusal
    assert ledger.refusal("s:refusal:8") is None


def test_refusals_that_may_be_over_come_first_then_old_ones(ledger: Ledger) -> None:
    blocked = replace(REFUSAL, id="blocked", asked=2000)
    denied = replace(REFUSAL, id="denied", is_retriable=False)
    older = replace(denied, id="older", asked=900)
    retracted = replace(denied, id="retracted", reason="")
    ledger.apply(map(RefusalSeen, (blocked, denied, older, retracted, REFUSAL)))
    assert ledger.refusals_due(899, 9) == [REFUSAL, blocked]
    assert ledger.refusals_due(999, 9) == [REFUSAL, blocked, older]
    assert ledger.refusals_due(1000, 9) == [REFUSAL, blocked, older, denied]
    assert ledger.refusals_due(1000, 1) == [REFUSAL, blocked, older]
    assert ledger.refusals_due(1000, 0) == [REFUSAL, blocked]
