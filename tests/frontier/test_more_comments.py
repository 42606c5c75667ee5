"""Which comments a page waits for, and what comes of their answers; crawls: `tests/crawl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.discuz.facts import Comment, CommentsPage, ThreadPage
from crawler.frontier import more_comments
from crawler.frontier.config import Limits
from crawler.frontier.options import Options
from tests.frontier.offline import (
    SITE,
    Given,
    Offline,
    board,
    board_path,
    post,
    refused,
    row,
    thread,
    thread_path,
)

T1, T2, L1 = thread_path(7), thread_path(7, 2), board_path(2)


def path(number: int, page: int = 2, tid: int = 7) -> str:
    return f"forum.php?mod=misc&action=commentmore&tid={tid}&pid={number}&page={page}&inajax=1"


def said(*texts: str) -> tuple[Comment, ...]:
    return tuple(Comment("半壶老酒", "22", text) for text in texts)


def open_post(number: int, *texts: str, **more: Any) -> Any:
    return post(number, comments=said(*texts), comments_missing=1, **more)


def brought(number: int, *texts: str, page: int = 2, pages: int = 2, tid: int = 7) -> CommentsPage:
    return CommentsPage(SITE, str(tid), str(number), page, pages, said(*texts))


ONE = thread(open_post(1, "丙"), 2, replies=1)
LOCKED = refused("no_permission")
GUARD = refused("challenge", by_forum=False)
TWO = thread(open_post(1, "丙"), open_post(2, "丁"), replies=1)
END = "article 1, post 2, complete 2"

ANSWERS: dict[str, tuple[Mapping[str, Given], list[str]]] = {
    "one page": ({T1: ONE, path(1): brought(1, "乙")}, [f"{T1}: -", f"{path(1)}: {END}"]),
    "two pages, of two posts": (
        {
            T1: TWO,
            path(1): brought(1, "乙", pages=3),
            path(1, 3): brought(1, "甲", page=3, pages=3),
            path(2): brought(2, "戊"),
        },
        [f"{T1}: -", f"{path(1)}: -", f"{path(1, 3)}: -", f"{path(2)}: {END}"],
    ),
    "a page without news ends it": (
        {T1: ONE, path(1): brought(1, "丙", pages=9)},
        [f"{T1}: -", f"{path(1)}: {END}"],
    ),
    "a refusal of one post": (
        {T1: TWO, path(1): LOCKED, path(2): brought(2, "戊")},
        [f"{T1}: -", f"{path(1)}: -", f"{path(2)}: {END}"],
    ),
    "forbidden by robots.txt": (
        {T1: TWO, path(1): "robots_disallowed"},
        [f"{T1}: -", f"{path(1)}: {END}"],
    ),
    "the comments of another post": (
        {T1: ONE, path(1): brought(2, "乙")},
        [f"{T1}: -", f"{path(1)}: {END}"],
    ),
    "the first page again": (
        {T1: ONE, path(1): brought(1, "丙", page=1)},
        [f"{T1}: -", f"{path(1)}: {END}"],
    ),
    # the thread's own address is none of those that the server does not know
    "a missing file": ({T1: ONE}, [f"{T1}: -", f"{path(1)}: {END}"]),
    "a guard for a moment": (
        {T1: ONE, path(1): [GUARD, brought(1, "乙")]},
        [f"{T1}: -", f"{path(1)}: -", f"{path(1)}: {END}"],
    ),
    "a guard in front of comments": (
        {T1: ONE, path(1): GUARD},
        [f"{T1}: -", f"{path(1)}: -", f"{path(1)}: -", f"{path(1)}: {END}"],
    ),
    "on the second page": (
        {
            T1: thread(1, pages=2, replies=1),
            T2: thread(open_post(2, "丙"), page=2, pages=2),
            path(2): brought(2, "乙"),
        },
        [f"{T1}: article 1", f"{T2}: -", f"{path(2)}: post 2, complete 2"],
    ),
    "a root on another host": (
        {T1: replace(ONE, site=replace(SITE, root="http://elsewhere.example/"))},
        [f"{T1}: {END}"],
    ),
    "a post without a number": (
        {T1: thread(1, open_post(2, "丙", id="p1-2"), replies=1)},
        [f"{T1}: article 1, post None, complete 2"],
    ),
}


@pytest.mark.parametrize("pages, wanted", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_asked_and_what_comes_of_it(
    tmp_path: Path, pages: Mapping[str, Given], wanted: list[str]
) -> None:
    offline = Offline(tmp_path, limits=Limits(retries=2))
    assert offline.crawl(T1, pages=pages) == wanted


def test_without_replies(tmp_path: Path) -> None:
    offline = Offline(tmp_path, Options((), with_replies=False))
    done = offline.crawl(T1, pages={T1: TWO, path(1): brought(1, "乙")})
    assert done == [f"{T1}: -", f"{path(1)}: article 1"]


def test_a_forum_that_refuses_all_is_asked_no_more(tmp_path: Path) -> None:
    pages: dict[str, Given] = {L1: board(*(row(tid) for tid in range(11, 16)))}
    for tid in range(11, 16):
        opening = open_post(tid, "丙", is_first=True)
        pages |= {thread_path(tid): thread(opening, tid=tid), path(tid, tid=tid): LOCKED}
    asked = [line for line in Offline(tmp_path).crawl(L1, pages=pages) if "commentmore" in line]
    assert len(asked) == 3
    # another run asks again
    asked = [line for line in Offline(tmp_path).crawl(T1, pages={T1: ONE}) if "more" in line]
    assert asked


def test_another_thread_answers_in_between(tmp_path: Path) -> None:
    """What is not the forum's is asked for once more behind the others; then it is of comments."""
    pages: dict[str, Given] = {
        L1: board(row(7), row(8)),
        T1: ONE,
        path(1): "unreachable",
        thread_path(8): thread(1, tid=8),
    }
    assert Offline(tmp_path).crawl(L1, pages=pages)[1:] == [
        f"{T1}: -",
        f"{path(1)}: -",
        f"{thread_path(8)}: article 1, complete 1",
        f"{T1}: -",
        f"{path(1)}: {END}",
    ]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(more_comments, "_REQUESTS_A_POST", 2)
    monkeypatch.setattr(more_comments, "_REQUESTS_A_PAGE", 3)
    pages: dict[str, Given] = {T1: TWO}
    for number in (1, 2):
        for page in range(2, 9):
            pages[path(number, page)] = brought(number, f"第{page}页", page=page, pages=9)
    asked = [line for line in Offline(tmp_path).crawl(T1, pages=pages) if "commentmore" in line]
    assert [line.split(":")[0] for line in asked] == [path(1), path(1, 3), path(2)]
    monkeypatch.setattr(more_comments, "_REQUESTS_A_PAGE", 99)
    monkeypatch.setattr(more_comments, "_COMMENTS_A_PAGE", 2)
    changed: ThreadPage = thread(open_post(1, "新"), open_post(2, "新"), replies=1)
    asked = [
        line
        for line in Offline(tmp_path).crawl(T1, pages={**pages, T1: changed})
        if "commentmore" in line
    ]
    assert len(asked) == 1
