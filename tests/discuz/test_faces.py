"""Crawls of forums in other clothes: long posts in parts, pages for phones, saved archiver pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Forum, Run, scrapy
from tests.forum.desktop import Thread
from tests.forum.lists import Row, feed, guide
from tests.forum.phones import Post, touch_list, touch_thread
from tests.forum.town import Town, all_lines, crawl, present, town, wanted
from tests.pages import first, replies
from tests.pages.skins import renamed

THREAD = "/forum.php?mod=viewthread&tid=4711"
WHOLE = f"{THREAD}&cp=all"


def parted(*answers: str) -> str:
    script = (
        '<div id="threadpage"></div><script type="text/javascript" reload="1">'
        "show_threadpage(900, 1, 3, 0);</script>"
    )
    return str(Thread([first(900, "第一回。", before_cell=script), *replies(901, *answers)]))


def one(run: Run) -> dict[str, object]:
    (line,) = run.lines("articles")
    return line


def test_a_long_post_is_asked_for_whole(forum: Forum, tmp_path: Path) -> None:
    forum.pages[THREAD] = parted("好")
    whole = Thread([first(900, "第一回。<br />\n第二回。<br />\n第三回。"), *replies(901, "好")])
    forum.pages[WHOLE] = str(whole)
    run = crawl(forum, tmp_path, path=THREAD)
    assert run.status == 0, run.stderr
    assert one(run)["text"] == "第一回。\n第二回。\n第三回。"
    assert "parts_missing" not in one(run)
    assert (forum.asked[THREAD], forum.asked[WHOLE]) == (1, 1)
    again = crawl(forum, tmp_path, "-a", "full=yes", path=THREAD)
    assert "nothing new" in again.stderr


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"<html><body>404 Not Found</body></html>"),
        (302, {"Location": "http://elsewhere.example/"}, b""),
        parted("好"),
    ],
)
def test_what_there_is_of_a_long_post_is_kept(forum: Forum, tmp_path: Path, answer: object) -> None:
    forum.pages[THREAD] = parted("好")
    forum.pages[WHOLE] = answer
    run = crawl(forum, tmp_path, path=THREAD)
    assert run.status == 0, run.stderr
    assert (one(run)["text"], one(run)["parts_missing"]) == ("第一回。", 2)
    assert [line["text"] for line in run.lines("posts")] == ["好"]
    # what somebody else answers may pass
    assert 1 <= forum.asked[WHOLE] <= 3


def test_a_skin_that_nobody_knows_is_crawled_whole(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    for path, page in forum.pages.items():
        if isinstance(page, str) and "robots" not in path:
            forum.pages[path] = renamed(page)
    run = crawl(forum, tmp_path, "-a", "boards=2,3,4")
    assert run.status == 0, run.stderr
    assert present(run) == wanted(made)
    assert {line["skin"] for line in run.lines("articles")} == {"inferred"}


def test_a_forum_that_only_sends_pages_for_phones(forum: Forum, tmp_path: Path) -> None:
    rows = [(4711, "夜市", "石桥卖花人", 6), (4712, "灯", "半壶老酒", 0)]
    forum.pages["/forum.php?mod=forumdisplay&fid=8"] = touch_list(rows).replace("fid=12", "fid=8")
    posts = [Post(900 + n, f"第{n}楼", label=f"{n + 1}<sup>#</sup>") for n in range(7)]
    forum.pages[THREAD] = touch_thread(posts[:5], pages=2)
    forum.pages[f"{THREAD}&page=2"] = touch_thread(posts[5:], page=2, pages=2)
    forum.pages["/forum.php?mod=viewthread&tid=4712"] = touch_thread(
        [Post(950, "亮", label="楼主")], tid=4712, title="灯"
    )
    run = crawl(forum, tmp_path, path="/forum.php?mod=forumdisplay&fid=8")
    assert run.status == 0, run.stderr
    lines = run.lines("articles") + run.lines("posts")
    assert sorted(line["text"] for line in lines) == sorted([*(f"第{n}楼" for n in range(7)), "亮"])
    assert {line["skin"] for line in lines} == {"touch"}
    assert {line["status"] for line in run.lines("coverage") if "thread_id" in line} == {"complete"}
    assert "nothing new" in crawl(forum, tmp_path, path="/forum.php?mod=forumdisplay&fid=8").stderr


FOR_PHONES = touch_thread([Post(900, "一", label="楼主"), Post(901, "二", label="沙发")])


def test_a_page_for_phones_is_asked_for_once_more_as_for_desktops(
    forum: Forum, tmp_path: Path
) -> None:
    forum.pages[THREAD] = FOR_PHONES
    forum.pages[f"{THREAD}&mobile=no"] = str(Thread([first(900, "一"), *replies(901, "二")]))
    run = crawl(forum, tmp_path, path=THREAD)
    assert run.status == 0, run.stderr
    article = one(run)
    assert (article["skin"], article["board"]["id"]) == ("desktop", "8")  # type: ignore[index]
    assert not any("mobile" in line["url"] for line in all_lines(run))


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"<html><body>404 Not Found</body></html>"),
        (302, {"Location": "http://elsewhere.example/"}, b""),
        (200, {"Content-Length": "10"}, b"cut"),
        FOR_PHONES,
    ],
)
def test_where_only_phones_are_answered_it_is_asked_once(
    forum: Forum, tmp_path: Path, answer: object
) -> None:
    other = THREAD.replace("4711", "4712")
    forum.pages[THREAD] = FOR_PHONES
    forum.pages[other] = touch_thread([Post(950, "亮", label="楼主")], tid=4712, title="灯")
    forum.pages[f"{THREAD}&mobile=no"] = answer
    run = scrapy(
        "crawl",
        "discuz",
        "-a",
        f"url={forum.root}{THREAD[1:]},{forum.root}{other[1:]}",
        data=tmp_path,
    )
    assert run.status == 0, run.stderr
    assert {line["text"] for line in run.lines("articles")} == {"一", "亮"}
    assert {line["skin"] for line in run.lines("articles")} == {"touch"}
    assert not run.lines("refusals")
    assert f"{other}&mobile=no" not in forum.asked


def test_saved_pages_of_the_archiver_are_read_once(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    shutil.copy(ROOT / "fixtures/thread/archiver/page.html", saved)
    arguments = ("crawl", "discuz", "-a", f"url=file://{saved}")
    run = scrapy(*arguments, data=tmp_path / "data")
    assert run.status == 0, run.stderr
    assert [line["item_id"].rpartition(":")[2] for line in run.lines("posts")] == [
        "p1-2",
        "p1-3",
        "p1-4",
        "p1-5",
        "p1-6",
    ]
    assert not any("post_id" in line for line in all_lines(run))
    assert "nothing new" in scrapy(*arguments, data=tmp_path / "data").stderr


# -- lists of what is new ---

GUIDE = "/forum.php?mod=guide&view=new"


def news_of(made: Town, *tids: int) -> list[tuple[Row, int, str]]:
    return [
        (
            Row(tid, talk.title, len(talk.posts) - 1, 7, f"{talk.last:%Y-%m-%d %H:%M}"),
            talk.fid,
            "新闻",
        )
        for tid in tids
        for talk in [made.talks[tid]]
    ]


def test_the_guide_is_a_cheap_list_of_what_is_new(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    forum.pages[GUIDE] = guide(news_of(made, 13, 14), pages=3)
    forum.pages[f"{GUIDE}&page=2"] = guide(news_of(made, 15, 31), page=2, pages=3)
    forum.pages[f"{GUIDE}&page=3"] = guide(news_of(made, 13, 14), page=3, pages=3)
    run = crawl(forum, tmp_path, path=GUIDE)
    assert run.status == 0, run.stderr
    threads = {line["thread_id"] for line in run.lines("articles")}
    assert threads == {"13", "14", "15", "31"}
    # the next night: one page, and one thread that was answered
    made.reply(13, "新的回答")
    made.publish()
    forum.pages[GUIDE] = guide(news_of(made, 13, 14), pages=3)
    forum.pages[f"{GUIDE}&page=2"] = guide(news_of(made, 15, 31), page=2, pages=3)
    run = crawl(forum, tmp_path, path=GUIDE)
    assert "0 articles, 1 reply" in run.stderr
    assert sum(forum.asked.values()) == 4, forum.asked  # robots.txt, two pages, one of the thread
    assert "nothing new" in crawl(forum, tmp_path, path=GUIDE).stderr
    assert sum(forum.asked.values()) == 2


def test_a_feed_tells_of_new_threads(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    rss = "/forum.php?mod=rss&fid=2"
    forum.pages[rss] = feed([(tid, made.talks[tid].title, "石桥卖花人") for tid in (13, 14)])
    run = crawl(forum, tmp_path, path=rss)
    assert run.status == 0, run.stderr
    assert {line["thread_id"] for line in run.lines("articles")} == {"13", "14"}
    forum.pages[rss] = feed([(tid, made.talks[tid].title, "石桥卖花人") for tid in (15, 13, 14)])
    run = crawl(forum, tmp_path, path=rss)
    assert "1 article, 2 replies" in run.stderr
    assert len(forum.asked) == 3  # robots.txt, the feed, the new thread


def test_a_feed_is_no_bomb(forum: Forum, tmp_path: Path) -> None:
    names = "abcdefghij"
    entities = '<!ENTITY a "aaaaaaaaaa">'
    for name, inner in zip(names[1:], names, strict=False):
        entities += f'<!ENTITY {name} "{10 * f"&{inner};"}">'
    forum.pages["/forum.php?mod=rss"] = (
        f'<?xml version="1.0"?><!DOCTYPE rss [{entities}]><rss><channel><item><title>&j;</title>'
        "<link>file:///etc/passwd</link></item></channel></rss>"
    )
    run = crawl(forum, tmp_path, path="/forum.php?mod=rss")
    assert run.status == 0, run.stderr
    assert len(forum.asked) == 2
