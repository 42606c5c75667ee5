"""What Discuz and its plugins put into the cell of a post: noise, marks, boxes.

An element is known by its class or, on pages whose classes have unknown names, by its structure.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from crawler.discuz.dates import read_date
from crawler.discuz.elements import all_text, line_of, words
from crawler.discuz.page.ids_and_classes import LOCKED, NO_FILES
from crawler.discuz.post import boxes
from crawler.discuz.post.withheld import is_notice

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.dates import Clock
    from crawler.discuz.facts import Moment
    from crawler.discuz.post.boxes import Box


# What a class says of its element; `crawler.discuz.post.markup` has a row for each.
Meaning = Literal[
    "noise",
    "edited",
    "quote",
    "code",
    "withheld",
    "unlocked",
    "spoiler",
    "media",
    "upload",
    "forum_link",
]

# 本帖最后由 新闻小编 于 2017-6-1 10:20 编辑
_EDITED = re.compile(
    r"最[后後]由\s?(?P<name>.{1,99}?)\s?[于於]\s?(?P<date>.{1,60}?)\s?[编編][辑輯]"
)
# Last edited by 甲 at 2017-6-1 10:20: of a language that is not read
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# Such a mark is some 40 signs long, a notice 150; what is longer is an author's words.
_MARK_LENGTH = 300
_NOISE: dict[str, Box] = {
    "jammer": boxes.JAMMER,  # <font class="jammer">9 Z% r$ z) l</font>, at every line end
    "tip": boxes.TIP,  # the hidden box of a picture or file: 下载附件, 上传
    NO_FILES: boxes.TEASER,  # in a cell: 马上注册，结交更多好友 … 登录
    "attach_tips": boxes.TEASER,
    "a_p": boxes.AD,  # between floors, above, beside and below a body
    "a_pt": boxes.AD,
    "a_pr": boxes.AD,
    "a_pb": boxes.AD,
    "rnd_ai_pr": boxes.AD,  # the same, drawn at random (plugin)
    "DzHoverPop": boxes.POP_UP,  # of a hover plugin
    "modact": boxes.STAFF_ACTION,  # 本主题由 … 于 … 关闭
    "sign": boxes.SIGNATURE,  # drawn into the cell by a table that a post left open
    "pob": boxes.BAR,  # the bar below a post, likewise
    "original_text_style1": boxes.ORIGINAL,  # 本文为 … 原创, put there by a plugin
    "guestviewthumb_cur": boxes.THUMB,  # 登录/注册后可看大图
}
# copyright: a notice of the site's below each post (plugin); threadindex, threadpage: what a script
# fills with the parts of a long post
NOISE_IDS: dict[str, Box] = {
    "copyright": boxes.SITE_NOTICE,
    "threadindex": boxes.CONTENTS,
    "threadpage": boxes.CONTENTS,
}
# so many elements of a hidden box are searched for what shows itself again
_MOST_SEARCHED = 200
# elements that stand in a line
INLINE = frozenset(("a", "b", "em", "font", "i", "span", "strong", "u"))
_MEANINGS: dict[str, Meaning] = {
    "pstatus": "edited",
    "quote": "quote",
    "blockcode": "code",
    LOCKED: "withheld",
    "showhide": "unlocked",
    "media": "media",
    "tattl": "upload",
    "guestviewthumb": "upload",
    "relatedlink": "forum_link",  # a word of the author's that the forum made a link
}
# lang_template.php: warn_get
_WARNED = "受到警告"
# A style without any of these hides nothing: nearly all of them are read no further.
_MAY_HIDE = re.compile(
    r"none|hidden|collapse|opacity|-\s{0,9}\d{3}|font-size[\s:/*]{1,30}\.?0|clip|scale"
    r"|\bfont[\s:]{1,9}0",
    re.I,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
# 0, 0px, .0em; not 0.9em
_ZERO = re.compile(r"(?:0+(?:\.0*)?|\.0+)(?:%|[a-z]{1,4})?")
# font: 0/0 a
_NO_FONT = re.compile(r"0(?:px|em|%)?(?:\s?/|\s)")
# clip: rect(0, 0, 0, 0), rect(1px 1px 1px 1px); clip-path: inset(50%), circle(0); scale(0)
_NO_CLIP = re.compile(r"rect\((?:\s?[01](?:px)?\s?,?){4}\)")
_NO_CLIP_PATH = re.compile(r"inset\((?:50|100)%|circle\(0")
_NO_SCALE = re.compile(r"\bscale[xy]?\(\s?0(?:\.0*)?\s?[,)]")
# -9999px, -999em; a heading may hang out by some ten
_FAR_OUT = re.compile(r"-\d{3,}(?:\.\d+)?[a-z]{2,3}")
# a, b.x7f { display: none }: so long is a rule at most; and the class at the end of each selector
_LONGEST_RULE = 1000
_LAST_CLASS = re.compile(r"\.([\w-]{1,60})\s{0,9}(?:,|$)")
# class="spoiler", class="bbcode_spoil"
_SPOILER = re.compile(r"spoil", re.I)
# 收起   点击展开   展开/收起   显示隐藏内容
_FOLDS = "(?:展[开開]|收起|折[叠疊]|[显顯]示|[隐隱]藏|查看)"
_FOLD_BUTTON = re.compile(rf"(?:[点點][击擊])?{_FOLDS}(?:\s?/?\s?{_FOLDS})?(?:[内內]容|[剧劇]透)?")
_LONGEST_BUTTON = 16
_BUTTONS = frozenset({"a", "button", "div", "em", "p", "span"})
# 本帖子中包含更多资源 您需要 登录 才可以下载或查看
_TEASER = re.compile(r".{0,80}(?:本帖子中包含更多[资資]源|您需要\s?登[录錄陸]\s?才可以)")


def noise_box(element: _Element) -> Box | None:
    """What kind of noise an element is, by its classes or its id; ``None`` if it is none known."""
    for name in (element.get("class") or "").split():
        if name in _NOISE:
            return _NOISE[name]
    return NOISE_IDS.get(element.get("id") or "")


def hidden_box(element: _Element) -> Box:
    """What kind of noise an element is that a style hides."""
    if _shows_a_part(element):
        return boxes.SHOWN_IN_PART
    hidden = boxes.HIDDEN_WORDS if element.tag in INLINE else boxes.HIDDEN_BOX
    return noise_box(element) or hidden


def is_hidden(style: str | None) -> bool:
    """Whether a style attribute hides its element from readers.

    >>> is_hidden("color:red; display : none"), is_hidden("font-size:0.9em")
    (True, False)
    """
    if style is None or not _MAY_HIDE.search(style):
        return False
    given = _declarations(style)
    return (
        given.get("display") == "none"
        or given.get("visibility") in ("hidden", "collapse")
        or given.get("content-visibility") == "hidden"
        # style="font-size:0px;color:#FFF"
        or any(_ZERO.fullmatch(given.get(name, "")) for name in ("font-size", "opacity"))
        or _NO_FONT.match(given.get("font", "")) is not None
        or _is_clipped(given)
        or _is_far_out(given)
    )


def _is_clipped(given: dict[str, str]) -> bool:
    """Whether nothing of an element is left to be seen."""
    if given.get("overflow") in ("hidden", "clip"):
        sizes = (given.get(name, "") for name in ("width", "height", "max-width", "max-height"))
        if any(map(_ZERO.fullmatch, sizes)):
            return True
    return (
        _NO_CLIP.fullmatch(given.get("clip", "")) is not None
        or _NO_CLIP_PATH.match(given.get("clip-path", "")) is not None
        or _NO_SCALE.search(given.get("transform", "")) is not None
    )


def hidden_classes(source: str) -> frozenset[str]:
    """The classes that a page's own style sheets hide: <style>.x7f { display: none }</style>.

    Some forums strew words among an author's that only such a class tells apart.
    """
    hidden: set[str] = set()
    at = source.find("<style")
    while at >= 0:
        end = source.find("</style", at)
        for rule in source[at : end if end >= 0 else len(source)].split("}"):
            selectors, _, style = rule[-_LONGEST_RULE:].rpartition("{")
            if is_hidden(style):
                hidden.update(_LAST_CLASS.findall(selectors))
        at = source.find("<style", end) if end >= 0 else -1
    return frozenset(hidden)


def _is_far_out(given: dict[str, str]) -> bool:
    """Whether an element is drawn where no screen reaches."""
    names = ["text-indent"]
    if given.get("position") in ("absolute", "fixed"):
        names += ["left", "top"]
    return any(_FAR_OUT.fullmatch(given.get(name, "")) for name in names)


def _declarations(style: str) -> dict[str, str]:
    """What a style attribute says, by property: of two values the last, as in a browser."""
    given: dict[str, str] = {}
    for part in _COMMENT.sub("", style).lower().split(";"):
        name, _, value = part.partition(":")
        given[name.strip()] = value.removesuffix("!important").strip()
    return given


def _shows_a_part(element: _Element) -> bool:
    """Whether what stands in a hidden element is seen all the same, in part at least.

    <p style="font-size:0"><img src="…" /><span style="font-size:14px">…: editors close the gaps
    between pictures so.
    """
    given = _declarations(element.get("style") or "")
    if given.get("display") == "none":
        return False
    is_invisible = given.get("visibility") in ("hidden", "collapse")
    if not is_invisible and not _ZERO.fullmatch(given.get("font-size", "")):
        return False
    for count, part in enumerate(element.iterdescendants()):
        style = part.get("style")
        if is_invisible:
            is_seen = bool(style) and _declarations(style or "").get("visibility") == "visible"
        else:
            is_seen = part.tag == "img" or bool(part.get("size")) or _is_sized(style)
        # what holds so much is no noise, and is not searched again for each box in it
        if is_seen or count > _MOST_SEARCHED:
            return True
    return False


def _is_sized(style: str | None) -> bool:
    """Whether an element has letters of a size of its own; half of nothing is nothing."""
    size = _declarations(style).get("font-size") if style else None
    return size is not None and not size.endswith(("%", "em")) and not _ZERO.fullmatch(size)


def is_copy_button(element: _Element) -> bool:
    """Whether an `em` copies the box of code that it stands in."""
    # <div class="blockcode"><div id="code_5"><ol>…</ol></div><em onclick="copycode($('code_5'));">
    # 复制代码</em></div>; pages that a browser saved may have lost the script
    if "copycode" in (element.get("onclick") or ""):
        return True
    before = element.getprevious()
    if before is None or before.tag != "div" or element.getnext() is not None:
        return False
    has_lines = next(before.iterchildren("ol"), None) is not None
    return has_lines and not (element.tail or "").strip()


def is_fold_button(element: _Element) -> bool:
    """Whether the first or last element of a spoiler opens or closes it.

    Where a page lost its scripts, nothing but place and words tells. Words that others follow in
    their line are the author's.
    """
    if element.tag not in _BUTTONS or (element.tail or "").strip():
        return False
    return _FOLD_BUTTON.fullmatch(line_of(element, _LONGEST_BUTTON)) is not None


def is_warning(element: _Element) -> bool:
    """Whether an element says that staff warned the author, as pages for phones do in the cell."""
    return element.tag == "span" and words(element) == _WARNED


def read_edit_mark(element: _Element, clock: Clock) -> tuple[str, Moment | None] | None:
    """Who edited a post last, and when, from its `i.pstatus`."""
    found = _EDITED.search(words(element)[:_MARK_LENGTH])
    if not found:
        return None
    titled = next((part.get("title") for part in element.iter("span")), None)
    return found["name"].strip(), read_date(found["date"], titled, clock)


def is_edit_mark(element: _Element) -> bool:
    """Whether an `i.pstatus` tells an edit, in whatever language."""
    return _DATE.search(words(element)[:_MARK_LENGTH]) is not None


@lru_cache(maxsize=4096)
def class_meaning(classes: str) -> Meaning | None:
    """What a class attribute says of its element, or ``None`` if no class in it is Discuz's."""
    names = classes.split()
    if not _NOISE.keys().isdisjoint(names):
        return "noise"
    for name in names:
        if name in _MEANINGS:
            return _MEANINGS[name]
    return "spoiler" if _SPOILER.search(classes) else None


def structural_meaning(element: _Element) -> Meaning | None:
    """What an element is whose class has an unknown name, by its tag and its first children.

    Discuz's codes make tags without classes ([i] is `<i>`, [font] has a face), so that an element
    with a class is the forum's own.
    """
    tag = element.tag
    if tag == "font":
        # <font class="jammer">9 Z% r$ z) l</font>
        if any(map(element.get, ("color", "face", "size", "style"))):
            return None
        # a class alone tells little: the words have to look jammed
        return "noise" if boxes.JAMMED.match(all_text(element)) else None
    if tag == "i":
        return "edited" if _EDITED.search(words(element)[:_MARK_LENGTH]) else None
    if tag != "div":
        return None
    first = next(iter(element), None)
    if first is not None and first.tag == "blockquote" and not (element.text or "").strip():
        return "quote"
    if any(map(is_copy_button, element.iterchildren("em"))):
        return "code"
    text = words(element)[:_MARK_LENGTH]
    if _TEASER.match(text):
        return "noise"
    return "withheld" if is_notice(text) else None
