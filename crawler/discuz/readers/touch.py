"""Thread pages for phones (`touch/forum/viewthread.htm` of X2.5 to X3.5, ``mobile=2``).

Five posts a page, without ids in the bodies; dates are words without a title attribute while they
are recent. Skins of X3.5 keep its boxes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import Picture
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_date
from crawler.discuz.elements import by_class, number, own_text, words
from crawler.discuz.facts import Board, Comment, Image, Moment, Post, SentFrom
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import is_board_link
from crawler.discuz.page.counters import first_counters, read_all_replies
from crawler.discuz.page.heading import Heading, tags_in
from crawler.discuz.page.identity import read_place
from crawler.discuz.post.author import read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import is_from_phone, read_label
from crawler.discuz.post.flow import with_objects
from crawler.discuz.post.reactions import count_missing_comments
from crawler.discuz.post.strays import EndTags, cut_from, take_in
from crawler.discuz.post.subreplies import SubReplies, read_comment_box, read_subreplies
from crawler.discuz.post.uploads import picture_source, upload_id
from crawler.discuz.post.withheld import is_about_files, read_file_notices
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.words import CATEGORY, FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

# <div class="plc cl" id="pid5003">, in it ul.authi and div.message
_FLOOR_ID = re.compile(rf"{known.FLOOR_TABLE}(\d{{1,18}})$")
_HEADER, _BODY = known.AUTHOR_LINE, known.PHONE_CELL
# X3.3: <li class="grey rela">2017-6-1 08:15</li>, X3.5: <li class="mtime">2026-1-29 21:07</li>
_DATE_LINES = ("mtime", "rela")
_FROM = re.compile(rf"(?<=\s){FROM}.{{1,60}}")
# what the forum says behind a body
_NOTICE = "quote"
# pictures behind the body: X3.3 img_list, later img_one
_PICTURES = ("img_list", "img_one")
# polls and rewards have the body within: <div class="message"><div id="postmessage_5">
_INNER_BODY = re.compile(rf"{known.CELL}\d+$")
# <div class="plc p0 cl" id="commentdetail_5">, in it <li class="mtxt mt5"> or div.message
_COMMENT, _COMMENTS = "commentdetail_", ("mtxt", _BODY)
# what others did to a post, each box with its number
_OTHERS = frozenset({_COMMENT, known.COMMENTS, known.RATINGS})
# <div class="tags xg1"><a class="tag-item" href="misc.php?mod=tag&id=5">TAG</a>, X3.5
_TAGS = "tags"
# <span id="recommendv_add">12</span>, of a reply <span id="review_support_5003">3</span>, X3.5
_LIKES = (known.THREAD_LIKES, "review_support_")
# X3.5: <div class="view_tit"><em>[见闻]</em> TITLE</div>; X3.3: <div class="postlist"><h2>
_TITLES = ("view_tit", "postlist")
# <div class="mtit cl">… 全部回复<em>55</em></div>
_ALL_REPLIES = "mtit"
# [见闻] alone in the first line; a title may begin with brackets of its own
_CATEGORY_LINE = re.compile(rf"\s*{CATEGORY.pattern}[ \t]*\n")


def _read(frame: Frame) -> Parts | None:
    root, context = frame.root, frame.context
    floors: dict[str, _Element] = {}
    for box in root.iter("div"):
        found = _FLOOR_ID.match(box.get("id") or "")
        if found and next(by_class(box, _BODY), None) is not None:
            floors.setdefault(found[1], box)
    title = next((box for name in _TITLES for box in by_class(root, name)), None)
    if not floors or title is None:
        return None
    heading = _heading(root, title, list(floors.values()), context.base)
    if not heading.title:
        return None
    # before floors are taken apart: the pager may stand in one that a post left open
    place = read_place(frame.document, by_class(root, known.PAGER), context.base)
    links = [href for a in root.iter("a") if "authorid=" in (href := a.get("href") or "")]
    _part(list(floors.values()))
    if any(next(by_class(box, _BODY), None) is None for box in floors.values()):
        # floors that stand in each other in another way: whose words are whose is not sure
        return None
    posts: list[Post] = []
    tags = EndTags(frame.document.source)
    for post_id, box in floors.items():
        posts.append(_post(box, post_id, tags, context))
        if not posts[-1].date:
            return None
    return Parts(
        heading=heading,
        posts=posts,
        place=place,
        # links for one author's posts lead nowhere but to this thread
        links=links,
    )


TOUCH = Face(
    skin="touch",
    read=_read,
    marks=(f'id="{known.FLOOR_TABLE}', _BODY),
    is_mobile=True,
)


def _part(floors: list[_Element]) -> None:
    """Take floors out of one another: an element that a post left open holds those behind it."""
    begun: set[_Element] = set()
    for floor in floors:
        around = next((box for box in floor.iterancestors("div") if box in begun), None)
        if around is not None:
            cut_from(floor, around)
        begun.add(floor)


# -- a floor ------------------------------------------------------------------------------------


def _post(box: _Element, post_id: str, tags: EndTags, context: Context) -> Post:
    header = next(by_class(box, _HEADER), box)
    lines = list(header.iter("li"))
    label = _label(lines[0]) if lines else None
    position, is_pinned_copy = read_label(label)
    cell = next(by_class(box, _BODY))
    take_in(cell, partial(tags.surplus, cell, known.FLOOR_TABLE, post_id))
    headline = _subject(cell)
    inner = next(
        (part for part in cell.iter("div") if _INNER_BODY.match(part.get("id") or "")), None
    )
    body = read_body(cell if inner is None else inner, context)
    told = [each for each in _notices(cell) if is_about_files(words(each))]
    if told:
        body = replace(
            body,
            notices=body.notices + read_file_notices(told),
            attachments_withheld=body.attachments_withheld + len(told),
        )
    pictures = tuple(_images(box, context.base))
    if pictures:
        shown = [Picture(image.url, image.name) for image in pictures]
        body = replace(body, blocks=with_objects(body.blocks, shown), images=body.images + pictures)
    comments = tuple(_comments(box, context))
    in_box, in_lists = _in_lists(box, cell, header, context, has_comments=bool(comments))
    return Post(
        id=post_id,
        position=position,
        floor_label=label,
        is_first=False,
        is_pinned_copy=is_pinned_copy,
        author=read_name(lines[0] if lines else header, context.base, without=label),
        date=_date(lines, context),
        location=None,
        headline=headline,
        body=body,
        comments=(*comments, *in_box.comments, *in_lists.comments),
        likes=_likes(box, cell),
        comments_missing=count_missing_comments(box),
        sent_from=_sent_from(lines),
        subreplies=len(in_lists.comments),
        subreplies_missing=in_box.unread + in_lists.unread,
    )


def _in_lists(
    box: _Element, cell: _Element, header: _Element, context: Context, *, has_comments: bool
) -> tuple[SubReplies, SubReplies]:
    """What a skin has in Discuz's box of comments, and what stands in lists of plugins."""
    closed: list[_Element] = [header]
    in_box = SubReplies()
    for part in box.iter("div", "dl"):
        mark = (part.get("id") or "").rstrip("0123456789")
        if mark == known.COMMENTS and not has_comments and len(part):
            in_box = read_comment_box(part, context)
        if mark in _OTHERS:
            closed.append(part)
    return in_box, read_subreplies([box], cell, closed, context)


def _notices(cell: _Element) -> Iterator[_Element]:
    """The forum's boxes behind a body: `<div class="grey quote">附件: <em>您需要登录…`."""
    for part in cell.itersiblings():
        if _NOTICE in (part.get("class") or "").split():
            yield part


def _label(line: _Element) -> str | None:
    # X3.3: <li><em>5<sup>#</sup></em><b>NAME</b>; X3.5: <span class="y">1<sup>#</sup></span>
    for part in (*line.iterchildren("em"), *by_class(line, "y")):
        return words(part) or None
    return None


def _date(lines: list[_Element], context: Context) -> Moment | None:
    for line in lines:
        if any(name in (line.get("class") or "").split() for name in _DATE_LINES):
            # beside the date stand counters and buttons, each in an element of its own
            return read_date(own_text(line), None, context.clock) or read_stamp(line, context)
    return None


def _sent_from(lines: list[_Element]) -> SentFrom | None:
    """With what a floor was written, by the words that skins have behind its date."""
    for line in lines:
        if any(name in (line.get("class") or "").split() for name in _DATE_LINES):
            # 2017-6-1 08:15&nbsp;来自手机
            behind = _FROM.search(own_text(line))
            if behind and is_from_phone(behind[0]):
                return "phone"
    return None


def _subject(cell: _Element) -> str | None:
    """The title of a reply: <div class="message"><h2><strong>…</strong></h2>."""
    heading = next(cell.iterchildren("h2"), None)
    return words(heading) or None if heading is not None else None


def _likes(box: _Element, cell: _Element) -> int | None:
    """支持 of the thread in its first floor, of a reply where the site ranks replies."""
    for part in _outside(box.iter("span"), cell):
        if (part.get("id") or "").rstrip("0123456789") in _LIKES:
            return number(part)
    return None


def _outside(parts: Iterable[_Element], *boxes: _Element) -> Iterator[_Element]:
    """Those elements that are in none of some boxes: what members wrote is no part of the page."""
    for part in parts:
        if not any(around in boxes for around in part.iterancestors()):
            yield part


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
        said = next((part for name in _COMMENTS for part in by_class(comment, name)), None)
        yield Comment(
            author.name,
            author.id,
            words(said) if said is not None else "",
            _date(list(header.iter("li")), context),
        )


# -- the thread ---------------------------------------------------------------------------------


def _heading(root: _Element, title: _Element, floors: list[_Element], base: str) -> Heading:
    category, said = _title(title)
    first = floors[0]
    views, replies = _counters(root, floors)
    return Heading(
        title=said,
        category=category,
        board=_board(root, first, base),
        views=views,
        replies=replies,
        tags=tags_in(_outside(by_class(first, _TAGS), next(by_class(first, _BODY)))),
    )


def _title(heading: _Element) -> tuple[str | None, str]:
    """Type and title from the box that holds both."""
    box = next(heading.iterchildren("h2"), heading)
    said = own_text(box)
    kind = next(box.iterchildren("em"), None)
    if kind is not None:
        found = CATEGORY.fullmatch(words(kind))
        return found[1] if found else words(kind) or None, " ".join(said.split())
    found = _CATEGORY_LINE.match(said)
    return (
        found[1].strip() if found else None,
        " ".join(said[found.end() if found else 0 :].split()),
    )


def _board(root: _Element, first: _Element, base: str) -> Board | None:
    """The first link to a board above the floors; its name stands in it or beside it."""
    for element in root.iter():
        if element is first:
            break
        if element.tag == "a" and is_board_link(element):
            # <a href="…fid=2"><img /></a> <span class="name">BOARD</span>
            beside = element.getnext()
            name = words(element) or (words(beside) if beside is not None else "")
            href = element.get("href")
            url = urls.without_mobile(urls.resolve(base, href))
            return Board(name or None, urls.board_id(href), url)
    return None


def _counters(root: _Element, floors: list[_Element]) -> tuple[int | None, int | None]:
    """Views and replies: two bare numbers in the first floor, or a line behind it."""
    views = replies = None
    for line in by_class(floors[0], _DATE_LINES[0]):
        # <span class="y"><i class="dm-eye"></i><em>2073</em><i class="dm-chat-s"></i><em>55</em>
        counts = [number(part) for part in line.iter("em")]
        if len(counts) == 2:
            views, replies = counts
            break
        views, replies = first_counters(map(words, line.iterchildren()))
        if views is not None:
            break
    if replies is None:
        for line in _outside(by_class(root, _ALL_REPLIES), *floors):
            told = read_all_replies(words(line))
            replies = replies if told is None else told
    return views, replies
