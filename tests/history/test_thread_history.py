"""A thread over many runs, without network: what was told is what the forum shows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive.changes import PostSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import ListRowState
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import Author, Board, Body, Moment, Post, Site, ThreadPage
from crawler.frontier.tasks import pages_to_read
from crawler.history.delivery import Fate, Learnt
from crawler.history.gone import gone_thread
from crawler.history.intervals import Intervals
from crawler.history.reading_plan import ReadingPlan
from crawler.history.thread_history import ThreadHistory
from crawler.items import Coverage, Line
from crawler.items import Post as PostLine

ZONE = DEFAULT_ZONE
BEGAN = datetime(2023, 3, 14, 9, tzinfo=ZONE)
NOW = datetime(2023, 4, 1, 12, tzinfo=ZONE)
SITE = Site("http://b.example/", "河湾论坛", "X3.3", "utf-8", None)


@dataclass
class Model:
    """A thread as its forum keeps it; ``shows`` is what its pages say."""

    per_page: int = 3
    posts: dict[int, str] = field(default_factory=dict)
    minutes: dict[int, int] = field(default_factory=dict)
    newest: int = 0
    newest_first: bool = False
    waiting: int = 0  # counted, and shown nowhere

    def add(self, text: str = "x", apart: int = 1) -> int:
        self.newest += 1
        self.posts[self.newest] = text
        last = max(self.minutes.values(), default=0)
        self.minutes[self.newest] = last + apart
        return self.newest

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.posts) // self.per_page))

    def page(self, number: int) -> ThreadPage:
        number = min(number, self.pages)
        ids = list(self.posts)
        if self.newest_first:
            ids = [ids[0], *reversed(ids[1:])]
        shown = ids[(number - 1) * self.per_page : number * self.per_page]
        positions = {post_id: n for n, post_id in enumerate(self.posts, 1)}
        return ThreadPage(
            site=SITE,
            url="http://b.example/forum.php?mod=viewthread&tid=7",
            thread_id="7",
            headline="题",
            category=None,
            board=Board("板", "2"),
            breadcrumbs=(),
            page=number,
            pages=self.pages,
            next_url=None,
            views=1,
            replies=len(self.posts) - 1 + self.waiting if number == 1 else None,
            posts=tuple(self._post(post_id, positions[post_id]) for post_id in shown),
            is_reversed=self.newest_first,
        )

    def _post(self, post_id: int, position: int) -> Post:
        date = BEGAN + timedelta(minutes=self.minutes[post_id])
        text = self.posts[post_id]
        body = Body(access="shielded") if text == "shielded" else Body(text=text)
        return Post(
            id=str(post_id),
            position=position,
            floor_label=None,
            is_first=position == 1,
            is_pinned_copy=False,
            author=Author("a", "1"),
            date=Moment(date, "second", ""),
            location=None,
            headline=None,
            body=body,
        )

    def row(self) -> ListRowState:
        return ListRowState(
            "2", b"head", str(self.newest).encode(), 5, replies=len(self.posts) - 1 + self.waiting
        )


@dataclass
class Reader:
    """Runs that read a thread, and all that they published."""

    ledger: Ledger
    told: list[Line] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def history(self, **how: Any) -> ThreadHistory:
        return ThreadHistory(self.ledger, ReadingPlan("7", "r", **how))

    def store(self, learnt: Learnt) -> list[Line]:
        """As if the lines had been stored."""
        entries, changes = learnt
        for entry in entries:
            entry.fate = Fate.STORED
            learns = entry.ledger_change
            assert learns is not None
            self.ledger.apply([learns])
        self.ledger.apply(changes)
        lines = [entry.line for entry in entries]
        self.told += lines
        return lines

    def read(self, model: Model, todo: list[int] | None = None, **more: Any) -> list[Line]:
        known = self.ledger.thread("7")
        read = self.ledger.pages("7")
        todo = todo or pages_to_read(known, read, from_top=False)
        history = self.history(todo=tuple(todo[1:]), **more)
        self.asked = []
        told: list[Line] = []
        number: int | None = todo[0]
        while number is not None:
            self.asked.append(number)
            told += self.store(history.add_page(model.page(number), number, NOW))
            number = history.next_page(number)
        return told + self.store(history.finish(NOW))

    def present(self) -> dict[int, str]:
        """The posts as the last lines have them."""
        state: dict[int, str] = {}
        versions: dict[str, int] = {}
        for line in self.told:
            if not isinstance(line, PostLine):
                continue
            assert line.version == versions.get(line.item_id, 0) + 1
            versions[line.item_id] = line.version
            if line.is_deleted:
                del state[int(line.post_id or 0)]
            else:
                text = "shielded" if line.access == "shielded" else line.text or ""
                state[int(line.post_id or 0)] = text
        return dict(sorted(state.items()))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    made = Reader(Ledger(tmp_path / "l"))
    yield made
    made.ledger.close()


def a_thread(posts: int = 10, **more: int | bool) -> Model:
    model = Model(**more)  # type: ignore[arg-type]
    for number in range(posts):
        model.add(f"文{number}")
    return model


def ids(lines: list[Line]) -> list[str]:
    return [line.post_id or "" for line in lines if isinstance(line, PostLine)]


def entry_ids(learnt: Learnt) -> list[str]:
    return ids([entry.line for entry in learnt[0]])


def coverage(lines: list[Line]) -> Coverage:
    (line,) = (line for line in lines if isinstance(line, Coverage))
    return line


def test_a_thread_read_twice_is_told_once(reader: Reader) -> None:
    model = a_thread(10)
    first = reader.read(model)
    assert reader.asked == [1, 2, 3, 4]
    assert (coverage(first).status, coverage(first).posts_captured) == ("complete", 10)
    assert reader.read(model, is_whole=True, todo=[1]) == []
    assert reader.asked == [1, 2, 3, 4]


def test_a_grown_thread_costs_its_last_page_and_the_new_ones(reader: Reader) -> None:
    model = a_thread(10)
    reader.read(model)
    added = [str(model.add()) for _ in range(6)]
    assert ids(reader.read(model, row=model.row())) == added
    assert reader.asked == [4, 5, 6]
    assert reader.present() == model.posts


def test_an_edited_post_is_a_new_version(reader: Reader) -> None:
    model = a_thread(10)
    reader.read(model)
    model.posts[5] = "改了"
    assert ids(reader.read(model, todo=[2])) == ["5"]
    assert reader.asked == [2]
    assert reader.present() == model.posts
    model.posts[6] = "shielded"
    (line, covered) = reader.read(model, todo=[2])
    assert (line.access, line.text, line.version) == ("shielded", "", 2)  # type: ignore[attr-defined]
    assert covered.posts_shielded == 1  # type: ignore[attr-defined]


def shaped(text: str, earlier: str | None = None) -> ThreadPage:
    """A page whose opening post has a text, and another one by schema 1.0."""
    made = a_thread(2).page(1)
    body = Body(text=text, earlier_text=earlier)
    return replace(made, posts=(replace(made.posts[0], body=body), *made.posts[1:]))


def read_shaped(reader: Reader, text: str, earlier: str | None = None) -> list[str]:
    history = reader.history()
    lines = reader.store(history.add_page(shaped(text, earlier), 1, NOW))
    return ids(lines + reader.store(history.finish(NOW)))


def as_by_the_first_schema(reader: Reader) -> None:
    """Forget by which schema the posts were read, as ledgers of schema 1.0 do."""
    known = reader.ledger.posts("7", ["1", "2"]).values()
    reader.ledger.apply([PostSeen("7", replace(post, schema_version="")) for post in known])


def test_another_shape_of_the_same_words_is_no_new_version(reader: Reader) -> None:
    """Schema 1.0 gave the items of lists no marks; the words of its lines are known by that."""
    read_shaped(reader, "一\n二")
    as_by_the_first_schema(reader)
    assert read_shaped(reader, "- 一\n- 二", "一\n二") == []
    # its hash is known from now on
    assert read_shaped(reader, "- 一\n- 二") == []
    assert read_shaped(reader, "- 一\n- 三", "一\n三") == ["1"]


def test_lines_that_become_a_list_after_the_upgrade_are_an_edit(reader: Reader) -> None:
    read_shaped(reader, "一\n二")
    as_by_the_first_schema(reader)
    assert read_shaped(reader, "一\n二") == []
    assert read_shaped(reader, "- 一\n- 二", "一\n二") == ["1"]


@pytest.mark.parametrize("gone", range(2, 11))
def test_a_deleted_post_is_found_wherever_it_was(reader: Reader, gone: int) -> None:
    """The counter tells that one is gone; searching costs fewer pages than reading all."""
    model = a_thread(40)
    reader.read(model)
    del model.posts[4 * gone - 3]
    model.add("新")
    reader.read(model, row=model.row())
    assert reader.present() == model.posts
    assert len(reader.asked) <= 6
    assert coverage(reader.told[-1:]).posts_deleted == 1


def test_the_last_posts_of_a_thread_may_go(reader: Reader) -> None:
    model = a_thread(10)
    reader.read(model)
    for gone in (7, 8, 9, 10):
        del model.posts[gone]
    reader.read(model, row=model.row())
    assert reader.present() == model.posts


def test_a_post_that_comes_back_is_told_again(reader: Reader) -> None:
    model = a_thread(5)
    reader.read(model)
    text = model.posts.pop(2)
    reader.read(model, todo=[1], is_whole=True)
    assert reader.present() == model.posts
    model.posts = dict(sorted({**model.posts, 2: text}.items()))
    (line, _) = reader.read(model, todo=[1], is_whole=True)
    assert (line.version, line.is_deleted) == (3, None)  # type: ignore[attr-defined]
    assert reader.present() == model.posts


def test_a_thread_with_the_newest_first(reader: Reader) -> None:
    model = a_thread(10, newest_first=True)
    reader.read(model)
    assert reader.present() == model.posts
    added = [str(model.add()) for _ in range(4)]
    del model.posts[6]
    lines = reader.read(model, row=model.row())
    assert sorted(ids(lines), key=int) == ["6", *added]
    assert reader.present() == model.posts


def test_what_is_counted_and_shown_nowhere_is_told(reader: Reader) -> None:
    model = a_thread(4, waiting=2)
    told = coverage(reader.read(model))
    assert (told.status, told.posts_expected, told.posts_waiting) == ("partial", 6, 2)
    # and is no reason to search each time
    model.add()
    reader.read(model, row=model.row())
    assert reader.asked == [2]


def test_a_page_that_failed_makes_the_thread_read_again(reader: Reader) -> None:
    model = a_thread(10)
    history = reader.history(row=model.row())
    for number in (1, 3, 4):
        reader.store(history.add_page(model.page(number), number, NOW))
        if number == 1:
            history.fail()
    lines = reader.store(history.finish(NOW))
    assert (lines[-1].status, lines[-1].pages_captured) == ("partial", 3)  # type: ignore[attr-defined]
    known = reader.ledger.thread("7")
    assert known is not None
    assert known.activity_hash is None
    assert ids(reader.read(model, row=model.row())) == ["4", "5", "6"]
    assert reader.asked == [2, 4]
    known = reader.ledger.thread("7")
    assert known is not None
    assert known.activity_hash is not None


def test_a_truncated_page_takes_nothing_away(reader: Reader) -> None:
    model = a_thread(6)
    reader.read(model)
    page = model.page(1)
    history = reader.history()
    assert history.add_page(replace(page, posts=page.posts[:1], is_truncated=True), 1, NOW)[0] == []
    history = reader.history()
    assert history.add_page(replace(page, posts=page.posts[:1], is_filtered=True), 1, NOW)[0] == []


def test_posts_out_of_order_take_nothing_away(reader: Reader) -> None:
    """A best answer, merged threads: floors that are not sorted say nothing of what lies between."""
    model = a_thread(6)
    reader.read(model)
    page = model.page(1)
    mixed = (page.posts[0], page.posts[2], model.page(2).posts[0], page.posts[2])
    history = reader.history()
    assert history.add_page(replace(page, posts=mixed), 1, NOW)[0] == []


def test_a_pager_that_promises_millions_costs_one_page(reader: Reader) -> None:
    """Every page of it is page 1 once more; the next run does not believe it either."""
    model = a_thread(3)
    whole = model.page
    model.page = lambda _: replace(whole(1), pages=9_999_999)  # type: ignore[assignment, method-assign]
    reader.read(model)
    assert reader.asked == [1, 2]
    model.add()
    model.per_page = 9
    reader.read(model, row=model.row())
    assert len(reader.asked) <= 2
    assert reader.present() == model.posts


def test_a_search_asks_for_no_page_twice(reader: Reader) -> None:
    """A page whose floors are in no order tells nothing, however often it is read."""
    model = a_thread(40)
    reader.read(model)
    del model.posts[11], model.posts[22]
    model.add("新")
    whole = model.page

    def mixed(number: int) -> ThreadPage:
        page = whole(number)
        return replace(page, posts=page.posts[::-1]) if number in (1, 7) else page

    model.page = mixed  # type: ignore[method-assign]
    reader.read(model, row=model.row())
    assert len(reader.asked) == len(set(reader.asked)) <= 14


def test_a_search_costs_no_more_for_a_thread_of_many_pages(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The places of posts are counted at the edges of what was read, not for each page of it."""
    model = a_thread(60)
    reader.read(model)
    for _ in range(300):
        model.add()
    model.waiting = 1
    counted: list[tuple[int, int]] = []
    count_before = Ledger.count_before

    def counting(self: Ledger, thread_id: str, order: tuple[int, int]) -> int:
        counted.append(order)
        return count_before(self, thread_id, order)

    monkeypatch.setattr(Ledger, "count_before", counting)
    reader.read(model, row=model.row())
    assert len(reader.asked) > 100
    assert 0 < len(counted) < 50


def test_a_reply_shown_early_is_not_missing_where_it_stood(reader: Reader) -> None:
    """A sticky reply (来自 4#) stands below the first floor, and not in its own place."""
    model = a_thread(6)

    def moved(number: int) -> ThreadPage:
        page = model.page(number)
        fourth = replace(model.page(2).posts[0], is_pinned_copy=True)
        posts = [post for post in page.posts if post.id != "4"]
        return replace(page, posts=(posts[0], fourth, *posts[1:]) if number == 1 else tuple(posts))

    for _ in range(2):
        history = reader.history(is_whole=True)
        for number in (1, 2):
            reader.store(history.add_page(moved(number), number, NOW))
    assert reader.present() == model.posts


def test_a_reply_made_sticky_is_not_missing_where_it_stood(reader: Reader) -> None:
    model = a_thread(9)
    reader.read(model)
    whole = model.page

    def moved(number: int) -> ThreadPage:
        page = whole(number)
        fifth = replace(whole(2).posts[1], is_pinned_copy=True)
        posts = [post for post in page.posts if post.id != "5"]
        return replace(page, posts=(posts[0], fifth, *posts[1:]) if number == 1 else tuple(posts))

    model.page = moved  # type: ignore[method-assign]
    for number in (1, 2, 1, 2):
        assert reader.read(model, todo=[number]) == []
    model.page = whole  # type: ignore[method-assign]
    for number in (2, 1, 2):
        assert reader.read(model, todo=[number]) == []
    del model.posts[5]
    reader.read(model, todo=[2], row=model.row())
    assert reader.present() == model.posts


def test_a_page_out_of_a_cache_takes_the_newest_posts_not_away(reader: Reader) -> None:
    model = a_thread(8)
    old = model.page(3)
    model.add()
    reader.read(model)
    history = reader.history()
    assert history.add_page(old, 3, NOW)[0] == []
    history = reader.history(row=model.row())
    assert history.add_page(old, 3, NOW)[0] == []
    del model.posts[9]  # now the counter says so too
    history = reader.history(row=model.row())
    assert entry_ids(history.add_page(old, 3, NOW)) == ["9"]


def test_a_thread_is_not_complete_while_a_known_post_is_in_doubt(reader: Reader) -> None:
    """A page leaves out a reply that the counter goes on counting; then it shows it again."""
    model = a_thread(12)
    assert coverage(reader.read(model)).status == "complete"
    whole = model.page

    def without(number: int) -> ThreadPage:
        page = whole(number)
        return replace(page, posts=tuple(post for post in page.posts if post.id != "5"))

    model.page = without  # type: ignore[method-assign]
    assert coverage(reader.read(model, [1, 2, 3, 4], began=1)).status == "partial"
    assert reader.read(model, [1], began=1) == []
    model.page = whole  # type: ignore[method-assign]
    assert coverage(reader.read(model, [1, 2, 3, 4], began=2)).status == "complete"
    assert reader.read(model, [1, 2, 3, 4], began=3) == []


def test_opening_posts_first_and_the_replies_later(reader: Reader) -> None:
    model = a_thread(5)
    assert ids(reader.read(model, with_replies=False)) == ["1"]
    assert reader.asked == [1]
    assert ids(reader.read(model)) == ["2", "3", "4", "5"]
    assert reader.asked == [1, 2]


def test_a_thread_that_is_gone_and_comes_back(reader: Reader) -> None:
    model = a_thread(7)
    reader.read(model)
    for learnt in gone_thread(reader.ledger, "7", "http://b.example/", NOW):
        reader.store(learnt)
    assert reader.present() == {}
    kinds = [line.item_type for line in reader.told if getattr(line, "is_deleted", None)]
    assert kinds == ["article", *["post"] * 6]
    assert ids(reader.read(model)) == [str(n) for n in model.posts]
    assert reader.asked == [1, 2, 3]
    assert reader.present() == model.posts


actions = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "delete", "shield"]), st.integers(0, 99)), max_size=12
)


@settings(max_examples=120, deadline=None)
@given(
    st.integers(1, 25),
    st.integers(1, 5),
    st.booleans(),
    st.lists(st.tuples(actions, st.booleans()), max_size=4),
)
def test_after_a_whole_reading_the_lines_are_the_thread(
    posts: int, per_page: int, newest_first: bool, runs: list[tuple[list[tuple[str, int]], bool]]
) -> None:
    """Whatever happened between two runs; and a reading of what is new tells nothing that is not."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "l")) as ledger:
        reader = Reader(ledger)
        # no forum shows one post a page
        per_page = max(per_page, 1 + newest_first)
        model = a_thread(posts, per_page=per_page, newest_first=newest_first)
        reader.read(model)
        assert reader.present() == model.posts
        for happened, is_whole in runs:
            for action, chosen in happened:
                present = list(model.posts)
                post_id = present[chosen % len(present)]
                if action == "add":
                    model.add(f"新{chosen}", apart=chosen % 2)
                elif action == "delete" and post_id != present[0]:
                    del model.posts[post_id]
                elif action == "edit":
                    model.posts[post_id] = f"改{chosen}"
                elif action == "shield":
                    model.posts[post_id] = "shielded"
            if is_whole:
                reader.read(model, todo=[1], is_whole=True, row=model.row())
                assert reader.present() == model.posts
            else:
                reader.read(model, row=model.row())
                told = reader.present()
                assert {key: told.get(key) for key in model.posts if key not in told} == {}
        reader.read(model, todo=[1], is_whole=True)
        assert reader.present() == model.posts


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5))))
def test_ranges_are_sets(added: list[tuple[int, int]]) -> None:
    ranges, numbers = Intervals(), set[int]()
    for first, more in added:
        ranges.add(first, first + more)
        numbers.update(range(first, first + more + 1))
    assert ranges.highest == max(numbers, default=0)
    assert set(ranges.gaps()) == set(range(1, max(numbers, default=0))) - numbers
    assert ranges.starts == sorted(ranges.starts)
