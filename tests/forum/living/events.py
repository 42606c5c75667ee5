"""What happens in a forum: each event is a name and two numbers that choose what it happens to.

The numbers lie between 0 and 1 and choose among what there is, so that a history stays one when
events are taken out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from tests.forum.living.forum import (
    HIDDEN_BOARD,
    LivingForum,
    LivingPost,
    LivingThread,
)

_BOARDS = (2, 3)
_DAY = 1440
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens; ``at`` is the request of the night before which it does (0: by day)."""

    what: str
    a: float = 0.0
    b: float = 0.0
    at: int = 0

    def __repr__(self) -> str:
        more = f", at={self.at}" if self.at else ""
        return f'Event("{self.what}", {self.a}, {self.b}{more})'


class Kind(NamedTuple):
    """``weight``: how often it happens. ``tells``: whether a list or a counter tells of it."""

    happen: Callable[[LivingForum, float, float], None]
    weight: int


def happen(forum: LivingForum, event: Event) -> None:
    """Let an event happen; nothing does where there is nothing to choose from."""
    forum.wait()
    if event.what == "post" or forum.threads:
        KINDS[event.what].happen(forum, event.a, event.b)


def _choose(among: Sequence[T], number: float) -> T | None:
    return among[int(number * len(among))] if among else None


def _thread(forum: LivingForum, number: float, *, binned: bool = False) -> LivingThread | None:
    return _choose([each for each in forum.threads.values() if each.is_binned == binned], number)


def _reply_of(thread: LivingThread | None, number: float) -> LivingPost | None:
    return _choose(thread.visible()[1:], number) if thread else None


def _recount(forum: LivingForum, thread: LivingThread) -> None:
    thread.recount(counts_comments=forum.setup.counts_comments)


def _write(forum: LivingForum, thread: LivingThread) -> LivingPost:
    thread.highest += 1
    pid = forum.next_pid
    forum.next_pid += 1
    post = LivingPost(pid, forum.minute, f"words {pid}", thread.highest)
    thread.posts.append(post)
    return post


# -- members ---------------------------------------------------------------------------------------


def _post(forum: LivingForum, a: float, b: float) -> None:
    """A new thread, with up to seven replies."""
    tid = forum.next_tid
    forum.next_tid += 1
    fid = (*_BOARDS, *_BOARDS, *_BOARDS, HIDDEN_BOARD)[int(a * 7)]
    thread = LivingThread(tid, fid, f"title {tid}", [], is_reversed=(b * 10) % 1 > 0.85)
    forum.threads[tid] = thread
    _write(forum, thread)
    for _ in range(int(b * 8)):
        forum.wait()
        _write(forum, thread)
    _recount(forum, thread)


def _reply(forum: LivingForum, a: float, b: float) -> None:
    thread = _thread(forum, a)
    if thread is None or thread.is_closed:
        return
    for number in range(1 + int(b * 3)):
        if number:
            forum.wait()
        _write(forum, thread)
    thread.counter += 1 + int(b * 3)
    thread.last = forum.minute


def _edit(forum: LivingForum, a: float, b: float) -> None:
    thread = _thread(forum, a)
    post = _choose(thread.visible(), b) if thread else None
    if post is not None:
        post.text += f" edited {forum.minute}"


def _retitle(forum: LivingForum, a: float, _: float) -> None:
    thread = _thread(forum, a)
    if thread is not None:
        thread.title += f" {forum.minute}"


def _comment(forum: LivingForum, a: float, b: float) -> None:
    thread = _thread(forum, a)
    post = _choose(thread.visible(), b) if thread else None
    if thread is None or post is None:
        return
    post.comments += [f"comment {forum.minute} {n}" for n in range(1 + int((b * 100) % 7))]
    if forum.setup.counts_comments:
        thread.counter += 1 + int((b * 100) % 7)


# -- staff -----------------------------------------------------------------------------------------


def _delete_reply(forum: LivingForum, a: float, b: float) -> None:
    thread = _thread(forum, a)
    post = _reply_of(thread, b)
    if thread is not None and post is not None:
        post.is_hidden = True
        _recount(forum, thread)


def _delete_last(forum: LivingForum, a: float, b: float) -> None:
    """A reply at the end goes, most often, and the thread falls back to its old place."""
    _delete_reply(forum, a, 0.9999 if b < 0.8 else 0.99)


def _delete_quietly(forum: LivingForum, a: float, b: float) -> None:
    """A reply goes, and its thread's counter is forgotten."""
    post = _reply_of(_thread(forum, a), b)
    if post is not None:
        post.is_hidden = True


def _purge(forum: LivingForum, a: float, b: float) -> None:
    """Several replies in a row go at once."""
    thread = _thread(forum, a)
    if thread is None:
        return
    replies = thread.visible()[1:]
    first = int(b * len(replies))
    for post in replies[first : first + 4]:
        post.is_hidden = True
    _recount(forum, thread)


def _restore_reply(forum: LivingForum, a: float, b: float) -> None:
    with_hidden = [each for each in forum.threads.values() if any(p.is_hidden for p in each.posts)]
    thread = _choose(with_hidden, a)
    post = _choose([post for post in thread.posts if post.is_hidden], b) if thread else None
    if thread is not None and post is not None:
        post.is_hidden = False
        _recount(forum, thread)


def _recount_one(forum: LivingForum, a: float, _: float) -> None:
    thread = _thread(forum, a)
    if thread is not None:
        _recount(forum, thread)


def _bin(forum: LivingForum, a: float, _: float) -> None:
    thread = _thread(forum, a)
    if thread is not None:
        thread.is_binned = True


def _unbin(forum: LivingForum, a: float, _: float) -> None:
    thread = _thread(forum, a, binned=True)
    if thread is not None:
        thread.is_binned = False


def _move(forum: LivingForum, a: float, b: float) -> None:
    """A thread goes to another board, or a hidden one, or comes from there."""
    thread = _thread(forum, a)
    if thread is None:
        return
    before = thread.fid
    thread.fid = _choose([fid for fid in (*_BOARDS, HIDDEN_BOARD) if fid != before], b) or before
    is_left = (b * 10) % 1 < 0.5 and before != HIDDEN_BOARD
    thread.left_in = before if is_left else None
    thread.sticky = 0


def _merge(forum: LivingForum, a: float, b: float) -> None:
    """All posts of a thread go to another; the oldest of both is its opening post."""
    source, target = _thread(forum, a), _thread(forum, b)
    if source is None or target is None or source is target:
        return
    target.posts = sorted(source.posts + target.posts, key=lambda post: (post.at, post.pid))
    for floor, post in enumerate(target.posts, 1):
        post.floor = floor
    target.posts[0].is_hidden = False
    target.highest = len(target.posts)
    del forum.threads[source.tid]
    _recount(forum, target)


def _split(forum: LivingForum, a: float, b: float) -> None:
    """Some replies become a thread of their own."""
    thread = _thread(forum, a)
    replies = thread.visible()[1:] if thread else []
    if thread is None or not replies:
        return
    first = int(b * len(replies))
    taken = replies[first : first + 2]
    tid = forum.next_tid
    forum.next_tid += 1
    thread.posts = [post for post in thread.posts if post not in taken]
    made = LivingThread(tid, thread.fid, f"title {tid}", taken, highest=len(taken))
    for floor, post in enumerate(taken, 1):
        post.floor = floor
    forum.threads[tid] = made
    _recount(forum, made)
    _recount(forum, thread)


def _shield(forum: LivingForum, a: float, b: float) -> None:
    post = _reply_of(_thread(forum, a), b)
    if post is not None:
        post.is_shielded = not post.is_shielded


def _heat(forum: LivingForum, a: float, b: float) -> None:
    post = _reply_of(_thread(forum, a), b)
    if post is not None:
        post.is_hot = not post.is_hot


def _stick(forum: LivingForum, a: float, b: float) -> None:
    thread = _thread(forum, a)
    if thread is not None and thread.fid != HIDDEN_BOARD:
        thread.sticky = 0 if thread.sticky else (1, 3)[int(b * 2)]


def _close(forum: LivingForum, a: float, _: float) -> None:
    thread = _thread(forum, a)
    if thread is not None:
        thread.is_closed = not thread.is_closed


def _uncomment(forum: LivingForum, a: float, b: float) -> None:
    with_comments = [
        (thread, post)
        for thread in forum.threads.values()
        for post in thread.visible()
        if post.comments
    ]
    found = _choose(with_comments, a)
    if found is not None:
        thread, post = found
        post.comments.pop(-1 - int(b * min(5, len(post.comments))))
        if forum.setup.counts_comments:
            thread.counter -= 1


def _turn(forum: LivingForum, a: float, _: float) -> None:
    """The newest posts of a thread come first from now on, or no more."""
    thread = _thread(forum, a)
    if thread is not None:
        thread.is_reversed = not thread.is_reversed


def _rest(forum: LivingForum, a: float, _: float) -> None:
    """Nothing happens for some days."""
    forum.wait(int(a * 5 * _DAY))


def _restart(forum: LivingForum, _a: float, _b: float) -> None:
    """The database is started anew: what lay in memory is gone."""
    for thread in forum.threads.values():
        thread.by_order = False


def _resize(forum: LivingForum, a: float, _: float) -> None:
    """Pages of threads become longer or shorter."""
    forum.setup = replace(forum.setup, posts_a_page=2 + int(a * 3))


KINDS = {
    "post": Kind(_post, 10),
    "reply": Kind(_reply, 24),
    "edit": Kind(_edit, 6),
    "retitle": Kind(_retitle, 2),
    "comment": Kind(_comment, 5),
    "uncomment": Kind(_uncomment, 2),
    "delete_reply": Kind(_delete_reply, 7),
    "delete_last": Kind(_delete_last, 6),
    "delete_quietly": Kind(_delete_quietly, 2),
    "purge": Kind(_purge, 2),
    "restore_reply": Kind(_restore_reply, 4),
    "recount": Kind(_recount_one, 2),
    "bin": Kind(_bin, 3),
    "unbin": Kind(_unbin, 3),
    "move": Kind(_move, 5),
    "merge": Kind(_merge, 2),
    "split": Kind(_split, 2),
    "shield": Kind(_shield, 2),
    "heat": Kind(_heat, 2),
    "stick": Kind(_stick, 2),
    "close": Kind(_close, 1),
    "turn": Kind(_turn, 1),
    "rest": Kind(_rest, 3),
    "restart": Kind(_restart, 1),
    "resize": Kind(_resize, 1),
}
