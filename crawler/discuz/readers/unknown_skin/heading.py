"""What stands above the floors of a page whose boxes are not known by name: counters, board, type.

Told by words, links and icons, by the same rules as on desktop pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import short_text, words
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.page.breadcrumbs import (
    board_of,
    is_board_link,
    read_breadcrumbs,
    site_name,
    steps_of,
)
from crawler.discuz.page.counters import counters_in, exact_words, read_all_replies
from crawler.discuz.page.heading import Heading, category_before, category_link, tag_links
from crawler.discuz.page.identity import read_thread_id
from crawler.discuz.page.site import script_number
from crawler.discuz.page.staff_marks import flags_of, icons_in
from crawler.discuz.readers.unknown_skin.places import visible, with_ancestors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from lxml.etree import _Element

    from crawler.discuz.facts import Crumb
    from crawler.discuz.readers.skeleton import Frame
    from crawler.discuz.readers.unknown_skin.places import FoundFloor

_LONGEST_LINE = 80
# in its source, with the white space between its parts
_LONGEST_TEXT = 1000
_HEADINGS = ("h1", "h2", "h3", "h4")


def infer_heading(
    frame: Frame, title: _Element | None, said: str, floors: list[FoundFloor]
) -> Heading:
    """What a page tells of its thread; ``title`` holds the title, ``said`` is its words."""
    above = list(_elements_above(frame.root, floors[0]))
    path = next((box for box in above if box.get("id") == known.PATH), None)
    breadcrumbs = read_breadcrumbs(path, frame.context.base) or _board_step(frame, above)
    views, replies = _counters(frame, above, floors)
    around = title.getparent() if title is not None else None
    bare = None
    if title is not None and around is not None and around.tag in _HEADINGS:
        bare = category_before(around, title)
    return Heading(
        title=said,
        category=category_link(above) or bare,
        board=board_of(breadcrumbs),
        breadcrumbs=breadcrumbs,
        views=views,
        replies=replies,
        flags=flags_of(_icons(title, floors[0])) if title is not None else (),
        tags=tag_links(_outside_body(floors[0])),
        site_name=site_name(path),
    )


def _elements_above(
    root: _Element, floor: FoundFloor, without: Collection[_Element | None] = ()
) -> Iterator[_Element]:
    for element in visible(root, without):
        if element is floor.boxes[0]:
            return
        yield element


def _board_step(frame: Frame, above: Iterable[_Element]) -> tuple[Crumb, ...]:
    """The last link to a board above the floors; to the thread's own where the script names it."""
    links = [link for link in above if link.tag == "a" and is_board_link(link)]
    steps = steps_of(links, frame.context.base)
    board_id = script_number(frame.text, "fid")
    if board_id is None:
        # of several boards above a thread nothing tells which one is its own
        return tuple(steps[-1:]) if len({step.url for step in steps}) == 1 else ()
    return tuple([step for step in steps if urls.board_id(step.url) == board_id][-1:])


def _counters(
    frame: Frame, above: list[_Element], floors: list[FoundFloor]
) -> tuple[int | None, int | None]:
    """Views and replies, from a line above the floors; replies also from one between them."""
    thread_id = read_thread_id(frame.document)
    for element in above:
        found = counters_in(exact_words(element)) if _line(element) else None
        if found and not _is_of_another(element, thread_id, frame.context.base):
            return found
    for element in _outside_bodies(frame.root, floors[:2]):
        said = _line(element)
        replies = read_all_replies(said) if said else None
        if replies is not None:
            return None, replies
    return None, None


def _is_of_another(line: _Element, thread_id: str | None, base: str) -> bool:
    """Whether a line leads to another thread, of which it counts the replies."""
    for link in line.iter("a"):
        url = urls.resolve(base, link.get("href") or "")
        address = urls.read_thread_address(url) if url else None
        if address is not None and address.thread_id != thread_id:
            return True
    return False


def _line(element: _Element) -> str:
    """The words of an element that says no more than a line; ``""`` for any other."""
    if not len(element):
        if not element.text:
            return ""
        said = " ".join(element.text.split())
    else:
        said = " ".join(short_text(element, _LONGEST_TEXT).split())
    return said if len(said) <= _LONGEST_LINE else ""


def _outside_bodies(root: _Element, floors: list[FoundFloor]) -> Iterator[_Element]:
    """What stands above the last one of these floors and is nobody's words."""
    bodies = {floor.body for floor in floors}
    yield from _elements_above(root, floors[-1], bodies)


def _outside_body(floor: FoundFloor) -> Iterator[_Element]:
    """The elements of a floor that are no part of its words."""
    for box in floor.boxes if floor.body is not None else ():
        yield from visible(box, (floor.body,))


def _icons(title: _Element, first: FoundFloor) -> Iterator[str]:
    """The icons in the title's heading and in the small box behind it."""
    around = title.getparent()
    is_within = title.tag not in _HEADINGS and around is not None
    heading = around if is_within and around is not None else title
    holders = set(with_ancestors(first.boxes[0]))
    beside = heading.getnext()
    for box in (heading, beside):
        if box is not None and box not in holders and len(words(box)) <= _LONGEST_LINE * 2:
            yield from icons_in(box)
