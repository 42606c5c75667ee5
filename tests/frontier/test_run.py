"""One run over one site or several: what it opens, stores and counts, and when it ends."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import NoteMade
from crawler.archive.segments import encode
from crawler.archive.site_archive import SiteArchive
from crawler.archive.state import LEDGER, ThreadTask
from crawler.discuz.facts import Body, OtherPage, Page
from crawler.frontier.config import Config, Limits
from crawler.frontier.options import Options
from crawler.frontier.remarks import Resumed
from crawler.frontier.run import Run, RunEndsError, run_of
from crawler.frontier.saved_pages import saved_page
from crawler.frontier.step import Batch, Step
from crawler.history.delivery import Delivery, Fate
from crawler.items import to_json
from tests.frontier.offline import (
    NOW,
    ROOT,
    SITE,
    Given,
    Offline,
    board,
    board_path,
    give,
    post,
    refused,
    settle,
    store,
    thread,
    thread_path,
    told,
)

T7, T8, L2 = thread_path(7), thread_path(8), board_path(2)
OTHER = "http://c.example/"


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    return Offline(tmp_path)


def lines(folder: Path, kind: str = "*") -> int:
    return sum(
        len(path.read_text("utf-8").splitlines()) for path in folder.glob(f"*/{kind}-*.jsonl")
    )


# -- its sites ----


def test_addresses_of_two_forums_are_two_jobs(tmp_path: Path) -> None:
    run = Run(Config(tmp_path))
    addresses = [f"{ROOT}{T7}", f"{OTHER}bbs/{L2}", f"{ROOT}{T8}", f"{OTHER}{L2}"]
    run.begin(addresses, NOW)
    assert [each.root for each in run.frontiers] == [ROOT, f"{OTHER}bbs/", OTHER]
    assert list(run.sites) == ["b.example", "c.example/bbs", "c.example"]
    assert len({site.archive.folder for site in run.sites.values()}) == 3
    # one request of each forum at a time
    asked = [visit.url for visit in run.next_visits()]
    assert asked == [addresses[0], addresses[1], addresses[3]]
    assert list(run.next_visits()) == []
    assert run.site("b.example") is run.sites["b.example"]
    run.close(NOW)


@pytest.mark.parametrize("at_once, begun", [(0, 1), (1, 1), (2, 2), (9, 3)])
def test_how_many_tasks_are_asked_for_at_once(tmp_path: Path, at_once: int, begun: int) -> None:
    run = Run(Config(tmp_path, at_once=at_once))
    run.begin([f"{ROOT}{thread_path(tid)}" for tid in (7, 8, 9)], NOW)
    assert len(list(run.next_visits())) == begun
    run.close(NOW)


def test_a_folder_that_another_run_works_in(offline: Offline) -> None:
    SiteArchive(offline.data / "b.example").close()
    other = SiteArchive(offline.data / "b.example")
    with pytest.raises(RunEndsError) as raised:
        offline.begin(T7)
    assert raised.value.reason == "unusable"
    other.close()
    offline.begin(T7).close(NOW)


@pytest.mark.parametrize("what", ["pseudonyms without their salt", "a list that says nothing"])
def test_how_lines_are_published_has_to_be_clear(offline: Offline, what: str) -> None:
    """Nothing is asked for before that is; and the folder is free again."""
    folder = offline.data / "b.example"
    if what.startswith("a list"):
        folder.mkdir(parents=True)
        (folder / "removals.txt").write_text("user 7\n", "utf-8")
        config = Config(offline.data)
    else:
        offline.crawl(T7, pages={T7: thread(1)})
        config = Config(offline.data, authors="pseudonym")
    run = Run(config)
    with pytest.raises(RunEndsError, match="unusable"):
        run.begin([f"{ROOT}{T7}"], NOW)
    assert run.remarks.unusable
    assert (run.sites, run.frontiers) == ({}, [])
    SiteArchive(folder).close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    run, ended = Run(Config(tmp_path / "data")), list[str]()
    run.end = ended.append
    with pytest.raises(RunEndsError, match="storage_failed"):
        run.begin([f"{ROOT}{T7}"], NOW)
    assert run.remarks.storage_error is not None
    assert ended == ["storage_failed"]


def test_a_stopped_run_is_gone_on_with(offline: Offline) -> None:
    pages: dict[str, Given] = {L2: board(7, 8), T7: thread(1), T8: thread(1, tid=8)}
    run = offline.begin(L2)
    assert run.remarks.resumed is None
    (visit,) = run.next_visits()
    store(run, visit, give(run, visit, board(7, 8)))
    run.flush()
    run.close(NOW)
    assert run.remarks.left == (0, 2)
    done = offline.crawl(L2, pages=pages)
    began = NOW.astimezone(offline.run.remarks.resumed.began.tzinfo)  # type: ignore[union-attr]
    assert offline.run.remarks.resumed == Resumed("r1", began, 0, 2)
    # what waited, and what may have come since
    assert [each.partition(":")[0] for each in done] == [T7, T8, L2]
    assert offline.run.remarks.left is None
    offline.crawl(L2, pages=pages)
    assert offline.run.remarks.resumed is None


# -- answers ----


@pytest.mark.parametrize(
    "page, is_member, ends",
    [
        (thread(1, site=replace(SITE, member_id="0")), True, True),
        (thread(1, site=replace(SITE, member_id="0")), False, False),
        (thread(1, site=replace(SITE, member_id="7")), True, False),
        (thread(1), True, False),  # not told
        (refused("no_permission", site=replace(SITE, member_id="0")), True, True),
        (refused("not_found", by_forum=False), True, False),
        (OtherPage("space", replace(SITE, member_id="0")), True, True),
    ],
)
def test_a_member_whom_the_forum_does_not_know(
    tmp_path: Path, page: Page, is_member: bool, ends: bool
) -> None:
    offline = Offline(tmp_path, is_member=is_member)
    done = offline.crawl(T7, pages={T7: page})
    assert (done == ["ends: login_expired"]) == ends
    assert (lines(tmp_path) == 0) == ends


def test_a_site_that_is_left_alone_does_not_end_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = Run(Config(tmp_path, limits=Limits(blocks=1)))
    run.begin([f"{ROOT}{T7}", f"{ROOT}{T8}", f"{OTHER}{T7}"], NOW)
    here, there = run.next_visits()
    assert give(run, here, "off_site").is_left
    assert run.stopped
    assert run.stopped.why == "blocked"
    assert f"{ROOT} is left alone" in caplog.text
    assert list(run.next_visits()) == []
    elsewhere = thread(1, site=replace(SITE, root=OTHER))
    assert [told(line) for line in store(run, there, give(run, there, elsewhere))] == [
        "article 1",
        "unknown 1",
    ]
    assert list(run.next_visits()) == []
    assert run.frontiers[1].is_finished
    # answers that were under way change nothing
    assert give(run, here, thread(1)).is_left
    with pytest.raises(RunEndsError, match="blocked"):
        run.end_if_left()
    run.close(NOW)


# -- saved pages ----


@pytest.mark.parametrize(
    "page, expected, is_incomplete",
    [
        (thread(1, 2, replies=1), ["article 1", "post 2", "complete 2"], False),
        (thread(3, page=2, pages=4), ["post 3", "partial 1"], False),
        (thread(1, is_truncated=True), ["article 1", "partial 1", "truncated x1"], True),
        (thread(1, thread_id=None), ["template_unknown x1"], True),
        # only threads are read of saved pages
        (board(7), [], False),
        (refused("no_permission"), ["no_permission x1"], False),
        (refused("challenge"), ["challenge x1"], True),
        (refused("robots_disallowed", by_forum=False), ["robots_disallowed x1"], True),
    ],
)
def test_a_saved_page(tmp_path: Path, page: Page, expected: list[str], is_incomplete: bool) -> None:
    run = Run(Config(tmp_path))
    site, batch = saved_page(run, page, f"{ROOT}x.html", NOW)
    assert [told(entry.line) for entry in batch.entries] == expected
    assert site is run.site("b.example")
    assert (site.tally.incomplete, bool(run.example)) == (is_incomplete, is_incomplete)
    for line in run.deliver_batch(site, batch, object()):
        found = run.deliveries.of_object(line)
        assert found
        run.deliveries.settle(*found, Fate.STORED, encode(to_json(line)))
    run.flush()
    assert lines(tmp_path) == len(expected)
    # nothing of it is new the second time, and what it links to is not asked for
    if isinstance(page, type(thread(1))) and page.thread_id and not page.is_truncated:
        assert saved_page(run, page, f"{ROOT}x.html", NOW)[1].entries == []
    assert list(run.next_visits()) == []
    run.close(NOW)


def test_a_saved_page_of_a_thread_on_the_removal_list(tmp_path: Path) -> None:
    (tmp_path / "b.example").mkdir()
    (tmp_path / "b.example" / "removals.txt").write_text("thread 7\n", "utf-8")
    run = Run(Config(tmp_path))
    site, batch = saved_page(run, thread(1), f"{ROOT}x.html", NOW)
    assert (batch.entries, batch.changes, site.tally.removed) == ([], [], 1)
    run.close(NOW)


def test_only_opening_posts_of_saved_pages(tmp_path: Path) -> None:
    run = Run(Config(tmp_path), Options((), with_replies=False))
    _, batch = saved_page(run, thread(1, 2), f"{ROOT}x.html", NOW)
    assert [told(entry.line) for entry in batch.entries] == ["article 1"]
    run.close(NOW)


# -- storing ----


def test_a_task_is_complete_once_its_lines_are_stored(offline: Offline) -> None:
    """Until then the next one is asked for, but the job is not over."""
    run = offline.begin(T7)
    (visit,) = run.next_visits()
    frontier = visit.frontier
    under_way = list(run.deliver(visit, give(run, visit, thread(1, 2)), object()))
    assert frontier.asking == 0
    assert list(run.next_visits()) == []
    assert not frontier.is_finished
    for line in under_way:
        found = run.deliveries.of_object(line)
        assert found
        run.deliveries.settle(*found, Fate.DROPPED)
    assert list(run.next_visits()) == []
    assert frontier.is_finished
    run.close(NOW)


def test_batches_of_a_task_that_others_decided_are_stored_in_their_order(offline: Offline) -> None:
    """What the ledger learns behind the lines of a thread that is gone waits for these lines."""
    offline.crawl(T7, pages={T7: thread(1, 2)})
    run = offline.begin(T7, T8)
    (visit, *_) = run.next_visits()
    history = visit.frontier.history(ThreadTask(key="9", url=f"{ROOT}{thread_path(9)}"))
    entries, _ = history.add_page(thread(1, tid=9), 1, NOW)
    note = Batch(changes=[NoteMade("behind", "x")])
    yielded = list(run.deliver(visit, Step(decided=[[Batch(entries), note]]), object()))
    ledger = run.site("b.example").archive.ledger
    assert ledger.note("behind") is None
    settle(run, yielded)
    assert ledger.note("behind") == "x"
    run.flush()
    run.close(NOW)


def test_words_of_a_saved_page_that_went_nowhere_are_counted(tmp_path: Path) -> None:
    run = Run(Config(tmp_path))
    page = thread(1, post(2, body=Body(text="文", unaccounted=7)))
    site, _ = saved_page(run, page, f"{ROOT}x", NOW)
    assert site.tally.words_unaccounted == 7
    (example,) = site.unaccounted
    assert (example["post_id"], example["characters"]) == ("2", 7)
    run.close(NOW)


def test_what_became_of_lines_is_counted_where_they_belong(tmp_path: Path) -> None:
    run, heard = Run(Config(tmp_path)), list[str]()
    run.line_stored = lambda site, entry: heard.append(
        f"{site.archive.folder.name} {entry.item_id}"
    )
    one, other = run.site("b.example"), run.site("c.example")
    fates = [Fate.STORED, Fate.REJECTED, Fate.UNCHANGED, Fate.DROPPED, Fate.DROPPED, Fate.FAILED]
    history = saved_page(run, thread(*range(1, 7), replies=None), f"{ROOT}x", NOW)[1]
    entries = [each for each in history.entries if each.line.item_type != "coverage"]
    batch = Batch(entries, [NoteMade("x", "y")])
    for line, fate in zip(list(run.deliver_batch(one, batch, object())), fates, strict=True):
        found = run.deliveries.of_object(line)
        assert found
        run.deliveries.settle(*found, fate, encode(to_json(line)))
    assert one.tally.as_stats() == {
        "new_articles": 1,
        "lines_rejected": 1,
        "lines_dropped": 2,
        "lines_failed": 1,
    }
    assert (other.tally.as_stats(), run.tally.as_stats()) == ({}, one.tally.as_stats())
    assert heard == ["b.example b.example:7:1"]
    other.tally.new_articles = 4
    assert run.tally.new_articles == 5
    run.close(NOW)


def test_a_disk_that_fails_ends_the_run_once(
    offline: Offline, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    offline.crawl(T7, pages={T7: thread(1)})
    before = lines(offline.data)
    run, ended = offline.begin(T7, T8), list[str]()
    run.end = ended.append
    (visit,) = run.next_visits()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(visit.site.archive, "store", full)
    for page in (thread(1, 2, pages=2), thread(3, page=2, pages=2)):
        store(run, visit, give(run, visit, page))
    run.flush()
    run.close(NOW)
    assert ended == ["storage_failed"]
    assert len([each for each in caplog.records if each.levelno == logging.CRITICAL]) == 1
    assert "No space left" in str(run.remarks.storage_error)
    assert run.tally.new == 0
    assert lines(offline.data) == before
    monkeypatch.undo()
    done = offline.crawl(T7, T8, pages={T7: thread(1, 2), T8: thread(1, tid=8)})
    assert done[0] == f"{T7}: post 2, unknown 2"


def test_pages_of_which_a_line_is_under_way_at_the_end_are_counted(offline: Offline) -> None:
    run = offline.begin(T7)
    (visit,) = run.next_visits()
    first, *_ = run.deliver(visit, give(run, visit, thread(1, 2)), object())
    found = run.deliveries.of_object(first)
    assert found
    run.deliveries.settle(*found, Fate.STORED, encode(to_json(first)))
    run.flush()
    run.close(NOW)
    assert run.tally.lines_unstored == 3
    assert lines(offline.data) == 0
    assert offline.crawl(T7, pages={T7: thread(1, 2)}) == [f"{T7}: article 1, post 2, unknown 2"]


def test_a_line_that_came_of_no_task(tmp_path: Path) -> None:
    run = Run(Config(tmp_path))
    site, batch = saved_page(run, refused("challenge"), f"{ROOT}x.html", NOW)
    (entry,) = batch.entries
    run.store_line(site, entry.line, encode(to_json(entry.line)), [NoteMade("x", "y")])
    run.flush()
    assert lines(tmp_path, "refusals") == 1
    assert site.tally.refused["challenge"] == 1
    assert site.archive.ledger.note("x") == "y"
    assert run.site_of(Delivery(site.archive, [entry], [])) is site
    run.close(NOW)


def test_which_run_a_spider_has(tmp_path: Path) -> None:
    class Ours:
        run = Run(Config(tmp_path))

    assert run_of(Ours()) is Ours.run
    assert run_of(object()) is None
    assert run_of(None) is None


@pytest.mark.parametrize(
    "reason, versions", [("no_permission", [[1], []]), ("challenge", [[1], []])]
)
def test_a_saved_page_that_is_read_again_has_one_history(
    tmp_path: Path, reason: str, versions: list[list[int]]
) -> None:
    """No second line of the same version: the last line of an item is the present."""
    seen = []
    for _ in versions:
        run = Run(Config(tmp_path))
        site, batch = saved_page(run, refused(reason), f"{ROOT}x.html", NOW)
        seen.append([entry.line.version for entry in batch.entries])
        for line in run.deliver_batch(site, batch, object()):
            found = run.deliveries.of_object(line)
            assert found is not None
            run.deliveries.settle(*found, Fate.STORED, encode(to_json(line)))
        run.flush()
        run.close(NOW)
    assert seen == versions


def test_a_task_that_an_error_lost_is_left_to_the_next_run(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    run = offline.begin(T7, T8)
    (lost,) = run.next_visits()
    assert list(run.next_visits()) == []
    run.settle_lost()
    (other,) = run.next_visits()
    assert other.task.key != lost.task.key
    store(run, other, give(run, other, thread(1, tid=int(other.task.key))))
    assert list(run.next_visits()) == []
    assert not run.frontiers[0].is_finished
    run.close(NOW)
    again = offline.begin(T7, T8)
    assert [visit.task.key for visit in again.next_visits()] == [lost.task.key]
    again.close(NOW)


def test_a_disk_that_fails_between_two_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing waits, the job is closed and flushed: nobody stores a line then."""
    offline = Offline(tmp_path)
    run, ended = offline.begin(T7), list[str]()
    run.end = ended.append
    (visit,) = run.next_visits()
    store(run, visit, give(run, visit, thread(1)))

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(visit.site.archive.ledger, "commit", full)
    with pytest.raises(RunEndsError, match="storage_failed"):
        list(run.next_visits())
    run.close(NOW)
    assert ended == ["storage_failed"]
    folder = visit.site.archive.folder
    assert run.remarks.storage_error == f"{folder / LEDGER}: database or disk is full"
