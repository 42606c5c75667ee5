"""Odd servers: headers, packings, TLS and failures as servers send them, over real sockets."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dh, rsa
from cryptography.x509.oid import NameOID
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from crawler.compression import PackedBodies
from crawler.middlewares import FORUM
from tests.conftest import Forum, Run, scrapy
from tests.forum.desktop import Thread
from tests.forum.town import INDEX, board_path, present, thread_path, town, wanted
from tests.pages import first

# what is sent for a status, headers and a body
Write = Callable[[int, dict[str, str], bytes], bytes]
QUICKLY = ("-s", "RETRY_TIMES=0")


def plainly(status: int, headers: dict[str, str], body: bytes, more: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode() + told.encode("latin-1") + more + b"\r\n" + body


@contextmanager
def served(
    answer: Callable[[str, socket.socket], None], context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that gives each request's path and its connection to ``answer``: its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve_one(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                request = b""
                while b"\r\n\r\n" not in request:
                    came = connection.recv(65536)
                    if not came:
                        return
                    request += came
                    if request.startswith(b"\x16\x03"):
                        # TLS, which nobody speaks here
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        return
                with connection:
                    answer(request.split()[1].decode(), connection)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        scheme = "https" if context else "http"
        try:
            yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


@contextmanager
def served_forum(
    forum: Forum, write: Write = plainly, context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The pages of a forum, each sent as ``write`` does."""

    def answer(path: str, connection: socket.socket) -> None:
        status, headers, body = forum.answer(path)
        is_page = path != "/robots.txt" and status == 200
        connection.sendall((write if is_page else plainly)(status, headers, body))

    with served(answer, context) as root:
        forum.root = root
        yield root


def crawl(root: str, data: Path, *more: str) -> Run:
    return scrapy("crawl", "discuz", "-a", f"url={root}", *more, data=data)


def said(run: Run) -> str:
    """What the only refusal says; the last line of the run says the same."""
    (line,) = run.lines("refusals")
    assert (line["reason"], line["retriable"]) == ("unreachable", True)
    message: str = line["message_raw"]
    assert "<twisted" not in run.stderr
    assert message in run.stderr.splitlines()[-1], run.stderr
    assert "<" not in message
    assert "Error" not in message
    return message


# -- headers ------------------------------------------------------------------------------------------

GBK = "河湾".encode("gbk")
HEADERS = {
    "bytes of GBK": b"Set-Cookie: x_lastname=" + GBK + b"; path=/\r\n"
    b"Content-Disposition: inline; filename=" + GBK + b".html\r\n",
    "bytes in a name": b"X-" + GBK + b": 1\r\nSet-Cookie: " + GBK + b"=1\r\n",
    "all bytes": b"".join(b"X-%d: a%cb\r\n" % (n, n) for n in range(1, 256) if n not in b"\r\n"),
    "folded": b"X-Long: one\r\n two\r\n\tthree\r\nSet-Cookie: a=1;\r\n path=/\r\n",
    "empty": b"Set-Cookie:\r\nContent-Disposition:\r\nContent-Encoding:\r\nRetry-After:\r\n"
    b"Referrer-Policy:\r\nDate:\r\n: x\r\nno colon\r\n",
    "odd words": b"Content-Encoding: " + GBK + b"\r\nRetry-After: \xb2\r\nDate: \xff\r\n"
    b"Referrer-Policy: " + GBK + b"\r\nAge: x\r\nLocation: \xff\r\n",
    "a line of 100 kB": b"Set-Cookie: a=" + b"x" * 100_000 + b"\r\n",
    "hundreds": b"".join(b"X-%d: %s\r\n" % (n, b"y" * 200) for n in range(900)),
}


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_costs_a_page(forum: Forum, tmp_path: Path, name: str) -> None:
    made = town(forum)

    def write(status: int, headers: dict[str, str], body: bytes) -> bytes:
        return plainly(status, headers, body, HEADERS[name])

    with served_forum(forum, write) as root:
        run = crawl(root, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "charset",
    [b"", b"nonsense", b"x\x00y", GBK, b'"utf-8', b"zlib", b"utf-8; charset=gbk", b"x" * 9000],
)
def test_no_charset_costs_a_page(forum: Forum, tmp_path: Path, charset: bytes) -> None:
    made = town(forum)

    def write(status: int, _: dict[str, str], body: bytes) -> bytes:
        return plainly(status, {}, body, b"Content-Type: text/html; charset=" + charset + b"\r\n")

    with served_forum(forum, write) as root:
        run = crawl(root, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("length", [300_000, 20_000_000], ids=["one line", "without end"])
def test_headers_beyond_what_a_browser_takes(tmp_path: Path, length: int) -> None:
    def answer(path: str, connection: socket.socket) -> None:
        if path == "/robots.txt":
            connection.sendall(plainly(404, {}, b""))
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        with suppress(OSError):
            if length < 1_000_000:
                connection.sendall(b"X: " + b"x" * length + b"\r\n\r\n")
            else:
                connection.sendall(b"X: y\r\n" * (length // 6))

    with served(answer) as root:
        assert said(crawl(root, tmp_path, *QUICKLY)) == "headers of more than 262,144 bytes"


# -- redirects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "location",
    ["河湾/".encode("gbk"), "河湾/".encode(), b" /%BA%D3%CD%E5/ ", b"//HOST/\xba\xd3\xcd\xe5/"],
    ids=["GBK", "UTF-8", "spaces", "host"],
)
def test_a_redirect_in_any_bytes_is_followed(forum: Forum, tmp_path: Path, location: bytes) -> None:
    town(forum)
    thread = forum.pages[thread_path(31)]
    asked = set()

    def answer(path: str, connection: socket.socket) -> None:
        if path == "/robots.txt":
            connection.sendall(plainly(404, {}, b""))
        elif path == thread_path(31):
            host = forum.root.split("/")[2].encode()
            where = location.replace(b"HOST", host)
            connection.sendall(plainly(302, {}, b"", b"Location: " + where + b"\r\n"))
        else:
            asked.add(path)
            connection.sendall(plainly(200, {}, thread.encode()))

    with served(answer) as root:
        forum.root = root
        run = crawl(root.rstrip("/") + thread_path(31), tmp_path)
    assert run.status == 0, run.stderr
    assert len(run.lines("articles")) == 1
    assert len(asked) == 1


@pytest.mark.parametrize("location", [b"http://[", b"http://", b"", b"http://a b/", b"//"])
def test_a_redirect_to_nothing_is_told(tmp_path: Path, location: bytes) -> None:
    def answer(path: str, connection: socket.socket) -> None:
        status = 404 if path == "/robots.txt" else 302
        connection.sendall(plainly(status, {}, b"", b"Location: " + location + b"\r\n"))

    with served(answer) as root:
        run = crawl(root + "thread-7-1-1.html", tmp_path, *QUICKLY)
    assert run.status in (3, 5), run.stderr
    (line,) = run.lines("refusals")
    assert line["retriable"]
    assert "Error" not in line.get("message_raw", "")
    assert "Traceback" not in run.stderr


def test_a_redirect_to_another_host_says_where_it_leads(forum: Forum, tmp_path: Path) -> None:
    def answer(path: str, connection: socket.socket) -> None:
        status = 404 if path == "/robots.txt" else 301
        where = b"Location: https://me:pass@b.example:8443/bbs/?token=secret\r\n"
        connection.sendall(plainly(status, {}, b"", where))

    with served(answer) as root:
        run = crawl(root, tmp_path)
    (line,) = run.lines("refusals")
    assert (line["reason"], line["retriable"]) == ("off_site", True)
    assert line["message_raw"] == (
        "leads to b.example:8443: if that is the same forum, crawl it by its own address,"
        " https://b.example:8443/"
    )
    assert line["message_raw"] in run.stderr.splitlines()[-1]
    assert "secret" not in run.stderr + str(line)


def test_an_address_that_leads_to_itself_is_found_out_once(forum: Forum, tmp_path: Path) -> None:
    """Threads that all lead to one address that answers nobody."""
    made = town(forum)
    for tid in range(11, 20):
        forum.pages[thread_path(tid)] = (302, {"Location": "/plugin.php?id=x"}, b"")
    forum.pages["/plugin.php?id=x"] = (302, {"Location": "/plugin.php?id=x"}, b"")
    how = ("-s", "STOP_AFTER_FAILURES=0", "-s", "STOP_AFTER_BLOCKS=0")
    with served_forum(forum) as root:
        run = crawl(root, tmp_path, *how)
    refused = [line for line in run.lines("refusals") if line["reason"] == "unreachable"]
    assert {line["thread_id"] for line in refused} == {str(tid) for tid in range(11, 20)}
    assert all("without end" in line["message_raw"] for line in refused)
    assert forum.asked["/plugin.php?id=x"] == 2
    assert made


def test_an_address_that_led_to_itself_is_asked_for_where_it_is_meant(
    forum: Forum, tmp_path: Path
) -> None:
    """The thread that others were led to answers when it is asked for itself."""
    town(forum)
    page = forum.pages[thread_path(31)]
    loop = (302, {"Location": thread_path(31)}, b"")
    forum.pages[thread_path(11)] = loop
    forum.pages[thread_path(12)] = loop
    # two requests on the way from 11, and one redirect of the thread's own, as a cookie is set
    forum.pages[thread_path(31)] = [loop, loop, loop, page]
    with served_forum(forum) as root:
        urls = ",".join(root.rstrip("/") + thread_path(tid) for tid in (11, 31, 12))
        run = crawl(urls, tmp_path, *QUICKLY)
    assert {line["thread_id"] for line in run.lines("articles")} == {"31"}
    # by then 31 had answered
    assert forum.asked[thread_path(12)] == 1


# -- packed bodies ------------------------------------------------------------------------------------


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip, not told": ("", gzip.compress),
    "zlib, not told": ("", zlib.compress),
    "deflate, not told": ("", deflated),
    "brotli, not told": ("", brotli.compress),
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", deflated),
    "brotli": ("br", brotli.compress),
    "plain, told gzip": ("gzip", bytes),
    "plain, told deflate": ("deflate", bytes),
    "plain, told brotli": ("br", bytes),
    "plain, told zstd": ("zstd", bytes),
    "gzip, told brotli": ("br", gzip.compress),
    "identity": ("identity", bytes),
    "gzip, told identity": ("identity", gzip.compress),
    "unknown": ("x-bzip9, \xff", bytes),
    "twice": ("gzip", lambda body: gzip.compress(gzip.compress(body))),
    "twice, told": ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "twice, told and taken off": ("gzip, gzip", gzip.compress),
    "in members": ("gzip", lambda b: gzip.compress(b[:999]) + gzip.compress(b[999:]) + b"\0" * 9),
    "a wrong sum": ("gzip", lambda body: gzip.compress(body)[:-8] + b"\1" * 8),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_a_page_is_unpacked_by_its_bytes(forum: Forum, tmp_path: Path, name: str) -> None:
    made = town(forum)
    told, pack = PACKINGS[name]

    def write(status: int, headers: dict[str, str], body: bytes) -> bytes:
        more = {"Content-Encoding": told} if told else {}
        return plainly(status, headers | more, pack(body))

    with served_forum(forum, write) as root:
        run = crawl(root, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, brotli.compress])
@pytest.mark.parametrize("is_told", [True, False])
def test_a_packed_page_that_is_cut_off_gives_what_came(
    forum: Forum, tmp_path: Path, pack: Callable[[bytes], bytes], is_told: bool
) -> None:
    coding = {gzip.compress: "gzip", zlib.compress: "deflate", brotli.compress: "br"}[pack]
    if not is_told and coding != "gzip":
        pytest.skip("nothing tells what it is")
    floors = [first(n, os.urandom(300).hex()) for n in range(1, 30)]
    forum.pages[thread_path(7)] = str(Thread(floors, tid=7))

    def write(status: int, headers: dict[str, str], body: bytes) -> bytes:
        packed = pack(body)
        more = {"Content-Encoding": coding} if is_told else {}
        return plainly(status, headers | more, packed[: len(packed) * 2 // 3])

    with served_forum(forum, write) as root:
        run = crawl(root.rstrip("/") + thread_path(7), tmp_path)
    assert run.status == 3, run.stderr
    assert {line["reason"] for line in run.lines("refusals")} == {"truncated"}
    posts = run.lines("articles") + run.lines("posts")
    assert 3 < len(posts) < 29


def test_a_packed_page_without_its_end_is_not_whole(forum: Forum, tmp_path: Path) -> None:
    """What is missing may be anything, whatever the last words that came."""
    page = str(Thread([first(1, "一")], tid=7)) + os.urandom(9000).hex()
    forum.pages[thread_path(7)] = page

    def write(status: int, headers: dict[str, str], body: bytes) -> bytes:
        return plainly(status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)[:-2000])

    with served_forum(forum, write) as root:
        run = crawl(root.rstrip("/") + thread_path(7), tmp_path)
    assert [line["reason"] for line in run.lines("refusals")] == ["truncated"]
    assert [line["text"] for line in run.lines("articles")] == ["一"]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_bomb_is_too_large(forum: Forum, tmp_path: Path, is_told: bool) -> None:
    bomb = gzip.compress(gzip.compress(b"<p>" * 30_000_000))
    forum.pages[thread_path(7)] = "x"

    def write(status: int, headers: dict[str, str], _: bytes) -> bytes:
        more = {"Content-Encoding": "gzip"} if is_told else {}
        return plainly(status, headers | more, bomb)

    with served_forum(forum, write) as root:
        run = crawl(root.rstrip("/") + thread_path(7), tmp_path, "-s", "DOWNLOAD_MAXSIZE=2000000")
    (line,) = run.lines("refusals")
    assert (line["reason"], line["message_raw"]) == ("too_large", "larger than 2,000,000 bytes")


FILES = {
    "harbour.tar.gz": ("application/x-gzip", True),
    "harbour.TGZ": ("application/octet-stream", True),
    "harbour.bin": ("application/gzip", True),
    "harbour.txt": ("application/octet-stream", False),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("coding", ["", "gzip", "x-gzip"])
def test_a_file_that_is_packed_by_nature_stays_packed(name: str, coding: str) -> None:
    kind, is_packed_file = FILES[name]
    words = b"harbour " * 99
    packed = gzip.compress(words)
    # the moment of packing is a part of it
    twice = gzip.compress(packed)
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    told = headers | ({"Content-Encoding": coding} if coding else {})
    request = Request("http://b.example/attachment.php?aid=5", meta={FORUM: "http://b.example/"})
    answer = Response(request.url, headers=told, body=packed)
    came = PackedBodies(crawler=get_crawler()).process_response(request, answer)
    assert came.body == (packed if is_packed_file or not coding else words)
    # packed for the way as well
    answer = Response(request.url, headers=told, body=twice)
    came = PackedBodies(crawler=get_crawler()).process_response(request, answer)
    assert came.body == (packed if coding else twice)


# -- no answer, in words ------------------------------------------------------------------------------


def resets(_: str, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


FAILURES: dict[str, tuple[Callable[[str, socket.socket], object], str]] = {
    "closed": (lambda _, __: None, "HOST closed the connection without an answer"),
    "reset": (resets, "HOST closed the connection without an answer"),
    "no HTTP": (
        lambda _, connection: connection.sendall(b"SSH-2.0-OpenSSH_5.3\r\n"),
        "what HOST answers is no HTTP",
    ),
    "two lengths": (
        lambda _, connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"
        ),
        "what HOST answers is no valid HTTP",
    ),
    "silent": (
        lambda _, connection: connection.recv(1),
        "HOST did not answer within 0.5 seconds",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_answer_is_told_in_words(tmp_path: Path, name: str) -> None:
    treat, words = FAILURES[name]

    def answer(path: str, connection: socket.socket) -> None:
        if path == "/robots.txt":
            connection.sendall(plainly(404, {}, b""))
        else:
            treat(path, connection)

    with served(answer) as root:
        run = crawl(root, tmp_path, *QUICKLY, "-s", "DOWNLOAD_TIMEOUT=0.5")
        assert said(run) == words.replace("HOST", root.split("/")[2])
    assert run.status == 3
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("name", FAILURES)
def test_a_robots_txt_that_does_not_come_lets_nothing_through(tmp_path: Path, name: str) -> None:
    treat, words = FAILURES[name]
    asked = []

    def answer(path: str, connection: socket.socket) -> None:
        asked.append(path)
        treat(path, connection)

    with served(answer) as root:
        run = crawl(root, tmp_path, *QUICKLY, "-s", "DOWNLOAD_TIMEOUT=0.5")
        assert f"robots.txt cannot be had ({words})".replace("HOST", root.split("/")[2]) in said(
            run
        )
    assert set(asked) == {"/robots.txt"}
    assert "Traceback" not in run.stderr


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
    obeys = ("-s", "ROBOTSTXT_OBEY=False")
    run = crawl(f"http://{host}/", tmp_path / "1", *QUICKLY, *obeys)
    assert said(run) == f"{host} refuses the connection"
    run = crawl("http://nothing.invalid/", tmp_path / "2", *QUICKLY, *obeys)
    assert said(run) == "the host nothing.invalid is unknown: check its name, or DNS here"


# -- TLS ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of ten years ago: a short key, for another name, expired."""
    # S505: that it is short is what is tried
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bbs.example.net")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=3000))
        .not_valid_after(now - timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def old_tls(certificate: Path, version: ssl.TLSVersion, ciphers: str = "ALL") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.load_cert_chain(certificate)
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_spoken_where_that_is_wanted(
    forum: Forum, tmp_path: Path, certificate: Path, version: ssl.TLSVersion
) -> None:
    made = town(forum)
    with served_forum(forum, plainly, old_tls(certificate, version)) as root:
        run = crawl(root, tmp_path / "1", *QUICKLY, "-s", "ROBOTSTXT_OBEY=False")
        message = said(run)
        assert "speaks only old TLS, which OLD_TLS=True allows" in message
        run = crawl(root, tmp_path / "1", "-s", "OLD_TLS=True")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert run.stderr.count("OLD_TLS is on") == 1
    assert run.stderr.count("certificate is not valid") == 1


# the group of 1024 bits of RFC 2409 §6.2, as servers had it until 2015
OLD_GROUP = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)


@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
def test_short_keys_are_old_tls_as_well(forum: Forum, tmp_path: Path, certificate: Path) -> None:
    made = town(forum)
    parameters = dh.DHParameterNumbers(int(OLD_GROUP, 16), 2).parameters()
    pem = parameters.parameter_bytes(
        serialization.Encoding.PEM, serialization.ParameterFormat.PKCS3
    )
    path = tmp_path / "dh.pem"
    path.write_bytes(pem)
    context = old_tls(certificate, ssl.TLSVersion.TLSv1_2, "DHE-RSA-AES128-SHA")
    context.load_dh_params(str(path))
    with served_forum(forum, plainly, context) as root:
        run = crawl(root, tmp_path / "1", *QUICKLY, "-s", "ROBOTSTXT_OBEY=False")
        assert "(dh key too small): the server speaks only old TLS" in said(run)
        run = crawl(root, tmp_path / "1", "-s", "OLD_TLS=True")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_new_tls_needs_no_setting(forum: Forum, tmp_path: Path, certificate: Path) -> None:
    """Certificates that are out of date, or for another name, are no reason to lose a forum."""
    made = town(forum)
    context = old_tls(certificate, ssl.TLSVersion.TLSv1_2)
    with served_forum(forum, plainly, context) as root:
        run = crawl(root, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_a_server_without_tls(forum: Forum, tmp_path: Path) -> None:
    forum.pages[INDEX] = "x"
    with served_forum(forum) as root:
        address = root.replace("http://", "https://")
        run = crawl(address, tmp_path, *QUICKLY, "-s", "ROBOTSTXT_OBEY=False")
    assert "does not speak TLS there" in said(run)
    assert board_path(2) not in forum.asked


# -- the address of a forum ---------------------------------------------------------------------------

PORTAL = """<!DOCTYPE html><html><head><title>河湾门户</title><script>var discuz_uid = '0';</script>
</head><body id="nv_portal" class="pg_index"><div id="ct"><h2>
<a href="/bbs/forum.php?mod=forumdisplay&fid=3">闲谈</a></h2></div></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}


def moved(forum: Forum, base: str) -> None:
    """Have a forum lie in a folder of its host."""
    pages = dict(forum.pages)
    forum.pages.clear()
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow:\n"
    for path, page in pages.items():
        if path == "/robots.txt":
            continue
        host = "http://bbs.example.net"
        is_page = isinstance(page, str)
        forum.pages[base + path] = page.replace(f"{host}/", f"{host}{base}/") if is_page else page


@pytest.mark.parametrize("is_redirected", [True, False])
def test_the_folder_of_a_forum_needs_no_slash(
    forum: Forum, tmp_path: Path, is_redirected: bool
) -> None:
    made = town(forum)
    moved(forum, "/bbs")
    index = forum.pages["/bbs/"]
    if is_redirected:
        forum.pages["/bbs"] = (301, {"Location": "/bbs/"}, b"")
    else:
        forum.pages["/bbs"] = forum.pages.pop("/bbs/")
    assert index
    with served_forum(forum) as root:
        run = crawl(f"{root}bbs", tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    site = f"{root.split('/')[2]}/bbs"
    assert {line["site"] for line in run.lines("articles")} == {site}
    assert len(list(tmp_path.iterdir())) == 1
    assert forum.asked["/bbs/forum.php"] == 0


def test_the_address_that_was_given_is_asked_first(forum: Forum, tmp_path: Path) -> None:
    """`Disallow: /forum.php$` is no reason to leave a forum alone whose index is its root."""
    made = town(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /forum.php$\n"
    with served_forum(forum) as root:
        run = crawl(root, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert (forum.asked["/"], forum.asked["/forum.php"]) == (1, 0)


@pytest.mark.parametrize(
    "front",
    [
        PORTAL,
        "<html><body>Hello</body></html>",
        (403, HTML, b"<html><body>Forbidden</body></html>"),
        (302, {"Location": "http://www.elsewhere.example/"}, b""),
        (404, HTML, b"<html><body>404</body></html>"),
    ],
    ids=["portal", "another program", "no listing", "elsewhere", "nothing"],
)
def test_where_the_root_is_no_index_the_index_is_asked_for(
    forum: Forum, tmp_path: Path, front: object
) -> None:
    made = town(forum)
    moved(forum, "/bbs")
    forum.pages["/bbs/forum.php"] = forum.pages["/bbs/"]
    forum.pages["/bbs/"] = front
    with served_forum(forum) as root:
        run = crawl(f"{root}bbs/", tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert (forum.asked["/bbs/"], forum.asked["/bbs/forum.php"]) == (1, 1)
    # the board behind a link to elsewhere
    assert [line["reason"] for line in run.lines("refusals")] == ["password", "off_site"]
