"""A flow of words and objects → blocks in their canonical form: bodies that read alike are equal."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import (
    PLAIN,
    Block,
    Cell,
    Heading,
    List,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Style,
    Table,
    Text,
)
from crawler.discuz.facts import Quote
from crawler.discuz.post.flow import with_quotation
from tests.forum.cells import body_of

BOLD = Style(("bold",))


def lines(words: str, style: Style = PLAIN) -> Paragraph:
    return Paragraph((Text(words, style),))


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        # no spaces at the ends of a line, whatever style they have
        (" <b> 甲 </b> <br> <b> 乙 </b> ", (lines("甲\n乙", BOLD),)),
        ("<b> </b>甲<i> </i>", (lines("甲"),)),
        # an empty line ends a paragraph, several are one, and none stand round a body
        ("<br><br>甲<br><br><br>乙<br>", (lines("甲"), lines("乙"))),
        ("<br><b>甲</b><br>", (lines("甲", BOLD),)),
        # next to another block it is a break
        ("<hr>甲<hr>", (Rule(), lines("甲"), Rule())),
        ("<hr><br>甲<br><br><hr>", (Rule(), lines("\n甲\n"), Rule())),
        ("<br>甲<br><br><hr><br>乙<br>", (lines("甲\n"), Rule(), lines("\n乙"))),
        ("<hr><br>甲<br><br>乙<br><br><hr>", (Rule(), lines("\n甲"), lines("乙\n"), Rule())),
        # a picture that is alone in its box has a line of its own
        (
            '<div><img src="http://p.example/a.png"></div>甲',
            (Paragraph((Picture("http://p.example/a.png"), Text("\n甲"))),),
        ),
        # lines that were typed as such
        ('<div style="white-space:pre-wrap">甲\n乙</div><hr>', (lines("甲\n乙"), Rule())),
        # a style that begins before items and cells is that of each
        (
            "<b><ul><li>甲</li><li>乙</li></ul></b>",
            (List(((lines("甲", BOLD),), (lines("乙", BOLD),))),),
        ),
        # what stands before the first item, or in no cell
        ("<ul>序<li>甲</li></ul>", (lines("序"), List(((lines("甲"),),)))),
        (
            "<table>序<tr><td>甲</td></tr></table>",
            (Table(((Cell((lines("序"),)),), (Cell((lines("甲"),)),))),),
        ),
        (
            '<table><tr><td colspan="200">甲</td></tr></table>',
            (Table(((Cell((lines("甲"),), 100),),)),),
        ),
        ("<ul><li></li></ul><table><tr><td></td></tr></table>", ()),
        # a heading has one paragraph; what holds more is none
        ("<h3>甲<br>乙</h3>", (Heading(3, (Text("甲\n乙"),)),)),
        ("<h3>甲<br><br>乙</h3>", (lines("甲"), lines("乙"))),
        ("<h3><ul><li>甲</li></ul></h3>", (List(((lines("甲"),),)),)),
    ],
)
def test_blocks(markup: str, blocks: tuple[Block, ...]) -> None:
    assert body_of(markup).blocks == blocks


def test_the_blocks_of_a_reply_without_markup() -> None:
    quote = Quote("话一\n\n话二", "甲")
    quoted = Quotation((lines("话一"), lines("话二")), quote)
    assert with_quotation(quote, "答") == (quoted, lines("答"))
    assert with_quotation(None, "答") == (lines("答"),)
