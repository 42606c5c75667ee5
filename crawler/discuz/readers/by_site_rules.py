"""Thread pages of a site whose own rules say where everything is (`crawler.discuz.site_rules`)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz.context import Context, read_stamp
from crawler.discuz.elements import number, words
from crawler.discuz.facts import Post, ThreadPage, place_id
from crawler.discuz.page.identity import infer_place, read_thread_id
from crawler.discuz.post.author import read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import read_label
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.readers.unknown_skin.heading import infer_heading
from crawler.discuz.readers.unknown_skin.places import FoundFloor

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.site_rules import Selector, SiteRules, ThreadSelectors

# data-no="31", <a id="post-31">
_NUMBER = re.compile(r"\d{1,18}")


def _read(frame: Frame) -> Parts | None:
    rules = frame.document.rules
    selectors = rules.thread if rules else None
    thread_id = read_thread_id(frame.document) if selectors else None
    if selectors is None or thread_id is None:
        return None
    root, context = frame.root, frame.context
    boxes = selectors.floor.elements(root)
    title = selectors.headline.first(root)
    headline = _words(selectors.headline, root)
    if not boxes or title is None or not headline:
        return None
    place = infer_place(frame.document, thread_id, context.base)
    found = {}
    for number_, box in enumerate(boxes, 1):
        post = _post(box, selectors, place_id(place[0], number_), context)
        if post is not None:
            found[place_id(place[0], number_)] = post
    floors = [FoundFloor([box], box, body=selectors.body.first(box)) for box in boxes[:2]]
    heading = infer_heading(frame, title, headline, floors)
    views, replies = (_number(each, root) for each in (selectors.views, selectors.replies))
    return Parts(
        heading=replace(
            heading,
            views=heading.views if views is None else views,
            replies=heading.replies if replies is None else replies,
        ),
        posts=_apart(found),
        place=place,
        thread_id=thread_id,
    )


BY_SITE_RULES = Face(skin="site", read=_read)


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


def _post(box: _Element, selectors: ThreadSelectors, place: str, context: Context) -> Post | None:
    date_element, author = selectors.date.first(box), selectors.author.first(box)
    date = read_stamp(date_element, context) if date_element is not None else None
    body = selectors.body.first(box)
    if date is None or author is None:
        return None
    label = _words(selectors.label, box)
    position, is_pinned_copy = read_label(label)
    told = _NUMBER.search(_words(selectors.post_id, box) or "")
    return Post(
        id=told[0] if told else place,
        position=position,
        floor_label=label,
        is_first=False,
        is_pinned_copy=is_pinned_copy,
        author=read_name(author, context.base),
        date=date,
        location=None,
        headline=None,
        body=read_body(box if body is None else body, context),
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
