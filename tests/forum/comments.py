"""Comments (点评) below a post, and what the link to more of them brings, as Discuz! makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

SHOWN = 5  # commentnumber
XML = {"Content-Type": "text/xml; charset=utf-8"}


def more_path(tid: int, pid: int, page: int) -> str:
    return f"/forum.php?mod=misc&action=commentmore&tid={tid}&pid={pid}&page={page}&inajax=1"


def pages_of(said: Sequence[str]) -> int:
    return max(1, -(-len(said) // SHOWN))


def box(tid: int, pid: int, said: Sequence[str]) -> str:
    """The newest comments below a post (`viewthread_node_body.htm`); ``said``: oldest first."""
    if not said:
        return ""
    link = f"forum.php?mod=misc&action=commentmore&tid={tid}&pid={pid}&page=2"
    pager = (
        '<div class="pgs mbm mtn cl"><div class="pg"><a href="javascript:;" class="nxt"'
        f""" onclick="ajaxget('{link}', 'comment_{pid}')">下一页</a></div></div>"""
    )
    return f'<h3 class="psth xs1">点评</h3>\n{_boxes(said, 1)}{pager * (len(said) > SHOWN)}'


def more(tid: int, pid: int, said: Sequence[str], page: int) -> str:
    """A page of the comments on a post (`comment_more.htm`)."""
    pages, address = pages_of(said), f"forum.php?mod=misc&action=commentmore&tid={tid}&pid={pid}"
    links = "".join(
        f"<strong>{n}</strong>" if n == page else f'<a href="{address}&amp;page={n}">{n}</a>'
        for n in range(1, pages + 1)
    )
    pager = f'<div class="pg">{links}<label><span title="共 {pages} 页"> / {pages} 页</span></label></div>'
    below = f'<div class="pgs mbm cl">{pager if pages > 1 else ""}</div>'
    return xml(f'<h3 class="psth cm">点评</h3>\n{_boxes(said, page)}{below}')


def notice(words: str) -> str:
    """A notice by AJAX (`showmessage.htm`)."""
    script = "if(typeof errorhandle_=='function') {errorhandle_('', {});}"
    return xml(f'{words}<script type="text/javascript" reload="1">{script}</script>')


def xml(inner: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<root><![CDATA[{inner}]]></root>'


def _boxes(said: Sequence[str], page: int) -> str:
    return "".join(map(_box, said[::-1][(page - 1) * SHOWN : page * SHOWN]))


def _box(text: str) -> str:
    # the same in each page, whichever others came or went
    number = sum(text.encode()) % 1000
    at = datetime(2023, 3, 14, 10) + timedelta(minutes=number)
    who = f'<a href="home.php?mod=space&amp;uid={30 + number}" class="xi2 xw1">点评的{number}</a>'
    return f"""<div class="pstl xs1 cl">
<div class="psta vm"><img src="avatar.php?uid={30 + number}&size=small">{who}</div>
<div class="psti">{text}&nbsp;<span class="xg1">发表于 {at:%Y-%m-%d %H:%M}</span></div>
</div>
"""
