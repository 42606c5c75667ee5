"""What of a forum is read, and what is looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, Forum
from tests.crawl.obstacle_seeds import age
from tests.forum.lists import Listing, Row
from tests.forum.town import (
    DENIED,
    NO_REVISITS,
    asked,
    board_path,
    crawl,
    present,
    thread_path,
    town,
    wanted,
)

# -- what is asked for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "path", "threads"),
    [
        (["-a", "boards=3,4"], "", {1, 21, 22, 31}),
        ([], board_path(3), {1, 21, 22}),
        ([], board_path(2), {1, 2, *range(11, 20), 31}),
        (["-a", "boards=2", "-a", "max_pages=1"], "", {1, 2, 16, 17, 18, 19}),
        (["-a", "max_threads=4"], "", {1, 2, 18, 19}),
        (["-a", "since=2023-02-23T21:45:00+08:00"], "", {19, 21, 22, 31}),
    ],
)
def test_options_limit_what_is_read(
    forum: Forum, tmp_path: Path, arguments: list[str], path: str, threads: set[int]
) -> None:
    town(forum)
    run = crawl(forum, tmp_path, *arguments, path=path)
    assert run.status == 0, run.stderr
    assert {int(line["thread_id"]) for line in run.lines("articles")} == threads


def test_a_limited_walk_hides_nothing_from_the_next(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for arguments in (["-a", "max_threads=3"], ["-a", "since=2023-02-23T21:45:00+08:00"], []):
        run = crawl(forum, tmp_path, *arguments, *NO_REVISITS)
        assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_what_was_seen_since_a_day_is_not_all_there_is(forum: Forum, tmp_path: Path) -> None:
    """The first page of board 2 holds what is newer; a walk without limit goes on behind it."""
    made = town(forum)
    crawl(forum, tmp_path, "-a", "since=2023-02-23T21:15:00+08:00", path=board_path(2))
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert present(run) == wanted(made)


def test_opening_posts_now_and_replies_later(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    run = crawl(forum, tmp_path, "-a", "replies=no")
    assert (len(run.lines("articles")), run.lines("posts")) == (14, [])
    assert len(asked(forum)) == 14
    again = crawl(forum, tmp_path, "-a", "replies=no", *NO_REVISITS)
    assert asked(forum) == []
    assert "nothing new" in again.stderr
    assert present(crawl(forum, tmp_path)) == wanted(made)


def test_old_pages_are_looked_at_again_within_a_budget(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    crawl(forum, tmp_path)
    made.talks[12].posts[120015] = "悄悄改了"
    made.talks[14].posts[140002] = "也改了"
    del made.talks[13].posts[130003]
    made.publish()
    budget = ("-s", "REVISIT_PAGES=7")
    costs = []
    for _ in range(5):
        # two runs within one second read their pages at the same time
        age(tmp_path, 0.01)
        run = crawl(forum, tmp_path, *budget)
        costs.append(sum(forum.asked.values()))
    assert present(run) == wanted(made)
    # robots.txt, index, boards, and what the looks at lists brought up
    assert max(costs) <= 2 + 4 + 7 + 2
    full = crawl(forum, tmp_path, "-a", "full=yes")
    assert len(asked(forum)) == 18
    assert full.lines("posts") == run.lines("posts")


# -- odd forums -------------------------------------------------------------------------------------------


def test_a_list_that_never_ends_ends(forum: Forum, tmp_path: Path) -> None:
    """Pages behind the last come as page 1; here the pager promises more than there are."""
    rows = [Row(tid, last=f"2023-3-{20 - tid} 10:00") for tid in (1, 2)]
    for page in range(1, 30):
        path = "/forum.php?mod=forumdisplay&fid=8" + (f"&page={page}" if page > 1 else "")
        forum.pages[path] = str(Listing(rows, pages=1000))
    run = crawl(forum, tmp_path, path=board_path(8))
    assert forum.asked[board_path(8, 2)] == 1
    assert forum.asked[board_path(8, 3)] == 0
    assert "the list shows 1 of its 1000 pages" in run.stderr


def test_a_forum_that_looks_different_now(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    assert crawl(forum, tmp_path).status == 0
    skin = ROOT / "fixtures" / "message" / "template_unknown" / "page.html"
    for tid in range(51, 56):
        made.add(tid, 3)
    made.publish()
    for tid in range(51, 56):
        forum.pages[thread_path(tid)] = skin.read_text("utf-8")
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 4, run.stderr
    assert "no longer look as they did" in run.stderr.splitlines()[-1]


def test_a_forum_that_is_not_there_is_a_mistake(forum: Forum, tmp_path: Path) -> None:
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert [line["reason"] for line in run.lines("refusals")] == ["not_discuz"]
    assert forum.asked == {"/robots.txt": 1, "/": 1, "/forum.php": 1}


def test_the_budget_is_not_eaten_by_what_cannot_be_seen(forum: Forum, tmp_path: Path) -> None:
    """A thread that is shut away, one that no list shows, a list that shrank: asked once."""
    made = town(forum)
    crawl(forum, tmp_path)
    made.talks[12].fid = 99
    made.talks[13].unlisted = True
    for tid in range(14, 17):
        made.talks[tid].fid = 3
    made.publish()
    for page in range(1, 5):
        forum.pages[thread_path(12, page)] = DENIED
    crawl(forum, tmp_path, "-s", "REVISIT_PAGES=50")
    threads: list[set[str]] = []
    # what was looked at within this very second is not looked at again: some runs find nothing
    while sum(map(len, threads)) < 3 and len(threads) < 40:
        crawl(forum, tmp_path, "-s", "REVISIT_PAGES=2")
        threads.append({path.partition("tid=")[2] for path in asked(forum)})
    assert sum(map(len, threads)) >= 3
    assert not any(each & {"12", "12&page=2", "12&page=3", "12&page=4"} for each in threads)
    crawl(forum, tmp_path, *NO_REVISITS)
    assert asked(forum) == []
