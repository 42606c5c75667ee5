"""A pager that promises pages which are not there any more: Discuz sends them to the last post."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Forum
from tests.forum.town import (
    NO_REVISITS,
    Town,
    all_lines,
    asked,
    crawl,
    present,
    thread_path,
    town,
    wanted,
)

ROBOTS = "User-agent: *\nDisallow: /forum.php?mod=redirect*\nDisallow: /*?mod=misc*\n"


def promise(made: Town, tid: int, pages: int) -> None:
    """The pager of a thread goes by the highest floor ever given; what is behind it redirects."""
    shown = forum_pages(made, tid)
    for number in range(1, shown + 1):
        path = thread_path(tid, number)
        page = made.forum.pages[path]
        # a pager stands there again, even where one page is left
        count = f'<span title="共 {pages} 页"> / {pages} 页</span></label>'
        following = f'<a href="{thread_path(tid, number + 1)[1:]}" class="nxt">下一页</a>'
        pager = f'<div class="pg"><strong>{number}</strong><label>{count}{following}</div>'
        made.forum.pages[path] = page.replace('<div id="ct"', f'{pager}<div id="ct"', 1)
    for number in range(shown + 1, pages + 1):
        target = f"forum.php?mod=redirect&tid={tid}&goto=lastpost"
        made.forum.pages[thread_path(tid, number)] = (302, {"Location": target}, b"")
        made.forum.pages[f"/{target}"] = made.forum.pages[thread_path(tid, shown)]
    made.forum.pages["/robots.txt"] = ROBOTS


def forum_pages(made: Town, tid: int) -> int:
    return max(1, -(-len(made.talks[tid].posts) // 10))


@pytest.fixture
def small(forum: Forum) -> Town:
    made = town(forum)
    for tid in list(made.talks):
        if tid != 21:
            made.remove(tid)
    made.gone.clear()
    made.add(50, 3, 11)
    made.publish()
    return made


def coverage(run: object) -> dict[str, object]:
    *_, last = (line for line in run.lines("coverage") if line.get("thread_id") == "50")  # type: ignore[attr-defined]
    return last  # type: ignore[no-any-return]


def test_the_only_post_of_the_last_page_is_deleted(
    small: Town, forum: Forum, tmp_path: Path
) -> None:
    assert crawl(forum, tmp_path).status == 0
    del small.talks[50].posts[500011]
    small.publish()
    promise(small, 50, 2)
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    gone = [line["post_id"] for line in run.lines("posts") if line.get("is_deleted")]
    assert gone == ["500011"]
    assert present(run) == wanted(small)
    line = coverage(run)
    assert (line["status"], line["posts_captured"], line["pages_expected"]) == ("complete", 10, 1)
    assert not any(line.get("thread_id") for line in run.lines("refusals"))
    assert not any("goto=lastpost" in path for path in forum.asked)
    told = list(all_lines(run))
    run = crawl(forum, tmp_path)
    assert (run.status, list(all_lines(run))) == (0, told)
    assert "nothing new" in run.stderr


def test_it_was_deleted_before_the_first_night(small: Town, forum: Forum, tmp_path: Path) -> None:
    del small.talks[50].posts[500011]
    small.publish()
    promise(small, 50, 3)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(small)
    assert coverage(run)["status"] == "complete"
    assert len(asked(forum, "tid=50")) <= 3


def test_two_pages_went(small: Town, forum: Forum, tmp_path: Path) -> None:
    for number in range(12, 32):
        small.talks[50].posts[500000 + number] = f"又{number}"
    small.publish()
    assert crawl(forum, tmp_path).status == 0
    for number in range(19, 32):
        del small.talks[50].posts[500000 + number]
    small.reply(21, "与此无关")
    small.publish()
    promise(small, 50, 4)
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(small)
    assert coverage(run)["status"] == "complete"
