"""Runs a command of the operator's when a run fails."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.extensions.ending import ending_of
from crawler.frontier import run_of
from crawler.reporting import conclude
from crawler.reporting.exit_status import INTERRUPTED, OK, Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)
# The command may take so many seconds.
_TIMEOUT = 60


class FailureHook:
    """Runs `ON_FAILURE` where a run ends with another status than 0 (or Ctrl-C).

    The command gets what happened in its environment, never in its arguments, for it holds words of
    the forum: `DISCUZ_STATUS`, `DISCUZ_STATUS_SAID`, `DISCUZ_SITES`, `DISCUZ_RUN`, `DISCUZ_DATA`.
    """

    def __init__(self, crawler: Crawler, command: str, data: str) -> None:
        self._crawler = crawler
        self._command = command
        self._data = data

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        command = crawler.settings.get("ON_FAILURE")
        if not command:
            raise NotConfigured
        extension = cls(crawler, command, crawler.settings["DATA_DIR"])
        crawler.signals.connect(extension.engine_stopped, signals.engine_stopped)
        return extension

    def engine_stopped(self) -> None:
        outcome = conclude(ending_of(self._crawler), f"{self._data}/")
        if outcome.status in (OK, INTERRUPTED):
            return
        run = run_of(self._crawler.spider)
        sites = [site.archive.folder.name for site in run.sites.values()] if run else []
        run_id = run.run_id if run else ""
        run_hook(self._command, outcome, sites, run_id, self._data)


def run_hook(command: str, outcome: Outcome, sites: list[str], run_id: str, data: str) -> None:
    """Run a command that is told of a failure; what becomes of it is only logged."""
    environment = {
        "DISCUZ_STATUS": str(outcome.status),
        "DISCUZ_STATUS_SAID": "\n".join(outcome.messages).replace("\0", ""),
        "DISCUZ_SITES": " ".join(sites),
        "DISCUZ_RUN": run_id,
        "DISCUZ_DATA": str(Path(data).resolve()),
    }
    try:
        done = subprocess.run(  # noqa: S603 - whoever sets ON_FAILURE may run what he likes
            shlex.split(command), env={**os.environ, **environment}, timeout=_TIMEOUT, check=False
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        logger.error("ON_FAILURE=%s: %s", command, error)  # noqa: TRY400 - what happened is in the message
        return
    if done.returncode:
        logger.error("ON_FAILURE=%s: ended with status %d", command, done.returncode)
