"""What the pages of the report show: from the record of a run to plain values, in words.

Records of earlier versions have fewer keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.reporting.charts import Chart
from crawler.reporting.formats import grouped, moment, ranges, size
from crawler.reporting.progress import in_words
from crawler.reporting.run_charts import pace_charts, post_charts
from crawler.reporting.run_files import is_killed

Record = Mapping[str, Any]

# Under this name the record counts the pages of a kind that could be read at all.
_READABLE = "page"
TOTALS = ("new", "changed", "deleted", "refused", "requests")


@dataclass(frozen=True, slots=True)
class Link:
    """``url`` is ``None`` where the address is none of the web."""

    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A name with its values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartialThread:
    """A thread with missing posts, in words."""

    link: Link
    captured: str
    missing: str


@dataclass(frozen=True, slots=True)
class PartialBoard:
    """A board with missing threads, in words."""

    link: Link
    threads: str
    pages: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Example:
    """A page that was refused and the forum's message."""

    link: Link
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """All refusals with one reason."""

    reason: str
    number: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class NotedRefusals:
    """Refusals that have one meaning for the status; ``left_out`` are not among ``shown``."""

    shown: tuple[Example, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class LostWords:
    """Characters of a post that are neither in its text nor in a field."""

    link: Link
    post_id: str
    characters: int


@dataclass(frozen=True, slots=True)
class Media:
    """Pictures and files; ``size`` in bytes, ``refused`` by reason."""

    stored: int
    size: int
    refused: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Share of the pages on which a field was found, in this run and the one before."""

    name: str
    now: float | None
    before: float | None

    @property
    def is_lost(self) -> bool:
        """Whether it was found on less than half as many pages as before."""
        return self.now is not None and self.before is not None and self.now < self.before / 2


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of one kind of page."""

    kind: str
    pages: int
    rows: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A file that the run wrote to; ``length`` in bytes."""

    name: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One row of the time line.

    ``numbers`` are in the order of the columns, ``None`` where they are not known.
    """

    run_id: str
    began: str
    duration: str
    status_means: str
    is_good: bool
    numbers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """All that the page of a run shows, one field for each part, from top to bottom.

    ``is_killed``: the run left no record, so that nothing of it was counted.
    """

    site: str
    run_id: str
    began: str
    duration: str
    status: str
    status_means: str
    is_good: bool
    is_killed: bool
    messages: tuple[str, ...]
    numbers: tuple[tuple[str, int], ...]
    options: tuple[Fact, ...]
    coverage: tuple[tuple[str, int], ...]
    partial_threads: tuple[PartialThread, ...]
    partial_threads_left_out: int
    partial_boards: tuple[PartialBoard, ...]
    partial_boards_left_out: int
    post_charts: tuple[Chart, ...]
    pace_charts: tuple[Chart, ...]
    refusals: tuple[Refusal, ...]
    decisive: NotedRefusals
    unsettled: NotedRefusals
    media: Media | None
    alarms: tuple[str, ...]
    words_unaccounted: int
    lost_words: tuple[LostWords, ...]
    fields: tuple[FieldTable, ...]
    segments: tuple[Segment, ...]
    requests: tuple[Fact, ...]
    hosts: tuple[tuple[str, int], ...]
    versions: tuple[Fact, ...]


# -- from a record to plain values --------------------------------------------------------------


def page_of(record: Record, before: Record) -> RunPage:
    """What the page of a run shows; ``before`` is the record of the run before it, or empty."""
    partial_threads = tuple(map(_partial_thread, record.get("incomplete", ())))
    partial_boards = tuple(map(_partial_board, record.get("incomplete_boards", ())))
    coverage: dict[str, int] = record.get("coverage", {})
    return RunPage(
        site=record.get("site", ""),
        run_id=record["run_id"],
        began=moment(record["began"]),
        duration=_duration(record),
        status=str(record["status"]),
        status_means=record["status_means"],
        is_good=not record["status"],
        is_killed=is_killed(record),
        messages=tuple(map(_one_line, record.get("said", ()))),
        numbers=_numbers(record),
        options=tuple(_options(record)),
        coverage=tuple(coverage.items()),
        partial_threads=partial_threads,
        partial_threads_left_out=max(0, coverage.get("partial", 0) - len(partial_threads)),
        partial_boards=partial_boards,
        partial_boards_left_out=max(
            0, record.get("boards", {}).get("partial", 0) - len(partial_boards)
        ),
        post_charts=tuple(post_charts(record)),
        pace_charts=tuple(pace_charts(record)),
        refusals=tuple(_refusals(record)),
        decisive=_noted(record.get("decisive", {})),
        unsettled=_noted(record.get("unsettled", {})),
        media=_media(record),
        alarms=tuple(map(_alarm, record.get("alarms", ()))),
        words_unaccounted=record.get("words_unaccounted", 0),
        lost_words=tuple(
            LostWords(_link(each["url"], each["url"]), each["post_id"], each["characters"])
            for each in record.get("words_unaccounted_examples", ())
        ),
        fields=tuple(_fields(record.get("fields", {}), before.get("fields", {}))),
        segments=tuple(
            Segment(each["name"], each["length"], each["sha256"])
            for each in record.get("segments", ())
        ),
        requests=tuple(_requests(record)),
        hosts=tuple(record.get("hosts", {}).items()),
        versions=tuple(_fact(*each) for each in record.get("versions", {}).items()),
    )


def summary_of(record: Record) -> RunSummary:
    """The row of a run in the time line."""
    return RunSummary(
        run_id=record["run_id"],
        began=moment(record["began"]).removesuffix(" UTC"),
        duration=_duration(record),
        status_means=record["status_means"],
        is_good=not record["status"],
        numbers=tuple(
            None if is_killed(record) else sum(record.get(name, {}).values()) for name in TOTALS
        ),
    )


def _duration(record: Record) -> str:
    # when a killed run ended is not known
    return "?" if record["seconds"] is None else in_words(record["seconds"])


def _numbers(record: Record) -> tuple[tuple[str, int], ...]:
    new: dict[str, int] = record.get("new", {})
    totals = {name: sum(record.get(name, {}).values()) for name in TOTALS}
    return (
        ("articles", new.get("article", 0)),
        ("replies", new.get("post", 0)),
        ("changed", totals["changed"]),
        ("deleted", totals["deleted"]),
        ("refused", totals["refused"]),
        ("threads read", record.get("threads_read", 0)),
        ("threads unchanged", record.get("threads_unchanged", 0)),
        ("pages revisited", record.get("pages_revisited", 0)),
        ("requests", totals["requests"]),
    )


def _options(record: Record) -> Iterable[Fact]:
    for name, value in record.get("asked", {}).items():
        # the default needs no row
        if (name, value) != ("with_replies", True):
            yield _fact(name.replace("_", " "), value)


def _partial_thread(thread: Record) -> PartialThread:
    captured = grouped(thread["captured"])
    if "expected" in thread:
        captured += f" of {grouped(thread['expected'])}"
    missing = thread.get("missing", [])
    return PartialThread(
        link=_link(thread["url"], thread["thread_id"]),
        captured=captured,
        missing=ranges(missing) if missing else "unknown",
    )


def _partial_board(board: Record) -> PartialBoard:
    threads, pages = grouped(board.get("read", 0)), grouped(board.get("pages", 0))
    if "expected" in board:
        threads += f" of {grouped(board['expected'])}"
    if "pages_expected" in board:
        pages += f" of {grouped(board['pages_expected'])}"
    reasons = ", ".join(name.replace("_", " ") for name in board["reasons"])
    name = board.get("name") or board["board_id"]
    return PartialBoard(_link(board["url"], _one_line(name)), threads, pages, reasons)


def _refusals(record: Record) -> Iterable[Refusal]:
    examples: dict[str, list[Record]] = record.get("refusal_examples", {})
    for reason, number in record.get("refused", {}).items():
        yield Refusal(
            reason,
            number,
            tuple(
                Example(_link(each["url"], each["url"]), _one_line(each["said"]))
                for each in examples.get(reason, ())
            ),
        )


def _noted(noted: Record) -> NotedRefusals:
    refusals = noted.get("refusals", ())
    shown = tuple(
        Example(_link(each["url"], each["url"]), _one_line(_with_since(each))) for each in refusals
    )
    return NotedRefusals(shown, max(0, noted.get("number", 0) - len(shown)))


def _with_since(noted: Record) -> str:
    words = [noted["reason"], noted.get("said", "")]
    if "since" in noted:
        words.append(f"since {noted['since']}")
    return ", ".join(filter(None, words))


def _media(record: Record) -> Media | None:
    """``None`` where no pictures and files were asked for."""
    media: Record = record.get("media", {})
    if not (media.get("stored") or media.get("refused")):
        return None
    return Media(media["stored"], media["bytes"], tuple(media["refused"].items()))


def _alarm(alarm: Record) -> str:
    return (
        f"{alarm['trait']} on {grouped(alarm['known'])} of {grouped(alarm['known_of'])}"
        f" {alarm['kind']} pages until {moment(alarm['since'])},"
        f" on {grouped(alarm['now'])} of {grouped(alarm['now_of'])} now"
    )


def _fields(fields: Record, before: Record) -> Iterable[FieldTable]:
    for kind, seen in fields.items():
        earlier: Record = before.get(kind, {"pages": 0, "found": {}})
        yield FieldTable(
            kind,
            seen["pages"],
            tuple(
                Field(
                    "readable at all" if name == _READABLE else name,
                    _share(seen["found"].get(name, 0), seen["pages"]),
                    _share(earlier["found"].get(name, 0), earlier["pages"]),
                )
                # also what is found no more
                for name in sorted({*seen["found"], *earlier["found"]})
            ),
        )


def _requests(record: Record) -> Iterable[Fact]:
    statuses = ", ".join(f"{grouped(n)}x {code}" for code, n in record.get("requests", {}).items())
    received = size(sum(record.get("bytes", {}).values()))
    yield _fact("responses", f"{statuses} ({received})")
    yield _fact("retries", record.get("asked_again", 0))
    for name, value in record.get("manners", {}).items():
        yield _fact(name, value)


# -- words and numbers --------------------------------------------------------------------------


def _fact(name: str, value: Any) -> Fact:
    """A name and a value of any kind, in words.

    >>> _fact("boards", ["2", 1234]), _fact("with replies", False)
    (Fact(name='boards', values=('2', '1,234')), Fact(name='with replies', values=('no',)))
    """
    values = value if isinstance(value, list | tuple) else [value]
    return Fact(name, tuple(map(_in_words, values)))


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return grouped(value) if isinstance(value, int) else str(value)


def _link(url: str, text: str) -> Link:
    return Link(text, url if url.startswith(("http://", "https://")) else None)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _share(number: int, total: int) -> float | None:
    return number / total if total else None
