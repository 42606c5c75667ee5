"""Whole forums, run after run, as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST, ROOT, Forum, Run, begin, scrapy, served_forum
from tests.lists import Listing, Row
from tests.templates import message
from tests.town import INDEX, Town, board_path, thread_path, town

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


@dataclass
class Nights:
    """A forum through some nights: what each run left, and what it had asked for."""

    town: Town
    runs: list[Run]
    asked: list[dict[str, int]]
    lines: list[int]

    def night(self, *arguments: str) -> Run:
        data = self.runs[0].data if self.runs else self.town.forum.data
        run = crawl(self.town.forum, data, *arguments)
        self.runs.append(run)
        self.asked.append(dict(self.town.forum.asked))
        self.lines.append(sum(1 for _ in all_lines(run)))
        return run


def all_lines(run: Run) -> Iterator[dict[str, Any]]:
    for kind in ("articles", "posts", "coverage", "refusals"):
        yield from run.lines(kind)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Three nights: the first, one with nothing new, one after many changes."""
    with served_forum() as forum:
        forum.data = tmp_path_factory.mktemp("nights")
        made = Nights(town(forum), [], [], [])
        made.night()
        made.night(*NO_REVISITS)
        change(made.town)
        made.night(*NO_REVISITS)
        yield made


def change(town: Town) -> None:
    town.add(41, 3, 11)
    town.reply(12, "长帖又长了")
    town.reply(21, "旧帖顶上来")
    town.talks[21].title = "改名"
    del town.talks[12].posts[120009]
    del town.talks[22].posts[220012]  # the last of its page 2, which is gone with it
    town.reply(22, "补一楼")
    town.talks[19].closed = True
    town.remove(18)
    moved = town.talks[17]
    moved.fid, moved.moved_from = 3, 2
    town.publish()


# -- the first night ------------------------------------------------------------------------------


def test_every_thread_that_a_visitor_sees_is_there_once(nights: Nights) -> None:
    assert nights.runs[0].status == 0, nights.runs[0].stderr
    first = {line["item_id"]: line for line in all_lines(nights.runs[0]) if line["version"] == 1}
    articles = [line for line in first.values() if line["item_type"] == "article"]
    assert len(articles) == len({line["thread_id"] for line in articles}) == 15  # and one later
    refused = [line for line in first.values() if line["item_type"] == "refusal"]
    assert sorted((line["reason"], line["board_id"]) for line in refused) == [
        ("off_site", "6"),
        ("password", "5"),
    ]


def test_each_page_is_asked_for_once(nights: Nights) -> None:
    first = nights.asked[0]
    assert set(first.values()) == {1}
    assert "/robots.txt" in first
    lists = [path for path in first if "forumdisplay" in path]
    assert len(lists) == 3 + 1 + 1 + 3  # of boards 2, 3, 4, and one each of 5, 6, 7
    threads = [path for path in first if "viewthread" in path]
    assert len(threads) == 14 + 3 + 1  # one each, the long one has four, one has two


def test_the_first_run_is_recorded(nights: Nights) -> None:
    path = min(nights.runs[0].data.glob("*/runs/*.json"))
    said = json.loads(path.read_text("utf-8"))
    assert said["status"] == 0
    assert said["new"]["article"] == 14
    assert (said["lists_read"], said["threads_read"]) == (6, 14)
    assert said["refused"] == {"password": 1, "off_site": 1}
    assert said["requests"]["200"] > 20
    assert {segment["name"] for segment in said["segments"]} == {
        f"{kind}-00001.jsonl" for kind in ("articles", "posts", "coverage", "refusals")
    }
    assert said["asked"]["addresses"] == [nights.town.forum.root]


# -- the second -----------------------------------------------------------------------------------


def test_nothing_new_costs_a_request_a_board(nights: Nights) -> None:
    assert nights.lines[1] == nights.lines[0]
    assert nights.runs[1].status == 0
    assert sorted(nights.asked[1]) == sorted(
        ["/robots.txt", INDEX, *(board_path(fid) for fid in (2, 3, 4, 7))]
    )
    assert "nothing new: 4 pages of lists with" in nights.runs[1].stderr


# -- the third ------------------------------------------------------------------------------------


def test_what_changed_is_told_and_nothing_else(nights: Nights) -> None:
    run = nights.runs[2]
    assert run.status == 0, run.stderr
    assert present(run) == wanted(nights.town)
    changed = {line["thread_id"] for line in all_lines(run) if line["version"] > 1}
    assert changed == {"12", "17", "18", "19", "21", "22"}


def test_unchanged_threads_cost_nothing(nights: Nights) -> None:
    threads = {
        path.partition("tid=")[2].partition("&")[0] for path in nights.asked[2] if "tid" in path
    }
    assert threads == {"12", "17", "18", "19", "21", "22", "41"}


def test_a_renamed_a_closed_and_a_moved_thread_are_new_versions(nights: Nights) -> None:
    last = {line["thread_id"]: line for line in nights.runs[2].lines("articles")}
    assert (last["21"]["headline"], last["21"]["version"]) == ("改名", 2)
    assert (last["17"]["board"]["id"], last["17"]["version"]) == ("3", 2)
    assert (last["19"]["flags"], last["19"]["version"]) == (["closed"], 2)


def test_a_thread_that_is_gone_is_told_post_by_post(nights: Nights) -> None:
    lines = nights.runs[2].lines("articles") + nights.runs[2].lines("posts")
    gone = [line for line in lines if line["thread_id"] == "18" and line.get("is_deleted")]
    assert [(line["item_type"], line["post_id"]) for line in gone] == [
        ("article", "180001"),
        ("post", "180002"),
        ("post", "180003"),
    ]
    assert "text" not in gone[0]
    assert nights.runs[2].lines("refusals") == nights.runs[0].lines("refusals")


# -- kills ------------------------------------------------------------------------------------------

KILLS = [
    ("between_flush_and_mark", 2),
    ("in_the_middle_of_a_line", 9),
    ("behind_the_mark", 3),
    ("in_the_middle_of_a_line", 0),
]


def test_kills_lose_nothing_and_double_nothing(forum: Forum, tmp_path: Path) -> None:
    """One after the other on one folder; the last run is left alone."""
    made = town(forum)
    for point, number in KILLS:
        killed = scrapy(*whole(forum), data=tmp_path, kill_at=(point, number))
        assert killed.status == -signal.SIGKILL, point
    asked_before = sum(forum.asked.values())
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert "goes on where run" in run.stderr
    assert present(run) == wanted(made)
    assert len(run.lines("articles")) == 14
    # the first list was read, so the last run need not see it again
    assert forum.asked[INDEX] == 0
    assert asked_before + sum(forum.asked.values()) < 2 * 36


def test_a_kill_while_a_segment_is_closed(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    small = ("-s", "SEGMENT_SIZE=3000", "-s", "SEGMENT_COMPRESSION=gzip")
    for number in (0, 1):
        point = ("while_a_segment_is_closed", number)
        killed = scrapy(*whole(forum), *small, data=tmp_path, kill_at=point)
        assert killed.status == -signal.SIGKILL
    run = crawl(forum, tmp_path, *small, *NO_REVISITS)
    assert run.status == 0, run.stderr
    snapshot = scrapy("snapshot", forum.root, data=tmp_path, quickly=False)
    posts = [json.loads(line) for line in snapshot.stdout.splitlines()]
    told = {post["post_id"]: post.get("text", "") for post in posts if "post_id" in post}
    assert told == wanted(made)
    assert len(told) == sum("post_id" in post for post in posts)


def test_an_interrupted_run_says_so_and_goes_on(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    slowly = (*FAST, "-s", f"DATA_DIR={tmp_path / 'data'}", "-s", "DOWNLOAD_DELAY=0.05")
    running = begin(*whole(forum), *slowly, out=tmp_path)
    while sum(forum.asked.values()) < 12:
        assert running.is_alive()
    assert running.pid is not None
    os.kill(running.pid, signal.SIGINT)
    running.join(60)
    said = (tmp_path / "stderr").read_text("utf-8")
    assert running.exitcode == 130, said
    assert "interrupted: the same command goes on from here" in said
    run = crawl(forum, tmp_path / "data", *NO_REVISITS)
    assert "goes on where run" in run.stderr
    assert present(run) == wanted(made)


def test_a_run_leaves_another_ones_folder_alone(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    (site,) = [forum.root.removeprefix("http://").rstrip("/").replace(":", "_")]
    (tmp_path / site).mkdir()
    lock = sqlite3.connect(tmp_path / site / "lock", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    run = crawl(forum, tmp_path)
    assert (run.status, forum.asked) == (2, {})
    assert "another run is at work" in run.stderr.splitlines()[-1]
    lock.close()
    assert crawl(forum, tmp_path).status == 0


def test_a_lost_ledger_is_kept_aside_and_nothing_is_told_twice(
    forum: Forum, tmp_path: Path
) -> None:
    made = town(forum)
    before = list(all_lines(crawl(forum, tmp_path)))
    (ledger,) = tmp_path.glob("*/ledger.sqlite3")
    ledger.write_bytes(b"rubbish" * 999)
    made.reply(21, "新的一楼")
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert "cannot be read" in run.stderr
    assert next(tmp_path.glob("*/ledger.sqlite3.*.damaged")).read_bytes() == b"rubbish" * 999
    told = run.lines("articles") + run.lines("posts")
    assert len(told) == 1 + sum(line["item_type"] in ("article", "post") for line in before)
    assert present(run) == wanted(made)


# -- what is asked for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "path", "threads"),
    [
        (["-a", "boards=3,4"], "", {1, 21, 22, 31}),
        ([], board_path(3), {1, 21, 22}),
        ([], board_path(2), {1, 2, *range(11, 20), 31}),
        (["-a", "boards=2", "-a", "max_pages=1"], "", {1, 2, 16, 17, 18, 19}),
        (["-a", "max_threads=4"], "", {1, 2, 18, 19}),
        (["-a", "since=2023-02-23T21:45:00+08:00"], "", {19, 21, 22, 31}),
    ],
)
def test_options_limit_what_is_read(
    forum: Forum, tmp_path: Path, arguments: list[str], path: str, threads: set[int]
) -> None:
    town(forum)
    run = crawl(forum, tmp_path, *arguments, path=path)
    assert run.status == 0, run.stderr
    assert {int(line["thread_id"]) for line in run.lines("articles")} == threads


def test_a_limited_walk_hides_nothing_from_the_next(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for arguments in (["-a", "max_threads=3"], ["-a", "since=2023-02-23T21:45:00+08:00"], []):
        run = crawl(forum, tmp_path, *arguments, *NO_REVISITS)
        assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_opening_posts_now_and_replies_later(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    run = crawl(forum, tmp_path, "-a", "replies=no")
    assert (len(run.lines("articles")), run.lines("posts")) == (14, [])
    assert len(asked(forum)) == 14
    again = crawl(forum, tmp_path, "-a", "replies=no", *NO_REVISITS)
    assert asked(forum) == []
    assert "nothing new" in again.stderr
    assert present(crawl(forum, tmp_path)) == wanted(made)


def test_old_pages_are_looked_at_again_within_a_budget(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    crawl(forum, tmp_path)
    made.talks[12].posts[120015] = "悄悄改了"
    made.talks[14].posts[140002] = "也改了"
    del made.talks[13].posts[130003]
    made.publish()
    budget = ("-s", "REVISIT_PAGES=7")
    costs = []
    for _ in range(5):
        run = crawl(forum, tmp_path, *budget)
        costs.append(sum(forum.asked.values()))
    assert present(run) == wanted(made)
    # robots.txt, index, boards, and what the looks at lists brought up
    assert max(costs) <= 2 + 4 + 7 + 2
    full = crawl(forum, tmp_path, "-a", "full=yes")
    assert len(asked(forum)) == 18
    assert full.lines("posts") == run.lines("posts")


# -- refusals, and when to stop -----------------------------------------------------------------------

DENIED = message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True)
BUSY = (503, {"Content-Type": "text/html"}, b"<html><body>503</body></html>")


def test_refusals_over_the_nights(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    forum.pages[thread_path(13)] = DENIED
    forum.pages[thread_path(14)] = BUSY
    forum.pages[thread_path(12, 3)] = BUSY
    forum.pages[board_path(2, 3)] = [BUSY] * 3 + [forum.pages[board_path(2, 3)]]
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 3
    reasons = [
        (line.get("thread_id"), line.get("page"), line["reason"]) for line in run.lines("refusals")
    ]
    assert (None, 3, "server_error") in reasons
    # the next night: what may be over is asked again, what is denied is not
    run = crawl(forum, tmp_path, *NO_REVISITS)
    last = {(line.get("thread_id"), line.get("page")): line for line in run.lines("refusals")}
    assert (last["14", None]["attempts"], last["14", None]["version"]) == (6, 2)
    assert last["12", 3]["attempts"] == 6
    assert last["13", None]["version"] == 1
    assert last[None, 3].get("is_deleted")
    assert forum.asked[thread_path(12)] == 0
    made.publish()
    forum.pages[thread_path(13)] = DENIED
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    del made.talks[13]
    assert present(run) == wanted(made)
    last = {(line.get("thread_id"), line.get("page")): line for line in run.lines("refusals")}
    assert [key for key, line in last.items() if key[0] and not line.get("is_deleted")] == [
        ("13", None)
    ]


def test_a_denied_thread_is_asked_again_after_a_while(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    forum.pages[thread_path(13)] = DENIED
    assert crawl(forum, tmp_path).status == 0
    made.publish()
    run = crawl(forum, tmp_path, "-s", "REVISIT_REFUSED_DAYS=0")
    assert present(run) == wanted(made)
    assert run.lines("refusals")[-1]["is_deleted"]


CHALLENGE = "<script>var a='/forum.php?_dsign=1a2b';location.assign(a);</script>"


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        (CHALLENGE, 5, "wants no more requests"),
        ((429, {"Content-Type": "text/html"}, b"429"), 5, "wants no more requests"),
        ((429, {"Retry-After": "7200"}, b"429"), 5, "wants no more requests"),
        (BUSY, 3, "does not answer"),
    ],
)
def test_a_forum_that_wants_no_more_is_left_alone(
    forum: Forum, tmp_path: Path, answer: Any, status: int, word: str
) -> None:
    made = town(forum)
    for tid in range(11, 20):
        for page in range(1, 5):
            forum.pages[thread_path(tid, page)] = answer
    run = crawl(forum, tmp_path)
    assert run.status == status, run.stderr
    assert word in run.stderr.splitlines()[-1]
    assert len(asked(forum)) <= 2 + 14
    made.publish()
    run = crawl(forum, tmp_path)
    assert "goes on where run" in run.stderr
    assert present(run) == wanted(made)


def test_a_pause_that_is_asked_for_is_made(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    page = forum.pages[thread_path(13)]
    forum.pages[thread_path(13)] = [(503, {"Retry-After": "1"}, b"503"), page]
    run = crawl(forum, tmp_path)
    assert present(run) == wanted(made)
    assert record(run)["seconds"] >= 1


def test_crawl_delay_is_obeyed(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 0.4\n"
    run = crawl(forum, tmp_path, path=board_path(4))
    requests = sum(forum.asked.values())
    assert requests == 4
    assert record(run)["seconds"] >= 0.4 * (requests - 2)


def test_robots_txt_that_fails_forbids(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    forum.pages["/robots.txt"] = [BUSY]
    run = crawl(forum, tmp_path)
    assert [line["reason"] for line in run.lines("refusals")] == ["robots_disallowed"]
    assert (forum.asked["/robots.txt"], forum.asked[INDEX]) == (3, 0)


# -- members --------------------------------------------------------------------------------------------


def cookies(folder: Path) -> Path:
    path = folder / "cookies.txt"
    path.write_text(
        "127.0.0.1\tFALSE\t/\tFALSE\t0\taBcD_2132_auth\tsecret%2Fvalue\n"
        "elsewhere.example\tFALSE\t/\tFALSE\t0\tother\tsecret2\n",
        "utf-8",
    )
    return path


def test_a_member_sees_more_and_the_cookie_is_written_nowhere(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for path, page in forum.pages.items():
        if isinstance(page, str):
            forum.pages[path] = page.replace("discuz_uid = '0'", "discuz_uid = '7'")
    data = tmp_path / "data"
    run = crawl(forum, data, "-s", f"COOKIES_FILE={cookies(tmp_path)}", "-L", "DEBUG")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert forum.cookies == {"aBcD_2132_auth=secret%2Fvalue"}
    assert "secret" not in run.stderr
    assert all(b"secret" not in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_a_login_that_is_over_ends_the_run(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    data = tmp_path / "data"
    run = crawl(forum, data, "-s", f"COOKIES_FILE={cookies(tmp_path)}")
    assert run.status == 6
    assert "export the cookies anew" in run.stderr.splitlines()[-1]
    assert sum(forum.asked.values()) <= 3
    assert run.lines("refusals") == []


def test_a_forum_for_members_only(forum: Forum, tmp_path: Path) -> None:
    forum.pages[INDEX] = message("抱歉，您尚未登录，没有权限访问该版块", login=True)
    run = crawl(forum, tmp_path)
    assert run.status == 6
    assert "COOKIES_FILE" in run.stderr.splitlines()[-1]


# -- odd forums -------------------------------------------------------------------------------------------


def test_a_list_that_never_ends_ends(forum: Forum, tmp_path: Path) -> None:
    """Pages behind the last come as page 1; here the pager promises more than there are."""
    rows = [Row(tid, last=f"2023-3-{20 - tid} 10:00") for tid in (1, 2)]
    for page in range(1, 30):
        path = "/forum.php?mod=forumdisplay&fid=8" + (f"&page={page}" if page > 1 else "")
        forum.pages[path] = str(Listing(rows, pages=1000))
    run = crawl(forum, tmp_path, path=board_path(8))
    assert forum.asked[board_path(8, 2)] == 1
    assert forum.asked[board_path(8, 3)] == 0
    assert "the list shows 1 of its 1000 pages" in run.stderr


def test_a_forum_that_looks_different_now(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    assert crawl(forum, tmp_path).status == 0
    skin = ROOT / "fixtures" / "message" / "template_unknown" / "page.html"
    for tid in range(51, 56):
        made.add(tid, 3)
    made.publish()
    for tid in range(51, 56):
        forum.pages[thread_path(tid)] = skin.read_text("utf-8")
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 4, run.stderr
    assert "no longer look as they did" in run.stderr.splitlines()[-1]


def test_a_forum_that_is_not_there_is_a_mistake(forum: Forum, tmp_path: Path) -> None:
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert [line["reason"] for line in run.lines("refusals")] == ["not_found"]
    assert forum.asked == {"/robots.txt": 1, INDEX: 1, "/": 1}


def test_the_budget_is_not_eaten_by_what_cannot_be_seen(forum: Forum, tmp_path: Path) -> None:
    """A thread that is shut away, one that no list shows, a list that shrank: asked once."""
    made = town(forum)
    crawl(forum, tmp_path)
    made.talks[12].fid = made.talks[13].fid = 99
    for tid in range(14, 17):
        made.talks[tid].fid = 3
    made.publish()
    for page in range(1, 5):
        forum.pages[thread_path(12, page)] = DENIED
    crawl(forum, tmp_path, "-s", "REVISIT_PAGES=50")
    threads = []
    for _ in range(3):
        crawl(forum, tmp_path, "-s", "REVISIT_PAGES=3")
        threads.append({path.partition("tid=")[2] for path in asked(forum)})
    assert all(len(each) <= 3 for each in threads)
    assert not any(each & {"12", "12&page=2", "12&page=3", "12&page=4"} for each in threads)
    crawl(forum, tmp_path, *NO_REVISITS)
    assert asked(forum) == []
