"""Bodies that are packed without saying so, say so and are not, or are packed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.middlewares import FORUM

if TYPE_CHECKING:
    from scrapy import Request, Spider

# How a gzip file begins (RFC 1952 §2.3.1): two magic bytes, and the only method there is.
_GZIP = b"\x1f\x8b\x08"
# A server and a proxy before it may pack a page each, and say a third way.
_LAYERS = 3
# Files that are packed by their nature: a server may call that an encoding.
_PACKED_FILES = (".gz", ".tgz", ".svgz")


class PackedBodiesMiddleware(HttpCompressionMiddleware):
    """Unpacks pages by their bytes, where the header that tells of it is missing or wrong.

    PHP's `ob_gzhandler` beside a server's own gzip, or a cache that stores bodies without their
    headers, send such pages. What is cut off gives as much as came; what cannot be unpacked is left
    as it is. Unpacked sizes are bounded by DOWNLOAD_MAXSIZE. Files of posts stay as they are.
    """

    def process_response(
        self, request: Request, response: Response, _: Spider | None = None
    ) -> Request | Response:
        is_file = FORUM in request.meta
        if is_file and urlsplit(request.url).path.lower().endswith(_PACKED_FILES):
            return response
        for _layer in range(_LAYERS):
            is_gzip = response.body.startswith(_GZIP)
            encoding = response.headers.get("Content-Encoding")
            if encoding is None and is_gzip and not is_file:
                response.headers["Content-Encoding"] = b"gzip"
            elif encoding is None:
                break
            elif b"gzip" in encoding.lower() and not is_gzip:
                return _as_it_is(response)
            try:
                unpacked = super().process_response(request, response)
            except IgnoreRequest:
                # larger than DOWNLOAD_MAXSIZE
                raise
            except Exception:  # noqa: BLE001 - each way to pack has errors of its own
                # it may be packed in another way than it says
                response = _as_it_is(response)
                continue
            if not isinstance(unpacked, Response) or "Content-Encoding" in unpacked.headers:
                return unpacked
            response = unpacked
        return response


def _as_it_is(response: Response) -> Response:
    """A response whose header says of its body what is not so."""
    headers = response.headers.copy()
    del headers["Content-Encoding"]
    return response.replace(headers=headers)
