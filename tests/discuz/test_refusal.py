"""Pages that hold no thread: who speaks, of what, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.facts import Message, OtherPage, Reason
from crawler.discuz.readers.guards import visible_text
from tests.forum.desktop import HOST, Look, foot, head, message, top
from tests.forum.lists import Listing, Row
from tests.forum.notices import (
    error_page,
    login_page,
    panel,
    system_message,
    touch35_notice,
    touch_notice,
    wap_notice,
    with_address,
    wml_notice,
)

THREAD = f"{HOST}forum.php?mod=viewthread&tid=4711"
BOARD = f"{HOST}forum.php?mod=forumdisplay&fid=9"
SEEN = datetime(2023, 3, 14, tzinfo=UTC)

GONE = "抱歉，指定的主题不存在或已被删除或正在被审核"
DENIED = "抱歉，您没有权限访问该版块"
NO_BOARD = "抱歉，指定的版块不存在"


def refused(page: str, status: int | None = 200, url: str = THREAD) -> Message:
    got = read_page(page.encode(), url=url, seen_at=SEEN, status=status)
    assert isinstance(got, Message), got
    return got


# -- the boxes of notices -----------------------------------------------------------------------

BOXES: dict[str, Callable[[str], str]] = {
    "desktop": message,
    "desktop, login": lambda text: message(text, login=True, kind="alert_info"),
    "touch": touch_notice,
    "touch X3.5": touch35_notice,
    "wap": wap_notice,
    "wml": wml_notice,
    "brand": lambda text: message(text).replace("Discuz!", "Hewan").replace("Comsenz", "Hewan"),
    "scripts taken out": lambda text: (
        message(text).replace("discuz_uid", "").replace("cookiepre", "")
    ),
    "scripts and classes taken out": lambda text: (
        message(text)
        .replace("discuz_uid", "")
        .replace("cookiepre", "")
        .replace('class="pg_viewthread"', "")
    ),
    "skin": lambda text: message(text).replace("pg_viewthread", "x").replace('id="wp"', ""),
    "back link written by the browser": lambda text: message(text).replace(
        "</p>\n<script",
        '</p>\n<p class="alert_btnleft"><a href="javascript:history.back()">[ 点击这里返'
        "回上一页 ]</a></p><script",
    ),
    "a script in the notice": lambda text: message(
        text
        + '<script type="text/javascript" reload="1">setTimeout("window.location.href=\'x\'", 3000);'
        "</script>"
    ),
}


@pytest.mark.parametrize("box", BOXES)
def test_the_forum_speaks_of_what_was_asked_for(box: str) -> None:
    got = refused(BOXES[box](GONE))
    assert (got.reason, got.evidence, got.text) == ("not_found", "about_this", GONE)
    assert (got.thread_id, got.site and got.site.root) == ("4711", HOST)


@pytest.mark.parametrize("box", BOXES)
def test_the_forum_speaks_in_words_that_are_not_known(box: str) -> None:
    said = "今夜风大，渡船停开"
    got = refused(BOXES[box](said))
    assert (got.reason, got.evidence, got.text) == ("unknown_notice", "forum", said)


@pytest.mark.parametrize(
    ("url", "said", "reason", "evidence"),
    [
        (THREAD, GONE, "not_found", "about_this"),
        (f"{THREAD}&page=2", GONE, "not_found", "about_this"),
        (f"{HOST}thread-4711-1-1.html", GONE, "not_found", "about_this"),
        (f"{HOST}archiver/?tid-4711.html", GONE, "not_found", "about_this"),
        (
            f"{HOST}forum.php?mod=redirect&goto=findpost&ptid=4711&pid=9",
            GONE,
            "not_found",
            "about_this",
        ),
        (THREAD, "没有找到帖子", "not_found", "about_this"),
        (f"{THREAD}&page=2", "没有找到帖子", "unknown_notice", "forum"),
        (f"{THREAD}&authorid=7", "没有找到帖子", "unknown_notice", "forum"),
        (
            f"{HOST}forum.php?mod=redirect&goto=findpost&ptid=4711&pid=9",
            "抱歉，指定的帖子不存在或已被删除或正在被审核",
            "unknown_notice",
            "forum",
        ),
        (THREAD, NO_BOARD, "unknown_notice", "forum"),
        (BOARD, NO_BOARD, "not_found", "about_this"),
        (f"{HOST}forum-9-1.html", NO_BOARD, "not_found", "about_this"),
        (BOARD, GONE, "unknown_notice", "forum"),
        (HOST, GONE, "unknown_notice", "forum"),
        (THREAD, DENIED, "no_permission", "about_this"),
        (BOARD, DENIED, "no_permission", "about_this"),
        (f"{HOST}plugin.php?id=lamp", "插件不存在或已关闭", "not_found", "forum"),
        (THREAD, "插件不存在或已关闭", "unknown_notice", "forum"),
        (f"{HOST}home.php?mod=space&uid=9", "抱歉，您指定的用户空间不存在", "not_found", "forum"),
        (THREAD, "抱歉，您指定的用户空间不存在", "unknown_notice", "forum"),
        ("file:///notice.html", GONE, "not_found", "about_this"),
        ("file:///notice.html", NO_BOARD, "not_found", "about_this"),
        ("file:///notice.html", "插件不存在或已关闭", "not_found", "forum"),
    ],
)
def test_a_notice_is_about_what_it_names(url: str, said: str, reason: str, evidence: str) -> None:
    got = refused(message(said), url=url)
    assert (got.reason, got.evidence) == (reason, evidence)


def test_a_saved_page_names_its_address_in_its_script() -> None:
    saved = with_address(message(NO_BOARD), THREAD)
    assert refused(saved, url="file:///notice.html").reason == "unknown_notice"
    saved = with_address(message(NO_BOARD), BOARD)
    assert refused(saved, url="file:///notice.html").evidence == "about_this"


def test_a_cache_that_mixes_up_its_pages_refuses_nothing() -> None:
    other = f"{HOST}forum.php?mod=viewthread&tid=12"
    got = refused(with_address(message(GONE), other))
    assert (got.reason, got.evidence) == ("unknown_notice", "forum")
    got = refused(with_address(message(GONE), THREAD))
    assert (got.reason, got.evidence) == ("not_found", "about_this")
    # a copy that another host serves
    got = refused(with_address(message(GONE), other.replace("bbs.", "copy.")))
    assert (got.reason, got.evidence) == ("not_found", "about_this")


def test_the_level_asked_for() -> None:
    got = refused(message("抱歉，本帖要求阅读权限高于 20 才能浏览", login=True))
    assert (got.required_level, got.login_offered) == (20, True)


def test_a_message_keeps_its_words_and_no_more() -> None:
    got = refused(message("没有找到帖子"))
    assert got.text == "没有找到帖子"
    assert not got.login_offered


def test_lines_below_a_sentence_are_kept() -> None:
    got = refused(
        message("您需要拥有以下勋章才能访问这个版块<br /><br />摆渡人&nbsp;<a>点击进入</a>")
    )
    assert (got.reason, got.evidence) == ("no_permission", "about_this")
    assert got.text == "您需要拥有以下勋章才能访问这个版块 摆渡人 点击进入"


def test_the_words_of_an_owner_stand_behind_an_empty_box() -> None:
    got = refused(message("</p></div><div><p>只给老街坊看 "))
    assert (got.reason, got.evidence, got.text) == ("unknown_notice", "forum", "只给老街坊看")


def test_a_notice_that_is_cut_off_says_nothing() -> None:
    page = message("抱歉，该主题已被删除了三个回复")
    got = refused(page[: page.index("了三个")])
    assert (got.reason, got.evidence) == ("truncated", "forum")


@pytest.mark.parametrize("status", [200, 403, 404, 500, 503])
def test_the_page_counts_before_its_status(status: int) -> None:
    got = refused(message(DENIED, login=True), status)
    assert (got.reason, got.evidence) == ("no_permission", "about_this")


# -- panels, logins, errors ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (panel("本版块需要密码", "pwverify", '<input type="password" name="pw" />'), "password"),
        (panel("您需要支付 10 枚贝壳 才能进入此版块", "paysubmit"), "no_permission"),
    ],
)
@pytest.mark.parametrize("url", [BOARD, THREAD])
def test_panels_in_place_of_a_board(page: str, reason: Reason, url: str) -> None:
    got = refused(page, url=url)
    assert (got.reason, got.evidence) == (reason, "about_this")


def test_a_login_says_nothing_of_a_thread() -> None:
    for url in (THREAD, f"{HOST}member.php?mod=logging&action=login"):
        got = refused(login_page(), url=url)
        assert (got.reason, got.evidence) == ("login_required", "forum")
    phone = touch_notice("").replace('class="jump_c"', 'class="loginbox"')
    got = refused(phone, url=f"{HOST}member.php?mod=logging&action=login&mobile=2")
    assert (got.reason, got.evidence) == ("login_required", "forum")


@pytest.mark.parametrize("kind", ["Database", "System", "General"])
@pytest.mark.parametrize("status", [200, 503])
def test_errors_of_discuz(kind: str, status: int) -> None:
    got = refused(error_page(kind), status)
    assert (got.reason, got.evidence) == ("server_error", "forum")


def test_a_message_without_a_template() -> None:
    got = refused(
        system_message("抱歉，您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点")
    )
    assert (got.reason, got.evidence) == ("ip_banned", "forum")
    got = refused(system_message(GONE))
    assert (got.reason, got.evidence) == ("unknown_notice", "forum")


def test_a_panel_without_a_box() -> None:
    look = Look()
    page = f"""{head(look, "管理")}{top(look, "pg_modcp")}<div id="ct" class="ct2_a wp cl"><div class="mn">
<h1 class="mt">系统错误</h1><p>抱歉，您无此权限</p></div></div>{foot(look)}"""
    got = refused(page, url=f"{HOST}forum.php?mod=modcp")
    assert (got.reason, got.evidence, got.text) == ("no_permission", "forum", "抱歉，您无此权限")
    for said in ("抱歉，您无此权限", GONE):
        got = refused(page.replace("抱歉，您无此权限", said).replace("pg_modcp", "pg_viewthread"))
        assert (got.reason, got.evidence) == ("unknown_notice", "forum")


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


def test_a_list_is_no_notice() -> None:
    rows = [Row(number, f"抱歉，指定的主题不存在 {number}") for number in (1, 2)]
    got = read_page(str(Listing(rows, fid=9)).encode(), url=BOARD, seen_at=SEEN, status=404)
    assert not isinstance(got, Message)


def test_visible_text() -> None:
    page = "<p>一</p><script>二</script><style>三</style><b>&lt;四&#20116;</b><script>六"
    assert visible_text(page) == "一 <四五"
