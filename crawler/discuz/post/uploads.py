"""Pictures and files: uploads with what Discuz! sets round them, bare pictures, smilies.

Uploads stand in the cell (`ignore_js_op`, `span#attach_5`) or below it (`dl.tattl`); see
`attachinpost`, `attachlist` and `imagelist` in the template `discuzcode.htm`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import bears, words
from crawler.discuz.facts import Attachment, Image

if TYPE_CHECKING:
    from lxml.etree import _Element

# static/image/smiley/default/lol.gif, images/smilies/default/cry.gif (up to 7.2)
_SMILEY = re.compile(r"(?:^|/)(?:static/+image/smiley|images/smilies|static/+emoji)/")
# <img id="aimg_5" src="data/attachment/…">: an upload, where the skin sets nothing round it
_UPLOADED = re.compile(r"aimg_(\d{1,18})$")
# A family of four with their skins; pictures, joiners, variation selectors, skins.
_LONGEST_EMOJI = 16
_OF_EMOJI = frozenset(("So", "Sk", "Cf", "Mn"))
# (7.26 KB, 下载次数: 11)   212 Bytes, 下载次数: 88, 售价: 5 金钱
_SIZE = re.compile(r"(\d[\d.,]{0,15}\s?(?:Bytes|[KMGT]i?B|B))\b", re.I)
# 下载次数: 11
_DOWNLOADS = re.compile(
    r"下[载載]次[數数]\s?[:\uff1a]\s?(\d[\d,]{0,14})(?![\d.+]|\s?[万萬亿億wWkK])"
)
# 售价: 5 金钱
_PRICE = re.compile(r"售[价價]\s?[:\uff1a]\s?(\d{1,12}\s?[^\s,)\[\]\d]{0,12})")
# 说明：含源数据
_DESCRIPTION = re.compile(r"[说說]明\s?[:\uff1a]\s?(.{1,500})")


def read_upload(element: _Element, base: str) -> tuple[Attachment | None, Image | None]:
    """The file, and the picture if it is one, of the element that Discuz sets round an upload.

    Robots get neither id nor size; without an id a picture is no attachment.
    """
    attachment_id = name = href = description = None
    picture: _Element | None = None
    for part in element.iter("img", "a", "span", "strong", "p"):
        tag, mark = part.tag, part.get("id") or ""
        if tag == "img":
            if picture is None and picture_source(part):
                picture = part
                attachment_id = part.get("aid") or attachment_id
        elif tag == "a":
            link = part.get("href") or ""
            if "attach" in link and (href is None or mark.startswith("aid")):
                href = link
                attachment_id = urls.attachment_id(link) or attachment_id
                if mark.startswith("aid") or _is_in(part, "attach_"):
                    name = words(part) or name
        elif tag == "strong":
            # the tip of a picture names it: <p><strong>IMG_01.jpg</strong> <em>(7 KB, …)
            name = name or (words(part) if _is_in(part, "aimg_") else None)
        elif tag == "p" and bears(part, "mbn", "xg2"):
            description = words(part) or None
        elif tag == "span" and mark.startswith("attach_"):
            attachment_id = attachment_id or mark[len("attach_") :]
    text = words(element)
    size, downloads, price = _SIZE.search(text), _DOWNLOADS.search(text), _PRICE.search(text)
    image = None
    if picture is not None:
        url = urls.resolve(base, picture_source(picture))
        if url:
            name = name or picture.get("title") or picture.get("alt") or None
            image = Image(url, name, attachment_id)
            href = href or url
    is_told = href is not None or name is not None or size is not None
    if not is_told or (attachment_id is None and (href is None or image is not None)):
        return None, image
    attachment = Attachment(
        id=attachment_id,
        name=name,
        url=urls.resolve(base, href),
        size=size[1] if size else None,
        downloads=int(downloads[1].replace(",", "")) if downloads else None,
        price=price[1].strip() if price else None,
        description=description or _described(element),
    )
    return attachment, image


def picture_source(element: _Element) -> str | None:
    """The address of a picture; ``None`` for one of the forum's own.

    Discuz puts a place holder into `src` and the address into another attribute.
    """
    for name in ("zoomfile", "file", "data-original", "data-src", "src"):
        source = element.get(name)
        if source and not source.startswith("data:") and not urls.is_own_picture(source):
            return source
    return None


def is_upload_span(element: _Element) -> bool:
    """Whether a `span` is what Discuz sets round an uploaded file."""
    # <span id="attach_5"><a>…</a> <em>(212 Bytes…)</em></span>, within ignore_js_op since X2
    return (element.get("id") or "").startswith("attach_")


def is_smiley(picture: _Element, source: str | None) -> bool:
    """Whether an `img` is one of the forum's smilies; ``source`` is its `picture_source`."""
    return bool(picture.get("smilieid") or _SMILEY.search(source or picture.get("src") or ""))


def is_emoji(sign: str) -> bool:
    """Whether the words in place of a picture are one emoji: some plugins make pictures of them.

    >>> is_emoji("\U0001f600"), is_emoji("\u2764\ufe0f"), is_emoji(":)"), is_emoji("")
    (True, True, False, False)
    """
    if not sign or sign.isascii() or len(sign) > _LONGEST_EMOJI:
        return False
    kinds = [unicodedata.category(part) for part in sign]
    return "So" in kinds and all(kind in _OF_EMOJI for kind in kinds)


def read_picture(picture: _Element, source: str | None, base: str) -> Image | None:
    """A picture with nothing of Discuz's round it; ``source`` is its `picture_source`."""
    url = urls.resolve(base, source)
    if not source or not url:
        return None
    name = picture.get("title") or picture.get("alt") or None
    return Image(url, name, upload_id(picture, source))


def upload_id(picture: _Element, source: str) -> str | None:
    """The attachment id of a picture with nothing of Discuz's round it."""
    known = picture.get("aid")
    if known or ("attach" not in source and "mod=image" not in source):
        return known
    marked = _UPLOADED.match(picture.get("id") or "")
    return marked[1] if marked else urls.attachment_id(source)


def _is_in(element: _Element, prefix: str) -> bool:
    """Whether one of the four nearest ancestors has an id that begins with ``prefix``."""
    around = element.getparent()
    for _ in range(4):
        if around is None:
            return False
        if (around.get("id") or "").startswith(prefix):
            return True
        around = around.getparent()
    return False


def _described(element: _Element) -> str | None:
    # <div class="tip_c">… 点击文件名下载附件<br />说明：含源数据</div>
    for line in element.itertext():
        found = _DESCRIPTION.match(str(line).strip())
        if found:
            return found[1].strip()
    return None
