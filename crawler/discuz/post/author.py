"""Who wrote a post: the column beside it, the line above it, the card that hovers over it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import all_text, number, words
from crawler.discuz.facts import Author

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.page.floor_index import Floor

_ANONYMOUS = re.compile(r"^\s*(?:匿名|遊客|游客|Guest|Anonymous)", re.I)
_DELETED = re.compile(r"[该該]用[户戶]已被[删刪]除")
_LABEL = re.compile(r"^\s*作者\s?[:\uff1a]\s*")
# 6284主题6286帖子7134积分, as the words of the three cells join
_COUNTED = re.compile(r"(?<!\d)(\d{1,18})\s{0,9}(主题|主題|帖子|回帖|积分|積分)")
_COUNTERS = {
    "主题": "threads",
    "主題": "threads",
    "帖子": "posts",
    "回帖": "posts",  # X3.4 and later
    "积分": "credits",
    "積分": "credits",
}


def read_author(floor: Floor, context: Context) -> Author:
    name = user_id = url = None
    # a skin without authi has the name somewhere in the floor's header or column
    for box in floor.all("authi") or floor.all("pi") + floor.all("pls"):
        for link in box.iter("a"):
            href = link.get("href")
            if not urls.is_user_link(href):
                continue
            user_id = user_id or urls.user_id(href)
            url = url or urls.resolve(context.base, href)
            name = member_name(link)
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


def member_name(link: _Element) -> str | None:
    """The name in a link to a member, without a label: <a><em>作者：</em>NAME</a>."""
    return _LABEL.sub("", words(link)) or None


def read_name(box: _Element, base: str, *, without: str | None = None) -> Author:
    """Who is named in a box that holds little else: a member's link, or words in place of one.

    ``without`` are words of the box that are no name (the floor's label).
    """
    said = words(box)
    for link in box.iter("a"):
        href = link.get("href")
        name = member_name(link) if urls.is_user_link(href) else None
        if name:
            url = urls.without_mobile(urls.resolve(base, href))
            return Author(name, urls.user_id(href), url)
    said = said.removeprefix(without).strip() if without else said
    if _DELETED.search(said):
        return Author(_DELETED.sub("", said).strip() or None, is_deleted=True)
    is_anonymous = bool(_ANONYMOUS.match(said))
    return Author("匿名" if is_anonymous else None, is_anonymous=is_anonymous)


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
        said = all_text(box)
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
                    count = number(term.getnext())
                    if count is not None:
                        found["credits"] = count
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
