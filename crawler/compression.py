"""Unpacks the bodies of responses by their bytes: headers name codings that are not there.

A server may pack a page without a word, pack it twice, name a coding that a proxy has taken off, or
cut it off. What is packed begins with a number of its own (gzip: RFC 1952, zlib: RFC 1950, zstd:
RFC 8878); raw deflate and Brotli have none, and are tried where a header names them or where the
body is no text.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import brotli
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError

from crawler.middlewares import FORUM

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    # Scrapy brings it, as it does brotli
    from backports import zstd

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

# The flag of a response whose packed body was cut off: what came is there.
CUT_OFF = "cut_off"
# A page that is packed more often was not packed by mistake.
_LAYERS = 4
_CHUNK = 1 << 16
# FLG of RFC 1952 §2.3.1
_HEADER_SUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 2, 4, 8, 16, 0xE0
_ZSTD = b"\x28\xb5\x2f\xfd"
_PACKINGS = frozenset({b"gzip", b"x-gzip", b"deflate", b"br", b"zstd"})
# What no text holds, in any of the forums' encodings.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEAD = 1024
# harbour.tar.gz, also behind `filename*=UTF-8''`
_PACKED_NAME = re.compile(r"\.(?:t?gz|tgz|svgz|emz|wmz|zst|br)\b[\"'\s]*(?:;|$)", re.IGNORECASE)
_PACKED_TYPE = re.compile(rb"\b(?:x-)?(?:gzip|gzip-compressed|zstd|brotli)\b", re.IGNORECASE)


class TooLargeError(IgnoreRequest):
    """What unpacks beyond the size allowed."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a body unpacks to. ``is_whole``: its end came as well."""

    body: bytes
    is_whole: bool = True


class PackedBodies(HttpCompressionMiddleware):
    """Unpacks pages by their bytes, and marks those that were cut off (`CUT_OFF`).

    A file of a post (`FORUM`) is unpacked only where the header says that it is packed for the way;
    one that is packed by its nature (`.gz`) stays so.
    """

    def process_response(
        self, request: Request, response: Response, _: Spider | None = None
    ) -> Response:
        codings = _codings(response)
        limit = request.meta.get("download_maxsize", self._max_size)
        is_file = FORUM in request.meta
        if is_file:
            unpacked = _unpack_file(response, codings, limit)
        else:
            unpacked = unpack(response.body, codings, limit)
        response.headers.pop("Content-Encoding", None)
        if not unpacked.is_whole:
            if is_file:
                # half a file is none
                raise ResponseDataLossError
            response.flags.append(CUT_OFF)
        if unpacked.body is response.body:
            return response
        return response.replace(body=unpacked.body)


def _codings(response: Response) -> list[bytes]:
    """The codings that headers name, the last one to be taken off first: gzip, br → br, gzip."""
    told = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
    return [name.strip().lower() for name in reversed(told) if name.strip()]


def unpack(body: bytes, codings: list[bytes], limit: int) -> Unpacked:
    """A page as it was before it was packed, however often.

    ``codings`` are those that the headers name, ``limit`` is the size allowed, 0 for any. Raises
    `TooLargeError`.
    """
    is_whole = True
    for _ in range(_LAYERS):
        layer = _layer(body, codings, limit)
        if layer is None:
            break
        body, is_whole = layer.body, is_whole and layer.is_whole
        codings = codings[1:]
    return Unpacked(body, is_whole)


def _layer(body: bytes, codings: list[bytes], limit: int) -> Unpacked | None:
    """One layer less; ``None`` where there is none."""
    if is_gzip(body):
        return _gunzip(body, limit)
    if body.startswith(_ZSTD):
        return _unzstd(body, limit)
    is_text = not _NO_TEXT.search(body[:_HEAD])
    for coding, read in _WITHOUT_NUMBER:
        is_told = coding in codings
        found = read(body, limit) if is_told or not is_text else None
        if found is None:
            continue
        # a whole one that ends where the body does is no chance; a beginning is one, unless a
        # header says so and it leads from no text to a text
        is_whole = found.is_whole and (is_told or found.body)
        leads_to_text = bool(found.body) and not _NO_TEXT.search(found.body[:_HEAD])
        if is_whole or (is_told and not is_text and leads_to_text):
            return found
    return None


def _unpack_file(response: Response, codings: list[bytes], limit: int) -> Unpacked:
    """A file as it was before it was packed for the way."""
    body, is_whole = response.body, True
    for coding in codings:
        if coding not in _PACKINGS:
            break
        layer = _layer(body, [coding], limit)
        if layer is None:
            break
        if _is_packed_by_nature(response) and not is_packed(layer.body):
            # servers say of harbour.tar.gz that its coding is gzip
            break
        body, is_whole = layer.body, is_whole and layer.is_whole
    return Unpacked(body, is_whole)


def _is_packed_by_nature(response: Response) -> bool:
    name = (response.headers.get("Content-Disposition") or b"").decode("latin-1")
    return bool(
        _PACKED_NAME.search(urlsplit(response.url).path)
        or _PACKED_NAME.search(name)
        or _PACKED_TYPE.search(response.headers.get("Content-Type") or b"")
    )


def is_packed(body: bytes) -> bool:
    """Whether a body begins with the number of a packed one."""
    return is_gzip(body) or body.startswith(_ZSTD)


def is_gzip(body: bytes) -> bool:
    r"""Whether a body begins as RFC 1952 says: two fixed bytes, deflate, no reserved flag.

    >>> is_gzip(b"\x1f\x8b\x08\x00"), is_gzip(b"<html>")
    (True, False)
    """
    return body[:3] == b"\x1f\x8b\x08" and len(body) > 3 and not body[3] & _RESERVED


# -- the kinds of packing ------------------------------------------------------------------------


class _Growing:
    """Bytes that grow up to a limit."""

    def __init__(self, limit: int) -> None:
        self.parts: list[bytes] = []
        self._size, self._limit = 0, limit

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if self._limit and self._size > self._limit:
            raise TooLargeError(f"unpacks to more than {self._limit:,} bytes")
        self.parts.append(part)


def _inflate(body: bytes, start: int, growing: _Growing) -> int | None:
    """Unpack raw deflate from ``start`` on: where it ends, ``None`` where it is cut off or broken.

    The checksum behind it is not looked at: browsers show such pages, too.
    """
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    view = memoryview(body)[start:]
    given = 0
    while given < len(view) and not unpacker.eof:
        piece: bytes | memoryview = view[given : given + _CHUNK]
        given += len(piece)
        while piece and not unpacker.eof:
            try:
                growing.add(unpacker.decompress(piece, _CHUNK))
            except zlib.error:
                return None
            piece = unpacker.unconsumed_tail
    # what it holds back is less than a piece, or it asks for more
    if not unpacker.eof:
        try:
            growing.add(unpacker.flush())
        except zlib.error:
            return None
    return start + given - len(unpacker.unused_data) if unpacker.eof else None


def _gunzip(body: bytes, limit: int) -> Unpacked:
    """All members of a gzip body; what stands behind the last one is padding."""
    growing, at = _Growing(limit), 0
    while is_gzip(body[at : at + 4]):
        start = _header_end(body, at)
        end = None if start is None else _inflate(body, start, growing)
        if end is None:
            return Unpacked(b"".join(growing.parts), is_whole=False)
        at = end + 8
    return Unpacked(b"".join(growing.parts))


def _header_end(body: bytes, at: int) -> int | None:
    """Where the packed bytes of a gzip member begin (RFC 1952 §2.3); ``None`` if it is cut off."""
    flags, end = body[at + 3], at + 10
    if flags & _EXTRA:
        end += 2 + int.from_bytes(body[end : end + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = body.find(b"\0", end) + 1
            if not end:
                return None
    end += 2 if flags & _HEADER_SUM else 0
    return end if end < len(body) else None


def _unzlib(body: bytes, limit: int) -> Unpacked | None:
    """`deflate` as RFC 9110 means it: with the two bytes of RFC 1950 before it."""
    is_zlib = len(body) > 2 and body[0] & 0x8F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    if not is_zlib:
        return None
    growing = _Growing(limit)
    end = _inflate(body, 2, growing)
    return Unpacked(b"".join(growing.parts), is_whole=end is not None and len(body) - end <= 4)


def _unraw(body: bytes, limit: int) -> Unpacked | None:
    """`deflate` as servers of Microsoft mean it: without them."""
    growing = _Growing(limit)
    end = _inflate(body, 0, growing)
    return Unpacked(b"".join(growing.parts), is_whole=end == len(body))


def _unbrotli(body: bytes, limit: int) -> Unpacked | None:
    unpacker, growing = brotli.Decompressor(), _Growing(limit)
    given = 0
    try:
        while given < len(body) and not unpacker.is_finished():
            piece = body[given : given + _CHUNK]
            given += len(piece)
            growing.add(unpacker.process(piece, output_buffer_limit=_CHUNK))
            while not unpacker.can_accept_more_data() and not unpacker.is_finished():
                growing.add(unpacker.process(b"", output_buffer_limit=_CHUNK))
    except brotli.error:
        return Unpacked(b"".join(growing.parts), is_whole=False)
    is_whole = unpacker.is_finished() and given == len(body)
    return Unpacked(b"".join(growing.parts), is_whole=is_whole)


def _unzstd(body: bytes, limit: int) -> Unpacked:
    growing = _Growing(limit)
    while body.startswith(_ZSTD):
        unpacker, piece = zstd.ZstdDecompressor(), body
        try:
            while not unpacker.eof:
                part = unpacker.decompress(piece, _CHUNK)
                growing.add(part)
                if not part and unpacker.needs_input:
                    return Unpacked(b"".join(growing.parts), is_whole=False)
                piece = b""
        except zstd.ZstdError:
            return Unpacked(b"".join(growing.parts), is_whole=False)
        body = unpacker.unused_data
    return Unpacked(b"".join(growing.parts))


_WITHOUT_NUMBER: tuple[tuple[bytes, Callable[[bytes, int], Unpacked | None]], ...] = (
    (b"deflate", _unzlib),
    (b"deflate", _unraw),
    (b"br", _unbrotli),
)
