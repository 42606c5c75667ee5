"""The one way in: which kind of page is this? Read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from crawler.discuz import urls
from crawler.discuz.copies import unusable_copy
from crawler.discuz.document import Document, read_document
from crawler.discuz.facts import (
    BoardPage,
    IndexPage,
    Kind,
    Message,
    NewsPage,
    OtherPage,
    Page,
    ThreadPage,
)
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.identity import read_board_address
from crawler.discuz.page.site import is_discuz, read_site
from crawler.discuz.readers.ajax import AJAX
from crawler.discuz.readers.album import ALBUM
from crawler.discuz.readers.archiver import ARCHIVER
from crawler.discuz.readers.archiver_lists import read_archived_list
from crawler.discuz.readers.board import read_board
from crawler.discuz.readers.by_site_rules import BY_SITE_RULES, without_boilerplate
from crawler.discuz.readers.comments import read_comments
from crawler.discuz.readers.desktop import DESKTOP, DESKTOP_RENAMED, has_classes, has_floors
from crawler.discuz.readers.guide_and_feed import read_guide, read_rss
from crawler.discuz.readers.index import read_index
from crawler.discuz.readers.plain_text import PLAIN_TEXT
from crawler.discuz.readers.printable import PRINTABLE
from crawler.discuz.readers.refusal import read_refusal, unreadable
from crawler.discuz.readers.skeleton import Face, read_face
from crawler.discuz.readers.touch import TOUCH
from crawler.discuz.readers.unknown_list import read_rows
from crawler.discuz.readers.unknown_skin import UNKNOWN_SKIN
from crawler.discuz.readers.wap import WAP
from crawler.discuz.site_rules import SiteRules

# <body id="nv_forum" class="pg_forumdisplay" …>
_BODY_CLASS = re.compile(r"<body\b[^>]{0,300}?\bclass=[\"'][^\"']{0,60}?\bpg_(\w{1,30})")


# The faces of a thread, in the order in which they are tried: none takes a page of another one.
_FACES: tuple[Face, ...] = (
    BY_SITE_RULES,
    AJAX,
    DESKTOP,
    TOUCH,
    WAP,
    ALBUM,
    ARCHIVER,
    PRINTABLE,
    PLAIN_TEXT,
)
_KINDS: dict[str, Kind] = {
    "forumdisplay": "board",
    "index": "index",
    "guide": "guide",
    "space": "space",
    "view": "portal",
    "list": "portal",
}


def read_page(
    body: bytes,
    *,
    url: str,
    seen_at: datetime,
    headers: Mapping[str, str] | None = None,
    status: int | None = None,
    rules: SiteRules | None = None,
) -> Page:
    """Read one page of a forum.

    ``body`` as received, ``url`` its address after redirects, ``seen_at`` when it was received
    (aware; what words like 昨天 count from if the page has no clock), ``headers`` and ``status``
    of the answer where they are known, ``rules`` those of the site where it has some.

    Returns a `ThreadPage`, a `CommentsPage`, a `BoardPage`, an `IndexPage`, a `NewsPage`, a
    `Message` with the reason why there is none of them, or an `OtherPage`.
    A pure function of its arguments. Never raises on any bytes.
    """
    document = read_document(body, url=url, seen_at=seen_at, headers=headers, rules=rules)
    return _read_by_rules(document, status)


def explain_page(
    body: bytes, *, url: str, seen_at: datetime, rules: SiteRules | None = None
) -> Page:
    """Read one page as `read_page` does; each post tells where its words went (`Body.runs`)."""
    document = read_document(body, url=url, seen_at=seen_at, rules=rules)
    return _read_by_rules(replace(document, is_explained=True), None)


def _read_by_rules(document: Document, status: int | None) -> Page:
    page, rules = _read(document, status), document.rules
    if rules and rules.boilerplate and isinstance(page, ThreadPage):
        return without_boilerplate(page, rules)
    return page


def _read(document: Document, status: int | None) -> Page:
    if document.url.startswith("file:") and (problem := unusable_copy(document.source)):
        return Message(reason="not_discuz", text=problem)
    for face in _FACES:
        thread = read_face(document, face)
        if thread:
            return thread
    return (
        read_comments(document)
        or read_archived_list(document)
        or _read_renamed(document)
        or read_refusal(document, status)
        or _read_other(document)
        # of a renamed one that was tried before
        or (None if _is_renamed(document) else read_face(document, UNKNOWN_SKIN))
        or unreadable(document)
    )


def _read_renamed(document: Document) -> ThreadPage | None:
    """A page with Discuz's ids and classes of other names: what they mean has to be found out."""
    if not _is_renamed(document):
        return None
    return read_face(document, UNKNOWN_SKIN) or read_face(document, DESKTOP_RENAMED)


def _is_renamed(document: Document) -> bool:
    return has_floors(document) and not has_classes(document)


def _read_list(document: Document) -> BoardPage | None:
    found = read_board(document)
    if found and not all("sticky" in row.flags for row in found.rows):
        return found
    # no rows, or sticky ones alone: the others may have other names
    by_structure = read_rows(document)
    if found and (not by_structure or len(by_structure.rows) <= len(found.rows)):
        return found
    return by_structure


def _read_other(document: Document) -> BoardPage | IndexPage | NewsPage | OtherPage | None:
    news_page = read_rss(document) or read_guide(document)
    if news_page:
        return news_page
    found = _BODY_CLASS.search(document.text)
    kind = _KINDS.get(found[1]) if found else None
    if kind in (None, "portal", "space") and read_board_address(document):
        kind = "board"  # phones get pages without such a class, skins call it what they like
    elif kind is None and urls.is_index(document.url):
        kind = "index"
    if kind is None or not is_discuz(document):
        return None
    found_page: BoardPage | IndexPage | None = None
    if kind == "board":
        found_page = _read_list(document)
    elif kind == "index":
        found_page = read_index(document)
    if found_page is None and not found:
        return None
    return found_page or OtherPage(kind, read_site(document, read_clock(document)))
