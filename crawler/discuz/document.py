"""Bytes and headers of one page → its text and its tree.

The only place that builds a tree: once a page, and only when a reader asks for it.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, cast

from lxml import etree

from crawler.discuz.copies import Copy, read_copy, without_archive
from crawler.discuz.decoding import CODECS, decode, join_surrogates
from crawler.discuz.site_rules import SiteRules
from crawler.discuz.source import as_discuz_writes

if TYPE_CHECKING:
    from lxml.etree import _Element

# Without huge_tree libxml2 stops reading at 256 open elements and after ten million bytes, with it
# at 2,048 elements. What reads a page asks boxes for what is in them, so that each level of nesting
# costs the whole page once more: hostile ones have as many as there may be.
_LIMIT_ERROR = 114  # XML_ERR_RESOURCE_LIMIT
_HUGE = 9_000_000
_DEPTH_KEPT = 160
# Up to this size a page may be 2,048 elements deep.
_SMALL = 200_000
# <font face="x">   </ul>
_TAG = re.compile(rb"<(/?)([a-z][a-z0-9_]*)\b([^<>]*)>", re.IGNORECASE)
# what the parser ends by itself, or what holds nothing: it nests with what is counted, or never
_UNCOUNTED = frozenset(
    b"p li td th tr tbody thead tfoot dd dt a option br img hr input meta link base area col embed"
    b" param wbr html head body script style title".split()
)
# those that nest with them: table, tr, td
_DEPTHS = {b"table": 3, b"ul": 2, b"ol": 2, b"dl": 2}
# what an end tag of other elements does not close
_BOXES = frozenset(b"div table ul ol blockquote center section article form dl fieldset".split())
# <td class="t_f" id="postmessage_9">
_HAS_ID = re.compile(rb"\bid\s{0,9}=", re.IGNORECASE)
_HAS_MEANING = re.compile(rb"\b(?:id|class|style)\s{0,9}=", re.IGNORECASE)
# <div id="post_9">, <table id="pid9">: a new floor
_FLOOR = re.compile(rb"\bid\s{0,9}=\s{0,9}[\"']?(?:post_|pid)\d", re.IGNORECASE)

# End tags that browsers and the parser take for different things. </br>, which authors write for
# <br>: browsers break the line there, the parser drops it. </body> and </html> in a post, pasted
# with a whole page: browsers go on in the post, the parser takes what follows out of it.
_END_TAG = re.compile(r"</(?:([bB][rR])|body|BODY|html|HTML)\b[^<>]*>")

# A tag; comments are passed over, and scripts as far as they go: in them stand tags that are none.
_ANY_TAG = re.compile(
    r"<!--(?:[^-]|-(?!->))*|(?P<script><script\b(?:[^<]|<(?!/script))*(?P<closed></script)?)"
    r"|<(?P<end>/?)(?P<name>[a-z][a-z0-9]{0,30})",
    re.IGNORECASE,
)
# what is no script, comment or toolbar behind the end of a page
_CONTENT = re.compile(r"<(?:td|tr|table|form|dl|h1|article)\b", re.I)
# elements whose end tags nobody may leave out, https://html.spec.whatwg.org/#optional-tags
# and that nobody forgets without seeing it
_CLOSED = ("div", "form", "ol", "script", "select", "style", "table", "textarea", "ul")

# what Discuz sets round an upload (discuzcode.htm)
_UPLOAD, _UPLOAD_END = "<ignore_js_op", "</ignore_js_op"


# dateparser needs a millisecond or two for a text: so many different ones are read of a page, and
# one more for so many characters of it. A page of two hundred floors, 400 kB, has 600 at most.
_READ_AT_LEAST, _A_READING = 400, 2500


# 13-06-2017, 6/13/2017: so many are looked at
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})[-/.](\d{1,2})[-/.][12]\d{3}(?!\d)")
_DATES = 500


@dataclass
class Readings:
    """What reading the dates of a page costs and tells.

    The different texts that were read at some cost, ``most`` of them; and whether the day comes
    first in dates such as 13-06-2017, by those in ``source`` that can be read in one way only.
    """

    most: int
    source: str = ""
    texts: set[str] = field(default_factory=set)

    def may_read(self, text: str) -> bool:
        if text not in self.texts:
            if len(self.texts) >= self.most:
                return False
            self.texts.add(text)
        return True

    @cached_property
    def day_first(self) -> bool | None:
        """Whether days come first in this page's dates; ``None`` if none tells, or they differ."""
        pairs = {found.groups() for found in islice(_YEAR_LAST.finditer(self.source), _DATES)}
        ways = {int(first) > 12 for first, second in pairs if max(int(first), int(second)) > 12}
        return ways.pop() if len(ways) == 1 else None


@dataclass(frozen=True)
class Document:
    """A page as it was received.

    ``source`` is the decoded ``body``, ``text`` the same as Discuz writes it (`source.py`),
    ``encoding`` one of utf-8, gbk, big5, utf-16-le, utf-16-be.
    ``headers`` have lower-case names. ``rules`` are those of the site, where it has some.
    ``copy``: how it was saved, where it is no forum's own answer; ``url`` and ``seen_at`` are then
    those of the original. ``is_explained``: somebody wants to know where the words of each post
    went.
    """

    url: str
    body: bytes
    source: str
    text: str
    encoding: str
    seen_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    rules: SiteRules | None = None
    is_explained: bool = False
    copy: Copy | None = None

    @cached_property
    def readings(self) -> Readings:
        """Dates in words that all readers of this page together may read."""
        return Readings(_READ_AT_LEAST + len(self.text) // _A_READING, self.source)

    @cached_property
    def root(self) -> _Element:
        """The tree of the whole page, without comments and processing instructions."""
        return build_tree(self.text)[0]

    @cached_property
    def is_cut(self) -> bool:
        """Whether the page was cut off on its way.

        A whole page ends html or body. Who saved it may have left these tags out, as HTML allows
        (SingleFile, minifiers): then it is whole if all boxes in it are closed.
        """
        end = self.source.rfind("</html")
        tail = self.source[end:] if end >= 0 else self.source[-65536:].lower()
        end = max(tail.rfind("</html"), tail.rfind("</body"))
        # one in a comment, a script or a post is not the end: rows and posts follow
        if end >= 0 and not _CONTENT.search(tail, end):
            return False
        ends = count_end_tags(self.source)
        return not tail.rstrip().endswith(">") or any(ends[name] < 0 for name in _CLOSED)


def read_document(
    body: bytes,
    *,
    url: str,
    seen_at: datetime,
    headers: Mapping[str, str] | None = None,
    rules: SiteRules | None = None,
) -> Document:
    """Decode ``body``. Never raises; bytes that fit no encoding become U+FFFD."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    if rules and rules.charset:
        source, encoding = body.decode(CODECS[rules.charset], "replace"), rules.charset
    else:
        source, encoding = decode(body, lower.get("content-type", ""))
    source = join_surrogates(source)
    copy = read_copy(source, url, lower)
    if copy is not None:
        # a page cannot have been seen before it was captured, nor later than that
        source = without_archive(source, copy, url)
        url = copy.url or url
        # the date of the answer is that of the archive
        lower.pop("date", None)
        seen_at = min(seen_at, copy.captured_at) if copy.captured_at else seen_at
    text = as_discuz_writes(source, lambda text: build_tree(text)[0])
    return Document(url, body, source, text, encoding, seen_at, lower, rules, copy=copy)


class _Parsers(threading.local):
    """Two parsers a thread: a parser's error log belongs to its last page."""

    def __init__(self) -> None:
        self.plain, self.deep = (
            etree.HTMLParser(
                encoding="utf-8",
                huge_tree=is_huge,
                remove_comments=True,
                remove_pis=True,
                no_network=True,
                collect_ids=False,
            )
            for is_huge in (False, True)
        )


_parsers = _Parsers()


def count_end_tags(source: str) -> Counter[str]:
    """How many end tags of each name are more than its start tags."""
    count: Counter[str] = Counter()
    for found in _ANY_TAG.finditer(source):
        name = found["name"]
        if name:
            count[name.lower()] += 1 if found["end"] else -1
        elif found["script"] and not found["closed"]:
            count["script"] -= 1
    return count


def build_tree(text: str) -> tuple[_Element, bool]:
    """The tree of a page or of a part of it, and whether it is so deep that its end is lost.

    A reader cuts off first what it does not need: header, reply form and footer are a third of a
    page.
    """
    text = _END_TAG.sub(lambda tag: "<br>" if tag[1] else "", text)
    source = _with_closed_uploads(text).encode("utf-8", "replace")
    if len(source) > _HUGE:
        return _parse(_flatten(source, _HAS_MEANING), _parsers.deep)
    root, is_too_deep = _parse(source, _parsers.plain)
    for has_use in (_HAS_MEANING, _HAS_ID):
        if not is_too_deep:
            return root, False
        flat = _flatten(source, has_use)
        root, is_too_deep = _parse(flat, _parsers.plain)
    if is_too_deep and len(source) <= _SMALL:
        return _parse(flat, _parsers.deep)
    return root, is_too_deep


def _with_closed_uploads(text: str) -> str:
    """Close the boxes that are still open where an upload ends.

    `<ignore_js_op><img … /><div class="tip">…</ignore_js_op>`: the parser ignores an end tag while
    a `div` within is open, and the words behind the upload would lie in its hidden box.
    """
    if _UPLOAD_END.upper() in text:
        for written in ("<DIV", "</DIV", _UPLOAD.upper(), _UPLOAD_END.upper()):
            text = text.replace(written, written.lower())
    end = text.find(_UPLOAD_END)
    pieces: list[str] = []
    done = 0
    while end >= 0:
        start = max(text.rfind(_UPLOAD, done, end), done)
        is_open = text.count("<div", start, end) - text.count("</div", start, end)
        pieces += (text[done:end], "</div>" * is_open)
        done, end = end, text.find(_UPLOAD_END, end + 1)
    return "".join((*pieces, text[done:])) if pieces else text


def build_xml(text: str) -> _Element:
    """The tree of a feed. Its own entities are not expanded: a few can make gigabytes."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        encoding="utf-8",
    )
    try:
        root = cast("_Element | None", etree.fromstring(text.encode("utf-8", "replace"), parser))
    except etree.LxmlError:
        root = None
    return etree.Element("rss") if root is None else root


def _parse(source: bytes, parser: etree.HTMLParser) -> tuple[_Element, bool]:
    try:
        root = cast("_Element | None", etree.fromstring(source, parser))
    except etree.LxmlError:
        root = None
    if root is None:  # nothing but white space, comments or a declaration
        return etree.Element("html"), False
    # the parser stops at this error, which therefore is the last one
    last = parser.error_log.last_error
    return root, last is not None and last.type == _LIMIT_ERROR


def _flatten(source: bytes, has_use: re.Pattern[bytes]) -> bytes:
    """Leave out start tags below ``_DEPTH_KEPT`` open elements, and as many end tags.

    One post nested 5,000 deep (`[font]` ad infinitum) must not cost the posts behind it. Tags whose
    attributes ``has_use`` finds stay: floors are known by them; with each floor the count starts
    anew.
    """
    dropped: Counter[bytes] = Counter()
    open_tags: list[bytes] = []
    # by name where its open elements are among all; under b"" those of boxes
    places: dict[bytes, list[int]] = {b"": []}
    depth = 0

    def close(at: int) -> None:
        nonlocal depth
        while len(open_tags) > at:
            name = open_tags.pop()
            depth -= _DEPTHS.get(name, 1)
            places[name].pop()
            if name in _BOXES:
                places[b""].pop()

    def thin(tag: re.Match[bytes]) -> bytes:
        nonlocal depth
        name = tag[2].lower()
        if name in _UNCOUNTED:
            return tag[0]
        if tag[1]:
            if dropped[name]:
                dropped[name] -= 1
                return b""
            found = places.get(name)
            boxes = places[b""]
            if found and (name in _BOXES or not boxes or found[-1] > boxes[-1]):
                close(found[-1])
            return tag[0]
        if _FLOOR.search(tag[3]):
            close(0)
            dropped.clear()
        elif depth >= _DEPTH_KEPT and not has_use.search(tag[3]):
            dropped[name] += 1
            return b""
        places.setdefault(name, []).append(len(open_tags))
        if name in _BOXES:
            places[b""].append(len(open_tags))
        open_tags.append(name)
        depth += _DEPTHS.get(name, 1)
        return tag[0]

    return _TAG.sub(thin, source)
