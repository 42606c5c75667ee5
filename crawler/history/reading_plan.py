"""What is to be read of a thread, and how."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive.state import ListRowState
from crawler.privacy import WHOLE, Privacy


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What is to be read of a thread, and how.

    ``todo`` are the pages to ask for behind the one that is being asked for; behind the last of
    them the thread is followed to its end if nothing is known there, or if all of it is to be read
    (``is_whole``). ``url`` is the thread's address, ``pages`` how many pages it has, as far as its
    reading was begun before. ``row`` is what its list said of it; ``has_vanished``: its list did
    not show it. ``began`` is when the run began, in seconds since 1970. ``with_replies=False``
    reads opening posts only. ``media``: which pictures and files are to be had
    (`media_store.py`); ``has_html``: lines have `text_html`.
    """

    thread_id: str
    run_id: str
    began: int = 0
    url: str = ""
    todo: tuple[int, ...] = ()
    pages: int = 0
    row: ListRowState | None = None
    is_whole: bool = False
    has_vanished: bool = False
    with_replies: bool = True
    privacy: Privacy = WHOLE
    media: str = "none"
    has_html: bool = True
