"""Writes the pages of `fixtures/`: invented words in Discuz!'s templates.

    python -m tests.make_fixtures            write all pages (expected.json stays as it is)
    python -m tests.make_fixtures --expect   write expected.json too, to be read before it is kept

A fixture's page never changes by itself: a test holds the files to this module.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.discuz import read_page
from crawler.discuz.facts import Message, Page, ThreadPage
from crawler.items import post_lines, refusal_line, to_record
from tests.templates import HOST, Floor, Look, Thread, foot, head, message, top

FOLDER = Path(__file__).parent.parent / "fixtures"
SEEN = "2023-03-15T12:00:30+00:00"
PLAIN = f"{HOST}forum.php?mod=viewthread&tid=4711"


@dataclass
class Fixture:
    kind: str
    name: str
    page: str | bytes
    url: str = PLAIN
    seen_at: str = SEEN
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"}
    )
    status: int = 200

    @property
    def body(self) -> bytes:
        return self.page if isinstance(self.page, bytes) else self.page.encode()

    @property
    def meta(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "seen_at": self.seen_at,
            "headers": self.headers,
            "status": self.status,
        }


def read(body: bytes, meta: dict[str, Any]) -> Page:
    return read_page(
        body,
        url=meta["url"],
        seen_at=datetime.fromisoformat(meta["seen_at"]),
        headers=meta["headers"],
        status=meta["status"],
    )


def expected_of(page: Page, meta: dict[str, Any]) -> dict[str, Any]:
    """What a fixture's expected.json holds of a page: its kind, its facts, its lines."""
    at = datetime.fromisoformat(meta["seen_at"])
    if isinstance(page, ThreadPage):
        about = {
            name: getattr(page, name)
            for name in (
                "page",
                "pages",
                "next_url",
                "is_filtered",
                "is_reversed",
                "is_truncated",
            )
        }
        lines = [to_record(line) for line in post_lines(page, page.posts, at)]
        return {"kind": "thread", "about": about, "lines": lines}
    if isinstance(page, Message):
        line = refusal_line(page.reason, url=meta["url"], fetched_at=at, message=page)
        return {"kind": "message", "about": {}, "lines": [to_record(line)]}
    return {"kind": page.kind, "about": {}, "lines": []}


def first(pid: int, body: str | None, **more: Any) -> Floor:
    more.setdefault("author", "石桥卖花人")
    more.setdefault("uid", 7)
    return Floor(pid, body, label=more.pop("label", "楼主"), first=True, **more)


def replies(start: int, *bodies: str, label: int = 2) -> list[Floor]:
    names = ("柳岸闻莺", "半壶老酒", "Tinker_Bell", "三水先生", "阿O'正")
    unnamed = {2: "沙发", 3: "板凳", 4: "地板"}
    return [
        Floor(
            start + index,
            body,
            author=names[index % 5],
            uid=21 + index % 5,
            date=f"2023-3-14 {10 + index // 6}:{10 * (index % 6):02}:0{index % 10}",
            label=unnamed.get(label + index, f"<em>{label + index}</em><sup>#</sup>"),
        )
        for index, body in enumerate(bodies)
    ]


IMAGE = """<ignore_js_op>

<img id="aimg_31" aid="31" src="static/image/common/none.gif" zoomfile="data/attachment/forum/202303/14/quay.jpg" file="data/attachment/forum/202303/14/quay.jpg.thumb.jpg" class="zoom" onclick="zoom(this, this.src, 0, 0, 0)" width="600" id="aimg_31" inpost="1" />

<div class="tip tip_4 aimg_tip" id="aimg_31_menu" style="position: absolute; display: none" disautofocus="true">
<div class="xs0">
<p><strong>码头夜色.jpg</strong> <em class="xg1">(48.51 KB, 下载次数: 17)</em></p>
<p>
<a href="forum.php?mod=attachment&amp;aid=MzF8YWJjZGVmMTJ8MTY3ODgwMDAwMHwwfDQ3MTE%3D&amp;nothumb=yes" target="_blank">下载附件</a>
</p>
<p class="xg1 y">2023-3-14 09:26 上传</p>
</div>
<div class="tip_horn"></div>
</div>

</ignore_js_op>"""

FILE_INLINE = """<ignore_js_op>

<img src="static/image/filetype/zip.gif" border="0" class="vm" alt="" />
<span style="white-space: nowrap" id="attach_32">

<a href="forum.php?mod=attachment&amp;aid=MzJ8YWJjZGVmMTJ8MTY3ODgwMDAwMHwwfDQ3MTE%3D" target="_blank">摊位图.zip</a>

<em class="xg1">(1.2 MB, 下载次数: 5)</em>
</span>
<div class="tip tip_4" id="attach_32_menu" style="position: absolute; display: none" disautofocus="true">
<div class="tip_c xs0">
<div class="y">2023-3-14 09:26 上传</div>
点击文件名下载附件
<br />说明：含两张平面图
</div>
<div class="tip_horn"></div>
</div>

</ignore_js_op>"""

FILE_PAID = """<ignore_js_op>

<img src="static/image/filetype/rar.gif" border="0" class="vm" alt="" />
<span style="white-space: nowrap" id="attach_33">

<a href="forum.php?mod=misc&amp;action=attachpay&amp;aid=33&amp;tid=4711" onclick="showWindow('attachpay', this.href)">往年照片.rar</a>

<em class="xg1">(212 Bytes, 下载次数: 88, 售价: 5 贝壳)</em>
</span>
<div class="tip tip_4" id="attach_33_menu" style="position: absolute; display: none" disautofocus="true">
<div class="tip_c xs0">
<div class="y">2023-3-14 09:26 上传</div>
点击文件名下载附件
<br />需要购买
<br />售价: 5 贝壳	&nbsp;<a href="forum.php?mod=misc&amp;action=viewattachpayments&amp;aid=33">[记录]</a>
&nbsp;[<a href="forum.php?mod=misc&amp;action=attachpay&amp;aid=33&amp;tid=4711" target="_blank">购买</a>]
</div>
<div class="tip_horn"></div>
</div>

</ignore_js_op>"""

BELOW_CELL = """<div class="ptg mbm mtn">
<a title="夜市" href="misc.php?mod=tag&amp;id=1" target="_blank">夜市</a>, <a title="码头" href="misc.php?mod=tag&amp;id=2" target="_blank">码头</a></div>
<div class="pattl">

<ignore_js_op>

<dl class="tattl attm">
<dt></dt>
<dd>

<p class="mbn">
<a href="forum.php?mod=attachment&amp;aid=MzR8YWJjZGVmMTJ8MTY3ODgwMDAwMHwwfDQ3MTE%3D&amp;nothumb=yes" id="aid34" class="xw1" target="_blank">灯笼.png</a>
<em class="xg1">(9.9 KB, 下载次数: 3)</em>
</p>
<div class="tip tip_4" id="aid34_menu" style="display: none" disautofocus="true">
<div><p><a href="forum.php?mod=attachment&amp;aid=MzR8YWJj&amp;nothumb=yes" target="_blank">下载附件</a></p>
<p><span class="y">2023-3-14 09:26 上传</span>
<a href="javascript:;" onclick="imageRotate('aimg_34', 1)"><img src="static/image/common/rleft.gif" class="vm" /></a></p></div>
<div class="tip_horn"></div>
</div>
<p class="mbn">

</p>
<p class="mbn xg2">入口的灯笼</p>
<div class="mbn savephotop">

<img id="aimg_34" aid="34" src="static/image/common/none.gif" zoomfile="data/attachment/forum/202303/14/lantern.png" file="data/attachment/forum/202303/14/lantern.png" class="zoom" width="500" alt="入口的灯笼" title="入口的灯笼" w="500" />

</div>
</dd>
</dl>

</ignore_js_op>

<ignore_js_op>
<dl class="tattl">
<dt>
<img src="static/image/filetype/pdf.gif" border="0" class="vm" alt="" />
</dt>
<dd>
<p class="attnm">

<a href="forum.php?mod=attachment&amp;aid=MzV8YWJjZGVmMTJ8MTY3ODgwMDAwMHwwfDQ3MTE%3D" id="aid35" target="_blank">摊主守则.pdf</a>

<div class="tip tip_4" id="aid35_menu" style="display: none" disautofocus="true">
<div class="tip_c"><p class="y">2023-3-14 09:26 上传</p><p>点击文件名下载附件</p></div>
<div class="tip_horn"></div>
</div>
</p>
<p>64.0 KB, 下载次数: 21</p>
<p>

</p>
</dd>
</dl>
</ignore_js_op>
</div>
<div class="modact"><a href="forum.php?mod=misc&amp;action=viewthreadmod&amp;tid=4711" title="主题模式">本主题由 桥头管事 于 2023-3-14 12:00 设置高亮</a></div>
"""

COMMENTS = """<h3 class="psth xs1"><span class="icon_ring vm"></span>点评</h3>
<div class="pstl xs1 cl">
<div class="psta vm">
<a href="home.php?mod=space&amp;uid=22" c="1"><img src="http://bbs.example.net/uc_server/avatar.php?uid=22&size=small" /></a>
<a href="home.php?mod=space&amp;uid=22" class="xi2 xw1">半壶老酒</a>
</div>
<div class="psti">
照片拍得真亮堂&nbsp;
<span class="xg1">
发表于 2023-3-14 10:02</span>
</div>
</div>
<div class="pgs mbm mtn cl"><div class="pg"><a href="javascript:;" class="nxt" onclick="ajaxget('forum.php?mod=misc&action=commentmore&tid=4711&pid=900&page=2', 'comment_900')">下一页</a></div></div>
"""

RATINGS = """<h3 class="psth xs1"><span class="icon_ring vm"></span>评分</h3>
<dl id="ratelog_900" class="rate">
<dd style="margin:0">
<div id="post_rate_900"></div>
<table class="ratl">
<tr>
<th class="xw1" width="120"><a href="forum.php?mod=misc&amp;action=viewratings&amp;tid=4711&amp;pid=900" title="查看全部评分"> 参与人数 <span class="xi1">2</span></a></th><th class="xw1" width="80">威望 <i><span class="xi1">+1</span></i></th>
<th class="xw1" width="80">贝壳 <i><span class="xi1">+7</span></i></th>
<th>
<a href="javascript:;" class="y xi2 op">收起</a>
<i class="txt_h">理由</i>
</th>
</tr>
<tbody class="ratl_l"><tr id="rate_900_23">
<td>
<a href="home.php?mod=space&amp;uid=23" target="_blank"><img src="http://bbs.example.net/uc_server/avatar.php?uid=23&size=small" /></a> <a href="home.php?mod=space&amp;uid=23" target="_blank">Tinker_Bell</a>
</td><td class="xi1"> + 1</td>
<td class="xi1"> + 10</td>
<td class="xg1">写得用心</td>
</tr>
<tr id="rate_900_24">
<td>
<a href="home.php?mod=space&amp;uid=24" target="_blank"><img src="http://bbs.example.net/uc_server/avatar.php?uid=24&size=small" /></a> <a href="home.php?mod=space&amp;uid=24" target="_blank">三水先生</a>
</td><td class="xg1"></td>
<td class="xi1"> -3</td>
<td class="xg1"></td>
</tr>
</tbody>
</table>
<p class="ratc"><a href="forum.php?mod=misc&amp;action=viewratings&amp;tid=4711&amp;pid=900" class="xi2">查看全部评分</a></p>
</dd>
</dl>
"""

BUTTONS = """<div id="p_btn" class="mtw mbm hm cl">
<a href="home.php?mod=spacecp&amp;ac=favorite&amp;type=thread&amp;id=4711" id="k_favorite" title="收藏本帖"><i><img src="static/image/common/fav.gif" alt="收藏" />收藏<span id="favoritenumber">4</span></i></a>
<a id="recommend_add" href="forum.php?mod=misc&amp;action=recommend&amp;do=add&amp;tid=4711" title="顶一下"><i><img src="static/image/common/rec_add.gif" alt="支持" />支持<span id="recommendv_add">12</span></i></a>
</div>
<div class="sign" style="max-height:100px;maxHeightIE:100px;">签名：<a href="http://sig.example.net/7" target="_blank">桥头花店</a></div>
"""

NEWS_BODY = f"""<i class="pstatus"> 本帖最后由 石桥卖花人 于 2023-3-14 10:20 编辑 </i><br />
<br />
<div align="center"><font size="5"><strong>旧码头的夜市又开了</strong></font></div><br />
　　停了三年的旧码头夜市，上周五重新点了灯。<br />
<br />
<div align="center">
{IMAGE}
</div><div align="center"><font size="2">开市那晚的栈桥</font></div><br />
　　头一晚来了<font color="Red">四百多</font>人 <img src="static/image/smiley/default/lol.gif" smilieid="12" border="0" alt=":lol" />，卖豆花的老周说&quot;手都没停过&quot;。<br />
<img id="aimg_Kx9Qa" onclick="zoom(this, this.src, 0, 0, 0)" class="zoom" src="http://pic.example.net/2023/map.png" onload="thumbImg(this)" border="0" alt="" /><br />
摊位图在这里：
{FILE_INLINE}
<br />
往年的照片：
{FILE_PAID}
<br />
详见 <a href="http://www.example.net/night?market=1&amp;from=bbs" target="_blank">http://www.example.net/night?market=1&amp;from=bbs</a><br />
来源：河湾晚报<br />
<hr class="l" /><strong>声明</strong><br />
照片为本人所摄，未经许可请勿转载"""


def news(look: Look | None = None, **more: Any) -> Thread:
    return Thread(
        [
            first(
                900,
                NEWS_BODY,
                authi='<span class="pipe">|</span> 来自: 江州市北岸区 电信\n',
                after_cell=BELOW_CELL,
                comments=COMMENTS,
                ratings=RATINGS,
                below=BUTTONS,
                counters=("12", '<span title="12345">1万</span>', "6789"),
            ),
            *replies(901, "坐等周末！", "豆花还是原来的价钱吗？<br />\r\n上次是五块。"),
        ],
        views='<span title="20417">2万</span>',
        icons='&nbsp;<img src="static/image/common/hot_1.gif" alt="" title="热度: 65" />\n',
        stamp='<img src="static/image/stamp/001.gif" title="精华" />',
        look=look or Look(),
        **more,
    )


def ads() -> Thread:
    look = Look(rewritten=True)
    image = """<img id="aimg_Zz1" onclick="zoom(this, this.src, 0, 0, 0)" class="zoom" file="http://pic.example.net/lazy.jpg" lazyloadthumb="1" border="0" alt="" />"""
    tips = """<div class="attach_nopermission attach_tips"><div><h3><strong>本帖子中包含更多资源</strong></h3><p>您需要 <a href="member.php?mod=logging&amp;action=login">登录</a> 才可以下载或查看，没有帐号？<a href="member.php?mod=register" title="注册帐号">立即注册</a> </p></div><span class="atips_close">x</span></div>"""
    return Thread(
        [
            first(
                910,
                f"""{tips}<div class="a_pr"style="margin-left:10px"><a href="http://ad.example.net/right">买一送一</a></div>渡口的船票涨了。<br />\r\n{image}<br />\r\n<span class="DzHoverPop" style="display:none">弹出的说明</span>以后要六块。<div id="copyright">本文版权归论坛所有</div>""",
                before_body='<div class="a_pt"><a href="http://ad.example.net/top">顶部广告</a></div>',
                below='<div class="a_pb"><a href="http://ad.example.net/bottom">底部广告</a></div>',
            ),
            *replies(911, "知道了"),
        ],
        title="渡口船票",
        category=None,
        look=look,
    )


JAMMED = """岸边的芦苇该割了。<font class="jammer">9 Z% r$ z) l</font><br />
<br />\r
<span style="display:none">3 C+ q( k</span>去年割得晚，鸟都飞走了。<font style="font-size:0px;color:#FFF">7 u8 j%</font><br />\r
<div class="blockcode"><div id="code_a1B"><ol><li>def reed(n):<font class="jammer">. \\&nbsp;&nbsp;?!</font><br />\r
<li>&nbsp; &nbsp; return n - 1<br />\r
<li></ol></div><em onclick="copycode($('code_a1B'));">复制代码</em></div><br />\r
复制代码 这四个字是我自己打的。"""

LISTS = """<ul><li>竹竿<li>麻绳<br />
</ul><br />
<table cellspacing="0" class="t_table" style="width:98%"><tr><td>日期</td><td>人数</td></tr><tr><td>周一</td><td>8</td></tr></table><br />
<span id="flv_a1"></span><script type="text/javascript" reload="1">$('flv_a1').innerHTML=(AC_FL_RunContent('width', '500', 'src', 'http://video.example.net/reed.swf', 'quality', 'high'));</script><br />
<span id="mp3_a2"></span><script type="text/javascript" reload="1">$('mp3_a2').innerHTML=AC_FL_RunContent('FlashVars', 'soundFile=http%3A%2F%2Fvideo.example.net%2Fwind.mp3', 'src', 'static/image/common/player.swf');</script>
<ignore_js_op><div id="mp4_a3" class="media"><div class="media_tips"><a href="javascript:;" target="_blank">如果无法播放，请点击此处在新窗口打开</a></div></div><script type="text/javascript">detectPlayer("mp4_a3", "mp4", "https://video.example.net/reed.mp4", "500", "375");</script></ignore_js_op>
H[sub]2[/sub]O 也要喝"""

HIDDEN = [
    first(
        930,
        """<script type="text/javascript">replyreload += ',' + 930;</script>前半段。<br />
<div class="locked">游客，如果您要查看本帖隐藏内容请<a href="forum.php?mod=post&amp;action=reply">回复</a></div><br />
后半段。""",
    ),
    *replies(
        931,
        '<div class="locked">游客，本帖隐藏的内容需要积分高于 200 才可浏览，您当前积分为 0</div>尾巴还在',
        '<div class="showhide"><h4>本帖隐藏的内容</h4>钥匙在门垫下面</div>',
        '<div class="locked">以下内容需要积分高于 10 才可浏览</div>已经看得见的字',
        '<div class="quote"><blockquote>这几句免费看</blockquote></div>正文在后面。',
        '<div class="spoiler"><div class="spoiler_control"><input type="button" value="点开" /></div>'
        '<div class="spoiler_content" style="display:none">凶手是船夫</div></div>看完再点',
    ),
]

SHIELDED = [
    first(940, "各位慢慢说。"),
    Floor(941, None, locked="提示: <em>该帖被管理员或版主屏蔽</em>", label="沙发"),
    Floor(
        942,
        None,
        locked="提示: <em>作者被禁止或删除 内容自动屏蔽</em>",
        label="板凳",
        pi="旧日渔夫 <em>该用户已被删除</em>\n",
    ),
    Floor(943, "我不说我是谁", label="地板", pi="匿名"),
    Floor(944, None, locked="此帖仅作者可见", label="<em>5</em><sup>#</sup>"),
    Floor(
        945,
        "隔了两层",
        label="<em>8</em><sup>#</sup>",
        author="<b>粗</b>&人",
        uid=31,
        below='<div class="mobile-location">江州市南岸区</div>\n',
        authi='<span class="xg1">来自手机</span>\n',
    ),
    Floor(
        946,
        "客人也说一句",
        label="<em>9</em><sup>#</sup>",
        pi='<div class="authi"><a href="javascript:;">匿名 <em>203.0.113.9:4000</em></a></div>',
    ),
]

QUOTES = [
    first(950, "谁有去年的潮汐表？<br />\r\n我的被雨淋坏了，要整年的。"),
    *replies(
        951,
        """<div class="quote"><blockquote><font size="2"><a href="http://bbs.example.net/forum.php?mod=redirect&amp;goto=findpost&amp;pid=950&amp;ptid=4711" target="_blank"><font color="#999999">石桥卖花人 发表于 2023-3-14 09:26</font></a></font><br />
谁有去年的潮汐表？</blockquote></div><br />

<br />
我有，拿酒来换""",
        """<strong>回复 <a href="forum.php?mod=redirect&amp;goto=findpost&amp;pid=951&amp;ptid=4711" target="_blank">2#</a> <i>柳岸闻莺</i> </strong><br />
<br />
什么酒都行？ <a href="home.php?mod=space&amp;uid=21" target="_blank">@柳岸闻莺</a>""",
        """<div class="quote"><blockquote>潮平两岸阔，风正一帆悬。</blockquote></div>写得多好。""",
        """<div class="quote"><blockquote>我的被雨淋坏了，要整年的。</blockquote></div>我可以复印。""",
        """<div class="quote"><blockquote>外面一层<br />
[quote]里面一层</blockquote></div>外面的尾巴[/quote]<br />
叠起来了""",
        "石桥卖花人 发表于 2023-3-14 09:26<br />\r\n本帖最后由 我 于 2010-1-1 00:00 编辑<br />\r\n这两行是我自己打的。",
    ),
]

RELATIVE = [
    first(
        960,
        "标题里的时间要看得准。",
        date='<span title="2023-3-13 19:59:58">前天&nbsp;19:59</span>',
    ),
    Floor(961, "一", label="沙发", date='<span title="2023-3-15 19:16:41">43&nbsp;分钟前</span>'),
    Floor(962, "二", label="板凳", date="昨天&nbsp;18:48"),
    Floor(963, "三", label="地板", date="3&nbsp;天前"),
    Floor(964, "四", date="半小时前", label="<em>5</em><sup>#</sup>"),
    Floor(965, "五", date="12-23 08:42", label="<em>6</em><sup>#</sup>"),
    Floor(966, "六", date="12月23日 08:42", label="<em>7</em><sup>#</sup>"),
    Floor(967, "七", date="2023-3-14", label="<em>8</em><sup>#</sup>"),
    Floor(
        968,
        "八",
        date='<em id="x"></em><span title="2023-3-14 01:33:24">昨天&nbsp;01:33</span>&nbsp;·&nbsp;云州',
        label="<em>9</em><sup>#</sup>",
    ),
]


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
    return [
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


def orders() -> list[Fixture]:
    opening = first(1000, "每天一句，慢慢写。")
    many = replies(1001, *(f"第{n}句" for n in range(2, 11)))
    hot = Floor(1017, "最热闹的一句", label="推荐", date="2023-3-14 15:00:00")
    sticky = Floor(
        1003,
        "第4句",
        label='<img src="static/image/common/settop.png" alt="" /> 来自 4#',
        author="Tinker_Bell",
        uid=23,
        date="2023-3-14 10:20:02",
    )
    reverse = [
        Floor(
            1005 - n,
            f"第{6 - n}句",
            label=f"<em>{6 - n}</em><sup>#</sup>",
            author="半壶老酒",
            uid=22,
            date=f"2023-3-14 1{5 - n}:00:00",
        )
        for n in range(4)
    ]
    second = replies(1010, *(f"第{n}句" for n in range(11, 15)), label=11)
    custom = [
        opening,
        Floor(1001, "甲", label="沙发"),
        Floor(1002, "乙", label="板凳"),
        Floor(1003, "丙", label="地板"),
        Floor(1004, "丁", label="地下室"),
        Floor(1005, "戊", label="下水道"),
        Floor(1006, "己", label="<em>7</em>楼"),
    ]
    return [
        Fixture(
            "thread",
            "early_replies",
            str(Thread([opening, hot, sticky, *many[:2], *many[3:]], replies=17, pages=2)),
        ),
        Fixture(
            "thread", "second_page", str(Thread(second, page=2, pages=2)), url=f"{PLAIN}&page=2"
        ),
        Fixture(
            "thread", "past_the_end", str(Thread(second, page=2, pages=2)), url=f"{PLAIN}&page=99"
        ),
        Fixture("thread", "reversed", str(Thread([opening, *reverse], replies=5))),
        Fixture("thread", "custom_labels", str(Thread(custom))),
        Fixture(
            "thread",
            "filtered",
            str(
                Thread(
                    [opening, Floor(1006, "楼主又说", label="沙发", author="石桥卖花人", uid=7)],
                    replies=9,
                )
            ).replace("只看该作者", "显示全部楼层"),
            url=f"{PLAIN}&authorid=7",
        ),
        Fixture(
            "thread",
            "authors_right",
            str(Thread([opening, *many[:1]], look=Look(author_side="right"))),
        ),
        Fixture(
            "thread",
            "authors_hidden",
            str(Thread([opening, *many[:1]], look=Look(author_side="hidden"))),
        ),
        Fixture(
            "thread",
            "robot_second_page",
            str(Thread(second, page=2, pages=3, look=Look(robot=True))),
            url=f"{PLAIN}&page=2",
        ),
    ]


def charsets() -> list[Fixture]:
    words = "灯火阑珊处，有人卖糖。<br />\r\n的一是不在人有我他这个们中来上大为和国地到"
    page = Thread([first(1100, words), *replies(1101, "糖甜不甜？")], title="灯火", category="闲谈")
    gbk = Thread(page.floors, title="灯火", category="闲谈", look=Look(charset="gbk"))
    trad = str(
        Thread(
            [
                first(1100, "燈火闌珊處，有人賣糖。<br />\r\n的一是不主題回覆登錄"),
                *replies(1101, "糖甜不甜？"),
            ],
            title="燈火",
            category="閒談",
            look=Look(charset="big5", name="河灣論壇"),
        )
    )
    for simple, full in (
        ("闲话", "閒話"),
        ("两岸", "兩岸"),
        ("设为首页", "設為首頁"),
        ("收藏本站", "收藏本站"),
        ("密码", "密碼"),
        ("立即注册", "立即註冊"),
        ("论坛", "論壇"),
        ("首页", "首頁"),
        ("回复", "回覆"),
        ("复制链接", "複製連結"),
        ("楼主", "樓主"),
        ("沙发", "沙發"),
        ("发表于", "發表於"),
        ("只看该作者", "只看該作者"),
        ("主题", "主題"),
        ("积分", "積分"),
        ("当前离线", "當前離線"),
        ("使用道具", "使用道具"),
        ("举报", "舉報"),
        ("帖子地址复制成功", "帖子地址複製成功"),
        ("显示全部楼层", "顯示全部樓層"),
        ("手机版", "手機版"),
        ("小黑屋", "小黑屋"),
        ("快速回覆", "快速回覆"),
        ("您需要登录后才可以", "您需要登錄後才可以"),
        ("登录", "登錄"),
        ("帖", "帖"),
        ("乡邻", "鄉鄰"),
        ("闻", "聞"),
        ("湾", "灣"),
        ("卖", "賣"),
        ("桥", "橋"),
        ("码", "碼"),
        ("头", "頭"),
        ("开", "開"),
        ("黄", "黃"),
        ("里", "裡"),
        ("为", "為"),
        ("页", "頁"),
        ("录", "錄"),
        ("复", "覆"),
        ("发", "發"),
        ("莺", "鶯"),
        ("岛", "島"),
        ("读", "讀"),
        ("册", "冊"),
        ("题", "題"),
        ("别", "別"),
        ("设", "設"),
        ("线", "線"),
        ("楼", "樓"),
        ("离", "離"),
        ("闲", "閒"),
        ("两", "兩"),
        ("论", "論"),
        ("坛", "壇"),
        ("回帖", "回帖"),
        ("后", "後"),
        ("举", "舉"),
        ("报", "報"),
        ("积", "積"),
        ("当", "當"),
        ("该", "該"),
        ("机", "機"),
        ("制", "製"),
        ("链", "鏈"),
        ("于", "於"),
    ):
        trad = trad.replace(simple, full)
    late = str(page).replace(
        "<head>\n", "<head>\n" + "<!-- 预载 -->\n".replace("预载", "x" * 3000), 1
    )
    broken = str(page).encode().replace("阑珊".encode(), "阑珊".encode()[:-1], 1)
    return [
        Fixture(
            "thread",
            "gbk",
            str(gbk).encode("gbk"),
            headers={"Content-Type": "text/html; charset=gbk"},
        ),
        Fixture(
            "thread",
            "gbk_called_utf8",
            str(page).encode("gbk"),
            headers={"Content-Type": "text/html; charset=utf-8"},
        ),
        Fixture(
            "thread",
            "gbk_late_meta",
            late.replace("charset=utf-8", "charset=gbk").encode("gbk"),
            headers={"Content-Type": "text/html"},
        ),
        Fixture("thread", "big5", trad.encode("big5hkscs"), headers={"Content-Type": "text/html"}),
        Fixture("thread", "utf8_mark", b"\xef\xbb\xbf" + str(page).encode(), headers={}),
        Fixture("thread", "utf8_broken_byte", broken),
        Fixture(
            "thread",
            "gbk_broken_byte",
            str(gbk).encode("gbk").replace("阑珊".encode("gbk"), b"\xff" + "珊".encode("gbk"), 1),
            headers={"Content-Type": "text/html; charset=gbk"},
        ),
    ]


def versions() -> list[Fixture]:
    return [
        Fixture("thread", name, str(news(Look(version=version))))
        for name, version in (
            ("x2", "X2"),
            ("x25", "X2.5"),
            ("x31", "X3.1"),
            ("x32", "X3.2"),
            ("x34", "X3.4"),
            ("x35", "X3.5"),
        )
    ]


def robots() -> Fixture:
    page = str(news(Look(robot=True)))
    start, end = page.index("<ignore_js_op>"), page.index("</ignore_js_op>")
    plain = '<ignore_js_op>\n<p>开市那晚</p>\n<img src="data/attachment/forum/202303/14/quay.jpg" alt="开市那晚" title="开市那晚" />\n\n'
    return Fixture("thread", "robot", page[:start] + plain + page[end:])


def guard(title: str, said: str, script: str = "") -> str:
    return f"""<html><head><title>{title}</title></head><body bgcolor="#FFFFFF">{script}<table width="700" align="center"><tr><td>{said}</td></tr></table></body></html>"""


def messages() -> list[Fixture]:
    reload_ = '<script language="JavaScript">function reload() {	document.location.reload();}setTimeout("reload()", 1001);</script>'
    password = f"""{head(Look(), "暗室")}{top(Look(), "pg_forumdisplay")}<div id="ct" class="wp cl"><div class="bm"><h3 class="xs2">本版块需要密码，您必须在下面输入正确的密码才能浏览这个版块</h3>
<form method="post" autocomplete="off" action="forum.php?mod=forumdisplay&amp;fid=9&amp;action=pwverify"><input type="password" name="pw" class="px vm" size="25" />
<button class="pn pnc vm" type="submit" name="loginsubmit" value="true"><strong>提交</strong></button></form></div></div>{foot(Look())}"""
    banned = """<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>站点信息</title>
<meta name="description" content="System Message - Discuz! Board" />
<meta name="generator" content="Discuz! " />
</head>
<body bgcolor="#FFFFFF">
<table width="850" align="center"><tr><td><b style="font-size: 16px">站点信息</b>
<br /><br /><p style="text-align:left;">抱歉，您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点</p></td></tr></table>
</body>
</html>"""
    shell = str(Thread([first(1200, "x")]))
    bare = (
        shell[: shell.index('<div id="postlist"')]
        + '<div id="newskin"><p>换了样子</p></div></div>'
        + foot(Look())
    )
    whole = str(news())
    made = {
        "not_found": message("抱歉，指定的主题不存在或已被删除或正在被审核"),
        "post_not_found": message("没有找到帖子"),
        "login_required": message(
            "抱歉，您尚未登录，没有权限访问该版块", kind="alert_info", login=True
        ),
        "read_level": message(
            "抱歉，本帖要求阅读权限高于 20 才能浏览", kind="alert_info", login=True
        ),
        "no_permission": message(
            "抱歉，您没有权限访问该版块</p></div><div>", kind="alert_info", login=True
        ),
        "group_denied": message(
            "抱歉，您所在的用户组(游客)无法进行此操作", kind="alert_info", login=True
        ),
        "traditional": message("抱歉，指定的主題不存在或已被刪除或正在被審核"),
        "site_closed": message("河湾论坛正在升级，请稍后访问。", kind="alert_info", login=True),
        "password": password,
        "ip_banned": banned,
        "rate_limited": guard(
            "&#x9891;&#x7e41;&#x5237;&#x65b0;&#x9650;&#x5236;",
            "<b>&#x9891;&#x7e41;&#x5237;&#x65b0;&#x9650;&#x5236;</b><br />&#x8bf7;&#x7b49;&#x5f85;",
            reload_,
        ),
        "challenge_reload": guard(
            "&#x9875;&#x9762;&#x91cd;&#x8f7d;&#x5f00;&#x542f;",
            "<b>&#x9875;&#x9762;&#x91cd;&#x8f7d;&#x5f00;&#x542f;</b>",
            reload_,
        ),
        "challenge_sum": guard(
            "3 + 4 = ?",
            '<b>3 + 4 = ?</b><input type="text" name="answer" /><input type="submit" name="secqsubmit" value=" Submit " />',
        ),
        "challenge_script": "<script type=\"text/javascript\">a=function(){return '&ti'};k=window;location['href']='/fo'+a();</script>",
        "server_error": "<html><head><title>bbs.example.net - Database Error</title></head><body><div id=\"container\"><h1>Discuz! Database Error</h1><div class='info'>(0) notconnect</div></div></body></html>",
        "maintenance": '<!DOCTYPE html><html><head><title>河湾每日维护</title></head><body><img src="/backup.jpg" alt="每日维护" /></body></html>',
        "not_discuz": "<!DOCTYPE html><html><head><title>鲜花速递</title></head><body><h1>今日特价</h1><p>百合十元一支。</p></body></html>",
        "template_unknown": bare,
        "truncated": whole[: whole.index('<div id="post_900"') + 400],
    }
    return [Fixture("message", name, page) for name, page in made.items()] + [
        Fixture(
            "message",
            "bad_gateway",
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            status=502,
            headers={"Content-Type": "text/html"},
        ),
        Fixture("message", "empty", b""),
    ]


def others() -> list[Fixture]:
    board = f"""{head(Look(), "河湾闲话")}{top(Look(), "pg_forumdisplay")}<div id="threadlist"><table summary="forum_8" id="threadlisttableid"><tbody id="normalthread_4711"><tr><th class="new"><a href="forum.php?mod=viewthread&amp;tid=4711" class="s xst">旧码头的夜市又开了</a></th></tr></tbody></table></div>{foot(Look())}"""
    return [
        Fixture("other", "board", board, url=f"{HOST}forum.php?mod=forumdisplay&fid=8"),
        Fixture(
            "other",
            "index",
            f'{head(Look(), "首页")}{top(Look(), "pg_index")}<div id="category_1"></div>{foot(Look())}',
            url=f"{HOST}forum.php",
        ),
    ]


def fixtures() -> list[Fixture]:
    """All of them, in the order they are read."""
    whole = str(news())
    return [
        Fixture("thread", "news", whole),
        robots(),
        Fixture("thread", "cut", whole[: whole.index('id="post_902"') + 900]),
        Fixture("thread", "ads_rewritten", str(ads()), url=f"{HOST}thread-4711-1-1.html"),
        Fixture(
            "thread",
            "jammed",
            str(Thread([first(920, JAMMED), *replies(921, LISTS)], title="割芦苇")),
        ),
        Fixture("thread", "hidden", str(Thread(HIDDEN, title="藏起来的话"))),
        Fixture("thread", "shielded", str(Thread(SHIELDED, title="各说各话", replies=8))),
        Fixture(
            "thread",
            "paid",
            str(
                Thread(
                    [
                        first(
                            990,
                            None,
                            locked="""
<a href="javascript:;" class="y viewpay" title="购买主题" onclick="showWindow('pay', 'forum.php?mod=misc&action=pay')">购买主题</a>
<em class="right">
</em>
本主题需向作者支付 <strong>10 贝壳</strong> 才能浏览""",
                        ),
                        *replies(991, "好贵"),
                    ],
                    title="卖故事",
                )
            ),
        ),
        Fixture(
            "thread",
            "password_post",
            str(
                Thread(
                    [
                        first(
                            992,
                            None,
                            locked="""本帖为密码帖 ，请输入密码<input type="text" id="postpw_992" class="vm" />&nbsp;<button class="pn vm" type="button" onclick="submitpostpw(992)"><strong>提交</strong></button>""",
                        ),
                        *replies(993, "芝麻开门"),
                    ],
                    title="暗号",
                )
            ),
        ),
        Fixture("thread", "quotes", str(Thread(QUOTES, title="潮汐表"))),
        Fixture("thread", "dates", str(Thread(RELATIVE, title="时间的样子"))),
        Fixture(
            "thread",
            "dates_no_clock",
            str(Thread(RELATIVE, title="时间的样子", look=Look(clock=""))),
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Date": "Wed, 15 Mar 2023 12:00:00 GMT",
            },
        ),
        Fixture(
            "thread",
            "dates_day_first",
            str(
                Thread(
                    [
                        first(969, "日在前面。", date="05-03-2023 08:15 AM"),
                        Floor(970, "下午了", date="13-03-2023 01:43:58 PM", label="沙发"),
                    ],
                    title="日月年",
                    look=Look(clock="GMT+5.5, 15-03-2023 05:30 PM"),
                )
            ),
        ),
        *skins(),
        *specials(),
        *orders(),
        *charsets(),
        *versions(),
        *messages(),
        *others(),
    ]


def main(arguments: list[str]) -> None:
    for fixture in fixtures():
        folder = FOLDER / fixture.kind / fixture.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "page.html").write_bytes(fixture.body)
        _write(folder / "meta.json", fixture.meta)
        if "--expect" in arguments:
            _write(
                folder / "expected.json",
                expected_of(read(fixture.body, fixture.meta), fixture.meta),
            )


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
