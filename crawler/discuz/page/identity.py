"""Which thread a page shows, and which of its pages."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.page.pager import infer_pager, read_pager
from crawler.discuz.page.site import in_script, script_number

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document

# the number of a page, of how many, the address of the next one
Place = tuple[int, int, str | None]
# <link href="http://host/forum.php?mod=viewthread&tid=1" rel="canonical" />
_HREF = re.compile(r"href=[\"']([^\"']{1,500})")
# REPORTURL = 'aHR0cDovL2Ji…': the address, in base64
_REPORT_URL = re.compile(r"REPORTURL\s?=\s?'([A-Za-z0-9+/=]{8,4000})'")
_HEAD = 65536
# forum.php?mod=viewthread&tid=1&authorid=7, …goto=findpost&ptid=1
_TID = re.compile(r"[?&;]p?tid=(\d{1,18})")


def read_thread_id(document: Document, hrefs: Iterable[str | None] = ()) -> str | None:
    """The thread's number, by the page's script, its canonical address or its own.

    ``hrefs`` are links that can only lead to this thread, asked last.
    """
    said = script_number(document.text, "tid")
    if said:
        return said
    for url in (_canonical(document), document.url, reported_url(document)):
        address = urls.read_thread_address(url) if url else None
        if address:
            return address.thread_id
    for href in hrefs:
        found = _TID.search(href or "")
        if found:
            return found[1]
    return None


def read_thread_url(document: Document, root: str, thread_id: str) -> str:
    """The page's own canonical address if it is this forum's; else the plain one."""
    canonical = _canonical(document)
    address = urls.read_thread_address(canonical) if canonical else None
    is_this = address is not None and address.thread_id == thread_id
    if canonical and address and is_this and urls.same_host(address.root, root):
        return canonical
    return urls.thread_url(root, thread_id)


def read_place(document: Document, pagers: Iterable[_Element], base: str) -> Place:
    """Where we are, of how many pages, and what comes next; without a pager page 1 of 1."""
    current, last, next_url = read_pager(pagers, base)
    if current is None:
        # a pager without <strong>2</strong>: then the address tells
        address = urls.read_thread_address(document.url) if last > 1 else None
        current = address.page if address else 1
    return current, max(last, current), next_url


def infer_place(document: Document, thread_id: str, base: str) -> Place:
    """As `read_place`, by the links to pages of this thread, whatever box they stand in."""

    def number_of(url: str) -> int | None:
        found = urls.read_thread_address(url)
        return found.page if found and found.thread_id == thread_id else None

    current, last, next_url = infer_pager(document.root, base, number_of)
    if current is None:
        current = (number_of(document.url) if last > 1 else None) or 1
    return current, max(last, current), next_url


def read_board_address(document: Document) -> urls.BoardAddress | None:
    """The board whose address the page has, or, for a saved page, names in its script."""
    said = reported_url(document)
    found = urls.read_board_address(document.url)
    return found or (urls.read_board_address(said) if said else None)


def reported_url(document: Document) -> str | None:
    """The page's own address as its script has it, for saved pages without any other."""
    found = in_script(_REPORT_URL, document.text[:_HEAD])
    try:
        return base64.b64decode(found[1]).decode("utf-8", "replace") if found else None
    except ValueError:
        return None


def _canonical(document: Document) -> str | None:
    at = document.text.find("canonical", 0, _HEAD)
    if at < 0:
        return None
    tag = document.text[document.text.rfind("<", 0, at) : document.text.find(">", at)]
    href = _HREF.search(tag)
    return urls.resolve(document.url, href[1].replace("&amp;", "&")) if href else None
