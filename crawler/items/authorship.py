"""Who wrote a post, as far as it counts as a change.

A new version is made where a post becomes anonymous, its author is deleted, or another member's
number stands on it; not where a member took another name. `content_hash` says nothing of it: it is
as old as the first archives, and another hash would store every post once more. So who wrote is
kept beside it, as one word: ``anonymous``, ``deleted``, the member's number, ``member`` where the
line tells no number (`AUTHORS=pseudonym`, pages without links), ``""`` where it tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ANONYMOUS, _DELETED, _MEMBER = "anonymous", "deleted", "member"


def written_by(author: Mapping[str, Any] | None) -> str:
    """Who wrote, by the field `author` of a line.

    >>> written_by({"name": "甲", "id": "7"}), written_by({"name": "甲"}), written_by(None)
    ('7', 'member', '')
    """
    if not author:
        return ""
    if author.get("is_anonymous"):
        return _ANONYMOUS
    if author.get("is_deleted"):
        return _DELETED
    return author.get("id") or (_MEMBER if author.get("name") else "")


def is_other_author(before: str, now: str) -> bool:
    """Whether a post is somebody else's now; what one of two pages does not tell is no change.

    >>> is_other_author("7", "anonymous"), is_other_author("7", "8"), is_other_author("7", "member")
    (True, True, False)
    """
    if not before or not now or before == now:
        return False
    return _MEMBER not in (before, now) or not (_is_member(before) and _is_member(now))


def known_author(before: str, now: str) -> str:
    """What is to be known of an author once a page told ``now``: a number is not forgotten.

    >>> known_author("7", "member"), known_author("", "member"), known_author("7", "deleted")
    ('7', 'member', 'deleted')
    """
    return before if not now or (now == _MEMBER and _is_member(before)) else now


def _is_member(author: str) -> bool:
    return author == _MEMBER or author.isdigit()
