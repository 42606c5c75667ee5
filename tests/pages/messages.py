"""Pages that hold no thread."""

from __future__ import annotations

from tests.forum.desktop import HOST, Look, Thread, foot, head, message, top
from tests.forum.notices import error_page, panel, touch35_notice, touch_notice, wap_notice
from tests.pages import Fixture, first
from tests.pages.news import news


def guard(title: str, said: str, script: str = "") -> str:
    return f"""<html><head><title>{title}</title></head><body bgcolor="#FFFFFF">{script}<table width="700" align="center"><tr><td>{said}</td></tr></table></body></html>"""


def messages() -> list[Fixture]:
    reload_ = '<script language="JavaScript">function reload() {	document.location.reload();}setTimeout("reload()", 1001);</script>'
    password = f"""{head(Look(), "暗室")}{top(Look(), "pg_forumdisplay")}<div id="ct" class="wp cl"><div class="bm"><h3 class="xs2">本版块需要密码，您必须在下面输入正确的密码才能浏览这个版块</h3>
<form method="post" autocomplete="off" action="forum.php?mod=forumdisplay&amp;fid=9&amp;action=pwverify"><input type="password" name="pw" class="px vm" size="25" />
<button class="pn pnc vm" type="submit" name="loginsubmit" value="true"><strong>提交</strong></button></form></div></div>{foot(Look())}"""
    banned = """<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>站点信息</title>
<meta name="description" content="System Message - Discuz! Board" />
<meta name="generator" content="Discuz! " />
</head>
<body bgcolor="#FFFFFF">
<table width="850" align="center"><tr><td><b style="font-size: 16px">站点信息</b>
<br /><br /><p style="text-align:left;">抱歉，您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点</p></td></tr></table>
</body>
</html>"""
    shell = str(Thread([first(1200, "x")]))
    bare = (
        shell[: shell.index('<div id="postlist"')]
        + '<div id="newskin"><p>换了样子</p></div></div>'
        + foot(Look())
    )
    whole = str(news())
    made = {
        "not_found": message("抱歉，指定的主题不存在或已被删除或正在被审核"),
        "post_not_found": message("没有找到帖子"),
        "login_required": message(
            "抱歉，您尚未登录，没有权限访问该版块", kind="alert_info", login=True
        ),
        "read_level": message(
            "抱歉，本帖要求阅读权限高于 20 才能浏览", kind="alert_info", login=True
        ),
        "no_permission": message(
            "抱歉，您没有权限访问该版块</p></div><div>", kind="alert_info", login=True
        ),
        "group_denied": message(
            "抱歉，您所在的用户组(游客)无法进行此操作", kind="alert_info", login=True
        ),
        "traditional": message("抱歉，指定的主題不存在或已被刪除或正在被審核"),
        "site_closed": message("河湾论坛正在升级，请稍后访问。", kind="alert_info", login=True),
        "password": password,
        "ip_banned": banned,
        "rate_limited": guard(
            "&#x9891;&#x7e41;&#x5237;&#x65b0;&#x9650;&#x5236;",
            "<b>&#x9891;&#x7e41;&#x5237;&#x65b0;&#x9650;&#x5236;</b><br />&#x8bf7;&#x7b49;&#x5f85;",
            reload_,
        ),
        "challenge_reload": guard(
            "&#x9875;&#x9762;&#x91cd;&#x8f7d;&#x5f00;&#x542f;",
            "<b>&#x9875;&#x9762;&#x91cd;&#x8f7d;&#x5f00;&#x542f;</b>",
            reload_,
        ),
        "challenge_sum": guard(
            "3 + 4 = ?",
            '<b>3 + 4 = ?</b><input type="text" name="answer" /><input type="submit" name="secqsubmit" value=" Submit " />',
        ),
        "challenge_script": "<script type=\"text/javascript\">a=function(){return '&ti'};k=window;location['href']='/fo'+a();</script>",
        "server_error": "<html><head><title>bbs.example.net - Database Error</title></head><body><div id=\"container\"><h1>Discuz! Database Error</h1><div class='info'>(0) notconnect</div></div></body></html>",
        "maintenance": '<!DOCTYPE html><html><head><title>河湾每日维护</title></head><body><img src="/backup.jpg" alt="每日维护" /></body></html>',
        "not_discuz": "<!DOCTYPE html><html><head><title>鲜花速递</title></head><body><h1>今日特价</h1><p>百合十元一支。</p></body></html>",
        "template_unknown": bare,
        "truncated": whole[: whole.index('<div id="post_900"') + 400],
    }
    return [Fixture("message", name, page) for name, page in made.items()] + [
        Fixture(
            "message",
            "bad_gateway",
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            status=502,
            headers={"Content-Type": "text/html"},
        ),
        Fixture("message", "empty", b""),
        # notices of the forum that end by themselves, or say what nobody knows
        Fixture(
            "message",
            "visit_ban_period",
            message(
                "抱歉，管理员设置了每日 0:00-8:00 不能进行此操作或访问此页面，请其他时间再试",
                kind="alert_info",
                login=True,
            ),
        ),
        Fixture("message", "quota", message("您已经浏览了 5 个主题，继续浏览请登录", login=True)),
        Fixture("message", "unknown_notice", message("今夜风大，渡船停开")),
        Fixture("message", "touch", touch_notice("抱歉，指定的主题不存在或已被删除或正在被审核")),
        Fixture("message", "touch_x35", touch35_notice("抱歉，本帖要求阅读权限高于 20 才能浏览")),
        Fixture("message", "wap", wap_notice("没有找到帖子")),
        Fixture(
            "message",
            "board_to_pay",
            panel("您需要支付 10 枚贝壳 才能进入此版块", "paysubmit"),
            url=f"{HOST}forum.php?mod=forumdisplay&fid=9",
        ),
        Fixture("message", "error_x35", error_page(), status=503),
        # others
        Fixture(
            "message",
            "firewall",
            guard("403 Forbidden", "<h1>Forbidden</h1>Powered by Discuz! 主题不存在"),
            status=403,
        ),
        Fixture(
            "message",
            "script_guard",
            guard(
                "河湾论坛 - Powered by Discuz!",
                "<noscript>请先登录</noscript>",
                '<script>document.cookie="k=1";location.reload()</script>',
            ),
        ),
    ]
