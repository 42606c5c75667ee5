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
from typing import Literal

from crawler.discuz.rfc_dates import read_rfc_date

MadeBy = Literal["wayback", "archive.today", "cache", "memento", "singlefile", "httrack", "browser"]

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
# <link rel="canonical" href="https://archive.ph/2019.03.05-101112/http://…"/>: archive.today, whose
# usual addresses are short (https://archive.ph/aB3xZ). Titles and descriptions hold members' words.
_TODAY_PAGE = re.compile(
    r"<(?:link|meta)\b(?=[^<>]{0,3000}?\s(?:rel|property)=\"(?:canonical|og:url)\")[^<>]{0,3000}?"
    r"\s(?:href|content)=\"(https?://archive\.\w{2,5}/\d{4}[\d.]{4,6}-?\d{0,6}/https?:[^\"<>]{1,2000})"
)
_TODAY = r"archive\.(?:today|ph|is|fo|li|vn|md)"
_TODAY_SHORT = re.compile(rf"https?://{_TODAY}/\w{{1,12}}/?$")
# https://web.archive.org/web/20190305101112/http://…, also without http://;
# https://arquivo.pt/wayback/20190305101112/http://…
_WAYBACK = re.compile(
    r"https?://(?:[^/?#]{1,255}/(?:web|wayback)/(?P<stamp>\d{4,14})\*?(?:[a-z]{2}_)?"
    r"|web\.archive\.org/web(?:/\*)?)"
    r"/(?P<url>(?:https?:/|(?=[\w-]{1,63}\.[\w.-]{1,255}(?:/|$))).{1,4000})"
)
# https://archive.ph/2019.03.05-101112/http://…, https://archive.ph/o/aB3x/http://…
_ARCHIVED_TODAY = re.compile(
    rf"https?://{_TODAY}/(?:o/\w{{1,12}}|(?P<stamp>\d{{4}}[\d.]{{4,6}}-?\d{{0,6}}))/(?P<url>https?:/.{{1,4000}})"
)
# https://webcache.googleusercontent.com/search?q=cache:aB3xZ:http://…
_CACHED = re.compile(
    r"https?://webcache\.googleusercontent\.com/search\?q=cache:(?:[\w-]{1,20}:)?(?P<url>https?:/[^+&]{1,4000})"
)
_ARCHIVES: tuple[tuple[MadeBy, re.Pattern[str]], ...] = (
    ("archive.today", _ARCHIVED_TODAY),
    ("wayback", _WAYBACK),
    ("cache", _CACHED),
)
# Archives of archives: so many layers are taken off.
_LAYERS = 3
_STAMP = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)-?(\d\d)?(\d\d)?(\d\d)?")
# href="/web/20190305101112/http://…", src="https://web.archive.org/web/20190305101112im_/http://…",
# srcset="/web/…/http://… 1x, /web/…/http://… 2x"
_PREFIXES = {
    "wayback": re.compile(
        r"(?<=[\"'=(\s])(?:(?:https?:)?//web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:/)"
    ),
    # href="https://archive.ph/o/aB3xZ/http://…"
    "archive.today": re.compile(
        rf"(?<=[\"'=(\s])https?://{_TODAY}/(?:o/\w{{1,12}}|\d{{4}}[\d.]{{4,6}}-?\d{{0,6}})/(?=https?:/)"
    ),
}
# where addresses of a page stand; what a member writes of an archive stands between tags
_ADDRESSED = re.compile(r"<script\b[^>]*>.*?</script>|<[a-z][^<>]*>", re.I | re.S)
# From: <Saved by Blink>; MIME-Version: 1.0, Content-Type: multipart/related: of Chrome, IE, Opera
_MHTML, _MIME = "From: <Saved by ", ("MIME-Version:", "multipart/related")
# <td class="line-number" value="1">: view-source: of Chrome; <body id="viewsource">: of Firefox
_VIEW_SOURCE = re.compile(r"<td class=[\"']?line-number[\"']? value=|<body id=[\"']?viewsource\b")
_HEAD, _END = 4096, 8192


@dataclass(frozen=True, slots=True)
class Copy:
    """What a saved page says of itself.

    ``made_by``: `cache` is that of a search engine, `memento` any other archive. ``url`` is the
    original address, ``captured_at`` the moment of the capture (aware).
    """

    made_by: MadeBy
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
    return _inner(url)[0]


def _inner(url: str) -> tuple[str, MadeBy | None, datetime | None]:
    """The address within an archive's, by which archive, and the moment of the capture."""
    made_by: MadeBy | None = None
    at: datetime | None = None
    for _ in range(_LAYERS):
        for name, pattern in _ARCHIVES:
            found = pattern.match(url)
            if found:
                # archives write http:/host where a server joins two slashes
                inner = re.sub(r"^(https?):/+", r"\1://", found["url"])
                url = inner if "://" in inner else f"http://{inner}"
                stamp = found.groupdict().get("stamp")
                made_by, at = made_by or name, at or (_stamp(stamp) if stamp else None)
                break
        else:
            break
    return url, made_by, at


def read_copy(source: str, url: str, headers: Mapping[str, str]) -> Copy | None:
    """How a page was saved; ``None`` for one that a forum itself sent.

    ``headers`` have lower-case names.
    """
    address, made_by, at = _inner(url)
    if made_by is not None:
        return Copy(made_by, address, _memento(headers) or at)
    if _TODAY_SHORT.match(url):
        found = _TODAY_PAGE.search(_above_body(source[:_HEAD]))
        return _of_address(found[1]) if found else None
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
    if prefix is None or "id_/http" in url:
        return source
    return _ADDRESSED.sub(lambda found: prefix.sub("", found[0]), source)


def unusable_copy(source: str) -> str | None:
    r"""Why a saved file is no page, and what to do; ``None`` for one that may be.

    >>> unusable_copy("From: <Saved by Blink>\nSnapshot-Content-Location: http://b.example/")
    'an MHTML file: open it in a browser and save it as HTML'
    """
    head = source[:_HEAD]
    above = head.partition("<html")[0]
    if head.startswith(_MHTML) or all(mark in above for mark in _MIME):
        return "an MHTML file: open it in a browser and save it as HTML"
    if _VIEW_SOURCE.search(head):
        return "the source of a page as a browser shows it: copy its text into a file of its own"
    return None


def _by_comment(head: str, end: str) -> Copy | None:
    """By what a program wrote above the page, or the Wayback Machine below it."""
    head = _above_body(head)
    found = _SINGLE_FILE.search(head)
    if found:
        address, month, day, year, time, zone = found.groups()
        at = read_rfc_date(f"{day} {month} {year} {time} {zone}")
        return _of_address(address, "singlefile", at)
    found = _HTTRACK.search(head)
    if found:
        return _of_address(f"http://{found[1]}", "httrack", read_rfc_date(found[2]))
    found = _TODAY_PAGE.search(head)
    if found:
        return _of_address(found[1])
    behind = end[end.rfind("</html") :] if "</html" in end else ""
    archived = _WAYBACK_END.search(behind)
    captured_at = None
    if archived:
        time, month, day, year = archived.groups()
        captured_at = read_rfc_date(f"{day} {month} {year} {time} +0000")
    found = _BROWSER.search(head)
    if found:
        return _of_address(found[1], "browser", captured_at)
    return Copy("wayback", None, captured_at) if captured_at else None


def _of_address(address: str, made_by: MadeBy = "browser", at: datetime | None = None) -> Copy:
    """The copy of a page whose address a program wrote: of an archive's page it is the inner one.

    ``at`` is when it was saved; a page of an archive was captured before.
    """
    url, archive, captured_at = _inner(address)
    return Copy(archive or made_by, _web(url), at if archive is None else captured_at or at)


def _above_body(head: str) -> str:
    """What stands in front of the body: behind it are members' words."""
    begun = re.search(r"<body\b", head, re.I)
    return head[: begun.start()] if begun else head


def _memento(headers: Mapping[str, str]) -> datetime | None:
    """The moment in `Memento-Datetime` (RFC 7089 §2.1.1)."""
    value = headers.get("memento-datetime")
    return read_rfc_date(value) if value else None


def _stamp(said: str) -> datetime | None:
    """The moment in an archive's address: 20190305101112, 2019.03.05-101112."""
    found = _STAMP.match(said)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _web(url: str) -> str | None:
    return url if url.startswith(("http://", "https://")) else None
