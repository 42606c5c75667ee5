"""Thread pages of a site whose own rules say where everything is (`crawler.discuz.site_rules`)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_clock
from crawler.discuz.elements import number, words
from crawler.discuz.facts import Post, ThreadPage, place_id
from crawler.discuz.page.identity import read_thread_id, read_thread_url
from crawler.discuz.page.pager import infer_pager
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.author import read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import read_label
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document
    from crawler.discuz.site_rules import Selector, SiteRules, ThreadSelectors

_NUMBER = re.compile(r"\d{1,18}")


def read_ruled(document: Document) -> ThreadPage | None:
    """Read a thread by its site's selectors; ``None`` where there are none, or nothing is found."""
    parts = document.rules.thread if document.rules else None
    thread_id = read_thread_id(document) if parts else None
    if parts is None or thread_id is None:
        return None
    root = document.root
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock)
    boxes = parts.floor.elements(root)
    headline = _words(parts.headline, root)
    if not boxes or not headline:
        return None

    def number_of(url: str) -> int | None:
        found = urls.read_thread_address(url)
        return found.page if found and found.thread_id == thread_id else None

    current, pages, next_url = infer_pager(root, context.base, number_of)
    page = current or (number_of(document.url) if pages > 1 else None) or 1
    places = [place_id(page, number) for number in range(1, len(boxes) + 1)]
    found = {
        place: post
        for place, box in zip(places, boxes, strict=True)
        if (post := _post(box, parts, place, context)) is not None
    }
    posts = with_copied_quotes(_apart(found))
    if not posts:
        return None
    is_filtered = urls.is_filtered(document.url)
    posts, newest_first = in_order(posts, page, pages, is_filtered=is_filtered)
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=headline,
        category=None,
        board=None,
        breadcrumbs=(),
        page=page,
        pages=max(page, pages),
        next_url=next_url,
        views=_number(parts.views, root),
        replies=_number(parts.replies, root),
        posts=tuple(posts),
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=document.is_cut,
        skin="site",
    )


def _apart(found: dict[str, Post]) -> list[Post]:
    """Posts with a number each: one that comes twice is one, two others are known by their place.

    Where ``post_id`` selects what all floors have in common, none of them must be lost.
    """
    seen: dict[str, Post] = {}
    for place, post in found.items():
        known = seen.setdefault(post.id, post)
        if known is not post and known != post:
            seen[place] = replace(post, id=place)
    return list(seen.values())


def without_boilerplate(page: ThreadPage, rules: SiteRules) -> ThreadPage:
    """A page without the lines that its site puts into what members write."""
    posts = []
    for post in page.posts:
        lines = post.body.text.split("\n")
        kept = [line for line in lines if not rules.is_boilerplate(line)]
        if len(kept) < len(lines):
            text = "\n".join(kept).strip("\n")
            posts.append(replace(post, body=replace(post.body, text=text)))
        else:
            posts.append(post)
    return replace(page, posts=tuple(posts))


def _post(box: _Element, parts: ThreadSelectors, place: str, context: Context) -> Post | None:
    stamp, author = parts.date.first(box), parts.author.first(box)
    date = read_stamp(stamp, context) if stamp is not None else None
    body = parts.body.first(box)
    if date is None or author is None:
        return None
    label = _words(parts.label, box)
    position, is_early = read_label(label)
    told = _NUMBER.search(_words(parts.post_id, box) or "")
    return Post(
        id=told[0] if told else place,
        position=position,
        floor_label=label,
        is_first=False,
        is_early=is_early,
        author=read_name(author, context.base),
        date=date,
        location=None,
        headline=None,
        body=read_body(body, context) if body is not None else read_body(box, context),
    )


def _words(selector: Selector | None, element: _Element) -> str | None:
    found = selector.first(element) if selector else None
    if found is None or selector is None:
        return None
    said = found.get(selector.attribute) if selector.attribute else words(found)
    return said or None


def _number(selector: Selector | None, element: _Element) -> int | None:
    found = selector.first(element) if selector else None
    return number(found)
