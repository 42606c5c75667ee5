"""One entry of a list of replies below a post: whose words, which, when, and what is a button.

Classes differ from plugin to plugin. So the name is that of the link to a member, the date is what
consists of one, and the words are what stands behind the name and is neither date nor button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import is_date, read_date
from crawler.discuz.elements import own_text, short_text, words
from crawler.discuz.facts import Comment, Moment
from crawler.discuz.words import REPLY, THREAD_AUTHOR

if TYPE_CHECKING:
    from lxml.etree import _Element

SKIPPED = frozenset({"script", "style", "noscript", "select", "textarea", "button", "input"})
# elements that stand in a line: two of them side by side are no two entries
INLINE = frozenset({"a", "b", "em", "font", "i", "label", "small", "span", "strong", "u"})
_BREAKS = frozenset({"br", "p", "div"})
_LONGEST_DATE, _LONGEST_NAME, _LONGEST_LABEL = 60, 60, 12
# between name and words: <a>NAME</a>: WORDS, <a>NAME :</a> WORDS, <em>:WORDS</em>
COLON = re.compile(r"\s*[:\uff1a]\s*")
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


@dataclass(slots=True)
class Entry:
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


def read_entry(box: _Element, link: _Element | None, context: Context) -> Entry:
    """Read the entry in a box; ``link`` names its member, ``None`` that of a guest."""
    entry = Entry(box, link)
    if link is not None:
        entry.name, entry.has_colon = _name(link)
    dates = [(element, said) for element in box.iter() if (said := date_words(element)) is not None]
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
    if COLON.match(text):
        entry.has_colon, text = True, COLON.sub("", text, count=1)
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


def _words_of(entry: Entry, date_element: _Element | None, head: _Element | None = None) -> str:
    return " ".join("".join(_pieces(entry, date_element, head)).split())


def _pieces(entry: Entry, date_element: _Element | None, head: _Element | None) -> Iterator[str]:
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
        elif not isinstance(element.tag, str) or element.tag in SKIPPED or element in left_out:
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
    if COLON.match(link.tail or ""):
        return between
    for part in link.itersiblings():
        said = short_text(part, _LONGEST_LABEL) if isinstance(part.tag, str) else ""
        # A 回复 B: WORDS
        if part.tag not in INLINE or is_member(part) or re.search(REPLY, said):
            return set()
        between.add(part)
        if COLON.match(part.tail or ""):
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


def date_words(element: _Element) -> str | None:
    """The date that an element consists of, buttons in elements of their own aside."""
    if not isinstance(element.tag, str) or element.tag in SKIPPED or element.tag == "a":
        return None
    if len(element) > 4:
        return None
    for said in (short_text(element, _LONGEST_DATE), own_text(element).strip()):
        if said and len(said) <= _LONGEST_DATE and is_date(said):
            return said
    return None


def is_member(link: _Element) -> bool:
    """Whether a link leads to a member, and names one."""
    return urls.is_user_link(link.get("href")) and bool(short_text(link, _LONGEST_NAME))
