"""A small forum that lives: threads in boards, from which all its pages are made anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import Forum, Run, scrapy
from tests.forum.comments import XML, box, more, more_path, pages_of
from tests.forum.desktop import Floor, Look, Thread, message
from tests.forum.lists import Listing, Row, forum_index
from tests.pages import first, replies

CLOCK = datetime(2023, 3, 15, 20, 0)
GONE = message("抱歉，指定的主题不存在或已被删除或正在被审核")
INDEX = "/"
PER_LIST, PER_PAGE = 4, 10


def board_path(fid: int, page: int = 1) -> str:
    return f"/forum.php?mod=forumdisplay&fid={fid}" + (f"&page={page}" if page > 1 else "")


def thread_path(tid: int, page: int = 1) -> str:
    return f"/forum.php?mod=viewthread&tid={tid}" + (f"&page={page}" if page > 1 else "")


@dataclass
class Talk:
    """A thread: its posts by id, in order, and the comments on them, the oldest first."""

    tid: int
    fid: int
    title: str
    posts: dict[int, str]
    last: datetime
    sticky: int = 0
    closed: bool = False
    moved_from: int | None = None
    unlisted: bool = False
    comments: dict[int, list[str]] = field(default_factory=dict)

    def floors(self) -> list[Floor]:
        opening, *rest = self.posts
        made = [first(opening, self.posts[opening])]
        for floor, post_id in zip(replies(2, *(self.posts[n] for n in rest)), rest, strict=True):
            floor.pid = post_id
            # dates stay when floors move up
            floor.date = f"{datetime(2023, 3, 14, 9, 30) + timedelta(minutes=post_id % 10000):%Y-%m-%d %H:%M:%S}"
            made.append(floor)
        for floor in made:
            floor.comments = box(self.tid, floor.pid, self.comments.get(floor.pid, ()))
        return made


@dataclass
class Town:
    """Boards 2 and 3, with 4 below 2; 5 wants a password, 6 is a link, 7 is empty.

    From X3.4 on comments are counted among the replies.
    """

    forum: Forum
    talks: dict[int, Talk] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    minutes: int = 0
    version: str = "X3.3"
    robots: str = "User-agent: *\nDisallow: /forum.php?mod=misc\nDisallow: /member.php\n"

    def add(self, tid: int, fid: int, posts: int = 1, **more: object) -> Talk:
        self.minutes += 10
        texts = {10000 * tid + n: f"{tid}号帖第{n}楼" for n in range(1, posts + 1)}
        last = CLOCK - timedelta(days=20) + timedelta(minutes=self.minutes)
        self.talks[tid] = Talk(tid, fid, f"第{tid}帖", texts, last, **more)  # type: ignore[arg-type]
        return self.talks[tid]

    def reply(self, tid: int, text: str) -> int:
        talk = self.talks[tid]
        number = max(talk.posts) + 1
        talk.posts[number] = text
        self.minutes += 10
        talk.last = CLOCK - timedelta(hours=5) + timedelta(minutes=self.minutes % 200)
        return number

    def remove(self, tid: int) -> None:
        del self.talks[tid]
        self.gone.add(tid)

    def listed(self, fid: int) -> list[Talk]:
        own = [
            talk
            for talk in self.talks.values()
            if talk.fid == fid and not (talk.sticky or talk.unlisted)
        ]
        return sorted(own, key=lambda talk: talk.last, reverse=True)

    def pages_of(self, fid: int) -> int:
        return max(1, -(-len(self.listed(fid)) // PER_LIST))

    def publish(self) -> None:
        """Make all pages anew, as the forum would send them now."""
        pages = self.forum.pages
        pages.clear()
        pages["/robots.txt"] = self.robots
        names = {2: "新闻", 3: "闲谈", 5: "密室", 6: "外链", 7: "空地"}
        pages[INDEX] = forum_index(list(names.items()), links={6})
        pages[board_path(5)] = message("本版块需要密码，您必须在下面输入正确的密码")
        pages[board_path(6)] = (302, {"Location": "http://elsewhere.example/"}, b"")
        for fid, name in ((2, "新闻"), (3, "闲谈"), (4, "北岸"), (7, "空地")):
            self._publish_board(fid, name)
        for talk in self.talks.values():
            self._publish_talk(talk)
        for tid in self.gone:
            for page in (1, 2):
                pages[thread_path(tid, page)] = GONE

    def _publish_board(self, fid: int, name: str) -> None:
        sticky = [talk for talk in self.talks.values() if talk.sticky == 3]
        sticky += [talk for talk in self.talks.values() if talk.sticky == 1 and talk.fid == fid]
        rows = [self._row(talk) for talk in self.listed(fid)]
        stubs = [talk for talk in self.talks.values() if talk.moved_from == fid]
        pages = self.pages_of(fid)
        for page in range(1, pages + 1):
            shown = rows[(page - 1) * PER_LIST : page * PER_LIST]
            if page == 1:
                shown = [self._row(talk) for talk in sticky] + shown
                shown += [Row(900 + t.tid, t.title, "-", "-", moved_to=t.tid) for t in stubs]
            listing = Listing(
                shown,
                fid=fid,
                name=name,
                page=page,
                pages=pages,
                sub_boards=[(4, "北岸")] if fid == 2 else [],
                above=(2, "新闻") if fid == 4 else None,
                announcement="公告",
                ad="http://ads.example.com/",
            )
            self.forum.pages[board_path(fid, page)] = str(listing)
        for page in (pages + 1, pages + 2):
            self.forum.pages[board_path(fid, page)] = self.forum.pages[board_path(fid)]

    def _row(self, talk: Talk) -> Row:
        return Row(
            talk.tid,
            talk.title,
            self.replies_of(talk),
            7,
            f"{talk.last:%Y-%m-%d %H:%M}",
            sticky=talk.sticky,
            closed=talk.closed,
        )

    def replies_of(self, talk: Talk) -> int:
        comments = sum(map(len, talk.comments.values())) if self.version >= "X3.4" else 0
        return len(talk.posts) - 1 + comments

    def _publish_talk(self, talk: Talk) -> None:
        floors = talk.floors()
        pages = -(-len(floors) // PER_PAGE)
        for page in range(1, pages + 1):
            shown = floors[(page - 1) * PER_PAGE : page * PER_PAGE]
            thread = Thread(
                shown,
                tid=talk.tid,
                fid=talk.fid,
                title=talk.title,
                category=None,
                replies=self.replies_of(talk),
                icons='<img src="static/image/common/locked.gif" title="关闭" />' * talk.closed,
                page=page,
                pages=pages,
                look=Look(version=self.version),
            )
            self.forum.pages[thread_path(talk.tid, page)] = str(thread)
        for post_id, said in talk.comments.items():
            for page in range(1, pages_of(said) + 1):
                answer = more(talk.tid, post_id, said, page).encode()
                self.forum.pages[more_path(talk.tid, post_id, page)] = (200, XML, answer)


def town(forum: Forum) -> Town:
    """Thirteen threads: three pages of list in board 2, one in 3, one in the sub-board 4."""
    made = Town(forum)
    made.add(1, 2, 1, sticky=3)
    made.add(2, 2, 2, sticky=1)
    for tid in range(11, 20):
        made.add(tid, 2, 3)
    made.talks[12].posts |= {120000 + n: f"长{n}" for n in range(4, 36)}
    made.add(21, 3, 2)
    made.add(22, 3, 12)
    made.add(31, 4, 1)
    made.publish()
    return made


# -- crawls of it, and what they told ---

DENIED = message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True)
BUSY = (503, {"Content-Type": "text/html"}, b"<html><body>503</body></html>")
NO_REVISITS = ("-s", "REVISIT_PAGES=0")


def crawl(forum: Forum, data: Path, *arguments: str, path: str = "") -> Run:
    forum.asked.clear()
    url = f"url={forum.root}{path.removeprefix('/')}"
    return scrapy("crawl", "discuz", "-a", url, *arguments, data=data)


def whole(forum: Forum) -> tuple[str, ...]:
    return "crawl", "discuz", "-a", f"url={forum.root}"


def present(run: Run) -> dict[str, str]:
    """The words of all posts that are there, by id."""
    state: dict[str, str] = {}
    versions: dict[str, int] = {}
    for line in run.lines("articles") + run.lines("posts"):
        assert line["version"] == versions.get(line["item_id"], 0) + 1, line
        versions[line["item_id"]] = line["version"]
        if line.get("is_deleted"):
            del state[line["post_id"]]
        else:
            state[line["post_id"]] = line.get("text", "")
    return dict(sorted(state.items(), key=lambda item: int(item[0])))


def wanted(town: Town) -> dict[str, str]:
    """What the forum shows."""
    posts = {str(n): text for talk in town.talks.values() for n, text in talk.posts.items()}
    return dict(sorted(posts.items(), key=lambda item: int(item[0])))


def asked(forum: Forum, kind: str = "viewthread") -> list[str]:
    return sorted(path for path in forum.asked.elements() if kind in path)


def record(run: Run) -> dict[str, Any]:
    return json.loads(max(run.data.glob("*/runs/*.json")).read_text("utf-8"))  # type: ignore[no-any-return]


def all_lines(run: Run) -> Iterator[dict[str, Any]]:
    for kind in ("articles", "posts", "coverage", "refusals"):
        yield from run.lines(kind)
