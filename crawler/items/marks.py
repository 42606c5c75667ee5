"""What each published value may tell of people: marks that stand where a field is declared.

`Name`, `Words`, `Label`, `Member[int]` or `Free[int]` stand in place of `str` or `int`.
`crawler.privacy` redacts lines by these marks alone.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeVar

T = TypeVar("T")


class Mark(Enum):
    """What a published value may tell of people."""

    NAME = "the name of a person"
    WORDS = "free text, in which people may be named"
    # a board 小米 is no reader of that name: names of two characters are common words here
    LABEL = "words of the site or its staff; only names of three characters or more are looked for"
    HTML = "free text as clean HTML; names are looked for in its words"
    ADDRESS = "an address that may lead to a member; then all that stands beside it is left out"
    MEMBER = "leads to one member without naming them: a number, an address, a counter"
    TITLE = "words that one member bears; left out where MEMBER is"
    PERSON = "all that is published of an author; left out whole under AUTHORS=drop"
    FREE = "free of people: ids, dates, counters, closed vocabularies, addresses of threads"


Name = Annotated[str, Mark.NAME]
Words = Annotated[str, Mark.WORDS]
Html = Annotated[str, Mark.HTML]
Label = Annotated[str, Mark.LABEL]
Title = Annotated[str, Mark.TITLE]
Member = Annotated[T, Mark.MEMBER]
Free = Annotated[T, Mark.FREE]
