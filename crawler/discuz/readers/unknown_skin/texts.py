"""What floors say at each place, without spaces and with 0 for each number.

What most of them say is the template's: names of buttons, counters, labels of a column.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.discuz.elements import line_of
from crawler.discuz.readers.unknown_skin.heads import LONGEST_LABEL, is_label
from crawler.discuz.readers.unknown_skin.places import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.discuz.readers.unknown_skin.places import Layout, Place

# links are buttons, headings tell what is below them
NO_WORDS = frozenset({"a", "h1", "h2", "h3", "h4", "h5", "h6"})


class Texts:
    """The words of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @cached_property
    def common(self) -> set[str]:
        """What most floors say: names of buttons and counters."""
        counts: Counter[str] = Counter()
        for floor in range(self.layout.size):
            said = {said for place in self.layout.places() for said in self.own(place, floor)}
            counts.update(said)
        return {
            said for said, count in counts.items() if count >= 2 and 2 * count >= self.layout.size
        }

    def own(self, place: Place, floor: int) -> Iterator[str]:
        """What stands at a place itself, in no element within it."""
        element = place.elements.get(floor)
        if element is None:
            return
        for text in (element.text, *(child.tail for child in element)):
            said = masked(text or "")
            if said:
                yield said

    def says_itself(self, place: Place | None) -> bool:
        """Whether there are words at a place that stand in no element of their own."""
        return place is not None and any(
            True for floor in place.elements for _ in self.own(place, floor)
        )

    def filled(self, place: Place) -> int:
        """In how many floors there is something at a place: words, or a picture."""
        return sum(
            bool(self.layout.text(box)) or next(box.iter("img"), None) is not None
            for box in place.elements.values()
        )

    def varies(self, place: Place) -> bool:
        """Whether floors say different things there; of a single one, whether it says any."""
        texts = [self.layout.text(box) for box in place.elements.values()]
        return len(set(texts)) > 1 if self.layout.size > 1 else bool(texts[0].strip("0"))

    def says_its_own(self, place: Place) -> bool:
        """Whether something is said at a place that is not said in most floors."""
        return any(said not in self.common for said in self.words(place))

    def words(self, place: Place) -> Iterator[str]:
        """The words at a place and within it that are no numbers and in no link."""
        return filter(is_word, self.all(place))

    def all(self, place: Place) -> Iterator[str]:
        """What is said at a place and within it, and in no link, heading or label."""
        return (said for _, said in self.said(place, place.elements))

    def said(self, place: Place, floors: Iterable[int]) -> Iterator[tuple[Place, str]]:
        """As `all`, in some floors only, with the place of each piece."""
        floors = list(floors)
        stack = [place]
        while stack:
            each = stack.pop()
            if each.tag not in NO_WORDS and not self.is_label_place(each):
                for floor in floors:
                    yield from ((each, said) for said in self.own(each, floor))
                stack.extend(each.inner)

    def is_label_place(self, place: Place) -> bool:
        """Whether floors have their labels there: 楼主, 沙发, names that a forum gives them."""
        said = [line_of(box, LONGEST_LABEL) for box in place.elements.values()]
        return all(said) and any(map(is_label, said))

    def is_repeated(self, place: Place, said: str) -> bool:
        """Whether another floor says the same at the same place."""
        return sum(said in self.own(place, floor) for floor in place.elements) > 1


def is_word(said: str) -> bool:
    """Whether masked words are more than a number."""
    return bool(said.strip("0"))
