"""What the pages of each face tell of their thread, and what none of them may take for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Message, ThreadPage
from tests.discuz.test_page import SEEN, URL
from tests.discuz.test_words import RULES, by_rules, desktop, phone, read
from tests.forum import phones
from tests.forum.desktop import HOST, Thread
from tests.forum.phones import Post as PhonePost
from tests.pages import first, replies
from tests.pages.news import news
from tests.pages.plain import PAGE as PLAIN
from tests.pages.skins import renamed

BOARD = f"{HOST}forum.php?mod=forumdisplay&fid=8"
TAGS = (
    '<div class="mt10 mb10 cl"><div class="tags xg1"><i class="fico-tag"></i>'
    '<a class="tag-item" href="misc.php?mod=tag&id=5">夜市</a>, '
    '<a class="tag-item" href="misc.php?mod=tag&id=6">码头</a></div></div>'
)
LIKES = (
    '<div class="threadlist_foot cl"><ul><li><a href="forum.php?mod=misc&amp;action=recommend">'
    '支持<span id="recommendv_add">12</span></a></li></ul></div>'
)
RANKED = '<a href="#">支持 <span id="review_support_901">3</span></a>'
COUNTERS = (
    '<span class="y"><i class="dm-eye"></i><em>1024</em><i class="dm-chat-s"></i><em>1</em></span>'
)


def touch35() -> ThreadPage:
    opening, reply = phone(counters=COUNTERS)
    opening = replace(opening, behind=TAGS + LIKES)
    return read(phones.touch35_thread([opening, replace(reply, behind=RANKED)]))


def album() -> ThreadPage:
    page = phones.album(phone())
    buttons = '收藏 <span id="favoritenumber">7</span> 支持<span id="recommendv_add">12</span>'
    return read(page.replace('<div class="album_side">', f'{buttons}<div class="album_side">'))


def ajax() -> ThreadPage:
    page = str(news())
    floor = page[page.index('<table id="pid900"') : page.index('<div id="post_901"')]
    return read(phones.ajax_floor(floor))


PAGES: dict[str, tuple[ThreadPage, dict[str, Any]]] = {
    "desktop": (
        read(desktop()),
        {
            "category": "见闻",
            "board": ("河湾闲话", "8", BOARD),
            "breadcrumbs": ["河湾论坛", "论坛", "两岸", "河湾闲话"],
            "views": 1024,
            "replies": 1,
        },
    ),
    "touch": (
        read(phones.touch_thread(phone())),
        {"category": "见闻", "board": ("河湾闲话", "8", f"{BOARD}&")},
    ),
    "touch X3.5": (
        touch35(),
        {
            "category": "见闻",
            "board": ("河湾闲话", "8", f"{BOARD}&page=1"),
            "views": 1024,
            "replies": 1,
            "tags": ["夜市", "码头"],
            "likes": [12, 3],
        },
    ),
    "wap": (
        read(
            phones.wap_thread(phone()).replace(
                '<div class="bm_inf">', '<div class="bm_inf">\n<span class="xi1">精华</span>'
            )
        ),
        {
            "category": "见闻",
            "board": ("河湾闲话", "8", BOARD),
            "breadcrumbs": ["论坛", "河湾闲话"],
            "views": 1024,
            "replies": 1,
            "flags": ["digest"],
        },
    ),
    "album": (
        album(),
        {
            "board": ("河湾闲话", "8", BOARD),
            "breadcrumbs": ["河湾论坛", "论坛", "河湾闲话"],
            "views": 1024,
            "replies": 1,
            "favorites": 7,
            "likes": [12, None],
        },
    ),
    "archiver": (
        read(phones.archived_thread([PhonePost(0, "一"), PhonePost(0, "二")])),
        {
            "board": ("河湾闲话", "8", f"{HOST}archiver/?fid-8.html"),
            "breadcrumbs": ["论坛", "河湾闲话"],
        },
    ),
    "printable": (read(phones.printable([PhonePost(0, "一"), PhonePost(0, "二")])), {}),
    "plain text": (
        read(PLAIN),
        {"board": ("河湾闲话", None, None), "views": 1024, "replies": 2},
    ),
    "site rules": (
        read(
            by_rules(
                '<p><a href="forum.php?mod=forumdisplay&fid=8">河湾闲话</a>'
                '<a href="forum.php?mod=forumdisplay&fid=8&typeid=5">[见闻]</a></p>'
                "<p>浏览 1024 回复 1</p>"
            ),
            rules=RULES,
        ),
        {
            "category": "见闻",
            "board": ("河湾闲话", "8", BOARD),
            "breadcrumbs": ["河湾闲话"],
            "views": 1024,
            "replies": 1,
        },
    ),
    "unknown skin": (
        read(
            renamed(desktop().replace("</h1>", '<img src="x/digest_1.gif" title="精华 1" /></h1>'))
        ),
        {
            "category": "见闻",
            "board": ("河湾闲话", "8", BOARD),
            "breadcrumbs": ["河湾闲话"],
            "views": 1024,
            "replies": 1,
            "flags": ["digest"],
        },
    ),
    "AJAX": (
        ajax(),
        {"headline": None, "tags": ["夜市", "码头"], "flags": ["highlighted"], "likes": [12]},
    ),
}


def told(page: ThreadPage) -> dict[str, Any]:
    board = page.board
    likes = [post.likes for post in page.posts]
    found = {
        "category": page.category,
        "board": (board.name, board.id, board.url) if board else None,
        "breadcrumbs": [step.name for step in page.breadcrumbs],
        "views": page.views,
        "replies": page.replies,
        "flags": list(page.flags),
        "tags": list(page.tags),
        "favorites": page.favorites,
        "likes": likes if any(likes) else None,
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


@pytest.mark.parametrize("face", PAGES)
def test_what_a_face_tells_of_its_thread(face: str) -> None:
    page, wanted = PAGES[face]
    title = wanted.pop("headline", "夜市" if face == "site rules" else "旧码头的夜市又开了")
    assert page.headline == title
    assert told(page) == wanted
    assert page.thread_id == ("4711" if face != "plain text" else None)


# -- what members write is no fact of the page ---

FORGED = (
    f'{TAGS}<span id="recommendv_add">99</span><div class="mtit">全部回复<em>99</em></div>'
    '<font>看99 | 回99</font><span>浏览 99 回复 99</span><img src="digest_1.gif" title="精华" />'
    '<a href="forum.php?mod=forumdisplay&fid=99">别的版</a><div class="modact">本主题由 X 于 1:00 关闭</div>'
)


@pytest.mark.parametrize(
    "page",
    [
        desktop().replace("\n一</td>", f"\n一{FORGED}</td>"),
        phones.touch_thread([PhonePost(900, f"一{FORGED}", label="楼主")]),
        phones.touch35_thread([PhonePost(900, f"一{FORGED}", label="楼主")]),
        phones.wap_thread([PhonePost(900, f"一{FORGED}", label="楼主")]),
        renamed(desktop().replace("\n一</td>", f"\n一{FORGED}</td>")),
    ],
)
def test_what_a_post_says_is_no_fact_of_its_thread(page: str) -> None:
    found = read(page)
    assert found.posts[0].body.text.startswith("一")
    assert (found.views, found.replies) in ((1024, 1), (1024, 0), (None, None))
    assert (found.tags, found.flags, found.posts[0].likes) == ((), (), None)
    assert found.board
    assert found.board.id == "8"


def test_the_path_of_a_page_of_a_skin_leads_to_its_own_board() -> None:
    # a list of other boards between path and floors: the script tells which is the thread's own
    other = '<p><a href="forum.php?mod=forumdisplay&fid=9">集市</a></p>'
    page = desktop().replace('<div id="ct"', f'{other}<div id="ct"')
    assert told(read(renamed(page)))["board"] == ("河湾闲话", "8", BOARD)


def test_an_album_under_other_names_is_no_thread() -> None:
    page = phones.album([*phone(), PhonePost(902, "三"), PhonePost(903, "四")])
    found = read_page(renamed(page).encode(), url=URL, seen_at=SEEN)
    assert isinstance(found, Message), found


def test_the_first_page_of_a_closed_thread_by_its_parts() -> None:
    page = read(
        str(Thread([first(900, "一"), *replies(901, "二")], icons='<img src="locked.gif" />'))
    )
    assert page.flags == ()
    page = read(str(Thread([first(900, "一")], icons='<img src="x/locked.gif" />')))
    assert page.flags == ("closed",)


@pytest.mark.parametrize(
    "page",
    [
        phones.touch_thread([]),
        phones.touch35_thread([]),
        phones.wap_thread([]).replace("<body>", '<body><i class="id="postmessage_">'),
        phones.archived_thread([]),
        phones.printable([]),
        phones.album([PhonePost(900, "一")]).replace("imglist['url']", "x"),
    ],
)
def test_a_page_without_floors_is_read_without_an_error(page: str) -> None:
    read_page(page.encode(), url=URL, seen_at=SEEN)
