"""What Discuz's notices mean: its own sentences, those of sites, and those that prove nothing."""

from __future__ import annotations

import pytest

from crawler.discuz.facts import Reason
from crawler.discuz.readers.notices import Asked, judge
from crawler.discuz.words import simplified

# Sentences of `lang_message.php` that a thread answers with (X1.5 to X3.5, in two traditional
# translations and an English one), and what they say of it.
OF_A_THREAD: dict[str, Reason] = {
    "抱歉，指定的主题不存在或已被删除或正在被审核": "not_found",
    "抱歉，指定的主題不存在或已被刪除或正在被審核": "not_found",
    "指定的主題不存在或已被刪除，請返回。": "not_found",
    "Specified thread does not exist or is under moderation.": "not_found",
    "Specific thread does not exist or is under moderation, please return.": "not_found",
    "没有找到帖子": "not_found",
    "沒有找到文章": "not_found",
    "The post not found": "not_found",
    "抱歉，本帖要求阅读权限高于 20 才能浏览": "no_permission",
    "抱歉，本文章要求閱讀權限高於 20 才能瀏覽": "no_permission",
    "Sorry, no permission to read this thread 20": "no_permission",
    "Sorry, this post need read permission 20, please return.": "no_permission",
}
# and those that a thread and its board answer with
OF_BOTH: dict[str, Reason] = {
    "抱歉，您没有权限访问该版块": "no_permission",
    "抱歉，您沒有權限訪問該版塊": "no_permission",
    "抱歉，您沒有權限瀏覽該版區": "no_permission",
    "Sorry, you are not allowed to view this forum, please click here to view details": "no_permission",
    "抱歉，您没有权限访问该群组": "no_permission",
    "You are not allowed to access this group": "no_permission",
    "抱歉，您所在的用户组(游客)无法进行此操作": "no_permission",
    "抱歉，您所在的用户组(Lv.1 新手上路, 试用)无法进行此操作": "no_permission",
    "抱歉，您所在的用戶組(遊客)無法進行此操作": "no_permission",
    "Your user group (Guest) does not allowed to do this operation.": "no_permission",
    "抱歉，您在本版没有权限进行此操作": "no_permission",
    "抱歉，您需要升级您所在的用户组后才能访问该版块，详细请 点击这里查看。": "no_permission",
    "抱歉，您需要升級您所在的用戶組後才能瀏覽該版區，詳細請 點選這裡檢視。": "no_permission",
    "您需要拥有以下勋章才能访问这个版块": "no_permission",
    "您需要满足以下条件才能访问这个版块": "no_permission",
    "You need to own the medal below to access this forum": "no_permission",
    "本版块只有特定用户可以访问": "no_permission",
    "本版區只有特定用戶組可以瀏覽": "no_permission",
    "This forum is only for special user groups.": "no_permission",
    "抱歉，此版块需要支付 10 枚贝壳才能进入此版块，您的贝壳不足": "no_permission",
    "本版块需要密码": "password",
    "本版块需要密码，您必须在下面输入正确的密码才能浏览这个版块": "password",
    "You need password to view this forum": "password",
    "抱歉，您尚未登录，没有权限访问该版块": "login_required",
    "抱歉，您尚未登入，沒有權限瀏覽該版區": "login_required",
    "Sorry, you need to login to view this forum.": "login_required",
}
OF_A_BOARD: dict[str, Reason] = {
    "抱歉，指定的版块不存在": "not_found",
    "抱歉，指定的版塊不存在": "not_found",
    "抱歉，指定的版區不存在": "not_found",
    "Specified forum is not exist.": "not_found",
}
# what sites make of them
BY_SITES: dict[str, Reason] = {
    "抱歉，该主题已被作者删除": "not_found",
    "对不起！您访问的主题不存在，请点击返回首页。": "not_found",
    "该帖子已被管理员删除": "not_found",
    "您要查看的帖子未通过审核": "not_found",
    "抱歉，只有特定用户可以访问本版块": "no_permission",
    "抱歉，您需要升级到 金牌会员 才能访问本版": "no_permission",
    "很抱歉，您无权查看该主题": "no_permission",
    "您没有浏览此帖的权限": "no_permission",
    "抱歉，您没有本帖的阅读权限": "no_permission",
    "您的阅读权限不足，无法浏览此帖": "no_permission",
}


@pytest.mark.parametrize(("said", "reason"), (OF_A_THREAD | OF_BOTH | BY_SITES).items())
def test_of_a_thread(said: str, reason: Reason) -> None:
    assert judge(said, "thread")[:2] == (reason, True)


@pytest.mark.parametrize(("said", "reason"), (OF_A_BOARD | OF_BOTH).items())
def test_of_a_board(said: str, reason: Reason) -> None:
    assert judge(said, "board")[:2] == (reason, True)


@pytest.mark.parametrize("said", OF_A_THREAD)
def test_what_is_said_of_a_thread_says_nothing_of_a_board(said: str) -> None:
    assert not judge(said, "board").is_about_asked


@pytest.mark.parametrize("said", OF_A_BOARD)
def test_what_is_said_of_a_board_says_nothing_of_a_thread(said: str) -> None:
    assert judge(said, "thread")[:2] == ("unknown_notice", False)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("抱歉，本帖要求阅读权限高于 255 才能浏览", 255),
        ("抱歉，本帖要求閱讀權限高於 20 才能瀏覽", 20),
        ("Sorry, this post need read permission 30, please return.", 30),
        ("抱歉，您没有权限访问该版块", None),
    ],
)
def test_the_level_asked_for(said: str, level: int | None) -> None:
    assert judge(said, "thread").required_level == level


@pytest.mark.parametrize(
    "said", ["没有找到帖子", "该帖子已被管理员删除", "抱歉，指定的帖子不存在或已被删除或正在被审核"]
)
def test_posts_are_a_thread_only_on_its_first_page(said: str) -> None:
    assert judge(said, "part")[:2] == ("unknown_notice", False)
    assert judge("抱歉，指定的主题不存在或已被删除或正在被审核", "part").is_about_asked


# Words that once proved too much: each of these is over tomorrow, or is about something else.
PROVES_NOTHING: dict[str, Reason] = {
    "您的密码错误次数过多，请 15 分钟后再试": "rate_limited",
    "您的会话不存在或已过期，请刷新": "unknown_notice",
    "验证码不存在": "challenge",
    "抱歉，验证码填写错误": "challenge",
    "当前在线人数过多，登录后可以继续访问": "rate_limited",
    "您已经浏览了 5 个主题，继续浏览请登录": "login_required",
    "您需要先登录才能继续本操作": "login_required",
    "抱歉，您尚未登录，无法进行此操作": "login_required",
    "请先登录后才能继续浏览": "login_required",
    "本版块只有登录用户可以访问": "login_required",
    "您今天浏览的主题数已达上限": "rate_limited",
    "您所在的用户组(游客)每天只能浏览 10 个主题": "rate_limited",
    "您的请求过于频繁，请稍后再试": "rate_limited",
    "抱歉，您两次搜索间隔少于 15 秒": "rate_limited",
    "抱歉，管理员设置了每日 0:00-8:00 不能进行此操作或访问此页面，请其他时间再试": "site_closed",
    "抱歉，管理員設定了每日 0:00-8:00 不能進行此操作或瀏覽此頁面，請其他時間再試": "site_closed",
    "Sorry, administrator set 0:00-8:00 daily, you can not operate or view this page now,"
    " please try another time.": "site_closed",
    "抱歉，论坛功能尚未开启": "site_closed",
    "抱歉，导读功能尚未开启": "unknown_notice",
    "抱歉，本站点暂时关闭，详情请 联系管理员": "site_closed",
    "论坛正在升级，请稍后访问。": "site_closed",
    "网站备案中，暂不开放": "site_closed",
    "本站临时关闭，周一再来": "site_closed",
    "系统维护，请稍候": "site_closed",
    "抱歉，您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点": "ip_banned",
    "抱歉，您指定的用户空间不存在": "unknown_notice",
    "抱歉，您要查看的相册不存在或正在审核": "unknown_notice",
    "抱歉，指定的文章不存在": "unknown_notice",
    "插件不存在或已关闭": "unknown_notice",
    "抱歉，该附件无法读取": "unknown_notice",
    "抱歉，您没有权限下载本附件": "unknown_notice",
    "您没有权限访问管理面板": "unknown_notice",
    "未定义操作": "unknown_notice",
    "本站内容需要升级会员": "unknown_notice",
    # a sentence of the table, and more
    "抱歉，您没有权限访问该版块，请 30 分钟后再试": "unknown_notice",
    "系统繁忙，您访问的主题不存在": "rate_limited",
    "抱歉，指定的主题不存在或已被删除或正在被审核，验证码错误": "challenge",
    "您访问的主题不存在的原因可能是缓存": "unknown_notice",
    # a right that depends on the hour
    "本版块只有晚上八点后可以访问": "unknown_notice",
    "您需要等待 30 秒才能浏览该主题": "unknown_notice",
}


@pytest.mark.parametrize("asked", ["thread", "part", "board"])
@pytest.mark.parametrize(("said", "reason"), PROVES_NOTHING.items())
def test_what_proves_nothing(said: str, reason: Reason, asked: Asked) -> None:
    assert judge(said, asked) == (reason, False, None)


def test_what_stands_below_a_sentence() -> None:
    denied = "您需要拥有以下勋章才能访问这个版块"
    assert judge(denied, "board", below="金牌 点击进入勋章页面").is_about_asked
    below = "系统维护中，请稍后访问"
    assert judge("抱歉，指定的主题不存在", "thread", below=below) == ("site_closed", False, None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("抱歉，您指定的用户空间不存在", "not_found"),
        ("插件不存在或已关闭", "not_found"),
        ("抱歉，您无此权限", "no_permission"),
        ("请先登录后才能继续浏览", "login_required"),
        ("抱歉，该附件无法读取", "unknown_notice"),
    ],
)
def test_pages_of_other_kinds(said: str, reason: Reason) -> None:
    assert judge(said, "other")[:2] == (reason, False)


@pytest.mark.parametrize("said", OF_A_THREAD | OF_BOTH | OF_A_BOARD)
def test_a_saved_page_may_be_of_any_kind(said: str) -> None:
    assert judge(said, "unknown").is_about_asked


def test_simplified_keeps_the_places() -> None:
    text = "抱歉，您沒有權限瀏覽該版區（Lv.1）。"
    assert simplified(text) == "抱歉,您没有权限浏览该版区(Lv.1)."
    assert len(simplified(text)) == len(text)
