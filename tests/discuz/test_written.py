"""What a member writes changes the words of that post, and no other fact of the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.decoding import decode
from crawler.discuz.facts import Body, ThreadPage
from tests.forum.desktop import Thread
from tests.make_fixtures import fixtures
from tests.pages import PLAIN, Fixture, first, replies

SEEN_AT = datetime(2024, 5, 7, 18, 21, tzinfo=UTC)

# each as Discuz sends it: a member's quotes and signs are entities, an apostrophe is not
WRITTEN = {
    "a clock": "<br />\nGMT-5, 2010-1-1 10:00<br />",
    "the forum's address": "SITEURL = 'http://evil.example/x/'; ",
    "who reads": " discuz_uid = '77', ",
    "another thread": " tid = parseInt('99'), fid = parseInt('98') ",
    "another address": " REPORTURL = 'aHR0cDovL2V2aWwuZXhhbXBsZS90aHJlYWQtOTktMS0xLmh0bWw=' ",
    "an archive": " http://archive.ph/2009.03.05-101112/http://evil.example/thread-99-1-1.html ",
    "a capture": " FILE ARCHIVED ON 10:11:12 Mar 05, 2009 saved from url=(0030)http://evil.example/ ",
}


def words_of(fixture: Fixture) -> str | None:
    """Words of the last post that stand once in the page."""
    source, _ = decode(fixture.body)
    page = read(fixture, source)
    if not isinstance(page, ThreadPage) or page.skin == "text":
        return None
    lines = [line for post in reversed(page.posts) for line in post.body.text.split("\n")]
    return next((each for each in lines if len(each) > 3 and source.count(each) == 1), None)


def read(fixture: Fixture, source: str, *, is_saved: bool = False) -> object:
    url = "file:///pages/a.html" if is_saved else fixture.url
    return read_page(
        source.encode(),
        url=url,
        seen_at=datetime.fromisoformat(fixture.seen_at),
        status=fixture.status,
    )


PAGES = {
    each.name: (each, words)
    for each in fixtures()
    if each.kind == "thread" and (words := words_of(each))
}


def without_words(page: ThreadPage) -> ThreadPage:
    return replace(page, posts=tuple(replace(post, body=Body()) for post in page.posts))


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", PAGES)
def test_a_line_of_a_member_changes_nothing_else(name: str, written: str) -> None:
    fixture, words = PAGES[name]
    source, _ = decode(fixture.body)
    source = re.sub(r"charset=(?:gbk|big5)", "charset=utf-8", source)
    for is_saved in (False, True):
        before = read(fixture, source, is_saved=is_saved)
        after = read(fixture, source.replace(words, words + WRITTEN[written]), is_saved=is_saved)
        if is_saved and not isinstance(before, ThreadPage):
            continue  # a page whose address alone tells its thread
        assert isinstance(before, ThreadPage)
        assert isinstance(after, ThreadPage)
        assert without_words(after) == without_words(before)


def test_a_post_that_links_to_another_as_templates_do_does_not_make_it_the_opening_one() -> None:
    """Who may write HTML may write Discuz's own link below an opening post."""
    link = '<a href="forum.php?mod=post&reppost=902" class="fastre">好</a>'
    page = str(Thread([first(900, f"灯亮了{link}"), *replies(901, "坐等", "好")]))
    read_ = read_page(page.encode(), url=PLAIN, seen_at=SEEN_AT)
    assert isinstance(read_, ThreadPage)
    assert [(post.id, post.is_first) for post in read_.posts] == [
        ("900", True),
        ("901", False),
        ("902", False),
    ]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", ["x34", "touch", "archiver", "news"])
def test_a_title_moves_no_page(name: str, written: str) -> None:
    """Discuz writes the title and the first words of a thread into the head of its page."""
    fixture, _ = PAGES[name]
    source, _ = decode(fixture.body)
    said = WRITTEN[written].replace("<br />", "").strip()
    meta = f'<meta name="description" content="{said}" />'
    for is_saved in (False, True):
        before = read(fixture, source, is_saved=is_saved)
        title = re.sub("<title>", f"{meta}<title>{said} ", source, count=1, flags=re.I)
        after = read(fixture, title, is_saved=is_saved)
        assert isinstance(before, ThreadPage)
        assert isinstance(after, ThreadPage)
        assert (after.url, after.site, after.thread_id) == (
            before.url,
            before.site,
            before.thread_id,
        )
        assert [post.date for post in after.posts] == [post.date for post in before.posts]
