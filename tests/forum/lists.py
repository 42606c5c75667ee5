"""Discuz!'s lists as functions: `forumdisplay.htm`, `forumdisplay_list.htm`, `discuz.htm`.

As `tests.forum.desktop` does for threads: the markup that forums send, round words of our own.
"""

from __future__ import annotations

import html
from collections.abc import Container
from dataclasses import dataclass, field

from tests.forum.desktop import Look, foot, head, top


@dataclass
class Row:
    """A row of a board's list. ``sticky``: 1 in its board, 2 in its category, 3 everywhere."""

    tid: int
    title: str = "旧码头的夜市又开了"
    replies: int | str = 0
    views: int | str = 7
    last: str = "2023-3-14 18:45"
    title_of_last: str | None = None
    author: str | None = "石桥卖花人"
    uid: int = 7
    date: str = "2023-3-1"
    category: str | None = None
    sticky: int = 0
    closed: bool = False
    digest: int = 0
    marks: str = ""  # behind the title: icons, [阅读权限 20]
    moved_to: int | None = None
    style: str = ""
    link: str | None = None  # in place of the address of its thread


@dataclass
class Listing:
    """A page of a board; ``pictures``: in picture mode.

    ``slugs``: addresses with titles in them, in this one: `ferry-times-{tid}-1-1.html`. ``told`` is
    what its head says of its threads, ``types`` the types that it can be listed by, ``orders``:
    whether it offers others; without ``counters`` its rows tell neither replies nor last post.
    ``shown``: so many of its pages are shown.
    """

    rows: list[Row]
    fid: int = 8
    name: str = "河湾闲话"
    page: int = 1
    pages: int = 1
    sub_boards: list[tuple[int, str]] = field(default_factory=list)
    announcement: str | None = None
    ad: str | None = None
    above: tuple[int, str] | None = None  # of which board this is a sub-board
    pictures: bool = False
    look: Look = field(default_factory=Look)
    slugs: str | None = None
    told: str | None = None
    types: list[tuple[int, str]] = field(default_factory=list)
    orders: bool = False
    counters: bool = True
    shown: int | None = None

    def __str__(self) -> str:
        look = self.look
        subs = "".join(
            f'<tr><td class="fl_icn"><a href="{self._board(fid)}"><img alt="{name}" /></a></td>'
            f'<td><h2><a href="{self._board(fid)}" style="">{name}</a></h2></td>'
            f'<td class="fl_i"><span class="xi2">3</span></td></tr>'
            for fid, name in self.sub_boards
        )
        box = (
            f'<div class="bm bmw fl"><div id="subforum_{self.fid}" class="bm_c">'
            f'<table class="fl_tb">{subs}</table></div></div>'
            if subs
            else ""
        )
        if self.above:
            fid, name = self.above
            path = f'<a href="{self._board(fid)}">{name}</a><em>&rsaquo;</em> {self.name}'
        else:
            path = f'<a href="{self._board(self.fid)}">{self.name}</a>'
        said = (
            '<tbody>\n<tr>\n<td class="icn"><img src="static/image/common/ann_icon.gif" alt="公告" />'
            '</td>\n<th><strong class="xst">公告: <a href="forum.php?mod=announcement&amp;id=1#1">'
            f"{self.announcement}</a></strong></th></tr></tbody>"
            if self.announcement
            else ""
        )
        if self.ad:
            said += f'<tbody><tr><td colspan="5"><a href="{self.ad}">夜市招商</a></td></tr></tbody>'
        sticky = "".join(self._row(row) for row in self.rows if row.sticky)
        normal = "".join(self._row(row) for row in self.rows if not row.sticky)
        between = '<tbody id="separatorline"><tr class="ts"><th>版块主题</th></tr></tbody>'
        table = f'<table summary="forum_{self.fid}" id="threadlisttableid">{said}{sticky}{between}'
        if self.pictures:
            table += f'</table><ul id="waterfall" class="ml waterfall cl">{self._pictures()}</ul>'
        elif not self.rows:
            table += '<tbody class="bw0_all"><tr><th colspan="5"><p class="emp">本版块或指定的范围内尚无主题</p></th></tr></tbody></table>'
        else:
            table += f"{normal}</table>"
        return f"""{head(look, self.name)}{top(look, "pg_forumdisplay")}
<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm" title="首页">{look.name}</a>\
<em>&raquo;</em><a href="forum.php">论坛</a> <em>&rsaquo;</em> <a href="forum.php?gid=3">两岸</a>\
<em>&rsaquo;</em> {path}</div></div>
<div id="ct" class="wp cl"><h1 class="xs2"><a href="{self._board(self.fid)}">{self.name}</a>{self._told()}</h1>
{box}<div id="pgt" class="bm bw0 pgs cl"><span id="fd_page_top">{self._pager()}</span></div>
{self._offers()}<div id="threadlist" class="tl bm bmw"><div class="bm_c">
<script type="text/javascript">var fid = parseInt('{self.fid}');</script>
{table}
</div></div>
<div class="bm bw0 pgs cl"><span id="fd_page_bottom">{self._pager()}</span></div>
</div>{foot(look)}"""

    def _told(self) -> str:
        if self.told is None:
            return ""
        return (
            '\n<span class="xs1 xw0 i">今日: <strong class="xi1">7</strong><b class="ico_increase">'
            f'&nbsp;</b><span class="pipe">|</span>主题: <strong class="xi1">{self.told}</strong>'
            '<span class="pipe">|</span>排名: <strong class="xi1" title="上次排名:4">6</strong></span>'
        )

    def _offers(self) -> str:
        plain = f"forum.php?mod=forumdisplay&amp;fid={self.fid}"
        entries = "".join(
            f'<li><a href="{plain}&amp;filter=typeid&amp;typeid={number}">{name}'
            f'<span class="xg1 num">3</span></a></li>\n'
            for number, name in self.types
        )
        types = (
            f'<ul id="thread_types" class="ttp bm cl">\n<li id="ttp_all" class="xw1 a">'
            f'<a href="{plain}">全部</a></li>\n{entries}</ul>\n'
            if entries
            else ""
        )
        orders = (
            f"""<div class="tf"><a href="{plain}&amp;filter=lastpost&amp;orderby=lastpost" class="xi2">最新</a>&nbsp;
<a href="{plain}&amp;filter=digest&amp;digest=1" class="xi2">精华</a></div>
<div id="filter_dateline_menu" class="p_pop" style="display:none"><a href="{plain}&amp;filter=author&amp;orderby=dateline">发帖时间</a>
<a href="{plain}&amp;filter=reply&amp;orderby=replies">回复/查看</a></div>
"""
            if self.orders
            else ""
        )
        return types + orders

    def _board(self, fid: int, page: int = 1) -> str:
        if self.slugs:
            return f"{fid}-{page}/harbour-talk.html"
        if self.look.rewritten:
            return f"forum-{fid}-{page}.html"
        more = f"&amp;page={page}" if page > 1 else ""
        return f"forum.php?mod=forumdisplay&fid={fid}{more}"

    def _thread(self, tid: int) -> str:
        if self.slugs:
            return self.slugs.format(tid=tid)
        if self.look.rewritten:
            return f"thread-{tid}-1-{self.page}.html"
        return f"forum.php?mod=viewthread&amp;tid={tid}&amp;extra=page%3D{self.page}"

    def _pager(self) -> str:
        if self.pages < 2:
            return ""
        numbers = "".join(
            f"<strong>{n}</strong>"
            if n == self.page
            else f'<a href="{self._board(self.fid, n)}">{n}</a>'
            for n in range(1, min(self.pages, 10) + 1)
        )
        following = (
            f'<a href="{self._board(self.fid, self.page + 1)}" class="nxt">下一页</a>'
            if self.page < self.pages
            else ""
        )
        shown = self.shown or self.pages
        last = f'<a href="{self._board(self.fid, shown)}" class="last">... {self.pages}</a>'
        return (
            f'<div class="pg">{numbers}{last if self.pages > 10 else ""}<label><input type="text" '
            f'name="custompage" /><span title="共 {shown} 页"> / {shown} 页</span></label>'
            f"{following}</div>"
        )

    def _row(self, row: Row) -> str:
        kind = "stickthread" if row.sticky else "normalthread"
        name = f"{kind}_{row.tid}"
        url = row.link or self._thread(row.moved_to or row.tid)
        icon = "folder_lock" if row.closed else f"pin_{row.sticky}" if row.sticky else "folder_new"
        marks = row.marks
        if row.digest:
            marks += f'\n<img src="static/image/common/digest_{row.digest}.gif" alt="digest" title="精华 {row.digest}" />'
        type_ = (
            f'<em>[<a href="{self._board(self.fid)}&amp;filter=typeid&amp;typeid=1">{row.category}</a>]</em> '
            if row.category
            else ""
        )
        who = (
            f'<a href="home.php?mod=space&amp;uid={row.uid}" c="1">{row.author}</a>'
            if row.author
            else "匿名"
        )
        last = (
            f'<span title="{row.title_of_last}">{row.last}</span>'
            if row.title_of_last
            else row.last
        )
        moved = "移动:" if row.moved_to else ""
        style = f' style="{row.style}"' if row.style else ""
        counters = f"""<td class="num"><a href="{url}" class="xi2">{row.replies}</a><em>{row.views}</em></td>
<td class="by">
<cite><a href="home.php?mod=space&username=x" c="1">柳岸闻莺</a></cite>
<em><a href="forum.php?mod=redirect&tid={row.moved_to or row.tid}&goto=lastpost#lastpost">{last}</a></em>
</td>
"""
        return f"""
<tbody id="{name}">
<tr>
<td class="icn">
<a href="{url}" title="新窗口打开" target="_blank">
<img src="static/image/common/{icon}.gif" />
</a>
</td>
<th class="{"lock" if row.closed else "common"}">
<a href="javascript:;" id="content_{row.tid}" class="showcontent y" title="更多操作"></a>
{'<a href="javascript:void(0);" class="showhide y" title="隐藏置顶帖">隐藏置顶帖</a></em>' if row.sticky else ""}
{type_}{moved}<a href="{url}"{style} onclick="atarget(this)" class="s xst">{html.escape(row.title, quote=False)}</a>
{marks}</th>
<td class="by">
<cite>
{who}</cite>
<em><span>{row.date}</span></em>
</td>
{counters if self.counters else ""}</tr>
</tbody>
"""

    def _pictures(self) -> str:
        return "".join(
            f"""<li style="width:227px"><div class="c cl"><a href="{self._thread(row.tid)}" title="{row.title}" class="z"><img src="cover.jpg" alt="{row.title}" /></a></div>
<h3 class="xw0"><a href="{self._thread(row.tid)}" onclick="atarget(this)" title="{row.title}">{row.title}</a></h3>
<div class="auth cl"><cite class="xg1 y">喜欢: 0 &nbsp; 回复: <a href="{self._thread(row.tid)}" title="{row.replies} 回复">{row.replies}</a></cite>
<a href="home.php?mod=space&amp;uid={row.uid}">{row.author}</a></div></li>"""
            for row in self.rows
        )


def forum_index(
    boards: list[tuple[int, str]],
    look: Look | None = None,
    columns: int = 0,
    threads: str = "3",
    links: Container[int] = (),
) -> str:
    """The index; with ``columns`` the boards stand side by side (forumcolumns).

    Of boards that are ``links`` to elsewhere nothing is counted (`discuz.htm`: `$forum[redirect]`).
    """
    look = look or Look()

    def url(fid: int) -> str:
        return f"forum-{fid}-1.html" if look.rewritten else f"forum.php?mod=forumdisplay&fid={fid}"

    if columns:
        cells = "".join(
            f'<td class="fl_g"><div class="fl_icn_g"><a href="{url(fid)}"><img alt="{name}" /></a></div>'
            f'<dl><dt><a href="{url(fid)}">{name}</a></dt><dd><em>主题: {threads}</em>, <em>帖数: 9</em></dd></dl></td>'
            for fid, name in boards
        )
        table = f'<table class="fl_tb"><tr>{cells}</tr></table>'
    else:
        rows = "".join(
            f"""<tr class="fl_row"><td class="fl_icn"><a href="{url(fid)}"><img alt="{name}" /></a></td>
<td><h2><a href="{url(fid)}">{name}</a><em class="xw0 xi1" title="今日"> (7)</em></h2></td>
<td class="fl_i">{"" if fid in links else f'<span class="xi2">{threads}</span><span class="xg1"> / 9</span>'}</td>
<td class="fl_by"><div><a href="forum.php?mod=redirect&amp;tid=6&amp;goto=lastpost#lastpost">新帖</a></div></td></tr>"""
            for fid, name in boards
        )
        table = f'<table class="fl_tb">{rows}</table>'
    return f"""{head(look, "论坛")}{top(look, "pg_index")}<div id="pt" class="bm cl"><div class="z">\
<a href="./" class="nvhm" title="首页">{look.name}</a><em>&raquo;</em><a href="forum.php">论坛</a></div></div>
<div id="ct" class="wp cl"><div class="fl bm"><div class="bm bmw cl"><div class="bm_h cl">
<h2><a href="forum.php?gid=3" style="">两岸</a></h2></div>
<div id="category_3" class="bm_c">{table}</div></div></div></div>{foot(look)}"""


def guide(rows: list[tuple[Row, int, str]], *, page: int = 1, pages: int = 1) -> str:
    """`forum_guide.htm`: rows of all boards, each with the number and name of its board."""
    look = Look()
    entries = "".join(
        f"""<tbody id="normalthread_{row.tid}">
<tr>
<td class="icn"><a href="forum.php?mod=viewthread&amp;tid={row.tid}&amp;extra=" title="新窗口打开" target="_blank">
<img src="static/image/common/folder_common.gif" /></a></td>
<th class="common">
 <a href="forum.php?mod=viewthread&amp;tid={row.tid}&amp;extra=" target="_blank" class="xst" >{html.escape(row.title)}</a></th>
<td class="by"><a href="forum.php?mod=forumdisplay&amp;fid={fid}" target="_blank">{board}</a></td>
<td class="by"><cite>
<a href="home.php?mod=space&amp;uid={row.uid}" c="1">{row.author}</a></cite>
<em><span>{row.date}</span></em></td>
<td class="num"><a href="forum.php?mod=viewthread&amp;tid={row.tid}&amp;extra=" class="xi2">{row.replies}</a><em>{row.views}</em></td>
<td class="by"><cite><a href="home.php?mod=space&username=x" c="1">半壶老酒</a></cite>
<em><a href="forum.php?mod=redirect&tid={row.tid}&goto=lastpost#lastpost">{row.last}</a></em></td>
</tr>
</tbody>
"""
        for row, fid, board in rows
    )
    links = "".join(
        f"<strong>{n}</strong>"
        if n == page
        else f'<a href="forum.php?mod=guide&view=new&amp;page={n}">{n}</a>'
        for n in range(1, pages + 1)
    )
    following = (
        f'<a href="forum.php?mod=guide&view=new&amp;page={page + 1}" class="nxt">下一页</a>'
        if page < pages
        else ""
    )
    return (
        head(look, "导读-最新回复")
        + top(look, "pg_guide")
        + f'<div id="ct"><div id="threadlist"><table>{entries}</table></div>'
        f'<div class="pg">{links}{following}</div></div>' + foot(look)
    )


def feed(items: list[tuple[int, str, str]]) -> str:
    """``mod=rss``: thread, title, author."""
    entries = "".join(
        f"""    <item>
      <title>{html.escape(title)}</title>
      <link>http://bbs.example.net/forum.php?mod=viewthread&amp;tid={tid}</link>
      <description><![CDATA[开头的话 <b>粗</b> ...]]></description>
      <category>河湾闲话</category>
      <author>{author}</author>
      <pubDate>Tue, 14 Mar 2023 01:26:53 +0000</pubDate>
    </item>
"""
        for tid, title, author in items
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0">
  <channel>
    <title>河湾论坛</title>
    <link>http://bbs.example.net/forum.php</link>
    <generator>Discuz! Board by Comsenz Inc.</generator>
    <ttl>60</ttl>
{entries}  </channel>
</rss>"""
