"""Addresses: what they mean, and one way of writing each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz import read_page, urls
from crawler.discuz.facts import ThreadPage
from tests.forum.desktop import Thread
from tests.pages import first

HOST = "http://b.example"


@pytest.mark.parametrize(
    ("url", "root", "page"),
    [
        ("/forum.php?mod=viewthread&tid=77", "/", 1),
        ("/forum.php?mod=viewthread&tid=77&extra=page%3D3&page=4", "/", 4),
        ("/forum.php?extra=&tid=77&mod=viewthread&sid=aB3&mobile=2", "/", 1),
        ("/forum.php?mod=viewthread&tid=77&authorid=5&page=2", "/", 2),
        ("/forum.php?mod=viewthread&action=printable&tid=77", "/", 1),
        ("/forum.php?mod=redirect&goto=findpost&ptid=77&pid=901#pid901", "/", 1),
        ("/forum.php?mod=redirect&goto=lastpost&tid=77", "/", 1),
        ("/bbs/forum.php?mod=viewthread&tid=77#pid5", "/bbs/", 1),
        ("/bbs/viewthread.php?tid=77&page=2", "/bbs/", 2),
        ("/thread-77-3-1.html", "/", 3),
        ("/a/b/thread-77-1-2.html?from=x", "/a/b/", 1),
        ("/t77-2-1", "/", 2),
        ("/forum-viewthread_77.html", "/", 1),
        ("/archiver/?tid-77.html", "/", 1),
        ("/bbs/archiver/tid-77.html", "/bbs/", 1),
    ],
)
def test_every_way_of_writing_a_thread(url: str, root: str, page: int) -> None:
    address = urls.read_thread_address(HOST + url)
    assert address is not None
    assert (address.root, address.thread_id, address.page) == (HOST + root, "77", page)
    back = urls.read_thread_address(address.page_url(9))
    assert back is not None
    assert (back.root, back.thread_id) == (address.root, "77")
    assert back.page == 9


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/forum.php",
        "/forum.php?mod=forumdisplay&fid=2",
        "/forum-2-1.html",
        "/forum.php?mod=redirect&goto=nextnewset&tid=77",
        "/forum.php?mod=viewthread&tid=abc",
        "/forum.php?mod=viewthread&tid=0",
        "/home.php?mod=space&uid=77",
    ],
)
def test_other_addresses(url: str) -> None:
    assert urls.read_thread_address(HOST + url) is None


@pytest.mark.parametrize(
    ("url", "root", "board", "page"),
    [
        ("/forum.php?mod=forumdisplay&fid=7", "/", "7", 1),
        ("/bbs/forum.php?fid=7&mod=forumdisplay&page=3&filter=typeid&typeid=2", "/bbs/", "7", 3),
        ("/forumdisplay.php?fid=7&page=2", "/", "7", 2),
        ("/forum-7-3.html", "/", "7", 3),
        ("/forum-harbour-3.html", "/", "harbour", 3),
        ("/f7-3", "/", "7", 3),
        ("/f7-3.html", "/", "7", 3),
        ("/bbs/archiver/?fid-7.html", "/bbs/", "7", 1),
    ],
)
def test_every_way_of_writing_a_board(url: str, root: str, board: str, page: int) -> None:
    address = urls.read_board_address(HOST + url)
    assert address is not None
    assert (address.root, address.board_id, address.page) == (HOST + root, board, page)
    back = urls.read_board_address(address.page_url(9))
    assert back is not None
    assert (back.root, back.board_id, back.page) == (address.root, board, 9)


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/forum.php?mod=viewthread&tid=7",
        "/forum-viewthread_7.html",
        "/forum.php?mod=forumdisplay&fid=0",
        "/forum.php?mod=forumdisplay&fid=harbour",
        "/forum.php?gid=7",
        "/home.php?mod=forumdisplay&fid=7",
    ],
)
def test_addresses_of_no_board(url: str) -> None:
    assert urls.read_board_address(HOST + url) is None


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        (f"{HOST}/", True),
        (HOST, True),
        (f"{HOST}/bbs/index.php", True),
        (f"{HOST}/forum.php?gid=3", True),
        (f"{HOST}/archiver/", True),
        (f"{HOST}/archiver/?tid-1.html", False),
        (f"{HOST}/forum.php?mod=guide", False),
        (f"{HOST}/forum-7-1.html", False),
        (f"{HOST}/home.php", False),
        ("file:///forum.php", False),
        ("http://[", False),
    ],
)
def test_indexes(url: str, is_one: bool) -> None:
    assert urls.is_index(url) is is_one


@pytest.mark.parametrize(
    ("read", "href", "value"),
    [
        (urls.post_id, "forum.php?mod=redirect&goto=findpost&ptid=1&pid=9", "9"),
        (urls.post_id, "thread-1-1-1.html#pid9", "9"),
        (urls.post_id, "http://shop.example/?pid=9", None),
        (urls.post_id, None, None),
        (urls.board_id, "forum.php?mod=forumdisplay&amp;fid=2", "2"),
        (urls.board_id, "forum-harbour-1.html", "harbour"),
        (urls.board_id, "/f161-1", "161"),
        (urls.board_id, "thread-1-1-1.html", None),
        (urls.attachment_id, "forum.php?mod=attachment&aid=5", "5"),
        (urls.attachment_id, "forum.php?mod=attachment&aid=x", None),
        (urls.attachment_id, None, None),
        (urls.is_user_link, "space-username-%BC%D7.html", True),
        (urls.is_user_link, "home.php?mod=space&amp;username=x", True),
        (urls.is_user_link, "home.php?mod=space&do=thread", False),
        (urls.is_filtered, "forum.php?mod=viewthread&tid=1&authorid=5", True),
        (urls.is_filtered, "forum.php?mod=viewthread&tid=1&authorid=0", False),
        (urls.without_mobile, "http://b.example/x?a=1&mobile=yes", "http://b.example/x?a=1"),
        (urls.without_mobile, None, None),
        (urls.desktop_url, "http://b.example/x?a=1", "http://b.example/x?a=1&mobile=no"),
        (urls.without_fragment, "http://b.example/x#pid9", "http://b.example/x"),
        (urls.site_of, "https://B.example/bbs/", "b.example/bbs"),
        (urls.site_of, "file:///", "file"),
    ],
)
def test_what_a_link_tells(
    read: Callable[[str | None], object], href: str | None, value: object
) -> None:
    assert read(href) == value


@pytest.mark.parametrize(
    ("url", "base", "root"),
    [
        (f"{HOST}/bbs/x", f"{HOST}/bbs/", f"{HOST}/bbs/"),
        (f"{HOST}/thread-1-1-1.html", f"{HOST}/", f"{HOST}/"),
        (f"{HOST}/forum.php", "http://evil.example/", f"{HOST}/"),
        (f"{HOST}/forum.php", "http://www.b.example/bbs/", f"{HOST}/bbs/"),
        ("file:///tmp/page.html", f"{HOST}/bbs/", f"{HOST}/bbs/"),
        ("file:///tmp/page.html", None, "file:///"),
        (f"{HOST}/x", "http://[bad", f"{HOST}/"),
    ],
)
def test_root(url: str, base: str | None, root: str) -> None:
    assert urls.forum_root(url, base) == root


@pytest.mark.parametrize(
    ("href", "uid"),
    [
        ("home.php?mod=space&uid=20", "20"),
        ("space-uid-20.html", "20"),
        ("suid-20", "20"),
        ("?mod=viewthread&tid=1&authorid=20", None),
        ("home.php?ac=pm&touid=20", None),
        (None, None),
    ],
)
def test_user_id(href: str | None, uid: str | None) -> None:
    assert urls.user_id(href) == uid


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "#top",
        "",
        None,
        "http://[",
    ],
)
def test_no_link_leads_to_scripts_or_files(href: str | None) -> None:
    assert urls.resolve(f"{HOST}/", href) is None
    assert urls.resolve("file:///home/page.html", href) is None


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    for url in (text, HOST + "/" + text, f"{HOST}/forum.php?mod=viewthread&tid={text}"):
        urls.read_thread_address(url)
        urls.read_board_address(url)
        urls.is_index(url)
        urls.forum_root(url, text)
        urls.resolve(HOST, text)
        urls.attachment_id(text)
        urls.site_of(urls.forum_root(url, None))


@given(
    st.sampled_from(("http://", "https://", "HTTP://", "")),
    st.text("ab.:-[]@_\u6e21\n "),
    st.text("/?#a=&\u6e21\t%\x00"),
)
def test_plain_addresses_are_taken_apart_as_all_others(scheme: str, host: str, path: str) -> None:
    url = scheme + host + path
    assert urls._split(url) == urls._normalised(url)


THREAD_7 = ("http://bbs.example.net/", "7")


@pytest.mark.parametrize(
    "url",
    [
        "http://bbs.example.net/thread-7-1-1.html",
        "http://user:secret@bbs.example.net/thread-7-1-1.html",
        "http://bbs.example.net:80/thread-7-1-1.html",
        "HTTP://BBS.Example.net./thread-7-1-1.html",
        "http://bbs.example.net/./a/../thread-7-1-1.html",
        "http://bbs.example.net/forum.php?mod=viewthread&amp;tid=7",
        "http://bbs.example.net/archiver/?tid-7.html&page=2",
        "http://bbs.example.net/thread-7.html",
        "http://bbs.example.net/read-7.html",
        "http://bbs.example.net/topic/7",
    ],
)
def test_a_thread_has_one_identity_however_it_is_named(url: str) -> None:
    address = urls.read_thread_address(url)
    assert address is not None
    assert (address.root, address.thread_id) == THREAD_7


def test_a_host_has_one_name() -> None:
    for host in ("bücher.example", "BÜCHER.example", "xn--bcher-kva.example"):
        address = urls.read_thread_address(f"http://{host}/thread-7-1-1.html")
        assert address is not None
        assert urls.site_of(address.root) == "xn--bcher-kva.example"


@pytest.mark.parametrize("number", ["٧", "9" * 20, "0"])
def test_what_is_no_number_of_a_thread(number: str) -> None:
    address = urls.read_thread_address(f"http://b.example/forum.php?mod=viewthread&tid={number}")
    assert address is None
    if number != "0":
        assert urls.read_thread_address(f"http://b.example/thread-{number}-1-1.html") is None


def test_a_number_that_somebody_wrote_is_none_of_the_thread() -> None:
    page = str(Thread([first(950, "var tid = parseInt('999');")]))
    page = re.sub(r"<script[^>]*>[^<]*tid = parseInt[^<]*</script>", "", page)
    seen = datetime(2024, 5, 7, tzinfo=UTC)
    read = read_page(page.encode(), url=f"{HOST}/thread-4711-1-1.html", seen_at=seen)
    assert isinstance(read, ThreadPage)
    assert read.thread_id == "4711"


@given(st.integers(1, 10**12), st.integers(1, 999_999), st.sampled_from(("/", "/bbs/", "/a/b/")))
def test_canonical_twice_is_canonical_once(tid: int, page: int, base: str) -> None:
    for url in (
        f"{HOST}{base}thread-{tid}-{page}-1.html",
        f"{HOST}{base}forum.php?mod=viewthread&tid={tid}&page={page}",
    ):
        once = urls.read_thread_address(url)
        assert once is not None
        twice = urls.read_thread_address(once.page_url(page))
        assert twice is not None
        assert (twice.root, twice.thread_id, twice.page) == (once.root, str(tid), page)
        assert twice.page_url(page) == once.page_url(page)


# -- addresses with titles in them ---


@pytest.mark.parametrize(
    ("url", "root", "page"),
    [
        ("/ferry-times-77-2-1.html", "/", 2),
        ("/bbs/read-77-1-3.html", "/bbs/", 1),
        ("/bbs/%E6%B8%A1%E8%88%B9-2024-77-1-1.htm", "/bbs/", 1),
    ],
)
def test_a_thread_by_its_title(url: str, root: str, page: int) -> None:
    address = urls.read_thread_address(HOST + url)
    assert address is not None
    assert (address.root, address.thread_id, address.page) == (HOST + root, "77", page)
    # the title fits no other thread
    assert address.page_url(3) == urls.thread_url(HOST + root, "77") + "&page=3"


@pytest.mark.parametrize(
    "url",
    [
        "/article-26-1.html",
        "/portal/article-26-1-1.html",
        "/space-uid-77.html",
        "/space-username-a-77-1-1.html",
        "/blog-7-77.html",
        "/group-7-1.html",
        "/topic-a-77-1-1.html",
        "/tag-77-1-1.html",
        "/news-2024-5-1.html",
        "/2024-05-01.html",
        "/news-2024-05-01.html",
        "/ferry-times-0-1-1.html",
        "/ferry-times-77-1.html",
        "/77-1-1.html",
        "/ferry-times-77-1-1/",
        "/ferry-times-77-1-1.html/x",
        "/plugin.php?id=ferry-77-1-1.html",
    ],
)
def test_what_is_no_thread_by_its_title(url: str) -> None:
    assert urls.read_thread_address(HOST + url) is None


@pytest.mark.parametrize(
    ("url", "root", "page"),
    [("/8-2/harbour-talk.html", "/", 2), ("/bbs/8-1/%E6%B8%A1%E5%8F%A3.html", "/bbs/", 1)],
)
def test_a_board_by_its_name(url: str, root: str, page: int) -> None:
    address = urls.read_board_address(HOST + url)
    assert address is not None
    assert (address.root, address.board_id, address.page) == (HOST + root, "8", page)
    assert urls.board_id(url.removeprefix("/")) == "8"
    back = urls.read_board_address(address.page_url(9))
    assert back is not None
    assert (back.root, back.board_id, back.page) == (address.root, "8", 9)


@pytest.mark.parametrize(
    "url", ["/2024-5/harbour-talk.html", "/08-01/harbour.html", "/8/harbour.html", "/8-1/"]
)
def test_what_is_no_board_by_its_name(url: str) -> None:
    assert urls.read_board_address(HOST + url) is None
    assert urls.board_id(url) is None


@given(
    st.sampled_from(
        [
            "http://b.example",
            "http://b.example/",
            "https://b.example/bbs/forum.php?mod=x&y=/z#w",
            "http://b.example/a/b/../c",
            "file:///tmp/page.html",
            "mailto:me@b.example",
            "",
            "x",
        ]
    ),
    st.from_regex(
        r"/?[a-zA-Z][\w-]{0,9}(\.[a-z]{0,6})?([?#;:/][\w=&.%/#?-]{0,9})?", fullmatch=True
    ),
)
def test_a_link_beside_is_resolved_as_any_other(base: str, href: str) -> None:
    told = urls.resolve(base, href)
    url = urljoin(base, href.strip())
    assert told == (url if urlsplit(url).scheme.lower() in urls._SAFE_SCHEMES else None)
