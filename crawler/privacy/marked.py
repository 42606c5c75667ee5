"""The marks of `crawler.items.marks` as a tree that a line can be walked along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from crawler.items import KINDS, Mark

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose values are all marked alike."""

    values: Marked


@dataclass(frozen=True, slots=True)
class Table:
    """An object whose keys are no fields: the site's own words (租金 → 3500 元/月)."""

    keys: Marked
    values: Marked


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or an object within it, field by field.

    ``others`` marks what is not declared; ``None`` hides it. ``people`` are the fields within which
    names of people stand. ``is_person``: all of it is about one author.
    """

    fields: Mapping[str, Marked]
    others: Mark | None = None
    people: tuple[str, ...] = ()
    is_person: bool = False


Marked = Mark | ListOf | Table | Part | None
"""How a value is marked; ``None``: it is not, and must not be published where names are not."""


def names_within(value: Any, mark: Marked) -> Iterator[tuple[str, bool]]:
    """The names of people within a value, each with whether it is that of the line's author."""
    if isinstance(mark, ListOf) and isinstance(value, list | tuple):
        for part in value:
            yield from names_within(part, mark.values)
    elif isinstance(mark, Part) and isinstance(value, Mapping):
        for name in mark.people:
            if value.get(name):
                for found, is_author in names_within(value[name], mark.fields[name]):
                    yield found, is_author or mark.is_person
    elif mark is Mark.NAME and isinstance(value, str):
        yield value, False


@cache
def marks_of(kind: str) -> Part:
    """The marks of the lines of one kind (``article``, ``post`` …)."""
    cls = KINDS[kind]
    hints = get_type_hints(cls, include_extras=True)
    return _part({spec.name: hints[spec.name] for spec in fields(cls)})


def marked(hint: Any) -> Marked:
    """The marks within the type of a field.

    >>> from crawler.items.marks import Free, Words
    >>> marked(Free[int] | None), marked(list[Words]), marked(int)
    (<Mark.FREE: ...>, ListOf(values=<Mark.WORDS: ...>), None)
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required):
        return marked(inner[0])
    if origin in (Union, UnionType):
        known = [part for part in inner if part is not NoneType]
        return marked(known[0]) if len(known) == 1 else None
    if origin is Annotated:
        return _annotated(inner[0], inner[1:])
    if is_typeddict(hint):
        return _part(get_type_hints(hint, include_extras=True))
    if origin is list:
        return ListOf(marked(inner[0]))
    if origin is dict:
        return Table(marked(inner[0]), marked(inner[1]))
    return None


def _annotated(hint: Any, marks: tuple[Any, ...]) -> Marked:
    for mark in marks:
        if mark is Mark.PERSON:
            return _part(get_type_hints(hint, include_extras=True), is_person=True)
        if isinstance(mark, Mark):
            return mark
        if is_typeddict(mark):
            # dict[str, Any] with what is known of it: the rest is words
            return _part(get_type_hints(mark, include_extras=True), others=Mark.WORDS)
    return None


def _part(hints: Mapping[str, Any], *, others: Mark | None = None, is_person: bool = False) -> Part:
    inner = {name: marked(hint) for name, hint in hints.items()}
    people = tuple(name for name, mark in inner.items() if _holds_names(mark))
    return Part(inner, others, people, is_person)


def _holds_names(mark: Marked) -> bool:
    if isinstance(mark, ListOf):
        return _holds_names(mark.values)
    return mark is Mark.NAME or (isinstance(mark, Part) and bool(mark.people))
