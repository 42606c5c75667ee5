"""What bytes are, whatever they are called."""

from __future__ import annotations

import gzip

import pytest

from crawler.archive.file_types import is_json, is_office_page, is_picture, is_web_page

PAGE = b"<!DOCTYPE html><html><body>one moment</body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="5"/></svg>'


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x89PNG\r\n\x1a\n",
        b"GIF87a",
        b"GIF89a",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00",
        b"\x00\x00\x00\x1cftypavif",
        b"\x00\x00\x00\x18ftypheic",
        b"II*\x00",
        b"MM\x00*",
        b"\x00\x00\x01\x00\x01\x00",
        SVG,
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a lamp -->\n<!DOCTYPE svg>\n' + SVG,
    ],
)
def test_pictures(data: bytes) -> None:
    assert is_picture(data)
    assert not is_web_page(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        PAGE,
        b"<html><svg></svg></html>",
        b"<svgs/>",
        b"< svg>",
        b'<?xml version="1.0"?><rss/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"GIF",
        b"BM is the name of a river",
        b'{"error": "expired"}',
        b"\x00" * 99,
        gzip.compress(PAGE, mtime=0),
    ],
)
def test_what_is_no_picture(data: bytes) -> None:
    assert not is_picture(data)


@pytest.mark.parametrize(
    "data",
    [
        PAGE,
        PAGE.upper(),
        b"\r\n\t " + PAGE,
        b"\n" * 500 + PAGE,
        b"<!-- padding -->\n" * 20 + PAGE,
        b"\xef\xbb\xbf" + PAGE,
        b"\xff\xfe" + PAGE.decode().encode("utf-16-le"),
        b'<?xml version="1.0"?><!DOCTYPE html>',
        b"<!-- a guard -->\n<!-- its number -->" + PAGE,
        b"<script>location.reload()</script>",
        b"<br />\n<b>Fatal error</b>",
        b"<p>gone</p>",
        gzip.compress(PAGE, mtime=0),
    ],
)
def test_web_pages(data: bytes) -> None:
    assert is_web_page(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04<html>",
        b"<beans></beans>",
        b"<pre",
        b"a text with <b>tags</b>",
        b"%PDF-1.7",
        gzip.compress(b"a map", mtime=0),
        b"\x1f\x8b broken",
        b"<!--" * 9000,
    ],
)
def test_what_is_no_web_page(data: bytes) -> None:
    assert not is_web_page(data)


def test_documents_that_office_wrote_as_pages() -> None:
    office = b'<html xmlns:v="urn:v" xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
    assert is_office_page(office)
    assert not is_office_page(PAGE + office)


@pytest.mark.parametrize(
    "data, is_one",
    [
        (b' {"code": 403, "message": "expired"}\n', True),
        (b"[1, 2]", True),
        (b"{broken", False),
        (b"403", False),
        (b"[" * 60000, False),
        (b'{"a": "' + b"b" * 70000 + b'"}', False),
    ],
)
def test_json(data: bytes, is_one: bool) -> None:
    assert is_json(data) is is_one
