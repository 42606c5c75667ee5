"""Redirects stay on the forum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware

from crawler.discuz import urls

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class SameSiteRedirectMiddleware(RedirectMiddleware):
    """Follows a redirect unless it leads to another host; that one reaches the spider as it is.

    Scrapy's OffsiteMiddleware drops such a request without a word to anybody: an address that was
    asked for would end as no line at all.
    """

    def process_response(
        self, request: Request, response: Response, _: Spider | None = None
    ) -> Request | Response:
        if leads_elsewhere(response):
            return response
        return super().process_response(request, response)


def leads_elsewhere(response: Response) -> bool:
    """Whether a response is a redirect to another host."""
    location = response.headers.get("Location")
    if not 300 <= response.status < 400 or location is None:
        return False
    target = response.urljoin(location.decode("latin-1").strip())
    return not urls.same_host(target, response.url)
