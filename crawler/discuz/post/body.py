"""One post's cell → blocks → text.

What Discuz and its plugins put into a cell leaves it: anti-copy noise, edit marks, tips, ads,
login teasers, scripts, "copy code". What the author wrote stays, typed boilerplate included, for
it is told by its markup and never by its words. One walk over the cell, without recursion: posts
nest a thousand deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import read_date
from crawler.discuz.elements import words
from crawler.discuz.facts import Access, Attachment, Block, Body, Image, Link, Moment, Quote
from crawler.discuz.post.noise import (
    EDITED,
    MARK_LENGTH,
    NOISE_IDS,
    class_meaning,
    is_hidden,
    structural_meaning,
)
from crawler.discuz.post.quotes import attributed
from crawler.discuz.post.text import render_text, tidy
from crawler.discuz.post.uploads import picture_source, read_upload
from crawler.discuz.post.withheld import read_access, read_notice

if TYPE_CHECKING:
    from lxml.etree import _Element


_BLOCK_TAGS = frozenset(
    "p div blockquote h1 h2 h3 h4 h5 h6 ul ol li dl dt dd tr pre center section article table tbody"
    " caption figure figcaption details summary form fieldset header footer".split()
)
_DROPPED_TAGS = frozenset(
    "style noscript button input select textarea option label head title link meta".split()
)
_PLAYER_TAGS = frozenset("iframe embed object video audio source".split())

_SMILEY = re.compile(r"(?:^|/)(?:static/+image/smiley|images/smilies|static/+emoji)/")

# AC_FL_RunContent('width', '500', …, 'src', encodeURI('http://v.example/x.swf'), …)
_FLASH = re.compile(r"""'src'\s?,\s?(?:encodeURI\()?'([^']{1,2000})'""")
_SOUND = re.compile(r"soundFile=([^'&]{1,2000})")
# detectPlayer("mp4_vY6", "mp4", "https://…", "500", "375")
_PLAYER = re.compile(
    r"""detectPlayer\(\s?["'][^"']{1,99}["']\s?,\s?["'][^"']{1,99}["']\s?,\s?["']([^"']{1,2000})"""
)

# <strong>回复 <a href="…findpost…">2#</a> <i>NAME</i> </strong>, up to X2
_OLD_REPLY = re.compile(r"^回[复復覆複]\s?\d{1,9}\s?[#楼樓]\s?(?P<author>.{0,60})$")

# <blockquote>引用: NAME 发表于 …; mobile=1: <blockquote><p>引用:</p>NAME …
_QUOTE_LABEL = re.compile(r"^\s*引用\s?[:\uff1a]\s*")
# left as it was written: [media=swf,500,375]http://…/v.swf[/media]
_TAGGED_MEDIA = re.compile(
    r"\[(media|audio|video|flash)(?:=[^\[\]]{0,60})?\](https?://[^\[\]\s]{1,2000})\[/\1\]"
)
# <img id="aimg_5" src="data/attachment/…">: an upload, where the skin sets nothing round it
_UPLOADED = re.compile(r"aimg_(\d{1,18})$")


_SPACES = re.compile(r"[ \t\r\n\f]+")
# Nobody reads quotes in quotes deeper than this; what contains more is read as if it did not.
_DEEPEST = 32


def read_body(cell: _Element, context: Context) -> Body:
    """Read the cell of one post (`td.t_f`). Never raises."""
    if not len(cell):  # a line of words, as half of all replies are
        words = _SPACES.sub(" ", cell.text or "").strip(" ")
        return Body(tidy(words), (Block("text", words),)) if words else Body()
    walk = _Walk(context)
    walk.run(cell)
    blocks = walk.finish()
    return Body(
        text=render_text(blocks),
        blocks=blocks,
        quotes=tuple(walk.quotes),
        images=tuple(walk.images),
        attachments=tuple(walk.attachments),
        links=tuple(dict.fromkeys(walk.links)),
        media=tuple(dict.fromkeys(walk.media)),
        edited_by=walk.edited_by,
        edited_at=walk.edited_at,
        access=walk.access,
        notices=tuple(walk.notices),
    )


@dataclass(slots=True)
class _Frame:
    """A container that is being read: the words and blocks gathered so far."""

    kind: Literal["body", "quote", "code", "table", "list", "unlocked", "spoiler"]
    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    at_line_start: bool = True
    # a quote's first words, where they link to a post
    post_link: str | None = None
    link_words: str = ""
    # how many there were before it
    links: int = 0
    images: int = 0

    def flush(self) -> None:
        if self.pieces:
            self.blocks.append(Block("text", "".join(self.pieces)))
            self.pieces.clear()

    def unlabel(self) -> None:
        """Take the forum's label off a quote (`引用: `)."""
        first = self.blocks[0] if self.blocks else None
        if first is not None and first.kind == "text":
            self.blocks[0] = replace(first, text=_QUOTE_LABEL.sub("", first.text))


_Leave = Callable[["_Element"], None]
_SKIP = object()


class _Walk:
    """One walk over a cell; see `read_body`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.frames = [_Frame("body")]
        self.quotes: list[Quote] = []
        self.images: list[Image] = []
        self.attachments: list[Attachment] = []
        self.links: list[Link] = []
        self.media: list[str] = []
        self.notices: list[str] = []
        self.edited_by: str | None = None
        self.edited_at: Moment | None = None
        self.access: Access = "visible"
        # where the words of open links and bold parts begin: (frame, piece)
        self._marks: list[tuple[_Frame, int, int]] = []
        self._in_spoiler = 0

    def run(self, cell: _Element) -> None:
        """Visit every element below ``cell`` once, in document order."""
        self.add(cell.text)
        stack: list[tuple[_Element, Iterator[_Element], _Leave | None]] = [(cell, iter(cell), None)]
        while stack:
            element, children, leave = stack[-1]
            for child in children:
                entered = self.enter(child)
                if entered is _SKIP:
                    self.add(child.tail)
                    continue
                self.add(child.text)
                stack.append((child, iter(child), entered))  # type: ignore[arg-type]
                break
            else:
                stack.pop()
                if leave is not None:
                    leave(element)
                if stack:
                    self.add(element.tail)

    def finish(self) -> tuple[Block, ...]:
        while len(self.frames) > 1:
            self._close_frame(None)
        self.frames[0].flush()
        return tuple(self.frames[0].blocks)

    # -- words ---------------------------------------------------------------------------------

    def add(self, words: str | None) -> None:
        if not words:
            return
        if self.context.is_mobile and "[/" in words:
            words = _TAGGED_MEDIA.sub(self._tagged_media, words)
        frame = self.frames[-1]
        words = _SPACES.sub(" ", words)
        if frame.at_line_start:
            words = words.lstrip(" ")
            if not words:
                return
            frame.at_line_start = False
        if frame.kind == "code":
            words = words.replace(" ", "\xa0")
        frame.pieces.append(words)

    def new_line(self) -> None:
        """What `<br>` does."""
        frame = self.frames[-1]
        frame.pieces.append("\n")
        frame.at_line_start = True

    def own_line(self, _: object = None) -> None:
        """What the edge of a block does: a break, unless the line is empty anyway."""
        if not self.frames[-1].at_line_start:
            self.new_line()

    def _is_empty(self) -> bool:
        """Whether nothing was read yet."""
        frame = self.frames[0]
        return len(self.frames) == 1 and not frame.blocks and not "".join(frame.pieces).strip()

    # -- elements ------------------------------------------------------------------------------

    def enter(self, element: _Element) -> object:
        """Begin an element: `_SKIP` if it is done with, else what to do at its end, or None."""
        tag = element.tag
        if tag == "br":
            self.new_line()
            return _SKIP
        if tag == "img":
            self._picture(element)
            return _SKIP
        classes, style = element.get("class"), element.get("style")
        if style is not None and not self._in_spoiler and is_hidden(style):
            return _SKIP
        if classes is not None:
            known = self.context.knows_classes
            meaning = class_meaning(classes) if known else structural_meaning(element)
            if meaning == "noise":
                return _SKIP
            if meaning is not None and meaning != "relatedlink":
                return getattr(self, "_" + meaning)(element)
        if tag == "a":
            return self._mark(self._end_link)
        if tag in ("strong", "b"):
            return self._mark(self._end_bold)
        if tag in ("td", "th"):
            return self._cell(element)
        if tag in _BLOCK_TAGS:
            # <div class="showhide"><h4>本帖隐藏的内容</h4>…: the heading is the forum's
            is_heading = tag == "h4" and self.frames[-1].kind == "unlocked"
            # phones get the title of a reply in its cell: <h2><strong>…</strong></h2>
            is_title = tag == "h2" and self.context.is_mobile and self._is_empty()
            if is_heading or is_title or element.get("id") in NOISE_IDS:
                return _SKIP
            self.own_line()
            if tag in ("table", "ul", "ol"):
                return self._open("table" if tag == "table" else "list")
            return self.own_line
        if tag == "hr":
            self.own_line()
            self._put(Block("rule"))
            return _SKIP
        # <span id="attach_5"><a>…</a> <em>(212 Bytes…)</em></span>, within ignore_js_op since X2
        is_file = tag == "span" and (element.get("id") or "").startswith("attach_")
        if tag == "ignore_js_op" or is_file:
            return self._upload(element)
        if tag == "script":
            self._script(element)
            return _SKIP
        if tag in _PLAYER_TAGS:
            return self._player(element)
        if tag in _DROPPED_TAGS:
            return _SKIP
        # <em onclick="copycode($('code_g5A'));">复制代码</em>
        if tag == "em" and "copycode" in (element.get("onclick") or ""):
            return _SKIP
        return None

    def _edited(self, element: _Element) -> object:
        found = EDITED.search(words(element)[:MARK_LENGTH])
        if found:
            self.edited_by = found["name"].strip()
            titled = next((part.get("title") for part in element.iter("span")), None)
            self.edited_at = read_date(found["date"], titled, self.context.clock)
        return _SKIP

    def _locked(self, element: _Element) -> object:
        notice = read_notice(element)
        access = read_access(notice)
        if access != "visible":
            self.access = access
        self.notices.append(notice)
        self.own_line()
        self._put(Block("hidden", notice))
        return _SKIP

    def _media(self, element: _Element) -> object:
        # X3.5: the script beside it names the address, the link in it may be dead (javascript:;)
        for link in element.iter("a"):
            self._add_media(link.get("href"))
        return _SKIP

    def _upload(self, element: _Element) -> object:
        for script in element.iter("script"):
            self._script(script)
        for player in element.iter("iframe", "video", "audio", "source", "embed"):
            self._add_media(player.get("src"))
        for box in element.iter("div"):
            if class_meaning(box.get("class") or "") == "media":
                self._media(box)
        attachment, image = read_upload(element, self.context.base)
        if image:
            self.images.append(image)
            self._put(Block("image", image.name or "", image.url))
        if attachment:
            self.attachments.append(attachment)
            if not image:
                self._put(Block("file", attachment.name or "", attachment.url))
        return _SKIP

    def _picture(self, element: _Element) -> None:
        source = picture_source(element)
        if element.get("smilieid") or _SMILEY.search(source or element.get("src") or ""):
            self._put(Block("smiley", element.get("alt") or "", element.get("src")))
            return
        url = urls.resolve(self.context.base, source)
        if not source or not url:
            return
        name = element.get("title") or element.get("alt") or None
        self.images.append(Image(url, name, upload_id(element, source)))
        self._put(Block("image", name or "", url))

    def _script(self, element: _Element) -> None:
        code = element.text or ""
        sounds = _SOUND.findall(code)
        found = [unquote(sound) for sound in sounds] or _FLASH.findall(code)
        for address in [*found, *_PLAYER.findall(code)]:
            self._add_media(address)

    def _player(self, element: _Element) -> object:
        self._add_media(element.get("src") or element.get("data"))
        return _SKIP if element.tag not in ("video", "audio") else None

    def _tagged_media(self, tag: re.Match[str]) -> str:
        self._add_media(tag[2])
        return ""

    def _add_media(self, address: str | None) -> None:
        url = urls.resolve(self.context.base, address)
        if url and url.startswith("http"):
            self.media.append(url)
            self._put(Block("media", url=url))

    def _cell(self, element: _Element) -> object:
        if element.getprevious() is not None and not self.frames[-1].at_line_start:
            self.frames[-1].pieces.append("\t")
        return None

    # -- containers ----------------------------------------------------------------------------

    def _quote(self, element: _Element) -> object:
        # touch: <div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div> is no quotation
        if self.context.is_mobile and not any(True for _ in element.iter("blockquote")):
            return self._locked(element)
        return self._open("quote")

    def _code(self, _: _Element) -> object:
        return self._open("code")

    def _spoiler(self, _: _Element) -> object:
        self._in_spoiler += 1
        self._open("spoiler")

        def close(element: _Element) -> None:
            self._in_spoiler -= 1
            self._close_frame(element)

        return close

    def _unlocked(self, _: _Element) -> object:
        return self._open("unlocked")

    def _open(
        self, kind: Literal["quote", "code", "table", "list", "unlocked", "spoiler"]
    ) -> _Leave:
        self.own_line()
        if len(self.frames) >= _DEEPEST:
            return self.own_line
        self.frames.append(_Frame(kind, links=len(self.links), images=len(self.images)))
        return self._close_frame

    def _close_frame(self, _: _Element | None) -> None:
        frame = self.frames.pop()
        frame.flush()
        outer = self.frames[-1]
        if frame.kind == "quote" and self.context.is_mobile:
            frame.unlabel()
        blocks = tuple(frame.blocks)
        quote = None
        if frame.kind == "quote":
            link = (frame.post_link, frame.link_words) if frame.post_link else None
            quote = attributed(render_text(blocks), link, self.context.clock)
        if quote is not None:
            self.quotes.append(quote)
            # what is linked and shown there is the other post's
            del self.links[frame.links :], self.images[frame.images :]
        outer.flush()
        if frame.kind != "body":
            outer.blocks.append(Block(frame.kind, blocks=blocks, quote=quote))
        outer.at_line_start = True

    def _put(self, block: Block) -> None:
        frame = self.frames[-1]
        frame.flush()
        frame.blocks.append(block)

    def _mark(self, leave: _Leave) -> _Leave:
        self._marks.append((self.frames[-1], len(self.frames[-1].pieces), len(self.links)))
        return leave

    def _since_mark(self) -> tuple[_Frame, int, int]:
        frame, start, links = self._marks.pop()
        # a picture in between has flushed the words before it
        return frame, min(start, len(frame.pieces)), links

    def _end_link(self, element: _Element) -> None:
        frame, start, _ = self._since_mark()
        href = element.get("href")
        words = "".join(frame.pieces[start:]).strip()
        if not words or not href:
            return
        inner = self.frames[-1]
        post_id = urls.post_id(href)
        is_leading = inner is frame and not frame.blocks and not self._is_said(frame.pieces[:start])
        if post_id and inner.kind == "quote" and is_leading:
            inner.post_link, inner.link_words = post_id, words
            return
        if class_meaning(element.get("class") or "") == "relatedlink":
            return
        url = urls.resolve(self.context.base, href)
        if url:
            self.links.append(Link(url, words.replace("\xa0", " ")))

    def _is_said(self, pieces: list[str]) -> bool:
        """Whether a quote says anything, but for the label that phones get."""
        said = "".join(pieces)
        return bool((_QUOTE_LABEL.sub("", said) if self.context.is_mobile else said).strip())

    def _end_bold(self, _: _Element) -> None:
        frame, start, links = self._since_mark()
        said = next(filter(None, (urls.post_id(link.url) for link in self.links[links:])), None)
        found = _OLD_REPLY.match("".join(frame.pieces[start:]).strip()) if said else None
        if found:
            del frame.pieces[start:]
            del self.links[links:]
            frame.at_line_start = not frame.pieces
            self.quotes.append(Quote("", found["author"].strip() or None, said))


def upload_id(picture: _Element, source: str) -> str | None:
    """The number of the attachment that a bare picture is."""
    known = picture.get("aid")
    if known or ("attach" not in source and "mod=image" not in source):
        return known
    marked = _UPLOADED.match(picture.get("id") or "")
    return marked[1] if marked else urls.attachment_id(source)
