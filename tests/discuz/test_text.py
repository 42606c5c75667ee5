"""Blocks → text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.facts import Block, Quote
from crawler.discuz.post.text import render_text, tidy


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("  一 \n\t二\t", "一\n二"),
        ("\xa0\xa0缩进\xa0 ", "  缩进"),
        ("一\n\n\n\n二", "一\n\n二"),
        ("\n\n一\n\n", "一"),
        ("一\x07\ufeff二", "一二"),
        ("a\tb", "a\tb"),
        ("　　全角", "　　全角"),
        ("", ""),
    ],
)
def test_tidy(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@given(st.text())
def test_what_is_tidy(text: str) -> None:
    tidied = tidy(text)
    assert "\n\n\n" not in tidied
    assert tidied == tidied.strip("\n")
    assert not any(sign in tidied for sign in "\x00\x07\x1b\x7f\x85\xa0\ufeff")
    # nothing that can be seen is lost
    seen = "".join(sign for sign in text if sign.isprintable() and sign != "\ufeff")
    assert "".join(tidied.split()) == "".join(seen.split()) or not text.isprintable()


def text(words: str) -> Block:
    return Block("text", words)


@pytest.mark.parametrize(
    ("blocks", "rendered"),
    [
        ((text("一"), Block("image", "图", "http://p/"), text("二")), "一二"),
        ((text("一"), Block("rule"), text("二")), "一\n二"),
        ((text("一"), Block("list", blocks=(text("二"),)), text("三")), "一\n二\n三"),
        ((text("一\n"), Block("list", blocks=(text("二\n"),)), text("三")), "一\n二\n三"),
        ((text("一"), Block("quote", blocks=(text("我的框"),)), text("二")), "一\n我的框\n二"),
        ((Block("quote", blocks=(text("话"),), quote=Quote("话", "甲")), text("答")), "答"),
        ((text("一"), Block("hidden", "游客，请回复"), text("二")), "一二"),
        # no gap where a smiley was
        ((text("好 "), Block("smiley", ":)"), text("，走")), "好，走"),
        ((text("好 "), Block("smiley", ":)"), text(" 走")), "好 走"),
        ((text("好 "), Block("smiley", ":)"), text("走")), "好 走"),
        ((text("好 "), Block("image", "", "http://p/"), text("，走")), "好 ，走"),
        ((Block("smiley", ":)"), text("走")), "走"),
        ((), ""),
    ],
)
def test_render(blocks: tuple[Block, ...], rendered: str) -> None:
    assert render_text(blocks) == rendered
