"""How the crawl of a Scrapy process ended, for whoever reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.frontier import RaisedAlarm, Run, run_of
from crawler.reporting import Ending, resumed_message

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def ending_of(crawler: Crawler, finish_reason: str | None = None) -> Ending:
    """How a crawl ended, or would if it ended now for ``finish_reason``."""
    stats = _stats_of(crawler)
    reason = finish_reason or stats.get("finish_reason")
    requests = stats.get("downloader/request_count", 0)
    has_errors = any(name.startswith("spider_exceptions") for name in stats)
    run = run_of(crawler.spider)
    if run is None:
        return Ending(finish_reason=reason, requests=requests, has_spider_errors=has_errors)
    return ending_of_run(run, reason, requests, has_spider_errors=has_errors)


def _stats_of(crawler: Crawler) -> dict[str, Any]:
    """The statistics of a crawl; none of one that could not be started."""
    try:
        return crawler.stats.get_stats() if crawler.stats else {}
    except RuntimeError:  # Scrapy 2.19: "Crawler.stats is not set yet"
        return {}


def ending_of_run(
    run: Run, finish_reason: str | None, requests: int, *, has_spider_errors: bool = False
) -> Ending:
    """How a run ended, or would; ``requests`` were sent in it."""
    remarks, resumed = run.remarks, run.remarks.resumed
    return Ending(
        tally=run.tally,
        finish_reason=finish_reason,
        stopped=run.stopped.why if run.stopped else None,
        stopped_by=run.stopped.text if run.stopped else None,
        vanished=run.vanished,
        requests=requests,
        has_spider_errors=has_spider_errors,
        left=remarks.left,
        resumed=resumed_message(
            resumed.run_id,
            resumed.began,
            resumed.lists,
            resumed.threads,
            was_killed=resumed.run_id in remarks.killed,
        )
        if resumed
        else None,
        alarm=_alarm_message(remarks.alarm) if remarks.alarm else None,
        unusable=remarks.unusable,
        storage_error=remarks.storage_error,
        example=run.example,
    )


def _alarm_message(raised: RaisedAlarm) -> str:
    alarm = raised.alarm
    kept = f"kept in {raised.kept}; " if raised.kept else ""
    return (
        f"the pages no longer look as they did: {alarm.text}, as {alarm.urls[0]}"
        f" ({kept}scrapy check-site {raised.root} tells more)"
    )
