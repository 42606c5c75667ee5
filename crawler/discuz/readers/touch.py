"""Thread pages for phones (`touch/forum/viewthread.htm` of X2.5 to X3.5, ``mobile=2``).

Five posts a page, without ids in the bodies; dates are words without a title attribute while they
are recent. Skins of X3.5 keep its boxes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_clock, read_date
from crawler.discuz.document import Document
from crawler.discuz.elements import by_class, number, own_text, words
from crawler.discuz.facts import Block, Board, Comment, Image, Moment, Post, ThreadPage
from crawler.discuz.page.heading import read_all_replies
from crawler.discuz.page.identity import read_place, read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.author import read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import read_label
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes
from crawler.discuz.post.uploads import picture_source, upload_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

# <div class="plc cl" id="pid5003">, in it ul.authi and div.message
_FLOOR_ID = re.compile(r"pid(\d{1,18})$")
_MARKS = ('id="pid', "message")
_HEADER, _BODY = "authi", "message"
# X3.3: <li class="grey rela">2017-6-1 08:15</li>, X3.5: <li class="mtime">2026-1-29 21:07</li>
_STAMPS = ("mtime", "rela")
# pictures behind the body: X3.3 img_list, later img_one
_PICTURES = ("img_list", "img_one")
# polls and rewards have the body within: <div class="message"><div id="postmessage_5">
_INNER_BODY = re.compile(r"postmessage_\d+$")
_COMMENT = "commentdetail_"
# X3.5: <div class="view_tit"><em>[见闻]</em> TITLE</div>; X3.3: <div class="postlist"><h2>
_TITLES = ("view_tit", "postlist")
# [见闻] alone in the first line; a title may begin with brackets of its own
_CATEGORY = re.compile(r"\s*\[([^\[\]]{1,60})\][ \t]*\n")
_BRACKETS = re.compile(r"^\[\s?|\s?\]$")


def read_touch(document: Document) -> ThreadPage | None:
    """Read a touch page of a thread; ``None`` where it is none, or cannot be told."""
    if not all(mark in document.text for mark in _MARKS):
        return None
    root = document.root
    by_id: dict[str, _Element] = {}
    for box in root.iter("div"):
        found = _floor_id(box)
        if found:
            by_id.setdefault(found[1], box)
    floors = [(box, post_id) for post_id, box in by_id.items()]
    heading = next((box for name in _TITLES for box in by_class(root, name)), None)
    thread_id = read_thread_id(document, (link.get("href") for link in _thread_links(root)))
    if not floors or heading is None or thread_id is None:
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock, is_mobile=True)
    category, headline = _title(heading)
    page, pages, next_url = read_place(document, by_class(root, "pg"), context.base)
    posts = with_copied_quotes([_post(box, number_, context) for box, number_ in floors])
    if not headline or not all(post.date for post in posts):
        return None
    is_filtered = urls.is_filtered(document.url)
    posts, newest_first = in_order(posts, page, pages, is_filtered=is_filtered)
    views, replies = _counters(root, floors[0][0])
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=headline,
        category=category,
        board=_board(root, floors[0][0], context.base),
        breadcrumbs=(),
        page=page,
        pages=pages,
        next_url=next_url,
        views=views,
        replies=replies,
        posts=tuple(posts),
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=document.is_cut,
        skin="touch",
    )


def _floor_id(box: _Element) -> re.Match[str] | None:
    found = _FLOOR_ID.match(box.get("id") or "")
    return found if found and next(by_class(box, _BODY), None) is not None else None


def _thread_links(root: _Element) -> Iterator[_Element]:
    """Links for one author's posts: they lead nowhere but to this thread."""
    return (link for link in root.iter("a") if "authorid=" in (link.get("href") or ""))


def _post(box: _Element, post_id: str, context: Context) -> Post:
    header = next(by_class(box, _HEADER), box)
    lines = list(header.iter("li"))
    label = _label(lines[0]) if lines else None
    position, is_early = read_label(label)
    cell = next(by_class(box, _BODY))
    headline = _subject(cell)
    inner = next(
        (part for part in cell.iter("div") if _INNER_BODY.match(part.get("id") or "")), None
    )
    body = read_body(cell if inner is None else inner, context)
    pictures = tuple(_images(box, context.base))
    if pictures:
        blocks = (Block("image", image.name or "", image.url) for image in pictures)
        body = replace(body, blocks=(*body.blocks, *blocks), images=body.images + pictures)
    return Post(
        id=post_id,
        position=position,
        floor_label=label,
        is_first=False,
        is_early=is_early,
        author=read_name(lines[0] if lines else header, context.base, without=label),
        date=_date(lines, context),
        location=None,
        headline=headline,
        body=body,
        comments=tuple(_comments(box, context)),
    )


def _label(line: _Element) -> str | None:
    # X3.3: <li><em>5<sup>#</sup></em><b>NAME</b>; X3.5: <span class="y">1<sup>#</sup></span>
    for part in (*line.iterchildren("em"), *by_class(line, "y")):
        return words(part) or None
    return None


def _date(lines: list[_Element], context: Context) -> Moment | None:
    for line in lines:
        if any(name in (line.get("class") or "").split() for name in _STAMPS):
            # beside the date stand counters and buttons, each in an element of its own
            return read_date(own_text(line), None, context.clock) or read_stamp(line, context)
    return None


def _subject(cell: _Element) -> str | None:
    """The title of a reply: <div class="message"><h2><strong>…</strong></h2>."""
    heading = next(cell.iterchildren("h2"), None)
    return words(heading) or None if heading is not None else None


def _images(box: _Element, base: str) -> Iterator[Image]:
    for name in _PICTURES:
        for pictures in by_class(box, name):
            for picture in pictures.iter("img"):
                source = picture_source(picture)
                url = urls.resolve(base, source)
                if url and source:
                    title = picture.get("title") or picture.get("alt") or None
                    yield Image(url, title, upload_id(picture, source))


def _comments(box: _Element, context: Context) -> Iterator[Comment]:
    for comment in box.iter("div"):
        if not (comment.get("id") or "").startswith(_COMMENT):
            continue
        header = next(by_class(comment, _HEADER), comment)
        author = read_name(header, context.base)
        said = next(by_class(comment, _BODY), None)
        yield Comment(
            author.name,
            author.id,
            words(said) if said is not None else "",
            _date(list(header.iter("li")), context),
        )


# -- the thread ---------------------------------------------------------------------------------


def _title(heading: _Element) -> tuple[str | None, str]:
    """Type and title from the box that holds both."""
    box = next(heading.iterchildren("h2"), heading)
    said = own_text(box)
    kind = next(box.iterchildren("em"), None)
    if kind is not None:
        return _BRACKETS.sub("", words(kind)) or None, " ".join(said.split())
    found = _CATEGORY.match(said)
    return (
        found[1].strip() if found else None,
        " ".join(said[found.end() if found else 0 :].split()),
    )


def _board(root: _Element, first: _Element, base: str) -> Board | None:
    """The first link to a board above the floors; its name stands in it or beside it."""
    for element in root.iter():
        if element is first:
            break
        href = element.get("href") if element.tag == "a" else None
        board_id = urls.board_id(href)
        if board_id is None or "filter=" in (href or ""):
            continue
        # <a href="…fid=2"><img /></a> <span class="name">BOARD</span>
        beside = element.getnext()
        name = words(element) or (words(beside) if beside is not None else "")
        url = urls.without_mobile(urls.resolve(base, href))
        return Board(name or None, board_id, url)
    return None


def _counters(root: _Element, first: _Element) -> tuple[int | None, int | None]:
    """Views and replies: two bare numbers in the first floor, or a line behind it."""
    views = replies = None
    for line in by_class(first, _STAMPS[0]):
        # <span class="y"><i class="dm-eye"></i><em>2073</em><i class="dm-chat-s"></i><em>55</em>
        counts = [number(part) for part in line.iter("em")]
        if len(counts) == 2:
            views, replies = counts
            break
    if replies is None:
        for line in by_class(root, "mtit"):
            told = read_all_replies(words(line))
            replies = replies if told is None else told
    return views, replies
