"""What Discuz's messages mean, in their own words (`lang_message.php`) and in sites' words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Message, OtherPage
from crawler.discuz.readers.guards import visible_text
from tests.forum.desktop import message

URL = "http://bbs.example.net/forum.php?mod=viewthread&tid=4711"


def refused(page: str, status: int = 200) -> Message:
    got = read_page(page.encode(), url=URL, seen_at=datetime.now(UTC), status=status)
    assert isinstance(got, Message)
    return got


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("抱歉，指定的主题不存在或已被删除或正在被审核", "not_found"),
        ("抱歉，指定的版块不存在", "not_found"),
        ("没有找到帖子", "not_found"),
        ("抱歉，该主题已被作者删除", "not_found"),
        ("抱歉，您指定的用户空间不存在", "not_found"),
        ("插件不存在或已关闭", "not_found"),
        ("抱歉，指定的主題不存在或已被刪除或正在被審核", "not_found"),
        ("抱歉，您没有权限访问该版块", "no_permission"),
        ("抱歉，只有特定用户可以访问本版块", "no_permission"),
        ("抱歉，您所在的用户组(等待验证会员)无法进行此操作", "no_permission"),
        ("抱歉，本帖要求阅读权限高于 255 才能浏览", "no_permission"),
        ("抱歉，您需要升级到 高级会员 才能访问本版", "no_permission"),
        ("抱歉，您尚未登录，没有权限访问该版块", "login_required"),
        ("请先登录后才能继续浏览", "login_required"),
        ("抱歉，您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点", "ip_banned"),
        ("您的请求过于频繁，请稍后再试", "rate_limited"),
        ("抱歉，您两次搜索间隔少于 15 秒", "rate_limited"),
        ("本版块需要密码", "password"),
        ("论坛正在升级，请稍后访问。", "site_closed"),
        ("网站备案中，暂不开放", "site_closed"),
        ("本站临时关闭，周一再来", "site_closed"),
        ("系统维护，请稍候", "site_closed"),
    ],
)
def test_messages(text: str, reason: str) -> None:
    login = reason != "not_found"
    assert refused(message(text, login=login, kind="alert_info")).reason == reason


def test_the_level_asked_for() -> None:
    got = refused(message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True))
    assert (got.required_level, got.login_offered) == (20, True)


def test_a_message_keeps_its_words_and_no_more() -> None:
    got = refused(message("没有找到帖子"))
    assert got.text == "没有找到帖子"
    assert not got.login_offered


@pytest.mark.parametrize("status", [200, 403, 404, 500, 503])
def test_the_page_counts_before_its_status(status: int) -> None:
    assert (
        refused(message("抱歉，您没有权限访问该版块", login=True), status).reason == "no_permission"
    )


@pytest.mark.parametrize(
    ("page", "status", "reason"),
    [
        ("<html><body>Too Many Requests</body></html>", 429, "rate_limited"),
        ("<html><body></body></html>", 503, "server_error"),
        ("<html><body>no such page</body></html>", 404, "not_discuz"),
        ("<html><body>forbidden</body></html>", 403, "blocked"),
        ("<html><head><title>Just a moment...</title></head></html>", 503, "challenge"),
        ("<html><script>document.cookie='acw_sc__v2=1';reload()</script></html>", 200, "challenge"),
        ("<html><body>网站安全检测，请完成滑动验证</body></html>", 200, "challenge"),
        ("<b>Fatal error</b>: Allowed memory size exhausted", 200, "server_error"),
        ("", 200, "not_discuz"),
        ("<html><body>Welcome to nginx!</body></html>", 200, "not_discuz"),
    ],
)
def test_pages_of_servers_and_guards(page: str, status: int, reason: str) -> None:
    assert refused(page, status).reason == reason


@pytest.mark.parametrize("script", ["captcha.js", "seccode.js?t=yWaF9", "js.js"])
@pytest.mark.parametrize("title", ["暂时关闭", "维护公告", "频繁刷新", "Bad Gateway", "安全检测"])
def test_a_short_page_of_the_forum_itself_is_no_guard(script: str, title: str) -> None:
    page = (
        f'<html><head><script src="{script}"></script><script>var cookiepre = "a"</script></head>'
        f'<body id="nv_forum" class="pg_forumdisplay">{title}</body></html>'
    )
    got = read_page(
        page.encode(), url="http://bbs.example.net/forum-8-1.html", seen_at=datetime.now(UTC)
    )
    assert isinstance(got, OtherPage)
    assert got.kind == "board"


def test_visible_text() -> None:
    page = "<p>一</p><script>二</script><style>三</style><b>&lt;四&#20116;</b><script>六"
    assert visible_text(page) == "一 <四五"
