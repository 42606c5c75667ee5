"""One site in a run: what belongs together there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crawler.archive import SiteArchive
from crawler.frontier.template_drift import Drift
from crawler.history import Tally
from crawler.privacy import Privacy


@dataclass(slots=True, eq=False)
class Site:
    """A site's archive, how its lines are published, and what the run counted there.

    ``drift`` watches what its pages look like, ``alarms`` is what fell away, as the record of the
    run shows it. ``example`` is a refusal that made the run incomplete, in words.
    """

    archive: SiteArchive
    privacy: Privacy
    drift: Drift
    tally: Tally = field(default_factory=Tally)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    example: str | None = None
