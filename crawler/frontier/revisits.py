"""What is read again although nothing says that it changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a run looks again at what seems unchanged: see `REVISIT_*` in the settings."""

    pages: int = 0
    refused_days: int = 0
