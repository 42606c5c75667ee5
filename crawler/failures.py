"""Why no response came, in words: errors of names, connections, TLS and sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.http_headers import InvalidHeaderName

from crawler.middlewares import PrivateAddressError, RobotsUnavailableError

if TYPE_CHECKING:
    from crawler.items import Reason

_LONGEST = 300
# In the order in which they tell most: an error of TLS closes the connection as well.
_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (CannotResolveHostError, "no such host: its name is not known (DNS)"),
    (DownloadConnectionRefusedError, "the server refuses the connection"),
    ((DownloadTimeoutError, ConnectTimeoutError), "no answer in time (DOWNLOAD_TIMEOUT)"),
    (VerificationError, "the server's certificate is another host's"),
    (
        SSL.Error,
        "no safe connection (TLS) comes about; OLD_TLS=True allows what old servers speak",
    ),
    ((ParseError, InvalidHeaderName), "what the server sends is no HTTP"),
    (ConnectError, "no connection comes about"),
    ((ConnectionLost, ConnectionDone), "the server closes the connection without an answer"),
)


def read_failure(failure: Failure, largest: int) -> tuple[Reason, str]:
    """Tell why no response came, and what the error means; ``largest`` is the size allowed."""
    error = failure.value
    said = " ".join(str(error).split())
    # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE, and ignores what unpacks beyond it
    is_cancelled = isinstance(error, DownloadCancelledError | CancelledError)
    if is_cancelled or "DOWNLOAD_MAXSIZE" in said:
        return "too_large", f"larger than {largest:,} bytes"
    if isinstance(error, PrivateAddressError):
        return "off_site", said
    if isinstance(error, RobotsUnavailableError):
        return "unreachable", said
    if isinstance(error, IgnoreRequest):
        # Scrapy ignores a redirect that never ends as well: "max redirections reached"
        return ("robots_disallowed" if "robots.txt" in said else "unreachable"), said[:_LONGEST]
    if isinstance(error, ResponseDataLossError):
        return "truncated", "the connection was closed in the middle of the page"
    return "unreachable", words_of(error)


def words_of(error: BaseException | None) -> str:
    """What an error of the network means, in words."""
    causes = list(_causes(error))
    words = next((words for kind, words in _WORDS if _has(causes, kind)), None)
    detail = next((_tls_words(cause) for cause in causes if isinstance(cause, SSL.Error)), "")
    if words is None:
        return (" ".join(str(error).split()) or type(error).__name__)[:_LONGEST]
    return f"{words}{detail}"


def _has(causes: list[BaseException], kind: type[BaseException] | tuple[type, ...]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was raised from, and the errors that it was made of."""
    todo, seen = [error], 0
    while todo and seen < 50:
        each = todo.pop(0)
        seen += 1
        if each is None:
            continue
        yield each
        todo.append(each.__cause__)
        reasons = getattr(each, "reasons", None)
        for reason in reasons if isinstance(reasons, list) else ():
            todo.append(reason.value if isinstance(reason, Failure) else reason)


def _tls_words(error: SSL.Error) -> str:
    """What OpenSSL says of it: [("SSL routines", "", "unsupported protocol")]."""
    parts = error.args[0] if error.args and isinstance(error.args[0], list) else []
    said = [part[-1] for part in parts if isinstance(part, tuple) and part]
    return f" ({', '.join(said)})" if said else ""
