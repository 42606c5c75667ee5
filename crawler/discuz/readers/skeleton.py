"""What all readers of thread pages do alike: from the parts that a face finds to a `ThreadPage`.

A face is one of the templates that a forum shows its threads in. It is a `Face`: by which words its
pages are known, and a function that finds the posts and the heading in its markup. All that does
not depend on the markup is done here, once: clock, site, thread, address, copied quotes, the
opening post, numbers of floors, direction, truncation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.context import Context
from crawler.discuz.dates import Clock
from crawler.discuz.facts import Post, Site, Skin, ThreadPage
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.heading import Heading
from crawler.discuz.page.identity import Place, read_thread_id, read_thread_url
from crawler.discuz.page.site import base_of, read_site
from crawler.discuz.post.noise import hidden_classes
from crawler.discuz.post.numbering import in_order
from crawler.discuz.post.quotes import with_copied_quotes

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.document import Document


class Frame:
    """What every reader begins with: the page, its forum, and what reading a post needs of both.

    Each is read when it is first asked for: most pages are none of most faces.
    """

    def __init__(self, document: Document, face: Face) -> None:
        self.document = document
        self.face = face

    @property
    def root(self) -> _Element:
        """The tree of the whole page."""
        return self.document.root

    @property
    def text(self) -> str:
        """The source of the page."""
        return self.document.text

    @cached_property
    def clock(self) -> Clock:
        return self.face.read_clock(self.document)

    @cached_property
    def site(self) -> Site:
        return read_site(self.document, self.clock)

    @cached_property
    def context(self) -> Context:
        return Context(
            base_of(self.document, self.site),
            self.clock,
            is_mobile=self.face.is_mobile,
            knows_classes=self.face.knows_classes,
            is_explained=self.document.is_explained,
            hidden_classes=hidden_classes(self.text),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a face finds on a page. Only the first two are told by every face.

    ``place``: this page, the last page, the address of the next one. ``links`` lead nowhere but to
    this thread; ``thread_id`` and ``url`` are for a page whose script and address are not its own.
    ``is_filtered``: not all posts of the page's range. ``is_numbered``: what the floors' order
    tells is true; archiver and printable page leave posts out without a trace.
    ``newest_first`` where the template says it; such posts are left as they are.
    ``left_out``: ids of posts that count as floors and whose words cannot be told for sure.
    ``is_truncated`` where a face knows better than by the end of the document.
    ``places``: where its parts stood (`page.traits`).
    """

    heading: Heading
    posts: Sequence[Post]
    place: Place = (1, 1, None)
    links: Iterable[str | None] = ()
    thread_id: str | None = None
    url: str | None = None
    is_filtered: bool = False
    is_numbered: bool = True
    newest_first: bool | None = None
    left_out: frozenset[str] = frozenset()
    is_truncated: bool | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """One of the templates of thread pages.

    ``marks`` are words that the source of each of its pages holds: looked for before anything else.
    ``read`` finds the parts; ``None`` where the page is not of this face, or cannot be read for
    sure. ``is_mobile`` and ``knows_classes`` as in `Context`. ``read_clock`` is for a page that
    keeps its clock in another shape.
    """

    skin: Skin
    read: Callable[[Frame], Parts | None]
    marks: tuple[str, ...] = ()
    is_mobile: bool = False
    knows_classes: bool = True
    read_clock: Callable[[Document], Clock] = read_clock


def read_face(document: Document, face: Face) -> ThreadPage | None:
    """Read a page as one of a face; ``None`` where it is none, or cannot be read for sure."""
    if not all(mark in document.text for mark in face.marks):
        return None
    frame = Frame(document, face)
    parts = face.read(frame)
    return assemble(frame, parts) if parts else None


def assemble(frame: Frame, parts: Parts) -> ThreadPage | None:
    """The page that some parts make; ``None`` where no thread is named or nothing is left."""
    document, site = frame.document, frame.site
    thread_id = parts.thread_id or read_thread_id(document, parts.links)
    url = parts.url
    if url is None and thread_id is not None:
        url = read_thread_url(document, site.root, thread_id)
    if url is None or not parts.posts:
        return None
    page, pages, next_url = parts.place
    is_filtered = parts.is_filtered or urls.is_filtered(document.url)
    posts, newest_first = list(parts.posts), parts.newest_first
    if newest_first is None:
        posts, newest_first = in_order(
            with_copied_quotes(posts),
            page,
            pages,
            text=document.text,
            is_filtered=is_filtered or not parts.is_numbered,
        )
    heading = parts.heading
    return ThreadPage(
        site=site if site.name else replace(site, name=heading.site_name),
        url=url,
        thread_id=thread_id,
        headline=heading.title,
        category=heading.category,
        board=heading.board,
        breadcrumbs=heading.breadcrumbs,
        page=page,
        pages=pages,
        next_url=next_url,
        views=heading.views,
        replies=heading.replies,
        posts=tuple(post for post in posts if post.id not in parts.left_out),
        flags=heading.flags,
        staff_action=heading.staff_action,
        tags=heading.tags,
        favorites=heading.favorites,
        special=heading.special,
        type_options=heading.type_options,
        is_filtered=is_filtered,
        is_reversed=newest_first,
        is_truncated=document.is_cut if parts.is_truncated is None else parts.is_truncated,
        skin=frame.face.skin,
        places=parts.places,
    )
