"""Bytes of a page → its text."""

from __future__ import annotations

import codecs
import re

# A byte order mark speaks for itself (RFC 3629 §6, WHATWG Encoding "BOM sniff").
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Discuz! comes in three encodings. GB18030 contains GB2312 and GBK; HKSCS contains plain Big5.
CODECS = {"utf-8": "utf-8", "gbk": "gb18030", "big5": "big5hkscs"}
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
        text = body.decode(CODECS[declared], "replace")
        if _looks_chinese(text, declared):
            return text, declared
    texts = {name: body.decode(CODECS[name], "replace") for name in _COMMON}
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
