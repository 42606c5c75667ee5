"""Each published field says what it may tell of people, and what says nothing is not published."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, TypedDict, get_type_hints

import pytest

from crawler.items import KINDS, Mark, Post
from crawler.items.marks import Free, Label, Member, Name, Title, Words
from crawler.privacy import marked
from crawler.privacy.marked import ListOf, Marked, Part, Table, marks_of
from crawler.privacy.policy import Privacy, redacted_record
from crawler.privacy.removal_list import Removals

HIDING = [Privacy("pseudonym", salt=b"salt"), Privacy("drop", salt=b"salt")]
LISTED = Privacy(removals=Removals(names=frozenset({"石桥卖花人"})))
LINE = {
    "item_type": "post",
    "item_id": "b:1:2",
    "site": "b",
    "url": "http://b/",
    "fetched_at": "2023-03-15T12:00:30+00:00",
    "text": "早",
    "author": {"name": "石桥卖花人"},
    "content_hash": "",
}


def without_mark(mark: Marked, where: str) -> list[str]:
    if isinstance(mark, Part):
        return [
            name
            for part in mark.fields
            for name in without_mark(mark.fields[part], f"{where}.{part}")
        ]
    if isinstance(mark, ListOf):
        return without_mark(mark.values, f"{where}[]")
    if isinstance(mark, Table):
        return without_mark(mark.keys, f"{where} keys") + without_mark(mark.values, f"{where}{{}}")
    return [where] if mark is None else []


@pytest.mark.parametrize("kind", KINDS)
def test_each_published_field_has_a_mark(kind: str) -> None:
    """A new field is declared as Name, Words, Label, Free[int] …: see `crawler.items.marks`."""
    assert without_mark(marks_of(kind), kind) == []
    assert list(marks_of(kind).fields) == [spec.name for spec in fields(KINDS[kind])]


class Seller(TypedDict, total=False):
    name: Name
    stars: int


@dataclass(kw_only=True)
class NewPost(Post):
    """A post with fields that somebody added, some of them without a mark."""

    signature: str | None = None
    seller: Seller | None = None
    badges: list[str] | None = None
    colour: Free[Literal["red", "blue"]] | None = None


def test_a_field_without_a_mark_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "post", NewPost)
    found = without_mark(marks_of.__wrapped__("post"), "post")
    assert found == ["post.signature", "post.seller.stars", "post.badges[]"]


@pytest.mark.parametrize("privacy", HIDING, ids=["pseudonym", "drop"])
def test_what_has_no_mark_is_not_published_bare(
    privacy: Privacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "post", NewPost)
    monkeypatch.setattr("crawler.privacy.policy.marks_of", marks_of.__wrapped__)
    added = {
        "signature": "石桥卖花人敬上",
        "seller": {"name": "石桥卖花人", "stars": 5},
        "badges": ["石桥卖花人"],
        "colour": "red",
        "not_declared": {"by": "石桥卖花人"},
    }
    record = redacted_record({**LINE, **added}, privacy)
    assert not {"signature", "badges", "not_declared"} & record.keys()
    assert "stars" not in record.get("seller", {})
    assert record["colour"] == "red"
    assert "石桥卖花人" not in str(record)


def test_with_a_removal_list_alone_what_has_no_mark_is_words() -> None:
    record = redacted_record(
        {**LINE, "author": {"name": "甲"}, "added": {"by": ["石桥卖花人", 7]}}, LISTED
    )
    assert record["added"] == {"by": ["[…]", 7]}


@pytest.mark.parametrize("privacy", HIDING, ids=["pseudonym", "drop"])
@pytest.mark.parametrize(
    "bad",
    [
        {"author": "石桥卖花人"},
        {"quotes": "石桥卖花人"},
        {"edited_by": ["石桥卖花人"]},
        {"media": [7]},
    ],
)
def test_a_value_of_another_type_than_declared_is_not_published(
    privacy: Privacy, bad: dict[str, Any]
) -> None:
    record = redacted_record({**LINE, **bad}, privacy)
    assert not record.get(next(iter(bad)))


@pytest.mark.parametrize(
    "hint, mark",
    [
        (Name, Mark.NAME),
        (Words | None, Mark.WORDS),
        (Title, Mark.TITLE),
        (Member[int], Mark.MEMBER),
        (Free[int] | None, Mark.FREE),
        (list[Label], ListOf(Mark.LABEL)),
        (dict[Label, Words], Table(Mark.LABEL, Mark.WORDS)),
        (Seller, Part({"name": Mark.NAME, "stars": None}, people=("name",))),
        (
            Annotated[Seller, Mark.PERSON],
            Part({"name": Mark.NAME, "stars": None}, people=("name",), is_person=True),
        ),
        (
            Annotated[dict[str, Any], Seller],
            Part({"name": Mark.NAME, "stars": None}, Mark.WORDS, people=("name",)),
        ),
        (str, None),
        (int | None, None),
        (Words | Name, None),
        (dict[str, Any], Table(None, None)),
        (Annotated[str, "what it is"], None),
    ],
)
def test_how_marks_are_read(hint: Any, mark: Marked) -> None:
    assert marked.marked(hint) == mark


def test_marks_change_no_type() -> None:
    """Whoever reads the types without marks sees plain ones."""
    assert get_type_hints(Post)["text"] == str | None
    assert get_type_hints(Post)["media"] != get_type_hints(Post, include_extras=True)["media"]
