"""Threads in a skin that none of the other readers knows: floors by the structure of the page.

What a skin may rename are ids and classes; what it cannot do without are the forum's addresses and
words. A floor is one of several like boxes that each hold a member's address, a date and links
that name one post (reply, report, findpost). Its body is the box that says what no other floor
says. What is not sure is left out; where the floors contradict the page's own counters, nothing is
read at all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.access import is_notice, read_access, read_notice
from crawler.discuz.author import read_name
from crawler.discuz.body import Context, is_hidden, read_body, read_stamp
from crawler.discuz.crumbs import board_of
from crawler.discuz.dates import is_date, read_clock
from crawler.discuz.facts import Author, Block, Body, Crumb, Moment, Post, ThreadPage
from crawler.discuz.floor import read_label
from crawler.discuz.heading import read_title
from crawler.discuz.identity import read_thread_id, read_thread_url
from crawler.discuz.numbering import in_order
from crawler.discuz.pager import infer_pager
from crawler.discuz.quotes import with_copied_quotes
from crawler.discuz.site import base_of, read_site
from crawler.discuz.stretch import label_of
from crawler.discuz.tree import all_text, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from crawler.discuz.document import Document

# Links that name the post they stand in: reply, quote, report, rate, its own address.
_POST_LINK = re.compile(r"[?&;](?:repquote|reppost|rid|pid)=([1-9]\d{0,17})|#pid([1-9]\d{0,17})")
# a stamp with one of these is when something was written; with one of the others it is not
_WRITTEN = re.compile(r"发表|發表|发布|發布|回复于|posted", re.I)
_NOT_WRITTEN = re.compile(r"注册|註冊|登[录錄]|活[跃躍]|[访訪][问問]|[编編][辑輯]|[结結]束|截止")
_LONGEST_STAMP = 60
_VIEWS = re.compile(r"(?:查看|浏览|瀏覽|阅读|閱讀)\s?[:\uff1a]?\s?(\d{1,12})")
_REPLIES = re.compile(r"(?:回[复復覆複]|评论|評論)\s?[:\uff1a]?\s?(\d{1,9})")
_TYPED = re.compile(r"[?&;]typeid=\d")
_SKIPPED = frozenset({"script", "style", "noscript", "select", "textarea", "button", "input"})
# A share of the floors that has to agree on where the body is.
_AGREED = 0.6
_SMALL = 9
_SPACE = re.compile(r"\s+")

Path = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Found:
    """One floor: its boxes, and what is known of it so far."""

    boxes: list[_Element]
    stamp: _Element
    post_id: str | None = None
    user: _Element | None = None
    body: _Element | None = None
    notice: _Element | None = None
    said: list[str] = field(default_factory=list)


def read_inferred(document: Document) -> ThreadPage | None:
    """Read a thread page by its structure; ``None`` where that is not sure."""
    thread_id = read_thread_id(document)
    if thread_id is None or document.is_cut:
        return None
    root = document.root
    clock = read_clock(document)
    site = read_site(document, clock)
    context = Context(base_of(document, site), clock, knows_classes=False)
    title = read_title(document, root)
    floors = _floors(root)
    if title is None or not floors or not _find_bodies(floors):
        return None
    above = _above(root, floors[0])
    page, pages, next_url = _place(document, root, thread_id, context.base)
    views, replies = _counters(above)
    is_filtered = urls.is_filtered(document.url)
    if not is_filtered and not _fits(len(floors), page, pages, replies):
        return None
    posts = with_copied_quotes(
        [_post(floor, page, n, context) for n, floor in enumerate(floors, 1)]
    )
    if not all(post.date and _is_named(post.author) for post in posts):
        return None
    crumbs = _crumbs(above, context.base)
    posts, newest_first = in_order(posts, page, pages, text=document.text, is_filtered=is_filtered)
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


# -- where the floors are -----------------------------------------------------------------------


def _floors(root: _Element) -> list[_Found]:
    """The like boxes with the most posts between them."""
    posts: dict[_Element, set[str]] = {}
    stamps: dict[_Element, _Element] = {}
    for element in _visible(root):
        post_id = _post_id(element)
        if post_id and not _is_quoted(element):
            for box in _with_ancestors(element):
                posts.setdefault(box, set()).add(post_id)
        elif _is_stamp(element) and not _is_quoted(element):
            for box in _with_ancestors(element):
                stamps.setdefault(box, element)
    best: list[_Found] = []
    single: list[tuple[int, list[_Found]]] = []
    for around in posts:
        children = [child for child in around if child in stamps and child in posts]
        found = _split(around, children, posts, stamps)
        if len(found) == 1:
            single.append((sum(1 for _ in _with_ancestors(around)), found))
        elif len(found) > len(best):
            best = found
    # of one floor the innermost box that has it whole: further out are other things too
    single.sort(key=lambda each: each[0], reverse=True)
    alone = (found for _, found in single if found[0].user is not None and _find_bodies(found))
    return best or next(alone, [])


def _split(
    around: _Element,
    heads: list[_Element],
    posts: dict[_Element, set[str]],
    stamps: dict[_Element, _Element],
) -> list[_Found]:
    """A floor from each child that begins one to the next."""
    starts = set(heads)
    floors: list[_Found] = []
    seen: set[str] = set()
    for child in around:
        if child in starts:
            told = posts[child] - seen
            if not told:
                return []
            floors.append(_Found([child], stamps[child]))
            seen |= posts[child]
        elif floors and child.tag == heads[0].tag and child not in stamps:
            floors[-1].boxes.append(child)
    for floor in floors:
        floor.post_id = _most_named(floor.boxes)
        written = _written(floor)
        floor.stamp = floor.stamp if written is None else written
        floor.user = _first_user(floor)
    ids = [floor.post_id for floor in floors]
    return floors if len(set(ids)) == len(ids) else []


def _visible(root: _Element) -> Iterator[_Element]:
    """All elements in document order, but for scripts and what a style hides."""
    stack = [root]
    while stack:
        element = stack.pop()
        if element.tag in _SKIPPED or is_hidden(element.get("style")):
            continue
        yield element
        stack.extend(reversed(element))


def _with_ancestors(element: _Element) -> Iterator[_Element]:
    box: _Element | None = element
    while box is not None:
        yield box
        box = box.getparent()


def _post_id(element: _Element) -> str | None:
    if element.tag != "a":
        return None
    found = _POST_LINK.search(element.get("href") or "")
    return (found[1] or found[2]) if found else None


def _is_quoted(element: _Element) -> bool:
    return any(box.tag == "blockquote" for box in _with_ancestors(element))


def _is_stamp(element: _Element) -> bool:
    if len(element) > 3:
        return False
    said = all_text(element).strip()
    if not said or len(said) > _LONGEST_STAMP or _NOT_WRITTEN.search(said):
        return False
    return is_date(said)


def _most_named(boxes: Iterable[_Element]) -> str | None:
    """The post that most links in a floor name."""
    named = Counter(
        post_id
        for box in boxes
        for link in box.iter("a")
        if (post_id := _post_id(link)) and not _is_quoted(link)
    )
    return named.most_common(1)[0][0] if named else None


def _written(floor: _Found) -> _Element | None:
    """The stamp that says of itself when something was written, else one with a time of day."""
    stamps = [e for box in floor.boxes for e in _visible(box) if _is_stamp(e)]
    said = [element for element in stamps if _WRITTEN.search(all_text(element))]
    said = said or [e for e in stamps if ":" in all_text(e) or "前" in all_text(e)]
    if not said:
        return None
    # <div>发表于 2023-3-14 09:26 | 只看该作者</div> round <em>发表于 2023-3-14 09:26</em>
    first = said[0]
    return [element for element in said if first in _with_ancestors(element)][-1]


def _first_user(floor: _Found) -> _Element | None:
    """The link to whoever wrote a floor: the first with a name, but for counters (do=thread)."""
    links = [
        element
        for box in floor.boxes
        for element in _visible(box)
        if element.tag == "a" and urls.user_id(element.get("href"))
    ]
    named = [link for link in links if words(link)]
    plain = [link for link in named if "do=" not in (link.get("href") or "")]
    return next(iter(plain or named or links), None)


# -- where their bodies are ---------------------------------------------------------------------


def _find_bodies(floors: list[_Found]) -> bool:
    """Find the box in each floor that holds what it says; whether they are found."""
    common = _boilerplate(floors)
    candidates: list[dict[Path, _Element]] = []
    weight: Counter[Path] = Counter()
    share: Counter[Path] = Counter()
    for floor in floors:
        found: dict[Path, _Element] = {}
        for path, box in _content_boxes(floor):
            if path not in found:
                found[path] = box
                share[path] += 1
                weight[path] += _weight(box, common)
        candidates.append(found)
    enough = _AGREED * len(floors)
    cells = [next(filter(_is_only_cell, found.values()), None) for found in candidates]
    notices = [_notice(found.values()) for found in candidates]
    told = sum(a is not None or b is not None for a, b in zip(cells, notices, strict=True))
    if told >= enough and told > 0:
        for floor, cell, notice in zip(floors, cells, notices, strict=True):
            floor.body, floor.notice = cell, notice if cell is None else None
        return True
    agreed = {path for path in share if share[path] >= enough}
    agreed = {_innermost(path, agreed, weight, candidates) for path in agreed}
    if not agreed:
        return False
    chosen = max(agreed, key=lambda path: (weight[path], -len(path)))
    for floor, found, notice in zip(floors, candidates, notices, strict=True):
        floor.body = found.get(chosen)
        floor.notice = notice if floor.body is None else None
    return True


def _notice(boxes: Iterable[_Element]) -> _Element | None:
    """The box that says why a floor's words are withheld."""
    divs = (box for box in boxes if box.tag == "div" and len(box) < _SMALL)
    return next((box for box in divs if is_notice(words(box))), None)


def _content_boxes(floor: _Found) -> Iterator[tuple[Path, _Element]]:
    """Boxes that hold neither the author nor the date of a floor, with their paths in it."""
    heads = set(_with_ancestors(floor.stamp))
    if floor.user is not None:
        heads |= set(_with_ancestors(floor.user))
    stack: list[tuple[Path, _Element]] = [((), box) for box in reversed(floor.boxes)]
    while stack:
        path, box = stack.pop()
        if box.tag in _SKIPPED or is_hidden(box.get("style")) or not isinstance(box.tag, str):
            continue
        path = (*path, (box.tag, box.get("class") or ""))
        if box not in heads:
            yield path, box
        if len(path) < 20:
            stack.extend((path, child) for child in reversed(box))


def _boilerplate(floors: list[_Found]) -> set[str]:
    """What most floors say: names of buttons and counters."""
    for floor in floors:
        floor.said = [_squeezed(str(node)) for box in floor.boxes for node in box.itertext()]
    counts = Counter(node for floor in floors for node in set(floor.said))
    return {node for node, count in counts.items() if count >= 2 and 2 * count >= len(floors)}


def _weight(box: _Element, common: set[str]) -> int:
    """How much a box says that is not said in every floor, links and numbers aside."""
    total = 0
    for element in _visible(box):
        own = None if element.tag == "a" else element.text
        for node in (own, None if element is box else element.tail):
            said = _squeezed(node or "")
            if said and not said.isdigit() and said not in common:
                total += len(said)
    return total


def _innermost(
    path: Path, agreed: set[Path], weight: Counter[Path], found: list[dict[Path, _Element]]
) -> Path:
    """Go down while one box within holds the words, and they are not in this one itself."""
    while True:
        if any(path in each and _has_own_words(each[path]) for each in found):
            return path
        inner = [other for other in agreed if len(other) == len(path) + 1 and other[:-1] == path]
        best = max(inner, key=lambda other: weight[other], default=None)
        if best is None or 2 * weight[best] < weight[path] or not weight[best]:
            return path
        path = best


def _has_own_words(box: _Element) -> bool:
    nodes = [box.text, *(child.tail for child in box)]
    return any(node and node.strip() for node in nodes)


def _is_only_cell(box: _Element) -> bool:
    """Whether it is the cell of Discuz's table round a body: one row, one cell, no class."""
    if box.tag != "td" or box.getnext() is not None or box.getprevious() is not None:
        return False
    row = box.getparent()
    table = row.getparent() if row is not None else None
    if table is not None and table.tag == "tbody":
        table = table.getparent()
    if table is None or table.tag != "table" or row is None:
        return False
    is_plain = table.get("class") is None and table.get("style") is None
    return is_plain and sum(1 for _ in table.iter("tr")) >= 1 and row.getnext() is None


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text)


# -- what a floor tells -------------------------------------------------------------------------


def _post(floor: _Found, page: int, place: int, context: Context) -> Post:
    label = label_of(_header(floor))
    position, is_early = read_label(label)
    return Post(
        id=floor.post_id or f"p{page}-{place}",
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


def _header(floor: _Found) -> list[_Element]:
    """The elements of a floor in front of its body."""
    header: list[_Element] = []
    for box in floor.boxes:
        for element in _visible(box):
            if element is floor.body:
                return header
            header.append(element)
    return header


def _author(floor: _Found, base: str) -> Author:
    header = _header(floor)
    if floor.user is not None and floor.user in header:
        href = floor.user.get("href")
        name = words(floor.user) or None
        return Author(name, urls.user_id(href), urls.resolve(base, href))
    for element in header:
        if not len(element) or len(words(element)) < 60:
            author = read_name(element, base)
            if author.name:
                return author
    return Author()


def _is_named(author: Author) -> bool:
    return bool(author.name or author.id)


def _date(floor: _Found, context: Context) -> Moment | None:
    return read_stamp(floor.stamp, context)


def _body(floor: _Found, context: Context) -> Body:
    if floor.body is not None:
        return read_body(floor.body, context)
    if floor.notice is None:
        return Body()
    said = read_notice(floor.notice)
    return Body(blocks=(Block("hidden", said),), access=read_access(said), notices=(said,))


# -- what the page tells ------------------------------------------------------------------------


def _above(root: _Element, first: _Found) -> list[_Element]:
    above = []
    for element in _visible(root):
        if element is first.boxes[0]:
            break
        above.append(element)
    # the counters of Discuz stand in a table of their own, or in the first floor's column
    return above


def _counters(above: list[_Element]) -> tuple[int | None, int | None]:
    views = replies = None
    for element in above:
        said = words(element)
        if len(said) > 80:
            continue
        seen, answered = _VIEWS.search(said), _REPLIES.search(said)
        if seen and answered:
            return int(seen[1]), int(answered[1])
    return views, replies


def _fits(floors: int, page: int, pages: int, replies: int | None) -> bool:
    """Whether the floors that were found are those that the page counts."""
    if replies is None:
        return floors > 1 or page > 1
    posts = replies + 1
    if pages == 1:
        # some wait for approval or went; none can be more
        return 0.9 * posts - 1 <= floors <= posts
    if page < pages:
        return floors * (pages - 1) <= posts <= floors * pages + floors
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
