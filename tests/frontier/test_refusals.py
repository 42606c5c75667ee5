"""What an answer says in place of the page that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import RefusalSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListRowState, ListTask, RefusalState, Task, ThreadTask
from crawler.discuz.facts import Evidence
from crawler.frontier.answer import Answer
from crawler.frontier.config import Budget, Limits
from crawler.frontier.known import is_denied_as_whole
from crawler.frontier.refusals import refused_as
from tests.frontier.offline import (
    INDEX,
    NOW,
    ROOT,
    Given,
    Offline,
    board,
    board_path,
    index,
    plain_path,
    refused,
    thread,
    thread_path,
)

THREAD = ThreadTask(key="7", url=f"{ROOT}{plain_path(7)}")
LISTED = ThreadTask(key="7", url=f"{ROOT}{plain_path(7)}", row=ListRowState("2"))
LIST = ListTask(key="2", url=f"{ROOT}{board_path(2)}")


def test_a_list_that_leads_to_another_page_of_itself_is_not_that_page() -> None:
    page, task = board(7, page=1, pages=3), replace(LIST, page=3)
    answer = Answer(f"{ROOT}{board_path(2)}", NOW, page)
    said = refused_as(page, task, answer, is_redirected=True)
    assert said is not None
    assert (said.reason, said.evidence) == ("unknown_notice", "forum")
    # Discuz shows the first in place of one that it does not show
    assert refused_as(page, task, answer, is_redirected=False) is None


@pytest.mark.parametrize(
    "task, reason, path, evidence",
    [
        # the thread's own address, written in another way
        (THREAD, "no_permission", thread_path(7), "about_this"),
        (THREAD, "no_permission", plain_path(8), "forum"),
        (THREAD, "not_found", board_path(2), "forum"),
        (THREAD, "not_found", "forum.php", "forum"),
        (THREAD, "login_required", "member.php?mod=logging&action=login", "forum"),
        # Discuz leads from a thread to its board, which asks for the password
        (THREAD, "password", board_path(2), "about_this"),
        (LISTED, "password", board_path(2), "about_this"),
        (LISTED, "password", board_path(3), "forum"),
        (THREAD, "password", "forum.php", "forum"),
        (LIST, "no_permission", "forum.php?mod=forumdisplay&fid=2", "about_this"),
        (LIST, "no_permission", board_path(3), "forum"),
        (LIST, "no_permission", "forum.php", "forum"),
    ],
)
def test_behind_a_redirect_the_forum_speaks_of_where_it_led(
    task: Task, reason: Any, path: str, evidence: Evidence
) -> None:
    page = refused(reason)
    answer = Answer(f"{ROOT}{path}", NOW, page)
    said = refused_as(page, task, answer, is_redirected=True)
    assert said is not None
    assert (said.reason, said.evidence) == (reason, evidence)
    # without a redirect it is the address that was asked for
    said = refused_as(page, task, answer, is_redirected=False)
    assert said is not None
    assert said.evidence == "about_this"


# -- pages of what is denied as a whole ----

T1, T2, T8 = thread_path(7), thread_path(7, 2), thread_path(8)
L1, L2, L3 = board_path(2), board_path(2, 2), board_path(3)
OTHER: dict[str, Given] = {T8: thread(1, tid=8), thread_path(9): thread(1, tid=9)}
OTHER[L3] = board(9, fid=3)
DENIED = refused("no_permission")

# The forum of which a page is refused, how it is when the whole is denied, and when it is not.
PAGES: dict[str, tuple[str, Mapping[str, Given], Mapping[str, Given], Mapping[str, Given]]] = {
    "a thread that went where visitors may not go": (
        T2,
        {L1: board(7, 8), T1: thread(1, pages=2), T2: "unreachable"},
        {L1: board(8), T1: DENIED, T2: DENIED},
        {L1: board(8), T1: thread(1, pages=2), T2: thread(2, page=2, pages=2)},
    ),
    "a board that no index names any more": (
        L2,
        {INDEX: index(2, 3), L1: board(8, pages=2), L2: "unreachable"},
        {INDEX: index(3), L1: DENIED, L2: DENIED, "forum.php?mod=forumdisplay&fid=2": DENIED},
        {INDEX: index(2, 3), L1: board(8, pages=2), L2: board(9, page=2, pages=2)},
    ),
    "a board that is for members now": (
        L2,
        {INDEX: index(2, 3), L1: board(8, pages=2), L2: "unreachable"},
        {INDEX: index(2, 3), L1: DENIED, L2: DENIED, "forum.php?mod=forumdisplay&fid=2": DENIED},
        {INDEX: index(2, 3), L1: board(8, pages=2), L2: board(9, page=2, pages=2)},
    ),
}


@pytest.mark.parametrize("page, before, denied, again", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("days", [1, 31])
def test_the_refusal_of_a_page_waits_for_that_of_the_whole(
    page: str,
    before: Mapping[str, Given],
    denied: Mapping[str, Given],
    again: Mapping[str, Given],
    days: int,
    tmp_path: Path,
) -> None:
    """Nobody comes to it behind a first page that is denied: it would be said for ever."""
    offline = Offline(tmp_path, limits=Limits(Budget(9, 30)))
    asked = INDEX if INDEX in before else L1
    nights = [before, *[denied] * 9, *[again] * 3]
    told = []
    for number, pages in enumerate(nights):
        now = NOW + timedelta(days=40 * (number > 9) + number * days)
        told.append(offline.crawl(asked, pages={**OTHER, **pages}, now=now))
        if number == 9:
            assert not offline.run.tally.incomplete
            assert offline.run.tally.unsettled
    assert not any(each.startswith(page) for night in told[3:10] for each in night)
    # it was not forgotten
    over = [each for night in told[10:] for each in night if " over" in each]
    assert any(each.startswith(page) for each in over)
    assert not offline.run.tally.incomplete


def test_a_refused_page_of_a_list_is_asked_for_where_the_first_one_fails(tmp_path: Path) -> None:
    """An error is that of one page; the board's own walk would end at it."""
    offline = Offline(tmp_path, limits=Limits(Budget(9, 30)))
    before: dict[str, Given] = {
        INDEX: index(2, 3),
        L1: board(8, pages=2),
        L2: "unreachable",
    }
    offline.crawl(INDEX, pages={**OTHER, **before})
    after: dict[str, Given] = {INDEX: index(3), L1: "too_large", L2: board(8, page=2, pages=2)}
    told = offline.crawl(INDEX, pages={**OTHER, **after}, now=NOW + timedelta(days=1))
    assert f"{L2}: unreachable over" in told


def test_a_refused_page_of_a_thread_is_asked_for_where_the_first_one_fails(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(Budget(9, 30)))
    before: dict[str, Given] = {L1: board(7, 8), T1: thread(1, pages=2), T2: "unreachable"}
    offline.crawl(L1, pages={**OTHER, **before})
    # no list shows it any more, and nobody knows why
    after: dict[str, Given] = {L1: board(8), T1: "too_large", T2: "too_large"}
    offline.crawl(L1, pages={**OTHER, **after}, now=NOW + timedelta(days=1))
    after[T2] = thread(2, page=2, pages=2)
    told = offline.crawl(L1, pages={**OTHER, **after}, now=NOW + timedelta(days=2))
    assert f"{T1}: -" in told
    assert any(each.startswith(f"{T2}: post 2, too_large over") for each in told)


def _refusal(path: str, **more: Any) -> RefusalState:
    url = f"{ROOT}{path}"
    made = RefusalState(f"b.example:refusal:{path}", "7", "no_permission", True, 1, 1, 500, url)
    return replace(made, **more)


_LIST: dict[str, Any] = {"thread_id": None, "board": "2"}


@pytest.mark.parametrize(
    "page, whole, is_whole",
    [
        (_refusal(T2), _refusal(T1), True),
        (_refusal(T2), _refusal(T1, reason="not_found", is_retriable=False), True),
        # an error of a first page says nothing of others
        (_refusal(T2), _refusal(T1, reason="unreachable"), False),
        (_refusal(T2), _refusal(T1, reason=""), False),
        # the thread may be open again: its second page was asked for since
        (_refusal(T2, asked=501), _refusal(T1), False),
        (_refusal(T2), _refusal(thread_path(7, 3)), False),
        (_refusal(T2), _refusal(T8, thread_id="8"), False),
        # the first page itself
        (_refusal(T1), _refusal(plain_path(7)), False),
        (_refusal(L2, **_LIST), _refusal(L1, **_LIST), True),
        (_refusal(L2, **_LIST), _refusal(L3, thread_id=None, board="3"), False),
        (_refusal(L2, **_LIST), _refusal(T1, board="2"), False),
        # another order of a list is a part of it
        (_refusal(f"{L1}?filter=reply", **_LIST), _refusal(L1, **_LIST), True),
        (_refusal(L2, **_LIST), _refusal(f"{L1}?filter=reply", **_LIST), False),
        (_refusal(INDEX, thread_id=None), _refusal(L1, **_LIST), False),
    ],
)
def test_which_refusals_are_said_of_a_whole(
    page: RefusalState, whole: RefusalState, *, is_whole: bool, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "l")
    ledger.apply([RefusalSeen(page), RefusalSeen(whole)])
    assert is_denied_as_whole(page, ledger) == is_whole
    ledger.close()
