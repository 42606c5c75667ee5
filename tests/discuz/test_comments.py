"""Comments beyond those that a page shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import CommentsPage, Message, Page, ThreadPage
from crawler.discuz.readers.comments import comments_url, with_comments, with_more
from tests.forum.desktop import Look, Thread
from tests.forum.phones import Post, touch35_thread
from tests.pages import PLAIN, first, replies
from tests.pages.left_out import MORE, NAMES, comments, more_comments

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
SHOWN = ("第七句", "第六句", "第五句", "第四句", "第三句")
ALL = (*SHOWN, "第二句", "第一句")


def read(page: str, url: str = PLAIN) -> Page:
    return read_page(page.encode(), url=url, seen_at=SEEN)


def thread(*said: str, is_more: bool = True, look: Look | None = None) -> ThreadPage:
    floor = first(900, "各说一句。", comments=comments(*said, is_more=is_more))
    page = read(str(Thread([floor, *replies(901, "好")], look=look or Look())))
    assert isinstance(page, ThreadPage)
    return page


def more(*said: str, url: str = MORE, **how: object) -> CommentsPage:
    page = read(more_comments(*said, **how), url)  # type: ignore[arg-type]
    assert isinstance(page, CommentsPage), page
    return page


def texts(page: ThreadPage | CommentsPage) -> list[str]:
    found = page.comments if isinstance(page, CommentsPage) else page.posts[0].comments
    return [comment.text for comment in found]


def test_a_page_says_that_there_are_more() -> None:
    page = thread(*SHOWN)
    assert [post.comments_missing for post in page.posts] == [1, 0]
    assert (page.comments_shown, page.comments_missing) == (5, 1)
    whole = thread(*SHOWN, is_more=False)
    assert (whole.comments_shown, whole.comments_missing) == (5, 0)


def test_a_comment_that_names_the_link_is_no_link() -> None:
    page = thread("forum.php?mod=misc&amp;action=commentmore", is_more=False)
    assert page.comments_missing == 0


def test_phones_say_it_as_well() -> None:
    box = (
        '<div id="comment_901"><div class="plc p0 cl" id="commentdetail_7"><ul class="authi">'
        '<li class="mtit"><a href="home.php?mod=space&amp;uid=22" class="xi2">半壶老酒</a></li>'
        '<li class="mtime">发表于 2023-3-14 10:02</li><li class="mtxt mt5">真亮堂</li></ul></div>'
        '<div class="pgs cl"><div class="page"><a href="javascript:;" class="nxt" onclick="'
        "ajaxget('forum.php?mod=misc&amp;action=commentmore&amp;tid=4711&amp;pid=901&amp;page=2',"
        " 'comment_901')\">下一页</a></div></div></div>"
    )
    page = read(touch35_thread([Post(900, "一", uid=7), Post(901, "二", behind=box)]))
    assert isinstance(page, ThreadPage)
    assert [post.comments_missing for post in page.posts] == [0, 1]
    (comment,) = page.posts[1].comments
    assert (comment.author, comment.text) == ("半壶老酒", "真亮堂")
    assert comment.date is not None


@pytest.mark.parametrize("version", ["X3.3", "X3.5"])
def test_what_the_link_brings(version: str) -> None:
    page = more("第二句", "第一句", version=version)
    assert (page.thread_id, page.post_id, page.page, page.pages) == ("4711", "900", 2, 2)
    assert page.site.root == "http://bbs.example.net/"
    found = [(comment.author, comment.author_id, comment.text) for comment in page.comments]
    assert found == [(NAMES[5], "35", "第二句"), (NAMES[6], "36", "第一句")]
    assert [comment.date.precision for comment in page.comments if comment.date] == ["minute"] * 2


def test_guests_have_no_names() -> None:
    said = more_comments("第二句", version="X3.3")
    link = said[said.index("<a href") : said.index("</a>") + len("</a>")]
    page = read(said.replace(link, "游客"), MORE)
    assert isinstance(page, CommentsPage)
    (comment,) = page.comments
    assert (comment.author, comment.author_id, comment.text) == (None, None, "第二句")


def test_a_saved_answer_tells_by_its_pager_what_it_is() -> None:
    page = more("第一句", pages=3, url="file:///saved/more.html")
    assert (page.thread_id, page.post_id, page.page, page.pages) == ("4711", "900", 2, 3)


def test_a_post_without_comments_left() -> None:
    # page 2 was asked for, and the other comments are gone since
    page = more(page=1, pages=1)
    assert (page.comments, page.page, page.pages) == ((), 2, 1)
    whole = with_comments(thread(*SHOWN), [page])
    assert (texts(whole), whole.comments_missing) == ([*SHOWN], 0)


XML = '<?xml version="1.0" encoding="utf-8"?>\n<root><![CDATA[{}]]></root>'
# header_ajax.htm and showmessage.htm: the words, and a script that shows them
SCRIPT = """<script type="text/javascript" reload="1">if(typeof errorhandle_=='function') {errorhandle_('好', {});}</script>"""


@pytest.mark.parametrize(
    "answer, reason, evidence",
    [
        (XML.format("抱歉，点评功能已关闭"), "unknown_notice", "forum"),
        (XML.format(f"抱歉，您没有权限查看{SCRIPT}"), "no_permission", "forum"),
        # it is the answer to a part of the thread, and says nothing of the thread
        (XML.format(f"抱歉，指定的主题不存在或已被删除或正在被审核{SCRIPT}"), None, "forum"),
        (XML.format(""), "unknown_notice", "forum"),
        (more_comments("第二句", "第一句")[:-30], "truncated", "forum"),
        ("<html><body>第二句</body></html>", "not_discuz", "other"),
        (f"<html><body>{XML.format('第二句')}</body></html>", "not_discuz", "other"),
        ("", "not_discuz", "other"),
    ],
)
def test_anything_else_is_a_refusal(answer: str, reason: str | None, evidence: str) -> None:
    page = read(answer, MORE)
    assert isinstance(page, Message)
    assert reason in (page.reason, None)
    assert page.evidence == evidence


def test_a_floor_by_ajax_is_none() -> None:
    assert not isinstance(read(more_comments("第二句", pages=1), PLAIN), CommentsPage)


# -- put together ---


def test_the_address_of_more() -> None:
    page = thread(*SHOWN)
    assert comments_url(page, page.posts[0], 2) == MORE


def test_all_comments_of_a_post() -> None:
    whole = with_comments(thread(*SHOWN), [more("第二句", "第一句")])
    assert texts(whole) == list(ALL)
    assert (whole.comments_shown, whole.comments_missing) == (7, 0)


def test_pages_are_taken_in_their_order() -> None:
    pages = [more("甲", page=3, pages=3, behind=6), more("第二句", page=2, pages=3)]
    whole = with_comments(thread(*SHOWN), pages)
    assert (texts(whole), whole.comments_missing) == ([*SHOWN, "第二句", "甲"], 0)


def test_a_page_that_lacks_is_told() -> None:
    page = with_comments(thread(*SHOWN), [more("第二句", page=2, pages=3)])
    assert (texts(page), page.comments_missing) == ([*SHOWN, "第二句"], 1)
    page = with_comments(thread(*SHOWN), [more("第一句", page=3, pages=3)])
    assert (texts(page), page.comments_missing) == ([*SHOWN], 1)


def test_a_first_page_replaces_what_was_shown() -> None:
    pages = [more(*ALL[:5], page=1, behind=0), more(*ALL[5:])]
    page = with_comments(thread("旧的一句"), pages)
    assert (texts(page), page.comments_missing) == ([*ALL], 0)


def test_what_two_pages_show_counts_once() -> None:
    # a comment came in between: the last of page 1 is now the first of page 2
    page = with_comments(thread(*SHOWN), [more("第三句", "第二句", "第一句", behind=4)])
    assert texts(page) == [*ALL]
    # the same words by another member
    page = with_comments(thread(*SHOWN), [more("第三句", "第二句", behind=5)])
    assert texts(page) == [*SHOWN, "第三句", "第二句"]


@pytest.mark.parametrize(
    "said, news",
    [
        (("第三句", "第二句"), ("第二句",)),
        # two came, and one of those that were shown went
        (("第四句", "第二句"), ("第二句",)),
        # the page that was shown once more
        (SHOWN, ()),
        ((), ()),
    ],
)
def test_a_page_brings_what_is_new(said: tuple[str, ...], news: tuple[str, ...]) -> None:
    page = thread(*SHOWN)
    brought = [
        comment for text in said for comment in more(text, behind=ALL.index(text), pages=3).comments
    ]
    answer = replace(more("第二句", pages=3), comments=tuple(brought))
    post = with_more(page.posts[0], answer, page.site)
    assert [comment.text for comment in post.comments] == [*SHOWN, *news]
    assert post.comments_missing == 1
    assert with_more(post, replace(answer, page=3), page.site).comments_missing == 0


def test_many_comments_cost_little() -> None:
    """What a hostile answer brings is compared in one go."""
    page = thread(*SHOWN)
    (one,) = more("第二句").comments
    many = tuple(replace(one, text=f"第{n}句") for n in range(20_000))
    post = with_more(page.posts[0], replace(more("第二句"), comments=many), page.site)
    again = with_more(post, replace(more("第二句"), comments=many), page.site)
    assert len(again.comments) == len(post.comments)


def test_nested_boxes_are_bounded() -> None:
    deep = XML.format(f'<div class="pgs mbm cl">{"<div>" * 50_000}<div class="psti">深')
    assert isinstance(read(deep, MORE), CommentsPage)


def test_an_answer_in_the_charset_of_the_forum() -> None:
    body = more_comments("第二句").replace('encoding="utf-8"', 'encoding="gbk"').encode("gbk")
    page = read_page(body, url=MORE, seen_at=SEEN)
    assert isinstance(page, CommentsPage)
    assert texts(page) == ["第二句"]


def test_comments_of_other_posts_are_not_taken() -> None:
    page = thread(*SHOWN)
    other = more("第二句", url=MORE.replace("pid=900", "pid=901"))
    (one, two) = with_comments(page, [other]).posts
    assert (len(one.comments), one.comments_missing) == (5, 1)
    assert len(two.comments) == 1
    elsewhere = more("第二句", url=MORE.replace("tid=4711", "tid=1"))
    assert with_comments(page, [elsewhere]) == page


def test_dates_have_the_zone_of_the_thread() -> None:
    page = with_comments(
        thread(*SHOWN, look=Look(clock="GMT+5.5, 2023-3-15 17:30")), [more("第二句")]
    )
    *_, last = page.posts[0].comments
    assert last.date is not None
    assert last.date.value.isoformat() == "2023-03-14T18:45:00+05:30"
