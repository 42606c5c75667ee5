"""One site in a run: what belongs together there."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.archive import SiteArchive
from crawler.discuz.facts import ThreadPage
from crawler.frontier.template_drift import Drift
from crawler.history import Tally
from crawler.privacy import Privacy

# Of many refusals the record of a run names some.
_SHOWN = 100
logger = logging.getLogger(__name__)
# A forum that refuses so many in a row, and sends its threads, sends no comments.
_REFUSED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class NotedRefusal:
    """A refusal as the end of a run tells of it; ``since`` as in `Site.note_incomplete`."""

    url: str
    reason: str
    message: str | None = None
    since: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The refusal as the record of a run shows it; ``since`` as a day."""
        shown = {"url": self.url, "reason": self.reason, "said": self.message, "since": self._day}
        return {name: value for name, value in shown.items() if value is not None}

    @property
    def text(self) -> str:
        """The refusal in one line: its address, reason, words, and since when it is known."""
        message = f": {self.message}" if self.message else ""
        since = f"; since {self._day}" if self._day else ""
        return f"{self.url} ({self.reason}{message}{since})"

    @property
    def _day(self) -> str | None:
        if self.since is None:
            return None
        return f"{datetime.fromtimestamp(self.since, UTC):%Y-%m-%d}"


@dataclass(slots=True)
class CommentAccess:
    """Whether a forum sends more comments, as this run has seen; asked no more once it does not."""

    is_forbidden: bool = False
    refused: int = 0

    @property
    def is_open(self) -> bool:
        """Whether they are asked for."""
        return not self.is_forbidden and self.refused < _REFUSED_IN_A_ROW


@dataclass(slots=True)
class PageClock:
    """When the pages of a site were made, by the clocks in their footers.

    These may be wrong by hours, all of them by the same: the freshest page of the run tells by how
    much.
    """

    _behind: timedelta | None = None

    def see(self, clock: datetime, now: datetime) -> None:
        """Note the clock of a page that came."""
        behind = now - clock
        if self._behind is None or behind < self._behind:
            self._behind = behind

    def made_at(self, clock: datetime) -> datetime:
        """When a page with this clock was made, by ours."""
        return clock + (self._behind or timedelta())


@dataclass(slots=True, eq=False)
class Site:
    """A site's archive, how its lines are published, and what the run counted there.

    ``is_open``: the archive is, and has the lock of its folder. ``drift`` watches what its pages
    look like, ``alarms`` is what fell away, as the record of the run shows it, ``unaccounted`` some
    posts of which words went nowhere. ``comments`` tells whether
    it sends those that its pages leave out, ``clock`` when its pages were made. ``decisive`` are
    refusals that make the run incomplete, ``unsettled`` those that were met on so many nights that
    they no longer do; some of each. ``login`` is one that asks for a login, ``forbidden`` a list
    that robots.txt forbids.
    """

    archive: SiteArchive
    privacy: Privacy
    drift: Drift
    is_open: bool = True
    comments: CommentAccess = field(default_factory=CommentAccess)
    clock: PageClock = field(default_factory=PageClock)
    tally: Tally = field(default_factory=Tally)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    unaccounted: list[dict[str, Any]] = field(default_factory=list)
    decisive: list[NotedRefusal] = field(default_factory=list)
    unsettled: list[NotedRefusal] = field(default_factory=list)
    login: NotedRefusal | None = None
    forbidden: NotedRefusal | None = None

    def close(self) -> None:
        """Close the archive, and give its lock back."""
        self.is_open = False
        self.archive.close()

    def reopen(self, archive: SiteArchive, privacy: Privacy) -> None:
        """Go on with an archive that was opened once more."""
        archive.grown |= self.archive.grown
        archive.counts += self.archive.counts
        self.archive, self.privacy, self.is_open = archive, privacy, True

    def note_words(self, page: ThreadPage) -> None:
        """Count the visible characters of a page's posts that went nowhere."""
        for post in page.posts:
            lost = post.body.unaccounted
            if not lost:
                continue
            self.tally.words_unaccounted += lost
            if len(self.unaccounted) < _SHOWN:
                shown = {"url": page.url, "post_id": post.id, "characters": lost}
                self.unaccounted.append(shown)
                logger.warning(
                    "%s: %d characters of post %s are neither in its text nor in a field; scrapy"
                    " page --explain shows where its words went",
                    page.url,
                    lost,
                    post.id,
                )

    def note_incomplete(
        self, url: str, reason: str, message: str | None = None, since: int | None = None
    ) -> None:
        """Count a refusal that leaves the run incomplete.

        ``since``: when it was first met, if that was in an earlier run, in seconds since 1970.
        """
        self.tally.incomplete += 1
        self.tally.decisive[reason] += 1
        if len(self.decisive) < _SHOWN:
            self.decisive.append(NotedRefusal(url, reason, message, since))

    def note_login(self, url: str, reason: str, message: str | None = None) -> None:
        """Count a refusal that asks for a login to what the user named, or for all at once."""
        self.tally.login_needed += 1
        self.login = NotedRefusal(url, reason, message)

    def note_unsettled(
        self, url: str, reason: str, message: str | None = None, since: int | None = None
    ) -> None:
        """Count a refusal that stands and decides nothing any more."""
        self.tally.unsettled += 1
        if len(self.unsettled) < _SHOWN:
            self.unsettled.append(NotedRefusal(url, reason, message, since))
