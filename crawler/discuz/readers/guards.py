"""Answers of somebody else than the forum: guards, firewalls, hosts, servers that fail.

There are too many to know their words. Those that are known get a reason that helps whoever reads
it; the others get one by their status. None of them says anything about what was asked for.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from crawler.discuz.facts import Message, Reason

if TYPE_CHECKING:
    from crawler.discuz.document import Document

# Discuz's attackevasive, CDNs and "safety" gateways: a script instead of the page
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
_BANNED = re.compile(r"您的\s?IP\s?地址|IP\s?已被|禁止.{0,4}IP", re.I)
_CLOSED = re.compile(
    r"[维維][护護]|[暂暫][时時]?[关關][闭閉]|[关關]站|[闭閉]站|under maintenance|站点升级", re.I
)
# <script>document.cookie="k=1";location.reload()</script>, <meta http-equiv="refresh" …>
_MOVES_ON = re.compile(r"\blocation\b|\.cookie\b|\breload\(|http-equiv=[\"']?refresh", re.I)
_RUNS = re.compile(r"<script\b", re.I)
_TAG = re.compile(r"<[^<>]*>")
_SCRIPTS = re.compile(r"<(script|style)\b")
# what a browser that runs scripts shows of none of them
_UNSEEN = re.compile(r"<(script|style|title|noscript)\b")
_TITLE = re.compile(r"<title[^>]{0,99}>([^<]{1,300})", re.I)
# Such a page says little,
_SHORT = 2000
# and says it at once.
_READ = 262144
# 页面正在跳转，请稍候: beside a script that moves on
_FEW_WORDS = 40
_LONGEST = 300
# A text has hardly any signs that no text has; of a picture each twentieth is one, and more.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_SOME = 20

_TOO_MANY, _SERVER_ERRORS, _CLIENT_ERRORS = 429, 500, 400
# The server knows no such address: many forums' servers answer so to what a firewall hides.
_ABSENT = (404, 410)


def read_guard(document: Document, status: int | None) -> Reason | None:
    """Why a page that is not the forum's stands in its place, as far as its words and status tell.

    ``None`` for a page that may be anything: a forum in a skin without marks, another program.
    """
    text = visible_text(document.text)
    return _by_words(document, text) or _by_status(status)


def _by_words(document: Document, text: str) -> Reason | None:
    if len(text) >= _SHORT:
        return None
    said = f"{title_of(document)}\n{text}"
    known: tuple[tuple[re.Pattern[str], Reason], ...] = (
        (_RATE, "rate_limited"),
        (_SERVER_ERROR, "server_error"),
        (_BANNED, "ip_banned"),
        (_CHALLENGE, "challenge"),
    )
    for pattern, reason in known:
        if pattern.search(said):
            return reason
    if _CHALLENGE.search(document.text[: 20 * _SHORT]) or _only_runs(document):
        return "challenge"
    return "site_closed" if _CLOSED.search(said) else None


def _by_status(status: int | None) -> Reason | None:
    if status is None or status < _CLIENT_ERRORS:
        return None
    if status == _TOO_MANY:
        return "rate_limited"
    if status >= _SERVER_ERRORS:
        return "server_error"
    return "not_discuz" if status in _ABSENT else "blocked"


def _only_runs(document: Document) -> bool:
    """Whether a page only runs a script, or moves on with a word of patience."""
    size = len(visible_text(document.text, _UNSEEN))
    has_script = _RUNS.search(document.text) is not None
    return (not size and has_script) or (
        size <= _FEW_WORDS and _MOVES_ON.search(document.text) is not None
    )


def visible_text(source: str, unseen: re.Pattern[str] = _SCRIPTS) -> str:
    """The words at the beginning of a page, cheaply: no tree, no scripts, entities read."""
    source = source[:_READ]
    lower = source.lower()
    pieces = []
    position = 0
    while True:
        found = unseen.search(lower, position)
        pieces.append(source[position : found.start() if found else len(source)])
        end = lower.find(f"</{found[1]}", found.end()) if found else -1
        if end < 0:
            break
        position = end
    return " ".join(html.unescape(_TAG.sub(" ", "".join(pieces))).split())


def is_short(text: str) -> bool:
    """Whether a page of these words says as little as one that refuses."""
    return len(text) < _SHORT


def title_of(document: Document) -> str:
    """The page's title, ``""`` where it has none."""
    found = _TITLE.search(document.text)
    return html.unescape(found[1]).strip() if found else ""


def excerpt(document: Document) -> str | None:
    """What to tell of a page that is not read: its title, or its first words; not of a picture."""
    start = document.text[:_SHORT]
    if len(_NO_TEXT.findall(start)) * _SOME > len(start):
        return None
    return (title_of(document) or visible_text(document.text))[:_LONGEST] or None


def refused_by_other(reason: Reason, document: Document, thread_id: str | None) -> Message:
    """The refusal of a page that is not the forum's."""
    return Message(reason, excerpt(document), thread_id=thread_id)
