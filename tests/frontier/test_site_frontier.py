from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive.changes import PageSeen, RefusalSeen, TaskDone, TaskFound, ThreadSeen
from crawler.archive.site_archive import SiteArchive
from crawler.archive.state import PageTask, RefusalState, ThreadState, ThreadTask
from crawler.frontier.config import Budget, Limits
from crawler.frontier.options import read_options
from crawler.frontier.site import Site
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.template_drift import Drift
from crawler.privacy.policy import WHOLE

ROOT = "http://b.example/"
ARGUMENTS = read_options(url=ROOT)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(1_700_000_000 + seconds, UTC)


def frontier(archive: SiteArchive, now: int) -> SiteFrontier:
    site = Site(archive, WHOLE, Drift({}))
    limits = Limits(Budget(10, 30))
    return SiteFrontier(site, ROOT, ARGUMENTS, run_id=f"run{now}", now=at(now), limits=limits)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A thread whose second page was seen before the job began, the first one since."""
    archive = SiteArchive(tmp_path)
    frontier(archive, 100).ask_for([ROOT])
    seen = [ThreadSeen(ThreadState("7", "2", pages=2))]
    checked = [PageSeen("7", 1, 1_700_000_150), PageSeen("7", 2, 1_700_000_050)]
    archive.store((), [*seen, *checked])
    archive.flush()
    archive.close()
    return tmp_path


def test_what_a_stopped_run_of_the_same_job_saw_is_seen(folder: Path) -> None:
    archive = SiteArchive(folder)
    again = frontier(archive, 200)
    assert again.begun == (1_700_000_100, "run100")
    (index,) = again.next(9)
    assert isinstance(index, PageTask)
    assert (index.url, index.is_asked) == (f"{ROOT}forum.php", True)
    archive.ledger.apply([TaskDone(replace(index, is_all=True))])
    again.complete(index)
    (revisit,) = again.next(9)
    assert isinstance(revisit, ThreadTask)
    assert (revisit.key, revisit.page, revisit.todo, revisit.is_revisit) == ("7", 1, (2,), True)
    archive.ledger.apply([TaskDone(revisit)])
    again.complete(revisit)
    assert again.next(9) == []
    assert again.is_finished
    archive.close()


def test_tasks_are_in_flight_until_they_are_complete(folder: Path) -> None:
    archive = SiteArchive(folder)
    again = frontier(archive, 200)
    (index,) = again.next(9)
    assert again.next(9) == []
    assert again.asking == 1
    again.mark_delivering(index)
    assert again.asking == 0
    assert again.next(9) == [], "its lines are not stored yet"
    assert not again.is_finished
    again.complete(index)
    assert again.next(9) == [index]
    assert not again.is_finished
    archive.close()


def test_pages_of_a_thread_that_is_refused_are_not_chosen_each_time(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    asks = frontier(archive, 100)
    refusal = RefusalState(
        "s:refusal:7", "7", "no_permission", False, 1, 1, 1_700_000_090, f"{ROOT}7"
    )
    archive.ledger.apply([ThreadSeen(ThreadState("7", pages=1)), PageSeen("7", 1, 5)])
    archive.ledger.apply([RefusalSeen(refusal), TaskFound(ThreadTask(key="7", url=ROOT))])
    (task,) = asks.next(1)
    assert asks.is_left_out(task, "s:refusal:7")
    assert asks.site.tally.refusals_standing == 1
    assert archive.ledger.oldest_pages(1_700_000_100, None, 9) == []
    assert asks.asking == 0
    archive.close()
