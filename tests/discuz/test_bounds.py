"""What hostile pages are made of costs no more than in proportion to their size.

Steps are counted (calls of functions), and never seconds; `benchmarks/hostile.py` measures those.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import FrameType, FunctionType
from typing import Any

import pytest
from lxml import html

from crawler.discuz import dates, elements, read_page
from crawler.discuz.blocks import Framed, Text
from crawler.discuz.dates import DEFAULT_ZONE, Clock
from crawler.discuz.document import build_tree, read_document
from crawler.discuz.elements import line_of, short_text
from crawler.discuz.facts import Author, BoardPage, Body, Moment, Post, ThreadPage
from crawler.discuz.page.prune import needed
from crawler.discuz.post import quotes
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flow import merged, paragraphs
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import split_quote, with_copied_quotes
from crawler.discuz.readers import board, plain_text_floors
from crawler.discuz.readers.desktop import _first_id, _floor_starts
from crawler.discuz.readers.unknown_skin import reader as unknown_skin
from tests.forum import phones
from tests.forum.cells import body_of
from tests.forum.desktop import HOST, Thread
from tests.forum.lists import Listing, Row, forum_index
from tests.pages import first, replies

SEEN = datetime(2024, 5, 7, 18, 21, tzinfo=UTC)
URL = f"{HOST}forum.php?mod=viewthread&tid=4711"
BOARD, ARCHIVE = f"{HOST}forum.php?mod=forumdisplay&fid=8", f"{HOST}archiver/?fid-8.html"
UNKNOWN_TITLE = str(Thread([first(1, "一")])).replace('id="thread_subject"', "")
WAP = phones.wap_thread([phones.Post(1, "好")]).replace("看1024", "")
GUEST = str(Thread([replace(first(1, "一"), pi="游客 203.0.113.x")]))
ENTRIES = [(4711, "夜市", "甲", 3), (4712, "渡船", "乙", 7)]


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
    """The steps for four times as much, as a multiple of four: 1 is linear, 4 is quadratic.

    What is read of the smaller one must not be known from the larger one: addresses are kept.
    """
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

    def parse(text: str, _: datetime, __: str) -> None:
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


# -- lists ---------------------------------------------------------------------------------------


def characters(do: Callable[[], object]) -> int:
    """How many characters of text are read from elements, those of each as often as it is read."""
    count = 0
    codes = (elements.all_text.__code__, elements.short_text.__code__)

    def returned(frame: FrameType, event: str, what: object) -> None:
        nonlocal count
        if event == "return" and frame.f_code in codes and isinstance(what, str):
            count += len(what)

    sys.setprofile(returned)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


def calls(do: Callable[[], object], function: Callable[..., object]) -> int:
    """How often a function is called."""
    assert isinstance(function, FunctionType)
    code = function.__code__
    count = 0

    def called(frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is code

    sys.setprofile(called)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


def reading(page: str, url: str = BOARD) -> Callable[[], object]:
    return lambda: read_page(page.encode(), url=url, seen_at=SEEN)


def test_links_in_the_heading_of_a_board() -> None:
    page = forum_index([(8, "河湾闲话")], columns=1, threads="2万")

    def make(count: int) -> Callable[[], object]:
        links = "".join(
            f'<a href="forum.php?mod=forumdisplay&fid={n}">夜市</a>'
            for n in range(10 * count, 11 * count)
        )
        return reading(page.replace("<dl><dt>", f"<dl><dt>{links}"), f"{HOST}forum.php")

    assert growth(make, 500) < 1.2


@pytest.mark.parametrize(
    ("page", "url", "before", "start"),
    [
        (phones.touch35_list(ENTRIES), BOARD, '<span class="micon">', '<span class="micon">'),
        (phones.touch35_list(ENTRIES), BOARD, "<h2>", "<span>"),
        (phones.touch_list(ENTRIES, pages=2), BOARD, "<strong>", "<strong>"),
        (phones.archived_list([(7, "夜市", "3")], pages=2), ARCHIVE, "<strong>[", "<strong>"),
        (UNKNOWN_TITLE, URL, "<h1", "<h1>"),
        (phones.touch_thread([phones.Post(1, "好")]), URL, "<h2>", "<h1>"),
        (WAP, URL, '<div class="bm_inf', "<span>"),
        (GUEST, URL, '<div class="pi">', '<div class="pi">'),
        (GUEST.replace("查看:", ""), URL, '<div class="hm ptn">', '<div class="hm">'),
    ],
    ids=["badge", "name", "pager", "archiver", "title", "phones", "wap", "author", "counters"],
)
def test_words_in_nested_elements(page: str, url: str, before: str, start: str) -> None:
    assert before in page

    def make(count: int) -> int:
        opened = count * start + 20 * count * "河湾夜市 " + before
        return characters(reading(page.replace(before, opened, 1), url))

    # nothing is read once for each element round it
    assert make(200) < 4 * 1.5 * max(make(50), 1000)


def test_boxes_of_boards_that_lie_in_each_other() -> None:
    link = '<a href="forum.php?mod=forumdisplay&fid={}">夜市</a>'

    def page_of(count: int) -> str:
        links = "".join(map(link.format, range(10 * count, 11 * count)))
        return phones.touch_list(ENTRIES).replace("<ul>", count * '<div class="sub">' + links, 1)

    assert growth(lambda count: reading(page_of(count), BOARD), 50) < 1.5
    page = read_page(page_of(5).encode(), url=BOARD, seen_at=SEEN)
    assert isinstance(page, BoardPage)
    assert [each.id for each in page.boards].count("52") == 1


def test_rows_that_lie_in_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    row = '<table><tbody id="normalthread_{0}"><tr><th><a href="thread-{0}-1-1.html">夜市</a><td>'

    def page_of(count: int, icons: int = 0) -> str:
        rows = "".join(map(row.format, range(10 * count, 11 * count)))
        return str(Listing([Row(101)])).replace(
            '<tbody id="', f'{rows}{icons * "<i></i>"}<tbody id="', 1
        )

    page = read_page(page_of(50).encode(), url=BOARD, seen_at=SEEN)
    assert isinstance(page, BoardPage)
    assert len(page.rows) == 51
    monkeypatch.setattr(board, "_MOST_ELEMENTS", 0)
    # each of them has all the icons in it
    assert calls(reading(page_of(40, 800), BOARD), board._flags) in (1, 2, 3)


def test_icons_in_the_line_of_a_counter() -> None:
    page = phones.touch35_list(ENTRIES).replace(
        '<i class="dm-eye-fill"></i>', 500 * '<i class="dm-eye-fill"></i>'
    )
    assert calls(reading(page), elements.number) < 10 * len(ENTRIES)


# -- threads -------------------------------------------------------------------------------------


def test_no_body_is_read_for_a_face_that_refuses_the_page() -> None:
    # floors of desktop pages that name nobody
    floor = (
        '<div id="post_{0}"><table id="pid{0}"><em id="authorposton{0}">2023-3-14 09:26</em>'
        '<td class="t_f" id="postmessage_{0}">好<br />的</td></table></div>'
    )
    page = phones.album([phones.Post(1, "好")]).replace(
        '<div class="bm vw', "".join(map(floor.format, range(20, 50))) + '<div class="bm vw'
    )
    assert "album" in str(read_page(page.encode(), url=URL, seen_at=SEEN))
    assert calls(reading(page), read_body) == 30


def test_no_body_is_read_behind_a_floor_without_a_date() -> None:
    page = phones.touch_thread([phones.Post(pid, "好<br />的", date="") for pid in range(1, 30)])
    assert calls(reading(page), read_body) <= 1


def test_boxes_whose_ends_are_not_found() -> None:
    page = str(Thread([first(1, "一")]))
    for box in ('<div class="po hin">', '<div class="p_pop" id="userinfo5">'):
        boxes = page.replace("</td>", 5000 * f"{box}<div><div></div>" + "</td>", 1)
        assert steps(partial(needed, boxes)) < 10 * 5000


def test_a_box_that_stays_is_gone_round() -> None:
    bars = 50 * '<div class="po hin">' + "replyadd" + 50 * "</div>"
    page = str(Thread([first(1, "一")])).replace("</td>", 50 * bars + "</td>", 1)
    assert steps(lambda: needed(page)) < 10 * 50 * 50
    assert needed(page).count("replyadd") == 50


class Lines(list[str]):
    """Lines that count how often one of them is asked for."""

    asked = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.asked += len(found) if isinstance(at, slice) else 1
        return found


def test_headings_of_ratings_in_plain_text() -> None:
    lines = Lines(["点评"] * 500)
    plain_text_floors._body(lines, Clock(SEEN), [])
    assert lines.asked < 5 * len(lines)


NESTED = [
    '<div class="media">',
    '<div class="locked">',
    '<div class="attach_nopermission">',
    '<div class="a_pr">',
    '<div style="display:none">',
    '<font class="jammer">',
    '<span id="attach_5">',
    '<i class="pstatus">',
    '<label for="x">',
    "<ignore_js_op>",
    "<noscript>",
    "<button>",
    "<dialog>",
    "<video>",
    "<svg>",
    '<a href="x?pid=1">',
    "<b>",
]


@pytest.mark.parametrize("begin", NESTED)
@pytest.mark.parametrize("words", ["", "字"])
def test_boxes_in_boxes_are_not_read_again_and_again(begin: str, words: str) -> None:
    end = f"<br></{begin[1:-1].split(maxsplit=1)[0]}>"

    def nested(depth: int) -> int:
        markup = (begin + words) * depth + "字" + end * depth
        return steps(lambda: body_of(markup))

    assert nested(200) < 2.5 * nested(100)


class Words(str):
    """A text that counts how often it is copied into a longer one."""

    __slots__ = ()
    copies = 0

    def __add__(self, other: str) -> Words:
        Words.copies += 1
        return Words(str(self) + other)


def test_words_of_one_style_are_joined_once() -> None:
    """Each line of a long list is a text; joined one by one they would be copied again and again."""
    parts = [Text(Words("字")) for _ in range(1000)]
    assert merged(parts) == (Text("字" * 1000),)
    assert Words.copies == 0
