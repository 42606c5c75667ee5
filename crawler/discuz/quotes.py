"""Quotes that were made by hand: a frame round words that another floor of the page said."""

from __future__ import annotations

from dataclasses import replace

from crawler.discuz.facts import Block, Post, Quote
from crawler.discuz.text import render_text

# Shorter ones are said by everybody (谢谢分享); a frame round them proves nothing.
_SHORTEST = 6


def with_copied_quotes(posts: list[Post]) -> list[Post]:
    """Tell whom a frame without attribution quotes, where its words stand above, word for word.

    An unattributed frame is usually how an author sets off words of his own. It is a quotation
    if another author's earlier floor on this page has a line, or lines, of exactly these words.
    """
    result = list(posts)
    for index, post in enumerate(posts):
        frames = [block for block in post.body.blocks if _is_unattributed(block)]
        if not frames or index == 0:
            continue
        found = {}
        for block in frames:
            quote = _quoted(block, post, posts[:index])
            if quote:
                found[id(block)] = quote
        if found:
            blocks = tuple(
                replace(block, quote=found[id(block)]) if id(block) in found else block
                for block in post.body.blocks
            )
            body = replace(
                post.body,
                blocks=blocks,
                text=render_text(blocks),
                quotes=post.body.quotes + tuple(found.values()),
            )
            result[index] = replace(post, body=body)
    return result


def _is_unattributed(block: Block) -> bool:
    return block.kind == "quote" and block.quote is None


def _quoted(block: Block, post: Post, above: list[Post]) -> Quote | None:
    text = render_text(block.blocks)
    if len(text) < _SHORTEST:
        return None
    for other in above:
        if other.author.name != post.author.name and f"\n{text}\n" in f"\n{other.body.text}\n":
            return Quote(text, other.author.name, other.id, other.date)
    return None
