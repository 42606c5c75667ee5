"""Rewritten addresses that name a thread or a board by its title: what can be told of them.

The rule by which a forum rewrites its addresses is a text in its settings (`rewriterule`), with
`{tid}`, `{page}`, `{prevpage}` at places of the site's choice; English installs of X3.5 and plugins
put the title in front: `ferry-times-101-1-1.html`, `8-1/harbour-talk.html`. The site's rule stands
nowhere in a page, so an address is taken for a thread's only where nothing else of Discuz's, and no
date, is written so. A list's rows do not depend on it: their ids are in their markup.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# three numbers behind words: thread, page, page of the list
_THREAD = re.compile(
    r"^(?P<base>.*/)(?P<words>[^/?#{}]{1,200}?)"
    r"-(?P<id>[1-9]\d{0,17})-(?P<page>[1-9]\d{0,6})-(?P<list>[1-9]\d{0,6})\.html?$"
)
# two numbers as a folder: board, page
_BOARD = re.compile(
    r"^(?P<base>(?:.*/)?)(?P<id>[1-9]\d{0,17})-(?P<page>[1-9]\d{0,6})/(?P<words>[^/?#{}]{1,200})"
    r"\.html?$"
)
# What begins the other addresses that Discuz rewrites (`rewritedata()`), and those of its scripts:
# space-username-a-1-2-3.html is the page of a member.
_TAKEN = frozenset(
    "album archiver article blog fid forum group guide home misc plugin portal space suid tag tid"
    " topic uid".split()
)
_FIRST_WORD = re.compile(r"[^-_]*")
# news-2024-5-1.html, 2024-5/title.html: a day, a month
_YEARS, _MONTHS, _DAYS = range(1980, 2100), range(1, 13), range(1, 32)


class Slug(NamedTuple):
    """An address with a title in it: what it names, which page, and how that is written.

    ``template`` is the address with ``{page}`` in place of the page's number.
    """

    base: str
    id: str
    page: int
    template: str


def thread_slug(path: str) -> Slug | None:
    """The thread that a path names by a title in front of three numbers.

    >>> thread_slug("/bbs/ferry-times-101-2-1.html")
    Slug(base='/bbs/', id='101', page=2, template='/bbs/ferry-times-101-{page}-1.html')
    >>> thread_slug("/space-username-a-1-2-3.html"), thread_slug("/news-2024-5-1.html")
    (None, None)
    """
    found = _THREAD.match(path)
    if not found or _is_taken(found["words"]) or _is_day(found["id"], found["page"], found["list"]):
        return None
    name = f"{found['words']}-{found['id']}-{{page}}-{found['list']}.html"
    return Slug(found["base"], found["id"], int(found["page"]), found["base"] + name)


def board_slug(path: str) -> Slug | None:
    """The board that a path names by a folder of two numbers with its name in it.

    >>> board_slug("/bbs/8-1/harbour-talk.html")
    Slug(base='/bbs/', id='8', page=1, template='/bbs/8-{page}/harbour-talk.html')
    >>> board_slug("/2024-5/harbour-talk.html") is None
    True
    """
    found = _BOARD.match(path)
    if not found or _is_day(found["id"], found["page"], "1"):
        return None
    base, ending = found["base"], path.rpartition(".")[2]
    template = f"{base}{found['id']}-{{page}}/{found['words']}.{ending}"
    return Slug(base, found["id"], int(found["page"]), template)


def _is_taken(words: str) -> bool:
    first = _FIRST_WORD.match(words)
    return first is not None and first[0].lower() in _TAKEN


def _is_day(year: str, month: str, day: str) -> bool:
    return int(year) in _YEARS and int(month) in _MONTHS and int(day) in _DAYS
