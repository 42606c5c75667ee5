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


TITLE = "旧码头的夜市又开了"


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        # the path has the title without its type
        (PAGE.replace(f"\n\n{TITLE}\n", f"\n\n[见闻] {TITLE}\n"), ("见闻", TITLE)),
        (
            PAGE.replace(f"\n\n{TITLE}\n", f"\n\n[见闻] {TITLE}\n").replace(
                f"河湾闲话 › {TITLE}", "河湾闲话 › 旧码头的夜 ..."
            ),
            ("见闻", TITLE),
        ),
        # nothing tells whether the brackets are the author's
        (
            PAGE.replace(TITLE, f"[转] {TITLE}").replace("河湾论坛»论坛", "论坛"),
            (None, f"[转] {TITLE}"),
        ),
        # some extracts begin with the page's title
        (
            f"{TITLE} - 河湾闲话 - 河湾论坛 - Powered by Discuz!\n\n{PAGE}".replace(
                "[复制链接]", "收藏主题\n[复制链接]"
            ),
            (None, TITLE),
        ),
    ],
)
def test_type_and_title(page: str, wanted: tuple[str | None, str]) -> None:
    got = read(page)
    assert (got.category, got.headline) == wanted


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("坐等周末。9 Z% r$ z) l2 K", "坐等周末。"),
        ("3 C+ q( z  m/ ~! S坐等周末。", "坐等周末。"),
        ("我选 A B C D E F", "我选 A B C D E F"),
        ("1 a2 b3", "1 a2 b3"),
        ("分类名为 <font color=red>原创</font>", "分类名为 <font color=red>原创</font>"),
        ("支持", "支持"),
        ("回复", "回复"),
        ("同去。\n收藏\n\n支持 12\n反对", "同去。"),
    ],
)
def test_copy_protection_goes_and_words_stay(said: str, text: str) -> None:
    page = read(PAGE.replace("| 只看该作者\n坐等周末。", f"| 只看该作者\n{said}", 1))
    assert page.posts[1].body.text == text


def test_what_is_withheld_is_no_text() -> None:
    notice = "游客，如果您要查看本帖隐藏内容请回复"
    post = read(PAGE.replace("第一盏灯亮了。", f"第一盏灯亮了。\n{notice}")).posts[0]
    assert (post.body.access, post.body.notices) == ("hidden_reply", (notice,))
    assert post.body.text == read(PAGE).posts[0].body.text


@pytest.mark.parametrize(
    "bar",
    ["回复\n使用道具 举报", "点评回复 支持 +1\n使用道具 评分 举报", "回复 支持 8 反对 0\n举报"],
)
def test_bars_of_other_skins(bar: str) -> None:
    page = read(PAGE.replace("回复\n\n使用道具 举报", bar))
    assert [post.body.text for post in page.posts] == [post.body.text for post in read(PAGE).posts]


def test_the_card_over_an_avatar_names_the_author() -> None:
    page = PAGE.replace(
        "\n柳岸闻莺\n\n3\n", "\n变色卡\n\n照妖镜\n\n柳岸闻莺\n\n柳岸闻莺 当前离线\n\n3\n"
    )
    assert read(page).posts[1].author.name == "柳岸闻莺"


def test_a_skin_with_labels() -> None:
    page = PAGE.replace("发表于 2023-3-14 09:26:53", "作者：石桥卖花人 | 时间：2023-3-14 09:26:53")
    post = read(page).posts[0]
    assert post.author.name == "石桥卖花人"
    assert post.date is not None
    assert post.date.value.isoformat() == "2023-03-14T09:26:53+08:00"


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
