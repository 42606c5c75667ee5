"""Comments beyond those that a page shows: asked for where they may be, never twice, never lost."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum, Run, scrapy
from tests.forum.comments import XML, more_path, notice
from tests.forum.desktop import message
from tests.forum.town import (
    NO_REVISITS,
    Town,
    asked,
    crawl,
    present,
    record,
    thread_path,
    town,
    wanted,
    whole,
)

OPEN = "User-agent: *\nDisallow:\n"
MORE = "commentmore"


def commented(forum: Forum, version: str = "X3.5", robots: str = OPEN) -> Town:
    """Some posts have more comments than their page shows."""
    made = town(forum)
    made.version, made.robots = version, robots
    made.talks[12].comments[120001] = [f"首帖点评{n}" for n in range(12)]
    made.talks[12].comments[120003] = [f"三楼点评{n}" for n in range(6)]
    made.talks[12].comments[120004] = ["只有一条"]
    made.talks[21].comments[210002] = [f"回帖点评{n}" for n in range(40)]
    made.publish()
    return made


def said(run: Run) -> dict[str, list[str]]:
    """The comments of the last line of each post that has any, the oldest first."""
    last = {line["item_id"]: line for line in run.lines("articles") + run.lines("posts")}
    return {
        line["post_id"]: [comment["text"] for comment in reversed(line["comments"])]
        for line in last.values()
        if line.get("comments")
    }


def missing(run: Run) -> dict[str, int]:
    last = {line["item_id"]: line for line in run.lines("articles") + run.lines("posts")}
    return {
        line["post_id"]: line["comments_missing"]
        for line in last.values()
        if "comments_missing" in line
    }


def everything(made: Town) -> dict[str, list[str]]:
    return {str(n): texts for talk in made.talks.values() for n, texts in talk.comments.items()}


def later(run: Run, seconds: int = 2) -> None:
    """Pages are looked at again that no run of this very second has looked at."""
    (ledger,) = run.data.glob("*/ledger.sqlite3")
    with closing(sqlite3.connect(ledger)) as db, db:
        db.execute("UPDATE page SET checked = checked - ?", (seconds,))


def versions(run: Run) -> int:
    return len(run.lines("articles") + run.lines("posts"))


def refused(run: Run) -> list[str]:
    """What is refused beside the boards that need a password or lead elsewhere."""
    return [line["url"] for line in run.lines("refusals") if "board_id" not in line]


def coverages(run: Run) -> dict[str, str]:
    return {
        line["thread_id"]: line["status"] for line in run.lines("coverage") if "thread_id" in line
    }


@pytest.mark.parametrize("version", ["X3.3", "X3.5"])
def test_all_comments_and_a_night_without_news(forum: Forum, tmp_path: Path, version: str) -> None:
    made = commented(forum, version)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert (said(run), missing(run)) == (everything(made), {})
    assert present(run) == wanted(made)
    # 2 pages behind the first five of twelve, one of six, seven of forty
    assert len(set(asked(forum, MORE))) == len(asked(forum, MORE)) == 10
    assert set(coverages(run).values()) == {"complete"}
    lines = versions(run)
    later(run)
    # all pages are looked at again, and none of their comments
    run = crawl(forum, tmp_path)
    assert (run.status, asked(forum, MORE), versions(run)) == (0, [], lines)
    assert asked(forum)
    # a comment more costs those of its post
    made.talks[12].comments[120001].append("新的一条")
    made.publish()
    later(run)
    run = crawl(forum, tmp_path)
    assert said(run) == everything(made)
    assert asked(forum, MORE) == [more_path(12, 120001, page) for page in (2, 3)]
    assert versions(run) == lines + 1
    # everything is asked for by full=yes, also what left no trace
    made.talks[21].comments[210002].pop(3)
    made.publish()
    run = crawl(forum, tmp_path, "-a", "full=yes")
    assert said(run) == everything(made)
    assert versions(run) == lines + 2
    assert present(run) == wanted(made)


def test_a_comment_that_went_behind_those_shown(forum: Forum, tmp_path: Path) -> None:
    """The counter of X3.5 tells that one went, and the pages are searched for it."""
    made = commented(forum)
    crawl(forum, tmp_path)
    made.talks[21].comments[210002].pop(3)
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert said(run) == everything(made)
    assert set(coverages(run).values()) == {"complete"}


def test_once_in_a_while_all_are_asked_for(forum: Forum, tmp_path: Path) -> None:
    """What X3.3 tells of a comment behind those shown is nothing at all."""
    made = commented(forum, "X3.3")
    run = crawl(forum, tmp_path)
    made.talks[21].comments[210002].pop(3)
    made.publish()
    later(run)
    run = crawl(forum, tmp_path)
    assert (asked(forum, MORE), len(said(run)["210002"])) == ([], 40)
    later(run, 31 * 86400)
    run = crawl(forum, tmp_path)
    assert (len(asked(forum, MORE)), said(run)) == (10, everything(made))
    assert versions(run) == len(wanted(made)) + 1


def test_robots_forbid(forum: Forum, tmp_path: Path) -> None:
    made = commented(forum, robots="User-agent: *\nDisallow: /forum.php?mod=misc\n")
    run = crawl(forum, tmp_path)
    assert (run.status, asked(forum, MORE), refused(run)) == (0, [], [])
    assert missing(run) == {"120001": 1, "120003": 1, "210002": 1}
    assert said(run) == {post_id: texts[-5:] for post_id, texts in everything(made).items()}
    assert set(coverages(run).values()) == {"complete"}
    lines = versions(run)
    later(run)
    assert versions(crawl(forum, tmp_path)) == lines
    later(run)
    # once they are allowed
    made.robots = OPEN
    made.publish()
    run = crawl(forum, tmp_path)
    assert (said(run), missing(run), versions(run)) == (everything(made), {}, lines + 3)
    # and no more: what is known is not lost
    made.robots = "User-agent: *\nDisallow: /forum.php?mod=misc\n"
    made.publish()
    run = crawl(forum, tmp_path, "-a", "full=yes")
    assert (said(run), versions(run)) == (everything(made), lines + 3)
    # but the author's new words are published
    made.talks[12].posts[120001] = "改过的首帖"
    made.publish()
    later(run)
    run = crawl(forum, tmp_path)
    assert present(run) == wanted(made)
    assert missing(run) == {"120001": 1}
    assert set(coverages(run).values()) == {"complete"}


REFUSALS: dict[str, Any] = {
    "a notice by AJAX": (200, XML, notice("抱歉，您没有权限进行此操作").encode()),
    "a notice in words of its own": (200, XML, notice("点评已收起").encode()),
    "a notice on a page": message("抱歉，您没有权限进行此操作"),
    "a server in front": (403, {}, b"<html><body><h1>403</h1></body></html>"),
    "a missing file": (404, {}, b"<html><body>404 Not Found</body></html>"),
    "an error": (503, {}, b"<html><body>503</body></html>"),
    "nothing": (200, {}, b""),
    "cut off": (200, XML, b'<?xml version="1.0" encoding="utf-8"?>\n<root><![CDATA[<h3'),
    "another host": (302, {"Location": "http://elsewhere.example/"}, b""),
    "the thread": (302, {"Location": thread_path(21)}, b""),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_comments_alone_are_refused(forum: Forum, tmp_path: Path, refusal: Any) -> None:
    """The threads come all the same: the posts say what they lack, and nothing else is lost."""
    made = commented(forum)
    answers = dict(forum.pages)
    forum.pages |= {path: refusal for path in forum.pages if MORE in path}
    run = crawl(forum, tmp_path, "-s", "RETRY_TIMES=0")
    assert (run.status, refused(run)) == (0, []), run.stderr
    assert missing(run) == {"120001": 1, "120003": 1, "210002": 1}
    assert present(run) == wanted(made)
    lines = versions(run)
    # the next night they come
    later(run)
    forum.pages |= {path: page for path, page in answers.items() if MORE in path}
    run = crawl(forum, tmp_path)
    assert (said(run), missing(run), versions(run)) == (everything(made), {}, lines + 3)


def test_a_page_in_the_middle_is_refused(forum: Forum, tmp_path: Path) -> None:
    made = commented(forum)
    path = more_path(21, 210002, 5)
    page, forum.pages[path] = forum.pages[path], (200, XML, notice("请稍候片刻再看").encode())
    run = crawl(forum, tmp_path)
    assert missing(run) == {"210002": 1}
    assert said(run)["210002"] == everything(made)["210002"][-20:]
    lines = versions(run)
    # fewer than are known are no news
    forum.pages[more_path(21, 210002, 3)] = forum.pages[path]
    run = crawl(forum, tmp_path, "-a", "full=yes")
    assert versions(run) == lines
    made.publish()
    assert forum.pages[path] == page
    run = crawl(forum, tmp_path, "-a", "full=yes")
    assert (said(run), missing(run), versions(run)) == (everything(made), {}, lines + 1)


def test_a_guard_comes_in_the_middle(forum: Forum, tmp_path: Path) -> None:
    """Everything is refused from then on: the page waits for the next run, whole."""
    made = commented(forum)
    guard: Any = (200, {}, b"<html><body><script>go()</script></body></html>")
    pages = dict(forum.pages)

    def falls() -> Any:
        forum.pages |= {path: guard for path in forum.pages if path != "/robots.txt"}
        return guard

    forum.pages[more_path(21, 210002, 4)] = falls
    run = crawl(forum, tmp_path)
    assert run.status == 5, run.stderr
    assert "210002" not in present(run)
    forum.pages = pages
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert (said(run), missing(run)) == (everything(made), {})


@pytest.mark.parametrize("number", [3, 8])
def test_a_kill_loses_nothing_and_doubles_nothing(
    forum: Forum, tmp_path: Path, number: int
) -> None:
    made = commented(forum)
    killed = scrapy(*whole(forum), data=tmp_path, kill_at=("when_comments_came", number))
    assert killed.status == -signal.SIGKILL
    assert len(asked(forum, MORE)) == number + 1
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert (said(run), missing(run)) == (everything(made), {})
    assert versions(run) == len(wanted(made))


def test_without_replies(forum: Forum, tmp_path: Path) -> None:
    made = commented(forum)
    run = crawl(forum, tmp_path, "-a", "replies=no")
    assert asked(forum, MORE) == [more_path(12, 120001, page) for page in (2, 3)]
    assert said(run) == {"120001": everything(made)["120001"]}


def test_one_thread(forum: Forum, tmp_path: Path) -> None:
    made = commented(forum)
    for arguments, lines in (((), 2), (("-a", "full=yes"), 2)):
        run = crawl(forum, tmp_path, *arguments, path=thread_path(21))
        assert run.status == 0, run.stderr
        assert said(run) == {"210002": everything(made)["210002"]}
        assert (len(asked(forum, MORE)), versions(run)) == (7, lines)


def test_comments_come_and_go_while_they_are_asked_for(forum: Forum, tmp_path: Path) -> None:
    made = commented(forum)
    talk, path = made.talks[21], more_path(21, 210002, 3)

    def comes() -> Any:
        talk.comments[210002] += ["插进来的一条", "又一条"]
        made.publish()
        return forum.pages[path]

    forum.pages[path] = comes
    run = crawl(forum, tmp_path, path=thread_path(21))
    assert said(run)["210002"] == talk.comments[210002][:-2]
    run = crawl(forum, tmp_path, path=thread_path(21))
    assert said(run)["210002"] == talk.comments[210002]


def test_a_pager_without_end(forum: Forum, tmp_path: Path) -> None:
    """What lies behind the limit is missing, and is not asked for again while nothing changes."""
    made = commented(forum)
    made.talks[21].comments[210002] = [f"第{n}条" for n in range(1000)]
    made.publish()
    run = crawl(forum, tmp_path, path=thread_path(21))
    assert len(asked(forum, MORE)) == 100
    assert (len(said(run)["210002"]), missing(run)) == (505, {"210002": 1})
    run = crawl(forum, tmp_path, path=thread_path(21))
    assert (asked(forum, MORE), versions(run)) == ([], 2)


def test_a_server_that_brings_one_page_for_all(forum: Forum, tmp_path: Path) -> None:
    commented(forum)
    first = forum.pages[more_path(21, 210002, 1)][2].decode()
    for page in range(2, 9):
        again = first.replace("<strong>1</strong>", "").replace("<strong>", "<b>")
        forum.pages[more_path(21, 210002, page)] = (200, XML, again.encode())
    run = crawl(forum, tmp_path, path=thread_path(21))
    assert len(asked(forum, MORE)) == 1
    assert (len(said(run)["210002"]), missing(run)) == (5, {"210002": 1})
    assert record(run)


def test_a_lost_ledger_and_robots_that_forbid(forum: Forum, tmp_path: Path) -> None:
    """The lines tell the new ledger what their pages showed: no version without known comments."""
    made = commented(forum)
    run = crawl(forum, tmp_path)
    (ledger,) = tmp_path.glob("*/ledger.sqlite3")
    ledger.unlink()
    made.robots = "User-agent: *\nDisallow: /forum.php?mod=misc\n"
    made.publish()
    lines = versions(run)
    run = crawl(forum, tmp_path)
    assert (run.status, versions(run)) == (0, lines), run.stderr
    assert said(run) == everything(made)
