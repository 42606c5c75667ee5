"""What stands in cells: noise, quotes, hidden parts, and dates as Discuz writes them."""

from __future__ import annotations

from tests.forum.desktop import Floor
from tests.pages import first, replies

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
        """<div class="quote"><blockquote>要整年的</blockquote></div>短的谁都会说。""",
        """<div class="quote"><blockquote>写在前面</blockquote></div>
<div class="quote"><blockquote>雨淋坏了，要整年的。</blockquote></div>我也要。""",
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
