"""Addresses of a Discuz! forum: what they mean, and one way of writing each.

A thread has many addresses: `forum.php?mod=viewthread&tid=1&extra=page%3D1`,
`thread-1-1-1.html`, `forum.php?mod=redirect&goto=findpost&ptid=1&pid=9`, `archiver/?tid-1.html`,
each with a session id, a mobile switch or a base path. Identity never depends on which was used.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit, urlunsplit

# thread-TID-PAGE-LISTPAGE.html is Discuz's own rewriting; /t1009483-1-1 and
# forum-viewthread_12.html were seen elsewhere.
_REWRITTEN = re.compile(
    r"^(?P<base>.*/)(?:thread-(?P<tid>\d+)-(?P<page>\d+)-(?P<list>\d+)\.html?"
    r"|t(?P<tid2>\d+)-(?P<page2>\d+)-(?P<list2>\d+)(?:\.html?)?"
    r"|forum-viewthread_(?P<tid3>\d+)\.html?)$"
)
_ARCHIVED = re.compile(r"^(?P<base>.*/)archiver/(?:index\.php)?\??tid-(?P<tid>\d+)\.html?")
# forum.php since X1, viewthread.php up to 7.2, both under any base path
_SCRIPT = re.compile(r"^(?P<base>.*/)(?P<script>forum|viewthread|redirect|index|wap)\.php$")
# forum-FID-PAGE.html, FID a number or the board's short name; /f161-1 was seen elsewhere
_BOARD = re.compile(
    r"^(?P<base>.*/)(?:forum-(?P<fid>[A-Za-z0-9_]{1,40})-(?P<page>\d+)\.html?"
    r"|f(?P<fid2>\d+)-(?P<page2>\d+)(?P<end>(?:\.html?)?))$"
)
_BOARD_ARCHIVED = re.compile(r"^(?P<base>.*/)archiver/(?:index\.php)?\??fid-(?P<fid>\d+)\.html?")
_BOARD_SCRIPT = re.compile(r"^(?P<base>.*/)(?P<script>forum|forumdisplay)\.php$")
# uid=20, space-uid-20.html, suid-20; not authorid=20, touid=20
_USER_ID = re.compile(r"(?<![a-z])s?uid[=-](\d+)")
_USER_NAME = re.compile(r"space-username-([^/?#]+?)\.html?$|mod=space&(?:amp;)?username=([^&#]+)")
_BOARD_ID = re.compile(r"[?&;]fid=(\d+)|forum-([\w-]+?)-\d+\.html?|(?:^|/)f(\d+)-\d+")
_POST_ID = re.compile(r"[?&;]pid=(\d+)|#pid(\d+)")
# What a link may lead to. Not javascript: and data:, and never file:, which no forum can mean.
_SAFE_SCHEMES = ("http", "https", "ftp", "mailto", "magnet", "ed2k", "thunder", "steam")
MAX_PAGE = 1_000_000
# What browsers and servers take; nothing a forum makes is longer.
_LONGEST = 4096
_MOBILE = re.compile(r"[?&]mobile=\w{1,3}\b")


@dataclass(frozen=True, slots=True)
class ThreadAddress:
    """An address that leads to a thread.

    ``root`` is the forum's root with a slash at its end; ``template`` is how this site writes
    the address of one page, with ``{page}`` in it.
    """

    root: str
    thread_id: str
    page: int
    template: str
    post_id: str | None = None

    def page_url(self, page: int) -> str:
        """The address of one page; the first one's without a number where that can be left out."""
        if page == 1:
            return self.template.removesuffix("&page={page}").replace("{page}", "1")
        return self.template.replace("{page}", str(page))


@lru_cache(maxsize=4096)
def read_thread_address(url: str) -> ThreadAddress | None:
    """What ``url`` says of a thread; ``None`` where it does not name one.

    >>> read_thread_address("https://b.example/bbs/thread-7-3-1.html").page_url(1)
    'https://b.example/bbs/thread-7-1-1.html'
    >>> a = read_thread_address("http://b.example/forum.php?mod=viewthread&tid=7&sid=x&mobile=2")
    >>> a.page_url(2)
    'http://b.example/forum.php?mod=viewthread&tid=7&page=2'
    >>> read_thread_address("https://b.example/forum.php?mod=forumdisplay&fid=2") is None
    True
    """
    try:
        parts = urlsplit(url[:_LONGEST])
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    query = dict(parse_qsl(parts.query))
    found = _REWRITTEN.match(parts.path)
    if found:
        base = origin + found["base"]
        thread_id = found["tid"] or found["tid2"] or found["tid3"]
        page = _page_number(found["page"] or found["page2"])
        if found["tid"]:
            template = f"{base}thread-{thread_id}-{{page}}-{found['list']}.html"
        elif found["tid2"]:
            template = f"{base}t{thread_id}-{{page}}-{found['list2']}"
        else:
            template = _plain(base, thread_id)
        return ThreadAddress(base, thread_id, page, template, _post_id(url))
    archived = _ARCHIVED.match(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    if archived:
        base = origin + archived["base"]
        return ThreadAddress(base, archived["tid"], 1, _plain(base, archived["tid"]))
    script = _SCRIPT.match(parts.path or "/")
    thread_id = query.get("tid") or query.get("ptid", "")
    if not script or not re.fullmatch(r"[1-9]\d{0,17}", thread_id):
        return None
    is_thread = query.get("mod") == "viewthread" or script["script"] == "viewthread"
    is_jump = query.get("mod") == "redirect" or script["script"] == "redirect"
    # nextoldset and nextnewset lead to another thread
    if not is_thread and not (is_jump and query.get("goto") in ("findpost", "lastpost")):
        return None
    base = origin + script["base"]
    page = 1 if is_jump else _page_number(query.get("page"))
    return ThreadAddress(base, thread_id, page, _plain(base, thread_id), _post_id(url))


@dataclass(frozen=True, slots=True)
class BoardAddress:
    """An address that leads to a board's list; ``template`` as in `ThreadAddress`."""

    root: str
    board_id: str
    page: int
    template: str

    def page_url(self, page: int) -> str:
        """The address of one page; the first one's without a number where that can be left out."""
        if page == 1:
            return self.template.removesuffix("&page={page}").replace("{page}", "1")
        return self.template.replace("{page}", str(page))


@lru_cache(maxsize=4096)
def read_board_address(url: str) -> BoardAddress | None:
    """What ``url`` says of a board; ``None`` where it does not name one.

    Filters and orders (`typeid=`, `orderby=`) are left out: the whole board is meant.

    >>> read_board_address("https://b.example/bbs/forum-7-3.html").page_url(1)
    'https://b.example/bbs/forum-7-1.html'
    >>> read_board_address("http://b.example/forum.php?mod=forumdisplay&fid=7&page=2").page_url(2)
    'http://b.example/forum.php?mod=forumdisplay&fid=7&page=2'
    >>> read_board_address("https://b.example/forum.php?mod=viewthread&tid=2") is None
    True
    """
    try:
        parts = urlsplit(url[:_LONGEST])
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    found = _BOARD.match(parts.path)
    # forum-viewthread_12.html is a thread
    if found and not read_thread_address(url):
        base = origin + found["base"]
        board, page = found["fid"] or found["fid2"], _page_number(found["page"] or found["page2"])
        name = (
            f"forum-{board}-{{page}}.html" if found["fid"] else f"f{board}-{{page}}{found['end']}"
        )
        return BoardAddress(base, board, page, base + name)
    archived = _BOARD_ARCHIVED.match(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    if archived:
        base = origin + archived["base"]
        return _plain_board(base, archived["fid"], 1)
    script = _BOARD_SCRIPT.match(parts.path)
    query = dict(parse_qsl(parts.query))
    board = query.get("fid", "")
    if not script or not re.fullmatch(r"[1-9]\d{0,17}", board):
        return None
    if query.get("mod") != "forumdisplay" and script["script"] != "forumdisplay":
        return None
    return _plain_board(origin + script["base"], board, _page_number(query.get("page")))


def is_index(url: str) -> bool:
    """Whether an address is that of a forum's index.

    >>> is_index("https://b.example/bbs/forum.php?gid=3"), is_index("https://b.example/home.php")
    (True, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_front = parts.path.rpartition("/")[2] in ("", "forum.php", "index.php")
    # archiver/?tid-1.html is a thread's, archiver/ that of an index
    names_more = "mod=" in parts.query or read_thread_address(url) or read_board_address(url)
    return is_front and not names_more and parts.scheme in ("http", "https")


def board_url(root: str, board_id: str) -> str:
    """The address of a board, which every Discuz! understands if ``board_id`` is a number."""
    return f"{root}forum.php?mod=forumdisplay&fid={board_id}"


def is_filtered(url: str) -> bool:
    """Whether an address asks for some authors' posts only (只看该作者)."""
    return bool(re.search(r"[?&;]authorid=[1-9]", url))


def thread_url(root: str, thread_id: str) -> str:
    """The plain address of a thread, which every Discuz! understands."""
    return f"{root}forum.php?mod=viewthread&tid={thread_id}"


def site_of(root: str) -> str:
    """Host and base path: the name of a forum in what is published.

    >>> site_of("https://b.example/bbs/")
    'b.example/bbs'
    """
    parts = urlsplit(root)
    return (parts.netloc.lower() + parts.path.rstrip("/")) or "file"


def forum_root(url: str, base: str | None) -> str:
    """The root of the forum that sent ``url``.

    ``base`` is the page's `<base href>` or `SITEURL`. It is believed for its path if it names
    the host that was asked (``www.`` and the scheme aside), and wholly for a saved page.
    """
    address = read_thread_address(url)
    if base:
        try:
            said, asked = urlsplit(base), urlsplit(url)
        except ValueError:
            said = asked = urlsplit("")
        if said.scheme in ("http", "https") and said.netloc:
            path = said.path[: said.path.rfind("/") + 1] or "/"
            if asked.scheme not in ("http", "https"):
                return urlunsplit((said.scheme, said.netloc, path, "", ""))
            if same_host(base, url):
                return urlunsplit((asked.scheme, asked.netloc, path, "", ""))
    if address:
        return address.root
    try:
        asked = urlsplit(url)
    except ValueError:
        return "file:///"
    if asked.scheme not in ("http", "https"):
        return "file:///"
    path = asked.path[: asked.path.rfind("/") + 1] or "/"
    return urlunsplit((asked.scheme, asked.netloc, path, "", ""))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses name the same host; `www.` is no difference, a port is.

    >>> same_host("http://www.b.example/x", "https://b.example/")
    True
    """
    try:
        hosts = {urlsplit(url).netloc.lower().removeprefix("www.") for url in (one, other)}
    except ValueError:
        return False
    return len(hosts) == 1


@lru_cache(maxsize=4096)
def resolve(base: str, href: str | None) -> str | None:
    """``href`` as an absolute address, or ``None`` for scripts, local files and nonsense."""
    href = (href or "").strip()
    if not href or href.startswith("#"):
        return None
    try:
        url = urljoin(base, href)
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    return url if scheme in _SAFE_SCHEMES else None


@lru_cache(maxsize=4096)
def user_id(href: str | None) -> str | None:
    """`home.php?mod=space&uid=20`, `space-uid-20.html`, `suid-20` → 20."""
    found = _USER_ID.search(href or "")
    return found[1] if found else None


def is_user_link(href: str | None) -> bool:
    """Whether a link leads to a member's page, by id or by name."""
    return user_id(href) is not None or bool(_USER_NAME.search(href or ""))


def board_id(href: str | None) -> str | None:
    """`forum.php?mod=forumdisplay&fid=2`, `forum-2-1.html` → 2 (or the board's short name)."""
    found = _BOARD_ID.search(href or "")
    return (found[1] or found[2] or found[3]) if found else None


def post_id(href: str | None) -> str | None:
    """The post that a findpost link or a fragment names; any other pid= is somebody else's."""
    return _post_id(href) if href and ("findpost" in href or "#pid" in href) else None


def attachment_id(href: str | None) -> str | None:
    """The id in `mod=attachment&aid=…`, plain or signed (base64 of `id|hash|time|uid|tid`).

    >>> attachment_id("forum.php?mod=attachment&aid=NXw1YjEwZmNjOHwxNzk1MzQ1NzQzfDB8MjE%3D")
    '5'
    """
    try:
        aid = dict(parse_qsl(urlsplit(href or "").query)).get("aid", "")
    except ValueError:
        return None
    if aid.isascii() and aid.isdigit():
        return aid
    try:
        plain = base64.b64decode(aid + "=" * (-len(aid) % 4)).split(b"|")[0]
    except (binascii.Error, ValueError):
        return None
    return plain.decode() if re.fullmatch(rb"\d{1,18}", plain) else None


def without_mobile(url: str | None) -> str | None:
    """An address without what makes it that of the page for phones.

    >>> without_mobile("http://b.example/home.php?mod=space&uid=7&mobile=2")
    'http://b.example/home.php?mod=space&uid=7'
    """
    return _MOBILE.sub("", url) if url else None


def desktop_url(url: str) -> str:
    """An address with what asks for the page for desktops, whoever asks (`check_mobile()`).

    >>> desktop_url("http://b.example/thread-7-1-1.html")
    'http://b.example/thread-7-1-1.html?mobile=no'
    """
    return f"{url}{'&' if '?' in url else '?'}mobile=no"


def without_fragment(url: str) -> str:
    return urldefrag(url)[0]


def _plain(root: str, thread_id: str) -> str:
    return thread_url(root, thread_id) + "&page={page}"


def _plain_board(root: str, board: str, page: int) -> BoardAddress:
    return BoardAddress(root, board, page, board_url(root, board) + "&page={page}")


def _post_id(url: str) -> str | None:
    found = _POST_ID.search(url)
    return (found[1] or found[2]) if found else None


def _page_number(text: str | None) -> int:
    if text and text.isascii() and text.isdigit() and len(text) < 8:
        return min(max(1, int(text)), MAX_PAGE)
    return 1
