"""Which floor is which: the opening post, the direction, the numbers that no label tells."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from crawler.discuz.post.source_and_notice import with_source_and_notice

_DIGIT = re.compile(r"\d")

if TYPE_CHECKING:
    from crawler.discuz.facts import Post, ThreadPage


def in_order(
    posts: list[Post], page: int, pages: int, *, text: str = "", is_filtered: bool = False
) -> tuple[list[Post], bool]:
    """The posts of a page with what their order tells, and whether the newest comes first.

    ``text`` is the source of the page, where reply links tell who is no opening post.
    """
    posts = _without_wrong_names(with_first(posts, page, text), page)
    newest_first = is_reversed(posts)
    posts = [
        replace(post, body=with_source_and_notice(post.body)) if post.is_first else post
        for post in posts
    ]
    posts = numbered(posts, page, pages, newest_first=newest_first, is_filtered=is_filtered)
    return posts, newest_first


def with_first(posts: list[Post], page: int, text: str) -> list[Post]:
    """Tell the opening post where no reply link told it: a closed thread, a skin."""
    if page > 1 or any(post.is_first for post in posts):
        return posts
    leading = posts[0]
    # it leads the first page; a label (2#) or a reply link of its own (repquote=) says otherwise
    is_reply = leading.position is None and f"repquote={leading.id}" in text
    if leading.is_pinned_copy or leading.position not in (None, 1) or is_reply:
        return posts
    return [replace(leading, is_first=True), *posts[1:]]


def _without_wrong_names(posts: list[Post], page: int) -> list[Post]:
    """Take back what labels in words say where a skin gives them another meaning.

    楼主 may stand on each post of the thread's author; a skin that calls the third floor 藤椅 has
    its 地板 elsewhere. A floor cannot be further up than its order on the first page.
    """
    named = [bool(post.floor_label and not _DIGIT.search(post.floor_label)) for post in posts]
    order = {post.id: place for place, post in enumerate(posts, 1)}
    has_other_names = page == 1 and any(
        is_named and post.position and 1 < post.position < order[post.id]
        for post, is_named in zip(posts, named, strict=True)
    )
    result = []
    for place, (post, is_named) in enumerate(zip(posts, named, strict=True), 1):
        is_late = place > 1 or page > 1
        is_wrong = has_other_names or (is_late and post.position == 1)
        if is_named and is_wrong and not post.is_first:
            result.append(replace(post, position=None))
        else:
            result.append(post)
    return result


def is_reversed(posts: list[Post]) -> bool:
    rest = [post for post in posts if not post.is_first and not post.is_pinned_copy]
    labels = [post.position for post in rest if post.position is not None]
    if len(labels) > 1:
        return labels[0] > labels[-1]
    dates = [post.date.value for post in rest if post.date]
    return len(dates) > 1 and all(a > b for a, b in pairwise(dates))


def numbered(
    posts: list[Post], page: int, pages: int, *, newest_first: bool, is_filtered: bool
) -> list[Post]:
    """Give the floors that no label numbers their place by order.

    Custom names (地下室, 下水道) and robots' pages print no numbers. Discuz itself numbers by
    order. On the last page of several without any label the first number is not told.
    """
    if is_filtered:  # Discuz renumbers the floors it shows
        return [replace(post, position=1 if post.is_first else None) for post in posts]
    step = -1 if newest_first else 1
    known: int | None = None
    if not any(post.position for post in posts) and not newest_first:
        if page == 1:
            known = 0
        elif page < pages:
            known = (page - 1) * len(posts)
    result = []
    for post in posts:
        position = post.position
        if post.is_first:
            position = 1
        elif position is not None and not post.is_pinned_copy and position == known == 1:
            position = None  # 楼主: the thread's author once more, not the first floor
        if position is None and not post.is_pinned_copy and known is not None:
            position = known + step
        if not post.is_pinned_copy and not (post.is_first and newest_first):
            known = position
        result.append(replace(post, position=position) if position != post.position else post)
    return result


def numbered_after(page: ThreadPage, position: int) -> ThreadPage:
    """Number the floors that the page itself could not, from the one behind ``position`` on.

    The last page of several, as robots get it, tells neither its floors nor how many a page has;
    whoever read the pages before knows.
    """
    is_told = any(post.position or not post.number for post in page.posts)
    if page.is_filtered or page.is_reversed or is_told:
        return page
    posts = tuple(
        replace(post, position=position + index) for index, post in enumerate(page.posts, 1)
    )
    return replace(page, posts=posts)
