"""What every page of a forum tells of the forum: its root, name, version and clock."""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.facts import Site
from crawler.discuz.source import has_class, start_tag

if TYPE_CHECKING:
    from crawler.discuz.dates import Clock
    from crawler.discuz.document import Document

_META = r'<meta\b(?=[^<>]{{0,300}}?\sname="{}")[^<>]{{0,300}}?\scontent="'
# <base href="http://bbs.example.org/" />, and in the script SITEURL = 'http://bbs.example.org/'
_BASE = re.compile(r"<base\s[^>]{0,99}?href\s?=\s?[\"']([^\"'>]{1,500})", re.I)
_SITE_URL = re.compile(r"SITEURL\s?=\s?'([^']{1,500})'")
# for a saved page that lost both: <link href="http://host/bbs/thread-1-1-1.html" rel="canonical" />
_CANONICAL = re.compile(
    r'<link\b(?=[^<>]{0,600}?\srel="canonical")[^<>]{0,600}?\shref="([^">]{1,500})"'
)
_NAME = re.compile(_META.format("application-name") + r'([^"]{1,200})"')
# <meta name="generator" content="Discuz! X3.3" />; rebranded: "Hewan BBS X3.5"
_GENERATOR = re.compile(_META.format("generator") + r'[^"]{0,60}?\b(X\d(?:\.\d)?)\b', re.I)
_POWERED = re.compile(r"Powered by.{0,200}?\b(X\d(?:\.\d)?)\b", re.I | re.S)
# What only Discuz's templates write, whatever the brand. The forum's name and Discuz's own stand in
# pages of guards as well, which may copy a title and a footer.
# <script>var STYLEID = '1', …, discuz_uid = '0', cookiepre = 'aBcD_2132_' (header_common.htm)
_SCRIPT = re.compile(r"\b(?:discuz_uid|cookiepre)\s{0,3}=\s{0,3}[\"']")
# <body id="nv_forum" class="pg_viewthread">; phones: <body id="forum" class="pg_viewthread">
_BODY = re.compile(r"<body\b[^>]{0,300}?\bclass=[\"'][^\"'>]{0,99}?\bpg_\w")
# <div id="append_parent"></div><div id="ajaxwaitid"></div> (header.htm)
_BOXES = re.compile(r'id="append_parent".{1,200}?id="ajaxwaitid"', re.S)
# mobile=1: a document type of WAP, and the link above each page (mobile/common/header.htm)
_WAP = re.compile(
    r"\A.{0,300}//WAPFORUM//DTD XHTML Mobile.{1,40000}?"
    + start_tag("div", has_class("hd"))
    + r"\s{0,99}<a\b",
    re.S,
)
# mobile=3 (wml/common/header.htm)
_WML = re.compile(r"<card id=[\"']discuz_wml[\"']")
_MARKS = (_SCRIPT, _BODY, _BOXES, _WML, _WAP)
# discuz_uid = '0' for a guest
_MEMBER = re.compile(r"discuz_uid\s?=\s?'(\d{1,18})'")
# var fid = parseInt('2'), tid = parseInt('1001')
_NUMBER = {
    name: re.compile(rf"{name} = parseInt\('(\d{{1,18}})'", re.ASCII) for name in ("fid", "tid")
}
# what an assignment stands behind
_BEGINS = re.compile(r"(?:\bvar|[,;{}>])\s*\Z")
_NEAR = 20
_HEAD = 65536
# as many that stand in no script are passed over
_WRITTEN = 20


def read_site(document: Document, clock: Clock | None) -> Site:
    """Read from the text alone, so that no tree is built for it."""
    head = document.text[:_HEAD]
    # browsers that save a page put its base into a comment: <!--<base href="…">--><base href=".">
    base = (
        in_script(_SITE_URL, head)
        or _BASE.search(document.source[:_HEAD])
        or _BASE.search(head)
        or _CANONICAL.search(head)
    )
    name = _NAME.search(head)
    member = in_script(_MEMBER, head)
    version = _GENERATOR.search(head) or _POWERED.search(document.text[-_HEAD:])
    root = urls.forum_root(document.url, base[1] if base else None)
    # <base href="http://host/archiver/">: the forum's root lies above
    root = root.removesuffix("archiver/")
    if document.rules and document.rules.base_path:
        root = urls.resolve(root, document.rules.base_path) or root
    return Site(
        root=root,
        name=html.unescape(name[1]).strip() or None if name else None,
        discuz_version=version[1].upper() if version else None,
        encoding=document.encoding,
        clock=clock.now if clock and clock.is_page_time else None,
        member_id=member[1] if member else None,
    )


def base_of(document: Document, site: Site) -> str:
    """What relative links of the page count from (HTML: `<base href>`, else its address)."""
    found = _BASE.search(document.source[:_HEAD]) or _BASE.search(document.text[:_HEAD])
    if found:
        return urls.resolve(document.url, html.unescape(found[1])) or site.root
    return site.root if document.url.startswith("file:") else document.url


def script_number(text: str, name: str) -> str | None:
    """`var fid = parseInt('2'), tid = parseInt('1001');` → what ``name`` is."""
    found = in_script(_NUMBER[name], text)
    return found[1] if found and found[1] != "0" else None


def in_script(assignment: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first assignment that a script of the page makes.

    Titles, descriptions and posts may hold such words: Discuz leaves apostrophes as they are.
    """
    for found in itertools.islice(assignment.finditer(text), _WRITTEN):
        at = found.start()
        start = max(text.rfind(tag, 0, at) for tag in ("<script", "<SCRIPT"))
        end = max(text.rfind(tag, 0, at) for tag in ("</script", "</SCRIPT"))
        # and no comment there: /* old: tid = parseInt('99') */
        if start > end and _BEGINS.search(text, max(start, at - _NEAR), at):
            return found
    return None


def is_discuz(document: Document) -> bool:
    """Whether the page was made by Discuz's templates: by marks that nobody gives by naming it."""
    return any(mark.search(document.text) for mark in _MARKS)
