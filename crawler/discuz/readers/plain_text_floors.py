"""The lines of one floor in the plain text of a thread page: header, column, words."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from crawler.discuz.dates import Clock, read_date
from crawler.discuz.facts import Author, Body, Post
from crawler.discuz.post.author import name_alone
from crawler.discuz.post.floor import place_in, read_label
from crawler.discuz.post.flow import with_quotation
from crawler.discuz.post.quotes import split_quote
from crawler.discuz.post.render_text import tidy
from crawler.discuz.post.withheld import is_notice, read_access
from crawler.discuz.words import (
    AUTHOR,
    AUTHOR_COUNTERS,
    EDITED,
    FLOOR_LABEL,
    FROM,
    ONLY_AUTHOR,
    POSTED,
    RECOMMENDED,
    REPLY,
    THREAD_AUTHOR,
    TIME,
)

# [楼主| ][NAME ]发表于 2021-12-23 08:42 | 只看该作者 |倒序浏览 来自: 浙江省温州市 电信
# one commercial skin: 作者：NAME | 时间：2022-2-12 23:58:16 | 阅读：154 |只看该作者
_HEADER = re.compile(
    rf"^(?:{THREAD_AUTHOR}\s?\|\s?|{AUTHOR}\s?[:\uff1a]\s?)?(?P<name>[^|]{{0,60}}?)\s?\|?\s?"
    rf"(?P<date>(?:{POSTED}|{TIME}(?=\s?[:\uff1a]))\s?[:\uff1a]?\s?[^|]{{4,40}}?)\s{{0,9}}"
    rf"(?P<rest>\|.{{0,300}}|{FROM}.{{0,60}})?$"
)
_BUTTONS = re.compile(rf"{ONLY_AUTHOR}|倒序[浏瀏][览覽]|只看大[图圖]|[阅閱][读讀]模式")
_LABEL = re.compile(rf"^(?:{FLOOR_LABEL}|{RECOMMENDED})$")
# the bar below a floor, in two lines: 点评回复 支持 8 反对 0 | 使用道具 评分 举报
_BAR = re.compile(r"^(?:使用道具\s{0,9})?(?:[评評]分\s{0,9})?(?:举报|舉報)$|^使用道具$")
_REPLY = re.compile(
    rf"^(?:[点點][评評]\s?)?{REPLY}(?:\s{{1,9}}(?:支持|反[对對])(?:\s{{0,9}}\+?\s?\d{{0,9}}))*$"
)
# what is done with the tools (道具), listed behind the bar
_TOOL = re.compile(r"^(?:.{1,4}卡|照妖[镜鏡]|千斤[顶頂])$")
# the card that hovers over an avatar: NAME 当前离线
_ONLINE = re.compile(r"^(?P<name>\S.{0,59}?)\s(?:[当當]前离[线線]|[当當]前在[线線])$")
# [复制链接] behind a title or below it
_COPY_LINK = re.compile(r"^\[?[复複][制製][链鏈]接\]?$")
_COPY_LINK_BEHIND = "[复制链接]"
# Rank: 1: the stars of a group
_RANK = re.compile(r"^Rank:\s?\d")
_EDITED = re.compile(rf"^{EDITED}$")
# 收藏收藏7 支持支持12: the bar below an opening post; 点评, 评分: what others said of a post
_BELOW = re.compile(r"^(?:(?:收藏|分享|淘帖|支持|反[对對])[\s\d]{0,20}){2,20}$")
_RATED = re.compile(r"^(?:[点點][评評]|[评評]分)$")
_RATING = re.compile(rf"^[参參][与與]人[数數]\s?\d|\s{POSTED}\s.{{4,40}}$")
# Its buttons may stand in lines of their own; one alone is what many people answer (支持).
_BUTTON = re.compile(r"^(?:收藏|分享|淘帖|支持|反[对對]|[评評]分|[点點][评評])\s?\d{0,9}$")
# What stands in a body or below it and is nobody's words.
_NOISE = re.compile(
    r"^(?:下[载載]附件|保存到相册|[复複]制代[码碼]|点击文件名下载附件|[发發]消息|本主[题題]由\s.{1,99}|跳[转轉]到指定[楼樓][层層]|电梯直达"
    r"|.{0,99}\(\d[\d.,]{0,12}\s?[KMG]?B(?:ytes)?,\s?下[载載]次[数數]\s?[:\uff1a]\s?\d+\)|.{8,30}\s上[传傳])$"
)
# What copy protection puts at an end of a line, pairs of signs of code 32 to 59 and 63 to 126 with
# a space between (`jammer()`): 9 Z% r$ z) l. In plain text nothing hides it.
_JAMMER = re.compile(r"(?:(?:[!-;] | {1,2})[?-~]){5,20}")
_JAMMED = re.compile(rf"^{_JAMMER.pattern}|{_JAMMER.pattern}$")
_PAIRS_WITH_SIGNS = 4


def is_header(lines: list[str], at: int) -> bool:
    """Whether a floor begins here: a date with its buttons, or one below a floor's label."""
    found = _HEADER.match(lines[at])
    if not found:
        return False
    if found["rest"] and _BUTTONS.search(found["rest"]):
        return True
    before = next((line for line in reversed(lines[max(0, at - 4) : at]) if line), "")
    return bool(_LABEL.match(before))


def is_copy_link(line: str) -> bool:
    """Whether a line is the link that Discuz sets below a title."""
    return bool(_COPY_LINK.match(line))


def without_copy_link(line: str) -> str:
    """A title without the link that stands behind it: TITLE [复制链接]."""
    return (
        line.removesuffix(_COPY_LINK_BEHIND).strip() if line.endswith(_COPY_LINK_BEHIND) else line
    )


def split_floor(lines: list[str]) -> tuple[list[str], list[str]]:
    """A floor's body, and the column of the next one that stands behind it."""
    for at, line in enumerate(lines):
        if _BAR.match(line):
            start = at
            while start > 0 and (not lines[start - 1] or _REPLY.match(lines[start - 1])):
                start -= 1
                if _REPLY.match(lines[start]):
                    break
            return lines[:start], column_above(lines[at + 1 :])
    return lines, []


def column_above(lines: list[str]) -> list[str]:
    """What stands beside a floor: its last lines above the date, from the author's name on."""
    said = [line for line in lines if line and not _BAR.match(line)]
    for at in range(len(said) - 1, -1, -1):
        if is_copy_link(said[at]) or said[at].endswith(_COPY_LINK_BEHIND):
            return said[at + 1 :]
    return said


def read_post(
    name: str,
    header: str,
    lines: tuple[list[str], list[str]],
    context: tuple[Clock, list[Post]],
) -> Post:
    """A post from the line that begins it and ``lines``: those beside it, and its own.

    ``context``: the page's clock, and the posts above.
    """
    (column, said), (clock, above) = lines, context
    found = _HEADER.match(header)
    date = found["date"] if found else header
    label = next((line for line in reversed(column) if _LABEL.match(line)), None)
    position, is_pinned_copy = read_label(label)
    return Post(
        id=name,
        position=position,
        floor_label=label,
        is_first=False,
        is_pinned_copy=is_pinned_copy,
        author=_author(found["name"].strip() if found else "", column),
        date=read_date(date, None, clock),
        location=place_in(header),
        headline=None,
        body=_body(said, clock, above),
    )


def _author(name: str, column: list[str]) -> Author:
    """Who is named in front of the date, or first in the column; with the column's counters."""
    counts: dict[str, int] = {}
    group = None
    for before, line in pairwise(column):
        field = AUTHOR_COUNTERS.get(line)
        if field and before.replace(",", "").isdigit():
            counts.setdefault(field, int(before.replace(",", "")[:18]))
        if _RANK.match(line) and not before.isdigit() and before not in AUTHOR_COUNTERS:
            group = before
    card = next(filter(None, map(_ONLINE.match, column)), None)
    first = card["name"] if card else next((line for line in column if not _TOOL.match(line)), "")
    is_name = bool(first) and not first.isdigit() and not _LABEL.match(first) and first != group
    who = name_alone(name or (first if is_name else ""))
    return Author(
        name=who.name,
        group=group,
        is_anonymous=who.is_anonymous,
        is_deleted=who.is_deleted,
        threads=counts.get("threads"),
        posts=counts.get("posts"),
        credits=counts.get("credits"),
    )


def _is_rated(lines: list[str], start: int) -> bool:
    """Whether ratings or comments follow, and not the author's next line."""
    behind = filter(None, (lines[at] for at in range(start, len(lines))))
    return any(map(_RATING.search, islice(behind, 3)))


def _without_jammer(line: str) -> str:
    """A line without what copy protection put before or behind it."""

    def is_random(found: re.Match[str]) -> bool:
        # A B C D E is somebody's list of letters
        return len(re.findall(r"[!-;] [?-~]", found[0])) >= _PAIRS_WITH_SIGNS

    return _JAMMED.sub(lambda found: "" if is_random(found) else found[0], line)


def _without_buttons(lines: list[str]) -> list[str]:
    """Lines without two or more buttons at their end."""
    end = len(lines)
    while end and (not lines[end - 1] or _BUTTON.match(lines[end - 1])):
        end -= 1
    return lines[:end] if sum(map(bool, lines[end:])) > 1 else lines


def _body(lines: list[str], clock: Clock, above: list[Post]) -> Body:
    edited = None
    has_begun = False
    kept: list[str] = []
    notices: list[str] = []
    for at, line in enumerate(lines):
        if _BELOW.match(line) or (_RATED.match(line) and _is_rated(lines, at + 1)):
            break
        found = None if has_begun else _EDITED.match(line)
        if found:
            edited = found
        elif is_notice(line):
            notices.append(line)
        elif not _NOISE.match(line):
            kept.append(_without_jammer(line))
            has_begun = has_begun or bool(kept[-1])
    text = tidy("\n".join(_without_buttons(kept)))
    quote, text = split_quote(text, clock, above)
    return Body(
        text=text,
        blocks=with_quotation(quote, text),
        quotes=(quote,) if quote else (),
        edited_by=edited["name"] if edited else None,
        edited_at=read_date(edited["date"], None, clock) if edited else None,
        access=read_access(notices[0]) if notices else "visible",
        notices=tuple(notices),
    )
