"""What comes of each answer: which lines, and what is asked for next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import PageSeen, TaskDone
from crawler.discuz.facts import Board, Body, OtherPage, Page
from crawler.frontier.answer import Answer
from crawler.frontier.config import Budget, Limits
from crawler.frontier.visit import Visit
from crawler.history import gone
from crawler.items import Reason
from tests.frontier.offline import (
    INDEX,
    NOW,
    ROOT,
    SITE,
    Given,
    Offline,
    board,
    board_path,
    give,
    index,
    moved,
    news,
    plain_path,
    post,
    refused,
    row,
    store,
    thread,
    thread_path,
)

T1, T2, T3 = (thread_path(7, page) for page in (1, 2, 3))
L1, L2, L3 = (board_path(2, page) for page in (1, 2, 3))
TWO = {T1: thread(1, 2, pages=2), T2: thread(3, page=2, pages=2)}
BUSY = refused("server_error", by_forum=False)
CUT = thread(1, is_truncated=True)

THREADS: dict[str, tuple[Mapping[str, Given], list[str]]] = {
    "one page": ({T1: thread(1, 2)}, [f"{T1}: article 1, post 2, unknown 2"]),
    "with its counter": ({T1: thread(1, 2, replies=1)}, [f"{T1}: article 1, post 2, complete 2"]),
    "next page, last page": (TWO, [f"{T1}: article 1, post 2", f"{T2}: post 3, unknown 3"]),
    "as the site writes the next page": (
        {T1: replace(TWO[T1], next_url=f"{ROOT}t7-2-1"), "t7-2-1": TWO[T2]},
        [f"{T1}: article 1, post 2", "t7-2-1: post 3, unknown 3"],
    ),
    "a next page on another host is not followed": (
        {**TWO, T1: replace(TWO[T1], next_url="http://elsewhere.example/t7-2-1")},
        [f"{T1}: article 1, post 2", f"{T2}: post 3, unknown 3"],
    ),
    "fewer pages than were promised": (
        {T1: thread(1, 2, pages=9), T2: thread(3, page=2, pages=2)},
        [f"{T1}: article 1, post 2", f"{T2}: post 3, unknown 3"],
    ),
    # what may pass at once is asked for again
    "busy for a moment": ({T1: [BUSY, thread(1)]}, [f"{T1}: -", f"{T1}: article 1, unknown 1"]),
    "busy all the time": ({T1: BUSY}, [f"{T1}: -", f"{T1}: -", f"{T1}: server_error x3"]),
    "retries are those of each page": (
        {T1: [BUSY, BUSY, thread(1, pages=2)], T2: [BUSY, BUSY, thread(2, page=2, pages=2)]},
        [
            f"{T1}: -",
            f"{T1}: -",
            f"{T1}: article 1",
            f"{T2}: -",
            f"{T2}: -",
            f"{T2}: post 2, unknown 2",
        ],
    ),
    "closed for maintenance": ({T1: refused("site_closed")}, [f"{T1}: site_closed x1"]),
    "a page in the middle fails": (
        {T1: thread(1, pages=3), T2: BUSY, T3: thread(3, page=3, pages=3)},
        [
            f"{T1}: article 1",
            f"{T2}: -",
            f"{T2}: -",
            f"{T2}: server_error x3",
            f"{T3}: post 3, partial 2",
        ],
    ),
    "the last page fails": (
        {T1: thread(1, pages=2), T2: "unreachable"},
        [f"{T1}: article 1", f"{T2}: unreachable x3, partial 1"],
    ),
    "no more is shown from page 2 on": (
        {T1: thread(1, pages=3), T2: refused("no_permission")},
        [f"{T1}: article 1", f"{T2}: no_permission x1, partial 1"],
    ),
    "cut off once": (
        {T1: [CUT, thread(1, 2)]},
        [f"{T1}: -", f"{T1}: article 1, post 2, unknown 2"],
    ),
    "cut off each time": (
        {T1: CUT},
        [f"{T1}: -", f"{T1}: -", f"{T1}: article 1, truncated x3, partial 1"],
    ),
    "cut off, and further pages": (
        {T1: replace(CUT, pages=2), T2: thread(3, page=2, pages=2)},
        [f"{T1}: -", f"{T1}: -", f"{T1}: article 1, truncated x3", f"{T2}: post 3, partial 2"],
    ),
    # the forum says nothing of this thread
    "another kind of page": ({T1: index(2)}, [f"{T1}: unknown_notice x1"]),
    "a list": ({T1: board(8)}, [f"{T1}: unknown_notice x1"]),
    "the profile of a member": ({T1: OtherPage("space", SITE)}, [f"{T1}: unknown_notice x1"]),
    "the page of another thread": ({T1: thread(1, tid=8)}, [f"{T1}: unknown_notice x1"]),
    "moved to another number": (
        {T1: moved(thread(1, tid=8)), plain_path(8): thread(1, tid=8)},
        [f"{T1}: -", f"{plain_path(8)}: article 1, unknown 1"],
    ),
    # addresses of the days when the forum rewrote them
    "the server does not know the address": (
        {plain_path(7): thread(1)},
        [f"{T1}: -", f"{plain_path(7)}: article 1, unknown 1"],
    ),
    "nor the plain one": ({}, [f"{T1}: -", f"{plain_path(7)}: not_discuz x1"]),
    "the forum knows no such thread": ({T1: refused("not_found")}, [f"{T1}: not_found x1"]),
}


@pytest.mark.parametrize("name", THREADS)
def test_a_thread(name: str, tmp_path: Path) -> None:
    pages, expected = THREADS[name]
    assert Offline(tmp_path).crawl(T1, pages=pages) == expected


PHONE = thread(1, skin="touch")
DESKTOP = f"{T1}?mobile=no"
PARTS = thread(post(1, parts_missing=1, body=Body(text="上")), 2)
ALL = f"{plain_path(7)}&cp=all"

OTHERS: dict[str, tuple[Mapping[str, Given], list[str], str]] = {
    "the desktop page tells more": (
        {T1: PHONE, DESKTOP: thread(1, 2)},
        [f"{T1}: -", f"{DESKTOP}: article 1, post 2, unknown 2"],
        "文1",
    ),
    "there is no desktop page": (
        {T1: PHONE, DESKTOP: PHONE},
        [f"{T1}: -", f"{DESKTOP}: article 1, unknown 1"],
        "文1",
    ),
    "the desktop page is refused": (
        {T1: PHONE, DESKTOP: refused("no_permission")},
        [f"{T1}: -", f"{DESKTOP}: article 1, unknown 1"],
        "文1",
    ),
    "the desktop page does not come": (
        {T1: PHONE, DESKTOP: "unreachable"},
        [f"{T1}: -", f"{DESKTOP}: article 1, unknown 1"],
        "文1",
    ),
    # asked once for a site, not once a page
    "further pages are not asked for twice": (
        {
            T1: replace(PHONE, pages=2),
            DESKTOP: replace(PHONE, pages=2),
            T2: thread(3, page=2, pages=2, skin="touch"),
        },
        [f"{T1}: -", f"{DESKTOP}: article 1", f"{T2}: post 3, unknown 2"],
        "文1",
    ),
    "the parts of a long post": (
        {T1: PARTS, ALL: thread(post(1, body=Body(text="上下")))},
        [f"{T1}: -", f"{ALL}: article 1, post 2, unknown 2"],
        "上下",
    ),
    "parts that do not come": (
        {T1: PARTS, ALL: "unreachable"},
        [f"{T1}: -", f"{ALL}: article 1, post 2, unknown 2"],
        "上",
    ),
    "parts that are refused": (
        {T1: PARTS, ALL: refused("no_permission")},
        [f"{T1}: -", f"{ALL}: article 1, post 2, unknown 2"],
        "上",
    ),
    "parts of another thread": (
        {T1: PARTS, ALL: thread(post(1, body=Body(text="别")), tid=8)},
        [f"{T1}: -", f"{ALL}: article 1, post 2, unknown 2"],
        "上",
    ),
    "a phone's page, then parts": (
        {T1: PHONE, DESKTOP: PARTS, ALL: thread(post(1, body=Body(text="上下")))},
        [f"{T1}: -", f"{DESKTOP}: -", f"{ALL}: article 1, post 2, unknown 2"],
        "上下",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_addresses_of_a_page(name: str, tmp_path: Path) -> None:
    pages, expected, text = OTHERS[name]
    offline = Offline(tmp_path)
    assert offline.crawl(T1, pages=pages) == expected
    (article,) = (tmp_path / "b.example").glob("articles-*.jsonl")
    assert f'"text": "{text}"' in article.read_text("utf-8")
    assert offline.run.tally.incomplete == 0


SEVEN, EIGHT = thread(1), thread(1, tid=8)
BOTH = {T1: SEVEN, thread_path(8): EIGHT}
# how many replies it has says its row
READ_7, READ_8 = f"{T1}: article 1, complete 1", f"{thread_path(8)}: article 1, complete 1"

LISTS: dict[str, tuple[str, Mapping[str, Given], list[str]]] = {
    "its threads": (L1, {L1: board(7, 8), **BOTH}, [f"{L1}: -", READ_7, READ_8]),
    "all pages before the threads": (
        L1,
        {L1: board(7, pages=2), L2: board(8, page=2, pages=2), **BOTH},
        [f"{L1}: -", f"{L2}: -", READ_7, READ_8],
    ),
    "one page fails, the rest is read": (
        L1,
        {L1: board(7, pages=3), L2: BUSY, L3: board(8, page=3, pages=3), **BOTH},
        # behind what else there is, and then once more
        [
            *[f"{L1}: -", f"{L2}: -", f"{L2}: -", f"{L2}: -", READ_7],
            *[f"{L2}: server_error x4", f"{L3}: -", READ_8],
        ],
    ),
    "one page does not come": (
        L1,
        {L1: board(7, pages=3), L2: "unreachable", L3: board(8, page=3, pages=3), **BOTH},
        [
            *[f"{L1}: -", f"{L2}: -", READ_7],
            *[f"{L2}: unreachable x6", f"{L3}: -", READ_8],
        ],
    ),
    "from page 2 on for members": (
        L1,
        {L1: board(7, pages=3), L2: refused("login_required"), **BOTH},
        [f"{L1}: -", f"{L2}: -", READ_7, f"{L2}: login_required x2"],
    ),
    "cut off": (
        L1,
        {L1: board(7, is_truncated=True), **BOTH},
        [f"{L1}: -", f"{L1}: -", f"{L1}: truncated x3", READ_7],
    ),
    "a page for phones": (
        L1,
        {L1: board(skin="touch"), f"{L1}?mobile=no": board(7), **BOTH},
        [f"{L1}: -", f"{L1}?mobile=no: -", READ_7],
    ),
    "a thread in its place": (L1, {L1: SEVEN}, [f"{L1}: unknown_notice x1"]),
    "the server does not know its address": (
        L1,
        {"forum.php?mod=forumdisplay&fid=2": board(7), **BOTH},
        [f"{L1}: -", "forum.php?mod=forumdisplay&fid=2: -", READ_7],
    ),
    "sub-boards": (
        L1,
        {
            L1: board(7, boards=(Board("子", "3", f"{ROOT}{board_path(3)}"),)),
            board_path(3): board(8, fid=3),
            **BOTH,
        },
        # a board's threads come before the next board
        [f"{L1}: -", READ_7, f"{board_path(3)}: -", READ_8],
    ),
    "an index": (
        "",
        {"": index(2, 3), L1: board(7), board_path(3): board(8, fid=3), **BOTH},
        [": -", f"{L1}: -", READ_7, f"{board_path(3)}: -", READ_8],
    ),
    "a portal that links to a board": (
        "",
        {
            "": index(3, is_proved=False),
            INDEX: index(2, 3),
            L1: board(7),
            board_path(3): board(8, fid=3),
            **BOTH,
        },
        [": -", f"{INDEX}: -", f"{L1}: -", READ_7, f"{board_path(3)}: -", READ_8],
    ),
    "a folder that nobody may list": (
        "",
        {"": refused("blocked"), INDEX: index(2), L1: board(7), **BOTH},
        [": -", f"{INDEX}: -", f"{L1}: -", READ_7],
    ),
    "a forum that calls its index nothing": (
        "",
        {"": index(2, is_proved=False), L1: board(7), **BOTH},
        [": -", f"{INDEX}: -", f"{L1}: -", READ_7],
    ),
    "a guard at the door": ("", {"": refused("challenge")}, [": -", ": -", ": challenge x3"]),
    "an index that is cut off": (
        "",
        {"": index(2, is_truncated=True), L1: board(7), **BOTH},
        [": -", ": -", ": truncated x3", f"{L1}: -", READ_7],
    ),
    "no index": ("", {}, [": -", f"{INDEX}: not_discuz x1"]),
    "a guide": (
        "g.php",
        {
            "g.php": news(7, pages=9, next_url=f"{ROOT}g2.php"),
            "g2.php": news(8, page=2, pages=9, next_url=f"{ROOT}g3.php"),
            "g3.php": news(8, 7, page=3, pages=9, next_url=f"{ROOT}g4.php"),
            "g4.php": news(page=4, pages=9, next_url=f"{ROOT}g5.php"),
            **BOTH,
        },
        ["g.php: -", "g2.php: -", "g3.php: -", "g4.php: -", READ_7, READ_8],
    ),
    "a guide that leads to another host": (
        "g.php",
        {"g.php": news(7, pages=9, next_url="http://elsewhere.example/"), **BOTH},
        ["g.php: -", READ_7],
    ),
    "an address that turns out to be a thread": (
        "x.php",
        {"x.php": SEVEN, plain_path(7): SEVEN},
        ["x.php: -", f"{plain_path(7)}: article 1, unknown 1"],
    ),
    "an address that turns out to be a list": (
        "x.php",
        {"x.php": board(7), L1: board(7), **BOTH},
        ["x.php: -", f"{L1}: -", READ_7],
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_an_index_a_guide(name: str, tmp_path: Path) -> None:
    path, pages, expected = LISTS[name]
    assert Offline(tmp_path).crawl(path, pages=pages) == expected


REFUSALS: list[tuple[Given, str, bool, bool]] = [
    # what was asked for is not there, or not for us: an answer, if it is a thread
    (refused("not_found"), "not_found x1", False, True),
    (refused("no_permission"), "no_permission x1", False, True),
    (refused("password"), "password x1", False, False),
    (refused("login_required"), "login_required x1", False, True),
    # nobody knows
    (refused("site_closed"), "site_closed x1", True, True),
    (refused("template_unknown"), "template_unknown x1", True, True),
    ("too_large", "too_large x3", True, True),
    ("unreachable", "unreachable x3", True, True),
    # only where the user named the address
    ("robots_disallowed", "robots_disallowed x3", True, True),
    ("off_site", "off_site x3", True, True),
]


@pytest.mark.parametrize("given, line, thread_counts, list_counts", REFUSALS)
def test_which_refusals_leave_a_run_incomplete(
    given: Given, line: str, thread_counts: bool, list_counts: bool, tmp_path: Path
) -> None:
    asked = Offline(tmp_path / "thread")
    assert asked.crawl(T1, pages={T1: given}) == [f"{T1}: {line}"]
    assert asked.run.tally.incomplete == thread_counts
    is_example = thread_counts or line == "login_required x1"
    assert (asked.run.example is not None) == is_example
    assert asked.run.tally.login_needed == (line == "login_required x1")
    asked = Offline(tmp_path / "list")
    assert asked.crawl(L1, pages={L1: given}) == [f"{L1}: {line}"]
    assert asked.run.tally.incomplete == list_counts
    listed = Offline(tmp_path / "listed")
    done = listed.crawl(L1, pages={L1: board(7), T1: given})
    # a list that shows it says otherwise
    is_contradiction = "not_found" in line
    assert (f"{T1}: {line}" in done) != is_contradiction
    is_known_by_user_only = given == "robots_disallowed"
    # the board can be listed and no thread of it read: nothing proves that this one is special
    is_denied = line in ("no_permission x1", "login_required x1")
    is_incomplete = (thread_counts or is_contradiction or is_denied) and not is_known_by_user_only
    assert listed.run.tally.incomplete == is_incomplete
    assert listed.run.tally.login_needed == is_denied


def test_a_refusal_says_what_was_asked_for(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    run = offline.begin(T1)
    (visit,) = run.next_visits()
    assert visit.refusal.id == "b.example:refusal:7"
    give(run, visit, thread(1, pages=2))
    assert visit.refusal.id == "b.example:refusal:7:2"
    step = give(run, visit, refused("no_permission", required_level=20))
    line, _ = store(run, visit, step)
    assert line.item_id == "b.example:refusal:7:2"
    asked = ("7", 2, None, 20, 200, f"{ROOT}{T2}")
    names = ("thread_id", "page", "board_id", "required_level", "status", "url")
    assert tuple(getattr(line, name) for name in names) == asked
    run.close(NOW)


def test_a_refusal_over_many_nights(tmp_path: Path) -> None:
    offline, night = Offline(tmp_path), timedelta(days=1)
    given: list[tuple[Given, list[str]]] = [
        ("unreachable", [f"{T1}: unreachable x3"]),
        ("unreachable", [f"{T1}: -"]),  # said already
        (refused("no_permission"), [f"{T1}: no_permission x1"]),
        (refused("no_permission"), [f"{T1}: -"]),  # said already
        (thread(1), [f"{T1}: article 1, no_permission over, unknown 1"]),
        (thread(1), [f"{T1}: -"]),
        (refused("no_permission"), [f"{T1}: no_permission x1"]),
    ]
    for number, (page, expected) in enumerate(given):
        assert offline.crawl(T1, pages={T1: page}, now=NOW + number * night) == expected


def test_refusals_of_pages_that_are_not_there_any_more_are_over(tmp_path: Path) -> None:
    """A thread grew shorter, or is gone as a whole: nothing of it waits for another night."""
    offline = Offline(tmp_path)
    long: dict[str, Given] = {T1: thread(1, pages=3), T2: "unreachable", T3: "unreachable"}
    assert offline.crawl(T1, pages=long)[1:] == [
        f"{T2}: unreachable x3",
        f"{T3}: unreachable x3, partial 1",
    ]
    # a server that has no page 3 answers in its own words, and is not asked for it again
    short: dict[str, Given] = {T1: thread(1, pages=2), T2: "unreachable"}
    assert offline.crawl(T1, pages=short)[-1].endswith("page=3: not_discuz x1")
    assert offline.crawl(T1, pages=short)[-1] == f"{T2}: not_discuz over"
    told = offline.crawl(T1, pages={T1: refused("not_found")})
    assert told == [f"{T1}: article 1 gone, unreachable over"]


def test_refusals_of_pages_that_a_list_does_not_have_any_more_are_over(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    long: dict[str, Given] = {
        L1: board(7, pages=3),
        L2: "unreachable",
        L3: "unreachable",
        T1: thread(1),
    }
    told = offline.crawl(L1, pages=long)
    assert told[-2:] == [f"{L2}: unreachable x6", f"{L3}: unreachable x3"]
    short: dict[str, Given] = {L1: board(7, pages=2), T1: thread(1)}
    short[L2] = board(8, page=2, pages=2)
    told = offline.crawl(L1, pages=short)
    assert f"{L2}: unreachable over, unreachable over" in told


@pytest.mark.parametrize(
    "before, is_taken",
    [
        pytest.param(thread(1, 2), False, id="read whole"),
        # what it showed may have stood on another page, or been the cache's
        pytest.param(thread(1, 2, is_truncated=True), True, id="cut off"),
    ],
)
def test_a_first_page_with_none_of_its_posts_is_not_that_page(
    before: Page, is_taken: bool, tmp_path: Path
) -> None:
    offline = Offline(tmp_path)
    offline.crawl(T1, pages={T1: before})
    said = " ".join(offline.crawl(T1, pages={T1: thread(5, 6)}, now=NOW + timedelta(days=1)))
    assert ("post 5, post 6" in said) == is_taken
    assert ("unknown_notice x1" in said) != is_taken


# -- a thread that is gone ----


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_a_thread_that_is_gone_is_told_in_batches(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone, "_GONE_AT_ONCE", at_once)
    offline = Offline(tmp_path)
    offline.crawl(T1, pages={T1: thread(1, 2, 3)})
    run = offline.begin(T1)
    (visit,) = run.next_visits()
    step = give(run, visit, refused("not_found"))
    sizes = []
    for batch in step.batches:
        is_done = any(isinstance(change, TaskDone) for change in batch.changes)
        assert batch.ends == (visit.task if is_done else None)
        sizes.append(len(batch.entries))
    assert batch.ends
    assert sum(sizes) == 3
    assert max(sizes) <= at_once
    run.close(NOW)
    expected = ["article 1 gone", "post 2 gone", "post 3 gone"]
    assert offline.crawl(T1, pages={T1: refused("not_found")}) == [f"{T1}: {', '.join(expected)}"]
    assert offline.run.tally.threads_gone == 1
    # said once; and it may come back
    assert offline.crawl(T1, pages={T1: refused("not_found")}) == [f"{T1}: not_found x1"]
    assert offline.crawl(T1, pages={T1: thread(1, 2, 3)}) == [
        f"{T1}: article 1 v3, post 2 v3, post 3 v3, not_found over, unknown 3"
    ]


@pytest.mark.parametrize(
    "given",
    [
        refused("unknown_notice"),
        refused("not_found", by_forum=False),
        refused("no_permission"),
        "unreachable",
    ],
)
def test_nobody_but_the_forum_in_known_words_deletes_a_thread(given: Given, tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    offline.crawl(T1, pages={T1: thread(1, 2)})
    said = " ".join(offline.crawl(T1, pages={T1: given, plain_path(7): given}))
    assert "gone" not in said
    assert offline.run.tally.threads_gone == 0


def test_a_revisit_deletes_no_thread_that_was_read_in_this_run(tmp_path: Path) -> None:
    """Its last page shows a new reply, then its first page is looked at again."""
    offline = Offline(tmp_path, limits=Limits(Budget(9)))
    pages: dict[str, Given] = {L1: board(row(7, replies=2), 8), **TWO, thread_path(8): EIGHT}
    offline.crawl(L1, pages=pages)
    pages |= {L1: board(row(7, replies=3), 8), T2: thread(3, 4, page=2, pages=2)}
    pages |= {T1: refused("not_found")}
    assert offline.crawl(L1, pages=pages, now=NOW + timedelta(days=1)) == [
        f"{L1}: -",
        f"{T2}: post 4, complete 4",
        f"{T1}: -",
        f"{thread_path(8)}: -",
        f"{T1}: unknown_notice x2",
    ]


def test_a_check_deletes_no_thread_that_was_read_in_this_run(tmp_path: Path) -> None:
    """Another thread fails, so the one that was just read is asked for: does the forum answer?"""
    offline = Offline(tmp_path, limits=Limits(failures=1, retries=0))
    offline.crawl(*BOTH, pages=BOTH)
    pages: dict[str, Given] = {T1: [SEVEN, refused("not_found")], thread_path(8): [BUSY, EIGHT]}
    assert offline.crawl(*BOTH, pages=pages, now=NOW + timedelta(days=1)) == [
        f"{T1}: -",
        f"{thread_path(8)}: -",
        f"{T1}: left",
        "ends: blocked",
    ]


def test_a_check_may_find_that_a_thread_is_gone(tmp_path: Path) -> None:
    """It was read by an earlier run alone, and others are read since it was called missing."""
    offline = Offline(tmp_path, limits=Limits(failures=1, retries=0))
    offline.crawl(T1, pages={T1: SEVEN})
    new = thread_path(8), thread_path(9)
    pages: dict[str, Given] = {new[0]: [BUSY, EIGHT], new[1]: thread(1, tid=9)}
    pages[plain_path(7)] = refused("not_found")
    done = offline.crawl(*new, pages=pages, now=NOW + timedelta(days=1))
    assert done[:2] == [f"{new[0]}: -", f"{plain_path(7)}: -"]
    assert done[-1] == f"{plain_path(7)}: article 1 gone"


@pytest.mark.parametrize("was_read", [False, True])
def test_a_board_that_leads_elsewhere_is_a_link_if_it_never_was_a_board(
    was_read: bool, tmp_path: Path
) -> None:
    offline = Offline(tmp_path)
    pages: dict[str, Given] = {INDEX: index(2, 3), board_path(3): board(8, fid=3)}
    other = thread(1, tid=8, board=Board("北岸", "3"))
    pages |= {thread_path(8): other, plain_path(8): other, T1: thread(1)}
    if was_read:
        offline.crawl(INDEX, pages=pages | {L1: board(7)})
        assert offline.run.tally.incomplete == 0
    for night in (1, 2):
        offline.crawl(INDEX, pages=pages | {L1: "off_site"}, now=NOW + night * timedelta(days=1))
        assert offline.run.tally.incomplete == was_read


def test_the_end_of_a_thread_decides_what_others_wait_for(tmp_path: Path) -> None:
    """Two answers of somebody else in a row wait; then a page turns out not to be there."""
    second = thread(3, 4, page=2, pages=3)
    pages: dict[str, Given] = {
        L1: board(row(21), row(7, replies=5), row(22, replies=1), row(23)),
        T1: thread(1, 2, pages=3, replies=5),
        thread_path(7, 2): second,
        thread_path(7, 3): second,
        thread_path(22): thread(1, tid=22, pages=2, replies=1),
        thread_path(22, 2): thread(2, tid=22, page=2, pages=2),
        thread_path(21): refused("not_discuz", by_forum=False),
        thread_path(23): refused("not_discuz", by_forum=False),
    }
    offline = Offline(tmp_path)
    done = offline.crawl(L1, pages=pages)
    told = [text for text in done if "not_discuz x" in text]
    assert len(told) == 2, done


def test_a_board_whose_threads_the_index_counts_is_no_link(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    counted = tuple(replace(each, threads=4) for each in index(2, 3).boards)
    pages: dict[str, Given] = {
        INDEX: replace(index(), boards=counted),
        board_path(3): board(8, fid=3),
        thread_path(8): thread(1, tid=8, board=Board("北岸", "3")),
        L1: "off_site",
    }
    offline.crawl(INDEX, pages=pages)
    assert offline.run.tally.incomplete > 0


def test_threads_that_come_the_second_time_are_not_missing(tmp_path: Path) -> None:
    """A database that hiccups for a moment loses nothing, beside a thread that is gone."""
    offline = Offline(tmp_path)
    numbers = (7, 8, 9, 10)
    pages: dict[str, Given] = {L1: board(*numbers)}
    for tid in numbers:
        pages[thread_path(tid)] = thread(tid, tid=tid)
    offline.crawl(L1, pages=pages)
    moment: dict[str, Given] = {thread_path(10): refused("not_found")}
    for tid in numbers[:3]:
        moment[thread_path(tid)] = [refused("not_found"), thread(tid, tid=tid)]
    asked = [thread_path(tid) for tid in numbers]
    offline.crawl(*asked, pages=moment, now=NOW + timedelta(days=1))
    assert (offline.run.vanished, offline.run.tally.threads_gone) == (None, 1)


# -- what the ledger learns ----


def test_pages_of_a_thread_that_is_refused_count_as_looked_at(tmp_path: Path) -> None:
    """Nothing is gained by choosing them for a revisit again and again; unless it may pass."""
    offline = Offline(tmp_path)
    offline.crawl(T1, pages=TWO)
    at = int(NOW.timestamp())
    level = refused("no_permission", required_level=20)
    for given, is_seen in ((level, True), ("unreachable", False)):
        run = offline.begin(T1)
        (visit,) = run.next_visits()
        (batch,) = give(run, visit, given).batches
        pages = [each for each in batch.changes if isinstance(each, PageSeen)]
        assert pages == ([PageSeen("7", 1, at), PageSeen("7", 2, at)] if is_seen else [])
        run.close(NOW)


@pytest.mark.parametrize("failing", [None, BUSY, "unreachable", refused("login_required")])
def test_a_list_of_which_a_page_failed_is_read_whole_the_next_time(
    failing: Given | None, tmp_path: Path
) -> None:
    lists: dict[str, Given] = {
        L1: board(7, pages=3),
        L2: board(8, page=2, pages=3),
        L3: board(9, page=3, pages=3),
    }
    threads = {thread_path(tid): thread(1, tid=tid) for tid in (7, 8, 9)}
    offline = Offline(tmp_path)
    offline.crawl(L1, pages={**lists, **threads, **({L2: failing} if failing else {})}, keep=True)
    assert (offline.run.sites["b.example"].archive.ledger.walked("2", "") is None) == bool(failing)
    offline.run.close(NOW)
    asked = offline.crawl(L1, pages={**lists, **threads}, now=NOW + timedelta(days=1))
    # rows as known and older than the last walk of all: the rest need not be seen
    assert any(each.startswith(L2) for each in asked) == bool(failing)


@pytest.mark.parametrize("given", [CUT, "unreachable", refused("no_permission", required_level=20)])
def test_a_thread_that_could_not_be_read_is_news_again_the_next_night(
    given: Given, tmp_path: Path
) -> None:
    """Whatever its row says, although all its pages were read before; a refusal stands."""
    offline = Offline(tmp_path, limits=Limits(Budget(0, 30)))
    offline.crawl(L1, pages={L1: board(7), T1: thread(1, replies=0)})
    grown: dict[str, Given] = {L1: board(row(7, replies=1)), T1: thread(1, 2, replies=1)}
    offline.crawl(L1, pages={**grown, T1: given}, now=NOW + timedelta(days=1))
    done = offline.crawl(L1, pages=grown, now=NOW + timedelta(days=2))
    is_standing = not isinstance(given, str) and given is not CUT
    reason = "unreachable" if given == "unreachable" else "truncated"
    assert done[1:] == ([] if is_standing else [f"{T1}: post 2, {reason} over, complete 2"])
    assert offline.run.tally.refusals_standing == is_standing


def test_a_page_that_is_cut_off_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    for replies, (page, is_whole) in enumerate(((thread(1), True), (CUT, False))):
        offline.crawl(L1, pages={L1: board(row(7, replies=replies)), T1: page}, keep=True)
        known = offline.run.sites["b.example"].archive.ledger.thread("7")
        offline.run.close(NOW)
        assert known
        assert (known.activity_hash is not None) == is_whole


def test_a_list_that_shows_no_more_than_its_first_pages_is_warned_of(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    pages: dict[str, Given] = {L1: board(7, pages=9), L2: board(7, page=1, pages=9), T1: SEVEN}
    assert offline.crawl(L1, pages=pages) == [f"{L1}: -", f"{L2}: -", READ_7]
    assert offline.warnings == ["河湾闲话: the list shows 1 of its 9 pages"]


def test_what_is_counted(tmp_path: Path) -> None:
    offline = Offline(tmp_path)
    offline.crawl(L1, pages={L1: board(7, 8), **BOTH})
    tally = offline.run.tally.as_stats()
    assert tally == {
        "lists_read": 1,
        "threads_listed": 2,
        "threads_read": 2,
        "new_articles": 2,
        "coverage_lines": 3,
    }
    changed = board(row(7, replies=3), 8)
    offline.crawl(L1, pages={L1: changed, T1: [BUSY, thread(1, 2, 3, 4)], thread_path(8): EIGHT})
    tally = offline.run.tally.as_stats()
    assert tally == {
        "lists_read": 1,
        "threads_listed": 2,
        "threads_unchanged": 1,
        "threads_read": 1,
        "asked_again": 1,
        "new_posts": 3,
        "coverage_lines": 1,
    }


# -- blocks and failures ----


@pytest.mark.parametrize(
    "limits, given, requests, ending",
    [
        (Limits(blocks=3, retries=0), refused("challenge"), 3, "blocked"),
        # the first one is asked for again at once
        (Limits(blocks=3), refused("challenge"), 5, "blocked"),
        (Limits(blocks=2, retries=0), refused("ip_banned"), 2, "blocked"),
        (Limits(failures=2, retries=0), BUSY, 2, "blocked"),
        (Limits(failures=2), "unreachable", 2, "failing"),
        (Limits(failures=2), refused("site_closed"), 2, "closed"),
        (Limits(blocks=2), refused("template_unknown"), 2, "changed"),
        (Limits(blocks=2, failures=2), refused("password"), 3, None),
    ],
)
def test_a_site_is_left_alone(
    limits: Limits, given: Given, requests: int, ending: str | None, tmp_path: Path
) -> None:
    offline = Offline(tmp_path, limits=limits)
    paths = [thread_path(tid) for tid in (7, 8, 9)]
    done = offline.crawl(*paths, pages=dict.fromkeys(paths, given))
    stopped = offline.run.stopped
    assert (stopped.why if stopped else None) == ending
    if ending is None:
        assert len(done) == requests
        return
    assert len(done) == requests + 1
    assert done[-1] == f"ends: {ending}"
    # nothing is said of any of them, and each is asked for by the next run
    assert not any(" x" in each for each in done)
    again = Offline(tmp_path).crawl(
        *paths, pages={thread_path(tid): thread(1, tid=tid) for tid in (7, 8, 9)}
    )
    assert sorted(each.partition(":")[0] for each in again) == paths


def test_answers_to_a_site_that_is_left_alone_change_nothing(tmp_path: Path) -> None:
    """Requests that were under way already."""
    offline = Offline(tmp_path, limits=Limits(blocks=1))
    run = offline.begin(T1)
    (visit,) = run.next_visits()
    other = Visit(visit.frontier, visit.task)
    assert visit.answer(Answer(visit.request_url, NOW, reason="off_site")).is_left
    reasons: list[Reason] = ["unreachable", "challenge"]
    answers = [Answer(other.request_url, NOW, reason=reason) for reason in reasons]
    assert all(other.answer(answer).is_left for answer in answers)
    assert list(run.next_visits()) == []
    assert run.tally.as_stats() == {}
    run.close(NOW)


def test_any_page_between_blocks_begins_the_count_anew(tmp_path: Path) -> None:
    offline = Offline(tmp_path, limits=Limits(blocks=2, retries=0))
    paths = [thread_path(tid) for tid in (7, 8, 9)]
    challenge: Any = refused("challenge")
    pages: dict[str, Given] = {paths[0]: challenge, paths[1]: EIGHT, paths[2]: challenge}
    assert "ends" not in " ".join(offline.crawl(*paths, pages=pages))
