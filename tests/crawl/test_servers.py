"""Servers that send what no standard allows, and those that fail: the page is read, or why not."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.conftest import Forum, Run, scrapy
from tests.forum.desktop import Thread
from tests.forum.town import INDEX, NO_REVISITS, board_path, crawl, thread_path, town
from tests.pages import first

PAGE = str(Thread([first(1, "河边的风")], tid=7)).encode()
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
Answers = Callable[[bytes], bytes]


def head(*lines: bytes, body: bytes = PAGE, status: bytes = b"200 OK") -> bytes:
    """A response with these lines in its head, as they are."""
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(lines) + length + b"\r\n" + body


def _secured(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return context.wrap_socket(connection, server_side=True) if context else connection


@contextmanager
def served(answer: Answers, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers each path with these bytes and closes; its root."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                with connection, _secured(connection, context) as channel:
                    request = b""
                    while b"\r\n\r\n" not in request and (more := channel.recv(65536)):
                        request += more
                    if request:
                        channel.sendall(answer(request.split(b" ")[1]))
            except OSError:
                # whoever asked has had enough, or wants no such TLS
                continue

    threading.Thread(target=serve, daemon=True).start()
    scheme = "https" if context else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        # wakes the thread that waits in accept()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def read(answer: bytes, data: Path, *more: str, context: ssl.SSLContext | None = None) -> Run:
    """What comes of a thread that is answered with these bytes."""

    def answers(path: bytes) -> bytes:
        return answer if b"tid=7" in path else NOTHING

    with served(answers, context) as root:
        url = f"url={root}forum.php?mod=viewthread&tid=7"
        return scrapy("crawl", "discuz", "-a", url, *more, data=data)


BOARD_NAME = "河湾闲话".encode("gbk")
HEADS: dict[str, bytes] = {
    "a cookie in GBK": HTML + b"Set-Cookie: aB_last=" + BOARD_NAME + b"; path=/\r\n",
    "values in bytes": HTML + b"X-Board: \xff\xfe\xb0\xe5\r\n",
    "an odd charset": b"Content-Type: text/html; charset=\xb9\xfa\r\n",
    "two types": HTML + b"Content-Type: text/html; charset=gbk\r\n",
    "no value": HTML + b"X-Powered-By:\r\n",
    "a folded line": HTML + b"X-Long: one\r\n two\r\n",
    "a line of 100 kB": HTML + b"Set-Cookie: a=" + b"x" * 100_000 + b"\r\n",
    "300 cookies": HTML + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"y" * 200) for n in range(300)),
    "a date that is none": HTML + b"Date: \xd0\xc7\xc6\xda\xc8\xd5\r\n",
}


@pytest.mark.parametrize("name", HEADS)
def test_a_page_is_read_whatever_stands_in_its_head(name: str, tmp_path: Path) -> None:
    run = read(head(HEADS[name]), tmp_path)
    assert run.status == 0, run.stderr
    assert [line["text"] for line in run.lines("articles")] == ["河边的风"]


GZ, DEFLATE = gzip.compress(PAGE), zlib.compress(PAGE)
BODIES: dict[str, bytes] = {
    "packed without a word": head(HTML, body=GZ),
    "not packed, but said so": head(HTML, b"Content-Encoding: gzip\r\n", body=PAGE),
    "not deflated, but said so": head(HTML, b"Content-Encoding: deflate\r\n", body=PAGE),
    "gzip called deflate": head(HTML, b"Content-Encoding: deflate\r\n", body=GZ),
    "packed twice": head(HTML, b"Content-Encoding: gzip\r\n", body=gzip.compress(GZ)),
    "packed": head(HTML, b"Content-Encoding: x-gzip\r\n", body=GZ),
    "deflated": head(HTML, b"Content-Encoding: deflate\r\n", body=DEFLATE),
    "identity": head(HTML, b"Content-Encoding: identity\r\n"),
    "in no known way": head(HTML, b"Content-Encoding: none\r\n"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_unpacked_by_its_bytes(name: str, tmp_path: Path) -> None:
    run = read(BODIES[name], tmp_path)
    assert run.status == 0, run.stderr
    assert [line["text"] for line in run.lines("articles")] == ["河边的风"]


BOMB = gzip.compress(gzip.compress(b"\0" * 50_000_000))
REFUSED: dict[str, tuple[bytes, str]] = {
    "a gzip that is cut off": (head(HTML, body=GZ[: len(GZ) // 2]), "truncated"),
    "a gzip of nothing but its head": (head(HTML, body=GZ[:12]), "not_discuz"),
    "a bomb": (head(HTML, b"Content-Encoding: gzip\r\n", body=BOMB), "too_large"),
    "a bomb without a word": (head(HTML, body=BOMB), "too_large"),
    "half a page": (head(HTML, body=PAGE)[:-900], "truncated"),
    "no HTTP": (b"220 ftp.example ready\r\n", "unreachable"),
    "nothing": (b"", "unreachable"),
    "a header whose name is none": (head(HTML, b"X-\xb0\xe5: 1\r\n"), "unreachable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_page_says_what_it_is(name: str, tmp_path: Path) -> None:
    answer, reason = REFUSED[name]
    run = read(answer, tmp_path)
    assert [(line["reason"], line["retriable"]) for line in run.lines("refusals")] == [
        (reason, True)
    ]
    last = run.stderr.splitlines()[-1]
    assert reason in last
    for odd in ("<twisted", "[", "Failure", "Traceback"):
        assert odd not in run.stderr.replace("[crawler.", "").replace("[scrapy.", "")


# -- TLS ----


@pytest.fixture(scope="module")
def old_tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """What a server speaks that nobody touched for ten years: TLS 1.0, a key of 1,024 bits."""
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bbs.example.net")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain
    )
    (folder / "server.pem").write_bytes(
        private + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = _tls_1()
    context.load_cert_chain(folder / "server.pem")
    return context


def _tls_1() -> Any:
    # its name alone is deprecated
    return ssl.TLSVersion(769)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_spoken_if_somebody_says_so(old_tls: ssl.SSLContext, tmp_path: Path) -> None:
    run = read(head(HTML), tmp_path, context=old_tls)
    assert run.status == 3
    assert "OLD_TLS=True" in run.stderr.splitlines()[-1]
    run = read(head(HTML), tmp_path, "-s", "OLD_TLS=True", context=old_tls)
    assert [line["text"] for line in run.lines("articles")] == ["河边的风"], run.stderr
    assert "others can read and change" in run.stderr


# -- hosts, robots.txt, redirects ----


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    run = scrapy("crawl", "discuz", "-a", "url=http://bbs.invalid/", data=tmp_path)
    assert run.status == 3
    assert "no such host" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_server_without_robots_txt_allows_all(status: int, forum: Forum, tmp_path: Path) -> None:
    """RFC 9309 §2.3.1.3; the words of an error page are no rules."""
    town(forum)
    forum.pages["/robots.txt"] = (status, {}, b"User-agent: *\nDisallow: /\n")
    assert crawl(forum, tmp_path, *NO_REVISITS).status == 0


def test_a_robots_txt_that_never_comes_forbids_for_this_run(tmp_path: Path) -> None:
    def answers(path: bytes) -> bytes:
        return b"" if path == b"/robots.txt" else head(HTML)

    with served(answers) as root:
        url = f"url={root}forum.php?mod=viewthread&tid=7"
        run = scrapy("crawl", "discuz", "-a", url, data=tmp_path)
    (line,) = run.lines("refusals")
    assert (line["reason"], line["retriable"]) == ("unreachable", True)
    assert "robots.txt does not come" in line["message_raw"]


def test_a_rule_against_the_index_alone_refuses_no_forum(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /forum.php$\n"
    del forum.pages["/forum.php"]
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert len(run.lines("articles")) == 14


def test_a_delay_of_a_day_is_no_crawl(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 86400\n"
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert "86,400 seconds between requests" in run.stderr.splitlines()[-1]
    assert sum(forum.asked.values()) == 1, "robots.txt"


def _below_bbs(page: Any) -> Any:
    here = "http://bbs.example.net/"
    return page.replace(here, f"{here}bbs/") if isinstance(page, str) else page


def test_a_forum_in_a_folder(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    for path in list(forum.pages):
        if path != "/robots.txt":
            forum.pages[f"/bbs{path}"] = _below_bbs(forum.pages.pop(path))
    forum.pages["/bbs"] = (301, {"Location": "/bbs/"}, b"")
    run = scrapy("crawl", "discuz", "-a", f"url={forum.root}bbs", data=tmp_path)
    assert len(run.lines("articles")) == 14, run.stderr
    (folder,) = [path.parent for path in tmp_path.glob("*/ledger.sqlite3")]
    assert folder.name.endswith("_bbs")


def test_a_redirect_to_another_host_says_where_it_leads(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    location = "https://user:pw@new.example:8443/x?token=secret"
    forum.pages[INDEX] = (301, {"Location": location}, b"")
    run = crawl(forum, tmp_path)
    last = run.stderr.splitlines()[-1]
    assert "leads to https://new.example:8443/" in last
    assert "secret" not in run.stderr
    assert "pw@" not in run.stderr
    assert run.status == 3


def test_lists_that_all_lead_to_a_loop_cost_one_request_each(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    loop = board_path(2)
    for path in list(forum.pages):
        if "forumdisplay" in path:
            forum.pages[path] = (302, {"Location": loop}, b"")
    run = crawl(forum, tmp_path)
    assert run.status != 0
    assert forum.asked[loop] <= 12
    assert forum.asked[board_path(3)] <= 3
    # it was for a while
    town(forum)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert len(run.lines("articles")) == 14


def test_a_member_whose_cookies_are_bound_to_a_browser(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    jar = tmp_path / "cookies.txt"
    jar.write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tauth\tx\n", "utf-8")
    path = thread_path(12)
    forum.pages[path] = forum.pages[path].replace("discuz_uid = '7'", "discuz_uid = '0'")
    run = crawl(forum, tmp_path / "data", "-s", f"COOKIES_FILE={jar}", path=path)
    assert run.status == 6
    assert "USER_AGENT" in run.stderr.splitlines()[-1]
