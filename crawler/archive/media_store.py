"""Pictures and files of posts: which ones to fetch, the key of each, and where it is stored.

A file lies at `media/<two digits>/<sha256>.<ending>` in the site's folder. So the same content is
one file, and nothing of its name was chosen by whoever uploaded it.
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

from crawler.archive.file_types import image_ending
from crawler.archive.files import fsync_folder, naming
from crawler.discuz import signed_urls

# The values of the setting MEDIA.
MEDIA = ("none", "images", "attachments", "all")

_FOLDER = "media"
# A path that `media_path` makes: "media/c0/c0ffee…64 digits….pdf"
STORED_PATH = re.compile(rf"{_FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{64}}\.[a-z0-9]{{1,8}}")

# Endings that a file may keep, because what opens such a file runs no code of it. All others, such
# as .html and .exe, become .bin.
KEPT_ENDINGS = frozenset(
    "7z csv doc docx epub flac flv gz m4a mkv mobi mp3 mp4 odt ogg pdf ppt pptx rar rtf tar torrent"
    " txt wav webm wma wmv xls xlsx zip".split()
)
# ".PDF" at the end of "地图.PDF"
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})\Z")


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """A picture or file of a post that is to be fetched.

    ``key`` (see `media_key`) is the same however its address is signed or written; ``name`` is what
    the forum calls it.
    """

    key: str
    url: str
    name: str | None
    is_image: bool


def media_requests(
    images: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]], media: str
) -> list[MediaRequest]:
    """Return what of a post's pictures and files the setting `MEDIA` asks for, each once.

    An uploaded picture stands in both lists. It is asked for at its own address, because the forum
    counts a download at that of the attachment. Left out are files that have to be bought first,
    and addresses that are not HTTP.
    """
    found: dict[str, MediaRequest] = {}
    uploaded = {media_key(attachment) for attachment in attachments}
    for image in images:
        key = media_key(image)
        if media in ("images", "all") or (media == "attachments" and key in uploaded):
            found.setdefault(key, MediaRequest(key, image["url"], image.get("name"), is_image=True))
    if media in ("attachments", "all"):
        for attachment in attachments:
            url = attachment.get("url")
            if url and not is_for_sale(attachment):
                key, name = media_key(attachment), attachment.get("name")
                found.setdefault(key, MediaRequest(key, url, name, is_image=False))
    return [each for each in found.values() if each.url.startswith(("http://", "https://"))]


def is_for_sale(part: Mapping[str, Any]) -> bool:
    """Return whether the address of an attachment leads to a page where it is bought."""
    # forum.php?mod=misc&action=attachpay&aid=7&tid=12
    return "action=attachpay" in part.get("url", "")


def media_key(part: Mapping[str, Any]) -> str:
    """Return what identifies an entry of `images` or `attachments`, in every line and run.

    The number of the attachment; without one, the address without its signature.

    >>> media_key({"id": "6", "url": "https://b.example/forum.php?mod=attachment&aid=Nnw1"})
    'attachment:6'
    >>> media_key({"url": "https://oss.example/a.jpg?Expires=1&OSSAccessKeyId=k&Signature=s"})
    'https://oss.example/a.jpg'
    """
    number = part.get("attachment_id") or part.get("id")
    return f"attachment:{number}" if number else signed_urls.stable_url(part.get("url", ""))


def media_hash(
    images: Sequence[Mapping[str, Any]], attachments: Sequence[Mapping[str, Any]]
) -> bytes:
    """Return a hash of what came of a line's pictures and files: their paths and refusals.

    Two lines with the same hash tell the same of their files. Empty where none was asked for.
    """
    outcomes = [
        [media_key(part), part.get("path"), part.get("refusal")]
        for part in (*images, *attachments)
        if "path" in part or "refusal" in part
    ]
    if not outcomes:
        return b""
    text = json.dumps(outcomes, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6]


def media_path(data: bytes, digest: str, name: str | None) -> str:
    """Return the path of a file within the site's folder.

    ``digest`` is its sha256 in hex. Of its ``name`` in the forum only a harmless ending is taken.

    >>> media_path(b"%PDF-1.7", "c0ffee", "../../地图.PDF")
    'media/c0/c0ffee.pdf'
    >>> media_path(b"<script>", "c0ffee", "x.html")
    'media/c0/c0ffee.bin'
    """
    ending = image_ending(data)
    if ending is None:
        found = _ENDING.search((name or "").rstrip())
        ending = found[1].lower() if found else "bin"
        ending = ending if ending in KEPT_ENDINGS else "bin"
    return f"{_FOLDER}/{digest[:2]}/{digest}.{ending}"


def store_file(folder: Path, data: bytes, name: str | None) -> tuple[str, str]:
    """Store a file in a site's folder, unless it is there; return its path and sha256.

    It is on the disk when this returns. Two threads must not do this in one folder at once. Raises
    `OSError`.
    """
    digest = hashlib.sha256(data).hexdigest()
    path = media_path(data, digest, name)
    target = folder / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        # a part that a kill leaves is removed when the folder is opened (`Segments.cut_back`)
        part = folder / f"{digest}.part"
        with naming(target), part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        fsync_folder(target.parent)
    return path, digest
