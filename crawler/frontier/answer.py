"""What came of one request, without Scrapy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.discuz.facts import Evidence, Message, Page
from crawler.frontier.template_drift import Sample
from crawler.items import Reason


@dataclass(frozen=True, slots=True)
class Answer:
    """Outcome of one request.

    ``page`` is what was read; ``reason`` tells why there is no page or why it is not whole, with
    ``message``, the words of the page or the error. ``status`` is that of HTTP, ``sample`` the page
    as it was sent, ``None`` where no response came. ``attempts`` counts the requests that were made
    for it. ``pause`` is how many seconds it asks to wait, where these are more than a run waits.
    ``is_past_end``: the forum says that the thread ends before the page that was asked for.
    """

    url: str
    seen_at: datetime
    page: Page | None = None
    reason: Reason | None = None
    message: str | None = None
    status: int | None = None
    attempts: int = 1
    sample: Sample | None = None
    pause: float | None = None
    is_past_end: bool = False

    @property
    def evidence(self) -> Evidence:
        """Who gave it, and whether it is about what was asked for."""
        if isinstance(self.page, Message):
            return self.page.evidence
        is_of_forum = self.page is not None or self.reason == "robots_disallowed"
        is_of_forum = is_of_forum or self.is_past_end
        return "forum" if is_of_forum else "other"
