"""The pictures of an opening post (`viewthread_album.htm`, ``from=album``) with the last replies.

Of the opening post it shows pictures and the beginning of its text; that is not its text, which is
left out. The replies are whole, newest first, without floors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import read_clock, read_date
from crawler.discuz.elements import by_class, words
from crawler.discuz.facts import Block, Body, Image, Post, ThreadPage, place_id
from crawler.discuz.page.breadcrumbs import board_of, read_crumbs
from crawler.discuz.page.identity import read_place, read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.author import read_name
from crawler.discuz.post.flat_floors import read_stretch, split_page

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document

_MARK = "imglist['aid']"
_TITLE, _AUTHOR, _DATE = "ph", "tit_author", "date"
# imglist['aid'] = ['1','2']; imglist['url'] = ['data/attachment/…','…'];
_IDS = re.compile(r"imglist\['aid'\] = \[([^\]]{0,100000})\]")
_URLS = re.compile(r"imglist\['url'\] = \[([^\]]{0,1000000})\]")
_QUOTED = re.compile(r"'([^']{1,2000})'")
# 查看数: 12874 | 评论数: 5
_VIEWS = re.compile(r"查看[数數]?\s?[:\uff1a]\s?(\d{1,12})")
_REPLIES = re.compile(r"(?:评论|評論)[数數]?\s?[:\uff1a]\s?(\d{1,9})")


def read_album(document: Document) -> ThreadPage | None:
    """Read an album page; ``None`` where it is none."""
    if _MARK not in document.text:
        return None
    root = document.root
    thread_id = read_thread_id(document)
    heading = next((h1 for h1 in root.iter("h1") if _TITLE in (h1.get("class") or "")), None)
    if thread_id is None or heading is None:
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock)
    path = next((box for box in root.iter("div") if box.get("id") == "pt"), None)
    crumbs = read_crumbs(path, context.base)
    counters = " ".join(words(box) for box in by_class(root, "ph_r_con"))
    views, replies = _VIEWS.search(counters), _REPLIES.search(counters)
    page, pages, next_url = read_place(document, by_class(root, "pg"), context.base)
    _, stretches = split_page(root)
    answers = [read_stretch(stretch, context) for stretch in stretches if stretch.cell is not None]
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=words(heading),
        category=None,
        board=board_of(crumbs),
        breadcrumbs=crumbs,
        page=page,
        pages=pages,
        next_url=next_url,
        views=int(views[1]) if views else None,
        replies=int(replies[1]) if replies else None,
        posts=(_first(root, document.text, context), *(post for post in answers if post.date)),
        is_filtered=True,
        is_reversed=True,
        is_truncated=document.is_cut,
        skin="album",
    )


def _first(root: _Element, text: str, context: Context) -> Post:
    """The opening post: who, when, and its pictures."""
    author = next(by_class(root, _AUTHOR), root)
    date = next((box for box in by_class(root, _DATE) if words(box)), None)
    ids, sources = _IDS.search(text), _URLS.search(text)
    images = []
    if ids and sources:
        pairs = zip(_QUOTED.findall(ids[1]), _QUOTED.findall(sources[1]), strict=False)
        for attachment_id, source in pairs:
            url = urls.resolve(context.base, source)
            if url:
                images.append(Image(url, None, attachment_id))
    return Post(
        id=place_id(1, 1),
        position=1,
        floor_label=None,
        is_first=True,
        is_early=False,
        author=read_name(author, context.base),
        date=read_date(words(date), None, context.clock) if date is not None else None,
        location=None,
        headline=None,
        body=Body(
            blocks=tuple(Block("image", url=image.url) for image in images), images=tuple(images)
        ),
    )
