"""Whom words quote: by their first line, or by the floors above."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discuz.blocks import Framed, List, Paragraph, Quotation, Text
from crawler.discuz.context import Context
from crawler.discuz.facts import Quote
from crawler.discuz.post import render_html
from crawler.discuz.post.quotes import (
    PostLink,
    attributed,
    read_old_reply,
    split_quote,
    with_copied_quotes,
    without_label,
)
from tests.forum.cells import (
    CLOCK,
    CONTEXT,
    FINDPOST,
    ON_PHONES,
    UNKNOWN_NAMES,
    body_of,
    post_of,
)


@pytest.mark.parametrize(
    ("first", "author"),
    [
        ("甲 发表于 2024-5-6 08:20", "甲"),
        ("甲 發表於 2024-5-6 08:20", "甲"),
        ("甲 发布于 昨天 08:20", "甲"),
        ("Tinker posted on 2024-5-6 08:20", "Tinker"),
        ("原帖由 @甲 于 2008-1-1 10:00 发表", "甲"),
        ("引用：原帖由 甲 於 2008-1-1 10:00 發表", "甲"),
        ("甲 发表于 2024-5-6 08:20:", "甲"),
        ("甲 发表于 心情很好的时候", None),
        # a date, and more than a date: the author's own sentence
        ("我的短文发表于 2017-6-1 的晚报副刊", None),
        ("我的短文发表于 昨天的晚报", None),
        ("A letter posted on May 6, 2024 in the paper", None),
        ("原帖由本人 于 2008-1-1 10:00 发表在晚报", None),
        ("谢谢分享", None),
    ],
)
def test_the_first_line_of_a_frame(first: str, author: str | None) -> None:
    quote = attributed(f"{first}\n话", CLOCK)
    assert (quote.author if quote else None) == author
    assert quote is None or quote.text == "话"


UNREAD = "甲 发表于 心情很好的时候"


@pytest.mark.parametrize(
    ("first", "link", "post_id"),
    [
        # round the whole line, as of X2.5 and later; on a picture behind it, as before
        (UNREAD, PostLink("9", UNREAD, ""), "9"),
        (UNREAD, PostLink("9", "", f"{UNREAD} "), "9"),
        # no link that Discuz makes: the words are the author's
        (f"{UNREAD} 看这里", PostLink("9", "看这里", f"{UNREAD} "), None),
        (UNREAD, PostLink("9", "甲", ""), None),
        (UNREAD, PostLink("9", "", f"{UNREAD}\n话"), None),
    ],
)
def test_a_link_of_discuz_proves_a_head_line(
    first: str, link: PostLink, post_id: str | None
) -> None:
    quote = attributed(f"{first}\n话", CLOCK, link)
    assert (quote and quote.post_id) == post_id
    assert quote is None or (quote.author, quote.text) == ("甲", "话")


def test_a_bare_link_is_no_attribution() -> None:
    for words in ("第一章", "1楼", "甲说"):
        assert attributed(f"{words}\n话", CLOCK, PostLink("9", words, "")) is None


def test_any_link_in_the_first_line_names_the_answered_post() -> None:
    head = "甲 发表于 2024-5-6 08:20"
    for link in (
        PostLink("9", head, ""),
        PostLink("9", "甲", ""),
        PostLink("9", "", f"{head} "),
        PostLink("9", "2#", f"{head} "),
    ):
        first = head + (" 2#" if link.words == "2#" else "")
        quote = attributed(f"{first}\n话", CLOCK, link)
        assert quote is not None
        assert (quote.author, quote.post_id, quote.text) == ("甲", "9", "话")
    quote = attributed(f"{head}\n话 2#", CLOCK, PostLink("9", "2#", f"{head}\n话 "))
    assert quote is not None
    assert quote.post_id is None


@pytest.mark.parametrize(
    ("head", "author", "has_date"),
    [
        # language packs, apps, plugins
        ("Posted by 甲 at 2024-5-6 08:20", "甲", True),
        ("甲 at 2024-5-6 08:20", "甲", True),
        ("甲 2024-5-6 08:20", "甲", True),
        ("回复 甲:", "甲", False),
        # a name cannot be told
        ("甲 于某日写", None, False),
        ("甲 乙 2024-5-6 08:20", None, False),
        ("甲 at <some time>", None, False),
        ("@ 发表于 2024-5-6 08:20", None, True),
    ],
)
def test_a_head_line_of_another_make(head: str, author: str | None, has_date: bool) -> None:
    link = PostLink("9", head, "")
    quote = attributed(f"{head}\n话", CLOCK, link, grey=head)
    assert quote is not None
    assert (quote.author, quote.post_id, quote.text) == (author, "9", "话")
    assert bool(quote.date) is has_date
    assert quote.attribution_raw == (None if author and has_date else head)
    # the colour or the link alone: authors have both
    if "发表于" not in head:
        assert attributed(f"{head}\n话", CLOCK, link) is None
        assert attributed(f"{head}\n话", CLOCK, grey=head) is None
    arrow = attributed(f"{head} [查看图片]\n话", CLOCK, PostLink("9", "", f"{head} "), grey=head)
    assert arrow is not None
    assert (arrow.author, arrow.post_id, arrow.date) == (author, "9", quote.date)


@pytest.mark.parametrize(
    ("time", "has_raw"),
    [("2024-5-6 08:20", False), ("昨天 08:20", True), ("心情很好的时候", True)],
)
def test_the_raw_line_is_told_where_it_was_not_read_whole(time: str, has_raw: bool) -> None:
    first = f"甲 发表于 {time}"
    quote = attributed(f"{first}\n话", CLOCK, PostLink("9", first, ""))
    assert quote is not None
    assert quote.attribution_raw == (first if has_raw else None)


def test_a_proved_head_line_may_tell_more_than_a_date() -> None:
    head = "甲 发表于 2024-5-6 08:20 来自手机"
    quote = attributed(f"{head}\n话", CLOCK, grey=head)
    assert quote is not None
    assert quote.date is not None


def test_a_quote_whose_last_line_says_whom_it_quotes() -> None:
    text = "一\n二\n甲 发表于 2024-5-6 08:20"
    quote = attributed(text, CLOCK, closing="9")
    assert quote is not None
    assert (quote.author, quote.post_id, quote.text) == ("甲", "9", "一\n二")
    assert attributed(text, CLOCK) is None
    assert attributed("一\n我的短文发表于 2017-6-1 的晚报", CLOCK, closing="9") is None
    assert attributed("一\n二", CLOCK, closing="9") is None


def test_words_behind_an_old_head_line_stay() -> None:
    quote = attributed(
        "原帖由 甲 于 2008-1-1 10:00 发表 一\n二", CLOCK, PostLink("9", "", "原帖由 ")
    )
    assert quote is not None
    assert quote.text == "一\n二"


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
        ("2 天以前", None),
        # words of the day on which the quote was made
        ("刚才", None),
        ("昨天 08:20", None),
        ("3 天前", None),
        ("5-6 08:20", None),
    ],
)
def test_the_time_of_a_quote(time: str, date: tuple[str, str] | None) -> None:
    quote = attributed(f"甲 发表于 {time}\n话", CLOCK)
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
    ("words", "name", "read"),
    [
        ("回复 2# 甲", None, ("甲", "")),
        ("回覆 2楼 甲", None, ("甲", "")),
        ("回复 2# 甲 的帖子", None, ("甲", "")),
        ("回复 #2 甲 的帖子", None, ("甲", "")),
        ("回复 2# 甲 的帖子", "甲", ("甲", "")),
        ("回复 2# 甲 乙", "甲 乙", ("甲 乙", "")),
        ("回复 2#", None, (None, "")),
        # what is typed behind it is the author's
        ("回复 2# 甲 好\n啊", "甲", ("甲", "好\n啊")),
        ("回复 2# 甲 的帖子\n啊", None, ("甲", "啊")),
        ("回复 2# 甲 的帖子们", "甲", ("甲", "的帖子们")),
        ("回复 2# 甲 好", "好", ("甲 好", "")),
        ("回复 2# " + "字" * 61, None, (None, "字" * 61)),
        ("我回复 2# 甲", None, None),
        ("回复 甲", None, None),
    ],
)
def test_the_bold_line_of_old_replies(
    words: str, name: str | None, read: tuple[str | None, str] | None
) -> None:
    got = read_old_reply(words, "9", name)
    assert got == (read and (Quote("", read[0], "9"), read[1]))


@pytest.mark.parametrize(
    ("markup", "text", "answered"),
    [
        (
            f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> </strong><br />\n好',
            "好",
            ["9"],
        ),
        (
            f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> 你<a href="http://x.example/">看'
            "</a></strong><br />好",
            "你看\n好",
            ["9"],
        ),
        (
            f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> 你说<br /></strong>好',
            "你说\n好",
            ["9"],
        ),
        (
            f'<b>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> 你说<br /></b><div>好</div>',
            "你说\n好",
            ["9"],
        ),
        (f'一<br /><b>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i><br /></b>好', "一\n好", ["9"]),
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


def test_what_stands_in_the_bold_line_of_an_old_reply_stays() -> None:
    head = f'<b>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> '
    body = body_of(
        f'{head}你说<ul><li>一</ul>二<img src="http://p.example/a.png" />三'
        '<div class="quote"><blockquote>四</blockquote></div></b>五'
    )
    assert body.text == "你说\n- 一\n二三\n四\n\n五"
    assert 'src="http://p.example/a.png"' in render_html(body.blocks)
    assert [quote.post_id for quote in body.quotes] == ["9"]
    # next to nothing of his own stands in the line
    assert body_of(f"{head}<pre>一</pre></b>二").text == "一\n\n二"


@pytest.mark.parametrize("context", [CONTEXT, ON_PHONES, UNKNOWN_NAMES])
def test_the_name_in_an_old_reply_is_no_more_than_the_name(context: Context) -> None:
    line = f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> 的帖子</strong>'
    body = body_of(f"{line}<br />好", context)
    assert [quote.author for quote in body.quotes] == ["甲"]
    assert (body.text, body.links, body.unaccounted) == ("好", (), 0)


def test_words_in_an_old_reply_keep_their_links() -> None:
    line = f'<strong>回复 <a href="{FINDPOST}9">2#</a> <i>甲</i> <a href="http://x.example/">看</a>'
    assert [link.url for link in body_of(f"{line}</strong>").links] == ["http://x.example/"]


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


@pytest.mark.parametrize(
    ("earlier", "left"),
    [
        ("前\n桥头的灯亮了，大家都去看。\n后", "前\n后"),
        ("桥头的灯亮了，大家都去看。\n后", "后"),
        # no line of its own: in which shape it stood there is not known
        ("前桥头的灯亮了，大家都去看。\n后", None),
        (None, None),
    ],
)
def test_a_copied_frame_is_none_of_the_words_of_schema_1_0(
    earlier: str | None, left: str | None
) -> None:
    answer = post_of(2, "乙", frame("桥头的灯亮了，大家都去看。"), "我也去")
    answer = replace(answer, body=replace(answer.body, earlier_text=earlier))
    _, got = with_copied_quotes([ABOVE, answer])
    assert got.body.earlier_text == left


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
        # the address of the arrow behind the line
        ("丙 发表于 2024-5-6 08:20 static/image/common/back.gif\n话\n\n答", "话", "答"),
        # another author, another moment: not that post
        ("乙 发表于 2024-5-6 08:00\n一\n\n二\n\n答", "一", "二\n\n答"),
        ("甲 发表于 2024-5-6 08:20\n一\n\n二\n\n答", "一", "二\n\n答"),
        ("回复 2# 甲\n答", None, "回复 2# 甲\n答"),
        ("甲 发表于 心情很好的时候\n话", None, "甲 发表于 心情很好的时候\n话"),
        ("甲 发表于 那天很冷\n话", None, "甲 发表于 那天很冷\n话"),
        ("短文 发表于 2017-6-1 的晚报\n话", None, "短文 发表于 2017-6-1 的晚报\n话"),
        ("只有话", None, "只有话"),
    ],
)
def test_a_quotation_that_lost_its_frame(text: str, quoted: str | None, rest: str) -> None:
    quote, left = split_quote(text, CLOCK, [post_of(1, "甲", "一\n\n二\n\n三")])
    assert (quote.text if quote else None, left) == (quoted, rest)


def test_a_lost_frame_tells_the_name_and_no_more() -> None:
    quote, _ = split_quote("回复 2# 甲 的帖子\n\n答", CLOCK, [])
    assert quote == Quote("", "甲")
    quote, _ = split_quote("甲 发表于 3 天前\n话", CLOCK, [])
    assert quote == Quote("话", "甲", attribution_raw="甲 发表于 3 天前")
