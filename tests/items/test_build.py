"""Whatever a member puts into a post, its line keeps to the schema: a line that breaks it is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz import read_page
from crawler.discuz.facts import ThreadPage
from crawler.items.build import post_lines
from crawler.items.lines import to_json
from crawler.items.schema import problems
from tests.forum.desktop import HOST, Thread
from tests.pages import first, replies

SEEN = datetime(2024, 5, 7, 18, 21, tzinfo=UTC)
PICTURES = (
    '<img src="http://a.example/p.jpg">',
    '<img src="static/image/smiley/default/smile.gif" smilieid="1">',
    '<ignore_js_op><img aid="7" zoomfile="data/7.jpg" file="data/7.jpg" src="none.gif"></ignore_js_op>',
    "<img>",
)
LEAVES = (*PICTURES, "灯亮了", "&nbsp;", "", "<br>", "<hr>", "&#8203;")
AROUND = (
    '<a href="http://a.example/x">{}</a>',
    '<a href="forum.php?mod=redirect&goto=findpost&ptid=1&pid=9">{}</a>',
    '<a href="">{}</a>',
    '<div class="quote"><blockquote>{}</blockquote></div>',
    "<blockquote>{}</blockquote>",
    '<div class="blockcode"><div><ol><li>{}</ol></div><em>复制代码</em></div>',
    '<div class="locked">{}</div>',
    "<table><tr><td>{}</td></tr></table>",
    "<ul><li>{}</ul>",
    '<p class="attnm"><a href="forum.php?mod=attachment&aid=7">{}</a></p>',
    "<font color=red>{}</font>",
    '<i class="pstatus">{}</i>',
    "<spoiler>{}</spoiler>",
    '<video src="http://a.example/v.mp4">{}</video>',
)
markup = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(
        lambda around, parts: around.format("".join(parts)),
        st.sampled_from(AROUND),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


def broken(words: str) -> list[str]:
    page = str(Thread([first(900, words), *replies(901, words)]))
    read = read_page(page.encode(), url=f"{HOST}thread-1-1-1.html", seen_at=SEEN)
    assert isinstance(read, ThreadPage)
    lines = post_lines(read, read.posts, SEEN)
    return [problem for line in lines for problem in problems(to_json(line))]


@given(markup)
def test_the_line_of_any_post_keeps_to_the_schema(words: str) -> None:
    assert broken(words) == []


@pytest.mark.parametrize("picture", PICTURES)
def test_a_link_that_is_a_picture(picture: str) -> None:
    assert broken(f'<a href="http://a.example/x">{picture}</a>') == []
