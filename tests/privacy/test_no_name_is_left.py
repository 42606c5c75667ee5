"""The law of redacted lines: whoever a line names stands nowhere in it, whatever the field."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crawler.discuz import facts
from crawler.items import post_lines, refusal_line, to_json
from crawler.items.schema import problems
from crawler.privacy.policy import Privacy, redacted_line, redacted_record
from crawler.privacy.pseudonyms import pseudonym, same_name
from crawler.privacy.removal_list import Removals

SEEN = datetime(2026, 11, 22, 12, tzinfo=UTC)
SALT = b"salt of one site"
PSEUDONYM, DROP = Privacy("pseudonym", salt=SALT), Privacy("drop", salt=SALT)
_REDACTED = re.compile(r"\[…\]|user-[a-z2-7]{12}")

# names that would stand in the frame of a line as well are thrown away
DRAWN = settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None
)
Texts = Callable[[], str]


def wide(name: str) -> str:
    """Lilac → Ｌｉｌａｃ"""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in name)


def stands(name: str, text: str) -> bool:
    """Whether a name stands in a text, in any case and width; ann does not stand in annual."""
    sought = same_name(name)
    before = r"(?<![a-z0-9])" if re.match("[a-z0-9]", sought) else ""
    behind = r"(?![a-z0-9])" if re.search("[a-z0-9]$", sought) else ""
    where = unicodedata.normalize("NFKC", _REDACTED.sub("\n", text)).casefold()
    return bool(re.search(before + re.escape(sought) + behind, where))


def texts_of(value: Any) -> list[str]:
    """All texts within a line, keys of tables as well."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts_of(part)]
    return [text for part in value for text in texts_of(part)] if isinstance(value, list) else []


def page(author: str, other: str, text: Texts) -> facts.ThreadPage:
    """A page with each field that can hold words, and an opening post that names two people."""
    root = "http://bbs.example.net/"
    picture = "http://pic.example.net/lamp.jpg"
    date = facts.Moment(SEEN, "minute", f"发表于 2026-11-22 20:00 {text()}")
    body = facts.Body(
        text=text(),
        quotes=(
            facts.Quote(text(), other, "951", None, text()),
            facts.Quote(text(), None, "952", None, text()),
        ),
        images=(facts.Image(picture, text()),),
        attachments=(facts.Attachment("5", text(), picture, "7 KB", 1, f"5 {text()}", text()),),
        links=(
            facts.Link("http://news.example.net/", text()),
            facts.Link(root + "space-uid-9.html", other),
        ),
        edited_by=other,
        notices=(text(),),
        source=text(),
        notice=text(),
    )
    opening = facts.Post(
        "950",
        1,
        text(),
        is_first=True,
        is_pinned_copy=False,
        author=facts.Author(author, "7", root + "?7", group=text(), title=text(), credits=3),
        date=date,
        location=text(),
        headline=text(),
        body=body,
        ratings=(facts.Rating(other, "9", {text(): "+5"}, text()),),
        comments=(facts.Comment(other, "9", text()),),
        stand=text(),
    )
    return facts.ThreadPage(
        site=facts.Site(root, text(), "X3.4", "utf-8", SEEN),
        url=root + "forum.php?mod=viewthread&tid=4711",
        thread_id="4711",
        headline=text(),
        category=text(),
        board=facts.Board(text(), "8", root + "forum-8-1.html"),
        breadcrumbs=(facts.Crumb(text(), root),),
        page=1,
        pages=1,
        next_url=None,
        views=1,
        replies=1,
        posts=(opening, replace(opening, id="951", position=2, is_first=False)),
        tags=(text(), text()),
        special=special(other, text),
        type_options={text(): text()},
    )


def special(other: str, text: Texts) -> dict[str, object]:
    """All kinds of special threads at once."""
    return {
        "kind": "debate",
        "options": [{"text": text(), "votes": 3}],
        "credit": text(),
        "best_answer": {"author": other, "author_id": "9", "post_id": "951", "text": text()},
        "items": [{"name": text(), "price": text(), "facts": {text(): text()}}],
        "affirmative": {"text": text()},
        "facts": {text(): text()},
        "umpire": other,
        "rule": text(),
        "new_in_another_version": [{"words": text()}],
    }


ORDINARY = [
    "石桥卖花人",
    "柳岸闻莺",
    "Lilac",
    "old wang",
    "lilac_87",
    "20070809",
    "公告栏",
    "ｗｉｄｅ",
    "ÉMILIE",
    "Straße",
]
HOSTILE = st.text(
    st.sampled_from("陆上行舟aBz09.*+?()[]{}|\\^$ @#-_'\"<>&Ａß"), min_size=3, max_size=20
)
NAMES = (st.sampled_from(ORDINARY) | HOSTILE).map(str.strip)
AROUND = [
    "",
    " ",
    "，",
    "@",
    "\n",
    "的",
    "x",
    "_",
    "[…]",
    "user-k3q7m2xw5a4b",
    "回复 2# ",
    " 发表于 2017-6-1 08:20",
    "原帖由 ",
    "http://b.example/uid=7",
]


@st.composite
def pages(draw: st.DrawFn) -> tuple[facts.ThreadPage, list[str]]:
    """A page with names in all its texts, and the names."""
    names = draw(st.lists(NAMES, min_size=2, max_size=2, unique_by=same_name))
    assume(all(len(same_name(name)) >= 3 for name in names))
    # of a name like 4711 or debate nobody could say whether the line has it as a name
    frame = [to_json(line) for line in post_lines(*parts(page("甲", "甲", lambda: "乙")))]
    assume(not any(stands(name, "\n".join(texts_of(frame))) for name in names))
    ways = [write(name) for name in names for write in (str, str.upper, str.lower, wide)]
    pieces = st.lists(st.sampled_from([*ways, *AROUND]), min_size=1, max_size=5).map("".join)
    texts = cycle(draw(st.lists(pieces.map(lambda text: text or "乙"), min_size=1, max_size=7)))
    return page(names[0], names[1], lambda: next(texts)), names


def parts(made: facts.ThreadPage) -> tuple[facts.ThreadPage, tuple[facts.Post, ...], datetime]:
    return made, made.posts, SEEN


@pytest.mark.parametrize("privacy", [PSEUDONYM, DROP], ids=["pseudonym", "drop"])
@DRAWN
@given(made=pages())
def test_no_name_is_left(privacy: Privacy, made: tuple[facts.ThreadPage, list[str]]) -> None:
    for line in post_lines(*parts(made[0])):
        redacted = redacted_line(line, privacy)
        record = to_json(redacted)
        assert problems(record) == []
        for name in made[1]:
            assert not stands(name, "\n".join(texts_of(record)))
        assert "author_id" not in json.dumps(record)
        # redacted again, from memory or from its stored line, it stays as it is
        assert to_json(redacted_line(redacted, privacy)) == record
        assert redacted_record(record, privacy) == record


@DRAWN
@given(made=pages())
def test_nobody_who_is_listed_is_named_by_others(made: tuple[facts.ThreadPage, list[str]]) -> None:
    """The removal list, by name and by number (whose name is known by its pseudonym only)."""
    author, other = made[1]
    assume(not stands(other, author))
    by_name = Removals(names=frozenset({same_name(other)}), salt=SALT)
    by_number = Removals(authors=frozenset({"9"}), salt=SALT)
    by_number.learn("9", other)
    for line in post_lines(*parts(made[0])):
        for removals in (by_name, by_number):
            record = to_json(redacted_line(line, Privacy(removals=removals)))
            assert problems(record) == []
            assert not stands(other, "\n".join(texts_of(record)))
            assert record["author"]["name"] == author
            assert record["author"]["credits"] == 3


@DRAWN
@given(made=pages())
def test_keep_changes_nothing(made: tuple[facts.ThreadPage, list[str]]) -> None:
    for line in post_lines(*parts(made[0])):
        assert redacted_line(line, Privacy()) is line
        record = to_json(line)
        assert redacted_record(record, Privacy()) == record
        # a list on which nobody of this page stands
        listed = Privacy(removals=Removals(names=frozenset({"nobody of this page"})))
        assert to_json(redacted_line(line, listed)) == record


BOARD = {
    "item_type": "article",
    "item_id": "bbs.example.net:4711:950",
    "author": {"name": "石桥卖花人"},
    "quotes": [{"author": "公告", "text": "一"}, {"author": "公告栏", "text": "二"}],
    "text": "见公告，见公告栏",
    "category": "公告",
    "board": {"name": "公告栏"},
    "tags": ["公告", "公告栏"],
}


def test_a_board_that_is_called_like_somebody() -> None:
    """公告栏 is hidden everywhere; 公告 only in what members write, for it is a word as well."""
    record = PSEUDONYM.redacted(BOARD)
    short, long = pseudonym("公告", SALT), pseudonym("公告栏", SALT)
    assert record["text"] == f"见{short}，见{long}"
    assert record["category"] == "公告"
    assert record["board"] == {"name": long}
    assert record["tags"] == ["公告", long]


@pytest.mark.parametrize(
    "name, text, redacted",
    [
        ("Lilac", "ＬＩＬＡＣ, lilac's", "U, U's"),
        ("ann", "annual, Ann_87", "annual, U_87"),
        ("2007", "2007年 20070", "U年 20070"),
        ("Straße", "STRASSE", "U"),
        ("José", "Jose\u0301!", "U!"),
        ("ガラス", "ｶﾞﾗｽの", "Uの"),
        ("(株)三", "㈱三と", "Uと"),
        ("a.*b", "a.*b axxb", "U axxb"),
        ("old wang", "老 Old\xa0Wang 说", "老 U 说"),
        ("user", "user user-k3q7m2xw5a4b", "U user-k3q7m2xw5a4b"),
        ("名" * 70, "名" * 75, "U" + "名" * 15),
    ],
)
def test_how_a_name_may_be_written(name: str, text: str, redacted: str) -> None:
    record = PSEUDONYM.redacted({**BOARD, "quotes": [{"author": name}], "text": text})
    assert record["text"] == redacted.replace("U", pseudonym(name, SALT))


def test_a_page_full_of_names_costs_no_minutes() -> None:
    people = [f"name {number}" for number in range(20_000)]
    comments = [
        {"author": name, "text": f"{name} 和 {other}"}
        for name, other in pairwise([*people, people[0]])
    ]
    began = time.process_time()
    record = PSEUDONYM.redacted({**BOARD, "text": "，".join(people), "comments": comments})
    assert time.process_time() - began < 20
    assert "name" not in record["text"] + json.dumps([each["text"] for each in record["comments"]])


@pytest.mark.parametrize("privacy", [PSEUDONYM, DROP], ids=["pseudonym", "drop"])
def test_a_refusal_names_nobody(privacy: Privacy) -> None:
    """It is known of no refusal whom it names: what stands as names do is redacted."""
    url = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"
    line = refusal_line("no_permission", url=url, fetched_at=SEEN, message_raw="@石桥卖花人 不允许")
    redacted = redacted_line(line, privacy)
    assert problems(to_json(redacted)) == []
    assert redacted.message_raw
    assert "石桥" not in redacted.message_raw
    assert "不允许" in redacted.message_raw
    listed = Privacy(removals=Removals(names=frozenset({"石桥卖花人"})))
    line.message_raw = "石桥卖花人 不允许"
    assert redacted_line(line, listed).message_raw == "[…] 不允许"
