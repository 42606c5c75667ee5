"""Blocks → Markdown: what a CommonMark parser reads of it is what the blocks say."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from crawler.discuz.blocks import (
    Block,
    Cell,
    Code,
    File,
    Folded,
    Framed,
    Heading,
    List,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Table,
    Text,
    Withheld,
)
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.facts import Moment, Quote
from crawler.discuz.post import render_html, render_markdown
from crawler.discuz.post.flow import merged
from tests.discuz.test_bounds import steps
from tests.discuz.test_render_html import ALONE, CLOSED, OPENED, lines, text
from tests.forum.cells import body_of

PARSER = MarkdownIt().enable(["table", "strikethrough"])
DATE = Moment(datetime(2024, 5, 6, 8, 20, tzinfo=DEFAULT_ZONE), "minute", "2024-5-6 08:20")


@pytest.mark.parametrize(
    ("block", "markdown", "html"),
    [
        (lines("一\n二"), "一  \n二", "<p>一<br />\n二</p>\n"),
        (
            lines("1. *a* <b>\n- b"),
            "1\\. \\*a\\* \\<b\\>  \n\\- b",
            "<p>1. *a* &lt;b&gt;<br />\n- b</p>\n",
        ),
        (lines("    缩进"), "\xa0\xa0\xa0\xa0缩进", None),
        (
            lines("好", text("人", "bold", "italic"), "家"),
            "好***人***家",
            "<p>好<em><strong>人</strong></em>家</p>\n",
        ),
        (lines("甲", text(" 旧 ", "struck"), "乙"), "甲 ~~旧~~ 乙", "<p>甲 <s>旧</s> 乙</p>\n"),
        # signs of two styles that meet would be read as others: marks that are shared stand once
        (
            lines(text("甲", "bold"), text("乙", "bold", "italic"), text("丙", "bold")),
            "**甲*乙*丙**",
            "<p><strong>甲<em>乙</em>丙</strong></p>\n",
        ),
        (
            lines(text("甲", "bold"), text("乙", "bold", "struck")),
            "**甲**~~乙~~",
            "<p><strong>甲</strong><s>乙</s></p>\n",
        ),
        (
            lines(text("甲", "bold"), text("2", "bold", "superscript")),
            "**甲2**",
            "<p><strong>甲2</strong></p>\n",
        ),
        (lines(text("甲", "italic"), text("乙", "bold")), "*甲*乙", "<p><em>甲</em>乙</p>\n"),
        (
            lines(text("甲", "bold"), text(" 乙", "italic")),
            "**甲** *乙*",
            "<p><strong>甲</strong> <em>乙</em></p>\n",
        ),
        (
            lines(
                text("甲", link="http://x.example/"), text("乙", "bold", link="http://x.example/")
            ),
            "[甲**乙**](<http://x.example/>)",
            '<p><a href="http://x.example/">甲<strong>乙</strong></a></p>\n',
        ),
        # ![x](y) would be a picture
        (
            lines("看!", text("网", link="http://x.example/")),
            "看\\![网](<http://x.example/>)",
            '<p>看!<a href="http://x.example/">网</a></p>\n',
        ),
        (lines("看!", File("http://x.example/", "表")), "看\\![表](<http://x.example/>)", None),
        (lines("甲", text(" ", link="http://x.example/"), "乙"), "甲 乙", None),
        # a mark of punctuation in it and a letter behind: CommonMark would see no emphasis
        (lines(text("“灯”", "bold"), "亮了"), "“灯”亮了", "<p>“灯”亮了</p>\n"),
        (
            lines(text("“灯”", "bold"), "，亮了"),
            "**“灯”**，亮了",
            "<p><strong>“灯”</strong>，亮了</p>\n",
        ),
        (
            lines(text("网", link="http://x.example/?a=(1)")),
            "[网](<http://x.example/?a=(1)>)",
            '<p><a href="http://x.example/?a=(1)">网</a></p>\n',
        ),
        (lines(text("坏", link="javascript:x")), "坏", None),
        (
            lines(Smiley("", "http://b.example/s.gif")),
            "![](<http://b.example/s.gif>)",
            '<p><img src="http://b.example/s.gif" alt="" /></p>\n',
        ),
        (lines("好", Smiley("[lol]")), "好\\[lol\\]", "<p>好[lol]</p>\n"),
        (
            lines(Picture("http://p.example/a b.png", "图")),
            "![图](<http://p.example/a%20b.png>)",
            None,
        ),
        (
            lines(Picture("http://p.example/a.png", None, "http://x.example/")),
            "[![](<http://p.example/a.png>)](<http://x.example/>)",
            None,
        ),
        (lines(File("http://b.example/f", "表.zip")), "[表.zip](<http://b.example/f>)", None),
        (lines(File(None, "表.zip")), "表.zip", None),
        (lines(Media("http://v.example/x")), "<http://v.example/x>", None),
        # below the title of the thread and the line above the post
        (Heading(2, (Text("题"),)), "#### 题", "<h4>题</h4>\n"),
        (Heading(6, (Text("题"),)), "###### 题", "<h6>题</h6>\n"),
        # lines of quotations and items are lines there as well
        (
            Framed((lines("一\n二"),)),
            "> 一  \n> 二",
            "<blockquote>\n<p>一<br />\n二</p>\n</blockquote>\n",
        ),
        (
            List(((lines("一\n二"),),)),
            "- 一  \n  二",
            "<ul>\n<li>一<br />\n二</li>\n</ul>\n",
        ),
        (
            List(((lines("甲"),), (lines("乙"), List(((lines("丙"),),))))),
            "- 甲\n- 乙\n\n  - 丙",
            None,
        ),
        (
            List(((lines("甲"),), (lines("乙"),)), "a", 9),
            "9. 甲\n10. 乙",
            '<ol start="9">\n<li>甲</li>\n<li>乙</li>\n</ol>\n',
        ),
        (
            Table(
                (
                    (Cell((lines("甲|一\n二"),)), Cell()),
                    (Cell((lines("丙"),)), Cell((lines("丁"),))),
                )
            ),
            "| 甲\\|一 二 |  |\n| --- | --- |\n| 丙 | 丁 |",
            None,
        ),
        (Table(((Cell((lines("一"), lines("二"))),),)), "一\n\n二", None),
        # a cell has one line, and a | ends it
        *(
            (
                Table(((Cell((block,)), Cell((lines("丁"),))),)),
                f"| {cell} | 丁 |\n| --- | --- |",
                None,
            )
            for block, cell in (
                (Code("a|b\nc", "python"), "a\\|b c"),
                (Heading(2, (Text("题|目"),)), "题\\|目"),
                (List(((lines("甲"),), (Code("a|b"),)), "1"), "1. 甲 2. a\\|b"),
                (Table(((Cell((lines("甲"),)), Cell((Code("a|b"),))),)), "甲 a\\|b"),
                (Quotation((lines("一\n二"),), Quote("", "甲|")), "**甲\\|** 一 二"),
                (Framed((lines("一"), Code("a|b"))), "一 a\\|b"),
                (Folded((lines("一"),)), "一"),
                (Withheld("请|回复"), "*请\\|回复*"),
                (Rule(), ""),
            )
        ),
        (
            Code("a *b*\n```\n  c", "python"),
            "````python\na *b*\n```\n  c\n````",
            '<pre><code class="language-python">a *b*\n```\n  c\n</code></pre>\n',
        ),
        (
            Quotation((lines("话"),), Quote("话", "甲", "9", DATE)),
            "> **甲 2024-05-06T08:20:00+08:00**\n>\n> 话",
            None,
        ),
        (Quotation((), Quote("", None, "9", None, "甲 曾说")), "> **甲 曾说**", None),
        (Framed((lines("框"),)), "> 框", "<blockquote>\n<p>框</p>\n</blockquote>\n"),
        (Folded((lines("谜底"),)), "> 谜底", None),
        (Withheld("请回复"), "*请回复*", "<p><em>请回复</em></p>\n"),
        (Rule(), "---", "<hr />\n"),
    ],
)
def test_markdown(block: Block, markdown: str, html: str | None) -> None:
    assert render_markdown((block,)) == markdown
    if html is not None:
        assert PARSER.render(markdown) == html


def test_pictures_and_files_lie_where_they_were_put() -> None:
    content = (Picture("http://p/a", "图", None, "media/a"), File("http://b/f", "表", "media/f"))
    shown = render_markdown(
        (Paragraph(content),), lambda url, path: f"../{path}" if path else url or ""
    )
    assert shown == "![图](<../media/a>)[表](<../media/f>)"


def combinations_of_marks() -> list[tuple[Mark, ...]]:
    marks: tuple[Mark, ...] = ("bold", "italic", "struck")
    return [each for size in range(4) for each in combinations(marks, size)]


# Smilies and names of files are words in one of the two alone; quotations have other heads.
PIECES = [
    each
    for each in OPENED + CLOSED + ALONE
    if "smilieid" not in each
    and "attach" not in each
    and "发表于" not in each
    and "回复" not in each
]
words = st.text("甲乙丙abc12 .*_`#[]()<>|~$&-+=:!“”，。\\", max_size=12)
markups = st.lists(
    st.sampled_from(PIECES)
    | words.map(lambda said: said.replace("&", "&amp;").replace("<", "&lt;")),
    max_size=25,
).map("".join)


def visible(html: str) -> str:
    said = "".join(map(str, lxml_html.fromstring(f"<div>{html}</div>").itertext()))
    return "".join(said.split())


@pytest.mark.parametrize("marks", combinations_of_marks())
def test_no_signs_of_three_styles_side_by_side_are_shown(marks: tuple[Mark, ...]) -> None:
    others = list(product(("甲", "“乙", " 丙"), combinations_of_marks()))
    for (first, before), (last, behind) in product(others, repeat=2):
        parts = text(first, *before), text("丁", *marks), text(last, *behind)
        block = Paragraph(merged(parts))
        parsed = PARSER.render(render_markdown((block,)))
        assert visible(parsed) == visible(first + "丁" + last), parts


@given(markups)
@example("<b>1<s>1")
@example("<hr><br>&lt;b&gt;")
@example("<table><td><td><h3>1")
@example('!<a href="http://x.example/">1')
@example("1<br><br><hr>")
@settings(max_examples=1000, deadline=None)
@example('!<a href="http://x.example/">1</a>')
@example("<b>1<s>1")
@example("<i>1<b>1</b>1")
def test_no_word_is_lost_or_made_markup(markup: str) -> None:
    blocks = body_of(markup).blocks
    parsed = PARSER.render(render_markdown(blocks))
    assert visible(parsed) == visible(render_html(blocks))


def test_tables_in_tables_are_rendered_once() -> None:
    def nested(depth: int) -> tuple[Block, ...]:
        return body_of("<table><tr><td>" * depth + "话").blocks

    assert render_markdown(nested(31)) == "话"
    assert steps(lambda: render_markdown(nested(24))) < 3 * steps(
        lambda: render_markdown(nested(12))
    )


def test_a_table_without_rows() -> None:
    assert render_markdown((Table(()),)) == ""


def test_rows_are_not_made_as_long_as_the_longest() -> None:
    rows = ((Cell(),) * 2000, *(((Cell((Paragraph((Text("话"),)),)),),) * 2000))
    assert len(render_markdown((Table(rows),))) < 50_000


def test_code_keeps_its_tabs() -> None:
    assert render_markdown((Code("all:\n\tmake"),)) == "```\nall:\n\tmake\n```"
