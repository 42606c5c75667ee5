"""Replies within a floor, and lists of names that are none."""

from __future__ import annotations

from tests.forum.desktop import Thread
from tests.forum.phones import Post, touch_thread
from tests.forum.subreplies import Said, folding, lines, paging, rows
from tests.pages import PLAIN, Fixture, first, replies

LIKES = (
    '<div class="zan_list"><a href="home.php?mod=space&amp;uid=24">三水先生</a>、'
    '<a href="home.php?mod=space&amp;uid=25">守灯人</a> 等 2 人觉得很赞</div>'
)
GIFTS = """<ul class="ds_list">
<li><a href="home.php?mod=space&amp;uid=24">三水先生</a> 打赏了 5 贝壳 <span>2023-3-14 11:00</span></li>
<li><a href="home.php?mod=space&amp;uid=25">守灯人</a> 打赏了 20 贝壳 <span>2023-3-14 11:05</span></li>
</ul>"""


def subreplies() -> list[Fixture]:
    opening = first(1040, "第一盏灯亮了。")
    opening.plugins = LIKES + GIFTS
    folded, paged, drawn = replies(1041, "坐等周末。", "周末下雨。", "带伞。")
    folded.plugins = folding(
        1041,
        [
            Said("算我一个"),
            Said("666", "三水先生", 24, "2023-03-14 11:20"),
            Said('<img src="static/image/smiley/default/lol.gif" />', "守灯人", 25),
        ],
        [Said("赞", "卖花的阿婆", 26, "2023-03-13 08:00")],
    )
    paged.plugins = paging(
        1042,
        [
            Said("雨停了就去"),
            Said('回复 <a href="home.php?mod=space&uid=22">半壶老酒</a>: 船开吗？', "三水先生", 24),
        ],
        back=3,
    )
    drawn.comments = rows(
        [Said("两把够吗", "石桥卖花人", 7), Said("一把", "", None, "2023-03-14 12:00")]
    )
    phones = [
        Post(1050, "第一盏灯亮了。", author="石桥卖花人", uid=7, label="楼主"),
        Post(
            1051,
            "坐等周末。",
            behind=f'<div id="comment_1051" class="n5sq_dplb">{lines([Said("算我一个"), Said("同去", "", None)])}</div>'
            + folding(1051, [Said("带伞", "三水先生", 24)]),
        ),
    ]
    phones.append(
        Post(
            1052,
            "带伞。",
            label="板凳",
            behind=f'<div id="comment_1052" class="mv_lzl">{rows([Said("两把够吗", "石桥卖花人", 7)])}</div>',
        )
    )
    return [
        Fixture("thread", "subreplies", str(Thread([opening, folded, paged, drawn], title="看灯"))),
        Fixture(
            "thread",
            "subreplies_touch",
            touch_thread(phones, title="看灯"),
            url=f"{PLAIN}&mobile=2",
        ),
    ]
