"""When a run has to end because the forum does not want it, or is not there."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.items.reasons import BLOCKS, FAILURES


@dataclass(slots=True)
class Patience:
    """Counts answers of one kind in a row; a page now and then that is one of them is no reason.

    ``blocks`` and ``failures`` are how many in a row are borne, 0 for any number.
    """

    blocks: int
    failures: int
    _blocked: int = 0
    _failed: int = 0

    def ends_with(self, reason: str | None) -> str | None:
        """Note an answer (``None``: a page); why the run has to end now, if it has.

        >>> patience = Patience(blocks=2, failures=2)
        >>> [patience.ends_with(reason) for reason in ("challenge", None, "challenge", "challenge")]
        [None, None, None, 'blocked']
        """
        self._blocked = self._blocked + 1 if reason in BLOCKS else 0
        self._failed = self._failed + 1 if reason in FAILURES else 0
        if self.blocks and self._blocked >= self.blocks:
            return "blocked"
        if self.failures and self._failed >= self.failures:
            return "failing"
        return None
