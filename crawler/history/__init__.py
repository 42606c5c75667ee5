"""What of a page is new: versions, deletions, coverage, refusals over many runs."""

from crawler.history.board_coverage import (
    Listing,
    board_coverage,
    decides,
    hidden_words,
    told_of,
)
from crawler.history.delivery import IDENTITY, Deliveries, Delivery, Entry, Fate, Learnt
from crawler.history.gone import gone_thread
from crawler.history.login import login_changes, rights_since
from crawler.history.nights import DAY, Waiting, is_another_night, is_night_to_look, met_again
from crawler.history.reading_plan import ReadingPlan
from crawler.history.refusal_history import (
    Emitted,
    Met,
    emit_refusal,
    is_unsettled,
    retract_pages,
    retract_refusal,
)
from crawler.history.tally import Tally
from crawler.history.thread_history import ThreadHistory

__all__ = [
    "DAY",
    "IDENTITY",
    "Deliveries",
    "Delivery",
    "Emitted",
    "Entry",
    "Fate",
    "Learnt",
    "Listing",
    "Met",
    "ReadingPlan",
    "Tally",
    "ThreadHistory",
    "Waiting",
    "board_coverage",
    "decides",
    "emit_refusal",
    "gone_thread",
    "hidden_words",
    "is_another_night",
    "is_night_to_look",
    "is_unsettled",
    "login_changes",
    "met_again",
    "retract_pages",
    "retract_refusal",
    "rights_since",
    "told_of",
]
