"""Where the words of each floor stand.

They are told by proof: they stand at one place in all floors, they differ, and nothing else
explains them. What may be explained otherwise is what each floor says (buttons), what is the same
wherever a member writes (a signature, a title), what names other members (comments, ratings), and
what stands in the author's column. Where two places are left, or words of a floor that nothing
explains, nobody knows which ones are the post's.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from crawler.discuz.elements import line_of, words
from crawler.discuz.post.noise import INLINE
from crawler.discuz.post.withheld import is_notice
from crawler.discuz.readers.unknown_skin.heads import (
    date_words,
    is_label,
    is_quoted,
    member_of,
    says_written,
)
from crawler.discuz.readers.unknown_skin.places import (
    AGREED,
    Place,
    masked,
    visible,
    with_ancestors,
)
from crawler.discuz.readers.unknown_skin.texts import NO_WORDS, Texts, is_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from crawler.discuz.readers.unknown_skin.heads import Heads
    from crawler.discuz.readers.unknown_skin.places import Layout

_BOXES = frozenset({"article", "dd", "div", "li", "section", "td", "ul"})
# What more floors than these say alike is hardly what their authors wrote.
_NEARLY_ALL = 0.8
# One member may say the same twice; what stands so often wherever members write is theirs.
_REPEATED = 2
# Of so few floors all may say the same.
_FEW = 3
_SMALL = 9
_LONGEST_NOTICE = 300
# 支持 1 反对 0, with 0 for each number
_COUNTERS = re.compile(r"(?:[^\W\d]{2,8}:?0){1,4}[^\W\d]{0,2}")


class Bodies:
    """The search for the words of some floors; ``found`` has the box of each that is sure."""

    def __init__(self, layout: Layout, heads: Heads) -> None:
        self.layout = layout
        self.heads = heads
        self.texts = Texts(layout)
        self.found: list[_Element | None] = [None] * layout.size
        self.ends: list[tuple[_Element, ...]] = [() for _ in range(layout.size)]
        self.has_words = False
        self.notices: list[_Element | None] = [None] * layout.size
        self._members = [member_of(link) if link is not None else None for link in heads.authors]
        self._heads = self._places_of_heads()
        self._columns = self._author_columns()

    def find(self) -> bool:
        """Find them; whether any are found."""
        if self._by_cells():
            return True
        outside = self._outside_heads(self.layout.root)
        body = self._choose(outside) if self.layout.size > 1 else self._choose_alone(outside)
        if body is None:
            return False
        body = self._innermost(body)
        if body is None:
            return False
        for floor in range(self.layout.size):
            self._settle(floor, self.layout.like(body, floor), body)
        self._leave_out_repeated()
        self.ends = [self._common_ends(floor) for floor in range(self.layout.size)]
        return any(box is not None for box in self.found)

    def _leave_out_repeated(self) -> None:
        """Leave out what most of many floors say alike: 内容仅登录可见 is nobody's words."""
        said = [None if box is None else self.layout.text(box) for box in self.found]
        for text, count in Counter(said).items():
            if text is not None and count > 3 and count >= _NEARLY_ALL * self.layout.size:
                self.found = [
                    None if each == text else box
                    for box, each in zip(self.found, said, strict=True)
                ]

    def _common_ends(self, floor: int) -> tuple[_Element, ...]:
        """What the words of a floor end with, where most floors have it too, is no author's.

        <div>分享到空间 收藏本帖</div>
        """
        body, ends = self.found[floor], []
        for box in reversed(body) if body is not None else ():
            said = words(box)
            is_box = box.tag in _BOXES and not (box.tail or "").strip()
            if not (said and is_box and self._is_said_by_most(said)):
                break
            ends.append(box)
        return tuple(ends)

    def _is_said_by_most(self, said: str) -> bool:
        bodies = [body for body in self.found if body is not None]
        count = sum(
            any(box.tag in _BOXES and line_of(box, len(said)) == said for box in body)
            for body in bodies
        )
        return count > 1 and count >= AGREED * len(bodies)

    # -- Discuz's own cell ------------------------------------------------------------------------

    def _by_cells(self) -> bool:
        """Take the cells of Discuz's tables round bodies, where nearly all floors have one."""
        cells: list[_Element | None] = []
        for floor in range(self.layout.size):
            own = [each for each in self._elements(floor) if each.tag == "td"]
            cells.append(next(filter(is_only_cell, own), None))
        notices = [self._notice_in(floor) for floor in range(self.layout.size)]
        told = sum(a is not None or b is not None for a, b in zip(cells, notices, strict=True))
        if not any(cell is not None for cell in cells) or told < self.layout.enough:
            return False
        self.found = cells
        self.notices = [
            notice if cell is None else None for cell, notice in zip(cells, notices, strict=True)
        ]
        return True

    def _elements(self, floor: int) -> Iterator[_Element]:
        """What stands in a floor and is not about who wrote it and when."""
        for place in self.layout.places():
            element = place.elements.get(floor)
            if element is not None and place not in self._heads:
                yield element

    def _notice_in(self, floor: int) -> _Element | None:
        """The box that says why a floor's words are withheld."""
        divs = [box for box in self._elements(floor) if box.tag == "div" and len(box) < _SMALL]
        said = [box for box in divs if is_notice(line_of(box, _LONGEST_NOTICE))]
        # the innermost of the first: further out is more than the notice
        inner = [box for box in said if said[0] in box.iterancestors()]
        return inner[-1] if inner else next(iter(said), None)

    # -- what is not the words of a post ----------------------------------------------------------

    def _places_of_heads(self) -> set[Place]:
        """The places of authors and dates, of what is round them and of what is in them."""
        heads: set[Place] = set()
        for place in (self.heads.author, self.heads.date):
            heads.update(place.chain())
        for element in (*self.heads.authors, *self.heads.dates):
            if element is not None:
                heads.update(self.layout.place_of[element].chain())
                heads.update(
                    self.layout.place_of[each]
                    for each in visible(element)
                    if each in self.layout.place_of
                )
        return heads

    def _author_columns(self) -> set[Place]:
        """The boxes that have the author of a floor and not its date."""
        dated = set(self.heads.date.chain())
        return {place for place in self.heads.author.chain() if place not in dated}

    def _is_reaction(self, place: Place) -> bool:
        """Whether all that stands at a place names members who did something with the post."""
        return all(map(_names_member, place.elements.values()))

    def _is_surely_reaction(self, place: Place) -> bool:
        """As `_is_reaction`, with dates or with several members; words may name one as well."""
        named = {member_of(each) for box in place.elements.values() for each in visible(box)}
        return self._is_reaction(place) and (self._has_entries(place) or len(named - {None}) > 1)

    def _has_entries(self, place: Place) -> bool:
        """Whether members and dates stand there, as in a list of comments."""
        return any(date_words(each) for box in place.elements.values() for each in visible(box))

    def _is_dates(self, place: Place) -> bool:
        """Whether nothing but dates stands there."""
        return all(map(date_words, place.elements.values()))

    def _is_of_member(self, place: Place) -> bool:
        """Whether each member has the same there wherever the member writes."""
        said: dict[str, set[str]] = {}
        counts: Counter[str] = Counter()
        for floor, box in place.elements.items():
            member = self._members[floor]
            if member:
                said.setdefault(member, set()).add(self.layout.text(box))
                counts[member] += 1
        repeated = sum(count - 1 for count in counts.values())
        return repeated >= _REPEATED and all(len(each) == 1 for each in said.values())

    # -- the choice -------------------------------------------------------------------------------

    def _outside_heads(self, place: Place) -> list[Place]:
        """The outermost places without a head in them, in the order of the page."""
        found = []
        stack = list(reversed(place.inner))
        while stack:
            each = stack.pop()
            if each not in self._heads:
                found.append(each)
            else:
                stack.extend(reversed(each.inner))
        return found

    def _choose(self, places: list[Place]) -> Place | None:
        """The one of some places, none within another, that holds what the posts say."""
        able = [
            place
            for place in places
            if self.texts.filled(place) >= self.layout.enough
            and self.texts.varies(place)
            and self._columns.isdisjoint(place.chain())
        ]
        able = [place for place in able if not self._is_surely_reaction(place)]
        if len(able) > 1:
            able = [place for place in able if not self._is_of_member(place)]
        able = [
            place for place in able if not self._is_dates(place) and self.texts.says_its_own(place)
        ]
        # two that differ in each floor: one may be signatures, places, devices
        if len(able) != 1 or self._may_be_equal(places):
            return None
        return able[0]

    def _may_be_equal(self, places: list[Place]) -> bool:
        """Whether what the floors say alike beside the chosen place may be their words.

        顶一下, twice; 打卡第 1 天, 打卡第 2 天.
        """
        return any(
            not self.texts.varies(place)
            and self.texts.filled(place) >= self.layout.enough
            and self._columns.isdisjoint(place.chain())
            and any(self.texts.words(place))
            and self._may_be_words(place)
            for place in places
        )

    def _may_be_words(self, place: Place) -> bool:
        """Whether what is equal in all floors, numbers aside, may be words all the same."""
        said = {words(box) for box in place.elements.values()}
        is_few = self.layout.size <= _FEW
        return (is_few or len(said) > 1) and not all(map(_COUNTERS.fullmatch, map(masked, said)))

    def _at(self, place: Place) -> int:
        """Where a place stands on the page."""
        return min(map(self.layout.order.__getitem__, place.elements.values()))

    def _choose_alone(self, places: list[Place]) -> Place | None:
        """The one that holds the words of a single floor: behind the date, and no other has any."""
        said = [
            place
            for place in places
            if self._columns.isdisjoint(place.chain()) and any(self.texts.all(place))
        ]
        self.has_words = bool(said)
        if not said or self._is_reaction(said[0]) or self._is_dates(said[0]):
            return None
        if _COUNTERS.fullmatch(self.layout.text(said[0].elements[0])):
            return None
        is_behind = self._at(said[0]) > self.layout.order[self.heads.dates[0]]
        are_explained = all(
            _COUNTERS.fullmatch(self.layout.text(place.elements[0]))
            or self._is_surely_reaction(place)
            for place in said[1:]
        )
        return said[0] if is_behind and are_explained else None

    def _innermost(self, body: Place) -> Place | None:
        """Go down to the box that has nothing but the words; ``None`` where two may be it."""
        while True:
            inner = body.inner
            if self.texts.says_itself(body):
                # a box that each floor has among its words is a template's, and not told from them
                return None if any(map(self._is_part, inner)) else body
            if not any(map(self._is_drawn, inner)):
                return body
            chosen = self._choose(inner) if self.layout.size > 1 else self._only(inner)
            if chosen is None:
                return None
            body = chosen

    def _is_part(self, place: Place) -> bool:
        """Whether a box with words and a class stands there in most floors."""
        is_common = len(place.elements) > 1 and len(place.elements) >= self.layout.enough
        is_box = place.name and place.tag not in INLINE
        return bool(is_common and is_box and self.texts.says_its_own(place))

    def _is_drawn(self, place: Place) -> bool:
        """Whether a template draws a place, so that what is round it is no single post's words.

        It has a class that each floor has, or none and no other mark of an author's hand: what
        Discuz makes of an author's lines are <p>, <div align="left"> and elements in a line.
        """
        is_bare = place.tag in _BOXES and all(
            set(box.keys()) <= {"class", "id"} for box in place.elements.values()
        )
        if len(place.elements) >= self.layout.enough and (place.name or is_bare):
            return True
        texts = Counter(self.layout.text(box) for box in place.elements.values())
        most = max(texts.values())
        return most >= 2 and 2 * most >= len(place.elements)

    def _only(self, places: list[Place]) -> Place | None:
        """The one of some places of a single floor that has words."""
        said = [place for place in places if self.layout.text(place.elements[0])]
        return said[0] if len(said) == 1 else None

    # -- one floor --------------------------------------------------------------------------------

    def _settle(self, floor: int, box: _Element | None, body: Place) -> None:
        """Keep a floor's box if all other words of the floor are explained."""
        notice = self._notice_in(floor)
        # words beside a notice may be the forum's as well
        is_beside = notice is not None and box not in set(with_ancestors(notice))
        if box is None or is_beside or is_notice(line_of(box, _LONGEST_NOTICE)):
            self.notices[floor] = notice
            return
        if self._names_behind(floor, box):
            return
        is_alone = self.layout.size == 1
        if self._is_alone_sure(box) if is_alone else self._is_explained(floor, box, body):
            self.found[floor] = box

    def _names_behind(self, floor: int, body: _Element) -> bool:
        """Whether the name of a floor follows date and words in the box that holds them.

        Whoever is named there did something with the post. A column may follow too, but beside.
        """
        order, author, date = self.layout.order, self.heads.authors[floor], self.heads.dates[floor]
        if author is None or not order[date] < order[body] < order[author]:
            return False
        around = set(with_ancestors(body))
        both = next(box for box in with_ancestors(date) if box in around)
        return both in order and both in set(with_ancestors(author))

    def _is_alone_sure(self, body: _Element) -> bool:
        """Whether the author, and nobody else, is named in front of the words of a single floor."""
        order, own, author = self.layout.order, self._members[0], self.heads.authors[0]
        # <div><a>NAME</a> 你看：…</div> behind the date is a name among somebody's words
        is_among_words = (
            author is not None
            and order[author] > order[self.heads.dates[0]]
            and self.texts.says_itself(self.layout.place_of[author].parent)
        )
        if author is None or order[author] > order[body] or is_among_words:
            self.has_words = False  # somebody else's name: the author's is further out
            return False
        around = [self.layout.place_of[box] for box in with_ancestors(body) if box in order]
        return all(self._is_head_explained(place, 0) for place in around[1:]) and all(
            member_of(element) in (None, own) for element, at in order.items() if at < order[body]
        )

    def _is_explained(self, floor: int, body: _Element, at: Place) -> bool:
        """Whether it is known what everything in a floor is but its ``body``."""
        around = set(with_ancestors(body))
        stack = list(self.layout.root.inner)
        while stack:
            place = stack.pop()
            element = place.elements.get(floor)
            if element is None or element is body:
                continue
            if element in around or place in self._heads:
                if not self._is_head_explained(place, floor):
                    return False
                stack.extend(place.inner)
            elif not self._explains(place, floor, element, body, at):
                return False
        return True

    def _is_head_explained(self, place: Place, floor: int) -> bool:
        """Whether the words of a box itself, round the author or the date, are the template's."""
        element = place.elements[floor]
        heads = {self.heads.authors[floor], self.heads.dates[floor]}
        is_head = not heads.isdisjoint(with_ancestors(element)) or place.tag in NO_WORDS
        if is_head or not self._columns.isdisjoint(place.chain()):
            return True
        return all(
            not is_word(said)
            or said in self.texts.common
            or self.texts.is_repeated(place, said)
            or is_label(said)
            or says_written(said)
            for said in self.texts.own(place, floor)
        )

    def _explains(self, place: Place, floor: int, box: _Element, body: _Element, at: Place) -> bool:
        """Whether it is known what a box beside the words is."""
        if not self._columns.isdisjoint(place.chain()) or _names_member(box):
            return True
        if at.name and place.name and place.name != at.name:
            # a part of the template, below the words or in several floors
            is_below = self.layout.order[box] > self.layout.order[body]
            if is_below or len(place.elements) > 1:
                return True
        if self._is_of_member(place):
            return True
        return all(
            said in self.texts.common or self.texts.is_repeated(each, said)
            for each, said in self.texts.said(place, [floor])
            if is_word(said)
        )


def _names_member(box: _Element) -> bool:
    return any(member_of(each) and not is_quoted(each) for each in visible(box))


def is_only_cell(box: _Element) -> bool:
    """Whether it is the cell of Discuz's table round a body: one row, one cell, no class."""
    if box.tag != "td" or box.getnext() is not None or box.getprevious() is not None:
        return False
    row = box.getparent()
    table = row.getparent() if row is not None else None
    if table is not None and table.tag == "tbody":
        table = table.getparent()
    if table is None or table.tag != "table" or row is None:
        return False
    is_plain = table.get("class") is None and table.get("style") is None
    return is_plain and sum(1 for _ in table.iter("tr")) >= 1 and row.getnext() is None
