from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz import urls

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
        urls.forum_root(url, text)
        urls.resolve(HOST, text)
        urls.attachment_id(text)
        urls.site_of(urls.forum_root(url, None))


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
