"""Comments (点评) beyond those that a page shows: ``action=commentmore``, `comment_more.htm`.

A page shows five comments of a post, the newest first (`commentnumber`); the link below them brings
the others by AJAX, as XML round the same boxes. Only with ``inajax=1``: without, X2 to X3.5 answer
with a notice. Discuz's robots.txt forbids ``mod=misc``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz.context import Context
from crawler.discuz.document import build_tree
from crawler.discuz.elements import by_class
from crawler.discuz.facts import Comment, CommentsPage, Post, Site, ThreadPage
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.pager import read_pager
from crawler.discuz.page.site import read_site
from crawler.discuz.post.reactions import COMMENT_TEXT, MORE_COMMENTS, comments_in
from crawler.discuz.readers.ajax import ajax_source
from crawler.discuz.source import has_class

if TYPE_CHECKING:
    from datetime import tzinfo

    from crawler.discuz.document import Document

# forum.php?mod=misc&action=commentmore&tid=28&pid=96&page=2, in the address or in the pager
_ADDRESS = re.compile(
    rf"{MORE_COMMENTS}&(?:amp;)?tid=(?P<tid>\d{{1,18}})&(?:amp;)?pid=(?P<pid>\d{{1,18}})"
    r"(?:&(?:amp;)?page=(?P<page>\d{1,7}))?"
)
# <div class="pgs mbm cl">: all that is left where the post has no comment any more
_BELOW = "pgs"
_BOX = re.compile(has_class(f"(?:{COMMENT_TEXT}|{_BELOW})"))


def comments_url(page: ThreadPage, post: Post, number: int) -> str:
    """The address of a page of a post's comments; the thread's page shows those of page 1."""
    if page.thread_id is None or post.number is None:
        raise ValueError(f"{page.url}: post {post.id} has no address of its comments")
    query = f"mod=misc&{MORE_COMMENTS}&tid={page.thread_id}&pid={post.number}&page={number}"
    return f"{page.site.root}forum.php?{query}&inajax=1"


def read_comments(document: Document) -> CommentsPage | None:
    """Read an answer of `commentmore`; ``None`` where it is none, or was cut off.

    A notice comes as XML as well, without the boxes.
    """
    source, is_whole = ajax_source(document) or ("", False)
    if not is_whole:
        return None
    asked = _ADDRESS.search(document.url) or _ADDRESS.search(source)
    if asked is None or not _BOX.search(source):
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    root, _ = build_tree(source)
    current, pages, _ = read_pager(by_class(root, known.PAGER), site.root)
    # a pager of one page is left out: then the address tells, and nothing stands behind page 1
    page = current or int(asked["page"] or 1)
    return CommentsPage(
        site=site,
        thread_id=asked["tid"],
        post_id=asked["pid"],
        page=page,
        pages=pages,
        comments=comments_in(root, Context(site.root, clock)),
    )


def with_comments(page: ThreadPage, found: Iterable[CommentsPage]) -> ThreadPage:
    """``page`` with the comments of ``found`` behind those that its posts show.

    The pages of one post are taken in their order, up to the first that is not among them. What two
    of them both show (a comment came in between) counts once. A page 1 replaces what the post
    shows. Dates have the zone of the thread's page: the answer has no clock.
    """
    by_post: dict[str, dict[int, CommentsPage]] = {}
    for each in found:
        if each.thread_id == page.thread_id:
            by_post.setdefault(each.post_id, {})[each.page] = each
    posts = (_with_more(post, by_post.get(post.id, {}), page.site) for post in page.posts)
    return replace(page, posts=tuple(posts))


def with_more(post: Post, more: CommentsPage, site: Site) -> Post:
    """``post`` with the comments of ``more`` that it does not have yet, behind its own.

    ``site`` is that of the thread's page, whose zone the dates have.
    """
    zone = site.clock.tzinfo if site.clock else None
    own, others = _apart(post)
    news = _news([_in_zone(comment, zone) for comment in more.comments], own)
    is_last = more.page >= more.pages
    return replace(post, comments=(*own, *news, *others), comments_missing=int(not is_last))


def _apart(post: Post) -> tuple[tuple[Comment, ...], tuple[Comment, ...]]:
    """Discuz's own comments on a post, and those in lists of plugins."""
    own = len(post.comments) - post.subreplies
    return post.comments[:own], post.comments[own:]


def _with_more(post: Post, found: dict[int, CommentsPage], site: Site) -> Post:
    number = 2
    if 1 in found:
        number, post = 1, replace(post, comments=_apart(post)[1])
    while number in found:
        post = with_more(post, found[number], site)
        number += 1
    return post


def _news(comments: Iterable[Comment], known: Iterable[Comment]) -> Iterator[Comment]:
    """Those of ``comments`` that are not among ``known``, where the same may stand several times.

    While pages are asked for, a new comment moves the others on: the next page shows some again.
    """
    left = Counter(map(_key, known))
    for comment in comments:
        key = _key(comment)
        if left[key]:
            left[key] -= 1
        else:
            yield comment


def _key(comment: Comment) -> tuple[object, ...]:
    # a thread's page tells minutes, as the answer does
    at = comment.date.value.replace(second=0) if comment.date else None
    return comment.author_id, comment.author, comment.text, at


def _in_zone(comment: Comment, zone: tzinfo | None) -> Comment:
    date = comment.date
    if date is None or zone is None:
        return comment
    return replace(comment, date=replace(date, value=date.value.replace(tzinfo=zone)))
