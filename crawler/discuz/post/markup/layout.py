"""What sets words on lines of their own: blocks, headings, lists, tables, code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz.blocks import NUMBERINGS, Rule
from crawler.discuz.elements import number_attribute
from crawler.discuz.post import boxes
from crawler.discuz.post.flow import Edge
from crawler.discuz.post.markup.left_out import begin_noise, leave_out
from crawler.discuz.post.noise import NOISE_IDS, Meaning
from crawler.discuz.post.walk import skip

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Entered, Walk

BLOCKS = (
    "p div blockquote dl dt dd center section article tbody thead tfoot caption figure figcaption"
    " details summary form fieldset legend header footer address aside main nav hgroup search"
    " option optgroup"
)
_LANGUAGE = re.compile(r"\b(?:language-|lang-|brush:\s?)([A-Za-z0-9+#]{1,20})")


def begin_block(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    walk.own_line()
    return leave_block


def leave_block(walk: Walk, _: _Element) -> None:
    walk.own_line()


def begin_row(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    walk.own_line()
    walk.put_edge(Edge("row"))
    return leave_block


def begin_cell(walk: Walk, element: _Element) -> Entered:
    frame = walk.frame
    if element.getprevious() is not None and not frame.at_line_start:
        frame.flow.append("\t")
    columns, rows = number_attribute(element, "colspan"), number_attribute(element, "rowspan")
    walk.put_edge(Edge("cell", columns, rows, element.tag == "th"))
    return None


def begin_item(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    walk.own_line()
    walk.put_edge(Edge("item"))
    return leave_block


def begin_rule(walk: Walk, _: _Element) -> Entered:
    walk.put_block(Rule())
    return skip


def leave_container(walk: Walk, _: _Element) -> None:
    walk.close()


def begin_table(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    return leave_container if walk.open("table") else leave_block


def begin_list(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    frame = walk.open("list")
    if frame is None:
        return leave_block
    # [list=1] of Discuz is <ul type="1">
    kind = element.get("type") or ("1" if element.tag == "ol" else "")
    frame.numbering = NUMBERINGS.get(kind)
    frame.start = number_attribute(element, "start")
    return leave_container


def begin_title(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return begin_noise(walk, element)
    frame = walk.open("heading")
    if frame is None:
        return leave_block
    frame.level = int(element.tag[1])
    return leave_container


def begin_code(walk: Walk, _: _Element) -> Entered:
    return leave_container if walk.open("code") else leave_block


def begin_preformatted(walk: Walk, element: _Element) -> Entered:
    outer = walk.frame
    frame = walk.open("code") if outer.kind != "code" else None
    if frame is None:
        # within code, or too deep
        walk.own_line()
        _drop_first_break(element)
        white_space, outer.white_space = outer.white_space, "pre"

        def leave(walk: Walk, _: _Element) -> None:
            walk.own_line()
            outer.white_space = white_space

        return leave
    frame.white_space = "pre"
    # <pre><code class="language-python">, <pre class="brush:java">
    code = next(iter(element), None)
    named = f"{element.get('class') or ''} {(code.get('class') if code is not None else '') or ''}"
    language = _LANGUAGE.search(named)
    frame.language = language[1].lower() if language else None
    return leave_container


def _drop_first_break(element: _Element) -> None:
    """Take out the line break that HTML allows behind `<pre>`: it is none of the words."""
    words = (element.text or "").replace("\r", "")
    if words.startswith("\n"):
        element.text = boxes.settable(words[1:])


def begin_dialog(walk: Walk, element: _Element) -> Entered:
    if element.get("open") is None:
        return leave_out(element, boxes.HIDDEN_BOX)
    return begin_block(walk, element)


def empty_box(walk: Walk, kind: Meaning, *, is_block: bool) -> Entered:
    """Read a box that holds nothing of the forum's; those of its kind in it hold nothing either."""
    walk.empty_boxes.add(kind)
    if is_block:
        walk.own_line()

    def leave(walk: Walk, _: _Element) -> None:
        walk.empty_boxes.discard(kind)
        if is_block:
            walk.own_line()

    return leave
