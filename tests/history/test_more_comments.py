"""What is known of the comments that a page leaves out, and of which posts they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Ledger, hash_bytes
from crawler.archive.changes import PageSeen, PostSeen
from crawler.archive.state import PostState
from crawler.discuz.facts import Comment, ThreadPage
from crawler.history.more_comments import CommentsSeen, comments_to_ask
from crawler.history.reading_plan import ReadingPlan
from crawler.items import post_lines
from tests.frontier.offline import post, thread

NOW = datetime(2023, 4, 1, 12, tzinfo=UTC)
SAID = tuple(Comment("b", "2", f"评{n}") for n in range(5))
PAGE = thread(post(1, comments=SAID, comments_missing=1))
(LINE,) = post_lines(PAGE, PAGE.posts, NOW)
SHOWN, OTHER = hash_bytes(LINE.content_hash), b"12345678"
# forty are known, and all of them
KNOWN = PostState("1", 5, 1, b"", True, author="7", comments=40, shown=SHOWN)
HALF = replace(KNOWN, comments=21, has_more_comments=True)
NONE = replace(KNOWN, comments=6, has_more_comments=True)


@pytest.mark.parametrize(
    "known, shown, comments, is_open, seen",
    [
        (None, None, 5, True, CommentsSeen(6, True, SHOWN)),
        (None, SHOWN, 40, False, CommentsSeen(40, False, SHOWN)),
        (None, None, 5, False, CommentsSeen(5, False, b"")),
        # the page shows what it showed: what was known stays
        (KNOWN, None, 5, True, CommentsSeen(40, False, SHOWN, is_no_news=True)),
        (KNOWN, SHOWN, 15, True, CommentsSeen(40, False, SHOWN, is_no_news=True)),
        (HALF, None, 5, True, CommentsSeen(21, True, SHOWN, is_no_news=True)),
        (HALF, SHOWN, 20, True, CommentsSeen(21, True, SHOWN, is_no_news=True)),
        (NONE, None, 5, True, CommentsSeen(6, True, SHOWN, is_no_news=True)),
        # more than were known, or all of them
        (HALF, SHOWN, 25, True, CommentsSeen(26, True, SHOWN)),
        (KNOWN, SHOWN, 39, False, CommentsSeen(39, False, SHOWN)),
        # it shows something else
        (KNOWN, OTHER, 10, True, CommentsSeen(40, True, OTHER)),
        (KNOWN, None, 3, False, CommentsSeen(3, False, b"")),
        (replace(KNOWN, is_gone=True), None, 5, True, CommentsSeen(6, True, SHOWN)),
        (replace(KNOWN, comments=None), None, 5, True, CommentsSeen(6, True, SHOWN)),
    ],
)
def test_what_is_known_of_comments(
    known: PostState | None,
    shown: bytes | None,
    comments: int,
    is_open: bool,
    seen: CommentsSeen,
) -> None:
    said = tuple(Comment("b", "2", f"评{n}") for n in range(comments))
    found = post(1, comments=said, comments_missing=int(is_open))
    assert CommentsSeen.of(found, LINE, known, shown) == seen


def test_what_plugins_keep_back_is_left_out_too() -> None:
    found = post(1, comments=SAID, subreplies=2, subreplies_missing=3)
    assert CommentsSeen.of(found, LINE, None, None) == CommentsSeen(8, True, SHOWN)


EARLY = replace(PAGE.posts[0], is_pinned_copy=True, position=None)


@pytest.mark.parametrize(
    "known, page, how, is_asked",
    [
        (None, PAGE, {}, True),
        (KNOWN, PAGE, {}, False),
        (HALF, PAGE, {}, False),
        (NONE, PAGE, {}, True),
        (replace(KNOWN, shown=OTHER), PAGE, {}, True),
        (replace(KNOWN, shown=b""), PAGE, {}, True),
        (replace(KNOWN, is_gone=True), PAGE, {}, True),
        (replace(KNOWN, author="8"), PAGE, {}, True),
        (KNOWN, PAGE, {"is_whole": True}, True),
        (KNOWN, PAGE, {"has_lost": True}, True),
        # once in 30 days
        (KNOWN, PAGE, {"seen": 31}, True),
        (None, thread(post(1, comments=SAID)), {}, False),
        # what a plugin keeps back has no address
        (None, thread(post(1, comments=SAID, subreplies_missing=3)), {}, False),
        (None, replace(PAGE, posts=(EARLY,), pages=2), {}, False),
        (None, replace(PAGE, posts=(replace(PAGE.posts[0], is_first=False),)), {}, True),
        (
            None,
            replace(PAGE, posts=(replace(PAGE.posts[0], is_first=False),)),
            {"with_replies": False},
            False,
        ),
    ],
)
def test_which_posts_are_asked_for(
    tmp_path: Path, known: PostState | None, page: ThreadPage, how: dict[str, Any], is_asked: bool
) -> None:
    ledger = Ledger(tmp_path / "l")
    has_lost, days = how.pop("has_lost", False), how.pop("seen", 0)
    seen_at = int((NOW - timedelta(days=days, minutes=1)).timestamp())
    ledger.apply([PageSeen("7", 1, seen_at), *([PostSeen("7", known)] if known else [])])
    plan = ReadingPlan("7", "r1", **how)
    asked = comments_to_ask(page, plan, ledger, NOW, has_lost=has_lost)
    assert bool(asked) is is_asked
    ledger.close()


def test_each_post_has_its_day(tmp_path: Path) -> None:
    """Looked at every day, each is asked for once in 30."""
    ledger = Ledger(tmp_path / "l")
    ledger.apply([PostSeen("7", KNOWN)])
    asked = 0
    for day in range(90):
        now = NOW + timedelta(days=day)
        ledger.apply([PageSeen("7", 1, int((now - timedelta(days=1)).timestamp()))])
        asked += len(comments_to_ask(PAGE, ReadingPlan("7", "r1"), ledger, now, has_lost=False))
    assert asked == 3
    ledger.close()
