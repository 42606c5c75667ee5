"""When a run has to end because the forum does not want it, or is not there."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.items import BLOCKS, FAILURES


@dataclass(slots=True)
class StopRule:
    """Counts answers of one kind in a row; a page now and then that is one of them is no reason.

    ``blocks`` and ``failures`` are how many in a row are borne, 0 for any number. ``why`` says
    which of them stopped the site: blocked or failing.
    """

    blocks: int
    failures: int
    why: str | None = None
    last: str | None = None
    _blocked: int = 0
    _failed: int = 0

    def stops_after(self, reason: str | None) -> bool:
        """Note an answer (``None``: a page); whether the site is left alone from now on.

        >>> rule = StopRule(blocks=2, failures=2)
        >>> [rule.stops_after(reason) for reason in ("challenge", None, "challenge", "challenge")]
        [False, False, False, True]
        """
        self._blocked = self._blocked + 1 if reason in BLOCKS else 0
        self._failed = self._failed + 1 if reason in FAILURES else 0
        if self.blocks and self._blocked >= self.blocks:
            self.why, self.last = "blocked", reason
        elif self.failures and self._failed >= self.failures:
            self.why, self.last = "failing", reason
        return self.why is not None
