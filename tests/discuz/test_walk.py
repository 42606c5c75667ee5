"""The walk over a cell: its order, its depth, the lines and containers it writes."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import Code
from crawler.discuz.post.flow import Closed, paragraphs
from crawler.discuz.post.walk import Leave, Walk, skip
from tests.forum.cells import CONTEXT, ON_PHONES, body_of, cell_of


def test_every_element_is_begun_once_in_document_order_and_ended_behind_its_words() -> None:
    seen: list[str] = []

    def enter(walk: Walk, element) -> Leave | None:
        seen.append(element.tag)
        if element.tag == "u":
            return skip
        return lambda _, left: seen.append(f"/{left.tag}")

    walk = Walk(CONTEXT)
    blocks = walk.run(cell_of("一<b>二<i>三</i>四</b>五<u>不<s>见</s></u>六"), enter)
    assert seen == ["b", "i", "/i", "/b", "u"]
    assert blocks == paragraphs("一二三四五六")


@pytest.mark.parametrize("tag", ["font", "div", "b", "a href=x", "ul", 'div class="quote"'])
def test_any_depth_is_read(tag: str) -> None:
    """Far deeper than Python's stack: libxml2 gives up to 2,048 open elements."""
    name = tag.split(maxsplit=1)[0]
    assert body_of(f"<{tag}>" * 1900 + "底" + f"</{name}>" * 1900 + "面").text.split() in (
        ["底面"],
        ["底", "面"],
    )


@pytest.mark.parametrize("outer", ["spoiler", "quote"])
def test_spoilers_deeper_than_containers_are_counted_lose_nothing(outer: str) -> None:
    body = body_of(
        f'<div class="{outer}">' * 31
        + '<div class="spoiler">甲</div>' * 3
        + '<div class="spoiler">' * 9
        + '乙<i style="display:none">丙</i>'
        + "</div>" * 40
        + '<i style="display:none">丁</i>面'
    )
    assert body.text.split() == ["甲", "甲", "甲", "乙丙", "面"]


def test_white_space_is_that_of_html() -> None:
    walk = Walk(CONTEXT)
    for words in (None, "", " \r\n", " 一 \t二", "\xa0三"):
        walk.add(words)
    assert walk.frame.flow == ["一 二", "\xa0三"]
    walk.own_line()
    walk.own_line()
    walk.add(" 四")
    assert walk.frame.flow == ["一 二", "\xa0三", "\n", "四"]


def test_code_keeps_its_spaces() -> None:
    walk = Walk(CONTEXT)
    assert walk.open("code")
    walk.add("a b")
    walk.close()
    assert walk.frame.flow == [Closed((Code("a b"),), "a\xa0b")]


def test_where_a_span_began() -> None:
    walk = Walk(CONTEXT)
    walk.add("一")
    walk.begin_span()
    walk.add("二")
    span = walk.end_span()
    assert (span.frame, span.parts, span.links) == (walk.frame, 1, 0)


def test_nothing_was_read_before_the_first_words() -> None:
    walk = Walk(ON_PHONES)
    walk.new_line()
    assert walk.is_empty()
    walk.add("一")
    assert not walk.is_empty()


@pytest.mark.parametrize("address", ["javascript:;", "mailto:a@b.example", None, ""])
def test_only_addresses_of_the_web_are_media(address: str | None) -> None:
    walk = Walk(CONTEXT)
    walk.add_media(address)
    assert (walk.found.media, walk.frame.flow) == ([], [])
    walk.add_media("v/x.mp4")
    assert walk.found.media == ["http://b.example/bbs/v/x.mp4"]
