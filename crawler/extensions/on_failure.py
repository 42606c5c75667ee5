"""Runs a command of the operator's when a run fails."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import NotConfigured

from crawler.extensions.metrics import AtTheEnd
from crawler.reporting.exit_status import INTERRUPTED, OK, Outcome, conclude

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)
# Whoever is told has so many seconds to take it.
_PATIENCE = 60


class FailureHook(AtTheEnd):
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
