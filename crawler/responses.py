"""A Scrapy response → what the core reads of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from twisted.internet.defer import CancelledError

from crawler.discuz import read_page
from crawler.frontier.options import file_path, is_file
from crawler.frontier.template_drift import Sample
from crawler.frontier.visit import Answer
from crawler.middlewares import PrivateAddressError
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discuz.facts import Page
    from crawler.items.reasons import Reason

# What of the headers reading depends on.
_KEPT = ("content-type", "date")


def read_response(response: Response, seen_at: datetime, sites: Sites) -> Page:
    """Read the page of a response, saved or received, by the rules of its site if it has some."""
    headers = response.headers.to_unicode_dict()
    return read_page(
        response.body,
        url=response.url,
        seen_at=seen_at,
        headers={str(name): str(value) for name, value in headers.items()},
        status=None if is_file(response.url) else response.status,
        rules=sites.of(response.url),
    )


def read_answer(response: Response, now: datetime, sites: Sites) -> Answer:
    """Read a response for the visit that asked for it."""
    page = read_response(response, now, sites)
    return Answer(page, now, sample_of(response, now), response.status)


def read_failure(failure: Failure, largest: int) -> tuple[Reason, str]:
    """Why no response came, and what was said of it; ``largest`` is the size that was allowed."""
    error = failure.value
    said = str(error) or type(error).__name__
    reason: Reason = "unreachable"
    # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE, and ignores what unpacks beyond it
    is_cancelled = isinstance(error, DownloadCancelledError | CancelledError)
    if is_cancelled or "DOWNLOAD_MAXSIZE" in said:
        return "too_large", f"larger than {largest:,} bytes"
    if isinstance(error, PrivateAddressError):
        reason = "off_site"
    elif isinstance(error, IgnoreRequest):
        # the other reason of Scrapy's is a redirect that never ends
        reason = "robots_disallowed" if "robots.txt" in said else "unreachable"
    elif "DataLoss" in repr(error):
        reason = "truncated"
    return reason, " ".join(said.split())[:300]


def sample_of(response: Response, now: datetime) -> Sample:
    """The page as it came, for whoever has to look at it."""
    names = response.headers.to_unicode_dict()
    headers = {str(name).lower(): str(value) for name, value in names.items()}
    kept = {name: value for name, value in headers.items() if name in _KEPT}
    return Sample(response.url, now, kept, response.body)


def seen_at(url: str) -> datetime:
    """Now; for a saved page when it was saved, since its words (昨天) count from then."""
    if is_file(url):
        return datetime.fromtimestamp(file_path(url).stat().st_mtime, UTC)
    return datetime.now(UTC)
