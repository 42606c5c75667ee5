"""Whole crawls against a local forum, run as a user runs them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Forum, Run, scrapy, served_forum
from tests.forum.desktop import Floor, Look, Thread, message
from tests.pages import first, replies

TID = 4711
PLAIN = f"/forum.php?mod=viewthread&tid={TID}"
CUT = {"Content-Type": "text/html; charset=utf-8"}


def crawl(forum: Forum, tmp_path: Path, *arguments: str, url: str = PLAIN) -> Run:
    addresses = ",".join(forum.root.rstrip("/") + part for part in url.split(" "))
    return scrapy("crawl", "discuz", "-a", f"url={addresses}", *arguments, data=tmp_path / "data")


def plain(tid: int) -> str:
    return f"/forum.php?mod=viewthread&tid={tid}"


def pid(tid: int, floor: int) -> int:
    """The id of a post: one number in a whole forum."""
    return 100 * tid + floor


def three_pages(forum: Forum, tid: int = TID, **more: Any) -> None:
    """A thread of 25 posts, ten a page."""
    posts = [first(pid(tid, 1), "首"), *replies(pid(tid, 2), *(f"第{n}楼" for n in range(2, 26)))]
    for page in (1, 2, 3):
        part = Thread(
            posts[10 * page - 10 : 10 * page], tid=tid, replies=24, page=page, pages=3, **more
        )
        forum.pages[plain(tid) if page == 1 else f"{plain(tid)}&page={page}"] = str(part)


def texts(run: Run) -> list[str]:
    return [line.get("text", "") for line in run.lines("articles") + run.lines("posts")]


ALL = ["首", *(f"第{n}楼" for n in range(2, 26))]


def test_a_thread_and_all_its_pages(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    feed = tmp_path / "out.jsonl"
    run = crawl(forum, tmp_path, "-O", str(feed))
    assert run.status == 0, run.stderr
    assert texts(run) == ALL
    assert [line["position"] for line in run.lines("posts")] == list(range(2, 26))
    (coverage,) = run.lines("coverage")
    assert (coverage["status"], coverage["posts_captured"]) == ("complete", 25)
    assert (coverage["pages_expected"], coverage["pages_captured"]) == (3, 3)
    assert run.lines("refusals") == []
    assert sum(forum.asked.values()) == 4, forum.asked  # robots.txt and three pages
    assert "1 article, 24 replies" in run.stderr
    # Scrapy's own feed holds the same lines
    fed = [json.loads(line)["content_hash"] for line in feed.read_text("utf-8").splitlines()[:-1]]
    assert fed == [line["content_hash"] for line in run.lines("articles") + run.lines("posts")]


WAYS = [
    "/forum.php?mod=viewthread&tid={tid}&page=3&extra=page%3D1&sid=a1B2c3",
    "/forum.php?mod=viewthread&tid={tid}&mobile=2",
    "/forum.php?mod=viewthread&tid={tid}&authorid=7",
    "/forum.php?mod=redirect&goto=findpost&ptid={tid}&pid={tid}14",
    "/archiver/?tid-{tid}.html",
    "/viewthread.php?tid={tid}",
    "/thread-{tid}-2-1.html",
    "/forum.php?mod=viewthread&tid={tid} /forum.php?mod=viewthread&tid={tid}&page=2 "
    "/archiver/?tid-{tid}.html",
    # an address of no known form: the page tells the thread
    "/topic/{tid}",
]


def test_every_address_leads_to_the_whole_thread_once(forum: Forum, tmp_path: Path) -> None:
    for tid in range(1, len(WAYS) + 1):
        three_pages(forum, tid=tid)
        forum.pages[f"/topic/{tid}"] = forum.pages[f"{plain(tid)}&page=2"]
    url = " ".join(way.format(tid=tid) for tid, way in enumerate(WAYS, 1))
    run = crawl(forum, tmp_path, url=url)
    assert run.status == 0, run.stderr
    assert run.lines("refusals") == []
    lines = run.lines("articles") + run.lines("posts")
    for tid, way in enumerate(WAYS, 1):
        got = [line["text"] for line in lines if line["thread_id"] == str(tid)]
        assert sorted(got) == sorted(ALL), way


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


EARLY, ROBOT, REVERSED, GAP, LYING, FLAKY, STAYS_CUT, FAILS, LOST = range(101, 110)
CHALLENGE = "<script>var a='/forum.php?_dsign=1a2b';location.assign(a);</script>"


def beginning(tid: int) -> tuple[Floor, list[Floor]]:
    """The opening post of a thread, and 14 replies."""
    return first(pid(tid, 1), "首"), replies(pid(tid, 2), *(f"第{n}楼" for n in range(2, 16)))


def cut(forum: Forum, tid: int) -> str:
    """The second page of a thread up to its 15th post."""
    page: str = forum.pages[f"{plain(tid)}&page=2"]
    return page[: page.index(f'id="post_{pid(tid, 15)}"')]


def odd_threads(forum: Forum) -> None:
    """Threads that are not simply page after page, and pages that do not simply come."""
    three_pages(forum, EARLY)
    opening, few = beginning(EARLY)
    hot = [
        Floor(pid(EARLY, 15), "第15楼", label="推荐"),
        Floor(pid(EARLY, 99), "别处没有", label="推荐"),
    ]
    forum.pages[plain(EARLY)] = str(
        Thread([opening, *hot, *few[:9]], tid=EARLY, replies=24, pages=3)
    )
    three_pages(forum, ROBOT, look=Look(robot=True))
    opening, few = beginning(REVERSED)
    turned = [opening, *reversed(few)]
    forum.pages[plain(REVERSED)] = str(Thread(turned[:10], tid=REVERSED, replies=14, pages=2))
    forum.pages[f"{plain(REVERSED)}&page=2"] = str(
        Thread(turned[10:], tid=REVERSED, replies=14, page=2, pages=2)
    )
    opening, few = beginning(GAP)
    forum.pages[plain(GAP)] = str(
        Thread([opening, few[0], *replies(pid(GAP, 5), "第5楼", label=5)], tid=GAP, replies=4)
    )
    # Discuz answers a page behind the last with the last one again
    opening, few = beginning(LYING)
    for page in range(1, 10):
        address = plain(LYING) if page == 1 else f"{plain(LYING)}&page={page}"
        forum.pages[address] = str(Thread([opening, few[0]], tid=LYING, pages=9))
    for tid in (FLAKY, STAYS_CUT, FAILS):
        three_pages(forum, tid)
    second = forum.pages[f"{plain(FLAKY)}&page=2"]
    forum.pages[plain(FLAKY)] = [
        (302, {"Location": plain(FLAKY)}, b""),
        (500, CUT, b""),
        CHALLENGE,
        forum.pages[plain(FLAKY)],
    ]
    data_loss = (200, {**CUT, "Content-Length": "90000"}, second.encode()[:9000])
    forum.pages[f"{plain(FLAKY)}&page=2"] = [cut(forum, FLAKY), data_loss, second]
    forum.pages[f"{plain(STAYS_CUT)}&page=2"] = cut(forum, STAYS_CUT)
    forum.pages[f"{plain(FAILS)}&page=2"] = (500, CUT, b"<html>500 Internal Server Error</html>")
    three_pages(forum, LOST, look=Look(robot=True))
    forum.pages[f"{plain(LOST)}&page=2"] = data_loss


@dataclass
class Odd:
    run: Run
    forum: Forum

    def of(self, kind: str, tid: int) -> list[dict[str, Any]]:
        return [line for line in self.run.lines(kind) if line["thread_id"] == str(tid)]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odd]:
    with served_forum() as forum:
        odd_threads(forum)
        url = " ".join(plain(tid) for tid in range(EARLY, LOST + 1))
        yield Odd(crawl(forum, tmp_path_factory.mktemp("odd"), url=url), forum)


def test_hot_replies_shown_early_come_once_with_their_own_floor(odd: Odd) -> None:
    by_id = {line["post_id"]: line for line in odd.of("posts", EARLY)}
    assert len(by_id) == len(odd.of("posts", EARLY)) == 25
    assert by_id[str(pid(EARLY, 15))]["position"] == 15
    assert "position" not in by_id[str(pid(EARLY, 99))]


def test_robots_pages_are_numbered_across_pages(odd: Odd) -> None:
    assert [line["position"] for line in odd.of("posts", ROBOT)] == list(range(2, 26))


def test_a_reversed_thread(odd: Odd) -> None:
    (coverage,) = odd.of("coverage", REVERSED)
    assert coverage["status"] == "complete"
    assert "missing_positions" not in coverage
    assert [line["position"] for line in odd.of("articles", REVERSED)] == [1]


def test_a_gap_is_told(odd: Odd) -> None:
    (coverage,) = odd.of("coverage", GAP)
    assert coverage["status"] == "partial"
    assert (coverage["posts_expected"], coverage["posts_captured"]) == (5, 3)
    assert coverage["missing_positions"] == [3, 4]


def test_a_pager_that_lies_ends(odd: Odd) -> None:
    assert len(odd.of("posts", LYING)) == 1
    assert odd.forum.asked[f"{plain(LYING)}&page=2"] == 1
    assert odd.forum.asked[f"{plain(LYING)}&page=3"] == 0


def test_what_comes_and_goes_is_asked_again(odd: Odd) -> None:
    lines = odd.of("articles", FLAKY) + odd.of("posts", FLAKY)
    assert [line["text"] for line in lines] == ALL
    assert odd.of("refusals", FLAKY) == []


def test_a_page_that_stays_cut_is_told_and_the_rest_is_read(odd: Odd) -> None:
    (refusal,) = odd.of("refusals", STAYS_CUT)
    assert (refusal["reason"], refusal["page"], refusal["attempts"]) == ("truncated", 2, 4)
    assert odd.of("coverage", STAYS_CUT)[0]["status"] == "partial"
    positions = {post["position"] for post in odd.of("posts", STAYS_CUT)}
    assert {11, 12, 13, 14, 21, 22, 23, 24, 25} <= positions


def test_a_page_that_fails_does_not_cost_the_ones_behind_it(odd: Odd) -> None:
    assert [line["page"] for line in odd.of("refusals", FAILS)] == [2]
    assert len(odd.of("posts", FAILS)) == 14
    assert odd.of("coverage", FAILS)[0]["status"] == "partial"
    assert odd.run.status == 3


def test_a_page_that_never_arrives_whole_does_not_either(odd: Odd) -> None:
    (refusal,) = odd.of("refusals", LOST)
    assert (refusal["reason"], refusal["page"]) == ("truncated", 2)
    behind = odd.of("posts", LOST)[9:]
    assert [post["text"] for post in behind] == ALL[20:]
    # robots' pages number nothing, and what stands before the last page is not known
    assert [post.get("position") for post in behind] == [None] * 5


ANSWERS: list[tuple[Any, str]] = [
    (message("抱歉，指定的主题不存在或已被删除或正在被审核"), "not_found"),
    (message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True), "no_permission"),
    ((404, {}, message("没有找到帖子").encode()), "not_found"),
    ((302, {"Location": "/forum.php?mod=forumdisplay&fid=9"}, b""), "password"),
    ((302, {"Location": "http://elsewhere.example/"}, b""), "off_site"),
    ((302, {"Location": "//elsewhere.example/"}, b""), "off_site"),
    ((200, CUT, b"<html><body>Hello</body></html>"), "not_discuz"),
    ((403, CUT, b"<html><body>no</body></html>"), "blocked"),
    # what the forum itself says in between tells that nothing stands in the way
    (message("没有找到帖子"), "not_found"),
    ((503, CUT, b"<html><body>503</body></html>"), "server_error"),
    ((301, {"Location": "/forum.php?mod=viewthread&tid=11"}, b""), "unreachable"),
]


def test_each_refused_address_gives_one_line(forum: Forum, tmp_path: Path) -> None:
    password = ROOT / "fixtures" / "message" / "password" / "page.html"
    forum.pages["/forum.php?mod=forumdisplay&fid=9"] = password.read_text("utf-8")
    for tid, (answer, _) in enumerate(ANSWERS, 1):
        forum.pages[plain(tid)] = answer
    wanted = [plain(tid) for tid in range(1, len(ANSWERS) + 1)]
    forum.pages[plain(99)] = message("没有找到帖子")
    run = crawl(forum, tmp_path, url=" ".join([*wanted, plain(99)]))
    got = {line["thread_id"]: line["reason"] for line in run.lines("refusals")}
    assert got.pop("99") == "not_found"
    assert got == {str(tid): reason for tid, (_, reason) in enumerate(ANSWERS, 1)}
    assert len(run.lines("refusals")) == len(ANSWERS) + 1
    assert run.lines("articles") == run.lines("posts") == []
    assert run.status == 5, "a 403, and nothing could be read"
    assert forum.root in run.stderr.splitlines()[-1]


def test_a_thread_that_is_not_there_is_an_answer(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PLAIN] = message("抱歉，指定的主题不存在或已被删除或正在被审核")
    assert crawl(forum, tmp_path).status == 0


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


def test_a_second_run_tells_only_what_is_new(forum: Forum, tmp_path: Path) -> None:
    three_pages(forum)
    assert texts(crawl(forum, tmp_path)) == ALL
    run = crawl(forum, tmp_path)
    assert texts(run) == ALL
    assert "nothing new" in run.stderr
    assert forum.asked[f"{PLAIN}&page=2"] == 1  # the first page and the last known one
    more = replies(pid(TID, 2), *(f"第{n}楼" for n in range(2, 28)))
    forum.pages[f"{PLAIN}&page=3"] = str(Thread(more[19:], tid=TID, replies=26, page=3, pages=3))
    assert texts(crawl(forum, tmp_path)) == [*ALL, "第26楼", "第27楼"]


def test_a_title_that_is_an_attack_does_not_reach_the_terminal(
    forum: Forum, tmp_path: Path
) -> None:
    forum.pages[PLAIN] = "<html><title>\x1b[31mred\u202ednuor\x07</title><p>x</p></html>"
    run = crawl(forum, tmp_path)
    assert "red" in run.stderr
    assert not set("\x1b\u202e\x07") & set(run.stderr)
    assert not set("\x1b\u202e\x07") & set(
        next(run.data.glob("*/refusals-*.jsonl")).read_text("utf-8")
    )


def test_a_disk_that_fails_is_said(forum: Forum, tmp_path: Path) -> None:
    forum.pages[PLAIN] = str(Thread([first(1, "文")]))
    (tmp_path / "data").write_text("a file where a folder should be")
    run = crawl(forum, tmp_path)
    assert run.status == 7
    assert "storage failed" in run.stderr.splitlines()[-1]
