"""Answers of somebody else: whatever they say, they say nothing of what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discuz import read_page
from crawler.discuz.facts import Message
from crawler.items import DEFINITE
from tests.forum.desktop import HOST

URLS = (
    f"{HOST}forum.php?mod=viewthread&tid=4711",
    f"{HOST}thread-4711-2-1.html",
    f"{HOST}forum.php?mod=forumdisplay&fid=9",
    f"{HOST}forum.php",
)
SEEN = datetime(2023, 3, 14, tzinfo=UTC)


def refused(page: str | bytes, status: int | None = 200, url: str = URLS[0]) -> Message:
    body = page.encode() if isinstance(page, str) else page
    got = read_page(body, url=url, seen_at=SEEN, status=status)
    assert isinstance(got, Message), got
    return got


# -- generated guards ---------------------------------------------------------------------------

WORDS = st.sampled_from(
    "主题不存在 抱歉，指定的主题不存在或已被删除或正在被审核 没有权限 抱歉，您没有权限访问该版块 密码"
    " 本版块需要密码 登录 请先登录 抱歉，您尚未登录，没有权限访问该版块 阅读权限高于 20 才能浏览 请稍候"
    " 安全检查 河湾论坛 指定的版块不存在 Forbidden 请开启页面脚本 系统维护 抱歉，您无此权限".split(
        " "
    )
)
TITLES = st.sampled_from(
    [
        "",
        "403 Forbidden",
        "提示信息 - 河湾论坛 -  Powered by Discuz!",
        "旧码头的夜市又开了 - 河湾闲话 -  河湾论坛 -  Powered by Discuz!",
    ]
) | st.text(max_size=12)
SCRIPTS = st.sampled_from(
    [
        "",
        '<script>function go(){document.cookie="k=1";location.reload()}</script>',
        '<script src="/cdn/check.js"></script>',
        "<script>var _dsign=1;</script>",
        '<meta http-equiv="refresh" content="3">',
        '<meta name="generator" content="Discuz! X3.4" />',
        '<meta name="application-name" content="河湾论坛" />',
    ]
)
BOXES = st.sampled_from(
    [
        "<p>{}</p>",
        '<div id="messagetext">{}</div>',
        '<div id="messagetext" class="alert_error"><p>{}</p></div>',
        '<div class="jump_c"><p>{}</p></div>',
        "<h1>{}</h1>",
        '<form action="/login"><input type="password" name="pw" />{}</form>',
        '<div class="f_c altw">{}</div>',
        "<noscript>{}</noscript>",
    ]
)
FEET = st.sampled_from(
    [
        "",
        "<p>Powered by <strong>Discuz!</strong> <em>X3.4</em> &copy; Comsenz Inc.</p>",
        '<a href="member.php?mod=logging&amp;action=login">登录</a>',
        '<a href="forum.php?mod=forumdisplay&amp;fid=8">河湾闲话</a>',
        '<a href="forum.php">河湾论坛</a> <a href="thread-4711-1-1.html">旧码头的夜市又开了</a>',
    ]
)
STATUSES = st.sampled_from(
    [None, 200, 202, 400, 401, 403, 404, 405, 410, 418, 429, 468, 500, 503, 521]
)


@st.composite
def guards(draw: st.DrawFn) -> str:
    """A page that somebody puts in the forum's place, with or without its name."""
    said = draw(st.lists(st.tuples(BOXES, WORDS), max_size=4))
    boxes = "".join(box.replace("{}", words) for box, words in said)
    head = f"<title>{draw(TITLES)}</title>" + "".join(draw(st.lists(SCRIPTS, max_size=3)))
    feet = "".join(draw(st.lists(FEET, max_size=3)))
    return f"<!DOCTYPE html><html><head>{head}</head><body>{boxes}{feet}</body></html>"


@settings(max_examples=400, deadline=None)
@given(guards(), STATUSES, st.sampled_from(URLS))
def test_no_guard_says_anything_of_a_thread(page: str, status: int | None, url: str) -> None:
    got = refused(page, status, url)
    assert got.evidence == "other"
    assert got.reason not in DEFINITE
    assert got.site is None


# -- known ones and bare statuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "status", "reason"),
    [
        ("<html><body>Too Many Requests</body></html>", 429, "rate_limited"),
        ("<html><body></body></html>", 429, "rate_limited"),
        ("<html><body></body></html>", 503, "server_error"),
        ("<html><body>Access denied</body></html>", 521, "server_error"),
        ("<html><body>no such page</body></html>", 404, "not_discuz"),
        ("<html><body>gone</body></html>", 410, "not_discuz"),
        ("<html><head><title>Just a moment...</title></head></html>", 503, "challenge"),
        ("<html><script>document.cookie='acw_sc__v2=1';reload()</script></html>", 200, "challenge"),
        ("<html><body>网站安全检测，请完成滑动验证</body></html>", 200, "challenge"),
        ("<b>Fatal error</b>: Allowed memory size exhausted", 200, "server_error"),
        ("", 200, "not_discuz"),
        ("", None, "not_discuz"),
        ("<html><body>Welcome to nginx!</body></html>", 200, "not_discuz"),
        ("<html><body>本月带宽已用完，请联系主机商。</body></html>", 200, "not_discuz"),
    ],
)
def test_pages_of_servers_and_guards(page: str, status: int | None, reason: str) -> None:
    got = refused(page, status)
    assert (got.reason, got.evidence) == (reason, "other")


@pytest.mark.parametrize("status", [400, 401, 402, 403, 405, 406, 409, 418, 444, 451, 468])
@pytest.mark.parametrize("page", ["", "<html><body><h1>Forbidden</h1></body></html>"])
def test_a_status_of_a_firewall(page: str, status: int) -> None:
    got = refused(page, status)
    assert (got.reason, got.evidence) == ("blocked", "other")


@pytest.mark.parametrize(
    "page",
    [
        "<script>var t='/fo'+a();location.assign(t)</script>",
        '<html><head><title>请开启页面脚本</title><script>function go(){document.cookie="k=1";'
        'location.reload()}</script></head><body onload="go()"><noscript>本页需要脚本</noscript></body></html>',
        '<html><head><script src="/a.js"></script></head><body><div id="app"></div></body></html>',
        '<html><head><meta http-equiv="refresh" content="2;url=/x"></head><body>正在跳转，请稍候</body></html>',
    ],
)
def test_a_page_that_only_runs_a_script(page: str) -> None:
    assert refused(page).reason == "challenge"


def test_a_box_alone_is_not_discuz() -> None:
    got = refused('<html><body><div id="messagetext">主题不存在</div></body></html>')
    assert (got.reason, got.evidence, got.site) == ("not_discuz", "other", None)
