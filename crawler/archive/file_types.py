"""What bytes are, whatever headers and names say: a picture, a web page, a piece of JSON."""

from __future__ import annotations

import json
import re
import zlib
from io import BytesIO

from lxml import etree

# The first bytes of each kind of picture, by the ending that its file gets.
_SIGNATURES = (
    ("jpg", re.compile(rb"\xff\xd8\xff")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("gif", re.compile(rb"GIF8[79]a")),
    # "RIFF", four bytes of length, "WEBPVP8 "
    ("webp", re.compile(rb"RIFF....WEBP", re.S)),
    # four bytes of length, "ftypavif"
    ("avif", re.compile(rb"....ftypavi[fs]", re.S)),
    ("heic", re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1)", re.S)),
    ("jxl", re.compile(rb"\xff\x0a|\x00\x00\x00\x0cJXL \r\n\x87\n")),
    ("jp2", re.compile(rb"\x00\x00\x00\x0cjP  \r\n\x87\n")),
    # four bytes of length, four reserved ones that are 0: "BM" alone may begin a text
    ("bmp", re.compile(rb"BM....\x00{4}", re.S)),
    ("tif", re.compile(rb"II\*\x00|MM\x00\*")),
    ("ico", re.compile(rb"\x00\x00[\x01\x02]\x00")),
)
PICTURE_ENDINGS = frozenset(ending for ending, _ in _SIGNATURES) | {"jpeg", "tiff"}
# Elements that a web page begins with, as browsers tell one
# (mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type), and some more that
# only web pages have.
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h[1-6]|div|font|table|a|style|title|b|br|p"
    rb"|meta|link|center|form|span|noscript|wml)[\s>/]",
    re.I,
)
# What may stand in front of it: a mark of the encoding, <?xml version="1.0"?>, comments.
_IN_FRONT = re.compile(rb"(?:\s{1,9999}|<\?xml\b[^>]{0,300}>|<!--.{0,9999}?-->){1,50}", re.S)
_MARK, _WIDE_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
# <html xmlns:o="urn:schemas-microsoft-com:office:office" …>: a document that Office wrote as HTML
# under the name of its own format
_OFFICE = re.compile(rb"<html\b[^>]{0,1000}\burn:schemas-microsoft-com:office:", re.I)
# A page shows what it is at once.
_HEAD = 16384
# What no text holds, in any of the forums' encodings.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LONGEST_JSON = 65536


def image_ending(data: bytes) -> str | None:
    r"""Return the usual ending of a picture's file, by its first bytes; ``None`` for other data.

    A drawing in SVG has none: what opens it may run its scripts.

    >>> image_ending(b"GIF89a\x01"), image_ending(b"<svg onload=...>")
    ('gif', None)
    """
    for ending, signature in _SIGNATURES:
        if signature.match(data):
            return ending
    return None


def is_picture(data: bytes) -> bool:
    r"""Whether these are the bytes of a picture.

    >>> is_picture(b"\x89PNG\r\n\x1a\n"), is_picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    (True, True)
    >>> is_picture(b"<html><svg/></html>"), is_picture(b"")
    (False, False)
    """
    return image_ending(data) is not None or _is_svg(data)


def is_web_page(data: bytes) -> bool:
    r"""Whether these are the bytes of a web page, compressed or not.

    >>> is_web_page(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><!DOCTYPE html><html>")
    True
    >>> is_web_page(b"Dear <b>all</b>"), is_web_page(b"<beans/>"), is_web_page(b"")
    (False, False, False)
    """
    return _PAGE.match(_start(data)) is not None


def is_office_page(data: bytes) -> bool:
    """Whether these are the bytes of a document that Office wrote as a web page."""
    return _OFFICE.match(_start(data)) is not None


def is_plain_text(data: bytes) -> bool:
    r"""Whether these bytes are words, as no packed file begins.

    >>> is_plain_text("流量用尽".encode("gbk")), is_plain_text(b"PK\x03\x04")
    (True, False)
    """
    return not _NO_TEXT.search(data[:_HEAD])


def is_json(data: bytes) -> bool:
    """Whether these are the bytes of one JSON object or list: {"error": "expired"}."""
    if len(data) > _LONGEST_JSON or not data.strip().startswith((b"{", b"[")):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _start(data: bytes) -> bytes:
    """The first bytes of a text, without what may stand in front of it."""
    head = data[:_HEAD]
    if head.startswith(_GZIP):
        head = _inflated(head)
    if head.startswith(_WIDE_MARKS):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    head = head.removeprefix(_MARK)
    in_front = _IN_FRONT.match(head)
    return head[in_front.end() :] if in_front else head


def _inflated(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return b""


def _is_svg(data: bytes) -> bool:
    """Whether data are XML whose root is `svg`."""
    start = data[:_HEAD].lstrip(_MARK + b" \t\r\n")
    if not start.startswith(b"<"):
        return False
    parts = etree.iterparse(
        BytesIO(data), events=("start",), resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        _, root = next(iter(parts))
    except (etree.XMLSyntaxError, StopIteration):
        return False
    return isinstance(root.tag, str) and etree.QName(root).localname == "svg"
