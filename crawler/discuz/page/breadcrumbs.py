"""The path above a page (`#pt`): the forum's name, the board, what lies between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.discuz import urls
from crawler.discuz.elements import words
from crawler.discuz.facts import Board, Crumb

if TYPE_CHECKING:
    from lxml.etree import _Element


def read_crumbs(bar: _Element | None, base: str) -> tuple[Crumb, ...]:
    """The steps of the path, without the thread itself."""
    crumbs = []
    for link in bar.iter("a") if bar is not None else ():
        name, url = words(link), urls.resolve(base, link.get("href"))
        # the last one is the thread itself, its title cut short
        if name and url and not urls.read_thread_address(url):
            crumbs.append(Crumb(name, url))
    return tuple(crumbs)


def board_of(crumbs: tuple[Crumb, ...]) -> Board | None:
    """The last step that is a board."""
    for crumb in reversed(crumbs):
        board_id = urls.board_id(crumb.url)
        if board_id:
            return Board(crumb.name, board_id, crumb.url)
    return None


def site_name(bar: _Element | None) -> str | None:
    """The forum's name, where the path begins."""
    for link in bar.iter("a") if bar is not None else ():
        # <a href="./" class="nvhm" title="首页">NAME</a>
        if "nvhm" in (link.get("class") or ""):
            return words(link) or None
    return None
