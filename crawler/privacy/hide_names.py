"""Finds names in texts and replaces them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from crawler.discuz import urls
from crawler.discuz.words import NOBODY
from crawler.privacy.pseudonyms import same_name

# A post that names more people than these is made to cost time.
_MOST_NAMES = 500
# What stands in a text in place of somebody who is not to be named.
HIDDEN = "[…]"
Record = dict[str, Any]
_Alias = Callable[[str], str | None]
# as `pseudonym` makes them: user-k3q7m2xw9a4b
PSEUDONYM = re.compile(r"user-[a-z2-7]{12}")
# uid=7, authorid=7, space-uid-7.html, space-username-lilac.html, uc_server/data/avatar/000/00/…
MEMBER = re.compile(
    r"(?:\b(?:uid|touid|authorid|suid)[=-]\d|space-username-|[?&;]username="
    r"|/data/avatar/|/avatar\.php\?)",
    re.I,
)
_ADDRESS = re.compile(r"[!-~]{8,2000}")
# Discuz's own rule of a mention: @, and all up to the next space (at most 15 characters are a name)
_MENTION = re.compile(r"(?<![\w.@])@([^\s@]{2,24})(?=\s|$)")
_ENDS = ",.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f\u3001)\uff09]\u3011\"'\u201d"
# A quotation's first line, where it stayed in the text; 回复 2# NAME, as titles and texts have it.
_NAMED = (
    re.compile(
        r"(?m)^([^\n]{1,60}?)(?=[ \xa0]?(?:发表于|發表於|发布于|發布於)[ \xa0]?\d{2,4}[-/.]\d)"
    ),
    re.compile(r"(?<=原帖由)[ \xa0]?@?([^\n]{1,60}?)(?=[ \xa0]?[于於][ \xa0]?\d)"),
    re.compile(r"(?m)(?:(?<=回复 )|(?<=回復 ))\d{1,7}# ([^\n]{1,60}?)(?= 的帖子|$)"),
)
# The parts of a line that are words.
WORDS = ("headline", "text", "source", "notice", "date_published_raw")


def names(record: Record) -> Iterable[str]:
    """Whom a line names, itself or by what it quotes."""
    author, special = record.get("author") or {}, record.get("special") or {}
    own = author.get("name") or ""
    if len(own) > 2:
        # he may sign with it; a short one (记者, 天空) is a word of his rather
        yield own
    yield record.get("edited_by") or ""
    for part in ("quotes", "comments", "ratings"):
        for each in record.get(part) or ():
            yield each.get("author") or ""
    for link in record.get("links") or ():
        if urls.is_user_link(link["url"]):
            yield link["text"].strip().lstrip("@")
    yield special.get("umpire") or ""
    yield (special.get("best_answer") or {}).get("author") or ""


def hider(named: set[str], alias: _Alias) -> Callable[[str], str]:
    """What replaces names in words: those that are ``named``, and all that stand as names do."""
    # of a single character nobody can say whether it is a name
    known = [name for name in named if len(name) > 1 and same_name(name) not in NOBODY]
    known.sort(key=lambda name: (-len(name), name))
    del known[_MOST_NAMES:]

    def told(name: str) -> str:
        shown = alias(name)
        return HIDDEN if shown is None else shown

    def mentioned(found: re.Match[str]) -> str:
        if found[1].startswith(HIDDEN) or PSEUDONYM.match(found[1]):
            # who stands there was named by the post, so that his name's end is known
            return found[0]
        name = found[1].rstrip(_ENDS)
        return f"@{told(name)}{found[1][len(name) :]}" if name else found[0]

    def stated(found: re.Match[str]) -> str:
        name = found[1].strip()
        # what was hidden before made a longer line as short as one with a name
        if not name or HIDDEN in name or PSEUDONYM.search(name):
            return found[0]
        return found[0].replace(found[1], told(name))

    def address(found: re.Match[str]) -> str:
        return HIDDEN if "://" in found[0] and MEMBER.search(found[0]) else found[0]

    def hide(words: str) -> str:
        if named:
            words = _ADDRESS.sub(address, words)
        for rule in _NAMED:
            words = rule.sub(stated, words)
        lowered = words.casefold()
        # only those that are there make up a pattern
        there = [name for name in known if name.casefold() in lowered]
        if there:
            pattern = re.compile("|".join(map(_bounded, there)), re.I)
            words = pattern.sub(lambda found: told(found[0]), words)
        return _MENTION.sub(mentioned, words) if "@" in words else words

    return hide


def _bounded(name: str) -> str:
    """A name as a pattern: of letters, it is no part of a longer word."""
    before = r"(?<![A-Za-z0-9_])" if name[0].isascii() and name[0].isalnum() else ""
    behind = r"(?![A-Za-z0-9_])" if name[-1].isascii() and name[-1].isalnum() else ""
    return before + re.escape(name) + behind


# What is no words although it is text.
_NO_WORDS = frozenset({"url", "id", "post_id", "attachment_id", "author", "date", "kind", "umpire"})


def deep(value: Any, hide: Callable[[str], str]) -> Any:
    """All words within a value, hidden."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [deep(part, hide) for part in value]
    if isinstance(value, dict):
        return {
            name: part if name in _NO_WORDS else deep(part, hide) for name, part in value.items()
        }
    return value


def without_place(record: Record) -> Record:
    place, raw = record.get("location"), record.get("date_published_raw")
    if not place:
        return record
    told = {name: value for name, value in record.items() if name != "location"}
    starts = [raw.find(word) for word in place.split() if word in raw] if raw else []
    if raw and starts:
        # 发表于 2023-3-14 09:26 · 来自 浙江
        told["date_published_raw"] = re.sub(
            r"[\s·|,:\uff1a]*(?:IP属地|IP屬地|属地|來自|来自)?[\s·|,:\uff1a]*$",
            "",
            raw[: min(starts)],
        )
    return told
