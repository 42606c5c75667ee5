"""The archiver (`archiver/`): bare text for search engines, threads, boards and index.

No post numbers, no floors, no pictures; codes are stripped, so that a quotation is told by its
first line alone and smilies stand as they were typed. The words of a shielded post are not there.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import Clock, read_clock, read_date
from crawler.discuz.document import Document, build_tree
from crawler.discuz.elements import by_class, words
from crawler.discuz.facts import (
    Author,
    Block,
    Board,
    BoardPage,
    Body,
    Image,
    IndexPage,
    Moment,
    Post,
    Site,
    ThreadPage,
    ThreadRow,
    place_id,
)
from crawler.discuz.page.identity import read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.body import read_body
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import split_quote
from crawler.discuz.readers.index import read_boards

if TYPE_CHECKING:
    from lxml.etree import _Element

# <title>… Powered by Discuz! Archiver</title>; <center id="header"><h2>NAME's Archiver </h2>
_MARK = re.compile(r"Archiver\s{0,9}</(?:title|h2|a)>", re.I)
_NAME = re.compile(r"<h2>([^<]{1,200})'s Archiver\s{0,9}</h2>")
# <p class="author"> <strong>NAME</strong> 发表于 2017-6-1 08:15:00 </p> <h3>SUBJECT</h3> text …
_HEADER = re.compile(
    r'<p class="author">\s{0,99}<strong>(?P<name>.{0,200}?)</strong>(?P<date>.{0,300}?)</p>'
    r"(?:\s{0,99}<h3>(?P<subject>[^<]{0,1000})</h3>)?",
    re.S,
)
_CONTENT, _END = '<div id="content"', re.compile(r'<div class="page"|<div id="end"')
# 页: <strong>[2]</strong> <a href="?tid-2.html&page=3">3</a>
_CURRENT = re.compile(r"\[(\d{1,7})\]$")
# (3篇回复); (-篇回复) stands behind what a moved thread left
_REPLIES = re.compile(r"\((?:(\d{1,9})|-)\s?篇回[复復覆複]\)")
# as Discuz puts it in front of an edited post: white space round it, an empty line behind it
_EDITED = re.compile(
    r"^ 本帖最[后後]由 (?P<name>.{1,99}?) [于於] (?P<date>.{1,60}?) [编編][辑輯] "
    r"(?=<br />\s{0,4}<br />)"
)
# smilies: {:2_25:}, and those that come with every Discuz!
_SMILEYS = re.compile(
    r"\{:\d{1,4}_\d{1,6}:\}|:(?:lol|handshake|loveliness:|funk:|curse:|dizzy:|shutup:|sleepy:|hug:"
    r"|victory:|time:|kiss:|call)|:'\(|[:;]P|:[()D@o$LQ](?![A-Za-z0-9])"
)
# [img]ADDRESS[/img] leaves the address, alone in its line
_IMAGE = re.compile(r"^https?://\S{1,500}\.(?:jpe?g|png|gif|bmp|webp)$", re.I)
_ITEM = re.compile(r"^\[\*\]")


def is_archiver(document: Document) -> bool:
    return _MARK.search(document.text) is not None


def read_archived_thread(document: Document) -> ThreadPage | None:
    """Read a page of a thread; ``None`` where it is none."""
    if 'class="author"' not in document.text or not is_archiver(document):
        return None
    thread_id = read_thread_id(document)
    start = document.text.find(_CONTENT)
    end = _END.search(document.text, max(start, 0))
    source = document.text[max(start, 0) : end.start() if end else len(document.text)]
    headers = list(_HEADER.finditer(source))
    path = _path(document)
    if thread_id is None or not headers or not path:
        return None
    clock, site, base = _about(document)
    page, pages, next_url = _place(document, base)
    limits = [header.start() for header in headers[1:]] + [len(source)]
    context = Context(base, clock)
    posts: list[Post] = []
    for place, (header, limit) in enumerate(zip(headers, limits, strict=True), 1):
        body = _body(source[header.end() : limit], header["subject"] is None, context, posts)
        subject = html.unescape(header["subject"] or "").strip()
        posts.append(
            Post(
                id=place_id(page, place),
                position=None,
                floor_label=None,
                is_first=False,
                is_early=False,
                author=_author(header["name"]),
                date=_date(header["date"], clock),
                location=None,
                headline=subject or None if page > 1 or place > 1 else None,
                body=body,
            )
        )
    # what is shielded from guests leaves no gap: no floor but the first is told
    posts, newest_first = in_order(posts, page, pages, is_filtered=True)
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=path[-1],
        category=None,
        board=_board(document, base),
        breadcrumbs=(),
        page=page,
        pages=pages,
        next_url=next_url,
        views=None,
        replies=None,
        posts=tuple(posts),
        is_reversed=newest_first,
        is_truncated=document.is_cut,
        skin="archiver",
    )


def read_archived_list(document: Document) -> BoardPage | IndexPage | None:
    """Read a board's list or the index; ``None`` where it is neither."""
    if not is_archiver(document):
        return None
    content = next((box for box in document.root.iter("div") if box.get("id") == "content"), None)
    if content is None:
        return None
    _, site, base = _about(document)
    # <ul><li><a href="?fid-42.html">; links to a board's other pages stand in no list
    lists = [box for box in content.iter("ul") if box.get("start") is None]
    boards = tuple(board for box in lists for board in read_boards(box, base))
    address = urls.read_board_address(document.url)
    own = _own_board(document, base)
    if own is None and address is None:
        return IndexPage(site, boards, is_truncated=document.is_cut) if boards else None
    path = _path(document)
    page, pages, next_url = _place(document, base)
    return BoardPage(
        site=site,
        url=document.url,
        board=own or Board(path[-1] if path else None, address.board_id if address else None),
        page=page,
        pages=pages,
        next_url=next_url,
        rows=tuple(_rows(content, base)),
        boards=boards,
        is_truncated=document.is_cut,
        skin="archiver",
    )


# -- what all of them have ----------------------------------------------------------------------


def _about(document: Document) -> tuple[Clock, Site, str]:
    clock = read_clock(document)
    site = read_site(document, clock)
    found = _NAME.search(document.text)
    # <base href="http://host/archiver/">: the forum's root lies above
    root = site.root.removesuffix("archiver/")
    name = html.unescape(found[1]).strip() if found else None
    return clock, replace(site, root=root, name=site.name or name), base_of(document, site)


def _path(document: Document) -> list[str]:
    """The steps of `#nav`: 论坛 › BOARD › TITLE."""
    for box in document.root.iter("div"):
        if box.get("id") == "nav":
            return [step.strip() for step in words(box).split("\u203a")]
    return []


def _board(document: Document, base: str) -> Board | None:
    board = None
    for box in document.root.iter("div"):
        if box.get("id") == "nav":
            for link in box.iter("a"):
                url = urls.resolve(base, link.get("href"))
                address = urls.read_board_address(url) if url else None
                if address:
                    board = Board(words(link) or None, address.board_id, url)
    return board


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


def _place(document: Document, base: str) -> tuple[int, int, str | None]:
    current, last, addresses = 1, 1, {}
    for pager in by_class(document.root, "page"):
        for part in pager.iter("strong", "a"):
            said = words(part)
            found = _CURRENT.match(said)
            if found:
                current = int(found[1])
            elif part.tag == "a" and said.isascii() and said.isdigit():
                addresses[int(said[:7])] = urls.resolve(base, part.get("href"))
    last = max([current, *addresses])
    return current, last, addresses.get(current + 1)


# -- threads ------------------------------------------------------------------------------------


def _author(name: str) -> Author:
    # <strong><i>Anonymous</i></strong>; a guest has no name at all
    if "<i>" in name:
        return Author("匿名", is_anonymous=True)
    return Author(html.unescape(name).strip() or None)


def _date(source: str, clock: Clock) -> Moment | None:
    # 发表于 <span title="2026-11-15 02:53:01">7&nbsp;天前</span>
    title = re.search(r'title="([^"]{1,60})"', source)
    said = html.unescape(re.sub(r"<[^>]{0,200}>", "", source))
    return read_date(said, title[1] if title else None, clock)


def _body(source: str, is_withheld: bool, context: Context, above: list[Post]) -> Body:
    if is_withheld:
        return Body(access="no_permission")
    edited = _EDITED.search(source.lstrip("\r\n\t"))
    if edited:
        source = source.lstrip("\r\n\t")[edited.end() :]
    body = read_body(build_tree(f"<div>{_SMILEYS.sub('', source)}</div>")[0], context)
    text = "\n".join(_ITEM.sub("", line) for line in body.text.split("\n"))
    quote, text = split_quote(text, context.clock, above)
    return replace(
        body,
        text="\n".join(line for line in text.split("\n") if not _IMAGE.match(line)).strip("\n"),
        blocks=(Block("text", text),) if text else (),
        images=tuple(map(Image, filter(_IMAGE.match, text.split("\n")))),
        quotes=(quote,) if quote else (),
        edited_by=edited["name"] if edited else None,
        edited_at=read_date(edited["date"], None, context.clock) if edited else None,
    )


# -- lists --------------------------------------------------------------------------------------


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
