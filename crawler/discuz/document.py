"""Bytes and headers of one page → its text and its tree.

The only place that decodes a page and the only one that builds a tree. Each is done once a page,
the tree only when a reader asks for it.
"""

from __future__ import annotations

import codecs
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from lxml import etree

from crawler.discuz.site_rules import SiteRules

if TYPE_CHECKING:
    from lxml.etree import _Element

# A byte order mark speaks for itself (RFC 3629 §6, WHATWG Encoding "BOM sniff").
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Discuz! comes in three encodings. GB18030 contains GB2312 and GBK; HKSCS contains plain Big5.
_CODECS = {"utf-8": "utf-8", "gbk": "gb18030", "big5": "big5hkscs"}
_FAMILY = {
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "gbk": "gbk",
    "gb2312": "gbk",
    "gb18030": "gbk",
    "x-gbk": "gbk",
    "cp936": "gbk",
    "big5": "big5",
    "big5-hkscs": "big5",
    "cp950": "big5",
}
# Content-Type: text/html; charset=GB2312
_CHARSET_IN_HEADER = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
# <meta charset="gbk">, <meta … content="text/html; charset=gbk">, and Discuz's own
# script variable: charset = 'gbk'
_CHARSET_IN_PAGE = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([\w-]{3,12})")
# Some sites send kilobytes of scripts before the meta element; a browser looks at 1 KB only.
_CHARSET_WITHIN = 65536
# How many characters of a page are enough to know its encoding.
_SAMPLE = 8192
# Words of every Discuz page and of every Chinese sentence, in either script.
_COMMON = {"gbk": "的一不是主题帖回复登录", "big5": "的一不是主題帖回覆登錄"}

# libxml2 stops reading at 2,048 open elements, even with huge_tree: the rest of the page is lost.
_DEPTH_ERROR = 114  # XML_ERR_RESOURCE_LIMIT
_DEPTH_KEPT = 512
# <font face="x">   </ul>: the tags that posts are nested with
_NEST = re.compile(
    rb"<(/?)(font|span|div|b|strong|i|em|u|s|strike|big|small|sub|sup|center|blockquote|ul|ol|a"
    rb"|table|tbody|tr|td|th|section|article|p|ignore_js_op)\b([^<>]*)>",
    re.IGNORECASE,
)
# <td class="t_f" id="postmessage_9">
_HAS_ID = re.compile(rb"\bid\s{0,9}=", re.IGNORECASE)
# <div id="post_9">, <table id="pid9">: a new floor
_FLOOR = re.compile(rb"\bid\s{0,9}=\s{0,9}[\"']?(?:post_|pid)\d", re.IGNORECASE)

# what Discuz sets round an upload (discuzcode.htm)
_UPLOAD, _UPLOAD_END = "<ignore_js_op", "</ignore_js_op"


@dataclass(frozen=True)
class Document:
    """A page as it was received.

    ``text`` is the decoded ``body``, ``encoding`` one of utf-8, gbk, big5, utf-16-le, utf-16-be.
    ``headers`` have lower-case names. ``rules`` are those of the site, where it has some.
    ``is_explained``: somebody wants to know where the words of each post went.
    """

    url: str
    body: bytes
    text: str
    encoding: str
    seen_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    rules: SiteRules | None = None
    is_explained: bool = False

    @cached_property
    def root(self) -> _Element:
        """The tree of the whole page, without comments and processing instructions."""
        return build_tree(self.text)[0]

    @cached_property
    def is_cut(self) -> bool:
        """Whether the page was cut off on its way: neither html nor body is closed."""
        if self.text.rfind("</html") >= 0:
            return False
        tail = self.text[-65536:].lower()
        return "</html" not in tail and "</body" not in tail


def read_document(
    body: bytes,
    *,
    url: str,
    seen_at: datetime,
    headers: Mapping[str, str] | None = None,
    rules: SiteRules | None = None,
) -> Document:
    """Decode ``body``. Never raises; bytes that fit no encoding become U+FFFD."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    if rules and rules.charset:
        text, encoding = body.decode(_CODECS[rules.charset], "replace"), rules.charset
    else:
        text, encoding = decode(body, lower.get("content-type", ""))
    return Document(url, body, text, encoding, seen_at, lower, rules)


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and its encoding.

    A page that is valid UTF-8 is read as UTF-8, whatever was declared. Of the other encodings the
    declared one is taken (header, then page) if its text looks like Chinese: some servers declare
    utf-8 for a GBK body, or the other way round. Else the encoding whose text has most of the
    commonest characters.

    >>> decode("抱歉".encode("gbk"), "text/html; charset=utf-8")
    ('抱歉', 'gbk')
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    # A Chinese character is three bytes of UTF-8; a broken one gives one U+FFFD a byte. In GBK read
    # as UTF-8 nearly all characters are broken, in UTF-8 with one wrong byte next to none.
    if 10 * text.count("\ufffd") <= (len(body) - len(text)) // 2:
        return text, "utf-8"
    for declared in _declared(body, content_type):
        text = body.decode(_CODECS[declared], "replace")
        if _looks_chinese(text, declared):
            return text, declared
    texts = {name: body.decode(_CODECS[name], "replace") for name in _COMMON}
    best = max(texts, key=lambda name: _score(texts[name], name))
    return texts[best], best


def _declared(body: bytes, content_type: str) -> list[str]:
    names = _CHARSET_IN_HEADER.findall(content_type)
    names += [name.decode() for name in _CHARSET_IN_PAGE.findall(body[:_CHARSET_WITHIN].lower())]
    families = dict.fromkeys(_FAMILY.get(name.lower(), "") for name in names)
    return [family for family in families if family in _COMMON]


def _score(text: str, family: str) -> int:
    return sum(map(text.count, _COMMON[family])) - 5 * text.count("\ufffd")


def _looks_chinese(text: str, family: str) -> bool:
    # In a wrong encoding one character in some 2,000 is one of these ten, by chance.
    text = text[:_SAMPLE]
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return 100 * _score(text, family) >= beyond_ascii


class _Parsers(threading.local):
    """One parser a thread: a parser's error log belongs to its last page."""

    def __init__(self) -> None:
        self.parser = etree.HTMLParser(
            encoding="utf-8",
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
            no_network=True,
            collect_ids=False,
        )


_parsers = _Parsers()


def build_tree(text: str) -> tuple[_Element, bool]:
    """The tree of a page or of a part of it, and whether it is so deep that its end is lost.

    A reader cuts off first what it does not need: header, reply form and footer are a third of a
    page.
    """
    source = _with_closed_uploads(text).encode("utf-8", "replace")
    root, is_too_deep = _parse(source)
    if is_too_deep:
        root, is_too_deep = _parse(_flatten(source))
    return root, is_too_deep


def _with_closed_uploads(text: str) -> str:
    """Close the boxes that are still open where an upload ends.

    `<ignore_js_op><img … /><div class="tip">…</ignore_js_op>`: the parser ignores an end tag while
    a `div` within is open, and the words behind the upload would lie in its hidden box.
    """
    end = text.find(_UPLOAD_END)
    pieces: list[str] = []
    done = 0
    while end >= 0:
        start = max(text.rfind(_UPLOAD, done, end), done)
        is_open = text.count("<div", start, end) - text.count("</div", start, end)
        pieces += (text[done:end], "</div>" * is_open)
        done, end = end, text.find(_UPLOAD_END, end + 1)
    return "".join((*pieces, text[done:])) if pieces else text


def build_xml(text: str) -> _Element:
    """The tree of a feed. Its own entities are not expanded: a few can make gigabytes."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        root = cast("_Element | None", etree.fromstring(text.encode("utf-8", "replace"), parser))
    except etree.LxmlError:
        root = None
    return etree.Element("rss") if root is None else root


def _parse(source: bytes) -> tuple[_Element, bool]:
    parser = _parsers.parser
    try:
        root = cast("_Element | None", etree.fromstring(source, parser))
    except etree.LxmlError:
        root = None
    if root is None:  # nothing but white space, comments or a declaration
        return etree.Element("html"), False
    # the parser stops at this error, which therefore is the last one
    last = parser.error_log.last_error
    return root, last is not None and last.type == _DEPTH_ERROR


def _flatten(source: bytes) -> bytes:
    """Leave out start tags below ``_DEPTH_KEPT`` open elements, and as many end tags.

    One post nested 5,000 deep (`[font]` ad infinitum) must not cost the posts behind it. Tags
    with an id stay: floors are known by them; with each floor the count starts anew.
    """
    depth = 0
    dropped: Counter[bytes] = Counter()

    def thin(tag: re.Match[bytes]) -> bytes:
        nonlocal depth
        is_end, name, attributes = tag[1], tag[2].lower(), tag[3]
        if is_end:
            if dropped[name]:
                dropped[name] -= 1
                return b""
            depth = max(0, depth - 1)
        elif _FLOOR.search(attributes):
            depth = 0
            dropped.clear()
        elif depth >= _DEPTH_KEPT and not _HAS_ID.search(attributes):
            dropped[name] += 1
            return b""
        else:
            depth += 1
        return tag[0]

    return _NEST.sub(thin, source)
