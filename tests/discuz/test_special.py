"""Special threads: what their first floor tells beside its words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.discuz.page.floor_index import Floor
from crawler.discuz.post.special import read_special, read_type_options
from tests.forum.cells import CLOCK, floor_of

NOTHING = Floor("")


def special(inner: str) -> dict[str, object] | None:
    return read_special(NOTHING, floor_of(special=f'<div class="pcbs">{inner}</div>'), CLOCK)


def poll(about: str, ends: str, rows: str) -> str:
    return (
        f'<form><div class="pinf">{about}</div><p class="ptmr">{ends}</p>'
        f'<div class="pcht"><table>{rows}</table></div></form>'
    )


def test_a_plain_thread_is_not_special() -> None:
    assert read_special(NOTHING, NOTHING, CLOCK) is None
    assert special('<table><tr><td class="t_f">字</td></tr></table>') is None


@pytest.mark.parametrize(
    ("about", "ends", "facts"),
    [
        (
            "<strong>多选投票</strong>: ( 最多可选 2 项 ), 共有 9 人参与投票",
            "距结束还有: 19 天",
            {"is_multiple": True, "max_choices": 2, "voters": 9, "is_closed": False},
        ),
        (
            "<strong>單選投票</strong>, 共有 1 人參與投票",
            "<strong>投票已经结束</strong>",
            {"is_multiple": False, "max_choices": None, "voters": 1, "is_closed": True},
        ),
        (
            "单选投票",
            "",
            {"is_multiple": False, "max_choices": None, "voters": None, "is_closed": False},
        ),
    ],
)
def test_polls(about: str, ends: str, facts: dict[str, object]) -> None:
    got = special(poll(about, ends, ""))
    assert got == {"kind": "poll", **facts, "options": []}


@pytest.mark.parametrize(
    ("ends", "ends_at"),
    [
        ("距结束还有: <strong>19 天 3 小时 7 分钟</strong>", "2024-5-26 21:28"),
        ("距結束還有: <strong>\n5 小時\n0 分鐘</strong>", "2024-5-7 23:21"),
        ("距结束还有: <strong>9 分钟</strong>", "2024-5-7 18:30"),
        ("<strong>投票已经结束</strong>", None),
        ("距结束还有: 99999 天 1 分钟", "2298-2-19 18:22"),
    ],
)
def test_when_a_poll_ends(ends: str, ends_at: str | None) -> None:
    markup = f'<div class="pcbs">{poll("单选投票", ends, "")}</div>'
    floor = floor_of(special=markup)
    got = read_special(NOTHING, floor, replace(CLOCK, is_page_time=True))
    assert got is not None
    assert got.get("ends_at") == ends_at
    # the clock of the visitor says when the page was had, perhaps, and not what it counts from
    assert "ends_at" not in (read_special(NOTHING, floor, CLOCK) or {})


def test_options_of_a_poll_and_their_votes() -> None:
    rows = (
        '<tr><td class="pvt"><label>1. &nbsp;坐船</label></td></tr><tr><td>33.33% (4)</td></tr>'
        '<tr><td class="pvt">2. 走桥</td></tr><tr><td>不知道</td></tr>'
        '<tr><td colspan="2">您所在的用户组没有投票权限</td></tr>'
    )
    got = special(poll("单选投票", "", rows))
    assert got is not None
    assert got["options"] == [{"text": "坐船", "votes": 4}, {"text": "走桥"}]


@pytest.mark.parametrize(("mark", "is_solved"), [("rsld", True), ("rusld", False)])
def test_rewards(mark: str, is_solved: bool) -> None:
    got = special(
        f'<div class="rwd cl"><div class="{mark} z"><cite>30</cite>贝壳</div><div class="rwdn"></div></div>'
    )
    assert got == {
        "kind": "reward",
        "price": 30,
        "credit": "贝壳",
        "is_solved": is_solved,
        "best_answer": None,
    }


def test_the_best_answer() -> None:
    got = special(
        '<div class="rwd"></div><div class="rwdbst"><a href="home.php?mod=space&amp;uid=21"><img/></a>'
        '<a href="home.php?mod=space&amp;uid=21">柳岸闻莺</a><a href="javascript:;" onclick="window.open('
        "'forum.php?mod=redirect&goto=findpost&ptid=1&pid=973')\">查看完整内容</a>"
        '<div class="mtn">往东。\n带伞。</div></div>'
    )
    assert got is not None
    assert got["price"] is None
    assert got["best_answer"] == {
        "post_id": "973",
        "author": "柳岸闻莺",
        "author_id": "21",
        "text": "往东。 带伞。",
    }


def test_goods() -> None:
    got = special(
        '<div class="trdb"><div id="trade976"><h4>旧船桨</h4><dl><dt>商品类型:</dt><dd>二手</dd></dl>'
        "<strong>45.00</strong>&nbsp;元&nbsp;<del>90.00 元</del></div>"
        '<div id="trade977"><h4>缆绳</h4></div><div id="tradeinfo976"></div></div>'
    )
    nothing = {"price": None, "list_price": None}
    assert got == {
        "kind": "trade",
        "items": [
            {
                "post_id": "976",
                "name": "旧船桨",
                "price": "45.00 元",
                "list_price": "90.00 元",
                "facts": {"商品类型": "二手"},
            },
            {"post_id": "977", "name": "缆绳", **nothing},
        ],
    }


def test_an_activity_in_the_words_of_the_site() -> None:
    got = special(
        '<div class="act"><dl><dt>活动地点:</dt><dd>旧码头</dd><dt>空:</dt><dd></dd><dt></dt><dd>我要参加</dd>'
        "<dt>没有</dt></dl></div>"
    )
    assert got == {"kind": "activity", "facts": {"活动地点": "旧码头"}}
    assert special('<div class="act"></div>') == {"kind": "activity"}


def test_a_debate() -> None:
    point = '<div class="point"><strong>{} ({})</strong><p>{}</p></div>'
    got = special(
        '<p class="dtm">结束时间: 2023-4-2 18:59 裁判: 桥头管事</p><div class="ds">'
        + point.format("正方观点", 12, "该修。")
        + point.format("反方观点", 8, "不修。")
        + "</div>"
    )
    assert got == {
        "kind": "debate",
        "affirmative": {"text": "该修。", "votes": 12},
        "negative": {"text": "不修。", "votes": 8},
        "ends_at": "2023-4-2 18:59",
        "umpire": "桥头管事",
    }
    assert special('<div class="ds"></div>') == {
        "kind": "debate",
        "affirmative": None,
        "negative": None,
        "ends_at": None,
        "umpire": None,
    }


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        (
            "<b>抢楼</b> 本帖为抢楼帖! 奖励楼层: *2&nbsp;",
            {"kind": "rush", "rule": "奖励楼层: *2"},
        ),
        ("<b>搶樓</b>", {"kind": "rush", "rule": None}),
        ("<b>置顶</b>", None),
    ],
)
def test_a_rush_is_told_above_the_floors(line: str, facts: dict[str, object] | None) -> None:
    assert read_special(floor_of(rush_rule=f"<div>{line}</div>"), NOTHING, CLOCK) == facts


def test_sorted_information() -> None:
    table = (
        '<div class="typeoption"><table><caption>铺面出租</caption><tr><th>租金:</th><td>800 元/月</td></tr>'
        "<tr><th>朝向：</th><td>临水 </td></tr><tr><th>空</th><td></td></tr><tr><td>无</td></tr></table></div>"
    )
    assert read_type_options(floor_of(type_options=table)) == {
        "分类": "铺面出租",
        "租金": "800 元/月",
        "朝向": "临水",
    }
    assert read_type_options(floor_of(type_options="<div></div>")) is None
    assert read_type_options(NOTHING) is None
