"""A thread in the archiver (`archiver/?tid-1.html`): bare text for search engines.

No post numbers, no floors, no pictures; codes are stripped, so that a quotation is told by its
first line alone and smilies stand as they were typed. The words of a shielded post are not there.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import Picture
from crawler.discuz.dates import read_date
from crawler.discuz.document import Document, build_tree
from crawler.discuz.elements import by_class, line_of, outermost, words
from crawler.discuz.facts import Author, Body, Image, Post, place_id
from crawler.discuz.page.breadcrumbs import board_of, read_breadcrumbs
from crawler.discuz.page.clock import read_clock_beside
from crawler.discuz.page.heading import Heading
from crawler.discuz.post.author import name_alone, nobody
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flow import with_objects, with_quotation
from crawler.discuz.post.quotes import split_quote
from crawler.discuz.post.render_text import tidy
from crawler.discuz.readers.skeleton import Face, Frame, Parts
from crawler.discuz.readers.source_dates import read_source_date
from crawler.discuz.source import has_class, start_tag
from crawler.discuz.words import EDITED

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context
    from crawler.discuz.page.identity import Place

# <title>… Powered by Discuz! Archiver</title>; <center id="header"><h2>NAME's Archiver </h2>
_MARK = re.compile(r"Archiver\s{0,9}</(?:title|h2|a)>", re.I)
_NAME = re.compile(r"<h2\b[^>]{0,99}>\s{0,99}([^<]{1,200})'s Archiver\s{0,99}</h2>")
# <div id="nav"><a href="./">论坛</a> &rsaquo; <a href="?fid-2.html">BOARD</a> &rsaquo; SUBJECT
_PATH, _STEP = "nav", "\u203a"
# <p class="author"> <strong>NAME</strong> 发表于 2017-6-1 08:15:00 </p> <h3>SUBJECT</h3> text …
_AUTHOR = "author"
_HEADER = re.compile(
    start_tag("p", has_class(_AUTHOR))
    + r"\s{0,99}<strong\b[^>]{0,99}>(?P<name>.{0,200}?)</strong>(?P<date>.{0,300}?)</p>"
    r"(?:\s{0,99}<h3\b[^>]{0,99}>(?P<subject>[^<]{0,1000})</h3>)?",
    re.S,
)
_CONTENT = re.compile(start_tag("div", 'id="content"'))
_END = re.compile(start_tag("div", has_class("page")))
# <div class="page">页: <strong>[2]</strong> <a href="?tid-2.html&page=3">3</a>
_PAGER, _CURRENT = "page", re.compile(r"\[(\d{1,7})\]$")
_LONGEST_NUMBER = 20
# as Discuz puts it in front of an edited post: white space round it, an empty line behind it
_EDITED = re.compile(rf"^ {EDITED} (?=<br\b[^>]{{0,99}}>\s{{0,99}}<br\b)")
# smilies: {:2_25:}, and those that come with every Discuz!; not http://b.example/a:time:b, and not
# the ;P of &quot;Python&quot;
_SMILEYS = re.compile(
    r"(?P<entity>&#?\w{1,8};)|\{:\d{1,4}_\d{1,6}:\}|(?<![\w/.]):(?:lol|handshake|loveliness:|funk:|curse:"
    r"|dizzy:|shutup:|sleepy:|hug:|victory:|time:|kiss:|call)(?![A-Za-z0-9])|:'\(|(?<![A-Za-z0-9/])(?:[:;]P"
    r"|:[()D@o$LQ])(?![A-Za-z0-9])",
    re.ASCII,
)
# [img]ADDRESS[/img] leaves the address, alone in its line
_IMAGE = re.compile(r"^https?://\S{1,500}\.(?:jpe?g|png|gif|bmp|webp)$", re.I)
_ANONYMOUS, _TAG = re.compile(r"<i\b"), re.compile(r"<[^>]{0,200}>")
# [*] of a list
_ITEM = re.compile(r"^\[\*\]")


def is_archiver(document: Document) -> bool:
    """Whether the page says of itself that it is the archiver's."""
    return _MARK.search(document.text) is not None


def archiver_name(document: Document) -> str | None:
    """The forum's name, from the archiver's own heading."""
    found = _NAME.search(document.text)
    return html.unescape(found[1]).strip() if found else None


def find_path(document: Document) -> _Element | None:
    """The box with the steps 论坛 › BOARD › TITLE."""
    return next((box for box in document.root.iter("div") if box.get("id") == _PATH), None)


def steps_in(path: _Element | None) -> list[str]:
    """The names of the steps; the last one is the thread's title, or the board's name."""
    return [step.strip() for step in words(path).split(_STEP)] if path is not None else []


def _title(path: _Element | None) -> str | None:
    """What stands behind the last link of the path; a title may hold a › of its own."""
    if path is None:
        return None
    links = list(path.iter("a"))
    if not links:
        return next(iter(steps_in(path)[-1:]), None)
    return " ".join((links[-1].tail or "").split()).removeprefix(_STEP).strip() or None


def archiver_place(document: Document, base: str) -> Place:
    """Which page it is, the last one, and the address of the next one."""
    current, addresses = 1, {}
    for pager in outermost(by_class(document.root, _PAGER)):
        for part in pager.iter("strong", "a"):
            said = line_of(part, _LONGEST_NUMBER)
            found = _CURRENT.match(said)
            if found:
                current = int(found[1])
            elif part.tag == "a" and said.isascii() and said.isdigit():
                addresses[int(said[:7])] = urls.resolve(base, part.get("href"))
    return current, max([current, *addresses]), addresses.get(current + 1)


def _read(frame: Frame) -> Parts | None:
    document, base = frame.document, frame.context.base
    if not is_archiver(document):
        return None
    path = find_path(document)
    title = _title(path)
    content = _CONTENT.search(document.text)
    start = content.start() if content else 0
    # a post may quote such a box: the last one is the page's own
    ends = [found.start() for found in _END.finditer(document.text, start)]
    source = document.text[start : ends[-1] if ends else len(document.text)]
    place = archiver_place(document, base)
    headers = list(_HEADER.finditer(source))
    # a floor that is written otherwise than the others would be words of the one above
    named = sum(box.tag == "p" for box in by_class(document.root, _AUTHOR))
    if not title or named != len(headers):
        return None
    breadcrumbs = read_breadcrumbs(path, base)
    return Parts(
        heading=Heading(
            title=title,
            board=board_of(breadcrumbs),
            breadcrumbs=breadcrumbs,
            site_name=archiver_name(document),
        ),
        posts=_posts(source, headers, place[0], frame.context),
        place=place,
        # what is shielded from guests leaves no gap: no floor but the first is told
        is_numbered=False,
    )


ARCHIVER = Face(skin="archiver", read=_read, marks=(_AUTHOR,), read_clock=read_clock_beside)


def _posts(source: str, headers: list[re.Match[str]], page: int, context: Context) -> list[Post]:
    limits = [*(header.start() for header in headers[1:]), len(source)]
    posts: list[Post] = []
    for place, (header, limit) in enumerate(zip(headers, limits, strict=False), 1):
        subject = html.unescape(header["subject"] or "").strip()
        posts.append(
            Post(
                id=place_id(page, place),
                position=None,
                floor_label=None,
                is_first=False,
                is_pinned_copy=False,
                author=_author(header["name"]),
                date=read_source_date(header["date"], context.clock),
                location=None,
                headline=subject or None if page > 1 or place > 1 else None,
                body=_body(source[header.end() : limit], header["subject"] is None, context, posts),
            )
        )
    return posts


def _author(name: str) -> Author:
    # <strong><i>Anonymous</i></strong>; a guest has no name at all
    if _ANONYMOUS.search(name):
        return nobody()
    return name_alone(html.unescape(_TAG.sub("", name)).strip())


def _without_smileys(source: str) -> str:
    return _SMILEYS.sub(lambda found: found["entity"] or "", source)


def _body(source: str, is_withheld: bool, context: Context, above: list[Post]) -> Body:
    if is_withheld:
        return Body(access="no_permission")
    edited = _EDITED.search(source.lstrip("\r\n\t"))
    if edited:
        source = source.lstrip("\r\n\t")[edited.end() :]
    body = read_body(build_tree(f"<div>{_without_smileys(source)}</div>")[0], context)
    text = "\n".join(_ITEM.sub("", line) for line in body.text.split("\n"))
    quote, text = split_quote(text, context.clock, above)
    images = list(filter(_IMAGE.match, text.split("\n")))
    text = "\n".join(line for line in text.split("\n") if not _IMAGE.match(line)).strip("\n")
    return replace(
        body,
        text=text,
        blocks=with_objects(with_quotation(quote, tidy(text)), map(Picture, images)),
        earlier_text=None,
        images=tuple(map(Image, images)),
        quotes=(quote,) if quote else (),
        edited_by=edited["name"] if edited else None,
        edited_at=read_date(edited["date"], None, context.clock) if edited else None,
    )
