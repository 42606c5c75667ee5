"""Small pieces of markup, each as Discuz sends it, and the words that stay."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.context import Context
from crawler.discuz.dates import DEFAULT_ZONE, Clock
from crawler.discuz.document import build_tree
from crawler.discuz.facts import Body
from crawler.discuz.post.body import read_body

CONTEXT = Context("http://b.example/bbs/", Clock(datetime(2024, 5, 7, 18, 21, tzinfo=DEFAULT_ZONE)))


def body_of(markup: str) -> Body:
    root, _ = build_tree(f"<table><tr><td id=x>{markup}</td></tr></table>")
    cell = next(element for element in root.iter("td") if element.get("id") == "x")
    return read_body(cell, CONTEXT)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("一行", "一行"),
        ("一<br />\r\n二<br />\r\n<br />\r\n三", "一\n二\n\n三"),
        ("一<br /><br /><br /><br />二", "一\n\n二"),
        ("&nbsp; &nbsp; 缩进", "    缩进"),
        ("　　全角缩进", "　　全角缩进"),
        ("a\r\n   b", "a b"),
        ('<div align="center">中</div><div align="right">右</div>', "中\n右"),
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("<ul><li>竹<li>绳<br />\n</ul>后", "竹\n绳\n后"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ('前<hr class="l" />后', "前\n后"),
        # both forms of anti-copy noise, tails kept
        ('一<font class="jammer">9 Z% r$</font><br />二', "一\n二"),
        ('一<br />\r\n<span style="display:none">3 C+ q(</span>二', "一\n二"),
        ('一<font style="font-size:0px;color:#FFF">x y</font>二', "一二"),
        ('<font style="font-size:0.9em">小字</font>', "小字"),
        # the author's words that look like the forum's
        ("本帖最后由 张三 于 2010-1-1 00:00 编辑", "本帖最后由 张三 于 2010-1-1 00:00 编辑"),
        ("查看: 1|回复: 2 复制代码 下载附件", "查看: 1|回复: 2 复制代码 下载附件"),
        ("&lt;div class=quote&gt;", "<div class=quote>"),
        ("H[sub]2[/sub]O", "H[sub]2[/sub]O"),
        # smilies leave no gap
        (
            '好 <img src="static/image/smiley/default/smile.gif" smilieid="1" alt=":)" />，走',
            "好，走",
        ),
        ('好 <img src="static/image/smiley/x.gif" smilieid="1" /> 走', "好 走"),
        # furniture of the forum and of plugins
        ('<div class="a_pr"style="margin:0"><a href="http://ad/">买</a></div>文', "文"),
        ('<div class="attach_nopermission attach_tips"><p>您需要 <a>登录</a></p></div>文', "文"),
        ('<span class="DzHoverPop">弹窗</span>文', "文"),
        ("文<style>.x{}</style><script>alert(1)</script><noscript>请开</noscript>", "文"),
        ('文<div id="copyright">版权</div>', "文"),
        ('<i class="pstatus"> 本帖最后由 甲 于 2017-6-1 10:20 编辑 </i><br />文', "文"),
        ('<a class="relatedlink" href="http://x/">词</a>语', "词语"),
        # quotes
        ('<div class="quote"><blockquote>自己的框</blockquote></div>文', "自己的框\n文"),
        (
            '<div class="quote"><blockquote><font size="2"><a href="forum.php?mod=redirect&amp;'
            'goto=findpost&amp;pid=9&amp;ptid=1"><font color="#999999">甲 发表于 2024-5-6 08:20'
            "</font></a></font><br />\n话</blockquote></div><br />\n答",
            "答",
        ),
        (
            '<div class="quote"><blockquote>引用：原帖由 <i>甲</i> 于 2008-1-1 10:00 发表<br />话'
            "</blockquote></div>答",
            "答",
        ),
        (
            '<div class="quote"><blockquote>原帖由 <i>甲</i> 于 2008-1-1 10:00 发表<br />话'
            "</blockquote></div>答",
            "答",
        ),
        # hidden, shown, secret
        ('前<div class="locked">游客，如果您要查看本帖隐藏内容请<a>回复</a></div>后', "前\n后"),
        ('<div class="showhide"><h4>本帖隐藏的内容</h4>钥匙</div>', "钥匙"),
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
        ("\x1b[31m红\x07", "[31m红"),
        (
            '见<span id="attach_5"><a href="forum.php?mod=attachment&amp;aid=5">图.zip</a>'
            '<em class="xg1">(212 Bytes, 下载次数: 5)</em></span>。',
            "见。",
        ),
    ],
)
def test_text(markup: str, text: str) -> None:
    assert body_of(markup).text == text


def test_a_quote_tells_whom_and_what() -> None:
    body = body_of(
        '<div class="quote"><blockquote><a href="x?goto=findpost&amp;pid=9&amp;ptid=1">甲 发表于 '
        "2024-5-6 08:20</a><br />\n第一行<br />\n第二行</blockquote></div>答"
    )
    (quote,) = body.quotes
    assert (quote.author, quote.post_id, quote.text) == ("甲", "9", "第一行\n第二行")
    assert quote.date is not None
    assert quote.date.value.isoformat() == "2024-05-06T08:20:00+08:00"
    assert body.links == ()


def test_what_a_quote_links_and_shows_is_the_other_posts() -> None:
    inner = '<a href="http://x.example/">网</a><img src="http://p.example/a.png" />'
    attributed = (
        '<a href="http://own.example/">自</a><div class="quote"><blockquote>甲 发表于 2024-5-6 '
        f"08:20<br />{inner}</blockquote></div>答"
    )
    body = body_of(attributed)
    assert [link.url for link in body.links] == ["http://own.example/"]
    assert body.images == ()
    framed = body_of(f'<div class="quote"><blockquote>{inner}</blockquote></div>答')
    assert (len(framed.links), len(framed.images)) == (1, 1)


@pytest.mark.parametrize(
    ("inner", "is_quote"),
    [
        ('<a href="?goto=findpost&amp;pid=9">甲 发表于 2024-5-6 08:20</a><br />话', True),
        ('<a href="?goto=findpost&amp;pid=9">甲说</a><br />话', True),
        ('<a href="?mod=viewthread&amp;tid=1#pid9">1楼</a><br />话', True),
        ("甲 发表于 2024-5-6 08:20<br />话", True),
        ('目录<br /><a href="?goto=findpost&amp;pid=9">第一章</a>', False),
        (
            '<a href="?goto=findpost&amp;pid=9">第一章</a> <a href="?goto=findpost&amp;pid=8">二</a>',
            False,
        ),
        ('<a href="http://shop.example/?pid=9">便宜</a><br />话', False),
        ("甲 发表于 心情很好的时候<br />话", False),
    ],
)
def test_which_frames_quote(inner: str, is_quote: bool) -> None:
    body = body_of(f'<div class="quote"><blockquote>{inner}</blockquote></div>答')
    assert bool(body.quotes) is is_quote
    assert ("话" in body.text or "章" in body.text) is not is_quote


@pytest.mark.parametrize(
    ("markup", "text", "answered"),
    [
        (
            '<strong>回复 <a href="forum.php?mod=redirect&amp;goto=findpost&amp;pid=9&amp;ptid=1">2#'
            "</a> <i>甲</i> </strong><br />\n好",
            "好",
            ["9"],
        ),
        # typed by hand, or about another link: the author's words
        ("<strong>回复 2# 甲</strong><br />\n好", "回复 2# 甲\n好", []),
        (
            '见 <a href="x?goto=findpost&amp;pid=7">这里</a><br /><strong>回复 2# 甲</strong>好',
            "见 这里\n回复 2# 甲好",
            [],
        ),
        (
            '<strong>回复 <a class="relatedlink" href="x?pid=9">2#</a> 甲</strong>好',
            "回复 2# 甲好",
            [],
        ),
    ],
)
def test_an_old_reply_line(markup: str, text: str, answered: list[str]) -> None:
    body = body_of(markup)
    assert body.text == text
    assert [quote.post_id for quote in body.quotes] == answered


def test_smilies_and_pictures_keep_their_places() -> None:
    body = body_of(
        '一<img smilieid="1" src="s.gif" alt=":)" />二<img src="http://p.example/a.png" />'
    )
    assert [block.kind for block in body.blocks] == ["text", "smiley", "text", "image"]
    assert body.blocks[1].text == ":)"


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ('src="static/image/common/none.gif" file="data/a.jpg"', "http://b.example/bbs/data/a.jpg"),
        (
            'src="static/image/common/none.gif" zoomfile="data/a.jpg" file="data/a.jpg.thumb.jpg"',
            "http://b.example/bbs/data/a.jpg",
        ),
        ('file="http://p.example/l.jpg" lazyloadthumb="1"', "http://p.example/l.jpg"),
        ('src="https://p.example/x.png"', "https://p.example/x.png"),
        ('src="static/image/filetype/zip.gif"', None),
        ('src="javascript:alert(1)"', None),
    ],
)
def test_pictures(attributes: str, url: str | None) -> None:
    assert [image.url for image in body_of(f"<img {attributes} />").images] == (
        [url] if url else []
    )


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
        ("别的什么", "no_permission"),
    ],
)
def test_access(notice: str, access: str) -> None:
    body = body_of(f'字<div class="locked">{notice}</div>')
    assert body.access == access
    assert body.text == "字"
    assert body.notices == (notice,)


def test_a_quote_nested_a_thousand_deep_keeps_its_words() -> None:
    body = body_of(
        '<div class="quote"><blockquote>' * 300 + "底" + "</blockquote></div>" * 300 + "面"
    )
    assert body.text == "底\n面"


@pytest.mark.parametrize("outer", ["spoiler", "quote"])
def test_spoilers_deeper_than_containers_are_counted_lose_nothing(outer: str) -> None:
    body = body_of(
        f'<div class="{outer}">' * 31
        + '<div class="spoiler">甲</div>' * 3
        + '<div class="spoiler">' * 9
        + '乙<i style="display:none">丙</i>'
        + "</div>" * 40
        + '<i style="display:none">丁</i>面'
    )
    assert body.text == "甲\n甲\n甲\n乙丙\n面"


words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40
)


@given(st.lists(words, max_size=8))
def test_plain_words_come_out_as_they_went_in(lines: list[str]) -> None:
    """What Discuz makes of plain text (nl2br, &nbsp;) gives the text back, white space aside."""
    markup = "<br />\r\n".join(
        line.replace("&", "&amp;").replace("<", "&lt;").replace("  ", "&nbsp; ") for line in lines
    )
    wanted = "".join("".join(lines).replace("\ufeff", "").split())
    assert "".join(body_of(markup).text.split()) == wanted
