"""What is published of people: their names (`AUTHORS`), where they were (`LOCATION`), or nothing.

A line is redacted before its `content_hash` is made, so that the hash tells nothing that the line
does not, and again when a snapshot or an export asks for less than was stored. What is done to a
field is told by its mark (`crawler.items.marks`): there is no list of fields here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from crawler.discuz import urls
from crawler.discuz.words import NOBODY
from crawler.items import KINDS, Line, Mark, Post, content_hash, to_json
from crawler.privacy.html_redactor import HtmlRedactor
from crawler.privacy.marked import ListOf, Marked, Part, Table, marks_of, names_within
from crawler.privacy.pseudonyms import pseudonym, same_name
from crawler.privacy.removal_list import NOTHING, Removals
from crawler.privacy.text_redactor import MEMBER, PSEUDONYM, UNMISTAKABLE, TextRedactor

Record = dict[str, Any]
AnyLine = TypeVar("AnyLine", bound=Line)


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

    @property
    def is_whole(self) -> bool:
        """Whether lines are published as they are."""
        return self.authors == "keep" and self.has_location and not self.removals

    def removes(self, record: Record) -> bool:
        """Whether a line is on the removal list."""
        return bool(self.removals) and self.removals.cover(record)

    def removes_line(self, line: Line) -> bool:
        """Whether a line is on the removal list."""
        return bool(self.removals) and self.removals.cover(to_json(line))

    def redacted(self, record: Record) -> Record:
        """A line, as JSON, as it may be published."""
        if not self.has_location:
            record = _without_place(record)
        if self.authors == "keep" and not self.removals:
            return record
        return _LineRedaction(record, self).redacted()

    def alias(self, name: str) -> str | None:
        """What is published in place of a name; ``None`` for nothing."""
        if self.authors == "drop" or self.removals.has_name(name):
            return None
        # what bears a pseudonym already was stored so
        is_published = same_name(name) in NOBODY or PSEUDONYM.fullmatch(name)
        if self.authors == "keep" or is_published:
            return name
        return pseudonym(name, self.salt)

    def hides_address(self, url: str) -> bool:
        """Whether an address leads to a member who is not to be known by it."""
        if self.authors == "keep":
            return urls.user_id(url) in self.removals.authors
        return bool(MEMBER.search(url))


WHOLE = Privacy()


def redacted_line(line: AnyLine, privacy: Privacy) -> AnyLine:
    """A line as it may be published; its ``content_hash`` is of what it then says."""
    if privacy.is_whole:
        return line
    redacted = type(line)(**privacy.redacted(vars(line)))
    if isinstance(redacted, Post):
        redacted.content_hash = content_hash(redacted)
    return redacted


def redacted_record(record: Record, privacy: Privacy) -> Record:
    """The same for a stored line."""
    redacted = privacy.redacted(record)
    if redacted == record or "content_hash" not in redacted:
        return redacted
    kind = KINDS[record["item_type"]]
    line = kind(**{name: redacted[name] for name in kind.field_names() if name in redacted})
    return {**redacted, "content_hash": content_hash(line)} if isinstance(line, Post) else redacted


# refusals with words of a page that was not understood: nobody marked the names in them
_NOT_UNDERSTOOD = frozenset({"template_unknown", "unknown_notice", "not_discuz"})


class _LineRedaction:
    """The redaction of one line: a walk along its marks.

    With ``AUTHORS=keep`` only who is on the removal list is redacted, and what bears no mark is
    treated as words; otherwise it is left out.
    """

    def __init__(self, record: Mapping[str, Any], privacy: Privacy) -> None:
        self._record = record
        self._marks = marks_of(record["item_type"])
        self._privacy = privacy
        self._removals = privacy.removals
        self._keeps_authors = privacy.authors == "keep"
        self._text = TextRedactor(self._names(), privacy.alias, privacy.hides_address)
        self._html = HtmlRedactor(
            self._text.words,
            privacy.hides_address,
            self._hides_quote,
            privacy.alias,
            self._unmarked,
        )

    def redacted(self) -> Record:
        """The line as it may be published; a field of which nothing is left is left out."""
        redacted = self._fields(self._record, self._marks) or {}
        if not self._keeps_authors and redacted.get("reason") in _NOT_UNDERSTOOD:
            # whom these words name is not known
            redacted.pop("message_raw", None)
        return redacted

    # -- whom it names -----------------------------------------------------------------------------

    def _names(self) -> set[str]:
        """The names to look for in the texts of the line."""
        named = set(self._named())
        if self._keeps_authors:
            named = {name for name in named if self._removals.has_name(name)}
        return named | {name for name in self._removals.names if len(name) >= UNMISTAKABLE}

    def _named(self) -> Iterator[str]:
        """Whom the line names, itself or by what it quotes and links to."""
        for name, is_author in names_within(self._record, self._marks):
            # authors sign with their names; what they are called in two characters (记者, 天空) is
            # rather a word of theirs
            if not is_author or len(same_name(name)) >= UNMISTAKABLE:
                yield name
        for link in self._record.get("links") or ():
            if urls.is_user_link(link["url"]):
                yield link["text"].strip().lstrip("@")

    def _hides_quote(self, author: str | None, post_id: str | None) -> bool:
        """Whether a quotation is one of somebody who is listed."""
        return bool(self._removals) and self._removals.name({"author": author, "post_id": post_id})

    # -- the walk ----------------------------------------------------------------------------------

    def _fields(self, record: Mapping[str, Any], marks: Part) -> Record | None:
        """The fields of an object, redacted; ``None`` where all of it has to go."""
        redacted: Record = {}
        fields, others = marks.fields, marks.others
        for name, value in record.items():
            if value is None or (mark := fields.get(name, others)) is Mark.FREE:
                redacted[name] = value
            elif value:
                kept = self._value(value, mark)
                if kept:
                    redacted[name] = kept
                elif mark is Mark.ADDRESS:
                    return None
            elif self._keeps_authors or (mark is not None and mark is not Mark.MEMBER):
                # what is empty names nobody; 0 may be a counter of one member
                redacted[name] = value
        return redacted

    def _value(self, value: Any, mark: Marked) -> Any:
        """A value that is there, redacted; ``None`` where it is to be left out."""
        if isinstance(mark, Mark):
            return self._by_mark(value, mark)
        if isinstance(mark, ListOf) and isinstance(value, list | tuple):
            kept = [self._value(part, mark.values) for part in value]
            return [part for part in kept if part is not None]
        if isinstance(mark, Table) and isinstance(value, dict):
            return {
                self._value(name, mark.keys): self._value(part, mark.values)
                for name, part in value.items()
            }
        if isinstance(mark, Part) and isinstance(value, dict):
            return self._part(value, mark)
        return self._unmarked(value)

    def _by_mark(self, value: Any, mark: Mark) -> Any:
        if mark is Mark.WORDS or mark is Mark.LABEL:
            redact = self._text.words if mark is Mark.WORDS else self._text.label
            return redact(value) if isinstance(value, str) else self._texts(value, redact)
        if mark is Mark.HTML:
            return self._html.html(value) if isinstance(value, str) else None
        if mark is Mark.FREE or (mark is Mark.MEMBER and self._keeps_authors):
            return value
        if mark is Mark.NAME and isinstance(value, str):
            return self._privacy.alias(value)
        if mark is Mark.ADDRESS and isinstance(value, str):
            return None if self._privacy.hides_address(value) else value
        return self._unmarked(value)

    def _unmarked(self, value: Any) -> Any:
        """What bears no mark, is not of the type that was declared, or is about one member."""
        return self._texts(value, self._text.words) if self._keeps_authors else None

    def _part(self, part: Record, marks: Part) -> Record | None:
        """An object within the line; ``None`` where all of it has to go."""
        if self._removals and self._removals.name(part):
            # a quote, a comment or a rating of somebody who is listed
            return None
        if marks.is_person and self._privacy.authors == "drop":
            return {"is_anonymous": True} if part.get("is_anonymous") else None
        return self._fields(part, marks)

    def _texts(self, value: Any, redact: Callable[[str], str]) -> Any:
        """All texts within a value, redacted."""
        if isinstance(value, str):
            return redact(value)
        if isinstance(value, list | tuple):
            return [self._texts(part, redact) for part in value]
        if isinstance(value, dict):
            return {name: self._texts(part, redact) for name, part in value.items()}
        return value


def _without_place(record: Record) -> Record:
    """A line without where its author was, which may stand behind the date as well."""
    place, raw = record.get("location"), record.get("date_published_raw")
    if not place:
        return record
    redacted = {name: value for name, value in record.items() if name != "location"}
    starts = [raw.find(word) for word in place.split() if word in raw] if raw else []
    if raw and starts:
        # 发表于 2023-3-14 09:26 · 来自 浙江
        redacted["date_published_raw"] = re.sub(
            r"[\s·|,:\uff1a]*(?:IP属地|IP屬地|属地|來自|来自)?[\s·|,:\uff1a]*$",
            "",
            raw[: min(starts)],
        )
    return redacted
