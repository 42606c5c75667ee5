"""Where each word of a post went, as `scrapy page --explain` shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crawler.discuz import explain_page, read_page
from crawler.discuz.facts import ThreadPage
from crawler.reporting.explain import explained
from tests.conftest import ROOT, scrapy
from tests.forum.desktop import Thread
from tests.pages import first, replies

SEEN = datetime(2023, 3, 15, tzinfo=UTC)
NEWS = ROOT / "fixtures" / "thread" / "news" / "page.html"
JAMMED = '<font class="jammer">9 Z% r$ z) l</font><br />'
EDITED = '<i class="pstatus"> 本帖最后由 甲 于 2023-3-14 10:20 编辑 </i><br />'
QUOTED = (
    '<div class="quote"><blockquote><font color="#999999">甲 发表于 2023-3-14 09:26</font><br />'
    "灯亮了</blockquote></div>"
)


def lines_of(*cells: str) -> list[str]:
    floors = [first(900, cells[0]), *replies(901, *cells[1:])]
    page = explain_page(str(Thread(floors)).encode(), url="http://b.example/", seen_at=SEEN)
    assert isinstance(page, ThreadPage)
    return [" ".join(line.split()) for line in explained(page) if line]


def test_each_line_says_where_it_went() -> None:
    tail = "<br />来源：河湾晚报<br />声明<br />照片为本人所摄"
    assert lines_of(f"{EDITED}第一行{JAMMED}第二行{tail}", f"{QUOTED}看见了") == [
        "post 900, 楼主, 石桥卖花人",
        "edited_by 本帖最后由 甲 于 2023-3-14 10:20 编辑",
        "text 第一行",
        "noise: anti-copy noise 9 Z% r$ z) l",
        "text 第二行",
        "source 来源：河湾晚报",
        "notice 声明",
        "notice 照片为本人所摄",
        "post 901, 沙发, 柳岸闻莺",
        "quotes 甲 发表于 2023-3-14 09:26",
        "quotes 灯亮了",
        "text 看见了",
    ]


def test_containers_and_cells_are_told_apart() -> None:
    table = "<table><tr><td>茶</td><td>酒</td></tr><tr><td>一</td></tr></table>"
    spoiler = '<div class="spoiler">谜底</div>'
    assert lines_of(f"{spoiler}看完再点{table}<ul><li>甲</li><li>乙</li></ul>丙")[1:] == [
        "text 谜底",
        "text 看完再点",
        "text 茶 酒",
        "text 一",
        "text 甲",
        "text 乙",
        "text 丙",
    ]


def test_comments_are_told(tmp_path: Path) -> None:
    page = ROOT / "fixtures" / "thread" / "subreplies" / "page.html"
    shown = scrapy("page", "--explain", str(page), data=tmp_path)
    comments = [line for line in shown.stdout.split("\n") if line.startswith("  comments ")]
    read = read_page(page.read_bytes(), url="http://b.example/", seen_at=SEEN)
    assert isinstance(read, ThreadPage)
    assert [line.split(maxsplit=1)[1] for line in comments] == [
        ": ".join(filter(None, (comment.author, comment.text)))
        for post in read.posts
        for comment in post.comments
    ]


def test_what_went_nowhere_is_counted() -> None:
    assert lines_of(f"正文<textarea>{'灯' * 2100}</textarea>")[-1] == (
        "IN NO FIELD 100 visible characters"
    )


def test_a_terminal_gets_no_commands() -> None:
    told = "\n".join(lines_of("红\x1b[31m色\u202e完<b title='x'>粗\x07</b>"))
    assert told.replace("\n", "").isprintable()


def test_a_page_of_nothing_but_words() -> None:
    page = explain_page(b"<html>", url="http://b.example/", seen_at=SEEN)
    assert not isinstance(page, ThreadPage)


def test_only_the_runs_differ_from_what_a_crawl_reads() -> None:
    told = [
        read(NEWS.read_bytes(), url="http://bbs.example.net/", seen_at=SEEN)
        for read in (read_page, explain_page)
    ]
    assert all(isinstance(page, ThreadPage) for page in told)
    texts = [[post.body.text for post in page.posts] for page in told]  # type: ignore[union-attr]
    assert texts[0] == texts[1]


def test_the_command(tmp_path: Path) -> None:
    shown = scrapy("page", "--explain", str(NEWS), data=tmp_path)
    assert shown.status == 0, shown.stderr
    assert "source                    来源：河湾晚报" in shown.stdout
    refused = scrapy("page", "--explain", "http://127.0.0.1:9/thread-1-1-1.html", data=tmp_path)
    assert refused.status == 2
    assert "save it first" in refused.stderr
