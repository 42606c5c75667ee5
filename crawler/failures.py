"""Why no answer came, in words: each kind of error of the network once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet import error as network
from twisted.internet.defer import CancelledError
from twisted.web._newclient import ParseError, ResponseNeverReceived

from crawler.compression import TooLargeError
from crawler.middlewares import RefusedError, host_of
from crawler.transport import OLD_TLS, HeadersTooLargeError

if TYPE_CHECKING:
    from scrapy import Request

    from crawler.items import Reason

_LONGEST = 300
# An error names another one as its cause, and that one a third.
_DEEPEST = 8


Words = Callable[[BaseException, "Request"], str]


def explain(error: BaseException, request: Request) -> tuple[Reason, str]:
    """Why no answer to a request came, and in one sentence what happened and what helps."""
    if isinstance(error, RefusedError):
        return error.reason, _shortened(str(error))
    causes = list(_causes(error))
    for kinds, reason, words in _TABLE:
        cause = next((each for each in causes if isinstance(each, kinds)), None)
        if cause is not None:
            return reason, _shortened(words if isinstance(words, str) else words(cause, request))
    # an error that nobody knows yet: its name can be looked up, its repr is of no use
    return "unreachable", f"no answer from {_host(request)} ({type(causes[-1]).__name__})"


def _shortened(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def _host(request: Request) -> str:
    return host_of(request.url)[1]


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The error, and what it came of: Twisted lists reasons, Scrapy raises its own errors of them.

    `ResponseFailed([<Failure OpenSSL.SSL.Error>, <Failure ConnectionDone>])`
    """
    yield error
    if depth == _DEEPEST:
        return
    for reason in getattr(error, "reasons", None) or ():
        yield from _causes(reason.value, depth + 1)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__, depth + 1)


def _seconds(request: Request) -> str:
    return f"{float(request.meta.get('download_timeout', 0)):g}"


# what OpenSSL says where the two sides have no protocol, cipher or strength in common:
# "unsupported protocol", "tlsv1 alert protocol version", "dh key too small"
_TOO_OLD = re.compile(
    r"protocol|alert.*version|cipher|handshake failure|too small|too weak|sig|digest"
    r"|renegotiation|insufficient security|modulus",
    re.IGNORECASE,
)
# "wrong version number", "packet length too long": what came is no TLS
_NO_TLS = re.compile(r"wrong version number|packet length|record|http request", re.IGNORECASE)


def _tls(error: BaseException, request: Request) -> str:
    """`SSL.Error([('SSL routines', '', 'unsupported protocol')])` → what that means."""
    entries = error.args[0] if error.args and isinstance(error.args[0], list) else []
    said = ", ".join(str(entry[-1]) for entry in entries) or "no reason given"
    failed = f"the TLS handshake with {_host(request)} fails ({said})"
    if _NO_TLS.search(said):
        return f"{failed}: it does not speak TLS there; an address with http:// may do"
    if not _TOO_OLD.search(said):
        return failed
    if request.meta.get(OLD_TLS):
        return f"{failed}, even with OLD_TLS"
    return f"{failed}: the server speaks only old TLS, which OLD_TLS=True allows (less safe)"


def _own_words(error: BaseException, _: Request) -> str:
    return str(error) or type(error).__name__


# The first row that fits any cause counts: exact kinds before general ones.
_TABLE: tuple[tuple[type | tuple[type, ...], Reason, str | Words], ...] = (
    # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE
    (
        (DownloadCancelledError, CancelledError, TooLargeError),
        "too_large",
        "larger than allowed",
    ),
    (HeadersTooLargeError, "unreachable", _own_words),
    (SSL.Error, "unreachable", _tls),
    (
        (CannotResolveHostError, network.DNSLookupError),
        "unreachable",
        lambda _, request: f"the host {_host(request)} is unknown: check its name, or DNS here",
    ),
    (
        (DownloadConnectionRefusedError, network.ConnectionRefusedError),
        "unreachable",
        lambda _, request: f"{_host(request)} refuses the connection",
    ),
    (
        (DownloadTimeoutError, network.TimeoutError),
        "unreachable",
        lambda _, request: f"{_host(request)} did not answer within {_seconds(request)} seconds",
    ),
    (
        ResponseDataLossError,
        "truncated",
        "the connection ended before the whole answer had come",
    ),
    (ParseError, "unreachable", lambda _, request: f"what {_host(request)} answers is no HTTP"),
    (TunnelError, "unreachable", lambda _, request: f"the proxy does not lead to {_host(request)}"),
    (
        (network.ConnectionClosed, ResponseNeverReceived),
        "unreachable",
        lambda _, request: f"{_host(request)} closed the connection without an answer",
    ),
    (
        network.ConnectError,
        "unreachable",
        lambda _, request: f"there is no way to {_host(request)}",
    ),
    (
        # two lengths of one body, an unknown transfer coding
        DownloadFailedError,
        "unreachable",
        lambda _, request: f"what {_host(request)} answers is no valid HTTP",
    ),
    # redirects without end, a host of pictures that asked for a pause
    (IgnoreRequest, "unreachable", _own_words),
)
