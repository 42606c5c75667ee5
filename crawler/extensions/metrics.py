"""Writes numbers of a run for Prometheus."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.extensions.ending import ending_of
from crawler.frontier import run_of
from crawler.items import REASONS
from crawler.reporting import conclude, printable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.frontier import Site

logger = logging.getLogger(__name__)

# Each as discuz_archiver_<name>, with what it is and the counter of the tally that it comes from.
TALLY_GAUGES: Mapping[str, tuple[str, str]] = {
    "articles_new": ("Articles that were new", "new_articles"),
    "posts_new": ("Replies that were new", "new_posts"),
    "posts_changed": ("Replies that were changed", "changed_posts"),
    "posts_deleted": ("Replies that are gone", "deleted_posts"),
    "threads_read": ("Threads that were read", "threads_read"),
    "threads_unchanged": ("Threads that were unchanged", "threads_unchanged"),
    "pages_revisited": ("Old pages that were looked at again", "pages_revisited"),
    "files_new": ("Pictures and files that were kept", "files_stored"),
    "refusals_decisive": ("Refusals that leave the run incomplete", "incomplete"),
    "refusals_unsettled": ("Refusals of several nights, which decide no status", "unsettled"),
    "lines_dropped": ("Lines that another pipeline dropped", "lines_dropped"),
    "lines_failed": ("Lines that an error in a pipeline lost", "lines_failed"),
    "words_unaccounted": (
        "Visible characters of posts that are in no field and no known noise",
        "words_unaccounted",
    ),
}
# Scrapy counts these for all sites of a run together.
STATS_GAUGES: Mapping[str, tuple[str, str]] = {
    "requests": ("Requests that were sent", "downloader/request_count"),
    "response_bytes": ("Bytes that came", "downloader/response_bytes"),
}
# So many of the refusals that decide the status are named: each is a time series of its own.
_NAMED = 10


class Metrics:
    """Writes `METRICS_DIR/discuz_archiver_<site>.prom` for node_exporter's textfile collector."""

    def __init__(self, crawler: Crawler, folder: Path) -> None:
        self._crawler = crawler
        self._folder = folder
        self._began = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        folder = crawler.settings.get("METRICS_DIR")
        if not folder:
            raise NotConfigured
        extension = cls(crawler, Path(folder))
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def engine_stopped(self) -> None:
        run = run_of(self._crawler.spider)
        if run is None:
            return
        status = conclude(ending_of(self._crawler), "").status
        stats = self._crawler.stats.get_stats() if self._crawler.stats else {}
        seconds = time.monotonic() - self._began
        for site in run.sites.values():
            name = site.archive.folder.name
            path = self._folder / f"discuz_archiver_{name}.prom"
            numbers = {gauge: stats.get(stat, 0) for gauge, (_, stat) in STATS_GAUGES.items()}
            try:
                write_metrics(path, name, status, site, seconds=seconds, run=numbers)
            except OSError as error:
                logger.error("metrics cannot be written: %s", error)  # noqa: TRY400 - what happened is in the message


def can_write_metrics() -> bool:
    """Whether the library is there that writes them."""
    return find_spec("prometheus_client") is not None


def write_metrics(
    path: Path,
    name: str,
    status: int,
    site: Site,
    *,
    seconds: float,
    run: Mapping[str, int],
) -> None:
    """Write what came of a run at one site in Prometheus' text format, at once.

    ``name`` is that of the site's folder. ``run`` are the numbers of the whole run, by the names in
    `STATS_GAUGES`. Raises `OSError`.
    """
    client: Any = import_module("prometheus_client")
    registry = client.CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Any:
        full = f"discuz_archiver_{name}"
        return client.Gauge(full, meaning, ["site", *labels], registry=registry)

    gauge("status", "Exit status of the last run").labels(name).set(status)
    ended = gauge("ended_timestamp_seconds", "When the last run ended")
    ended.labels(name).set_to_current_time()
    gauge("duration_seconds", "How long the last run took").labels(name).set(round(seconds, 3))
    for counted, (meaning, counter) in TALLY_GAUGES.items():
        count = getattr(site.tally, counter)
        gauge(counted, f"{meaning}, in the last run").labels(name).set(count)
    for counted, (meaning, _) in STATS_GAUGES.items():
        gauge(counted, f"{meaning}, in the last run").labels(name).set(run.get(counted, 0))
    refused = gauge("refusals", "Refusals in the last run, by reason", "reason")
    for reason in REASONS:
        refused.labels(name, reason).set(site.tally.refused[reason])
    decisive = gauge(
        "decisive_refusal_since_timestamp_seconds",
        "When a refusal was first met that leaves the last run incomplete",
        "reason",
        "url",
    )
    for each in site.decisive[:_NAMED]:
        since = time.time() if each.since is None else each.since
        decisive.labels(name, each.reason, printable(each.url)).set(since)
    path.parent.mkdir(parents=True, exist_ok=True)
    client.write_to_textfile(str(path), registry)
