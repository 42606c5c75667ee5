from __future__ import annotations

import pytest

from crawler.archive.changes import PostMissed, PostSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import PostState
from tests.archive.conftest import post

LONG = "9" * 30


@pytest.mark.parametrize(
    "known",
    [
        post(9),
        post(9, 5, 3, is_first=True, is_pinned_copy=True, is_shielded=True, is_gone=True),
        post(9, is_first=True),
        post(9, is_pinned_copy=True),
        post(9, is_shielded=True),
        post(9, is_gone=True),
        post(9, media=b"123456"),
        post(9, author="anonymous"),
        post(9, schema_version="1.1"),
        PostState("9", 0, 0, b""),
        PostState(LONG, 5, 1, b""),
        PostState("p2-4", 0, 1, b""),
    ],
)
def test_a_post_reads_back(ledger: Ledger, known: PostState) -> None:
    ledger.apply([PostSeen("7", PostState(known.id, 1, 1, b"before")), PostSeen("7", known)])
    assert ledger.posts("7", [known.id, "404"]) == {known.id: known}
    assert ledger.posts("8", [known.id]) == {}


def test_posts_in_the_order_of_their_dates(ledger: Ledger) -> None:
    ledger.apply([PostSeen("7", post(n, at)) for n, at in ((1, 10), (2, 10), (9, 10), (5, 20))])
    ledger.apply([PostSeen("7", post(3, 15, is_gone=True)), PostSeen("8", post(4, 12))])
    assert [each.id for each in ledger.posts_between("7", (10, 1), (20, 5))] == ["2", "9"]
    assert [each.id for each in ledger.posts_between("7", None, None)] == ["1", "2", "9", "5"]
    assert ledger.count_before("7", (20, 5)) == 3
    assert ledger.count_before("7", (10, 9)) == 2


def test_the_posts_that_are_there_in_parts(ledger: Ledger) -> None:
    ledger.apply([PostSeen("7", post(number)) for number in (1, 2, 5, 10)])
    ledger.apply([PostSeen("7", post(3, is_gone=True)), PostSeen("8", post(4))])
    assert [each.id for each in ledger.present_posts("7", None, 2)] == ["1", "2"]
    assert [each.id for each in ledger.present_posts("7", "2", 2)] == ["5", "10"]
    assert ledger.present_posts("7", "10", 2) == []


def test_posts_are_counted_by_what_they_are(ledger: Ledger) -> None:
    assert ledger.counts("7") == (0, 0, 0)
    posts = [
        post(1),
        post(2, is_first=True),
        post(3, is_shielded=True),
        post(4, is_gone=True),
        post(5, is_shielded=True, is_gone=True),
    ]
    ledger.apply(PostSeen("7", each) for each in posts)
    assert ledger.counts("7") == (3, 1, 2)


def test_posts_that_were_missed(ledger: Ledger) -> None:
    """A kill may leave a doubt behind that was decided."""
    ledger.apply([PostSeen("7", post(n)) for n in (1, 2, 3)])
    ledger.apply([PostMissed("7", str(n), 100) for n in (1, 2, 3)])
    ledger.apply([PostMissed("7", "1", None), PostSeen("7", post(2, is_gone=True))])
    assert ledger.missed("7") == {"3": 100}
    assert ledger.missed("8") == {}
