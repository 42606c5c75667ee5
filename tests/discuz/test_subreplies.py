"""Replies within a floor: what is somebody's words below a post, and what is none."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.elements import words
from crawler.discuz.facts import Comment, CommentsPage, Post, Site, ThreadPage
from crawler.discuz.post.subreplies import (
    SubReplies,
    posts_without_members,
    read_comment_box,
    read_subreplies,
)
from crawler.discuz.readers.comments import with_comments
from crawler.items.build import post_lines
from tests.forum.cells import CONTEXT, UNKNOWN_NAMES, element_of
from tests.forum.desktop import Thread
from tests.forum.subreplies import Said, folding, lines, nameless, paging, rows
from tests.pages import PLAIN, first, replies
from tests.pages.skins import renamed
from tests.pages.subreplies import GIFTS, LIKES

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
MEMBER = '<a href="home.php?mod=space&amp;uid=22">半壶老酒</a>'
OTHER = '<a href="home.php?mod=space&amp;uid=24">三水先生</a>'
DATE = "<span>2017-6-1 08:20</span>"
LATER = "<span>2017-6-1 09:00</span>"
ANSWER = '<a href="javascript:;">回复</a>'


def below(markup: str, *, known: bool = True) -> SubReplies:
    """What is read of this markup behind a cell."""
    floor = element_of(f'<div><div id="cell">坐等周末。</div>{markup}</div>')
    return read_subreplies([floor], floor[0], (), CONTEXT if known else UNKNOWN_NAMES)


def told(found: SubReplies) -> list[tuple[str | None, str | None, str, str | None]]:
    return [
        (each.author, each.author_id, each.text, each.date.value.isoformat() if each.date else None)
        for each in found.comments
    ]


def words_of(found: SubReplies) -> list[tuple[str | None, str]]:
    return [(each.author, each.text) for each in found.comments]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "markup",
    [
        f'<div class="x"><ul><li>{MEMBER}: 算我一个 {DATE}</li></ul></div>',
        f"<ul><li>{MEMBER}：算我一个 {DATE}</li></ul>",
        f'<div class="a7">{MEMBER}<em>LV3</em>: <p>算我一个</p>{DATE}</div>',
        f"<ul><li><a href='space-uid-22.html'>半壶老酒 :</a> 算我一个 {DATE}</li></ul>",
        f"<ul><li><b>1#</b> {MEMBER} 算我一个 {DATE} {ANSWER}</li></ul>",
        f"<ul><li><div>{MEMBER} <i>黄金会员</i> {DATE}</div><div>算我一个</div>{ANSWER}</li></ul>",
        f"<ul><li>{MEMBER}: 算<b>我</b>一个 {DATE}<span>赞(12)</span><em>5</em></li></ul>",
        f"<ul><li>{MEMBER}: 算我一个 <span>回复</span> {DATE}</li></ul>",
        f"<ul><li>{MEMBER}: 算我一个<a>{DATE}</a></li></ul>",
        f"<table><tr><td>{MEMBER}:</td><td>算我一个</td><td>{DATE}</td></tr></table>",
    ],
)
def test_one_entry(markup: str, known: bool) -> None:
    found = below(markup, known=known)
    assert told(found) == [("半壶老酒", "22", "算我一个", "2017-06-01T08:20:00+08:00")]
    assert found.unread == 0


@pytest.mark.parametrize(
    "said", ["我要<b>3</b>个", "<b>支持</b>你", "赞", "1", '<a href="http://a.example/">看这里</a>']
)
def test_words_that_look_like_counters_and_buttons(said: str) -> None:
    (comment,) = below(f"<ul><li>{MEMBER}: {said} {DATE} {ANSWER} <em>3</em></li></ul>").comments
    assert comment.text == words(element_of(f"<p>{said}</p>"))


def test_an_entry_without_a_date() -> None:
    found = below(f"<ul><li>{MEMBER}: 算我一个 {ANSWER}</li></ul>")
    assert told(found) == [("半壶老酒", "22", "算我一个", None)]


def test_entries_in_the_order_of_the_page() -> None:
    found = below(
        f"<ul><li>{MEMBER}: 算我一个 {DATE}</li><li>{OTHER} 回复 {MEMBER}: 同去 {LATER}</li></ul>"
        f'<ul style="display:none"><li>{MEMBER}: 同去 {LATER}</li></ul>'
    )
    assert words_of(found) == [
        ("半壶老酒", "算我一个"),
        ("三水先生", "回复 半壶老酒: 同去"),
        ("半壶老酒", "同去"),
    ]
    assert found.unread == 0


def test_words_without_a_colon() -> None:
    entries = f"<li>{MEMBER}<p>算我一个</p>{DATE}</li><li>{OTHER}<p>同去</p>{LATER}</li>"
    assert words_of(below(f"<ul>{entries}</ul>")) == [
        ("半壶老酒", "算我一个"),
        ("三水先生", "同去"),
    ]
    # in a skin that nobody knows it may be anything
    assert below(f"<ul>{entries}</ul>", known=False) == SubReplies()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "markup",
    [
        LIKES,
        GIFTS,
        f"<ul><li>{MEMBER}</li><li>{OTHER}</li></ul>",
        f"<ul><li>{MEMBER} {DATE}</li><li>{OTHER} {LATER}</li></ul>",
        f"<table><tr><td>{MEMBER}</td><td>+ 5</td><td>好文</td><td>{DATE}</td></tr></table>",
        f"<ul><li>{MEMBER}: 贝壳 +5 好文 {DATE}</li><li>{OTHER}: 贝壳 +1 同上 {LATER}</li></ul>",
        f"<ul><li>{MEMBER} 赞了本帖 {DATE}</li></ul>",
        f"<ul><li>{MEMBER} 看过 {DATE}</li><li>{OTHER} 看过 {LATER}</li></ul>",
        f'<ul><li>{MEMBER} <a href="thread-5-1-1.html">潮汐表</a> {DATE}</li>'
        f'<li>{OTHER} <a href="thread-6-1-1.html">渡船</a> {LATER}</li></ul>',
        f'<div class="sign">{MEMBER}: 签名 {DATE}</div>',
        f'<div class="a_p">{MEMBER}: 广告 {DATE}</div>',
        f'<div class="modact">本主题由 {MEMBER} 于 {DATE} 关闭</div>',
        f'<div class="p_pop"><ul><li>{MEMBER}: 名片 {DATE}</li></ul></div>',
        f"<blockquote>{MEMBER}: 引文 {DATE}</blockquote>",
        f"<p>{MEMBER}</p><p>算我一个</p>",
        f"<ul><li>{MEMBER}: 版主</li><li>{OTHER}: 楼主</li></ul>",
        f"<ul><li>{MEMBER} 版主 {ANSWER}</li><li>{OTHER} 楼主 {ANSWER}</li></ul>",
        f"<p>最近来访: {MEMBER}, {OTHER}</p>",
    ],
)
def test_names_are_no_words(markup: str, known: bool) -> None:
    assert below(markup, known=known) == SubReplies()


def test_what_stands_before_or_in_a_cell_is_none_below_it() -> None:
    entry = f"<ul><li>{MEMBER}: 算我一个 {DATE}</li></ul>"
    floor = element_of(f'<div>{entry}<div id="cell">{entry}</div></div>')
    assert read_subreplies([floor], floor[1], (), CONTEXT) == SubReplies()
    # nor is what belongs to a special thread
    special = element_of(f'<div><div class="s"><p>早</p>{entry}</div>{entry}</div>')
    found = read_subreplies([special], special[0][0], [special[0]], CONTEXT)
    assert words_of(found) == [("半壶老酒", "算我一个")]


@pytest.mark.parametrize(
    ("markup", "unread"),
    [
        # a smiley alone
        (f"<ul><li>{MEMBER}: 早 {DATE}</li><li>{OTHER}: <img /> {LATER}</li></ul>", 1),
        # a member who is gone
        (f"<ul><li>{MEMBER}: 早 {DATE}</li><li>三水先生 该用户已被删除: 晚 {LATER}</li></ul>", 1),
        # neither is an entry
        (f"<ul><li>{MEMBER}: 早 {DATE}</li><li>我也说一句</li><li><a>更多</a></li></ul>", 0),
        (f"<ul><li>{MEMBER}: 早 {DATE}</li></ul><p>还有12条回复</p>", 12),
    ],
)
def test_what_cannot_be_read_is_counted(markup: str, unread: int) -> None:
    found = below(markup)
    assert words_of(found) == [("半壶老酒", "早")]
    assert found.unread == unread


def test_a_mark_apart_from_the_words_is_no_entry_of_its_own() -> None:
    head = f"<div class=h>{MEMBER} <i>黄金会员</i> {DATE} {ANSWER}</div>"
    assert below(f"<div>{head}<div>算我一个</div></div>") == SubReplies(unread=1)


def test_guests_have_words() -> None:
    found = below(f"<ul><li>{MEMBER}: 早 {DATE}</li><li><b>游客</b>: 晚 {LATER}</li></ul>")
    assert words_of(found) == [("半壶老酒", "早"), (None, "晚")]


# -- Discuz's own box ---------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [rows, lines])
def test_a_box_of_comments_in_a_skins_own_markup(draw: object) -> None:
    said = [Said("早"), Said("晚", "三水先生", 24), Said("夜", "", None)]
    assert callable(draw)
    found = read_comment_box(element_of(f"<div>{draw(said)}</div>"), CONTEXT)
    assert words_of(found) == [("半壶老酒", "早"), ("三水先生", "晚"), (None, "夜")]
    assert found.unread == 0


def test_names_without_links_are_not_told_from_words() -> None:
    found = read_comment_box(
        element_of(f"<div>{nameless([Said('早'), Said('晚')])}</div>"), CONTEXT
    )
    assert found == SubReplies(unread=2)
    assert read_comment_box(element_of("<div><h3>点评</h3></div>"), CONTEXT) == SubReplies()


# -- whole pages --------------------------------------------------------------------------------


def page(*floors: object, look: bool = True) -> ThreadPage:
    source = str(Thread(list(floors), title="看灯"))  # type: ignore[arg-type]
    got = read_page((source if look else renamed(source)).encode(), url=PLAIN, seen_at=SEEN)
    assert isinstance(got, ThreadPage)
    return got


def floors() -> list[object]:
    found = [first(1060, "第一盏灯亮了。"), *replies(1061, "坐等周末。", "周末下雨。", "带伞。")]
    found[1].plugins = folding(1061, [Said("算我一个")], [Said("赞", "三水先生", 24)], back=2)
    found[2].plugins = paging(1062, [Said("雨停了就去"), Said("同去", "三水先生", 24)])
    return list(found)


@pytest.mark.parametrize("look", [True, False])
def test_lists_of_plugins(look: bool) -> None:
    got = page(*floors(), look=look)
    said = [[(each.author, each.text) for each in post.comments] for post in got.posts]
    assert said == [
        [],
        [("半壶老酒", "算我一个"), ("三水先生", "赞")],
        [("半壶老酒", "雨停了就去"), ("三水先生", "同去")],
        [],
    ]
    assert [post.subreplies for post in got.posts] == [0, 2, 2, 0]
    # they cannot be asked for, and the lines say that they are missing
    assert got.comments_missing == 0
    assert [line.comments_missing for line in post_lines(got, got.posts, SEEN)] == [
        None,
        2,
        None,
        None,
    ]


def test_posts_without_members() -> None:
    source = str(Thread(floors(), title="看灯"))  # type: ignore[arg-type]
    assert posts_without_members(source) == {"1060", "1063"}
    # of what is written otherwise nothing is known
    assert posts_without_members(source.replace('"', "'")) == frozenset()
    assert posts_without_members("<p>早</p>") == frozenset()


def test_more_comments_stand_before_the_lists_of_plugins() -> None:
    got = page(*floors())
    site: Site = got.site

    def more(number: int) -> ThreadPage:
        news = CommentsPage(
            site, got.thread_id or "", "1061", number, 2, (Comment("阿良", "9", "早"),)
        )
        return with_comments(got, [news])

    for number in (1, 2):
        post: Post = more(number).posts[1]
        assert [each.text for each in post.comments] == ["早", "算我一个", "赞"]
        assert (post.subreplies, post.subreplies_missing) == (2, 2)


def test_crowds_of_names_cost_little() -> None:
    likes = "".join(f'<a href="space-uid-{n}.html">名{n}</a>、' for n in range(5000))
    rows_ = "".join(f'<li><a href="space-uid-{n}.html">名{n}</a></li>' for n in range(5000))
    deep = f"{'<div>' * 200}{MEMBER}{'</div>' * 200}" * 20
    said = "".join(
        f'<li><a href="space-uid-{n}.html">名{n}</a>: 早 {DATE}</li>' for n in range(2000)
    )
    begun = time.perf_counter()
    for markup in (f"<div>{likes}</div>", f"<ul>{rows_}</ul>", deep):
        assert below(markup) == SubReplies()
    assert len(below(f"<ul>{said}</ul>").comments) == 2000
    # measured: under a second
    assert time.perf_counter() - begun < 20
