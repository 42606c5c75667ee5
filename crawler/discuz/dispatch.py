"""The one way in: which kind of page is this? Read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from crawler.discuz import urls
from crawler.discuz.dates import read_clock
from crawler.discuz.document import Document, read_document
from crawler.discuz.facts import BoardPage, IndexPage, Kind, NewsPage, OtherPage, Page, ThreadPage
from crawler.discuz.page.identity import read_board_address
from crawler.discuz.page.site import is_discuz, read_site
from crawler.discuz.readers import (
    ajax,
    album,
    archiver,
    board,
    by_site_rules,
    desktop,
    guide_and_feed,
    index,
    plain_text,
    printable,
    refusal,
    touch,
    unknown_list,
    unknown_skin,
    wap,
)
from crawler.discuz.site_rules import SiteRules

# <body id="nv_forum" class="pg_forumdisplay" …>
_BODY_CLASS = re.compile(r"<body\b[^>]{0,300}?\bclass=[\"'][^\"']{0,60}?\bpg_(\w{1,30})")


def _list(document: Document) -> BoardPage | None:
    found = board.read_board(document)
    if found and not all("sticky" in row.flags for row in found.rows):
        return found
    # no rows, or sticky ones alone: the others may have other names
    by_structure = unknown_list.read_rows(document)
    if found and (not by_structure or len(by_structure.rows) <= len(found.rows)):
        return found
    return by_structure


def _read_renamed(document: Document) -> ThreadPage | None:
    """A page with Discuz's ids and classes of other names: what they mean has to be found out."""
    if not desktop.has_floors(document) or desktop.has_classes(document):
        return None
    return unknown_skin.read_inferred(document) or desktop.read_thread(document, any_classes=True)


# each returns None for what is not its own
_READERS: tuple[Callable[[Document], Page | None], ...] = (
    by_site_rules.read_ruled,
    ajax.read_fragment,
    desktop.read_thread,
    touch.read_touch,
    wap.read_wap,
    album.read_album,
    archiver.read_archived_thread,
    archiver.read_archived_list,
    printable.read_printable,
    plain_text.read_plain,
    _read_renamed,
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

    Returns a `ThreadPage`, a `BoardPage`, an `IndexPage`, a `Message` with the reason why there is
    none of them, or an `OtherPage`.
    A pure function of its arguments. Never raises on any bytes.
    """
    document = read_document(body, url=url, seen_at=seen_at, headers=headers, rules=rules)
    page = _read(document, status)
    if rules and rules.boilerplate and isinstance(page, ThreadPage):
        return by_site_rules.without_boilerplate(page, rules)
    return page


def _read(document: Document, status: int | None) -> Page:
    for read in _READERS:
        found = read(document)
        if found:
            return found
    message = refusal.read_notice(document, status)
    if message:
        return message
    return (
        _other(document)
        or unknown_skin.read_inferred(document)
        or refusal.unreadable(document, status)
    )


def _other(document: Document) -> BoardPage | IndexPage | NewsPage | OtherPage | None:
    news_page = guide_and_feed.read_rss(document) or guide_and_feed.read_guide(document)
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
        found_page = _list(document)
    elif kind == "index":
        found_page = index.read_index(document)
    if found_page is None and not found:
        return None
    return found_page or OtherPage(kind, read_site(document, read_clock(document)))
