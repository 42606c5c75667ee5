"""Who wrote a post: the column beside it, the line above it, the card that hovers over it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import bears, line_of, number, words
from crawler.discuz.facts import Author
from crawler.discuz.words import (
    ANONYMOUS,
    AUTHOR,
    AUTHOR_COUNTERS,
    MEMBER_DELETED,
    NOBODY_FIRST,
    NOBODY_NAME,
    TEN_THOUSANDS,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.page.floor_index import Floor

# 作者：NAME
_NAME_LABEL = re.compile(rf"^\s*{AUTHOR}\s?[:\uff1a]\s*")
# A box that holds a name and little else; what is longer are somebody's words.
_LONGEST_BOX = 2000
# 6284主题6286帖子7134积分, as the words of the three cells join
_COUNTED = re.compile(rf"(?<![\d,.-])(\d[\d,]{{0,22}})\s{{0,9}}({'|'.join(AUTHOR_COUNTERS)})")


def read_author(floor: Floor, context: Context) -> Author:
    """Who wrote a floor of a desktop page, with the counters that stand below the name."""
    name, user_id, url = _member(floor, context)
    is_anonymous = is_deleted = False
    if name is None:
        name, is_anonymous, is_deleted = _without_link(floor, user_id)
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


def _member(floor: Floor, context: Context) -> tuple[str | None, str | None, str | None]:
    """Name, id and address of the member that a floor links to; an avatar's link has no name."""
    user_id = url = None
    # a skin without such a line has the name somewhere in the floor's header or column
    for box in floor.all("author_line") or floor.all("author_box") + floor.all("column_cell"):
        for link in box.iter("a"):
            href = link.get("href")
            if not urls.is_user_link(href):
                continue
            user_id = user_id or urls.user_id(href)
            url = url or urls.resolve(context.base, href)
            name = member_name(link)
            if name:
                return name, user_id, url
    # the hidden hover card names the author too: <strong><a href="…uid=2">NAME</a></strong>
    card = floor.first("card")
    for bold in card.iter("strong") if card is not None else ():
        for link in bold.iter("a"):
            href = link.get("href")
            if urls.is_user_link(href):
                of_card = urls.resolve(context.base, href)
                return words(link) or None, user_id or urls.user_id(href), of_card
    return None, user_id, url


def _without_link(floor: Floor, user_id: str | None) -> tuple[str | None, bool, bool]:
    """Who is named without a link: nobody (the second is true), or a deleted member (the third)."""
    is_deleted = False
    for box in floor.all("author_box"):
        said = line_of(box, _LONGEST_BOX)
        if MEMBER_DELETED.search(said):
            # <div class="pi">NAME <em>该用户已被删除</em></div>
            is_deleted = True
            name = MEMBER_DELETED.sub("", said).strip() or None
            if name:
                return name, False, True
        elif user_id is None and NOBODY_FIRST.match(said):
            return ANONYMOUS, True, is_deleted
    lines = floor.all("author_line") if user_id is None else []
    is_anonymous = any(NOBODY_FIRST.match(line_of(line, _LONGEST_BOX)) for line in lines)
    return ANONYMOUS if is_anonymous else None, is_anonymous, is_deleted


def member_name(link: _Element) -> str | None:
    """The name in a link to a member, without a label: <a><em>作者：</em>NAME</a>."""
    return _NAME_LABEL.sub("", words(link)) or None


def read_name(box: _Element, base: str, *, without: str | None = None) -> Author:
    """Who is named in a box that holds little else: a member's link, or words in place of one.

    ``without`` are words of the box that are no name (the floor's label).
    """
    for link in box.iter("a"):
        href = link.get("href")
        name = member_name(link) if urls.is_user_link(href) else None
        if name:
            url = urls.without_mobile(urls.resolve(base, href))
            return Author(name, urls.user_id(href), url)
    said = line_of(box, _LONGEST_BOX)
    said = said.removeprefix(without).strip() if without else said
    deleted = MEMBER_DELETED.search(said)
    if deleted:
        # buttons and the date may stand behind it: NAME 该用户已被删除 只看他 2023-3-14
        return Author(said[: deleted.start()].strip() or None, is_deleted=True)
    return nobody() if NOBODY_FIRST.match(said) else Author()


def name_alone(said: str) -> Author:
    """Who a text names that consists of the name: a member, somebody deleted, or nobody.

    >>> name_alone("匿名 203.0.113.x:1234").is_anonymous, name_alone("匿名山人").name
    (True, '匿名山人')
    """
    if NOBODY_NAME.fullmatch(said):
        return nobody()
    is_deleted = bool(MEMBER_DELETED.search(said))
    return Author(MEMBER_DELETED.sub("", said).strip() or None, is_deleted=is_deleted)


def nobody() -> Author:
    """Somebody who is not named: a guest, or a member who hid the name."""
    return Author(ANONYMOUS, is_anonymous=True)


def _counters(floor: Floor) -> dict[str, int]:
    """Threads, posts and credits of an author."""
    found: dict[str, int] = {}
    for box in floor.all("counters"):
        # <th><p><a>6284</a></p>主题</th>
        said = words(box)
        if not any(sign in said for sign in TEN_THOUSANDS):
            for count, name in _COUNTED.findall(said):
                found.setdefault(AUTHOR_COUNTERS[name], int(count.replace(",", "")[:18]))
            continue
        for cell in box.iter("th", "td"):
            value = next(iter(cell), None)
            name = AUTHOR_COUNTERS.get((value.tail or "").strip()) if value is not None else None
            exact = number(value) if name else None
            if name and exact is not None:
                found.setdefault(name, exact)
    credits_ = _credits(floor) if "credits" not in found else None
    if credits_ is not None:
        found["credits"] = credits_
    return found


def _credits(floor: Floor) -> int | None:
    """<dl class="pil cl"><dt>积分</dt><dd>6789</dd>, where they are not among the counters."""
    told = None
    for box in floor.all("credits"):
        for term in box.iter("dt"):
            if AUTHOR_COUNTERS.get((term.text or "").strip()) == "credits":
                count = number(term.getnext())
                told = told if count is None else count
    return told


def _group(floor: Floor) -> tuple[str | None, str | None]:
    """Group (小朋友) and the member's own title below it (资深编辑)."""
    column = floor.first("column")
    if column is None:
        column = floor.first("column_cell")
    if column is None:
        return None, None
    group = title = None
    for line in column.iterchildren("p"):
        if bears(line, "xg1"):
            title = title or words(line) or None
        elif group is None:
            for link in line.iter("a"):
                if "ac=usergroup" in (link.get("href") or ""):
                    group = words(link) or None
                    break
    return group, title
