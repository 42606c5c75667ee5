"""What all facts have in common."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest

from crawler.discuz import facts
from crawler.discuz.facts import Page, place_id
from tests.forum.cells import post_of

CLASSES = [each for each in vars(facts).values() if dataclasses.is_dataclass(each)]


# defaults that say something
MEANT = {
    ("Body", "text"): "",
    ("Body", "access"): "visible",
    ("Block", "text"): "",
    ("Body", "attachments_withheld"): 0,
    ("Body", "unaccounted"): 0,
    ("Post", "parts_missing"): 0,
    ("Post", "comments_missing"): 0,
    ("Post", "subreplies"): 0,
    ("Post", "subreplies_missing"): 0,
    ("BoardPage", "rows_unread"): 0,
    ("ThreadPage", "skin"): "desktop",
    ("BoardPage", "skin"): "desktop",
    ("Message", "evidence"): "other",
}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_facts_cannot_be_changed(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert hasattr(kind, "__slots__")


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_what_a_page_does_not_say_is_none_or_nothing(kind: Any) -> None:
    defaults = {spec.name: spec.default for spec in dataclasses.fields(kind)}
    for name, default in defaults.items():
        meant = MEANT.get((kind.__name__, name), dataclasses.MISSING)
        if default is not dataclasses.MISSING and default != meant:
            assert default is None or default is False or default == (), name


def test_every_kind_of_page_is_one_of_facts() -> None:
    assert set(get_args(Page)) <= set(CLASSES)


def test_posts_without_a_number_are_known_by_their_place() -> None:
    assert post_of(9, "甲").number == "9"
    assert dataclasses.replace(post_of(9, "甲"), id=place_id(2, 4)).number is None
