"""What each element of a cell leaves of itself."""

from __future__ import annotations

from typing import get_args

import pytest

from crawler.discuz.blocks import (
    Code,
    File,
    Folded,
    Framed,
    Heading,
    List,
    Media,
    Paragraph,
    Picture,
    Rule,
    Table,
    Withheld,
)
from crawler.discuz.post.markup.meanings import BY_CLASS
from crawler.discuz.post.noise import Meaning
from tests.forum.cells import FINDPOST, UNKNOWN_NAMES, body_of, content_of, framed


def test_every_meaning_of_a_class_has_a_row() -> None:
    assert set(BY_CLASS) == set(get_args(Meaning))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # lines
        ('<div align="center">中</div><div align="right">右</div>', "中\n右"),
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("<h3>题</h3>文", "题\n文"),
        ('前<hr class="l" />后', "前\n后"),
        ("<u>甲</u><s>乙</s><font color=red>丙</font>", "甲乙丙"),
        # lists and tables
        ("<ul><li>竹<li>绳<br />\n</ul>后", "- 竹\n- 绳\n后"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<table><tr><th>a</th><td>b</td></tr></table>后", "a\tb\n后"),
        # containers
        ('<div class="quote"><blockquote>自己的框</blockquote></div>文', "自己的框\n\n文"),
        ('<div class="showhide"><h4>本帖隐藏的内容</h4>钥匙</div>', "钥匙"),
        ("<h4>题</h4>文", "题\n文"),
        (
            '<div class="spoiler"><input type="button" value="看" /><div style="display:none">谜底'
            "</div></div>",
            "谜底",
        ),
        (
            '<div class="blockcode"><div id="code_x"><ol><li>if a:<br />\n<li>&nbsp; &nbsp; b<br />'
            "\n</ol></div><em onclick=\"copycode($('code_x'));\">复制代码</em></div>",
            "if a:\n    b",
        ),
        ("<em>复制代码</em>", "复制代码"),
        # what the forum says
        ('<i class="pstatus"> 本帖最后由 甲 于 2017-6-1 10:20 编辑 </i><br />文', "文"),
        ('前<div class="locked">游客，如果您要查看本帖隐藏内容请<a>回复</a></div>后', "前\n后"),
        # smilies leave no gap
        (
            '好 <img src="static/image/smiley/default/smile.gif" smilieid="1" alt=":)" />，走',
            "好，走",
        ),
        ('好 <img src="static/image/smiley/x.gif" smilieid="1" /> 走', "好 走"),
        # files
        (
            '见<span id="attach_5"><a href="forum.php?mod=attachment&amp;aid=5">图.zip</a>'
            '<em class="xg1">(212 Bytes, 下载次数: 5)</em></span>。',
            "见。",
        ),
        ("<span>字</span>", "字"),
        # scripts, forms, styles
        ("文<style>.x{}</style><script>alert(1)</script><noscript>请开</noscript>", "文"),
        ("<button>赞</button><textarea>稿</textarea>文", "文"),
        ('<a class="relatedlink" href="http://x/">词</a>语', "词语"),
        ("<video><source src=http://v.example/x.mp4></video>文", "文"),
    ],
)
def test_text(markup: str, text: str) -> None:
    assert body_of(markup).text == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        # what a browser shows
        ("甲<label>现</label>乙", "甲现乙"),
        ('甲<label for="x">选</label>乙', "甲乙"),
        ("甲<label><input type=radio> 选</label>乙", "甲乙"),
        ("甲<object data=x.swf>没有插件</object>乙", "甲没有插件乙"),
        # and what it does not
        ("甲<span hidden>藏</span>乙", "甲乙"),
        ('<div class="spoiler">甲<span hidden>藏</span></div>', "甲藏"),
        ("甲<video src=http://v.example/x>你的浏览器不支持</video>乙", "甲乙"),
        ("甲<canvas>无</canvas><template>空</template><progress>9</progress>乙", "甲乙"),
        ("甲<dialog>藏</dialog><dialog open>现</dialog>乙", "甲\n现\n乙"),
        ("甲<noembed>藏</noembed>乙", "甲乙"),
        ("甲<svg>藏<path d='M0 0'/></svg>乙", "甲乙"),
        ("甲<svg><text>现</text></svg>乙", "甲现乙"),
        ("甲<slot>现</slot>乙", "甲现乙"),
        # lines of their own
        ("甲<option>一<option>二</option>乙", "甲\n一\n二\n乙"),
        ("甲<select><option>一<option>二</select>乙", "甲乙"),
        ("<fieldset><legend>题</legend>文</fieldset>", "题\n文"),
        ("甲<address>一</address>乙", "甲\n一\n乙"),
        (
            '甲<span style="display:block">一</span><a style="display: BLOCK">二</a>乙',
            "甲\n一\n二\n乙",
        ),
        (
            '甲<br style="clear:both"><span style="float:left;margin-right:5px">浮</span>乙',
            "甲\n浮\n乙",
        ),
        # and none
        (
            '甲<div style="display:inline">一</div><p style="display:inline-block">二</p>乙',
            "甲一二乙",
        ),
        # as it was typed
        ("<pre>一\n  二\n\n\n三\tx</pre>后", "一\n  二\n\n\n三\tx\n\n后"),
        ('<div style="white-space: pre-wrap">一\n  二</div>后 后', "一\n  二\n后 后"),
        ('<p style="white-space:pre-line">一 \t 二\n  三</p>后', "一 二\n三\n后"),
        ('<div style="white-space:pre"><ul><li>一\n二</ul></div>', "- 一\n  二"),
        ('<pre style="white-space:normal">一\n  二</pre>', "一 二"),
        ('<div class="blockcode">x<pre>\n  a\n    b</pre></div>', "x\n  a\n    b"),
        # white space of neighbours is one space, if nobody typed a no-break one
        ("一 <b> 二</b>", "一 二"),
        ("四 <i> </i>五", "四 五"),
        ("一 <u> 二</u>&nbsp; 三", "一 二  三"),
        ("<ul><li>一 <b> 二</b></ul>", "- 一 二"),
        # emoji that are pictures
        (
            '好<img src="http://x.example/1f600.png" class="emoji" alt="\U0001f600" />啊',
            "好\U0001f600啊",
        ),
        # controls whose script was lost
        (
            '<div class="blockcode"><div><ol><li>a = 1</ol></div><em>复制代码</em></div>后',
            "a = 1\n\n后",
        ),
        ("<em>复制代码</em>我打的", "复制代码我打的"),
        # boxes of the author's own that are called as Discuz's are
        ('<div class="media">我拍的<a href="http://v.example/x">短片</a></div>', "我拍的短片"),
        ("甲<ignore_js_op><em>字</em></ignore_js_op>乙", "甲字乙"),
        ('甲<span id="attach_5">字</span>乙', "甲字乙"),
        ('甲<dl class="tattl">字</dl>乙', "甲\n字\n乙"),
        ('甲<i class="pstatus">字</i>乙', "甲\n字\n乙"),
        ('<i class="pstatus">Last edited by 甲 at 2017-6-1 10:20</i>乙', "乙"),
    ],
)
def test_what_is_shown(markup: str, text: str) -> None:
    assert body_of(markup).text == text


@pytest.mark.parametrize(
    ("markup", "earlier"),
    [
        ("一 <b> 二</b>", "一  二"),
        ("四 <i> </i>五", "四  五"),
        ("<ul><li>一 <b> 二</b></ul>", "一  二"),
        ("一 <b>二</b>", None),
    ],
)
def test_a_text_with_spaces_less_tells_its_earlier_one(markup: str, earlier: str | None) -> None:
    assert body_of(markup).earlier_text == earlier


def test_a_quote_keeps_its_spaces_and_so_the_hash_of_its_post() -> None:
    named = '<font color="#999999">甲 发表于 2017-6-1 10:20</font><br />'
    [quote] = body_of(framed(f"{named}一 <b> 二</b>")).quotes
    assert quote.text == "一  二"
    assert body_of(framed("一 <b> 二</b>")).text == "一 二"


def test_code_tells_its_language() -> None:
    [block] = body_of('<pre><code class="language-Python">x</code></pre>').blocks
    assert block == Code("x", "python")


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<div class="quote"><blockquote>框</blockquote></div>', Framed),
        ('<div class="blockcode"><ol><li>a</ol></div>', Code),
        ("<table><tr><td>a</td></tr></table>", Table),
        ("<ol><li>b</ol>", List),
        ('<div class="locked">此帖仅作者可见</div>', Withheld),
        ('<div class="showhide">钥匙</div>', Folded),
        ('<div class="spoiler">谜底</div>', Folded),
        ("<hr>", Rule),
        ("<h3>题</h3>", Heading),
        ("字", Paragraph),
    ],
)
def test_blocks(markup: str, kind: type) -> None:
    assert [type(block) for block in body_of(markup).blocks] == [kind]


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<img src="http://p.example/a.png">', Picture),
        ('<span id="attach_5"><a href="?mod=attachment&amp;aid=5">图.zip</a></span>', File),
        ("<video><source src=http://v.example/x.mp4></video>", Media),
        ('<div class="media"><a href="http://v.example/x">看</a></div>', Media),
    ],
)
def test_what_stands_in_a_line(markup: str, kind: type) -> None:
    assert [type(part) for part in content_of(body_of(markup))] == [kind]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<div class="qx"><blockquote>自己的框</blockquote></div>文', "自己的框\n\n文"),
        ('一<font class="qj">9 Z% r$ z) l</font><br />二', "一\n二"),
        ('<i class="qe"> 本帖最后由 甲 于 2017-6-1 10:20 编辑 </i>文', "文"),
        ('<div class="ql">此帖仅作者可见</div>文', "文"),
        ('<div class="qq">我的框</div>文', "我的框\n文"),
        ('一<font class="qj">字</font>二', "一字二"),
        ('一<font class="qj">an English word</font>二', "一an English word二"),
    ],
)
def test_text_where_classes_have_unknown_names(markup: str, text: str) -> None:
    assert body_of(markup, UNKNOWN_NAMES).text == text


@pytest.mark.parametrize(
    ("notice", "access"),
    [
        ("游客，如果您要查看本帖隐藏内容请回复", "hidden_reply"),
        ("游客，本帖隐藏的内容需要积分高于 200 才可浏览，您当前积分为 0", "hidden_credits"),
        ("以下内容需要积分高于 200 才可浏览", "visible"),
        ("您的体力大于 100，为您解锁内容", "visible"),
        ("此帖仅作者可见", "author_only"),
        ("提示: 该帖被管理员或版主屏蔽", "shielded"),
        ("提示: 作者被禁止或删除 内容自动屏蔽", "banned"),
        ("本主题需向作者支付 10 金钱 才能浏览", "paid"),
        ("本帖为密码帖 ，请输入密码", "password"),
        ("石桥卖花人，如果您要查看本帖隐藏内容请回复", "hidden_reply"),
        ("石桥卖花人，本帖隐藏的内容需要积分高于 200 才可浏览", "hidden_credits"),
        ("遊客，如果您要查看本帖隱藏內容請回覆", "hidden_reply"),
        ("游客，您需要登录后才能查看这里的内容", "no_permission"),
        ("抱歉，您的等级不够，无法浏览", "hidden_credits"),
    ],
)
def test_access(notice: str, access: str) -> None:
    body = body_of(f'字<div class="locked">{notice}</div>')
    assert body.access == access
    assert body.text == "字"
    assert body.notices == (notice,)


@pytest.mark.parametrize(
    "inner",
    [
        'Reply to see this: <a href="forum.php?mod=post&amp;action=reply&amp;tid=1">here</a>',
        '看完要付 <a href="forum.php?mod=misc&amp;action=pay&amp;tid=1">5 贝壳</a>',
        '会员可见 <a href="member.php?mod=logging&amp;action=login">登录</a>',
        '暗号 <input type="text" id="postpw_5" class="vm" />',
    ],
)
def test_a_box_with_a_way_to_what_it_withholds_is_the_forums(inner: str) -> None:
    body = body_of(f'字<div class="locked">{inner}</div>')
    assert body.access != "visible"
    assert (body.text, len(body.notices)) == ("字", 1)


@pytest.mark.parametrize(
    "inner",
    [
        "我自己画的框，看完请回复",
        "提示：下面是谜底，先别看",
        "本帖的密码在最后一行，抱歉让大家久等",
        "积分和等级说明",
        '<p>一段话</p><p>去<a href="http://shop.example/">店里</a>购买</p>',
        "以下内容是我去年写的",
        "游客多的时候，渡船要等",
        "字" * 300,
    ],
)
def test_an_authors_own_box_withholds_nothing(inner: str) -> None:
    box = body_of(f'前<div class="locked">{inner}</div>后')
    plain = body_of(f"前<div>{inner}</div>后")
    assert (box.access, box.notices) == ("visible", ())
    assert (box.text, box.links) == (plain.text, plain.links)


def test_links_are_the_authors_with_their_words() -> None:
    body = body_of(
        '<a href="http://x.example/">网&nbsp;站</a><a href="x.php">相对</a><a href="http://y/"></a>'
        '<a class="relatedlink" href="http://z.example/">词</a><a href="javascript:;">假</a>'
        f'<a href="{FINDPOST}9">那楼</a><a href="http://p.example/"><img src="http://i/1.jpg"></a>'
    )
    assert [(link.text, link.url) for link in body.links] == [
        ("网 站", "http://x.example/"),
        ("相对", "http://b.example/bbs/x.php"),
        ("那楼", "http://b.example/bbs/forum.php?mod=redirect&goto=findpost&ptid=1&pid=9"),
        ("http://p.example/", "http://p.example/"),
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param(
            "<table><tr><td></td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>",
            "\t乙\n丙\t丁",
            id="an empty first cell shifts its row",
        ),
        pytest.param(
            "<table><tr><td><p>甲</p></td><td><p>乙</p></td></tr></table>",
            "甲\t乙",
            id="a block in a cell ends its row",
        ),
    ],
)
def test_tables_keep_their_columns(markup: str, text: str) -> None:
    assert body_of(markup).text == text


def test_an_ordered_list_keeps_its_numbers() -> None:
    assert body_of("<ol><li>竹</li><li>绳</li></ol>").text == "1. 竹\n2. 绳"
