"""Where the floors of a thread page may be, told by its structure alone.

What a skin may rename are ids and classes; what it cannot do without are the forum's addresses and
words. A floor is one of several like boxes that each hold a member's address, a date and, mostly,
links that name one post (reply, report, findpost).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.discuz.readers.unknown_skin.heads import (
    date_words,
    is_quoted,
    member_of,
    post_id_of,
)
from crawler.discuz.readers.unknown_skin.places import AGREED, visible, with_ancestors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

# What a page has of lists of members with dates: floors, comments, ratings, news beside them.
_TRIES = 5
# a floor: its boxes, mostly one
Boxes = list["_Element"]
# each box with the posts, or the members, that links in it name
_Named = dict["_Element", set[str]]


@dataclass(frozen=True, slots=True)
class FloorList:
    """What may be the floors of a page; ``is_numbered`` where each names a post of its own."""

    floors: list[Boxes]
    is_numbered: bool


def find_floors(root: _Element, thread_id: str) -> Iterator[FloorList]:
    """What may be the floors, the likeliest first: by the posts they name, else by who wrote them.

    Guests of a skin for phones get no links that name a post.
    """
    posts: _Named = {}
    members: _Named = {}
    dated: set[_Element] = set()
    for element in visible(root):
        post_id, user_id = post_id_of(element, thread_id), member_of(element)
        is_date = not post_id and bool(date_words(element))
        # asked last, for it goes up the tree
        if not (post_id or user_id or is_date) or is_quoted(element):
            continue
        for named, name in ((posts, post_id), (members, user_id)):
            if name:
                for box in with_ancestors(element):
                    named.setdefault(box, set()).add(name)
        if is_date:
            dated.update(with_ancestors(element))
    for numbered in _numbered(posts, members, dated):
        yield FloorList([*_opening(numbered, posts, dated), *numbered], is_numbered=True)
    # comments on a post are such a list too: the page's own counter tells
    lists = [(around, _like_heads(around, members, dated)) for around in members]
    lists.sort(key=lambda each: len(each[1]), reverse=True)
    for around, heads in lists[:_TRIES]:
        if len(heads) > 1:
            yield FloorList(_split(around, heads, dated), is_numbered=False)


def _numbered(posts: _Named, members: _Named, dated: set[_Element]) -> Iterator[list[Boxes]]:
    """The like boxes with the most posts between them; boxes of one post where there are none."""
    lists: list[tuple[int, int, list[Boxes]]] = []
    single: list[tuple[int, _Element]] = []
    for around in posts:
        heads = [child for child in around if child in dated and child in posts]
        depth = sum(1 for _ in with_ancestors(around))
        if len(heads) > 1 and _differ(heads, posts):
            lists.append((len(heads), depth, _split(around, heads, dated)))
        elif len(heads) == 1:
            single.append((depth, heads[0]))
    if lists:
        # of two with as many floors the inner one: a box further out may hold several
        yield max(lists, key=lambda each: each[:2])[2]
        return
    # of one floor the innermost box that has it whole: further out are other things too
    single.sort(key=lambda each: each[0], reverse=True)
    innermost = next((head for _, head in single if head in members), None)
    for _, head in single:
        outside = head.getparent()
        if head is innermost and outside is not None:
            yield _split(outside, [head], dated)
        elif head in members:
            yield [[head]]


def _differ(heads: list[_Element], posts: _Named) -> bool:
    """Whether each of some boxes may be a post of its own; an author may link to the others."""
    taken: set[str] = set()
    for head in sorted(heads, key=lambda each: len(posts[each])):
        own = sorted(posts[head] - taken)
        if not own:
            return False
        taken.add(own[0])
    return True


def _opening(floors: list[Boxes], posts: _Named, dated: set[_Element]) -> list[Boxes]:
    """The floor above a list of replies, which skins for phones set apart from them."""
    known = {post for boxes in floors for box in boxes for post in posts.get(box, ())}
    # what leads to the replies in each box that holds them
    inner = {box.getparent(): box for box in with_ancestors(floors[0][0])}
    for box, told in posts.items():
        around = box.getparent()
        is_apart = len(told) == 1 and box in dated and known.isdisjoint(told)
        # the outermost box that is of this post alone
        if around is None or not is_apart or around not in inner:
            continue
        if around.index(box) < around.index(inner[around]):
            return _split(around, [box], dated)
    return []


def _like_heads(around: _Element, members: _Named, dated: set[_Element]) -> list[_Element]:
    """The children with a date that are like those with a date and a member.

    Whoever wrote the others has gone, or gave no name.
    """
    kinds = {_kind(child) for child in around if child in dated and child in members}
    return [child for child in around if child in dated and _kind(child) in kinds]


def _split(around: _Element, heads: list[_Element], dated: set[_Element]) -> list[Boxes]:
    """A floor from each child that begins one to the next, as far as all floors are alike.

    What looks like the beginning of one and is none (an advertisement) belongs to no floor.
    """
    starts, kinds = set(heads), {_kind(head) for head in heads}
    floors: list[Boxes] = []
    is_open = False
    for child in around:
        if child in starts:
            floors.append([child])
            is_open = True
        elif child in dated and _kind(child) in kinds:
            is_open = False
        elif is_open and child.tag == heads[0].tag:
            floors[-1].append(child)
    if len(floors) > 1:
        length = _common_length(floors)
        floors = [boxes[:length] for boxes in floors]
    return floors


def _common_length(floors: list[Boxes]) -> int:
    """Of how many boxes a floor consists: so many follow each other alike in most of them."""
    length = 1
    while True:
        longer = Counter(
            tuple(map(_kind, boxes[1 : length + 1])) for boxes in floors if len(boxes) > length
        )
        _, most = max(longer.items(), key=lambda each: each[1], default=((), 0))
        if most < 2 or most < AGREED * len(floors):
            return length
        length += 1


def _kind(box: _Element) -> tuple[str, str | None]:
    return str(box.tag), box.get("class")
