"""Boxes that the forum draws round words, or in place of them: quotes, notices, edit marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz.blocks import Withheld
from crawler.discuz.elements import all_text
from crawler.discuz.post import boxes
from crawler.discuz.post.boxes import holds_more, visible
from crawler.discuz.post.markup.layout import (
    begin_block,
    begin_title,
    empty_box,
    leave_block,
    leave_container,
)
from crawler.discuz.post.markup.left_out import leave_out
from crawler.discuz.post.noise import is_edit_mark, is_fold_button, is_warning, read_edit_mark
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

    from crawler.discuz.post.walk import Entered, Walk


def begin_heading_of_box(walk: Walk, element: _Element) -> Entered:
    # <div class="showhide"><h4>本帖隐藏的内容</h4>…: the heading is the forum's
    is_forums = walk.frame.kind == "unlocked"
    return leave_out(element, boxes.HEADING) if is_forums else begin_title(walk, element)


def begin_heading_of_reply(walk: Walk, element: _Element) -> Entered:
    # phones get the title of a reply in its cell: <h2><strong>…</strong></h2>
    is_title = walk.is_mobile and walk.is_empty()
    return leave_out(element, boxes.SUBJECT) if is_title else begin_title(walk, element)


def begin_quote(walk: Walk, element: _Element) -> Entered:
    # touch: <div class="grey quote">提示: <em>该帖被管理员或版主屏蔽</em></div> is no quotation,
    # <span class="grey quote">受到警告</span> neither
    if walk.is_mobile and next(element.iter("blockquote"), None) is None:
        return boxes.WARNING if is_warning(element) else begin_withheld(walk, element)
    return leave_container if walk.open("quote") else leave_block


def begin_unlocked(walk: Walk, _: _Element) -> Entered:
    return leave_container if walk.open("unlocked") else leave_block


def begin_spoiler(walk: Walk, element: _Element) -> Entered:
    walk.spoilers += 1
    for is_last in (False, True):
        part = next(element.iterchildren(reversed=is_last), None)
        if part is not None and is_fold_button(part):
            walk.moved_signs += visible(all_text(part))
            part.text = None
            for inner in list(part):
                part.remove(inner)
    return _leave_spoiler if walk.open("spoiler") else _leave_deep_spoiler


def _leave_spoiler(walk: Walk, _: _Element) -> None:
    walk.spoilers -= 1
    walk.close()


def _leave_deep_spoiler(walk: Walk, _: _Element) -> None:
    walk.spoilers -= 1
    walk.own_line()


def begin_edited(walk: Walk, element: _Element) -> Entered:
    if "edited" in walk.empty_boxes:
        return begin_block(walk, element)
    if holds_more(element, boxes.EDIT_MARK):
        return None
    mark = read_edit_mark(element, walk.context.clock)
    if mark is not None:
        walk.found.edited_by, walk.found.edited_at = mark
    is_forums = mark is not None or is_edit_mark(element)
    return boxes.EDIT_MARK if is_forums else empty_box(walk, "edited", is_block=True)


def begin_withheld(walk: Walk, element: _Element) -> Entered:
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
        return begin_block(walk, element)
    walk.found.notices.append(notice)
    walk.put_block(Withheld(notice))
    return NOTICE
