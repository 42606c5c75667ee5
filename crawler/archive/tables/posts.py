"""Posts: what the last line of each says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crawler.archive.changes import PostMissed, PostSeen
from crawler.archive.state import PostState
from crawler.archive.tables.rows import as_int, from_ledger
from crawler.archive.tables.table import HIGHEST, LOWEST, Table, id_value

# Bits of the column `state`. A post that is gone has the highest one, so `state < _GONE` selects
# the posts that are there.
_FIRST, _EARLY, _SHIELDED, _GONE = 1, 2, 4, 8
# what `_from_row` takes
_COLUMNS = "id, at, version, hash, state, media, author, comments, has_more, shown, schema"
_SELECT = f"SELECT {_COLUMNS} FROM post"  # noqa: S608


class PostTable(Table):
    """The tables `post` and `missed`.

    The posts of a thread are ordered by `PostState.order`: by date in minutes, then by id.
    """

    def posts(self, thread_id: str, post_ids: Iterable[str]) -> dict[str, PostState]:
        """Return those of the given posts that are known, by id; also those that are gone."""
        found = {}
        for post_id in post_ids:
            row = self._db.execute(
                _SELECT + " WHERE thread = ? AND id = ?",
                (id_value(thread_id), id_value(post_id)),
            ).fetchone()
            if row:
                found[post_id] = _from_row(row)
        return found

    def posts_between(
        self, thread_id: str, low: tuple[int, int] | None, high: tuple[int, int] | None
    ) -> list[PostState]:
        """Return the posts that are there between two orders, both excluded, in their order.

        ``None`` is no limit.
        """
        first, last = low or (LOWEST, 0), high or (HIGHEST, 0)
        rows = self._db.execute(
            _SELECT + " WHERE thread = ? AND at >= ? AND at <= ? AND state < ? ORDER BY at, id",
            (id_value(thread_id), first[0], last[0], _GONE),
        )
        return [post for post in map(_from_row, rows) if first < post.order < last]

    def present_posts(self, thread_id: str, behind: str | None, limit: int) -> list[PostState]:
        """Return up to ``limit`` posts that are there, by id, beginning behind the id ``behind``.

        With the last id that it returned as ``behind`` it goes on; ``None`` begins at the first.
        """
        rows = self._db.execute(
            _SELECT + " WHERE thread = ? AND id > ? AND state < ? ORDER BY id LIMIT ?",
            (id_value(thread_id), id_value(behind) if behind else -1, _GONE, limit),
        )
        return [_from_row(row) for row in rows]

    def threads_unread(self, limit: int) -> list[str]:
        """Return the ids of up to ``limit`` threads that are known from their lines alone.

        The ledger was made anew, and since then no list named them and no page of them was read.
        """
        rows = self._db.execute(
            "SELECT id FROM thread WHERE board IS NULL AND NOT coalesce(pages, 0) AND NOT is_gone"
            " AND EXISTS (SELECT 1 FROM post WHERE post.thread = thread.id AND state < ?)"
            " LIMIT ?",
            (_GONE, limit),
        )
        return [str(thread) for (thread,) in rows]

    def counts(self, thread_id: str) -> tuple[int, int, int]:
        """Return how many posts of a thread are there, how many of them shielded; how many gone."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM post WHERE thread = ? GROUP BY state",
            (id_value(thread_id),),
        ).fetchall()
        rows = [(as_int(state), count) for state, count in rows]
        gone = sum(count for state, count in rows if state >= _GONE)
        shielded = sum(count for state, count in rows if state < _GONE and state & _SHIELDED)
        return sum(count for _, count in rows) - gone, shielded, gone

    def comment_counts(self, thread_id: str) -> tuple[int, int, int]:
        """Return how many comments the posts that are there have, as far as is known.

        Then how many of these posts have more than that, and how many comments those had that are
        gone.
        """
        row = self._db.execute(
            "SELECT total(CASE WHEN state < ?2 THEN comments END),"
            " total(CASE WHEN state < ?2 THEN has_more END),"
            " total(CASE WHEN state >= ?2 THEN comments END) FROM post WHERE thread = ?1",
            (id_value(thread_id), _GONE),
        ).fetchone()
        comments, more, gone = map(int, row)
        return comments, more, gone

    def count_before(self, thread_id: str, order: tuple[int, int]) -> int:
        """Return how many posts that are there come before an order."""
        row = self._db.execute(
            "SELECT count(*) FROM post"
            " WHERE thread = ?1 AND state < ?4 AND (at < ?2 OR (at = ?2 AND id < ?3))",
            (id_value(thread_id), *order, _GONE),
        ).fetchone()
        return int(row[0])

    def missed(self, thread_id: str) -> dict[str, int]:
        """Return the posts of a thread that its last reading missed, and that may be there.

        Each with the run that missed it first, in seconds since 1970. Those that turned out to be
        gone are none of them, even if a kill left them in the table.
        """
        rows = self._db.execute(
            "SELECT missed.post, since FROM missed"
            " JOIN post ON post.thread = missed.thread AND post.id = missed.post"
            " WHERE missed.thread = ? AND state < ?",
            (id_value(thread_id), _GONE),
        )
        return {str(post): since for post, since in rows}

    def _save_missed(self, change: PostMissed) -> None:
        key = id_value(change.thread_id), id_value(change.post_id)
        if change.since is None:
            self._db.execute("DELETE FROM missed WHERE thread = ? AND post = ?", key)
        else:
            self._db.execute("INSERT OR REPLACE INTO missed VALUES (?, ?, ?)", (*key, change.since))

    def _save_post(self, change: PostSeen) -> None:
        post = change.post
        self._db.execute(
            "INSERT OR REPLACE INTO post VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                id_value(change.thread_id),
                id_value(post.id),
                post.at,
                post.version,
                post.hash,
                _state(post),
                post.media or None,
                post.author or None,
                post.comments,
                post.has_more_comments,
                post.shown or None,
                post.schema_version or None,
            ),
        )


def hash_bytes(digest: str) -> bytes:
    """Return what is kept of a sha256 in hex: eight bytes tell two versions of one post apart.

    >>> len(hash_bytes("ab" * 32)), hash_bytes("")
    (8, b'')
    """
    return bytes.fromhex(digest[:16])


def _state(post: PostState) -> int:
    return (
        _FIRST * post.is_first
        + _EARLY * post.is_pinned_copy
        + _SHIELDED * post.is_shielded
        + _GONE * post.is_gone
    )


@from_ledger
def _from_row(row: tuple[Any, ...]) -> PostState:
    post_id, at, version, digest, state, media, author, comments, has_more, shown, schema = row
    is_first, is_pinned_copy, is_shielded, is_gone = (
        bool(state & bit) for bit in (_FIRST, _EARLY, _SHIELDED, _GONE)
    )
    return PostState(
        str(post_id),
        at,
        version,
        digest,
        is_first,
        is_pinned_copy,
        is_shielded,
        is_gone,
        media=media or b"",
        author=author or "",
        comments=comments,
        has_more_comments=bool(has_more),
        shown=shown or b"",
        schema_version=schema or "",
    )
