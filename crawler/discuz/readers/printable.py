"""The printable page of a thread (`viewthread_printable.htm`, ``action=printable``).

The first hundred floors on one page, dates to the minute, no numbers of posts. It is not closed
properly, so that floors are told by the lines between them.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.discuz.blocks import Withheld
from crawler.discuz.document import build_tree
from crawler.discuz.facts import Author, Body, Post, place_id
from crawler.discuz.page.clock import read_clock_beside
from crawler.discuz.page.heading import Heading
from crawler.discuz.post.author import name_alone
from crawler.discuz.post.body import read_body
from crawler.discuz.post.withheld import read_access
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.readers.source_dates import read_source_date
from crawler.discuz.source import start_tag
from crawler.discuz.words import AUTHOR, TIME, TITLE

if TYPE_CHECKING:
    from crawler.discuz.context import Context

# <hr noshade size="2" width="100%" color="#808080">
# <b>作者: </b>NAME&nbsp; &nbsp; <b>时间: </b>2017-6-1 08:15<br />
_RULE, _BREAK = start_tag("hr", "noshade"), r"<br\b[^>]{0,99}>"
_BOLD, _COLON = r"<b\b[^>]{0,99}>\s{0,9}", r"\s?[:\uff1a]\s{0,9}"
_HEADER = re.compile(
    rf"{_RULE}\s{{0,99}}{_BOLD}{AUTHOR}{_COLON}</b>(?P<name>[^<]{{0,300}})"
    rf"{_BOLD}{TIME}{_COLON}</b>(?P<date>.{{1,300}}?){_BREAK}"
    rf"(?:\s{{0,99}}{_BOLD}{TITLE}{_COLON}</b>(?P<subject>[^<]{{0,1000}}){_BREAK})?",
    re.S,
)
# <b>标题: </b>SUBJECT <b><a href="###" onclick="…window.print();…">[打印本页]</a></b>
_TITLE = re.compile(rf"{_BOLD}{TITLE}{_COLON}</b>([^<]{{1,1000}}?)\s?{_BOLD}")
_MARK = "window.print()"
_SITE = re.compile(r"<h1\b[^>]{0,99}>([^<]{1,200})</h1>")
# four empty lines and a last rule
_END = re.compile(rf"(?:{_BREAK}\s{{0,99}}){{4}}{_RULE}")
_MOST_FLOORS = 100
_WITHHELD = ("提示:", "提示\uff1a", "游客")


def _read(frame: Frame) -> Parts | None:
    text = frame.text
    headers = list(_HEADER.finditer(text))
    title = _TITLE.search(text)
    if not headers or not title:
        return None
    end = _END.search(text, headers[-1].end())
    limits = [header.start() for header in headers[1:]] + [end.start() if end else len(text)]
    posts = []
    for place, (header, limit) in enumerate(zip(headers, limits, strict=True), 1):
        subject = html.unescape(header["subject"] or "").strip()
        posts.append(
            Post(
                id=place_id(1, place),
                position=None,
                floor_label=None,
                is_first=False,
                is_pinned_copy=False,
                author=_author(header["name"]),
                date=read_source_date(header["date"], frame.clock),
                location=None,
                headline=subject or None if place > 1 else None,
                body=_body(text[header.end() : limit], frame.context),
            )
        )
    name = _SITE.search(text)
    return Parts(
        heading=Heading(
            title=html.unescape(title[1]).strip(),
            site_name=html.unescape(name[1]).strip() if name else None,
        ),
        posts=posts,
        is_numbered=False,
        is_truncated=end is None or len(posts) >= _MOST_FLOORS,
    )


PRINTABLE = Face(skin="printable", read=_read, marks=(_MARK,), read_clock=read_clock_beside)


def _author(source: str) -> Author:
    return name_alone(html.unescape(source).replace("\xa0", " ").strip())


def _body(source: str, context: Context) -> Body:
    body = read_body(build_tree(f"<div>{source}</div>")[0], context)
    access = read_access(body.text) if body.text.startswith(_WITHHELD) else "visible"
    if access in ("shielded", "banned"):
        # in place of the whole body, and no frame round it
        return Body(blocks=(Withheld(body.text),), access=access, notices=(body.text,))
    return body
