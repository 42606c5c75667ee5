"""Whom words quote: by their first line, or by the floors above."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import Framed, List, Paragraph, Quotation, Text
from crawler.discuz.facts import Quote
from crawler.discuz.post.quotes import (
    attributed,
    read_old_reply,
    split_quote,
    with_copied_quotes,
    without_label,
)
from tests.forum.cells import CLOCK, FINDPOST, body_of, post_of


@pytest.mark.parametrize(
    ("first", "author"),
    [
        ("甲 发表于 2024-5-6 08:20", "甲"),
        ("甲 發表於 2024-5-6 08:20", "甲"),
        ("甲 发布于 昨天 08:20", "甲"),
        ("Tinker posted on 2024-5-6 08:20", "Tinker"),
        ("原帖由 @甲 于 2008-1-1 10:00 发表", "甲"),
        ("引用：原帖由 甲 於 2008-1-1 10:00 發表", "甲"),
        ("甲 发表于 心情很好的时候", None),
        ("谢谢分享", None),
    ],
)
def test_the_first_line_of_a_frame(first: str, author: str | None) -> None:
    quote = attributed(f"{first}\n话", None, CLOCK)
    assert (quote.author if quote else None) == author
    assert quote is None or quote.text == "话"


def test_a_link_to_a_post_is_enough() -> None:
    assert attributed("甲说\n话", ("9", "甲说"), CLOCK) == Quote("话", None, "9")
    assert attributed("甲说 的\n话", ("9", "甲说"), CLOCK) is None
    quote = attributed("甲 发表于 心情很好的时候\n话", ("9", "x"), CLOCK)
    assert quote == Quote("话", "甲", "9")


@pytest.mark.parametrize("time", ["心情很好的时候", "刚刚", "", "25-31-2024 99:99", "字" * 60])
def test_a_quote_with_an_unreadable_time_keeps_its_author(time: str) -> None:
    first = f"甲 发表于 {time}".strip()
    linked = body_of(
        f'<div class="quote"><blockquote><a href="{FINDPOST}9">{first}</a><br />话</blockquote></div>'
    )
    (quote,) = linked.quotes
    assert (quote.author, quote.text, quote.post_id) == ("甲", "话", "9")
    for colour in ('font color="#999999"', 'span style="color: rgb(153, 153, 153)"'):
        end = colour.split()[0]
        grey = body_of(
            f'<div class="quote"><blockquote><font size="2"><{colour}>{first}</{end}></font><br />'
            "话</blockquote></div>答"
        )
        (quote,) = grey.quotes
        assert (quote.author, quote.text, quote.post_id, grey.text) == ("甲", "话", None, "答")


@pytest.mark.parametrize(
    ("time", "date"),
    [
        ("2024-5-6 08:20", ("2024-05-06T08:20:00+08:00", "minute")),
        ("2024-5-6", ("2024-05-06T00:00:00+08:00", "day")),
        # words of the day on which the quote was made
        ("刚才", None),
        ("昨天 08:20", None),
        ("3 天前", None),
        ("5-6 08:20", None),
    ],
)
def test_the_time_of_a_quote(time: str, date: tuple[str, str] | None) -> None:
    quote = attributed(f"甲 发表于 {time}\n话", ("9", "x"), CLOCK)
    assert quote is not None
    told = (quote.date.value.isoformat(), quote.date.precision) if quote.date else None
    assert told == date


@pytest.mark.parametrize(
    "frame",
    [
        # of another colour, not the first words, not the whole line, not such a line
        '<font color="#998999">甲 发表于 晚报</font><br />话',
        '话<br /><font color="#999999">甲 发表于 晚报</font>',
        '<font color="#999999">甲</font> 发表于 晚报<br />话',
        '<font color="#999999">甲说</font><br />话',
    ],
)
def test_grey_words_alone_name_nobody(frame: str) -> None:
    assert body_of(f'<div class="quote"><blockquote>{frame}</blockquote></div>').quotes == ()


@pytest.mark.parametrize(
    ("words", "left"),
    [("引用: 话", "话"), (" 引用：\n话", "话"), ("我引用: 话", "我引用: 话"), ("", "")],
)
def test_labels(words: str, left: str) -> None:
    assert without_label(words) == left


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("回复 2# 甲", Quote("", "甲", "9")),
        ("回覆 2楼 甲", Quote("", "甲", "9")),
        ("回复 2#", Quote("", None, "9")),
        ("我回复 2# 甲", None),
        ("回复 甲", None),
    ],
)
def test_the_bold_line_of_old_replies(words: str, quote: Quote | None) -> None:
    assert read_old_reply(words, "9") == quote


@pytest.mark.parametrize(
    ("markup", "text", "answered"),
    [
        (
            f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> </strong><br />\n好',
            "好",
            ["9"],
        ),
        # typed by hand, or about another link: the author's words
        ("<strong>回复 2# 甲</strong><br />\n好", "回复 2# 甲\n好", []),
        (
            '见 <a href="x?goto=findpost&amp;pid=7">这里</a><br /><strong>回复 2# 甲</strong>好',
            "见 这里\n回复 2# 甲好",
            [],
        ),
        (
            '<strong>回复 <a class="relatedlink" href="x?pid=9">2#</a> 甲</strong>好',
            "回复 2# 甲好",
            [],
        ),
    ],
)
def test_an_old_reply_in_its_cell(markup: str, text: str, answered: list[str]) -> None:
    body = body_of(markup)
    assert body.text == text
    assert [quote.post_id for quote in body.quotes] == answered


@pytest.mark.xfail(strict=True, reason="the name is all words behind the number, not those in <i>")
def test_the_name_in_an_old_reply_is_no_more_than_the_name() -> None:
    line = f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> 的帖子</strong>'
    assert [quote.author for quote in body_of(f"{line}<br />好").quotes] == ["甲"]


def frame(*words: str) -> Framed:
    return Framed(tuple(Paragraph((Text(each),)) for each in words))


ABOVE = post_of(1, "甲", "桥头的灯亮了，大家都去看。\n人很多")


@pytest.mark.parametrize(
    ("words", "is_quote"),
    [
        ("桥头的灯亮了，大家都去看。", True),
        ("灯亮了，大家都去看。", True),  # ten signs of a line
        ("人很多", False),  # a whole line, but one that everybody writes
        ("大家都去看。", False),  # six signs, part of a line
        ("桥头的灯灭了，大家都走了。", False),
    ],
)
def test_a_frame_without_attribution_quotes_what_stands_above(words: str, is_quote: bool) -> None:
    answer = post_of(2, "乙", frame(words), "我也去")
    _, got = with_copied_quotes([ABOVE, answer])
    wanted = [("甲", "1", words)] if is_quote else []
    assert [(quote.author, quote.post_id, quote.text) for quote in got.body.quotes] == wanted
    assert got.body.text == ("我也去" if is_quote else f"{words}\n\n我也去")


def test_only_frames_that_name_nobody_are_searched() -> None:
    words = "桥头的灯亮了，大家都去看。"
    named = Quotation(frame(words).blocks, Quote(words, "丙", "7"))
    framed_by_list = List((frame(words).blocks,))
    for block in (named, framed_by_list):
        post = post_of(2, "乙", block, "我也去")
        assert with_copied_quotes([ABOVE, post])[1] is post


def test_nobody_quotes_himself_or_what_comes_later() -> None:
    words = "桥头的灯亮了，大家都去看。"
    own = post_of(2, "甲", frame(words))
    assert not with_copied_quotes([ABOVE, own])[1].body.quotes
    early = post_of(1, "乙", frame(words))
    assert not with_copied_quotes([early, ABOVE])[0].body.quotes


@pytest.mark.parametrize(
    ("text", "quoted", "rest"),
    [
        # ends with the first paragraph
        ("丙 发表于 2024-5-6 08:20\n话\n\n答", "话", "答"),
        # the quoted post is above: so far as its words go
        ("甲 发表于 2024-5-6 08:00\n一\n\n二\n\n答", "一\n\n二", "答"),
        ("甲 发表于 2024-5-6 08:00\n一\n\n二...\n\n答", "一\n\n二...", "答"),
        ("回复 2# 甲\n\n答", "", "答"),
        # another author, another moment: not that post
        ("乙 发表于 2024-5-6 08:00\n一\n\n二\n\n答", "一", "二\n\n答"),
        ("甲 发表于 2024-5-6 08:20\n一\n\n二\n\n答", "一", "二\n\n答"),
        ("回复 2# 甲\n答", None, "回复 2# 甲\n答"),
        ("甲 发表于 心情很好的时候\n话", None, "甲 发表于 心情很好的时候\n话"),
        ("甲 发表于 那天很冷\n话", None, "甲 发表于 那天很冷\n话"),
        ("只有话", None, "只有话"),
    ],
)
def test_a_quotation_that_lost_its_frame(text: str, quoted: str | None, rest: str) -> None:
    quote, left = split_quote(text, CLOCK, [post_of(1, "甲", "一\n\n二\n\n三")])
    assert (quote.text if quote else None, left) == (quoted, rest)
