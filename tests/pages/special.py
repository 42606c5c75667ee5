"""Special threads and changed skins."""

from __future__ import annotations

import re

from tests.forum.desktop import Floor, Thread
from tests.pages import Fixture, first, replies


def polls() -> list[Fixture]:
    def poll(votes: list[int] | None, ends: str) -> str:
        rows = ""
        for number, option in enumerate(("坐船", "走桥", "游过去"), 1):
            rows += f"""<tr class="ptl">
<td class="pvt">
<label for="option_{number}">{number}. &nbsp;{option}</label>
</td>
<td class="pvts"></td>
</tr>
"""
            if votes:
                rows += f"""<tr>
<td><div class="pbg"><div class="pbr" style="width: 14%"></div></div></td>
<td>33.33% <em style="color:#E92725">({votes[number - 1]})</em></td>
</tr>
"""
        return f"""
<form id="poll" name="poll" method="post" action="forum.php?mod=misc&amp;action=votepoll">
<div class="pinf">
<strong>多选投票</strong>: ( 最多可选 2 项 ), 共有 9 人参与投票
</div>
<p class="ptmr">
{ends}
</p>
<div class="pcht">
<table summary="poll panel" cellspacing="0" cellpadding="0" width="100%">
{rows}<tr><td colspan="2">您所在的用户组没有投票权限</td></tr>
</table>
</div>
</form>
"""

    running = first(
        970,
        "怎么过江？",
        special=True,
        after_cell=poll(None, "距结束还有:\n<strong>\n19 天23 小时50 分钟\n</strong>"),
    )
    over = first(
        970, "怎么过江？", special=True, after_cell=poll([4, 3, 2], "<strong>投票已经结束</strong>")
    )
    answers = [Floor(971, "走桥，看得远", label="沙发", special=True)]
    return [
        Fixture("thread", "poll", str(Thread([running, *answers], title="怎么过江"))),
        Fixture("thread", "poll_closed", str(Thread([over, *answers], title="怎么过江"))),
    ]


REWARD = """<div class="rwd cl">
<div class="rsld z">
<cite>30</cite>贝壳</div>
<div class="rwdn">
"""
BEST = """
</div>
</div>
<div class="rwdbst">
<h3 class="psth">最佳答案</h3>
<div class="pstl">
<div class="psta vm"><a href="home.php?mod=space&amp;uid=" c="1"><img src="http://bbs.example.net/uc_server/avatar.php?uid=21&size=small" /></a> <a href="home.php?mod=space&amp;uid=21" class="xi2 xw1">柳岸闻莺</a></div>
<div class="psti">
<p class="xi2"><a href="javascript:;" onclick="window.open('forum.php?mod=redirect&goto=findpost&ptid=4711&pid=973')">查看完整内容</a></p>
<div class="mtn">往东第二个埠头。
去时带伞。</div>
</div>
</div>
</div>
"""

TRADE = """
<div class="xs1 cl"><div class="trdb">
<div id="trade976" class="trdl cl">
<div class="tt"><em class="hot">推荐商品</em><img src="static/image/common/nophotosmall.gif" width="90" height="90" alt="旧船桨" /></div>
<div class="ta spi">
<h4><a href="forum.php?mod=viewthread&amp;do=tradeinfo&amp;tid=4711&amp;pid=976" target="_blank">旧船桨</a></h4>
<dl class="z">
<dt>商品类型:</dt>
<dd>
二手商品
</dd>
<dt>剩余时间:</dt>
<dd>
29天23小时
</dd>
</dl>
<div class="z mtn">
<strong>45.00</strong>&nbsp;元&nbsp;&nbsp;
<p class="xg1">
<del>90.00 元</del>
</p>
</div>
</div>
</div>
<div id="tradeinfo976"></div>
</div></div>
<div id="postmessage_975"></div>
"""

ACTIVITY = """<div class="act pbm cl">
<div class="spvimg"><img src="static/image/common/nophoto.gif" width="300" height="300" /></div>
<div class="spi">
<dl>
<dt>活动类型:</dt>
<dd><strong>划船</strong></dd>
<dt>开始时间:</dt>
<dd>
2023-4-1 09:00 至 2023-4-1 17:00 商定
</dd>
<dt>活动地点:</dt>
<dd>旧码头</dd>
</dl>
<dl class="nums mtw">
<dt>已报名人数:</dt>
<dd>
<em>3</em> 人
</dd>
</dl>
<dl>
<dt></dt>
<dd><p class="pns"><button class="pn" name="ijoin"><span>我要参加</span></button></p></dd>
</dl>
</div>
</div>
"""

DEBATE = """
<p class="dtm">结束时间: 2023-4-2 18:59 裁判: 桥头管事</p>
<div class="ds">
<table summary="全部观点" cellspacing="0" cellpadding="0">
<tr>
<td class="si_1"><div class="point"><strong>正方观点 (12)</strong><p>该修，桥太窄。</p></div></td>
<td class="sc_1"><div class="point_chart"><div class="chart" title="正方 (12)"></div></div></td>
<th><div></div></th>
<td class="si_2"><div class="point"><strong>反方观点 (8)</strong><p>不修，留着好看。</p></div></td>
</tr>
</table>
</div>
"""

SORTED = """<div class="typeoption">
<table summary="分类信息" cellpadding="0" cellspacing="0" class="cgtl mbm">
<caption>铺面出租</caption>
<tbody><tr>
<th>租金:</th>
<td>800 元/月</td>
</tr>
<tr>
<th>朝向:</th>
<td>临水 </td>
</tr>
</tbody>
</table>
</div>
"""

RUSH_TOP = """<div id="pl_top">
<table cellspacing="0" cellpadding="0">
<tr class="ad"><td class="pls"></td><td class="plc"></td></tr>
<tr>
<td class="pls vm ptm"><img src="static/image/common/rushreply_s.png" class="vm" alt="抢楼" /> <strong>抢楼</strong></td>
<td class="plc ptm pbm xi1">
<span class="y"><a href="forum.php?mod=viewthread&amp;tid=4711&amp;checkrush=1" rel="nofollow" class="y pn xi2"><span>查看抢中楼层</span></a></span>
本帖为抢楼帖，欢迎抢楼!&nbsp;
奖励楼层: *2&nbsp;
</td>
</tr>
</table>
</div>
"""

WON = """<label class="pdbts pdbts_1">
<a href="forum.php?mod=viewthread&amp;tid=4711&amp;checkrush=1" rel="nofollow" title="查看抢中楼层" class="v">恭喜</a>
<a href="forum.php?mod=viewthread&amp;tid=4711&amp;checkrush=1" rel="nofollow" title="查看抢中楼层" class="b">抢中本楼</a>
</label>
"""

SIDE = """<label class="pdbts pdbts_1">
<a class="v" href="forum.php?mod=viewthread&amp;tid=4711&amp;extra=&amp;filter=debate&amp;stand=1" title="只看正方">正方</a>
<a class="b" href="forum.php?mod=misc&amp;action=debatevote&amp;tid=4711&amp;pid=981" id="voterdebate_981">支持 2</a>
</label>
"""


TIPS = """<dl id="ratelog_988" class="rate">
<dt><strong><a href="forum.php?mod=misc&amp;action=viewratings&amp;tid=4711&amp;pid=988" title="查看全部评分">1</a></strong></dt>
<dd>
<ul class="cl">
<li>
<p id="rate_988_23" onmouseover="showTip(this)" tip="&lt;strong&gt;说得好&lt;/strong&gt;&amp;nbsp;&lt;em class='xi1'&gt;威望 + 2 &lt;/em&gt;&lt;span&gt;贝壳 -1 &lt;/span&gt;" class="mtn mbn"><a href="home.php?mod=space&amp;uid=23" target="_blank" class="avt"><img src="uc_server/avatar.php?uid=23&amp;size=small" /></a></p>
<p><a href="home.php?mod=space&amp;uid=23" target="_blank">Tinker_Bell</a></p>
</li>
</ul>
</dd>
</dl>
"""


def skins() -> list[Fixture]:
    """Templates that keep Discuz's ids and change what is around them."""
    page = str(Thread([first(988, "换了门面，还是老店。", ratings=TIPS), *replies(989, "认得路")]))
    bare = page.replace('<span id="thread_subject">', "<span>").replace(
        '<div id="wp" class="wp">', '<div class="box"><h1>河湾论坛</h1>'
    )
    labelled = (
        page.replace(
            '<em id="authorposton988">发表于 2023',
            '<em id="authorposton988"><em class="x">时间：</em>2023',
        )
        .replace(">石桥卖花人</a>\n</div>", '><em class="x">作者：</em>石桥卖花人</a>\n</div>')
        .replace('class="authi"><a href="home', 'class="auther"><a href="home')
    )
    # the name stands in the hover card alone
    carded = re.sub(
        r'<div class="pi">\n<div class="authi"><a href="[^"]*" target="_blank" class="xw1">[^<]*</a>\n</div>\n</div>\n',
        "",
        page,
    )
    return [
        Fixture("thread", "skin_name_in_card", carded),
        Fixture("thread", "skin_without_title_id", bare),
        Fixture("thread", "skin_with_labels", labelled),
    ]


def specials() -> list[Fixture]:
    reward = first(972, "哪个埠头能修船？", special=True, before_cell=REWARD, after_cell=BEST)
    answer = Floor(
        973,
        "往东第二个埠头。<br />\r\n去时带伞。",
        label="沙发",
        special=True,
        date="2023-3-14 09:26:54",
    )
    trade = first(975, "自家用的，没裂。", special=True, after_cell=TRADE)
    activity = first(978, "自带干粮。", special=True, before_cell=ACTIVITY)
    debate = first(980, "石桥修不修？", special=True, after_cell=DEBATE)
    side = Floor(981, "修吧。", label="沙发", special=True, stand=SIDE)
    flat = first(984, "临水两间，采光好。", before_body="", before_cell=SORTED)
    rush = first(986, "尾号是 2 的有糖吃。")
    win = Floor(987, "我抢", label="沙发", stand=WON)
    return [
        *polls(),
        Fixture("thread", "reward", str(Thread([reward, answer], title="修船"))),
        Fixture(
            "thread",
            "trade",
            str(Thread([trade, *replies(977, "收了")], title="旧船桨", replies=2)),
        ),
        Fixture("thread", "activity", str(Thread([activity], title="周末划船"))),
        Fixture("thread", "debate", str(Thread([debate, side], title="石桥修不修"))),
        Fixture("thread", "sorted", str(Thread([flat], title="两间铺面"))),
        Fixture("thread", "rush", str(Thread([rush, win], title="抢楼有糖", top=RUSH_TOP))),
    ]
