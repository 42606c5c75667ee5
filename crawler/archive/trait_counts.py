"""On how many pages of each kind each trait was found: the ledger's table `trait`.

A trait is a part of the template that a page has or lacks; the alarm of
`crawler/frontier/template_drift.py` compares new pages with these counts.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from crawler.archive.changes import TraitsForgotten, TraitsSeen
from crawler.archive.state import Traits
from crawler.archive.tables.rows import as_int

# Beyond this many pages of a kind all counts are halved, so that older pages weigh less: a template
# that changes slowly must not raise the alarm for ever.
_MOST_PAGES = 2000
# The name in the row that counts the pages themselves.
_ALL_PAGES = ""


class TraitCounts:
    """The counts of one site, in the transaction of its ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def known(self) -> dict[str, Traits]:
        """Return what was counted so far, by kind of page."""
        pages: dict[str, int] = {}
        found: dict[str, dict[str, int]] = defaultdict(dict)
        last: dict[str, dict[str, int]] = defaultdict(dict)
        for kind, name, count, at in self._db.execute("SELECT kind, name, pages, last FROM trait"):
            if name == _ALL_PAGES:
                pages[kind] = as_int(count)
            else:
                found[kind][name], last[kind][name] = as_int(count), as_int(at)
        return {kind: Traits(count, found[kind], last[kind]) for kind, count in pages.items()}

    def apply(self, change: TraitsSeen | TraitsForgotten) -> None:
        """Add the counts of more pages, or forget all counts."""
        if isinstance(change, TraitsForgotten):
            self._db.execute("DELETE FROM trait")
            return
        for name, count in ((_ALL_PAGES, change.pages), *change.found):
            self._db.execute(
                "INSERT INTO trait VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                " SET pages = pages + ?3, last = ?4",
                (change.kind, name, count, change.at),
            )
        total = "SELECT pages FROM trait WHERE kind = ? AND name = ?"
        ((pages,),) = self._db.execute(total, (change.kind, _ALL_PAGES))
        if pages > _MOST_PAGES:
            self._db.execute("UPDATE trait SET pages = pages / 2 WHERE kind = ?", (change.kind,))
            self._db.execute("DELETE FROM trait WHERE pages = 0")
