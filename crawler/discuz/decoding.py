"""Bytes of a page → its text."""

from __future__ import annotations

import codecs
import re

# A byte order mark speaks for itself (RFC 3629 §6, WHATWG Encoding "BOM sniff"). That of UTF-8 does
# not: it may come of a single file of the forum, in front of a page in GBK.
_MARKS = (
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
# So many of the commonest characters prove an encoding against a declared one.
_SURE = 3
# &#55357;&#56832;   &#xD83D;&#xDE00;
_HALF = r"&#(0{0,9}\d{5}|[xX]0{0,9}[0-9a-fA-F]{4});"
_SURROGATES, _ONE_HALF = re.compile(_HALF * 2), re.compile(_HALF)
# a tag, or what stands between two
_PIECE = re.compile(rb"<[^<>]*>|<|[^<]+")
# three signs of three bytes in a row, as UTF-8 has them: else no piece of a page is looked at
_FOREIGN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){3}[^<]*")
_SURE_SIGNS = 3
# How many characters of a page are enough to know its encoding.
_SAMPLE = 8192
# Words of every Discuz page and of every Chinese sentence, in either script.
_COMMON = {"gbk": "的一不是主题帖回复登录", "big5": "的一不是主題帖回覆登錄"}


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and its encoding.

    A page that is valid UTF-8 is read as UTF-8, whatever was declared, and so is one that nearly
    is: what a plugin wrote into it in GBK is decoded for itself. Of the other encodings the
    declared one is taken (header, then page) if its text looks like Chinese: some servers declare
    utf-8 for a GBK body, or the other way round. Else the encoding whose text has most of the
    commonest characters.

    >>> decode("抱歉".encode("gbk"), "text/html; charset=utf-8")
    ('抱歉', 'gbk')
    """
    body = body.removeprefix(codecs.BOM_UTF8)
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    for read in (_utf8, _utf8_of_halves):
        try:
            return read(body), "utf-8"
        except UnicodeDecodeError:
            pass
    names = _declared(body, content_type)
    declared = [_FAMILY.get(name, "") for name in names]
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # A Chinese character is three bytes of UTF-8, of which one sign is made; a broken one gives one
    # U+FFFD a byte. In GBK read as UTF-8 nearly all characters are broken, in UTF-8 with one wrong
    # byte next to none, in UTF-8 with a block of GBK those of the block.
    whole = (len(body) - len(text)) // 2
    if 10 * broken <= whole or ("utf-8" in declared and broken <= whole):
        return _in_parts(body), "utf-8"
    families = [family for family in declared if family in _COMMON]
    texts = {name: body.decode(CODECS[name], "cp936") for name in _COMMON}
    scores = {name: _score(text, name) for name, text in texts.items()}
    best = max(scores, key=lambda name: scores[name])
    for family in families:
        is_whole = "\ufffd" not in texts[family]
        # a notice of ten signs has none of the commonest
        if _looks_chinese(texts[family], family) or (is_whole and scores[best] < _SURE):
            return _with_utf8(body, texts[family], family), family
    if not _looks_chinese(texts[best], best):
        # of another language: shift_jis, euc-kr, windows-1251
        for name in names:
            other = _decoded_as(name, body, is_whole="\ufffd" not in texts["gbk"])
            if other is not None:
                return other, name
    return _with_utf8(body, texts[best], best), best


def _decoded_as(name: str, body: bytes, *, is_whole: bool) -> str | None:
    """A page in an encoding that is none of Discuz's; ``None`` where it does not fit.

    Latin-1 fits all bytes, and is what servers declare by default: it is taken only where the page
    is not whole in GBK (``is_whole``).
    """
    try:
        codec = codecs.lookup(name)
        text = codec.decode(body, "strict")[0]
    except (LookupError, ValueError):
        return None
    is_plain = codec.name in ("ascii", "iso8859-1", "cp1252", "utf-8")
    return None if name in _FAMILY or (is_plain and is_whole) else str(text)


def _with_utf8(body: bytes, text: str, family: str) -> str:
    """A page of another encoding with the pieces that are written in UTF-8 (a plugin's block)."""
    if not any(_is_utf8(part) for part in _FOREIGN.findall(body)):
        return text
    return "".join(
        part.decode("utf-8") if _is_utf8(part) else part.decode(CODECS[family], "cp936")
        for part in _PIECE.findall(body)
    )


def _is_utf8(part: bytes) -> bool:
    """Whether a piece is UTF-8 for sure: by chance some words of two signs in GBK are as well."""
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return sum("\u2e80" <= sign <= "\uffef" for sign in text) >= _SURE_SIGNS


def join_surrogates(text: str) -> str:
    """A source with signs that are written as two numbers, which are the halves of one (UTF-16).

    A half alone is no sign: U+FFFD, as in HTML (a forum cuts titles within an emoji).

    >>> join_surrogates("灯&#55357;&#56832;&#xD83D;&#xDE00;"), join_surrogates("灯&#xD83D;")
    ('灯😀😀', '灯\ufffd')
    """
    if "&#" not in text:
        return text
    return _ONE_HALF.sub(_no_sign, _SURROGATES.sub(_joined, text))


def _joined(found: re.Match[str]) -> str:
    high, low = (int(each[1:], 16) if each[0] in "xX" else int(each) for each in found.groups())
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return found[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _no_sign(found: re.Match[str]) -> str:
    said = found[1]
    code = int(said[1:], 16) if said[0] in "xX" else int(said)
    return "\ufffd" if 0xD800 <= code < 0xE000 else found[0]


def _in_parts(body: bytes) -> str:
    """UTF-8 with pieces of other encodings, each tag and what stands between two for itself."""
    return "".join(map(_piece, _PIECE.findall(body)))


def _utf8(body: bytes) -> str:
    return body.decode("utf-8")


def _utf8_of_halves(body: bytes) -> str:
    """Signs beyond the first 65,536 are two halves, each in three bytes: CESU-8 (UTR 26)."""
    halves = body.decode("utf-8", "surrogatepass")
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _piece(part: bytes) -> str:
    for read in (_utf8, _utf8_of_halves):
        try:
            return read(part)
        except UnicodeDecodeError:
            pass
    text = part.decode("utf-8", "replace")
    if 2 * text.count("\ufffd") <= (len(part) - len(text)) // 2:
        return text
    try:
        return part.decode(CODECS["gbk"])
    except UnicodeDecodeError:
        return text


def _with_euro(error: UnicodeError) -> tuple[str, int]:
    """Decode 0x80 of code page 936, which GB18030 has not: €."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.object[error.start] == 0x80:
        return "€", error.start + 1
    return "\ufffd", error.end


codecs.register_error("cp936", _with_euro)


def _declared(body: bytes, content_type: str) -> list[str]:
    names = _CHARSET_IN_HEADER.findall(content_type)
    names += [name.decode() for name in _CHARSET_IN_PAGE.findall(body[:_CHARSET_WITHIN].lower())]
    return list(dict.fromkeys(name.lower() for name in names))


def _score(text: str, family: str) -> int:
    return sum(map(text.count, _COMMON[family])) - 5 * text.count("\ufffd")


def _looks_chinese(text: str, family: str) -> bool:
    # In a wrong encoding one character in some 2,000 is one of these ten, by chance.
    text = text[:_SAMPLE]
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return 100 * _score(text, family) >= beyond_ascii
