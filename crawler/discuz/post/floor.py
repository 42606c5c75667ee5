"""One floor of a desktop thread page: who, when, which floor, what, and what others said of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.discuz.blocks import File, Picture, Withheld
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.elements import all_text, number, short_text, words
from crawler.discuz.facts import Attachment, Author, Body, Image, Moment, Post, SentFrom
from crawler.discuz.post.author import read_author
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flow import with_objects
from crawler.discuz.post.noise import class_meaning
from crawler.discuz.post.reactions import (
    count_missing_comments,
    read_comments,
    read_ratings,
    read_stand,
)
from crawler.discuz.post.subreplies import SubReplies, read_comment_box, read_subreplies
from crawler.discuz.post.uploads import read_upload
from crawler.discuz.post.withheld import (
    has_way,
    is_about_files,
    read_access,
    read_file_notices,
    read_notice,
)
from crawler.discuz.words import FLOOR_NAMES, FROM, PLACE, RECOMMENDED, STICKY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from crawler.discuz.page.floor_index import Floor

_LABEL_NUMBER = re.compile(r"(\d{1,7})")
# 来自 3#: a reply that staff pinned; 推荐, 置顶: one before its turn without its number
_FROM_FLOOR = re.compile(FROM)
_EARLY = re.compile(f"{RECOMMENDED}|{STICKY}")
# 来自: 浙江省温州市 电信   来自 - 贵州遵义   IP属地：浙江   ·  河南
_HAS_PLACE = re.compile(PLACE)
_PLACE = re.compile(rf"{PLACE}\s?[:\uff1a-]\s*(?P<place>[^|\n]{{2,40}})")
# 2021-12-23 08:42 · 河南
_PLACE_BEHIND_DATE = re.compile(r"·\s{0,9}(?P<place>[^\s·|\d][^·|\n\d]{0,38}[^\s·|\d])\s{0,9}$")
# the parts of a floor that hold others, and may hold lists of plugins
_OPEN = frozenset({"box", "table", "body_box"})
# 来自手机, 来自 iPhone客户端: how, not where
_DEVICE = re.compile(
    r"手机|手機|客户端|客戶端|iPhone|iPad|Android|微信|小程序|App\b|[网網][页頁]", re.I
)


_BESIDE_DATE, _LONGEST_SOURCE = frozenset({"span", "a", "em", "i"}), 60
# 来自手机, and what sites have in place of it (`mobilecomefrom`): 来自: 河湾手机版
_ON_PHONES = "手机|手機|iPhone|Android|安卓|客户端|客戶端|移动端|移動端"
_PHONE = re.compile(rf"{FROM}\s?[:\uff1a]?\s?[^\s|]{{0,12}}(?:{_ON_PHONES})", re.I)


@dataclass(frozen=True, slots=True)
class FloorHead:
    """Who wrote a floor, and when."""

    author: Author
    date: Moment | None


def read_head(floor: Floor, context: Context) -> FloorHead:
    """Read who and when, without the body, which costs the most."""
    element = floor.first("date")
    if element is not None:
        date = read_stamp(element, context)
    else:
        date = _date_beside_author(floor, context)
    return FloorHead(read_author(floor, context), date)


def read_floor(
    floor: Floor,
    context: Context,
    head: FloorHead | None = None,
    *,
    is_first: bool = False,
    may_have_lists: bool = True,
) -> Post:
    """Read one floor (``head`` where it was read); its position is what its label says alone.

    ``may_have_lists``: false if it is known that no member is named behind its cell.
    """
    head = head or read_head(floor, context)
    label = _label(floor)
    position, is_pinned_copy = read_label(label)
    stand, is_winner = read_stand(floor)
    comments = read_comments(floor, context)
    # a skin has markup of its own in Discuz's box
    box = floor.first("comments") if not comments else None
    in_box = read_comment_box(box, context) if box is not None and len(box) else SubReplies()
    in_lists = _in_lists(floor, context) if may_have_lists else SubReplies()
    return Post(
        id=floor.id,
        position=position,
        floor_label=label,
        is_first=is_first,
        is_pinned_copy=is_pinned_copy,
        author=head.author,
        date=head.date,
        location=_location(floor, head.date),
        headline=_headline(floor),
        body=_body(floor, context),
        ratings=read_ratings(floor),
        comments=(*comments, *in_box.comments, *in_lists.comments),
        # 支持: of the thread in its first floor, of a reply where the site ranks replies
        likes=number(next(iter(floor.all("thread_likes") + floor.all("reply_likes")), None)),
        stand=stand,
        is_winner=is_winner,
        comments_missing=count_missing_comments(floor.first("comments")),
        sent_from=_sent_from(floor),
        subreplies=len(in_lists.comments),
        subreplies_missing=in_box.unread + in_lists.unread,
    )


def _in_lists(floor: Floor, context: Context) -> SubReplies:
    """What members said of a floor in lists that plugins draw behind its cell."""
    cell = floor.cell if floor.cell is not None else floor.first("cell")
    wrapper = floor.first("box")
    if wrapper is None:
        wrapper = floor.first("table")
    if cell is None or wrapper is None:
        return SubReplies()
    around = [
        element for name, found in floor.parts.items() if name not in _OPEN for element in found
    ]
    return read_subreplies([wrapper], cell, around, context)


# -- which floor --------------------------------------------------------------------------------


def _label(floor: Floor) -> str | None:
    """The words of the floor's label: 楼主, 沙发, 5#."""
    element = floor.first("label")
    return words(element) or None if element is not None else None


def read_label(label: str | None) -> tuple[int | None, bool]:
    """Which floor a label says, and whether it stands before its turn.

    (3, True) for "来自 3#", (None, True) for 推荐, (2, False) for 沙发 and 2#.
    """
    if not label:
        return None, False
    found = _LABEL_NUMBER.search(label)
    if _FROM_FLOOR.search(label):
        return (int(found[1]) if found else None), True
    if _EARLY.search(label):
        return None, True
    if found:
        return int(found[1]), False
    return FLOOR_NAMES.get(label.rstrip("#").strip()), False


# -- when and where -----------------------------------------------------------------------------


def _date_beside_author(floor: Floor, context: Context) -> Moment | None:
    """The date in a skin that has it in the author's line, without an id of its own."""
    for box in floor.all("author_line"):
        for part in box.iter("em", "span"):
            read = read_stamp(part, context)
            if read:
                return read
    return None


def _sent_from(floor: Floor) -> SentFrom | None:
    """With what a floor was written, by the words beside its date."""
    date_element = floor.first("date")
    if date_element is None:
        return None
    # <em id="authorposton5">发表于 2017-6-1 08:15</em> <span class="xg1">来自手机</span>
    for part in date_element.itersiblings():
        if part.tag not in _BESIDE_DATE:
            continue
        said = part.text
        if said is None or len(part):
            said = short_text(part, _LONGEST_SOURCE)
        if "自" in said and is_from_phone(said):
            return "phone"
    return None


def is_from_phone(said: str) -> bool:
    """Whether words beside a date say that a post was written on a phone."""
    return _PHONE.match(said.strip()) is not None


def _location(floor: Floor, date: Moment | None) -> str | None:
    told = floor.first("place")
    if told is not None and words(told):
        return words(told)
    found = _PLACE_BEHIND_DATE.search(date.raw) if date is not None and "·" in date.raw else None
    if found:
        return found["place"].strip()
    for box in floor.all("author_line")[-1:]:
        place = place_in(all_text(box))
        if place:
            return place
    return None


def place_in(said: str) -> str | None:
    """The place in the line of a floor's date (来自: 浙江省温州市 电信), if it tells one."""
    if not _HAS_PLACE.search(said):
        return None
    found = _PLACE.search(said.replace("\xa0", " "))
    if not found or _DEVICE.search(found["place"]):
        return None
    return " ".join(found["place"].split()) or None


# -- what ---------------------------------------------------------------------------------------


def _headline(floor: Floor) -> str | None:
    # the subject of a reply: <div class="pcb"><h2>…</h2>
    box = floor.first("body_box")
    heading = next(box.iterchildren("h2"), None) if box is not None else None
    return words(heading) or None if heading is not None else None


def _body(floor: Floor, context: Context) -> Body:
    cell = floor.body_element
    body = read_body(cell, context) if cell is not None else _locked_body(floor)
    body = _with_notices(body, floor)
    uploads = [
        read_upload(box, context.base)
        for below in floor.all("files")
        for box in _upload_boxes(below)
    ]
    attachments = [attachment for attachment, _ in uploads if attachment]
    images = [image for _, image in uploads if image]
    if not attachments and not images:
        return body
    return replace(
        body,
        blocks=with_objects(body.blocks, _places(attachments, images)),
        images=body.images + tuple(images),
        attachments=body.attachments + tuple(attachments),
    )


def _locked_body(floor: Floor) -> Body:
    """A floor whose body is withheld: <div class="locked">提示: <em>该帖被…屏蔽</em></div>."""
    for box in floor.all("withheld"):
        notice = read_notice(box)
        return Body(blocks=(Withheld(notice),), access=read_access(notice), notices=(notice,))
    return Body()


def _with_notices(body: Body, floor: Floor) -> Body:
    """A body with what boxes round its cell say: files are withheld, the rest has to be paid."""
    boxes = [(box, read_notice(box)) for box in floor.all("withheld")]
    about_files = [
        *floor.all("files_withheld"),
        *(box for box, notice in boxes if is_about_files(notice)),
    ]
    notices = read_file_notices(about_files)
    access = body.access
    for box, notice in boxes:
        # a thread that has to be bought may show a part of its words for nothing
        if floor.cell is not None and has_way(box) and read_access(notice) == "paid":
            notices, access = (notice, *notices), "paid"
    if not notices:
        return body
    return replace(
        body,
        access=access,
        notices=body.notices + notices,
        attachments_withheld=body.attachments_withheld + len(about_files),
    )


def _upload_boxes(below: _Element) -> Iterable[_Element]:
    boxes = [box for box in below.iter("dl") if class_meaning(box.get("class") or "") == "upload"]
    # robots get plain pictures there
    return boxes or list(below.iter("ignore_js_op"))


def _places(attachments: list[Attachment], images: list[Image]) -> Iterator[Picture | File]:
    pictured = {image.attachment_id for image in images if image.attachment_id}
    yield from (Picture(image.url, image.name) for image in images)
    for attachment in attachments:
        if attachment.id not in pictured:
            yield File(attachment.url, attachment.name)
