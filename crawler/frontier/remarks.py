"""What there is to say of a run beside its numbers: facts, of which reporting makes sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.frontier.template_drift import Alarm


@dataclass(frozen=True, slots=True)
class Resumed:
    """A stopped run that this one goes on with, and how many lists and threads waited."""

    run_id: str
    began: datetime
    lists: int
    threads: int


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """What fell away from the pages of a forum; ``kept`` is the folder with samples, if any."""

    root: str
    alarm: Alarm
    kept: Path | None


@dataclass(slots=True)
class Remarks:
    """What there is to say of a run beside its numbers.

    ``killed``: earlier runs that left no record. ``resumed``: which run it goes on with. ``left``:
    how many lists and threads wait at its end. ``alarm``: what fell away from the pages.
    ``unusable``: what is wrong with the settings or a folder. ``storage_error``: what the disk
    said.
    """

    killed: set[str] = field(default_factory=set)
    resumed: Resumed | None = None
    left: tuple[int, int] | None = None
    alarm: RaisedAlarm | None = None
    unusable: str | None = None
    storage_error: str | None = None


@dataclass(slots=True)
class Pauses:
    """What a forum asks for: seconds between two requests (robots.txt), a pause until a time.

    ``until`` is one of `time.monotonic`.
    """

    crawl_delay: float = 0.0
    until: float = 0.0
