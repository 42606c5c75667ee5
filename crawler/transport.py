"""How servers are spoken to: headers as large as browsers take, and the TLS of old servers."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, cast

from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import (
    _ScrapyCertificateOptions,
    _ScrapyClientContextFactory,
)
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.ssl import TLSVersion

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import HTTP11ClientProtocol
    from twisted.web._newclient import Request as TxRequest
    from twisted.web.iweb import IPolicyForHTTPS, IResponse

logger = logging.getLogger(__name__)

# Chrome takes 256 kB in all; Twisted takes lines of 16 kB, and any number of them.
LARGEST_HEADERS = 256 * 1024
# Seconds for which a connection waits for its next request; Twisted's 240 keep those of hundreds of
# forums open that are done. nginx closes them after 75.
_IDLE = 15
# A header's name (RFC 9110 §5.6.2).
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
# The key in `request.meta` that tells whether OLD_TLS was on.
OLD_TLS = "old_tls"


class HeadersTooLargeError(Exception):
    """A response with more headers than a browser takes."""

    def __init__(self) -> None:
        super().__init__(f"headers of more than {LARGEST_HEADERS:,} bytes")


class ForumHandler(HTTP11DownloadHandler):
    """Scrapy's handler, with room for headers of `LARGEST_HEADERS` bytes, and few connections.

    Scrapy has no settings for that: the factory of its connections is replaced here and nowhere
    else, as Scrapy replaces Twisted's.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _RoomyFactory  # noqa: SLF001 - the pool is the handler's own
        self._pool.cachedConnectionTimeout = _IDLE


class ForumTlsHandler(ForumHandler):
    """The handler of `https:`. With `OLD_TLS` it speaks to servers of ten years ago as well."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._has_old_tls = crawler.settings.getbool("OLD_TLS")
        if self._has_old_tls:
            logger.warning(
                "OLD_TLS is on: TLS 1.0 and 1.1, weak ciphers and short keys are accepted; whoever"
                " stands between here and the forum may read and change pages and cookies"
            )
            factory = _OldTlsFactory.from_crawler(crawler)
            self._contextFactory = cast("IPolicyForHTTPS", factory)

    async def download_request(self, request: Request) -> Response:
        request.meta[OLD_TLS] = self._has_old_tls
        return await super().download_request(request)


class _OldTlsOptions(_ScrapyCertificateOptions):
    def _makeContext(self, skipCiphers: bool = False) -> SSL.Context:  # noqa: N802, N803 - Twisted's
        context = super()._makeContext(skipCiphers)
        # after Twisted has set its own: a list of names would leave the level out
        context.set_cipher_list(b"ALL:@SECLEVEL=0")
        return context


class _OldTlsFactory(_ScrapyClientContextFactory):
    def _get_cert_options(self) -> _OldTlsOptions:
        options = self._get_cert_options_kwargs()
        for name in ("method", "raiseMinimumTo", "insecurelyLowerMinimumTo"):
            options.pop(name, None)
        return _OldTlsOptions(insecurelyLowerMinimumTo=TLSVersion.TLSv1_0, **options)


class _RoomyParser(_LenientHTTPClientParser):
    MAX_LENGTH = LARGEST_HEADERS
    # how many bytes of headers came; of a class, for Scrapy changes that of the parser it has made
    _came = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's
        self._came += len(line)
        if self._came > LARGEST_HEADERS:
            raise HeadersTooLargeError
        super().lineReceived(line)

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 - Twisted's
        # Twisted refuses the whole answer for `X-河: 1`; browsers pass over such a line
        if _TOKEN.fullmatch(name):
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, _line: bytes) -> None:  # noqa: N802 - Twisted's
        raise HeadersTooLargeError


class _RoomyProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: TxRequest) -> Deferred[IResponse]:
        answer = super().request(request)
        # where Scrapy does the same for the same reason
        self._parser.__class__ = _RoomyParser
        return answer


class _RoomyFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's
        return _RoomyProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
