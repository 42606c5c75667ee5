"""What the forum says in place of words, pictures and files that it withholds.

Discuz's boxes (`div.locked`) hold one of some ten sentences (`lang_template.php`: `message_banned`,
`post_hide_reply_hidden`, …), plugins' boxes one of their own. Members whom a group allows HTML may
write a box of that class themselves. So a box in a member's words withholds only where its sentence
or a way to what it withholds (reply, pay, log in) shows that it is the forum's.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from crawler.discuz.elements import words
from crawler.discuz.post.boxes import Box, content

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from crawler.discuz.facts import Access

_ACCESS: tuple[tuple[re.Pattern[str], Access], ...] = (
    (re.compile(r"管理[员員]或版主屏蔽"), "shielded"),
    (re.compile(r"作者被禁止或[删刪]除|自[动動]屏蔽"), "banned"),
    (re.compile(r"解[锁鎖]|以下[内內]容"), "visible"),
    (re.compile(r"[仅僅]作者可[见見]"), "author_only"),
    (re.compile(r"支付|[购購][买買]"), "paid"),
    (re.compile(r"密[码碼]"), "password"),
    (re.compile(r"[积積]分|[等级級]{2}"), "hidden_credits"),
    (re.compile(r"回[复復覆複]"), "hidden_reply"),
)
# The sentences, from their beginning. 游客 stands for the reader, whose name may be there.
_READER = r"[^,，。]{1,40}[,，]\s?"
_SIGHT = r"(?:[隐隱]藏|查看|[浏瀏][览覽]|登[录錄]|[权權]限|[Hh]idden)"
_SENTENCES = "|".join(
    (
        r"提示\s?[:\uff1a]\s?(?:[该該此]帖被管理[员員]或版主屏蔽|作者被禁止或[删刪]除)",
        r"[该該此]帖被管理[员員]或版主屏蔽|作者被禁止或[删刪]除\s?[内內]容自[动動]屏蔽",
        r"此帖[仅僅]作者可[见見]",
        r"本主[题題]需向作者支付|付[费費]主[题題]\s?[,，]\s?[价價]格",
        r"本帖[为為]密[码碼]帖",
        rf"{_READER}如果[您你]要查看本帖[隐隱]藏[内內]容",
        rf"{_READER}本帖[隐隱]藏的[内內]容需要[积積]分",
        r"以下[内內]容需要[积積]分[高大][于於]|.{0,60}[为為][您你]解[锁鎖]",
        # of plugins: 游客，本帖隐藏内容需要登录后才能查看   抱歉，您的等级不够，无法浏览
        rf"(?:[游遊]客|[Gg]uest)\s?[,，].{{0,60}}{_SIGHT}",
        rf"抱歉\s?[,，].{{0,20}}[您你].{{0,40}}{_SIGHT}",
    )
)
_SENTENCE = re.compile(rf"(?:[购購][买買]主[题題]\s{{0,9}})?(?:{_SENTENCES})")
# a way to what is withheld: reply, pay, log in, buy or get credits
_WAY = re.compile(
    r"action=reply|action=(?:attach)?pay\b|mod=logging|mod=connect|mod=spacecp&(?:amp;)?ac=(?:credit|"
    r"usergroup)"
)
# <input type="text" id="postpw_992" class="vm" />: the password of a post
_LOCK_FIELD = "postpw_"
# 附件: 您需要登录才可以下载或查看附件。没有帐号？   附件: 您所在的用户组无法下载或查看附件
_FILES = re.compile(r"附件\s?[:\uff1a].{0,80}(?:下[载載]或(?:查看|[检檢][视視])|登[录錄])")
# 本帖子中包含更多资源 您需要 登录 才可以下载或查看，没有帐号？立即注册: up to the first comma
_CLAUSE_END = re.compile(r"[,，。.?？!]")
# The whole of those that an author's words may follow in the same line: the box ends with them.
_MANY_CREDITS = r"[积積]分[高大][于於]\s?\d+\s?才可[浏瀏][览覽]"
_HAS_CREDITS = r"[,，]\s?[您你][当當]前[积積]分[为為]\s?-?\d+"
_SHIELDED = r"[该該此]帖被管理[员員]或版主屏蔽"
_BANNED = r"作者被禁止或[删刪]除\s?[内內]容自[动動]屏蔽"
_BUT_STAFF = r"[,，]\s?只有管理[员員]或有管理[权權]限的成[员員]可[见見]"
_WHOLE = re.compile(
    rf"{_READER}如果[您你]要查看本帖[隐隱]藏[内內]容[请請]\s?回[复復覆複]"
    rf"|{_READER}本帖[隐隱]藏的[内內]容需要{_MANY_CREDITS}(?:{_HAS_CREDITS})?"
    rf"|以下[内內]容需要{_MANY_CREDITS}"
    rf"|提示\s?[:\uff1a]\s?(?:{_SHIELDED}|{_BANNED})(?:{_BUT_STAFF})?"
    r"|此帖[仅僅]作者可[见見]"
    r"|(?:[购購][买買]主[题題])?\s{0,99}本主[题題]需向作者支付[^。\n]{1,40}才能[浏瀏][览覽]"
)
# What is longer are an author's words; with the names of credits and groups Discuz needs 80. It
# sets ten elements around them.
_LONGEST, _MOST_ELEMENTS = 200, 60
_IN_LINE = content("box: # a b button em font i img input span strong u")
# <div class="locked">: a sentence, with ways and buttons in its line
NOTICE = Box("notices", _LONGEST, _IN_LINE, _WHOLE, is_noise=False)


def is_notice(text: str) -> bool:
    """Whether these words are what the forum says in place of withheld ones.

    >>> is_notice("提示: 该帖被管理员或版主屏蔽"), is_notice("本帖真好，回复的人都有密码")
    (True, False)
    """
    return len(text) <= _LONGEST and _SENTENCE.match(text) is not None


def is_sentence(text: str) -> bool:
    """Whether some words begin with one of the forum's sentences, whatever follows.

    >>> is_sentence("此帖仅作者可见。昨天我去了河边")
    True
    """
    return _WHOLE.match(text) is not None


def is_of_the_forum(box: _Element, notice: str) -> bool:
    """Whether a box in a member's words is the forum's; ``notice`` are its words.

    >>> from lxml.html import fromstring
    >>> is_of_the_forum(fromstring("<div>我自己画的框，回复有奖</div>"), "我自己画的框，回复有奖")
    False
    """
    return is_notice(notice) or has_way(box)


def has_way(box: _Element) -> bool:
    """Whether a box leads to what it withholds: a reply, a payment, a login, a password."""
    for part in islice(box.iter(), _MOST_ELEMENTS):
        if part.tag not in ("a", "button", "input"):
            continue
        leads_to = f"{part.get('href') or ''} {part.get('onclick') or ''}"
        if _WAY.search(leads_to) or (part.get("id") or "").startswith(_LOCK_FIELD):
            return True
    return False


def read_access(notice: str) -> Access:
    """What the words of a `div.locked` say.

    >>> read_access("游客，如果您要查看本帖隐藏内容请回复")
    'hidden_reply'
    >>> read_access("您的积分已超过 50, 为您解锁内容")
    'visible'
    """
    return next((access for rule, access in _ACCESS if rule.search(notice)), "no_permission")


def read_notice(element: _Element) -> str:
    """The words of a `div.locked` without its buttons (购买主题, 提交).

    What is larger than any notice is read as far as one might reach.
    """
    words: list[str] = []
    for part in islice(element.iter("*"), _MOST_ELEMENTS):
        # <a class="y viewpay" href="forum.php?mod=misc&action=pay&tid=…">购买主题</a>
        pays = "viewpay" in (part.get("class") or "") or "action=pay" in (part.get("href") or "")
        is_button = part.tag in ("button", "input") or pays
        around = part.getparent()
        if part is element or not (is_button or (around is not None and around.tag == "button")):
            words.append(part.text or "")
        if part is not element:
            words.append(part.tail or "")
    return " ".join("".join(words).split())


# -- pictures and files ----------------------------------------------------------------------------


def is_about_files(notice: str) -> bool:
    """Whether a notice says that pictures or files are withheld (X2, rewards, phones).

    >>> is_about_files("附件: 您所在的用户组无法下载或查看附件"), is_about_files("附件: 地图")
    (True, False)
    """
    return bool(_FILES.match(notice))


def read_file_notices(boxes: Iterable[_Element]) -> tuple[str, ...]:
    """What boxes say in place of pictures and files, without the ways to log in or register.

    `<div class="attach_nopermission"><div><h3>本帖子中包含更多资源</h3><p>您需要 <a>登录</a> …`
    """
    return tuple(file_notice(box) for box in boxes)


def file_notice(box: _Element) -> str:
    """What one box says in place of pictures and files."""
    lines = [words(part) for part in box.iter("h3", "p")] or [words(box)]
    return " ".join(filter(None, (_CLAUSE_END.split(line)[0].strip() for line in lines)))
