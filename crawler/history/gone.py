"""The lines that say that posts are gone, one by one or with their whole thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from crawler.archive import Ledger
from crawler.archive.changes import Change, PostSeen, ThreadSeen
from crawler.archive.state import PostState, ThreadState
from crawler.history.delivery import Entry, Learnt
from crawler.items import deleted_line

_GONE_AT_ONCE = 500


def gone_posts(posts: Iterable[PostState], thread_id: str, root: str, now: datetime) -> Learnt:
    """The lines of posts that are gone, and what is learnt of those that have no line."""
    entries: list[Entry] = []
    changes: list[Change] = []
    for post in posts:
        if post.is_published:
            entries.append(_deleted(post, thread_id, root, now))
        else:
            changes.append(PostSeen(thread_id, replace(post, is_gone=True)))
    return entries, changes


def gone_thread(ledger: Ledger, thread_id: str, root: str, now: datetime) -> Iterator[Learnt]:
    """The lines of a thread that is there no more: its article and each of its posts.

    Some hundred at once, so that a thread of a hundred thousand is never held whole.
    """
    behind = None
    while posts := ledger.present_posts(thread_id, behind, _GONE_AT_ONCE):
        behind = posts[-1].id
        yield gone_posts(posts, thread_id, root, now)
    known = ledger.thread(thread_id) or ThreadState(thread_id)
    yield [], [ThreadSeen(replace(known, is_gone=True, last_post=None))]


def _deleted(post: PostState, thread_id: str, root: str, now: datetime) -> Entry:
    """The line that says that a published post is gone."""
    line = deleted_line(
        root=root,
        thread_id=thread_id,
        post_id=post.id,
        fetched_at=now,
        is_first=post.is_first,
        version=post.version + 1,
    )
    gone = replace(post, version=post.version + 1, is_gone=True)
    return Entry(line, PostSeen(thread_id, gone))
