"""Threads in a skin that none of the other readers knows: what floors tell that lie anywhere.

`floors.py` finds the floors. What is not sure of them is left out; where they
contradict the page's own counters, nothing is read at all.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import Withheld
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_date
from crawler.discuz.elements import all_text, line_of, own_text
from crawler.discuz.facts import Author, Body, Moment, Post, place_id
from crawler.discuz.page.heading import infer_title
from crawler.discuz.page.identity import infer_place, read_thread_id
from crawler.discuz.post.author import member_name, name_alone, read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flat_floors import label_of
from crawler.discuz.post.floor import read_label
from crawler.discuz.post.numbering import with_first
from crawler.discuz.post.subreplies import SubReplies, read_subreplies
from crawler.discuz.post.withheld import read_access, read_notice
from crawler.discuz.readers.album import is_album
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.readers.unknown_skin.bodies import Bodies
from crawler.discuz.readers.unknown_skin.floors import FloorList, find_floors
from crawler.discuz.readers.unknown_skin.heading import infer_heading
from crawler.discuz.readers.unknown_skin.heads import date_words, find_heads, find_post_ids
from crawler.discuz.readers.unknown_skin.places import FoundFloor, Layout, visible

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document
    from crawler.discuz.page.heading import Heading
    from crawler.discuz.page.identity import Place

# A floor has a hundred elements or two. Each of a page is looked at some dozen times, so that one
# of nothing but tags would cost seconds.
_MOST_ELEMENTS = 20_000
# A counter goes on counting posts that nobody sees: 946 replies stood on 43 pages of twenty.
_UNSEEN = 1.25
# Discuz allows 15 bytes, forums changed to more.
_LONGEST_NAME = 30
# 5#, 12楼
_NUMBER = re.compile(r"\d{1,7}")


def _read(frame: Frame) -> Parts | None:
    document = frame.document
    thread_id = read_thread_id(document)
    # an album shows replies without the words of the opening post: the first would pass for it
    if thread_id is None or document.is_cut or is_album(document):
        return None
    root = frame.root
    if document.text.count("<") > _MOST_ELEMENTS and sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        return None
    title, said = infer_title(document, root)
    if said is None:
        return None
    for each in find_floors(root, thread_id):
        floors, is_last = _told(each, thread_id, frame.context)
        parts = _parts(frame, thread_id, (title, said), floors) if floors else None
        if parts is not None or is_last:
            return parts
    return None


UNKNOWN_SKIN = Face(skin="inferred", read=_read, knows_classes=False)


def _told(found: FloorList, thread_id: str, context: Context) -> tuple[list[FoundFloor], bool]:
    """What stands where in some floors; none where they may be read in more than one way.

    The second is true where no other list is to be tried: a single floor has words and nothing
    tells which ones are the post's, and a box further out has more of what is not.
    """
    layout = Layout(found.floors)
    heads = find_heads(layout, context.clock)
    if heads is None:
        return [], False
    bodies = Bodies(layout, heads)
    if not bodies.find():
        return [], layout.size == 1 and bodies.has_words
    post_ids = find_post_ids(layout, thread_id, bodies.found)
    if post_ids is None or (found.is_numbered and None in post_ids):
        return [], False
    floors = [
        FoundFloor(boxes, date, post_id, author, label, body, notice, ends)
        for boxes, date, post_id, author, label, body, notice, ends in zip(
            found.floors,
            heads.dates,
            post_ids,
            heads.authors,
            heads.labels,
            bodies.found,
            bodies.notices,
            bodies.ends,
            strict=True,
        )
    ]
    return floors, False


def _parts(
    frame: Frame, thread_id: str, title: tuple[_Element | None, str], floors: list[FoundFloor]
) -> Parts | None:
    """The parts of the page that these floors make; ``None`` where they contradict it."""
    context = frame.context
    heading = infer_heading(frame, *title, floors)
    page, pages, _ = place = _place(frame.document, thread_id, context.base, floors, heading)
    is_filtered = urls.is_filtered(frame.document.url)
    if not is_filtered and not _fits(len(floors), page, pages, heading.replies):
        return None
    posts = [_post(floor, place_id(page, n), context) for n, floor in enumerate(floors, 1)]
    labels = [post.floor_label for post in posts]
    if not is_filtered and not _is_numbered_so(labels, page):
        return None
    if not all(floor.post_id for floor in floors):
        # a list of members and dates: the page's counter has to tell of what
        are_all = pages == 1 and heading.replies == len(floors) - 1
        if not are_all and (heading.replies is None or None in labels):
            return None
    if not all(post.date and _is_named(post.author) for post in posts):
        return None
    if len({post.id for post in posts}) < len(posts):
        return None  # two floors that name the same post: neither is sure
    posts = with_first(posts, page, frame.text)
    # a floor whose words are not told apart from what stands round them is left out
    told = [floor.body is not None or floor.notice is not None for floor in floors]
    kept = [post for post, is_told in zip(posts, told, strict=True) if is_told]
    # Discuz leads every first page with the opening post
    is_headless = page == 1 and not is_filtered and not any(post.is_first for post in kept)
    if is_headless or not kept:
        return None
    return Parts(
        heading=heading,
        posts=posts,
        place=place,
        thread_id=thread_id,
        left_out=frozenset({post.id for post in posts} - {post.id for post in kept}),
    )


def _place(
    document: Document, thread_id: str, base: str, floors: list[FoundFloor], heading: Heading
) -> Place:
    """Where the page is in its thread, by its pager, else by its address.

    Discuz answers page 1 to who asks for the second page of a thread that has one: then all posts
    that are counted are here.
    """
    page, pages, next_url = infer_place(document, thread_id, base)
    address = urls.read_thread_address(document.url)
    is_whole = heading.replies == len(floors) - 1
    if pages == 1 and not is_whole and address is not None and address.thread_id == thread_id:
        page = pages = address.page
    return page, pages, next_url


def _is_numbered_so(labels: list[str | None], page: int) -> bool:
    """Whether the labels of floors agree with each other and with their page.

    Posts that are gone leave gaps in them; a floor more than they count is none (an advertisement).
    """
    found = [_NUMBER.match(label) if label else None for label in labels]
    told = [(place, int(each[0])) for place, each in enumerate(found) if each]
    rising = [(-1, 0), *told] if page == 1 else told
    # newest first: the opening post may lead all the same
    falling = told[1:] if told[:1] == [(0, 1)] else told
    return _counts_all(rising, 1) or _counts_all(falling, -1)


def _counts_all(told: list[tuple[int, int]], step: int) -> bool:
    """Whether numbers rise or fall by as many as floors stand between them, or by more."""
    return all(
        step * (number - before) >= place - last
        for (last, before), (place, number) in itertools.pairwise(told)
    )


def _fits(floors: int, page: int, pages: int, replies: int | None) -> bool:
    """Whether the floors that were found are those that the page counts."""
    if replies is None:
        return floors > 1 or page > 1
    posts = replies + 1
    if pages == 1:
        # some wait for approval or went; none can be more
        return 0.9 * posts - 1 <= floors <= posts
    if page < pages:
        return floors * (pages - 1) <= posts <= _UNSEEN * floors * pages + floors
    return floors <= posts


# -- what a floor tells -------------------------------------------------------------------------


def _post(floor: FoundFloor, place: str, context: Context) -> Post:
    label = floor.label or label_of(_header(floor))
    position, is_pinned_copy = read_label(label)
    lists = SubReplies()
    if floor.body is not None:
        lists = read_subreplies(floor.boxes, floor.body, (), context)
    return Post(
        id=floor.post_id or place,
        position=position,
        floor_label=label,
        is_first=False,
        is_pinned_copy=is_pinned_copy,
        author=_author(floor, context.base),
        date=_date(floor, context),
        location=None,
        headline=None,
        body=_body(floor, context),
        comments=lists.comments,
        subreplies=len(lists.comments),
        subreplies_missing=lists.unread,
    )


def _header(floor: FoundFloor) -> list[_Element]:
    """The elements of a floor in front of its body."""
    header: list[_Element] = []
    for box in floor.boxes:
        for element in visible(box):
            if element is floor.body:
                return header
            header.append(element)
    return header


def _author(floor: FoundFloor, base: str) -> Author:
    element = floor.author
    if element is None:
        return Author()
    href = element.get("href")
    if element.tag == "a" and urls.is_user_link(href):
        return Author(member_name(element), urls.user_id(href), urls.resolve(base, href))
    for box in (element, element.getparent()):
        told = read_name(box, base) if box is not None else Author()
        if told.name:
            return told
    return name_alone(line_of(element, _LONGEST_NAME))


def _is_named(author: Author) -> bool:
    return bool(author.name or author.id)


def _date(floor: FoundFloor, context: Context) -> Moment | None:
    own = own_text(floor.date_element).strip()
    said = date_words(floor.date_element)
    # what stands beside it in the same element is no part of it
    is_own = said == own and said != all_text(floor.date_element).strip()
    return (
        read_date(said, None, context.clock) if is_own else read_stamp(floor.date_element, context)
    )


def _body(floor: FoundFloor, context: Context) -> Body:
    if floor.body is not None:
        for end in floor.ends:
            floor.body.remove(end)
        return read_body(floor.body, context)
    if floor.notice is None:
        return Body()
    said = read_notice(floor.notice)
    return Body(blocks=(Withheld(said),), access=read_access(said), notices=(said,))
