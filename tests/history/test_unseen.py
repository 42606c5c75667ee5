"""Where a reading looks for what no page shows, and when it takes posts for gone.

The thread has nine posts on three pages, 1 to 3, 4 to 6, 7 to 9, unless a test says otherwise; all
of them are known, and what a page shows is counted through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from crawler.archive.changes import PageSeen, PostMissed, PostSeen, ThreadSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import PostState, ThreadState, minutes
from crawler.discuz.facts import Post, ThreadPage
from crawler.history.coverage import Count
from crawler.history.reading_plan import ReadingPlan
from crawler.history.unseen import Unseen
from tests.archive import conftest as archive
from tests.archive.conftest import ledger, open_ledger
from tests.frontier.offline import NOW, post, thread

__all__ = ["ledger", "open_ledger"]

SIZE = 3
# When this run began and an earlier one did; when all pages were read.
BEGAN, BEFORE = int(NOW.timestamp()), int((NOW - timedelta(days=1)).timestamp())
READ = BEFORE


@dataclass
class Reading:
    """One reading of the thread."""

    unseen: Unseen
    count: Count
    ledger: Ledger

    def read(self, number: int, *shown: int | Post, **more: Any) -> ThreadPage:
        """A page that shows these posts; of a number, the one that was known by it."""
        first = (number - 1) * SIZE + 1
        floors = [
            each if isinstance(each, Post) else post(each, position=floor)
            for floor, each in enumerate(shown, first)
        ]
        page = thread(*floors, page=number, **({"pages": self.count.pages} | more))
        posts = list(page.posts)
        known = self.ledger.posts("7", (each.id for each in posts))
        self.unseen.add(page, number, posts, known)
        self.unseen.see(each.id for each in posts)
        self.count.pages_known.add(number)
        self.unseen.read_now.add(number)
        return page

    def read_all(self, *shown: int) -> None:
        """All pages, which show these posts."""
        for number in range(1, self.count.pages + 1):
            self.read(number, *shown[(number - 1) * SIZE : number * SIZE])

    def gone(self, **more: bool) -> list[int]:
        return [int(each.id) for each in self.unseen.gone(**more)]

    def looks(self, *, is_reversed: bool = True) -> list[int]:
        """The pages that it looks at, one after the other, none of which shows anything new.

        Where the newest come first no page is searched by halves.
        """
        looked: list[int] = []
        while len(looked) < 99:
            number = self.unseen.page_to_look_at(is_reversed=is_reversed)
            if number is None:
                break
            looked.append(number)
        return looked


def known_post(number: int, comments: int) -> PostState:
    date = post(number).date
    assert date is not None
    at = minutes(date.value.isoformat())
    return archive.post(number, at=at, is_first=number == 1, comments=comments)


def begin(
    ledger: Ledger,
    counted: int | None = 9,
    *,
    posts: int = 9,
    is_known: bool = True,
    searches: bool = True,
    earlier: Iterable[int] = (),
    comments: Mapping[int, int] | None = None,
    **state: Any,
) -> Reading:
    """A reading begins: so many posts are ``counted`` by the thread's counter now.

    ``earlier``: posts that an earlier run missed; ``comments``: how many a post has.
    """
    pages = -(-posts // SIZE)
    numbers = range(1, posts + 1)
    ledger.apply(PostSeen("7", known_post(n, (comments or {}).get(n, 0))) for n in numbers)
    ledger.apply(PageSeen("7", number, READ) for number in range(1, pages + 1))
    ledger.apply(PostMissed("7", str(number), BEFORE) for number in earlier)
    if is_known:
        ledger.apply([ThreadSeen(ThreadState("7", **({"pages": pages, "surplus": 0} | state)))])
    count = Count.of(ledger, "7", row=None, with_replies=True)
    count.pages, count.expected = pages, counted
    plan = ReadingPlan("7", "run", began=BEGAN)
    unseen = Unseen(ledger, plan, ledger.thread("7"), count, searches=searches)
    return Reading(unseen, count, ledger)


# -- pages that lack floors ----


@pytest.mark.parametrize(
    ("shown", "lacks"),
    [
        pytest.param([post(4), post(5), post(6)], False, id="all floors"),
        pytest.param([post(4), post(6)], True, id="one lacks"),
        pytest.param([post(4), post(6), post(5, is_pinned_copy=True)], False, id="one is sticky"),
        pytest.param(
            [post(4), post(5), post(6), post(9, is_pinned_copy=True)], False, id="a sticky one more"
        ),
        pytest.param([post(4), post(5), post(6, position=None)], False, id="one has no number"),
        pytest.param([post(4), post(5)], True, id="one lacks at the end"),
        pytest.param([post(7), post(8)], True, id="the whole page moved"),
    ],
)
def test_a_page_that_lacks_floors_is_looked_at_once_more(
    ledger: Ledger, shown: list[Post], *, lacks: bool
) -> None:
    made = begin(ledger, is_known=False, searches=False)
    made.read(1, 1, 2, 3)
    made.read(2, *shown)
    # what the floors are of is not asked here
    made.unseen.see(map(str, range(1, 10)))
    assert made.looks() == ([2] if lacks else [])


def test_the_last_page_may_be_short(ledger: Ledger) -> None:
    made = begin(ledger, posts=7, counted=7)
    made.read_all(1, 2, 3, 4, 5, 6, 7)
    assert made.looks() == []


def test_floors_that_were_known_to_be_missing_are_not_looked_for(ledger: Ledger) -> None:
    made = begin(ledger, missing=(5,))
    made.read(2, post(4), post(6), post(7))
    made.unseen.see(iter(["5"]))
    assert made.looks() == []


def test_pages_with_the_newest_first_tell_no_size_by_their_floors(ledger: Ledger) -> None:
    made = begin(ledger)
    for number, shown in enumerate(([1, 9, 8], [7, 6, 5], [4, 3, 2]), 1):
        made.read(number, *map(post, shown), is_reversed=True)
    assert (made.looks(), made.unseen.doubtful) == ([], 0)


def test_a_page_with_the_newest_first_may_lack_a_floor(ledger: Ledger) -> None:
    made = begin(ledger)
    made.read(2, post(7), post(5), is_reversed=True)
    # no post is in doubt then
    made.unseen.see(iter(["6"]))
    assert made.looks() == [2]


def test_nothing_is_gone_before_pages_with_gaps_were_looked_at_again(ledger: Ledger) -> None:
    made = begin(ledger, counted=8)
    made.read(2, post(4), post(6))
    assert made.gone() == []
    assert made.unseen.page_to_look_at(is_reversed=False) == 2
    assert made.gone() == [5]


def test_nothing_is_waited_for_when_the_reading_ends(ledger: Ledger) -> None:
    made = begin(ledger, counted=8)
    made.read(2, post(4), post(6))
    assert made.gone(is_end=True) == [5]


# -- posts in doubt ----


@pytest.mark.parametrize("counted", [9, 8])
def test_a_post_between_two_pages_is_looked_for_on_both(ledger: Ledger, counted: int) -> None:
    made = begin(ledger, counted, searches=False)
    made.read(1, 1, 2, 3)
    made.read(2, 5, 6, 7)
    assert (made.unseen.doubtful, made.looks()) == (1, [1, 2])
    assert made.gone() == ([4] if counted == 8 else [])


def test_posts_are_looked_for_on_the_last_page_that_shows_none(ledger: Ledger) -> None:
    made = begin(ledger)
    made.read(1, 1, 2, 3)
    made.read(2, pages=2)
    assert (made.unseen.doubtful, made.looks()) == (6, [1, 2])


def test_pages_that_were_read_before_others_are_remembered(ledger: Ledger) -> None:
    made = begin(ledger)
    for number, shown in ((1, (1, 2, 3)), (3, (7, 8, 9)), (2, (5, 6))):
        made.read(number, *shown)
    assert made.unseen.doubtful == 1


def test_pages_that_turn_out_to_be_in_the_other_order_begin_anew(ledger: Ledger) -> None:
    made = begin(ledger)
    made.read(1, 1, 2, 3)
    made.unseen.turn()
    made.read(2, 5, 6, 7)
    assert made.unseen.doubtful == 0


def test_posts_behind_the_last_page_are_in_doubt(ledger: Ledger) -> None:
    made = begin(ledger, counted=6)
    page = made.read(2, 4, 5, 6, pages=3)
    assert made.unseen.doubtful == 0
    made.unseen.end_at(page)
    assert (made.unseen.doubtful, made.looks()[0]) == (3, 2)
    assert made.gone() == [7, 8, 9]


def test_posts_that_earlier_readings_missed_are_in_doubt_until_a_page_shows_them(
    ledger: Ledger,
) -> None:
    made = begin(ledger, earlier=(5, 8))
    assert (made.unseen.doubtful, made.unseen.doubtful_before) == (2, 2)
    made.read(2, 4, 5, 6)
    assert (made.unseen.doubtful, made.unseen.doubtful_before) == (1, 2)


@pytest.mark.parametrize(("counted", "withheld"), [(9, 3), (8, 0), (None, 0)])
def test_posts_that_the_counter_counts_are_withheld(
    ledger: Ledger, counted: int | None, withheld: int
) -> None:
    made = begin(ledger, counted)
    made.read_all(1, 2, 3, 7, 8, 9)
    assert made.unseen.withheld == withheld


def test_the_next_run_learns_of_posts_in_doubt_and_looks_at_their_pages(ledger: Ledger) -> None:
    made = begin(ledger, earlier=(8,))
    made.read_all(1, 2, 3, 5, 6, 7, 8, 9)
    due = [PageSeen("7", number, BEGAN, is_due=True) for number in (1, 2)]
    learnt = list(made.unseen.changes(NOW))
    assert learnt == [PostMissed("7", "8", None), PostMissed("7", "4", BEGAN), *due]


# -- posts that are gone ----


@pytest.mark.parametrize(
    ("counted", "surplus", "gone", "after"),
    [
        pytest.param(7, 0, [5, 6], 0, id="the counter counts neither"),
        pytest.param(8, 0, [5], 0, id="it counts one of them"),
        pytest.param(9, 0, [5], -1, id="it counts both: of one it is wrong"),
        pytest.param(11, 0, [5], -1, id="it counts two that were not seen"),
        pytest.param(10, -1, [5], -2, id="it was wrong before"),
        pytest.param(9, None, [5], -1, id="it was never seen before"),
        pytest.param(8, None, [5], None, id="it was never seen before, and counts one of them"),
        pytest.param(None, None, [5], None, id="no counter is seen"),
    ],
)
def test_of_two_posts_one_was_missed_by_an_earlier_run(
    ledger: Ledger, counted: int | None, surplus: int | None, gone: list[int], after: int | None
) -> None:
    made = begin(ledger, counted, surplus=surplus, earlier=(5,), posts=9)
    made.read(2, 4, 7, 8)
    before = made.count.unaccounted()
    assert made.gone() == gone
    assert (made.count.present, made.count.gone) == (9 - len(gone), len(gone))
    assert made.count.surplus == after
    if before is not None:
        # what it tells of others is no more and no less than before
        assert made.count.unaccounted() == (min(before, 0) if before < len(gone) else 0)


def test_of_two_posts_the_counter_counts_one_that_two_runs_missed(ledger: Ledger) -> None:
    made = begin(ledger, counted=8, earlier=(5, 6))
    made.read(2, 4, 7, 8)
    assert (made.gone(), made.count.surplus, made.count.unaccounted()) == ([5, 6], -1, 0)


@pytest.mark.parametrize(
    ("has_comments", "gone"),
    [
        pytest.param(True, [], id="they are counted"),
        pytest.param(None, [], id="nobody knows whether they are counted"),
        pytest.param(False, [5], id="they are not counted"),
    ],
)
def test_what_went_besides_may_be_comments(
    ledger: Ledger, has_comments: bool | None, gone: list[int]
) -> None:
    """The post that is missing has three; the counter counts two fewer than before."""
    made = begin(ledger, counted=8, surplus=-1, comments={5: 3})
    made.count.has_comments = has_comments
    made.read(2, 4, 6, 7)
    assert made.count.unaccounted() == 2
    assert made.gone() == gone


@pytest.mark.parametrize(
    ("shown", "counted", "surplus", "comments", "gone", "after"),
    [
        pytest.param((1, 2, 3, 4, 6, 7, 8, 9), 8, 1, {}, [5], 0, id="it counts what is shown"),
        pytest.param((1, 2, 3, 4, 6, 7), 8, 1, {}, [], 1, id="a page was not read"),
        pytest.param((1, 2, 3, 4, 6, 7, 8, 9), 9, 1, {}, [], 1, id="it counts one more"),
        pytest.param((1, 2, 3, 4, 6, 7, 8, 9), 8, 1, {1: 1}, [], 1, id="it may count comments"),
        pytest.param((1, 2, 3, 4, 5, 6, 7, 8, 9), 9, 1, {}, [], 1, id="nothing is missing"),
    ],
)
def test_a_counter_that_was_wrong_counts_what_all_pages_show(
    ledger: Ledger,
    *,
    shown: tuple[int, ...],
    counted: int,
    surplus: int,
    comments: dict[int, int],
    gone: list[int],
    after: int,
) -> None:
    made = begin(ledger, counted, surplus=surplus, comments=comments)
    for number in range(1, 1 + -(-len(shown) // SIZE)):
        made.read(number, *shown[(number - 1) * SIZE : number * SIZE])
    assert (made.gone(), made.count.surplus) == (gone, after)


def test_a_counter_that_was_never_seen_has_nothing_to_forget(ledger: Ledger) -> None:
    made = begin(ledger, counted=8, surplus=None)
    made.read_all(1, 2, 3, 4, 6, 7, 8, 9)
    assert (made.gone(), made.count.surplus) == ([5], None)


# -- which page is looked at next ----


def test_pages_with_gaps_come_first_then_doubts_then_what_nobody_looked_at(ledger: Ledger) -> None:
    made = begin(ledger, posts=18, counted=17)
    # page 5 has a gap, page 4 as well; post 10 is missing
    made.read(5, post(13), post(15), post(16))
    made.read(4, post(11), post(12, position=13))
    made.read(3, 7, 8, 9)
    made.unseen.see(iter(["14"]))
    assert made.looks() == [4, 5, 3, 6, 2, 1]


def test_at_most_ten_pages_are_looked_at(ledger: Ledger) -> None:
    made = begin(ledger, posts=36, counted=37)
    assert made.looks() == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3]


def test_at_most_ten_pages_with_gaps_are_looked_at_again(ledger: Ledger) -> None:
    made = begin(ledger, posts=36, counted=36)
    for first in range(1, 37, 3):
        made.read(1 + first // 3, post(first), post(first + 2))
    assert made.looks() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("counted", "first_is_read", "looks"),
    [
        pytest.param(None, False, [1, 2], id="no counter is known"),
        pytest.param(None, True, [2], id="the first page has none"),
        pytest.param(9, False, [2], id="it is known"),
    ],
)
def test_in_doubt_the_first_page_tells_the_counter(
    ledger: Ledger, counted: int | None, first_is_read: bool, looks: list[int]
) -> None:
    made = begin(ledger, counted)
    if first_is_read:
        made.read(1, 1, 2, 3)
    assert made.looks() == []
    made.read(2, 4, 6, 7)
    assert made.looks() == looks


@pytest.mark.parametrize(
    ("counted", "state", "looks"),
    [
        pytest.param(9, {}, [], id="the counter tells of nothing"),
        pytest.param(8, {}, [3, 1], id="one went"),
        pytest.param(10, {}, [3, 1], id="one came"),
        pytest.param(None, {}, [], id="no counter is seen"),
        pytest.param(10, {"surplus": -1}, [], id="as wrong as before"),
        pytest.param(9, {"surplus": -1}, [3, 1], id="no longer as wrong as before"),
        pytest.param(8, {"surplus": None}, [], id="it was never seen before"),
        pytest.param(8, {"is_known": False}, [], id="the thread was never read"),
        pytest.param(8, {"searches": False}, [], id="all pages are read anyway"),
        pytest.param(8, {"odd_since": READ}, [], id="all pages were looked at since"),
        pytest.param(8, {"odd_since": READ + 1}, [3, 1], id="none was looked at since"),
    ],
)
def test_what_the_counter_tells_of_is_looked_for_on_other_pages(
    ledger: Ledger, counted: int | None, state: dict[str, Any], looks: list[int]
) -> None:
    made = begin(ledger, counted, **state)
    made.read(2, 4, 5, 6)
    assert made.looks() == looks


def test_after_a_page_that_failed_no_others_are_looked_at(ledger: Ledger) -> None:
    made = begin(ledger, counted=8)
    made.read(2, 4, 5, 6)
    made.count.has_failed = True
    assert made.looks() == []


@pytest.mark.parametrize(
    ("surplus", "shown", "looks"),
    [
        pytest.param(-1, (4, 6, 7), [2, 3, 1], id="they may hide what went"),
        pytest.param(-1, (4, 5, 6), [], id="nothing is missing"),
        pytest.param(0, (4, 6, 7), [2], id="they are not counted"),
        pytest.param(None, (4, 6, 7), [2], id="the counter was never seen before"),
    ],
)
def test_comments_that_are_counted_may_hide_that_a_post_went(
    ledger: Ledger, surplus: int | None, shown: tuple[int, ...], looks: list[int]
) -> None:
    made = begin(ledger, counted=9 - (surplus or 0), surplus=surplus, comments={9: 1})
    made.count.has_comments = True
    if surplus is None:
        made.count.expected = 10
    made.read(2, *shown)
    assert made.looks() == looks


@pytest.mark.parametrize(
    ("last", "counted", "surplus", "is_reversed", "looks"),
    [
        pytest.param((29, 30), 29, 0, False, [5], id="what went, by halves"),
        pytest.param((29, 30), 29, 0, True, [9], id="not where the newest come first"),
        pytest.param((28, 29, 30), 31, 0, False, [9], id="what came, from the last page on"),
        pytest.param((29, 30), 30, 0, False, [], id="nothing, as the counter tells of nothing"),
        pytest.param((29, 30), 29, None, False, [], id="nothing, as it was not seen before"),
    ],
)
def test_the_page_that_is_looked_at_first(
    ledger: Ledger,
    *,
    last: tuple[int, ...],
    counted: int,
    surplus: int | None,
    is_reversed: bool,
    looks: list[int],
) -> None:
    """Of ten; the first and the last one were read."""
    made = begin(ledger, counted, posts=30, surplus=surplus)
    made.read(1, 1, 2, 3)
    made.read(10, *last)
    assert made.looks(is_reversed=is_reversed)[:1] == looks


@pytest.mark.parametrize("was_read", [False, True])
def test_a_page_that_now_begins_with_a_new_post_leads_to_the_one_before(
    ledger: Ledger, was_read: bool
) -> None:
    made = begin(ledger)
    if not was_read:
        made.count.pages_known.discard(3)
    made.read(3, 10, 11)
    assert made.looks(is_reversed=False) == ([2] if was_read else [])


# -- since when the counter tells of something that was not found ----


@pytest.mark.parametrize(
    ("counted", "state", "read", "since"),
    [
        pytest.param(9, {}, (2,), 0, id="it tells of nothing"),
        pytest.param(9, {"odd_since": READ + 1}, (2,), 0, id="it does no longer"),
        pytest.param(10, {}, (2,), BEGAN, id="since now"),
        pytest.param(10, {"is_known": False}, (2,), BEGAN, id="since the first reading"),
        pytest.param(10, {}, (1, 2, 3), 0, id="every page was looked at now"),
        pytest.param(10, {"odd_since": READ + 1}, (2,), READ + 1, id="not every page since"),
        pytest.param(10, {"odd_since": READ}, (2,), 0, id="every page since then"),
        pytest.param(None, {}, (2,), 0, id="no counter was seen"),
        pytest.param(None, {"odd_since": READ}, (2,), READ, id="as before without a counter"),
        pytest.param(None, {"is_known": False}, (2,), 0, id="no counter was ever seen"),
    ],
)
def test_since_when_the_counter_is_odd(
    ledger: Ledger, counted: int | None, state: dict[str, Any], read: tuple[int, ...], since: int
) -> None:
    made = begin(ledger, counted, **state)
    for number in read:
        first = (number - 1) * SIZE + 1
        made.read(number, first, first + 1, first + 2)
    assert made.unseen.odd_since(NOW) == since


@pytest.mark.parametrize(("before", "since"), [(0, BEGAN), (READ, READ)])
def test_while_a_post_is_in_doubt_the_counter_is_odd(
    ledger: Ledger, before: int, since: int
) -> None:
    made = begin(ledger, odd_since=before)
    made.read_all(1, 2, 3, 4, 6, 7, 8, 9)
    assert made.unseen.odd_since(NOW) == since
