"""Pages written otherwise: other sources of the same tree, as minifiers, editors and savers make.

Each writer takes the source of a page and returns one that a browser shows alike. `WRITERS` has
them by name. `python -m tests.forum.rewritten FOLDER …` writes all pages of some folders in all
ways, and tells which facts differ.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from crawler.discuz import read_page
from crawler.discuz.decoding import decode
from crawler.discuz.facts import Page, ThreadPage

# A quote begins a value behind = alone: <ul class="a""> has an attribute of the name ".
_ATTRIBUTES = (
    r"(?:[\s/]++|[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>][^\s>]*+)?)?)*+"
)
_TOKEN = re.compile(
    r"(?P<comment><!--.*?-->|<!\[CDATA\[.*?\]\]>|<[!?][^>]*>)"
    r"|(?P<raw><(?P<raw_name>script|style|textarea|title|xmp|plaintext|iframe|noscript)\b"
    rf"(?P<raw_attributes>{_ATTRIBUTES})>(?P<inside>.*?)(?=</(?P=raw_name)))"
    rf"|<(?P<end>/?)(?P<name>[a-z][a-z0-9_]*)(?P<attributes>{_ATTRIBUTES})>",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s=/>]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'"
    r"|(?P<bare>[^\s\"'>][^\s>]*)))?"
)
_UNQUOTED = re.compile(r"[^\s\"'=<>`]+")
# elements whose edges are lines: white space beside them is not shown
_BLOCKS = frozenset(
    "html head body div table tbody tr td th dl dt dd ul ol li form meta link script style"
    " title p h1 h2 h3 h4".split()
)


@dataclass(frozen=True)
class Tag:
    """A tag of a page; values of attributes as written, without quotes."""

    name: str
    attributes: tuple[tuple[str, str | None], ...] = ()
    is_end: bool = False
    # what of a script stands behind its start tag
    inside: str | None = None

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key.lower() == name), None)

    def with_value(self, name: str, value: str) -> Tag:
        kept = tuple((key, value if key.lower() == name else old) for key, old in self.attributes)
        return replace(self, attributes=kept)


@dataclass
class Style:
    """How tags are written."""

    quote: str = '"'
    space: str = " "
    equals: str = "="
    closes_void: str = ""
    change: Callable[[Tag], Tag] = field(default=lambda tag: tag)
    spell: Callable[[str], str] = field(default=lambda name: name)

    def write(self, tag: Tag) -> str:
        tag = self.change(tag)
        if tag.is_end:
            return f"</{self.spell(tag.name)}>"
        said = "".join(self.space + self._attribute(*each) for each in tag.attributes)
        return f"<{self.spell(tag.name)}{said}{self.closes_void if tag.name in VOID else ''}>" + (
            tag.inside or ""
        )

    def _attribute(self, name: str, value: str | None) -> str:
        name = self.spell(name)
        if value is None:
            return name
        quote = self.quote
        if quote == "" and not _UNQUOTED.fullmatch(value):
            quote = '"'
        if quote == "'":
            value = value.replace("'", "&#39;")
        return f"{name}{self.equals}{quote}{value}{quote}"


VOID = frozenset("br img input hr meta link area base col embed source".split())


def tokens(source: str) -> Iterator[Tag | str]:
    """The tags of a page and what stands between them: words, comments."""
    at = 0
    for found in _TOKEN.finditer(source):
        if found.start() > at:
            yield source[at : found.start()]
        at = found.end()
        if found["comment"] is not None:
            yield found[0]
        elif found["raw"] is not None:
            yield Tag(
                found["raw_name"].lower(),
                _attributes(found["raw_attributes"]),
                inside=found["inside"],
            )
        else:
            is_end = bool(found["end"])
            attributes = () if is_end else _attributes(found["attributes"])
            yield Tag(found["name"].lower(), attributes, is_end=is_end)
    if at < len(source):
        yield source[at:]


def _attributes(source: str) -> tuple[tuple[str, str | None], ...]:
    found: dict[str, tuple[str, str | None]] = {}
    for each in _ATTRIBUTE.finditer(source):
        value = each["double"] if each["double"] is not None else each["single"]
        if each["single"] is not None:
            value = each["single"].replace('"', "&quot;")
        if value is None:
            value = each["bare"]
        # of two attributes of one name the first counts
        found.setdefault(each["name"].lower(), (each["name"], value))
    return tuple(found.values())


def styled(style: Style) -> Callable[[str], str]:
    def write(source: str) -> str:
        return "".join(
            token if isinstance(token, str) else style.write(token) for token in tokens(source)
        )

    return write


def _in_order(order: Callable[[list[tuple[str, str | None]]], None]) -> Callable[[Tag], Tag]:
    def change(tag: Tag) -> Tag:
        attributes = list(tag.attributes)
        order(attributes)
        return replace(tag, attributes=tuple(attributes))

    return change


def _with_class(before: str, behind: str) -> Callable[[Tag], Tag]:
    def change(tag: Tag) -> Tag:
        classes = tag.get("class")
        if not classes or tag.is_end:
            return tag
        return tag.with_value("class", f"{before}{classes}{behind}")

    return change


def _with_data(tag: Tag) -> Tag:
    if tag.is_end or tag.name in ("html", "meta", "script", "style"):
        return tag
    return replace(tag, attributes=(("data-v-7f3a", ""), *tag.attributes, ("data-k", "1")))


def minified(source: str) -> str:
    """No quotes where none are needed, no end tags of html and body, one space for many."""
    style = Style(quote="")
    done: list[str] = []
    is_raw = False
    for token in tokens(source):
        if isinstance(token, Tag):
            is_raw = token.inside is not None
            if not (token.is_end and token.name in ("html", "body")):
                done.append(style.write(token))
        elif not token.startswith("<!--"):
            done.append(token if is_raw else re.sub(r"[ \t\r\n]+", " ", token))
    return "".join(done)


def pretty(source: str) -> str:
    """Each block on a line of its own, set in."""
    style, depth = Style(), 0
    done: list[str] = []
    for token in tokens(source):
        if isinstance(token, str):
            done.append(token)
            continue
        written = style.write(token)
        if token.name in _BLOCKS and token.name not in ("html", "title"):
            depth = max(0, depth - token.is_end)
            indent = "\n" + "  " * min(depth, 12)
            # within pre white space is shown; before a block it is not
            done.append(indent + written if not _holds_pre(done) else written)
            depth += not (token.is_end or token.name in ("meta", "link", "p", "li"))
        else:
            done.append(written)
    return "".join(done)


def _holds_pre(done: list[str]) -> bool:
    """Whether the last words stand in an open `pre`, where white space is shown."""
    behind = "".join(done[-400:])
    return behind.rfind("<pre") > behind.rfind("</pre")


def entities(source: str) -> str:
    """Signs beyond ASCII as numbers, in words and in values."""

    def number(words: str) -> str:
        words = words.replace("&nbsp;", "&#160;").replace("&quot;", "&#x22;")
        return words.encode("ascii", "xmlcharrefreplace").decode()

    def change(tag: Tag) -> Tag:
        if tag.inside is not None and tag.name != "title":
            return tag
        inside = number(tag.inside) if tag.inside else tag.inside
        attributes = tuple((key, value and number(value)) for key, value in tag.attributes)
        return replace(tag, attributes=attributes, inside=inside)

    style = Style(change=change)
    return "".join(
        style.write(token)
        if isinstance(token, Tag)
        else token
        if token.startswith("<")
        else number(token)
        for token in tokens(source)
    )


def plain_ampersands(source: str) -> str:
    """`&` in addresses as many write it, and as browsers read it."""

    def change(tag: Tag) -> Tag:
        kept = tuple(
            (key, value.replace("&amp;", "&") if value and key in ("href", "src") else value)
            for key, value in tag.attributes
        )
        return replace(tag, attributes=kept)

    return styled(Style(change=change))(source)


def with_comments(source: str) -> str:
    """A comment behind each start tag of a block."""
    style = Style()
    return "".join(
        token
        if isinstance(token, str)
        else style.write(token)
        + ("<!-- x -->" if token.name in ("div", "td", "li", "em") and not token.is_end else "")
        for token in tokens(source)
    )


def xhtml(source: str) -> str:
    """As XHTML: a declaration, empty elements closed, all attributes with values."""

    def change(tag: Tag) -> Tag:
        filled = tuple((key, key if value is None else value) for key, value in tag.attributes)
        return replace(tag, attributes=filled)

    return '<?xml version="1.0" encoding="utf-8"?>\n' + styled(
        Style(closes_void=" /", change=change)
    )(source)


WRITERS: dict[str, Callable[[str], str]] = {
    "same": styled(Style()),
    "single quotes": styled(Style(quote="'")),
    "no quotes": styled(Style(quote="")),
    "upper case": styled(Style(spell=str.upper)),
    "attributes backwards": styled(Style(change=_in_order(list.reverse))),
    "attributes shuffled": styled(
        Style(change=_in_order(lambda each: each.sort(key=lambda x: crc32(x[0].encode()))))
    ),
    "attributes sorted": styled(
        Style(change=_in_order(lambda each: each.sort(key=lambda x: x[0])))
    ),
    "a class before": styled(Style(change=_with_class("xq-1 ", ""))),
    "a class behind": styled(Style(change=_with_class("", " xq-2"))),
    "spaces round values": styled(Style(space="  ", equals=" = ")),
    "lines in tags": styled(Style(space="\n  ")),
    "data attributes": styled(Style(change=_with_data)),
    "minified": minified,
    "pretty": pretty,
    "entities": entities,
    "plain ampersands": plain_ampersands,
    "comments": with_comments,
    "xhtml": xhtml,
    "lines of Windows": lambda source: source.replace("\r\n", "\n").replace("\n", "\r\n"),
    "no end": lambda source: re.sub(r"</(?:body|html)>\s*", "", source, flags=re.IGNORECASE),
}


# -- what pages tell ------------------------------------------------------------------------------


def facts(page: Page) -> dict[str, object]:
    """What a page tells: not where it stood, nor the words of a refusal as they were typed."""
    told: dict[str, object] = {"type": type(page).__name__}
    for spec in fields(page):
        if spec.name not in ("posts", "places", "evidence", "text"):
            told[spec.name] = getattr(page, spec.name)
    if isinstance(page, ThreadPage):
        told["posts"] = [
            # neither counts in lines: the text of an older schema, and signs of source alone
            replace(post, body=replace(post.body, earlier_text=None, unaccounted=0))
            for post in page.posts
        ]
    return told


def differences(told: dict[str, object], other: dict[str, object]) -> set[str]:
    """The names of the facts in which two pages differ."""
    return {name for name in told.keys() | other.keys() if told.get(name) != other.get(name)}


def main() -> None:
    """Write each page of some folders in all ways, and tell which facts differ from the page's."""
    seen = datetime(2026, 11, 20, 12, tzinfo=UTC)
    count, odd = 0, Counter[str]()
    for path in sorted(path for name in sys.argv[1:] for path in Path(name).rglob("*")):
        source = decode(path.read_bytes())[0] if path.is_file() else ""
        if "<html" not in source[:2000].lower():
            continue
        count += 1
        how = {"url": f"http://bbs.example.net/{path.name}", "seen_at": seen}
        told = facts(read_page(source.encode(), **how))  # type: ignore[arg-type]
        for name, write in WRITERS.items():
            other = facts(read_page(write(source).encode(), **how))  # type: ignore[arg-type]
            if found := differences(told, other):
                odd[name] += 1
                print(f"{path}, {name}: {', '.join(sorted(found))}")
    print(f"{count} pages in {len(WRITERS)} ways: {odd.total()} differ {dict(odd)}")


if __name__ == "__main__":
    main()
