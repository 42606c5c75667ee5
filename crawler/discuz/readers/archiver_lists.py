"""The archiver's lists (`archiver/`, `archiver/?fid-2.html`): a board's threads, the boards."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.document import Document
from crawler.discuz.elements import outermost, words
from crawler.discuz.facts import Board, BoardPage, IndexPage, ThreadRow
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.readers.archiver import (
    archiver_name,
    archiver_place,
    find_path,
    is_archiver,
    steps_in,
)
from crawler.discuz.readers.index import read_boards
from crawler.discuz.words import REPLY

if TYPE_CHECKING:
    from lxml.etree import _Element

# (3篇回复); (-篇回复) stands behind what a moved thread left
_REPLIES = re.compile(rf"\((?:(\d{{1,9}})|-)\s?篇{REPLY}\)")


def read_archived_list(document: Document) -> BoardPage | IndexPage | None:
    """Read a board's list or the index; ``None`` where it is neither."""
    if not is_archiver(document):
        return None
    content = next((box for box in document.root.iter("div") if box.get("id") == "content"), None)
    if content is None:
        return None
    site = read_site(document, read_clock(document))
    site = replace(site, name=site.name or archiver_name(document))
    base = base_of(document, site)
    # <ul><li><a href="?fid-42.html">; links to a board's other pages stand in no list
    lists = (box for box in content.iter("ul") if box.get("start") is None)
    boards = tuple(board for box in outermost(lists) for board in read_boards(box, base))
    address = urls.read_board_address(document.url)
    own = _own_board(document, base)
    if own is None and address is None:
        return IndexPage(site, boards, is_truncated=document.is_cut) if boards else None
    steps = steps_in(find_path(document))
    page, pages, next_url = archiver_place(document, base)
    return BoardPage(
        site=site,
        url=document.url,
        board=own or Board(steps[-1] if steps else None, address.board_id if address else None),
        page=page,
        pages=pages,
        next_url=next_url,
        rows=tuple(_rows(content, base)),
        boards=boards,
        is_truncated=document.is_cut,
        skin="archiver",
    )


def _own_board(document: Document, base: str) -> Board | None:
    """The board that a list is of: 查看完整版本 leads to it."""
    for box in document.root.iter("div"):
        if box.get("id") == "end":
            for link in box.iter("a"):
                url = urls.resolve(base, link.get("href"))
                address = urls.read_board_address(url) if url else None
                if address:
                    return Board(words(link) or None, address.board_id, address.page_url(1))
    return None


def _rows(content: _Element, base: str) -> list[ThreadRow]:
    rows = []
    for entry in content.iter("li"):
        link = next(entry.iterchildren("a"), None)
        url = urls.resolve(base, link.get("href")) if link is not None else None
        address = urls.read_thread_address(url) if url else None
        if link is None or url is None or address is None:
            continue
        found = _REPLIES.search(link.tail or "")
        rows.append(
            ThreadRow(
                thread_id=address.thread_id,
                url=urls.thread_url(address.root, address.thread_id),
                headline=words(link),
                replies=int(found[1]) if found and found[1] else None,
                is_moved=bool(found and not found[1]),
            )
        )
    return rows
