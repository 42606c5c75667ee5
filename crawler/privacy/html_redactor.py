"""Redacts clean HTML as texts are redacted: names in its words, addresses of members, quotations.

What is to be hidden of a line's other fields is hidden in its HTML by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from crawler.discuz import blocks as model
from crawler.discuz.blocks import Block, Inline, Text
from crawler.discuz.post import read_html, render_html


class HtmlRedactor:
    """Redacts the HTML of one line.

    ``words`` redacts a text, ``hides_address`` tells whether an address may not be published,
    ``hides_quote`` whether a quotation of somebody may not, ``alias`` what stands for a name,
    ``title`` for the line that names whom a post quotes.
    """

    def __init__(
        self,
        words: Callable[[str], str],
        hides_address: Callable[[str], bool],
        hides_quote: Callable[[str | None, str | None], bool],
        alias: Callable[[str], str | None],
        title: Callable[[str], str | None],
    ) -> None:
        self._words = words
        self._hides_address = hides_address
        self._hides_quote = hides_quote
        self._alias = alias
        self._title = title

    def html(self, html: str) -> str | None:
        """The HTML as it may be published; ``None`` where nothing is left of it."""
        return render_html(self._blocks(read_html(html))) or None

    def _blocks(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(kept for block in blocks if (kept := self._block(block)) is not None)

    def _block(self, block: Block) -> Block | None:
        match block:
            case model.Paragraph():
                content = self._content(block.content)
                return model.Paragraph(content) if content else None
            case model.Heading():
                return replace(block, content=self._content(block.content))
            case model.List():
                return replace(block, items=tuple(map(self._blocks, block.items)))
            case model.Table():
                return model.Table(tuple(tuple(map(self._cell, row)) for row in block.rows))
            case model.Code():
                language = block.language
                if language is not None and self._words(language) != language:
                    language = None
                return model.Code(self._words(block.text), language)
            case model.Quotation():
                return self._quotation(block)
            case model.Framed() | model.Folded():
                return replace(block, blocks=self._blocks(block.blocks))
            case model.Withheld():
                return model.Withheld(self._words(block.notice))
            case model.Rule():
                return block

    def _cell(self, cell: model.Cell) -> model.Cell:
        return replace(cell, blocks=self._blocks(cell.blocks))

    def _quotation(self, block: model.Quotation) -> Block | None:
        quote = block.quote
        if self._hides_quote(quote.author, quote.post_id):
            return None
        author = self._alias(quote.author) if quote.author else None
        raw = self._title(quote.attribution_raw) if quote.attribution_raw else None
        date = quote.date
        if date is not None and self._title(date.raw) != date.raw:
            # a name may stand behind the date
            date = replace(date, raw=f"{date.value:%Y-%m-%d %H:%M}")
        redacted = replace(quote, author=author, attribution_raw=raw, date=date)
        return model.Quotation(self._blocks(block.blocks), redacted)

    def _content(self, content: tuple[Inline, ...]) -> tuple[Inline, ...]:
        kept = tuple(self._inlines(content))
        words = _words_of(content)
        redacted = self._words(words)
        if _words_of(kept) == redacted:
            return kept
        # a name that is set in two styles: the styles go with it
        others = tuple(part for part in kept if not isinstance(part, Text))
        return (*((Text(redacted),) if redacted else ()), *others)

    def _inlines(self, content: tuple[Inline, ...]) -> Iterator[Inline]:
        for part in content:
            match part:
                case Text():
                    link = part.style.link
                    if link is not None and self._hides_address(link):
                        # as among the links of a line, nothing is left of it
                        yield Text(self._words(part.words), part.style._replace(link=None))
                        continue
                    yield Text(self._words(part.words), part.style)
                case model.Picture():
                    if not self._hides_address(part.url):
                        link = part.link and (None if self._hides_address(part.link) else part.link)
                        name = part.name and self._words(part.name)
                        yield replace(part, name=name, link=link)
                case model.File():
                    if part.url is None or not self._hides_address(part.url):
                        yield replace(part, name=part.name and self._words(part.name))
                case model.Media():
                    if not self._hides_address(part.url):
                        yield part
                case model.Smiley():
                    url = part.url and (None if self._hides_address(part.url) else part.url)
                    yield model.Smiley(self._words(part.sign), url)


def _words_of(content: tuple[Inline, ...]) -> str:
    return "".join(part.words for part in content if isinstance(part, Text))
