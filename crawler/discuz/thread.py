"""Desktop thread pages of X2 to X3.5, robots' markup included (`viewthread.htm`)."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.body import Context
from crawler.discuz.closing import split_closing
from crawler.discuz.dates import read_clock
from crawler.discuz.document import Document, build_tree
from crawler.discuz.facts import Board, Crumb, Post, ThreadPage
from crawler.discuz.floor import read_floor
from crawler.discuz.numbering import is_reversed, numbered, with_first
from crawler.discuz.parts import Floor, index_floors
from crawler.discuz.quotes import with_copied_quotes
from crawler.discuz.site import base_of, read_site
from crawler.discuz.special import read_special, read_type_options
from crawler.discuz.tree import all_text, number, words
from crawler.discuz.trim import FLOOR_MARKS, ends_whole, first_floor, needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

_TABLE, _FLOOR_END = 'id="pid', 'id="_postposition'
_WRAPPER = re.compile(r'<div id="post_(\d+)')
# The reply link of the opening post says reppost=, of all others repquote=, for robots too:
# <a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;fid=2&amp;tid=1&amp;reppost=1…">
_FIRST, _REPLY_LINK = "reppost=", 'class="fastre"'
# <link href="http://host/forum.php?mod=viewthread&tid=1" rel="canonical" />
_HREF = re.compile(r"href=[\"']([^\"']{1,500})")
_LEADING_DIGITS = re.compile(r"\d{1,18}")
_TYPE = re.compile(r"^\[[^\[\]]{1,60}\]\s?")
_TITLE = re.compile(r"<title[^>]{0,99}>([^<]{1,500})", re.I)
_HEAD = 65536
# How far above the first floor its title, board and counters are looked for.
_ABOVE = 65536
_TID = re.compile(r"[?&;]p?tid=(\d{1,18})")
_PAGES = re.compile(r"(\d{1,7})\s?[页頁]")
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
# beside the title: digest_3.gif, hot_1.gif, locked.gif, pin_2.gif; X3.5: <i class="fico-lock …">
_FLAGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/pin_?\d|fico-thumbtack|置[顶頂]"), "sticky"),
    (re.compile(r"/digest_?\d|fico-digest|精[华華]"), "digest"),
    (re.compile(r"/(?:folder_)?lock(?:ed)?\.|fico-lock|[关關][闭閉]"), "closed"),
    (re.compile(r"/hot_?\d|fico-fire|[热熱]度|[热熱]帖"), "hot"),
    (re.compile(r"/(?:agree|recommend)_?\d|推[荐薦]"), "recommended"),
    (re.compile(r"高亮"), "highlighted"),
)
_ACTION = re.compile(r"\d:\d\d\s?(?!解除|取消)(\S{1,20})$")
_WHOLE = re.compile(r'_postposition|id="postlistreply"|id="post_new"|id="(?:post_|pid)\d')


def has_floors(document: Document) -> bool:
    """Whether the page has anything that looks like a floor. Builds no tree."""
    return any(mark in document.text for mark in (*FLOOR_MARKS, "postmessage_"))


def read_thread(document: Document) -> ThreadPage | None:
    """Read a thread page; ``None`` where its floors, title or thread cannot be told."""
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock)
    source = needed(document.text)
    root, is_too_deep = build_tree(source)
    page, floors = index_floors(root)
    if source.count(_TABLE) > len(floors) and len(_floor_starts(source)) > len(floors):
        page, floors = _index_apart(source)
    thread_id = _thread_id(document, floors)
    is_truncated = is_too_deep or (document.is_cut and not ends_whole(document.text))
    if is_truncated and floors and not _is_whole(document, floors[-1]):
        floors.pop()
    dated = sum(1 for floor in floors if floor.first("authorposton") is not None)
    floors = [floor for floor in floors if _is_floor(floor)]
    heading = _heading(document, root, page)
    # more floors that say when than floors that say what: a skin of which this is a part
    if not floors or thread_id is None or heading is None or dated >= 2 * len(floors):
        return None
    crumbs = _crumbs(page, context)
    first_id = _first_id(document.text)
    posts = with_copied_quotes(
        [read_floor(floor, context, is_first=floor.id == first_id) for floor in floors]
    )
    if 2 * sum(map(_is_told, posts)) <= len(posts):
        return None
    number_, pages, next_url = _pages(document.url, page, context)
    is_filtered = _is_filtered(document, floors)
    posts = with_first(posts, number_, document.text)
    newest_first = is_reversed(posts)
    first = next((floor for floor, post in zip(floors, posts, strict=True) if post.is_first), None)
    posts = [_closed(post) if post.is_first else post for post in posts]
    posts = numbered(posts, number_, pages, newest_first=newest_first, is_filtered=is_filtered)
    return ThreadPage(
        site=site if site.name else replace(site, name=_site_name(page)),
        url=_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=_subject(heading),
        category=_category(document, heading),
        board=_board(document, crumbs, context),
        breadcrumbs=crumbs,
        page=number_,
        pages=pages,
        next_url=next_url,
        views=_counter(document, page, floors, _VIEWS, _VIEWS_NEAR),
        replies=_counter(document, page, floors, _REPLIES, _REPLIES_NEAR),
        posts=tuple(posts),
        flags=_flags(first, heading),
        tags=_tags(first),
        favorites=_favorites(page, first),
        special=read_special(page, first) if first else None,
        type_options=read_type_options(first) if first else None,
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=is_truncated,
    )


def _closed(post: Post) -> Post:
    closing = split_closing(post.body.text)
    if closing.source is None and closing.notice is None:
        return post
    body = replace(post.body, text=closing.text, source=closing.source, notice=closing.notice)
    return replace(post, body=body)


def _is_floor(floor: Floor) -> bool:
    """A floor has a body, or says why not; others are leftovers of scripts and empty wrappers."""
    return floor.cell is not None or bool(floor.all("locked")) or bool(floor.all("t_f"))


def _is_told(post: Post) -> bool:
    """Whether a floor says when and by whom: a skin that tells neither is not this one."""
    author = post.author
    return post.date is not None and bool(author.name or author.id or author.is_anonymous)


def _is_whole(document: Document, last: Floor) -> bool:
    """Whether a cut came after the last floor's body: what follows a body stands behind it."""
    mark = "pid" if last.cell is None else "postmessage_"
    start = document.text.rfind(f'{mark}{last.id}"')
    return start >= 0 and _WHOLE.search(document.text, start) is not None


# -- the thread ---------------------------------------------------------------------------------


def _index_apart(source: str) -> tuple[Floor, list[Floor]]:
    """Index each floor from a tree of its own.

    An HTML post that leaves a `<table>` open draws the floors behind it into its cell, in browsers
    as here. Read apart, they are all there.
    """
    starts = _floor_starts(source)
    page, _ = index_floors(build_tree(source[: starts[0]])[0])
    floors: dict[str, Floor] = {}
    for start, end in zip(starts, [*starts[1:], len(source)], strict=True):
        rest, found = index_floors(build_tree(source[start:end])[0])
        for floor in found:
            floors.setdefault(floor.id, floor)
        for name, elements in rest.parts.items():
            page.parts.setdefault(name, []).extend(elements)
    return page, list(floors.values())


def _floor_starts(source: str) -> list[int]:
    """Where floors begin: behind the end of the one before, not in the midst of its body."""
    starts: list[int] = []
    last_id = ""
    for found in _WRAPPER.finditer(source):
        if not starts or source.find(f'{_FLOOR_END}{last_id}"', starts[-1], found.start()) >= 0:
            starts.append(found.start())
            last_id = found[1]
    return starts


def _first_id(text: str) -> str | None:
    """The id of the opening post, if the page holds it."""
    at = text.find(_FIRST)
    while at >= 0:
        if _REPLY_LINK in text[text.rfind("<", 0, at) : at]:
            digits = _LEADING_DIGITS.match(text, at + len(_FIRST))
            return digits[0] if digits else None
        at = text.find(_FIRST, at + 1)
    return None


def _thread_id(document: Document, floors: Iterable[Floor]) -> str | None:
    said = _script_number(document.text, "tid")
    if said:
        return said
    for url in (_canonical(document), document.url):
        address = urls.read_thread_address(url) if url else None
        if address:
            return address.thread_id
    for floor in floors:
        for link in floor.all("postnum"):
            found = _TID.search(link.get("href") or "")
            if found:
                return found[1]
    return None


def _script_number(text: str, name: str) -> str | None:
    """`var fid = parseInt('2'), tid = parseInt('1001');` → what ``name`` is."""
    mark = f"{name} = parseInt('"
    at = text.find(mark)
    digits = text[at + len(mark) : at + len(mark) + 20].partition("'")[0] if at >= 0 else ""
    return digits if digits.isascii() and digits.isdigit() and digits != "0" else None


def _canonical(document: Document) -> str | None:
    at = document.text.find("canonical", 0, _HEAD)
    if at < 0:
        return None
    tag = document.text[document.text.rfind("<", 0, at) : document.text.find(">", at)]
    href = _HREF.search(tag)
    return urls.resolve(document.url, href[1].replace("&amp;", "&")) if href else None


def _url(document: Document, root: str, thread_id: str) -> str:
    """The page's own canonical address if it is this forum's; else the plain one."""
    canonical = _canonical(document)
    address = urls.read_thread_address(canonical) if canonical else None
    is_this = address is not None and address.thread_id == thread_id
    if canonical and address and is_this and urls.same_host(address.root, root):
        return canonical
    return urls.thread_url(root, thread_id)


def _heading(document: Document, root: _Element, page: Floor) -> _Element | None:
    """The element that holds the title; never `<title>`, which sites fill as they like."""
    heading = page.first("thread_subject")
    if heading is not None and words(heading):
        return heading
    # a skin without the id: the longest heading that the page's title repeats, not the logo
    title = _TITLE.search(document.text, 0, _HEAD)
    said = " ".join(html.unescape(title[1]).split()) if title else ""
    repeated = [h1 for h1 in root.iter("h1") if _subject(h1) and _subject(h1) in said]
    return max(repeated, key=lambda h1: len(_subject(h1)), default=None)


def _subject(heading: _Element) -> str:
    """The words of a heading without the type in front of it: [见闻] 旧码头…"""
    return words(heading) if heading.get("id") else _TYPE.sub("", words(heading))


def _category(document: Document, heading: _Element) -> str | None:
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


def _crumbs(page: Floor, context: Context) -> tuple[Crumb, ...]:
    bar = page.first("pt")
    if bar is None:
        return ()
    crumbs = []
    for link in bar.iter("a"):
        name, url = words(link), urls.resolve(context.base, link.get("href"))
        # the last one is the thread itself, its title cut short
        if name and url and not urls.read_thread_address(url):
            crumbs.append(Crumb(name, url))
    return tuple(crumbs)


def _board(document: Document, crumbs: tuple[Crumb, ...], context: Context) -> Board | None:
    for crumb in reversed(crumbs):
        board_id = urls.board_id(crumb.url)
        if board_id:
            return Board(crumb.name, board_id, crumb.url)
    said = _script_number(document.text, "fid")
    if not said:
        return None
    # no breadcrumb under its id: the first link to the board before the first floor names it
    end = first_floor(document.text)
    for href, name in _BOARD_NEAR.findall(document.text, max(0, end - _ABOVE), end):
        if urls.board_id(href) == said and "typeid" not in href and name.strip():
            return Board(name.strip(), said, urls.resolve(context.base, href))
    return Board(None, said)


def _found_near(document: Document, rule: re.Pattern[str]) -> str | None:
    """What stands between the title and the first floor, whatever boxes a skin puts it in."""
    end = first_floor(document.text)
    above = max(0, end - _ABOVE)
    title = max(above, document.text.find("thread_subject", above, end))
    found = rule.search(document.text, title, end) or rule.search(document.text, above, end)
    return found[1].strip() or None if found else None


def _site_name(page: Floor) -> str | None:
    bar = page.first("pt")
    for link in bar.iter("a") if bar is not None else ():
        # <a href="./" class="nvhm" title="首页">NAME</a>
        if "nvhm" in (link.get("class") or ""):
            return words(link) or None
    return None


def _counter(
    document: Document,
    page: Floor,
    floors: list[Floor],
    rule: re.Pattern[str],
    near: re.Pattern[str],
) -> int | None:
    for box in page.all("hm"):
        value = _labelled(box, rule)
        if value is not None:
            return value
    # a skin without the box: beside the date of the first floor, or anywhere above it
    for box in floors[0].all("authi"):
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


def _flags(first: Floor | None, heading: _Element) -> tuple[str, ...]:
    signs: list[str] = []
    title = heading.getparent()
    beside = title.getnext() if title is not None else None
    for box in (title, beside):
        for icon in box.iter("img", "i") if box is not None else ():
            signs.append(" ".join(filter(None, map(icon.get, ("src", "class", "title")))))
    if first is not None:
        for line in first.all("modact"):
            # 本主题由 NAME 于 2023-3-14 12:00 设置高亮; 解除 and 取消 take back
            action = _ACTION.search(words(line))
            signs.append(action[1] if action else "")
        for stamp in first.all("threadstamp"):
            # <div id="threadstamp"><img src="static/image/stamp/001.gif" title="精华" />
            signs += [picture.get("title") or "" for picture in stamp.iter("img")]
    said = "\n".join(signs)
    return tuple(name for rule, name in _FLAGS if rule.search(said))


def _tags(first: Floor | None) -> tuple[str, ...]:
    boxes = first.all("ptg") if first is not None else []
    tags = [words(link) for box in boxes for link in box.iter("a")]
    return tuple(dict.fromkeys(filter(None, tags)))


def _favorites(page: Floor, first: Floor | None) -> int | None:
    for floor in (first, page):
        if floor is not None and floor.first("favoritenumber") is not None:
            return number(floor.first("favoritenumber"))
    return None


# -- its pages ----------------------------------------------------------------------------------


def _pages(url: str, page: Floor, context: Context) -> tuple[int, int, str | None]:
    """Where we are, of how many, and what comes next, from `div.pg`; else page 1 of 1."""
    current, last, next_url = 0, 1, None
    for pager in page.all("pg"):
        for part in pager.iter("strong", "a", "span"):
            said = words(part)
            if part.tag == "strong" and said.isascii() and said.isdigit():
                current = int(said[:7])
            elif part.tag == "span":
                # <span title="共 26 页"> / 26 页</span>
                found = _PAGES.search(part.get("title") or said)
                last = max(last, int(found[1])) if found else last
            elif part.tag == "a":
                # 3, or the last one: ... 26
                found = re.search(r"(\d{1,7})$", said)
                last = max(last, int(found[1])) if found else last
                if "nxt" in (part.get("class") or "").split():
                    next_url = urls.resolve(context.base, part.get("href"))
        if len(pager):
            break
    if not current:
        # a pager without <strong>2</strong>: then the address tells; without a pager it is page 1
        address = urls.read_thread_address(url) if last > 1 else None
        current = address.page if address else 1
    return current, max(last, current), next_url


def _is_filtered(document: Document, floors: list[Floor]) -> bool:
    if urls.is_filtered(document.url):
        return True
    # 显示全部楼层 stands in place of 只看该作者; robots get it on every page, without labels
    first = floors[0]
    is_labelled = first.first("postnum") is not None
    return is_labelled and any("显示全部楼层" in all_text(box) for box in first.all("authi"))
