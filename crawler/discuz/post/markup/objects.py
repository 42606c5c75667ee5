"""What stands among the words: pictures, smilies, files, players."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import File, Picture, Smiley
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Image
from crawler.discuz.post import boxes
from crawler.discuz.post.boxes import holds_more, visible
from crawler.discuz.post.markup.layout import begin_block, empty_box
from crawler.discuz.post.media import addresses_in_script
from crawler.discuz.post.noise import class_meaning
from crawler.discuz.post.render_text import CONTROLS
from crawler.discuz.post.uploads import (
    is_emoji,
    is_smiley,
    picture_source,
    read_picture,
    read_upload,
)
from crawler.discuz.post.walk import skip

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Entered, Walk

_UPLOADS = {
    "ignore_js_op": boxes.UPLOAD,
    "span": boxes.FILE_NAME,
    "dl": boxes.FILE_LIST,
}


def begin_picture(walk: Walk, element: _Element) -> Entered:
    source = picture_source(element)
    sign = CONTROLS.sub("", element.get("alt") or "")
    if is_emoji(sign):
        walk.add(sign)
        return skip
    if is_smiley(element, source):
        url = urls.resolve(walk.context.base, element.get("src"))
        walk.put(Smiley(sign, url))
        return skip
    image = read_picture(element, source, walk.context.base)
    if image is not None:
        _put_image(walk, image)
    return skip


def _put_image(walk: Walk, image: Image) -> None:
    walk.found.images.append(image)
    walk.put(Picture(image.url, image.name, walk.style.link if _is_linked(walk, image) else None))


def _is_linked(walk: Walk, image: Image) -> bool:
    """Whether an author linked a picture; round uploads the forum sets links of its own."""
    link = walk.style.link
    return link is not None and image.attachment_id is None and image.url != link


def begin_upload(walk: Walk, element: _Element) -> Entered:
    box = _UPLOADS.get(element.tag, boxes.THUMB)
    is_block = element.tag in ("div", "dl")
    if "upload" in walk.empty_boxes:
        return begin_block(walk, element) if is_block else None
    if holds_more(element, box):
        return None
    media = len(walk.found.media)
    for script in element.iter("script"):
        begin_script(walk, script)
    for player in element.iter("iframe", "video", "audio", "source", "embed"):
        walk.add_media(player.get("src"))
    for part in element.iter("div"):
        if class_meaning(part.get("class") or "") == "media":
            begin_media(walk, part)
    attachment, image = read_upload(element, walk.context.base)
    if image:
        _put_image(walk, image)
    if attachment:
        walk.found.attachments.append(attachment)
        if not image:
            walk.put(File(attachment.url, attachment.name))
    if not (image or attachment) and len(walk.found.media) == media:
        return empty_box(walk, "upload", is_block=is_block)
    return box


def begin_media(walk: Walk, element: _Element) -> Entered:
    # X3.5: the script beside it names the address, the link in it may be dead (javascript:;)
    if holds_more(element, boxes.MEDIA):
        return None
    links = list(element.iter("a"))
    if visible(all_text(element)) > sum(visible(all_text(link)) for link in links):
        # a box of the author's own that has this name
        return begin_block(walk, element)
    for link in links:
        walk.add_media(link.get("href"))
    return boxes.MEDIA


def begin_script(walk: Walk, element: _Element) -> Entered:
    for address in addresses_in_script(element.text or ""):
        walk.add_media(address)
    return boxes.SCRIPT


def begin_frame(walk: Walk, element: _Element) -> Entered:
    walk.add_media(element.get("src"))
    return boxes.FRAME


def begin_player(walk: Walk, element: _Element) -> Entered:
    # <object data="x.swf">words for those who cannot play it: nobody can any more</object>
    walk.add_media(element.get("src") or element.get("data"))
    return None


def begin_player_with_sources(walk: Walk, element: _Element) -> Entered:
    # <video><source src="…" />words for those who cannot play it: browsers can</video>
    if holds_more(element, boxes.MEDIA):
        return None
    for part in (element, *element.iter("source")):
        walk.add_media(part.get("src"))
    return boxes.MEDIA
