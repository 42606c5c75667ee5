"""What is told of people: their names (`AUTHORS`), where they were (`LOCATION`), or nothing.

A line passes here before its `content_hash` is made, so that the hash tells nothing that the line
does not, and again when a snapshot or an export asks for less than was stored.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from crawler.discuz import urls
from crawler.items import Article, Line, Post, content_hash, to_json
from crawler.privacy.hide_names import (
    HIDDEN,
    MEMBER,
    NOBODY,
    PSEUDONYM,
    WORDS,
    Record,
    deep,
    hider,
    names,
    without_place,
)
from crawler.privacy.pseudonyms import pseudonym, same_name
from crawler.privacy.removal_list import NOTHING, Removals

logger = logging.getLogger(__name__)
# Of an author that bears a pseudonym: what does not point at one member (credits do).
_KEPT_OF_AUTHOR = ("group", "is_anonymous", "is_deleted")


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

    @property
    def is_whole(self) -> bool:
        """Whether lines are published as they are."""
        return self.authors == "keep" and self.has_location and not self.removals

    def removes_line(self, line: Line) -> bool:
        """Whether a line is on the removal list."""
        return bool(self.removals) and self.removals.cover(to_json(line))

    def redacted(self, record: Record) -> Record:
        """A line of an article or a post, as JSON, as it may be published."""
        if not self.has_location:
            record = without_place(record)
        if self.authors == "keep" and not self.removals:
            return record
        return self._hidden(record)

    def alias(self, name: str) -> str | None:
        """What a name becomes; ``None`` where nothing is told."""
        if self.authors == "drop" or self.removals.has_name(name):
            return None
        # what bears a pseudonym already was stored so
        is_told = same_name(name) in NOBODY or PSEUDONYM.fullmatch(name)
        if self.authors == "keep" or is_told:
            return name
        return pseudonym(name, self.salt)

    def _hidden(self, record: Record) -> Record:
        said = dict(record)
        named = set(names(record))
        if self.authors != "keep" and said.get("author"):
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
        hide = hider(named, self.alias)
        for name in WORDS:
            if said.get(name):
                said[name] = hide(said[name])
        for part in ("quotes", "comments", "ratings", "links", "attachments", "access_notices"):
            if said.get(part):
                said[part] = deep(said[part], hide)
        for part in ("special", "type_options"):
            if said.get(part):
                said[part] = deep(said[part], hide)
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
        return bool(MEMBER.search(url))


WHOLE = Privacy()


def redacted_line(line: Post, privacy: Privacy) -> Post:
    """An article or post as it may be published; its ``content_hash`` is of what it then says."""
    if privacy.is_whole:
        return line
    redacted = type(line)(**privacy.redacted(vars(line)))
    redacted.content_hash = content_hash(redacted)
    return redacted


def redacted_record(record: Record, privacy: Privacy) -> Record:
    """The same for the stored line of an article or a post."""
    redacted = privacy.redacted(record)
    if redacted == record or "content_hash" not in redacted:
        return redacted
    kind = Article if record["item_type"] == Article.kind else Post
    return {**redacted, "content_hash": content_hash(kind(**redacted))}


# -- of a site's folder ----------------------------------------------------------------------------
