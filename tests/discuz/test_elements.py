"""Small questions to an element."""

from __future__ import annotations

import pytest

from crawler.discuz.elements import all_text, by_class, number, own_text, short_text, words
from tests.forum.cells import element_of

NESTED = "<div> 一\n<b>二 <i>三</i></b> 四 </div>"


def test_texts() -> None:
    element = element_of(NESTED)
    assert all_text(element) == " 一\n二 三 四 "
    assert words(element) == "一 二 三 四"
    assert own_text(element) == " 一\n 四 "
    assert (all_text(element_of("<p></p>")), words(element_of("<p></p>"))) == ("", "")


@pytest.mark.parametrize(("longest", "text"), [(4, "一\n二 三 四"), (3, ""), (0, "")])
def test_a_short_text_or_none(longest: int, text: str) -> None:
    assert short_text(element_of(NESTED), longest) == text


def test_elements_with_a_class() -> None:
    element = element_of(
        '<div class="a b"><p class="b"></p><p class="ab"></p><i class=" b c"></i></div>'
    )
    assert [part.tag for part in by_class(element, "b")] == ["div", "p", "i"]


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<em>12</em>", 12),
        ("<em>12,345</em>", 12345),
        ("<em>回复 7 楼</em>", 7),
        ('<span title="12345">1万</span>', 12345),
        ('<em><span title="12,345">1.2万</span></em>', 12345),
        ('<em title="查看">8</em>', 8),
        ("<em>-3</em>", -3),
        ("<em>１２</em>", 12),
        ("<em>无</em>", None),
        # rounded, or a part of one that is grouped otherwise
        *((f"<em>{said}</em>", None) for said in ("99+", "3亿", "1.2万", "1e5", "20 417")),
        ("<em></em>", None),
        (f"<em>{'9' * 40}</em>", int("9" * 18)),
    ],
)
def test_numbers(markup: str, value: int | None) -> None:
    assert number(element_of(markup)) == value


def test_no_element_has_no_number() -> None:
    assert number(None) is None
