"""Whom a quote quotes: by its own first line, or because its words stand in another floor.

`attributed` reads a quote frame, `read_old_reply` the bold line of X2, `with_copied_quotes` frames
that name nobody, `split_quote` quotations that lost their frame (archiver, plain text).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from crawler.discuz.blocks import Framed, Quotation
from crawler.discuz.dates import read_date, read_date_alone
from crawler.discuz.facts import Post, Quote
from crawler.discuz.post.render_text import render_text, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

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
# Heads of other makes, where Discuz's own link and colour prove that they are heads. Its names have
# no spaces (`check_username`), those of other systems may: what is not sure to be a name is none.
_OTHER_HEADS = (
    # packs of other languages: Posted by NAME at 2024-5-6 08:20
    re.compile(r"^posted by (?P<author>\S{1,60}) (?:at|on) (?P<date>.{1,60})$", re.I),
    # apps: NAME at 2024-5-6 08:20, NAME 2024-5-6 08:20
    re.compile(r"^@?(?P<author>\S{1,60}) (?:(?:at|on) )?(?P<date>.{1,60})$"),
    # plugins: 回复 NAME:
    re.compile(r"^回[复復覆複]\s@?(?P<author>\S{1,60}?)\s?[:\uff1a]?(?P<date>)$"),
)
# <font color="#999999">NAME 发表于 …: the colour of name and time, since 7.2 (forum_post.php)
_GREY = re.compile(r"#999(?:999)?\b|rgb\(153,\s?153,\s?153\)", re.I)
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
# The arrow behind a head line, [img]static/image/common/back.gif[/img], where no picture is shown:
# mobile=1 has a link of these words; the archiver, and sites that show pictures of some hosts only
# (`parseimg`), have its address.
_ARROW = re.compile(r"(?:\s?\[查看[图圖]片\]|(?:^|\s)\S{0,200}back\.gif)$")
# Where no frame is left, the first line of a quotation: 甲 发表于 2017-6-1 08:20, 甲 发表于 3 天前
_QUOTES = re.compile(
    r"^(?P<author>.{1,60}?) (?:发表于|發表於) (?P<date>\d.{4,40}|.{0,20}天.{0,20})$"
)
# and of a reply in the manner of X1: 回复 2# 甲, 回复 2# 甲 的帖子
_ANSWERS = re.compile(r"^回[复復覆複] \d{1,7}# (?P<author>.{1,60}?)(?: 的帖子)?$")
# <strong>回复 <a href="…findpost…">2#</a> <i>NAME</i> </strong>, up to X2; before, 的帖子 follows.
# Discuz 6: 回复 #2 NAME 的帖子
_OLD_REPLY = re.compile(r"^回[复復覆複]\s?(?:\d{1,9}\s?[#楼樓]|#\s?\d{1,9}(?!\d))\s?")
_OLD_NAME = re.compile(r"(?P<author>.{0,60}?)(?:\s的帖子)?[^\S\n]*$", re.M)
_POST_OF = re.compile(r"\s{0,9}的帖子(?!\S)")
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


class PostLink(NamedTuple):
    """A link to a post in a frame: the post's id, the link's words, the frame's words before it."""

    post_id: str
    words: str
    before: str

    @property
    def is_in_head(self) -> bool:
        """Whether it stands in the first line of the frame."""
        return "\n" not in self.before.lstrip()

    def beside(self, head: str) -> str:
        """A head line without the words of a link behind it, or of an arrow."""
        behind = tidy(self.words) if self.before.strip() else ""
        return _ARROW.sub("", head).removesuffix(behind).rstrip()

    def proves(self, head: str) -> bool:
        """Whether Discuz makes such a link of a head line: round all of it, or on an arrow."""
        return is_arrow(self.words) or tidy(self.words) == head


def is_arrow(words: str) -> bool:
    """Whether the words of a link are those of a picture, or none.

    >>> is_arrow(""), is_arrow("[查看图片]"), is_arrow("2#")
    (True, True, False)
    """
    return not _ARROW.sub("", words.strip())


def attributed(
    text: str,
    clock: Clock,
    link: PostLink | None = None,
    *,
    grey: str | None = None,
    closing: str | None = None,
) -> Quote | None:
    """The quote that a frame with this text is; ``None`` if it does not say whom it quotes.

    ``link``: the first link to a post in the frame; in the head line it names the answered post.
    ``grey``: the first words, where they have the colour that Discuz gives to name and time.
    ``closing``: the post that the last thing of the frame links to.

    Authors frame lists of links, and lines in which 发表于 and a date occur. So a link alone
    attributes nothing, and the line is a name, 发表于 and a date alone, unless its colour or a link
    such as Discuz makes proves that it is a head line.
    """
    first, _, rest = text.partition("\n")
    first, rest = first.strip(), rest.strip("\n")
    if link is not None and not link.is_in_head:
        link = None
    head = link.beside(first) if link else first
    post_id = link.post_id if link else None
    is_grey_head = grey is not None and tidy(grey) == head
    is_proved = is_grey_head or (link is not None and link.proves(head))
    for rule in _ATTRIBUTION:
        found = rule.search(head)
        if not found:
            continue
        behind = head[found.end() :].strip()
        date = read_date_alone(found["date"].rstrip(" :\uff1a"), clock)
        if is_proved or (date and not behind):
            author = found["author"].strip().lstrip("@") or None
            date = _with_year(found["date"], date or read_date(found["date"], None, clock))
            words = f"{behind}\n{rest}".strip("\n")
            return _with_raw(Quote(words, author, post_id, date), first)
    if is_grey_head and link:
        return _with_raw(replace(_by_other_head(head, clock), text=rest, post_id=post_id), first)
    return _attributed_below(text, clock, closing) if closing else None


def _by_other_head(head: str, clock: Clock) -> Quote:
    """Name and date in a head line that is not of Discuz's make, as far as they can be told."""
    for rule in _OTHER_HEADS:
        found = rule.search(head)
        if found:
            date = read_date_alone(found["date"], clock)
            if date or not found["date"]:
                return Quote("", found["author"], None, _with_year(found["date"], date))
    return Quote("")


def _attributed_below(text: str, clock: Clock, post_id: str) -> Quote | None:
    """The quote of a frame whose last line says whom it quotes, as up to X1."""
    # words<br /><font color="#999999">NAME 发表于 …</font> <a href="…findpost…"><img /></a>
    words, _, last = text.strip("\n").rpartition("\n")
    found = _ATTRIBUTION[0].search(_ARROW.sub("", last.strip()))
    date = read_date_alone(found["date"], clock) if found else None
    if not found or not date:
        return None
    author = found["author"].strip().lstrip("@") or None
    quote = Quote(words.strip("\n"), author, post_id, _with_year(found["date"], date))
    return _with_raw(quote, last.strip())


def _with_raw(quote: Quote, head: str) -> Quote:
    """A quote with its head line, where that tells more than was read of it."""
    return quote if quote.author and quote.date else replace(quote, attribution_raw=head or None)


def is_grey(element: _Element) -> bool:
    """Whether an element has the colour that Discuz gives to name and time of a quote."""
    return bool(_GREY.search(element.get("color") or element.get("style") or ""))


def without_label(words: str) -> str:
    """The first words of a quote without the label that the templates for phones put there.

    >>> without_label("引用: 甲 发表于 2024-5-6 08:20")
    '甲 发表于 2024-5-6 08:20'
    """
    return _LABEL.sub("", words)


def read_old_reply(words: str, post_id: str, name: str | None = None) -> tuple[Quote, str] | None:
    """Whom a reply of X2 or older answers, from the bold words that it begins with.

    ``post_id`` is the post that the words link to; ``name`` is what of them stands in italics.
    The quote has no text: only the name was printed. The words behind it are the author's own.

    >>> read_old_reply("回复 2# 甲 的帖子", "9", "甲")
    (Quote(text='', author='甲', post_id='9', date=None, attribution_raw=None), '')
    """
    begin = _OLD_REPLY.match(words)
    if not begin:
        return None
    at = begin.end()
    if name and words.startswith(name, at):
        behind = _POST_OF.match(words, at + len(name))
        end = behind.end() if behind else at + len(name)
    else:
        found = _OLD_NAME.match(words, at)
        name = found["author"].strip() if found else None
        end = found.end() if found else at
    own = words[end:].lstrip()
    return Quote("", name or None, post_id), own


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
                earlier_text=_without(post.body.earlier_text, found.values()),
                quotes=post.body.quotes + tuple(found.values()),
            )
            result[index] = replace(post, body=body)
    return result


def _without(earlier: str | None, quotes: Iterable[Quote]) -> str | None:
    """The text of a body as lines of schema 1.0 have it, without quotations that stood in it."""
    for quote in quotes:
        before, found, after = f"\n{earlier}\n".partition(f"\n{quote.text}\n")
        if earlier is None or not found:
            return None
        earlier = tidy(f"{before}\n{after}")
    return earlier


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
    found = _QUOTES.match(_ARROW.sub("", first))
    date = read_date_alone(found["date"], clock) if found else None
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
    return _with_raw(quote, first), rest[end:].strip("\n")


def _with_year(said: str, date: Moment | None) -> Moment | None:
    """The date of a quote; ``None`` for 刚才 or 昨天 18:48.

    They count from the moment when the quote was made, which the page does not tell.
    """
    return date if _YEAR.search(said) else None
