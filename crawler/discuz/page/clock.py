"""The clock of a page: what relative dates count from, and the zone of all others.

Discuz's desktop templates print it in the footer (`footer.htm`): `GMT+8, 2024-5-7 18:21`. Those for
phones, the archiver and the printable page print none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from crawler.discuz.dates import DEFAULT_ZONE, Clock, ends_with_year, read_date
from crawler.discuz.page import ids_and_classes as known
from crawler.discuz.rfc_dates import read_rfc_date

if TYPE_CHECKING:
    from crawler.discuz.document import Document

# GMT+8, 2024-5-7 18:21   GMT+5.5, 07-05-2024 06:21 PM   GMT, 2024-5-7 10:21   GMT+05:30, …
_CLOCK = re.compile(r"GMT\s?([+-]\d{1,2}(?:\.\d{1,2}|:\d\d)?)?\s?,\s{0,3}([^<,\n]{6,40})")
# A footer is the end of a page: no member and no post is linked behind it, and no cell of a post
# is open. What a member writes in the last post of a page has that post's buttons behind it.
_MEMBER_OR_POST = re.compile(
    r"<a\b[^>]{0,300}?(?:mod=space&(?:amp;)?uid=\d|space-uid-\d|space-username-)"
    r"|[?&;](?:repquote|reppost|rid)=\d"
)
_CELL_MARKS = (known.CELL, known.CELL_CLASS, known.PHONE_CELL)
_CELL = re.compile(
    r"<(td|div|section|article)\b(?=[^>]{0,300}?"
    rf"(?:\bid=[\"']?{known.CELL}\d|\b{known.CELL_CLASS}\b"
    rf"|class=[\"']?(?:[^\"'>]{{0,60}}\s)?{known.PHONE_CELL}\b))[^>]{{0,600}}>",
    re.I,
)
# So many words "GMT" are tried from the end of a page; posts may be full of them.
_CLOCK_TRIES = 20


def read_clock(document: Document) -> Clock:
    """The clock in the page's footer, else the response's Date header, else when it was seen."""
    clock = replace(_read_clock(document), readings=document.readings)
    rules = document.rules
    if rules is None:
        return clock
    now = clock.now.astimezone(rules.zone) if rules.zone and not clock.is_page_time else clock.now
    return replace(clock, now=now, pattern=rules.date_pattern)


def read_clock_beside(document: Document) -> Clock:
    """As `read_clock`, of a page whose template prints no clock: what looks like one is written."""
    return read_clock(replace(document, source=""))


def _read_clock(document: Document) -> Clock:
    base = _header_time(document) or document.seen_at
    if base.tzinfo is None:
        base = base.replace(tzinfo=UTC)
    # a skin may have commented its footer out
    text = document.source
    end = len(text)
    zone = None
    # the footer is the last place with such words: search backwards
    for _ in range(_CLOCK_TRIES):
        end = text.rfind("GMT", 0, end)
        if end < 0:
            break
        found = _CLOCK.match(text, end)
        if not found or not text[max(0, end - 99) : end].rstrip().endswith(">"):
            continue
        if _is_written(text, end):
            break
        zone = _zone(found[1])
        rough = base.astimezone(zone)
        # 07-05-2024: of the two readings the one nearer to when the page was received
        ways = (True, False) if ends_with_year(found[2]) else (None,)
        moments = [read_date(found[2], None, Clock(rough, day_first=way)) for way in ways]
        read = [(moment, way) for moment, way in zip(moments, ways, strict=True) if moment]
        if not read:
            continue
        moment, day_first = min(read, key=lambda each: abs(each[0].value - rough))
        return Clock(moment.value, is_page_time=True, day_first=day_first)
    return Clock(base.astimezone(zone or DEFAULT_ZONE))


def _is_written(text: str, at: int) -> bool:
    """Whether a place of a source lies in the words of a post, or above one."""
    if _MEMBER_OR_POST.search(text, at):
        return True
    end = at
    for _ in range(_CLOCK_TRIES):
        end = max(text.rfind(mark, 0, end) for mark in _CELL_MARKS)
        cell = _CELL.match(text, text.rfind("<", 0, end)) if end > 0 else None
        if cell:
            behind, tag = text[cell.end() : at].lower(), cell[1].lower()
            return behind.count(f"<{tag}") >= behind.count(f"</{tag}")
        if end <= 0:
            break
    return False


def _zone(offset: str | None) -> timezone:
    """The zone of a footer: 8 of GMT+8, -3.5, 5:30, or nothing for GMT itself."""
    whole, _, minutes = (offset or "0").partition(":")
    hours = float(whole) + float(minutes or 0) / (-60 if whole.startswith("-") else 60)
    return timezone(timedelta(hours=hours)) if abs(hours) < 15 else DEFAULT_ZONE


def _header_time(document: Document) -> datetime | None:
    value = document.headers.get("date")
    return read_rfc_date(value) if value else None
