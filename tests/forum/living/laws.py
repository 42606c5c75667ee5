"""What must hold of an archive of a living forum, night by night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.items import Coverage, Line, Post
from crawler.items.lines import Comment
from tests.forum.living.forum import COMMENTS_SHOWN, ListView, LivingForum
from tests.forum.living.nights import Archived, Night

Key = tuple[int, int]


@dataclass(slots=True)
class Present:
    """What an archive says: the last line of each post, as a snapshot has it.

    ``false`` are posts whose deletion was told and which the forum showed all the time.
    """

    posts: dict[Key, Post] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    false: set[Key] = field(default_factory=set)

    def add(self, line: Line) -> Iterator[str]:
        """Take a line; the laws of lines that it breaks."""
        before = self.versions.get(line.item_id, 0)
        if line.version != before + 1:
            yield f"{line.item_id}: version {line.version} behind {before}"
        self.versions[line.item_id] = line.version
        if not isinstance(line, Post):
            return
        key = (int(line.thread_id or 0), int(line.post_id or 0))
        known = self.posts.get(key)
        if line.is_deleted:
            if known is None:
                yield f"{line.item_id} is deleted, and was not there"
            self.posts.pop(key, None)
            return
        if known is not None and _content(known) == _content(line):
            yield f"{line.item_id}: version {line.version} says nothing new"
        self.posts[key] = line

    def words(self) -> dict[Key, str]:
        return {key: _said(post.text or "", post.comments) for key, post in self.posts.items()}


def breaches(forum: LivingForum, night: Night, done: Archived, present: Present) -> Iterator[str]:
    """The laws that a night's run breaks. ``present`` is taken on to its end."""
    for line in done.lines:
        yield from present.add(line)
    words = present.words()
    missing = {key for key in done.shown if key not in words and _was_told(present, key)}
    if night.obstacle:
        # whatever was believed there, the next look finds it
        present.false |= missing
        yield from _hidden(done, words)
    if done.is_finished and night.is_look:
        if wrong := missing & present.false:
            yield f"deleted falsely, and still so at the next look: {_some(wrong)}"
        present.false = missing
    if night.is_still and done.is_finished:
        yield from _false_coverage(night, done, present)
    if len(done.asked) > (most := requests_at_most(forum, night) + 2 * done.stopped):
        yield f"{len(done.asked)} requests, {most} are allowed"


def _hidden(done: Archived, words: dict[Key, str]) -> Iterator[str]:
    """What an obstacle hid of the forum in a run that says that all is well."""
    if done.status:
        return
    known = {tid for tid, _ in words}
    lost = {key for key in done.hidden & done.shown.keys() if key not in words}
    lost |= {key for key in done.shown if key[0] in done.hidden_threads - known}
    if lost:
        yield f"status 0, and an obstacle hid {_some(lost)}"
    odd = {
        key
        for key in done.hidden & done.shown.keys() & words.keys()
        if words[key].partition("|")[0] != done.shown[key]
    }
    if odd:
        yield f"status 0, and an obstacle hid what is new in {_some(odd)}"


def end_breaches(forum: LivingForum, done: Archived, present: Present) -> Iterator[str]:
    """What the archive of a forum that stood still for some nights has wrong."""
    words, shown = present.words(), forum.shown()
    hidden = {tid for tid, thread in forum.threads.items() if tid not in forum.shown_threads()}
    hidden -= {tid for tid in hidden if forum.threads[tid].is_binned}
    if lost := shown.keys() - words.keys():
        yield f"missing: {_some(lost)}"
    # what a visitor may not read any more is kept as it was
    left = {key for key in words.keys() - shown.keys() if key[0] not in hidden}
    if left:
        yield f"not there any more: {_some(left)}"
    comments = {
        (tid, post.pid): post.comments[::-1][:COMMENTS_SHOWN]
        for tid, thread in forum.shown_threads().items()
        for post in thread.posts
    }
    odd = {
        key
        for key in words.keys() & shown.keys()
        if words[key] != "|".join([shown[key], *comments[key]])
    }
    if odd:
        yield f"other words: {_some(odd)}: {words[min(odd)]!r}"
    if done.lines:
        told = [line.item_id for line in done.lines]
        yield f"nothing happened, and lines came: {told[:3]}"
    # where nothing can be read, it may be that nobody reads anything
    if done.status and forum.shown_threads():
        yield f"nothing happened, and the status is {done.status}: {done.said}"


def requests_at_most(forum: LivingForum, night: Night) -> int:
    """How many requests a night may make.

    The index; each page of each list twice, and the one behind it; what may be looked at again; and
    of each thread all pages, twice, as a page may be searched and the last one turn out to be gone.
    """
    lists = 0
    for fid in (2, 3):
        view = forum.list_page(fid, 1)
        lists += view.pages + 1 if isinstance(view, ListView) else 1
    pages = sum(
        2 + max(len(thread.posts), thread.highest, thread.counter + 1) // forum.setup.posts_a_page
        for thread in forum.threads.values()
    )
    comments = sum(
        len(post.comments) // COMMENTS_SHOWN
        for thread in forum.threads.values()
        for post in thread.posts
    )
    return 1 + 2 * lists + 2 * pages + 2 * comments + 10


def _false_coverage(night: Night, done: Archived, present: Present) -> Iterator[str]:
    """The threads that are called complete, and are not.

    Where the budget does not reach all pages, a post that comes back while another one goes on the
    same page is not to be seen: neither the counter nor a number changes.
    """
    for line in done.lines:
        if isinstance(line, Coverage) and line.thread_id and line.status == "complete":
            tid = int(line.thread_id)
            there = {key for key in done.shown if key[0] == tid}
            known = {key for key in present.posts if key[0] == tid}
            is_hidden = not night.is_look and len(known - there) >= len(there - known)
            if not is_hidden and (lost := there - known):
                yield f"thread {tid} is called complete, and lacks {_some(lost)}"


def _was_told(present: Present, key: Key) -> bool:
    return any(name.endswith(f":{key[0]}:{key[1]}") for name in present.versions)


def _content(post: Post) -> tuple[object, ...]:
    comments = [comment["text"] for comment in post.comments]
    headline = getattr(post, "headline", None)
    return post.item_type, post.text, comments, headline, post.access, post.content_hash


def _said(text: str, comments: list[Comment]) -> str:
    return "|".join([text, *(comment["text"] for comment in comments[:COMMENTS_SHOWN])])


def _some(keys: set[Key]) -> str:
    return ", ".join(f"thread {tid} post {pid}" for tid, pid in sorted(keys)[:4])
