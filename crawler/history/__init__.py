"""What of a page is new: versions, deletions, coverage, refusals over many runs."""

from crawler.history.delivery import IDENTITY, Deliveries, Delivery, Entry, Fate
from crawler.history.refusal_history import (
    Emitted,
    Met,
    emit_refusal,
    is_unsettled,
    retract_refusal,
)
from crawler.history.tally import Tally
from crawler.history.thread_history import ReadingPlan, ThreadHistory, gone_thread

__all__ = [
    "IDENTITY",
    "Deliveries",
    "Delivery",
    "Emitted",
    "Entry",
    "Fate",
    "Met",
    "ReadingPlan",
    "Tally",
    "ThreadHistory",
    "emit_refusal",
    "gone_thread",
    "is_unsettled",
    "retract_refusal",
]
