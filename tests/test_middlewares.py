"""Redirects in hostile spellings: what is judged is the request that would be made."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from scrapy.http import HtmlResponse, Request, Response
from scrapy.utils.test import get_crawler
from twisted.web.client import URI

from crawler.middlewares import (
    FORUM,
    BoundedCookiesMiddleware,
    EndlessRedirectError,
    PublicAddressMiddleware,
    SameSiteRedirectMiddleware,
    is_elsewhere,
    leads_elsewhere,
    redirect_target,
)
from crawler.robots import IS_ROBOTS

ASKED = "http://b.example/thread-7-1-1.html"
ROBOTS = "http://b.example/robots.txt"
# what leads elsewhere, to which host in Scrapy's and Twisted's eyes
ELSEWHERE = [
    b"//evil.example/z",
    b"///evil.example/z",
    b"////evil.example/z",
    rb"http:\\evil.example\x",
    rb"//evil.example\x",
    rb"http://evil.example\@b.example/",
    b"http://b.example@evil.example/",
    b"http://b.example:80@evil.example/",
    b"http://b.example%2f@evil.example/",
    b"ht\ttp://evil.example/",
    b"http://ev\til.example/",
    b"/\t/evil.example/",
    b"\x00http://evil.example/",
    b" \t//evil.example/",
    b"http://b.example\t.evil.example/",
    b"http://b.example%2eevil.example/",
    b"http://b.example%5c.evil.example/",
    b"http://%62.example/x",
    b"http://xn--fiq.example/",
    "http://中.example/".encode(),
    b"http://b.example:8080/x",
    b"http://b.example./x",
    b"http://me:secret@b.example/x",
    b"http://2130706433/",
    b"http://[::1]/",
    b"javascript:alert(1)",
    b"data:,x",
    b"file:///etc/passwd",
]
HERE = {
    b"/x": "/x",
    b"x?y": "/x?y",
    b"?y": "/thread-7-1-1.html?y",
    b"http://B.EXAMPLE:80/x": "/x",
    b"HTTP://b.example/x": "/x",
    b"https://b.example/x": "/x",
    b"http://www.b.example/x": "/x",
    rb"http:\\b.example\x": "/x",
    b"http:/evil.example/z": "/evil.example/z",
    b"http:///evil.example/z": "/evil.example/z",
    rb"/\evil.example/z": "/%5Cevil.example/z",
    rb"\\evil.example\x": "/%5C%5Cevil.example%5Cx",
    rb"http://b.example\@evil.example/": "/@evil.example/",
    b"http://b.example/?@evil.example/": "/?@evil.example/",
    "http://ｂ。example/x".encode(): "/x",
}


def redirected(location: bytes, meta: dict[str, object], url: str = ASKED) -> Request | Response:
    """What the middleware makes of a redirect; a page may name a base of its own."""
    request = Request(url, meta=meta)
    body = b'<base href="http://evil.example/">' if url == ASKED else b""
    response = HtmlResponse(url, status=302, headers={"Location": location}, body=body)
    response.request = request
    middleware = SameSiteRedirectMiddleware.from_crawler(get_crawler())
    return middleware.process_response(request, response)


def connected_to(request: Request) -> str:
    """The host that the downloader would connect to."""
    return str(URI.fromBytes(request.url.encode()).host, "ascii")


@pytest.mark.parametrize("url", [ASKED, ROBOTS])
@pytest.mark.parametrize("location", ELSEWHERE)
def test_no_spelling_leads_away(location: bytes, url: str) -> None:
    answer = redirected(location, {IS_ROBOTS: True} if url == ROBOTS else {}, url)
    assert isinstance(answer, Response)
    assert leads_elsewhere(answer)


@pytest.mark.parametrize("location", HERE)
def test_what_stays_is_followed(location: bytes) -> None:
    answer = redirected(location, {})
    assert isinstance(answer, Request)
    assert connected_to(answer).removeprefix("www.") == "b.example"
    parts = urlsplit(answer.url)
    assert HERE[location] == parts.path + ("?" + parts.query if parts.query else "")


@pytest.mark.parametrize("location", [*ELSEWHERE, *HERE])
def test_where_a_redirect_leads_is_where_it_would_be_followed_to(location: bytes) -> None:
    """Of a saved answer nobody makes a request: it is read as Scrapy reads it."""
    saved = HtmlResponse(ASKED, status=302, headers={"Location": location})
    try:
        made = redirected(location, {FORUM: "http://elsewhere.example/"})
    except EndlessRedirectError:
        return
    if isinstance(made, Request):
        assert Request(redirect_target(saved) or "").url == made.url


@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_picture_is_judged_by_the_host_that_is_asked(location: bytes) -> None:
    try:
        made = redirected(location, {FORUM: "http://b.example/"})
    except EndlessRedirectError:
        return
    if isinstance(made, Request):
        assert is_elsewhere(made)
        assert urlsplit(made.url).hostname in (connected_to(made), "evil.example", "b.example")


@pytest.mark.parametrize(
    "host",
    ["localhost.", "printer.local.", "127.0.0.1.", "%31%32%37.0.0.1", "l%6fcalhost.local", "a..b"],
)
def test_a_proxy_is_not_asked_for_a_private_host(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    middleware = PublicAddressMiddleware([])
    assert asyncio.run(middleware._leads_to_public("b.example."))
    assert not asyncio.run(middleware._leads_to_public(host))


def test_too_many_redirects_of_which_the_last_leads_away() -> None:
    meta = {"redirect_times": 99, "redirect_ttl": 1, "redirect_urls": [ASKED]}
    answer = redirected(b"///evil.example/", meta)
    assert isinstance(answer, Response)
    assert redirect_target(answer) == "http://evil.example/"


def test_a_forum_that_names_new_cookies_for_ever_is_sent_no_more_than_by_a_browser(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cookies = BoundedCookiesMiddleware()
    for number in range(200):
        request = Request(ASKED)
        cookies.process_request(request)
        said = [f"n{number}=v; path=/", "sid=here; path=/", f"large={'x' * 5000}; path=/"]
        cookies.process_response(request, Response(ASKED, headers={"Set-Cookie": said}))
    last = Request(ASKED)
    cookies.process_request(last)
    sent = (last.headers["Cookie"] or b"").decode().split("; ")
    assert sorted(sent) == sorted(["sid=here", *(f"n{number}=v" for number in range(151, 200))])
    assert sum(each.name == "crawler.middlewares" for each in caplog.records) == 1
