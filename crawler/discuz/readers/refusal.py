"""Pages that hold no thread, and why: Discuz's notices and panels, its errors, answers of others.

X3.3 answers 200 to most of these, so the page decides and the status only helps. Three things are
told apart, each by proof. The forum speaks of what was asked for: a page in Discuz's markup whose
box of notices holds one of its own sentences about it (`notices.py`). The forum speaks of something
else, or in words that are not known. Somebody else speaks (`guards.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.discuz import urls
from crawler.discuz.elements import by_class, words
from crawler.discuz.facts import Evidence, Message, Reason
from crawler.discuz.page.clock import read_clock
from crawler.discuz.page.identity import reported_url
from crawler.discuz.page.site import is_discuz, read_site
from crawler.discuz.readers.ajax import ajax_source
from crawler.discuz.readers.guards import (
    excerpt,
    is_short,
    read_guard,
    refused_by_other,
    visible_text,
)
from crawler.discuz.readers.notices import UNKNOWN, Asked, Verdict, judge
from crawler.discuz.source import start_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from crawler.discuz.document import Document

# -- boxes of notices (showmessage.htm) ----

# <div id="messagetext" class="alert_error"><p>…</p>: desktops and archiver; touch X2.5 in a popup
# <dt id="messagetext">; mobile=1 without a class
_BOX_ID = "messagetext"
# touch: <div class="jump_c"><p>…</p>, X3.5 <div class="jump_c"><div>…</div>
_TOUCH_BOX = "jump_c"
# mobile=3: <card id="discuz_wml" title="…"><p>…</p>
_WML_BOX = "discuz_wml"
# answer it, edit it, report it
_POST_BUTTON = re.compile(r"[?&;](?:repquote|reppost|rid)=[1-9]")
_HAS_BOX = re.compile(rf"\b(?:{_BOX_ID}|{_TOUCH_BOX}|{_WML_BOX})\b")
_HAS_LOGIN = re.compile(r"\bid\s?=\s?[\"']?messagelogin\b|mod=logging&(?:amp;)?action=login")
# helper_sysmessage.php, which needs no template: 站点信息 and a paragraph. Discuz bans by it.
_SYSTEM_MESSAGE = re.compile(
    r'content="System Message - Discuz! Board".{1,5000}?'
    + start_tag("p", 'style="?text-align: ?left;?"?')
    + r"\s{0,99}([^<]{1,300})",
    re.S,
)

# -- panels in place of a board's list ----

# <form … action="forum.php?mod=forumdisplay&amp;fid=9&amp;action=pwverify">
# (forumdisplay_passwd.htm), …action=paysubmit (forumdisplay_pay.htm)
_PANEL = re.compile(r"<form\b[^>]{0,300}?\baction=(pwverify|paysubmit)\b")
_PANELS: dict[str, Reason] = {"pwverify": "password", "paysubmit": "no_permission"}
_LOGIN_PAGE = re.compile(r"<body\b[^>]{0,300}?\bpg_logging\b")

# an answer by AJAX begins so (header_ajax.htm); within a page of another kind it proves nothing
_AJAX = ("<?xml", "<root>")

# -- errors (discuz_error.php of X2.5 to X3.5) ----

_ERROR_PAGE = re.compile(
    start_tag("div", 'id="container"')
    + r"\s{0,99}<h1\b[^>]{0,99}>\s{0,99}Discuz! (?:Database|System|General) Error\s{0,99}</h1>"
)

# a panel of its own makes: <h1>系统错误</h1><p>抱歉，您无此权限</p>
_SORRY = re.compile(r"(?:抱歉|对不起|對不起)[,\uff0c!\uff01\s]\s?[^\s。]{2,80}")
# &viewpid=5003, ?mod=redirect&goto=findpost&ptid=4711&pid=5003, &authorid=7: posts, not the thread
_ONE_POST = re.compile(r"[?&](?:viewpid=\d|mod=redirect\b)|/redirect\.php")
_LONGEST = 300
_SERVER_ERRORS = 500


def read_refusal(document: Document, status: int | None) -> Message | None:
    """What kind of refusal the page is, or ``None`` if it is no page of refusal.

    ``status`` is the answer's code where it is known.
    """
    if is_discuz(document):
        return _read_own(document, status)
    answer = ajax_source(document)
    if answer is not None and document.text.lstrip().startswith(_AJAX):
        return _read_ajax(document, answer[0], is_whole=answer[1])
    if _ERROR_PAGE.search(document.text):
        return _by_forum(Verdict("server_error"), document)
    said = _SYSTEM_MESSAGE.search(document.text)
    if said:
        return _by_forum(judge(said[1], "index"), document, said[1])
    reason = read_guard(document, status)
    return refused_by_other(reason, document, _thread_id(document)) if reason else None


def unreadable(document: Document) -> Message:
    """The refusal of a page that is none of the known kinds."""
    if not is_discuz(document):
        return refused_by_other("not_discuz", document, _thread_id(document))
    text = visible_text(document.text)
    asked = _what_was_asked(document)
    said = _SORRY.search(text)
    is_elsewhere = asked in ("file", "other", "unknown")
    if said and (is_short(text) or is_elsewhere):
        verdict = judge(said[0], asked)
        if verdict.is_about_asked:
            # it stands in no box of notices: somebody's words, perhaps
            verdict = Verdict(verdict.reason) if is_elsewhere else UNKNOWN
        return _by_forum(verdict, document, said[0])
    is_cut = _is_cut_html(document)
    return _by_forum(Verdict("truncated" if is_cut else "template_unknown"), document)


def _read_own(document: Document, status: int | None) -> Message | None:
    """A refusal in Discuz's markup."""
    box = next(_boxes(document), None) if _HAS_BOX.search(document.text) else None
    # a page of notices shows no posts: a box among posts is in one of them
    if box is not None and not _POST_BUTTON.search(document.text):
        return _read_box(document, box)
    panel = _PANEL.search(document.text)
    if panel:
        is_about = _what_was_asked(document) in ("thread", "part", "board", "unknown")
        return _by_forum(Verdict(_PANELS[panel[1]], is_about), document)
    if status is not None and status >= _SERVER_ERRORS:
        return _by_forum(Verdict("server_error"), document)
    if _LOGIN_PAGE.search(document.text) or urls.is_login(document.url):
        return _by_forum(Verdict("login_required"), document)
    if _is_cut_html(document) and is_short(visible_text(document.text)):
        return _by_forum(Verdict("truncated"), document)
    return None


def _read_ajax(document: Document, source: str, *, is_whole: bool) -> Message:
    """A notice by AJAX (`header_ajax.htm`): the words alone, without a box, and a script."""
    said = visible_text(source)
    if not is_whole:
        return _by_forum(Verdict("truncated"), document, said)
    verdict = judge(said, _what_was_asked(document))
    # what was asked for is a part of a thread: nothing is said of the thread
    return _by_forum(Verdict(verdict.reason), document, said)


def _boxes(document: Document) -> Iterator[_Element]:
    """The boxes of notices of a page."""
    root = document.root
    yield from (box for box in root.iter("*") if box.get("id") in (_BOX_ID, _WML_BOX))
    yield from by_class(root, _TOUCH_BOX)


def _read_box(document: Document, box: _Element) -> Message:
    """What a notice says, and whether it is about what was asked for."""
    parts = [part for part in box if part.tag in ("p", "div")] or list(box.iter("p")) or [box]
    if box.get("id") == _WML_BOX:
        # the footer lies in the card as well
        parts = parts[:1]
    lines = [line for part in parts if not _is_way_back(part) for line in _lines(part)]
    lines = lines or _lines(box)
    asked = _what_was_asked(document)
    verdict = judge(lines[0], asked, below=" ".join(lines[1:])) if lines else UNKNOWN
    if verdict.is_about_asked and _answers_another(document):
        verdict = UNKNOWN
    if _ends_in_box(document):
        verdict = Verdict("truncated")
    if not lines and (behind := box.getnext()) is not None:
        # what an owner writes for a board (forum_permforum_nopermission_custommsg) closes the box
        lines = _lines(behind)
    login_offered = bool(_HAS_LOGIN.search(document.text[document.text.find(_BOX_ID) :]))
    return _by_forum(verdict, document, " ".join(lines), login_offered=login_offered)


def _ends_in_box(document: Document) -> bool:
    """Whether a page was cut off within its notice, which may say the opposite then."""
    start = max(document.text.rfind(name) for name in (_BOX_ID, _TOUCH_BOX, _WML_BOX))
    return document.is_cut and "</" not in document.text[start:]


def _is_way_back(part: _Element) -> bool:
    """Whether a paragraph holds links alone: [ 点击这里返回上一页 ]."""
    linked = "".join(map(words, part.iter("a")))
    return bool(linked) and len("".join(linked.split())) == len("".join(words(part).split()))


def _lines(part: _Element) -> list[str]:
    """The lines of a paragraph, without scripts: medals and links stand below the sentence."""
    lines = [""]
    for event, element in etree.iterwalk(part, events=("start", "end")):
        if event == "end":
            lines[-1] += (element.tail or "") if element is not part else ""
        elif element.tag == "br":
            lines.append("")
        elif element.tag not in ("script", "style"):
            lines[-1] += element.text or ""
    return [" ".join(line.split()) for line in lines if line.strip()]


def _what_was_asked(document: Document) -> Asked:
    """What kind of page was asked for, by its address or, for a saved page, by its script."""
    url = document.url if urls.is_web(document.url) else reported_url(document)
    if not url:
        return "unknown"
    thread = urls.read_thread_address(url)
    if thread:
        is_part = thread.page > 1 or urls.is_filtered(url) or _ONE_POST.search(url)
        return "part" if is_part else "thread"
    if urls.read_board_address(url):
        return "board"
    if urls.is_attachment(url):
        return "file"
    return "index" if urls.is_index(url) else "other"


def _answers_another(document: Document) -> bool:
    """Whether the page was made for another thread or board than its address names.

    Discuz writes the address it was asked for into each page; a cache may mix them up.
    """
    made_for = reported_url(document) or ""
    if not urls.same_host(made_for, document.url):
        return False
    thread, its_thread = urls.read_thread_address(document.url), urls.read_thread_address(made_for)
    if thread and its_thread:
        return thread.thread_id != its_thread.thread_id
    board, its_board = urls.read_board_address(document.url), urls.read_board_address(made_for)
    # a board may have a short name as well: forum-harbour-1.html
    ids = {each.board_id for each in (board, its_board) if each and each.board_id.isdigit()}
    return len(ids) == 2


def _by_forum(
    verdict: Verdict, document: Document, said: str | None = None, *, login_offered: bool = False
) -> Message:
    """What the forum says."""
    evidence: Evidence = "about_this" if verdict.is_about_asked else "forum"
    return Message(
        verdict.reason,
        said[:_LONGEST] if said else excerpt(document),
        required_level=verdict.required_level,
        login_offered=login_offered,
        site=read_site(document, read_clock(document)),
        thread_id=_thread_id(document),
        evidence=evidence,
    )


def _thread_id(document: Document) -> str | None:
    address = urls.read_thread_address(document.url)
    return address.thread_id if address else None


def _is_cut_html(document: Document) -> bool:
    return "<html" in document.text[:5000].lower() and document.is_cut
