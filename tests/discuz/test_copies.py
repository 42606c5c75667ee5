"""How a page was saved: by what it says of itself, and what that changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.discuz import read_page
from crawler.discuz.copies import Copy, read_copy, without_archive
from crawler.discuz.decoding import decode
from crawler.discuz.document import read_document
from crawler.discuz.facts import Message, ThreadPage
from crawler.discuz.page.clock import read_clock
from crawler.discuz.post import render_html
from tests.forum import copies
from tests.forum.desktop import HOST, Thread
from tests.make_fixtures import fixtures
from tests.pages import first, replies

URL = f"{HOST}thread-4711-1-1.html"
AT = datetime(2019, 3, 5, 10, 11, 12, tzinfo=UTC)
SINGLE = f"""<!DOCTYPE html> <html><!--
 Page saved with SingleFile
 url: {URL}
 saved date: Tue Mar 05 2019 18:11:12 GMT+0800 (China Standard Time)
--><head>"""
HTTRACK = (
    "<html><!-- Mirrored from bbs.example.net/thread-4711-1-1.html by HTTrack Website"
    " Copier/3.x [XR&CO'2014], Tue, 05 Mar 2019 10:11:12 GMT --><head>"
)
ARCHIVED = "<!--\n     FILE ARCHIVED ON 10:11:12 Mar 05, 2019 AND RETRIEVED FROM THE\n -->"
SAVED = "<!-- saved from url=({:04})" + "{} -->\n<html>"


def saved_from(url: str) -> str:
    return SAVED.format(len(url), url)


@pytest.mark.parametrize(
    ("source", "url", "copy"),
    [
        (SINGLE, "file:///p.html", Copy("singlefile", URL, AT)),
        (HTTRACK, "file:///p.html", Copy("httrack", URL, AT)),
        (saved_from(URL), "file:///p.html", Copy("browser", URL)),
        (
            saved_from(f"https://web.archive.org/web/20190305101112/{URL}"),
            "file:///p.html",
            Copy("wayback", URL, AT),
        ),
        ("<html></html>" + ARCHIVED, "file:///p.html", Copy("wayback", None, AT)),
        ("", f"https://web.archive.org/web/20190305101112id_/{URL}", Copy("wayback", URL, AT)),
        ("", f"https://archive.ph/2019.03.05-101112/{URL}", Copy("archive.today", URL, AT)),
        (
            f'<link rel="canonical" href="https://archive.ph/2019.03.05-101112/{URL}"/>',
            "file:///p.html",
            Copy("archive.today", URL, AT),
        ),
        # the usual address of archive.today is short
        (
            f'<meta property="og:url" content="http://archive.md/20190305101112/{URL}"/>',
            "https://archive.ph/aB3xZ",
            Copy("archive.today", URL, AT),
        ),
        ("<html>", "https://archive.ph/aB3xZ", None),
        # without http://, of another archive, of a search engine, of an archive in an archive
        ("", f"https://web.archive.org/web/20190305101112/{URL[7:]}", Copy("wayback", URL, AT)),
        ("", f"https://web.archive.org/web/2019*/{URL}", Copy("wayback", URL)),
        ("", f"https://web.archive.org/web/{URL}", Copy("wayback", URL)),
        ("", f"https://arquivo.pt/wayback/20190305101112/{URL}", Copy("wayback", URL, AT)),
        (
            "",
            f"https://webcache.googleusercontent.com/search?q=cache:aB3xZ:{URL}+&cd=1",
            Copy("cache", URL),
        ),
        (
            "",
            f"https://web.archive.org/web/20190305101112/http://archive.ph/2012.01.02/{URL}",
            Copy("wayback", URL, AT),
        ),
        # a forum whose name or whose addresses look like an archive's
        (
            "",
            "https://web.archive.org/web/20190305101112/http://archive.b.example/20180102/t-1.html",
            Copy("wayback", "http://archive.b.example/20180102/t-1.html", AT),
        ),
        # a page of an archive that was saved once more
        (
            SINGLE.replace(URL, f"https://web.archive.org/web/20190305101112/{URL}"),
            "file:///p.html",
            Copy("wayback", URL, AT),
        ),
        # the title of a thread, the first words of its opening post
        (
            f'<meta name="description" content="http://archive.ph/2019.03.05-101112/{URL}" />',
            "file:///p.html",
            None,
        ),
        # what a forum sends is no copy, whatever stands in it
        (SINGLE, URL, None),
        (saved_from(URL), f"{HOST}x", None),
        ("<html>", "file:///p.html", None),
        # a member's words
        (f"<html><body>{SINGLE}", "file:///p.html", None),
        (f"<html><body>{ARCHIVED}</body></html>", "file:///p.html", None),
        # nonsense
        (SINGLE.replace("05 2019", "45 2019"), "file:///p.html", Copy("singlefile", URL)),
        (saved_from("about:internet"), "file:///p.html", Copy("browser")),
    ],
)
def test_what_a_page_says_of_how_it_was_saved(source: str, url: str, copy: Copy | None) -> None:
    assert read_copy(source, url, {}) == copy


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("From: <Saved by Blink>\nSnapshot-Content-Location: http://b.example/\n", "MHTML"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary=x\n\n<html>", "MHTML"),
        ('<html><table><tr><td class="line-number" value="1"></td></tr>', "source"),
        ('<html><body id="viewsource"><pre id="line1">1 &lt;html&gt;</pre>', "source"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(source: str, said: str) -> None:
    page = read_page(source.encode(), url="file:///p.mht", seen_at=AT)
    assert isinstance(page, Message)
    assert page.text
    assert said in page.text
    # what a forum sends is never one
    other = read_page(source.encode(), url=URL, seen_at=AT)
    assert not isinstance(other, Message) or said not in (other.text or "")[:20]


def test_what_a_member_writes_of_an_archive_stays() -> None:
    written = "来源(https://web.archive.org/web/2010/http://x.example/a)"
    source = (
        f'<p>{written}</p><img srcset="/web/2019im_/http://x/1 1x, /web/2019im_/http://x/2 2x">'
    )
    wanted = f'<p>{written}</p><img srcset="http://x/1 1x, http://x/2 2x">'
    assert without_archive(source, Copy("wayback", URL, AT), URL) == wanted


def test_relative_dates_of_an_archive_do_not_count_from_its_answer() -> None:
    """The `Date` header is that of the archive, years after the capture."""
    document = read_document(
        b"<html>",
        url=f"https://web.archive.org/web/20190305101112/{URL}",
        seen_at=datetime(2026, 11, 25, tzinfo=UTC),
        headers={"Date": "Wed, 25 Nov 2026 10:00:00 GMT"},
    )
    assert read_clock(document).now == AT


def test_the_moment_in_a_header() -> None:
    headers = {"memento-datetime": "Tue, 05 Mar 2019 10:11:12 GMT"}
    assert read_copy("", URL, headers) == Copy("memento", None, AT)


QUOTED = (
    '<div class="quote"><blockquote><font size="2"><a href="forum.php?mod=redirect&amp;goto='
    'findpost&amp;pid=950&amp;ptid=4711"><font color="#999999">石桥卖花人 发表于 2019-3-4 10:00'
    "</font></a></font><br />灯亮了</blockquote></div>坐等周末。"
)
PICTURE = '<img id="aimg_5" file="data/attachment/forum/a.jpg" />'
PAGE = str(
    Thread(
        [
            first(950, f'看<a href="http://x.example/">这里</a>{PICTURE}', date="昨天&nbsp;10:00"),
            *replies(951, QUOTED, "好"),
        ],
        pages=3,
    )
).replace("</body>", "<!-- no clock --></body>")


def read(source: str, url: str, seen_at: datetime = AT) -> ThreadPage:
    page = read_page(source.encode(), url=url, seen_at=seen_at)
    assert isinstance(page, ThreadPage), page
    return page


ARCHIVED_LINK = "https://web.archive.org/web/2015/http://dead.example/"


@pytest.mark.parametrize("maker", ["none", *copies.COPIES])
def test_a_link_of_an_author_to_an_archive_stays_his(maker: str) -> None:
    page = str(Thread([first(950, f'看<a href="{ARCHIVED_LINK}">这里</a>')]))
    source, url = copies.COPIES[maker](page, URL, AT) if maker != "none" else (page, URL)
    (post,) = read(source, url).posts
    assert [link.url for link in post.body.links] == [ARCHIVED_LINK]


@pytest.mark.parametrize("maker", copies.COPIES)
def test_a_copy_tells_what_the_page_told(maker: str) -> None:
    """Years later, from a file: the same thread of the same forum, with the same posts."""
    told = read(PAGE, URL)
    source, url = copies.COPIES[maker](PAGE, URL, AT)
    copy = read(source, url, AT + timedelta(days=2000))
    assert (copy.url, copy.thread_id, copy.site.root) == (told.url, told.thread_id, told.site.root)
    assert (copy.page, copy.pages, copy.next_url) == (told.page, told.pages, told.next_url)
    for ours, theirs in zip(told.posts, copy.posts, strict=True):
        assert (ours.id, ours.author, ours.position) == (theirs.id, theirs.author, theirs.position)
        assert (ours.date and ours.date.value) == (theirs.date and theirs.date.value)
        assert ours.body.text == theirs.body.text
        assert render_html(ours.body.blocks) == render_html(theirs.body.blocks)
        assert ours.body.quotes == theirs.body.quotes


THREADS = {
    each.name: each for each in fixtures() if each.kind == "thread" and b"<html" in each.body[:2000]
}
# An album's pictures are listed in a script, which SingleFile leaves out.
KNOWN = {"singlefile": ["album"]}


def told_by(page: object) -> object:
    if not isinstance(page, ThreadPage):
        return type(page).__name__
    posts = [(each.id, each.author, each.date, each.body.text) for each in page.posts]
    return page.url, page.thread_id, page.site.root, page.headline, page.page, posts


@pytest.mark.parametrize("maker", copies.COPIES)
def test_copies_of_all_faces_tell_what_the_pages_told(maker: str) -> None:
    odd = []
    for name, fixture in THREADS.items():
        source, seen = decode(fixture.body)[0], datetime.fromisoformat(fixture.seen_at)
        page = read_page(source.encode(), url=fixture.url, seen_at=seen)
        if not isinstance(page, ThreadPage):
            continue
        # a browser does not say when it saved: then the file does
        copy, url = copies.COPIES[maker](source, page.url, seen)
        other = read_page(copy.encode(), url=url, seen_at=seen)
        page = read_page(source.encode(), url=page.url, seen_at=seen)
        if told_by(page) != told_by(other):
            odd.append(name)
    assert odd == KNOWN.get(maker, [])
