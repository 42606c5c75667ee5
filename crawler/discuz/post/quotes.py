"""Whom a quote quotes: by its own first line, or because its words stand in another floor.

`attributed` reads a quote frame, `read_old_reply` the bold line of X2, `with_copied_quotes` frames
that name nobody, `split_quote` quotations that lost their frame (archiver, plain text).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from crawler.discuz.blocks import Framed, Quotation
from crawler.discuz.dates import read_date
from crawler.discuz.facts import Post, Quote
from crawler.discuz.post.render_text import render_text

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.dates import Clock
    from crawler.discuz.facts import Moment

# the first line of a quote: 长风破浪 发表于 2017-6-1 08:20
_ATTRIBUTION = (
    re.compile(
        r"^(?P<author>.{1,60}?)\s?(?:发表于|發表於|发布于|發布於|posted on)\s?(?P<date>.{0,60})$"
    ),
    # Discuz 6 and 7: 原帖由 NAME 于 2008-1-1 10:00 发表
    re.compile(
        r"^(?:引用[:\uff1a]?\s?)?原帖由\s?@?(?P<author>.{1,60}?)\s?[于於]\s?"
        r"(?P<date>.{0,60}?)\s?[发發]表"
    ),
)
# <font color="#999999">NAME 发表于 …: the colour of name and time, since 7.2 (forum_post.php)
_GREY = re.compile(r"#999(?:999)?\b|rgb\(153,\s?153,\s?153\)", re.I)
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
# Where no frame is left, the first line of a quotation: 甲 发表于 2017-6-1 08:20, 甲 发表于 3 天前
_QUOTES = re.compile(
    r"^(?P<author>.{1,60}?) (?:发表于|發表於) (?P<date>\d.{4,40}|.{0,20}天.{0,20})$"
)
# and of a reply in the manner of X1: 回复 2# 甲
_ANSWERS = re.compile(r"^回[复復覆複] \d{1,7}# (?P<author>.{1,60})$")
# <strong>回复 <a href="…findpost…">2#</a> <i>NAME</i> </strong>, up to X2
_OLD_REPLY = re.compile(r"^回[复復覆複]\s?\d{1,9}\s?[#楼樓]\s?(?P<author>.{0,60})$")
# <blockquote>引用: NAME 发表于 …; mobile=1: <blockquote><p>引用:</p>NAME …
_LABEL = re.compile(r"^\s*引用\s?[:\uff1a]\s*")
_PARAGRAPH_END = re.compile(r"\n\n|$")  # an empty line, or the end
# A post of the quoted moment: the date of a quotation has no seconds.
_SAME_MOMENT = 60
# Whole lines of fewer than six characters are written by everybody (谢谢分享); a frame round them
# proves nothing. A part of a line has to have ten: that two people write the same ten by chance is
# rare.
_SHORTEST, _SHORTEST_PART = 6, 10
# So many characters are compared to find what the frames of a page quote: two hundred floors of a
# thousand each with a frame in each need a fifth of it.
_COMPARED = 200_000_000
# Discuz cuts what it quotes at some two hundred characters (forum_post.php): so much of a post, so
# many paragraphs of a quotation, so many posts above it, so many of these by one member at one
# moment are looked at.
_BEGINNING, _PARAGRAPHS, _POSTS_ABOVE, _ALIKE = 10_000, 50, 300, 5


def attributed(
    text: str, link: tuple[str, str] | None, clock: Clock, grey: str | None = None
) -> Quote | None:
    """The quote that a frame with this text is; ``None`` if it does not say whom it quotes.

    ``link``: the id of the post that the frame's first words link to, and these words. A link
    further on proves nothing: authors frame lists of links. ``grey``: the first words, where they
    have the colour that Discuz gives to name and time. Either proves a name beside a time that
    cannot be read.
    """
    first, _, rest = text.partition("\n")
    post_id = link[0] if link else None
    is_named = post_id is not None or (grey is not None and grey.strip() == first.strip())
    for rule in _ATTRIBUTION:
        found = rule.search(first)
        if not found:
            continue
        date = read_date(found["date"], None, clock)
        if date or is_named:
            author = found["author"].strip().lstrip("@") or None
            return Quote(rest.strip("\n"), author, post_id, _with_year(found["date"], date))
    if link and first.strip() == link[1]:
        return Quote(rest.strip("\n"), None, post_id)
    return None


def is_grey(element: _Element) -> bool:
    """Whether an element has the colour that Discuz gives to name and time of a quote."""
    return bool(_GREY.search(element.get("color") or element.get("style") or ""))


def without_label(words: str) -> str:
    """The first words of a quote without the label that the templates for phones put there.

    >>> without_label("引用: 甲 发表于 2024-5-6 08:20")
    '甲 发表于 2024-5-6 08:20'
    """
    return _LABEL.sub("", words)


def read_old_reply(words: str, post_id: str) -> Quote | None:
    """Whom a reply of X2 or older answers, from the bold line that it begins with.

    ``post_id`` is the post that the line links to. There is no text: only the line was printed.

    >>> read_old_reply("回复 2# 甲", "9")
    Quote(text='', author='甲', post_id='9', date=None)
    """
    found = _OLD_REPLY.match(words)
    return Quote("", found["author"].strip() or None, post_id) if found else None


def with_copied_quotes(posts: list[Post]) -> list[Post]:
    """Posts whose frames without attribution are quotes, where another floor has the same words.

    An author usually frames words of his own. A frame is a quotation if exactly its words stand in
    another author's earlier floor on this page.
    """
    result = list(posts)
    compared = above = 0
    for index, post in enumerate(posts):
        frames = [block for block in post.body.blocks if isinstance(block, Framed)]
        compared += len(frames) * (above + 100 * index)
        above += len(post.body.text)
        if not frames or index == 0:
            continue
        if compared > _COMPARED:
            break
        found = {}
        for block in frames:
            quote = _quoted(block, post, posts[:index])
            if quote:
                found[id(block)] = quote
        if found:
            blocks = tuple(
                Quotation(block.blocks, found[id(block)])
                if isinstance(block, Framed) and id(block) in found
                else block
                for block in post.body.blocks
            )
            body = replace(
                post.body,
                blocks=blocks,
                text=render_text(blocks),
                earlier_text=None,
                quotes=post.body.quotes + tuple(found.values()),
            )
            result[index] = replace(post, body=body)
    return result


def _quoted(block: Framed, post: Post, above: list[Post]) -> Quote | None:
    text = render_text(block.blocks)
    if len(text) < _SHORTEST:
        return None
    is_long = len(text) >= _SHORTEST_PART
    for other in above:
        theirs = other.body.text
        is_there = text in theirs if is_long else f"\n{text}\n" in f"\n{theirs}\n"
        if is_there and other.author.name != post.author.name:
            return Quote(text, other.author.name, other.id, other.date)
    return None


def split_quote(text: str, clock: Clock, above: list[Post]) -> tuple[Quote | None, str]:
    """The quotation that a reply without markup begins with, and the rest of the reply.

    Nothing marks where the quotation ends. Where the quoted post is among ``above``, it ends with
    the last paragraph that is this post's; else with its first paragraph.
    """
    first, _, rest = text.partition("\n")
    answers = _ANSWERS.match(first)
    if answers and rest.startswith("\n"):
        return Quote("", answers["author"].strip()), rest.strip("\n")
    found = _QUOTES.match(first)
    date = read_date(found["date"], None, clock) if found else None
    if not found or date is None:
        return None, text
    author = found["author"]
    ends = [match.start() for match in islice(_PARAGRAPH_END.finditer(rest), _PARAGRAPHS)]
    end = ends[0]
    quoted = (
        post
        for post in islice(reversed(above), _POSTS_ABOVE)
        if post.author.name == author
        and post.date
        and abs((post.date.value - date.value).total_seconds()) < _SAME_MOMENT
    )
    quotable = ["".join(post.body.text[:_BEGINNING].split()) for post in islice(quoted, _ALIKE)]
    for at in ends if ends[0] <= _BEGINNING else ():
        words = "".join(rest[:at].split()).removesuffix("...")
        # what does not stand in a post does not with a paragraph more
        if not any(words in post for post in quotable):
            break
        end = at
    quote = Quote(rest[:end].strip("\n"), author, None, _with_year(found["date"], date))
    return quote, rest[end:].strip("\n")


def _with_year(said: str, date: Moment | None) -> Moment | None:
    """The date of a quote; ``None`` for 刚才 or 昨天 18:48.

    They count from the moment when the quote was made, which the page does not tell.
    """
    return date if _YEAR.search(said) else None
