"""Elements whose words are not read: noise, controls, what is hidden, what holds no text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.post import boxes
from crawler.discuz.post.boxes import Box, holds_more
from crawler.discuz.post.noise import is_copy_button, noise_box

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Entered, Walk

DROPPED = {
    "noscript": boxes.NO_SCRIPT,
    "select": boxes.SELECT,
    **dict.fromkeys(("button", "input"), boxes.CONTROL),
    **dict.fromkeys(("head", "link", "meta"), boxes.HEAD),
    # what a browser shows to those alone who cannot see the rest
    **dict.fromkeys(("canvas", "meter", "progress", "noembed", "noframes"), boxes.NO_SCRIPT),
    **dict.fromkeys(("template", "datalist"), boxes.HIDDEN_BOX),
}
# elements that hold text and no elements
UNREAD = {"style": boxes.SCRIPT, "textarea": boxes.TEXTAREA, "title": boxes.HEAD}


def leave_out(element: _Element, box: Box) -> Entered:
    """Pass over a box, or read it if it holds more than the forum put there."""
    return None if holds_more(element, box) else box


def begin_noise(_: Walk, element: _Element) -> Entered:
    by_structure = boxes.JAMMER if element.tag == "font" else boxes.TEASER
    return leave_out(element, noise_box(element) or by_structure)


def begin_dropped(_: Walk, element: _Element) -> Entered:
    return leave_out(element, DROPPED[element.tag])


def begin_unread(_: Walk, element: _Element) -> Entered:
    return UNREAD[element.tag]


def begin_copy_button(_: Walk, element: _Element) -> Entered:
    return leave_out(element, boxes.COPY_BUTTON) if is_copy_button(element) else None


def begin_label(_: Walk, element: _Element) -> Entered:
    # <label for="x"> and <label><input …>: a form's; any other is the author's
    is_forms = element.get("for") is not None or next(element.iter("input"), None) is not None
    return leave_out(element, boxes.CONTROL) if is_forms else None


def begin_vector_graphic(_: Walk, element: _Element) -> Entered:
    # <svg>words</svg> shows none but those of <text>
    has_words = next(element.iter("text", "foreignobject"), None) is not None
    return None if has_words else leave_out(element, boxes.HIDDEN_BOX)
