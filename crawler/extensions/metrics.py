"""What a run tells other programs when it ends: numbers for Prometheus, a command if it failed."""

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

from crawler.items.reasons import REASONS
from crawler.reporting.exit_status import conclude

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# Each as discuz_archiver_<name>, with what it is and the counter it comes from.
GAUGES: Mapping[str, tuple[str, str]] = {
    "articles_new": ("Articles that were new", "news/new/article"),
    "posts_new": ("Replies that were new", "news/new/post"),
    "posts_changed": ("Replies that were changed", "news/changed/post"),
    "posts_deleted": ("Replies that are gone", "news/deleted/post"),
    "threads_read": ("Threads that were read", "crawl/threads_read"),
    "threads_unchanged": ("Threads that were as they were", "crawl/threads_unchanged"),
    "pages_revisited": ("Old pages that were looked at again", "crawl/pages_revisited"),
    "files_new": ("Pictures and files that were kept", "media/stored"),
    "requests": ("Requests that were sent", "downloader/request_count"),
    "response_bytes": ("Bytes that came", "downloader/response_bytes"),
}


class AtTheEnd:
    """Is told what came of the run once everything is closed."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.began = time.time()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    @property
    def stats(self) -> dict[str, Any]:
        return dict(self.crawler.stats.get_stats()) if self.crawler.stats else {}

    @property
    def sites(self) -> list[str]:
        archives = getattr(self.crawler.spider, "archives", {})
        return [archive.folder.name for archive in archives.values()]

    def engine_stopped(self) -> None:
        raise NotImplementedError


class Metrics(AtTheEnd):
    """Writes `METRICS_DIR/discuz_archiver_<site>.prom` for node_exporter's textfile collector."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.get("METRICS_DIR"):
            raise NotConfigured
        super().__init__(crawler)

    def engine_stopped(self) -> None:
        outcome = conclude(self.stats, "")
        for site in self.sites:
            path = Path(self.crawler.settings["METRICS_DIR"]) / f"discuz_archiver_{site}.prom"
            try:
                write_metrics(path, site, outcome.status, self.stats, time.time() - self.began)
            except OSError as error:
                logger.error("metrics cannot be written: %s", error)  # noqa: TRY400


def can_write_metrics() -> bool:
    """Whether the library is there that writes them."""
    return find_spec("prometheus_client") is not None


def write_metrics(
    path: Path, site: str, status: int, stats: Mapping[str, Any], seconds: float
) -> None:
    """Write what came of a run in Prometheus' text format, at once. Raises `OSError`."""
    client: Any = import_module("prometheus_client")
    registry = client.CollectorRegistry()

    def gauge(name: str, meaning: str, *labels: str) -> Any:
        full = f"discuz_archiver_{name}"
        return client.Gauge(full, meaning, ["site", *labels], registry=registry)

    gauge("status", "Exit status of the last run").labels(site).set(status)
    ended = gauge("ended_timestamp_seconds", "When the last run ended")
    ended.labels(site).set_to_current_time()
    gauge("duration_seconds", "How long the last run took").labels(site).set(round(seconds, 3))
    for name, (meaning, counter) in GAUGES.items():
        gauge(name, f"{meaning}, in the last run").labels(site).set(stats.get(counter, 0))
    refused = gauge("refusals", "Refusals in the last run, by reason", "reason")
    for reason in REASONS:
        refused.labels(site, reason).set(stats.get(f"refusals/{reason}", 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    client.write_to_textfile(str(path), registry)
