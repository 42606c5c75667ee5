"""Whole crawls against a local forum, run as a user runs them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum, Run, scrapy
from tests.make_fixtures import first, replies
from tests.templates import Floor, Look, Thread, message

TID = 4711
PLAIN = f"/forum.php?mod=viewthread&tid={TID}"
CUT = {"Content-Type": "text/html; charset=utf-8"}


def crawl(forum: Forum, tmp_path: Path, *arguments: str, url: str = PLAIN) -> Run:
    addresses = ",".join(forum.root.rstrip("/") + part for part in url.split(" "))
    return scrapy("crawl", "discuz", "-a", f"url={addresses}", *arguments, data=tmp_path / "data")


def three_pages(forum: Forum, **more: Any) -> None:
    """A thread of 25 posts, ten a page."""
    posts = [first(1, "首"), *replies(2, *(f"第{n}楼" for n in range(2, 26)))]
    for page in (1, 2, 3):
        part = Thread(posts[10 * page - 10 : 10 * page], replies=24, page=page, pages=3, **more)
        forum.pages[PLAIN if page == 1 else f"{PLAIN}&page={page}"] = str(part)


def texts(run: Run) -> list[str]:
    return [line.get("text", "") for line in run.lines("articles") + run.lines("posts")]


ALL = ["首", *(f"第{n}楼" for n in range(2, 26))]


def test_a_thread_and_all_its_pages(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert texts(run) == ALL
    assert [line["position"] for line in run.lines("posts")] == list(range(2, 26))
    (coverage,) = run.lines("coverage")
    assert (coverage["status"], coverage["posts_captured"]) == ("complete", 25)
    assert (coverage["pages_expected"], coverage["pages_captured"]) == (3, 3)
    assert run.lines("refusals") == []
    assert sum(forum.asked.values()) == 4, forum.asked  # robots.txt and three pages
    assert "1 articles, 24 replies" in run.stderr


@pytest.mark.parametrize(
    "url",
    [
        f"{PLAIN}&page=3&extra=page%3D1&sid=a1B2c3",
        f"{PLAIN}&mobile=2",
        f"{PLAIN}&authorid=7",
        f"/forum.php?mod=redirect&goto=findpost&ptid={TID}&pid=14",
        f"/archiver/?tid-{TID}.html",
        f"/viewthread.php?tid={TID}",
        f"/thread-{TID}-2-1.html",
        f"{PLAIN} {PLAIN}&page=2 /archiver/?tid-{TID}.html",
        # an address of no known form: the page tells the thread
        "/topic/night-market",
    ],
)
def test_every_address_leads_to_the_whole_thread_once(
    forum: Forum, tmp_path: Path, url: str
) -> None:
    three_pages(forum)
    forum.pages["/topic/night-market"] = forum.pages[f"{PLAIN}&page=2"]
    run = crawl(forum, tmp_path, url=url)
    assert run.status == 0, run.stderr
    assert sorted(texts(run)) == sorted(ALL)
    assert run.lines("refusals") == []


def test_a_base_path_and_rewritten_addresses(forum: Forum, tmp_path: Path) -> None:
    look = Look(host="http://bbs.example.net/bbs/", rewritten=True)
    posts = [first(1, "首"), *replies(2, *(f"第{n}楼" for n in range(2, 13)))]
    for page in (1, 2):
        forum.pages[f"/bbs/thread-{TID}-{page}-1.html"] = str(
            Thread(posts[10 * page - 10 : 10 * page], replies=11, page=page, pages=2, look=look)
        )
    run = crawl(forum, tmp_path, url=f"/bbs/thread-{TID}-2-1.html")
    assert run.status == 0, run.stderr
    assert len(texts(run)) == 12
    (folder,) = run.data.iterdir()
    assert folder.name.endswith("_bbs")
    assert run.lines("articles")[0]["site"].endswith("/bbs")


def test_opening_posts_only(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    run = crawl(forum, tmp_path, "-a", "replies=no")
    assert run.status == 0, run.stderr
    assert texts(run) == ["首"]
    assert run.lines("coverage") == []
    assert forum.asked[f"{PLAIN}&page=2"] == 0


def test_a_feed_holds_the_same_lines(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    feed = tmp_path / "out.jsonl"
    run = crawl(forum, tmp_path, "-O", str(feed))
    lines = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    stored = [line for kind in ("articles", "posts", "coverage") for line in run.lines(kind)]

    def key(line: dict[str, Any]) -> str:
        return str(line["item_id"])

    assert sorted(lines, key=key) == sorted(stored, key=key)


def test_hot_replies_shown_early_come_once_with_their_own_floor(
    forum: Forum, tmp_path: Path
) -> None:
    three_pages(forum)
    posts = [first(1, "首"), *replies(2, *(f"第{n}楼" for n in range(2, 11)))]
    hot = Floor(15, "第15楼", label="推荐")
    gone = Floor(99, "别处没有", label="推荐")
    forum.pages[PLAIN] = str(Thread([posts[0], hot, gone, *posts[1:]], replies=24, pages=3))
    run = crawl(forum, tmp_path)
    by_id = {line["post_id"]: line for line in run.lines("posts")}
    assert len(by_id) == len(run.lines("posts")) == 25
    assert by_id["15"]["position"] == 15
    assert "position" not in by_id["99"]


def test_robots_pages_are_numbered_across_pages(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum, look=Look(robot=True))
    run = crawl(forum, tmp_path)
    assert [line["position"] for line in run.lines("posts")] == list(range(2, 26))


def test_a_reversed_thread(forum: Forum, tmp_path: Path) -> None:
    posts = [first(1, "首"), *reversed(replies(2, *(f"第{n}楼" for n in range(2, 16))))]
    forum.pages[PLAIN] = str(Thread(posts[:10], replies=14, pages=2))
    forum.pages[f"{PLAIN}&page=2"] = str(Thread(posts[10:], replies=14, page=2, pages=2))
    run = crawl(forum, tmp_path)
    (coverage,) = run.lines("coverage")
    assert coverage["status"] == "complete"
    assert "missing_positions" not in coverage
    assert run.lines("articles")[0]["position"] == 1


def test_a_gap_is_told(forum: Forum, tmp_path: Path) -> None:
    posts = [first(1, "首"), *replies(2, "第2楼"), *replies(5, "第5楼", label=5)]
    forum.pages[PLAIN] = str(Thread(posts, replies=4))
    (coverage,) = crawl(forum, tmp_path).lines("coverage")
    assert coverage["status"] == "partial"
    assert (coverage["posts_expected"], coverage["posts_captured"]) == (5, 3)
    assert coverage["missing_positions"] == [3, 4]


def test_a_pager_that_lies_ends(forum: Forum, tmp_path: Path) -> None:
    """Discuz answers a page behind the last with the last one again."""
    posts = [first(1, "首"), *replies(2, "第2楼")]
    forum.pages[PLAIN] = str(Thread(posts, pages=9))
    for page in range(2, 10):
        forum.pages[f"{PLAIN}&page={page}"] = str(Thread(posts, page=1, pages=9))
    run = crawl(forum, tmp_path)
    assert len(texts(run)) == 2
    assert sum(forum.asked.values()) == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (message("抱歉，指定的主题不存在或已被删除或正在被审核"), "not_found"),
        (message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True), "no_permission"),
        ((404, {}, message("没有找到帖子").encode()), "not_found"),
        ((302, {"Location": "/forum.php?mod=forumdisplay&fid=9"}, b""), "password"),
        ((302, {"Location": "http://elsewhere.example/"}, b""), "off_site"),
        ((200, CUT, b"<html><body>Hello</body></html>"), "not_discuz"),
        ((403, CUT, b"<html><body>no</body></html>"), "no_permission"),
        ((503, CUT, b"<html><body>503</body></html>"), "server_error"),
    ],
)
def test_each_refused_address_gives_one_line(
    forum: Forum, tmp_path: Path, answer: Any, reason: str
) -> None:
    forum.pages[PLAIN] = answer
    forum.pages["/forum.php?mod=forumdisplay&fid=9"] = (
        Path(__file__).parent.parent / "fixtures/message/password/page.html"
    ).read_text("utf-8")
    run = crawl(forum, tmp_path)
    (refusal,) = run.lines("refusals")
    assert (refusal["reason"], refusal["thread_id"]) == (reason, str(TID))
    assert run.lines("articles") == run.lines("posts") == []
    definite = {"not_found", "no_permission", "password", "login_required"}
    assert run.status == (0 if reason in definite else 3)
    if run.status:
        assert forum.root in run.stderr.splitlines()[-1]


def test_robots_txt_is_obeyed(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nDisallow: /forum.php?mod=viewthread\n"
    run = crawl(forum, tmp_path)
    assert [line["reason"] for line in run.lines("refusals")] == ["robots_disallowed"]
    assert forum.asked[PLAIN] == 0
    assert run.status == 3


def test_a_forum_that_is_down(forum: Forum, tmp_path: Path) -> None:
    run = scrapy(
        "crawl", "discuz", "-a", "url=http://127.0.0.1:9/thread-1-1-1.html", data=tmp_path / "data"
    )
    (refusal,) = run.lines("refusals")
    assert (refusal["reason"], refusal["retriable"]) == ("unreachable", True)
    assert refusal["attempts"] == 3
    assert run.status == 3
    assert "Traceback" not in run.stderr


def test_what_comes_and_goes_is_asked_again(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    challenge = "<script>var a='/forum.php?_dsign=1a2b';location.assign(a);</script>"
    whole = forum.pages[f"{PLAIN}&page=2"]
    cut = whole[: whole.index('id="post_15"')]
    moved = (302, {"Location": PLAIN}, b"")
    data_loss = (200, {**CUT, "Content-Length": "90000"}, whole.encode()[:9000])
    forum.pages[PLAIN] = [moved, (500, CUT, b""), challenge, forum.pages[PLAIN]]
    forum.pages[f"{PLAIN}&page=2"] = [cut, data_loss, whole]
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert texts(run) == ALL
    assert run.lines("refusals") == []


def test_a_page_that_stays_cut_is_told_and_the_rest_is_read(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    whole = forum.pages[f"{PLAIN}&page=2"]
    forum.pages[f"{PLAIN}&page=2"] = whole[: whole.index('id="post_15"')]
    run = crawl(forum, tmp_path)
    (refusal,) = run.lines("refusals")
    assert (refusal["reason"], refusal["page"], refusal["attempts"]) == ("truncated", 2, 3)
    (coverage,) = run.lines("coverage")
    assert coverage["status"] == "partial"
    assert set(range(11, 15)) | set(range(21, 26)) <= {
        post["position"] for post in run.lines("posts")
    }
    assert run.status == 3


def test_a_page_that_fails_does_not_cost_the_ones_behind_it(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    forum.pages[f"{PLAIN}&page=2"] = (
        500,
        CUT,
        b"<html><body>500 Internal Server Error</body></html>",
    )
    run = crawl(forum, tmp_path)
    assert [line["page"] for line in run.lines("refusals")] == [2]
    assert len(run.lines("posts")) == 14
    assert run.lines("coverage")[0]["status"] == "partial"


def test_many_addresses_from_a_file(forum: Forum, tmp_path: Path) -> None:
    names = tmp_path / "urls.txt"
    for tid in (1, 2, 3):
        forum.pages[f"/forum.php?mod=viewthread&tid={tid}"] = str(
            Thread([first(tid, "文")], tid=tid)
        )
    names.write_text(
        "# three threads\n\n"
        + "".join(f"{forum.root}forum.php?mod=viewthread&tid={tid}\n" for tid in (1, 2, 3, 2)),
        "utf-8",
    )
    run = scrapy("crawl", "discuz", "-a", f"urls_file={names}", data=tmp_path / "data")
    assert run.status == 0, run.stderr
    assert sorted(line["thread_id"] for line in run.lines("articles")) == ["1", "2", "3"]


def test_compressed_answers(forum: Forum, tmp_path: Path) -> None:
    page = str(Thread([first(1, "压缩过的")])).replace("http://bbs.example.net/", forum.root)
    forum.pages[PLAIN] = (200, {**CUT, "Content-Encoding": "gzip"}, gzip.compress(page.encode()))
    assert texts(crawl(forum, tmp_path)) == ["压缩过的"]


def test_a_second_run_appends(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PLAIN] = str(Thread([first(1, "文")]))
    crawl(forum, tmp_path)
    assert len(crawl(forum, tmp_path).lines("articles")) == 2


def test_a_disk_that_fails_is_said(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PLAIN] = str(Thread([first(1, "文")]))
    (tmp_path / "data").write_text("a file where a folder should be")
    run = crawl(forum, tmp_path)
    assert run.status == 7
    assert "storage failed" in run.stderr.splitlines()[-1]
