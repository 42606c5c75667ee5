"""What hostile pages are made of costs no more than in proportion to their size.

Steps are counted (calls of functions), and never seconds; `benchmarks/hostile.py` measures those.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import pytest
from lxml import html

from crawler.discuz import dates, read_page
from crawler.discuz.blocks import Framed
from crawler.discuz.dates import DEFAULT_ZONE, Clock
from crawler.discuz.document import build_tree, read_document
from crawler.discuz.elements import line_of, short_text
from crawler.discuz.facts import Author, Body, Moment, Post, ThreadPage
from crawler.discuz.post import quotes
from crawler.discuz.post.flow import paragraphs
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import split_quote, with_copied_quotes
from crawler.discuz.readers import unknown_skin
from crawler.discuz.readers.desktop import _first_id, _floor_starts
from tests.forum.desktop import Thread
from tests.pages import first, replies

SEEN = datetime(2024, 5, 7, 18, 21, tzinfo=UTC)
URL = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"


def steps(do: Callable[[], object]) -> int:
    """How many functions are called, those of Python and of C."""
    count = 0

    def called(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


def growth(make: Callable[[int], Callable[[], object]], size: int = 100) -> float:
    """The steps for four times as much, as a multiple of four: 1 is linear, 4 is quadratic."""
    return steps(make(4 * size)) / (4 * steps(make(size)))


def post(number: int, text: str, label: str | None = None, *, frame: bool = False) -> Post:
    blocks = (Framed(paragraphs(f"河湾夜市今年又开了{number}")),)
    return Post(
        id=str(number),
        position=None,
        floor_label=label,
        is_first=False,
        is_pinned_copy=False,
        author=Author("甲" if number % 2 else "乙"),
        date=Moment(datetime(2024, 5, 6, 8, 20, tzinfo=DEFAULT_ZONE), "minute", ""),
        location=None,
        headline=None,
        body=Body(text, blocks if frame else ()),
    )


def test_labels_in_words() -> None:
    def make(count: int) -> Callable[[], object]:
        posts = [post(number, "好", "楼主") for number in range(count)]
        return lambda: in_order(posts, 2, 3)

    assert growth(make) < 1.5


def test_answers_to_posts_of_one_moment() -> None:
    clock = Clock(SEEN.astimezone(DEFAULT_ZONE))
    said = "甲 发表于 2024-5-6 08:20\n" + "\n\n".join(["好"] * 60)

    def make(count: int) -> Callable[[], object]:
        above = [post(number, "好\n" * 60) for number in range(count)]
        return lambda: [split_quote(said, clock, above) for _ in range(50)]

    assert growth(make, 1000) < 0.5


def test_a_quotation_of_many_paragraphs_ends_where_it_did() -> None:
    clock = Clock(SEEN.astimezone(DEFAULT_ZONE))
    quoted = "\n\n".join(f"第{number}段" for number in range(9))
    quote, text = split_quote(
        f"甲 发表于 2024-5-6 08:20\n{quoted}...\n\n我的话", clock, [post(1, f"{quoted}还有")]
    )
    assert quote is not None
    assert (quote.text, text) == (f"{quoted}...", "我的话")


def test_frames_are_compared_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = [post(number, f"河湾夜市今年又开了{number + 1}", frame=True) for number in range(60)]

    def found() -> int:
        return sum(bool(each.body.quotes) for each in with_copied_quotes(posts))

    assert found() == 59
    monkeypatch.setattr(quotes, "_COMPARED", 10_000)
    assert 5 < found() < 20


def test_dates_in_words_are_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def parse(text: str, _: datetime) -> None:
        asked.append(text)

    monkeypatch.setattr(dates, "_parse", parse)
    said = "".join(f"<em>{number} minutes past 6:42</em>" for number in range(5000))
    page = str(Thread([first(1, "一")])).replace(
        '<div class="authi">', f'<div class="authi">{said}'
    )
    page = page.replace("authorposton", "date")
    read_page(page.encode(), url=URL, seen_at=SEEN)
    document = read_document(page.encode(), url=URL, seen_at=SEEN)
    assert asked
    assert len(set(asked)) <= document.readings.most < 1000


def test_the_same_date_in_words_counts_once() -> None:
    document = read_document(b"", url=URL, seen_at=SEEN)
    assert all(document.readings.may_read("an hour ago") for _ in range(1000))


def test_a_page_of_nothing_but_tags_is_in_no_skin(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> tuple[None, None]:
        raise AssertionError

    monkeypatch.setattr(unknown_skin, "infer_title", never)
    head = "<html><script>var cookiepre='x';</script>"
    for unit in ("<br>", "<p>", "<td>"):
        page = read_page((head + unit * 30_000 + "</body></html>").encode(), url=URL, seen_at=SEEN)
        assert not isinstance(page, ThreadPage)


def test_a_box_of_hundreds_of_elements_is_no_line() -> None:
    root, _ = build_tree("<div>" * 100 + "<br>" * 600 + "好")
    assert {short_text(box, 60) for box in root.iter("div")} == {""}
    assert line_of(html.fromstring("<p> 一 <b>\n 二</b></p>"), 3) == "一 二"
    assert line_of(html.fromstring("<p> 一 <b>\n 二</b></p>"), 2) == ""


def test_where_floors_begin() -> None:
    whole = '<div id="post_{0}"><tr id="_postposition{0}"></tr></div>'
    source = (
        whole.format(1)
        + '<div id="post_2">id="_postposition8"<div id="post_9">'
        + 'id="_postposition2"'
    )
    assert _floor_starts(source + whole.format(3)) == [0, len(whole.format(1)), len(source)]


def test_the_reply_link_of_the_opening_post() -> None:
    page = str(Thread([first(1, "reppost=5 " * 200), *replies(2, "二")]))
    assert _first_id(page) == "1"
