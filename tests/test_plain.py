"""The plain text of a thread page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Message, ThreadPage
from tests.conftest import scrapy
from tests.pages.plain import PAGE

SEEN = datetime(2024, 5, 1, tzinfo=UTC)


def read(text: str, url: str = "file:///page.txt") -> ThreadPage:
    page = read_page(text.encode(), url=url, seen_at=SEEN)
    assert isinstance(page, ThreadPage)
    return page


def test_the_thread() -> None:
    page = read(PAGE)
    assert page.headline == "旧码头的夜市又开了"
    assert (page.views, page.replies) == (1024, 2)
    assert page.board is not None
    assert page.board.name == "河湾闲话"
    assert (page.site.name, page.site.discuz_version) == ("河湾论坛", "X3.3")
    assert page.thread_id is None
    assert page.skin == "text"


def test_who_and_when() -> None:
    first, second, third = read(PAGE).posts
    assert (first.author.name, first.author.group, first.author.credits) == (
        "石桥卖花人",
        "乡邻",
        6789,
    )
    assert (second.author.name, second.author.threads, second.author.posts) == ("柳岸闻莺", 3, 20)
    assert third.author.name == "石桥卖花人"
    assert [post.position for post in (first, second, third)] == [1, 2, 3]
    assert [post.date and post.date.value.isoformat() for post in (first, second, third)] == [
        "2023-03-14T09:26:53+08:00",
        "2023-03-13T18:48:00+08:00",
        "2023-03-15T08:00:00+08:00",
    ]
    assert first.location == "浙江省温州市 电信"


def test_what() -> None:
    first, second, third = read(PAGE).posts
    assert first.body.text == "第一盏灯亮了。\n回复\n的人很多，使用道具也不少。"
    assert (first.body.source, first.body.edited_by) == ("晚报", "石桥卖花人")
    assert second.body.text == "坐等周末。"
    assert third.body.text == "周末见。"
    assert [(quote.author, quote.text) for quote in third.body.quotes] == [
        ("柳岸闻莺", "坐等周末。")
    ]


def test_the_address_tells_the_thread() -> None:
    page = read(PAGE, "http://bbs.example.net/thread-4711-1-1.html")
    assert (page.thread_id, page.site.root) == ("4711", "http://bbs.example.net/")


@pytest.mark.parametrize(
    "text",
    ["", "发表于", "柳岸闻莺 发表于 2023-3-14 10:00\n坐等周末。", PAGE.replace("发表于", "写于")],
)
def test_other_texts_are_no_threads(text: str) -> None:
    assert isinstance(read_page(text.encode(), url="file:///page.txt", seen_at=SEEN), Message)


def test_scrapy_page_reads_it(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE, "utf-8")
    run = scrapy("page", str(tmp_path / "page.txt"), data=tmp_path)
    assert run.status == 0, run.stderr
    assert len(run.stdout.splitlines()) == 3
    assert "thread_id" not in run.stdout
