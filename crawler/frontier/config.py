"""How a run works: what the settings say, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.segments import SEGMENT_SIZE

_SECONDS_A_DAY = 86400


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a run looks again at what seems unchanged: see `REVISIT_*` in the settings.

    ``pages`` in one run; a refusal stands for ``refused_days``.
    """

    pages: int = 0
    refused_days: int = 0

    def refused_before(self, now: int) -> int:
        """Refusals that were met before this time may be over (seconds since 1970)."""
        return now - self.refused_days * _SECONDS_A_DAY


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may ask of one site.

    ``retries`` is how often a page is asked for again where what came in its place may pass at
    once; ``budget`` how much is read again; ``blocks`` and ``failures`` are how many answers of
    these kinds in a row end the run (0: any number). ``media``: which pictures and files to have;
    ``has_html``: lines have `text_html`.
    """

    budget: Budget = field(default_factory=Budget)
    retries: int = 2
    blocks: int = 0
    failures: int = 0
    media: str = "none"
    has_html: bool = True


@dataclass(frozen=True, slots=True)
class Config:
    """How a run works: where lines go, how they are published, what may be asked.

    ``at_once`` is how many tasks of a site are asked for at a time, ``sites_at_once`` how many
    sites are open at a time; the others wait until one is done. ``is_member``: a member's
    cookies are sent; ``login`` stands for them, "" for a visitor, ``None`` where
    nothing is asked for.
    """

    data: Path
    segment_size: int = SEGMENT_SIZE
    compression: str = ""
    authors: str = "keep"
    location: str = "keep"
    limits: Limits = field(default_factory=Limits)
    at_once: int = 1
    sites_at_once: int = 64
    is_member: bool = False
    login: str | None = None
