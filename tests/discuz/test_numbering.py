from __future__ import annotations

import pytest

from tests.discuz.test_page import thread
from tests.forum.desktop import Floor, Look, Thread
from tests.pages import first


def floors(*labels: str | None) -> list[Floor]:
    return [
        Floor(10 + index, "话", label=label, date=f"2023-3-14 10:{index:02}")
        for index, label in enumerate(labels)
    ]


def number(n: int) -> str:
    return f"<em>{n}</em><sup>#</sup>"


@pytest.mark.parametrize(
    ("labels", "positions"),
    [
        (["沙发", "板凳", "地板", number(5)], [1, 2, 3, 4, 5]),
        (["樓主", "板凳"], [1, 2, 3]),
        (["地下室", "下水道"], [1, 2, 3]),
        ([number(4), "没名字", number(9)], [1, 4, 5, 9]),
        # newest first: names without a number count down
        ([number(9), "没名字", number(7)], [1, 9, 8, 7]),
        (["推荐", "沙发"], [1, None, 2]),
        (["来自 7#", "沙发"], [1, 7, 2]),
        ([None, None], [1, 2, 3]),
    ],
)
def test_positions(labels: list[str | None], positions: list[int | None]) -> None:
    page = thread(str(Thread([first(1, "首"), *floors(*labels)])))
    assert [post.position for post in page.posts] == positions


def test_a_page_without_labels_counts_on_from_the_ones_before() -> None:
    page = thread(str(Thread(floors(None, None), page=3, pages=5)))
    assert [post.position for post in page.posts] == [5, 6]


def test_the_last_page_without_labels_tells_no_number() -> None:
    page = thread(str(Thread(floors(None, None), page=3, pages=3)))
    assert [post.position for post in page.posts] == [None, None]


def test_robots_pages_newest_first_are_not_numbered() -> None:
    page = thread(
        str(Thread([first(1, "首"), *reversed(floors("", "", ""))], look=Look(robot=True)))
    )
    assert page.is_reversed
    assert [post.position for post in page.posts] == [1, None, None, None]


def test_a_first_page_that_begins_with_a_reply_has_no_article() -> None:
    page = thread(str(Thread(floors(number(2), number(3)))))
    assert not any(post.is_first for post in page.posts)


def test_a_closed_thread_without_reply_links_has_its_article() -> None:
    text = str(Thread([first(1, "首"), *floors("沙发")])).replace('class="fastre"', 'class="x"')
    page = thread(text.replace("reppost=", "x=").replace("repquote=", "x="))
    assert [post.is_first for post in page.posts] == [True, False]
