"""How dates are written, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discuz.dates import DEFAULT_ZONE, Clock, is_date, read_date
from crawler.discuz.document import Readings, read_document
from crawler.discuz.page.clock import read_clock
from crawler.discuz.rfc_dates import read_rfc_date

NOW = Clock(datetime(2024, 5, 7, 18, 21, tzinfo=DEFAULT_ZONE))


@pytest.mark.parametrize(
    ("words", "title", "value", "precision"),
    [
        ("发表于 2017-6-1 08:15:00", None, "2017-06-01T08:15:00", "second"),
        ("发表于 2017-6-1 08:15", None, "2017-06-01T08:15:00", "minute"),
        ("发表于：2022-2-12 23:58:16", None, "2022-02-12T23:58:16", "second"),
        ("2017/06/01", None, "2017-06-01T00:00:00", "day"),
        ("2017年6月1日 8:05", None, "2017-06-01T08:05:00", "minute"),
        ("發表於 2017-6-1 下午 03:04", None, "2017-06-01T15:04:00", "minute"),
        ("2017-6-1 12:30 AM", None, "2017-06-01T00:30:00", "minute"),
        ("2017-6-1 01:43:58 PM", None, "2017-06-01T13:43:58", "second"),
        ("17-6-1 08:15", None, "2017-06-01T08:15:00", "minute"),
        ("2017-6-1 06:42 下午", None, "2017-06-01T18:42:00", "minute"),
        ("昨天 06:42 上午", None, "2024-05-06T06:42:00", "minute"),
        ("大前天 18:48", None, "2024-05-04T18:48:00", "minute"),
        ("06-06-2017 08:15 AM", None, "2017-06-06T08:15:00", "minute"),
        ("06-13-2017 08:15", None, "2017-06-13T08:15:00", "minute"),
        ("2017-06-01T08:15:00+00:00", None, "2017-06-01T16:15:00", "second"),
        ("2017-06-01T08:15:00.5Z", None, "2017-06-01T16:15:00", "second"),
        ("2017-06-01T08:15", None, "2017-06-01T08:15:00", "minute"),
        ("前天", "2024-05-05T10:48:19Z", "2024-05-05T18:48:19", "second"),
        ("前天\xa018:48", "2024-05-05 18:48:19", "2024-05-05T18:48:19", "second"),
        ("昨天\xa001:33\xa0·\xa0河南", "2024-5-6 01:33:24", "2024-05-06T01:33:24", "second"),
        ("昨天 18:48", None, "2024-05-06T18:48:00", "minute"),
        ("昨天18:48", None, "2024-05-06T18:48:00", "minute"),
        ("前天", None, "2024-05-05T00:00:00", "day"),
        ("刚刚", None, "2024-05-07T18:21:00", "minute"),
        ("43 秒前", None, "2024-05-07T18:20:17", "second"),
        ("7 分钟前", None, "2024-05-07T18:14:00", "minute"),
        ("7 分鐘前", None, "2024-05-07T18:14:00", "minute"),
        ("半小时前", None, "2024-05-07T17:51:00", "hour"),
        ("8 小时前", None, "2024-05-07T10:21:00", "hour"),
        ("3 天前", None, "2024-05-04T00:00:00", "day"),
        ("12-23 08:42", None, "2023-12-23T08:42:00", "minute"),
        ("12月23日 08:42", None, "2023-12-23T08:42:00", "minute"),
        ("2017-6-1 凌晨 1:05", None, "2017-06-01T01:05:00", "minute"),
        ("2017-6-1 中午 1:05", None, "2017-06-01T13:05:00", "minute"),
        ("2017-6-1 中午 12:05", None, "2017-06-01T12:05:00", "minute"),
        ("1 小时 30 分钟前", None, "2024-05-07T16:51:00", "minute"),
        ("1天2小时前", None, "2024-05-06T16:21:00", "hour"),
        ("17年6月1日 08:15", None, "2017-06-01T08:15:00", "minute"),
        # a zone of its own, behind a space as well
        ("2024-5-6 10:00 UTC", None, "2024-05-06T18:00:00", "minute"),
        ("前天", "2024-05-06 02:00:00Z", "2024-05-06T10:00:00", "second"),
        ("前天", "2024-05-06 02:00:00+00:00", "2024-05-06T10:00:00", "second"),
        ("2024-5-6 10:00 +09:00", None, "2024-05-06T09:00:00", "minute"),
        ("2024-5-6 10:00 GMT+9", None, "2024-05-06T09:00:00", "minute"),
        ("2024-5-6 10:00 GMT-3:30", None, "2024-05-06T21:30:00", "minute"),
        ("Jun 1, 2017 08:15", None, "2017-06-01T08:15:00", "minute"),
        ("5-7 18:20", None, "2024-05-07T18:20:00", "minute"),
        ("2-29 10:00", None, "2024-02-29T10:00:00", "minute"),
        ("yesterday", None, "2024-05-06T18:21:00", "day"),
    ],
)
def test_forms(words: str, title: str | None, value: str, precision: str) -> None:
    read = read_date(words, title, NOW)
    assert read is not None
    assert (read.value.isoformat(), read.precision) == (f"{value}+08:00", precision)


@pytest.mark.parametrize(
    ("words", "others", "value"),
    [
        # by other dates of the page; where none tells, or they differ, a date is left out
        ("01-06-2017", "13-06-2017 14-06-2017", "2017-06-01"),
        ("1/6/2017", "6/13/2017", "2017-01-06"),
        ("1/6/2017", "6/13/2017 13/6/2017", None),
        ("1/6/2017", "2/5/2017 1.2.2017 3/40", None),
    ],
)
def test_the_first_of_two_numbers_is_told_by_the_page(
    words: str, others: str, value: str | None
) -> None:
    clock = replace(NOW, readings=Readings(9, others))
    read = read_date(words, None, clock)
    assert (read.value.date().isoformat() if read else None) == value


@pytest.mark.parametrize(
    "words",
    [
        *("", "楼主", "来自手机", "2017-13-41", "99:99", "1234567890", "1/6/2017", "192-168-1-17"),
        # as coarse as a week or a month, and told as a day
        *("2 周前", "3 个月前", "半年前", "半个月前", "1年前"),
        # of another century, of a zone that several have, of this day or the next one
        *("99-1-1 18:30", "6/7/17 10:00", "2024-5-6 10:00 EST", "2024-5-6 晚上 12:30"),
        *("二〇一七年6月1日 08:15", "民国106年6月1日 08:15"),
    ],
)
def test_no_date(words: str) -> None:
    assert read_date(words, None, NOW) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2017-6-1 08:15", True),
        ("发表于 2017-6-1 08:15 · 河南", True),
        ("时间：昨天 08:15", True),
        ("3 天前", True),
        ("12-23 08:42", True),
        ("刚刚", True),
        ("我 2017-6-1 去过", False),
        ("本帖最后由 柳岸 于 2017-6-1 08:15 编辑", False),
        ("查看: 12", False),
        ("", False),
    ],
)
def test_whole_texts_that_are_dates(text: str, is_one: bool) -> None:
    assert is_date(text) is is_one


@pytest.mark.parametrize(
    ("words", "pattern", "value"),
    [
        ("发表于 14/03/2023 09.26", "%d/%m/%Y %H.%M", "2023-03-14T09:26:00+08:00"),
        # what the pattern does not match is read as ever
        ("昨天 18:48", "%d/%m/%Y %H.%M", "2024-05-06T18:48:00+08:00"),
    ],
)
def test_the_pattern_of_a_sites_own_rules_comes_first(words: str, pattern: str, value: str) -> None:
    read = read_date(words, None, replace(NOW, pattern=pattern))
    assert read is not None
    assert (read.value.isoformat(), read.precision) == (value, "minute")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Sun, 25 Oct 2026 14:31:39 +0000", "2026-10-25T14:31:39+00:00"),
        ("Sun, 25 Oct 2026 14:31:39", "2026-10-25T14:31:39+00:00"),
        ("Fri, 31 Dec 9999 23:59:59 +0000", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates_of_headers_and_feeds(text: str, value: str | None) -> None:
    read = read_rfc_date(text)
    assert (read.isoformat() if read else None) == value


def test_equal_moments_of_two_forums_have_other_yesterdays() -> None:
    now = datetime(2024, 1, 5, 1, 0, tzinfo=DEFAULT_ZONE)
    west = Clock(now.astimezone(timezone(timedelta(hours=-5))))
    read = [read_date("Yesterday 23:30", None, clock) for clock in (Clock(now), west, Clock(now))]
    assert [moment and moment.value.isoformat() for moment in read] == [
        "2024-01-04T23:30:00+08:00",
        "2024-01-03T23:30:00-05:00",
        "2024-01-04T23:30:00+08:00",
    ]


def test_raw_is_what_was_shown() -> None:
    read = read_date("发表于 \n 昨天\xa018:48", "2024-5-6 18:48:19", NOW)
    assert read is not None
    assert read.raw == "发表于 昨天 18:48"


def clock_of(footer: str, **headers: str) -> Clock:
    seen = datetime(2024, 5, 7, 12, 0, tzinfo=UTC)
    page = f'<html><p class="xs0">\n{footer}<span id="debuginfo"></span></p></html>'
    return read_clock(read_document(page.encode(), url="", seen_at=seen, headers=headers))


@pytest.mark.parametrize(
    ("footer", "now"),
    [
        ("GMT+8, 2024-5-7 18:21", "2024-05-07T18:21:00+08:00"),
        ("GMT, 2024-5-7 10:21", "2024-05-07T10:21:00+00:00"),
        ("GMT-3.5, 2024-5-7 06:51", "2024-05-07T06:51:00-03:30"),
        ("GMT+05:30, 2024-5-7 15:51", "2024-05-07T15:51:00+05:30"),
        ("GMT-3:30, 2024-5-7 06:51", "2024-05-07T06:51:00-03:30"),
        ("GMT+8, 07-05-2024 06:21 PM", "2024-05-07T18:21:00+08:00"),
        ("GMT+8, 05-07-2024 06:21 PM", "2024-05-07T18:21:00+08:00"),
    ],
)
def test_clock_of_the_page(footer: str, now: str) -> None:
    clock = clock_of(footer)
    assert clock.is_page_time
    assert clock.now.isoformat() == now


def test_month_first_is_told_by_the_clock() -> None:
    clock = clock_of("GMT+8, 05-07-2024 06:21 PM")
    read = read_date("03-04-2024 01:00 AM", None, clock)
    assert read is not None
    assert (read.value.month, read.value.day) == (3, 4)


def test_without_a_clock_the_date_header_then_the_time_seen() -> None:
    header = clock_of("", Date="Mon, 06 May 2024 04:00:00 GMT")
    assert header.now.isoformat() == "2024-05-06T12:00:00+08:00"
    assert clock_of("").now.isoformat() == "2024-05-07T20:00:00+08:00"


def test_a_clock_in_a_post_does_not_count() -> None:
    page = "<html><td>他说 GMT+2, 1999-1-1 00:00 的时候</td><p>\nGMT+8, 2024-5-7 18:21</p></html>"
    seen = datetime(2024, 5, 7, tzinfo=UTC)
    clock = read_clock(read_document(page.encode(), url="", seen_at=seen))
    assert clock.now.year == 2024


zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
clocks = st.datetimes(datetime(2002, 1, 1), datetime(2030, 1, 1), timezones=zones).map(Clock)
units = st.sampled_from(("秒", "分钟", "小时", "天"))


@given(clock=clocks, count=st.integers(0, 5000), unit=units)
def test_a_relative_date_is_never_later_than_the_page(clock: Clock, count: int, unit: str) -> None:
    read = read_date(f"{count} {unit}前", None, clock)
    assert read is not None
    assert read.value <= clock.now


@given(clock=clocks, moment=st.datetimes(datetime(1995, 1, 1), datetime(2030, 1, 1)))
def test_what_discuz_writes_reads_back(clock: Clock, moment: datetime) -> None:
    written = f"{moment.year}-{moment.month}-{moment.day} {moment:%H:%M:%S}"
    read = read_date(f"发表于 {written}", None, clock)
    assert read is not None
    assert read.value.replace(tzinfo=None) == moment.replace(microsecond=0)
    assert read.value.tzinfo == clock.now.tzinfo


def _half_behind(moment: datetime) -> str:
    hour = moment.hour % 12 or 12
    return f"{hour:02}:{moment:%M} {'上午' if moment.hour < 12 else '下午'}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# how sites write a moment: formats that an administrator may choose, and those of packs
WRITTEN: dict[str, Callable[[datetime], str]] = {
    "Y-n-j H:i": lambda m: f"{m.year}-{m.month}-{m.day} {m:%H:%M}",
    "Y/m/d H:i": lambda m: f"{m:%Y/%m/%d %H:%M}",
    "Y年n月j日": lambda m: f"{m.year}年{m.month}月{m.day}日 {m:%H:%M}",
    "y-n-j H:i": lambda m: f"{m:%y}-{m.month}-{m.day} {m:%H:%M}",
    "d-m-Y h:i A": lambda m: f"{m:%d-%m-%Y %I:%M %p}",
    "m/d/Y h:i A": lambda m: f"{m:%m/%d/%Y %I:%M %p}",
    "Y-n-j h:i 下午": lambda m: f"{m.year}-{m.month}-{m.day} {_half_behind(m)}",
    "Y-n-j 下午 h:i": lambda m: (
        f"{m.year}-{m.month}-{m.day} {'上午' if m.hour < 12 else '下午'} {m.hour % 12 or 12}:{m:%M}"
    ),
    "M j, Y H:i": lambda m: f"{_MONTHS[m.month - 1]} {m.day}, {m.year} {m:%H:%M}",
}
LATER = datetime(2030, 1, 1)


@pytest.mark.parametrize("form", WRITTEN)
@settings(max_examples=200)
@given(clock=clocks, moment=st.datetimes(datetime(2001, 1, 1), LATER))
def test_every_form_reads_back_or_is_left_out(form: str, clock: Clock, moment: datetime) -> None:
    """Seen years later as well: nothing of such a date counts from the clock."""
    clock = replace(clock, now=LATER.replace(year=2031, tzinfo=clock.now.tzinfo))
    read = read_date(WRITTEN[form](moment), None, clock)
    is_unclear = form[0] in "dm" and max(moment.day, moment.month) <= 12
    if is_unclear and moment.day != moment.month:
        assert read is None
    else:
        assert read is not None
        assert read.value.replace(tzinfo=None) == moment.replace(second=0, microsecond=0)
        assert (read.precision, read.value.tzinfo) == ("minute", clock.now.tzinfo)


@given(clock=clocks, words=st.text(max_size=60), title=st.none() | st.text(max_size=30))
def test_any_words_are_survived(clock: Clock, words: str, title: str | None) -> None:
    read = read_date(words, title, clock)
    assert read is None or read.value.tzinfo is not None


def test_nothing_lies_ahead_of_the_pages_own_clock() -> None:
    """Without a clock of its own another zone may count: a day is left."""
    own = replace(NOW, is_page_time=True)
    read = read_date("5-8 08:00", None, own)
    assert read is not None
    assert read.value.year == 2023
    other = read_date("5-8 08:00", None, replace(NOW, is_page_time=False))
    assert other is not None
    assert other.value.year == 2024
