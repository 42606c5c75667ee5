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

# none of 617 saved pages has a value in single quotes for more than one sign `<` in 26
_MOST_SINGLE = 12
# class="x" behind one space; others are written so: class=x, CLASS="x", class = "x", on a new line
_LOOKED_AT, _IN_SMALL_PAGES = ("class", "href"), ("content", "style")
# Of 617 saved pages one has an odd attribute for four usual ones; without quotes, each has as many.
_OTHERWISE = 3
# Of the saved pages one has a number for eight signs `<`, and one a comment for 25.
_NUMBER, _COMMENT, _UPPER = 2, 4, re.compile("<[A-Z]")
# <font style="vertical-align: inherit;"><font style="vertical-align: inherit;">WORDS</font></font>:
# browsers set what they translate so
_TRANSLATION = '<font style="vertical-align: inherit;">'
_TRANSLATED = re.compile(r"vertical-align:\s?inherit;?")
# elements with addresses, what of these libxml2 writes otherwise, and what hides them from it
_ADDRESSED = ("a", "img", "link", "script", "iframe", "embed", "source", "base")
_ESCAPED, _KEPT = re.compile(r"[^!#-~]"), "-as-written"
# what lxml reads in a value and does not take back (https://www.w3.org/TR/xml/#charsets)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# So much of a page is looked at: counting signs in all of it would cost as much as reading it does.
_SAMPLES, _SAMPLE, _FEWEST_SIGNS = 4, 1000, 20
# <?xml … <rss, <root><![CDATA[…]]></root>: a feed, an answer by AJAX
_IS_XML = re.compile(r"\s{0,99}(?:<\?xml[^>]{0,200}>)?\s{0,99}<(?!html)(?:rss|feed|root|urlset)\b")
_HEAD = re.compile(r"(?:\s|<[?!][^>]{0,500}>){1,9}")
# class='x' within a tag: the next angle bracket ends it. So far at most it is looked for, as a page
# of nothing but ='' has as many beginnings as signs.
_SINGLE = re.compile(r"='([^'\"<>]*)'(?=[^<>]{0,600}>)")


def as_discuz_writes(source: str, build: Callable[[str], _Element]) -> str:
    """The source of a page with its marks as Discuz writes them; itself where they are.

    ``build`` makes the tree of a page.
    """
    sample = _sample(source)
    if not (_is_usual(sample, is_small=sample is source) or _IS_XML.match(source)):
        # what stands in front tells which kind of page it is: <!DOCTYPE … WAPFORUM …>
        head = _HEAD.match(source)
        return (head[0] if head else "") + _written(build(source))
    if sample.count("='") * _MOST_SINGLE > sample.count("<"):
        # many pages are written so, and this costs a fourth of a tree
        return _in_double_quotes(source)
    return source


def _written(root: _Element) -> str:
    """The source of a tree, without what a translator wrote round its words.

    Addresses stay as they are; libxml2 would write spaces as %20.
    """
    for element in root.iter("font"):
        if _TRANSLATED.fullmatch(element.get("style") or ""):
            element.tag = "translated"
    etree.strip_tags(root, "translated")
    for element in root.iter(*_ADDRESSED):
        for name in ("href", "src"):
            value = element.get(name)
            if value and _ESCAPED.search(value) and not _UNWRITABLE.search(value):
                del element.attrib[name]
                element.set(f"{name}{_KEPT}", value)
    source = etree.tostring(root, encoding="unicode", method="html")
    return source.replace(f'{_KEPT}="', '="')


def _sample(source: str) -> str:
    """Parts of a page that stand for all of it."""
    if len(source) <= 2 * _SAMPLES * _SAMPLE:
        return source
    step = len(source) // _SAMPLES
    parts = (source[step * part : step * part + _SAMPLE] for part in range(_SAMPLES))
    sample = "".join(parts)
    # words of a long post
    return sample if sample.count("<") >= _FEWEST_SIGNS else source


def _is_usual(sample: str, *, is_small: bool) -> bool:
    usual = others = 0
    for name in (*_LOOKED_AT, *_IN_SMALL_PAGES) if is_small else _LOOKED_AT:
        usual += sample.count(f' {name}="') + sample.count(f" {name}='")
        others += sum(map(sample.count, (f"{name}=", f"{name} =", f"{name.upper()}=")))
    # signs as numbers, comments between tags: what stands side by side does not in the source
    numbers = sample.count("&#") - sample.count("&#39;")
    odd = _NUMBER * numbers + _COMMENT * sample.count("<!--") + len(_UPPER.findall(sample))
    is_spaced = 2 * sample.count(' = "') > sample.count('="')
    is_usual = _OTHERWISE * (others - usual) <= usual and not is_spaced
    is_translated = 4 * sample.count(_TRANSLATION) > sample.count("</")
    return is_usual and not is_translated and 3 * odd <= sample.count("<")


def _in_double_quotes(source: str) -> str:
    pieces = _SINGLE.split(source)
    # between the pieces stand the values
    pieces[1::2] = [f'="{value}"' for value in pieces[1::2]]
    return "".join(pieces)


def start_tag(name: str, *attributes: str) -> str:
    """An expression for a start tag that has some attributes, whatever others, in any order.

    >>> bool(re.match(start_tag("p", 'id="a"', has_class("b")), '<p title="" class="c b" id="a">'))
    True
    """
    having = "".join(rf"(?=[^<>]{{0,300}}?\s{attribute})" for attribute in attributes)
    return rf"<{name}\b{having}[^<>]{{0,1000}}>"


def has_class(name: str) -> str:
    """An expression for an attribute `class` that holds a name."""
    return rf'class="(?:[^">]{{0,200}}\s)?{name}(?:\s[^">]{{0,200}})?"'
