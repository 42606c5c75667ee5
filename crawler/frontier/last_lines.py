"""The lines that come when nothing is left to ask for: how complete boards and ranges are."""

from __future__ import annotations

from datetime import datetime

from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.step import Batch
from crawler.frontier.thread_ranges import range_coverage
from crawler.history import Entry
from crawler.privacy import redacted_line


def last_batch(frontier: SiteFrontier, now: datetime, run_id: str) -> Batch:
    """What there is to tell of the boards and ranges of a site, where it is new."""
    batch, privacy = Batch(), frontier.site.privacy
    for line, change in frontier.boards.end(now, run_id):
        if line is None:
            batch.changes.append(change)
        else:
            batch.entries.append(Entry(redacted_line(line, privacy), change))
    is_finished = frontier.is_finished and not frontier.missing_numbers
    of_ranges = range_coverage(frontier.make, now, run_id, is_finished=is_finished)
    batch.entries += [Entry(line, note) for line, note in of_ranges]
    return batch
