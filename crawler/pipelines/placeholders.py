"""One picture in the place of many: what guards against links from elsewhere answer.

Proof is a row: a host gives the same content, and nothing else between, for pictures of so many
names in several posts, and either the content is tiny or all of them were led to one address. Two
posts may well show the same smile: less than such a row proves nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.archive.changes import NoteMade
from crawler.pipelines.post_files import mark_page

if TYPE_CHECKING:
    from crawler.archive import SiteArchive
    from crawler.history import Delivery

_NAMES, _POSTS = 5, 2
# "No links from elsewhere" in a few colours
_TINY = 16384
# The ledger's notes: by host, the sha256 of those that were proved, and the rows that may go on.
_NOTE, _ROWS = "placeholders", "placeholder_rows"
_MOST = 50


@dataclass(frozen=True, slots=True)
class Came:
    """A picture that came: from which host, with which content, for which post.

    ``led_to``: the address that it was led to, ``None`` where it came from its own.
    """

    host: str
    sha256: str
    size: int
    name: str
    item_id: str
    led_to: str | None = None
    delivery: Delivery | None = None


@dataclass(slots=True)
class Placeholders:
    """The rows of pictures, which go on over runs, and what was proved."""

    _rows: dict[tuple[str, str], list[Came]] = field(default_factory=dict)
    _is_read: set[str] = field(default_factory=set)

    def is_known(self, archive: SiteArchive, host: str, sha256: str) -> bool:
        """Whether a content was proved to be what a host gives in the place of others."""
        return sha256 in _proved(archive).get(host, ())

    def came(self, archive: SiteArchive, picture: Came, now: int) -> bool:
        """Note a picture; return whether it proves that its content is a placeholder.

        The pages of the others that came in this run are due then: what they show is not theirs.
        """
        self._read(archive)
        row = self._rows.setdefault((str(archive.folder), picture.host), [])
        if row and row[-1].sha256 != picture.sha256:
            row.clear()
        row.append(picture)
        if not _is_proof(row):
            return False
        proved = _proved(archive)
        known = proved.get(picture.host, [])
        proved[picture.host] = [*known, picture.sha256][-_MOST:]
        archive.ledger.apply([NoteMade(_NOTE, json.dumps(proved))])
        for each in row:
            if each.delivery is not None:
                mark_page(each.delivery, due=now)
        row.clear()
        return True

    def close(self, archive: SiteArchive) -> None:
        """Keep the rows for the next run: a night may bring few pictures."""
        folder = str(archive.folder)
        if folder not in self._is_read:
            return
        rows = [
            (each.host, each.sha256, each.size, each.name, each.item_id, each.led_to)
            for (of, _), row in self._rows.items()
            if of == folder
            for each in row[-_NAMES:]
        ]
        archive.ledger.apply([NoteMade(_ROWS, json.dumps(rows))])

    def _read(self, archive: SiteArchive) -> None:
        folder = str(archive.folder)
        if folder in self._is_read:
            return
        self._is_read.add(folder)
        for kept in json.loads(archive.ledger.note(_ROWS) or "[]"):
            picture = Came(*kept)
            self._rows.setdefault((folder, picture.host), []).append(picture)


def _is_proof(row: list[Came]) -> bool:
    names, posts = {each.name for each in row}, {each.item_id for each in row}
    targets = {each.led_to for each in row}
    is_tiny = row[-1].size <= _TINY
    is_led_to_one = len(targets) == 1 and None not in targets
    return len(names) >= _NAMES and len(posts) >= _POSTS and (is_tiny or is_led_to_one)


def _proved(archive: SiteArchive) -> dict[str, list[str]]:
    note = archive.ledger.note(_NOTE)
    return json.loads(note) if note else {}
