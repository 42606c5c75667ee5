"""Posts in HTML that leave elements open, or close too many: each floor keeps its own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.dates import DEFAULT_ZONE
from crawler.discuz.elements import all_text
from crawler.discuz.facts import ThreadPage
from crawler.discuz.post import render_html
from crawler.discuz.post.strays import cut_from, take_in
from tests.forum import desktop, phones
from tests.forum.cells import element_of
from tests.pages import first, replies

SEEN = datetime(2023, 4, 1, 12, tzinfo=DEFAULT_ZONE)
WORDS = tuple(
    f"第{number}层的话说得很长，从桥头的灯笼说到渡口的船票，又从船票说到去年那场大水。"
    for number in "一二三"
)
OPEN = [
    "<div>",
    "<table><tr><td>",
    "<div><div>",
    "<table>",
    "<blockquote>",
    "<ul><li>",
    "<b><div>",
    "<center>",
    "<pre>",
]
CLOSED = [
    "</div>",
    "</span>",
    "</td>",
    "</tr>",
    "</table>",
    "</p>",
    "</font></div>",
    "</div></div>",
    "</li></ul>",
]


def touch(*texts: str) -> str:
    labels = ("楼主", "沙发", "板凳")
    posts = [phones.Post(900 + at, text, label=labels[at]) for at, text in enumerate(texts)]
    return phones.touch_thread(posts, pages=3)


def on_desktop(*texts: str) -> str:
    floors = [first(900, texts[0]), *replies(901, *texts[1:])]
    return str(desktop.Thread(floors, pages=3))


MAKERS = pytest.mark.parametrize("make", [touch, on_desktop])


def read(page: str) -> ThreadPage:
    found = read_page(
        page.encode(), url="http://bbs.example.net/forum.php?mod=viewthread&tid=4711", seen_at=SEEN
    )
    assert isinstance(found, ThreadPage)
    return found


def told(page: ThreadPage) -> list[str]:
    return ["".join(post.body.text.split()).lstrip("-") for post in page.posts]


@MAKERS
@pytest.mark.parametrize("markup", OPEN)
@pytest.mark.parametrize("at", [0, 1])
def test_what_a_post_leaves_open_draws_no_other_in(
    make: Callable[..., str], markup: str, at: int
) -> None:
    texts = list(WORDS)
    texts[at] = f"{markup}{texts[at]}"
    page, whole = read(make(*texts)), read(make(*WORDS))
    assert told(page) == list(WORDS)
    assert [post.author for post in page.posts] == [post.author for post in whole.posts]
    assert (page.pages, page.next_url) == (whole.pages, whole.next_url)
    for post in page.posts:
        others = [each for each in WORDS if each != WORDS[page.posts.index(post)]]
        assert not any(each in render_html(post.body.blocks) for each in others)


@MAKERS
@pytest.mark.parametrize("markup", CLOSED)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_end_tag_too_many_loses_nothing(make: Callable[..., str], markup: str, at: int) -> None:
    texts = list(WORDS)
    texts[at] = f"{texts[at][:3]}{markup}{texts[at][3:]}<br />尾"
    wanted = [each + "尾" * (number == at) for number, each in enumerate(WORDS)]
    assert told(read(make(*texts))) == wanted


@MAKERS
@pytest.mark.parametrize("words", ["本店热卖", "<b>本店</b>热卖"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_words_behind_the_cell_of_a_whole_post_are_not_its_own(
    make: Callable[..., str], words: str, at: int
) -> None:
    page = make(*WORDS)
    start = page.index(WORDS[at])
    end = re.compile(r"\s*</td>\s*</tr>\s*</table>|\s*</div>").search(page, start)
    assert end
    shown = f"{page[: end.end()]}{words}{page[end.end() :]}"
    assert told(read(shown)) == list(WORDS)


@MAKERS
def test_a_script_that_writes_end_tags_ends_nothing(make: Callable[..., str]) -> None:
    page = make(*WORDS)
    start = page.index(WORDS[0])
    end = re.compile(r"\s*</td>\s*</tr>\s*</table>|\s*</div>").search(page, start)
    assert end
    written = "<script>document.write('</table></div></td>');</script><!-- </div></table> -->"
    shown = f"{page[: end.end()]}本店热卖{written}{page[end.end() :]}"
    assert told(read(shown)) == list(WORDS)


@pytest.mark.parametrize(
    ("behind", "taken"),
    [
        ("尾", "话尾"),
        ("<b>尾</b>巴<br><i>完</i>", "话尾巴完"),
        # the parts of Discuz's own, and what stands behind them
        ('<span class="xg1">编号</span>尾', "话"),
        ('<b id="x">编号</b>尾', "话"),
        ('<i><a href="x.html">举报</a></i>', "话"),
        ("尾<div>签名</div>巴", "话尾"),
        (" <div>签名</div>", "话"),
    ],
)
def test_what_is_taken_into_a_cell(behind: str, taken: str) -> None:
    floor = element_of(f"<div><div class=message>话</div>{behind}</div>")
    whole = all_text(floor)
    take_in(floor[0], lambda: 1)
    assert all_text(floor[0]).strip() == taken
    assert all_text(floor) == whole


def test_what_follows_a_row_and_its_table_is_taken_into_its_cell() -> None:
    floor = element_of("<div><table><tr><td>话</td></tr></table><b>尾</b>巴<p>签名</p></div>")
    cell = next(floor.iter("td"))
    take_in(cell, lambda: 1)
    assert all_text(cell) == "话尾巴"


def test_a_floor_is_cut_out_with_all_behind_it() -> None:
    # the post leaves two elements open: the next floor and what is behind it stand in both
    floor = element_of("<div>一<div>二<div>三<p>下</p>四</div><p>五</p>六</div>七</div>")
    cut_from(next(floor.iter("p")), floor)
    assert all_text(floor) == "一二三"


@MAKERS
def test_words_behind_a_cell_that_was_closed_are_taken_in_one_by_one(
    make: Callable[..., str],
) -> None:
    page = make(f"话</div></td></table>{'话<br />' * 40_000}", "答")
    assert len(told(read(page))[0]) == 40_001
