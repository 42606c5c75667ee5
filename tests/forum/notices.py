"""Pages of `showmessage.htm` in other clothes, Discuz's panels and errors, and pages of guards."""

from __future__ import annotations

import base64

from tests.forum.desktop import HOST, Look, foot, head, top
from tests.forum.phones import META, SCRIPT

BACK = '<a class="grey" href="javascript:history.back();">[ 点击这里返回上一页 ]</a>'


def touch_notice(text: str) -> str:
    """`touch/common/showmessage.htm` of X3.4."""
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}>
<title>提示信息 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
{SCRIPT}
</head>
<body class="bg">
<header class="header"><div class="hdc cl"><h2><a title="河湾论坛" href="forum.php"><img src="logo.png" /></a></h2>
<ul class="user_fun"><li id="usermsg"><a href="member.php?mod=logging&amp;action=login" class="icon_userinfo">用户信息</a></li></ul></div></header>
<div class="jump_c">
<p>{text}</p>
    <p>{BACK}</p>
</div>
<div id="mask" style="display:none;"></div>
<div class="footer"><p>&copy; Comsenz Inc.</p></div>
</body>
</html>
"""


def touch35_notice(text: str) -> str:
    """`touch/common/showmessage.htm` of X3.5."""
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>提示信息 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
<base href="{HOST}" />
</head>
<body id="forum" class="pg_viewthread">
<div id="append_parent"></div>
<div class="header cl"><div class="mz"><a href="javascript:history.back();"><i class="dm-c-left"></i></a></div><h2>提示信息</h2></div>
<div class="jump_c">
<div>{text}</div>
<div>{BACK}</div>
</div>
<div id="mask" style="display:none;"></div>
</body>
</html>
"""


def wap_notice(text: str) -> str:
    """`mobile/common/showmessage.htm`."""
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" "http://www.wapforum.org/DTD/xhtml-mobile10.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
{META}/>
<title>提示信息 -  河湾论坛 -  手机版 - Powered by Discuz!</title>
</head>
<body>
<div class="hd"><a href="forum.php?mobile=1" title=" 河湾论坛 - 手机版"><img src="./static/image/mobile/logo.gif" /></a></div>
<div class="wp">
<div class="pd2"><a href="member.php?mod=logging&amp;action=login&amp;mobile=1" title="登录">登录</a></div>
<div class="f_c">
	<div id="messagetext">
		<p>{text}</p>
			<p><a href="javascript:history.back();">[ 点击这里返回上一页 ]</a></p>
	</div>
</div>
</div>
<div class="ft"><p>Powered by <strong><a href="http://www.discuz.net" target="_blank">Discuz!</a></strong> <em>X3.3</em></p></div>
</body>
</html>
"""


def wml_notice(text: str) -> str:
    """`wml/common/showmessage.htm`."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE wml PUBLIC "-//WAPFORUM//DTD WML 1.3//EN" "http://www.wapforum.org/DTD/wml13.dtd">
<wml>
	<card id="discuz_wml" title="提示信息 -  河湾论坛 -  手机版">
		<p>{text}</p>
			<p><prev>[ 点击这里返回上一页 ]</prev></p>
		<p>
				<anchor title="confirm"><prev/>返回</anchor> <a href="forum.php">首页</a><br />
			<a href="member.php?mod=logging&amp;action=login">登录</a> <a href="member.php?mod=register">注册</a><br /><br />
			<small>Powered by Discuz!</small>
		</p>
	</card>
</wml>
"""


def panel(heading: str, action: str, field: str = "") -> str:
    """`forumdisplay_passwd.htm`, `forumdisplay_pay.htm`: in place of a board's list."""
    look = Look()
    return f"""{head(look, "暗室")}{top(look, "pg_forumdisplay")}<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm">{look.name}</a></div></div>
<div id="ct" class="wp cl"><div class="mn"><div class="nfl"><div class="f_c">
<h3 class="xs2 xi2 mbm">{heading}</h3>
<div class="o"><form method="post" autocomplete="off" action="forum.php?mod=forumdisplay&amp;fid=9&amp;action={action}">
<input type="hidden" name="formhash" value="f087413d" />
{field}<button class="pn pnc vm" type="submit" name="loginsubmit" value="true"><strong>提交</strong></button>
</form></div>
</div></div></div></div>{foot(look)}"""


def login_page() -> str:
    """`member/login.htm`: where visitors are sent who may see nothing."""
    look = Look()
    return f"""{head(look, "登录")}{top(look, "pg_logging")}<div id="ct" class="ptm wp w cl">
<form method="post" autocomplete="off" name="login" id="loginform_LaB1c" class="cl" action="member.php?mod=logging&amp;action=login&amp;loginsubmit=yes">
<input type="text" name="username" /><input type="password" name="password" /></form></div>{foot(look)}"""


def error_page(kind: str = "Database", said: str = "(1040) Too many connections") -> str:
    """`discuz_error.php` of X3.5."""
    return f"""<!DOCTYPE html>
<html>
<head>
	<title>bbs.example.net - {kind} Error</title>
	<meta charset="utf-8" />
	<meta name="ROBOTS" content="NOINDEX,NOFOLLOW,NOARCHIVE" />
</head>
<body>
<div id="container">
<h1>Discuz! {kind} Error</h1><p>Time: 2023-3-14 10:00:01 +0800 IP: 203.0.113.9 BackTraceID: 0a1b</p><div class="info">{said}</div><div class="help">建议您尝试刷新页面</div></div>
</body>
</html>"""


def system_message(text: str) -> str:
    """`helper_sysmessage.php`."""
    return f"""<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>站点信息</title>
<meta name="keywords" content="" />
<meta name="description" content="System Message - Discuz! Board" />
<meta name="generator" content="Discuz! " />
</head>
<body bgcolor="#FFFFFF">
<table cellpadding="0" cellspacing="0" border="0" width="850" align="center" height="85%">
<tr align="center" valign="middle"><td bgcolor="#EBEBEB">
		<b style="font-size: 16px">站点信息</b>
		<br /><br /><p style="text-align:left;">{text}</p>
</td></tr></table>
</body>
</html>"""


def with_address(page: str, url: str) -> str:
    """``page`` with the address in its script that Discuz was asked for."""
    coded = base64.b64encode(url.encode()).decode()
    return page.replace("SITEURL = '", f"REPORTURL = '{coded}', SITEURL = '", 1)
