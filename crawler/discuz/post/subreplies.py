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
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import is_date, read_date
from crawler.discuz.elements import own_text, short_text, words
from crawler.discuz.facts import Comment, Moment
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.floor_index import SKIPPED_CLASSES
from crawler.discuz.post.noise import is_hidden, noise_box
from crawler.discuz.words import NOBODY_FIRST, REPLY, THREAD_AUTHOR

if TYPE_CHECKING:
    from lxml.etree import _Element

_SKIPPED = frozenset({"script", "style", "noscript", "select", "textarea", "button", "input"})
# elements that stand in a line: two of them side by side are no two entries
_INLINE = frozenset({"a", "b", "em", "font", "i", "label", "small", "span", "strong", "u"})
# an element that is a row of a list, however few there are
_ROWS = frozenset({"li", "tr"})
# So far above its link an entry begins, and so many members it names.
_HIGHEST, _MOST_MEMBERS = 8, 6
_BREAKS = frozenset({"br", "p", "div"})
_LONGEST_DATE, _LONGEST_NAME, _LONGEST_LABEL = 60, 60, 12
_DIGITS = re.compile(r"\d{1,18}")
# between name and words: <a>NAME</a>: WORDS, <a>NAME :</a> WORDS, <em>:WORDS</em>
_COLON = re.compile(r"\s*[:\uff1a]\s*")
_IS_BLANK = re.compile(r"[\s:\uff1a]*")
_COLON_LAST = re.compile(r"\s*[:\uff1a]\s*$")
# 楼主 beside the name of whoever wrote the opening post
_IS_THREAD_AUTHOR = re.compile(THREAD_AUTHOR)
# what a link does instead of leading to what somebody wrote about
_DOES = re.compile(r"^(?:#|javascript:|$)|plugin\.php|[?&;](?:action|goto|ac|mid)=")
# buttons of an entry that somebody said: answer it, report it
_ANSWER = re.compile(rf"\W{{0,3}}(?:{REPLY}|[举舉][报報]|Reply)")
# Buttons without an address, a script is put on them: behind the words, and with counters behind
# the date or another button. Before it somebody may have set a word apart: 我要<b>3</b>个.
_BUTTON = re.compile(rf"{REPLY}|[举舉][报報]|[删刪]除")
_BUTTON_OR_COUNTER = re.compile(
    rf"(?:{REPLY}|[举舉][报報]|[删刪]除|[点點]?[赞讚]|支持|反[对對]|[点點][评評]|[编編][辑輯]|引用|收起|展[开開]"
    r"|[顶頂]|踩)?\s?[(\uff08]?\d{0,6}[)\uff09]?"
)
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
    dates = sum(_date_words(element) is not None for element in found.elements)
    return SubReplies(unread=dates)


@dataclass(slots=True)
class _Entry:
    """What a box says: the member of ``link``, if there is one, and the words behind it."""

    box: _Element
    link: _Element | None
    name: str | None = None
    text: str = ""
    date: Moment | None = None
    has_colon: bool = False
    is_answerable: bool = False
    has_thread: bool = False
    is_told: bool = False

    def comment(self) -> Comment:
        user_id = urls.user_id(self.link.get("href")) if self.link is not None else None
        return Comment(self.name, user_id, self.text, self.date)


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
        if element.tag == "a" and _is_member(element):
            self.links.append(element)

    def read(self) -> SubReplies:
        """Read all entries of all lists, in the order of the page."""
        for link in self.links:
            self.members.update(link.iterancestors())
        for box in self.members:
            if box.tag not in _INLINE:
                self.alike[box.getparent(), _shape(box)] += 1
        groups: dict[_Shape, list[_Entry]] = {}
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

    def _entry(self, link: _Element) -> _Entry | None:
        """The box of an entry: one of several like ones, a row, or the smallest that tells enough.

        Enough are words and a date, or a button to answer.
        """
        smallest: _Entry | None = None
        box = link
        for _ in range(_HIGHEST):
            parent = box.getparent()
            if parent is None or parent in self.roots or self.members[parent] > _MOST_MEMBERS:
                break
            box = parent
            is_row = box.tag in _ROWS or self.alike[box.getparent(), _shape(box)] > 1
            if smallest is None or is_row:
                entry = _read_entry(box, link, self.context)
                is_enough = entry.date is not None or entry.is_answerable or self.is_comments
                if is_row:
                    return entry if is_enough else None
                smallest = entry if is_enough and entry.is_told else None
            elif not smallest.has_colon:
                # if the words are others now, name and marks stood in a box apart from them
                around = _read_entry(box, link, self.context)
                smallest.is_told = smallest.is_told and around.text == smallest.text
        return smallest

    def _nameless(self, kept: list[_Entry]) -> list[_Entry]:
        """Entries of guests and of members who are gone, beside those that were found."""
        found: list[_Entry] = []
        places = {(entry.box.getparent(), _shape(entry.box)) for entry in kept}
        for parent, shape in places:
            for box in parent.iterchildren(shape[0]) if parent is not None else ():
                if _shape(box) != shape or box in self.members:
                    continue
                entry = _read_entry(box, None, self.context)
                is_guest = NOBODY_FIRST.match(entry.text) is not None
                if entry.date is None and not (self.is_comments and is_guest):
                    continue
                entry.text = _COLON.sub("", NOBODY_FIRST.sub("", entry.text).strip(), count=1)
                entry.is_told = is_guest and bool(entry.text)
                found.append(entry)
        return found

    def _kept_back(self, kept: list[_Entry]) -> int:
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


def _are_said(entries: list[_Entry], *, is_known: bool) -> bool:
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


# -- one entry ----------------------------------------------------------------------------------


def _read_entry(box: _Element, link: _Element | None, context: Context) -> _Entry:
    entry = _Entry(box, link)
    if link is not None:
        entry.name, entry.has_colon = _name(link)
    dates = [
        (element, said) for element in box.iter() if (said := _date_words(element)) is not None
    ]
    # what stands last is when it was said; one within the words is a word of them
    date_element = dates[-1][0] if dates else None
    if date_element is not None:
        said = dates[-1][1]
        is_whole = said == short_text(date_element, _LONGEST_DATE)
        entry.date = (
            read_stamp(date_element, context) if is_whole else read_date(said, None, context.clock)
        )
    links = (link.get("href") for link in box.iter("a"))
    entry.has_thread = any(
        urls.read_thread_address(urls.resolve(context.base, href) or "") for href in links if href
    )
    text = _words_of(entry, date_element)
    if _COLON.match(text):
        entry.has_colon, text = True, _COLON.sub("", text, count=1)
    entry.text = text
    entry.is_told = bool(text) and (link is None or entry.name is not None)
    head = _head(box, link, date_element)
    if head is not None and not entry.has_colon:
        # NAME 黄金会员 2017-6-1 08:20, and the words below: what stands in the line are marks
        below = _words_of(entry, date_element, head)
        if below and text != below:
            entry.text = below
            entry.is_told = entry.is_told and len(text) - len(below) <= _LONGEST_LABEL
    return entry


def _head(box: _Element, link: _Element | None, date_element: _Element | None) -> _Element | None:
    """The smallest box that holds both name and date of an entry, if it is not the entry itself."""
    if link is None or date_element is None:
        return None
    around = set(date_element.iterancestors())
    for head in link.iterancestors():
        if head is box:
            return None
        if head in around:
            return head
    return None


def _words_of(entry: _Entry, date_element: _Element | None, head: _Element | None = None) -> str:
    return " ".join("".join(_pieces(entry, date_element, head)).split())


def _pieces(entry: _Entry, date_element: _Element | None, head: _Element | None) -> Iterator[str]:
    """The words of an entry, in order: behind the name, without date, buttons and counters.

    ``head`` is left out as well.
    """
    is_behind = entry.link is None
    has_words = is_at_end = False
    left_out = _before_colon(entry.link) if entry.link is not None else set()
    # (element, whether its end is meant)
    stack: list[tuple[_Element, bool]] = [(entry.box, False)]
    while stack:
        element, is_end = stack.pop()
        if is_end:
            # beside a date that shares its box with buttons nothing else stands
            is_beside_date = date_element is not None and element.getparent() is date_element
            tail = element.tail or ""
            if is_behind and not is_beside_date:
                has_words = has_words or not _IS_BLANK.fullmatch(tail)
                yield tail
            continue
        if element is not entry.box:
            stack.append((element, True))
        if element is entry.link or element is head:
            is_behind = True
        elif not isinstance(element.tag, str) or element.tag in _SKIPPED or element in left_out:
            pass
        elif is_behind and _is_button(element, has_words=has_words, is_at_end=is_at_end):
            is_at_end = True
            entry.is_answerable |= _ANSWER.match(words(element)) is not None
        else:
            is_at_end = is_at_end or (has_words and element is date_element)
            if is_behind and element is not date_element:
                # 游客 stands in an element of its own
                said = " " if entry.link is None or element.tag in _BREAKS else ""
                said += element.text or ""
                has_words = has_words or not _IS_BLANK.fullmatch(said)
                yield said
            stack.extend((part, False) for part in reversed(element))


def _name(link: _Element) -> tuple[str | None, bool]:
    """The name in a link to a member, and whether a colon ends it."""
    pieces = [link.text or ""]
    for part in link:
        if not _IS_THREAD_AUTHOR.fullmatch(words(part)):
            pieces.append(words(part) if isinstance(part.tag, str) else "")
        pieces.append(part.tail or "")
    name = " ".join("".join(pieces).split())
    return _COLON_LAST.sub("", name) or None, _COLON_LAST.search(name) is not None


def _before_colon(link: _Element) -> set[_Element]:
    """Marks between a name and the colon behind it: <a>NAME</a> <em>LV3</em>: WORDS."""
    between: set[_Element] = set()
    if _COLON.match(link.tail or ""):
        return between
    for part in link.itersiblings():
        said = short_text(part, _LONGEST_LABEL) if isinstance(part.tag, str) else ""
        # A 回复 B: WORDS
        if part.tag not in _INLINE or _is_member(part) or re.search(REPLY, said):
            return set()
        between.add(part)
        if _COLON.match(part.tail or ""):
            return between
        if (part.tail or "").strip():
            return set()
    return set()


def _is_button(element: _Element, *, has_words: bool, is_at_end: bool) -> bool:
    """Whether an element does something with the entry or counts, instead of being words of it."""
    if element.tag == "a":
        href = element.get("href")
        if urls.is_user_link(href):
            return False
        if href is not None or element.get("onclick") is not None:
            return element.get("onclick") is not None or bool(_DOES.search(href or ""))
    if len(element) > 1:
        return False
    said = short_text(element, _LONGEST_LABEL)
    if element.get("onclick") is not None:
        return bool(said)
    rule = _BUTTON_OR_COUNTER if is_at_end else _BUTTON
    return has_words and bool(said) and rule.fullmatch(said) is not None


def _date_words(element: _Element) -> str | None:
    """The date that an element consists of, buttons in elements of their own aside."""
    if not isinstance(element.tag, str) or element.tag in _SKIPPED or element.tag == "a":
        return None
    if len(element) > 4:
        return None
    for said in (short_text(element, _LONGEST_DATE), own_text(element).strip()):
        if said and len(said) <= _LONGEST_DATE and is_date(said):
            return said
    return None


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
        if not urls.is_user_link(link.get("href")) or not _is_member(link):
            continue
        for around in link.iterancestors():
            if around in closed or _is_other(around):
                break
            if around is box:
                yield link
                break


def _is_member(link: _Element) -> bool:
    return urls.is_user_link(link.get("href")) and bool(short_text(link, _LONGEST_NAME))


def _is_other(element: _Element) -> bool:
    """Signatures, menus, ads, quotes: no list of what others said stands in them."""
    if element.tag in _SKIPPED or element.tag == "blockquote":
        return True
    classes = element.get("class")
    if classes is None:
        return False
    return not SKIPPED_CLASSES.isdisjoint(classes.split()) or noise_box(element) is not None


def _shape(box: _Element) -> _Shape:
    return str(box.tag), _DIGITS.sub("", box.get("class") or "")
