"""An obstacle after some threads, and none at the next run: each kind, as it is met most often.

Hundreds of seeds, with kills in between: `python -m tests.crawl.obstacle_seeds`.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum
from tests.crawl.obstacle_seeds import age
from tests.forum.obstacles import KINDS, Obstacle
from tests.forum.town import NO_REVISITS, Town, crawl, present, town, wanted

# What the forum itself says of threads, or seems to, is another matter than a wall.
_STATUS = {"login_wall": 6, "no_rights": 6, "closed": 3, "cut": 5, "to_itself": 3}
# Requests that an obstacle may answer in one run.
_MOST = 30


def large_town(forum: Forum) -> Town:
    """Forty threads in two boards."""
    made = Town(forum)
    made.add(1, 2, 1, sticky=3)
    for tid in range(2, 41):
        made.add(tid, 2 + tid % 2, 1 + tid % 3)
    made.publish()
    return made


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lost"])
def test_an_obstacle_ends_the_run_and_says_nothing_of_threads(
    kind: str, forum: Forum, tmp_path: Path
) -> None:
    made = large_town(forum)
    obstacle = Obstacle(forum, KINDS[kind])
    run = crawl(forum, tmp_path)
    assert run.status == _STATUS.get(kind, 5), run.stderr
    assert 0 < len(obstacle.stopped) <= _MOST
    assert "http" in run.stderr.splitlines()[-1]
    assert len(run.lines("articles")) == 6
    assert not any("thread_id" in line for line in run.lines("refusals"))
    obstacle.is_up = False
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert not any(line.get("is_deleted") for line in run.lines("articles"))


@pytest.mark.parametrize(
    "kind", ["script_guard", "bare_404", "unknown_notice", "lost", "no_rights"]
)
def test_threads_that_grew_behind_it_are_read_afterwards(
    kind: str, forum: Forum, tmp_path: Path
) -> None:
    made = large_town(forum)
    assert crawl(forum, tmp_path).status == 0
    for tid in range(10, 30):
        made.reply(tid, f"又{tid}")
    made.publish()
    obstacle = Obstacle(forum, KINDS[kind], after=0)
    run = crawl(forum, tmp_path)
    assert run.status in (4, 5, 6), run.stderr
    assert len(obstacle.stopped) <= _MOST or kind == "lost"
    obstacle.is_up = False
    run = crawl(forum, tmp_path)
    assert present(run) == wanted(made)
    assert crawl(forum, tmp_path, *NO_REVISITS).status == 0
    assert not any(line.get("is_deleted") for line in run.lines("articles"))


def test_a_quota_is_met_each_night_until_all_is_there(forum: Forum, tmp_path: Path) -> None:
    made = large_town(forum)
    obstacle = Obstacle(forum, KINDS["login_wall"], after=12)
    statuses = []
    for _ in range(9):
        obstacle.begin()
        run = crawl(forum, tmp_path, *NO_REVISITS)
        statuses.append(run.status)
        assert len(obstacle.stopped) <= _MOST
        if run.status == 0:
            break
    assert present(run) == wanted(made)
    assert statuses == [6, 6, 6, 0]


def test_the_same_wall_ends_each_night_alike(forum: Forum, tmp_path: Path) -> None:
    """What was told yesterday is not told again, and decides as it did."""
    town(forum)
    obstacle = Obstacle(forum, KINDS["firewall"], after=0, covers="")
    assert [crawl(forum, tmp_path).status for _ in range(3)] == [5, 5, 5]
    obstacle.is_up = False
    assert crawl(forum, tmp_path).status == 0


def test_pages_that_are_all_cut_off_are_a_wall_where_some_were_whole_before(
    forum: Forum, tmp_path: Path
) -> None:
    made = large_town(forum)
    assert crawl(forum, tmp_path).status == 0
    for tid in (4, 7, 9):
        made.reply(tid, f"又{tid}")
    made.publish()
    obstacle = Obstacle(forum, KINDS["half_a_page"], after=0)
    for _ in range(2):
        age(tmp_path)
        obstacle.begin()
        assert crawl(forum, tmp_path).status == 5
        assert len(obstacle.stopped) <= _MOST
    obstacle.is_up = False
    run = crawl(forum, tmp_path)
    assert present(run) == wanted(made)


def test_a_forum_whose_robots_txt_forbids_all_lists(forum: Forum, tmp_path: Path) -> None:
    """No word of success where nothing could be read; and the rules are looked at each night."""
    made = town(forum)
    rules = forum.pages["/robots.txt"]
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /*forumdisplay\n"
    for _ in range(2):
        run = crawl(forum, tmp_path)
        assert run.status == 3
        assert "robots_disallowed" in run.stderr.splitlines()[-1]
    forum.pages["/robots.txt"] = rules
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_redirects_that_lead_on_and_on_cost_few_requests(forum: Forum, tmp_path: Path) -> None:
    made = large_town(forum)
    steps = count()
    pages = dict(forum.pages)

    def lead_on(path: str) -> tuple[int, dict[str, str], bytes]:
        return 302, {"Location": f"{path.partition('&sid')[0]}&sid={next(steps)}"}, b""

    class Leading(dict[str, Any]):
        def get(self, path: str, default: Any = None) -> Any:
            return lead_on(path) if "viewthread" in path else super().get(path, default)

    forum.pages = Leading(pages)
    run = crawl(forum, tmp_path)
    assert run.status in (3, 5), run.stderr
    assert next(steps) <= 50
    forum.pages = pages
    assert present(crawl(forum, tmp_path)) == wanted(made)
