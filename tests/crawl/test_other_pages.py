"""Pages of the forum itself under addresses that are not theirs: caches, walls, guests' limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Forum
from tests.crawl.test_obstacle_table import large_town
from tests.forum.obstacles import Obstacle, Sent
from tests.forum.town import INDEX, board_path, crawl, present, thread_path, wanted

_MOST = 30


def to_announcement(_: object, __: str, forum: Forum) -> Sent:
    """All threads lead to the one that visitors are to read first."""
    return 302, {"Location": f"{forum.root}forum.php?mod=viewthread&tid=1"}, b""


@pytest.mark.parametrize("is_known", [False, True])
def test_threads_that_all_lead_to_one(is_known: bool, forum: Forum, tmp_path: Path) -> None:
    made = large_town(forum)
    if is_known:
        assert crawl(forum, tmp_path).status == 0
        for tid in range(10, 30):
            made.reply(tid, f"又{tid}")
        made.publish()
    wall = Obstacle(forum, to_announcement, covers="mod=viewthread", after=0 if is_known else 6)
    through = thread_path(1)
    wall_answer = forum.answer
    forum.answer = lambda path: (  # type: ignore[method-assign]
        Forum.answer(forum, path) if path == through else wall_answer(path)
    )
    run = crawl(forum, tmp_path)
    assert run.status == 5, run.stderr
    assert 0 < len(wall.stopped) <= _MOST
    wall.is_up = False
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize("path", [board_path(2), thread_path(2)])
def test_an_index_that_shows_something_else(path: str, forum: Forum, tmp_path: Path) -> None:
    """A cache that mixes up its pages: one board is not the forum."""
    made = large_town(forum)
    index = forum.pages[INDEX]
    forum.pages[INDEX] = forum.pages["/forum.php"] = forum.pages[path]
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert "not the index" in run.stderr.splitlines()[-1]
    forum.pages[INDEX] = index
    del forum.pages["/forum.php"]
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
