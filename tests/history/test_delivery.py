"""The lines of a page, whatever becomes of each of them on its way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive.changes import (
    Change,
    NoteMade,
    PageSeen,
    PostSeen,
    RefusalSeen,
    ThreadSeen,
)
from crawler.archive.segments import encode
from crawler.archive.site_archive import SiteArchive
from crawler.archive.state import PostState, RefusalState, ThreadState
from crawler.history.delivery import Deliveries, Delivery, Entry, Fate, without_version
from crawler.items import Article, Line, Post, to_json

SITE = "b.example"
SETTLED = (Fate.STORED, Fate.REJECTED, Fate.UNCHANGED, Fate.DROPPED, Fate.FAILED)
WRITTEN = (Fate.STORED, Fate.REJECTED)


def line(number: int, version: int = 1, thread: int = 7) -> Post:
    kind = Article if number == 1 else Post
    return kind(
        item_id=f"{SITE}:{thread}:{number}",
        version=version,
        site=SITE,
        url=f"http://{SITE}/forum.php?mod=viewthread&tid=7#pid{number}",  # type: ignore[arg-type]
        fetched_at="2023-03-15T12:00:00+00:00",  # type: ignore[arg-type]
        thread_id=str(thread),
        post_id=str(number),
        text=f"文{number}",
        content_hash="ab" * 32,
    )


def seen(number: int, version: int = 1, thread: int = 7) -> PostSeen:
    return PostSeen(str(thread), PostState(str(number), number, version, b"12345678"))


def entry(number: int, version: int = 1, thread: int = 7) -> Entry:
    return Entry(line(number, version, thread), seen(number, version, thread))


@dataclass
class Pages:
    """Pages under way to an archive; ``stored`` are those that arrived, ``after`` what was called."""

    archive: SiteArchive
    stored: list[Delivery] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self._store)

    def _store(self, delivery: Delivery) -> None:
        self.archive.store(delivery.lines, delivery.ledger_changes)
        self.stored.append(delivery)
        delivery.on_stored()

    def begin(
        self, *entries: Entry, changes: tuple[Change, ...] = (), origin: object = None
    ) -> tuple[Delivery, list[Line]]:
        """A page begins its way; returns it and what the spider yields of it."""
        delivery = Delivery(self.archive, list(entries), list(changes), origin)
        return delivery, list(self.deliveries.begin(delivery))

    def settle(self, made: Line, fate: Fate) -> None:
        """What became of a line, found as the store pipeline finds it."""
        found = self.deliveries.find(made.item_id, made.version)
        assert found is not None
        encoded = encode(to_json(made)) if fate in WRITTEN else b""
        self.deliveries.settle(*found, fate, encoded)

    def lines(self, kind: str = "*", thread: int = 7) -> list[str]:
        """Posts and versions of the lines on the disk, those of one kind in their order."""
        self.archive.flush()
        return [
            f"{record['post_id']}.{record['version']}"
            for path in sorted(self.archive.folder.glob(f"{kind}-*.jsonl"))
            for record in map(json.loads, path.read_text("utf-8").splitlines())
            if record["thread_id"] == str(thread)
        ]

    def version(self, number: int, thread: int = 7) -> int | None:
        """The version that the ledger knows of a post."""
        known = self.archive.ledger.posts(str(thread), [str(number)]).get(str(number))
        return known.version if known else None


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    archive = SiteArchive(tmp_path / "site")
    yield Pages(archive)
    archive.close()


def test_a_page_is_stored_once_when_all_fates_are_known(pages: Pages) -> None:
    delivery, lines = pages.begin(entry(1), entry(2), entry(3), changes=(NoteMade("page", "one"),))
    delivery.on_stored = lambda: pages.after.append("stored")
    # the last one comes through first
    for made in reversed(lines):
        assert (pages.stored, pages.after, pages.version(3)) == ([], [], None)
        assert pages.archive.ledger.note("page") is None
        pages.settle(made, Fate.STORED)
    assert (pages.stored, pages.after) == ([delivery], ["stored"])
    assert pages.lines() == ["1.1", "2.1", "3.1"], "in the order of the page"
    assert pages.archive.ledger.note("page") == "one"
    assert list(pages.deliveries.unsettled()) == []
    # the fate of a line is told once
    pages.deliveries.settle(delivery, delivery.entries[0], Fate.FAILED)
    assert delivery.entries[0].fate is Fate.STORED
    assert len(pages.stored) == 1


def test_a_page_that_only_teaches_is_stored_at_once(pages: Pages) -> None:
    delivery = Delivery(pages.archive, [], [NoteMade("page", "one"), seen(9)])
    delivery.on_stored = lambda: pages.after.append("stored")
    assert list(pages.deliveries.begin(delivery)) == []
    assert (pages.stored, pages.after, pages.version(9)) == ([delivery], ["stored"], 1)


@pytest.mark.parametrize(
    "fate, files, version, is_due",
    [
        (Fate.STORED, ["2.3"], 3, False),
        # its version is not used up: the next line of it is the third again
        (Fate.UNCHANGED, [], 2, False),
        (Fate.DROPPED, [], 2, False),
        # as if it had not been seen
        (Fate.FAILED, [], 1, True),
        (Fate.REJECTED, ["2.3"], 1, True),
    ],
)
@pytest.mark.parametrize("turn", range(3))
def test_what_each_fate_leaves(
    pages: Pages, fate: Fate, files: list[str], *, version: int, is_due: bool, turn: int
) -> None:
    pages.archive.ledger.apply([seen(2, 1)])
    others = [entry(4), entry(5)]
    entries = [*others[:turn], entry(2, 3), *others[turn:]]
    delivery, lines = pages.begin(*entries, changes=(PageSeen("7", 1, 500), NoteMade("page", "x")))
    for made in lines:
        pages.settle(made, fate if made.item_id.endswith(":2") else Fate.STORED)
    assert [name for name in pages.lines() if name.startswith("2.")] == files
    assert [name for name in pages.lines() if not name.startswith("2.")] == ["4.1", "5.1"]
    assert ("2.3" in pages.lines("rejected")) == (fate is Fate.REJECTED)
    assert [pages.version(number) for number in (2, 4, 5)] == [version, 1, 1]
    (page,) = (change for change in delivery.ledger_changes if isinstance(change, PageSeen))
    assert page == PageSeen("7", 1, 500, is_due=is_due)
    assert pages.archive.ledger.note("page") == "x"


REFUSAL = RefusalState("r", "7", "challenge", True, 1, 3, 500, "http://b.example/")


@pytest.mark.parametrize(
    "change, less",
    [
        (seen(2, 3), seen(2, 2)),
        (RefusalSeen(REFUSAL), RefusalSeen(replace(REFUSAL, version=2))),
        (ThreadSeen(ThreadState("7", coverage=3)), ThreadSeen(ThreadState("7", coverage=2))),
        (NoteMade("a", "b"), NoteMade("a", "b")),
    ],
)
def test_a_version_that_was_not_published_is_not_used_up(change: Change, less: Change) -> None:
    assert without_version(change) == less


def test_a_line_that_teaches_nothing(pages: Pages) -> None:
    for fate in SETTLED:
        learnt = Entry(line(2), None)
        learnt.fate = fate
        assert learnt.ledger_change is None


def test_names_that_a_pipeline_changed(pages: Pages) -> None:
    """The line is found by its version or without, or as the very object; its name stays."""
    delivery, (made,) = pages.begin(entry(2, 3))
    pair = (delivery, delivery.entries[0])
    find = pages.deliveries.find
    assert find(f"{SITE}:7:2", 3) == pair
    assert find(f"{SITE}:7:2", 9) == pair
    assert find(f"{SITE}:7:2", None) == pair
    for other in (f"{SITE}:7:3", None, 7, ["x"], ""):
        assert find(other, 3) is None
    made.item_id, made.version = "mine", 9
    made.thread_id = None  # type: ignore[attr-defined]
    assert find("mine", 9) is None
    assert pages.deliveries.of_object(made) == pair
    assert pages.deliveries.of_object(replace(made)) is None
    assert pair[1].item_id == f"{SITE}:7:2"
    names = ("item_id", "version", "thread_id", "content_hash")
    assert [pair[1].identity[name] for name in names] == [f"{SITE}:7:2", 3, "7", "ab" * 32]
    pages.deliveries.settle(*pair, Fate.STORED, encode(pair[1].identity | {"post_id": "2"}))
    assert pages.lines("posts") == ["2.3"]
    assert find(f"{SITE}:7:2", 3) is None


def test_two_versions_of_one_post_are_two_lines(pages: Pages) -> None:
    first, _ = pages.begin(entry(2, 1))
    second, _ = pages.begin(entry(2, 2))
    for version, delivery in ((2, second), (1, first)):
        assert pages.deliveries.find(f"{SITE}:7:2", version) == (delivery, delivery.entries[0])


@pytest.mark.parametrize("settled_before", [None, *SETTLED])
@pytest.mark.parametrize("first_to_end", [0, 1])
def test_a_post_that_a_second_page_shows_again(
    pages: Pages, settled_before: Fate | None, first_to_end: int
) -> None:
    """A thread that moved while it was read: the line is that of the first page, and only it."""
    _, (one, two) = pages.begin(entry(1), entry(2))
    if settled_before:
        pages.settle(two, settled_before)
    second, lines = pages.begin(entry(2), entry(3))
    assert [made.item_id for made in lines] == [f"{SITE}:7:3"]
    assert second.entries[0].fate is Fate.UNCHANGED
    rest = [one] if settled_before else [one, two]
    for made in (*rest, *lines) if first_to_end == 0 else (*lines, *rest):
        pages.settle(made, Fate.STORED)
    fate = settled_before or Fate.STORED
    assert sorted(pages.lines()) == ["1.1", *(["2.1"] if fate in WRITTEN else []), "3.1"]
    lost = {Fate.FAILED: None, Fate.REJECTED: None}
    expected = {**lost, Fate.DROPPED: 0, Fate.UNCHANGED: 0}.get(fate, 1)
    assert pages.version(2) == expected
    # both pages are stored: from now on the ledger tells what is new
    assert [made.version for made in pages.begin(entry(2))[1]] == [1]


def test_lines_of_which_nobody_told_the_fate(pages: Pages) -> None:
    """A pipeline made of them what bears no name: known when the last of a response has left."""
    origin, other = object(), object()
    delivery, (one, two, _) = pages.begin(entry(1), entry(2), entry(3), origin=origin)
    second, (four,) = pages.begin(entry(4), origin=origin)
    elsewhere, _ = pages.begin(entry(5), origin=other)
    pages.settle(one, Fate.STORED)
    for _ in range(3):
        assert pages.deliveries.processed(origin) == []
        assert pages.deliveries.processed(object()) == []
    untold = pages.deliveries.processed(origin)
    assert untold == [
        *((delivery, each) for each in delivery.entries[1:]),
        (second, second.entries[0]),
    ]
    assert pages.deliveries.of_object(two) is pages.deliveries.of_object(four) is None
    for pair in untold:
        pages.deliveries.settle(*pair, Fate.FAILED)
    assert pages.stored == [delivery, second]
    assert pages.deliveries.processed(origin) == [], "counted to its end"
    assert pages.deliveries.processed(other) == [(elsewhere, elsewhere.entries[0])]


def test_what_is_left_to_the_next_run_is_no_failure(pages: Pages) -> None:
    origin = object()
    delivery, (one, _) = pages.begin(entry(1), entry(2), origin=origin)
    pages.settle(one, Fate.STORED)
    delivery.is_postponed = True
    pages.deliveries.processed(origin)
    assert pages.deliveries.processed(origin) == []
    assert list(pages.deliveries.unsettled()) == [(delivery, each) for each in delivery.entries]
    assert (pages.lines(), pages.version(1)) == ([], None)


def test_a_response_whose_pages_come_one_after_the_other(pages: Pages) -> None:
    """The lines of a thread that is gone come in batches of some hundred."""
    origin = object()
    for number in (1, 2):
        _, (made,) = pages.begin(entry(number), origin=origin)
        pages.settle(made, Fate.STORED)
        assert pages.deliveries.processed(origin) == []
    assert pages.lines() == ["1.1", "2.1"]


# Each step begins a page with these posts, or settles one of the lines under way.
steps = st.lists(
    st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)
    | st.tuples(st.integers(0, 99), st.sampled_from(SETTLED)),
    max_size=30,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteArchive]:
    """One archive for all that hypothesis tries: each time it is another thread."""
    archive = SiteArchive(tmp_path_factory.mktemp("site"))
    yield archive
    archive.close()


THREADS = count(100)


@settings(max_examples=60)
@given(happened=steps, at_the_end=st.sampled_from(SETTLED))
def test_whatever_becomes_of_lines_in_whatever_order(
    shared: SiteArchive, happened: list[Any], at_the_end: Fate
) -> None:
    """Each line that was stored is in the archive once, the others are counted.

    The versions of a post follow one another without a gap, as long as the ledger tells the next.
    """
    pages, thread = Pages(shared), next(THREADS)
    under_way: list[Line] = []
    begun: list[Delivery] = []
    fates: Counter[Fate] = Counter()
    published: list[str] = []
    rejected: list[str] = []

    def settle(made: Line, fate: Fate) -> None:
        pages.settle(made, fate)
        fates[fate] += 1
        kept = {Fate.STORED: published, Fate.REJECTED: rejected}.get(fate)
        if kept is not None:
            kept.append(f"{made.item_id.rpartition(':')[2]}.{made.version}")

    for step in happened:
        if isinstance(step[-1], Fate):
            if under_way:
                settle(under_way.pop(step[0] % len(under_way)), step[1])
            continue
        entries = [entry(each, (pages.version(each, thread) or 0) + 1, thread) for each in step]
        delivery, lines = pages.begin(*entries)
        begun.append(delivery)
        under_way += lines
        fates[Fate.UNCHANGED] += len(entries) - len(lines)
    while under_way:
        settle(under_way.pop(), at_the_end)

    assert sorted(pages.lines(thread=thread)) == sorted(published + rejected)
    assert sorted(map(id, pages.stored)) == sorted(map(id, begun))
    told = Counter(each.fate for delivery in begun for each in delivery.entries)
    assert told == +fates
    assert list(pages.deliveries.unsettled()) == []
    for number in range(1, 7):
        versions = sorted(name for name in published if name.startswith(f"{number}."))
        assert versions == [f"{number}.{n}" for n in range(1, len(versions) + 1)]
        assert (pages.version(number, thread) or 0) == len(versions)


def follows(pages: Pages, entry_: Entry, after: Delivery | None) -> tuple[Delivery, Line]:
    """The next page of the same task."""
    delivery = Delivery(pages.archive, [entry_], [NoteMade("page", entry_.item_id)], after=after)
    (made,) = pages.deliveries.begin(delivery)
    return delivery, made


def test_the_pages_of_a_task_are_stored_in_their_order(pages: Pages) -> None:
    """A ledger that goes on behind a page which is not stored would never ask for it again."""
    first, held = follows(pages, entry(1), None)
    second, fast = follows(pages, entry(2), first)
    third, fastest = follows(pages, entry(3), second)
    pages.settle(fastest, Fate.STORED)
    pages.settle(fast, Fate.FAILED)
    assert pages.stored == []
    pages.settle(held, Fate.STORED)
    assert pages.stored == [first, second, third]


def test_nothing_is_stored_behind_a_page_that_is_postponed(pages: Pages) -> None:
    first, _ = follows(pages, entry(1), None)
    second, fast = follows(pages, entry(2), first)
    first.is_postponed = True
    pages.settle(fast, Fate.STORED)
    assert pages.stored == []
    assert {delivery for delivery, _ in pages.deliveries.unsettled()} == {first, second}


def test_lines_that_no_pipeline_saw_are_known_when_nothing_is_under_way(pages: Pages) -> None:
    delivery, (first, _) = pages.begin(entry(1), entry(2))
    pages.settle(first, Fate.STORED)
    assert [lost.item_id for _, lost in pages.deliveries.lost()] == [f"{SITE}:7:2"]
    for lost in pages.deliveries.lost():
        pages.deliveries.settle(*lost, Fate.FAILED)
    assert pages.stored == [delivery]
