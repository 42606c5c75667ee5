"""Desktop thread pages of X2 to X3.5, robots' markup included (`viewthread.htm`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from crawler.discuz.document import Document, build_tree
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Post
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import read_breadcrumbs, site_name
from crawler.discuz.page.counters import read_favorites, read_replies, read_views
from crawler.discuz.page.floor_index import Floor, index_floors
from crawler.discuz.page.heading import (
    Heading,
    find_title,
    read_board,
    read_category,
    tags_in,
    title_in,
)
from crawler.discuz.page.identity import read_place
from crawler.discuz.page.prune import FLOOR_MARKS, ends_whole, needed
from crawler.discuz.page.staff_marks import read_flags, read_staff_action
from crawler.discuz.page.traits import floor_places
from crawler.discuz.post.floor import FloorHead, read_floor, read_head
from crawler.discuz.post.numbering import with_first
from crawler.discuz.post.special import read_special, read_type_options
from crawler.discuz.post.strays import take_in_strays
from crawler.discuz.post.subreplies import posts_without_members
from crawler.discuz.readers.ajax import count_parts
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.source import has_class
from crawler.discuz.words import ALL_FLOORS

if TYPE_CHECKING:
    from lxml.etree import _Element

# <td class="t_f" …>, <div class="authi">, <div class="pcb">; X2 has no t_fsz
_CLASSES = re.compile(
    has_class(f"(?:{known.CELL_CLASS}|{known.AUTHOR_LINE}|{known.BODY_BOX}|{known.SPECIAL_BOX})")
)
_TABLE = f'id="{known.FLOOR_TABLE}'
# <div id="post_5003" >, <tr id="_postposition5003">
_WRAPPER_OR_END = re.compile(
    rf'<div\b[^<>]{{0,200}}?\sid="{known.FLOOR_BOX}(\d+)|id="_postposition(\d*)"'
)
# The reply link of the opening post says reppost=, of all others repquote=, for robots too:
# <a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;fid=2&amp;tid=1&amp;reppost=1…">
_FIRST, _LONGEST_LINK = "reppost=", 2000
_REPLY_CLASS = "fastre"
_REPLY_LINK = re.compile(has_class(_REPLY_CLASS))
_LEADING_DIGITS = re.compile(r"\d{1,18}")
# what stands behind the body of a floor that is whole: <tr id="_postposition5003">, the next floor
_WHOLE = re.compile(
    rf'_postposition|id="postlistreply"|id="post_new"'
    rf'|id="(?:{known.FLOOR_BOX}|{known.FLOOR_TABLE})\d'
)


def has_floors(document: Document) -> bool:
    """Whether the page has anything that looks like a floor. Builds no tree."""
    return any(mark in document.text for mark in (*FLOOR_MARKS, known.CELL))


def has_classes(document: Document) -> bool:
    """Whether the boxes of the floors are named as Discuz names them."""
    return _CLASSES.search(document.text) is not None


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it lies in its tree."""

    around: Floor
    floors: list[Floor]
    title: _Element
    is_truncated: bool


def _read(frame: Frame, *, any_classes: bool) -> Parts | None:
    document = frame.document
    if not has_floors(document) or not (any_classes or has_classes(document)):
        return None
    page = _find(document)
    if page is None:
        return None
    if 2 * sum(map(_may_be_told, page.floors)) <= len(page.floors):
        return None
    heads = [read_head(floor, frame.context) for floor in page.floors]
    if 2 * sum(map(_is_told, heads)) <= len(heads):
        return None
    first_id = _first_id(document.text)
    take_in_strays(page.floors, document.source)
    without_members = posts_without_members(document.text)
    posts = [
        read_floor(
            floor,
            frame.context,
            head,
            is_first=floor.id == first_id,
            may_have_lists=floor.id not in without_members,
        )
        for floor, head in zip(page.floors, heads, strict=True)
    ]
    missing = count_parts(document.text)
    if missing:
        posts = [replace(post, parts_missing=missing.get(post.id, 0)) for post in posts]
    place = read_place(document, page.around.all("pager"), frame.context.base)
    posts = with_first(posts, place[0], document.text)
    return Parts(
        heading=_heading(frame, page, posts),
        posts=posts,
        place=place,
        links=(link.get("href") for floor in page.floors for link in floor.all("label")),
        is_filtered=_is_filtered(page.floors),
        is_truncated=page.is_truncated,
        places=floor_places(page.title, page.floors),
    )


def _find(document: Document) -> _Page | None:
    """The floors and the title of a page; ``None`` where they are not those of a desktop page."""
    source = needed(document.text)
    root, is_too_deep = build_tree(source)
    around, floors = index_floors(root)
    if source.count(_TABLE) > len(floors) and len(_floor_starts(source)) > len(floors):
        around, floors = _index_apart(source)
    is_truncated = is_too_deep or (document.is_cut and not ends_whole(document.text))
    if is_truncated and floors and not _is_whole(document, floors[-1]):
        floors.pop()
    dated = sum(1 for floor in floors if floor.first("date") is not None)
    floors = [floor for floor in floors if _is_floor(floor)]
    title = find_title(document, root, around.first("title"))
    # more floors that say when than floors that say what: a skin of which this is a part
    if not floors or title is None or dated >= 2 * len(floors):
        return None
    return _Page(around, floors, title, is_truncated)


def _heading(frame: Frame, page: _Page, posts: list[Post]) -> Heading:
    document, base = frame.document, frame.context.base
    around, floors = page.around, page.floors
    bar = around.first("path")
    breadcrumbs = read_breadcrumbs(bar, base)
    first = next((floor for floor, post in zip(floors, posts, strict=True) if post.is_first), None)
    return Heading(
        title=title_in(page.title),
        category=read_category(document, page.title),
        board=read_board(document, breadcrumbs, base),
        breadcrumbs=breadcrumbs,
        views=read_views(document, around, floors[0]),
        replies=read_replies(document, around, floors[0]),
        flags=read_flags(around, first, page.title),
        staff_action=read_staff_action([first] if first else [], frame.clock),
        tags=tags_in(first.all("tags")) if first else (),
        favorites=read_favorites(around, first),
        special=read_special(around, first, frame.clock) if first else None,
        type_options=read_type_options(first) if first else None,
        site_name=site_name(bar),
    )


# -- its floors ---------------------------------------------------------------------------------


def _is_floor(floor: Floor) -> bool:
    """A floor has a body, or says why not; others are leftovers of scripts and empty wrappers."""
    return floor.cell is not None or bool(floor.all("withheld") or floor.all("cell"))


def _may_be_told(floor: Floor) -> bool:
    """Whether a floor has a box that may say when: asked before its body is read."""
    return floor.first("date") is not None or floor.first("author_line") is not None


def _is_told(head: FloorHead) -> bool:
    """Whether a floor says when and by whom: a skin that tells neither is not this one."""
    author = head.author
    return head.date is not None and bool(author.name or author.id or author.is_anonymous)


def _is_whole(document: Document, last: Floor) -> bool:
    """Whether a cut came after the last floor's body: what follows a body stands behind it."""
    mark = known.FLOOR_TABLE if last.cell is None else known.CELL
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
    ended = True
    for found in _WRAPPER_OR_END.finditer(source):
        if found[1] is None:
            ended = ended or found[2] == last_id
        elif ended:
            starts.append(found.start())
            last_id, ended = found[1], False
    return starts


def _first_id(text: str) -> str | None:
    """The id of the opening post, if the page holds it."""
    at = text.find(_FIRST)
    while at >= 0:
        around = max(0, at - _LONGEST_LINK)
        end = text.find(">", at, at + _LONGEST_LINK)
        tag = text[max(text.rfind("<", around, at), around) : max(end, at)]
        if _REPLY_CLASS in tag and _REPLY_LINK.search(tag):
            digits = _LEADING_DIGITS.match(text, at + len(_FIRST))
            # what a post links to is another one
            if digits and digits[0] == (_floor_at(text, at) or digits[0]):
                return digits[0]
        at = text.find(_FIRST, at + 1)
    return None


def _floor_at(text: str, at: int) -> str | None:
    """The id of the floor that a place of the source lies in."""
    marks = (f'id="{known.FLOOR_TABLE}', f'id="{known.FLOOR_BOX}')
    start, mark = max((text.rfind(mark, 0, at), mark) for mark in marks)
    digits = _LEADING_DIGITS.match(text, start + len(mark)) if start >= 0 else None
    return digits[0] if digits else None


def _is_filtered(floors: list[Floor]) -> bool:
    """Whether the page shows one author's posts only, by what its first floor says."""
    # 显示全部楼层 stands in place of 只看该作者; robots get it on every page, without labels
    first = floors[0]
    is_labelled = first.first("label") is not None
    return is_labelled and any(ALL_FLOORS.search(all_text(box)) for box in first.all("author_line"))


DESKTOP = Face(skin="desktop", read=partial(_read, any_classes=False))
# the same boxes under other names: only ids are relied on
DESKTOP_RENAMED = Face(skin="desktop", read=partial(_read, any_classes=True), knows_classes=False)
