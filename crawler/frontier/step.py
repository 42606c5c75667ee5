"""What comes of an answer: lines and changes to store, and whether a visit asks again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crawler.archive.changes import Change
from crawler.archive.state import Task
from crawler.history import Delivery, Emitted, Entry


@dataclass(slots=True)
class Batch:
    """Lines and changes that are stored together.

    ``ends`` is the task that is under way no more once they are. ``after`` is a delivery that is
    stored before them.
    """

    entries: list[Entry] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    ends: Task | None = None
    after: Delivery | None = None


def batch_of(emitted: Emitted) -> Batch:
    """A batch with a refusal: its line, or only what the ledger learns of it."""
    return Batch([emitted.entry]) if emitted.entry else Batch(changes=[emitted.seen])


@dataclass(frozen=True, slots=True)
class Step:
    """Outcome of one answer: what is stored, in batches, and whether the visit asks again.

    ``is_left``: neither, for the site is left alone. ``decided`` are the batches of other tasks,
    whose answers were in doubt until this one came. ``warning`` is for the log.
    """

    batches: Iterable[Batch] = ()
    decided: Iterable[Iterable[Batch]] = ()
    asks_again: bool = False
    is_left: bool = False
    warning: str | None = None
