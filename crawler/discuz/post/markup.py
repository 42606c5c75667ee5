"""What each element in a cell means: two tables, one by tag and one by class.

A row is a function that begins an element: it writes to the walk, and returns what has to be done
at the element's end. Where nothing below it is visited it returns what kind of box it is, which
tells where its words went, or `skip` if it has none. A class counts before a tag. Elements without
a row are read through: their words are the author's. So are those of a box that holds more than it
can (`crawler.discuz.post.boxes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Block, Link
from crawler.discuz.post import boxes
from crawler.discuz.post.boxes import Box, holds_more
from crawler.discuz.post.media import addresses_in_script
from crawler.discuz.post.noise import (
    NOISE_IDS,
    Meaning,
    class_meaning,
    hidden_box,
    is_copy_button,
    is_hidden,
    is_warning,
    noise_box,
    read_edit_mark,
    structural_meaning,
)
from crawler.discuz.post.quotes import is_grey, read_old_reply, without_label
from crawler.discuz.post.uploads import (
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
    "p div blockquote h1 h3 h5 h6 li dl dt dd tr pre center section article tbody caption figure"
    " figcaption details summary form fieldset header footer"
)
_DROPPED = {
    "noscript": boxes.NO_SCRIPT,
    "select": boxes.SELECT,
    **dict.fromkeys(("button", "input", "option", "label"), boxes.CONTROL),
    **dict.fromkeys(("head", "link", "meta"), boxes.HEAD),
}


# the elements that hold none
_UNREAD = {"style": boxes.SCRIPT, "textarea": boxes.TEXTAREA, "title": boxes.HEAD}


def enter(walk: Walk, element: _Element) -> Entered:
    """Begin an element; see `Walk.run` for what is returned."""
    tag = element.tag
    if tag == "br":
        walk.new_line()
        return skip
    if tag == "img":
        return _picture(walk, element)
    classes, style = element.get("class"), element.get("style")
    if style is not None and not walk.spoilers and is_hidden(style):
        return _leave_out(element, hidden_box(element))
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
    return _leave_out(element, boxes.HEADING) if is_forums else _block(walk, element)


def _heading_of_reply(walk: Walk, element: _Element) -> Entered:
    # phones get the title of a reply in its cell: <h2><strong>…</strong></h2>
    is_title = walk.is_mobile and walk.is_empty()
    return _leave_out(element, boxes.SUBJECT) if is_title else _block(walk, element)


def _cell(walk: Walk, element: _Element) -> Entered:
    frame = walk.frame
    if element.getprevious() is not None and not frame.at_line_start:
        frame.pieces.append("\t")
    return None


def _rule(walk: Walk, _: _Element) -> Entered:
    walk.own_line()
    walk.put(Block("rule"))
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
    return _leave_container if walk.open("list") else _leave_block


def _quote(walk: Walk, element: _Element) -> Entered:
    # touch: <div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div> is no quotation,
    # <span class="grey quote">受到警告</span> neither
    if walk.is_mobile and next(element.iter("blockquote"), None) is None:
        return boxes.WARNING if is_warning(element) else _withheld(walk, element)
    return _leave_container if walk.open("quote") else _leave_block


def _code(walk: Walk, _: _Element) -> Entered:
    return _leave_container if walk.open("code") else _leave_block


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


# -- what the forum says ---------------------------------------------------------------------------


def _edited(walk: Walk, element: _Element) -> Entered:
    if holds_more(element, boxes.EDIT_MARK):
        return None
    mark = read_edit_mark(element, walk.context.clock)
    if mark is not None:
        walk.found.edited_by, walk.found.edited_at = mark
    return boxes.EDIT_MARK


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
    walk.own_line()
    walk.put(Block("hidden", notice))
    return NOTICE


# -- pictures, files, media ------------------------------------------------------------------------

_UPLOADS = {
    "ignore_js_op": boxes.UPLOAD,
    "span": boxes.FILE_NAME,
    "dl": boxes.FILE_LIST,
}


def _picture(walk: Walk, element: _Element) -> Entered:
    source = picture_source(element)
    if is_smiley(element, source):
        walk.put(Block("smiley", element.get("alt") or "", element.get("src")))
        return skip
    image = read_picture(element, source, walk.context.base)
    if image is not None:
        walk.found.images.append(image)
        walk.put(Block("image", image.name or "", image.url))
    return skip


def _upload(walk: Walk, element: _Element) -> Entered:
    box = _UPLOADS.get(element.tag, boxes.THUMB)
    if holds_more(element, box):
        return None
    for script in element.iter("script"):
        _script(walk, script)
    for player in element.iter("iframe", "video", "audio", "source", "embed"):
        walk.add_media(player.get("src"))
    for part in element.iter("div"):
        if class_meaning(part.get("class") or "") == "media":
            _media(walk, part)
    attachment, image = read_upload(element, walk.context.base)
    if image:
        walk.found.images.append(image)
        walk.put(Block("image", image.name or "", image.url))
    if attachment:
        walk.found.attachments.append(attachment)
        if not image:
            walk.put(Block("file", attachment.name or "", attachment.url))
    return box


def _span(walk: Walk, element: _Element) -> Entered:
    return _upload(walk, element) if is_upload_span(element) else _font(walk, element)


def _media(walk: Walk, element: _Element) -> Entered:
    # X3.5: the script beside it names the address, the link in it may be dead (javascript:;)
    if holds_more(element, boxes.MEDIA):
        return None
    for link in element.iter("a"):
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
    walk.add_media(element.get("src") or element.get("data"))
    return _leave_out(element, boxes.MEDIA)


def _player_with_sources(walk: Walk, element: _Element) -> Entered:
    # <video><source src="…" /></video>
    walk.add_media(element.get("src") or element.get("data"))
    return None


# -- links and bold parts --------------------------------------------------------------------------


def _link(walk: Walk, _: _Element) -> Entered:
    walk.mark()
    return _leave_link


def _leave_link(walk: Walk, element: _Element) -> None:
    mark = walk.since_mark()
    href = element.get("href")
    words = "".join(mark.frame.pieces[mark.pieces :]).strip()
    if mark.frame.kind == "quote" and (post_id := urls.post_id(href)):
        mark.frame.note_link(post_id, words, mark.pieces)
    if not words or not href:
        return
    if class_meaning(element.get("class") or "") == "forum_link":
        return
    url = urls.resolve(walk.context.base, href)
    if url:
        walk.found.links.append(Link(url, words.replace("\xa0", " ")))


def _font(walk: Walk, element: _Element) -> Entered:
    # <blockquote><font size="2"><font color="#999999">NAME 发表于 …</font></font>
    frame = walk.frame
    if frame.kind != "quote" or frame.blocks or frame.grey is not None or not is_grey(element):
        return None
    before = "".join(frame.pieces)
    if (without_label(before) if walk.is_mobile else before).strip():
        return None
    walk.mark()
    return _leave_grey


def _leave_grey(walk: Walk, _: _Element) -> None:
    mark = walk.since_mark()
    if walk.frame is mark.frame:
        mark.frame.grey = "".join(mark.frame.pieces[mark.pieces :]).strip()


def _bold(walk: Walk, _: _Element) -> Entered:
    walk.mark()
    return _leave_bold


def _leave_bold(walk: Walk, element: _Element) -> None:
    mark = walk.since_mark()
    frame, links = mark.frame, walk.found.links
    linked = (urls.post_id(link.url) for link in links[mark.links :])
    post_id = next(filter(None, linked), None)
    # in a quote it is a part of the quoted words
    if post_id is None or frame.kind == "quote":
        return
    said = "".join(frame.pieces[mark.pieces :]).lstrip()
    italic = next(element.iter("i"), None)
    read = read_old_reply(said, post_id, None if italic is None else all_text(italic).strip())
    if read is not None:
        quote, own = read
        walk.moved("quotes", said.removesuffix(own), mark)
        frame.pieces[mark.pieces :] = [own] if own else []
        links[mark.links :] = [x for x in links[mark.links :] if urls.post_id(x.url) != post_id]
        frame.at_line_start = not frame.pieces or own.endswith("\n")
        walk.found.quotes.append(quote)


def _copy_button(_: Walk, element: _Element) -> Entered:
    return _leave_out(element, boxes.COPY_BUTTON) if is_copy_button(element) else None


BY_TAG: dict[str, Enter] = {
    **dict.fromkeys(_BLOCKS.split(), _block),
    **dict.fromkeys(_DROPPED, _dropped),
    **dict.fromkeys(_UNREAD, _unread),
    "h2": _heading_of_reply,
    "h4": _heading_of_box,
    "table": _table,
    "td": _cell,
    "th": _cell,
    "ul": _list,
    "ol": _list,
    "hr": _rule,
    "a": _link,
    "b": _bold,
    "strong": _bold,
    "em": _copy_button,
    "span": _span,
    "font": _font,
    "ignore_js_op": _upload,
    "script": _script,
    "iframe": _frame,
    "embed": _player,
    "object": _player,
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
