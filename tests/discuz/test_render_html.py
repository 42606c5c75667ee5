"""Blocks → HTML → blocks: nothing is lost, and nothing but what is allowed is in it."""

from __future__ import annotations

import re
from datetime import datetime

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.discuz.blocks import (
    Block,
    Cell,
    Code,
    File,
    Folded,
    Framed,
    Heading,
    List,
    Media,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Style,
    Table,
    Text,
    Withheld,
)
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import Moment, Quote
from crawler.discuz.post.render_html import read_html, render_html
from crawler.discuz.post.render_text import render_text
from tests.forum.cells import FINDPOST, body_of

ATTRIBUTES = {
    "a": {"href", "class", "data-url"},
    "blockquote": {"data-post"},
    "code": {"class"},
    "details": {"class"},
    "img": {"src", "alt", "class", "data-url"},
    "ol": {"start", "type"},
    "p": {"class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime", "data-precision"},
}
TAGS = set(
    "a blockquote br cite code del details em figure footer h1 h2 h3 h4 h5 h6 hr img li ol p pre span"
    " strong sub sup table td th time tr ul".split()
)
SCHEMES = {"http", "https", "ftp", "mailto", "magnet", "ed2k"}


def text(words: str, *marks: str, link: str | None = None) -> Text:
    return Text(words, Style(marks, link))  # type: ignore[arg-type]


def lines(*parts: object) -> Paragraph:
    return Paragraph(tuple(Text(each) if isinstance(each, str) else each for each in parts))  # type: ignore[misc]


DATE = Moment(datetime(2024, 5, 6, 8, 20, tzinfo=DEFAULT_ZONE), "minute", "2024-5-6 08:20")
QUOTE = Quote("话", "甲<乙", "9", DATE)


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (lines("一\n二"), "<p>一<br>二</p>"),
        (lines('a < b & "c"'), "<p>a &lt; b &amp; &quot;c&quot;</p>"),
        # an indent and a gap that the author typed
        (lines("  一  二\n 三"), "<p>\xa0\xa0一 \xa0二<br>\xa0三</p>"),
        (lines(text("甲", "bold", "struck")), "<p><strong><del>甲</del></strong></p>"),
        (
            lines("水", text("2", "subscript"), "米", text("2", "superscript")),
            "<p>水<sub>2</sub>米<sup>2</sup></p>",
        ),
        (
            lines(text("网", "italic", link="http://x.example/?a=1&b=2")),
            '<p><a href="http://x.example/?a=1&amp;b=2"><em>网</em></a></p>',
        ),
        (lines(text("坏", link="javascript:alert(1)")), "<p>坏</p>"),
        (
            lines("好", Smiley("[lol]", "http://b.example/lol.gif")),
            '<p>好<img class="smiley" alt="[lol]" src="http://b.example/lol.gif"></p>',
        ),
        (
            lines(Picture("http://p.example/a.png", "图")),
            '<figure><img src="http://p.example/a.png" alt="图"></figure>',
        ),
        (
            lines(Picture("http://p.example/a.png", None, "http://x.example/")),
            '<figure><a href="http://x.example/"><img src="http://p.example/a.png" alt=""></a></figure>',
        ),
        (
            lines("看", Picture("http://p.example/a.png", None, None, "media/ab/a.png")),
            '<p>看<img src="media/ab/a.png" data-url="http://p.example/a.png" alt=""></p>',
        ),
        (
            lines(File("http://b.example/f?aid=6")),
            '<p><a class="file" href="http://b.example/f?aid=6">http://b.example/f?aid=6</a></p>',
        ),
        (
            lines(File("http://b.example/f?aid=5", "表.zip")),
            '<p><a class="file" href="http://b.example/f?aid=5">表.zip</a></p>',
        ),
        (
            lines(Media("http://v.example/x")),
            '<p><a class="media" href="http://v.example/x">http://v.example/x</a></p>',
        ),
        (Heading(2, (Text("题"),)), "<h2>题</h2>"),
        (
            List(((lines("甲"),), (lines("乙"), Rule()))),
            "<ul><li>甲</li><li><p>乙</p><hr></li></ul>",
        ),
        (List(((lines("甲"),),), "1"), "<ol><li>甲</li></ol>"),
        (List(((lines("甲"),),), "a", 3), '<ol type="a" start="3"><li>甲</li></ol>'),
        (
            Table(((Cell((lines("甲"),), is_heading=True), Cell(columns=2, rows=3)),)),
            '<table><tr><th>甲</th><td colspan="2" rowspan="3"></td></tr></table>',
        ),
        (
            Code("a <b>\n\n  c", "python"),
            '<pre><code class="language-python">a &lt;b&gt;\n\n  c</code></pre>',
        ),
        (
            Quotation((lines("话"),), QUOTE),
            '<blockquote data-post="9"><footer><cite>甲&lt;乙</cite> '
            '<time datetime="2024-05-06T08:20:00+08:00" data-precision="minute">2024-5-6 08:20</time>'
            "</footer><p>话</p></blockquote>",
        ),
        (
            Quotation((), Quote("", None, "9", None, "甲 曾说")),
            '<blockquote data-post="9"><footer><span>甲 曾说</span></footer></blockquote>',
        ),
        (
            Quotation((), Quote("", "甲")),
            '<blockquote data-post=""><footer><cite>甲</cite></footer></blockquote>',
        ),
        (Framed((lines("框"),)), "<blockquote><p>框</p></blockquote>"),
        (Folded((lines("谜底"),)), '<details class="spoiler"><p>谜底</p></details>'),
        (
            Folded((lines("钥匙"),), is_unlocked=True),
            '<details class="unlocked"><p>钥匙</p></details>',
        ),
        (Withheld("游客，请回复"), '<p class="withheld">游客，请回复</p>'),
        (Rule(), "<hr>"),
    ],
)
def test_html(block: Block, html: str) -> None:
    assert render_html((block,)) == html
    if "javascript" not in str(block):
        assert read_html(html) == (block,)


def test_no_html_is_no_blocks() -> None:
    assert read_html("") == ()


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("甲<p>乙</p>丙", "<p>甲</p><p>乙</p><p>丙</p>"),
        ("<blockquote>甲<p>乙</p></blockquote>", "<blockquote><p>甲</p><p>乙</p></blockquote>"),
        ("<p>甲</p>\n <p>乙</p>", "<p>甲</p><p>乙</p>"),
        ("<section>甲<b>乙</b></section>", "<p>甲乙</p>"),
        ("<ol type=x start=x><li>甲</li></ol>", "<ol><li>甲</li></ol>"),
        # what is no words
        ("<p>甲<script>x()</script>乙<!-- y --><?z?></p><style>p{}</style>", "<p>甲乙</p>"),
        # a date of no known precision or form
        (
            '<blockquote data-post=""><footer><time datetime="x" data-precision="day"></time></footer>'
            "</blockquote>",
            '<blockquote data-post=""><footer></footer></blockquote>',
        ),
    ],
)
def test_the_words_of_other_html_are_read(html: str, read: str) -> None:
    assert render_html(read_html(html)) == read


@pytest.mark.parametrize("opened", ["<b>", "<div>", "<blockquote>", "<ul><li>", "<table><tr><td>"])
def test_no_depth_of_other_html_is_too_deep(opened: str) -> None:
    assert render_html(read_html(opened * 600 + "甲")) == "<p>甲</p>"


# the deepest that is read of a page
DEEPEST = "<table><tr><td>" * 40 + '<a href="http://x.example/"><b><i><s><sup><sub>甲'


# -- the law ---------------------------------------------------------------------------------------

OPENED = [
    *("<b>", "<i>", "<s>", "<sup>", "<sub>", "<u>", "<p>", "<div>", "<h3>", "<pre>", "<ul>"),
    *("<ol start=3>", '<ul type="1">', '<ol type="A">', "<li>", "<table>", "<tr>", "<td>", "<th>"),
    *('<td colspan="2">', '<td rowspan="2">', "<blockquote>", '<font color="red">', "<strike>"),
    *('<div class="quote"><blockquote>', '<div class="blockcode">', '<div class="spoiler">'),
    *('<div class="showhide">', '<div class="locked">', '<div align="center">'),
    *(
        '<a href="http://x.example/?a=1&amp;b=2">',
        '<a href="javascript:;">',
        '<a href="mailto:a@b.example">',
    ),
    f'<div class="quote"><blockquote><a href="{FINDPOST}9">甲 发表于 2024-5-6 08:20</a><br />',
    *('<strong>回复 <a href="' + FINDPOST + '9">2#</a> <i>甲</i></strong>', "<ignore_js_op>"),
]
CLOSED = [
    *(
        "</b>",
        "</i>",
        "</s>",
        "</p>",
        "</div>",
        "</h3>",
        "</pre>",
        "</ul>",
        "</ol>",
        "</li>",
        "</a>",
    ),
    *("</td>", "</tr>", "</table>", "</blockquote>", "</blockquote></div>", "</font>", "</strike>"),
]
ALONE = [
    *("<br>", "<br />\n", "<hr>", "&nbsp;", "&nbsp;&nbsp;", "\n", " ", "\t", "&lt;b&gt;", "&amp;"),
    '<img src="static/image/smiley/default/lol.gif" smilieid="1" alt="[lol]" />',
    '<img src="http://p.example/a.png" title="图" />',
    '<span id="attach_5"><a href="forum.php?mod=attachment&amp;aid=5">图.zip</a></span>',
    '<iframe src="http://v.example/x"></iframe>',
    '<font class="jammer">9 Z% r$ z) l</font>',
]
words = st.text(st.characters(codec="utf-8", exclude_characters="\ud800"), max_size=12)
markups = st.lists(st.sampled_from(OPENED + CLOSED + ALONE) | words, max_size=30).map("".join)


@given(markups)
@settings(max_examples=2000, deadline=None)
@example("<b>一<br>二</b><br>三")
@example(DEEPEST)
@example("<pre> a\n\n\n b</pre>")
def test_html_is_read_back_and_holds_nothing_else(markup: str) -> None:
    body = body_of(markup)
    html = render_html(body.blocks)
    assert read_html(html) == body.blocks
    assert render_text(read_html(html)) == body.text
    clean = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    assert read_html(clean.replace("<tbody>", "").replace("</tbody>", "")) == body.blocks


@pytest.mark.parametrize(
    "html",
    [
        "<b>" * 1900 + "话",
        '<blockquote data-post="">' * 1500 + "<p>话</p>",
        "<ul><li>" * 900 + "话",
    ],
)
def test_html_that_is_nested_too_deep_is_words(html: str) -> None:
    assert read_html(html) == (lines("话"),)


def test_the_deepest_body_is_read_back() -> None:
    body = body_of("<table><tr><td>一<b><i><s><sup><sub><a href='http://x.example/'>二" * 60)
    assert read_html(render_html(body.blocks)) == body.blocks


def test_a_table_without_rows() -> None:
    assert render_text(read_html("<table></table>")) == ""


def test_control_characters_of_signs_and_addresses() -> None:
    body = body_of(
        '<img smilieid="1" src="s.gif" alt=":&#13;&#1;)" /><a href="ed2k://|file|&#1;x|/">文</a>'
    )
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", render_html(body.blocks))
    assert render_html(body.blocks).startswith('<p><img class="smiley" alt=":)"')
