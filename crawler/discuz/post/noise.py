"""What Discuz and its plugins put into the cell of a post, and the author did not write."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.discuz.elements import words
from crawler.discuz.post.withheld import is_notice

if TYPE_CHECKING:
    from lxml.etree import _Element


# 本帖最后由 新闻小编 于 2017-6-1 10:20 编辑
EDITED = re.compile(r"最[后後]由\s?(?P<name>.{1,99}?)\s?[于於]\s?(?P<date>.{1,60}?)\s?[编編][辑輯]")
MARK_LENGTH = 300
# What a class says of the element that bears it.
_NOISE_CLASSES = frozenset(
    {
        "jammer",  # <font class="jammer">9 Z% r$ z) l</font>, at every line end
        "tip",  # the hidden box of a picture or file: 下载附件, 上传
        "attach_nopermission",  # 本帖子中包含更多资源 … 登录
        "attach_tips",
        "a_p",  # advertisement between floors, above, beside and below a body
        "a_pt",
        "a_pr",
        "a_pb",
        "rnd_ai_pr",  # the same, drawn at random (plugin)
        "DzHoverPop",  # hidden pop-up of a hover plugin
        "modact",  # 本主题由 … 于 … 关闭
        "sign",  # a signature, drawn into the cell by a table that a post left open
        "pob",  # the bar below a post, likewise
        "original_text_style1",  # 本文为 … 原创, put there by a plugin
        "guestviewthumb_cur",  # 登录/注册后可看大图
    }
)
NOISE_IDS = frozenset({"copyright", "threadindex", "threadpage"})
_MEANINGS: dict[str, str] = {
    "pstatus": "edited",
    "quote": "quote",
    "blockcode": "code",
    "locked": "locked",
    "showhide": "unlocked",
    "media": "media",
    "tattl": "upload",
    "guestviewthumb": "upload",
    "relatedlink": "relatedlink",  # a word of the author's that the forum made a link
}
_HIDDEN = re.compile(r"display\s{0,9}:\s{0,9}none|font-size\s{0,9}:\s{0,9}0(?!\.?\d)", re.I)
_SPOILER = re.compile(r"spoil", re.I)
# 本帖子中包含更多资源 您需要 登录 才可以下载或查看
_TEASER = re.compile(r".{0,80}(?:本帖子中包含更多[资資]源|您需要\s?登[录錄陸]\s?才可以)")


def is_hidden(style: str | None) -> bool:
    """Whether a style attribute hides its element."""
    return style is not None and _HIDDEN.search(style) is not None


@lru_cache(maxsize=4096)
def class_meaning(classes: str) -> str | None:
    """What a class attribute says: "noise", the name of a method of `_Walk`, or nothing."""
    names = classes.split()
    if not _NOISE_CLASSES.isdisjoint(names):
        return "noise"
    for name in names:
        if name in _MEANINGS:
            return _MEANINGS[name]
    return "spoiler" if _SPOILER.search(classes) else None


def structural_meaning(element: _Element) -> str | None:
    """What an element with a class of unknown name is.

    Discuz's codes make tags without classes ([i] is `<i>`, [font] has a face), so that a class is a
    sign of the forum's own.
    """
    tag = element.tag
    if tag == "font":
        # <font class="jammer">9 Z% r$ z) l</font>
        return None if any(map(element.get, ("color", "face", "size", "style"))) else "noise"
    if tag == "i":
        return "edited" if EDITED.search(words(element)[:MARK_LENGTH]) else None
    if tag != "div":
        return None
    first = next(iter(element), None)
    if first is not None and first.tag == "blockquote" and not (element.text or "").strip():
        return "quote"
    if any("copycode" in (part.get("onclick") or "") for part in element.iterchildren("em")):
        return "code"
    said = words(element)[:MARK_LENGTH]
    if _TEASER.match(said):
        return "noise"
    return "locked" if is_notice(said) else None
