"""Blocks → text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.blocks import (
    Block,
    Cell,
    Code,
    Folded,
    Framed,
    Inline,
    List,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Table,
    Text,
    Withheld,
)
from crawler.discuz.facts import Quote
from crawler.discuz.post.render_text import render_text, tidy


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


def text(*parts: str | Inline) -> Paragraph:
    return Paragraph(tuple(Text(each) if isinstance(each, str) else each for each in parts))


def cells(*words: str) -> tuple[Cell, ...]:
    return tuple(Cell((text(each),) if each else ()) for each in words)


PICTURE, SMILEY = Picture("http://p/"), Smiley(":)")
LIST = List(((text("二"),), (text("三"),)))
FRAME = Framed((text("我的框"),))
QUOTATION = Quotation((text("话"),), Quote("话", "甲"))


@pytest.mark.parametrize(
    ("blocks", "rendered"),
    [
        ((), ""),
        ((text("一"), text("二")), "一\n\n二"),
        ((text("一", PICTURE, "二"),), "一二"),
        ((text("一\n", PICTURE, "\n二"),), "一\n\n二"),
        ((text("一"), text(PICTURE), text("二")), "一\n\n二"),
        ((text("一"), Rule(), text("二")), "一\n二"),
        ((text("一"), Withheld("游客，请回复"), text("二")), "一\n二"),
        ((QUOTATION, text("答")), "答"),
        ((text("问"), QUOTATION, text("答")), "问\n答"),
        ((text("问\n"), QUOTATION, text("答")), "问\n\n答"),
        # a frame and code are set apart from what follows
        ((text("一"), FRAME, text("二")), "一\n我的框\n\n二"),
        ((text("一"), Code("a\n\n\n b"), text("二")), "一\n\na\n\n\n b\n\n二"),
        ((text("一"), Folded((text("谜底"),)), text("二")), "一\n谜底\n二"),
        # lists
        ((text("一"), LIST, text("四")), "一\n- 二\n- 三\n四"),
        ((text("一\n"), LIST, text("\n四")), "一\n\n- 二\n- 三\n\n四"),
        ((List(LIST.items, "1", 9),), "9. 二\n10. 三"),
        ((List(((text("甲"), LIST), (text("乙"),)), "a"),), "a. 甲\n   - 二\n   - 三\nb. 乙"),
        ((List(((text(PICTURE),), (text("乙"),)), "1"),), "2. 乙"),
        ((LIST, LIST), "- 二\n- 三\n\n- 二\n- 三"),
        # tables
        ((Table((cells("甲", "乙"), cells("", "丙"))),), "甲\t乙\n\t丙"),
        ((Table((cells("甲", "乙"), cells("", ""))),), "甲\t乙"),
        ((Table((cells("甲\n一", "乙"),)),), "甲 一\t乙"),
        ((Table(((Cell((LIST,)), *cells("乙")),)),), "- 二 - 三\t乙"),
        ((Table(((Cell((text("宽"),), columns=2), *cells("乙")),)),), "宽\t\t乙"),
        (
            (Table(((Cell((text("高"),), rows=2), *cells("甲")), cells("乙"))),),
            "高\t甲\n\t乙",
        ),
        # what only sets out prose keeps its lines
        ((Table((cells("一\n二"), cells("三"))),), "一\n二\n三"),
        ((Table(((Cell((text("一"), text("二"))), *cells("三")),)),), "一\n\n二\n三"),
        # no gap where a smiley was
        ((text("好 ", SMILEY, "，走"),), "好，走"),
        ((text("好 ", SMILEY, " 走"),), "好 走"),
        ((text("好 ", SMILEY, "走"),), "好 走"),
        ((text("好 ", PICTURE, "，走"),), "好 ，走"),
        ((text(SMILEY, " 走"),), "走"),
    ],
)
def test_render(blocks: tuple[Block, ...], rendered: str) -> None:
    assert render_text(blocks) == rendered


def test_cells_over_many_columns_and_rows_make_no_megabytes() -> None:
    row = tuple(Cell((text("话"),), columns=100, rows=60_000) for _ in range(50))
    table = Table((row, *((Cell((text("话"),)), Cell()) for _ in range(200))))
    assert len(render_text((table,))) < 200 * 200
    # what stands behind such cells stays in its column
    wide = Cell((text("宽"),), columns=99, rows=2)
    table = Table(((wide, *cells("甲", "乙")), cells("丙")))
    assert render_text((table,)).split("\n")[1] == "\t" * 99 + "丙"


def test_lists_in_lists_are_set_in_up_to_a_depth() -> None:
    blocks: tuple[Block, ...] = (Paragraph((Text("一\n二"),)),)
    for _ in range(30):
        blocks = (List((blocks,)),)
    text = render_text(blocks)
    assert text.split("\n")[-1] == " " * 20 + "二"


def test_a_long_run_of_spaces_is_looked_at_once() -> None:
    """With each space as a beginning of its own this would take minutes."""
    spaces = " " * 200_000
    content = (Text(f"一{spaces}二 "), Picture("http://p.example/a"), Text("\n三"))
    assert render_text((Paragraph(content),)) == f"一{spaces}二\n三"
