"""A living forum as HTML: over loopback with real runs, and page by page against its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import (
    BoardPage,
    CommentsPage,
    IndexPage,
    Message,
    Moment,
    Page,
    ThreadPage,
)
from crawler.frontier import Answer, Visit
from tests.conftest import served_forum
from tests.forum.living.forum import View
from tests.forum.living.histories import history_of, outcome_of
from tests.forum.living.markup import sent
from tests.forum.living.nights import Archivist
from tests.forum.living.served import Served
from tests.forum.living.views import ROOT, as_page

NIGHTS = 2


@pytest.mark.parametrize("seed", [2, 5, 7])
def test_the_archive_equals_the_forum(seed: int) -> None:
    history = history_of(seed)
    short = replace(history, nights=history.nights[:NIGHTS])
    with served_forum() as server:
        assert outcome_of(short, partial(Served, server)).breaches == ()


class Compared(Archivist):
    """Reads each page as it would be sent, too."""

    def _answer(self, visit: Visit, view: Callable[[], View]) -> Answer:
        shown = view()
        facts = as_page(shown, self.forum)
        if facts is not None:
            url = visit.request_url
            status, headers, body = sent(shown, self.forum, url, ROOT)
            seen = self._now()
            read = read_page(body, url=url, seen_at=seen, headers=headers, status=status)
            assert _told(read) == _told(facts)
        return super()._answer(visit, lambda: shown)


@pytest.mark.parametrize("seed", range(2))
def test_pages_tell_what_their_facts_tell(seed: int) -> None:
    assert outcome_of(history_of(seed), Compared).breaches == ()


def _when(moment: Moment | None) -> tuple[datetime, str] | None:
    return (moment.value, moment.precision) if moment else None


def _told(page: Page) -> tuple[object, ...]:
    """What a page tells of the forum, without what it tells of its markup."""
    match page:
        case ThreadPage():
            posts = [
                (
                    *(post.id, post.position, post.is_first, post.is_pinned_copy),
                    *(post.date and post.date.value, post.body.text, post.body.access),
                    *([comment.text for comment in post.comments], post.comments_missing),
                )
                for post in page.posts
            ]
            about = page.thread_id, page.headline, page.page, page.pages, page.replies, page.flags
            return (*about, page.is_reversed, posts)
        case BoardPage():
            rows = [
                (row.headline, row.is_moved)
                if row.is_moved
                else (row.thread_id, row.headline, row.replies, _when(row.last_post), row.flags)
                for row in page.rows
            ]
            return page.board.id, page.page, page.pages, rows
        case IndexPage():
            return [board.id for board in page.boards], page.is_proved
        case CommentsPage():
            texts = [comment.text for comment in page.comments]
            return page.thread_id, page.post_id, page.page, page.pages, texts
        case Message():
            return page.reason, page.evidence
    raise AssertionError(page)
