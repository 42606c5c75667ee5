"""Floors of a page without boxes round them: all that stands between the beginnings of two.

For templates that keep Discuz's ids on floors and bodies and put who, when and which floor in
boxes of their own: in front of the body, in whatever order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import is_date
from crawler.discuz.elements import line_of, own_text, short_text, words
from crawler.discuz.facts import Author, Body, Moment, Post
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.post.author import read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.floor import read_label
from crawler.discuz.words import FLOOR_LABEL

if TYPE_CHECKING:
    from lxml.etree import _Element

# <div id="post_5003">, <div id="pid5003">, <em id="authorposton5003">, <div id="postmessage_5003">
_FLOOR_ID = re.compile(
    rf"({known.FLOOR_BOX}|{known.FLOOR_TABLE}|{known.DATE}|{known.CELL})(\d{{1,18}})$"
)
# where the words of a shielded post would be
_EMPTY_CELL = "mes"
# 楼主, 沙发#, 5#, 12楼
_LABEL = re.compile(FLOOR_LABEL)
_LONGEST_LABEL = 11
_LONGEST_DATE = 60


@dataclass(slots=True)
class FlatFloor:
    """One floor: its elements in document order, without those within the body."""

    id: str
    header: list[_Element] = field(default_factory=list)
    cell: _Element | None = None
    rest: list[_Element] = field(default_factory=list)


def split_page(root: _Element) -> tuple[list[_Element], list[FlatFloor]]:
    """The elements in front of the first floor, and the floors in page order."""
    above: list[_Element] = []
    floors: dict[str, FlatFloor] = {}
    current: FlatFloor | None = None
    inside: set[_Element] = set()
    for element in root.iter():
        parent = element.getparent()
        if parent in inside:
            inside.add(element)
            continue
        found = _FLOOR_ID.match(element.get("id") or "")
        if found and (current is None or current.id != found[2]):
            current = floors.setdefault(found[2], FlatFloor(found[2]))
        if current is None:
            above.append(element)
        elif found and found[1] == known.CELL and current.cell is None:
            current.cell = element
            inside.add(element)
        else:
            (current.header if current.cell is None else current.rest).append(element)
    return above, list(floors.values())


def read_flat_floor(floor: FlatFloor, context: Context) -> Post:
    """One floor, as far as its elements tell."""
    label = label_of(floor.header)
    position, is_pinned_copy = read_label(label)
    return Post(
        id=floor.id,
        position=position,
        floor_label=label,
        is_first=False,
        is_pinned_copy=is_pinned_copy,
        author=read_author(floor.header, context.base, label),
        date=read_moment(floor.header, context),
        location=None,
        headline=_headline(floor.header),
        body=_body(floor, context),
    )


def read_author(header: list[_Element], base: str, label: str | None = None) -> Author:
    """The first member that is named; where none is, words that stand in place of one."""
    for element in header:
        if element.tag == "a":
            author = read_name(element, base)
            if author.id or (author.name and not author.is_anonymous):
                return author
    for element in header:
        author = read_name(element, base, without=label)
        if author.name:
            return author
    return Author()


def read_moment(header: list[_Element], context: Context) -> Moment | None:
    """The first element that says little more than a date."""
    for element in header:
        said = short_text(element, _LONGEST_DATE)
        if said and len(said) <= _LONGEST_DATE and is_date(said):
            return read_stamp(element, context)
    return None


def label_of(header: list[_Element]) -> str | None:
    """The label of a floor (楼主, 5#), where one of the elements in front of it is one."""
    for element in header:
        said = line_of(element, _LONGEST_LABEL)
        if said and _LABEL.fullmatch(said):
            return said
        # mobile=1: <div class="bm_user"> 楼主 <a>NAME</a>, <em>5</em><sup>#</sup> <a>NAME</a>
        own = own_text(element).split()
        if own and len(own[0]) <= _LONGEST_LABEL and _LABEL.fullmatch(own[0]):
            return own[0]
        if element.tag == "sup" and said == "#":
            number = element.getprevious()
            return f"{words(number)}#" if number is not None else None
    return None


def _headline(header: list[_Element]) -> str | None:
    # <div class="pbody"><h2><strong>回复：…</strong></h2>
    return next((words(part) or None for part in header if part.tag == "h2"), None)


def _body(floor: FlatFloor, context: Context) -> Body:
    if floor.cell is not None:
        return read_body(floor.cell, context)
    for element in floor.header:
        if _EMPTY_CELL in (element.get("class") or "").split():
            return read_body(element, context)
    return Body()
