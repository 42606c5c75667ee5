"""A Scrapy response → what the core reads of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.arguments import file_path, is_file
from crawler.discuz import read_page
from crawler.discuz.facts import OtherPage
from crawler.drift import Sample
from crawler.sites import Sites

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.discuz.facts import Page

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


def kind_of(page: Page) -> str:
    """What a page is, in words."""
    kind = page.kind if isinstance(page, OtherPage) else type(page).__name__.removesuffix("Page")
    return f"a page of kind {kind.lower()}"
