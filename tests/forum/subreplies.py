"""Replies within a floor (楼中楼), as plugins and skins send them, round words of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """An entry; a guest has no number."""

    words: str
    name: str = "半壶老酒"
    uid: int | None = 22
    date: str = "2023-03-14 10:02"


def folding(pid: int, shown: Sequence[Said], folded: Sequence[Said] = (), back: int = 0) -> str:
    """The plugin cack_lzl: what is beyond the first entries is there, hidden by a style.

    ``back``: so many more it says there are than it sends.
    """
    more = (
        f'<p class="lzl_more"><span>还有{len(folded) + back}条回复，</span>'
        f"""<a onclick="gdhfckDiv(this,'{pid}')" class="j_lzl_m">展开/收起</a></p>"""
    )
    return f"""<style>.lzl_cnt {{ width: 94%; }}</style><script>
function linkfoldDiv(divObj,pid) {{ $("#lzl_view_list_509").css("display", "none"); }}
</script><div class="core_reply_tail "><div class="j_lzl_r p_reply"><span class="lzl_link_fold" \
onclick="sqhfckDiv(this,'{pid}')" id="lzl_link_fold_{pid}" style="display:">收起回复</span></div></div>
<div class="lzl_view_list" id="lzl_view_list_{pid}" style="">
<ul class="j_lzl_m_w">
{"".join(_folding_entry(pid, said) for said in shown)}
<!--<li class="lzl_li_pager j_lzl_l_p"><a class="j_lzl_p" href="##">我也说一句</a></li>-->
</ul>
<ul class="j_lzl_m_w"" id="lzl_view_list_gdhf_{pid}" style="display: none;" >
{"".join(_folding_entry(pid, said) for said in folded)}</ul>
<div class="" id="lzl_view_post_{pid}">
<form id="" method="post" action="plugin.php?id=cack_lzl:post" name="" id="lzl_post_{pid}">
<input type="hidden" name="formhash" value="0a1b2c3d">
<div align="center"><textarea name="message" class="lzl_view_lchf_{pid}"></textarea></div>
{more if folded or back else ""}
<button type="submit" name="searchsubmit" id="scbar_btn" sc="1"  value="true">\
<strong class="lzl_panel_btn">发表</strong></button>
</form>
</div>
</div>
"""


def _folding_entry(pid: int, said: Said) -> str:
    report = f"plugin.php?id=cack_lzl:post&amp;mod=report&amp;lzlid=77&amp;tid=4711&amp;pid={pid}"
    return f"""<li>
<div><img class="avatar" src="uc_server/avatar.php?uid={said.uid}&size=small" alt=""></div>
<div class="lzl_cnt">
<a href="space-uid-{said.uid}.html" target="_blank">{said.name}</a>&#58;\
<span class="lzl_content_main">{said.words}</span>
<div class="lzl_content_reply"><span class="lzl_time">{said.date}</span> \
<a onClick="return confirm('确定举报?');" href="{report}" >举报</a>\
<a href="javascript:;" onclick="lchfckDiv(this,'{pid}','{said.name}')" class="lzl_s_r">回复</a></div>
</div>
</li>

"""


def paging(pid: int, said: Sequence[Said], back: int = 0) -> str:
    """The plugin dxksst_floor: what is beyond the first entries comes by AJAX."""
    entries = "".join(
        f"""<li id="dxksst_floor_li_{number}">
<a href='home.php?mod=space&uid={each.uid}'>
<em style="font-size: 14px!important;color: #009AFF">
<!--<img class="dxksst_avatar" src="avatar.php?uid={each.uid}" alt='{each.name}'>-->
&nbsp;{each.name}
</em>
</a>
<em style="font-size: 14px">: {each.words}</em>
<div align="left" class="ddd_152">
<em style="color:#81828c;font-size: 11px!important;line-height: 18px ">&nbsp;&nbsp;{each.date}&nbsp;</em>
<em>
<a href="javascript:;" onclick="dxksst_reply({pid},'{each.name}',{each.uid});">回复</a>
</em>
</div>
</li>
"""
        for number, each in enumerate(said, 1)
    )
    left = (
        f'<a href="javascript:;" id="dxksst_left_message_{pid}" onclick="showleft({pid});return false;">'
        f"还有{back}条回复，点击查看</a>"
    )
    return f"""<div align="right">
<div class="dxksst_floor" align="left">
<table width="100%"><tr><td >&nbsp;</td><td bgcolor="#eee" align="center" width="80px;">\
<a href="javascript:;"  onclick="dxksst_toggle_main('{pid}')"><font id="dxksst_floor_message_{pid}">收起</font></a>\
<font>({len(said) + back})</font></td></tr></table>
<div id="dxksst_floor_{pid}" style="background-color:#eee;" >
<ul  style='margin-bottom:5px; overflow:hidden;'>
<div id="dxksst_page_{pid}">
{entries}<div id="dxksst_left_{pid}"></div>
</div>
<li style="border-bottom:0px" ><table width="100%" border="0"><tr><td>
{left * bool(back)}
<div id="dxksst_pagenum_{pid}"></div></td>
<td align="right"><a href="javascript:;" onclick="showreplymodule({pid});"><p class="dxksst_showreply">回复</p></a></td>
</tr></table></li>
<form id="dxksst_floor_form_{pid}"  method="post" action="plugin.php?id=dxksst_floor:ajax&amp;type=reply">
<li id='dxksst_reply_module_{pid}' style="display:none;">
<textarea name="message" id="dxksst_floor_reply_{pid}"></textarea>
<button type="submit" class="dxksst_submit"><span >发表</span></button></li>
</form>
</ul>
</div>
</div>
</div>
"""


def rows(said: Sequence[Said]) -> str:
    """What a skin for phones has in Discuz's box of comments (`div#comment_PID.mv_lzl`)."""
    entries = "".join(
        '<li>\n<div class="mv_lzl_li cl">\n<span class="s1">'
        + (
            f'<a href="home.php?mod=space&uid={each.uid}">{each.name}<i>楼主</i>：</a>'
            if each.uid
            else "游客"
        )
        + f'</span><span class="s2">{each.words}</span>\n<span class="s3">{each.date}</span>\n</div>\n</li>\n'
        for each in said
    )
    return f"<em></em>\n<ul>\n{entries}</ul>"


def lines(said: Sequence[Said]) -> str:
    """Another one, without dates (`div.n5sq_dplb`)."""
    entries = "".join(
        '<div class="dplb_dpsj cl">\n'
        + (
            f'<a href="home.php?mod=space&uid={each.uid}&do=profile" class="xi2 xw1">{each.name} : </a>'
            if each.uid
            else "<a>游客 :</a>"
        )
        + f"\n{each.words}\n</div>\n"
        for each in said
    )
    return f'{entries}<a href="javascript:;" class="n5sq_dpzk cl">展开</a>'


def nameless(said: Sequence[Said]) -> str:
    """A third, whose names lead nowhere (`div.reply_result`)."""
    return "".join(
        f'<div id="comment1_{number}">\n<div class="nickname">{each.name}</div>\n'
        f'<div class="discuss_message">{each.words}</div>\n'
        f'<div class="discuss_extra_info">{each.date}</div>\n</div>\n'
        for number, each in enumerate(said, 1)
    )
