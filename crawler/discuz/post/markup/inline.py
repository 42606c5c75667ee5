"""What sets words in a line: links, styles, the bold line of old replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import PLAIN, Mark, Picture, Quotation, Style
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Link
from crawler.discuz.post.flow import Closed, Flow, without_words, words_in
from crawler.discuz.post.noise import class_meaning
from crawler.discuz.post.quotes import is_grey, read_old_reply, without_label

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Enter, Entered, Walk


def begin_link(walk: Walk, element: _Element) -> Entered:
    href, url = element.get("href"), None
    if href and class_meaning(element.get("class") or "") != "forum_link":
        url = urls.resolve(walk.context.base, href)
    walk.begin_span(link=url)
    walk.begin_style(link=url if url and urls.is_linkable(url) else None)
    return _leave_link


def _leave_link(walk: Walk, element: _Element) -> None:
    span = walk.end_span()
    walk.end_style()
    href, url = element.get("href"), span.link
    since = span.frame.flow[span.parts :]
    words = words_in(since).strip()
    if span.frame.kind == "quote" and (post_id := urls.post_id(href)):
        span.frame.note_link(post_id, words, span.parts)
    pictured = any(isinstance(part, Picture) and part.link for part in since)
    if not href or not (words or pictured):
        return
    if url:
        # a link that is a picture has no words: <a href="…"><img …></a>
        walk.found.links.append(Link(url, words.replace("\xa0", " ") or url))


def begin_font(walk: Walk, element: _Element) -> Entered:
    # <blockquote><font size="2"><font color="#999999">NAME 发表于 …</font></font>
    frame = walk.frame
    is_first = frame.kind == "quote" and not frame.has_objects and frame.grey is None
    if not is_first or not is_grey(element):
        return None
    before = words_in(frame.flow)
    if (without_label(before) if walk.is_mobile else before).strip():
        return None
    walk.begin_span()
    return _leave_grey


def _leave_grey(walk: Walk, _: _Element) -> None:
    span = walk.end_span()
    if walk.frame is span.frame:
        span.frame.grey = words_in(span.frame.flow[span.parts :]).strip()


def begin_bold(walk: Walk, _: _Element) -> Entered:
    walk.begin_span()
    walk.begin_style("bold")
    return _leave_bold


def _leave_bold(walk: Walk, element: _Element) -> None:
    span = walk.end_span()
    walk.end_style()
    frame, links = span.frame, walk.found.links
    linked = (urls.post_id(link.url) for link in links[span.links :])
    post_id = next(filter(None, linked), None)
    # in a quote it is a part of the quoted words
    if post_id is None or frame.kind == "quote":
        return
    said = words_in(frame.flow[span.parts :]).lstrip()
    italic = next(element.iter("i"), None)
    read = read_old_reply(said, post_id, None if italic is None else all_text(italic).strip())
    if read is not None:
        quote, own = read
        walk.moved("quotes", said.removesuffix(own), span)
        # the pictures and containers among the words of his own stay where they are
        kept: Flow = [part for part in frame.flow[span.parts :] if not isinstance(part, Style)]
        without_words(kept, len(words_in(kept)) - len(own))
        kept = [part for part in kept if part != ""]
        frame.flow[span.parts :] = [Closed((Quotation((), quote),), None), PLAIN, *kept]
        frame.style = PLAIN
        links[span.links :] = [x for x in links[span.links :] if urls.post_id(x.url) != post_id]
        last = kept[-1] if kept else ""
        if isinstance(last, str):
            frame.at_line_start = last.endswith("\n") if last else not span.parts
        walk.found.quotes.append(quote)


def marked(mark: Mark) -> Enter:
    def begin(walk: Walk, _: _Element) -> Entered:
        walk.begin_style(mark)
        return _leave_marked

    return begin


def _leave_marked(walk: Walk, _: _Element) -> None:
    walk.end_style()


ITALIC = marked("italic")
