"""The path above a page (`#pt`): the forum's name, the board, what lies between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import words
from crawler.discuz.facts import Board, Crumb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element


def read_breadcrumbs(bar: _Element | None, base: str) -> tuple[Crumb, ...]:
    """The steps of the path, without the thread itself."""
    return steps_of(bar.iter("a"), base) if bar is not None else ()


def steps_of(links: Iterable[_Element], base: str) -> tuple[Crumb, ...]:
    """Links as steps of a path: those with words, but for one that leads to a thread."""
    steps = []
    for link in links:
        name, url = words(link), urls.resolve(base, link.get("href"))
        if url and "mobile=" in url:
            url = urls.without_mobile(url)
        # the last one is the thread itself, its title cut short
        if name and url and not urls.read_thread_address(url):
            steps.append(Crumb(name, url))
    return tuple(steps)


def board_of(breadcrumbs: tuple[Crumb, ...]) -> Board | None:
    """The last step that is a board."""
    for step in reversed(breadcrumbs):
        board_id = urls.board_id(step.url)
        if board_id is None:
            # archiver/?fid-2.html
            address = urls.read_board_address(step.url)
            board_id = address.board_id if address else None
        if board_id:
            return Board(step.name, board_id, step.url)
    return None


def is_board_link(link: _Element) -> bool:
    """Whether a link leads to a board itself, and not to a type, a filter or a form of it."""
    href = link.get("href") or ""
    is_other = any(part in href for part in ("filter=", "action=", "typeid="))
    return urls.board_id(href) is not None and not is_other


def site_name(bar: _Element | None) -> str | None:
    """The forum's name, where the path begins."""
    for link in bar.iter("a") if bar is not None else ():
        # <a href="./" class="nvhm" title="首页">NAME</a>
        if "nvhm" in (link.get("class") or ""):
            return words(link) or None
    return None
