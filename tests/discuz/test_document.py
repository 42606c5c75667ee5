"""Bytes → text → tree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.decoding import decode
from crawler.discuz.document import build_tree, build_xml, read_document
from tests.forum.desktop import Thread
from tests.pages import first, replies

SEEN = datetime(2024, 5, 7, 18, 21, tzinfo=UTC)

SIMPLE = "<p>抱歉，指定的主题不存在，或已被删除。请登录后回复。的一是不</p>" * 3
FULL = "<p>抱歉，指定的主題不存在，或已被刪除。請登錄後回覆。的一是不</p>" * 3


@pytest.mark.parametrize(
    ("text", "codec", "declared", "encoding"),
    [
        (SIMPLE, "utf-8", "utf-8", "utf-8"),
        (SIMPLE, "utf-8", "gbk", "utf-8"),
        (SIMPLE, "utf-8", "", "utf-8"),
        (SIMPLE, "gbk", "gbk", "gbk"),
        (SIMPLE, "gbk", "GB2312", "gbk"),
        (SIMPLE, "gbk", "utf-8", "gbk"),
        (SIMPLE, "gbk", "", "gbk"),
        (SIMPLE + "㐀𠀀", "gb18030", "gb18030", "gbk"),
        (FULL, "big5", "big5", "big5"),
        (FULL, "big5", "", "big5"),
        (FULL, "big5", "utf-8", "big5"),
        (FULL, "big5", "gbk", "big5"),
        (SIMPLE, "utf-8-sig", "gbk", "utf-8"),
        (SIMPLE, "utf-16", "", "utf-16-le"),
        ("<p>plain</p>", "ascii", "gbk", "utf-8"),
    ],
)
def test_the_bytes_decide_before_what_is_declared(
    text: str, codec: str, declared: str, encoding: str
) -> None:
    content_type = f"text/html; charset={declared}" if declared else ""
    assert decode(text.encode(codec), content_type) == (text, encoding)


@pytest.mark.parametrize("before", [0, 3000, 30000])
def test_a_meta_is_found_however_late(before: int) -> None:
    page = f"<head>{'x' * before}<meta charset=gbk></head>\u7075\u5149"
    assert decode(page.encode("gbk"))[0] == page


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_one_broken_byte_costs_a_few_characters(codec: str) -> None:
    """In GBK what follows may be read askew, but no further than to the next ASCII sign."""
    body = bytearray((SIMPLE * 4).encode(codec))
    body[9] = 0xFF
    text, encoding = decode(bytes(body), f"text/html; charset={codec}")
    assert encoding == codec
    assert "\ufffd" in text
    assert text.endswith(SIMPLE[40:] + SIMPLE * 3)


NOTICE = "抱歉，本版块只有特定用户组可以访问"
PLUGIN = SIMPLE.encode() + b"<p>" + "广告招租，电话联系".encode("gbk") + b"</p>"
READ = SIMPLE + "<p>广告招租，电话联系</p>"
CUT = b"<i title=x>" + "灯亮了好多人".encode()[:-1] + b"</i>" + SIMPLE.encode()


@pytest.mark.parametrize(
    ("body", "declared", "text", "encoding"),
    [
        # a plugin's block in GBK, a title that was cut within a sign, emoji as two halves
        (PLUGIN, "utf-8", READ, "utf-8"),
        (PLUGIN, "", READ, "utf-8"),
        (CUT, "utf-8", "<i title=x>灯亮了好多\ufffd</i>" + SIMPLE, "utf-8"),
        ("灯".encode() + b"\xed\xa0\xbd\xed\xb8\x80", "utf-8", "灯😀", "utf-8"),
        # short pages without one of the commonest signs
        ("版塊限制訪問".encode("big5"), "big5", "版塊限制訪問", "big5"),
        (NOTICE.encode("gbk"), "gbk", NOTICE, "gbk"),
        (b"\x80 5" + SIMPLE.encode("gbk"), "gbk", "€ 5" + SIMPLE, "gbk"),
    ],
)
def test_what_is_declared_and_nearly_fits_wins(
    body: bytes, declared: str, text: str, encoding: str
) -> None:
    content_type = f"text/html; charset={declared}" if declared else ""
    assert decode(body, content_type) == (text, encoding)


def test_halves_of_signs_are_joined() -> None:
    page = read_document("<p>灯&#55357;&#56832;</p>".encode(), url="", seen_at=datetime.now(UTC))
    assert "".join(map(str, page.root.itertext())) == "灯😀"


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_are_decoded_and_parsed(body: bytes, content_type: str) -> None:
    page = read_document(
        body, url="", seen_at=datetime.now(UTC), headers={"Content-Type": content_type}
    )
    assert page.root.tag is not None
    assert page.is_cut in (True, False)


@pytest.mark.parametrize("tag", ["font", "div", "strong", "table><tr><td", "ul><li", "blockquote"])
@pytest.mark.parametrize("depth", [200, 2500, 20000])
def test_what_stands_behind_a_deep_nest_is_not_lost(tag: str, depth: int) -> None:
    name = tag.partition(">")[0]
    deep = f"<{tag}>" * depth + "深" + f"</{name}>" * depth
    root, is_too_deep = build_tree(f"<div>{deep}</div><p id='x'>后面</p>")
    assert not is_too_deep
    assert "深" in "".join(map(str, root.itertext()))
    assert [part.get("id") for part in root.iter("p")] == ["x"]


@pytest.mark.parametrize("start", ["<div>", '<div id="a">', '<b class="a">', "<table><tr><td>"])
def test_no_tree_of_a_large_page_is_deep(start: str) -> None:
    """Each level of nesting costs readers the whole page once more."""
    root, is_too_deep = build_tree(start * 100_000)
    deepest = max(sum(1 for _ in part.iterancestors()) for part in list(root.iter())[-300:])
    assert deepest <= 256
    assert is_too_deep is ("id=" in start)


def test_unclosed_paragraphs_and_rows_are_not_deep() -> None:
    """They end by themselves: what stands behind hundreds of them keeps its tags."""
    flat = "<table><tr><td><p>一" + "<tr><td><p>二" * 400 + "</table>" + "<b>" * 300 + "</b>" * 300
    root, is_too_deep = build_tree(flat + '<div class="quote"><blockquote>三</blockquote></div>')
    assert not is_too_deep
    assert len(list(root.iter("td"))) == 401
    assert [part.text for part in root.iter("blockquote")] == ["三"]


def test_noise_stays_marked_however_deep_it_is() -> None:
    root, _ = build_tree("<div>" * 400 + '<font class="jammer">9 Z% r$</font>')
    assert [part.get("class") for part in root.iter("font")] == ["jammer"]


@pytest.mark.parametrize("tag", ["</br>", "</BR>", "</br >", "</br/>", "<br>"])
def test_the_end_tag_of_a_break_breaks_the_line(tag: str) -> None:
    root, _ = build_tree(f"<div>甲{tag}乙</div>")
    assert [part.tail for part in root.iter("br")] == ["乙"]


@pytest.mark.parametrize("tags", ["</body>", "</html>", "</BODY></HTML>", "</body >\n</html>"])
def test_a_page_goes_on_behind_its_end(tags: str) -> None:
    """As a post does into which somebody pasted a whole page."""
    root, _ = build_tree(f"<body><table><tr><td>甲{tags}乙<b>丙</b></td><td>丁</td></tr></table>")
    assert ["".join("".join(map(str, cell.itertext())).split()) for cell in root.iter("td")] == [
        "甲乙丙",
        "丁",
    ]


@pytest.mark.parametrize(
    ("feed", "titles"),
    [
        ("<rss><channel><item><title>夜市</title></item></channel></rss>", ["夜市"]),
        ("<rss><item><title>夜市</title></item><item><title>断", ["夜市", "断"]),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><title>&a;</title></rss>', [None]),
        ("", []),
        ("不是", []),
    ],
)
def test_feeds(feed: str, titles: list[str | None]) -> None:
    assert [part.text for part in build_xml(feed).iter("title")] == titles


@pytest.mark.parametrize("markup", ["", "  ", "<!-- -->", "<?xml version='1.0'?>"])
def test_a_page_without_elements_has_an_empty_tree(markup: str) -> None:
    root, is_too_deep = build_tree(markup)
    assert (root.tag, len(root), is_too_deep) == ("html", 0, False)


def test_a_page_that_was_cut_says_so() -> None:
    def is_cut(text: str) -> bool:
        return read_document(text.encode(), url="", seen_at=datetime.now(UTC)).is_cut

    assert not is_cut("<html><body></body></html>")
    assert not is_cut("<HTML><BODY></BODY>")
    assert is_cut("<html><body><p>ab")


@pytest.mark.parametrize(
    "said", ["<!-- </html> -->", "<script>document.write('</body></html>')</script>"]
)
def test_an_end_that_is_none_does_not_hide_that_a_page_is_cut(said: str) -> None:
    """A template's comment, a script, or what a post quotes."""
    page = str(Thread([first(900, "灯亮了"), *replies(901, "坐等", "好")]))
    page = page.replace("<body", f"{said}<body", 1)
    whole = read_document(page.encode(), url="", seen_at=SEEN)
    cut = page[: page.rindex("postmessage_902") + 40]
    assert not whole.is_cut
    assert read_document(cut.encode(), url="", seen_at=SEEN).is_cut


def other_page(charset: str, words: str) -> bytes:
    return f'<html><meta charset="{charset}"><title>{words}</title></html>'.encode(charset)


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("shift_jis", "夜市が開いた、灯がついた"),
        ("euc-kr", "야시장이 열렸다"),
        ("windows-1251", "Ночной рынок открыт"),
        ("iso-8859-1", "José Müller schläft"),
    ],
)
def test_a_page_of_another_language_is_read_as_declared(charset: str, words: str) -> None:
    text, encoding = decode(other_page(charset, words))
    assert (words in text, encoding) == (True, charset)


def test_what_a_server_declares_by_default_is_no_encoding() -> None:
    page = "<title>河湾夜市灯火通明</title>".encode("gbk")
    assert decode(page, "text/html; charset=iso-8859-1")[1] == "gbk"


def test_the_mark_of_one_file_is_not_that_of_the_page() -> None:
    """A script of the forum was saved with a byte order mark; its page is in GBK all the same."""
    text, encoding = decode(b"\xef\xbb\xbf" + other_page("gbk", "这是旧码头的主题"))
    assert ("这是旧码头的主题" in text, encoding) == (True, "gbk")


def test_a_block_of_utf8_in_a_page_of_gbk() -> None:
    page = other_page("gbk", "这是旧码头的主题") + "<p>插件的公告</p>".encode()
    assert "<p>插件的公告</p>" in decode(page)[0]
    # two signs of GBK may look like UTF-8
    short = other_page("gbk", "这是旧码头的主题") + "<p>联通</p>".encode("gbk")
    assert "<p>联通</p>" in decode(short)[0]
