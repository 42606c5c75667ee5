"""Pictures and files of posts: where each is kept, or why it is not."""

from __future__ import annotations

from crawler.archive.changes import MediaSeen
from crawler.archive.state import MediaState
from crawler.archive.tables.table import Table


class MediaTable(Table):
    """The table `media`."""

    def media(self, key: str) -> MediaState | None:
        """Return what is known of a picture or file; ``None`` if it was never asked for.

        ``key`` is that of `crawler.archive.media_store.media_key`.
        """
        row = self._db.execute("SELECT * FROM media WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        _, path, digest, reason, is_retriable, attempts = row
        return MediaState(key, path, digest and digest.hex(), reason, bool(is_retriable), attempts)

    def _save_media(self, change: MediaSeen) -> None:
        media = change.media
        digest = media.sha256 and bytes.fromhex(media.sha256)
        self._db.execute(
            "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?)",
            (media.key, media.path, digest, media.reason, media.is_retriable, media.attempts),
        )
