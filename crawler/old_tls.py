"""Connections to servers that speak what was safe ten years ago, for `OLD_TLS`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet.interfaces import IAcceptableCiphers
from zope.interface import implementer

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Cipher:
    """What goes into OpenSSL's list of ciphers."""

    fullName: str  # noqa: N815 - Twisted's name


@implementer(IAcceptableCiphers)
class _AnyCiphers:
    """All ciphers that encrypt at all.

    Level 0 lets OpenSSL take short keys and Diffie-Hellman parameters and broken hashes, without
    which there is no TLS 1.0. Scrapy's `DOWNLOADER_CLIENT_TLS_CIPHERS` loses the level.
    """

    def selectCiphers(self, _: object) -> tuple[_Cipher, ...]:  # noqa: N802 - Twisted's name
        return (_Cipher("ALL:!aNULL:!eNULL:@SECLEVEL=0"),)


class OldTlsHandler(HTTP11DownloadHandler):
    """Asks servers over https as Scrapy does, down to TLS 1.0 (`DOWNLOAD_TLS_MIN_VERSION`)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        factory: Any = self._contextFactory
        factory.tls_ciphers = _AnyCiphers()
        logger.warning(
            "OLD_TLS: others can read and change what goes over the connections of this crawl;"
            " use no member's cookies"
        )
