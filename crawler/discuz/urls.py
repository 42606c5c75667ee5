"""Addresses of a Discuz! forum: what they mean, and one way of writing each.

A thread has many addresses: `forum.php?mod=viewthread&tid=1&extra=page%3D1`,
`thread-1-1-1.html`, `forum.php?mod=redirect&goto=findpost&ptid=1&pid=9`, `archiver/?tid-1.html`,
each with a session id, a mobile switch or a base path. Identity never depends on which was used.
All functions take any text and never raise.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urldefrag, urljoin, urlsplit, urlunsplit

from crawler.discuz.slugs import board_slug, thread_slug

# javascript: and data: are run by a browser
_LINKABLE = re.compile(r"(?:https?|ftp)://|mailto:|magnet:|ed2k:", re.I)
# thread-TID-PAGE-LISTPAGE.html is Discuz's own rewriting; /t1009483-1-1 and
# forum-viewthread_12.html were seen elsewhere; those with a title are read in `slugs`.
_REWRITTEN = re.compile(
    r"^(?P<base>.*/)(?:thread-(?P<tid>\d{1,18})-(?P<page>\d+)-(?P<list>\d+)\.html?"
    r"|t(?P<tid2>\d{1,18})-(?P<page2>\d+)-(?P<list2>\d+)(?:\.html?)?"
    # forms that sites made for themselves; their pages have the plain address
    r"|(?:forum-viewthread_|(?:thread|read)-|topic/)(?P<tid3>\d{1,18})(?:\.html?)?)$",
    re.ASCII,
)
# archiver/?tid-7.html, archiver/tid-7.html, archiver/index.php?tid-7.html
_ARCHIVED = re.compile(
    r"^(?P<base>.*/)archiver/(?:index\.php)?\??tid-(?P<tid>\d{1,18})\.html?"
    r"(?:[?&]page=(?P<page>\d{1,9}))?",
    re.ASCII,
)
# forum.php since X1, viewthread.php up to 7.2, both under any base path
_SCRIPT = re.compile(r"^(?P<base>.*/)(?P<script>forum|viewthread|redirect|index|wap)\.php$")
# forum-FID-PAGE.html, FID a number or the board's short name; /f161-1 was seen elsewhere
_BOARD_REWRITTEN = re.compile(
    r"^(?P<base>.*/)(?:forum-(?P<fid>[A-Za-z0-9_]{1,40})-(?P<page>\d+)\.html?"
    r"|f(?P<fid2>\d+)-(?P<page2>\d+)(?P<end>(?:\.html?)?))$"
)
# archiver/?fid-7.html
_BOARD_ARCHIVED = re.compile(r"^(?P<base>.*/)archiver/(?:index\.php)?\??fid-(?P<fid>\d+)\.html?")
# forum.php since X1, forumdisplay.php up to 7.2
_BOARD_SCRIPT = re.compile(r"^(?P<base>.*/)(?P<script>forum|forumdisplay)\.php$")
# tid=77, fid=2: not 0, not abc
_ID = re.compile(r"[1-9]\d{0,17}")
# uid=20, space-uid-20.html, suid-20; not authorid=20, touid=20
_USER_ID = re.compile(r"(?<![a-z])s?uid[=-](\d+)")
# space-username-NAME.html, home.php?mod=space&amp;username=NAME
_USER_NAME = re.compile(r"space-username-([^/?#]+?)\.html?$|mod=space&(?:amp;)?username=([^&#]+)")
# ?mod=forumdisplay&fid=2, forum-2-1.html, forum-harbour-1.html, /f161-1
_BOARD_ID = re.compile(r"[?&;]fid=(\d+)|forum-([\w-]+?)-\d+\.html?|(?:^|/)f(\d+)-\d+")
# ?mod=redirect&goto=findpost&pid=9, #pid9
_POST_ID = re.compile(r"[?&;]pid=(\d+)|#pid(\d+)")
# &authorid=5: only this author's posts
_AUTHOR = re.compile(r"[?&;]authorid=[1-9]")
# 5, of the plain form of `5|5b10fcc8|1795345743|0|21`
# forum.php?mod=attachment&aid=, attachment.php?aid= (up to 7.2), forum.php?mod=image&aid=
_ATTACHMENT = re.compile(r"/attachment\.php\?|[?&]mod=(?:attachment|image)(?:&|$)")
# Pictures of the forum itself: static/image/filetype/zip.gif, images/default/attachimg.gif,
# static/image/common/none.gif (the place holder of a picture that is loaded later or not given).
# Not those that members uploaded (data/attachment/…) or link to.
_OWN_PICTURE = re.compile(
    r"(?:^|/)static/+image/(?:common|filetype|editor|magic|stamp)/|(?:^|/)none\.gif(?:[?#]|$)"
    r"|(?:^|/)images/(?:common|default)/"
)
_ATTACHMENT_ID = re.compile(rb"\d{1,18}")
# forum.php?mod=viewthread&tid=7, thread-7-1-1.html: in the folder of what links to it, or of the
# site. Most links are such ones, and taking addresses apart is most of what links cost.
_BESIDE = re.compile(
    r"/?[a-z][a-z0-9_-]*(?:\.[a-z]{1,5})?(?:\?[a-z][\w=&.%-]*)?(?:#[a-z]\w*)?", re.A
)
# The parts of most absolute addresses, which `urlsplit` takes three times as long to tell.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9.:-]+)(/[^?#\x00-\x20]*)?(?:\?([^#\x00-\x20]*))?(?:#([^\x00-\x20]*))?"
)
# a port, a dot at the end of a host or in a path, entities
_ODD = re.compile(r"//[^/]*(?::|\.(?:/|$))|/\.|&amp;")
_CREDENTIALS = re.compile(r"^(https?://)[^/?#]{0,1000}@", re.IGNORECASE)
# &mobile=2, ?mobile=yes
# where a site sends visitors whom it lets see nothing (allowvisit=0), and whom phones are denied
_LOGIN = re.compile(r"member\.php\?(?:.{0,200}&)?mod=logging\b")
_MOBILE = re.compile(r"[?&]mobile=\w{1,3}\b")
# What a link may lead to. Not javascript: and data:, and never file:, which no forum can mean.
_SAFE_SCHEMES = ("http", "https", "ftp", "mailto", "magnet", "ed2k", "thunder", "steam")
_WEB = ("http", "https")
# The ports that need not be written.
_PORTS = {"http": ":80", "https": ":443"}
# What stands at the end of `ThreadAddress.template` where pages are numbered in the query.
_PAGE_PARAMETER = "&page={page}"
MAX_PAGE = 1_000_000
# What browsers and servers take; nothing a forum makes is longer.
_LONGEST = 4096


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
        return _page_url(self.template, page)


@lru_cache(maxsize=4096)
def read_thread_address(url: str) -> ThreadAddress | None:
    """The thread that ``url`` names, in any of the ways above; ``None`` where it names none.

    >>> read_thread_address("https://b.example/bbs/thread-7-3-1.html").page_url(1)
    'https://b.example/bbs/thread-7-1-1.html'
    >>> a = read_thread_address("http://b.example/forum.php?mod=viewthread&tid=7&sid=x&mobile=2")
    >>> a.page_url(2)
    'http://b.example/forum.php?mod=viewthread&tid=7&page=2'
    >>> read_thread_address("https://b.example/forum.php?mod=forumdisplay&fid=2") is None
    True
    """
    parts = _split(url[:_LONGEST])
    if parts is None:
        return None
    post = _post_id(url)
    return (
        _rewritten_thread(parts, post) or _archived_thread(parts) or _thread_by_query(parts, post)
    )


def _rewritten_thread(parts: SplitResult, post: str | None) -> ThreadAddress | None:
    found = _REWRITTEN.match(parts.path)
    if not found:
        return _thread_by_title(parts, post)
    root = _origin(parts) + found["base"]
    thread_id = found["tid"] or found["tid2"] or found["tid3"]
    page = _page_number(found["page"] or found["page2"])
    if found["tid"]:
        template = f"{root}thread-{thread_id}-{{page}}-{found['list']}.html"
    elif found["tid2"]:
        template = f"{root}t{thread_id}-{{page}}-{found['list2']}"
    else:
        template = thread_url(root, thread_id) + _PAGE_PARAMETER
    return ThreadAddress(root, thread_id, page, template, post)


def _thread_by_title(parts: SplitResult, post: str | None) -> ThreadAddress | None:
    slug = thread_slug(parts.path)
    if slug is None:
        return None
    root = _origin(parts) + slug.base
    # its pages by the plain address: the title in this one fits no other thread, and may change
    return ThreadAddress(
        root, slug.id, slug.page, thread_url(root, slug.id) + _PAGE_PARAMETER, post
    )


def _archived_thread(parts: SplitResult) -> ThreadAddress | None:
    found = _ARCHIVED.match(_path_and_query(parts))
    if not found:
        return None
    root = _origin(parts) + found["base"]
    template = thread_url(root, found["tid"]) + _PAGE_PARAMETER
    return ThreadAddress(root, found["tid"], _page_number(found["page"]), template)


def _thread_by_query(parts: SplitResult, post: str | None) -> ThreadAddress | None:
    script = _SCRIPT.match(parts.path or "/")
    if not script:
        return None
    query = dict(parse_qsl(parts.query))
    thread_id = query.get("tid") or query.get("ptid", "")
    if not _ID.fullmatch(thread_id):
        return None
    is_thread = query.get("mod") == "viewthread" or script["script"] == "viewthread"
    is_jump = query.get("mod") == "redirect" or script["script"] == "redirect"
    # nextoldset and nextnewset lead to another thread
    if not is_thread and not (is_jump and query.get("goto") in ("findpost", "lastpost")):
        return None
    root = _origin(parts) + script["base"]
    page = 1 if is_jump else _page_number(query.get("page"))
    return ThreadAddress(root, thread_id, page, thread_url(root, thread_id) + _PAGE_PARAMETER, post)


def is_past_end(url: str, target: str) -> bool:
    """Whether a redirect to ``target`` says that the thread ends before the page ``url``.

    `forum_viewthread.php` sends it for a page without posts. Pages are counted by the highest floor
    ever given, so that the pager promises such a page once its posts are deleted.

    >>> target = "http://b.example/forum.php?mod=redirect&tid=7&goto=lastpost"
    >>> is_past_end("http://b.example/thread-7-2-1.html", target)
    True
    >>> is_past_end("http://b.example/thread-7-1-1.html", target)
    False
    """
    thread, leads_to, parts = read_thread_address(url), read_thread_address(target), _split(target)
    if thread is None or leads_to is None or parts is None or thread.page == 1:
        return False
    is_last_post = ("goto", "lastpost") in parse_qsl(parts.query)
    return is_last_post and leads_to.thread_id == thread.thread_id


@dataclass(frozen=True, slots=True)
class BoardAddress:
    """An address that leads to a board's list; ``template`` as in `ThreadAddress`."""

    root: str
    board_id: str
    page: int
    template: str

    def page_url(self, page: int) -> str:
        """The address of one page; the first one's without a number where that can be left out."""
        return _page_url(self.template, page)


@lru_cache(maxsize=4096)
def read_board_address(url: str) -> BoardAddress | None:
    """The board that ``url`` names; ``None`` where it names none.

    Filters and orders (`typeid=`, `orderby=`) are left out: the whole board is meant.

    >>> read_board_address("https://b.example/bbs/forum-7-3.html").page_url(1)
    'https://b.example/bbs/forum-7-1.html'
    >>> read_board_address("http://b.example/forum.php?mod=forumdisplay&fid=7&page=2").page_url(2)
    'http://b.example/forum.php?mod=forumdisplay&fid=7&page=2'
    >>> read_board_address("https://b.example/forum.php?mod=viewthread&tid=2") is None
    True
    """
    parts = _split(url[:_LONGEST])
    if parts is None:
        return None
    found = _BOARD_REWRITTEN.match(parts.path)
    # forum-viewthread_12.html is a thread
    if found and not read_thread_address(url):
        root = _origin(parts) + found["base"]
        board, page = found["fid"] or found["fid2"], _page_number(found["page"] or found["page2"])
        name = (
            f"forum-{board}-{{page}}.html" if found["fid"] else f"f{board}-{{page}}{found['end']}"
        )
        return BoardAddress(root, board, page, root + name)
    slug = board_slug(parts.path)
    if slug:
        origin = _origin(parts)
        return BoardAddress(origin + slug.base, slug.id, slug.page, origin + slug.template)
    archived = _BOARD_ARCHIVED.match(_path_and_query(parts))
    if archived:
        return _board_by_query(_origin(parts) + archived["base"], archived["fid"], 1)
    script = _BOARD_SCRIPT.match(parts.path)
    query = dict(parse_qsl(parts.query))
    board = query.get("fid", "")
    if not script or not _ID.fullmatch(board):
        return None
    if query.get("mod") != "forumdisplay" and script["script"] != "forumdisplay":
        return None
    return _board_by_query(_origin(parts) + script["base"], board, _page_number(query.get("page")))


def _board_by_query(root: str, board: str, page: int) -> BoardAddress:
    return BoardAddress(root, board, page, board_url(root, board) + _PAGE_PARAMETER)


def is_index(url: str) -> bool:
    """Whether an address is that of a forum's index.

    >>> is_index("https://b.example/bbs/forum.php?gid=3"), is_index("https://b.example/home.php")
    (True, False)
    """
    parts = _split(url)
    if parts is None:
        return False
    is_front = parts.path.rpartition("/")[2] in ("", "forum.php", "index.php")
    # archiver/?tid-1.html is a thread's, archiver/ that of an index
    names_more = "mod=" in parts.query or read_thread_address(url) or read_board_address(url)
    return is_front and not names_more and parts.scheme in _WEB


def is_login(url: str) -> bool:
    """Whether an address is that of the form for logins.

    >>> is_login("https://b.example/member.php?mod=logging&action=login")
    True
    """
    return bool(_LOGIN.search(url))


def board_url(root: str, board_id: str) -> str:
    """The address of a board, which every Discuz! understands if ``board_id`` is a number."""
    return f"{root}forum.php?mod=forumdisplay&fid={board_id}"


def is_filtered(url: str) -> bool:
    """Whether an address asks for some authors' posts only (只看该作者)."""
    return bool(_AUTHOR.search(url))


def thread_url(root: str, thread_id: str) -> str:
    """The plain address of a thread, which every Discuz! understands."""
    return f"{root}forum.php?mod=viewthread&tid={thread_id}"


def site_of(root: str) -> str:
    """Host and base path of a forum: its name in published lines.

    >>> site_of("https://b.example/bbs/")
    'b.example/bbs'
    """
    parts = urlsplit(root)
    return (parts.netloc.lower() + parts.path.rstrip("/")) or "file"


def is_linkable(url: str) -> bool:
    """Whether a link to an address may stand in clean HTML.

    >>> is_linkable("http://x.example/"), is_linkable("javascript:alert(1)")
    (True, False)
    """
    return _LINKABLE.match(url) is not None


def forum_root(url: str, base: str | None) -> str:
    """The root of the forum that sent ``url``.

    ``base`` is the page's `<base href>` or `SITEURL`. Its path is used if it names the host that
    was asked (`www.` and the scheme aside); for a saved page (`file:`) all of it.
    """
    asked, told = _split(url), _split(base or "")
    if asked is not None and told is not None and told.scheme in _WEB and told.netloc:
        if asked.scheme not in _WEB:
            return _folder(told)
        if same_host(base or "", url):
            return urlunsplit((asked.scheme, asked.netloc, _folder_path(told), "", ""))
    address = read_thread_address(url)
    if address:
        return address.root
    return _folder(asked) if asked is not None and asked.scheme in _WEB else "file:///"


def as_folder(url: str) -> str:
    """The address of a folder as it is meant: `http://host/bbs` is where the forum `/bbs/` lies.

    >>> as_folder("http://b.example/bbs"), as_folder("http://b.example/bbs/index.php")
    ('http://b.example/bbs/', 'http://b.example/bbs/index.php')
    """
    parts = _split(url)
    names_page = parts is None or parts.query or read_thread_address(url) or read_board_address(url)
    if parts is None or names_page or "." in parts.path.rpartition("/")[2]:
        return url
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/", "", ""))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses name the same host; `www.` is no difference, a port is.

    >>> same_host("http://www.b.example/x", "https://b.example:443/")
    True
    >>> same_host("http://b.example/", "http://b.example:8080/")
    False
    """
    hosts = _host(one), _host(other)
    return None not in hosts and hosts[0] == hosts[1]


def _host(url: str) -> str | None:
    # as it is spelled: a redirect to another spelling is to be told from one that stays
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    port = _PORTS.get(parts.scheme.lower(), "")
    return parts.netloc.lower().removeprefix("www.").removesuffix(port)


@lru_cache(maxsize=4096)
def resolve(base: str, href: str | None) -> str | None:
    """``href`` as an absolute address, or ``None`` for scripts, local files and nonsense."""
    href = (href or "").strip()
    if not href or href.startswith("#"):
        return None
    if _BESIDE.fullmatch(href):
        folder = _folder_of(base, is_root=href[0] == "/")
        return folder + href if folder is not None else None
    try:
        url = urljoin(base, href)
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    return url if scheme in _SAFE_SCHEMES else None


@lru_cache(maxsize=64)
def _folder_of(base: str, *, is_root: bool) -> str | None:
    """What stands in front of `x` and of `/x` in the address that a page at ``base`` links to."""
    url = resolve(base, "/./x" if is_root else "./x")
    return url[: -len("/x" if is_root else "x")] if url is not None else None


def without_credentials(url: str) -> str:
    """An address without the name and password of whoever gave it.

    >>> without_credentials("http://me:secret@b.example/thread-7-1-1.html")
    'http://b.example/thread-7-1-1.html'
    """
    return _CREDENTIALS.sub(r"\1", url, count=1)


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
    if found:
        return found[1] or found[2] or found[3]
    slug = board_slug((href or "").partition("?")[0])
    return slug.id if slug else None


def post_id(href: str | None) -> str | None:
    """The post that a findpost link or a fragment names; other links may use pid= for other things.

    >>> post_id("forum.php?mod=redirect&goto=findpost&pid=9"), post_id("http://b.example/?pid=9")
    ('9', None)
    """
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
    return plain.decode() if _ATTACHMENT_ID.fullmatch(plain) else None


def is_attachment(url: str) -> bool:
    """Whether an address is that of an attachment, or of the picture that one is.

    >>> is_attachment("http://b.example/forum.php?mod=attachment&aid=5")
    True
    >>> is_attachment("http://b.example/attachment.php?aid=5")
    True
    >>> is_attachment("http://b.example/forum.php?mod=misc&action=attachpay&aid=5")
    False
    """
    return _ATTACHMENT.search(url) is not None and attachment_id(url) is not None


def is_own_picture(url: str) -> bool:
    """Whether an address, absolute or not, is that of a picture of the forum itself.

    Nobody uploaded it. Discuz leads there instead of to one that it does not give
    (forum_attachment.php).

    >>> is_own_picture("http://b.example/bbs/static/image/common/none.gif")
    True
    >>> is_own_picture("data/attachment/forum/202303/14/183006abc.gif")
    False
    """
    return _OWN_PICTURE.search(url) is not None


def without_mobile(url: str | None) -> str | None:
    """An address without the parameter that asks for the page for phones.

    >>> without_mobile("http://b.example/home.php?mod=space&uid=7&mobile=2")
    'http://b.example/home.php?mod=space&uid=7'
    """
    return _MOBILE.sub("", url) if url else None


def desktop_url(url: str) -> str:
    """An address that gives the page for desktops to any User-Agent (Discuz's `check_mobile()`).

    >>> desktop_url("http://b.example/thread-7-1-1.html")
    'http://b.example/thread-7-1-1.html?mobile=no'
    """
    return f"{url}{'&' if '?' in url else '?'}mobile=no"


def is_web(url: str) -> bool:
    """Whether an address is one of the web's, not that of a saved file.

    >>> is_web("https://b.example/"), is_web("file:///page.html")
    (True, False)
    """
    parts = _split(url)
    return parts is not None and parts.scheme in _WEB


def without_fragment(url: str) -> str:
    """An address without its `#pid9`, which no server gets."""
    return urldefrag(url)[0]


def _split(url: str) -> SplitResult | None:
    """The parts of an address as one of several that name the same (RFC 3986 §6).

    Host in small letters and as it is asked for (`xn--`), without a usual port and the dot at its
    end; no dots in the path; no name and password, which must never be published. ``None`` for
    what is no address (`http://[`).
    """
    plain = _PLAIN.fullmatch(url)
    if plain and not _ODD.search(url):
        return SplitResult(*plain.groups(""))
    return _normalised(url)


def _normalised(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.replace("&amp;", "&"))
        host = _ascii_host(parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _WEB:
        return parts
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port is None or f":{port}" == _PORTS[scheme] else f"{host}:{port}"
    path = urljoin("http://x/", parts.path)[len("http://x") :] if "/." in parts.path else parts.path
    return SplitResult(scheme, netloc, path, parts.query, parts.fragment)


def _ascii_host(host: str) -> str:
    """The name of a host as it is asked for: bücher.example → xn--bcher-kva.example."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def _folder(parts: SplitResult) -> str:
    """The address of the folder that a page lies in."""
    return urlunsplit((parts.scheme, parts.netloc, _folder_path(parts), "", ""))


def _folder_path(parts: SplitResult) -> str:
    return parts.path[: parts.path.rfind("/") + 1] or "/"


def _path_and_query(parts: SplitResult) -> str:
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _page_url(template: str, page: int) -> str:
    if page == 1:
        return template.removesuffix(_PAGE_PARAMETER).replace("{page}", "1")
    return template.replace("{page}", str(page))


def _post_id(url: str) -> str | None:
    found = _POST_ID.search(url)
    return (found[1] or found[2]) if found else None


def _page_number(text: str | None) -> int:
    if text and text.isascii() and text.isdigit() and len(text) < 8:
        return min(max(1, int(text)), MAX_PAGE)
    return 1
