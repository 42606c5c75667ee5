"""Pictures and files of posts: which are wanted, what each is known by, where it is kept.

A file lies at `media/<two digits>/<sha256>.<ending>` in the site's folder: the same content is one
file, and nothing of its name was chosen by whoever uploaded it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.archive.files import fsync_folder
from crawler.discuz import signed_urls

MEDIA = ("none", "images", "attachments", "all")
FOLDER = "media"
# what `file_path` makes
KEPT = re.compile(rf"{FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.[a-z0-9]{{1,8}}")

# What the first bytes of a picture are.
_SIGNATURES = (
    ("jpg", re.compile(rb"\xff\xd8\xff")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("webp", re.compile(rb"RIFF....WEBP", re.S)),
    ("avif", re.compile(rb"....ftypavi[fs]", re.S)),
    ("heic", re.compile(rb"....ftyp(?:heic|heix|mif1|msf1)", re.S)),
    ("bmp", re.compile(rb"BM....\x00{4}", re.S)),
    ("tif", re.compile(rb"II\*\x00|MM\x00\*")),
    ("ico", re.compile(rb"\x00\x00\x01\x00")),
)
# Endings that a file may keep: what they open with runs nothing. All others become .bin.
_ENDINGS = frozenset(
    "7z csv doc docx epub flac flv gz m4a mkv mobi mp3 mp4 odt ogg pdf ppt pptx rar rtf tar torrent"
    " txt wav webm wma wmv xls xlsx zip".split()
)
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})\s*$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture or file of a post.

    ``key``: what it is known by, however its address is signed or written.
    """

    key: str
    url: str
    name: str | None
    is_image: bool


def wanted(
    images: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]], media: str
) -> list[Wanted]:
    """What of a post's pictures and files the setting `MEDIA` asks for, each once.

    An uploaded picture is both, and asked for at its own address: that of the attachment counts a
    download. A file that has to be bought first is asked for by nobody.
    """
    found: dict[str, Wanted] = {}
    uploaded = {key_of(attachment) for attachment in attachments}
    for image in images:
        key = key_of(image)
        if media in ("images", "all") or (media == "attachments" and key in uploaded):
            found.setdefault(key, Wanted(key, image["url"], image.get("name"), is_image=True))
    if media in ("attachments", "all"):
        for attachment in attachments:
            url = attachment.get("url")
            if url and not is_for_sale(attachment):
                key, name = key_of(attachment), attachment.get("name")
                found.setdefault(key, Wanted(key, url, name, is_image=False))
    return [each for each in found.values() if each.url.startswith(("http://", "https://"))]


def is_for_sale(part: Mapping[str, Any]) -> bool:
    """Whether an attachment's address leads to where it is bought."""
    return "action=attachpay" in part.get("url", "")


def key_of(part: Mapping[str, Any]) -> str:
    """What a picture or an attachment of a line is known by."""
    number = part.get("attachment_id") or part.get("id")
    return f"attachment:{number}" if number else signed_urls.stable_url(part.get("url", ""))


def told_of(images: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]]) -> bytes:
    """A hash of what a line tells of its pictures and files; empty where it tells nothing."""
    said = [
        [key_of(part), part.get("path"), part.get("refusal")]
        for part in (*images, *attachments)
        if "path" in part or "refusal" in part
    ]
    if not said:
        return b""
    text = json.dumps(said, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6]


def image_ending(data: bytes) -> str | None:
    r"""What kind of picture some bytes are, by their first ones; ``None`` if none that is known.

    >>> image_ending(b"GIF89a\x01"), image_ending(b"<svg onload=...>")
    ('gif', None)
    """
    for ending, signature in _SIGNATURES:
        if signature.match(data):
            return ending
    return None


def file_path(data: bytes, digest: str, name: str | None) -> str:
    """Where a file is kept, from the site's folder on; ``name`` is what it is called in the forum.

    >>> file_path(b"%PDF-1.7", "c0ffee", "../../地图.PDF")
    'media/c0/c0ffee.pdf'
    >>> file_path(b"<script>", "c0ffee", "x.html")
    'media/c0/c0ffee.bin'
    """
    ending = image_ending(data)
    if ending is None:
        said = _ENDING.search(name or "")
        ending = said[1].lower() if said else "bin"
        ending = ending if ending in _ENDINGS else "bin"
    return f"{FOLDER}/{digest[:2]}/{digest}.{ending}"


def keep(folder: Path, data: bytes, name: str | None) -> tuple[str, str]:
    """Keep a file in a site's folder, unless the same is there; returns its path and sha256.

    It is on the disk when this returns. One at a time for each folder. Raises `OSError`.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = file_path(data, digest, name)
    target = folder / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        # what a kill leaves of it is cleared away when the folder is opened (`Segments.cut_back`)
        part = folder / f"{digest}.part"
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        fsync_folder(target.parent)
    return path, digest
