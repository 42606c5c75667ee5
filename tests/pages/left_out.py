"""What pages leave out and say so, and boxes that hide nothing: comments, files, tips."""

from __future__ import annotations

from tests.forum.desktop import HOST, Floor, Thread
from tests.pages import PLAIN, Fixture, first, replies

MORE = f"{HOST}forum.php?mod=misc&action=commentmore&tid=4711&pid=900&page=2&inajax=1"
NAMES = ("柳岸闻莺", "半壶老酒", "三水先生", "摆渡的阿良", "卖花的阿婆", "守灯人", "糖画师傅")


def comments(*said: str, is_more: bool = False, version: str = "X3.5") -> str:
    """Comments below a post (`viewthread_node_body.htm`), the newest first."""
    boxes = "".join(
        f"""<div class="pstl xs1 cl">
<div class="psta vm">
<a href="home.php?mod=space&amp;uid={30 + n}" c="1"><img src="avatar.php?uid={30 + n}&size=small"{' class="user_avatar"' * (version == "X3.5")}></a>
<a href="home.php?mod=space&amp;uid={30 + n}" class="xi2 xw1">{NAMES[n]}</a>
</div>
<div class="psti">
{text}&nbsp;
<span class="xg1">
发表于 <span title="2023-3-14 18:{50 - n}">昨天&nbsp;18:{50 - n}</span></span>
</div>
</div>
"""
        for n, text in enumerate(said)
    )
    more = """<div class="pgs mbm mtn cl"><div class="pg"><a href="javascript:;" class="nxt" onclick="ajaxget('forum.php?mod=misc&action=commentmore&tid=4711&pid=900&page=2', 'comment_900')">下一页</a></div></div>"""
    return (
        f'<h3 class="psth xs1"><span class="icon_ring vm"></span>点评</h3>\n{boxes}{more * is_more}'
    )


def more_comments(
    *said: str, page: int = 2, pages: int = 2, version: str = "X3.5", behind: int = 5
) -> str:
    """What the link to more of them brings (`comment_more.htm`); ``behind``: so many before."""
    boxes = ""
    for n, text in enumerate(said, behind):
        picture = f'<img src="avatar.php?uid={30 + n}&size=small" />'
        name = f'<a href="home.php?mod=space&amp;uid={30 + n}" class="xi2 xw1">{NAMES[n]}</a>\n'
        is_new = version == "X3.5"
        boxes += f"""<div class="pstl">
<div class="psta">{picture}{"&nbsp;" + name if is_new else ""}</div>
<div class="psti">
{"" if is_new else name}&nbsp;{text}&nbsp;
<span class="xg1">
发表于 <span title="2023-3-14 18:{50 - n}">昨天&nbsp;18:{50 - n}</span></span>
</div>
</div>
"""
    address = "forum.php?mod=misc&action=commentmore&tid=4711&pid=900"
    links = "".join(
        f"<strong>{n}</strong>" if n == page else f'<a href="{address}&amp;page={n}">{n}</a>'
        for n in range(1, pages + 1)
    )
    title = f'<label><span title="共 {pages} 页"> / {pages} 页</span></label>'
    following = f'<a href="{address}&amp;page={page + 1}" class="nxt">下一页</a>'
    pager = f'<div class="pg">{links}{title}{following if page < pages else ""}</div>'
    head = '<h3 class="psth cm">点评</h3>\n' if said else ""
    below = f'<div class="pgs mbm cl">{pager if pages > 1 else ""}</div>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n<root><![CDATA[{head}{boxes}{below}]]></root>'


LOG_IN = """您需要 <a href="member.php?mod=logging&amp;action=login" onclick="showWindow('login', this.href);return false;">登录</a> 才可以下载或查看，没有账号？<a href="member.php?mod=register" title="注册账号">立即注册</a>"""
# below a cell from X2.5 on; the class attach_tips and what closes the box came with X3
WITHHELD = f"""<div class="attach_nopermission attach_tips">
<div>
<h3><strong>本帖子中包含更多资源</strong></h3>
<p>{LOG_IN} </p>
</div>
<span class="atips_close" onclick="this.parentNode.style.display='none'">&#215;</span>
</div>
"""
# in the cell of an opening post, for guests, where it has no files: an advertisement
TEASER = f"""<div class="attach_nopermission attach_tips">
<div>
<h3><strong>
马上注册，渡口等你来坐坐。</strong></h3>
<p>{LOG_IN} </p>
</div>
<span class="atips_close" onclick="this.parentNode.style.display='none'">x</span>
</div>
"""
# X2, and below rewards up to X3.5
WITHHELD_BY_X2 = (
    f'<div class="locked">附件: <em>{LOG_IN.replace("查看，", "查看附件。")}</em></div>\n'
)
BOUGHT_BY_NONE = """<div class="locked"><a href="javascript:;" class="y viewpay" title="购买主题" onclick="showWindow('pay', 'forum.php?mod=misc&action=pay&tid=4711&pid=900')">购买主题</a>
<em class="right">
</em>
本主题需向作者支付 <strong>5 贝壳</strong> 才能浏览</div>
"""
OPEN_TIP = """桥头的灯笼换过三回。<br />
<ignore_js_op>
<img id="aimg_77" aid="77" src="static/image/common/none.gif" zoomfile="data/attachment/forum/202303/14/lantern.png" file="data/attachment/forum/202303/14/lantern.png" class="zoom" width="600" inpost="1" />
<div class="tip tip_4 aimg_tip" id="aimg_77_menu" style="position: absolute; display: none" disautofocus="true">
<div class="xs0">
<p><strong>lantern.png</strong> <em class="xg1">(9.9 KB, 下载次数: 3)</em></p>
</ignore_js_op>
<br />
第四回是竹骨的，比前三回都亮。"""
OWN_BOX = """<p>写在纸上的规矩：</p>
<div class="locked">进门先敲三下，看完记得回复一声。</div>
<p>没有第二条。</p>"""


def left_out() -> list[Fixture]:
    said = ("第七句", "第六句", "第五句", "第四句", "第三句")
    xml = {"Content-Type": "text/xml; charset=utf-8"}
    pages = {
        "comments_beyond": [first(900, "各说一句。", comments=comments(*said, is_more=True))],
        "files_withheld": [
            first(900, f"{TEASER}没有图。"),
            Floor(901, "三张图", label="沙发", after_cell=WITHHELD),
            Floor(902, "老样子", label="板凳", after_cell=WITHHELD_BY_X2),
        ],
        "paid_in_part": [first(900, "开头不要钱。", after_cell=BOUGHT_BY_NONE)],
        "open_tip": [first(900, OPEN_TIP), *replies(901, "真亮")],
        "own_box": [first(900, OWN_BOX), *replies(901, "敲了")],
    }
    redirected = Thread([first(900, "只剩一页。"), *replies(901, "还在")], pages=2)
    return [
        *(Fixture("thread", name, str(Thread(floors))) for name, floors in pages.items()),
        # what page 2 redirects to once its only post is gone
        Fixture("thread", "second_page_gone", str(redirected), url=f"{PLAIN}&page=2"),
        Fixture(
            "comments", "second_page", more_comments("第二句", "第一句"), url=MORE, headers=xml
        ),
        Fixture(
            "comments",
            "second_page_x33",
            more_comments("第二句", "第一句", version="X3.3"),
            url=MORE,
            headers=xml,
        ),
        Fixture("comments", "none", more_comments(pages=1), url=MORE, headers=xml),
    ]
