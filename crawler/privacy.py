"""What is told of people: their names (`AUTHORS`), where they were (`LOCATION`), or nothing.

A line passes here before its `content_hash` is made, so that the hash tells nothing that the line
does not, and again when a snapshot or an export asks for less than was stored.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.archive import LEDGER, Archive
from crawler.discuz import urls
from crawler.known import NoteMade
from crawler.ledger import note_of
from crawler.names import pseudonym, same_name
from crawler.removals import NOTHING, Removals, read_removals
from crawler.storage import read_lines, segment_paths

logger = logging.getLogger(__name__)

AUTHORS = ("keep", "pseudonym", "drop")
LOCATION = ("keep", "drop")
# What the forum calls those who are not named.
_NOBODY = frozenset({"匿名", "匿名者", "匿名用户", "游客", "遊客", "guest", "anonymous"})
# A post that names more people than these is made to cost time.
_MOST_NAMES = 500
# the ledger's note of `names_learnt`
_LISTED = "listed"
# What stands in a text in place of somebody who is not to be named.
HIDDEN = "[…]"

Record = dict[str, Any]
_Alias = Callable[[str], str | None]

# as `pseudonym` makes them: user-k3q7m2xw9a4b
_PSEUDONYM = re.compile(r"user-[a-z2-7]{12}")
# Of an author that bears a pseudonym: what does not point at one member (credits do).
_KEPT_OF_AUTHOR = ("group", "is_anonymous", "is_deleted")
# uid=7, authorid=7, space-uid-7.html, space-username-lilac.html, uc_server/data/avatar/000/00/…
_MEMBER = re.compile(
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
_WORDS = ("headline", "text", "source", "notice", "date_published_raw")


class PrivacyError(ValueError):
    """Settings that cannot be kept; the message is one line for whoever made them."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """How lines are published; as it stands, whole.

    ``salt`` keys the pseudonyms: the same name is the same one in all runs of a site, and another
    one on every other site.
    """

    authors: str = "keep"
    has_location: bool = True
    salt: bytes = b""
    removals: Removals = NOTHING

    def removes(self, record: Record) -> bool:
        """Whether a line is on the removal list."""
        return bool(self.removals) and self.removals.cover(record)

    def published(self, record: Record) -> Record:
        """A line of an article or a post as it may be told."""
        if not self.has_location:
            record = _without_place(record)
        if self.authors == "keep" and not self.removals:
            return record
        return self._hidden(record)

    def alias(self, name: str) -> str | None:
        """What a name becomes; ``None`` where nothing is told."""
        if self.authors == "drop" or self.removals.has_name(name):
            return None
        # what bears a pseudonym already was stored so
        is_told = same_name(name) in _NOBODY or _PSEUDONYM.fullmatch(name)
        if self.authors == "keep" or is_told:
            return name
        return pseudonym(name, self.salt)

    def _hidden(self, record: Record) -> Record:
        said = dict(record)
        named = set(_names(record))
        if self.authors != "keep" and "author" in said:
            said["author"] = self._author(said["author"])
        if said.get("edited_by"):
            said["edited_by"] = self.alias(said["edited_by"])
        for part in ("quotes", "comments", "ratings"):
            if said.get(part):
                said[part] = [
                    self._with_alias(each) for each in said[part] if not self.removals.name(each)
                ]
        if said.get("special"):
            said["special"] = self._special(said["special"])
        for part in ("links", "images", "attachments", "media"):
            if said.get(part):
                said[part] = [each for each in said[part] if not self._is_of_member(each)]
        if self.authors == "keep":
            # nothing is known to be a name but what is listed, and where it stands as one
            named.clear()
        hide = _hider(named, self.alias)
        for name in _WORDS:
            if said.get(name):
                said[name] = hide(said[name])
        for part in ("quotes", "comments", "ratings", "links", "attachments", "access_notices"):
            if said.get(part):
                said[part] = _deep(said[part], hide)
        for part in ("special", "type_options"):
            if said.get(part):
                said[part] = _deep(said[part], hide)
        # what was hidden whole is left out; what was empty before stays as it was
        return {name: value for name, value in said.items() if value or not record[name]}

    def _author(self, author: Record) -> Record | None:
        if self.authors == "drop":
            return {"is_anonymous": True} if author.get("is_anonymous") else None
        kept = {name: author[name] for name in _KEPT_OF_AUTHOR if name in author}
        name = author.get("name")
        return {"name": self.alias(name), **kept} if name else kept or None

    def _with_alias(self, part: Record) -> Record:
        """A quote, comment, rating or best answer with its author as he is told."""
        if self.authors == "keep":
            return part
        told = {name: value for name, value in part.items() if name != "author_id"}
        if told.get("author") is not None and (alias := self.alias(told["author"])):
            told["author"] = alias
        else:
            told.pop("author", None)
        return told

    def _special(self, special: Record) -> Record:
        told = dict(special)
        best = told.get("best_answer")
        if best and self.removals.name(best):
            del told["best_answer"]
        elif best:
            told["best_answer"] = self._with_alias(best)
        if told.get("umpire"):
            told["umpire"] = self.alias(told["umpire"]) or HIDDEN
        return told

    def _is_of_member(self, part: Record | str) -> bool:
        """Whether a link or a picture leads to a member who is not to be known by it."""
        url = part if isinstance(part, str) else part.get("url", "")
        if self.authors == "keep":
            return urls.user_id(url) in self.removals.authors
        return bool(_MEMBER.search(url))


WHOLE = Privacy()


def _names(record: Record) -> Iterable[str]:
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


def _hider(named: set[str], alias: _Alias) -> Callable[[str], str]:
    """What replaces names in words: those that are ``named``, and all that stand as names do."""
    # of a single character nobody can say whether it is a name
    known = [name for name in named if len(name) > 1 and same_name(name) not in _NOBODY]
    known.sort(key=lambda name: (-len(name), name))
    del known[_MOST_NAMES:]

    def told(name: str) -> str:
        shown = alias(name)
        return HIDDEN if shown is None else shown

    def mentioned(found: re.Match[str]) -> str:
        if found[1].startswith(HIDDEN) or _PSEUDONYM.match(found[1]):
            # who stands there was named by the post, so that his name's end is known
            return found[0]
        name = found[1].rstrip(_ENDS)
        return f"@{told(name)}{found[1][len(name) :]}" if name else found[0]

    def stated(found: re.Match[str]) -> str:
        name = found[1].strip()
        # what was hidden before made a longer line as short as one with a name
        if not name or HIDDEN in name or _PSEUDONYM.search(name):
            return found[0]
        return found[0].replace(found[1], told(name))

    def address(found: re.Match[str]) -> str:
        return HIDDEN if "://" in found[0] and _MEMBER.search(found[0]) else found[0]

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


def _deep(value: Any, hide: Callable[[str], str]) -> Any:
    """All words within a value, hidden."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_deep(part, hide) for part in value]
    if isinstance(value, dict):
        return {
            name: part if name in _NO_WORDS else _deep(part, hide) for name, part in value.items()
        }
    return value


def _without_place(record: Record) -> Record:
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


# -- of a site's folder ----------------------------------------------------------------------------


def open_privacy(archive: Archive, authors: str, location: str) -> Privacy:
    """How a crawl publishes into a site's folder. Raises `PrivacyError`, `BadRemovalsError`.

    A folder keeps to what it was begun with: names in its older lines would tell whom the
    pseudonyms of the newer ones mean.
    """
    check_privacy(authors, location)
    ledger, folder = archive.ledger, archive.folder
    begun = ledger.note("authors") or ("keep" if ledger.segments() else authors)
    if begun != authors:
        raise PrivacyError(
            f"AUTHORS={authors}: {folder} was begun with AUTHORS={begun}, and keeps to it; choose"
            " another DATA_DIR, or export with AUTHORS"
        )
    salt = ledger.note("salt")
    if salt is None:
        if ledger.segments() and authors == "pseudonym":
            logger.warning("%s: its salt is lost; authors get new pseudonyms from now on", folder)
        salt = secrets.token_hex(32)
        ledger.apply([NoteMade("salt", salt), NoteMade("authors", authors)])
    removals = _removals(folder, bytes.fromhex(salt), ledger.note(_LISTED))
    if removals.authors:
        ledger.apply([names_learnt(removals)])
    return Privacy(authors, location == "keep", bytes.fromhex(salt), removals)


def read_privacy(folder: Path, authors: str, location: str) -> Privacy:
    """How a folder's lines are handed on by a snapshot or an export.

    Raises `PrivacyError`, `BadRemovalsError`, `OSError`.
    """
    check_privacy(authors, location)
    salt = note_of(folder / LEDGER, "salt")
    if authors == "pseudonym" and salt is None:
        raise PrivacyError(f"AUTHORS=pseudonym: {folder / LEDGER} has no salt; crawl the site once")
    removals = _removals(folder, bytes.fromhex(salt or ""), note_of(folder / LEDGER, _LISTED))
    return Privacy(authors, location == "keep", bytes.fromhex(salt or ""), removals)


def names_learnt(removals: Removals) -> NoteMade:
    """What the ledger is to know of the names of listed members."""
    borne = {number: sorted(removals.borne.get(number, ())) for number in removals.authors}
    return NoteMade(_LISTED, json.dumps(borne))


def _removals(folder: Path, salt: bytes, note: str | None) -> Removals:
    """A folder's list, with the names of those whose lines were stored before they were listed."""
    removals = read_removals(folder, salt)
    known: dict[str, list[str]] = json.loads(note or "{}")
    removals.borne.update(
        {number: set(borne) for number, borne in known.items() if number in removals.authors}
    )
    if removals.authors - known.keys():
        for kind in ("article", "post"):
            for path in segment_paths(folder, kind):
                for line in read_lines(path):
                    author = json.loads(line).get("author", {})
                    removals.learn(author.get("id"), author.get("name"))
    return removals


def check_privacy(authors: str, location: str) -> None:
    """Raises `PrivacyError` where a setting says what there is not."""
    for name, said, there_are in (
        ("AUTHORS", authors, AUTHORS),
        ("LOCATION", location, LOCATION),
    ):
        if said not in there_are:
            raise PrivacyError(f"{name}={said}: say {' or '.join(there_are)}")
