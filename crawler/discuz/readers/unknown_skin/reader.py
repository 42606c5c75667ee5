"""Threads in a skin that none of the other readers knows: what floors tell that lie anywhere.

`floors.py` finds the floors. What is not sure of them is left out; where they
contradict the page's own counters, nothing is read at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import Withheld
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_date
from crawler.discuz.elements import all_text, own_text, words
from crawler.discuz.facts import Author, Body, Moment, Post, place_id
from crawler.discuz.page.heading import infer_title
from crawler.discuz.page.identity import infer_place, read_thread_id
from crawler.discuz.post.author import member_name, read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flat_floors import label_of
from crawler.discuz.post.floor import read_label
from crawler.discuz.post.numbering import with_first
from crawler.discuz.post.subreplies import SubReplies, read_subreplies
from crawler.discuz.post.withheld import read_access, read_notice
from crawler.discuz.readers.album import is_album
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.readers.unknown_skin.bodies import FoundFloor, find_bodies, visible
from crawler.discuz.readers.unknown_skin.floors import date_words, find_floors
from crawler.discuz.readers.unknown_skin.heading import infer_heading

if TYPE_CHECKING:
    from lxml.etree import _Element

# A floor has a hundred elements or two. Each of a page is looked at some dozen times, so that one
# of nothing but tags would cost seconds.
_MOST_ELEMENTS = 20_000
# A counter goes on counting posts that nobody sees: 946 replies stood on 43 pages of twenty.
_UNSEEN = 1.25


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
    for floors in find_floors(root):
        parts = _parts(frame, thread_id, (title, said), floors)
        if parts is not None:
            return parts
    return None


UNKNOWN_SKIN = Face(skin="inferred", read=_read, knows_classes=False)


def _parts(
    frame: Frame, thread_id: str, title: tuple[_Element | None, str], floors: list[FoundFloor]
) -> Parts | None:
    """The parts of the page that these floors make; ``None`` where they contradict it."""
    if not find_bodies(floors):
        return None
    context = frame.context
    page, pages, _ = place = infer_place(frame.document, thread_id, context.base)
    heading = infer_heading(frame, *title, floors)
    is_filtered = urls.is_filtered(frame.document.url)
    are_numbered = any(floor.post_id for floor in floors)
    if heading.replies is None and not are_numbered:
        return None  # a list of members and dates, and nothing says of what
    if not is_filtered and not _fits(len(floors), page, pages, heading.replies):
        return None
    posts = [_post(floor, place_id(page, n), context) for n, floor in enumerate(floors, 1)]
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
    label = label_of(_header(floor))
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
    header = _header(floor)
    if floor.author_link is not None and floor.author_link in header:
        href = floor.author_link.get("href")
        return Author(member_name(floor.author_link), urls.user_id(href), urls.resolve(base, href))
    # <span>NAME <em>该用户已被删除</em></span>: the smallest box that names somebody
    for element in sorted(header, key=lambda each: len(words(each))):
        author = read_name(element, base)
        if author.name:
            return author
    return Author()


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
        return read_body(floor.body, context)
    if floor.notice is None:
        return Body()
    said = read_notice(floor.notice)
    return Body(blocks=(Withheld(said),), access=read_access(said), notices=(said,))
