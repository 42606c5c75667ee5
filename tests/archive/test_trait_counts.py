from __future__ import annotations

from crawler.archive.changes import TraitsForgotten, TraitsSeen
from crawler.archive.ledger import Ledger
from crawler.archive.state import Traits


def test_counts_add_up_by_kind(ledger: Ledger) -> None:
    assert ledger.trait_counts.known() == {}
    ledger.apply(
        [
            TraitsSeen("thread", 9, (("author", 9), ("likes", 2)), 100),
            TraitsSeen("list", 4, (("author", 4),), 150),
            TraitsSeen("thread", 3, (("author", 3),), 200),
        ]
    )
    assert ledger.trait_counts.known() == {
        "thread": Traits(12, {"author": 12, "likes": 2}, {"author": 200, "likes": 100}),
        "list": Traits(4, {"author": 4}, {"author": 150}),
    }


def test_beyond_two_thousand_pages_older_ones_count_half(ledger: Ledger) -> None:
    ledger.apply([TraitsSeen("list", 2000, (("author", 2000),), 50)])
    ledger.apply([TraitsSeen("thread", 2000, (("author", 2000), ("likes", 1)), 100)])
    known = ledger.trait_counts.known()
    assert (known["thread"].pages, known["list"].pages) == (2000, 2000)
    ledger.apply([TraitsSeen("thread", 2, (("author", 2),), 200)])
    assert ledger.trait_counts.known() == {
        "thread": Traits(1001, {"author": 1001}, {"author": 200}),
        "list": known["list"],
    }


def test_all_counts_may_be_forgotten(ledger: Ledger) -> None:
    ledger.apply([TraitsSeen("thread", 9, (("author", 9),), 100), TraitsForgotten()])
    assert ledger.trait_counts.known() == {}
