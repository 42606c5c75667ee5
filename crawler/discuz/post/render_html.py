"""A body's blocks → clean HTML (`text_html`), and back.

The HTML has these elements and no others, and no attribute but those named here: nothing of the
page's own markup is in it. `read_html` reads what `render_html` wrote, so that lines can be
redacted, given the paths of kept files, or rendered as Markdown.

Words that `text` leaves out are in it: quotations in `blockquote[data-post]`, notices of the forum
in `p.withheld`, names of files in `a.file`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from lxml import etree

from crawler.discuz import urls
from crawler.discuz.blocks import (
    NUMBERINGS,
    PLAIN,
    Block,
    Cell,
    Code,
    File,
    Folded,
    Framed,
    Heading,
    Inline,
    List,
    Mark,
    Media,
    Paragraph,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Style,
    Table,
    Text,
    Withheld,
)
from crawler.discuz.elements import all_text, number_attribute
from crawler.discuz.facts import Moment, Precision, Quote
from crawler.discuz.post.flow import merged, paragraphs
from crawler.discuz.post.render_text import render_text, tidy

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAGS: dict[Mark, str] = {
    "bold": "strong",
    "italic": "em",
    "struck": "del",
    "superscript": "sup",
    "subscript": "sub",
}
_PRECISIONS: dict[str, Precision] = {each: each for each in get_args(Precision)}
_MARKS: dict[str, Mark] = {tag: mark for mark, tag in _TAGS.items()}
# control characters, which addresses and signs may hold, are none of HTML; a browser reads \r as \n
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), 127))
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
# no words in a browser, and none of `render_html`
_WITHOUT_WORDS = ("script", "style", "template")
# Thirty-two containers (`Walk`) of up to three elements, a link and five marks are a hundred.
_DEEPEST = 150
# a space that HTML would take away: at the start of a line, or behind another one
_KEPT_SPACES = re.compile(r"(?:(?<=[ \n])|^) ", re.M)

# -- blocks → HTML ---------------------------------------------------------------------------------


def render_html(blocks: tuple[Block, ...]) -> str:
    """The HTML of a body, or of a container in it."""
    return "".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph(content=(Picture() as picture,)):
            return f"<figure>{_picture(picture)}</figure>"
        case Paragraph():
            return f"<p>{_content(block.content)}</p>"
        case Heading():
            return f"<h{block.level}>{_content(block.content)}</h{block.level}>"
        case List():
            return _list(block)
        case Table():
            rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
            return f"<table>{rows}</table>"
        case Code():
            language = _attribute("class", block.language and f"language-{block.language}")
            return f"<pre><code{language}>{_escaped(block.text)}</code></pre>"
        case Quotation():
            return _quotation(block)
        case Framed():
            return f"<blockquote>{render_html(block.blocks)}</blockquote>"
        case Folded():
            kind = "unlocked" if block.is_unlocked else "spoiler"
            return f'<details class="{kind}">{render_html(block.blocks)}</details>'
        case Withheld():
            return f'<p class="withheld">{_escaped(block.notice)}</p>'
        case Rule():
            return "<hr>"


def _content(content: tuple[Inline, ...]) -> str:
    return "".join(map(_inline, content))


def _inline(part: Inline) -> str:
    match part:
        case Text():
            return _text(part)
        case Smiley():
            return f'<img class="smiley" alt="{_value(part.sign)}"{_address("src", part.url)}>'
        case Picture():
            return _picture(part)
        case File():
            name = _escaped(part.name or part.url or "")
            return f'<a class="file"{_place("href", part.url, part.path)}>{name}</a>'
        case Media():
            return f'<a class="media"{_address("href", part.url)}>{_escaped(part.url)}</a>'


def _text(part: Text) -> str:
    words = _KEPT_SPACES.sub("\xa0", part.words)
    html = _escaped(words).replace("\n", "<br>")
    for mark in reversed(part.style.marks):
        html = f"<{_TAGS[mark]}>{html}</{_TAGS[mark]}>"
    return _linked(html, part.style.link)


def _linked(html: str, link: str | None) -> str:
    return f'<a href="{_value(link)}">{html}</a>' if link and urls.is_linkable(link) else html


def _picture(part: Picture) -> str:
    place = _place("src", part.url, part.path)
    return _linked(f'<img{place} alt="{_value(part.name or "")}">', part.link)


def _place(name: str, url: str | None, path: str | None) -> str:
    """Where a picture or file is: its path, and then its address beside, or its address."""
    if path is None:
        return _address(name, url)
    return f"{_attribute(name, path)}{_address('data-url', url)}"


def _address(name: str, url: str | None) -> str:
    return _attribute(name, url) if url is not None and urls.is_linkable(url) else ""


def _attribute(name: str, value: str | None) -> str:
    return f' {name}="{_value(value)}"' if value is not None else ""


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)


def _value(text: str) -> str:
    """The value of an attribute."""
    return text.translate(_CONTROL).translate(_ESCAPED)


def _list(block: List) -> str:
    items = "".join(f"<li>{_inner(item)}</li>" for item in block.items)
    if block.numbering is None:
        return f"<ul>{items}</ul>"
    numbering = "" if block.numbering == "1" else f' type="{block.numbering}"'
    start = "" if block.start == 1 else f' start="{block.start}"'
    return f"<ol{numbering}{start}>{items}</ol>"


def _cell(cell: Cell) -> str:
    tag = "th" if cell.is_heading else "td"
    columns = "" if cell.columns == 1 else f' colspan="{cell.columns}"'
    rows = "" if cell.rows == 1 else f' rowspan="{cell.rows}"'
    return f"<{tag}{columns}{rows}>{_inner(cell.blocks)}</{tag}>"


def _inner(blocks: tuple[Block, ...]) -> str:
    """The blocks of an item or a cell; a single paragraph needs no element of its own."""
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return _content(blocks[0].content)
    return render_html(blocks)


def _quotation(block: Quotation) -> str:
    quote = block.quote
    named = f"<cite>{_escaped(quote.author)}</cite>" if quote.author else ""
    dated = ""
    if quote.date is not None:
        date = _attribute("datetime", quote.date.value.isoformat())
        precision = _attribute("data-precision", quote.date.precision)
        dated = f"<time{date}{precision}>{_escaped(quote.date.raw)}</time>"
    raw = f"<span>{_escaped(quote.attribution_raw)}</span>" if quote.attribution_raw else ""
    head = f"<footer>{' '.join(filter(None, (named, dated, raw)))}</footer>"
    post = _attribute("data-post", quote.post_id or "")
    return f"<blockquote{post}>{head}{render_html(block.blocks)}</blockquote>"


_PLACED = re.compile(r'(<img src|class="file" href)="([^"]*)"')


def with_paths(html: str, paths: Mapping[str, str]) -> str:
    """HTML of `render_html` with where its pictures and files are kept; ``paths`` by address.

    Words hold no quotation mark, so that no words look like an attribute.
    """
    kept = {_value(url): _value(path) for url, path in paths.items()}

    def placed(found: re.Match[str]) -> str:
        start, url = found.groups()
        return f'{start}="{kept[url]}" data-url="{url}"' if url in kept else found[0]

    return _PLACED.sub(placed, html)


# -- HTML → blocks ---------------------------------------------------------------------------------


def read_html(html: str) -> tuple[Block, ...]:
    """The blocks that `render_html` made some HTML of.

    Of other HTML, of a line that somebody else wrote, the words are read, and what is known of its
    markup; what is deeper than 2,048 elements is lost, as the parser does not read it.
    """
    if not html:
        return ()
    source = f"<body>{html}</body>".encode("utf-8", "replace")
    root = etree.fromstring(source, _parser())
    body = root.find("body") if root is not None else None
    if body is None:
        return ()
    etree.strip_elements(body, *_WITHOUT_WORDS, with_tail=False)
    return _read_blocks(body) if not _is_deep(body) else paragraphs(tidy(all_text(body)))


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)


def _is_deep(body: _Element) -> bool:
    """Whether elements nest deeper than those of a body do: this module reads by recursion."""
    depth = 0
    for event, _ in etree.iterwalk(body, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            return True
    return False


def _read_blocks(element: _Element) -> tuple[Block, ...]:
    """The blocks in an element; words beside them are paragraphs, as a single one in a cell is."""
    blocks: list[Block] = []
    content: list[Inline] = list(_words(element.text, PLAIN))
    for child in element:
        if child.tag in _BLOCKS:
            blocks += _paragraph(content)
            blocks.append(_read_block(child))
            content = []
        elif child.tag != "footer":
            content += _read_inline(child, PLAIN)
        content += _words(child.tail, PLAIN)
    return (*blocks, *_paragraph(content))


def _paragraph(content: list[Inline]) -> Iterator[Paragraph]:
    """The paragraph of what stands in lines, unless that is white space between blocks."""
    if any(not isinstance(part, Text) or not part.words.isspace() for part in content):
        yield Paragraph(merged(content))


def _read_block(element: _Element) -> Block:
    tag, kind = element.tag, element.get("class")
    if tag == "p" and kind == "withheld":
        return Withheld(element.text or "")
    if tag in ("p", "figure"):
        return Paragraph(_read_content(element))
    if tag in ("ul", "ol"):
        items = tuple(_read_blocks(item) for item in element)
        if tag == "ul":
            return List(items)
        numbering = NUMBERINGS.get(element.get("type") or "", "1")
        return List(items, numbering, number_attribute(element, "start"))
    if tag == "table":
        return Table(
            tuple(tuple(map(_read_cell, row)) for row in element.iter("tr") if _is_of(row, element))
        )
    if tag == "pre":
        code = element[0] if len(element) else element
        language = (code.get("class") or "").removeprefix("language-") or None
        return Code(code.text or "", language)
    if tag == "blockquote":
        blocks = _read_blocks(element)
        if element.get("data-post") is None:
            return Framed(blocks)
        return Quotation(blocks, _read_quote(element, blocks))
    if tag == "details":
        return Folded(_read_blocks(element), is_unlocked=kind == "unlocked")
    if tag == "hr":
        return Rule()
    content = _read_content(element)
    return Heading(int(tag[1]), content) if tag in _HEADINGS else Paragraph(content)


def _is_of(row: _Element, table: _Element) -> bool:
    return next(row.iterancestors("table")) is table


def _read_cell(element: _Element) -> Cell:
    columns, rows = number_attribute(element, "colspan"), number_attribute(element, "rowspan")
    return Cell(_read_blocks(element), columns, rows, element.tag == "th")


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset("p figure ul ol table pre blockquote details hr h1 h2 h3 h4 h5 h6".split())


def _read_quote(element: _Element, blocks: tuple[Block, ...]) -> Quote:
    head = element.find("footer")
    if head is None:
        return Quote(render_text(blocks), None, element.get("data-post") or None)
    cite, time, raw = head.find("cite"), head.find("time"), head.find("span")
    date = None
    if time is not None:
        precision = _PRECISIONS.get(time.get("data-precision") or "")
        if precision is not None:
            with suppress(ValueError):
                moment = datetime.fromisoformat(time.get("datetime") or "")
                date = Moment(moment, precision, time.text or "")
    author = cite.text if cite is not None else None
    post_id, line = element.get("data-post") or None, raw.text if raw is not None else None
    return Quote(render_text(blocks), author, post_id, date, line)


def _read_content(element: _Element) -> tuple[Inline, ...]:
    return merged(_inlines(element, PLAIN))


def _inlines(element: _Element, style: Style) -> Iterator[Inline]:
    yield from _words(element.text, style)
    for child in element:
        yield from _read_inline(child, style)
        yield from _words(child.tail, style)


def _words(text: str | None, style: Style) -> Iterator[Text]:
    if text:
        yield Text(text.replace("\xa0", " "), style)


def _read_inline(element: _Element, style: Style) -> Iterator[Inline]:
    tag, kind = element.tag, element.get("class")
    if tag == "br":
        yield Text("\n", style)
    elif tag in _MARKS:
        yield from _inlines(element, style._replace(marks=(*style.marks, _MARKS[tag])))
    elif tag == "img" and kind == "smiley":
        yield Smiley(element.get("alt") or "", element.get("src"))
    elif tag == "img":
        url, path = _read_place(element, "src")
        yield Picture(url or "", element.get("alt") or None, style.link, path)
    elif kind == "file":
        url, path = _read_place(element, "href")
        yield File(url, None if element.text == url else element.text, path)
    elif kind == "media":
        yield Media(element.get("href") or element.text or "")
    else:
        yield from _inlines(element, style._replace(link=element.get("href")))


def _read_place(element: _Element, name: str) -> tuple[str | None, str | None]:
    """The address of a picture or file, and its path where it has one."""
    url = element.get("data-url")
    return (url, element.get(name)) if url is not None else (element.get(name), None)
