"""What stands above the floors: title, type, board and breadcrumbs, counters, marks.

Templates `viewthread.htm` and, in the first floor, `viewthread_node_body.htm`. Where a skin has
none of Discuz's boxes, the same words and links are looked for in the source above the first floor.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import all_text, number, own_text, short_text, words
from crawler.discuz.facts import Board, Crumb
from crawler.discuz.page.breadcrumbs import board_of
from crawler.discuz.page.floor_index import Floor
from crawler.discuz.page.prune import first_floor
from crawler.discuz.page.site import script_number
from crawler.discuz.page.staff_marks import read_marks

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.document import Document

_TYPE = re.compile(r"^\[[^\[\]]{1,60}\]\s?")
_TITLE = re.compile(r"<title[^>]{0,99}>([^<]{1,500})", re.I)
_HEAD = 65536
_MARKUP_OF_TITLE = 4
# How far above the first floor its title, board and counters are looked for.
_ABOVE = 65536
_BRACKETS = re.compile(r"\[([^\[\]]{1,60})\]")
# 查看: 8409|回复: 0; one commercial skin: 阅读：154
_VIEWS = re.compile(r"(?:查看|浏览|瀏覽|阅读|閱讀|点击|點擊)\s?[:\uff1a]\s?(\d{1,12})")
_REPLIES = re.compile(r"(?:回[复復覆複]|评论|評論)\s?[:\uff1a]\s?(\d{1,12})")
# Skins without Discuz's boxes have the same words in other ones: what is looked for in the source
# between title and first floor. <div>查看</div> <div>1437</div>
_GAP = (
    r"\s{0,9}[:\uff1a]?(?:\s|&nbsp;|</?(?:div|span|em|p|i|b|strong|li|td|th|a)\b[^>]{0,300}>){1,12}"
)
_VIEWS_NEAR = re.compile(rf"(?:查看|浏览|瀏覽|阅读|閱讀){_GAP}(\d{{1,12}})\s?<")
_REPLIES_NEAR = re.compile(rf"回[复復覆複]{_GAP}(\d{{1,12}})\s?<")
_TYPE_NEAR = re.compile(r"<a\s[^>]{0,500}?typeid=\d[^>]{0,500}>\s?\[([^\[\]<]{1,60})\]\s?</a>")
_BOARD_NEAR = re.compile(
    r"<a\s[^>]{0,300}?href=[\"']([^\"'>]{1,300})[\"'][^>]{0,300}>([^<\[]{1,80})</a>"
)
# beside the title, and not set by staff alone: hot_1.gif, agree.gif; X3.5: <i class="fico-fire …">
_FLAGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/hot_?\d|fico-fire|[热熱]度|[热熱]帖"), "hot"),
    (re.compile(r"/(?:agree|recommend)_?\d|推[荐薦]"), "recommended"),
    (re.compile(r"高亮"), "highlighted"),
)
# phones: <div class="mtit">… 全部回复<em>55</em>; old ones: 共有12条回复
_ALL_REPLIES = re.compile(
    r"(?:全部|所有)回[复復覆複]\s?[(\uff08:\uff1a]?\s?(\d{1,9})"
    r"|共有?\s?(\d{1,9})\s?[条个個條]\s?回[复復覆複]"
)
_ACTION = re.compile(r"\d:\d\d\s?(?!解除|取消)(\S{1,20})$")


def find_heading(document: Document, root: _Element, page: Floor) -> _Element | None:
    """The element that holds the title; never `<title>`, which sites fill as they like."""
    heading = page.first("thread_subject")
    if heading is not None and words(heading):
        return heading
    # a skin without the id: the longest heading that the page's title repeats, not the logo
    title = _TITLE.search(document.text, 0, _HEAD)
    said = " ".join(html.unescape(title[1]).split()) if title else ""
    repeated = [h1 for h1 in root.iter("h1") if subject(h1) and subject(h1) in said]
    return max(repeated, key=lambda h1: len(subject(h1)), default=None)


def read_title(document: Document, root: _Element) -> str | None:
    """The title in a skin whose boxes are not known: the longest words that `<title>` begins with.

    `<title>` itself ends with board and site, and nothing tells where the title ends in it.
    """
    found = _TITLE.search(document.text, 0, _HEAD)
    said = " ".join(html.unescape(found[1]).split()) if found else ""
    best = ""
    for element in root.iter("h1", "h2", "h3", "h4", "span", "a", "strong", "div", "p"):
        if len(element) < _MARKUP_OF_TITLE:
            # <div><em>[见闻]</em> TITLE</div>: the type stands in the same box
            for text in (short_text(element, len(said)), own_text(element)):
                told = " ".join(text.split())
                if len(best) < len(told) < len(said) and said.startswith(told):
                    best = told
    if best:
        return best
    heading = find_heading(document, root, Floor(""))
    return subject(heading) if heading is not None else None


def subject(heading: _Element) -> str:
    """The words of a heading without the type in front of it: [见闻] 旧码头…"""
    return words(heading) if heading.get("id") else _TYPE.sub("", words(heading))


def read_category(document: Document, heading: _Element) -> str | None:
    """The type before the title: a link `[国内]`, or for robots the bare text."""
    around = heading.getparent()
    if around is None or around.tag != "h1":
        return _found_near(document, _TYPE_NEAR)
    before = [around.text or ""]
    for sibling in around:
        if sibling is heading:
            break
        before += (all_text(sibling), sibling.tail or "")
    found = _BRACKETS.search(" ".join("".join(before).split()))
    return found[1].strip() or None if found else None


def read_board(document: Document, crumbs: tuple[Crumb, ...], context: Context) -> Board | None:
    """The board: the last crumb that leads to one, else what the page's script says."""
    board = board_of(crumbs)
    if board:
        return board
    said = script_number(document.text, "fid")
    if not said:
        return None
    # no breadcrumb under its id: the first link to the board before the first floor names it
    end = first_floor(document.text)
    for href, name in _BOARD_NEAR.findall(document.text, max(0, end - _ABOVE), end):
        if urls.board_id(href) == said and "typeid" not in href and name.strip():
            return Board(name.strip(), said, urls.resolve(context.base, href))
    return Board(None, said)


def read_views(document: Document, page: Floor, first: Floor) -> int | None:
    """How often the thread was looked at; ``first`` is the page's first floor."""
    return _counter(document, page, first, _VIEWS, _VIEWS_NEAR)


def read_replies(document: Document, page: Floor, first: Floor) -> int | None:
    """How many replies the thread has, by its own counter."""
    return _counter(document, page, first, _REPLIES, _REPLIES_NEAR)


def read_all_replies(said: str) -> int | None:
    """The number of replies in a line of its own, as pages for phones have it.

    >>> read_all_replies("倒序浏览 只看楼主 全部回复55")
    55
    """
    found = _ALL_REPLIES.search(said)
    return int(found[1] or found[2]) if found else None


def read_flags(page: Floor, first: Floor | None, heading: _Element) -> tuple[str, ...]:
    """Sticky, digest, closed …: by icons beside the title, stamps and the last staff action."""
    signs: list[str] = []
    title = heading.getparent()
    beside = title.getnext() if title is not None else None
    for box in (title, beside):
        for icon in box.iter("img", "i") if box is not None else ():
            signs.append(" ".join(filter(None, map(icon.get, ("src", "class", "title")))))
    for line in first.all("modact") if first is not None else ():
        # 本主题由 NAME 于 2023-3-14 12:00 设置高亮; 解除 and 取消 take back
        action = _ACTION.search(words(line))
        signs.append(action[1] if action else "")
    # in the first floor's wrapper, where a skin has one
    for stamp in (first.all("threadstamp") if first is not None else []) + page.all("threadstamp"):
        # <div id="threadstamp"><img src="static/image/stamp/001.gif" title="精华" />
        signs += [picture.get("title") or "" for picture in stamp.iter("img")]
    said = "\n".join(signs)
    return (*read_marks(signs), *(name for rule, name in _FLAGS if rule.search(said)))


def read_tags(first: Floor | None) -> tuple[str, ...]:
    """The tags below the opening post, each once."""
    boxes = first.all("ptg") if first is not None else []
    tags = [words(link) for box in boxes for link in box.iter("a")]
    return tuple(dict.fromkeys(filter(None, tags)))


def read_favorites(page: Floor, first: Floor | None) -> int | None:
    """How many members keep the thread (收藏)."""
    for floor in (first, page):
        if floor is not None and floor.first("favoritenumber") is not None:
            return number(floor.first("favoritenumber"))
    return None


def _counter(
    document: Document,
    page: Floor,
    first: Floor,
    rule: re.Pattern[str],
    near: re.Pattern[str],
) -> int | None:
    for box in page.all("hm"):
        value = _labelled(box, rule)
        if value is not None:
            return value
    # a skin without the box: beside the date of the first floor, or anywhere above it
    for box in first.all("authi"):
        found = rule.search(words(box))
        if found:
            return int(found[1])
    said = _found_near(document, near)
    return int(said) if said else None


def _labelled(box: _Element, rule: re.Pattern[str]) -> int | None:
    """`<span>查看:</span> <span title="12876">1万</span>`: the number behind its label."""
    for label in box.iter("span"):
        value = label.getnext()
        if value is not None and rule.search(f"{words(label)} 0"):
            return number(value)
    found = rule.search(words(box))
    return int(found[1]) if found else None


def _found_near(document: Document, rule: re.Pattern[str]) -> str | None:
    """What stands between the title and the first floor, whatever boxes a skin puts it in."""
    end = first_floor(document.text)
    above = max(0, end - _ABOVE)
    title = max(above, document.text.find("thread_subject", above, end))
    found = rule.search(document.text, title, end) or rule.search(document.text, above, end)
    return found[1].strip() or None if found else None
