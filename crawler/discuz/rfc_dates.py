"""Dates as machines write them in headers and feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timezone
from email.utils import parsedate_to_datetime


def read_rfc_date(text: str) -> datetime | None:
    """The moment in a header or a feed (RFC 5322 §3.3), aware; ``None`` where it is none.

    >>> read_rfc_date("Sun, 25 Oct 2026 14:31:39 +0000").isoformat()
    '2026-10-25T14:31:39+00:00'
    >>> read_rfc_date("Sun, 25 Oct 99999999999 14:31:39 +0000") is None
    True
    """
    try:
        value = parsedate_to_datetime(text)
        value = in_any_zone(value if value.tzinfo else value.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
    return value


def in_any_zone(value: datetime) -> datetime:
    """The same moment; raises `OverflowError` for the first and the last day of the calendar.

    They cannot be converted to another zone.
    """
    value.astimezone(timezone.max)
    value.astimezone(timezone.min)
    return value
