"""Forums that always have one page, one board or one address more: every run ends, and says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.discuz.facts import Board, Body
from crawler.frontier.config import Budget, Limits
from crawler.frontier.options import Options
from tests.frontier.offline import (
    INDEX,
    NOW,
    ROOT,
    Given,
    Offline,
    board,
    board_path,
    give,
    index,
    moved,
    news,
    post,
    refused,
    row,
    store,
    thread,
    thread_path,
)
from tests.frontier.test_board_gaps import boards_told

MANY = 60


def threads(*tids: int) -> dict[str, Given]:
    return {thread_path(tid): thread(10 * tid, tid=tid) for tid in tids}


def asked(done: list[str], *, begins: str) -> list[str]:
    """The addresses of lists, or of threads, that were asked for."""
    return [path for path in (text.split(": ")[0] for text in done) if path.startswith(begins)]


# -- lists -----------------------------------------------------------------------------------------


def test_a_list_that_always_promises_one_more_page_ends_where_it_has_nothing_new(
    tmp_path: Path,
) -> None:
    offline = Offline(tmp_path)
    pages = threads(11, 12, 13)
    for number in range(1, MANY):
        rows = (11, 12) if number == 1 else (13,)
        pages[board_path(2, number)] = board(*rows, page=number, pages=number + 1)
    done = offline.crawl(board_path(2), pages=pages)
    assert asked(done, begins="forum-") == [board_path(2, number) for number in range(1, 6)]
    assert len(asked(done, begins="thread-")) == 3
    # nobody counts the threads, and all that the list shows were seen
    assert (offline.run.tally.incomplete, boards_told(tmp_path)[0]["status"]) == (0, "unknown")
    # nothing happened
    done = offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=1))
    assert len(asked(done, begins="forum-")) <= 2


def test_a_list_that_is_empty_behind_its_threads_ends_there(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = threads(11)
    for number in range(1, MANY):
        rows = (11,) if number == 1 else ()
        pages[board_path(2, number)] = board(*rows, page=number, pages=MANY)
    done = offline.crawl(board_path(2), pages=pages)
    assert len(asked(done, begins="forum-")) == 4
    assert boards_told(tmp_path)[0]["status"] == "unknown"


def test_pages_that_repeat_others_hide_their_own(tmp_path: Path) -> None:
    """A cache that does not look at the number of the page; the forum's counter tells of more."""
    offline = Offline(tmp_path)
    pages = threads(11, 12)
    counted = Board("河湾闲话", "2", threads=90)
    for number in range(1, MANY):
        rows = (11,) if number == 1 else (12,)
        pages[board_path(2, number)] = board(*rows, page=number, pages=MANY, board=counted)
    ends = []
    for night in range(3):
        done = offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=night))
        ends.append((len(asked(done, begins="forum-")), offline.run.tally.incomplete))
    assert ends[:2] == [(5, 1), (5, 1)]
    assert ends[2][0] <= 2
    [told] = boards_told(tmp_path)
    assert (told["reasons"], told["pages_captured"]) == (["pages_not_shown"], 2)


def test_a_page_without_news_ends_nothing(tmp_path: Path) -> None:
    """Threads that were answered meanwhile push others to the next page."""
    offline = Offline(tmp_path)
    rows = {1: (11,), 2: (11,), 3: (11,), 4: (12,), 5: (12,), 6: (13,)}
    pages = threads(11, 12, 13)
    for number, tids in rows.items():
        pages[board_path(2, number)] = board(*tids, page=number, pages=6)
    done = offline.crawl(board_path(2), pages=pages)
    assert len(asked(done, begins="forum-")) == 6
    assert len(asked(done, begins="thread-")) == 3


def test_threads_are_read_though_their_list_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.frontier.walks.PAGES_AT_ONCE", 2)
    offline = Offline(tmp_path)
    pages = threads(*range(11, 21))
    for number in range(1, 6):
        rows = (9 + 2 * number, 10 + 2 * number)
        pages[board_path(2, number)] = board(*rows, page=number, pages=5)
    pages[board_path(3)] = board(30, fid=3)
    pages[thread_path(30)] = thread(300, tid=30, board=Board("北岸", "3"))
    pages[INDEX] = index(2, 3)
    done = offline.crawl("", pages=pages)
    paths = [text.split(": ")[0] for text in done]
    assert paths[2:] == [
        *(board_path(2, number) for number in (1, 2)),
        *(thread_path(tid) for tid in range(11, 15)),
        *(board_path(3), thread_path(30)),
        *(board_path(2, number) for number in (3, 4)),
        *(thread_path(tid) for tid in range(15, 19)),
        *(board_path(2, 5), thread_path(19), thread_path(20)),
    ]
    assert boards_told(tmp_path)[0]["status"] == "unknown"


def test_a_page_of_news_that_always_has_a_next_one(tmp_path: Path) -> None:
    offline = Offline(tmp_path, options=Options((), full=True))
    pages = threads(11, 12)
    for number in range(1, MANY):
        url = f"{ROOT}forum.php?mod=guide&view=newthread&page={number + 1}"
        path = "forum.php?mod=guide&view=newthread" + (f"&page={number}" if number > 1 else "")
        pages[path] = news(11, 12, page=number, pages=number + 1, next_url=url)
    done = offline.crawl("forum.php?mod=guide&view=newthread", pages=pages)
    assert len(asked(done, begins="forum.php?mod=guide")) == 4


def test_nothing_is_kept_of_a_list_that_was_left(tmp_path: Path) -> None:
    """A forum has hundreds of boards; the last page of the second one is refused."""
    offline = Offline(tmp_path)
    pages: dict[str, Given] = {INDEX: index(2, 3), **threads(11), board_path(2): board(11)}
    pages[board_path(3)] = board(11, fid=3, pages=2)
    pages[board_path(3, 2)] = refused("no_permission")
    offline.crawl("", pages=pages)
    [frontier] = offline.run.frontiers
    assert frontier.walks._met == {}


def test_threads_are_read_though_a_page_of_news_always_has_a_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.frontier.walks.PAGES_AT_ONCE", 2)
    offline = Offline(tmp_path)
    pages = threads(*range(11, 17))
    guide = "forum.php?mod=guide&view=newthread"
    for number in range(1, 7):
        url = f"{ROOT}{guide}&page={number + 1}" if number < 6 else None
        path = guide + (f"&page={number}" if number > 1 else "")
        pages[path] = news(10 + number, page=number, pages=6, next_url=url)
    done = offline.crawl(guide, pages=pages)
    paths = [text.split(": ")[0].removeprefix(guide) for text in done]
    assert paths == [
        *("", "&page=2", thread_path(11), thread_path(12)),
        *("&page=3", "&page=4", thread_path(13), thread_path(14)),
        *("&page=5", "&page=6", thread_path(15), thread_path(16)),
    ]


# -- boards ----------------------------------------------------------------------------------------


def test_boards_that_each_have_a_board_within(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = threads(*range(102, 110))
    for fid in range(2, 10):
        within = Board(f"版{fid + 1}", str(fid + 1), f"{ROOT}{board_path(fid + 1)}")
        pages[board_path(fid)] = board(100 + fid, fid=fid, boards=(within,))
    pages[INDEX] = index(2)
    done = offline.crawl("", pages=pages)
    assert asked(done, begins="forum-") == [board_path(fid) for fid in range(2, 6)]
    assert offline.run.tally.incomplete == 1
    assert offline.run.example == (
        f"{ROOT}{board_path(6)} (unknown_notice: a board within four others; name it to read it)"
    )


def test_boards_that_list_one_another_end(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    fids = range(2, 10)
    every = tuple(Board(f"版{fid}", str(fid), f"{ROOT}{board_path(fid)}") for fid in fids)
    pages: dict[str, Given] = {board_path(fid): board(fid=fid, boards=every) for fid in fids}
    done = offline.crawl(board_path(2), pages=pages)
    assert len(asked(done, begins="forum-")) == 8
    assert offline.run.tally.incomplete == 0


# -- threads ---------------------------------------------------------------------------------------


def test_addresses_that_each_lead_to_the_next_thread(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages: dict[str, Given] = {}
    for tid in range(11, MANY):
        pages[thread_path(tid)] = moved(thread(10 * tid, tid=tid + 1))
    done = offline.crawl(thread_path(11), pages=pages)
    assert len(asked(done, begins="thread-")) <= 8, done
    assert offline.run.tally.incomplete == 1


def long_thread(last: int, *, replies: int) -> dict[str, Given]:
    """A thread with one post a page, in a list before another one."""
    pages: dict[str, Given] = {
        board_path(2): board(row(7, replies=replies), row(11, replies=0)),
        thread_path(11): thread(1, tid=11, replies=0),
    }
    for number in range(1, last + 1):
        told_of = replies if number == 1 else None
        pages[thread_path(7, number)] = thread(number, page=number, pages=last, replies=told_of)
    return pages


def test_threads_are_read_though_one_before_them_never_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.frontier.visit.PAGES_AT_ONCE", 2)
    offline = Offline(tmp_path)
    done = offline.crawl(board_path(2), pages=long_thread(5, replies=4))
    assert done[1:] == [
        f"{thread_path(7)}: article 1",
        f"{thread_path(7, 2)}: post 2",
        f"{thread_path(11)}: article 1, complete 1",
        f"{thread_path(7, 3)}: post 3",
        f"{thread_path(7, 4)}: post 4",
        f"{thread_path(7, 5)}: post 5",
        # what the first page showed before its turn is not kept that long
        f"{thread_path(7)}: complete 5",
    ]
    assert offline.run.tally.threads_read == 2
    # it goes on in the same way
    done = offline.crawl(
        board_path(2), pages=long_thread(11, replies=10), now=NOW + timedelta(days=1)
    )
    posts = [text.split(": ")[1] for text in done if "post" in text]
    assert posts == [*(f"post {number}" for number in range(6, 11)), "post 11, complete 11"], done
    assert len(done) <= 10


def endless_thread(*, replies: int | None, last: int = 3) -> dict[str, Given]:
    """A thread of some pages; behind the last one come its posts again."""
    return {
        thread_path(7, number): thread(
            2 * min(number, last) - 1,
            2 * min(number, last),
            page=number,
            pages=number + 1,
            replies=replies if number == 1 else None,
        )
        for number in range(1, MANY)
    }


def test_a_thread_that_always_promises_one_more_page_ends(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages = endless_thread(replies=None)
    done = offline.crawl(thread_path(7), pages=pages)
    assert [text.split(": ")[1] for text in done] == [
        "article 1, post 2",
        "post 3, post 4",
        "post 5, post 6",
        *("-", "-"),
        "unknown 6",
    ]
    done = offline.crawl(thread_path(7), pages=pages, now=NOW + timedelta(days=1))
    assert not any("post" in text for text in done)
    assert len(done) <= 5


def test_one_page_that_repeats_another_is_enough_where_the_counter_agrees(tmp_path: Path) -> None:
    done = Offline(tmp_path).crawl(thread_path(7), pages=endless_thread(replies=5))
    assert done[3:] == [f"{thread_path(7, 4)}: complete 6"]


def test_pages_that_repeat_others_are_refused_where_the_counter_tells_of_more(
    tmp_path: Path,
) -> None:
    offline = Offline(tmp_path)
    done = offline.crawl(thread_path(7), pages=endless_thread(replies=50))
    assert done[3:] == [f"{thread_path(7, 4)}: unknown_notice x1, partial 6"]
    assert offline.run.tally.incomplete == 1
    whole = endless_thread(replies=9, last=5)
    done = offline.crawl(thread_path(7), pages=whole, now=NOW + timedelta(days=1))
    assert any("post 10" in text for text in done)
    assert done[-1].endswith("complete 10")


def test_a_page_that_repeats_another_in_passing_ends_nothing(tmp_path: Path) -> None:
    pages = endless_thread(replies=None, last=5)
    pages[thread_path(7, 3)] = thread(3, 4, page=3, pages=6)
    done = Offline(tmp_path).crawl(thread_path(7), pages=pages)
    assert any("post 10" in text for text in done)


def lying_thread(*, text: str = "文3") -> dict[str, Given]:
    """A thread of three pages whose counter promises a fourth; for that the third comes again."""
    third = thread(5, 6, page=3, pages=4)
    second = thread(post(3, body=Body(text=text)), 4, page=2, pages=4)
    return {
        board_path(2): board(row(7, replies=7), row(11)),
        thread_path(7): thread(1, 2, pages=4, replies=7),
        thread_path(7, 2): second,
        thread_path(7, 3): third,
        thread_path(7, 4): third,
        thread_path(11): thread(1, tid=11),
    }


def test_a_page_that_is_refused_each_night_does_not_hide_the_others(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(Budget(500)))
    seen = []
    for night in range(6):
        pages = lying_thread(text=f"夜{night}")
        done = offline.crawl(board_path(2), pages=pages, now=NOW + timedelta(days=night))
        seen.append(any("post 3" in text for text in done))
        assert len(done) <= 12
    assert seen == [True] * 6


def test_a_hot_reply_that_waits_for_its_floor_is_not_lost_with_the_run(tmp_path: Path) -> None:
    """It is shown on the first page alone, and the run ends behind that."""
    hot = post(4, position=None, is_pinned_copy=True)
    pages: dict[str, Given] = {
        thread_path(7): [thread(1, hot, 2, pages=2, replies=3)],
        thread_path(7, 2): [thread(3, page=2, pages=2)],
    }
    offline = Offline(tmp_path)
    run = offline.begin(thread_path(7))
    [visit] = run.next_visits()
    store(run, visit, give(run, visit, thread(1, hot, 2, pages=2, replies=3)))
    run.flush()
    run.close(NOW)
    done = offline.crawl(thread_path(7), pages=pages, now=NOW + timedelta(days=1))
    assert any("post 4" in text for text in done), done
    assert len(done) <= 3
