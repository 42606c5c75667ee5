"""How a page was saved: by what, from which address, and when.

What people have of a forum that closed came through an archive or a program, and says so: in its
address, in a comment, in a header. A page that a forum itself sent is no copy, whatever its posts
write: marks count in saved files and in the answers of archives, and only where no member's words
stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.discuz.rfc_dates import read_rfc_date

# <!-- saved from url=(0049)http://bbs.example.net/thread-1-1-1.html -->: browsers since IE 5
_BROWSER = re.compile(r"<!-- saved from url=\(\d{1,6}\)(\S{1,2000}) -->")
# <!-- Page saved with SingleFile
#  url: https://bbs.example.net/thread-1-1-1.html
#  saved date: Tue Mar 05 2019 10:11:12 GMT+0800 (China Standard Time)
# -->
_SINGLE_FILE = re.compile(
    r"<!--\s{0,9}Page saved with SingleFile\s{1,9}url: (\S{1,2000})\s{1,9}"
    r"saved date: \w{3} (\w{3}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})"
)
# <!-- Mirrored from bbs.example.net/thread-1-1-1.html by HTTrack Website Copier/3.x [XR&CO'2014],
# Tue, 05 Mar 2019 10:11:12 GMT -->
_HTTRACK = re.compile(
    r"<!-- Mirrored from (\S{1,2000}) by HTTrack Website Copier/[^,<>]{1,99}, ([^<>]{1,60}?) -->"
)
# FILE ARCHIVED ON 10:11:12 Mar 05, 2019 AND RETRIEVED FROM THE: at the end of what the toolbar of
# the Wayback Machine was in
_WAYBACK_END = re.compile(
    r"FILE ARCHIVED ON (\d\d:\d\d:\d\d) (\w{3}) (\d{1,2}), (\d{4}) AND RETRIEVED"
)
# <link rel="canonical" href="https://archive.ph/2019.03.05-101112/http://…">: archive.today
_TODAY_PAGE = re.compile(
    r"https?://archive\.\w{2,5}/\d{4}[\d.]{4,6}-?\d{0,6}/https?:[^\"'\s<>]{1,2000}"
)
# https://web.archive.org/web/20190305101112/http://…;
# https://archive.ph/2019.03.05-101112/http://…, https://archive.ph/o/aB3x/http://…
_ARCHIVES = re.compile(
    r"https?://(?:[^/?#]{1,255}/web/\d{4,14}(?:[a-z]{2}_)?"
    r"|archive\.(?:today|ph|is|fo|li|vn|md)/(?:o/\w{1,12}|\d{4}[\d.]{4,6}-?\d{0,6}))"
    r"/(https?:/.{1,4000})"
)
_STAMP = re.compile(r"/(\d{4})\.?(\d\d)\.?(\d\d)-?(\d\d)?(\d\d)?(\d\d)?")
# href="/web/20190305101112/http://…", src="https://web.archive.org/web/20190305101112im_/http://…"
_PREFIXES = {
    "wayback": re.compile(
        r"(?<=[\"'=(])(?:(?:https?:)?//web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:/)"
    ),
    # href="https://archive.ph/o/aB3xZ/http://…"
    "archive.today": re.compile(r"(?<=[\"'=(])https?://archive\.\w{2,5}/o/\w{1,12}/(?=https?:/)"),
}
# From: <Saved by Blink>; MIME-Version: 1.0, Content-Type: multipart/related: of Chrome, IE, Opera
_MHTML, _MIME = "From: <Saved by ", ("MIME-Version:", "multipart/related")
# <td class="line-number" value="1">: view-source: of Chrome; <body id="viewsource">: of Firefox
_VIEW_SOURCE = re.compile(r"<td class=[\"']?line-number[\"']? value=|<body id=[\"']?viewsource\b")
_HEAD, _END = 4096, 8192


@dataclass(frozen=True, slots=True)
class Copy:
    """What a saved page says of itself.

    ``made_by``: wayback, archive.today, memento, singlefile, httrack or browser. ``url`` is the
    original address, ``captured_at`` the moment of the capture (aware).
    """

    made_by: str
    url: str | None = None
    captured_at: datetime | None = None


def original(url: str) -> str:
    """The address that an archive's address is about; any other one as it is.

    >>> original("https://web.archive.org/web/20190305101112im_/http://b.example/x.jpg")
    'http://b.example/x.jpg'
    >>> original("https://archive.ph/2019.03.05-101112/http://b.example/thread-7-1-1.html")
    'http://b.example/thread-7-1-1.html'
    >>> original("http://b.example/?url=http://c.example/")
    'http://b.example/?url=http://c.example/'
    """
    found = _ARCHIVES.match(url) if "/http" in url else None
    # archives write http:/host where a server joins two slashes
    return re.sub(r"^(https?):/+", r"\1://", found[1]) if found else url


def read_copy(source: str, url: str, headers: Mapping[str, str]) -> Copy | None:
    """How a page was saved; ``None`` for one that a forum itself sent.

    ``headers`` have lower-case names.
    """
    address = original(url)
    if address != url:
        made_by = "archive.today" if "//archive." in url else "wayback"
        return Copy(made_by, address, _stamp(url) or _memento(headers))
    if "memento-datetime" in headers:
        return Copy("memento", None, _memento(headers))
    if not url.startswith("file:"):
        return None
    return _by_comment(source[:_HEAD], source[-_END:])


def without_archive(source: str, copy: Copy, url: str) -> str:
    """A copy's source with the addresses of the original: archives lead to their own captures.

    What an author of the forum linked to in an archive was led to a capture as well, and is his
    link again. ``url`` is that of the copy.
    """
    prefix = _PREFIXES.get(copy.made_by)
    # /web/20190305101112id_/: as the archive got it
    return prefix.sub("", source) if prefix and "id_/http" not in url else source


def unusable_copy(source: str) -> str | None:
    r"""Why a saved file is no page, and what to do; ``None`` for one that may be.

    >>> unusable_copy("From: <Saved by Blink>\nSnapshot-Content-Location: http://b.example/")
    'an MHTML file: save the page as HTML'
    """
    head = source[:_HEAD]
    above = head.partition("<html")[0]
    if head.startswith(_MHTML) or all(mark in above for mark in _MIME):
        return "an MHTML file: save the page as HTML"
    if _VIEW_SOURCE.search(head):
        return "the source of a page as a browser shows it: save the page itself"
    return None


def _by_comment(head: str, end: str) -> Copy | None:
    """By what a program wrote above the page, or the Wayback Machine below it."""
    # behind it members' words may stand
    begun = re.search(r"<body\b", head, re.I)
    head = head[: begun.start()] if begun else head
    found = _SINGLE_FILE.search(head)
    if found:
        address, month, day, year, time, zone = found.groups()
        return Copy(
            "singlefile", _web(address), read_rfc_date(f"{day} {month} {year} {time} {zone}")
        )
    found = _HTTRACK.search(head)
    if found:
        return Copy("httrack", _web(f"http://{found[1]}"), read_rfc_date(found[2]))
    found = _TODAY_PAGE.search(head)
    if found:
        return Copy("archive.today", original(found[0]), _stamp(found[0]))
    behind = end[end.rfind("</html") :] if "</html" in end else ""
    archived = _WAYBACK_END.search(behind)
    captured_at = None
    if archived:
        time, month, day, year = archived.groups()
        captured_at = read_rfc_date(f"{day} {month} {year} {time} +0000")
    found = _BROWSER.search(head)
    if found:
        saved = _web(found[1])
        inner = original(saved) if saved else None
        if inner != saved:
            return Copy("wayback", inner, captured_at or _stamp(saved or ""))
        return Copy("browser", saved, captured_at)
    return Copy("wayback", None, captured_at) if captured_at else None


def _memento(headers: Mapping[str, str]) -> datetime | None:
    """The moment in `Memento-Datetime` (RFC 7089 §2.1.1)."""
    value = headers.get("memento-datetime")
    return read_rfc_date(value) if value else None


def _stamp(url: str) -> datetime | None:
    """The moment in an archive's address: /web/20190305101112/, /2019.03.05-101112/."""
    found = _STAMP.search(url)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _web(url: str) -> str | None:
    return url if url.startswith(("http://", "https://")) else None
