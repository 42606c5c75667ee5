"""Refusals over the nights, when a run has to stop, and members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Forum, scrapy, served_forum
from tests.crawl.obstacle_seeds import age
from tests.forum.desktop import message
from tests.forum.town import (
    BUSY,
    DENIED,
    INDEX,
    NO_REVISITS,
    asked,
    board_path,
    crawl,
    present,
    record,
    thread_path,
    town,
    wanted,
)

# -- refusals, and when to stop -----------------------------------------------------------------------


def test_refusals_over_the_nights(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    forum.pages[thread_path(13)] = DENIED
    forum.pages[thread_path(14)] = BUSY
    forum.pages[thread_path(12, 3)] = BUSY
    forum.pages[board_path(2, 3)] = [BUSY] * 4 + [forum.pages[board_path(2, 3)]]
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 3
    reasons = [
        (line.get("thread_id"), line.get("page"), line["reason"]) for line in run.lines("refusals")
    ]
    assert (None, 3, "server_error") in reasons
    # the next night: what may be over is asked again, what is denied is not
    run = crawl(forum, tmp_path, *NO_REVISITS)
    last = {(line.get("thread_id"), line.get("page")): line for line in run.lines("refusals")}
    # one fact, one line
    assert (last["14", None]["attempts"], last["14", None]["version"]) == (4, 1)
    assert last["12", 3]["attempts"] == 4
    assert "since 20" in run.stderr.splitlines()[-1]
    assert last["13", None]["version"] == 1
    assert last[None, 3].get("is_deleted")
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
        (CHALLENGE, 5, "keeps us from the forum"),
        ((429, {"Content-Type": "text/html"}, b"429"), 5, "keeps us from the forum"),
        ((429, {"Retry-After": "7200"}, b"429"), 5, "keeps us from the forum"),
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


def test_headers_may_hold_any_bytes(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    # a title in GBK, as one plugin remembers it: no UTF-8
    odd = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": "x_lastname=\xba\xd3\xcd\xe5"}
    for path in (INDEX, board_path(2), thread_path(13)):
        page = forum.pages[path].replace("http://bbs.example.net/", forum.root).encode()
        forum.pages[path] = (200, odd, page)
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


def test_one_thread_that_asks_for_a_pause_of_an_hour_is_put_behind_the_others(
    forum: Forum, tmp_path: Path
) -> None:
    made = town(forum)
    error = '<div id="container"><h1>Discuz! Database Error</h1><div class="info">x</div></div>'
    page = f"<html><head><title>x - Database Error</title></head><body>{error}</body></html>"
    headers = {"Content-Type": "text/html", "Retry-After": "3600"}
    forum.pages[thread_path(13)] = (503, headers, page.encode())
    run = crawl(forum, tmp_path)
    assert run.status == 3
    assert "tid=13 (server_error" in run.stderr.splitlines()[-1]
    assert forum.asked[thread_path(13)] == 2
    talk = made.talks.pop(13)
    assert present(run) == wanted(made)
    made.talks[13] = talk
    made.publish()
    run = crawl(forum, tmp_path)
    assert run.status == 0, run.stderr
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


@pytest.mark.parametrize("status", [500, 503, 429])
def test_nothing_is_asked_for_while_robots_txt_cannot_be_had(
    forum: Forum, tmp_path: Path, status: int
) -> None:
    """RFC 9309 §2.3.1.4: it says nothing of the forum, and the next run asks again."""
    made = town(forum)
    forum.pages["/robots.txt"] = (status, {}, b"User-agent: *\nAllow: /\n")
    run = crawl(forum, tmp_path)
    (line,) = run.lines("refusals")
    assert (line["reason"], line["retriable"], run.status) == ("unreachable", True, 3)
    assert f"robots.txt cannot be had (status {status})" in line["message_raw"]
    assert f"robots.txt cannot be had (status {status})" in run.stderr.splitlines()[-1]
    assert forum.asked == {"/robots.txt": 3}
    assert record(run)["asked_again"] == 2
    made.publish()
    run = crawl(forum, tmp_path)
    assert (run.status, present(run)) == (0, wanted(made))


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"User-agent: *\nDisallow: /\n"),
        (403, {}, b"User-agent: *\nDisallow: /\n"),
        (200, {}, b"<html><pre>\nUser-agent: *\nDisallow: /\n</pre></html>"),
        (302, {"Location": "/robots.txt"}, b""),
    ],
    ids=["missing", "forbidden", "page", "loop"],
)
def test_a_robots_txt_that_is_not_there_allows_everything(
    forum: Forum, tmp_path: Path, answer: Any
) -> None:
    town(forum)
    forum.pages["/robots.txt"] = answer
    run = crawl(forum, tmp_path, path=thread_path(31))
    assert run.status == 0, run.stderr
    assert len(run.lines("articles")) == 1


def test_a_forum_that_wants_a_day_between_two_requests_is_not_crawled(
    forum: Forum, tmp_path: Path
) -> None:
    town(forum)
    forum.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 86400\n"
    run = crawl(forum, tmp_path)
    assert run.status == 5
    assert "86,400 seconds between two requests" in run.stderr.splitlines()[-1]
    assert forum.asked == {"/robots.txt": 1}


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
    as_member(forum)
    data = tmp_path / "data"
    run = crawl(forum, data, "-s", f"COOKIES_FILE={cookies(tmp_path)}", "-L", "DEBUG")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert forum.cookies == {"aBcD_2132_auth=secret%2Fvalue"}
    assert "secret" not in run.stderr
    assert all(b"secret" not in path.read_bytes() for path in data.rglob("*") if path.is_file())


def as_member(forum: Forum) -> None:
    for path, page in forum.pages.items():
        if isinstance(page, str):
            forum.pages[path] = page.replace("discuz_uid = '0'", "discuz_uid = '7'")


def test_another_member_is_shown_what_was_denied_to_the_last_one(
    forum: Forum, tmp_path: Path
) -> None:
    """Threads that were refused, and posts that were withheld, are asked for on that very night."""
    made = town(forum)
    data = tmp_path / "data"
    forum.pages[thread_path(13)] = DENIED
    hidden = '<div class="locked">游客，如果您要查看本帖隐藏内容请<a href="#">回复</a></div>'
    page = forum.pages[thread_path(14)]
    forum.pages[thread_path(14)] = page.replace("14号帖第1楼", hidden)
    run = crawl(forum, data, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert {"13", "14"} & {line["thread_id"] for line in run.lines("articles")} == {"14"}
    # nothing tells of it in the lists
    made.publish()
    as_member(forum)
    forum.asked.clear()
    run = crawl(forum, data, *NO_REVISITS)
    assert forum.asked[thread_path(13)] + forum.asked[thread_path(14)] == 0
    forum.asked.clear()
    age(data)
    run = crawl(forum, data, *NO_REVISITS, "-s", f"COOKIES_FILE={cookies(tmp_path)}")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    # once: the next night knows
    age(data)
    forum.asked.clear()
    crawl(forum, data, *NO_REVISITS, "-s", f"COOKIES_FILE={cookies(tmp_path)}")
    assert forum.asked[thread_path(13)] + forum.asked[thread_path(14)] == 0


def test_a_login_that_is_over_ends_the_run(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    data = tmp_path / "data"
    run = crawl(forum, data, "-s", f"COOKIES_FILE={cookies(tmp_path)}", "--quiet")
    assert run.status == 6
    assert run.stderr.count("does not know the member") == 1
    assert "export the cookies anew" in run.stderr.splitlines()[-1]
    assert "set USER_AGENT to that of the browser" in run.stderr.splitlines()[-1]
    assert sum(forum.asked.values()) <= 3
    assert run.lines("refusals") == []


def test_a_forum_for_members_only(forum: Forum, tmp_path: Path) -> None:
    forum.pages[INDEX] = message("抱歉，您尚未登录，没有权限访问该版块", login=True)
    run = crawl(forum, tmp_path)
    assert run.status == 6
    assert "COOKIES_FILE" in run.stderr.splitlines()[-1]


def test_a_site_that_blocks_costs_the_others_nothing(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    with served_forum() as other:
        for tid in range(1, 30):
            other.pages[thread_path(tid)] = CHALLENGE
        names = tmp_path / "urls.txt"
        addresses = [f"{other.root.rstrip('/')}{thread_path(tid)}" for tid in range(1, 30)]
        names.write_text("\n".join([forum.root, *addresses]), "utf-8")
        data = tmp_path / "data"
        run = scrapy("crawl", "discuz", "-a", f"urls_file={names}", data=data)
        assert run.status == 5
        assert len(asked(other)) == 2 + 5
    assert present(run) == wanted(made)


UNSURE = [
    (404, {"Content-Type": "text/html"}, b"<html><body>404 Not Found</body></html>"),
    (410, {"Content-Type": "text/html"}, b""),
    message("服务器去喝茶了，过一会儿再来吧"),
    DENIED,
]


def test_only_discuz_itself_can_say_that_a_thread_is_gone(forum: Forum, tmp_path: Path) -> None:
    """A server that lost its files, or a notice in words nobody knows, takes nothing away."""
    made = town(forum)
    before = present(crawl(forum, tmp_path))
    for tid, answer in zip((16, 17, 18, 19), UNSURE, strict=True):
        made.reply(tid, "新")
        made.publish()
        forum.pages[thread_path(tid)] = answer
    made.publish()
    for tid, answer in zip((16, 17, 18, 19), UNSURE, strict=True):
        forum.pages[thread_path(tid)] = answer
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert present(run) == before
    refused = {line.get("thread_id") for line in run.lines("refusals")}
    assert refused >= {"16", "17", "18", "19"}


def test_a_list_that_stays_cut_is_told_and_walked_again(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    whole_list = forum.pages[board_path(2)]
    cut = whole_list[: whole_list.index('<tbody id="normalthread_17">')]
    forum.pages[board_path(2)] = cut
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 3
    refused = [(line["reason"], line.get("board_id")) for line in run.lines("refusals")]
    assert ("truncated", "2") in refused
    assert forum.asked[board_path(2)] == 4
    made.publish()
    run = crawl(forum, tmp_path, *NO_REVISITS)
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)


@pytest.mark.parametrize(
    ("settings", "agent"),
    [
        ([], "discuz-archiver/0.1 (Scrapy)"),
        (["CONTACT=mailto:me@example.org"], "discuz-archiver/0.1 (Scrapy; +mailto:me@example.org)"),
        (["CONTACT=mailto:me@example.org", "USER_AGENT=mine"], "mine"),
    ],
)
def test_the_agent_says_who_asks(
    forum: Forum, tmp_path: Path, settings: list[str], agent: str
) -> None:
    town(forum)
    said = [part for setting in settings for part in ("-s", setting)]
    assert crawl(forum, tmp_path, *said, path=board_path(4)).status == 0
    assert forum.agents == {agent}


@pytest.mark.parametrize("contact", ["me (at) home", "a\nX-Header: b", "x" * 300])
def test_a_contact_that_no_header_takes(forum: Forum, tmp_path: Path, contact: str) -> None:
    run = crawl(forum, tmp_path, "-s", f"CONTACT={contact}")
    assert (run.status, forum.asked) == (2, {})
    assert run.stderr.startswith("scrapy crawl: CONTACT=")
