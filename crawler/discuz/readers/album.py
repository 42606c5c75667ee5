"""The pictures of an opening post (`viewthread_album.htm`, ``from=album``) with the last replies.

Of the opening post it shows pictures and the beginning of its text; that is not its text, which is
left out. The replies are whole, newest first, without floors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import Picture
from crawler.discuz.dates import read_date
from crawler.discuz.elements import by_class, number, words
from crawler.discuz.facts import Body, Image, Post, place_id
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import board_of, read_breadcrumbs, site_name
from crawler.discuz.page.counters import exact_words, first_counters
from crawler.discuz.page.heading import Heading
from crawler.discuz.page.identity import read_place
from crawler.discuz.post.author import read_name
from crawler.discuz.post.flat_floors import read_flat_floor, split_page
from crawler.discuz.post.flow import with_objects
from crawler.discuz.readers.skeleton import Face, Frame, Parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from crawler.discuz.document import Document

_MARK = "imglist['aid']"
# <h1 class="ph z">, <span class="tit_author">, <div class="date"><span>发布时间:</span> 2017-6-1
_TITLE, _AUTHOR, _DATE = "ph", "tit_author", "date"
# <div class="ph_r_con xg1 y vm">查看数:<span class="xi1"> 12874</span> | 评论数: …
_COUNTERS = "ph_r_con"
# imglist['aid'] = ['1','2']; imglist['url'] = ['data/attachment/…','…'];
_IDS = re.compile(r"imglist\['aid'\] = \[([^\]]{0,100000})\]")
_URLS = re.compile(r"imglist\['url'\] = \[([^\]]{0,1000000})\]")
_QUOTED = re.compile(r"'([^']{1,2000})'")


def is_album(document: Document) -> bool:
    """Whether the page has the script of an album, whatever its boxes are called."""
    return _MARK in document.text


def _read(frame: Frame) -> Parts | None:
    root, context = frame.root, frame.context
    title = next((h1 for h1 in root.iter("h1") if _TITLE in (h1.get("class") or "")), None)
    if title is None:
        return None
    above, floors = split_page(root)
    replies = [read_flat_floor(floor, context) for floor in floors if floor.cell is not None]
    return Parts(
        heading=_heading(above, title, context.base),
        posts=[_opening_post(frame, above), *(reply for reply in replies if reply.date)],
        place=read_place(frame.document, by_class(root, known.PAGER), context.base),
        is_filtered=True,
        newest_first=True,
    )


ALBUM = Face(skin="album", read=_read, marks=(_MARK,))


def _heading(above: list[_Element], title: _Element, base: str) -> Heading:
    path = _by_id(above, known.PATH)
    breadcrumbs = read_breadcrumbs(path, base)
    counters = (box for box in above if _COUNTERS in (box.get("class") or "").split())
    views, replies = first_counters(map(exact_words, counters))
    return Heading(
        title=words(title),
        board=board_of(breadcrumbs),
        breadcrumbs=breadcrumbs,
        views=views,
        replies=replies,
        favorites=number(_by_id(above, known.FAVORITES)),
        site_name=site_name(path),
    )


def _by_id(elements: Iterable[_Element], name: str) -> _Element | None:
    return next((element for element in elements if element.get("id") == name), None)


def _opening_post(frame: Frame, above: list[_Element]) -> Post:
    """The opening post: who, when, and its pictures."""
    context = frame.context
    author = next(by_class(frame.root, _AUTHOR), frame.root)
    date = next((box for box in by_class(frame.root, _DATE) if words(box)), None)
    images = tuple(_images(frame))
    return Post(
        id=place_id(1, 1),
        position=1,
        floor_label=None,
        is_first=True,
        is_pinned_copy=False,
        author=read_name(author, context.base),
        date=read_date(words(date), None, context.clock) if date is not None else None,
        location=None,
        headline=None,
        body=Body(blocks=with_objects((), [Picture(image.url) for image in images]), images=images),
        likes=number(_by_id(above, known.THREAD_LIKES)),
    )


def _images(frame: Frame) -> Iterable[Image]:
    ids, sources = _IDS.search(frame.text), _URLS.search(frame.text)
    if not ids or not sources:
        return
    pairs = zip(_QUOTED.findall(ids[1]), _QUOTED.findall(sources[1]), strict=False)
    for attachment_id, source in pairs:
        url = urls.resolve(frame.context.base, source)
        if url:
            yield Image(url, None, attachment_id)
