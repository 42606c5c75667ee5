"""A Scrapy response or failure → a page, or the reason why there is none. Only here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import SEEK_END
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.compression import CUT_OFF
from crawler.discuz import read_page
from crawler.discuz.copies import read_copy, unusable_copy
from crawler.discuz.decoding import decode
from crawler.discuz.facts import BoardPage, IndexPage, Message, ThreadPage
from crawler.failures import explain
from crawler.frontier import Answer, Sample, file_path, is_file
from crawler.items.reasons import reason_of
from crawler.middlewares import (
    LONG_PAUSE,
    host_of,
    leads_elsewhere,
    leads_past_end,
    redirect_target,
)
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discuz.facts import Page
    from crawler.items import Reason

# The headers that reading depends on.
_KEPT = ("content-type", "date")
# In so many bytes at either end a copy says what it is.
_MARKED = 16_384
# Pages that are of use without their end.
_WITH_END = (ThreadPage, BoardPage, IndexPage)


def read_response(
    response: Response, seen_at: datetime, sites: Sites, *, saved_from: str | None = None
) -> Page:
    """Read the page of a response, saved or received, by the rules of its site if it has some.

    ``saved_from`` is the forum of a saved page that does not say where it comes from.
    """
    url = response.url
    if saved_from and is_file(url) and not _says_where_from(response.body, url):
        # whichever thread it is: the page's script tells its number
        url = urljoin(saved_from, "forum.php?mod=viewthread")
    page = read_page(
        response.body,
        url=url,
        seen_at=seen_at,
        headers=header_texts(response),
        status=None if is_file(response.url) else response.status,
        rules=sites.of(url),
    )
    if CUT_OFF in response.flags and isinstance(page, _WITH_END):
        return replace(page, is_truncated=True)
    return page


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
    reason: Reason | None
    message: str | None
    if leads_elsewhere(response):
        page, reason, message = None, "off_site", _where_to(response)
    else:
        page = read_response(response, seen_at, sites)
        reason, message = reason_of(page), page.text if isinstance(page, Message) else None
        if CUT_OFF in response.flags and not isinstance(page, _WITH_END):
            page, reason, message = None, "truncated", "the packed answer was cut off"
    return Answer(
        url=response.url,
        seen_at=seen_at,
        page=page,
        reason=reason,
        message=message,
        status=response.status,
        attempts=attempts,
        sample=sample_of(response, seen_at),
        pause=response.meta.get(LONG_PAUSE) if response.request else None,
    )


def _where_to(response: Response) -> str:
    """Where a redirect leads to. The host alone: the rest of an address may hold secrets."""
    scheme, host = host_of(redirect_target(response) or "")
    if not host:
        return f"leads to {scheme}:, which is no address of the web"
    other = f"{scheme}://{host}/"
    return f"leads to {host}: if that is the same forum, crawl it by its own address, {other}"


def read_failure(
    failure: Failure, largest: int, request: Request | None = None
) -> tuple[Reason, str]:
    """Tell why no response came, and what happened; ``largest`` is the size allowed."""
    request = request or failure.request  # type: ignore[attr-defined]
    reason, message = explain(failure.value or Exception(), request)
    return reason, f"larger than {largest:,} bytes" if reason == "too_large" else message


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


def _says_where_from(body: bytes, url: str) -> bool:
    """Whether a file tells its address, or is none that could be read."""
    source = decode(body)[0]
    copy = read_copy(source, url, {})
    return (copy is not None and copy.url is not None) or unusable_copy(source) is not None


def captured_at(url: str) -> datetime:
    """As `seen_at`, by the beginning and the end of a saved page."""
    with file_path(url).open("rb") as file:
        head = file.read(_MARKED)
        file.seek(max(file.tell(), file.seek(0, SEEK_END) - _MARKED))
        return seen_at(url, head + file.read())


def seen_at(url: str, body: bytes = b"") -> datetime:
    """Return the present; for a saved page when it was captured: its words (昨天) count from then.

    By what it says of itself, else by when the file was last changed.
    """
    if is_file(url):
        copy = read_copy(decode(body)[0], url, {})
        if copy is not None and copy.captured_at is not None:
            return copy.captured_at.astimezone(UTC)
        return datetime.fromtimestamp(file_path(url).stat().st_mtime, UTC)
    return datetime.now(UTC)
