"""The plain text of a thread page, as web archives and corpora keep it.

No markup is left, but Discuz's words are: the counters above the title, the line with the date and
its buttons that begins a floor (`viewthread_node.htm`), 回复 and 举报 below it, the footer. Lines
are the only structure there is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from crawler.discuz import urls
from crawler.discuz.dates import Clock, read_clock, read_date
from crawler.discuz.document import Document
from crawler.discuz.facts import Author, Block, Board, Body, Post, ThreadPage, place_id
from crawler.discuz.page.site import read_site
from crawler.discuz.post.floor import place_in, read_label
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import split_quote
from crawler.discuz.post.text import tidy
from crawler.discuz.post.withheld import is_notice, read_access

_STAMP = re.compile(r"发表于|發表於")
# [楼主| ][NAME ]发表于 2021-12-23 08:42 | 只看该作者 |倒序浏览 来自: 浙江省温州市 电信
# one commercial skin: 作者：NAME | 时间：2022-2-12 23:58:16 | 阅读：154 |只看该作者
_HEADER = re.compile(
    r"^(?:(?:楼主|樓主)\s?\|\s?|作者\s?[:\uff1a]\s?)?(?P<name>[^|]{0,60}?)\s?\|?\s?"
    r"(?P<stamp>(?:发表于|發表於|(?:时间|時間)(?=\s?[:\uff1a]))\s?[:\uff1a]?\s?[^|]{4,40}?)\s{0,9}"
    r"(?P<rest>\|.{0,300}|来自.{0,60})?$"
)
_BUTTONS = re.compile(r"只看[该該]作者|倒序[浏瀏][览覽]|只看大[图圖]|[阅閱][读讀]模式")
_LABEL = re.compile(r"^(?:(?:楼主|樓主|沙[发發]|板凳|地板)#?|\d{1,7}\s?[#楼樓]|推[荐薦])$")
# the bar below a floor, in two lines: 点评回复 支持 8 反对 0 | 使用道具 评分 举报
_BAR = re.compile(r"^(?:使用道具\s{0,9})?(?:[评評]分\s{0,9})?(?:举报|舉報)$|^使用道具$")
_REPLY = re.compile(
    r"^(?:[点點][评評]\s?)?回[复復覆複](?:\s{1,9}(?:支持|反[对對])(?:\s{0,9}\+?\s?\d{0,9}))*$"
)
# what is done with the tools (道具), listed behind the bar
_TOOL = re.compile(r"^(?:.{1,4}卡|照妖[镜鏡]|千斤[顶頂])$")
# the card that hovers over an avatar: NAME 当前离线
_ONLINE = re.compile(r"^(?P<name>\S.{0,59}?)\s(?:[当當]前离[线線]|[当當]前在[线線])$")
_END = re.compile(r"^您需要登[录錄陸]后才可以回帖|^本版[积積]分[规規][则則]|^Powered by Discuz!")
# 查看: 8409|回复: 0
_COUNTERS = re.compile(
    r"(?:查看|浏览|瀏覽)\s?[:\uff1a]\s?(\d{1,12})\s?\|?\s{0,9}回[复復覆複]\s?[:\uff1a]\s?(\d{1,9})"
)
# [国内] TITLE
_TYPE = re.compile(r"^\[([^\[\]]{1,60})\]\s?")
_COPY_LINK = re.compile(r"^\[?[复複][制製][链鏈]接\]?$")
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
_COUNTED = {
    "主题": "threads",
    "主題": "threads",
    "帖子": "posts",
    "回帖": "posts",
    "积分": "credits",
}
_RANK = re.compile(r"^Rank:\s?\d")
_EDITED = re.compile(
    r"^本帖最[后後]由\s(?P<name>.{1,99}?)\s[于於]\s(?P<date>.{1,60}?)\s[编編][辑輯]$"
)
_DELETED = re.compile(r"\s?[该該]用[户戶]已被[删刪]除$")
# 收藏收藏7 支持支持12: the bar below an opening post; 点评, 评分: what others said of a post
_BELOW = re.compile(r"^(?:(?:收藏|分享|淘帖|支持|反[对對])[\s\d]{0,20}){2,20}$")
_RATED = re.compile(r"^(?:[点點][评評]|[评評]分)$")
_RATING = re.compile(r"^[参參][与與]人[数數]\s?\d|\s(?:发表于|發表於)\s.{4,40}$")
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
_LENGTH = 2_000_000
# What a page of markup begins with; a tag further down may be an author's word.
_MARKUP, _HEAD = re.compile(r"<(?:!doctype|html|head|body|\?xml|root|div|table)\b", re.I), 4096


def read_plain(document: Document) -> ThreadPage | None:
    """Read the plain text of a thread page; ``None`` where it is none."""
    text = document.text
    if len(text) > _LENGTH or _MARKUP.search(text, 0, _HEAD) or not _STAMP.search(text):
        return None
    lines = [line.strip() for line in text.replace("\xa0", " ").splitlines()]
    starts = [at for at in range(len(lines)) if _is_header(lines, at)]
    if not starts:
        return None
    clock = _clock(document)
    category, headline = _headline(lines[: starts[0]])
    if headline is None:
        return None
    site = read_site(document, clock)
    address = urls.read_thread_address(document.url)
    page = address.page if address else 1
    ends = [
        *starts[1:],
        next((n for n in range(starts[-1], len(lines)) if _END.match(lines[n])), len(lines)),
    ]
    posts: list[Post] = []
    above = _column(lines[: starts[0]])
    for place, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        said, column = _split(lines[start + 1 : end])
        posts.append(
            _post(
                lines[start], said, column=above, name=place_id(page, place), context=(clock, posts)
            )
        )
        above = column
    posts, newest_first = in_order(posts, page, page)
    counters = _COUNTERS.search(text)
    return ThreadPage(
        site=replace(site, name=site.name or _site_name(lines)),
        url=urls.thread_url(address.root, address.thread_id) if address else document.url,
        thread_id=address.thread_id if address else None,
        headline=headline,
        category=category,
        board=_board(lines[: starts[0]]),
        breadcrumbs=(),
        page=page,
        pages=page,
        next_url=None,
        views=int(counters[1]) if counters else None,
        replies=int(counters[2]) if counters else None,
        posts=tuple(posts),
        is_reversed=newest_first,
        skin="text",
    )


def _clock(document: Document) -> Clock:
    # the footer's own line, in the shape that a page has it in
    found = list(_CLOCK.finditer(document.text))
    footer = document.text[found[-1].start() :].partition("\n")[0] if found else ""
    return read_clock(replace(document, text=f"<p>{footer}"))


def _is_header(lines: list[str], at: int) -> bool:
    """Whether a floor begins here: a date with its buttons, or one below a floor's label."""
    found = _HEADER.match(lines[at])
    if not found:
        return False
    if found["rest"] and _BUTTONS.search(found["rest"]):
        return True
    before = next((line for line in reversed(lines[max(0, at - 4) : at]) if line), "")
    return bool(_LABEL.match(before))


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
        if _COPY_LINK.match(line) and at:
            return said[at - 1]
        if line.endswith("[复制链接]"):
            return line.removesuffix("[复制链接]").strip()
    behind = next((at for at, line in enumerate(said) if _COUNTERS.search(line)), None)
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
    last = re.split(r"\s[›»]\s", path)[-1].strip().removesuffix("...").strip()
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
            steps = re.split(r"\s[›»]\s", line)
            return Board(steps[-2].strip(), None)
    return None


def _split(lines: list[str]) -> tuple[list[str], list[str]]:
    """A floor's body, and the column of the next one that stands behind it."""
    for at, line in enumerate(lines):
        if _BAR.match(line):
            start = at
            while start > 0 and (not lines[start - 1] or _REPLY.match(lines[start - 1])):
                start -= 1
                if _REPLY.match(lines[start]):
                    break
            return lines[:start], _column(lines[at + 1 :])
    return lines, []


def _column(lines: list[str]) -> list[str]:
    """What stands beside a floor: its last lines above the date, from the author's name on."""
    said = [line for line in lines if line and not _BAR.match(line)]
    for at in range(len(said) - 1, -1, -1):
        if _COPY_LINK.match(said[at]) or said[at].endswith("[复制链接]"):
            return said[at + 1 :]
    return said


def _post(
    header: str,
    said: list[str],
    *,
    column: list[str],
    name: str,
    context: tuple[Clock, list[Post]],
) -> Post:
    clock, above = context
    found = _HEADER.match(header)
    assert found is not None
    label = next((line for line in reversed(column) if _LABEL.match(line)), None)
    position, is_early = read_label(label)
    return Post(
        id=name,
        position=position,
        floor_label=label,
        is_first=False,
        is_early=is_early,
        author=_author(found["name"].strip(), column),
        date=read_date(found["stamp"], None, clock),
        location=place_in(header),
        headline=None,
        body=_body(said, clock, above),
    )


def _author(name: str, column: list[str]) -> Author:
    """Who is named in front of the date, or first in the column; with the column's counters."""
    counts: dict[str, int] = {}
    group = None
    for before, line in pairwise(column):
        field = _COUNTED.get(line)
        if field and before.replace(",", "").isdigit():
            counts.setdefault(field, int(before.replace(",", "")[:18]))
        if _RANK.match(line) and not before.isdigit() and before not in _COUNTED:
            group = before
    card = next(filter(None, map(_ONLINE.match, column)), None)
    first = card["name"] if card else next((line for line in column if not _TOOL.match(line)), "")
    is_name = bool(first) and not first.isdigit() and not _LABEL.match(first) and first != group
    name = name or (first if is_name else "")
    is_deleted = bool(_DELETED.search(name))
    return Author(
        name=_DELETED.sub("", name) or None,
        group=group,
        is_anonymous=name == "匿名",
        is_deleted=is_deleted,
        threads=counts.get("threads"),
        posts=counts.get("posts"),
        credits=counts.get("credits"),
    )


def _is_rated(behind: list[str]) -> bool:
    """Whether ratings or comments follow, and not the author's next line."""
    return any(_RATING.search(line) for line in [line for line in behind if line][:3])


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
    kept: list[str] = []
    notices: list[str] = []
    for at, line in enumerate(lines):
        if _BELOW.match(line) or (_RATED.match(line) and _is_rated(lines[at + 1 :])):
            break
        found = _EDITED.match(line) if not any(kept) else None
        if found:
            edited = found
        elif is_notice(line):
            notices.append(line)
        elif not _NOISE.match(line):
            kept.append(_without_jammer(line))
    text = tidy("\n".join(_without_buttons(kept)))
    quote, text = split_quote(text, clock, above)
    return Body(
        text=text,
        blocks=(Block("text", text),) if text else (),
        quotes=(quote,) if quote else (),
        edited_by=edited["name"] if edited else None,
        edited_at=read_date(edited["date"], None, clock) if edited else None,
        access=read_access(notices[0]) if notices else "visible",
        notices=tuple(notices),
    )
