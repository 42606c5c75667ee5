"""Which pictures and files are asked for, what each is known by, and where it is stored."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.file_types import image_ending
from crawler.archive.media_store import (
    STORED_PATH,
    media_hash,
    media_key,
    media_path,
    media_requests,
    store_file,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"lantern" * 9
ZIP = b"PK\x03\x04" + b"map" * 9


@pytest.mark.parametrize(
    "media, keys",
    [
        ("none", []),
        ("images", ["attachment:5", "http://pic.example/a.jpg"]),
        ("attachments", ["attachment:5", "attachment:6"]),
        ("all", ["attachment:5", "http://pic.example/a.jpg", "attachment:6"]),
    ],
)
def test_what_the_setting_asks_for(media: str, keys: list[str]) -> None:
    images = [
        {"url": "http://b.example/lamp.png", "attachment_id": "5"},
        {"url": "http://pic.example/a.jpg"},
    ]
    attachments = [
        {"id": "5", "url": "http://b.example/forum.php?mod=attachment&aid=5"},
        {"id": "6", "url": "http://b.example/forum.php?mod=attachment&aid=6"},
        {"id": "7", "url": "http://b.example/forum.php?mod=misc&action=attachpay&aid=7"},
        {"id": "8"},
        {"id": "9", "url": "ftp://b.example/9.zip"},
    ]
    found = media_requests(images, attachments, media)
    assert [each.key for each in found] == keys
    if found:
        assert found[0].url == "http://b.example/lamp.png", "no download is counted for it"


def test_a_signature_is_no_part_of_a_name() -> None:
    one, other = (
        {"url": f"https://oss.example/a.jpg?Expires={n}&OSSAccessKeyId=k&Signature=s{n}"}
        for n in (1, 2)
    )
    assert media_key(one) == media_key(other) == "https://oss.example/a.jpg"


@pytest.mark.parametrize(
    "one, other",
    [
        ("https://x.example/get.php?token=1", "https://x.example/get.php?token=2"),
        ("https://x.example/download?sign=1", "https://x.example/download?sign=2"),
        ("https://x.example/a.jpg?v=1", "https://x.example/a.jpg?v=2"),
        ("https://x.example/a.jpg?token=1", "https://x.example/b.jpg?token=1"),
    ],
)
def test_what_tells_files_apart_is_no_signature(one: str, other: str) -> None:
    assert media_key({"url": one}) != media_key({"url": other})


@pytest.mark.parametrize(
    "data, name, ending",
    [
        (PNG, "x.html", "png"),
        (b"\xff\xd8\xff\xe0", None, "jpg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x.jpg", "webp"),
        (ZIP, "地图.ZIP", "zip"),
        (ZIP, "../../../etc/cron.d/x.zip", "zip"),
        (b"MZ", "地图.zip.exe", "bin"),
        (b"<html>", "x.htm", "bin"),
        (b"<svg onload=alert(1)>", "x.svg", "bin"),
        (b"x", "x.zip\0.php", "bin"),
        (b"x", "\u202egpj.exe", "bin"),
        (b"x", "a" * 5000, "bin"),
        (b"x", None, "bin"),
        (b"II*\0", None, "tif"),
        (b"BMxxxx\0\0\0\0", None, "bmp"),
        (b"BM is a word", None, "bin"),
        (b"\0\0\1\0", None, "ico"),
    ],
)
def test_names_of_files(data: bytes, name: str | None, ending: str) -> None:
    digest = hashlib.sha256(data).hexdigest()
    path = media_path(data, digest, name)
    assert path == f"media/{digest[:2]}/{digest}.{ending}"
    assert STORED_PATH.fullmatch(path)


def test_words_are_no_picture() -> None:
    assert image_ending(b"<html><img src=x.png>") is None


STORED = {"attachment_id": "5", "path": "media/c0/c0.png"}
REFUSED = {"attachment_id": "5", "refusal": "not_found"}
UNASKED = {"attachment_id": "5"}


@pytest.mark.parametrize(
    "one, other, is_same",
    [
        ([STORED], [{**STORED, "url": "http://b.example/?hour=2"}], True),
        ([STORED], [STORED, UNASKED], True),
        ([STORED], [REFUSED], False),
        ([STORED], [{**STORED, "path": "media/c1/c1.png"}], False),
        ([STORED], [{**STORED, "attachment_id": "6"}], False),
        ([REFUSED], [{**REFUSED, "refusal": "no_permission"}], False),
    ],
)
def test_the_hash_is_of_what_came_of_the_files(one: Any, other: Any, is_same: bool) -> None:
    assert (media_hash(one, ()) == media_hash(other, ())) == is_same
    assert media_hash(one, ()) == media_hash((), one)


def test_nothing_asked_for_has_no_hash() -> None:
    assert media_hash([UNASKED], [UNASKED]) == b""


def test_the_same_content_is_stored_once(tmp_path: Path) -> None:
    path, digest = store_file(tmp_path, PNG, "灯笼.png")
    written = (tmp_path / path).stat().st_mtime_ns
    assert store_file(tmp_path, PNG, "another.html") == (path, digest)
    assert (path, digest) == (media_path(PNG, digest, None), hashlib.sha256(PNG).hexdigest())
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [tmp_path / path]
    assert (tmp_path / path).read_bytes() == PNG
    assert (tmp_path / path).stat().st_mtime_ns == written
