"""One post's cell → a body: blocks, text, and what stands between the words.

What Discuz and its plugins put into a cell leaves it: anti-copy noise, edit marks, tips, ads,
login teasers, scripts, "copy code". What the author wrote stays, typed boilerplate included: noise
is known by its markup and never by its words.

The work is done in `walk` (the loop), `markup` (what an element means), `frames` (containers) and
`flow` (what words and containers become).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.discuz.facts import Body, Run
from crawler.discuz.post.boxes import visible
from crawler.discuz.post.flow import is_object, paragraphs, words_in
from crawler.discuz.post.frames import earlier_text
from crawler.discuz.post.markup import enter
from crawler.discuz.post.media import has_tag
from crawler.discuz.post.render_text import (
    CONTROLS,
    EARLIER_CONTROLS,
    HTML_SPACES,
    NO_WIDTH,
    render_text,
    tidy,
)
from crawler.discuz.post.walk import Walk

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context


def read_body(cell: _Element, context: Context) -> Body:
    """Read the cell of one post (`td.t_f`). Never raises."""
    if not len(cell):
        # a line of words, as half of all replies are
        words = HTML_SPACES.sub(" ", cell.text or "").strip(" ")
        if not (context.is_mobile and has_tag(words)):
            if not words:
                return Body()
            runs = (Run("text", words),) if context.is_explained else ()
            text = tidy(words)
            earlier = tidy(words, EARLIER_CONTROLS) if NO_WIDTH.search(words) else text
            return Body(
                text,
                paragraphs(text),
                earlier_text=earlier if earlier != text else None,
                runs=runs,
            )
    words = etree.tostring(cell, encoding="unicode", method="text", with_tail=False)
    walk = Walk(context)
    blocks = walk.run(cell, enter)
    found, frame = walk.found, walk.frame
    text = render_text(blocks)
    own = words_in(frame.flow)
    # schema 1.0 kept spaces of neighbouring elements and signs without width, and had other lines
    # round containers
    is_other = "  " in own or any(map(is_object, frame.flow)) or NO_WIDTH.search(own)
    earlier = tidy(earlier_text(frame.flow), EARLIER_CONTROLS) if is_other else text
    signs = visible(own) + frame.signs
    return Body(
        text=text,
        blocks=blocks,
        earlier_text=earlier if earlier != text else None,
        quotes=tuple(found.quotes),
        images=tuple(found.images),
        attachments=tuple(found.attachments),
        links=tuple(dict.fromkeys(found.links)),
        media=tuple(dict.fromkeys(found.media)),
        edited_by=found.edited_by,
        edited_at=found.edited_at,
        access=found.access,
        notices=tuple(found.notices),
        attachments_withheld=found.attachments_withheld,
        unaccounted=_signs_beyond(walk.moved_signs + signs, words),
        runs=walk.runs(),
    )


def _signs_beyond(accounted: int, words: str) -> int:
    """How many visible signs some words have beyond those that are accounted for."""
    if visible(words) <= accounted:
        return 0
    # a box that is closed where its template ends loses its control characters
    return max(0, visible(CONTROLS.sub("", words)) - accounted)
