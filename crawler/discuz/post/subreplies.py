"""What members said below a post in lists that the forum's plugins and skins draw (楼中楼).

Three of them, as they are sent, each behind the cell of a post:

    <div class="lzl_view_list"><ul><li><div><img class="avatar"></div><div class="lzl_cnt">
    <a href="space-uid-5.html">NAME</a>:<span>WORDS</span>
    <div><span>2017-6-1 08:20</span> <a href="plugin.php?…">举报</a></div></div></li>

    <div class="dxksst_floor"><ul><li><a href="home.php?mod=space&uid=5"><em>NAME</em></a>
    <em>:WORDS</em> <div><em>2017-6-1 08:20</em> <em><a href="javascript:;">回复</a></em></div></li>

    <div id="comment_5003" class="mv_lzl"><ul><li><span><a href="…uid=5">NAME<i>楼主</i>:</a></span>
    <span>WORDS</span> <span>2017-6-1 08:20</span></li>

The last is Discuz's own box of comments with the markup of a skin. Classes differ, so entries are
known by their structure: a link to a member, words behind it, a date. Names without words (likes,
ratings) are none. Where it is not sure that words are those of the member, they are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.elements import own_text
from crawler.discuz.facts import Comment
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.floor_index import SKIPPED_CLASSES
from crawler.discuz.post.noise import is_hidden, noise_box
from crawler.discuz.post.subreply_entry import (
    COLON,
    INLINE,
    SKIPPED,
    Entry,
    date_words,
    is_member,
    read_entry,
)
from crawler.discuz.words import NOBODY_FIRST

if TYPE_CHECKING:
    from lxml.etree import _Element

# an element that is a row of a list, however few there are
_ROWS = frozenset({"li", "tr"})
# So far above its link an entry begins, and so many members it names.
_HIGHEST, _MOST_MEMBERS = 8, 6
_DIGITS = re.compile(r"\d{1,18}")
# +5 WORDS, 威望 +1: a rating; what somebody did, told by the forum in words of its own
_DEED = re.compile(
    r"\S{0,8}\s?[+\uff0b-]\s?\d"
    r"|(?:[点點]?[赞讚](?:了|[过過])|打[赏賞]|[赞讚][赏賞]|[评評]分|支持了|收藏了|[关關]注了|送(?:了|出)"
    r"|[购購][买買]|支付|[报報]名|[参參][与與]|[访訪][问問]|加入|[签簽]到)"
)
# 还有 9 条回复: how many the list keeps back, or shows once one asks for them
_MORE = re.compile(r"[还還]有\s?(\d{1,6})\s?[条條]")
# Most lists have a date in each entry, a colon or a button to answer.
_MOST = 0.5
# a link to a member: uid=5, space-uid-5.html, suid-5, space-username-NAME.html
_MEMBER_MARKS = ("uid", "username")
# tag, and class without numbers
_Shape = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SubReplies:
    """What lists below a post say, and how many entries of them cannot be read."""

    comments: tuple[Comment, ...] = ()
    unread: int = 0


_NONE = SubReplies()


def posts_without_members(text: str) -> frozenset[str]:
    """The numbers of the posts of a desktop page behind whose cells no member is linked to.

    Looked for in the source, for most floors are such.
    """
    found: dict[bool, set[str]] = {True: set(), False: set()}
    cells = list(_numbered(text, f'id="{known.CELL}', 0, len(text)))
    for number, (post_id, start) in enumerate(cells, 1):
        last = cells[number][1] if number < len(cells) else len(text)
        _, end = next(_numbered(text, f'id="{known.FLOOR_BOX}', start, last), ("", last))
        has_members = any(text.find(mark, start, end) >= 0 for mark in _MEMBER_MARKS)
        found[has_members].add(post_id)
    return frozenset(found[False] - found[True])


def _numbered(text: str, mark: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The numbers behind a mark, each with its place: id="post_5003", not id="post_rate_div"."""
    at = text.find(mark, start, end)
    while at >= 0:
        digits = _DIGITS.match(text, at + len(mark))
        if digits:
            yield digits[0], at
        at = text.find(mark, at + len(mark), end)


def read_subreplies(
    boxes: Iterable[_Element],
    cell: _Element,
    around: Iterable[_Element],
    context: Context,
) -> SubReplies:
    """Read the lists in the boxes of a floor, behind its ``cell``.

    ``around``: parts of the floor that are something else (ratings, files, the author's column).
    """
    boxes = list(boxes)
    closed = {cell, *around}
    # nearly all floors end here
    if not any(True for box in boxes for _ in _members(box, closed)):
        return _NONE
    found = _List(context)
    found.roots.update(cell.iterancestors(), boxes)
    # a special thread has its cell in a box that is closed as a whole
    ends = {cell, *(closed & found.roots)}
    is_behind = False
    for box in boxes:
        for element in _open_elements(box, closed):
            if is_behind:
                found.add(element)
            is_behind = is_behind or element in ends
    return found.read()


def read_comment_box(box: _Element, context: Context) -> SubReplies:
    """Read Discuz's box of comments where a skin has its own markup in it."""
    found = _List(context, is_comments=True)
    for element in _open_elements(box, set()):
        if element is not box:
            found.add(element)
    found.roots.add(box)
    read = found.read()
    if read.comments or read.unread:
        return read
    # names without links: whose words they are cannot be told
    dates = sum(date_words(element) is not None for element in found.elements)
    return SubReplies(unread=dates)


@dataclass(slots=True)
class _List:
    """The elements that lists may be made of, and what is found in them."""

    context: Context
    is_comments: bool = False
    elements: list[_Element] = field(default_factory=list)
    links: list[_Element] = field(default_factory=list)
    roots: set[_Element] = field(default_factory=set)
    # how many links to members a box holds, and how many like boxes with some stand side by side
    members: Counter[_Element] = field(default_factory=Counter)
    alike: Counter[tuple[_Element | None, _Shape]] = field(default_factory=Counter)

    def add(self, element: _Element) -> None:
        self.elements.append(element)
        if element.tag == "a" and is_member(element):
            self.links.append(element)

    def read(self) -> SubReplies:
        """Read all entries of all lists, in the order of the page."""
        for link in self.links:
            self.members.update(link.iterancestors())
        for box in self.members:
            if box.tag not in INLINE:
                self.alike[box.getparent(), _shape(box)] += 1
        groups: dict[_Shape, list[Entry]] = {}
        taken: set[_Element] = set()
        for link in self.links:
            # A 回复 B: the second is a word of the first
            if taken.isdisjoint(link.iterancestors()):
                entry = self._entry(link)
                if entry is not None:
                    taken.add(entry.box)
                    groups.setdefault(_shape(entry.box), []).append(entry)
        kept = [
            entry
            for entries in groups.values()
            if self.is_comments or _are_said(entries, is_known=self.context.knows_classes)
            for entry in entries
        ]
        if not kept:
            return _NONE
        kept += self._nameless(kept)
        told = [entry for entry in kept if entry.is_told]
        place = {element: number for number, element in enumerate(self.elements)}
        told.sort(key=lambda entry: place[entry.box])
        unread = len(kept) - len(told) + self._kept_back(kept)
        return SubReplies(tuple(entry.comment() for entry in told), unread)

    def _entry(self, link: _Element) -> Entry | None:
        """The box of an entry: one of several like ones, a row, or the smallest that tells enough.

        Enough are words and a date, or a button to answer.
        """
        smallest: Entry | None = None
        box = link
        for _ in range(_HIGHEST):
            parent = box.getparent()
            if parent is None or parent in self.roots or self.members[parent] > _MOST_MEMBERS:
                break
            box = parent
            is_row = box.tag in _ROWS or self.alike[box.getparent(), _shape(box)] > 1
            if smallest is None or is_row:
                entry = read_entry(box, link, self.context)
                is_enough = entry.date is not None or entry.is_answerable or self.is_comments
                if is_row:
                    return entry if is_enough else None
                smallest = entry if is_enough and entry.is_told else None
            elif not smallest.has_colon:
                # if the words are others now, name and marks stood in a box apart from them
                around = read_entry(box, link, self.context)
                smallest.is_told = smallest.is_told and around.text == smallest.text
        return smallest

    def _nameless(self, kept: list[Entry]) -> list[Entry]:
        """Entries of guests and of members who are gone, beside those that were found."""
        found: list[Entry] = []
        places = {(entry.box.getparent(), _shape(entry.box)) for entry in kept}
        for parent, shape in places:
            for box in parent.iterchildren(shape[0]) if parent is not None else ():
                if _shape(box) != shape or box in self.members:
                    continue
                entry = read_entry(box, None, self.context)
                is_guest = NOBODY_FIRST.match(entry.text) is not None
                if entry.date is None and not (self.is_comments and is_guest):
                    continue
                entry.text = COLON.sub("", NOBODY_FIRST.sub("", entry.text).strip(), count=1)
                entry.is_told = is_guest and bool(entry.text)
                found.append(entry)
        return found

    def _kept_back(self, kept: list[Entry]) -> int:
        """How many entries are not there, by what the list says of itself."""
        said = 0
        for element in self.elements:
            found = _MORE.search(own_text(element)) if element not in self.members else None
            said += int(found[1]) if found else 0
        # some of them are there, and hidden until one asks for them
        hidden = sum(
            any(is_hidden(box.get("style")) for box in (entry.box, *entry.box.iterancestors()))
            for entry in kept
        )
        return max(0, said - hidden)


def _are_said(entries: list[Entry], *, is_known: bool) -> bool:
    """Whether like boxes are what members said, and not what the forum says of them."""
    told = [entry for entry in entries if entry.is_told]
    if not told:
        # one can be answered as the others: somebody's words, and not which
        return all(entry.is_answerable and entry.date for entry in entries)
    least = _MOST * len(told)
    if sum(_DEED.match(entry.text) is not None for entry in told) >= least:
        return False
    dated = sum(entry.date is not None for entry in told)
    if sum(entry.has_colon or entry.is_answerable for entry in told) >= least:
        is_sure = dated >= least or all(entry.has_colon and entry.is_answerable for entry in told)
        return is_sure and not all(entry.has_thread for entry in told)
    # nothing but a member, words and a date: several, each with words of its own
    said = {_DIGITS.sub("", entry.text) for entry in told}
    is_own = len(told) == len(said) > 1 and not any(entry.has_thread for entry in told)
    return is_known and is_own and dated == len(told)


# -- where they are -----------------------------------------------------------------------------


def _open_elements(box: _Element, closed: set[_Element]) -> Iterator[_Element]:
    """All elements in document order, what is closed without its insides."""
    stack = [box]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue
        yield element
        if element not in closed and not _is_other(element):
            stack.extend(reversed(element))


def _members(box: _Element, closed: set[_Element]) -> Iterator[_Element]:
    """The links of a box that name a member, outside of what is closed."""
    for link in box.iter("a"):
        if not urls.is_user_link(link.get("href")) or not is_member(link):
            continue
        for around in link.iterancestors():
            if around in closed or _is_other(around):
                break
            if around is box:
                yield link
                break


def _is_other(element: _Element) -> bool:
    """Signatures, menus, ads, quotes: no list of what others said stands in them."""
    if element.tag in SKIPPED or element.tag == "blockquote":
        return True
    classes = element.get("class")
    if classes is None:
        return False
    return not SKIPPED_CLASSES.isdisjoint(classes.split()) or noise_box(element) is not None


def _shape(box: _Element) -> _Shape:
    return str(box.tag), _DIGITS.sub("", box.get("class") or "")
