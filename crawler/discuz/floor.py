"""One floor of a desktop thread page: who, when, which floor, what, and what others said of it.

Templates `viewthread_node.htm` and `viewthread_node_body.htm` of X2 to X3.5. `index_floors` passes
over the tree once and sorts what it meets by floor; everything below looks only at what it found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.body import Context, read_access, read_body, read_notice, read_upload
from crawler.discuz.dates import read_date
from crawler.discuz.facts import (
    Attachment,
    Author,
    Block,
    Body,
    Comment,
    Image,
    Moment,
    Post,
    Rating,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

# Ids that bear a post's number: <div id="post_5003">, <table id="pid5003">, … An element with a
# new number begins the next floor.
_FLOOR_IDS = frozenset({"post_", "pid", "favatar", "authorposton", "postnum", "postmessage_"})
_WRAPPERS = frozenset({"post_", "pid"})
_OPEN_IDS = frozenset({"favatar", "authorposton", "postnum"})
# Parts whose insides are read where they are used; the pass goes round them. What a member wrote
# in a cell, HTML posts included, so never counts as a part of the page.
_CLOSED_IDS = frozenset({"userinfo", "ratelog_", "comment_"})
_CLOSED_NAMED_IDS = frozenset(
    {"pt", "thread_subject", "threadstamp", "favoritenumber", "recommendv_add", "pl_top"}
)
_CLOSED_CLASSES = frozenset(
    {
        "tns",
        "pil",
        "t_f",
        "locked",
        "pattl",
        "ptg",
        "modact",
        "mobile-location",
        "typeoption",
        "pdbts",
        "pg",
        "replyadd",
    }
)
_OPEN_CLASSES = frozenset({"authi", "pi", "pls", "pcb", "pcbs", "hm"})
# Nothing of use inside: signature, menus, hidden boxes.
_SKIPPED_CLASSES = frozenset({"sign", "tip", "p_pop", "avatar"})
_NEVER = object()
_DIGITS = "0123456789"

_LABELS = {"楼主": 1, "樓主": 1, "沙发": 2, "沙發": 2, "板凳": 3, "地板": 4}
_LABEL_NUMBER = re.compile(r"(\d{1,7})")
_FROM_FLOOR = re.compile(r"来自|來自")
_EARLY = re.compile(r"推[荐薦]|置[顶頂]")
_ANONYMOUS = re.compile(r"^\s*(?:匿名|遊客|游客|Guest|Anonymous)", re.I)
_DELETED = re.compile(r"[该該]用[户戶]已被[删刪]除")
_LABEL = re.compile(r"^\s*作者\s?[:\uff1a]\s*")
# 来自: 浙江省温州市 电信   来自 - 贵州遵义   IP属地：浙江   ·  河南
_PLACE_WORDS = ("来自", "來自", "属地", "屬地")
_PLACE = re.compile(r"(?:来自|來自|属地|屬地)\s?[:\uff1a-]\s*(?P<place>[^|\n]{2,40})")
_PLACE_BEHIND_DATE = re.compile(r"·\s*(?P<place>[^·|\n\d]{2,40})\s*$")
# 来自手机, 来自 iPhone客户端: how, not where
_DEVICE = re.compile(
    r"手机|手機|客户端|客戶端|iPhone|iPad|Android|微信|小程序|App\b|[网網][页頁]", re.I
)
_NUMBER = re.compile(r"-?\d[\d,]*")
# 6284主题6286帖子7134积分, as the words of the three cells join
_COUNTED = re.compile(r"(\d+)\s{0,9}(主题|主題|帖子|积分|積分)")
_COUNTERS = {
    "主题": "threads",
    "主題": "threads",
    "帖子": "posts",
    "积分": "credits",
    "積分": "credits",
}


@dataclass(slots=True)
class Floor:
    """The parts of one floor, by the name of the id or class they were known by."""

    id: str
    parts: dict[str, list[_Element]] = field(default_factory=dict)
    cell: _Element | None = None

    def add(self, name: str, element: _Element) -> None:
        found = self.parts.get(name)
        if found is None:
            self.parts[name] = [element]
        else:
            found.append(element)

    def first(self, name: str) -> _Element | None:
        found = self.parts.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[_Element]:
        return self.parts.get(name, [])


def index_floors(root: _Element) -> tuple[Floor, list[Floor]]:
    """Sort the elements of a page: what belongs to no floor, and the floors in page order.

    An element whose id bears a new number begins the next floor; where it wraps the floor, the
    floor ends with it. A floor that comes twice (`postmessage_157` twice in a trade) is one.
    """
    page = Floor("")
    floors: dict[str, Floor] = {}
    current = page
    end: object = _NEVER  # the element behind the wrapper of the current floor
    target: object = None  # the element behind what is gone round
    for element in root.iter():
        if target is not None:
            if element is not target:
                continue
            target = None
        if element is end:
            current, end = page, _NEVER
        mark, classes = element.get("id"), element.get("class")
        is_closed = False
        if mark is not None:
            stem = mark.rstrip(_DIGITS)
            if stem in _FLOOR_IDS and len(stem) < len(mark):
                number = mark[len(stem) :]
                if number != current.id:
                    current, end = floors.setdefault(number, Floor(number)), _NEVER
                if end is _NEVER and stem in _WRAPPERS:
                    end = _following(element)
                if stem == "postmessage_":
                    if current.cell is None and element.tag in ("td", "div"):
                        current.cell = element
                    target = _following(element)
                    continue
                if stem in _OPEN_IDS:
                    current.add(stem, element)
            elif stem in _CLOSED_IDS or mark in _CLOSED_NAMED_IDS:
                current.add(stem, element)
                is_closed = True
        if classes is not None:
            names, is_left = _names(classes)
            for name in names:
                current.add(name, element)
            is_closed = is_closed or is_left
        if is_closed and len(element):
            target = _following(element)
    return page, list(floors.values())


def _following(element: _Element) -> object:
    """The element after the whole of ``element`` in document order."""
    node: _Element | None = element
    while node is not None:
        after = node.getnext()
        if after is not None:
            return after
        node = node.getparent()
    return _NEVER


@lru_cache(maxsize=4096)
def _names(classes: str) -> tuple[tuple[str, ...], bool]:
    """The parts that a class attribute names, and whether to go round its insides."""
    names = frozenset(classes.split())
    closed = names & _CLOSED_CLASSES
    return (*closed, *(names & _OPEN_CLASSES)), bool(closed or names & _SKIPPED_CLASSES)


def read_floor(floor: Floor, context: Context, *, is_first: bool = False) -> Post:
    """Read one floor; its position is what its label says alone."""
    label = _label(floor)
    position, is_early = _position(label)
    stand, is_winner = _stand(floor)
    stamp = floor.first("authorposton")
    date = _date(stamp, context) if stamp is not None else _date_in_authi(floor, context)
    return Post(
        id=floor.id,
        position=position,
        floor_label=label,
        is_first=is_first,
        is_early=is_early,
        author=_author(floor, context),
        date=date,
        location=_location(floor, date),
        headline=_headline(floor),
        body=_body(floor, context),
        ratings=_ratings(floor),
        comments=_comments(floor, context),
        # 支持: of the thread in its first floor, of a reply where the site ranks replies
        likes=number(next(iter(floor.all("recommendv_add") + floor.all("replyadd")), None)),
        stand=stand,
        is_winner=is_winner,
    )


def number(element: _Element | None) -> int | None:
    """A counter: `12,345`, or `<span title="12345">1万</span>` as Discuz's dnumber() writes it."""
    if element is None:
        return None
    said = words(element)
    if said.isascii() and said.isdigit():
        return int(said[:18])
    for part in (element, *element.iter("span")):
        title = part.get("title")
        if title and _NUMBER.fullmatch(title):
            return int(title.replace(",", "")[:18])
    found = _NUMBER.search(said)
    return int(found[0].replace(",", "")[:18]) if found else None


def words(element: _Element) -> str:
    """All words below an element, with single spaces."""
    said = "".join(element.itertext()) if len(element) else element.text or ""
    return " ".join(said.split())


# -- which floor --------------------------------------------------------------------------------


def _label(floor: Floor) -> str | None:
    element = floor.first("postnum")
    return words(element) or None if element is not None else None


def _position(label: str | None) -> tuple[int | None, bool]:
    """(3, True) for "来自 3#", (None, True) for 推荐, (2, False) for 沙发 and 2#."""
    if not label:
        return None, False
    found = _LABEL_NUMBER.search(label)
    if _FROM_FLOOR.search(label):
        return (int(found[1]) if found else None), True
    if _EARLY.search(label):
        return None, True
    if found:
        return int(found[1]), False
    return _LABELS.get(label.rstrip("#").strip()), False


# -- who ----------------------------------------------------------------------------------------


def _author(floor: Floor, context: Context) -> Author:
    name = user_id = url = None
    for box in floor.all("authi"):
        for link in box.iter("a"):
            href = link.get("href")
            if not urls.is_user_link(href):
                continue
            user_id = user_id or urls.user_id(href)
            url = url or urls.resolve(context.base, href)
            name = _LABEL.sub("", words(link)) or None
            if name:
                break
        if name:
            break
    if name is None:
        name, user_id, url = _author_of_card(floor, context, user_id, url)
    is_anonymous = is_deleted = False
    if name is None:
        for box in floor.all("pi"):
            said = words(box)
            if _DELETED.search(said):
                # <div class="pi">NAME <em>该用户已被删除</em></div>
                is_deleted = True
                name = _DELETED.sub("", said).strip() or None
            elif user_id is None and _ANONYMOUS.match(said):
                is_anonymous = True
                name = "匿名"
            if name:
                break
        else:
            is_anonymous = user_id is None and any(
                _ANONYMOUS.match(words(box)) for box in floor.all("authi")
            )
            name = "匿名" if is_anonymous else None
    counters = _counters(floor)
    group, title = _group(floor)
    return Author(
        name=name,
        id=user_id,
        url=url,
        group=group,
        title=title,
        is_anonymous=is_anonymous,
        is_deleted=is_deleted,
        threads=counters.get("threads"),
        posts=counters.get("posts"),
        credits=counters.get("credits"),
    )


def _author_of_card(
    floor: Floor, context: Context, user_id: str | None, url: str | None
) -> tuple[str | None, str | None, str | None]:
    """The hidden hover card names the author too: <strong><a href="…uid=2">NAME</a></strong>."""
    card = floor.first("userinfo")
    if card is not None:
        for bold in card.iter("strong"):
            for link in bold.iter("a"):
                href = link.get("href")
                if urls.is_user_link(href):
                    said = words(link) or None
                    return said, user_id or urls.user_id(href), urls.resolve(context.base, href)
    return None, user_id, url


def _counters(floor: Floor) -> dict[str, int]:
    found: dict[str, int] = {}
    for box in floor.all("tns"):
        # <th><p><a>6284</a></p>主题</th>
        said = "".join(box.itertext())
        if "万" not in said and "萬" not in said:
            for count, name in _COUNTED.findall(said):
                found.setdefault(_COUNTERS[name], int(count[:18]))
            continue
        for cell in box.iter("th", "td"):
            value = next(iter(cell), None)
            name = _COUNTERS.get((value.tail or "").strip()) if value is not None else None
            exact = number(value) if name else None
            if name and exact is not None:
                found.setdefault(name, exact)
    if "credits" not in found:
        for box in floor.all("pil"):
            for term in box.iter("dt"):
                if _COUNTERS.get((term.text or "").strip()) == "credits":
                    credits = number(term.getnext())
                    if credits is not None:
                        found["credits"] = credits
    return found


def _group(floor: Floor) -> tuple[str | None, str | None]:
    """Group (小朋友) and the member's own title below it (资深编辑)."""
    column = floor.first("favatar")
    if column is None:
        column = floor.first("pls")
    if column is None:
        return None, None
    group = title = None
    for line in column.iterchildren("p"):
        if line.get("class") == "xg1":
            title = title or words(line) or None
        elif group is None:
            for link in line.iter("a"):
                if "ac=usergroup" in (link.get("href") or ""):
                    group = words(link) or None
                    break
    return group, title


# -- when and where -----------------------------------------------------------------------------


def _date(element: _Element, context: Context) -> Moment | None:
    # <em id="authorposton9">发表于 <span title="2026-11-20 18:48:19">前天&nbsp;18:48</span></em>
    if not len(element):
        return read_date(element.text or "", None, context.clock)
    title = next((part.get("title") for part in element.iter("span") if part.get("title")), None)
    return read_date("".join(element.itertext()), title, context.clock)


def _date_in_authi(floor: Floor, context: Context) -> Moment | None:
    for box in floor.all("authi"):
        for part in box.iter("em", "span"):
            read = _date(part, context)
            if read:
                return read
    return None


def _location(floor: Floor, date: Moment | None) -> str | None:
    told = floor.first("mobile-location")
    if told is not None and words(told):
        return words(told)
    found = _PLACE_BEHIND_DATE.search(date.raw) if date is not None and "·" in date.raw else None
    if found:
        return found["place"].strip()
    for box in floor.all("authi")[-1:]:
        said = "".join(box.itertext())
        if not any(word in said for word in _PLACE_WORDS):
            continue
        found = _PLACE.search(said.replace("\xa0", " "))
        if found and not _DEVICE.search(found["place"]):
            return " ".join(found["place"].split()) or None
    return None


# -- what ---------------------------------------------------------------------------------------


def _headline(floor: Floor) -> str | None:
    # the subject of a reply: <div class="pcb"><h2>…</h2>
    box = floor.first("pcb")
    heading = next(box.iterchildren("h2"), None) if box is not None else None
    return words(heading) or None if heading is not None else None


def _body(floor: Floor, context: Context) -> Body:
    cell = floor.cell
    if cell is None:
        cell = floor.first("t_f")
    if cell is not None:
        body = read_body(cell, context)
    else:
        body = _locked_body(floor)
    uploads = [
        read_upload(box, context) for below in floor.all("pattl") for box in _upload_boxes(below)
    ]
    attachments = [attachment for attachment, _ in uploads if attachment]
    images = [image for _, image in uploads if image]
    if not attachments and not images:
        return body
    return replace(
        body,
        blocks=body.blocks + _places(attachments, images),
        images=body.images + tuple(images),
        attachments=body.attachments + tuple(attachments),
    )


def _locked_body(floor: Floor) -> Body:
    """A floor whose body is withheld: <div class="locked">提示: <em>该帖被…屏蔽</em></div>."""
    for box in floor.all("locked"):
        notice = read_notice(box)
        return Body(
            blocks=(Block("hidden", notice),), access=read_access(notice), notices=(notice,)
        )
    return Body()


def _upload_boxes(below: _Element) -> Iterable[_Element]:
    boxes = [box for box in below.iter("dl") if "tattl" in (box.get("class") or "")]
    # robots get plain pictures there
    return boxes or list(below.iter("ignore_js_op"))


def _places(attachments: list[Attachment], images: list[Image]) -> tuple[Block, ...]:
    pictured = {image.attachment_id for image in images if image.attachment_id}
    return (
        *(Block("image", image.name or "", image.url) for image in images),
        *(
            Block("file", attachment.name or "", attachment.url)
            for attachment in attachments
            if attachment.id not in pictured
        ),
    )


# -- what others said of it ---------------------------------------------------------------------


def _comments(floor: Floor, context: Context) -> tuple[Comment, ...]:
    box = floor.first("comment_")
    if box is None or not len(box):
        return ()
    comments = []
    for row in box.iter("div"):
        # <div class="psta">author</div><div class="psti">text <span class="xg1">发表于 …</span>
        if (row.get("class") or "").split()[:1] != ["psti"]:
            continue
        before = row.getprevious()
        name = user_id = None
        if before is not None:
            for link in before.iter("a"):
                user_id = user_id or urls.user_id(link.get("href"))
                name = words(link) or name
        stamp = next((part for part in row.iter("span") if part.get("class") == "xg1"), None)
        date = _date(stamp, context) if stamp is not None else None
        said = words(row)
        if stamp is not None:
            said = said.removesuffix(words(stamp))
        comments.append(Comment(name, user_id, said.strip(), date))
    return tuple(comments)


def _ratings(floor: Floor) -> tuple[Rating, ...]:
    box = floor.first("ratelog_")
    if box is None:
        return ()
    credits: list[str] = []
    ratings = []
    for row in box.iter("tr", "p"):
        if row.tag == "p":
            # ratelogon=0: <p id="rate_5_2" tip="…威望 + 1 …">
            continue
        heads = [words(cell) for cell in row.iterchildren("th")]
        if heads:
            # 参与人数 3 | 威望 +1 | 金钱 +15 | 理由
            credits = [head.split()[0] for head in heads[1:-1] if head]
            continue
        cells = [words(cell) for cell in row.iterchildren("td")]
        links = [link for link in row.iter("a") if urls.is_user_link(link.get("href"))]
        if len(cells) < 2 or not (row.get("id") or "").startswith("rate_"):
            continue
        scores = {
            name: score.replace(" ", "")
            for name, score in zip(credits, cells[1:], strict=False)
            if score
        }
        reason = cells[len(credits) + 1] if len(cells) > len(credits) + 1 else ""
        user_id = urls.user_id(links[0].get("href")) if links else None
        ratings.append(Rating(cells[0] or None, user_id, scores, reason or None))
    return tuple(ratings)


def _stand(floor: Floor) -> tuple[str | None, bool]:
    """The side a reply takes in a debate, and whether it won in a rush (抢中本楼)."""
    for box in floor.all("pdbts"):
        for link in box.iter("a"):
            href = link.get("href") or ""
            if "filter=debate" in href:
                return words(link) or None, False
            if "checkrush" in href:
                return None, True
    return None, False
