"""The source of a page as Discuz writes it, however it was written.

Discuz's templates write names in small letters and values in double quotes; what reads a page looks
for such marks before it builds a tree, for this costs next to nothing. Minifiers, editors and
programs that save pages write the same tree in other ways. Then the page is written anew from its
tree, so that the same marks are found in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

# Of 617 saved pages none has less than a fifth as many values in double quotes as signs `<`, and
# none has a value in single quotes for more than one sign in 26.
_FEWEST_DOUBLE, _MOST_SINGLE = 6, 12
# class="x" behind one space; others are written so: class=x, CLASS="x", and on a line of its own
_USUAL, _OTHER = ' class="', ("class=", "CLASS=")
# So much of a page is looked at: counting signs in all of it would cost as much as reading it does.
_SAMPLES, _SAMPLE, _FEWEST_SIGNS = 4, 3000, 40
# <?xml … <rss, <root><![CDATA[…]]></root>: a feed, an answer by AJAX
_IS_XML = re.compile(r"\s{0,99}(?:<\?xml[^>]{0,200}>)?\s{0,99}<(?!html)(?:rss|feed|root|urlset)\b")
# class='x' within a tag: the next angle bracket ends it
_SINGLE = re.compile(r"='([^'\"<>]*)'(?=[^<>]*>)")


def as_discuz_writes(source: str, build: Callable[[str], _Element]) -> str:
    """The source of a page with its marks as Discuz writes them; itself where they are.

    ``build`` makes the tree of a page.
    """
    sample = _sample(source)
    if sample.count("='") * _MOST_SINGLE > sample.count("<"):
        # many pages are written so, and this costs a sixth of a tree
        source = _in_double_quotes(source)
        sample = _sample(source)
    if _is_usual(sample) or _IS_XML.match(source):
        return source
    return etree.tostring(build(source), encoding="unicode", method="html")


def _sample(source: str) -> str:
    """Parts of a page that stand for all of it."""
    if len(source) <= 2 * _SAMPLES * _SAMPLE:
        return source
    step = len(source) // _SAMPLES
    parts = (source[step * part : step * part + _SAMPLE] for part in range(_SAMPLES))
    sample = "".join(parts)
    # words of a long post
    return sample if sample.count("<") >= _FEWEST_SIGNS else source


def _is_usual(sample: str) -> bool:
    usual = sample.count(_USUAL)
    others = sum(map(sample.count, _OTHER)) - usual
    return sample.count('="') * _FEWEST_DOUBLE >= sample.count("<") and 2 * others <= usual


def _in_double_quotes(source: str) -> str:
    pieces = _SINGLE.split(source)
    # between the pieces stand the values
    pieces[1::2] = [f'="{value}"' for value in pieces[1::2]]
    return "".join(pieces)
