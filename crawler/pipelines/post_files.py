"""The pictures and files of a line under way, and what the ledger learns of them with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crawler.archive.changes import PageSeen, PostSeen
from crawler.archive.media_store import media_hash
from crawler.pipelines.dropped import NothingNew

if TYPE_CHECKING:
    from crawler.archive import SiteArchive
    from crawler.history import Delivery, Entry


@dataclass(slots=True)
class PostFiles:
    """The pictures and files of a line under way; the parts are the item's own dicts."""

    item_id: str
    url: str
    archive: SiteArchive
    images: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    found: tuple[Delivery, Entry] | None

    def note_files(self, *, due: int | None, is_denied: bool) -> None:
        """Have the ledger learn what the line says of its files.

        ``due`` and ``is_denied`` as in `mark_page`. Raises `NothingNew` where the line says nothing
        that was not published before.
        """
        if self.found is None:
            return
        delivery, entry = self.found
        mark_page(delivery, due=due, is_denied=is_denied)
        if isinstance(entry.change, PostSeen):
            before, files = entry.change.post, media_hash(self.images, self.attachments)
            entry.change = replace(entry.change, post=replace(before, media=files))
            if entry.is_repeat and files == before.media:
                raise NothingNew(self.item_id)


def parts_of(value: Any) -> list[dict[str, Any]]:
    """The entries of a list of pictures or files that are as they were read."""
    return [part for part in value or () if isinstance(part, dict)]


def mark_page(delivery: Delivery, *, due: int | None, is_denied: bool = False) -> None:
    """Have a page looked at when a file of it is due, beside what was said of it before.

    ``due`` is in seconds since 1970. ``is_denied``: a file is refused for want of rights.
    """
    for place, change in enumerate(delivery.changes):
        if isinstance(change, PageSeen):
            times = [time for time in (change.files_due, due) if time is not None]
            delivery.changes[place] = replace(
                change,
                files_due=min(times, default=None),
                is_denied=change.is_denied or is_denied,
            )
            if delivery.is_stored:
                delivery.archive.ledger.apply([delivery.changes[place]])
