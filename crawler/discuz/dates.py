"""How Discuz! writes dates, and what they mean.

Discuz's `dgmdate()` writes `Y-n-j H:i[:s]` in the forum's zone, or the site's own pattern. While
an entry is recent it writes words instead (刚刚, 7 分钟前, 昨天 18:48, 3 天前), on desktop pages
with the absolute time in a title attribute.

Exact patterns come first: they are right and cost microseconds. dateparser reads the rest (English
words, other scripts) in one to two milliseconds, with languages, base and zone fixed. It is not
asked about `12-23 08:42`, which it misreads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import dateparser

from crawler.discuz.facts import Moment, Precision
from crawler.discuz.rfc_dates import in_any_zone

if TYPE_CHECKING:
    from crawler.discuz.document import Readings

_Dated = tuple[datetime, Precision]

# Discuz's default (`timeoffset` 8); a page without a footer is read with it.
DEFAULT_ZONE = timezone(timedelta(hours=8))

# 08:42   8:42:05   下午 3:04   01:43:58 PM
_HOURS = (
    r"(?:(?P<half>上午|下午|晚上|凌晨|中午|[AaPp]\.?[Mm]\.?)\s?)?"
    r"(?P<h>\d{1,2})[:\uff1a](?P<mi>\d{2})(?:[:\uff1a](?P<s>\d{2}))?"
    r"(?:\s?(?P<half2>[AaPp]\.?[Mm]\b\.?|[上下]午))?"
)
# T10:11:12+00:00   T10:11:12.5Z, in <time datetime>: only such a date has a zone of its own
_ISO = r"T(?P<hms>\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(?P<zone>Z|[+-]\d\d:?\d\d)?"
_TIME = rf"(?:[\s,]{{1,8}}{_HOURS}|{_ISO})"
# 2021-12-23 08:42   2021/12/23   2021年12月23日 08:42:05
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<y>[12]\d{3})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?:\s?日)?"
    rf"(?!\d)(?:{_TIME})?"
)
# 17-6-1 08:15, as `dateformat` y-n-j has it; with four signs more it is another date
_SHORT_YEAR = re.compile(
    r"(?<![\d./-])(?P<y>\d{2})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d./-])" rf"(?:{_TIME})?"
)
# 01-06-2017 08:15 AM: the 1st of June or the 6th of January, as the page's clock shows
_YEAR_LAST = re.compile(
    rf"(?<!\d)(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>[12]\d{{3}})(?!\d)(?:{_TIME})?"
)
# 17年6月1日 08:15
_SHORT_YEAR_NAMED = re.compile(
    r"(?<!\d)(?P<y>\d{2})\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号號](?!\d)"
    rf"(?:{_TIME})?"
)
# 12-23 08:42   12月23日 08:42: the year is the latest that does not lie ahead; not 二〇一七年6月1日
_NO_YEAR = re.compile(
    r"(?<![\d年-])(?P<m>\d{1,2})(?:-(?P<d>\d{1,2})|\s?月\s?(?P<d2>\d{1,2})\s?[日号號])"
    rf"(?![\d-])(?:{_TIME})?"
)
# 昨天 18:48   前天
_DAYS_BACK = {"今天": 0, "昨天": 1, "前天": 2, "大前天": 3}
_DAY_WORD = re.compile(rf"(?P<day>今天|昨天|大?前天)\s{{0,8}}(?:{_HOURS})?")
# 43 秒前   半小时前   3 个月前   2 天以前
_AGO = re.compile(
    r"(?P<n>\d{1,9}|半)\s?个?個?"
    r"(?P<unit>秒|分钟|分鐘|分|小时|小時|天|日|周|星期|月|年)[钟鐘]?\s?[前以之]"
)
# 1 小时 30 分钟前: what stands in front of the last unit
_AGO_BEFORE = re.compile(
    r"(?P<n>\d{1,9})\s?个?(?P<unit>分钟|分鐘|分|小时|小時|天|日)[钟鐘零又]?\s?$"
)
_JUST_NOW = re.compile(r"刚刚|剛剛|刚才|剛才")
_UNITS: dict[str, tuple[timedelta, Precision]] = {
    "秒": (timedelta(seconds=1), "second"),
    "分": (timedelta(minutes=1), "minute"),
    "小": (timedelta(hours=1), "hour"),
    "天": (timedelta(days=1), "day"),
    "日": (timedelta(days=1), "day"),
}
# 发表于 2017-6-1   发表于：   時間：   Posted on
_PREFIX = re.compile(
    r"^\s*(?:发表于|發表於|时间|時間|发布于|發布於|回复于|posted(?: on)?)\s?[:\uff1a]?\s*", re.I
)
# What is worth a call of dateparser: 6:42, May 7, an hour ago
_TIMELY = re.compile(
    r"\d:\d\d|\b(?:yesterday|today|now|ago|second|minute|hour|day|week|month|year"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.I,
)
# 6/7/17: of June, of July, of 2006
_GUESSED = re.compile(r"(?<!\d)\d{1,2}[./]\d{1,2}[./]\d{2}(?!\d)")
# 2017-6-1 08:15 UTC   … +08:00   … GMT+8; of EST and the like nobody knows which one
_ZONE_BEHIND = re.compile(
    r"\s?(?:(?P<utc>Z|UTC|GMT)\s?(?P<off>[+-]\d{1,2}(?::?\d\d)?)?|(?P<num>[+-]\d\d:?\d\d)"
    r"|(?P<name>[ABCEHJKMP][DSK]?T|BST|CEST|MSK))(?![\w:])"
)
_SECONDS, _MINUTES = re.compile(r":\d\d:\d\d"), re.compile(r":\d\d")  # 08:42:05, 08:42
_LONGEST = 80


def _nameless(rule: re.Pattern[str]) -> str:
    """A pattern without the names of its groups, which may occur once in a regex only."""
    return re.sub(r"\(\?P<\w+>", "(?:", rule.pattern)


# 发表于 2017-6-1 08:15 · 河南: a label, a date, a place, and nothing else
_WHOLE = re.compile(
    rf"^(?:(?:[^\s:\uff1a\d]{{1,8}}[:\uff1a于於])?\s?|{_PREFIX.pattern[1:]})"
    rf"(?:{_nameless(_YEAR_FIRST)}|{_nameless(_SHORT_YEAR)}|{_nameless(_SHORT_YEAR_NAMED)}|{_nameless(_YEAR_LAST)}"
    rf"|{_nameless(_NO_YEAR)}|{_nameless(_DAY_WORD)}|{_nameless(_AGO)}|{_JUST_NOW.pattern})"
    r"(?:(?:\s?[·|-]\s?|\s)[^\d\s]{2,20})?",
    re.I,
)

# 2017-6-1 08:15, 2 天以前: a date without anything else
_DATE_ALONE = re.compile(
    rf"(?:{_nameless(_YEAR_FIRST)}|{_nameless(_SHORT_YEAR)}|{_nameless(_SHORT_YEAR_NAMED)}|{_nameless(_YEAR_LAST)}"
    rf"|{_nameless(_NO_YEAR)}|{_nameless(_DAY_WORD)}|{_nameless(_AGO)}前?|{_JUST_NOW.pattern})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Clock:
    """What words like 昨天 count from, and how this site writes dates.

    ``now`` is aware, in the forum's zone; ``is_page_time`` if the clock in the page's footer gave
    it. ``day_first``: 01-06-2017 is the 1st of June; where the clock does not tell (``None``) the
    page's other dates may. ``pattern`` is that of the site's own rules,
    as `datetime.strptime` takes it. ``readings``: how many dates in words may still be read of this
    page.
    """

    now: datetime
    is_page_time: bool = False
    day_first: bool | None = None
    pattern: str | None = None
    readings: Readings | None = field(default=None, compare=False, repr=False)


def ends_with_year(text: str) -> bool:
    """Whether it holds a date of two numbers before a year: 07-05-2024 is of May or of July."""
    return _YEAR_LAST.search(text) is not None


def is_date(text: str) -> bool:
    """Whether a short text is a date and nothing else but a label before it or a place behind it.

    >>> is_date("发表于 2017-6-1 08:15 · 河南"), is_date("本帖最后由 柳岸 于 2017-6-1 08:15 编辑")
    (True, False)
    """
    return bool(_WHOLE.fullmatch(" ".join(text.split())))


def read_date_alone(words: str, clock: Clock) -> Moment | None:
    """As `read_date`; ``None`` also where the words are more than a date.

    >>> clock = Clock(datetime(2024, 1, 5, 9, 0, tzinfo=DEFAULT_ZONE))
    >>> read_date_alone("2017-6-1 08:15", clock).precision
    'minute'
    >>> read_date_alone("2017-6-1 的晚报", clock) is None
    True
    """
    raw = " ".join(words.split())
    if clock.pattern and (read := _by_pattern(raw, clock)):
        return Moment(read[0], read[1], raw)
    # dateparser, which reads English dates, is asked about the whole text
    is_alone = _DATE_ALONE.fullmatch(raw) or not _DATE_ALONE.search(raw)
    return read_date(raw, None, clock) if is_alone else None


def read_date(words: str, title: str | None, clock: Clock) -> Moment | None:
    r"""The moment that a date means; ``None`` if there is none in it.

    ``title`` is the attribute beside ``words``; it counts first, for it is more exact. ``words``
    may begin with a label (发表于) and end with a place (· 河南); ``raw`` of the result is
    ``words`` with single spaces.

    >>> clock = Clock(datetime(2024, 1, 5, 9, 0, tzinfo=DEFAULT_ZONE))
    >>> read_date("发表于 昨天\xa001:33", "2024-1-4 01:33:24", clock).value.isoformat()
    '2024-01-04T01:33:24+08:00'
    >>> read_date("12-23 08:42", None, clock).value.isoformat()
    '2023-12-23T08:42:00+08:00'
    >>> read_date("3 天前", None, clock).precision
    'day'
    """
    raw = " ".join(words.split())
    for text in (title, raw):
        if not text:
            continue
        read = _by_pattern(text, clock) if clock.pattern else None
        read = read or _read(text[:_LONGEST], clock)
        if read:
            return Moment(read[0], read[1], raw)
    return None


def _by_pattern(text: str, clock: Clock) -> _Dated | None:
    """A date that the pattern of the site's own rules matches."""
    pattern = clock.pattern or ""
    try:
        date = _PREFIX.sub("", text).strip()[:_LONGEST]
        read = datetime.strptime(date, pattern).replace(tzinfo=clock.now.tzinfo)
    except ValueError:
        return None
    precision: Precision = "second" if "%S" in pattern else "minute" if "%M" in pattern else "day"
    return read, precision


def _read(text: str, clock: Clock) -> _Dated | None:
    found = _YEAR_FIRST.search(text)
    if found:
        return _at(int(found["y"]), int(found["m"]), int(found["d"]), found, clock)
    found = _YEAR_LAST.search(text)
    if found:
        first, second = int(found["a"]), int(found["b"])
        day_first = _is_day_first(first, second, clock)
        if day_first is None:
            return None
        day, month = (first, second) if day_first else (second, first)
        return _at(int(found["y"]), month, day, found, clock)
    found = _SHORT_YEAR.search(text) or _SHORT_YEAR_NAMED.search(text)
    if found:
        read = _at(2000 + int(found["y"]), int(found["m"]), int(found["d"]), found, clock)
        # 99-1-1: of a century that nobody knows
        return read if read and read[0] <= _latest(clock) else None
    found = _DAY_WORD.search(text)
    if found:
        then = clock.now.date() - timedelta(days=_DAYS_BACK[found["day"]])
        return _at(then.year, then.month, then.day, found, clock)
    found = _AGO.search(text)
    if found:
        return _ago(found, clock)
    if _JUST_NOW.search(text):
        # the clock of a page has no seconds
        return clock.now, "minute"
    found = _NO_YEAR.search(text)
    if found:
        return _without_year(found, clock)
    if "年" in text or _GUESSED.search(text):
        return None
    return _other(_PREFIX.sub("", text), clock)


def _is_day_first(first: int, second: int, clock: Clock) -> bool | None:
    """Whether of two numbers before a year the first is the day; ``None`` if nothing tells."""
    if first > 12 or second > 12 or first == second:
        return first > 12
    if clock.day_first is not None or clock.readings is None:
        return clock.day_first
    return clock.readings.day_first


def _at(year: int, month: int, day: int, found: re.Match[str], clock: Clock) -> _Dated | None:
    """A date with the time of day that ``found`` has, if any."""
    if found.groupdict().get("hms"):
        return _iso(year, month, day, found, clock)
    hour, minute, second = found["h"], found["mi"], found["s"]
    precision: Precision = "second" if second else "minute" if hour else "day"
    try:
        value = datetime(
            year,
            month,
            day,
            _hour(int(hour or 0), found["half"] or found["half2"]),
            int(minute or 0),
            int(second or 0),
            tzinfo=clock.now.tzinfo,
        )
        behind = _ZONE_BEHIND.match(found.string, found.end()) if hour else None
        if behind:
            value = value.replace(tzinfo=_zone(behind)).astimezone(clock.now.tzinfo)
    except (ValueError, OverflowError):
        return None
    return value, precision


def _zone(found: re.Match[str]) -> timezone:
    """The zone behind a date. Raises `ValueError` for a name that several have (EST, CST)."""
    if found["name"]:
        raise ValueError(found["name"])
    offset = found["off"] or found["num"] or "+0"
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-ahead if offset[0] == "-" else ahead)


def _latest(clock: Clock) -> datetime:
    """No date lies behind it: the page's own time, or a day more where another zone may count."""
    return clock.now + (timedelta(minutes=5) if clock.is_page_time else timedelta(days=1))


def _iso(year: int, month: int, day: int, found: re.Match[str], clock: Clock) -> _Dated | None:
    """A date as machines write it (RFC 3339), in the forum's zone."""
    time, zone = found["hms"], found["zone"]
    try:
        value = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{time}{zone or ''}")
        if zone is None:
            value = value.replace(tzinfo=clock.now.tzinfo)
        value = value.astimezone(clock.now.tzinfo)
    except (ValueError, OverflowError):
        return None
    return value, "second" if time.count(":") > 1 else "minute"


def _hour(hour: int, half: str | None) -> int:
    """The hour of the day: 3 下午 → 15, 12 AM → 0, 1 中午 → 13.

    Raises `ValueError` for 晚上 12:30, which is of that day or of the next one.
    """
    if not half:
        return hour
    if half == "晚上" and hour == 12:
        raise ValueError(half)
    if half in ("下午", "晚上") or half[0] in "Pp" or (half == "中午" and hour < 3):
        return hour + 12 if hour < 12 else hour
    return 0 if hour == 12 and half != "中午" else hour


def _ago(found: re.Match[str], clock: Clock) -> _Dated | None:
    """What lies so long back: 43 秒前, 1 小时 30 分钟前; weeks, months and years are too coarse."""
    unit = _UNITS.get(found["unit"][0])
    if unit is None:
        return None
    step, precision = unit
    try:
        if found["n"] == "半":
            # 半小时前: between 30 and 60 minutes
            return (clock.now - step / 2, "hour") if precision == "hour" else None
        back = int(found["n"]) * step
        before = _AGO_BEFORE.search(found.string, 0, found.start())
        while before:
            back += int(before["n"]) * _UNITS[before["unit"][0]][0]
            before = _AGO_BEFORE.search(found.string, 0, before.start())
        value = clock.now - back
    except OverflowError:
        return None
    if precision == "day":
        value = value.replace(hour=0, minute=0, second=0, microsecond=0)
    return value, precision


def _without_year(found: re.Match[str], clock: Clock) -> _Dated | None:
    month, day = int(found["m"]), int(found["d"] or found["d2"])
    # the latest year that has this day and does not lie ahead; eight years back there is a 29th of
    # February, whatever the century
    for year in range(clock.now.year, clock.now.year - 9, -1):
        read = _at(year, month, day, found, clock)
        if read and read[0] <= _latest(clock):
            return read
    return None


def _other(text: str, clock: Clock) -> _Dated | None:
    # dateparser finds a date in nearly any short string, "154 views" included: without a time of
    # day or a word of time none is looked for
    text = text.strip()
    if not _TIMELY.search(text) or (clock.readings and not clock.readings.may_read(text)):
        return None
    zone = clock.now.tzinfo
    read = _parse(text, clock.now.replace(tzinfo=None), clock.now.strftime("%z"))
    read = read.astimezone(zone) if read else None
    if read is None or read > _latest(clock):
        return None
    return read, "second" if _SECONDS.search(text) else "minute" if _MINUTES.search(text) else "day"


# The zone is a part of the key: equal instants of two zones are equal, and have other yesterdays.
@lru_cache(maxsize=1024)
def _parse(text: str, now: datetime, zone: str) -> datetime | None:
    settings = {
        "RELATIVE_BASE": now,
        "TIMEZONE": zone,
        "RETURN_AS_TIMEZONE_AWARE": True,
        "PREFER_DATES_FROM": "past",
        # not "timestamp": a number of a post is no moment
        "PARSERS": ["relative-time", "absolute-time"],
    }
    try:
        read = dateparser.parse(text, languages=["zh-Hans", "zh-Hant", "en"], settings=settings)
        return in_any_zone(cast("datetime", read)) if read else None
    except (ValueError, OverflowError, TypeError, AttributeError):
        # raised by dateparser itself on some strings of digits and signs
        return None
