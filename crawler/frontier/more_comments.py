"""Comments (点评) beyond those that a page shows: which requests a page needs, and their answers.

A page shows the newest comments of a post and a link to the others, which come page by page. The
thread's page waits for them, so that a version of a post is one line with all of them. What is
refused, and what lies behind the limits here, the line counts as `comments_missing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.discuz.facts import CommentsPage, Message, Page, Post, ThreadPage
from crawler.discuz.readers.comments import comments_url, with_more
from crawler.frontier.obstacles import Kind
from crawler.frontier.refusals import Refused, kind_of
from crawler.frontier.site import CommentAccess
from crawler.items import DEFINITE

if TYPE_CHECKING:
    from crawler.frontier.answer import Answer

# Discuz brings five at once by default: 500 comments of a post, 1,000 of a page of posts. At a
# request a second a page whose pagers lie costs some minutes.
_REQUESTS_A_POST, _REQUESTS_A_PAGE = 100, 200
# However many come at once, so many of a page of posts are held in memory.
_COMMENTS_A_PAGE = 20_000
# What the forum itself may say of comments alone; anything else may be about all of its pages.
_SETTLED = DEFINITE | {"unknown_notice"}


@dataclass(slots=True)
class MoreComments:
    """A page of a thread that waits for the comments it leaves out.

    ``seen_at`` is when it came. ``shown`` are the posts whose comments are asked for, each as
    `ThreadHistory.comments_to_ask` gives it, ``left`` those that are not done; of the first of them
    page ``number`` of its comments is asked for.
    """

    access: CommentAccess
    page: ThreadPage
    seen_at: datetime
    shown: Mapping[str, bytes]
    left: list[str] = field(init=False)
    number: int = 2
    requests: int = 0

    def __post_init__(self) -> None:
        self.left = list(self.shown)

    @property
    def url(self) -> str:
        """The address to ask for."""
        return comments_url(self.page, self._post(), self.number)

    def add(self, more: Page | None) -> bool:
        """Take an answer; whether it is the page of comments that was asked for.

        A post is done at the end of its pager, or with a page that brings nothing new.
        """
        if not isinstance(more, CommentsPage):
            return False
        if (more.thread_id, more.post_id, more.page) != (
            self.page.thread_id,
            self.left[0],
            self.number,
        ):
            return False
        self.access.refused = 0
        before = self._post()
        post = with_more(before, more, self.page.site)
        self.page = replace(self.page, posts=tuple(_with_comments_of(self.page.posts, post)))
        self.number += 1
        self.requests += 1
        is_done = not post.comments_missing or len(post.comments) == len(before.comments)
        if is_done or self.number > _REQUESTS_A_POST + 1:
            del self.left[0]
            self.number = 2
        if self.requests >= _REQUESTS_A_PAGE or self.page.comments_shown > _COMMENTS_A_PAGE:
            self.left.clear()
        return True

    def skips(self, refused: Refused) -> bool:
        """Whether the other posts of the page are asked for all the same."""
        is_about_one = kind_of_doubt(refused) is None and self.access.is_open
        if is_about_one and len(self.left) > 1:
            del self.left[0]
            self.number = 2
            return True
        return False

    def refused(self, answer: Answer, *, is_first: bool) -> Refused:
        """Why an answer is not what was asked for. ``is_first``: it was asked for once."""
        self.access.is_forbidden |= answer.reason == "robots_disallowed"
        self.access.refused += is_first
        page = answer.page
        if isinstance(page, Message):
            return Refused(page.reason, page.evidence, page.text, page)
        if page is None:
            return Refused(answer.reason or "unreachable", answer.evidence, answer.message)
        return Refused("unknown_notice", "forum", f"{kind_of(page)}, not the comments on a post")

    def _post(self) -> Post:
        """The post whose comments are asked for."""
        return next(post for post in self.page.posts if post.id == self.left[0])


def _with_comments_of(posts: tuple[Post, ...], found: Post) -> Iterator[Post]:
    """``posts`` with the comments of one of them, which a page may show twice."""
    for post in posts:
        if post.id == found.id:
            missing = found.comments_missing
            yield replace(post, comments=found.comments, comments_missing=missing)
        else:
            yield post


def kind_of_doubt(refused: Refused) -> Kind | None:
    """What is in doubt where comments are refused; ``None`` where it is about comments alone."""
    is_settled = refused.evidence != "other" and refused.reason in _SETTLED
    return None if is_settled or refused.reason == "robots_disallowed" else Kind.FOREIGN
