"""Threads in a skin that none of the other readers knows: what floors tell that lie anywhere.

`unknown_skin_floors.py` finds the floors. What is not sure of them is left out; where they
contradict the page's own counters, nothing is read at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context, read_stamp
from crawler.discuz.dates import read_clock, read_date
from crawler.discuz.elements import all_text, own_text, words
from crawler.discuz.facts import (
    Author,
    Block,
    Body,
    Crumb,
    Moment,
    Post,
    Site,
    ThreadPage,
    place_id,
)
from crawler.discuz.page.breadcrumbs import board_of
from crawler.discuz.page.heading import read_all_replies, read_title
from crawler.discuz.page.identity import read_thread_id, read_thread_url
from crawler.discuz.page.pager import infer_pager
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.author import member_name, read_name
from crawler.discuz.post.body import read_body
from crawler.discuz.post.flat_floors import label_of
from crawler.discuz.post.floor import read_label
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes
from crawler.discuz.post.withheld import read_access, read_notice
from crawler.discuz.readers.unknown_skin_bodies import (
    FoundFloor,
    find_bodies,
    visible,
    with_ancestors,
)
from crawler.discuz.readers.unknown_skin_floors import find_floors, stamp_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from crawler.discuz.document import Document

_VIEWS = re.compile(r"(?:查看|浏览|瀏覽|阅读|閱讀)\s?[:\uff1a]?\s?(\d{1,12})")
_REPLIES = re.compile(r"(?:回[复復覆複]|评论|評論)\s?[:\uff1a]?\s?(\d{1,9})")
_LONGEST_LINE = 80
_TYPED = re.compile(r"[?&;]typeid=\d")
# A counter goes on counting posts that nobody sees: 946 replies stood on 43 pages of twenty.
_UNSEEN = 1.25


def read_inferred(document: Document) -> ThreadPage | None:
    """Read a thread page by its structure; ``None`` where that is not sure."""
    thread_id = read_thread_id(document)
    if thread_id is None or document.is_cut:
        return None
    root = document.root
    title = read_title(document, root)
    if title is None:
        return None
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock, knows_classes=False)
    for floors in find_floors(root):
        page = _page(document, site, context, (thread_id, title), floors)
        if page is not None:
            return page
    return None


def _page(
    document: Document,
    site: Site,
    context: Context,
    thread: tuple[str, str],
    floors: list[FoundFloor],
) -> ThreadPage | None:
    """The page that these floors make; ``None`` where they contradict it."""
    root = document.root
    thread_id, title = thread
    if not find_bodies(floors):
        return None
    above = _above(root, floors[0])
    page, pages, next_url = _place(document, root, thread_id, context.base)
    views, replies = _counters(root, above, floors)
    is_filtered = urls.is_filtered(document.url)
    are_numbered = any(floor.post_id for floor in floors)
    if replies is None and not are_numbered:
        return None  # a list of members and dates, and nothing says of what
    if not is_filtered and not _fits(len(floors), page, pages, replies):
        return None
    posts = with_copied_quotes(
        [_post(floor, place_id(page, n), context) for n, floor in enumerate(floors, 1)]
    )
    if not all(post.date and _is_named(post.author) for post in posts):
        return None
    if len({post.id for post in posts}) < len(posts):
        return None  # two floors that name the same post: neither is sure
    crumbs = _crumbs(above, context.base)
    posts, newest_first = in_order(posts, page, pages, text=document.text, is_filtered=is_filtered)
    # a floor whose words are not told apart from what stands round them is left out
    told = [floor.body is not None or floor.notice is not None for floor in floors]
    posts = [post for post, is_told in zip(posts, told, strict=True) if is_told]
    # Discuz leads every first page with the opening post
    is_headless = page == 1 and not is_filtered and not any(post.is_first for post in posts)
    if is_headless or not posts:
        return None
    return ThreadPage(
        site=site,
        url=read_thread_url(document, site.root, thread_id),
        thread_id=thread_id,
        headline=title,
        category=_category(above),
        board=board_of(crumbs),
        breadcrumbs=crumbs,
        page=page,
        pages=pages,
        next_url=next_url,
        views=views,
        replies=replies,
        posts=tuple(posts),
        is_filtered=is_filtered,
        is_reversed=newest_first,
        skin="inferred",
    )


# -- what a floor tells -------------------------------------------------------------------------


def _post(floor: FoundFloor, place: str, context: Context) -> Post:
    label = label_of(_header(floor))
    position, is_early = read_label(label)
    return Post(
        id=floor.post_id or place,
        position=position,
        floor_label=label,
        is_first=False,
        is_early=is_early,
        author=_author(floor, context.base),
        date=_date(floor, context),
        location=None,
        headline=None,
        body=_body(floor, context),
    )


def _header(floor: FoundFloor) -> list[_Element]:
    """The elements of a floor in front of its body."""
    header: list[_Element] = []
    for box in floor.boxes:
        for element in visible(box):
            if element is floor.body:
                return header
            header.append(element)
    return header


def _author(floor: FoundFloor, base: str) -> Author:
    header = _header(floor)
    if floor.user is not None and floor.user in header:
        href = floor.user.get("href")
        return Author(member_name(floor.user), urls.user_id(href), urls.resolve(base, href))
    # <span>NAME <em>该用户已被删除</em></span>: the smallest box that names somebody
    for element in sorted(header, key=lambda each: len(words(each))):
        author = read_name(element, base)
        if author.name:
            return author
    return Author()


def _is_named(author: Author) -> bool:
    return bool(author.name or author.id)


def _date(floor: FoundFloor, context: Context) -> Moment | None:
    own = own_text(floor.stamp).strip()
    said = stamp_words(floor.stamp)
    # what stands beside it in the same element is no part of it
    is_own = said == own and said != all_text(floor.stamp).strip()
    return read_date(said, None, context.clock) if is_own else read_stamp(floor.stamp, context)


def _body(floor: FoundFloor, context: Context) -> Body:
    if floor.body is not None:
        return read_body(floor.body, context)
    if floor.notice is None:
        return Body()
    said = read_notice(floor.notice)
    return Body(blocks=(Block("hidden", said),), access=read_access(said), notices=(said,))


# -- what the page tells ------------------------------------------------------------------------


def _above(root: _Element, first: FoundFloor) -> list[_Element]:
    above = []
    for element in visible(root):
        if element is first.boxes[0]:
            break
        above.append(element)
    # the counters of Discuz stand in a table of their own, or in the first floor's column
    return above


def _counters(
    root: _Element, above: list[_Element], floors: list[FoundFloor]
) -> tuple[int | None, int | None]:
    """Views and replies, from a line above the floors; replies also from one between them."""
    for element in above:
        said = words(element)
        if len(said) > _LONGEST_LINE:
            continue
        seen, answered = _VIEWS.search(said), _REPLIES.search(said)
        if seen and answered:
            return int(seen[1]), int(answered[1])
    for element in _outside(root, floors[:2]):
        said = words(element)
        replies = read_all_replies(said) if len(said) <= _LONGEST_LINE else None
        if replies is not None:
            return None, replies
    return None, None


def _outside(root: _Element, floors: list[FoundFloor]) -> Iterator[_Element]:
    """What stands above the last one of these floors and is nobody's words."""
    bodies = {floor.body for floor in floors}
    for element in _above(root, floors[-1]):
        if bodies.isdisjoint(with_ancestors(element)):
            yield element


def _fits(floors: int, page: int, pages: int, replies: int | None) -> bool:
    """Whether the floors that were found are those that the page counts."""
    if replies is None:
        return floors > 1 or page > 1
    posts = replies + 1
    if pages == 1:
        # some wait for approval or went; none can be more
        return 0.9 * posts - 1 <= floors <= posts
    if page < pages:
        return floors * (pages - 1) <= posts <= _UNSEEN * floors * pages + floors
    return floors <= posts


def _place(
    document: Document, root: _Element, thread_id: str, base: str
) -> tuple[int, int, str | None]:
    """Where we are, the last page, and 下一页, by the links to pages of this thread."""

    def number_of(url: str) -> int | None:
        found = urls.read_thread_address(url)
        return found.page if found and found.thread_id == thread_id else None

    current, last, next_url = infer_pager(root, base, number_of)
    if current is None:
        current = (number_of(document.url) if last > 1 else None) or 1
    return current, max(last, current), next_url


def _crumbs(above: list[_Element], base: str) -> tuple[Crumb, ...]:
    """The links to boards above the floors; the last one is where the thread is."""
    crumbs = []
    for element in above:
        href = element.get("href") if element.tag == "a" else None
        url = urls.resolve(base, href)
        address = urls.read_board_address(url) if url else None
        if url and address and words(element) and not re.search(r"filter=|action=|typeid=", url):
            crumbs.append(Crumb(words(element), url))
    return tuple(crumbs[-1:])


def _category(above: list[_Element]) -> str | None:
    for element in above:
        if element.tag == "a" and _TYPED.search(element.get("href") or ""):
            said = words(element)
            if said.startswith("[") and said.endswith("]"):
                return said[1:-1].strip() or None
    return None
