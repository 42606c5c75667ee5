"""Comments (点评) that a forum counts among the replies, or does not: coverage and deletions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from crawler.archive.state import ListRowState
from crawler.discuz.facts import Comment, Post, ThreadPage
from crawler.history.coverage import Count
from tests.history.test_thread_history import Model, Reader, coverage, ids, reader

__all__ = ["reader"]

# version, and whether a forum of it counts comments as replies
FORUMS = [("X3.3", False), ("X3.5", True), (None, False), (None, True)]
SHOWN = 5


@dataclass
class Commented(Model):
    """A thread whose posts have comments; ``fetches``: those beyond the five shown are had too."""

    version: str | None = "X3.5"
    counts: bool = True
    fetches: bool = True
    said: dict[int, int] = field(default_factory=dict)
    counted_still: int = 0  # of posts that are gone

    @property
    def replies(self) -> int:
        said = sum(self.said.values()) + self.counted_still
        return len(self.posts) - 1 + said * self.counts

    def page(self, number: int) -> ThreadPage:
        page = super().page(number)
        site = replace(page.site, discuz_version=self.version)
        replies = self.replies if page.page == 1 else None
        return replace(page, site=site, replies=replies)

    def _post(self, post_id: int, position: int) -> Post:
        post, said = super()._post(post_id, position), self.said.get(post_id, 0)
        shown = said if self.fetches else min(said, SHOWN)
        comments = tuple(Comment("b", "2", f"评{n}") for n in range(said - shown, said))
        return replace(post, comments=comments, comments_missing=int(said > shown))

    def row(self) -> ListRowState:
        tail = f"{self.newest} {self.replies}".encode()
        return ListRowState("2", b"head", tail, 5, replies=self.replies)


def commented(version: str | None, *, counts: bool, said: dict[int, int], **more: Any) -> Commented:
    model = Commented(version=version, counts=counts, said=dict(said), **more)
    for number in range(10):
        model.add(f"文{number}")
    return model


@pytest.mark.parametrize("fetches", [True, False])
@pytest.mark.parametrize("said", [{1: 2}, {1: 8}, {1: 1, 6: 7, 10: 3}])
@pytest.mark.parametrize("version, counts", FORUMS)
def test_a_thread_with_comments_is_complete(
    reader: Reader, version: str | None, counts: bool, said: dict[int, int], fetches: bool
) -> None:
    model = commented(version, counts=counts, said=said, fetches=fetches)
    line = coverage(reader.read(model))
    assert (line.status, line.posts_expected, line.posts_captured) == ("complete", 10, 10)
    assert line.posts_waiting is None
    assert reader.read(model, todo=[1], is_whole=True) == []


@pytest.mark.parametrize("before", [{}, {1: 2}, {2: 1, 9: 7}])
@pytest.mark.parametrize("commented_on", [1, 5, 10])
@pytest.mark.parametrize("version, counts", FORUMS)
def test_a_comment_is_added_and_taken_back(
    reader: Reader, version: str | None, counts: bool, commented_on: int, before: dict[int, int]
) -> None:
    model = commented(version, counts=counts, said=before)
    reader.read(model, row=model.row())
    for change in (1, 1, -1):
        model.said[commented_on] = model.said.get(commented_on, 0) + change
        told = reader.read(model, row=model.row())
        assert not any(getattr(line, "is_deleted", None) for line in told)
        assert len(reader.asked) <= 4
        if counts and version:
            # the counter tells of it, so it is looked for
            assert ids(told) == [str(commented_on)]
            assert coverage(told).status == "complete"
    # a reading of all tells it in any case, and no deletion
    reader.read(model, todo=[1], is_whole=True, row=model.row())
    assert reader.present() == model.posts
    line = coverage([line for line in reader.told if line.item_type == "coverage"][-1:])
    assert (line.status, line.posts_captured) == ("complete", 10)


@pytest.mark.parametrize("gone", [2, 6, 10])
@pytest.mark.parametrize("said", [{1: 2}, {2: 3, 6: 3, 10: 3}, {5: 8}])
@pytest.mark.parametrize("still", [False, True])
@pytest.mark.parametrize("version, counts", FORUMS)
def test_a_reply_goes_while_there_are_comments(
    reader: Reader,
    version: str | None,
    counts: bool,
    still: bool,
    said: dict[int, int],
    gone: int,
) -> None:
    """``still``: the comments of a reply that is gone are counted as before."""
    model = commented(version, counts=counts, said=said)
    reader.read(model, row=model.row())
    del model.posts[gone]
    lost = model.said.pop(gone, 0)
    model.counted_still = lost * still
    told = reader.read(model, row=model.row())
    assert ids(told) == [str(gone)]
    line = coverage(told)
    assert (line.status, line.posts_captured, line.posts_deleted) == ("complete", 9, 1)
    assert line.posts_waiting is None
    model.add("又一楼")
    told = reader.read(model, row=model.row())
    assert (ids(told), coverage(told).status) == (["11"], "complete")


@pytest.mark.parametrize("commented_on", [1, 5, 9])
@pytest.mark.parametrize("said", [{1: 2}, {4: 8}])
def test_a_comment_does_not_hide_that_the_last_reply_went(
    reader: Reader, commented_on: int, said: dict[int, int]
) -> None:
    """The counter is as it was; the list shows another last post."""
    model = commented("X3.5", counts=True, said=said)
    reader.read(model, row=model.row())
    del model.posts[10]
    model.add("新")
    del model.posts[11]
    model.said[commented_on] = model.said.get(commented_on, 0) + 1
    reader.read(model, row=model.row())
    assert reader.present() == model.posts
    assert coverage(reader.told[-1:]).status == "complete"


def test_comments_out_of_reach_are_looked_for_on_some_pages_only(reader: Reader) -> None:
    model = commented("X3.5", counts=True, said={1: 1})
    for _ in range(110):
        model.add()
    reader.read(model, row=model.row())
    model.said[40] = 1
    told = reader.read(model, row=model.row())
    assert (ids(told), len(reader.asked)) == ([], 12)
    # it is found when its page has its turn; nothing was deleted, and nothing is looked for again
    told = reader.read(model, todo=[14])
    assert (ids(told), coverage(told).status) == (["40"], "complete")
    model.add()
    reader.read(model, row=model.row())
    assert len(reader.asked) <= 2
    assert reader.present() == model.posts


def test_a_ledger_that_did_not_count_comments(reader: Reader) -> None:
    """An earlier version's: comments that were there before are no news."""
    model = commented("X3.5", counts=True, said={1: 2, 5: 3})
    reader.read(model, row=model.row())
    db = reader.ledger._db
    db.execute("UPDATE post SET comments = NULL")
    db.execute("UPDATE thread SET comments = NULL")
    added = model.add()
    told = reader.read(model, row=model.row())
    assert ids(told) == [str(added)]
    assert len(reader.asked) == 1
    reader.read(model, todo=[1], is_whole=True, row=model.row())
    del model.posts[7]
    reader.read(model, row=model.row())
    assert reader.present() == model.posts


def count(**more: Any) -> Count:
    made = Count(present=10, shielded=0, gone=0, pages_known={1}, pages=1, expected=10)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    "known, counts, expected",
    [
        (count(comments=3), False, 10),
        (count(comments=3, expected=13), True, 10),
        (count(comments=3, expected=12), None, 10),
        (count(comments=3, expected=12, has_comments=True), True, 9),
        (count(comments=3, expected=14), True, 11),
        (count(comments=3, expected=14, comments_gone=1), True, 10),
        (count(comments=3, expected=40, comments_open=1), True, 10),
        (count(comments=3, expected=13, has_comments=False), False, 13),
        (count(expected=12, has_comments=True), True, 12),
        (count(expected=12), None, 12),
        (count(comments=3, has_comments=True), False, 10),
        (count(comments=3, expected=None, has_comments=True), True, None),
        # no counter this time: as far from it as before
        (count(comments=3, comments_before=3, expected=None, surplus=-3), True, 10),
        (count(comments=2, comments_before=3, expected=None, surplus=-3), True, 10),
        (count(comments=4, comments_before=3, expected=None, surplus=-4), True, 10),
    ],
)
def test_posts_by_the_counter(known: Count, counts: bool | None, expected: int | None) -> None:
    assert (known.counts_comments(), known.expected_posts()) == (counts, expected)
