"""Pages in skins that nobody wrote (`tests/forum/skins.py`): right, or refused; never wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Message, ThreadPage
from tests.forum import harsh_skins, skins
from tests.forum.skins import outcome, skin

# each was read wrongly once
WRONG_ONCE = [
    3,  # points of the author's column for the words of short posts
    124,  # a side list and the list of posts for two floors
    476,  # a side list, what stands above the posts and what stands below them for floors
    5338,
    5586,
]


@pytest.mark.parametrize("seed", WRONG_ONCE)
def test_a_page_that_was_read_wrongly_once_is_not_again(seed: int) -> None:
    assert outcome(seed) != "wrong"


def test_most_skins_are_read_and_none_wrongly() -> None:
    """The short form; `python -m tests.forum.skins --seeds 2000` is the long one."""
    counts = Counter(map(outcome, range(20_001, 20_201)))
    assert counts["wrong"] == 0
    assert counts["right"] >= 0.95 * counts.total()


def test_a_seed_is_one_page() -> None:
    assert skin(7) == skin(7)
    assert skin(7) != skin(8)


def test_harsh_skins_are_refused_rather_than_read_wrongly() -> None:
    """The short form; `python -m tests.forum.skins --harsh --seeds 2000` is the long one."""
    counts = Counter(map(harsh_skins.outcome, range(50_001, 50_401)))
    assert counts["wrong"] <= 0.005 * counts.total()
    assert counts["right"] >= 0.1 * counts.total()


# -- what looks like the words of a post, by the smallest page ------------------------------------

NAMES = (("石桥卖花人", 7), ("柳岸闻莺", 21), ("半壶老酒", 22), ("三水先生", 24), ("渔家傲", 25))
SAID = ("灯亮了，去的人很多。", "坐等周末。", "好", "顶一下楼主", "豆花没有开门。")
OTHER = ("一壶老酒走天涯", "出售各类渔具，量大从优", "江湖夜雨十年灯", "诚信为本", "慢慢走，欣赏啊")


def member(n: int) -> str:
    name, uid = NAMES[n % 5]
    return f'<a href="home.php?mod=space&amp;uid={uid}">{name}</a>'


def link(n: int, thread: str = "4711", post: int = 950) -> str:
    address = f"forum.php?mod=redirect&amp;goto=findpost&amp;ptid={thread}&amp;pid={post + n}"
    return f'<a href="{address}">{n + 1}#</a>'


def head(n: int, label: str = "") -> str:
    return f'<div class="hd">{member(n)} <span>2023-3-1{n} 1{n}:00</span> {label or link(n)}</div>'


def words_box(n: int) -> str:
    return f'<div class="ct">{SAID[n]}</div>'


def told(floors: list[str], replies: int = 4, above: str = "") -> ThreadPage | None:
    page = f"""<html><head><title>旧码头的夜市又开了 - 河湾闲话 - Powered by Discuz!</title>
<script>var cookiepre = 'x_2132_', fid = parseInt('8'), tid = parseInt('4711');</script></head>
<body><h1>旧码头的夜市又开了</h1>{above}<div>查看: 1024 回复: {replies}</div><div>{"".join(floors)}</div>
<div>GMT+8, 2023-3-20 12:00</div></body></html>"""
    read = read_page(page.encode(), url=f"{skins.HOST}thread-4711-1-1.html", seen_at=skins.SEEN)
    return read if isinstance(read, ThreadPage) else None


def floors_of(make: Callable[[int], str], count: int = 5) -> list[str]:
    return [f'<div class="fl">{make(n)}</div>' for n in range(count)]


BOX = '<div class="qm">{}</div>'
UNSURE: dict[str, Callable[[int], str]] = {
    "signatures below": lambda n: head(n) + words_box(n) + BOX.format(OTHER[n]),
    "signatures above": lambda n: BOX.format(OTHER[n]) + head(n) + words_box(n),
    "where from": lambda n: head(n) + BOX.format(f"IP属地：{'浙苏沪粤川'[n]}省") + words_box(n),
    "words of no member": lambda n: (
        head(n) + words_box(n) + f"<p>{OTHER[n]}</p><p>{OTHER[4 - n]}</p>"
    ),
    "within the words": lambda n: (
        head(n) + f'<div class="ct">{SAID[n]}<p class="sg">{OTHER[n]}</p></div>'
    ),
    "whom it answers": lambda n: f"<p>回复 {member(n + 1)}</p>{head(n)}{words_box(n)}",
    "another date": lambda n: f"<p>2023-3-1{n} 13:0{n}</p>{head(n)}{words_box(n)}",
    "a label that is missing": lambda n: (
        head(n, "&nbsp;" if n == 2 else f"{n + 1 - (n > 2)}#") + words_box(n)
    ),
    "a first label that is not the first": lambda n: head(n, f"{n}#" if n else "热") + words_box(n),
}


@pytest.mark.parametrize("name", UNSURE)
def test_what_may_be_told_in_two_ways_is_not_told(name: str) -> None:
    assert told(floors_of(UNSURE[name])) is None


SURE: dict[str, Callable[[int], str]] = {
    "nothing else": lambda n: head(n) + words_box(n),
    "buttons": lambda n: head(n) + words_box(n) + BOX.format(f"支持 <b>{n}</b> 反对 <b>0</b>"),
    "a biography beside the name": lambda n: (
        f'<div class="a">{member(n)}<p>{OTHER[n]}</p></div>'
        f"<div><span>2023-3-1{n} 1{n}:00</span> {link(n)}</div>{words_box(n)}"
    ),
    "comments of others": lambda n: (
        head(n)
        + words_box(n)
        + f"<ul><li>{member(n + 1)}: {OTHER[n]} <em>2023-3-19 10:00</em></li></ul>"
    ),
    "signatures of some": lambda n: (
        head(n) + words_box(n) + (BOX.format(OTHER[n]) if n < 2 else "")
    ),
    "what most end with": lambda n: (
        head(n) + f'<div class="ct">{SAID[n]}<div>分享到空间</div></div>'
    ),
    "a notice for one": lambda n: (
        head(n) + ("<div>提示: <em>该帖被管理员或版主屏蔽</em></div>" if n == 3 else words_box(n))
    ),
    "a date with a sign": lambda n: (
        f"<div>{member(n)} · 2023-3-1{n} 1{n}:00 · {link(n)}</div>{words_box(n)}"
    ),
}


@pytest.mark.parametrize("name", SURE)
def test_what_is_told_in_one_way_is_told(name: str) -> None:
    page = told(floors_of(SURE[name]))
    assert page is not None
    said = [SAID[n] if name != "a notice for one" or n != 3 else "" for n in range(5)]
    assert [post.body.text for post in page.posts] == said
    assert [post.author.name for post in page.posts] == [name for name, _ in NAMES]
    assert [post.date and post.date.value.day for post in page.posts] == [10, 11, 12, 13, 14]
    assert [post.position for post in page.posts] == [1, 2, 3, 4, 5]


def test_two_posts_of_the_same_words_have_no_place_of_their_own() -> None:
    """What is equal in all floors is a template's as far as anybody can tell."""
    two = floors_of(lambda n: head(n) + BOX.format("顶一下") + f"<div>{OTHER[n]}</div>", 2)
    assert told(two, replies=1) is None


def test_posts_of_another_thread_are_not_this_ones() -> None:
    """A page that never ends shows the next thread below."""
    own = floors_of(lambda n: head(n) + words_box(n))
    next_one = floors_of(lambda n: head(n, link(n, "4712", 980)) + words_box(n), 3)
    page = told(own + next_one)
    assert page is not None
    assert [post.id for post in page.posts] == ["950", "951", "952", "953", "954"]


def test_an_advertisement_that_looks_like_a_post_is_none() -> None:
    floors = floors_of(lambda n: head(n) + words_box(n))
    floors.insert(2, f'<div class="fl">{head(0, "推广")}<div class="ct">订房八折</div></div>')
    page = told(floors)
    assert page is not None
    assert [post.body.text for post in page.posts] == list(SAID)


@pytest.mark.parametrize(
    ("member_box", "author"),
    [
        ("<span>三水先生</span> <em>该用户已被删除</em>", ("三水先生", None, True)),
        ("<span>三水先生</span>", ("三水先生", None, False)),
        ("匿名", ("匿名", None, False)),
    ],
)
def test_who_has_gone_is_named_where_others_are(
    member_box: str, author: tuple[str, None, bool]
) -> None:
    floors = floors_of(
        lambda n: (
            f'<div class="a">{member_box if n == 3 else member(n)}</div>'
            f"<div><span>2023-3-1{n} 1{n}:00</span> {link(n)}</div>{words_box(n)}"
        )
    )
    page = told(floors)
    assert page is not None
    gone = page.posts[3].author
    assert (gone.name, gone.id, gone.is_deleted) == author


def test_the_page_is_that_of_the_address_where_no_pager_tells() -> None:
    floors = floors_of(lambda n: head(n) + words_box(n))
    assert told(floors, replies=24) is None, "a first page of all posts would be whole"


def test_the_counter_of_another_thread_is_not_this_ones() -> None:
    above = '<div>相关：<a href="thread-9-1-1.html">别的帖</a> 查看: 77 回复: 5</div>'
    page = told(floors_of(lambda n: head(n) + words_box(n)), above=above)
    assert page is not None
    assert page.replies == 4


def test_of_several_boards_above_none_is_the_threads_own() -> None:
    boards = "".join(
        f'<li><a href="forum.php?mod=forumdisplay&amp;fid={each}">版{each}</a></li>'
        for each in (5, 6)
    )
    page = told(floors_of(lambda n: head(n) + words_box(n)), above=f"<ul>{boards}</ul>")
    assert page is not None
    assert page.board is None


def test_a_notice_that_a_post_quotes_says_nothing_of_its_thread() -> None:
    """Who may write HTML may write Discuz's box; in a skin that nobody reads it stands alone."""
    box = '<div id="messagetext"><p>抱歉，指定的主题不存在或已被删除或正在被审核</p></div>'
    page = f"""<html><head><title>旧码头 - 河湾</title><script>cookiepre = 'x'</script></head><body>
<h1>旧码头</h1><div>{box}<a href="forum.php?mod=post&action=reply&tid=4711&repquote=901">回复</a>
</div></body></html>"""
    read = read_page(page.encode(), url=f"{skins.HOST}thread-4711-1-1.html", seen_at=skins.SEEN)
    assert isinstance(read, Message)
    assert (read.reason, read.evidence) == ("unknown_notice", "forum")
