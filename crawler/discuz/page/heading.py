"""What stands above the floors: title, type and board of a thread.

Templates `viewthread.htm` and, in the first floor, `viewthread_node_body.htm`. Where a skin has
none of Discuz's boxes, the same words and links are looked for in the source above the first floor.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import all_text, has_words, line_of, own_text, short_text, words
from crawler.discuz.facts import Board, Crumb, StaffAction
from crawler.discuz.page.breadcrumbs import board_of
from crawler.discuz.page.prune import ABOVE_FLOORS, first_floor, found_above_floors
from crawler.discuz.page.site import script_number
from crawler.discuz.words import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from crawler.discuz.document import Document

_TITLE = re.compile(r"<title[^>]{0,99}>([^<]{1,500})", re.I)
_HEAD = 65536
_MARKUP_OF_TITLE = 4
# [见闻] in front of a title
_TYPE = re.compile(r"^\[[^\[\]]{1,60}\]\s?")
_LONGEST_TYPE = 63
_TYPE_NEAR = re.compile(r"<a\s[^>]{0,500}?typeid=\d[^>]{0,500}>\s?\[([^\[\]<]{1,60})\]\s?</a>")
_TYPED = re.compile(r"[?&;]typeid=\d")
_BOARD_NEAR = re.compile(
    r"<a\s[^>]{0,300}?href=[\"']([^\"'>]{1,300})[\"'][^>]{0,300}>([^<\[]{1,80})</a>"
)
# <a title="夜市" href="misc.php?mod=tag&id=5">
_TAG = re.compile(r"[?&;]mod=tag\b")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a page tells of its thread as a whole, as far as its face shows it.

    ``site_name`` is the forum's name, where the page tells it beside the thread only.
    """

    title: str | None
    category: str | None = None
    board: Board | None = None
    breadcrumbs: tuple[Crumb, ...] = ()
    views: int | None = None
    replies: int | None = None
    flags: tuple[str, ...] = ()
    staff_action: StaffAction | None = None
    tags: tuple[str, ...] = ()
    favorites: int | None = None
    special: dict[str, object] | None = None
    type_options: dict[str, str] | None = None
    site_name: str | None = None


def page_title(document: Document) -> str:
    """The words of `<title>`, which ends with board and site, or says what the site likes."""
    found = _TITLE.search(document.text, 0, _HEAD)
    return " ".join(html.unescape(found[1]).split()) if found else ""


def find_title(document: Document, root: _Element, known: _Element | None) -> _Element | None:
    """The element that holds the title (``known`` by its id); never `<title>`."""
    if known is not None and has_words(known):
        return known
    # a skin without the id: the longest heading that the page's title repeats, not the logo
    said = page_title(document)
    longest = len(said) + _LONGEST_TYPE
    told = ((_without_type(h1, line_of(h1, longest)), h1) for h1 in root.iter("h1"))
    repeated = [(len(title), h1) for title, h1 in told if title and title in said]
    return max(repeated, key=itemgetter(0), default=(0, None))[1]


def infer_title(document: Document, root: _Element) -> tuple[_Element | None, str | None]:
    """The title in a skin whose boxes are not known: the longest words that `<title>` begins with.

    `<title>` itself ends with board and site, and nothing tells where the title ends in it.
    With the element that holds it.
    """
    said = page_title(document)
    best: tuple[_Element | None, str] = (None, "")
    for element in root.iter("h1", "h2", "h3", "h4", "span", "a", "strong", "div", "p"):
        if len(element) < _MARKUP_OF_TITLE:
            # <div><em>[见闻]</em> TITLE</div>: the type stands in the same box
            for text in (short_text(element, len(said)), own_text(element)):
                told = " ".join(text.split())
                if len(best[1]) < len(told) < len(said) and said.startswith(told):
                    best = (element, told)
    if best[1]:
        return best
    heading = find_title(document, root, None)
    return heading, title_in(heading) if heading is not None else None


def title_in(heading: _Element) -> str:
    """The words of a heading without the type in front of it: [见闻] 旧码头…"""
    return _without_type(heading, words(heading))


def _without_type(heading: _Element, said: str) -> str:
    return said if heading.get("id") else _TYPE.sub("", said)


def read_category(document: Document, heading: _Element) -> str | None:
    """The type before the title: a link `[国内]`, or for robots the bare text."""
    around = heading.getparent()
    if around is None or around.tag != "h1":
        return found_above_floors(document.text, _TYPE_NEAR)
    return category_before(around, heading)


def category_before(box: _Element, title: _Element) -> str | None:
    """The type in a box in front of the title that stands in it."""
    before = [box.text or ""]
    for sibling in box:
        if sibling is title:
            break
        before += (all_text(sibling), sibling.tail or "")
    found = CATEGORY.search(" ".join("".join(before).split()))
    return found[1].strip() or None if found else None


def category_link(elements: Iterable[_Element]) -> str | None:
    """The type by its link: `<a href="…&filter=typeid&typeid=1">[国内]</a>`."""
    for element in elements:
        if element.tag == "a" and _TYPED.search(element.get("href") or ""):
            found = CATEGORY.fullmatch(words(element))
            if found:
                return found[1].strip() or None
    return None


def read_board(document: Document, breadcrumbs: tuple[Crumb, ...], base: str) -> Board | None:
    """The board: the last step of the path that is one, else what the page's script says."""
    board = board_of(breadcrumbs)
    if board:
        return board
    said = script_number(document.text, "fid")
    if not said:
        return None
    # no path under its id: the first link to the board before the first floor names it
    end = first_floor(document.text)
    for href, name in _BOARD_NEAR.findall(document.text, max(0, end - ABOVE_FLOORS), end):
        if urls.board_id(href) == said and "typeid" not in href and name.strip():
            return Board(name.strip(), said, urls.resolve(base, href))
    return Board(None, said)


def tags_in(boxes: Iterable[_Element]) -> tuple[str, ...]:
    """The tags of a thread from the boxes that hold nothing else, each once."""
    links = (link for box in boxes for link in box.iter("a"))
    return tuple(dict.fromkeys(filter(None, map(words, links))))


def tag_links(elements: Iterable[_Element]) -> tuple[str, ...]:
    """The tags of a thread by where they lead, where the box is not known by name."""
    return tags_in(
        link for link in elements if link.tag == "a" and _TAG.search(link.get("href") or "")
    )
