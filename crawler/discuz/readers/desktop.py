"""Desktop thread pages of X2 to X3.5, robots' markup included (`viewthread.htm`)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import read_clock
from crawler.discuz.document import Document, build_tree
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Post, ThreadPage
from crawler.discuz.page.breadcrumbs import read_crumbs, site_name
from crawler.discuz.page.floor_index import Floor, index_floors
from crawler.discuz.page.heading import (
    find_heading,
    read_board,
    read_category,
    read_favorites,
    read_flags,
    read_replies,
    read_tags,
    read_views,
    subject,
)
from crawler.discuz.page.identity import read_place, read_thread_id, read_thread_url
from crawler.discuz.page.prune import FLOOR_MARKS, ends_whole, needed
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.page.traits import floor_places
from crawler.discuz.post.floor import read_floor
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes
from crawler.discuz.post.special import read_special, read_type_options
from crawler.discuz.readers.ajax import count_parts

if TYPE_CHECKING:
    pass

# <td class="t_f" …>, <div class="authi">, <div class="pcb">; X2 has no t_fsz
_CLASSES = ('"t_f"', '"authi"', '"pcb"', '"pcbs"')
_TABLE, _FLOOR_END = 'id="pid', 'id="_postposition'
_WRAPPER = re.compile(r'<div id="post_(\d+)')
# The reply link of the opening post says reppost=, of all others repquote=, for robots too:
# <a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;fid=2&amp;tid=1&amp;reppost=1…">
_FIRST, _REPLY_LINK = "reppost=", 'class="fastre"'
_LEADING_DIGITS = re.compile(r"\d{1,18}")
_WHOLE = re.compile(r'_postposition|id="postlistreply"|id="post_new"|id="(?:post_|pid)\d')


def has_floors(document: Document) -> bool:
    """Whether the page has anything that looks like a floor. Builds no tree."""
    return any(mark in document.text for mark in (*FLOOR_MARKS, "postmessage_"))


def has_classes(document: Document) -> bool:
    """Whether the boxes of the floors are named as Discuz names them."""
    return any(name in document.text for name in _CLASSES)


def read_thread(document: Document, *, any_classes: bool = False) -> ThreadPage | None:
    """Read a thread page; ``None`` where its floors, title or thread cannot be told.

    ``any_classes``: what boxes are called is not to be relied on.
    """
    if not has_floors(document) or not (any_classes or has_classes(document)):
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock, knows_classes=not any_classes)
    source = needed(document.text)
    root, is_too_deep = build_tree(source)
    page, floors = index_floors(root)
    if source.count(_TABLE) > len(floors) and len(_floor_starts(source)) > len(floors):
        page, floors = _index_apart(source)
    labels = (link.get("href") for floor in floors for link in floor.all("postnum"))
    thread_id = read_thread_id(document, labels)
    is_truncated = is_too_deep or (document.is_cut and not ends_whole(document.text))
    if is_truncated and floors and not _is_whole(document, floors[-1]):
        floors.pop()
    dated = sum(1 for floor in floors if floor.first("authorposton") is not None)
    floors = [floor for floor in floors if _is_floor(floor)]
    heading = find_heading(document, root, page)
    # more floors that say when than floors that say what: a skin of which this is a part
    if not floors or thread_id is None or heading is None or dated >= 2 * len(floors):
        return None
    bar = page.first("pt")
    crumbs = read_crumbs(bar, context.base)
    first_id = _first_id(document.text)
    posts = with_copied_quotes(
        [read_floor(floor, context, is_first=floor.id == first_id) for floor in floors]
    )
    if 2 * sum(map(_is_told, posts)) <= len(posts):
        return None
    missing = count_parts(document.text)
    if missing:
        posts = [replace(post, parts_missing=missing.get(post.id, 0)) for post in posts]
    number, pages, next_url = read_place(document, page.all("pg"), context.base)
    is_filtered = _is_filtered(document, floors)
    posts, newest_first = in_order(
        posts, number, pages, text=document.text, is_filtered=is_filtered
    )
    first = next((floor for floor, post in zip(floors, posts, strict=True) if post.is_first), None)
    return ThreadPage(
        site=site if site.name else replace(site, name=site_name(bar)),
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=subject(heading),
        category=read_category(document, heading),
        board=read_board(document, crumbs, context),
        breadcrumbs=crumbs,
        page=number,
        pages=pages,
        next_url=next_url,
        views=read_views(document, page, floors[0]),
        replies=read_replies(document, page, floors[0]),
        posts=tuple(posts),
        flags=read_flags(page, first, heading),
        tags=read_tags(first),
        favorites=read_favorites(page, first),
        special=read_special(page, first) if first else None,
        type_options=read_type_options(first) if first else None,
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=is_truncated,
        places=floor_places(heading, floors),
    )


# -- its floors ---------------------------------------------------------------------------------


def _is_floor(floor: Floor) -> bool:
    """A floor has a body, or says why not; others are leftovers of scripts and empty wrappers."""
    return floor.cell is not None or bool(floor.all("locked")) or bool(floor.all("t_f"))


def _is_told(post: Post) -> bool:
    """Whether a floor says when and by whom: a skin that tells neither is not this one."""
    author = post.author
    return post.date is not None and bool(author.name or author.id or author.is_anonymous)


def _is_whole(document: Document, last: Floor) -> bool:
    """Whether a cut came after the last floor's body: what follows a body stands behind it."""
    mark = "pid" if last.cell is None else "postmessage_"
    start = document.text.rfind(f'{mark}{last.id}"')
    return start >= 0 and _WHOLE.search(document.text, start) is not None


def _index_apart(source: str) -> tuple[Floor, list[Floor]]:
    """Index each floor from a tree of its own.

    An HTML post that leaves a `<table>` open draws the floors behind it into its cell, in browsers
    as here. Read apart, they are all there.
    """
    starts = _floor_starts(source)
    page, _ = index_floors(build_tree(source[: starts[0]])[0])
    floors: dict[str, Floor] = {}
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        rest, found = index_floors(build_tree(source[start:end])[0])
        for floor in found:
            floors.setdefault(floor.id, floor)
        for name, elements in rest.parts.items():
            page.parts.setdefault(name, []).extend(elements)
    return page, list(floors.values())


def _floor_starts(source: str) -> list[int]:
    """Where floors begin: behind the end of the one before, not in the midst of its body."""
    starts: list[int] = []
    last_id = ""
    for found in _WRAPPER.finditer(source):
        if not starts or source.find(f'{_FLOOR_END}{last_id}"', starts[-1], found.start()) >= 0:
            starts.append(found.start())
            last_id = found[1]
    return starts


def _first_id(text: str) -> str | None:
    """The id of the opening post, if the page holds it."""
    at = text.find(_FIRST)
    while at >= 0:
        if _REPLY_LINK in text[text.rfind("<", 0, at) : at]:
            digits = _LEADING_DIGITS.match(text, at + len(_FIRST))
            return digits[0] if digits else None
        at = text.find(_FIRST, at + 1)
    return None


# -- its pages ----------------------------------------------------------------------------------


def _is_filtered(document: Document, floors: list[Floor]) -> bool:
    if urls.is_filtered(document.url):
        return True
    # 显示全部楼层 stands in place of 只看该作者; robots get it on every page, without labels
    first = floors[0]
    is_labelled = first.first("postnum") is not None
    return is_labelled and any("显示全部楼层" in all_text(box) for box in first.all("authi"))
