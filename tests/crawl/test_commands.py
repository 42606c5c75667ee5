"""Commands as they are typed: what they print, how they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.cmdline import execute

from crawler.frontier.options import BadOptionsError, read_options
from tests.conftest import ROOT, Forum, scrapy
from tests.forum.copies import COPIES
from tests.forum.desktop import HOST, Thread
from tests.pages import first

NEWS = ROOT / "fixtures" / "thread" / "news" / "page.html"


@pytest.mark.parametrize(
    "arguments",
    [
        ["crawl"],
        ["crawl", "nosuch"],
        ["crawl", "discuz"],
        ["crawl", "discuz", "--nosuch"],
        ["crawl", "discuz", "-a", "url=nonsense"],
        ["crawl", "discuz", "-a", "url=http://"],
        ["crawl", "discuz", "-a", "url=ftp://b.example/"],
        ["crawl", "discuz", "-a", "url=file:///no/such/page.html"],
        ["crawl", "discuz", "-a", "urls_file=/no/such/file"],
        ["crawl", "discuz", "-a", "url=http://b.example/", "-a", "replies=maybe"],
        ["crawl", "discuz", "-a", "url=http://b.example/", "-a", "colour=red"],
        ["page"],
        ["page", "/no/such/page.html"],
        ["page", "file://[x"],
        ["page", "ftp://bbs.example.net/"],
        ["page", "a", "b"],
        ["page", "--nosuch", str(NEWS)],
        ["page", str(NEWS), "--seen-at", "yesterday"],
        ["page", str(NEWS), "-s", "OLD_TLS=perhaps"],
        ["crawl", "discuz", "-a", "url=http://b.example/", "-s", "TEXT_HTML=maybe"],
    ],
)
def test_bad_input_gives_one_clear_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", *arguments])
    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith(f"scrapy {arguments[0]}: ")


@pytest.mark.parametrize(
    ("command", "status", "printed"),
    [
        (f"page {NEWS}", 0, ""),
        ("report x", 2, "scrapy report: no lines in data/x\n"),
        ("export x --to csv", 2, "scrapy export: no lines in data/x\n"),
        ("snapshot x", 2, "scrapy snapshot: no lines in data/x\n"),
    ],
)
def test_commands_work_outside_of_a_project(
    tmp_path: Path, command: str, status: int, printed: str
) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *command.split()],
        cwd=tmp_path,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (status, printed)


@pytest.mark.parametrize(("said", "has_html"), [("no", False), ("off", False), ("Yes", True)])
def test_yes_and_no_are_values_of_settings(tmp_path: Path, said: str, has_html: bool) -> None:
    page = ("crawl", "discuz", "-a", f"url={NEWS.as_uri()}")
    run = scrapy(*page, "-s", f"TEXT_HTML={said}", data=tmp_path)
    assert run.status == 0, run.stderr
    assert ["text_html" in line for line in run.lines("articles")] == [has_html]
    told = scrapy("page", str(NEWS), "-s", f"TEXT_HTML={said}", data=tmp_path)
    assert ("text_html" in told.stdout) == has_html


def test_a_single_page_is_printed_as_it_may_be_published(tmp_path: Path) -> None:
    told = scrapy("page", str(NEWS), "-s", "AUTHORS=drop", data=tmp_path)
    assert told.status == 0, told.stderr
    shown = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line.get("author") for line in shown] == [None] * len(shown)
    # of a page that is not understood nobody knows whom its words name
    other = tmp_path / "other.html"
    other.write_text("<html><body><p>抱歉，柳岸闻莺不想说话</p></body></html>", "utf-8")
    told = scrapy("page", str(other), "-s", "AUTHORS=drop", data=tmp_path)
    assert told.status == 3
    assert "柳岸闻莺" not in told.stdout


def test_nothing_else_is_printed_before_it(tmp_path: Path) -> None:
    run = scrapy("crawl", "discuz", data=tmp_path, quickly=False)
    assert (run.status, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)


def test_a_page_from_a_file(tmp_path: Path) -> None:
    run = scrapy("page", str(NEWS), data=tmp_path, quickly=False)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    expected = json.loads((NEWS.parent / "expected.json").read_text("utf-8"))["lines"]
    assert run.status == 0, run.stderr
    assert run.stderr == ""
    assert [line["content_hash"] for line in lines] == [line["content_hash"] for line in expected]


def test_words_of_a_saved_page_count_from_the_time_given(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = str(Thread([first(1, "文", date="昨天 08:00")])).replace("GMT+8, 2023-3-15 20:00", "")
    page.write_text(text, "utf-8")
    os.utime(page, (1_700_000_000, 1_700_000_000))  # 2023-11-15 in UTC+8
    run = scrapy("page", str(page), data=tmp_path, quickly=False)
    assert json.loads(run.stdout)["date_published"] == "2023-11-14T08:00:00+08:00"
    run = scrapy("page", page.as_uri(), "--seen-at", "2024-05-07T18:21:00+08:00", data=tmp_path)
    assert json.loads(run.stdout)["date_published"] == "2024-05-06T08:00:00+08:00"


def test_the_address_of_a_saved_page_can_be_given(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(str(Thread([first(1, "文")])).replace("http://bbs.example.net/", "./"), "utf-8")
    url = "https://forum.example/bbs/thread-4711-1-1.html"
    run = scrapy("page", str(page), "--url", url, data=tmp_path, quickly=False)
    assert json.loads(run.stdout)["site"] == "forum.example/bbs"


def test_a_page_from_an_address(forum: Forum, tmp_path: Path) -> None:
    forum.pages["/thread-4711-1-1.html"] = str(Thread([first(1, "文")]))
    run = scrapy("page", f"{forum.root}thread-4711-1-1.html", data=tmp_path)
    assert run.status == 0, run.stderr
    assert json.loads(run.stdout)["text"] == "文"
    assert list(tmp_path.iterdir()) == []


def test_a_page_behind_a_login_that_is_no_answer_of_the_forum(forum: Forum, tmp_path: Path) -> None:
    """Discuz leads visitors who may see nothing to a form that its robots.txt disallows."""
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /member.php\n"
    form = {"Location": "/member.php?mod=logging&action=login"}
    forum.pages["/thread-7-1-1.html"] = (302, form, b"")
    run = scrapy("page", f"{forum.root}thread-7-1-1.html", data=tmp_path)
    line = json.loads(run.stdout)
    assert (line["reason"], line["retriable"], run.status) == ("login_required", True, 3)


def test_a_page_that_is_none(forum: Forum, tmp_path: Path) -> None:
    forum.pages["/x"] = "<html><body>Hello</body></html>"
    run = scrapy("page", f"{forum.root}x", data=tmp_path)
    assert run.status == 3
    assert json.loads(run.stdout)["reason"] == "not_discuz"


def test_saved_pages_through_their_file_address(tmp_path: Path) -> None:
    run = scrapy("crawl", "discuz", "-a", f"url={NEWS.as_uri()}", data=tmp_path)
    assert run.status == 0, run.stderr
    assert [line["headline"] for line in run.lines("articles")] == ["旧码头的夜市又开了"]
    assert len(run.lines("posts")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bbs.example.net"]


def test_the_first_command_of_the_readme_gives_the_line_it_shows(tmp_path: Path) -> None:
    """From the crawl on, in the environment that runs the tests."""
    readme = (ROOT / "README.md").read_text("utf-8").split("## ")[0]
    command, shown = (block.partition("\n")[2] for block in readme.split("```")[1::2])
    for name in ("scrapy.cfg", "crawler", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    crawl = command.splitlines()[0].partition(".venv/bin/scrapy")[2]
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m scrapy{crawl}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    line, wanted = json.loads(done.stdout), json.loads(shown)
    line["fetched_at"] = wanted["fetched_at"]
    assert line == wanted


def test_addresses_with_commas_and_doubles() -> None:
    got = read_options(url="http://b.example/a,b,http://b.example/c, http://b.example/c")
    assert got.addresses == ("http://b.example/a,b", "http://b.example/c")


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    names = tmp_path / "urls.txt"
    names.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadOptionsError, match="UTF-8"):
        read_options(urls_file=str(names))


def test_who_asks_is_kept_in_no_record() -> None:
    got = read_options(url="http://me:secret@b.example/thread-1-1-1.html")
    assert got.addresses == ("http://b.example/thread-1-1-1.html",)


def test_a_saved_page_is_of_its_capture_and_of_its_forum(tmp_path: Path) -> None:
    """Two copies of a thread, as two programs saved it: one article of one forum, told once."""
    captured = datetime(2019, 3, 5, 10, 11, 12, tzinfo=UTC)
    page = str(Thread([first(950, "看", date="昨天&nbsp;10:00")]))
    for name in ("singlefile", "httrack"):
        source, _ = COPIES[name](page, f"{HOST}thread-4711-1-1.html", captured)
        (tmp_path / f"{name}.html").write_text(source, "utf-8")
        saved = (tmp_path / f"{name}.html").as_uri()
        run = scrapy("crawl", "discuz", "-a", f"url={saved}", data=tmp_path / "data")
        assert run.status == 0, run.stderr
    (line,) = run.lines("articles")
    assert (line["site"], line["fetched_at"]) == ("bbs.example.net", "2019-03-05T10:11:12+00:00")
    assert line["thread_id"] == "4711"
