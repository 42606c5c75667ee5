"""The source and the notice of an article: lines at its ends that have fields of their own.

Local papers and their readers put 来源:河湾晚报 below an article, or right under its title, and
close it with a 声明. Both are taken out of `text`, so that this is the article's alone. A line that
says more (a date, an author beside it) stays: only whole lines are moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.discuz.facts import Body

# The mark of an item of a list (`render_text`): - 来源:河湾晚报
_MARK = r"^[^\S\n]*(?:(?:-|\w{1,4}\.) )?"
# 来源:河湾晚报   （文章来源：晚报）   转载自：…
_SOURCE = re.compile(
    rf"{_MARK}[\s(（\[【]*(?:(?:信息|文章|稿件|内容|內容|新闻|新聞|原文|消息)?[来來]源|(?:转载|轉載|转|轉)自|原文出处|原文出處)"
    r"\s*[:\uff1a]\s*(?P<source>[^\s:\uff1a。！？!?；;](?:[^:\uff1a。！？!?；;\n]{0,58}[^\s:\uff1a。！？!?；;)）\]】])?)"
    r"[\s)）\]】]*$"
)
# 声明   【免责声明】   版权声明：
_NOTICE_HEAD = re.compile(
    rf"{_MARK}[\s【\[(（*]*(?:免责|免責|版权|版權|特别|特別|郑重|鄭重|重要|转载|轉載)?[声聲]明[\s】\])）*]*[:\uff1a]?\s*$"
)
# 声明：本文…   未经楼主许可，禁止转载
_NOTICE_LINE = re.compile(
    rf"{_MARK}(?:[\s【\[(（*]*(?:(?:免责|免責|版权|版權|特别|特別|郑重|鄭重|转载|轉載)?[声聲]明[】\])）]*\s*[:\uff1a]\s*\S"
    r"|(?:本文|本帖|未经|未經)[^\n]{0,80}(?:禁止|不得|严禁|嚴禁|谢绝|謝絕)[^\n]{0,10}[转轉][载載]))"
)
# How far from the ends of an article they stand, in lines that are not empty, and how many signs a
# notice has at most: behind a long 声明 stands the article itself.
_SOURCE_WITHIN = 3
_NOTICE_WITHIN = 8
_NOTICE_LENGTH = 600


@dataclass(frozen=True, slots=True)
class SplitText:
    """An article's text without its source and its notice."""

    text: str
    source: str | None = None
    notice: str | None = None


def with_source_and_notice(body: Body) -> Body:
    """The body of an opening post, its source and notice moved from the text to their fields."""
    split = split_source_and_notice(body.text)
    if split.source is None and split.notice is None:
        return body
    earlier = body.earlier_text and split_source_and_notice(body.earlier_text).text
    return replace(
        body,
        text=split.text,
        earlier_text=earlier,
        source=split.source,
        notice=split.notice,
    )


def split_source_and_notice(text: str) -> SplitText:
    r"""Take source and notice out of an article's text; a text that is nothing else stays whole.

    >>> split_source_and_notice("正文。\n来源：晚报\n声明\n未经许可，禁止转载")
    SplitText(text='正文。', source='晚报', notice='声明\n未经许可，禁止转载')
    >>> split_source_and_notice("来源：晚报").text
    '来源：晚报'
    """
    lines = text.split("\n")
    start = _notice_start(lines)
    notice = "\n".join(lines[start:]).strip("\n").removeprefix("- ") or None
    rest = lines[:start]
    filled = [index for index, line in enumerate(rest) if line.strip()]
    source = None
    # a line at the end counts before one at the head
    for index in [*reversed(filled[-_SOURCE_WITHIN:]), *filled[:_SOURCE_WITHIN]]:
        found = _SOURCE.match(rest[index])
        if found:
            source = found["source"]
            del rest[index]
            break
    left = "\n".join(rest).strip("\n")
    return SplitText(left, source, notice) if left.strip() else SplitText(text)


def _notice_start(lines: list[str]) -> int:
    """The line that the notice begins with; the number of lines if there is none."""
    none = len(lines)
    filled = [index for index, line in enumerate(lines) if line.strip()]
    if not filled:
        return none
    last = filled[-1]
    for index in reversed(filled[-_NOTICE_WITHIN:]):
        if _NOTICE_HEAD.match(lines[index]) and index != last:
            return index if sum(map(len, lines[index:])) <= _NOTICE_LENGTH else none
    is_notice = _NOTICE_LINE.match(lines[last]) and len(lines[last]) <= _NOTICE_LENGTH
    return last if is_notice else none
