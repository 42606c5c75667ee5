"""What is told of a run while it is under way."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from crawler.extensions.progress_view import drawn
from crawler.reporting.progress import Progress
from tests.conftest import ROOT, Forum, scrapy
from tests.forum.town import board_path, thread_path, town

RUN = Progress(
    place="https://bbs.example.org/",
    run_id="20261125T120000.000Z",
    seconds=600,
    threads_read=100,
    threads_unchanged=40,
    threads_waiting=300,
    lists_waiting=2,
    posts=1204,
    changed=3,
    pages=200,
    size=12_400_000,
    pace=60.0,
    refused={"not_found": 1, "no_permission": 4},
    delay=1.5,
    delay_by="robots.txt asks for it",
)


def test_one_line_tells_all() -> None:
    assert RUN.line == (
        "100 threads read, 2 lists and 300 threads waiting, posts: 1,204 new, 3 changed,"
        " 4 no_permission, 1 not_found refused; 60 pages a minute, 1.5 s between requests"
        " (robots.txt asks for it); at least 10 min left"
    )


def test_what_nobody_knows_yet_is_left_out_of_the_line() -> None:
    begun = replace(RUN, threads_read=1, pace=None, delay=0.0, delay_by="")
    assert begun.line.startswith("1 thread read, ")
    assert begun.line.endswith(" refused; 0.0 s between requests")


def test_pictures_and_files_if_any_were_asked_for() -> None:
    assert "files" not in RUN.line
    asked = replace(RUN, files=1212, files_refused=3)
    assert "refused, files: 1,212 kept, 3 refused; 60 pages a minute" in asked.line
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as shown:
        console.print(drawn(asked, 80))
    assert re.search(r"files +1,212 kept, 3 refused", shown.get())


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress("x", "", 0), "not known yet"),
        (
            Progress("x", "", 60, threads_read=1, threads_waiting=9, pages=1, pace=1.0),
            "about 9 min",
        ),
        # what is looked at again are pages of threads too
        (
            Progress(
                "x", "", 60, threads_read=1, revisited=9, threads_waiting=9, pages=10, pace=9.0
            ),
            "about 1 min",
        ),
        (Progress("x", "", 60, threads_read=5, pages=5, pace=5.0), "about 0 s"),
    ],
)
def test_how_long_it_takes(progress: Progress, said: str) -> None:
    assert progress.left_in_words == said


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_view_fits_its_terminal(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    evil = Progress(place="https://b.example/\x1b[2J[red]\u202e" + "x" * 200, run_id="", seconds=1)
    for progress in (RUN, evil):
        console.print(drawn(progress, width))
    said = re.sub(r"\x1b\[\d*m", "", out.getvalue())
    assert max(map(len, said.splitlines())) <= width
    assert "\x1b" not in said
    assert "[red]" in said  # no markup of rich's either
    assert "100 of 400" in said
    assert re.search(r"robots.txt\s+asks\s+for\s+it|robots.txt asks", said)


# -- as it runs ---


def quick(*more: str) -> tuple[str, ...]:
    return ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", *more)


def test_a_log_gets_a_line_now_and_then(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    every = ("-s", "PROGRESS_SECONDS=0.02", "-L", "INFO")
    run = scrapy(
        "crawl", "discuz", "-a", f"url={forum.root}", *quick(*every), data=tmp_path, quickly=False
    )
    assert run.status == 0, run.stderr
    assert re.search(
        r"\[crawler.extensions.progress_view\] INFO: \d+ threads? read, .* waiting, posts: ",
        run.stderr,
    )


@pytest.mark.parametrize("wish", ["PROGRESS=none", "LOG_LEVEL=WARNING"])
def test_none_where_none_is_wished(forum: Forum, tmp_path: Path, wish: str) -> None:
    town(forum)
    every = ("-s", "PROGRESS_SECONDS=0.02", "-s", wish)
    run = scrapy(
        "crawl", "discuz", "-a", f"url={forum.root}", *quick(*every), data=tmp_path, quickly=False
    )
    assert run.status == 0, run.stderr
    assert "threads read" not in run.stderr


def test_quiet_says_what_went_wrong_and_nothing_else(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    asked = ("crawl", "discuz", "--quiet", "-a", f"url={forum.root}")
    run = scrapy(*asked, *quick(), data=tmp_path, quickly=False)
    assert (run.status, run.stdout, run.stderr) == (0, "", "")
    made.publish()
    forum.pages[board_path(2)] = (500, {}, b"<html><body>500 Internal Server Error</body></html>")
    run = scrapy(*asked, *quick(), data=tmp_path, quickly=False)
    assert run.status == 3
    assert "scrapy crawl: not everything could be read" in run.stderr
    made.publish()
    for path in [path for path in forum.pages if "viewthread" in path or "forumdisplay" in path]:
        forum.pages[path] = (403, {}, b"<html><body>403 Forbidden</body></html>")
    run = scrapy(*asked, "-a", "full=yes", *quick(), data=tmp_path, quickly=False)
    said = [line for line in run.stderr.splitlines() if "403" in line]
    assert (run.status, len(said)) == (5, 1), run.stderr


def test_progress_has_to_be_one_of_four(forum: Forum, tmp_path: Path) -> None:
    run = scrapy("crawl", "discuz", "-a", f"url={forum.root}", "-s", "PROGRESS=x", data=tmp_path)
    assert (run.status, run.stderr) == (
        2,
        "scrapy crawl: PROGRESS=x: say auto, live, lines, none\n",
    )


class Terminal:
    """A crawl whose stderr is a terminal; ``screen`` is all that was written to it."""

    def __init__(self, forum: Forum, data: Path) -> None:
        self._master, slave = os.openpty()
        self.screen = ""
        crawl = ("crawl", "discuz", "-a", f"url={forum.root}", "-s", f"DATA_DIR={data}", *quick())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", *crawl],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        )
        os.close(slave)

    def read_until(self, is_there: Callable[[str], bool] = lambda _: False) -> None:
        """Read what is written, to the end of the process if nothing is waited for."""
        while not is_there(self.screen):
            try:
                self.screen += os.read(self._master, 65536).decode("utf-8", "replace")
            except OSError:  # the other end is closed
                break

    def end(self) -> int:
        self.read_until()
        os.close(self._master)
        return self.process.wait(60)


def hold(forum: Forum, path: str) -> tuple[threading.Event, threading.Event]:
    """Keep a page back until the first event is set; the second one is when it is asked for."""
    gate, asked, page = threading.Event(), threading.Event(), forum.pages[path]

    def answer() -> object:
        asked.set()
        gate.wait(60)
        return page

    forum.pages[path] = answer
    return gate, asked


def test_on_a_terminal_a_view_is_drawn_and_goes_at_the_end(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    gate, is_asked = hold(forum, thread_path(12))
    terminal = Terminal(forum, tmp_path)
    terminal.read_until(lambda said: "between requests" in said and is_asked.is_set())
    gate.set()
    assert terminal.end() == 0
    assert forum.root in terminal.screen
    # what is left is the line that is said at the end, below a view that was wiped out
    assert "→" in terminal.screen.rpartition("\x1b[2K")[2]
    assert "INFO" not in terminal.screen


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c(forum: Forum, tmp_path: Path, times: int) -> None:
    made = town(forum)
    gate, is_asked = hold(forum, thread_path(12))
    terminal = Terminal(forum, tmp_path)
    terminal.read_until(lambda said: "between requests" in said and is_asked.is_set())
    terminal.process.send_signal(signal.SIGINT)
    terminal.read_until(lambda said: "Ctrl-C again stops at once" in said)
    if times == 2:
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
        assert "stopped at once" in terminal.screen
        gate.set()
    else:
        gate.set()
        assert terminal.end() == 130
        assert re.search(
            r"interrupted with \d+ (?:lists? and \d+ )?threads? to go", terminal.screen
        )
    made.publish()
    run = scrapy("crawl", "discuz", "-a", f"url={forum.root}", *quick(), data=tmp_path)
    assert run.status == 0, run.stderr
    assert {line["thread_id"] for line in run.lines("articles")} == set(map(str, made.talks))
