"""What stands below a post: comments, ratings, sides and winners."""

from __future__ import annotations

import pytest

from crawler.discuz.facts import Comment, Rating
from crawler.discuz.page.floor_index import Floor
from crawler.discuz.post.reactions import read_comments, read_ratings, read_stand
from tests.forum.cells import CONTEXT, FINDPOST, floor_of

NOTHING = Floor("5")
MEMBER = (
    '<a href="home.php?mod=space&amp;uid=22" c="1"><img src="avatar.php?uid=22" /></a>'
    '<a href="home.php?mod=space&amp;uid=22" class="xi2 xw1">半壶老酒</a>'
)


def comments(who: str, said: str) -> tuple[Comment, ...]:
    markup = (
        f'<div class="cm"><h3>点评</h3><div class="pstl xs1 cl"><div class="psta vm">{who}</div>'
        f'<div class="psti">{said}</div></div><div class="pgs"><a>下一页</a></div></div>'
    )
    return read_comments(floor_of(comments=markup), CONTEXT)


@pytest.mark.parametrize(
    ("who", "said", "wanted"),
    [
        (
            MEMBER,
            '真亮堂&nbsp; <span class="xg1">发表于 2023-3-14 10:02</span>',
            ("半壶老酒", "22", "真亮堂", "2023-03-14T10:02:00+08:00"),
        ),
        (
            MEMBER,
            '真亮堂 <span class="xg1">发表于 <span title="2024-5-6 10:02:33">昨天 10:02</span></span>',
            ("半壶老酒", "22", "真亮堂", "2024-05-06T10:02:33+08:00"),
        ),
        ("游客", "真亮堂", (None, None, "真亮堂", None)),
    ],
)
def test_comments(who: str, said: str, wanted: tuple[str | None, ...]) -> None:
    (comment,) = comments(who, said)
    date = comment.date.value.isoformat() if comment.date else None
    assert (comment.author, comment.author_id, comment.text, date) == wanted


def test_no_comments() -> None:
    assert read_comments(NOTHING, CONTEXT) == ()
    assert read_comments(floor_of(comments='<div class="cm"></div>'), CONTEXT) == ()


def test_buttons_are_no_words_of_a_comment() -> None:
    (comment,) = comments(
        MEMBER,
        f'真亮堂&nbsp; <a href="{FINDPOST}9" class="xi2">详情</a> <a href="forum.php?mod=post&amp;'
        'action=reply&amp;repquote=9" class="xi2">回复</a> <span class="xg1">发表于 2023-3-14</span>',
    )
    assert comment.text == "真亮堂"


def ratings(inner: str) -> tuple[Rating, ...]:
    return read_ratings(floor_of(ratings=f'<dl id="ratelog_5"><dd>{inner}</dd></dl>'))


def test_ratings_in_a_table() -> None:
    heads = "<th>参与人数 2</th><th>威望 <i>+1</i></th><th>贝壳 <i>+7</i></th><th>收起 理由</th>"

    def row(user: int, *cells: str) -> str:
        link = f'<a href="home.php?mod=space&amp;uid={user}">甲{user}</a>'
        return (
            f'<tr id="rate_5_{user}"><td>{link}</td>{"".join(f"<td>{c}</td>" for c in cells)}</tr>'
        )

    table = (
        f"<table><tr>{heads}</tr>{row(23, ' + 1', ' + 10', '写得用心')}{row(24, '', ' -3', '')}"
        "<tr><td>不是</td><td>评分</td></tr></table>"
    )
    assert ratings(table) == (
        Rating("甲23", "23", {"威望": "+1", "贝壳": "+10"}, "写得用心"),
        Rating("甲24", "24", {"贝壳": "-3"}, None),
    )


def test_ratings_in_tips() -> None:
    tips = (
        '<ul><li><p id="rate_5_23" tip="&lt;strong&gt;说得&amp;amp;好&lt;/strong&gt;&amp;nbsp;&lt;em&gt;威望 + 2'
        '&lt;/em&gt;&lt;span&gt;贝壳 -1 &lt;/span&gt;"><a><img/></a></p><p><a>Tinker_Bell</a></p></li>'
        '<li><p id="rate_5_24" tip="&lt;strong&gt;&lt;/strong&gt;"></p></li></ul>'
    )
    assert ratings(tips) == (
        Rating("Tinker_Bell", "23", {"威望": "+2", "贝壳": "-1"}, "说得&好"),
        Rating(None, "24", {}, None),
    )


def test_no_ratings() -> None:
    assert read_ratings(NOTHING) == ()
    assert ratings("<p>查看全部评分</p>") == ()


@pytest.mark.parametrize(
    ("links", "stand"),
    [
        ('<a href="forum.php?tid=1&amp;filter=debate&amp;stand=1">正方</a>', ("正方", False)),
        ('<a href="forum.php?tid=1&amp;checkrush=1">恭喜</a>', (None, True)),
        ('<a href="forum.php?tid=1">别的</a>', (None, False)),
        ("", (None, False)),
    ],
)
def test_sides_and_winners(links: str, stand: tuple[str | None, bool]) -> None:
    assert read_stand(floor_of(stand=f'<label class="pdbts">{links}</label>')) == stand
    assert read_stand(NOTHING) == (None, False)
