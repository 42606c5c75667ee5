"""The crawl and the commands that look at one page tell the same of a page that cannot be read."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST, Forum, begin, scrapy, served_forum
from tests.forum.desktop import Thread, message
from tests.forum.lists import Listing, Row
from tests.forum.town import BUSY, thread_path, town
from tests.pages import first, replies

PATH = "/forum.php?mod=viewthread&tid=1"
HTML = {"Content-Type": "text/html"}
FLOORS = [first(1, "第一盏灯亮了。"), *replies(2, "坐等周末。")]


def page(tid: int) -> str:
    return str(Thread(FLOORS, tid=tid))


def cut_off(tid: int) -> str:
    return page(tid).partition("坐等周末。")[0]


PAGE = page(1)
SLOW_DOWN = (429, HTML, b"429")
# what the server answers, the reason that all tell, and whether it may pass
ANSWERS: dict[str, tuple[Any, str, bool]] = {
    "robots.txt forbids it": (PAGE, "robots_disallowed", False),
    "404 of the server": ((404, HTML, b"404"), "not_discuz", True),
    "login": (message("抱歉，您尚未登录，没有权限访问该版块", login=True), "login_required", False),
    "redirect to another host": ((302, {"Location": "http://b.example/"}, b""), "off_site", True),
    "redirect without end": ((302, {"Location": PATH[:-1]}, b""), "unreachable", True),
    "too large": ((200, {"Content-Length": "3000000000"}, b"x"), "too_large", True),
    "data loss": ((200, {"Content-Length": "90000"}, PAGE.encode()[:900]), "truncated", True),
    "cut off": (cut_off(8), "truncated", True),
    "server error": (BUSY, "server_error", True),
    "another program": ("<html><body>Hello</body></html>", "not_discuz", True),
    # nothing is asked for behind it
    "rate limited": (SLOW_DOWN, "rate_limited", True),
    "no such host": (None, "unreachable", True),
    "connection reset": (None, "unreachable", True),
}
NUMBERS = {name: number for number, name in enumerate(ANSWERS, 1)}
assert NUMBERS["cut off"] == 8
FORBIDDEN = NUMBERS["robots.txt forbids it"]
ALONE = [name for name, (answer, _, _) in ANSWERS.items() if answer is None]


@contextmanager
def served_raw(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that knows no robots.txt, and treats all other connections as ``answer`` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                if b"robots.txt" in connection.recv(4096):
                    connection.sendall(b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n")
                    connection.close()
                else:
                    answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass
class Told:
    """What the crawl tells of each address, and what check-site prints of it."""

    urls: dict[str, str]
    crawl: dict[str, dict[str, Any]]
    checked: dict[str, str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One crawl of all addresses; check-site reads three of a board at once."""
    folder = tmp_path_factory.mktemp("told")
    with served_forum() as forum, served_raw(reset) as resetting:
        robots = f"User-agent: *\nDisallow: {PATH[:-1]}{FORBIDDEN}$\n"
        forum.pages["/robots.txt"] = robots
        hosts = dict.fromkeys(ANSWERS, forum.root.rstrip("/"))
        hosts |= {"no such host": "http://nowhere.invalid", "connection reset": resetting}
        urls = {name: f"{hosts[name]}{PATH[:-1]}{NUMBERS[name]}" for name in ANSWERS}
        listed = [name for name in ANSWERS if name not in ALONE]
        for name in listed:
            forum.pages[f"{PATH[:-1]}{NUMBERS[name]}"] = ANSWERS[name][0]
        forum.pages[PATH[:-1]] = (302, {"Location": PATH[:-1]}, b"")
        addresses = folder / "addresses.txt"
        addresses.write_text("\n".join(urls.values()), "utf-8")
        # nothing but refusals, which would end it
        on = ("-s", "STOP_AFTER_BLOCKS=0", "-s", "STOP_AFTER_FAILURES=0")
        run = scrapy("crawl", "discuz", "-a", f"urls_file={addresses}", *on, data=folder / "data")
        to_check = [urls[name] for name in ALONE]
        for fid in range(1, 5):
            rows = [Row(NUMBERS[name]) for name in listed[3 * fid - 3 : 3 * fid]]
            board = f"/forum.php?mod=forumdisplay&fid={fid}"
            forum.pages[board] = str(Listing(rows, fid=fid))
            to_check.append(forum.root.rstrip("/") + board)
        checks = [scrapy("check-site", url, data=folder / "none") for url in to_check]
        assert not (folder / "none").exists()
        lines = [line for check in checks for line in check.stdout.splitlines()]
        said = [line.removeprefix("not read: ") for line in lines if line.startswith("not read")]
        yield Told(
            urls,
            {line["url"]: line for line in run.lines("refusals")},
            dict(line.split(": ", 1) for line in said),
        )


@pytest.mark.parametrize("name", ANSWERS)
def test_all_tell_the_same(name: str, told: Told, tmp_path: Path) -> None:
    _, reason, retriable = ANSWERS[name]
    url = told.urls[name]
    line = told.crawl[url]
    assert (line["reason"], line["retriable"]) == (reason, retriable)
    shown = json.loads(scrapy("page", url, data=tmp_path).stdout.splitlines()[-1])
    for part in (told.crawl[url], shown):
        part.pop("fetched_at")
        # a page that is cut off has given lines with its status; a crawl may ask more than once
        part.pop("status", None)
        part.pop("attempts")
    assert shown == told.crawl[url]
    said = f"{reason}, retriable" if retriable else reason
    assert told.checked[url].partition(" (")[0] == said


def test_robots_txt_that_cannot_be_had(forum: Forum, tmp_path: Path) -> None:
    forum.pages |= {"/robots.txt": BUSY, PATH: PAGE}
    url = forum.root.rstrip("/") + PATH
    run = scrapy("page", url, data=tmp_path)
    assert (run.status, json.loads(run.stdout)["reason"]) == (3, "unreachable")
    assert (forum.asked[PATH], "robots.txt answers 503" in run.stderr) == (0, True)


def test_an_answer_that_does_not_come(tmp_path: Path) -> None:
    held: list[socket.socket] = []
    given = ("-s", "DOWNLOAD_TIMEOUT=0.5", "-s", "RETRY_TIMES=0")
    with served_raw(held.append) as root:
        url = root + PATH
        crawled = scrapy("crawl", "discuz", "-a", f"url={url}", *given, data=tmp_path)
        shown = scrapy("page", url, *given, data=tmp_path)
        checked = scrapy("check-site", url, *given, data=tmp_path)
    for connection in held:
        connection.close()
    for line in (crawled.lines("refusals")[0], json.loads(shown.stdout)):
        assert (line["reason"], line["retriable"]) == ("unreachable", True)
    assert checked.stdout.startswith(f"not read: {url}: unreachable, retriable (")


def test_what_passes_is_asked_for_again(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PATH] = [BUSY, SLOW_DOWN, PAGE]
    run = scrapy("page", forum.root.rstrip("/") + PATH, data=tmp_path)
    texts = [json.loads(line)["text"] for line in run.stdout.splitlines()]
    assert (run.status, texts) == (0, ["第一盏灯亮了。", "坐等周末。"])
    assert forum.asked[PATH] == 3


def test_a_page_that_ends_too_early_is_shown_and_refused(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PATH] = cut_off(1)
    url = forum.root.rstrip("/") + PATH
    saved = tmp_path / "page.html"
    saved.write_text(forum.pages[PATH], "utf-8")
    for address in (url, str(saved)):
        run = scrapy("page", address, data=tmp_path)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        assert [line.get("reason") for line in lines] == [None, "truncated"]
        assert (run.status, lines[0]["text"]) == (3, "第一盏灯亮了。")
    run = scrapy("check-site", url, data=tmp_path)
    assert (run.status, run.stdout) == (3, f"not read: {url}: truncated, retriable\n")


def test_a_long_pause_that_is_asked_for_ends_the_command(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for tid in made.talks:
        forum.pages[thread_path(tid)] = (429, {"Retry-After": "7200"}, b"429")
    run = scrapy("page", forum.root.rstrip("/") + thread_path(11), data=tmp_path)
    assert (run.status, json.loads(run.stdout)["reason"]) == (3, "rate_limited")
    run = scrapy("check-site", forum.root, data=tmp_path)
    assert run.status == 5
    assert run.stdout.count("rate_limited, retriable (") == 1
    # one by each command
    assert sum(forum.asked[thread_path(tid)] for tid in made.talks) == 2


def test_nothing_more_is_asked_for_once_a_forum_blocks(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for tid in made.talks:
        forum.pages[thread_path(tid)] = SLOW_DOWN
    run = scrapy("check-site", forum.root, data=tmp_path)
    assert (run.status, run.stdout.count("not read: ")) == (5, 1)
    # one thread, as often as RETRY_TIMES says
    assert sum(forum.asked[thread_path(tid)] for tid in made.talks) == 3


def test_ctrl_c(forum: Forum, tmp_path: Path) -> None:
    def interrupted() -> str:
        os.kill(running.pid or 0, signal.SIGINT)
        return PAGE

    forum.pages[PATH] = interrupted
    url = forum.root.rstrip("/") + PATH
    running = begin("page", url, *FAST, out=tmp_path)
    running.join(60)
    assert running.exitcode == 130
    assert f"scrapy page: interrupted before {url} was read" in (tmp_path / "stderr").read_text()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            {"/robots.txt": "User-agent: *\nDisallow: /\n"},
            "robots_disallowed (Forbidden by robots.txt)",
        ),
        (
            {PATH: (302, {"Location": "http://b.example/?token=1"}, b"")},
            "off_site (leads to b.example: if that is the same forum, crawl it by its own"
            " address, http://b.example/)",
        ),
    ],
)
def test_no_fixture_is_made_of_a_page_that_did_not_come(
    answer: dict[str, Any], said: str, forum: Forum, tmp_path: Path
) -> None:
    forum.pages |= answer
    url = forum.root.rstrip("/") + PATH
    run = scrapy("fixture", "--folder", str(tmp_path / "kept"), url, "x", data=tmp_path)
    assert (run.status, run.stdout) == (3, "")
    assert run.stderr == f"scrapy fixture: {url}: {said}\n"
    assert not (tmp_path / "kept").exists()


def test_the_agent_says_who_asks(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PATH] = PAGE
    url = forum.root.rstrip("/") + PATH
    contact = ("-s", "CONTACT=mailto:me@example.org")
    for command in ("page", "check-site"):
        assert scrapy(command, url, *contact, data=tmp_path).status == 0
    assert forum.agents == {"discuz-archiver/0.1 (Scrapy; +mailto:me@example.org)"}


def test_scrapy_lists_one_spider(tmp_path: Path) -> None:
    run = scrapy("list", data=tmp_path, quickly=False)
    assert run.stdout == "discuz\n"
