"""Redacts texts: known names, names that stand where names do, and addresses of members."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from crawler.discuz.words import NOBODY
from crawler.privacy.name_index import NameIndex
from crawler.privacy.pseudonyms import same_name

# What stands in a text in place of a name for which there is no pseudonym.
HIDDEN = "[…]"
# as `pseudonym` makes them: user-k3q7m2xw5a4b
PSEUDONYM = re.compile(r"user-[a-z2-7]{12}")
_REDACTED = re.compile(rf"({re.escape(HIDDEN)}|{PSEUDONYM.pattern})")
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
# Each with a word without which it finds nothing.
_NAMED = (
    (
        ("发表于", "發表於", "发布于", "發布於"),
        re.compile(
            r"(?m)^([^\n]{1,60}?)(?=[ \xa0]?(?:发表于|發表於|发布于|發布於)[ \xa0]?\d{2,4}[-/.]\d)"
        ),
    ),
    (("原帖由",), re.compile(r"(?<=原帖由)[ \xa0]?@?([^\n]{1,60}?)(?=[ \xa0]?[于於][ \xa0]?\d)")),
    (
        ("回复 ", "回復 "),
        re.compile(r"(?m)(?:(?<=回复 )|(?<=回復 ))\d{1,7}# ([^\n]{1,60}?)(?= 的帖子|$)"),
    ),
)
UNMISTAKABLE = 3
"""Names of this many characters are looked for everywhere.

Names of two (天空, 记者, 小米) are often words. They are looked for in what members write only:
boards, tags and the like would be garbled on many lines. A name of one character is not looked for.
"""


class TextRedactor:
    """Redacts the texts of one line.

    ``names`` are those that are known; ``alias`` gives what is published in place of a name, or
    ``None``; ``leads_to_member`` tells of an address whether it may not be published.
    """

    def __init__(
        self,
        names: Iterable[str],
        alias: Callable[[str], str | None],
        leads_to_member: Callable[[str], bool],
    ) -> None:
        known = {same_name(name): name for name in names}
        known = {name: known[name] for name in known if name not in NOBODY and len(name) > 1}
        self._in_words = NameIndex(known)
        self._in_labels = NameIndex(
            {name: known[name] for name in known if len(name) >= UNMISTAKABLE}
        )
        self._alias = alias
        self._leads_to_member = leads_to_member

    def words(self, text: str) -> str:
        """What a member wrote, redacted."""
        return self._redacted(text, self._in_words)

    def label(self, text: str) -> str:
        """Words of the site or its staff, redacted: see `Mark.LABEL`."""
        return self._redacted(text, self._in_labels)

    def _redacted(self, text: str, names: NameIndex) -> str:
        if "://" in text:
            text = _ADDRESS.sub(self._address, text)
        for needed, rule in _NAMED:
            for word in needed:
                if word in text:
                    text = rule.sub(self._stated, text)
                    break
        if HIDDEN in text or "user-" in text:
            # what was redacted before is no text to look for names in
            pieces = _REDACTED.split(text)
            pieces[::2] = [names.replace(piece, self._shown) for piece in pieces[::2]]
            text = "".join(pieces)
        else:
            text = names.replace(text, self._shown)
        return _MENTION.sub(self._mentioned, text) if "@" in text else text

    def _shown(self, name: str) -> str:
        shown = self._alias(name)
        return HIDDEN if shown is None else shown

    def _address(self, found: re.Match[str]) -> str:
        hides = "://" in found[0] and self._leads_to_member(found[0])
        return HIDDEN if hides else found[0]

    def _stated(self, found: re.Match[str]) -> str:
        name = found[1].strip()
        # a redaction makes lines shorter: one that is done may look like one with a name only now
        if not name or HIDDEN in name or PSEUDONYM.search(name):
            return found[0]
        at = found.start(1) - found.start()
        before, behind = found[0][:at], found[0][at + len(found[1]) :]
        return before + found[1].replace(name, self._shown(name)) + behind

    def _mentioned(self, found: re.Match[str]) -> str:
        if found[1].startswith(HIDDEN) or PSEUDONYM.match(found[1]):
            return found[0]
        name = found[1].rstrip(_ENDS)
        return f"@{self._shown(name)}{found[1][len(name) :]}" if name else found[0]
