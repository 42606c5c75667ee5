"""What the forum's templates can put into each box in a cell, and where an open one ends.

A box that a page leaves open swallows the words behind it: in the tree they lie in the box. What is
more than a box can hold is the author's, so an open box is closed where its template ends. Each
kind of box says what it can hold: how many signs, which elements in which, what it says, what it
ends with.

The sizes are those of the templates (`discuzcode.htm`, `viewthread_node_body.htm`) with the longest
names that the database can hold, or for plugins about thrice what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

# So many elements a box has at most; one of an upload has some twenty.
_MOST_ELEMENTS = 200
# So deep at most they stand in one another; asking nested boxes for all that is in them would read
# the innermost again for each one around it.
_DEEPEST = 12
_IS_DEEPER = etree.XPath(f"boolean({'/'.join('*' * (_DEEPEST + 1))})")
# what an element is known by
_MEANT = ("class", "id", "onclick", "style")
# What lxml reads and does not write: what XML forbids, none of which can be seen
# (https://www.w3.org/TR/xml/#charsets), and tags such as `d"iv`.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG_NAME = re.compile("[a-z][a-z0-9_]{0,30}")
# the box itself, and words, in the lists of what stands in what
_SELF, _WORDS = "box", "#"
_INLINE = "a b em font i img s span strong sub sup u"

Holds = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Box:
    """A kind of box of the forum's.

    ``name``: the field that its words go to or, with ``is_noise``, what it is called.
    ``longest``: how many visible signs it has at most. ``holds``: which elements and words may
    stand in which; in elements that are not named there stands anything. ``says``: its words, where
    these tell where it ends. ``last``: the class of an element with which it ends. ``is_above``:
    it stands above an author's words, so that it is open where nothing follows it.
    """

    name: str
    longest: int
    holds: Holds | None = None
    says: re.Pattern[str] | None = None
    last: str | None = None
    is_above: bool = False
    is_noise: bool = True


class _Place(NamedTuple):
    """A place in a box: so many signs into the text of an element, or into what follows it."""

    element: _Element
    is_tail: bool
    offset: int


def content(text: str) -> Holds:
    """What stands in what, from `"box: div; div: p #"`."""
    rules = (rule.split(":") for rule in text.split(";"))
    return {name.strip(): frozenset(parts.split()) for name, parts in rules}


_ONE_LINE = content(";".join(f"{tag}: {_WORDS} {_INLINE}" for tag in (_SELF, *_INLINE.split())))
_ONLY_WORDS = content(f"{_SELF}: {_WORDS}")
# jammer() of function_discuzcode.php: five to fifteen pairs of chr(32…59) and chr(63…126), a space
# between the two; two spaces in a row become &nbsp;&nbsp;
JAMMED = re.compile("(?:[ -;\xa0][ \xa0][?-~]){3,15}")

JAMMER = Box("anti-copy noise", 60, _ONLY_WORDS, says=JAMMED)
# <span style="display:none">3 C+ q(</span>: a jammer, or what a plugin hides in a line
HIDDEN_WORDS = Box("hidden words", 80, _ONE_LINE, says=JAMMED)
HIDDEN_BOX = Box("hidden box", 300)
# what stands in it is seen all the same
SHOWN_IN_PART = Box("hidden box", 0)
# the tip of a picture or file: its name, size, date, description, price
TIP = Box(
    "tip", 700, content(f"{_SELF}: div; div: p div br a em strong span {_WORDS}"), last="tip_horn"
)
# 马上注册，结交更多好友 … 您需要 登录 才可以下载或查看
TEASER = Box("teaser", 400, content(f"{_SELF}: div span; div: h3 p"), last="atips_close")
AD = Box("advertisement", 600, is_above=True)
POP_UP = Box("pop-up", 60, _ONE_LINE)
STAFF_ACTION = Box("staff action", 150, _ONE_LINE)
SIGNATURE = Box("signature", 2000)
BAR = Box("bar", 200)
ORIGINAL = Box("originality notice", 120, content(f"{_SELF}: {_WORDS} a b em font span strong"))
SITE_NOTICE = Box("site notice", 1000)
CONTENTS = Box("table of contents", 2000)
COPY_BUTTON = Box("copy button", 20, _ONLY_WORDS, says=re.compile(r"\s*复制代码|\s*複製代碼"))
# 本帖隐藏的内容
HEADING = Box("heading", 40, _ONE_LINE)
WARNING = Box("warning", 20, _ONLY_WORDS)
# buttons, labels, options
CONTROL = Box("form control", 60)
SELECT = Box("form control", 500)
HEAD = Box("head of a document", 300)
NO_SCRIPT = Box("noscript", 300)
# What holds no elements, for browsers as for the parser: left open it takes the rest of the page as
# it is written, tags included. That is no text, but it is counted.
SCRIPT = Box("script", 20_000)
TEXTAREA = Box("form control", 2000)
FRAME = Box("media", 300, is_noise=False)

# -- boxes whose words are told by a field ---------------------------------------------------------

# 本帖最后由 NAME 于 2017-6-1 10:20 编辑, followed by a <br />
EDIT_MARK = Box("edited_by", 200, content(f"{_SELF}: {_WORDS} span"), is_noise=False)
SUBJECT = Box("headline", 200, _ONE_LINE, is_noise=False)
# read_upload: name, size, description, price of a file, the links of its tip. Words stand in
# elements of the box only.
UPLOAD = Box(
    "attachments",
    1500,
    content(
        f"{_SELF}: a audio br div dl em embed iframe img object p script span strong style video"
    ),
    last="tip",
    is_noise=False,
)
FILE_NAME = Box("attachments", 600, content(f"{_SELF}: a em img strong"), is_noise=False)
FILE_LIST = Box("attachments", 1500, content(f"{_SELF}: dt dd"), is_noise=False)
# 登录/注册后可看大图 below a small picture
THUMB = Box("images", 100, content(f"{_SELF}: a br div img"), is_noise=False)
MEDIA = Box("media", 300, is_noise=False)


def visible(text: str) -> int:
    r"""How many signs of a text can be seen.

    >>> visible(" 第一行\n\xa0二 ")
    4
    """
    return len(text) - sum(map(text.count, " \n\t\r\xa0\f"))


def holds_more(element: _Element, box: Box) -> bool:
    """Whether a box of the forum's holds more than its template can put there.

    If so, it is closed where the template's part ends: the element has no meaning of its own any
    more, and holds the closed box and the rest.
    """
    if box is SHOWN_IN_PART:
        _unhide(element)
        return True
    tail = element.tail
    is_followed = element.getnext() is not None or bool(tail and not tail.isspace())
    # a box that is left open ends with what it stands in: nothing follows it there
    if is_followed and _fits(element, box):
        return False
    end = _end(element, box)
    if end is None:
        return False
    _close(element, end)
    return True


def _fits(element: _Element, box: Box) -> bool:
    """Whether a box has no more signs and elements than it may: it stops counting there."""
    if _IS_DEEPER(element):
        return False
    signs = 0
    for count, part in enumerate(element.iter()):
        signs += visible(part.text or "") + (0 if part is element else visible(part.tail or ""))
        if signs > box.longest or count > _MOST_ELEMENTS:
            return False
    return True


class _Piece(NamedTuple):
    """An element that begins, or words: where, and the name of what they stand in.

    ``depth``: in how many elements of the box.
    """

    at: _Place
    inside: str
    words: str
    begun: _Element | None
    depth: int


def _end(element: _Element, box: Box) -> _Place | None:
    """Where the template's part of a box ends; ``None`` if nothing is seen behind it."""
    said, signs = "", 0
    # whether the box ends behind the element in it that has begun
    is_over = False
    pieces = enumerate(_pieces(element))
    for count, piece in pieces:
        is_at_top = piece.inside == _SELF
        allowed = None if box.holds is None else box.holds.get(piece.inside)
        end = piece.at if is_at_top and is_over else None
        if piece.begun is not None:
            # where anything may stand, a break ends what the box itself says
            is_break = box.holds is None and is_at_top and piece.begun.tag == "br" and signs
            if is_break or (allowed is not None and piece.begun.tag not in allowed):
                end = piece.at
            is_last = box.last is not None and box.last in (piece.begun.get("class") or "").split()
            is_over = is_over or is_last or box.is_above
        else:
            # and so do words behind an element
            is_behind = box.holds is None and is_at_top and piece.at.is_tail
            if is_behind or (allowed is not None and _WORDS not in allowed):
                end = piece.at
            elif box.says is not None:
                before, said = len(said), said + piece.words
                found = box.says.match(said)
                if found:
                    end = piece.at._replace(offset=found.end() - before)
            signs += visible(piece.words)
        is_more = signs > box.longest or count > _MOST_ELEMENTS or piece.depth > _DEEPEST
        if end is None and is_more:
            return _Place(element, is_tail=False, offset=0)
        if end is not None:
            is_seen = piece.words[end.offset :].strip() or _is_seen(piece.begun)
            behind = islice(pieces, _DEEPEST)
            is_seen = is_seen or any(_shows(each) for _, each in behind)
            return end if is_seen or next(pieces, None) is not None else None
    return None


def _shows(piece: _Piece) -> bool:
    return piece.begun is None or _is_seen(piece.begun)


def _is_seen(element: _Element | None) -> bool:
    return element is not None and element.tag == "img"


def _pieces(box: _Element) -> Iterator[_Piece]:
    """The elements and words in a box, in the order of the page."""
    if box.text and not box.text.isspace():
        yield _Piece(_Place(box, is_tail=False, offset=0), _SELF, box.text, None, 0)
    stack = [(_SELF, box, iter(box))]
    while stack:
        inside, around, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack and around.tail and not around.tail.isspace():
                at = _Place(around, is_tail=True, offset=0)
                yield _Piece(at, stack[-1][0], around.tail, None, len(stack) - 1)
            continue
        before = child.getprevious()
        holder = around if before is None else before
        words = holder.text if before is None else holder.tail
        end = _Place(holder, before is not None, len(words or ""))
        depth = len(stack)
        yield _Piece(end, inside, "", child, depth)
        if child.text and not child.text.isspace():
            at = _Place(child, is_tail=False, offset=0)
            yield _Piece(at, child.tag, child.text, None, depth)
        stack.append((child.tag, child, iter(child)))


def _close(box: _Element, end: _Place) -> None:
    """Close a box at a place in it: it becomes a bare `span` round the closed box and the rest."""
    node, is_tail, offset = end
    words = (node.tail if is_tail else node.text) or ""
    kept, said = settable(words[:offset]), words[offset:]
    if is_tail:
        node.tail, rest = kept, list(node.itersiblings())
        node = _around(node)
    else:
        node.text, rest = kept, list(node)
    while node is not box:
        if rest:
            rest[-1].tail = settable((rest[-1].tail or "") + (node.tail or ""))
        else:
            said += node.tail or ""
        node.tail = None
        rest += node.itersiblings()
        node = _around(node)
    closed = etree.Element(box.tag if _TAG_NAME.fullmatch(box.tag) else "div")
    for name in _MEANT:
        value = box.get(name)
        if value:
            closed.set(name, settable(value))
    closed.text = settable(box.text or "")
    behind = set(rest)
    closed.extend([part for part in box if part not in behind])
    box.attrib.clear()
    box.tag, box.text = "span", None
    box.insert(0, closed)
    closed.tail = settable(said)
    # moving an element costs as much as all that is in it: those that stand in the box stay
    for index, part in enumerate((part for part in rest if part.getparent() is not box), 1):
        box.insert(index, part)


def _unhide(box: _Element) -> None:
    """Take the style off a box: it becomes a bare `span` round what it would be without."""
    shown = etree.SubElement(box, box.tag if _TAG_NAME.fullmatch(box.tag) else "div")
    for name in map(str, box.attrib):
        if name != "style" and _TAG_NAME.fullmatch(name):
            shown.set(name, settable(box.get(name) or ""))
    shown.text = settable(box.text or "")
    shown.extend(list(box.iterchildren())[:-1])
    box.attrib.clear()
    box.tag, box.text = "span", None


def _around(element: _Element) -> _Element:
    return cast("_Element", element.getparent())


def settable(text: str) -> str:
    """Some text without the signs that lxml reads and does not write."""
    return _UNWRITABLE.sub("", text.replace("\f", " "))
