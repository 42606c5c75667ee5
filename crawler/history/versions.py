"""Which posts of a page are new or changed, and their lines: each change is the next version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from crawler.archive import hash_bytes
from crawler.archive.changes import Change, PostSeen
from crawler.archive.media_store import media_requests
from crawler.archive.state import SHIELDED, PostState, minutes
from crawler.discuz.facts import Post, ThreadPage
from crawler.history.coverage import Count
from crawler.history.delivery import Entry
from crawler.history.more_comments import CommentsSeen
from crawler.history.reading_plan import ReadingPlan
from crawler.items import (
    SCHEMA_VERSION,
    content_hash,
    is_other_author,
    known_author,
    post_lines,
    written_by,
)
from crawler.items import Post as PostLine
from crawler.privacy import redacted_line

NOTHING_ASKED: Mapping[str, bytes] = MappingProxyType({})


class Versions:
    """The posts of one reading of a thread, held against what is known; ``count`` learns of them.

    It remembers of each page what `noted` needs, until `begin_page`.
    """

    def __init__(self, asked: ReadingPlan, count: Count) -> None:
        self._asked = asked
        self._count = count
        # who wrote the posts of a page that are no news, and their hashes by today's schema
        self._authors: dict[str, str] = {}
        self._hashes: dict[str, bytes] = {}
        # of the posts of a page: what it tells of their comments
        self._comments: dict[str, CommentsSeen] = {}
        self._last_at = 0

    def begin_page(self) -> None:
        """Forget the page before."""
        self._comments.clear()

    def news_of(
        self,
        page: ThreadPage,
        posts: list[Post],
        known: dict[str, PostState],
        now: datetime,
        shown: Mapping[str, bytes] = NOTHING_ASKED,
    ) -> tuple[list[Entry], list[PostSeen]]:
        """The lines of those posts that are new or changed; and of those that are not published."""
        privacy = self._asked.privacy
        entries: list[Entry] = []
        seen: list[PostSeen] = []
        lines = post_lines(page, posts, now, has_html=self._asked.has_html)
        for post, whole in zip(posts, lines, strict=True):
            is_removed = privacy.removes_line(whole)
            line = redacted_line(whole, privacy)
            before = known.get(post.id)
            comments = CommentsSeen.of(post, line, before, shown.get(post.id))
            self._comments[post.id] = comments
            if is_removed:
                if before is None:
                    self._count_comments(comments, None)
                    learnt = replace(self._first(post, line), version=0, hash=b"", author="")
                    seen.append(PostSeen(self._asked.thread_id, learnt))
                continue
            self._count_comments(comments, before)
            if before is not None and self._is_reshaped(post, whole, line, before):
                self._hashes[post.id] = hash_bytes(line.content_hash)
                self._authors[post.id] = written_by(line.author)
                continue
            entry = self._entry(post, line, before)
            if entry is not None:
                entries.append(entry)
                continue
            self._authors[post.id] = written_by(line.author)
            digest = hash_bytes(line.content_hash)
            if before is not None and before.hash == digest:
                self._hashes[post.id] = digest
        return entries, seen

    def _is_reshaped(self, post: Post, whole: PostLine, line: PostLine, known: PostState) -> bool:
        """Whether a known post is the same but for the shape of its text: no news.

        Its hash was made by schema 1.0, in which lists had no marks, for example. By a later one
        the same words in another shape are an edit.
        """
        earlier = post.body.earlier_text
        if earlier is None or known.is_gone or known.schema_version == SCHEMA_VERSION:
            return False
        if known.hash == hash_bytes(line.content_hash):
            return False
        before = redacted_line(replace(whole, text=earlier), self._asked.privacy)
        before.content_hash = content_hash(before)
        is_known = known.hash == hash_bytes(before.content_hash)
        return is_known and not is_other_author(known.author, written_by(line.author))

    def _count_comments(self, seen: CommentsSeen, known: PostState | None) -> None:
        """Count the comments of a post in place of those it had before."""
        count = self._count
        before, was_open = 0, False
        if known is not None and known.is_gone:
            count.comments_gone -= known.comments or 0
        elif known is not None and known.comments is None:
            # an earlier version did not count them: they are no news
            count.comments_before += seen.count
        elif known is not None:
            before, was_open = known.comments or 0, known.has_more_comments
        count.comments += seen.count - before
        count.comments_open += seen.is_open - was_open

    def _entry(self, post: Post, line: PostLine, known: PostState | None) -> Entry | None:
        """The line of a post in its version, if it is news."""
        thread_id = self._asked.thread_id
        if known is None:
            return Entry(line, PostSeen(thread_id, self._first(post, line)))
        digest, is_shielded = hash_bytes(line.content_hash), line.access in SHIELDED
        author = written_by(line.author)
        is_other = is_other_author(known.author, author)
        is_same = known.hash == digest and not is_other
        comments = self._comments[post.id]
        is_repeat = False
        if known.hash != digest and not is_other and comments.is_no_news:
            # known comments that could not be had this time are not gone
            return None
        if is_same and not known.is_gone:
            # what came of its pictures and files since is published in another line of its words
            is_repeat = bool(media_requests(line.images, line.attachments, self._asked.media))
            if not is_repeat:
                return None
        count = self._count
        count.present += known.is_gone
        count.gone -= known.is_gone
        count.shielded += is_shielded - known.is_shielded
        line.version = known.version + 1
        learnt = replace(
            known,
            version=line.version,
            hash=digest,
            is_pinned_copy=post.is_pinned_copy,
            is_shielded=is_shielded,
            is_gone=False,
            media=known.media if is_repeat else b"",
            author=known_author(known.author, author),
            schema_version=SCHEMA_VERSION,
        )
        change = PostSeen(thread_id, comments.learnt(learnt))
        return Entry(line, change, is_repeat=is_repeat)

    def _first(self, post: Post, line: PostLine) -> PostState:
        """What is known of a post that was never seen before."""
        is_shielded = line.access in SHIELDED
        self._count.present += 1
        self._count.shielded += is_shielded
        # a post without a date was not written before the last one that has one
        at = minutes(line.date_published) if line.date_published else self._last_at
        self._last_at = at
        digest = hash_bytes(line.content_hash)
        first = PostState(
            post.id,
            at,
            1,
            digest,
            post.is_first,
            post.is_pinned_copy,
            is_shielded,
            author=written_by(line.author),
            schema_version=SCHEMA_VERSION,
        )
        return self._comments[post.id].learnt(first)

    def noted(
        self, posts: list[Post], known: dict[str, PostState], news: set[str]
    ) -> Iterator[Change]:
        """What is learnt of posts that are no news.

        Staff made a reply sticky, or no more; who wrote it and how many comments it has, where the
        ledger is older than that is kept, or no line tells; that its hash is true by this schema.
        """
        authors, self._authors = self._authors, {}
        hashes, self._hashes = self._hashes, {}
        for post in posts:
            before = known.get(post.id)
            if before is None or before.is_gone or post.id in news:
                continue
            # a hot reply (推荐) has no label of its own floor, where it stands as well
            is_hot = post.is_pinned_copy and post.position is None
            is_pinned = before.is_pinned_copy if is_hot else post.is_pinned_copy
            author = known_author(before.author, authors.get(post.id, ""))
            learnt = replace(before, is_pinned_copy=is_pinned, author=author)
            if post.id in hashes:
                learnt = replace(learnt, hash=hashes[post.id], schema_version=SCHEMA_VERSION)
            if post.id in authors:
                learnt = self._comments[post.id].learnt(learnt)
            if learnt != before:
                yield PostSeen(self._asked.thread_id, learnt)
