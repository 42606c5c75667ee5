"""What each element in a cell means: two tables, one by tag and one by class.

A row is a function that begins an element: it writes to the walk, and returns what has to be done
at the element's end. Where nothing below it is visited it returns what kind of box it is, which
tells where its words went, or `skip` if it has none. A class counts before a tag. Elements without
a row are read through: their words are the author's. So are those of a box that holds more than it
can (`crawler.discuz.post.boxes`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.blocks import (
    NUMBERINGS,
    PLAIN,
    File,
    Mark,
    Picture,
    Quotation,
    Rule,
    Smiley,
    Style,
    Withheld,
)
from crawler.discuz.elements import all_text, number_attribute
from crawler.discuz.facts import Image, Link
from crawler.discuz.post import boxes
from crawler.discuz.post.boxes import Box, holds_more, visible
from crawler.discuz.post.flow import Closed, Edge, Flow, without_words, words_in
from crawler.discuz.post.media import addresses_in_script
from crawler.discuz.post.noise import (
    NOISE_IDS,
    Meaning,
    class_meaning,
    hidden_box,
    is_copy_button,
    is_edit_mark,
    is_hidden,
    is_warning,
    noise_box,
    read_edit_mark,
    structural_meaning,
)
from crawler.discuz.post.quotes import is_grey, read_old_reply, without_label
from crawler.discuz.post.render_text import CONTROLS
from crawler.discuz.post.styles import Layout, layout_of
from crawler.discuz.post.uploads import (
    is_emoji,
    is_smiley,
    is_upload_span,
    picture_source,
    read_picture,
    read_upload,
)
from crawler.discuz.post.walk import skip
from crawler.discuz.post.withheld import (
    NOTICE,
    file_notice,
    is_about_files,
    is_of_the_forum,
    is_sentence,
    read_access,
    read_notice,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.post.walk import Enter, Entered, Walk

_BLOCKS = (
    "p div blockquote dl dt dd center section article tbody thead tfoot caption figure figcaption"
    " details summary form fieldset legend header footer address aside main nav hgroup search"
    " option optgroup"
)
_DROPPED = {
    "noscript": boxes.NO_SCRIPT,
    "select": boxes.SELECT,
    **dict.fromkeys(("button", "input"), boxes.CONTROL),
    **dict.fromkeys(("head", "link", "meta"), boxes.HEAD),
    # what a browser shows to those alone who cannot see the rest
    **dict.fromkeys(("canvas", "meter", "progress", "noembed", "noframes"), boxes.NO_SCRIPT),
    **dict.fromkeys(("template", "datalist"), boxes.HIDDEN_BOX),
}


_LANGUAGE = re.compile(r"\b(?:language-|lang-|brush:\s?)([A-Za-z0-9+#]{1,20})")
# elements that hold text and no elements
_UNREAD = {"style": boxes.SCRIPT, "textarea": boxes.TEXTAREA, "title": boxes.HEAD}


def enter(walk: Walk, element: _Element) -> Entered:
    """Begin an element; see `Walk.run` for what is returned."""
    tag = element.tag
    if tag == "br":
        walk.new_line()
        return skip
    if tag == "img":
        return _picture(walk, element)
    style = element.get("style")
    if not walk.spoilers and (
        (style is not None and is_hidden(style)) or element.get("hidden") is not None
    ):
        return _leave_out(element, hidden_box(element))
    layout = layout_of(style) if style is not None else None
    return _enter(walk, element) if layout is None else _laid_out(walk, element, layout)


def _laid_out(walk: Walk, element: _Element, layout: Layout) -> Entered:
    """Begin an element whose style sets it on lines of its own, in a line, or as it was typed."""
    entered = _enter(walk, element) if layout.display != "inline" else _in_line(walk, element)
    if entered is skip or isinstance(entered, Box):
        return entered
    frame, white_space = walk.frame, walk.frame.white_space
    if layout.display == "block":
        walk.own_line()
    if layout.white_space is not None:
        frame.white_space = layout.white_space

    def leave(walk: Walk, element: _Element) -> None:
        if entered is not None:
            entered(walk, element)
        if layout.display == "block":
            walk.own_line()
        frame.white_space = white_space

    return leave


def _in_line(walk: Walk, element: _Element) -> Entered:
    """Begin an element whose style sets it in a line; one that is no more than a block is none."""
    is_block = element.get("class") is None and BY_TAG.get(element.tag) is _block
    return None if is_block and element.get("id") not in NOISE_IDS else _enter(walk, element)


def _enter(walk: Walk, element: _Element) -> Entered:
    tag, classes = element.tag, element.get("class")
    if classes is not None:
        known = walk.context.knows_classes
        meaning = class_meaning(classes) if known else structural_meaning(element)
        if meaning is not None:
            by_class = BY_CLASS[meaning]
            if by_class is not None:
                return by_class(walk, element)
    by_tag = BY_TAG.get(tag)
    return None if by_tag is None else by_tag(walk, element)


def _leave_out(element: _Element, box: Box) -> Entered:
    """Pass over a box, or read it if it holds more than the forum put there."""
    return None if holds_more(element, box) else box


def _noise(_: Walk, element: _Element) -> Entered:
    by_structure = boxes.JAMMER if element.tag == "font" else boxes.TEASER
    return _leave_out(element, noise_box(element) or by_structure)


def _dropped(_: Walk, element: _Element) -> Entered:
    return _leave_out(element, _DROPPED[element.tag])


def _unread(_: Walk, element: _Element) -> Entered:
    return _UNREAD[element.tag]


# -- lines and cells -------------------------------------------------------------------------------


def _block(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    walk.own_line()
    return _leave_block


def _leave_block(walk: Walk, _: _Element) -> None:
    walk.own_line()


def _heading_of_box(walk: Walk, element: _Element) -> Entered:
    # <div class="showhide"><h4>本帖隐藏的内容</h4>…: the heading is the forum's
    is_forums = walk.frame.kind == "unlocked"
    return _leave_out(element, boxes.HEADING) if is_forums else _title(walk, element)


def _heading_of_reply(walk: Walk, element: _Element) -> Entered:
    # phones get the title of a reply in its cell: <h2><strong>…</strong></h2>
    is_title = walk.is_mobile and walk.is_empty()
    return _leave_out(element, boxes.SUBJECT) if is_title else _title(walk, element)


def _row(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    walk.own_line()
    walk.put_edge(Edge("row"))
    return _leave_block


def _cell(walk: Walk, element: _Element) -> Entered:
    frame = walk.frame
    if element.getprevious() is not None and not frame.at_line_start:
        frame.flow.append("\t")
    columns, rows = number_attribute(element, "colspan"), number_attribute(element, "rowspan")
    walk.put_edge(Edge("cell", columns, rows, element.tag == "th"))
    return None


def _item(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    walk.own_line()
    walk.put_edge(Edge("item"))
    return _leave_block


def _rule(walk: Walk, _: _Element) -> Entered:
    walk.put_block(Rule())
    return skip


# -- containers ------------------------------------------------------------------------------------


def _leave_container(walk: Walk, _: _Element) -> None:
    walk.close()


def _table(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    return _leave_container if walk.open("table") else _leave_block


def _list(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    frame = walk.open("list")
    if frame is None:
        return _leave_block
    # [list=1] of Discuz is <ul type="1">
    kind = element.get("type") or ("1" if element.tag == "ol" else "")
    frame.numbering = NUMBERINGS.get(kind)
    frame.start = number_attribute(element, "start")
    return _leave_container


def _title(walk: Walk, element: _Element) -> Entered:
    if element.get("id") in NOISE_IDS:
        return _noise(walk, element)
    frame = walk.open("heading")
    if frame is None:
        return _leave_block
    frame.level = int(element.tag[1])
    return _leave_container


def _quote(walk: Walk, element: _Element) -> Entered:
    # touch: <div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div> is no quotation,
    # <span class="grey quote">受到警告</span> neither
    if walk.is_mobile and next(element.iter("blockquote"), None) is None:
        return boxes.WARNING if is_warning(element) else _withheld(walk, element)
    return _leave_container if walk.open("quote") else _leave_block


def _code(walk: Walk, _: _Element) -> Entered:
    return _leave_container if walk.open("code") else _leave_block


def _preformatted(walk: Walk, element: _Element) -> Entered:
    outer = walk.frame
    frame = walk.open("code") if outer.kind != "code" else None
    if frame is None:
        # within code, or too deep
        walk.own_line()
        _drop_first_break(element)
        white_space, outer.white_space = outer.white_space, "pre"

        def leave(walk: Walk, _: _Element) -> None:
            walk.own_line()
            outer.white_space = white_space

        return leave
    frame.white_space = "pre"
    # <pre><code class="language-python">, <pre class="brush:java">
    code = next(iter(element), None)
    named = f"{element.get('class') or ''} {(code.get('class') if code is not None else '') or ''}"
    language = _LANGUAGE.search(named)
    frame.language = language[1].lower() if language else None
    return _leave_container


def _drop_first_break(element: _Element) -> None:
    """Take out the line break that HTML allows behind `<pre>`: it is none of the words."""
    words = (element.text or "").replace("\r", "")
    if words.startswith("\n"):
        element.text = boxes.settable(words[1:])


def _unlocked(walk: Walk, _: _Element) -> Entered:
    return _leave_container if walk.open("unlocked") else _leave_block


def _spoiler(walk: Walk, _: _Element) -> Entered:
    walk.spoilers += 1
    return _leave_spoiler if walk.open("spoiler") else _leave_deep_spoiler


def _leave_spoiler(walk: Walk, _: _Element) -> None:
    walk.spoilers -= 1
    walk.close()


def _leave_deep_spoiler(walk: Walk, _: _Element) -> None:
    walk.spoilers -= 1
    walk.own_line()


def _empty_box(walk: Walk, kind: Meaning, *, is_block: bool) -> Entered:
    """Read a box that holds nothing of the forum's; those of its kind in it hold nothing either."""
    walk.empty_boxes.add(kind)
    if is_block:
        walk.own_line()

    def leave(walk: Walk, _: _Element) -> None:
        walk.empty_boxes.discard(kind)
        if is_block:
            walk.own_line()

    return leave


# -- what the forum says ---------------------------------------------------------------------------


def _edited(walk: Walk, element: _Element) -> Entered:
    if "edited" in walk.empty_boxes:
        return _block(walk, element)
    if holds_more(element, boxes.EDIT_MARK):
        return None
    mark = read_edit_mark(element, walk.context.clock)
    if mark is not None:
        walk.found.edited_by, walk.found.edited_at = mark
    is_forums = mark is not None or is_edit_mark(element)
    return boxes.EDIT_MARK if is_forums else _empty_box(walk, "edited", is_block=True)


def _withheld(walk: Walk, element: _Element) -> Entered:
    notice = read_notice(element)
    about_files = is_about_files(notice)
    is_forums = about_files or is_sentence(notice) or is_of_the_forum(element, notice)
    if is_forums and holds_more(element, NOTICE):
        return None
    if about_files:
        walk.found.attachments_withheld += 1
        notice = file_notice(element)
    elif is_forums:
        access = read_access(notice)
        if access != "visible":
            walk.found.access = access
    else:
        # <div class="locked"> in a post in HTML: the author's own
        return _block(walk, element)
    walk.found.notices.append(notice)
    walk.put_block(Withheld(notice))
    return NOTICE


# -- pictures, files, media ------------------------------------------------------------------------

_UPLOADS = {
    "ignore_js_op": boxes.UPLOAD,
    "span": boxes.FILE_NAME,
    "dl": boxes.FILE_LIST,
}


def _picture(walk: Walk, element: _Element) -> Entered:
    source = picture_source(element)
    sign = CONTROLS.sub("", element.get("alt") or "")
    if is_emoji(sign):
        walk.add(sign)
        return skip
    if is_smiley(element, source):
        url = urls.resolve(walk.context.base, element.get("src"))
        walk.put(Smiley(sign, url))
        return skip
    image = read_picture(element, source, walk.context.base)
    if image is not None:
        _put_image(walk, image)
    return skip


def _put_image(walk: Walk, image: Image) -> None:
    walk.found.images.append(image)
    walk.put(Picture(image.url, image.name, walk.style.link if _is_linked(walk, image) else None))


def _is_linked(walk: Walk, image: Image) -> bool:
    """Whether an author linked a picture; round uploads the forum sets links of its own."""
    link = walk.style.link
    return link is not None and image.attachment_id is None and image.url != link


def _upload(walk: Walk, element: _Element) -> Entered:
    box = _UPLOADS.get(element.tag, boxes.THUMB)
    is_block = element.tag in ("div", "dl")
    if "upload" in walk.empty_boxes:
        return _block(walk, element) if is_block else None
    if holds_more(element, box):
        return None
    media = len(walk.found.media)
    for script in element.iter("script"):
        _script(walk, script)
    for player in element.iter("iframe", "video", "audio", "source", "embed"):
        walk.add_media(player.get("src"))
    for part in element.iter("div"):
        if class_meaning(part.get("class") or "") == "media":
            _media(walk, part)
    attachment, image = read_upload(element, walk.context.base)
    if image:
        _put_image(walk, image)
    if attachment:
        walk.found.attachments.append(attachment)
        if not image:
            walk.put(File(attachment.url, attachment.name))
    if not (image or attachment) and len(walk.found.media) == media:
        return _empty_box(walk, "upload", is_block=is_block)
    return box


def _span(walk: Walk, element: _Element) -> Entered:
    return _upload(walk, element) if is_upload_span(element) else _font(walk, element)


def _media(walk: Walk, element: _Element) -> Entered:
    # X3.5: the script beside it names the address, the link in it may be dead (javascript:;)
    if holds_more(element, boxes.MEDIA):
        return None
    links = list(element.iter("a"))
    if visible(all_text(element)) > sum(visible(all_text(link)) for link in links):
        # a box of the author's own that has this name
        return _block(walk, element)
    for link in links:
        walk.add_media(link.get("href"))
    return boxes.MEDIA


def _script(walk: Walk, element: _Element) -> Entered:
    for address in addresses_in_script(element.text or ""):
        walk.add_media(address)
    return boxes.SCRIPT


def _frame(walk: Walk, element: _Element) -> Entered:
    walk.add_media(element.get("src"))
    return boxes.FRAME


def _player(walk: Walk, element: _Element) -> Entered:
    # <object data="x.swf">words for those who cannot play it: nobody can any more</object>
    walk.add_media(element.get("src") or element.get("data"))
    return None


def _player_with_sources(walk: Walk, element: _Element) -> Entered:
    # <video><source src="…" />words for those who cannot play it: browsers can</video>
    if holds_more(element, boxes.MEDIA):
        return None
    for part in (element, *element.iter("source")):
        walk.add_media(part.get("src"))
    return boxes.MEDIA


def _vector_graphic(_: Walk, element: _Element) -> Entered:
    # <svg>words</svg> shows none but those of <text>
    has_words = next(element.iter("text", "foreignobject"), None) is not None
    return None if has_words else _leave_out(element, boxes.HIDDEN_BOX)


def _label(_: Walk, element: _Element) -> Entered:
    # <label for="x"> and <label><input …>: a form's; any other is the author's
    is_forms = element.get("for") is not None or next(element.iter("input"), None) is not None
    return _leave_out(element, boxes.CONTROL) if is_forms else None


def _dialog(walk: Walk, element: _Element) -> Entered:
    if element.get("open") is None:
        return _leave_out(element, boxes.HIDDEN_BOX)
    return _block(walk, element)


# -- links and bold parts --------------------------------------------------------------------------


def _link(walk: Walk, element: _Element) -> Entered:
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
        walk.found.links.append(Link(url, words.replace("\xa0", " ")))


def _font(walk: Walk, element: _Element) -> Entered:
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


def _bold(walk: Walk, _: _Element) -> Entered:
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


def _marked(mark: Mark) -> Enter:
    def begin(walk: Walk, _: _Element) -> Entered:
        walk.begin_style(mark)
        return _leave_marked

    return begin


def _leave_marked(walk: Walk, _: _Element) -> None:
    walk.end_style()


def _italic_or_copy_button(walk: Walk, element: _Element) -> Entered:
    button = _copy_button(walk, element)
    return button if button is not None else _ITALIC(walk, element)


_ITALIC = _marked("italic")


def _copy_button(_: Walk, element: _Element) -> Entered:
    return _leave_out(element, boxes.COPY_BUTTON) if is_copy_button(element) else None


BY_TAG: dict[str, Enter] = {
    **dict.fromkeys(_BLOCKS.split(), _block),
    **dict.fromkeys(_DROPPED, _dropped),
    **dict.fromkeys(_UNREAD, _unread),
    "h2": _heading_of_reply,
    "h4": _heading_of_box,
    "table": _table,
    **dict.fromkeys(("h1", "h3", "h5", "h6"), _title),
    "tr": _row,
    "td": _cell,
    "th": _cell,
    "li": _item,
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _list),
    "label": _label,
    "dialog": _dialog,
    "hr": _rule,
    "a": _link,
    "b": _bold,
    "strong": _bold,
    "em": _italic_or_copy_button,
    "i": _ITALIC,
    **dict.fromkeys(("s", "strike", "del"), _marked("struck")),
    "sup": _marked("superscript"),
    "sub": _marked("subscript"),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), _preformatted),
    "span": _span,
    "font": _font,
    "ignore_js_op": _upload,
    "script": _script,
    "iframe": _frame,
    "embed": _player,
    "object": _player,
    "svg": _vector_graphic,
    "source": _player,
    "video": _player_with_sources,
    "audio": _player_with_sources,
}

# None: the element is what its tag says
BY_CLASS: dict[Meaning, Enter | None] = {
    "noise": _noise,
    "edited": _edited,
    "quote": _quote,
    "code": _code,
    "withheld": _withheld,
    "unlocked": _unlocked,
    "spoiler": _spoiler,
    "media": _media,
    "upload": _upload,
    "forum_link": None,
}
