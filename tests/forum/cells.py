"""Small pieces of a post's markup, and what is read from them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, get_args

from crawler.discuz.blocks import Block, Inline, Paragraph, Text
from crawler.discuz.context import Context
from crawler.discuz.dates import DEFAULT_ZONE, Clock
from crawler.discuz.document import build_tree
from crawler.discuz.facts import Author, Body, Moment, Post
from crawler.discuz.page.floor_index import Floor, PartName
from crawler.discuz.post.body import read_body
from crawler.discuz.post.render_text import render_text

if TYPE_CHECKING:
    from lxml.etree import _Element

CLOCK = Clock(datetime(2024, 5, 7, 18, 21, tzinfo=DEFAULT_ZONE))
CONTEXT = Context("http://b.example/bbs/", CLOCK)
ON_PHONES = Context("http://b.example/bbs/", CLOCK, is_mobile=True)
UNKNOWN_NAMES = Context("http://b.example/bbs/", CLOCK, knows_classes=False)
FINDPOST = "forum.php?mod=redirect&amp;goto=findpost&amp;ptid=1&amp;pid="


def cell_of(markup: str) -> _Element:
    """The cell of a post that holds this markup."""
    root, _ = build_tree(f"<table><tr><td id=x>{markup}</td></tr></table>")
    return next(element for element in root.iter("td") if element.get("id") == "x")


def element_of(markup: str) -> _Element:
    """The first element of this markup."""
    return next(cell_of(markup).iterchildren())


def body_of(markup: str, context: Context = CONTEXT) -> Body:
    return read_body(cell_of(markup), context)


def framed(inner: str) -> str:
    """A quote as Discuz frames it."""
    return f'<div class="quote"><blockquote>{inner}</blockquote></div>'


def floor_of(**parts: str) -> Floor:
    """A floor with parts under their names."""
    floor = Floor("5")
    for name in get_args(PartName):
        if name in parts:
            floor.add(name, element_of(parts.pop(name)))
    assert not parts, f"no parts of a floor: {parts}"
    return floor


def content_of(body: Body) -> tuple[Inline, ...]:
    """What stands in the lines of a body of one paragraph."""
    [block] = body.blocks
    assert isinstance(block, Paragraph)
    return block.content


def post_of(number: int, author: str, *blocks: Block | str, minute: int = 0) -> Post:
    """A post with these blocks, at a minute after eight."""
    body = tuple(Paragraph((Text(each),)) if isinstance(each, str) else each for each in blocks)
    date = Moment(datetime(2024, 5, 6, 8, minute, 41, tzinfo=DEFAULT_ZONE), "second", "")
    return Post(
        id=str(number),
        position=number,
        floor_label=None,
        is_first=number == 1,
        is_pinned_copy=False,
        author=Author(author),
        date=date,
        location=None,
        headline=None,
        body=Body(render_text(body), body),
    )
