"""What each element in a cell means: two tables, one by tag and one by class.

A row is a function that begins an element: it writes to the walk, and returns what has to be done
at the element's end. Where nothing below it is visited it returns what kind of box it is, which
tells where its words went, or `skip` if it has none. A class counts before a tag. Elements without
a row are read through: their words are the author's. So are those of a box that holds more than it
can (`crawler.discuz.post.boxes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.post.boxes import HIDDEN_WORDS, Box
from crawler.discuz.post.markup.forum_boxes import (
    begin_edited,
    begin_heading_of_box,
    begin_heading_of_reply,
    begin_quote,
    begin_spoiler,
    begin_unlocked,
    begin_withheld,
)
from crawler.discuz.post.markup.inline import ITALIC, begin_bold, begin_font, begin_link, marked
from crawler.discuz.post.markup.layout import (
    BLOCKS,
    begin_block,
    begin_cell,
    begin_code,
    begin_dialog,
    begin_item,
    begin_list,
    begin_preformatted,
    begin_row,
    begin_rule,
    begin_table,
    begin_title,
)
from crawler.discuz.post.markup.left_out import (
    DROPPED,
    UNREAD,
    begin_copy_button,
    begin_dropped,
    begin_label,
    begin_noise,
    begin_unread,
    begin_vector_graphic,
    leave_out,
)
from crawler.discuz.post.markup.objects import (
    begin_frame,
    begin_media,
    begin_picture,
    begin_player,
    begin_player_with_sources,
    begin_script,
    begin_upload,
)
from crawler.discuz.post.noise import (
    INLINE,
    NOISE_IDS,
    Meaning,
    class_meaning,
    hidden_box,
    is_hidden,
    structural_meaning,
)
from crawler.discuz.post.styles import Layout, layout_of
from crawler.discuz.post.uploads import is_upload_span
from crawler.discuz.post.walk import skip

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Enter, Entered, Walk


def enter(walk: Walk, element: _Element) -> Entered:
    """Begin an element; see `Walk.run` for what is returned."""
    tag = element.tag
    if tag == "br":
        walk.new_line()
        return skip
    if tag == "img":
        return begin_picture(walk, element)
    style = element.get("style")
    if not walk.spoilers and (
        (style is not None and is_hidden(style)) or element.get("hidden") is not None
    ):
        return leave_out(element, hidden_box(element))
    layout = layout_of(style) if style is not None else None
    return _enter(walk, element) if layout is None else _laid_out(walk, element, layout)


def _laid_out(walk: Walk, element: _Element, layout: Layout) -> Entered:
    """Begin an element whose style sets it on lines of its own, in a line, or as it was typed."""
    entered = _enter(walk, element) if layout.display != "inline" else _in_line(walk, element)
    if entered is skip or isinstance(entered, Box):
        return entered
    frame, white_space = walk.frame, walk.frame.white_space
    if layout.display == "block":
        walk.own_line()
    if layout.white_space is not None:
        frame.white_space = layout.white_space

    def leave(walk: Walk, element: _Element) -> None:
        if entered is not None:
            entered(walk, element)
        if layout.display == "block":
            walk.own_line()
        frame.white_space = white_space

    return leave


def _in_line(walk: Walk, element: _Element) -> Entered:
    """Begin an element whose style sets it in a line; one that is no more than a block is none."""
    is_block = element.get("class") is None and BY_TAG.get(element.tag) is begin_block
    return None if is_block and element.get("id") not in NOISE_IDS else _enter(walk, element)


def _enter(walk: Walk, element: _Element) -> Entered:
    tag, classes = element.tag, element.get("class")
    if classes is not None:
        hidden = walk.context.hidden_classes
        if hidden and tag in INLINE and not hidden.isdisjoint(classes.split()):
            return leave_out(element, HIDDEN_WORDS)
        known = walk.context.knows_classes
        meaning = class_meaning(classes) if known else structural_meaning(element)
        if meaning is not None:
            by_class = BY_CLASS[meaning]
            if by_class is not None:
                return by_class(walk, element)
    by_tag = BY_TAG.get(tag)
    return None if by_tag is None else by_tag(walk, element)


def _span(walk: Walk, element: _Element) -> Entered:
    return begin_upload(walk, element) if is_upload_span(element) else begin_font(walk, element)


def _italic_or_copy_button(walk: Walk, element: _Element) -> Entered:
    button = begin_copy_button(walk, element)
    return button if button is not None else ITALIC(walk, element)


BY_TAG: dict[str, Enter] = {
    **dict.fromkeys(BLOCKS.split(), begin_block),
    **dict.fromkeys(DROPPED, begin_dropped),
    **dict.fromkeys(UNREAD, begin_unread),
    "h2": begin_heading_of_reply,
    "h4": begin_heading_of_box,
    "table": begin_table,
    **dict.fromkeys(("h1", "h3", "h5", "h6"), begin_title),
    "tr": begin_row,
    "td": begin_cell,
    "th": begin_cell,
    "li": begin_item,
    **dict.fromkeys(("ul", "ol", "menu", "dir"), begin_list),
    "label": begin_label,
    "dialog": begin_dialog,
    "hr": begin_rule,
    "a": begin_link,
    "b": begin_bold,
    "strong": begin_bold,
    "em": _italic_or_copy_button,
    "i": ITALIC,
    **dict.fromkeys(("s", "strike", "del"), marked("struck")),
    "sup": marked("superscript"),
    "sub": marked("subscript"),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), begin_preformatted),
    "span": _span,
    "font": begin_font,
    "ignore_js_op": begin_upload,
    "script": begin_script,
    "iframe": begin_frame,
    "embed": begin_player,
    "object": begin_player,
    "svg": begin_vector_graphic,
    "source": begin_player,
    "video": begin_player_with_sources,
    "audio": begin_player_with_sources,
}

# None: the element is what its tag says
BY_CLASS: dict[Meaning, Enter | None] = {
    "noise": begin_noise,
    "edited": begin_edited,
    "quote": begin_quote,
    "code": begin_code,
    "withheld": begin_withheld,
    "unlocked": begin_unlocked,
    "spoiler": begin_spoiler,
    "media": begin_media,
    "upload": begin_upload,
    "forum_link": None,
}
