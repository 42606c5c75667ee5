"""An obstacle after some threads, and none at the next run: each kind, as it is met most often.

Hundreds of seeds, with kills in between: `python -m tests.crawl.obstacle_seeds`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Forum
from tests.forum.obstacles import KINDS, Obstacle
from tests.forum.town import NO_REVISITS, Town, crawl, present, wanted

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
