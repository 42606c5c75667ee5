"""What of a page could be read, and where it stood: by what a changed skin is noticed.

Two pages of one kind have mostly the same traits, whatever their authors wrote. When one that was
on nearly all pages is on none any more, the skin changed, even if other rules still found the fact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.facts import BoardPage, ThreadPage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from crawler.discuz.page.floor_index import Floor, PartName

_DIGITS = "0123456789"
# The parts of a floor by which it is read; of each the first is enough.
_PARTS: tuple[tuple[PartName, str], ...] = (
    ("box", "floor"),
    ("table", "floor"),
    ("date", "date"),
    ("label", "position"),
    ("column", "author"),
    ("author_line", "author line"),
)
_FLOORS = 3


def read_traits(page: ThreadPage | BoardPage) -> frozenset[str]:
    """The facts that were found on a page, its skin, and the places of its parts."""
    found = {f"skin {page.skin}", *page.places}
    if isinstance(page, ThreadPage):
        facts: dict[str, object] = {
            "headline": page.headline,
            "board": page.board is not None and page.board.name,
            "breadcrumbs": page.breadcrumbs,
            "views": page.views is not None,
            "replies": page.replies is not None,
            "author": any(post.author.name for post in page.posts),
            "author_id": any(post.author.id for post in page.posts),
            "date": any(post.date for post in page.posts),
            "text": any(post.body.text for post in page.posts),
            "position": any(post.floor_label for post in page.posts),
            "words_accounted": not any(post.body.unaccounted for post in page.posts),
        }
    else:
        facts = {
            "board": page.board.name,
            "headline": any(row.headline for row in page.rows),
            "author": any(row.author for row in page.rows),
            "date": any(row.date for row in page.rows),
            "last_post": any(row.last_post for row in page.rows),
            "replies": any(row.replies is not None for row in page.rows),
            "views": any(row.views is not None for row in page.rows),
        }
    found.update(name for name, fact in facts.items() if fact)
    return frozenset(found)


def floor_places(heading: _Element, floors: Iterable[Floor]) -> tuple[str, ...]:
    """Where floors, title, author, date, label and body stood (`text: td.t_f#postmessage_`)."""
    places = {f"headline: {place_of(heading)}"}
    for floor in list(floors)[:_FLOORS]:
        for part, name in _PARTS:
            element = floor.first(part)
            if element is not None:
                places.add(f"{name}: {place_of(element)}")
        if floor.cell is not None:
            places.add(f"text: {_name(floor.cell)}")
    return tuple(sorted(places))


def place_of(element: _Element) -> str:
    """An element and the one round it, by tag, class and id (its number aside)."""
    around = element.getparent()
    return f"{_name(around)} > {_name(element)}" if around is not None else _name(element)


def _name(element: _Element) -> str:
    classes = (element.get("class") or "").split()[:1]
    mark = (element.get("id") or "").rstrip(_DIGITS)
    return "".join((str(element.tag), *(f".{name}" for name in classes), f"#{mark}" * bool(mark)))
