"""A site's own rules: what they change, and what is said when they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from crawler.site_rules import BadRulesError, load_rules, load_sites
from tests.conftest import Forum, scrapy
from tests.forum.desktop import Look, Thread
from tests.pages import first, replies

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
URL = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"
# nothing of Discuz's but the addresses
ODD = """<html><head><title>夜市 | 河湾</title><script>var cookiepre='x';</script></head><body>
<h1 class="headline">夜市</h1> <b class="seen">1,024</b>
<article data-no="post-31"><a class="nick" href="home.php?mod=space&uid=7">石桥卖花人</a>
<time>14/03/2023 09.26</time><section>第一盏灯亮了。<br>发自河湾客户端<br>完。</section><i class="no">1楼</i></article>
<article data-no="post-32"><span class="nick">匿名</span>
<time>昨天 18:48</time><section><div class="quote"><blockquote>自己的话</blockquote></div>好</section><i class="no">2楼</i></article>
<article class="ad">买灯</article>
</body></html>"""
RULES = """
hosts = ["BBS.example.net"]
base_path = "/bbs/"
zone = "+05:30"
date_pattern = "%d/%m/%Y %H.%M"
boilerplate = ["发自.{1,20}客户端"]

[thread]
floor = "article"
post_id = "::attr(data-no)"
author = ".nick"
date = "time"
body = "section"
label = ".no"
headline = "h1.headline"
views = "b.seen"
"""


def rules(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "odd.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_skin_is_read_by_its_selectors(tmp_path: Path) -> None:
    found = load_rules(rules(tmp_path, RULES))
    page = read_page(ODD.encode(), url=URL, seen_at=SEEN, rules=found)
    assert isinstance(page, ThreadPage)
    assert (page.skin, page.headline, page.views) == ("site", "夜市", 1024)
    assert page.site.root == "http://bbs.example.net/bbs/"
    assert [(post.id, post.author.name, post.position, post.body.text) for post in page.posts] == [
        ("31", "石桥卖花人", 1, "第一盏灯亮了。\n完。"),
        ("32", "匿名", 2, "自己的话\n\n好"),
    ]
    assert [post.date and post.date.value.isoformat() for post in page.posts] == [
        "2023-03-14T09:26:00+05:30",
        "2023-03-14T18:48:00+05:30",
    ]


def test_a_number_that_all_floors_have_loses_none_of_them(tmp_path: Path) -> None:
    twice = ODD[ODD.index("<article data-no") : ODD.index("<article class")]
    page = ODD.replace("post-32", "post-31").replace(
        '<article class="ad"', f'{twice}<article class="ad"'
    )
    page = page.replace("post-32", "post-31")
    got = read_page(page.encode(), url=URL, seen_at=SEEN, rules=load_rules(rules(tmp_path, RULES)))
    assert isinstance(got, ThreadPage)
    assert [(post.id, post.body.text) for post in got.posts][:2] == [
        ("31", "第一盏灯亮了。\n完。"),
        ("p1-2", "自己的话\n\n好"),
    ]
    again = ODD.replace('<article class="ad"', f'{twice}<article class="ad"')
    got = read_page(again.encode(), url=URL, seen_at=SEEN, rules=load_rules(rules(tmp_path, RULES)))
    assert isinstance(got, ThreadPage)
    assert [post.id for post in got.posts] == ["31", "32"]


def test_without_numbers_posts_are_known_by_their_place(tmp_path: Path) -> None:
    text = RULES.replace('post_id = "::attr(data-no)"\n', "")
    page = read_page(ODD.encode(), url=URL, seen_at=SEEN, rules=load_rules(rules(tmp_path, text)))
    assert isinstance(page, ThreadPage)
    assert [post.id for post in page.posts] == ["p1-1", "p1-2"]


def test_a_coding_that_is_said_is_not_guessed(tmp_path: Path) -> None:
    found = load_rules(rules(tmp_path, 'hosts = ["bbs.example.net"]\ncharset = "gbk"'))
    body = str(Thread([first(1, "灯")], look=Look(charset="utf-8"))).encode("gb18030")
    page = read_page(body, url=URL, seen_at=SEEN, rules=found)
    assert page.site is not None
    assert page.site.encoding == "gbk"


def test_rules_belong_to_their_hosts(tmp_path: Path) -> None:
    rules(tmp_path, RULES)
    sites = load_sites(tmp_path)
    assert sites.of("http://www.bbs.example.net/x") is not None
    assert sites.of("http://other.example.net/") is None
    assert sites.of("http://[bad") is None
    assert load_sites(tmp_path / "none").of(URL) is None
    (tmp_path / "twice.toml").write_text('hosts = ["bbs.example.net"]', "utf-8")
    with pytest.raises(BadRulesError, match=r"twice.toml: hosts: bbs.example.net"):
        load_sites(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hosts = [", "odd.toml"),
        ("", "hosts: say at least one"),
        ('hosts = ["http://b.example/"]', "is no host"),
        ("hosts = [7]", "hosts: has to be a list of texts"),
        ('hosts = ["b"]\ncolour = "red"', "colour: not known"),
        ('hosts = ["b"]\ncharset = "latin-1"', "charset: 'latin-1' is none of"),
        ('hosts = ["b"]\nbase_path = "bbs"', "base_path: 'bbs'"),
        ('hosts = ["b"]\nzone = "Asia/Shanghai"', "zone: 'Asia/Shanghai'"),
        ('hosts = ["b"]\ndate_pattern = "%H:%M"', "date_pattern: '%H:%M' tells no day"),
        ('hosts = ["b"]\nboilerplate = ["("]', "boilerplate: '('"),
        ('hosts = ["b"]\nthread = 7', "thread: has to be a table"),
        ('hosts = ["b"]\n[thread]\nfloor = "x"', "thread.author: missing"),
        ('hosts = ["b"]\n[thread]\nskin = "x"', "thread.skin: not known"),
        (RULES.replace('"section"', '"section["'), "thread.body: 'section[' is no CSS selector"),
    ],
)
def test_wrong_rules_are_told_clearly(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadRulesError) as error:
        load_rules(rules(tmp_path, text))
    assert said in str(error.value)
    assert "odd.toml" in str(error.value)


def test_a_crawl_reads_by_them(forum: Forum, tmp_path: Path) -> None:
    host = forum.root.removeprefix("http://").rstrip("/")
    sites = tmp_path / "sites"
    sites.mkdir()
    rules(sites, f'hosts = ["{host}"]\nboilerplate = ["发自.*"]')
    thread = Thread([first(1, "灯<br />\n发自河湾"), *replies(2, "好")])
    forum.pages["/forum.php?mod=viewthread&tid=4711"] = str(thread)
    url = f"url={forum.root}forum.php?mod=viewthread&tid=4711"
    place = ("-s", f"SITES_DIR={sites}")
    run = scrapy("crawl", "discuz", "-a", url, *place, data=tmp_path / "data")
    assert run.status == 0, run.stderr
    assert [line["text"] for line in run.lines("articles")] == ["灯"]
    rules(sites, "hosts = 7")
    run = scrapy("crawl", "discuz", "-a", url, *place, data=tmp_path / "data")
    assert run.status == 2
    assert run.stderr.startswith(f"scrapy crawl: {sites}/odd.toml: hosts:")
