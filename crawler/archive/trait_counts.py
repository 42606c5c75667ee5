"""What the pages of a site looked like: the ledger's table of traits (see `template_drift.py`)."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from crawler.archive.changes import TraitsForgotten, TraitsSeen
from crawler.archive.state import Traits

# Beyond this many pages of a kind the older ones count half: a slow change is no alarm for ever.
_PAGES = 2000
# the row that counts the pages themselves
_ALL = ""


class Looks:
    """The traits of a site's pages, in the transaction of its ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def known(self) -> dict[str, Traits]:
        """What was found so far, by kind of page."""
        pages: dict[str, int] = {}
        found: dict[str, dict[str, int]] = defaultdict(dict)
        last: dict[str, dict[str, int]] = defaultdict(dict)
        for kind, name, count, at in self._db.execute("SELECT kind, name, pages, last FROM trait"):
            if name == _ALL:
                pages[kind] = count
            else:
                found[kind][name], last[kind][name] = count, at
        return {kind: Traits(count, found[kind], last[kind]) for kind, count in pages.items()}

    def apply(self, change: TraitsSeen | TraitsForgotten) -> None:
        if isinstance(change, TraitsForgotten):
            self._db.execute("DELETE FROM trait")
            return
        for name, count in ((_ALL, change.pages), *change.found):
            self._db.execute(
                "INSERT INTO trait VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
                " SET pages = pages + ?3, last = ?4",
                (change.kind, name, count, change.at),
            )
        total = "SELECT pages FROM trait WHERE kind = ? AND name = ?"
        ((pages,),) = self._db.execute(total, (change.kind, _ALL))
        if pages > _PAGES:
            self._db.execute("UPDATE trait SET pages = pages / 2 WHERE kind = ?", (change.kind,))
            self._db.execute("DELETE FROM trait WHERE pages = 0")
