"""Pictures and files of posts: where each is kept, or why it is not."""

from __future__ import annotations

from typing import Any

from crawler.archive.changes import MediaSeen
from crawler.archive.state import SETTLED_NIGHTS, MediaState
from crawler.archive.tables.rows import from_ledger
from crawler.archive.tables.table import Table


class MediaTable(Table):
    """The table `media`."""

    def media(self, key: str) -> MediaState | None:
        """Return what is known of a picture or file; ``None`` if it was never asked for.

        ``key`` is that of `crawler.archive.media_store.media_key`.
        """
        row = self._db.execute("SELECT * FROM media WHERE key = ?", (key,)).fetchone()
        return _from_row(row) if row else None

    def count_refused_files(self) -> tuple[int, int]:
        """Return how many files wait to be asked for again, and how many stay refused."""
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(retriable AND nights < ?), 0) FROM media"
            " WHERE reason IS NOT NULL AND key NOT LIKE 'host:%'",
            (SETTLED_NIGHTS,),
        ).fetchone()
        return int(row[1]), int(row[0]) - int(row[1])

    def _save_media(self, change: MediaSeen) -> None:
        media = change.media
        digest = media.sha256 and bytes.fromhex(media.sha256)
        self._db.execute(
            "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                media.key,
                media.path,
                digest,
                media.reason,
                media.is_retriable,
                media.attempts,
                media.nights,
                media.counted,
                media.due,
                media.asked,
            ),
        )


@from_ledger
def _from_row(row: tuple[Any, ...]) -> MediaState:
    key, path, digest, reason, is_retriable, *counts = row
    return MediaState(key, path, digest and digest.hex(), reason, bool(is_retriable), *counts)
