"""A Scrapy response or failure → a page, or the reason why there is none. Only here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, ResponseDataLossError
from twisted.internet.defer import CancelledError

from crawler.discuz import read_page
from crawler.discuz.facts import Message
from crawler.frontier import Answer, Sample, file_path, is_file
from crawler.items.reasons import reason_of
from crawler.middlewares import LONG_PAUSE, PrivateAddressError, leads_elsewhere, leads_past_end
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discuz.facts import Page
    from crawler.items import Reason

# The headers that reading depends on.
_KEPT = ("content-type", "date")
_LONGEST_MESSAGE = 300


def read_response(response: Response, seen_at: datetime, sites: Sites) -> Page:
    """Read the page of a response, saved or received, by the rules of its site if it has some."""
    return read_page(
        response.body,
        url=response.url,
        seen_at=seen_at,
        headers=header_texts(response),
        status=None if is_file(response.url) else response.status,
        rules=sites.of(response.url),
    )


def answer_of(response: Response, seen_at: datetime, sites: Sites, attempts: int = 1) -> Answer:
    """Read a response: a page, or why there is none for a redirect that is not followed."""
    if leads_past_end(response):
        return Answer(
            url=response.url,
            seen_at=seen_at,
            reason="unknown_notice",
            message="the thread ends before this page",
            status=response.status,
            attempts=attempts,
            is_past_end=True,
        )
    page = None if leads_elsewhere(response) else read_response(response, seen_at, sites)
    return Answer(
        url=response.url,
        seen_at=seen_at,
        page=page,
        reason=reason_of(page) if page else "off_site",
        message=page.text if isinstance(page, Message) else None,
        status=response.status,
        attempts=attempts,
        sample=sample_of(response, seen_at),
        pause=response.meta.get(LONG_PAUSE) if response.request else None,
    )


def read_failure(failure: Failure, largest: int) -> tuple[Reason, str]:
    """Tell why no response came, and what the error says; ``largest`` is the size allowed."""
    error = failure.value
    message = str(error) or type(error).__name__
    reason: Reason = "unreachable"
    # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE, and ignores what unpacks beyond it
    is_cancelled = isinstance(error, DownloadCancelledError | CancelledError)
    if is_cancelled or "DOWNLOAD_MAXSIZE" in message:
        return "too_large", f"larger than {largest:,} bytes"
    if isinstance(error, PrivateAddressError):
        reason = "off_site"
    elif isinstance(error, IgnoreRequest):
        # Scrapy ignores a redirect that never ends as well: "max redirections reached"
        reason = "robots_disallowed" if "robots.txt" in message else "unreachable"
    elif isinstance(error, ResponseDataLossError):
        reason = "truncated"
    return reason, " ".join(message.split())[:_LONGEST_MESSAGE]


def answer_of_failure(
    failure: Failure, seen_at: datetime, largest: int, attempts: int = 1
) -> Answer:
    """Tell why no response came; ``largest`` is the size allowed, in bytes.

    ``attempts`` were made by the spider; those that the downloader made on its own are added.
    """
    request: Request = failure.request  # type: ignore[attr-defined]
    reason, message = read_failure(failure, largest)
    return Answer(
        url=request.url,
        seen_at=seen_at,
        reason=reason,
        message=message,
        attempts=attempts + request.meta.get("retry_times", 0),
    )


def header_texts(response: Response) -> dict[str, str]:
    """Return the headers by name in small letters, each byte a character (RFC 9110 §5.5).

    Forums send any bytes: a cookie with the title of the last board in GBK.
    """
    headers: dict[str, str] = {}
    for name in response.headers:
        values = response.headers.getlist(name)
        headers[name.decode("latin-1").lower()] = b", ".join(values).decode("latin-1")
    return headers


def sample_of(response: Response, now: datetime) -> Sample:
    """Return the page as it was sent, with the headers that reading depends on."""
    headers = header_texts(response)
    kept = {name: value for name, value in headers.items() if name in _KEPT}
    return Sample(response.url, now, kept, response.body)


def seen_at(url: str) -> datetime:
    """Return the present; for a saved page when it was saved: its words (昨天) count from then."""
    if is_file(url):
        return datetime.fromtimestamp(file_path(url).stat().st_mtime, UTC)
    return datetime.now(UTC)
