"""Hosts of pictures that are left alone: a guard, or nobody, answers in their place.

So many answers in a row that are not a file end the asking of a host for this run. Its files stay
due. A host on which that happens night after night is asked ever more seldom, as one file is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.archive.changes import MediaSeen
from crawler.archive.state import MediaState
from crawler.history import Waiting, met_again
from crawler.items import FAILURES

if TYPE_CHECKING:
    from crawler.archive import SiteArchive
    from crawler.pipelines.media_verdict import Refused

# So many failures in a row, and so many answers of somebody else: pictures of old posts lie on
# hosts that are gone.
_FAILURES, _FOREIGN = 3, 5


@dataclass(slots=True)
class Hosts:
    """The hosts of pictures in one run; what is known of each is a row among the ledger's files.

    ``longest_wait`` is in days. ``is_full``: none is left alone because of earlier runs.
    """

    longest_wait: int
    is_full: bool = False
    _in_a_row: Counter[tuple[str, str]] = field(default_factory=Counter)
    _left: set[tuple[str, str]] = field(default_factory=set)

    def left_alone(self, archive: SiteArchive, host: str, now: int) -> MediaState | None:
        """What is known of a host that is not asked in this run; ``None`` where it is asked."""
        known = self.refusal(archive, host)
        if known is None:
            return None
        is_waiting = known.due > now and not self.is_full
        return known if is_waiting or _name(archive, host) in self._left else None

    def refusal(self, archive: SiteArchive, host: str) -> MediaState | None:
        """What is known of a host that was left alone, and gave no file since."""
        known = archive.ledger.media(_key(host))
        return known if known is not None and known.reason is not None else None

    def refused(self, archive: SiteArchive, host: str, why: Refused, now: int) -> None:
        """A host did not give a file."""
        if not why.is_of_host:
            return
        name = _name(archive, host)
        self._in_a_row[name] += 1
        limit = _FAILURES if why.reason in FAILURES else _FOREIGN
        if self._in_a_row[name] < limit or name in self._left:
            return
        self._left.add(name)
        known = archive.ledger.media(_key(host)) or MediaState(_key(host))
        waiting = met_again(Waiting(known.nights, known.counted, known.due), now, self.longest_wait)
        state = MediaState(
            _key(host),
            reason=why.reason,
            is_retriable=True,
            attempts=known.attempts + 1,
            nights=waiting.nights,
            counted=waiting.counted,
            due=waiting.due,
            asked=now,
        )
        archive.ledger.apply([MediaSeen(state)])

    def answered(self, archive: SiteArchive, host: str) -> None:
        """A host gave a file."""
        self._in_a_row[_name(archive, host)] = 0
        if self.refusal(archive, host) and _name(archive, host) not in self._left:
            archive.ledger.apply([MediaSeen(MediaState(_key(host)))])


def _key(host: str) -> str:
    # no address of a file begins so
    return f"host:{host}"


def _name(archive: SiteArchive, host: str) -> tuple[str, str]:
    return str(archive.folder), host
