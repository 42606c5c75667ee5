"""The one way in, under hostile conditions: cut, nested, huge and mutated pages."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.discuz import read_page
from crawler.discuz.facts import Message, Page, ThreadPage
from tests.forum.desktop import Look, Thread
from tests.forum.phones import Post, touch35_thread, wap_skin_thread
from tests.make_fixtures import fixtures
from tests.pages import first, replies
from tests.pages.news import news
from tests.pages.skins import renamed

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
URL = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"
PAGES = [fixture.body for fixture in fixtures()]
# Far above what was measured (under two seconds each), far below what a runaway would take.
BOUND = 30


def read(body: bytes | str) -> Page:
    return read_page(body.encode() if isinstance(body, str) else body, url=URL, seen_at=SEEN)


def thread(body: bytes | str) -> ThreadPage:
    page = read(body)
    assert isinstance(page, ThreadPage), page
    return page


def words_of(page: ThreadPage) -> dict[str, str]:
    return {post.id: post.body.text for post in page.posts}


WHOLE = str(news()).encode()


@pytest.mark.parametrize("seed", range(3))
def test_no_page_leaves_anything_to_the_next(seed: int) -> None:
    """All fixtures in random orders and in threads, each seen in a zone of its own."""
    made = fixtures()
    zones = [timezone(timedelta(hours=8)), timezone(timedelta(hours=-5)), UTC]

    def facts(number: int) -> Page:
        seen = SEEN.astimezone(zones[number % 3])
        return read_page(made[number].body, url=made[number].url, seen_at=seen)

    order = list(range(len(made)))
    alone = {number: facts(number) for number in order}
    random.Random(seed).shuffle(order)
    with ThreadPoolExecutor(3) as pool:
        assert dict(zip(order, pool.map(facts, order), strict=True)) == alone


@pytest.mark.parametrize("start", range(7))
def test_a_page_cut_anywhere_keeps_every_whole_post(start: int) -> None:
    full = words_of(thread(WHOLE))
    for end in range(start * 37, len(WHOLE), 259):
        page = read(WHOLE[:end])
        got = words_of(page) if isinstance(page, ThreadPage) else {}
        # what is there is whole, and what was whole is there
        assert got.items() <= full.items(), end
        for pid in full:
            marker = f'id="_postposition{pid}"'.encode()
            if marker in WHOLE[:end]:
                assert pid in got, end
        if b'<div id="f_pst"' not in WHOLE[:end]:
            told = page.is_truncated if isinstance(page, ThreadPage) else page
            assert told is True or isinstance(page, Message), end


@pytest.mark.parametrize(
    "tag",
    ["font", "div", "strong", "blockquote", "ul><li", 'span style="x"', "table><tr><td"],
)
@pytest.mark.parametrize("is_closed", [True, False])
def test_one_post_nested_five_thousand_deep(tag: str, is_closed: bool) -> None:
    name = re.split(r"[ >]", tag)[0]
    deep = f"<{tag}>" * 5000 + "深处" + (f"</{name}>" * 5000 if is_closed else "")
    page = thread(str(Thread([first(1, "浅处"), *replies(2, deep, "后面的话", "再后面")])))
    texts = words_of(page)
    assert list(texts) == ["1", "2", "3", "4"]
    assert texts["1"] == "浅处"
    assert "深处" in texts["2"]
    assert (texts["3"], texts["4"]) == ("后面的话", "再后面")


def test_two_thousand_posts() -> None:
    started = time.process_time()
    page = thread(str(Thread([first(1, "首"), *replies(2, *map(str, range(2000)))])))
    assert [post.body.text for post in page.posts[1:]] == [str(number) for number in range(2000)]
    assert [post.position for post in page.posts] == list(range(1, 2002))
    assert time.process_time() - started < BOUND


@pytest.mark.parametrize(
    "noise",
    [
        b"x" * 20_000_000,
        b"<" * 20_000_000,
        b"GMT+8, " * 3_000_000,
        b"<script " * 2_500_000,
    ],
    ids=lambda noise: noise[:8].decode("utf-8", "ignore"),
)
@pytest.mark.parametrize("place", ["alone", "before", "within"])
def test_twenty_megabytes_of_noise(noise: bytes, place: str) -> None:
    started = time.process_time()
    if place == "alone":
        assert isinstance(read(noise), Message)
    elif place == "before":
        page = read(WHOLE.replace(b'<div id="hd">', noise + b'<div id="hd">', 1))
        assert isinstance(page, ThreadPage)
        assert len(page.posts) == 3
    else:
        read(WHOLE.replace("坐等周末".encode(), noise, 1))
    assert time.process_time() - started < BOUND


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600), st.text(max_size=60), st.none() | st.integers(100, 599))
def test_random_bytes_never_raise(body: bytes, url: str, status: int | None) -> None:
    for content in (body, b'<div id="postlist"><table id="pid1">' + body, WHOLE[:4000] + body):
        read_page(content, url=url, seen_at=SEEN, headers={url: url}, status=status)


PIECES = (
    b"<div>",
    b"</div></div></div>",
    b"</table>",
    b"</td></tr>",
    b"\x00",
    b"<!--",
    b"<script>",
    b"&#xd800;",
    b'<td id="postmessage_9">',
    b'<div id="post_9">',
    b'"',
    b"9999999999-99-99 99:99",
    b"\xff\xfe",
    "一".encode("gbk"),
)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, len(PAGES) - 1), st.integers(0, 2**32))
# a floor of a page for phones that begins within another one, in front of its words
@example(103, 511226)
def test_mutated_pages_never_raise(number: int, seed: int) -> None:
    chance = random.Random(seed)
    page = bytearray(PAGES[number] or b"<html>")
    for _ in range(chance.choice((1, 3, 30, 200))):
        at = chance.randrange(len(page) or 1)
        kind = chance.randrange(4)
        if kind == 0:
            page[at : at + 1] = bytes((chance.randrange(256),))
        elif kind == 1:
            del page[at : at + chance.randrange(1, 200)]
        elif kind == 2:
            other = chance.randrange(len(page) or 1)
            page[at:at] = page[other : other + chance.randrange(300)]
        else:
            page[at:at] = chance.choice(PIECES)
    got = read(bytes(page))
    assert isinstance(got, Page)
    if isinstance(got, ThreadPage):
        # never an article without a title (floors that come by AJAX tell none), nor a post without
        # an id
        assert got.headline or got.skin == "part"
        assert all(post.id for post in got.posts)


def test_a_skin_with_other_names_is_read_by_its_structure() -> None:
    page = str(news())
    known = thread(page)
    for mark in ("authorposton", "authi"):
        page = page.replace(mark, "x")
    got = thread(page)
    assert got.skin == "inferred"
    assert [(post.id, post.author.name, post.date, post.body.text) for post in got.posts] == [
        (post.id, post.author.name, post.date, post.body.text) for post in known.posts
    ]


COMMENT = (
    '<div><ul><li><a href="home.php?mod=space&amp;uid=23">Tinker_Bell</a></li>'
    "<li>发表于 2024-1-1 12:00</li></ul><div>同去</div></div>"
)
PHONE_POSTS = [
    Post(
        910,
        "第一盏灯亮了。",
        author="石桥卖花人",
        uid=7,
        date="2023-3-14 09:26",
        label="1<sup>#</sup>",
        counters='<span class="y"><i></i><em>2073</em><i></i><em>3</em></span>',
        behind=COMMENT,
    ),
    Post(911, "坐等周末。", date="2023-3-14 10:10", label="2<sup>#</sup>"),
    Post(
        912,
        "好",
        who="三水先生 <em>该用户已被删除</em>",
        date="2023-3-15 08:00",
        label="3<sup>#</sup>",
    ),
    Post(913, "", author="417535722", uid=22, date="2023-3-15 09:00", label="4<sup>#</sup>"),
]
ALL_REPLIES = '<div class="txtlist"><div class="mtit">倒序浏览 全部回复<em>3</em></div></div>'


@pytest.mark.parametrize("has_numbers", [True, False])
def test_pages_for_phones_are_read_by_their_structure(*, has_numbers: bool) -> None:
    page = touch35_thread(PHONE_POSTS)
    second = page.index('<div class="plc cl" id="pid911"')
    page = page[:second] + ALL_REPLIES + page[second:]
    if not has_numbers:  # guests may neither rate nor answer
        page = re.sub(r'<div class="threadlist_foot cl">.*?</div>', "", page)
    known, got = thread(page), thread(renamed(page))
    assert got.skin == "inferred"
    ids = ["910", "911", "912", "913"] if has_numbers else ["p1-1", "p1-2", "p1-3", "p1-4"]
    assert [post.id for post in got.posts] == ids
    for one, other in zip(got.posts, known.posts, strict=True):
        assert one.author.name == other.author.name
        assert (one.date, one.body.text, one.position) == (
            other.date,
            other.body.text,
            other.position,
        )
    assert got.replies == 3
    # without a counter, members and dates alone could be a list of anything
    if not has_numbers:
        page = page.replace(ALL_REPLIES, "")
        assert isinstance(read(renamed(page)), Message)


def test_an_opening_post_apart_from_its_replies_is_found() -> None:
    posts = [
        Post(930, "第一盏灯亮了。", author="石桥卖花人", uid=7, date="2022-3-14 09:26", label=""),
        Post(931, "坐等周末。", date="03-14 16:59", label="沙发"),
        Post(932, "同去。", author="52653", uid=22, date="03-14 17:38", label="藤椅"),
    ]
    page = wap_skin_thread(posts).replace(
        '<div id="post_931"', '</div><div class="ct"><div>共有2条回复</div><div id="post_931"'
    )
    got = thread(renamed(page))
    assert [(post.id, post.is_first, post.body.text) for post in got.posts] == [
        ("930", True, "第一盏灯亮了。"),
        ("931", False, "坐等周末。"),
        ("932", False, "同去。"),
    ]
    # with the opening post gone, what is left is no thread
    start, end = page.index('<div id="post_930"'), page.index('</div><div class="ct">')
    assert isinstance(read(renamed(page[:start] + page[end:])), Message)


def test_floors_that_name_the_same_post_are_refused() -> None:
    def floor(uid: int, link: str, words: str) -> str:
        return (
            f'<div><a href="home.php?mod=space&amp;uid={uid}">甲{uid}</a> <em>发表于 2023-3-14 10:0{uid}</em>'
            f'<a href="forum.php?mod=post&amp;{link}">回复</a><div class="q">{words}</div></div>'
        )

    def page(second: str, between: str = "") -> Page:
        opening = floor(7, "reppost=1", "第一").replace("<em>", "<i>楼主</i><em>")
        rest = floor(8, second, "第二") + floor(9, "repquote=3", "第三")
        return read(
            "<html><head><title>夜市 - 河湾</title><script>cookiepre = 'x'</script></head><body>"
            f"<h1>夜市</h1><div>{opening}{between}<div>{rest}</div></div></body></html>"
        )

    assert isinstance(page("repquote=3"), Message)
    assert isinstance(page("repquote=2"), ThreadPage)
    # a box between two floors is of neither, whatever it names
    between = '<div><a href="?x&amp;repquote=2">a</a> <a href="?x&amp;repquote=2">b</a></div>'
    told = page("repquote=2", between)
    assert isinstance(told, ThreadPage)
    assert [(post.id, post.body.text) for post in told.posts] == [
        ("1", "第一"),
        ("2", "第二"),
        ("3", "第三"),
    ]


def test_a_trade_is_not_taken_for_its_goods() -> None:
    trade = next(each for each in fixtures() if each.name == "trade").body.decode()
    assert [post.id for post in thread(renamed(trade)).posts] == ["975", "977"]


@pytest.mark.parametrize(
    "inner",
    [
        "<b>x</b>" * 150_000,
        '<div><a href="home.php?mod=space&uid=7">a</a><i>2023-3-14 10:00</i></div>' * 8_000,
    ],
    ids=["text", "members"],
)
def test_deep_boxes_of_a_page_that_nobody_knows_take_no_time(inner: str) -> None:
    page = (
        "<html><head><title>夜市 - 河湾</title><script>cookiepre = 'x'</script></head><body>"
        f"<h1>夜市</h1>{'<div>' * 450}{inner}{'</div>' * 450}</body></html>"
    )
    began = time.process_time()
    assert isinstance(read(page), Message)
    assert time.process_time() - began < BOUND


def test_a_stamp_counts_wherever_it_stands() -> None:
    stamped = first(1, "一")
    page = str(Thread([stamped, *replies(2, "二")]))
    stamp = '<div id="threadstamp"><img src="static/image/stamp/001.gif" title="精华" /></div>'
    for place in ('<div id="post_1"', '<table id="pid1"'):
        at = page.index(place)
        assert thread(page[:at] + stamp + page[at:]).flags == ("digest",)


def test_what_tells_no_dates_is_refused_not_guessed() -> None:
    page = re.sub(r"\d{4}-\d+-\d+ [\d:]+", "", str(news()))
    refused = read(page)
    assert isinstance(refused, Message)
    assert refused.reason == "template_unknown"


def test_a_post_that_plays_a_page_stays_a_post() -> None:
    fake = (
        '<div id="post_99"><table id="pid99"><tr><td class="t_f" id="postmessage_99">假</td></tr>'
        '</table><em id="authorposton99">发表于 1999-1-1</em></div><a class="fastre" '
        'href="?reppost=99">x</a><span id="thread_subject">假题</span>'
    )
    page = thread(str(Thread([first(1, "真"), *replies(2, fake, "真的回复")])))
    assert [post.id for post in page.posts] == ["1", "2", "3"]
    assert page.headline == "旧码头的夜市又开了"
    assert page.posts[0].is_first


def test_duplicate_floors_are_one() -> None:
    floors = [first(1, "一"), *replies(2, "二", "三")]
    page = thread(str(Thread([*floors, floors[1]])))
    assert [post.id for post in page.posts] == ["1", "2", "3"]


@pytest.mark.parametrize("version", ["X2", "X2.5", "X3.1", "X3.2", "X3.3", "X3.4", "X3.5"])
def test_versions_are_told(version: str) -> None:
    assert thread(str(news(Look(version=version)))).site.discuz_version == version


def test_a_base_path_belongs_to_the_site() -> None:
    page = str(Thread([first(1, "一")], look=Look(host="http://bbs.example.net/sub/forum/")))
    got = read_page(
        page.encode(), url="http://bbs.example.net/sub/forum/thread-4711-1-1.html", seen_at=SEEN
    )
    assert isinstance(got, ThreadPage)
    assert got.site.root == "http://bbs.example.net/sub/forum/"


def test_a_pager_that_marks_no_page() -> None:
    page = str(Thread([*replies(11, "十一", label=11)], page=2, pages=3)).replace(
        "<strong>2</strong>", "<b>2</b>"
    )
    got = read_page(page.encode(), url=f"{URL}&page=2", seen_at=SEEN)
    assert isinstance(got, ThreadPage)
    assert (got.page, got.pages) == (2, 3)
    assert not got.posts[0].is_first


def without(*patterns: str) -> Callable[[str], str]:
    def change(page: str) -> str:
        for pattern in patterns:
            page = re.sub(pattern, "", page)
        return page

    return change


NUMBERED = r'id="(post_|pid|postmessage_|favatar|authorposton|postnum)(\d+)"'
SKINS: dict[str, Callable[[str], str]] = {
    "no wrapper": without(r'(?<=<div )id="post_\d+"'),
    "no table id": without(r'(?<=<table )id="pid\d+"'),
    "no wrapper at all": without(r'(?<=<div )id="post_\d+"', r'(?<=<table )id="pid\d+"'),
    "no column": without(r'id="favatar\d+"'),
    "nothing before the date": without(
        r'(?<=<div )id="post_\d+"', r'(?<=<table )id="pid\d+"', r'id="favatar\d+"'
    ),
    "no author's line": without(r'class="authi"'),
    "no date's id": without(r'id="authorposton\d+"'),
    "no cell's id": without(r'id="postmessage_\d+"'),
    "no cell's class": without(r'class="t_f"'),
    "no boxes": without(r'class="pcb"', r'class="pct"', r'class="pi"'),
    "no frame": without(r'id="wp"', r'id="ft"', r'id="f_pst"', r'id="postlist"'),
    "no reply links": without(r'class="fastre"'),
    "single quotes": lambda page: re.sub(NUMBERED, r"id='\1\2'", page),
    "no quotes": lambda page: re.sub(NUMBERED, r"id=\1\2", page),
    "capital tags": lambda page: re.sub(
        r"<(/?)(td|tr|table|div)\b", lambda tag: f"<{tag[1]}{tag[2].upper()}", page
    ),
    "indented": lambda page: page.replace("\n", "\n          "),
}


@pytest.mark.parametrize("skin", SKINS)
def test_a_skin_that_lacks_a_mark_is_read_all_the_same(skin: str) -> None:
    floors = [first(1, "首"), *replies(2, "二", "三<br />三", "四", "五")]
    page = str(Thread(floors))
    wanted, got = thread(page), thread(SKINS[skin](page))

    def facts(read_page_: ThreadPage) -> list[tuple[object, ...]]:
        return [
            (post.id, post.author.name, post.author.id, post.date, post.body.text, post.is_first)
            for post in read_page_.posts
        ]

    assert facts(got) == facts(wanted)
    assert (got.headline, got.views, got.replies) == (wanted.headline, wanted.views, wanted.replies)
