"""Discuz!'s other templates as functions: for phones, the archiver, the printable page, an album.

As in `tests.forum.desktop`: only what readers depend on, in the shape that forums send.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.forum.desktop import HOST

SCRIPT = (
    "<script type=\"text/javascript\">var STYLEID = '1', STATICURL = 'static/', charset = 'utf-8',"
    " discuz_uid = '0', cookiepre = 'aBcD_2132_', attackevasive = '0', REPORTURL = '',"
    f" SITEURL = '{HOST}', JSPATH = 'static/js/';</script>"
)
META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"'


@dataclass
class Post:
    """One floor; ``body`` is the markup of its message."""

    pid: int
    body: str
    author: str = "柳岸闻莺"
    uid: int = 21
    date: str = "2023-3-14 10:00:01"
    label: str = "沙发"
    who: str | None = None  # in place of the author's link
    subject: str = ""
    behind: str = ""  # pictures, comments
    counters: str = ""


def thread_href(tid: int, **more: object) -> str:
    query = urlencode({"mod": "viewthread", "tid": tid, **more})
    return "forum.php?" + query.replace("&", "&amp;")


def pager(tid: int, page: int, pages: int, **more: object) -> str:
    if pages < 2:
        return ""
    links = "".join(
        f"<strong>{n}</strong>"
        if n == page
        else f'<a href="{thread_href(tid, page=n, **more)}">{n}</a>'
        for n in range(1, pages + 1)
    )
    following = (
        f'<a href="{thread_href(tid, page=page + 1, **more)}" class="nxt">下一页</a>'
        if page < pages
        else ""
    )
    return (
        f'<div class="pg">{links}<label><input type="text" name="custompage" class="px" size="2" '
        f'value="{page}" /><span title="共 {pages} 页"> / {pages} 页</span></label>{following}</div>'
    )


# -- mobile=2 -----------------------------------------------------------------------------------


def touch_thread(
    posts: list[Post],
    *,
    title: str = "旧码头的夜市又开了",
    category: str | None = "见闻",
    tid: int = 4711,
    page: int = 1,
    pages: int = 1,
) -> str:
    """X2.5 to X3.4 (`touch/forum/viewthread.htm`)."""
    kind = f"[{category}]\n                        " if category else "            "
    floors = "".join(
        f"""   <div class="plc cl" id="pid{post.pid}">
   <span class="avatar"><img src="{HOST}uc_server/avatar.php?uid={post.uid}&size=small" /></span>
       <div class="display pi" href="#replybtn_{post.pid}">
   <ul class="authi">
<li class="grey">
<em>
{post.label}</em><b>
{post.who or f'<a href="home.php?mod=space&amp;uid={post.uid}&amp;mobile=2" class="blue">{post.author}</a></b>'}

</li>
<li class="grey rela">
<em><a href="home.php?mod=spacecp&amp;ac=favorite&amp;type=thread&amp;id={tid}" class="favbtn blue" >收藏</a></em>
{post.date}</li>
            </ul>
<div class="message">
                	 {f"<h2><strong>{post.subject}</strong></h2>" if post.subject else ""}
                    {post.body}                        </div>
       {post.behind}</div>
   </div>
"""
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}>
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<title>{html.escape(title)} - 河湾闲话 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
{SCRIPT}
</head>
<body class="bg">
<header class="header">
<div class="nav">
<a href="forum.php?mod=forumdisplay&fid=8&&amp;mobile=2" class="z"><img src="static/image/mobile/images/icon_back.png" /></a>
<span class="name">河湾闲话</span>
</div>
</header>
<div class="postlist">
<h2>
        	{kind}{html.escape(title)}            <a href="{thread_href(tid, page=1, authorid=7, mobile=2)}" rel="nofollow" class="blue">只看楼主</a>
</h2>{floors}<div id="post_new"></div>
<div class="plc cl">
<form method="post" id="fastpostform" action="forum.php?mod=post&amp;action=reply&amp;fid=8&amp;tid={tid}&amp;mobile=2">
<input type="text" value="我也说一句" name="message" id="fastpostmessage">
</form>
</div>
</div>
{pager(tid, page, pages, mobile=2)}
<div class="footer"><a href="forum.php?mobile=2">首页</a> | <a href="member.php?mod=logging&amp;action=login&amp;mobile=2" title="登录">登录</a>
<p>&copy; Comsenz Inc.</p>
</div>
</body>
</html>
"""


def touch35_thread(
    posts: list[Post],
    *,
    title: str = "旧码头的夜市又开了",
    category: str | None = "见闻",
    tid: int = 4711,
    page: int = 1,
    pages: int = 1,
) -> str:
    """X3.5: boxes with names of their own, counters beside the first date."""
    floors = "".join(
        f"""<div class="plc cl" id="pid{post.pid}">
    <div class="avatar"><img src="{HOST}uc_server/avatar.php?uid={post.uid}" /></div>
    <div class="display pi pione" href="#replybtn_{post.pid}">
        <ul class="authi">
            <li class="mtit">
<span class="y">
{post.label}</span>
                <span class="z">
{post.who or f'<a href="home.php?mod=space&amp;uid={post.uid}&amp;mobile=2">{post.author}</a>'}
</span>
            </li>
            <li class="mtime">
                {post.counters}{post.date}</li>
        </ul>
        <div class="message">
            {f"<h2><strong>{post.subject}</strong></h2>" if post.subject else ""}
            {post.body}</div>
        {post.behind}
    </div>
    <div class="threadlist_foot cl"><ul><li><a href="forum.php?mod=misc&amp;action=rate&amp;tid={tid}&amp;pid={post.pid}&amp;mobile=2" class="dialog"><i class="dm-heart"></i>评分</a></li></ul></div>
</div>
"""
        for post in posts
    )
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{html.escape(title)} - 河湾闲话 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
<link href="{HOST}forum.php?mod=viewthread&tid={tid}" rel="canonical" /><base href="{HOST}" />
{SCRIPT}
</head>
<body id="forum" class="pg_viewthread">
<div class="header cl">
    <div class="mz"><a href="javascript:history.back();"><i class="dm-c-left"></i></a></div>
    <h2><a href="forum.php?mod=forumdisplay&fid=8&page=1&amp;mobile=2">河湾闲话</a></h2>
</div>
<div class="viewthread">
    <div class="view_tit">
        {f"<em>[{category}]</em>" if category else ""}
        {html.escape(title)}</div>{floors}</div>
{pager(tid, page, pages, mobile=2)}
</body>
</html>
"""


# -- mobile=1 and skins made of it --------------------------------------------------------------


def wap_thread(
    posts: list[Post],
    *,
    title: str = "旧码头的夜市又开了",
    category: str | None = "见闻",
    tid: int = 4711,
    page: int = 1,
    pages: int = 1,
) -> str:
    """`mobile/forum/viewthread.htm`."""
    kind = (
        f'<a href="forum.php?mod=forumdisplay&amp;fid=8&amp;filter=typeid&amp;typeid=5&amp;mobile=1" >[{category}]</a>'
        if category
        else ""
    )
    floors = "".join(
        f"""            <div id="post_{post.pid}" class="bm_c bm_c_bg">
            	<div class="bm_user" id="pid{post.pid}">
                	                        {post.label}
                    	{post.who or f'<a href="home.php?mod=space&amp;uid={post.uid}&amp;mobile=1" target="_blank" >{post.author}</a>'}
                        <a href="{thread_href(tid, page=1, authorid=post.uid, mobile=1)}" rel="nofollow" class="xg1">只看他</a>
                        <br /><em id="authorposton{post.pid}"><font class="xs0 xg1">{post.date}</font></em>
                                                    </div>
            </div>
            <div>
                <div class="pbody">
                	{f"<h2><strong>{post.subject}</strong></h2>" if post.subject else ""}
                                        <div class="mes">
                            <div id="postmessage_{post.pid}" class="postmessage">{post.body}</div>
                                                                                        </div>
                </div>
          </div>
"""
        for post in posts
    )
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" "http://www.wapforum.org/DTD/xhtml-mobile10.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}/>
<meta name="MobileOptimized" content="240"/>
<title>{html.escape(title)} - 河湾闲话 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
</head>
<body>
<div class="hd"><a href="forum.php?mobile=1" title=" 河湾论坛 - 手机版"><img src="./static/image/mobile/logo.gif" /></a></div>
<div class="wp">
<div class="box"><a href="forum.php?mobile=1">论坛</a> <em> &gt; </em> <a href="forum.php?mod=forumdisplay&amp;fid=8&amp;mobile=1">河湾闲话</a></div>
<div class="vt">
    <div class="bm">
        <div class="bm_h">
        	{kind}
            <a href="{thread_href(tid, mobile=1)}" id="thread_subject" >{html.escape(title)}</a>
                    </div>
            <div class="bm_inf">
<font class="xg1">看1024<span class="pipe">|</span>回{len(posts) - 1}</font><span class="pipe">|</span><a href="home.php?mod=spacecp&amp;ac=favorite">收藏</a>  </div>
{floors}{pager(tid, page, pages, mobile=1)}
</div>
</div>
<div class="ft"><p>Powered by <strong><a href="http://www.discuz.net" target="_blank">Discuz!</a></strong> <em>X3.3</em></p></div>
</div>
</body>
</html>
"""


def wap_skin_thread(
    posts: list[Post], *, title: str = "旧码头的夜市又开了", tid: int = 4711
) -> str:
    """A skin for ``mobile=yes``: the title in the first floor, bare dates, labels of its own."""
    floors = "".join(
        f"""<div id="post_{post.pid}" class="vb">
{f'<h1 class="vt_th"><a href="{HOST}{thread_href(tid, extra="", mobile="yes")}">{title}</a></h1>' if n == 0 else ""}
<div class="user">
<a href="{HOST}home.php?mod=space&amp;uid={post.uid}&amp;do=profile&amp;mobile=yes" class="avatar"><img src="noavatar.gif"></a>
<a href="{HOST}home.php?mod=space&amp;uid={post.uid}&amp;do=profile&amp;mobile=yes">{post.author}</a>
<span class="p_dl"><em id="authorposton{post.pid}">{post.date}</em></span>
<span class="p_nm y">{post.label}</span>
</div>
<div class="vbc"><div class="pbody"><div class="mes"><div id="postmessage_{post.pid}" class="postmessage">
{post.body}
</div></div></div>
<div class="vtrim"><a href="{HOST}forum.php?mod=post&amp;action=reply&amp;tid={tid}&amp;{"reppost" if n == 0 else "repquote"}={post.pid}">回复</a></div>
</div>
</div>
"""
        for n, post in enumerate(posts)
    )
    return f"""<!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" "http://www.wapforum.org/DTD/xhtml-mobile10.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}>
<meta name="MobileOptimized" content="240">
<title>{html.escape(title)}-河湾闲话-河湾论坛 </title>
{SCRIPT}
</head>
<body>
<div class="wp">
<div class="pt"><a href="{HOST}forum.php?mobile=yes">首页</a>
<em> &gt; </em> <a href="{HOST}forum.php?mod=forumdisplay&amp;fid=8&amp;mobile=yes">河湾闲话</a>
<a href="{HOST}forum.php?mod=post&amp;action=newthread&amp;fid=8&amp;mobile=yes" class="y v_pst">发帖</a></div>
<div class="ct">{floors}</div>
<div class="titls"><span class="y">共有{len(posts) - 1}条回复</span></div>
</div>
</body>
</html>
"""


# -- lists --------------------------------------------------------------------------------------


def touch_list(rows: list[tuple[int, str, str, int]], *, page: int = 1, pages: int = 1) -> str:
    """``mobile=2`` of X2.5 to X3.4; a row is thread, title, author, replies."""
    entries = "".join(
        f"""<li>
<a href="{thread_href(tid, extra="page=1", mobile=2)}" style="color: #EE1B2E;" >
{html.escape(title)}<span class="by">{author}</span>
</a>
<span class="num">{replies}</span>
{'<span class="icon_top"><img src="static/image/mobile/images/icon_top.png"></span>' if n == 0 else ""}
</li>
"""
        for n, (tid, title, author, replies) in enumerate(rows)
    )
    links = "".join(
        f"<strong>{n}</strong>"
        if n == page
        else f'<a href="forum.php?mod=forumdisplay&fid=8&amp;page={n}&amp;mobile=2">{n}</a>'
        for n in range(1, pages + 1)
    )
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}>
<title>河湾闲话 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
{SCRIPT}
</head>
<body class="bg">
<header class="header"><div class="nav">
<span class="category"><span class="display name vm" href="#subname_list"><h2 class="tit">河湾闲话</h2></span>
<div id="subname_list" class="subname_list" style="display:none;">
<ul><li><a href="forum.php?mod=forumdisplay&amp;fid=12&amp;mobile=2">北岸</a></li></ul>
</div></span>
</div></header>
<div class="threadlist">
<ul>
{entries}</ul>
</div>
<div class="pg">{links}</div>
<div class="footer"><a href="forum.php?mobile=2">首页</a></div>
</body>
</html>
"""


def touch35_list(rows: list[tuple[int, str, str, int]]) -> str:
    """``mobile=2`` of X3.5: who and when above the title, a preview and counters below it."""
    entries = "".join(
        f"""<li class="list">
<div class="threadlist_top cl">
<a href="home.php?mod=space&amp;uid={tid % 100}&amp;mobile=2" class="mimg"><img src="a.jpg"></a>
<div class="muser"><h3><a href="home.php?mod=space&amp;uid={tid % 100}&amp;mobile=2" class="mmc">{author}</a></h3>
<span class="mtime">2023-3-{n + 1} 09:38</span></div>
</div>
<a href="{thread_href(tid, extra="page=1", mobile=2)}"><div class="threadlist_tit cl"><em >{html.escape(title)}</em></div></a>
<a href="{thread_href(tid, extra="page=1", mobile=2)}"><div class="threadlist_mes cl">正文的开头，比标题长得多，不是标题。</div></a>
<div class="threadlist_foot cl"><ul>
<li class="mr"><a href="forum.php?mod=forumdisplay&amp;fid=8&amp;filter=typeid&amp;typeid=5&amp;mobile=2">#见闻</a></li>
<li><i class="dm-eye-fill"></i>{replies * 10}</li>
<li><i class="dm-chat-s-fill"></i>{replies}</li>
</ul></div>
</li>
"""
        for n, (tid, title, author, replies) in enumerate(rows)
    )
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>河湾闲话 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
<base href="{HOST}" />{SCRIPT}
</head>
<body id="forum" class="pg_forumdisplay">
<div class="forumdisplay-top cl"><h2><img src="icon.gif" alt="河湾闲话" />
<a href="forum.php?mod=post&amp;action=newthread&amp;fid=8&amp;mobile=2" id="a_newthread"><i class="dm-edit">&nbsp;发帖</i></a>
河湾闲话</h2></div>
<div class="threadlist cl"><ul>
<li class="list_top"><a href="{thread_href(4700, extra="page=1", mobile=2)}"><span class="micon">置顶</span><em  style="font-weight: bold;">先读这一帖</em></a></li>
{entries}</ul></div>
</body>
</html>
"""


# -- archiver, printable page, album, AJAX ------------------------------------------------------


def _archive(title: str, path: str, content: str, end: str) -> str:
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<base href="{HOST}archiver/" />
<title>{title} -  Powered by Discuz! Archiver</title>
<meta name="generator" content="Discuz! X3.3" />
</head>
<body vlink="#333333" link="#333333">
<center id="header">
<h2>河湾论坛's Archiver </h2>
</center><div id="nav">
	{path}</div>

<div id="content">
		{content}</div>

<div id="end">
	查看完整版本:
	<a href="../{end}" target="_blank"><strong>{title}</strong></a>
</div>
<br />
<center><div id="footer">Powered by <strong><a target="_blank" href="http://www.discuz.net">Discuz! X3.3 Archiver</a></strong> &nbsp; &copy 2001-2017</div></center>
</body>
</html>
"""


def archived_thread(posts: list[Post], *, page: int = 1, pages: int = 1, tid: int = 4711) -> str:
    """``archiver/?tid-4711.html``; a body of ``""`` is one that guests do not get."""
    title = "旧码头的夜市又开了"
    floors = "".join(
        f"""	<p class="author">
					<strong>{"<i>Anonymous</i>" if post.who else post.author}</strong>
				发表于 {post.date}	</p>
	{f"		<h3>{post.subject}</h3>{chr(10)}		{post.body}" if post.body else ""}			"""
        for post in posts
    )
    links = "".join(
        f"<strong>[{n}]</strong> \n"
        if n == page
        else f'<a href="?tid-{tid}.html&page={n}">{n}</a> \n'
        for n in range(1, pages + 1)
    )
    return _archive(
        title,
        f'<a href="./">论坛</a> &rsaquo; <a href="?fid-8.html">河湾闲话</a> &rsaquo; {title}',
        f'{floors}<div class="page">\n		页: \n{links}	</div>\n',
        f"forum.php?mod=viewthread&tid={tid}&page={page}",
    ).replace(
        "<meta",
        f'<link href="{HOST}forum.php?mod=viewthread&tid={tid}" rel="canonical" />\n<meta',
        1,
    )


def archived_list(rows: list[tuple[int, str, str]], *, pages: int = 1) -> str:
    """``archiver/?fid-8.html``; a row is thread, title, replies as printed."""
    entries = "".join(
        f'<li><a href="?tid-{tid}.html">{html.escape(title)}</a> ({replies}篇回复)\n'
        for tid, title, replies in rows
    )
    links = "".join(f'<a href="?fid-8.html&page={n}">{n}</a> \n' for n in range(2, pages + 1))
    return _archive(
        "河湾闲话",
        '<a href="./">论坛</a> &rsaquo; 河湾闲话',
        f'<ul>\n<li><a href="?fid-12.html">北岸</a></li>\n</ul>\n<ul type="1" start="1">\n{entries}</ul>\n'
        f'<div class="page">\n		页: \n<strong>[1]</strong> \n{links}	</div>\n',
        "forum.php?mod=forumdisplay&fid=8&page=1",
    )


def archived_index(boards: list[tuple[int, str]]) -> str:
    """``archiver/``."""
    entries = "".join(f'<li><a href="?fid-{fid}.html">{name}</a></li>\n' for fid, name in boards)
    return _archive(
        "论坛",
        '<a href="./"><strong>河湾论坛</strong></a>\n',
        f"<h3>两岸</h3>\n<ul>\n{entries}</ul>\n",
        "forum.php",
    )


def printable(posts: list[Post], *, title: str = "旧码头的夜市又开了") -> str:
    """``action=printable``: lines between floors, and no end that browsers would call one."""
    rule = '<hr noshade size="2" width="100%" color="#808080">\n'
    floors = "".join(
        f"{rule}<b>作者: </b>{post.author}&nbsp; &nbsp; <b>时间: </b>{post.date}<br />\n"
        + (f"<b>标题: </b>{post.subject}<br />" if post.subject else "")
        + post.body
        for post in posts
    )
    return f"""<html>
<head>
<title>{title} - 河湾论坛 - Powered by Discuz!</title>
{META} />
{SCRIPT}
</head>

<body>
<h1>河湾论坛</h1>
<b>标题: </b>{title} <b><a href="###" onclick="this.style.visibility='hidden';window.print();this.style.visibility='visible'">[打印本页]</a></b></span><br />
<script type="text/javascript">var zoomstatus = 0;var aimgcount = new Array();</script>{floors}
<br /><br /><br /><br /><hr noshade size="2" width="100%" color="BORDERCOLOR">
<table cellspacing="0" cellpadding="0" border="0" width="95%" align="center">
<tr><td>欢迎光临 河湾论坛 ({HOST})</td>
<td align="right">
Powered by Discuz! X3.3</td></tr></table>

</body>
</html>			<div id="discuz_tips" style="display:none;"></div>
"""


def album(posts: list[Post], *, title: str = "旧码头的夜市又开了", tid: int = 4711) -> str:
    """``from=album``: pictures and the beginning of the opening post, the last replies."""
    opening, *answers = posts
    replies = "".join(
        f"""<div id="post_{post.pid}" class="xld xlda mbm"><dl class="bbda cl">
<dd class="m avt"><a href="home.php?mod=space&amp;uid={post.uid}"><img src="avatar.gif" /></a></dd>
<dt>
<a href="home.php?mod=space&amp;uid={post.uid}" target="_blank" class="xi2">{post.author}</a><em id="author_{post.pid}"> 发表于</em>
<span class="xg1 xw0">{post.date}</span>
</dt>
<dd class="z"><div class="pcb">
<div class="t_fsz">
<table cellspacing="0" cellpadding="0"><tr><td class="t_f" id="postmessage_{post.pid}">
{post.body}</td></tr></table>
</div>
<div id="comment_{post.pid}" class="cm">
</div>
</div>
</dd>
</dl>
</div>
"""
        for post in answers
    )
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META} />
<title>{title} - 河湾闲话 -  河湾论坛 -  Powered by Discuz!</title>
<meta name="generator" content="Discuz! X3.3" />
<base href="{HOST}" />{SCRIPT}
</head>
<body id="nv_forum" class="pg_viewthread">
<div id="wp" class="wp">
<script type="text/javascript">var fid = parseInt('8'), tid = parseInt('{tid}');</script>
<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm" title="首页">河湾论坛</a><em>&raquo;</em><a href="forum.php">论坛</a> <em>&rsaquo;</em> <a href="forum.php?mod=forumdisplay&amp;fid=8">河湾闲话</a></div></div>
<div class="h hm cl">
<h1 class="ph z">{title}</h1>
<div class="ph_r_con xg1 y vm">查看数:<span class="xi1"> 1024</span> <span class="pipe">|</span> 评论数: <span class="xi1">{len(answers)}</span></div>
</div>
<script type="text/javascript" reload="1">
var imglist = new Array();
imglist['aid'] = ['31','32'];
imglist['url'] = ['data/attachment/forum/202303/14/market.jpg','data/attachment/forum/202303/14/lamps.jpg'];
</script>
<div class="album_side">
<span class="tit_author">
<a href="home.php?mod=space&amp;uid={opening.uid}">{opening.author}</a>
</span>
<div class="date"><span>发布时间:</span> {opening.date}</div>
<div class="album_info">
<h3>正文摘要: </h3>
<p>{opening.body} ...</p>
</div>
</div>
<div class="bm vw pl" id="comment">
<div id="postlistreply" class="xld xlda mbm"><div id="post_new" class="viewthread_table" style="display: none"></div></div>{replies}
</div>
</div>
<div id="ft" class="wp cl"><p class="xs0">
GMT+8, 2023-3-15 20:00</p></div>
</body>
</html>
"""


def ajax_floor(floor: str) -> str:
    """``viewpid=…&inajax=1``: one floor within XML."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<root><![CDATA[{floor}]]></root>'
