"""A news thread with everything a floor can have, in every version and for robots."""

from __future__ import annotations

from typing import Any

from tests.forum.desktop import Look, Thread
from tests.pages import Fixture, first, replies

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
