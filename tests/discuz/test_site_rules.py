"""Selectors and lines of a site's own rules."""

from __future__ import annotations

import re

import pytest
from lxml.cssselect import CSSSelector

from crawler.discuz.site_rules import Selector, SiteRules
from tests.forum.cells import element_of

BOX = '<div data-no="5"><p class="a">一</p><div><p class="a">二</p></div></div>'


def test_a_selector_finds_in_document_order() -> None:
    element = element_of(BOX)
    selector = Selector(CSSSelector("p.a", translator="html"))
    assert [found.text for found in selector.elements(element)] == ["一", "二"]
    first = selector.first(element)
    assert first is not None
    assert first.text == "一"
    assert Selector(CSSSelector("p.b", translator="html")).first(element) is None


def test_a_selector_without_a_path_is_the_element_itself() -> None:
    element = element_of(BOX)
    selector = Selector(None, "data-no")
    assert selector.elements(element) == [element]
    assert selector.first(element) is element


@pytest.mark.parametrize(
    ("line", "is_the_sites"),
    [
        ("发自河湾客户端", True),
        ("  发自河湾客户端 ", True),
        ("我发自河湾客户端", False),
        ("", False),
    ],
)
def test_whole_lines_are_the_sites(line: str, is_the_sites: bool) -> None:
    rules = SiteRules(("b.example",), boilerplate=(re.compile("发自.{1,20}客户端"),))
    assert rules.is_boilerplate(line) is is_the_sites
    assert not SiteRules(("b.example",)).is_boilerplate(line)
