"""What a run tells other programs when it ends: numbers for Prometheus, a command if it failed."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.items import REASONS
from crawler.outcome import INTERRUPTED, OK, Outcome, conclude

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# Whoever is told has so many seconds to take it.
_PATIENCE = 60
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


class _AtTheEnd:
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


class Metrics(_AtTheEnd):
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


class FailureHook(_AtTheEnd):
    """Runs `ON_FAILURE` where a run ends with another status than 0 (or Ctrl-C).

    The command gets what happened in its environment, never in its arguments, for it holds words of
    the forum: `DISCUZ_STATUS`, `DISCUZ_STATUS_SAID`, `DISCUZ_SITES`, `DISCUZ_RUN`, `DISCUZ_DATA`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.get("ON_FAILURE"):
            raise NotConfigured
        super().__init__(crawler)

    def engine_stopped(self) -> None:
        settings = self.crawler.settings
        outcome = conclude(self.stats, f"{settings['DATA_DIR']}/")
        if outcome.status in (OK, INTERRUPTED):
            return
        run_id = getattr(self.crawler.spider, "run_id", "")
        run_hook(settings["ON_FAILURE"], outcome, self.sites, run_id, settings["DATA_DIR"])


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


def run_hook(command: str, outcome: Outcome, sites: list[str], run_id: str, data: str) -> None:
    """Run a command that is told of a failure; what becomes of it is only logged."""
    said = {
        "DISCUZ_STATUS": str(outcome.status),
        "DISCUZ_STATUS_SAID": "\n".join(outcome.said).replace("\0", ""),
        "DISCUZ_SITES": " ".join(sites),
        "DISCUZ_RUN": run_id,
        "DISCUZ_DATA": str(Path(data).resolve()),
    }
    try:
        done = subprocess.run(  # noqa: S603 - whoever sets ON_FAILURE may run what he likes
            shlex.split(command), env={**os.environ, **said}, timeout=_PATIENCE, check=False
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        logger.error("ON_FAILURE=%s: %s", command, error)  # noqa: TRY400
        return
    if done.returncode:
        logger.error("ON_FAILURE=%s: ended with status %d", command, done.returncode)
