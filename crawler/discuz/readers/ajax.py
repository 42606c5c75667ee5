"""What Discuz! sends in pieces: one floor by AJAX, and long posts a part at a time.

``viewpid=…&inajax=1`` answers with XML round one floor; a post with `[page]` shows one part,
the others by ``cp=2``, … or all at once by ``cp=all`` (`viewthread.php`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.document import Document, build_tree
from crawler.discuz.facts import ThreadPage
from crawler.discuz.page.floor_index import index_floors
from crawler.discuz.page.heading import Heading, tags_in
from crawler.discuz.page.staff_marks import read_actions, read_staff_action
from crawler.discuz.post.floor import read_floor
from crawler.discuz.post.strays import take_in_strays
from crawler.discuz.readers.skeleton import Face, Frame, Parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.discuz.facts import Post

# Within the first signs alone, and not as a mark of the face: every page is asked.
# <?xml version="1.0" encoding="utf-8"?> <root><![CDATA[<table id="pid2" …]]></root>
_OPEN, _CLOSE, _HEAD = "<root><![CDATA[", "]]></root>", 200
_SPLIT = "]]]]><![CDATA[>"
# show_threadpage(224, 2, 3, 0): post 224, part 2 of 3
_PARTS = re.compile(r"<script[^>]{0,99}>show_threadpage\((\d{1,18}),\s?\d{1,4},\s?(\d{1,4})")
# <a page="2" sub="">第二章</a> … show_threadindex(226, 0)
_INDEX = re.compile(r"<script[^>]{0,99}>show_threadindex\((\d{1,18}),")
_SCRIPT = ">show_thread"
_INDEX_PART = re.compile(r'<a\b[^>]{0,200}?\spage="(\d{1,4})"')


def ajax_source(document: Document) -> tuple[str, bool] | None:
    """The markup that an answer by AJAX brings within its XML, and whether it came whole.

    ``None`` for any other page.
    """
    text = document.text
    start = text.find(_OPEN, 0, _HEAD)
    if start < 0:
        return None
    end = text.rfind(_CLOSE)
    source = text[start + len(_OPEN) : end if end > start else None]
    return source.replace(_SPLIT, "]]>"), end > start


def _read(frame: Frame) -> Parts | None:
    answer = ajax_source(frame.document)
    address = urls.read_thread_address(frame.document.url) if answer else None
    if answer is None or address is None:
        return None
    source, is_whole = answer
    _, floors = index_floors(build_tree(source)[0])
    take_in_strays(floors, source)
    posts = [read_floor(floor, frame.context) for floor in floors]
    if not all(post.date for post in posts):
        return None
    return Parts(
        # of the thread nothing is told but its number and what stands below the opening post
        heading=Heading(
            title=None,
            tags=tags_in(box for floor in floors for box in floor.all("tags")),
            flags=read_actions(floors),
            staff_action=read_staff_action(floors, frame.clock),
        ),
        posts=posts,
        thread_id=address.thread_id,
        url=urls.thread_url(address.root, address.thread_id),
        is_filtered=True,
        newest_first=False,
        is_truncated=not is_whole,
    )


AJAX = Face(skin="part", read=_read)


def count_parts(text: str) -> dict[str, int]:
    """How many parts of a post a page leaves out, by the post's number."""
    if _SCRIPT not in text:
        return {}
    missing = {post_id: int(count) - 1 for post_id, count in _PARTS.findall(text)}
    index = _INDEX.search(text)
    if index and index[1] not in missing:
        parts = _INDEX_PART.findall(text, max(0, index.start() - 20000), index.start())
        missing[index[1]] = max(map(int, parts), default=1) - 1
    return {post_id: count for post_id, count in missing.items() if count > 0}


def whole_url(page: ThreadPage) -> str:
    """The address of the same page with all parts of its posts."""
    if page.thread_id is None:
        raise ValueError(f"{page.url} names no thread: it has no address with all parts")
    at = f"&page={page.page}" if page.page > 1 else ""
    return f"{urls.thread_url(page.site.root, page.thread_id)}{at}&cp=all"


def with_parts(page: ThreadPage, whole: Iterable[Post]) -> ThreadPage:
    """``page`` with those of its posts that had parts only as they stand in ``whole``."""
    found = {post.id: post for post in whole}
    posts = (
        replace(post, body=found[post.id].body, parts_missing=found[post.id].parts_missing)
        if post.parts_missing and post.id in found
        else post
        for post in page.posts
    )
    return replace(page, posts=tuple(posts))
