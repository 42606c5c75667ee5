"""What the forum says in place of words that it withholds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.facts import Access

_ACCESS: tuple[tuple[re.Pattern[str], Access], ...] = (
    (re.compile(r"管理[员員]或版主屏蔽"), "shielded"),
    (re.compile(r"作者被禁止或[删刪]除|自[动動]屏蔽"), "banned"),
    (re.compile(r"解[锁鎖]|以下内容"), "visible"),
    (re.compile(r"[仅僅]作者可[见見]"), "author_only"),
    (re.compile(r"支付|[购購][买買]"), "paid"),
    (re.compile(r"密[码碼]"), "password"),
    (re.compile(r"[积積]分|[等级級]{2}"), "hidden_credits"),
    (re.compile(r"回[复復覆複]"), "hidden_reply"),
)


# how Discuz begins to say that something is withheld
_NOTICE = re.compile(
    r"(?:[购購][买買]主[题題]\s{0,9})?(?:提示|[游遊]客|本帖|此帖|[该該]帖|本主[题題]|以下内容|抱歉)[\s,，:\uff1a]?.{4,150}"
)


def is_notice(text: str) -> bool:
    """Whether these words are what the forum says in place of withheld ones.

    >>> is_notice("提示: 该帖被管理员或版主屏蔽"), is_notice("本帖真好")
    (True, False)
    """
    return bool(_NOTICE.fullmatch(text)) and any(rule.search(text) for rule, _ in _ACCESS)


def read_access(notice: str) -> Access:
    """What the words of a `div.locked` say.

    >>> read_access("游客，如果您要查看本帖隐藏内容请回复")
    'hidden_reply'
    >>> read_access("您的积分已超过 50, 为您解锁内容")
    'visible'
    """
    return next((access for rule, access in _ACCESS if rule.search(notice)), "no_permission")


def read_notice(element: _Element) -> str:
    """The words of a `div.locked` without its buttons (购买主题, 提交)."""
    words = []
    for part in element.iter("*"):
        # <a class="y viewpay" href="forum.php?mod=misc&action=pay&tid=…">购买主题</a>
        pays = "viewpay" in (part.get("class") or "") or "action=pay" in (part.get("href") or "")
        is_button = part.tag in ("button", "input") or pays
        around = part.getparent()
        if part is element or not (is_button or (around is not None and around.tag == "button")):
            words.append(part.text or "")
        if part is not element:
            words.append(part.tail or "")
    return " ".join("".join(words).split())
