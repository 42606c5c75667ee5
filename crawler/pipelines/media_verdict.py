"""Is what came the picture or file that was asked for? Told by its bytes, not by its headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.archive.file_types import (
    PICTURE_ENDINGS,
    is_json,
    is_office_page,
    is_picture,
    is_plain_text,
    is_web_page,
)
from crawler.archive.media_store import KEPT_ENDINGS
from crawler.discuz import urls
from crawler.discuz.facts import Message
from crawler.items import BLOCKS, FAILURES, Reason
from crawler.responses import read_response
from crawler.site_rules import Sites

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.archive.media_store import MediaRequest

# What the forum says of the very file that was asked for (`notices.py`) is one of these, and lasts
# until somebody else logs in. That a file is missing is no such word: Discuz says it of one that
# its disk does not give at the moment as well, and of an address that has run out
# (forum_attachment.php).
RIGHTS: frozenset[Reason] = frozenset({"no_permission", "login_required"})
# Files that may be a web page or JSON, or begin as one, and those that never are.
_TEXTS = frozenset("html htm xhtml shtml txt text md xml svg js css json csv log".split())
_PACKED = (KEPT_ENDINGS | PICTURE_ENDINGS) - _TEXTS
_SCRIPTS = frozenset({"php", "asp", "aspx", "jsp"})
# ".ZIP" at the end of "地图.ZIP"
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,8})\Z")
# attachment; filename="map.zip"
_FILE_NAME = re.compile(r"filename\*?=\s{0,9}(?:UTF-8'')?[\"']?([^\"';]{1,300})", re.I)
_ABSENT = (404, 410)
# for pages whose dates are not read
_NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
# A page that stands in the place of a file is small.
_LONGEST_PAGE = 1 << 20


@dataclass(frozen=True, slots=True)
class Refused:
    """Why what came is not the file.

    ``is_final``: the forum says so of this very file. ``is_of_host``: it may be what the host
    answers to everything: a guard, or a failure.
    """

    reason: Reason
    is_final: bool = False
    is_of_host: bool = False


def why_refused(response: Response, wanted: MediaRequest, forum: str) -> Refused | None:
    """Why a response is not the file that was asked for; ``None`` if it is.

    ``forum`` is an address of the forum whose post shows the file.
    """
    if urls.is_own_picture(response.url) and not urls.is_own_picture(wanted.url):
        # Discuz leads to static/image/common/none.gif, and does not say why
        return Refused("unknown_notice")
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        # nobody asked for a part
        return Refused("truncated")
    is_success = response.status < 300
    if is_success and (
        is_picture(response.body) if wanted.is_image else _is_file(response, wanted)
    ):
        return None
    return _as_said(response, wanted, forum)


def _is_file(response: Response, wanted: MediaRequest) -> bool:
    """Whether nothing proves that what came is no file: a web page, an error in JSON, nothing."""
    body = response.body
    if not body:
        return False
    sent_as = _name_in_headers(response)
    if not is_web_page(body) and not is_json(body):
        # Discuz names each file that it sends itself: words without a name are somebody else's
        is_own = urls.is_attachment(response.url) and sent_as is None
        return not (is_own and is_plain_text(body))
    path = unquote(urlsplit(response.url).path)
    if _ending(path) in _SCRIPTS:
        # forum.php?mod=attachment&aid=5 names no file
        path = ""
    name = wanted.name if wanted.name and _ENDING.search(wanted.name.strip()) else sent_as or path
    if is_office_page(body):
        return True
    if _ending(name) in _PACKED:
        return False
    # Discuz names each file that it sends; a server of plain files does not
    is_plain = {_ending(name), _ending(path)} <= _TEXTS
    return sent_as is not None or (is_plain and not _is_guard(response))


def _ending(name: str) -> str:
    found = _ENDING.search(name.strip())
    return found[1].lower() if found else ""


def _name_in_headers(response: Response) -> str | None:
    """The name of the file that a server says to send; ``None`` where it sends a page."""
    header = (response.headers.get("Content-Disposition") or b"").decode("latin-1")
    found = _FILE_NAME.search(header)
    if found:
        return found[1].strip()
    return "" if header.strip().lower().startswith("attachment") else None


def _is_guard(response: Response) -> bool:
    page = read_response(response, _NO_CLOCK, Sites({}))
    return isinstance(page, Message) and page.reason in BLOCKS | FAILURES


def _as_said(response: Response, wanted: MediaRequest, forum: str) -> Refused:
    """Why a response is not the file, as far as it says."""
    is_here = urls.same_host(response.url, forum)
    page = (
        read_response(response, _NO_CLOCK, Sites({}))
        if len(response.body) <= _LONGEST_PAGE
        else None
    )
    if page is None or not isinstance(page, Message):
        # a thread, a list, the index: Discuz may lead there, and so may a guard
        return Refused("unknown_notice" if page and is_here else "not_discuz", is_of_host=True)
    if page.evidence == "about_this" and _is_same_file(response.url, wanted.url):
        return Refused(page.reason, is_final=True)
    if page.evidence != "other":
        return Refused(page.reason, is_of_host=page.reason in BLOCKS | FAILURES)
    if page.reason == "not_discuz" and response.status in _ABSENT:
        # the host's word about this address: it may be back
        return Refused("not_found")
    return Refused(page.reason, is_of_host=True)


def _is_same_file(one: str, other: str) -> bool:
    """Whether a notice speaks of the file that was asked for, and not of where it was led to."""
    return urls.is_attachment(one) and urls.attachment_id(one) == urls.attachment_id(other)
