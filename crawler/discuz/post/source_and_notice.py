"""Where an article comes from and what it declares, told from lines that say nothing else.

Local papers and their readers put 来源:今日柳市 below an article, or right under its title, and
close it with a 声明. Both have fields of their own, so that the text is the article's. A line that
says more (a date, an author beside it) stays: words are moved only whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.discuz.facts import Body

# 来源:今日柳市   （文章来源：晚报）   转载自：…
_SOURCE = re.compile(
    r"^[\s(（\[【]*(?:(?:信息|文章|稿件|内容|內容|新闻|新聞|原文|消息)?[来來]源|(?:转载|轉載|转|轉)自|原文出处|原文出處)"
    r"\s*[:\uff1a]\s*(?P<source>[^\s:\uff1a。！？!?；;](?:[^:\uff1a。！？!?；;\n]{0,58}[^\s:\uff1a。！？!?；;)）\]】])?)"
    r"[\s)）\]】]*$"
)
# 声明   【免责声明】   版权声明：
_NOTICE_HEAD = re.compile(
    r"^[\s【\[(（*]*(?:免责|免責|版权|版權|特别|特別|郑重|鄭重|重要|转载|轉載)?[声聲]明[\s】\])）*]*[:\uff1a]?\s*$"
)
# 声明：本文…   未经楼主许可，禁止转载
_NOTICE_LINE = re.compile(
    r"^[\s【\[(（*]*(?:(?:免责|免責|版权|版權|特别|特別|郑重|鄭重|转载|轉載)?[声聲]明[】\])）]*\s*[:\uff1a]\s*\S"
    r"|(?:本文|本帖|未经|未經)[^\n]{0,80}(?:禁止|不得|严禁|嚴禁|谢绝|謝絕)[^\n]{0,10}[转轉][载載])"
)
_SOURCE_WITHIN = 3  # lines from either end
_NOTICE_LINES = 8
_NOTICE_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Closing:
    """An article's text without its source and its notice."""

    text: str
    source: str | None = None
    notice: str | None = None


def without_closing(body: Body) -> Body:
    """The body of an opening post with its source and notice in fields of their own."""
    closing = split_closing(body.text)
    if closing.source is None and closing.notice is None:
        return body
    return replace(body, text=closing.text, source=closing.source, notice=closing.notice)


def split_closing(text: str) -> Closing:
    r"""Take source and notice out of an article's text.

    >>> split_closing("正文。\n来源：晚报\n声明\n未经许可，禁止转载")
    Closing(text='正文。', source='晚报', notice='声明\n未经许可，禁止转载')
    >>> split_closing("来源：晚报").text
    '来源：晚报'
    """
    lines = text.split("\n")
    start = _notice_start(lines)
    notice = "\n".join(lines[start:]).strip("\n") or None
    rest = lines[:start]
    told = [index for index, line in enumerate(rest) if line.strip()]
    source = None
    # the end counts before the head
    for index in [*reversed(told[-_SOURCE_WITHIN:]), *told[:_SOURCE_WITHIN]]:
        found = _SOURCE.match(rest[index])
        if found:
            source = found["source"]
            del rest[index]
            break
    left = "\n".join(rest).strip("\n")
    # an article that were nothing else is left as it is
    return Closing(left, source, notice) if left.strip() else Closing(text)


def _notice_start(lines: list[str]) -> int:
    told = [index for index, line in enumerate(lines) if line.strip()]
    for index in reversed(told[-_NOTICE_LINES:]):
        if _NOTICE_HEAD.match(lines[index]) and index != told[-1]:
            length = sum(map(len, lines[index:]))
            return index if length <= _NOTICE_LENGTH else len(lines)
    if told and _NOTICE_LINE.match(lines[told[-1]]) and len(lines[told[-1]]) <= _NOTICE_LENGTH:
        return told[-1]
    return len(lines)
