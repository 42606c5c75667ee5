"""Comments (点评) that a page leaves out: what the ledger knows of them, and when to ask again.

Only the words of the last line are published, and only a hash of them is known. So where a page
leaves comments out, the ledger keeps a hash of the post as the page alone shows it as well: the
page shows the newest comments, so that a new one changes it. As long as it is the same, the others
are taken for unchanged, and nothing is published without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from crawler.archive import hash_bytes
from crawler.items import Post as PostLine
from crawler.items import is_other_author, post_lines, written_by
from crawler.privacy import redacted_line

if TYPE_CHECKING:
    from crawler.archive import Ledger
    from crawler.archive.state import PostState
    from crawler.discuz.facts import Post, ThreadPage
    from crawler.history.reading_plan import ReadingPlan

# A comment that goes behind those that a page shows leaves no trace there, and its forum may count
# comments nowhere: once in so many days they are all asked for, spread by the numbers of the posts.
_LOOKED_AT_AGAIN = 30
_DAY = 86400


@dataclass(frozen=True, slots=True)
class CommentsSeen:
    """What a page tells of the comments on a post, together with what was known of them.

    ``count`` and ``is_open``: how many there are at least, and whether there are more. ``shown``:
    see `PostState`. ``is_no_news``: those that are known are missing, and nothing else is new.
    """

    count: int
    is_open: bool
    shown: bytes = b""
    is_no_news: bool = False

    @classmethod
    def of(cls, post: Post, line: PostLine, known: PostState | None, shown: bytes | None) -> Self:
        """What is known of a post's comments after its page and what else came of them.

        ``shown``: of the post as its page shows it, where more comments were asked for.
        """
        left_out = post.comments_left_out
        count, is_open = len(post.comments) + left_out, left_out > 0
        if shown is None:
            shown = hash_bytes(line.content_hash) if is_open else b""
        if known is None or known.is_gone or known.comments is None or not is_open:
            return cls(count, is_open, shown)
        if shown != known.shown or count > known.comments:
            return cls(max(count, known.comments), is_open, shown)
        is_no_news = len(post.comments) <= known.comments - known.has_more_comments
        return cls(known.comments, known.has_more_comments, shown, is_no_news)

    def learnt(self, state: PostState) -> PostState:
        """``state`` with what is known of the comments now."""
        return replace(state, comments=self.count, has_more_comments=self.is_open, shown=self.shown)


def comments_to_ask(
    page: ThreadPage, plan: ReadingPlan, ledger: Ledger, now: datetime, *, has_lost: bool
) -> Mapping[str, bytes]:
    """The posts of a page whose other comments are to be asked for, each as its page shows it.

    These are the posts that are new or changed, those of whose other comments nothing is known, and
    those that were not asked for long. ``has_lost``: the thread's counter counts less than known.
    """
    posts = [post for post in page.posts if _is_asked(post, page, plan)]
    if not posts:
        return {}
    known = ledger.posts(plan.thread_id, (post.id for post in posts))
    seen_at = ledger.page_seen(plan.thread_id, page.page)
    asked: dict[str, bytes] = {}
    for post, whole in zip(posts, post_lines(page, posts, now, has_html=False), strict=True):
        if plan.privacy.removes_line(whole):
            continue
        line = redacted_line(whole, plan.privacy)
        shown, before = hash_bytes(line.content_hash), known.get(post.id)
        is_known = before is not None and not _is_open(post, line, before, shown)
        is_due = plan.is_whole or has_lost or _is_due(post, seen_at, now)
        if is_due or not is_known:
            asked[post.id] = shown
    return asked


def _is_asked(post: Post, page: ThreadPage, plan: ReadingPlan) -> bool:
    """Whether a post is read now, and its page leaves comments out."""
    if not post.comments_missing or post.number is None:
        return False
    # one that is shown before its turn waits for the page of its own floor
    is_early = post.is_pinned_copy and post.position is None and page.pages > page.page
    return not is_early and (plan.with_replies or post.is_first)


def _is_open(post: Post, line: PostLine, known: PostState, shown: bytes) -> bool:
    """Whether a known post may have comments that are not known."""
    if known.is_gone or known.comments is None or known.shown != shown:
        return True
    if is_other_author(known.author, written_by(line.author)):
        return True
    # none of those that the page leaves out could be had
    return known.has_more_comments and known.comments - 1 <= len(post.comments)


def _is_due(post: Post, seen_at: int | None, now: datetime) -> bool:
    """Whether the day on which all comments of a post are asked for has come since ``seen_at``."""
    if seen_at is None:
        return False
    days, offset = _LOOKED_AT_AGAIN, int(post.id[-6:])
    today, last = int(now.timestamp()) // _DAY, seen_at // _DAY
    return (today + offset) // days != (last + offset) // days
