"""Headers without end: of whatever shape, no more of them is kept than a browser takes."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from crawler.transport import LARGEST_HEADERS, HeadersTooLargeError, _RoomyFactory

BEGIN = b"HTTP/1.1 200 OK\r\nX: y\r\n"
# what comes first, and what comes again and again
ENDLESS = {
    "headers": (BEGIN, b"X: y\r\n"),
    "folded": (BEGIN, b" y\n"),
    "no headers": (BEGIN, b"no colon\n"),
    "odd names": (BEGIN, b"X-\xba\xd3: y\r\n"),
    "one line": (BEGIN, b"x"),
    "status": (b"HTTP/1.1 200 ", b"x"),
    "other answers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_headers_without_end_are_cut_off(kind: str) -> None:
    begin, again = ENDLESS[kind]
    protocol = _RoomyFactory(lambda _: None, {}).buildProtocol(None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    headers = Headers({b"Host": [b"b.example"]})
    request = Request(b"GET", b"/", headers, None)
    answer: Deferred[Any] = protocol.request(request)
    failures: list[Any] = []
    answer.addErrback(failures.append)
    protocol.dataReceived(begin)
    block = again * (10_000 // len(again))
    came = 0
    while not transport.disconnecting and came < 4 * LARGEST_HEADERS:
        protocol.dataReceived(block)
        came += len(block)
    # line ends are not counted
    assert came < 2 * LARGEST_HEADERS
    (failure,) = failures
    assert any(each.check(HeadersTooLargeError) for each in failure.value.reasons)
