"""What stands between a crawl and a forum, and comes and goes: guards, walls, quotas, servers.

What they send is made up anew for each seed, so that no list of words can pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.conftest import Forum
from tests.forum.desktop import message

Sent = tuple[int, dict[str, str], bytes]
Sends = Callable[[Random, str, Forum], Sent]

HTML = {"Content-Type": "text/html; charset=utf-8"}
# Words that guards, hosts and panels use, and that Discuz uses as well.
_WORDS = (
    *(
        "请开启脚本",
        "正在核对浏览器",
        "稍候片刻",
        "本页不存在",
        "没有权限",
        "请先登录",
        "主题已被删除",
    ),
    *("密码", "访客须知", "年满十八岁", "服务到期", "Checking", "One moment", "Powered by Discuz!"),
    *("河湾论坛", "通行证", "安全", "频率", "网关", "Verify", "流量用尽", "区域限制", "Comsenz"),
)


def _sentence(random: Random) -> str:
    return "，".join(random.sample(_WORDS, random.randint(1, 4)))


def _name(random: Random) -> str:
    return "".join(random.choices("abcdefghjkmnpqrstuvwxyz", k=random.randint(3, 9)))


def script_guard(random: Random, _: str, __: Forum) -> Sent:
    """A script that sets a cookie and loads the page again."""
    cookie, function = _name(random), _name(random)
    status = random.choice((200, 200, 202, 403, 405, 418, 468, 503, 521))
    login = '<a href="member.php?mod=logging&amp;action=login">登录</a>' * random.randint(0, 1)
    page = (
        f"<!DOCTYPE html><html><head><title>{_sentence(random)}</title><script>"
        f'function {function}(){{document.cookie="{cookie}=1";location.reload()}}</script></head>'
        f'<body onload="{function}()"><p>{_sentence(random)}</p>{login}</body></html>'
    )
    return status, HTML, page.encode()


def notice_page(random: Random, _: str, __: Forum) -> Sent:
    """A provider's notice, an age gate, the page of a hosting panel."""
    form = '<form method="post"><button>进入</button></form>' * random.randint(0, 1)
    words = "".join(f"<p>{_sentence(random)}。</p>" for _ in range(random.randint(1, 30)))
    page = f"<html><head><title>{_sentence(random)}</title></head><body>{words}{form}</body></html>"
    return 200, HTML, page.encode()


def firewall(random: Random, _: str, __: Forum) -> Sent:
    body = random.choice((b"", b"<html><body>Forbidden</body></html>", b"403"))
    return random.choice((401, 403, 403, 406, 444, 451)), HTML, body


def bare_404(random: Random, _: str, __: Forum) -> Sent:
    body = random.choice((b"", b"<html><h1>404 Not Found</h1><hr>nginx</html>"))
    return random.choice((404, 404, 410)), HTML, body


def empty(_: Random, __: str, ___: Forum) -> Sent:
    return 200, HTML, b""


def gateway(random: Random, _: str, __: Forum) -> Sent:
    return random.choice((500, 502, 504, 520)), HTML, random.choice((b"", b"<html>upstream</html>"))


def other_host(random: Random, path: str, __: Forum) -> Sent:
    """A redirect of every address to a check page on another host."""
    target = f"http://{_name(random)}.example/{_name(random)}?back={path}"
    return random.choice((302, 303, 307)), {"Location": target}, b""


def to_index(_: Random, __: str, forum: Forum) -> Sent:
    return 302, {"Location": f"{forum.root}forum.php"}, b""


def to_login(random: Random, _: str, forum: Forum) -> Sent:
    """A forum for members only (allowvisit=0): its robots.txt disallows the form for logins."""
    path = random.choice(("member.php?mod=logging&action=login", "member.php?mod=register"))
    return 302, {"Location": f"{forum.root}{path}"}, b""


def to_board(_: Random, __: str, forum: Forum) -> Sent:
    return 302, {"Location": f"{forum.root}forum.php?mod=forumdisplay&fid=2"}, b""


def json_answer(random: Random, _: str, __: Forum) -> Sent:
    said = {"code": random.randint(1, 999), "msg": _sentence(random)}
    return (
        random.choice((200, 403)),
        {"Content-Type": "application/json"},
        json.dumps(said).encode(),
    )


def cut(_: Random, path: str, forum: Forum) -> Sent:
    """The page, broken off in the middle of its bytes."""
    status, headers, body = Forum.answer(forum, path)
    whole = body() if callable(body) else body
    return status, {**headers, "Content-Length": str(len(whole))}, whole[: len(whole) // 2]


def half_a_page(_: Random, path: str, forum: Forum) -> Sent:
    """The page, broken off in the middle, by a proxy that knows no better."""
    status, headers, body = Forum.answer(forum, path)
    return status, headers, body[: len(body) // 2]


def to_itself(_: Random, path: str, forum: Forum) -> Sent:
    return 302, {"Location": forum.root + path.removeprefix("/")}, b""


def unknown_notice(random: Random, _: str, forum: Forum) -> Sent:
    """A notice of Discuz's own in words that nobody knows."""
    parts = (
        "今晚有点忙",
        "请输入图中文字",
        "此时段不开放",
        "队列已满",
        "管理员去吃饭了",
        "换个时间来",
    )
    words = "，".join(random.sample(parts, 2))
    page = message(
        words, kind=random.choice(("alert_info", "alert_error")), login=random.random() < 0.5
    )
    return (
        random.choice((200, 404)),
        HTML,
        page.replace("http://bbs.example.net/", forum.root).encode(),
    )


def closed(random: Random, _: str, forum: Forum) -> Sent:
    page = message("论坛正在升级，请稍后访问。", kind="alert_info", login=random.random() < 0.5)
    return 200, HTML, page.replace("http://bbs.example.net/", forum.root).encode()


def database_error(_: Random, __: str, ___: Forum) -> Sent:
    """Discuz's own page of an error (discuz_error.php of X3.5)."""
    page = (
        "<!DOCTYPE html><html><head><title>bbs.example.net - Database Error</title></head><body>"
        '<div id="container"><h1>Discuz! Database Error</h1><div class="info">'
        "<li>(1146) Table is not there</li></div></div></body></html>"
    )
    return 503, {**HTML, "Retry-After": "3600"}, page.encode()


def too_many(random: Random, _: str, __: Forum) -> Sent:
    pause = {"Retry-After": "3600"} if random.random() < 0.5 else {}
    return 429, {**HTML, **pause}, b"<html><body>429</body></html>"


def login_wall(_: Random, __: str, forum: Forum) -> Sent:
    """A quota for guests, in Discuz's own words for boards that need a login."""
    page = message("抱歉，您尚未登录，没有权限访问该版块", kind="alert_info", login=True)
    return 200, HTML, page.replace("http://bbs.example.net/", forum.root).encode()


def no_rights(_: Random, __: str, forum: Forum) -> Sent:
    page = message("抱歉，您所在的用户组(游客)无法进行此操作", kind="alert_info", login=True)
    return 200, HTML, page.replace("http://bbs.example.net/", forum.root).encode()


def lost(_: Random, __: str, forum: Forum) -> Sent:
    """Discuz itself says that the thread is not there: a database of last year."""
    page = message("抱歉，指定的主题不存在或已被删除或正在被审核")
    return 200, HTML, page.replace("http://bbs.example.net/", forum.root).encode()


def wrong_page(_: Random, __: str, forum: Forum) -> Sent:
    """A cache that sends one page for all addresses."""
    return Forum.answer(forum, "/forum.php?mod=viewthread&tid=2")


KINDS: dict[str, Sends] = {
    made.__name__: made
    for made in (
        *(script_guard, notice_page, firewall, bare_404, empty, gateway, other_host, to_index),
        *(to_login, to_board, json_answer, cut, half_a_page, to_itself, unknown_notice, closed),
        *(database_error, too_many, login_wall, no_rights, lost, wrong_page),
    )
}


@dataclass
class Obstacle:
    """Stands in front of ``forum`` from its ``after``-th page of a run on, while it ``is_up``.

    It ``covers`` the paths that hold this text, and stops a ``share`` of them. ``stopped`` are the
    paths that it answered since the run began, ``shown`` those that it let through.
    """

    forum: Forum
    sends: Sends
    seed: int = 0
    after: int = 6
    covers: str = "viewthread"
    share: float = 1.0
    is_up: bool = True
    stopped: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.forum.answer = self.answer  # type: ignore[method-assign]

    def begin(self) -> None:
        """A new run: what it let through is counted anew."""
        self.stopped.clear()
        self.shown.clear()

    def answer(self, path: str) -> Sent:
        """What comes of a request."""
        is_covered = self.covers in path and path != "/robots.txt"
        is_late = len(self.shown) >= self.after and self.random.random() < self.share
        if self.is_up and is_covered and is_late:
            self.forum.asked[path] += 1
            self.stopped.append(path)
            before = self.forum.asked.copy()
            sent = self.sends(self.random, path, self.forum)
            self.forum.asked = before
            return sent
        if is_covered:
            self.shown.append(path)
        return Forum.answer(self.forum, path)
