"""The plain text of a thread page, as web archives and corpora keep it.

No markup is left, but Discuz's words are: the counters above the title, the line with the date and
its buttons that begins a floor (`viewthread_node.htm`), 回复 and 举报 below it, the footer. Lines
are the only structure there is; `plain_text_floors.py` reads those of one floor.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawler.discuz import urls
from crawler.discuz.dates import Clock
from crawler.discuz.document import Document
from crawler.discuz.facts import Board, Post, place_id
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.counters import counters_in, first_counters, views_in
from crawler.discuz.page.heading import Heading
from crawler.discuz.readers.plain_text_floors import (
    column_above,
    is_copy_link,
    is_header,
    read_post,
    split_floor,
    without_copy_link,
)
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.words import CATEGORY, POSTED

_POSTED = re.compile(POSTED)
# what stands behind the last floor
_END = re.compile(r"^您需要登[录錄陸]后才可以回帖|^本版[积積]分[规規][则則]|^Powered by Discuz!")
# [国内] TITLE
_TYPE = re.compile(rf"^{CATEGORY.pattern}\s?")
# 打印 上一主题 下一主题: the line of links above a title
_ABOVE_TITLE = re.compile(
    r"^(?:打印|上一主[题題]|下一主[题題]|\s|\||[发發]新帖|[发發]帖|返回列表)+$"
)
# 手机版|小黑屋|NAME ( 备案 )
_SITE = re.compile(
    r"(?:手机版|手機版|小黑屋|Archiver|站点统计)\s?\|\s?(?P<name>[^|()]{1,60}?)\s?(?:\(|$)"
)
_CLOCK = re.compile(r"^GMT\s?[+-]?\d", re.M)
# 论坛 › 新闻资讯 › 国际时讯 › TITLE
_PATH = re.compile(r"^(?:.{1,60}\s[›»]\s){2,}.{1,200}$")
_STEP = re.compile(r"\s[›»]\s")
_LENGTH = 2_000_000
# What a page of markup begins with; a tag further down may be an author's word.
_MARKUP, _HEAD = re.compile(r"<(?:!doctype|html|head|body|\?xml|root|div|table)\b", re.I), 4096


def _read(frame: Frame) -> Parts | None:
    text = frame.text
    if len(text) > _LENGTH or _MARKUP.search(text, 0, _HEAD) or not _POSTED.search(text):
        return None
    lines = [line.strip() for line in text.replace("\xa0", " ").splitlines()]
    starts = [at for at in range(len(lines)) if is_header(lines, at)]
    if not starts:
        return None
    above = lines[: starts[0]]
    category, headline = _headline(above)
    if headline is None:
        return None
    address = urls.read_thread_address(frame.document.url)
    page = address.page if address else 1
    views, replies = first_counters(above)
    return Parts(
        heading=Heading(
            title=headline,
            category=category,
            board=_board(above),
            # 阅读：154 beside the first date, where no line above tells it
            views=views_in(lines[starts[0]]) if views is None else views,
            replies=replies,
            site_name=_site_name(lines),
        ),
        posts=_posts(lines, starts, page, frame.clock),
        place=(page, page, None),
        thread_id=address.thread_id if address else None,
        url=(urls.thread_url(address.root, address.thread_id) if address else frame.document.url),
        is_truncated=False,
    )


def _posts(lines: list[str], starts: list[int], page: int, clock: Clock) -> list[Post]:
    last = starts[-1]
    end = next((n for n in range(last, len(lines)) if _END.match(lines[n])), len(lines))
    posts: list[Post] = []
    column = column_above(lines[: starts[0]])
    for place, (start, limit) in enumerate(zip(starts, [*starts[1:], end], strict=True), 1):
        said, next_column = split_floor(lines[start + 1 : limit])
        posts.append(read_post(place_id(page, place), lines[start], (column, said), (clock, posts)))
        column = next_column
    return posts


def _clock(document: Document) -> Clock:
    # the footer's own line, in the shape that a page has it in
    found = list(_CLOCK.finditer(document.text))
    footer = document.text[found[-1].start() :].partition("\n")[0] if found else ""
    return read_clock(replace(document, source=f"<p>{footer}"))


PLAIN_TEXT = Face(skin="text", read=_read, read_clock=_clock)


def _headline(above: list[str]) -> tuple[str | None, str | None]:
    """Type and title: what `<title>` begins with, if that stands first, else by what is near it.

    That is the line in front of [复制链接], or the first one behind the counters.
    """
    said = [line for line in above if line]
    # SUBJECT - BOARD - SITE - Powered by Discuz!
    titles = [line for line in said[1:] if len(line) > 1 and said[0].startswith(f"{line} - ")]
    if titles:
        title = max(titles, key=len)
        types = (found[1] for line in said if (found := _TYPE.match(line)) and line.endswith(title))
        return next(types, None), title
    return _without_type(_title_by_place(said), said)


def _title_by_place(said: list[str]) -> str | None:
    for at, line in enumerate(said):
        if is_copy_link(line) and at:
            return said[at - 1]
        if without_copy_link(line) != line:
            return without_copy_link(line)
    behind = next((at for at, line in enumerate(said) if counters_in(line)), None)
    if behind is None:
        return None
    return next((line for line in said[behind + 1 :] if not _ABOVE_TITLE.match(line)), None)


def _without_type(title: str | None, above: list[str]) -> tuple[str | None, str | None]:
    """The type in front of a title, where page title or path have the title without it."""
    found = _TYPE.match(title) if title else None
    if title and found:
        rest = title[found.end() :]
        for line in above:
            if line.startswith(f"{rest} - ") or (_PATH.match(line) and _ends_with(line, rest)):
                return found[1].strip(), rest
    return None, title


def _ends_with(path: str, title: str) -> bool:
    # … › 国际时讯 › TITLE cut at 52 bytes ...
    last = _STEP.split(path)[-1].strip().removesuffix("...").strip()
    return bool(last) and title.startswith(last)


def _site_name(lines: list[str]) -> str | None:
    """The forum's name: where the path begins, else the footer's (手机版|小黑屋|NAME)."""
    path = next((line for line in lines if _PATH.match(line) and "»" in line), "")
    footers = filter(None, map(_SITE.search, reversed(lines)))
    footer = next((found["name"] for found in footers), "")
    return (path.partition("»")[0] or footer).strip() or None


def _board(above: list[str]) -> Board | None:
    for line in above:
        if _PATH.match(line):
            steps = _STEP.split(line)
            return Board(steps[-2].strip(), None)
    return None
