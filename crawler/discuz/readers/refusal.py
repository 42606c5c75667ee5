"""Pages that hold no thread, and why: Discuz's messages, its guards, servers that fail.

X3.3 answers 200 to most of these, so the page decides and the status only helps. The messages
are those of `lang_message.php`, in both scripts.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from crawler.discuz import urls
from crawler.discuz.dates import read_clock
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Evidence, Message, Reason
from crawler.discuz.page.site import is_discuz, read_site

if TYPE_CHECKING:
    from crawler.discuz.document import Document

# What only the forum can say of a thread or board.
_ABOUT_THIS: frozenset[Reason] = frozenset(
    {"not_found", "login_required", "no_permission", "password"}
)
_MESSAGE_ID = "messagetext"
_HAS_MESSAGE = re.compile(r"\bid\s?=\s?[\"']?messagetext\b")
_HAS_LOGIN = re.compile(r"\bid\s?=\s?[\"']?messagelogin\b|mod=logging&(?:amp;)?action=login")
# the board's password form (forumdisplay_passwd.htm)
_PASSWORD_FORM = re.compile(r"<input[^>]{0,200}\bname=[\"']pw[\"']|action=pwverify", re.I)

# What a message says, the first that fits. A right that is denied counts before the login that
# is offered beside it.
_MESSAGES: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (re.compile(r"您的\s?IP\s?地址|IP\s?已被|禁止.{0,4}IP", re.I), "ip_banned"),
    (
        re.compile(
            r"[频頻]繁|[过過]于[频頻]|[间間]隔.{0,6}(?:少于|小于|不足)|[访訪][问問].{0,6}[过過]快"
        ),
        "rate_limited",
    ),
    (
        re.compile(r"尚未登[录錄陸]|[请請]先登[录錄陸]|需要(?:先)?登[录錄陸]|登[录錄陸][后後]"),
        "login_required",
    ),
    (re.compile(r"[阅閱][读讀][权權]限高[于於]"), "no_permission"),
    (re.compile(r"密[码碼]"), "password"),
    (
        re.compile(
            r"不存在|[没沒]有找到|[无無]法找到|已被?.{0,6}[删刪]除|正在被?[审審]核|未定[义義]"
            r"|not exist|not found",
            re.I,
        ),
        "not_found",
    ),
    (
        re.compile(
            r"[没沒]有[权權]限|[无無]此?[权權]限|[无無]法(?:[进進]行此操作|下[载載]|查看|[浏瀏][览覽])|[权權]限不足|只有特定|[积積]分不足"
            r"|不允[许許][访訪][问問]|禁止[访訪][问問]|[无無][权權]|才[能可].{0,2}(?:[访訪][问問]|[浏瀏][览覽]|查看)|need.{0,20}permission",
            re.I,
        ),
        "no_permission",
    ),
    (
        re.compile(
            r"[维維][护護]|正在[升昇][级級]|[升昇][级級]中|[备備]案"
            r"|(?:[论論][坛壇]|站[点點]?|[网網]站|系[统統]).{0,12}"
            r"(?:[升昇][级級]|[关關][闭閉]|[暂暫]停|停止)"
            r"|[暂暫][时時]?[关關][闭閉]|[临臨][时時][关關][闭閉]|[闭閉關关]站"
            r"|maintenance|site is closed",
            re.I,
        ),
        "site_closed",
    ),
)
_LEVEL = re.compile(r"[权權]限高[于於]\s?(\d{1,5})")

# attackevasive of Discuz, CDNs and "safety" gateways: a script instead of the page
_CHALLENGE = re.compile(
    r"_dsign=|acw_sc__|__jsl_clearance|cf-chl|cf_chl|challenge-platform|Just a moment"
    r"|安全[检檢][查测測]|安全[验驗][证證]|[页頁]面重[载載][开開][启啟]|人[机機][验驗][证證]|滑[动動][验驗][证證]|[访訪][问問][验驗][证證]"
    r"|secqsubmit|checking your browser|captcha|\bWAF\b|云锁|安全狗",
    re.I,
)
_RATE = re.compile(
    r"[频頻]繁刷新|刷新[过過]于|too many requests|[访訪][问問].{0,8}速度[过過]快", re.I
)
_SERVER_ERROR = re.compile(
    r"Database Error|Discuz! System Error|MySQL Query Error|Can not connect to MySQL"
    r"|(?:Fatal|Parse) error\b|\b50[0-4] (?:Bad Gateway|Internal|Service|Gateway|Error)"
    r"|Service (?:Temporarily )?Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error",
    re.I,
)
_CLOSED = re.compile(
    r"[维維][护護]|[暂暫][时時]?[关關][闭閉]|[关關]站|[闭閉]站|under maintenance|站点升级", re.I
)
_TAG = re.compile(r"<[^<>]*>")
_SCRIPTS = re.compile(r"<(script|style)\b")
_TITLE = re.compile(r"<title[^>]{0,99}>([^<]{1,300})", re.I)
_MOVES_ON = re.compile(r"\blocation\b|\.cookie\b|\breload\(", re.I)
# where a site sends visitors whom it lets see nothing (allowvisit=0)
_LOGIN_PAGE = re.compile(r"<body\b[^>]{0,300}?\bpg_logging\b")
# <body id="nv_forum" class="pg_forumdisplay">: Discuz itself answered, and what it has to say
# against it stands in #messagetext; 维护 there is the title of somebody's thread
_OWN_PAGE = re.compile(r"<body\b[^>]{0,300}?\bpg_\w")
_SORRY = re.compile(r"(?:抱歉|对不起|對不起)[,\uff0c!\uff01\s]\s?[^\s。]{2,80}")
# A page that only guards says little.
_SHORT = 2000
# and says it at once
_READ = 262144
_LONGEST = 300


def read_refusal(document: Document, status: int | None) -> Message | None:
    """What kind of refusal the page is, or ``None`` if it is no page of refusal.

    ``status`` is the answer's code where it is known.
    """
    if _HAS_MESSAGE.search(document.text):
        return _read_message(document)
    text = visible_text(document.text)
    reason = _guarded(document, text, status)
    return _message(reason, document, _excerpt(document, text)) if reason else None


def _guarded(document: Document, text: str, status: int | None) -> Reason | None:
    """Which guard or failure the page is, by its words, its scripts and its status."""
    is_short = len(text) < _SHORT
    known = is_discuz(document)
    if _PASSWORD_FORM.search(document.text) and is_short:
        return "password"
    if is_short and not _OWN_PAGE.search(document.text):
        title = html.unescape((_TITLE.search(document.text) or ("", ""))[1])
        said = f"{title}\n{text}"
        if _RATE.search(said) or status == 429:
            return "rate_limited"
        if _SERVER_ERROR.search(said):
            return "server_error"
        if _MESSAGES[0][0].search(said):
            return "ip_banned"
        if _CHALLENGE.search(said) or _CHALLENGE.search(document.text[: 20 * _SHORT]):
            return "challenge"
        if not text.strip() and _MOVES_ON.search(document.text):
            return "challenge"
        if _CLOSED.search(said):
            return "site_closed"
    if status == 429:
        return "rate_limited"
    if status is not None and status >= 500:
        return "server_error"
    if known and _LOGIN_PAGE.search(document.text):
        return "login_required"
    if is_short and known and _is_cut_html(document):
        return "truncated"
    return None


def unreadable(document: Document, status: int | None) -> Message:
    """The refusal of a page that is none of the known kinds."""
    known = is_discuz(document)
    text = visible_text(document.text)
    reason: Reason = "not_discuz"
    said = _SORRY.search(text) if known else None
    if said:
        # a panel of its own makes, without #messagetext: <h1>系统错误</h1><p>抱歉，您无此权限</p>
        reason = next((r for rule, r in _MESSAGES if rule.search(said[0])), "template_unknown")
    elif known:
        reason = "truncated" if _is_cut_html(document) else "template_unknown"
    elif status in (401, 403, 405, 451):
        reason = "blocked"
    return _message(reason, document, said[0] if said else _excerpt(document, text))


def _message(reason: Reason, document: Document, text: str | None, **more: Any) -> Message:
    known = is_discuz(document) or _HAS_MESSAGE.search(document.text)
    address = urls.read_thread_address(document.url)
    site = read_site(document, read_clock(document)) if known else None
    evidence: Evidence = "other"
    if site is not None:
        evidence = "about_this" if reason in _ABOUT_THIS else "forum"
    return Message(
        reason,
        text,
        site=site,
        thread_id=address.thread_id if address else None,
        evidence=evidence,
        **more,
    )


def _is_cut_html(document: Document) -> bool:
    return "<html" in document.text[:5000].lower() and document.is_cut


def _read_message(document: Document) -> Message:
    box = next((box for box in document.root.iter("*") if box.get("id") == _MESSAGE_ID), None)
    said = ""
    if box is not None:
        # the first paragraph; scripts behind it write links back
        parts = [all_text(part) for part in box.iter("p")] or [all_text(box)]
        said = " ".join(" ".join(parts).split())
    login_offered = bool(_HAS_LOGIN.search(document.text[document.text.find(_MESSAGE_ID) :]))
    level = _LEVEL.search(said)
    reason = next((reason for rule, reason in _MESSAGES if rule.search(said)), None)
    return _message(
        reason or "unknown_notice",
        document,
        said[:_LONGEST] or None,
        required_level=int(level[1]) if level else None,
        login_offered=login_offered,
    )


def visible_text(source: str) -> str:
    """The words at the beginning of a page, cheaply: no tree, no scripts, entities read."""
    source = source[:_READ]
    lower = source.lower()
    pieces = []
    position = 0
    while True:
        found = _SCRIPTS.search(lower, position)
        pieces.append(source[position : found.start() if found else len(source)])
        end = lower.find(f"</{found[1]}", found.end()) if found else -1
        if end < 0:
            break
        position = end
    return " ".join(html.unescape(_TAG.sub(" ", "".join(pieces))).split())


def _excerpt(document: Document, text: str) -> str | None:
    title = _TITLE.search(document.text)
    said = html.unescape(title[1]).strip() if title else ""
    return (said or text)[:_LONGEST] or None
