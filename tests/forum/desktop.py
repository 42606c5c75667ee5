"""Discuz!'s templates as functions: the markup that forums send, round words of our own.

Only what readers depend on is drawn out (`viewthread.htm`, `viewthread_node.htm`, header and
footer, `showmessage.htm`), in the shape of X3.3 unless a version says otherwise. Fixtures and small
cases are made with it; nothing of it is shipped.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field

HOST = "http://bbs.example.net/"


@dataclass
class Floor:
    """One floor of a page; ``body`` is the HTML inside of the cell, ``None`` for a locked one."""

    pid: int
    body: str | None
    author: str = "柳岸闻莺"
    uid: int = 21
    date: str = "2023-3-14 09:26:53"
    label: str | None = "<em>2</em><sup>#</sup>"
    first: bool = False
    locked: str | None = None
    pi: str | None = None  # in place of the author's link: anonymous, deleted, guest
    authi: str = ""  # behind the date: 来自: …
    before_body: str = ""  # between header and body box: ads, type options
    before_cell: str = ""  # in the body box, in front of the cell
    after_cell: str = ""  # behind the cell: tags, files
    comments: str = ""
    ratings: str = ""
    plugins: str = ""  # behind the body box (hook viewthread_postbottom)
    below: str = ""  # in the second row: signature, check-in place
    stand: str = ""
    subject: str = ""
    special: bool = False
    group: str = "乡邻"
    counters: tuple[str, str, str] = ("12", "345", "6789")


@dataclass
class Look:
    """How a site is set up."""

    version: str = "X3.3"
    charset: str = "utf-8"
    rewritten: bool = False
    robot: bool = False
    author_side: str = "left"  # left, right, hidden
    clock: str = "GMT+8, 2023-3-15 20:00"
    name: str = "河湾论坛"
    host: str = HOST


def head(look: Look, title: str, *, canonical: str = "", extra: str = "") -> str:
    doctype = (
        "<!DOCTYPE html>"
        if look.version == "X3.5"
        else '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
    )
    link = f'<link href="{canonical}" rel="canonical" />\n' if canonical else ""
    generator = f"Discuz! {look.version}"
    return f"""{doctype}
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{extra}<meta http-equiv="Content-Type" content="text/html; charset={look.charset}" />
<title>{title} - 河湾闲话 -  {look.name} -  Powered by Discuz!</title>
{link}<meta name="keywords" content="{title}" />
<meta name="generator" content="{generator}" />
<meta name="author" content="Discuz! Team and Comsenz UI Team" />
<base href="{look.host}" /><script type="text/javascript">var STYLEID = '1', STATICURL = 'static/',\
 charset = '{look.charset}', discuz_uid = '0', cookiepre = 'aBcD_2132_', attackevasive = '0',\
 SITEURL = '{look.host}', JSPATH = 'static/js/';</script>
<meta name="application-name" content="{look.name}" />
</head>
"""


def top(look: Look, css: str = "pg_viewthread") -> str:
    return f"""
<body id="nv_forum" class="{css}" onkeydown="if(event.keyCode==27) return false;">
<div id="append_parent"></div><div id="ajaxwaitid"></div>
<div id="toptb" class="cl"><div class="wp"><div class="z"><a href="javascript:;">设为首页</a>\
<a href="{look.host}">收藏本站</a></div></div></div>
<div id="hd"><div class="wp"><div class="hdc cl"><h2><a href="./" title="{look.name}">\
<img src="static/image/common/logo.png" alt="{look.name}" border="0" /></a></h2>
<form method="post" autocomplete="off" id="lsform" action="member.php?mod=logging&amp;action=login\
&amp;loginsubmit=yes"><label for="ls_password">密码</label>
<input type="password" name="password" id="ls_password" class="px vm" />\
<a href="member.php?mod=register" class="xi2 xw1">立即注册</a></form></div>
<div id="nv"><ul><li class="a" id="mn_forum"><a href="forum.php" title="BBS">论坛<span>BBS</span>\
</a></li></ul></div></div></div>

<div id="wp" class="wp">
"""


def foot(look: Look) -> str:
    return f"""	</div>
<div id="ft" class="wp cl">
<div id="flk" class="y"><p><a href="archiver/" >Archiver</a><span class="pipe">|</span>\
<a href="forum.php?mobile=yes" >手机版</a><span class="pipe">|</span>\
<a href="forum.php?mod=misc&action=showdarkroom" >小黑屋</a><span class="pipe">|</span><strong>\
<a href="{look.host}" target="_blank">{look.name}</a></strong></p>
<p class="xs0">
{look.clock}<span id="debuginfo">
, Processed in 0.027910 second(s), 18 queries
.
</span>
</p>
</div>
<div id="frt">
<p>Powered by <strong><a href="http://www.discuz.net" target="_blank">Discuz!</a></strong> \
<em>{look.version}</em></p>
<p class="xs0">&copy; 2001-2017 <a href="http://www.comsenz.com" target="_blank">Comsenz Inc.</a></p>
</div></div>
<div id="scrolltop"><span><a href="forum.php?mod=post&amp;action=reply" class="replyfast" \
title="快速回复"><b>快速回复</b></a></span></div>
</body>
</html>
"""


@dataclass
class Thread:
    """A page of a thread."""

    floors: list[Floor]
    tid: int = 4711
    fid: int = 8
    title: str = "旧码头的夜市又开了"
    category: str | None = "见闻"
    views: str = "1024"
    replies: int | None = None
    page: int = 1
    pages: int = 1
    icons: str = ""
    stamp: str = ""
    top: str = ""
    url: str = ""
    look: Look = field(default_factory=Look)

    def __str__(self) -> str:
        look = self.look
        address = (
            f"{look.host}thread-{self.tid}-1-1.html"
            if look.rewritten
            else f"{look.host}forum.php?mod=viewthread&tid={self.tid}"
        )
        title = html.escape(self.title)
        return "".join(
            (
                head(look, title, canonical=address),
                top(look),
                f"<script type=\"text/javascript\">var fid = parseInt('{self.fid}'), "
                f"tid = parseInt('{self.tid}');</script>\n",
                self._crumbs(title),
                '<div id="ct" class="wp cl">\n',
                self._pager(),
                f'\n<div id="postlist" class="pl bm">\n{self._title(title)}',
                "".join(self._floor(floor, index) for index, floor in enumerate(self.floors)),
                '<div id="postlistreply" class="pl"><div id="post_new" class="viewthread_table" '
                'style="display: none"></div></div>\n</div>\n'
                '<form method="post" name="modactions" id="modactions">\n'
                '<input type="hidden" name="formhash" value="00000000" />\n</form>\n',
                self._pager(),
                '\n<div id="f_pst" class="pl bm bmw"><form method="post" id="fastpostform" action='
                f'"forum.php?mod=post&amp;action=reply&amp;fid={self.fid}&amp;tid={self.tid}">'
                '<div class="pt hm">您需要登录后才可以回帖 <a href="member.php?mod=logging&amp;'
                'action=login" class="xi2">登录</a></div></form></div>\n</div>\n',
                foot(look),
            )
        )

    def _board_href(self) -> str:
        if self.look.rewritten:
            return f"forum-{self.fid}-1.html"
        return f"forum.php?mod=forumdisplay&amp;fid={self.fid}"

    def _page_href(self, page: int) -> str:
        if self.look.rewritten:
            return f"thread-{self.tid}-{page}-1.html"
        return f"forum.php?mod=viewthread&tid={self.tid}&amp;extra=page%3D1&amp;page={page}"

    def _user_href(self, uid: int) -> str:
        return (
            f"space-uid-{uid}.html"
            if self.look.rewritten
            else (f"home.php?mod=space&amp;uid={uid}")
        )

    def _crumbs(self, title: str) -> str:
        return f"""<div id="pt" class="bm cl">
<div class="z">
<a href="./" class="nvhm" title="首页">{self.look.name}</a><em>&raquo;</em>\
<a href="forum.php">论坛</a> <em>&rsaquo;</em> <a href="forum.php?gid=3">两岸</a> <em>&rsaquo;</em> \
<a href="{self._board_href()}">河湾闲话</a> <em>&rsaquo;</em> \
<a href="{self._page_href(1)}">{title[:26]} ...</a>
</div>
</div>
"""

    def _pager(self) -> str:
        if self.pages < 2:
            return ""
        links = "".join(
            f"<strong>{n}</strong>" if n == self.page else f'<a href="{self._page_href(n)}">{n}</a>'
            for n in range(1, min(self.pages, 9) + 1)
        )
        following = ""
        if self.page < self.pages:
            following = f'<a href="{self._page_href(self.page + 1)}" class="nxt">下一页</a>'
        return (
            f'<div class="pgs mtm mbm cl"><div class="pg">{links}<label><input type="text" '
            f'name="custompage" class="px" size="2" value="{self.page}" />'
            f'<span title="共 {self.pages} 页"> / {self.pages} 页</span></label>{following}</div>'
            '<span class="pgb y"><a href="forum.php?mod=forumdisplay">返回列表</a></span></div>'
        )

    def _title(self, title: str) -> str:
        replies = len(self.floors) - 1 if self.replies is None else self.replies
        kind = ""
        if self.category:
            kind = (
                f"[{self.category}]"
                if self.look.robot
                else f'<a href="forum.php?mod=forumdisplay&amp;fid={self.fid}&amp;filter=typeid'
                f'&amp;typeid=5">[{self.category}]</a>'
            )
        subject = f'<span id="thread_subject">{title}</span>'
        if self.look.version in ("X2", "X2.5"):
            subject = f'<a href="{self._page_href(1)}" id="thread_subject">{title}</a>'
        counts = (
            f"""<div class="hm ptn">
<span class="xg1">查看:</span> <span class="xi1">{self.views}</span><span class="pipe">|</span>\
<span class="xg1">回复:</span> <span class="xi1">{replies}</span>
</div>"""
            if self.page == 1
            else ""
        )
        return f"""<table cellspacing="0" cellpadding="0">
<tr>
<td class="pls ptn pbn">
{counts}
</td>
<td class="plc ptm pbn vwthd">
<h1 class="ts">
{kind}
{subject}
</h1>
<span class="xg1">
{self.icons}<a href="{self._page_href(1)}" onclick="return copyThreadUrl(this)" >[复制链接]</a>
</span>
</td>
</tr>
</table>
{self.top}<table cellspacing="0" cellpadding="0" class="ad"><tr><td class="pls"></td>\
<td class="plc"></td></tr></table>"""

    def _floor(self, floor: Floor, index: int) -> str:
        look, pid = self.look, floor.pid
        stamp = f'<div id="threadstamp">{self.stamp}</div>' if self.stamp and floor.first else ""
        css = "" if look.version in ("X2", "X2.5") else ' class="plhin"'
        left = "" if look.author_side == "hidden" else self._left(floor)
        return f"""<div id="post_{pid}" >{stamp}<table id="pid{pid}"{css} summary="pid{pid}" \
cellspacing="0" cellpadding="0">
<tr>
{left}<td class="plc">
{self._header(floor)}{self._body(floor, index)}{floor.plugins}
</td></tr>
<tr><td class="plc plm">
{floor.below}</td>
</tr>
<tr id="_postposition{pid}"></tr>
<tr>
<td class="pls"></td>
<td class="plc" style="overflow:visible;">
<div class="po hin"><div class="pob cl"><em>
<a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;fid={self.fid}&amp;tid={self.tid}\
&amp;{"reppost" if floor.first else "repquote"}={pid}&amp;page={self.page}">回复</a>
</em><p><a href="javascript:;" id="mgc_post_{pid}" class="showmenu">使用道具</a>
<a href="javascript:;" onclick="showWindow('miscreport{pid}')">举报</a></p></div></div>
</td>
</tr>
<tr class="ad"><td class="pls"></td><td class="plc"></td></tr>
</table>
</div>"""

    def _left(self, floor: Floor) -> str:
        look, pid = self.look, floor.pid
        href = self._user_href(floor.uid)
        name = html.escape(floor.author)
        who = ""
        if floor.pi is not None:
            who = f'<div class="pi">\n{floor.pi}</div>\n'
        elif look.author_side == "left":
            who = (
                f'<div class="pi">\n<div class="authi"><a href="{href}" target="_blank" '
                f'class="xw1">{name}</a>\n</div>\n</div>\n'
            )
        about = ""
        if floor.pi is None:
            themes, posts, points = floor.counters
            labels = ("主题", "帖子", "积分")
            if look.version == "X2.5":
                labels = ("主题", "听众", "积分")
            about = f"""<div class="p_pop blk bui card_gender_0" id="userinfo{pid}" style="display: none;">
<div class="m z"><div id="userinfo{pid}_ma"></div></div>
<div class="i y"><div><strong><a href="{href}" target="_blank" class="xi2">{name}</a></strong>
<em>当前离线</em></div><dl class="cl"><dt>积分</dt><dd>{points}</dd></dl></div>
</div>
<div><div class="avatar"><a href="{href}" class="avtm" target="_blank">\
<img src="{look.host}uc_server/avatar.php?uid={floor.uid}&size=middle" /></a></div></div>
<div class="tns xg2"><table cellspacing="0" cellpadding="0"><th><p><a href="{href}" class="xi2">\
{themes}</a></p>{labels[0]}</th><th><p><a href="{href}" class="xi2">{posts}</a></p>{labels[1]}</th>\
<td><p><a href="{href}" class="xi2">{points}</a></p>{labels[2]}</td></table></div>
<p><em><a href="home.php?mod=spacecp&amp;ac=usergroup&amp;gid=11" target="_blank">{floor.group}</a>\
</em></p>
<p><span id="g_up{pid}"><img src="static/image/common/star_level2.gif" alt="Rank: 1" /></span></p>
<div id="g_up{pid}_menu" class="tip tip_4" style="display: none;"><div class="tip_c">{floor.group}, \
积分 {points}</div></div>
<dl class="pil cl">
	<dt>积分</dt><dd><a href="{href}" target="_blank" class="xi2">{points}</a></dd>
</dl>
"""
        new = '<a name="newpost"></a> '
        if look.version in ("X2", "X2.5"):
            return f'<td class="pls" rowspan="2">\n{who}{about}</td>\n'
        if look.version in ("X3.4", "X3.5"):
            # parsers move the anchor out of the row
            return f"""{new if floor.first else ""}<td class="pls" rowspan="2">
<div id="favatar{pid}" class="pls cl favatar">
{who}{about}</div>
</td>
"""
        return f"""<td class="pls" rowspan="2">
<div id="favatar{pid}" class="pls favatar">
{new if floor.first else ""}{who}{about}</div>
</td>
"""

    def _header(self, floor: Floor) -> str:
        look, pid = self.look, floor.pid
        label = ""
        if floor.label is not None and not look.robot:
            goal = (
                self._page_href(1)
                if floor.first
                else f"forum.php?mod=redirect&goto=findpost&ptid={self.tid}&pid={pid}"
            )
            label = f"""<strong>
<a href="{goal}"   id="postnum{pid}" onclick="setCopy(this.href, '帖子地址复制成功');return false;">
{floor.label}</a>
</strong>
"""
        name = ""
        if look.author_side == "right" and floor.pi is None:
            name = (
                f'<a href="{self._user_href(floor.uid)}" target="_blank" class="xi2">'
                f"{html.escape(floor.author)}</a>\n"
            )
        elif look.author_side == "hidden" and floor.pi is None:
            name = (
                f'<a href="{self._user_href(floor.uid)}" target="_blank" class="xi2 z">'
                f'<img src="{look.host}uc_server/avatar.php?uid={floor.uid}&size=small" /></a>\n'
            )
        elif floor.pi is not None and floor.pi.startswith("匿名"):
            name = "匿名&nbsp;\n"
        only = (
            f'<a href="forum.php?mod=viewthread&amp;tid={self.tid}&amp;page=1" rel="nofollow">'
            "显示全部楼层</a>"
            if look.robot
            else f'<a href="forum.php?mod=viewthread&amp;tid={self.tid}&amp;page=1&amp;authorid='
            f'{floor.uid}" rel="nofollow">只看该作者</a>'
        )
        date = floor.date if floor.date.startswith("<em") else f"发表于 {floor.date}"
        return f"""<div class="pi">
{label}<div class="pti">
<div class="pdbt">
{floor.stand}</div>
<div class="authi">
<img class="authicn vm" id="authicon{pid}" src="static/image/common/online_member.gif" />
{name}<em id="authorposton{pid}">{date}</em>
<span class="pipe">|</span>
{only}
{floor.authi}</div>
</div>
</div>"""

    def _body(self, floor: Floor, index: int) -> str:
        pid = floor.pid
        if floor.locked is not None:
            return f'<div class="pct"><div class="pcb">\n<div class="locked">{floor.locked}</div>\n</div>\n</div>\n'
        style = '<style type="text/css">.pcb{margin-right:0}</style>' if index == 0 else ""
        subject = f"<h2>{floor.subject}</h2>\n" if floor.subject else ""
        cell = (
            '<table cellspacing="0" cellpadding="0"><tr><td class="t_f" '
            f'id="postmessage_{pid}">\n{floor.body}</td></tr></table>'
        )
        box = "pcbs" if floor.special else "t_fsz"
        return f"""<div class="pct">{floor.before_body}{style}<div class="pcb">
{subject}<div class="{box}">
{floor.before_cell}{cell}
{floor.after_cell}
</div>
<div id="comment_{pid}" class="cm">
{floor.comments}</div>
<div id="post_rate_div_{pid}"></div>
{floor.ratings}</div>
</div>
"""


def message(
    text: str,
    *,
    look: Look | None = None,
    kind: str = "alert_error",
    login: bool = False,
    css: str = "pg_viewthread",
) -> str:
    """A page of `showmessage.htm`."""
    look = look or Look()
    asks = (
        '<div id="messagelogin"></div>\n<script type="text/javascript">ajaxget(\'member.php?mod='
        "logging&action=login&infloat=yes&frommessage', 'messagelogin');</script>\n"
        if login
        else ""
    )
    back = (
        ""
        if login
        else '<script type="text/javascript">\nif(history.length > (BROWSER.ie ? 0 : 1)) {\n'
        'document.write(\'<p class="alert_btnleft"><a href="javascript:history.back()">'
        "[ 点击这里返回上一页 ]</a></p>');\n}\n</script>\n"
    )
    hidden = (
        '<div class="nfl" id="main_succeed" style="display: none"><div class="f_c altw">'
        '<p id="succeedmessage"></p><p class="alert_btnleft"><a id="succeedmessage_href">'
        "如果您的浏览器没有自动跳转，请点击此链接</a></p></div></div>\n"
        if login
        else ""
    )
    return f"""{head(look, "提示信息")}{top(look, css)}<div id="ct" class="wp cl w">
{hidden}<div class="nfl"><div class="f_c altw">
<div id="messagetext" class="{kind}">
<p>{text}</p>
{back}</div>
{asks}</div></div>
</div>{foot(look)}"""
