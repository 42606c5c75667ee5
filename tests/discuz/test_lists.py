"""Lists of threads and of boards: what their markup tells where addresses and counters do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page, urls
from crawler.discuz.document import build_tree
from crawler.discuz.elements import number
from crawler.discuz.facts import BoardPage, IndexPage, NewsPage, Page
from tests.forum.desktop import HOST, Look
from tests.forum.lists import Listing, Row, forum_index, guide
from tests.forum.phones import touch35_list

SEEN = datetime(2023, 3, 15, 12, tzinfo=UTC)
BOARD = f"{HOST}forum.php?mod=forumdisplay&fid=8"
ROWS = [Row(101, "渡船时刻", 4, sticky=1), Row(102, "糖画摊子", 35)]


def read(page: object, url: str = BOARD) -> Page:
    return read_page(str(page).encode(), url=url, seen_at=SEEN)


def board(page: object, url: str = BOARD) -> BoardPage:
    found = read(page, url)
    assert isinstance(found, BoardPage), found
    return found


# -- rows whose addresses are not known ---


@pytest.mark.parametrize(
    "slugs",
    [
        "ferry-times-{tid}-1-1.html",
        "ferry-times-t{tid}.html",
        "read/ferry-times",
        "%E6%B8%A1%E8%88%B9.html",
    ],
)
def test_a_row_is_known_by_its_markup(slugs: str) -> None:
    page = board(Listing(ROWS, slugs=slugs), f"{HOST}8-1/harbour-talk.html")
    assert [row.thread_id for row in page.rows] == ["101", "102"]
    assert [row.headline for row in page.rows] == ["渡船时刻", "糖画摊子"]
    assert page.rows_unread == 0
    for row in page.rows:
        address = urls.read_thread_address(row.url)
        assert address is not None
        assert address.page_url(1) == urls.thread_url(HOST, row.thread_id)
    assert (page.board.id, page.board.name) == ("8", "河湾闲话")


def test_what_a_moved_thread_left_behind_is_not_read_by_its_own_number() -> None:
    rows = [Row(6, "搬走的帖子", "-", "-", moved_to=77)]
    (row,) = board(Listing(rows, slugs="ferry-times.html")).rows
    assert (row.thread_id, row.is_moved) == ("77", True)
    # nothing tells where it went
    silent = str(Listing([*rows, *ROWS], slugs="ferry-times.html")).replace("goto=lastpost", "x=y")
    page = board(silent)
    assert [row.thread_id for row in page.rows] == ["101", "102"]
    assert page.rows_unread == 1


def test_rows_that_lead_elsewhere_are_counted() -> None:
    rows = [*ROWS, Row(103, "灯塔", link="http://lighthouse.example.com/103")]
    page = board(Listing(rows))
    assert [row.thread_id for row in page.rows] == ["101", "102"]
    assert page.rows_unread == 1


def test_a_type_in_front_of_a_title_is_no_title() -> None:
    listing = Listing([Row(102, "糖画", category="见闻见闻见闻")], slugs="sugar.html")
    page = board(str(listing).replace(' class="s xst"', ""))
    assert [(row.headline, row.category) for row in page.rows] == [("糖画", "见闻见闻见闻")]


def test_a_list_of_pictures_counts_what_it_cannot_read() -> None:
    listing = Listing([Row(11, "渡口"), Row(12, "石桥")], pictures=True)
    page = board(str(listing).replace("mod=viewthread&amp;tid=12", "mod=show&amp;id=12"))
    assert ([row.thread_id for row in page.rows], page.rows_unread) == (["11"], 1)


def test_the_guide_knows_its_rows_by_their_markup() -> None:
    rows = guide([(Row(5, "谁在说话", 3), 8, "河湾闲话")])
    slugs = rows.replace("forum.php?mod=viewthread&amp;tid=5&amp;extra=", "who-speaks.html")
    page = read(slugs, f"{HOST}forum.php?mod=guide&view=new")
    assert isinstance(page, NewsPage)
    assert [row.thread_id for row in page.rows] == ["5"]


def test_the_next_page_of_a_list_in_an_unknown_address() -> None:
    known = board(Listing(ROWS, page=2, pages=3, slugs="x.html"), f"{HOST}8-2/harbour-talk.html")
    assert (known.page, known.next_url) == (2, f"{HOST}8-3/harbour-talk.html")
    unknown = str(Listing(ROWS, page=2, pages=3, slugs="x.html")).replace("8-3/", "talk/3/")
    page = board(unknown, f"{HOST}talk/2/")
    assert (page.page, page.pages, page.next_url) == (2, 3, f"{BOARD}&page=3")


def test_the_board_is_known_by_its_table() -> None:
    slugs = str(Listing(ROWS, slugs="x.html")).replace("fid = parseInt('8')", "fid = 0")
    page = board(slugs.replace("8-1/harbour-talk.html", "harbour/"), f"{HOST}harbour/")
    assert page.board.id == "8"


# -- counters ---


def test_a_list_without_counters_tells_none() -> None:
    page = board(Listing(ROWS, counters=False))
    for row in page.rows:
        assert (row.replies, row.views, row.last_post, row.last_author) == (None, None, None, None)


def test_a_dash_is_no_number() -> None:
    (row,) = board(Listing([replace(ROWS[1], replies="-", views="-")])).rows
    assert (row.replies, row.views) == (None, None)


@pytest.mark.parametrize(
    ("told", "threads"),
    [
        (None, None),
        ("0", 0),
        ("20831", 20831),
        ('<span title="20831">2万</span>', 20831),
        ("2万", None),
        ("2.1万", None),
    ],
)
def test_how_many_threads_a_board_has(told: str | None, threads: int | None) -> None:
    page = board(Listing(ROWS, told=told))
    assert (page.threads, page.board.threads) == (threads, threads)


@pytest.mark.parametrize("columns", [0, 2])
@pytest.mark.parametrize(
    ("told", "threads"),
    [("3", 3), ('<span title="20831">2万</span>', 20831), ("2万", None), ("", None)],
)
def test_how_many_threads_an_index_tells(columns: int, told: str, threads: int | None) -> None:
    index = forum_index([(8, "河湾闲话"), (9, "北岸")], columns=columns, threads=told)
    page = read(index, f"{HOST}forum.php")
    assert isinstance(page, IndexPage)
    assert [each.threads for each in page.boards] == [threads, threads]


def test_a_title_that_reads_as_the_head_of_a_board_is_none() -> None:
    page = board(Listing([Row(102, "今日: 7 | 主题: 99")], told=None))
    assert page.threads is None


def test_phones_tell_the_threads_of_a_board() -> None:
    head = '<div class="bm"><p>今日: <span>5</span>主题: <span>31250</span>排名: 5</p></div>'
    page = touch35_list([(102, "糖画摊子", "石桥卖花人", 35)]).replace("<div", f"{head}<div", 1)
    assert board(page).threads == 31250


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("12,345", 12345),
        ("2万", None),
        ("2.3 万", None),
        ("1.2w", None),
        ("7 weeks", 7),
        ("", None),
    ],
)
def test_a_rounded_number_is_none(words: str, value: int | None) -> None:
    root, _ = build_tree(f"<html><body><em>{words}</em></body></html>")
    assert number(next(root.iter("em"))) == value


# -- what a list offers ---


def test_ways_to_list_a_board() -> None:
    page = board(Listing(ROWS, types=[(3, "见闻"), (5, "渡口")], orders=True))
    assert page.types == ("3", "5")
    assert page.orders == ("lastpost", "dateline", "replies")
    assert page.filters == ("typeid", "lastpost", "digest", "author", "reply")
    bare = board(Listing(ROWS))
    assert (bare.types, bare.orders, bare.filters) == ((), (), ())


def test_other_boards_offers_are_not_this_boards() -> None:
    other = Listing(ROWS, fid=9, types=[(3, "见闻")], orders=True)
    page = board(str(other).replace("fid = parseInt('9')", "fid = parseInt('8')"))
    assert (page.board.id, page.types, page.orders) == ("8", (), ())


@pytest.mark.parametrize(
    ("shown", "told"), [(1000, 1000), (4606, None), (None, None), (9999, None)]
)
def test_a_pager_may_promise_more_than_is_shown(shown: int | None, told: int | None) -> None:
    page = board(Listing(ROWS, pages=4606, shown=shown, look=Look(rewritten=True)))
    assert (page.pages >= 4606, page.pages_shown) == (True, told)


@pytest.mark.parametrize("tag", ["tr", "li", "div"])
def test_rows_in_other_elements(tag: str) -> None:
    rows = "".join(
        f'<{tag} id="normalthread_{tid}"><a href="{title}.html" class="xst">{title}</a></{tag}>'
        for tid, title in ((101, "渡船"), (102, "糖画"))
    )
    page = str(Listing([])).replace("尚无主题", "主题")
    found = board(page.replace('<tbody class="bw0_all">', f"{rows}<tbody>"))
    assert [row.thread_id for row in found.rows] == ["101", "102"]


def test_places_come_in_the_order_of_the_page() -> None:
    rows = [Row(11, "渡口", sticky=3), Row(12, "石桥", sticky=1), Row(13, "北岸")]
    whole = board(Listing(rows)).places
    alone = [board(Listing([row])).places for row in rows]
    assert whole == tuple(dict.fromkeys(place for places in alone for place in places))
    assert len(whole) > 1


@pytest.mark.parametrize("half", ["&#xD800;", "&#55357;", "&#x0DC00;", "&#055357;"])
def test_a_feed_with_half_a_sign(half: str) -> None:
    """A forum that cuts titles after so many signs cuts through emoji."""
    feed = f"""<?xml version="1.0"?><rss version="2.0"><channel><item><title>夜市{half}</title>
<link>http://bbs.example.net/thread-1-1-1.html</link></item></channel></rss>"""
    page = read_page(feed.encode(), url=f"{HOST}forum.php?mod=rss&fid=8", seen_at=SEEN)
    assert isinstance(page, NewsPage)
    assert [row.headline for row in page.rows] == ["夜市\ufffd"]
