"""Threads in the archiver: bare text, in which words are easily taken for something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from tests.forum.desktop import HOST
from tests.forum.phones import Post, archived_thread

SEEN = datetime(2023, 3, 20, 12, tzinfo=UTC)
TITLE = "旧码头的夜市又开了"


def read(page: str) -> ThreadPage | None:
    got = read_page(page.encode(), url=f"{HOST}archiver/?tid-4711.html", seen_at=SEEN)
    return got if isinstance(got, ThreadPage) else None


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("用&quot;Python&quot;写", '用"Python"写'),
        ("写&nbsp;PHP 3&gt;P", "写 PHP 3>P"),
        ("见 http://b.example/a:time:b", "见 http://b.example/a:time:b"),
        ("到 http://b.example/:D 去", "到 http://b.example/:D 去"),
        # smilies stand as they were typed
        ("灯亮了:lol", "灯亮了"),
        ("好{:2_25:}看:D", "好看"),
        ("走吧:victory:", "走吧"),
    ],
)
def test_smilies_are_told_from_words(markup: str, text: str) -> None:
    page = read(archived_thread([Post(0, markup), Post(0, "二")]))
    assert page is not None
    assert page.posts[0].body.text == text


def test_a_title_with_the_sign_between_the_steps() -> None:
    title = "甲 › 乙 的路线"
    page = read(archived_thread([Post(0, "一")]).replace(TITLE, title))
    assert page is not None
    assert page.headline == title


def test_a_pager_that_a_post_quotes_is_not_the_end() -> None:
    quoted = '<div class="page">页: [1]</div>'
    page = read(archived_thread([Post(0, f"一{quoted}"), Post(0, "二"), Post(0, "三")]))
    assert page is not None
    assert [post.body.text for post in page.posts[1:]] == ["二", "三"]


def test_a_floor_that_is_written_otherwise_is_not_words_of_the_one_above() -> None:
    page = archived_thread([Post(0, "一"), Post(0, "二"), Post(0, "三")])
    at = page.rindex('<p class="author">')
    other = page[:at] + page[at:].replace('class="author"', "class=author", 1)
    told = read(other)
    assert told is None or [post.body.text for post in told.posts] == ["一", "二", "三"]
