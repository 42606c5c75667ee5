"""Exports of browsers as they come, and that no cookie's value gets anywhere but to the forum."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.extensions.member_cookies import read_cookies
from tests.conftest import ROOT, Forum, Run, scrapy
from tests.forum.town import BUSY, present, thread_path, town, wanted

VALUE = "s3cret%2Fvalue"
HEADER = "# Netscape HTTP Cookie File\n"
LINE = f"bbs.example.net\tFALSE\t/\tFALSE\t0\taBcD_2132_auth\t{VALUE}\n"
SESSION = ("bbs.example.net", "/", "aBcD_2132_auth", VALUE, None, False)

EXPORTS = {
    "with the line that curl writes": (HEADER + "# https://curl.se/\n\n" + LINE, SESSION),
    "without it": (LINE, SESSION),
    "the last line without its end": (LINE.rstrip("\n"), SESSION),
    "of Windows": ((HEADER + LINE).replace("\n", "\r\n"), SESSION),
    "with a mark": ("\ufeff" + HEADER + LINE, SESSION),
    "hidden from scripts": (f"#HttpOnly_{LINE}", SESSION),
    "for a domain": (
        LINE.replace("bbs.example.net\tFALSE", ".example.net\tTRUE"),
        (".example.net", *SESSION[1:]),
    ),
    "for a domain without its dot": (
        LINE.replace("bbs.example.net\tFALSE", "example.net\tTRUE"),
        (".example.net", *SESSION[1:]),
    ),
    "with a dot and FALSE": (LINE.replace("bbs.", "."), (".example.net", *SESSION[1:])),
    "over TLS, with an end": (
        LINE.replace("FALSE\t0", "TRUE\t1893456000"),
        (*SESSION[:4], 1893456000, True),
    ),
    "an end with a fraction": (
        LINE.replace("\t0\t", "\t1893456000.25\t"),
        (*SESSION[:4], 1893456000, False),
    ),
    "expired": (LINE.replace("\t0\t", "\t1000000000\t"), (*SESSION[:4], 1000000000, False)),
    "no end": (LINE.replace("\t0\t", "\t\t"), SESSION),
    "an end below 0": (LINE.replace("\t0\t", "\t-1\t"), SESSION),
    "small letters": (LINE.replace("FALSE", "false"), SESSION),
    "an empty value": (
        LINE.replace(VALUE, ""),
        ("bbs.example.net", "/", "aBcD_2132_auth", "", None, False),
    ),
    "an empty value without its tab": (
        LINE.replace(f"\t{VALUE}", ""),
        ("bbs.example.net", "/", "aBcD_2132_auth", "", None, False),
    ),
    "no name": (
        LINE.replace("aBcD_2132_auth", ""),
        ("bbs.example.net", "/", VALUE, None, None, False),
    ),
    "a path": (LINE.replace("\t/\t", "\t/bbs\t"), ("bbs.example.net", "/bbs", *SESSION[2:])),
    "capital letters": (LINE.replace("bbs", "BBS"), SESSION),
}


@contextmanager
def nothing_is_written() -> Iterator[None]:
    """Fails if a file is opened for writing by this thread of Python, whoever asks for it."""
    written: list[Any] = []
    is_watched = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not is_watched:
            return
        if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.append(arguments[0])
        elif event.startswith("tempfile."):
            written.append(event)

    sys.addaudithook(hook)
    try:
        yield
    finally:
        is_watched = False
    assert written == []


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_browsers(name: str, tmp_path: Path) -> None:
    text, wanted = EXPORTS[name]
    path = tmp_path / "cookies.txt"
    path.write_bytes(text.encode())
    with nothing_is_written():
        (cookie,) = read_cookies(path)
    got = (cookie.domain, cookie.path, cookie.name, cookie.value, cookie.expires, cookie.secure)
    assert got == wanted
    assert cookie.domain_specified == cookie.domain.startswith(".")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no cookie"),
        (HEADER, "holds no cookie"),
        ('[{"name": "auth", "value": "s3cret%2Fvalue"}]', "line 1 has 1 of 7 fields"),
        (HEADER + LINE.replace("\t", "  "), "line 2 has 1 of 7 fields"),
        (LINE + LINE.rstrip("\n") + "\tx\n", "line 2 has 8 of 7 fields"),
        (LINE.replace("\t0\t", f"\t{VALUE}\t"), "line 1 has an end that is no number"),
        (LINE.replace("\t0\t", "\tnan\t"), "line 1 has an end that is no number"),
        (LINE.replace("bbs.example.net", "."), "line 1 names no domain"),
    ],
)
def test_what_is_no_export_is_said_without_a_value(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said) as raised:
        read_cookies(path)
    assert str(raised.value).startswith(f"COOKIES_FILE {path}: ")
    assert "s3cret" not in repr(raised.value)
    # what caused it might be printed below it
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00s3cret"])
def test_a_file_that_cannot_be_read(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    if content:
        path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read") as raised:
        read_cookies(path)
    assert "s3cret" not in repr(raised.value)


def cookies_file(folder: Path) -> Path:
    path = folder / "cookies.txt"
    path.write_text(LINE.replace("bbs.example.net", "127.0.0.1"), "utf-8")
    return path


@pytest.mark.parametrize("setting", ["HTTPCACHE_ENABLED", "COOKIES_DEBUG"])
@pytest.mark.parametrize("command", [("crawl", "discuz", "-a", "url={}")])
def test_what_would_write_them_is_refused(
    command: tuple[str, ...], setting: str, forum: Forum, tmp_path: Path
) -> None:
    arguments = [part.format(forum.root) for part in command]
    given = ("-s", f"COOKIES_FILE={cookies_file(tmp_path)}", "-s", f"{setting}=True")
    run = scrapy(*arguments, *given, data=tmp_path / "data")
    assert (run.status, run.stdout, forum.asked) == (2, "", {})
    (line,) = run.stderr.splitlines()
    assert setting in line
    assert "s3cret" not in line


def test_cookies_of_other_hosts_alone_are_a_mistake(forum: Forum, tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_text(LINE, "utf-8")
    arguments = ("crawl", "discuz", "-a", f"url={forum.root}", "-s", f"COOKIES_FILE={path}")
    run = scrapy(*arguments, data=tmp_path / "data")
    assert (run.status, run.stdout, forum.asked) == (2, "", {})
    (line,) = run.stderr.splitlines()
    assert "no cookie for 127.0.0.1 (there are some for bbs.example.net)" in line
    assert "s3cret" not in line


def test_a_crawl_leaves_no_value_in_any_file(forum: Forum, tmp_path: Path) -> None:
    """Neither below DATA_DIR and JOBDIR nor in the folder for temporary files, at any moment."""
    made = town(forum)
    for path, page in forum.pages.items():
        if isinstance(page, str):
            forum.pages[path] = page.replace("discuz_uid = '0'", "discuz_uid = '7'")
    member = cookies_file(tmp_path)
    folders = {name: tmp_path / name for name in ("data", "jobs", "temporary", "home")}
    folders["temporary"].mkdir()

    def holders() -> list[Path]:
        files = [path for folder in folders.values() for path in folder.rglob("*")]
        return [path for path in files if path.is_file() and b"s3cret" in path.read_bytes()]

    held: list[Path] = []
    last = forum.pages[thread_path(13)]

    def while_it_runs() -> Any:
        held.extend(holders())
        return last.replace("http://bbs.example.net/", forum.root).encode()

    # asked for again, by Scrapy and by the spider: such a request goes back to the queue
    cut = {"Content-Type": "text/html", "Content-Length": "9999"}
    forum.pages[thread_path(14)] = [(200, cut, b"<html>"), forum.pages[thread_path(14)]]
    forum.pages[thread_path(15)] = [BUSY, forum.pages[thread_path(15)]]
    forum.pages[thread_path(13)] = lambda: (200, {"Content-Type": "text/html"}, while_it_runs())
    given = {
        "DATA_DIR": folders["data"],
        "JOBDIR": folders["jobs"],
        "COOKIES_FILE": member,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
    }
    arguments = ["crawl", "discuz", "-a", f"url={forum.root}", "-L", "DEBUG"]
    for name, said in given.items():
        arguments += ["-s", f"{name}={said}"]
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folders["temporary"]), "HOME": str(folders["home"])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert forum.cookies == {f"aBcD_2132_auth={VALUE}"}
    assert "s3cret" not in done.stdout + done.stderr
    assert (held, holders()) == ([], [])
    assert present(Run(0, "", "", folders["data"])) == wanted(made)
