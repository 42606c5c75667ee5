"""What is not to be published any more: a site's removal list, `data/<site>/removals.txt`.

    # asked for on 2026-11-20
    thread 4711
    post 950
    post 4711:p2-4          # where a skin shows no numbers: the end of its item_id
    author 7                # a member's number
    name 石桥卖花人          # who is known by name only: a guest, somebody who never posted

Quotes, edit marks and mentions show a name and no number. So the names of listed members are read
from their posts. They are kept as pseudonyms only: a list of people to be left out must not name
them. The file lies beside the lines, so that whoever copies them copies it along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.privacy.pseudonyms import pseudonym, same_name

REMOVALS = "removals.txt"

Record = Mapping[str, Any]

_KINDS = {
    "thread": re.compile(r"\d{1,18}"),
    "post": re.compile(r"\d{1,18}|\d{1,18}:(?:\d{1,18}|p\d{1,9}-\d{1,9})"),
    "author": re.compile(r"\d{1,18}"),
    "name": re.compile(r".{1,99}"),
}
_COMMENT = re.compile(r"(?:^|\s)#.*")


class BadRemovalsError(ValueError):
    """A line of the list that cannot be understood; the message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Removals:
    """The listed numbers, and names as `same_name` writes them.

    ``borne`` has the pseudonyms, made with ``salt``, of listed members whose names are known, by
    number, and those of the listed names under "". It grows as pages are read.
    """

    threads: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    salt: bytes = field(default=b"", compare=False)
    borne: dict[str, set[str]] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        return bool(self.threads or self.posts or self.authors or self.names)

    def cover(self, record: Record) -> bool:
        """Whether a whole line is not to be published: by its thread, its post or its author."""
        if record.get("thread_id") in self.threads:
            return True
        if record.get("item_type") not in ("article", "post"):
            return False
        _, thread, post = record["item_id"].rsplit(":", 2)
        author = record.get("author")
        # a line that broke the schema may say anything
        is_author = isinstance(author, Mapping) and self.name(author, "id")
        return bool(self.posts & {post, f"{thread}:{post}"}) or is_author

    def name(self, who: Record, number: str = "author_id") -> bool:
        """Whether somebody is on the list, by number or name; ``number`` is the key of the first.

        ``who`` is an author, a comment, a rating, a quote or a best answer.
        """
        named = who.get("name" if number == "id" else "author")
        is_named = named is not None and self.has_name(named)
        return is_named or who.get(number) in self.authors or who.get("post_id") in self.posts

    def has_name(self, name: str) -> bool:
        """Whether somebody of this name, or of this pseudonym, is on the list."""
        if same_name(name) in self.names:
            return True
        if not self.borne:
            return False
        shown = {name, pseudonym(name, self.salt)}
        return any(shown & borne for borne in self.borne.values())

    def learn(self, number: str | None, name: str | None) -> bool:
        """Note the name of a member, if he is listed; whether that is news."""
        if number not in self.authors or number is None or name is None:
            return False
        borne = self.borne.setdefault(number, set())
        news = pseudonym(name, self.salt)
        is_news = news not in borne and name not in borne
        if is_news:
            borne.add(news)
        return is_news


NOTHING = Removals()


def read_removals(folder: Path, salt: bytes = b"") -> Removals:
    """The removal list of a site's folder; an empty one where there is none.

    Raises `BadRemovalsError` for a line that cannot be understood: better no run than one that
    publishes what was meant to be listed.
    """
    path = folder / REMOVALS
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return NOTHING
    except (OSError, UnicodeDecodeError) as error:
        raise BadRemovalsError(f"{path}: {error}") from None
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, what = _COMMENT.sub("", line).strip().partition(" ")
        what = what.strip()
        if not kind:
            continue
        if kind not in _KINDS or not _KINDS[kind].fullmatch(what):
            raise BadRemovalsError(
                f"{path}, line {number}: say thread, post or author with a number, or name NAME"
            )
        found[kind].add(same_name(what) if kind == "name" else what)
    threads, posts, authors, names = (frozenset(found[kind]) for kind in _KINDS)
    borne = {"": {pseudonym(name, salt) for name in names}} if names else {}
    return Removals(threads, posts, authors, names, salt, borne)
