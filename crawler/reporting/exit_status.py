"""What came of a run: its counts in words, and the exit status of `scrapy crawl`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crawler.history import Tally
from crawler.items import BLOCKS, REASONS
from crawler.reporting.progress import in_numbers, printable

OK, USAGE, INCOMPLETE, DRIFT, BLOCKED, LOGIN, STORAGE, INTERRUPTED = 0, 2, 3, 4, 5, 6, 7, 130
STATUSES = {
    OK: "all well",
    USAGE: "wrong use or settings",
    INCOMPLETE: "ended incomplete",
    DRIFT: "the pages no longer look as they did",
    BLOCKED: "kept from the forum",
    LOGIN: "login needed or expired",
    STORAGE: "storage failed",
    INTERRUPTED: "interrupted",
}
# Why a site was left alone, and what that means.
_STOPPED = {
    "blocked": (BLOCKED, "something keeps us from the forum"),
    "login": (LOGIN, "the forum wants a login for what anybody could see before"),
    "changed": (DRIFT, "the pages no longer look as they did"),
    "closed": (INCOMPLETE, "the forum is closed"),
    "failing": (INCOMPLETE, "the forum does not answer"),
}
_GOES_ON = "; what was not reached waits, and the same command goes on from here"
# Fewer pages that are not understood are some odd pages, not another skin.
_DRIFT_FROM = 3


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, as far as its status depends on it.

    ``finish_reason`` is Scrapy's, ``None`` where the process was stopped at once. ``stopped``: why
    a site was left alone (blocked, login, changed, closed, failing), ``stopped_by``: because of
    which answers. ``vanished``: how many threads are missing at once, of how many. ``requests``
    were sent in all. ``has_spider_errors``: an error of ours.
    ``resumed``, ``alarm``, ``unusable``, ``storage_error`` and ``example`` are lines for people;
    ``left`` is how many lists and threads wait.
    """

    tally: Tally = field(default_factory=Tally)
    finish_reason: str | None = None
    stopped: str | None = None
    stopped_by: str | None = None
    vanished: tuple[int, int] | None = None
    requests: int = 0
    has_spider_errors: bool = False
    left: tuple[int, int] | None = None
    resumed: str | None = None
    alarm: str | None = None
    unusable: str | None = None
    storage_error: str | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``messages`` are lines for whoever started the run, the most important one last."""

    status: int
    messages: tuple[str, ...]


def conclude(ending: Ending, place: str) -> Outcome:
    """What a run comes to; ``place`` is where its lines are."""
    messages = [ending.resumed] if ending.resumed else []
    status, why = _status(ending)
    if status not in (USAGE, STORAGE):
        # what a failed disk took is not what was counted
        messages.append(f"{_news(ending)} → {place}")
    if why:
        messages.append(f"scrapy crawl: {printable(why)}")
    return Outcome(status, tuple(messages))


def resumed_message(
    run_id: str, began: datetime, lists: int, threads: int, *, was_killed: bool = False
) -> str:
    """Which run that was stopped a run goes on with; ``began`` is shown in the local zone."""
    day = began.astimezone()
    waited = f": {in_numbers(lists, threads)} waited" if lists or threads else ""
    how = "killed" if was_killed else "stopped"
    return f"goes on where run {run_id} of {day:%Y-%m-%d %H:%M} was {how}{waited}"


def _news(ending: Ending) -> str:
    tally = ending.tally
    if not tally.has_stored_lines:
        seen = " in what could be compared" if tally.threads_uncompared else ""
        return f"nothing new{seen}: {_looked_at(ending)}"
    parts = [
        _count(tally.new_articles, "article", "articles"),
        _count(tally.new_posts, "reply", "replies"),
    ]
    for number, what in ((tally.changed, "changed"), (tally.deleted, "deleted")):
        if number:
            parts.append(f"{number:,} {what}")
    if tally.files_stored:
        parts.append(_count(tally.files_stored, "file", "files"))
    total = tally.refused.total()
    if total:
        by_reason = ", ".join(
            f"{tally.refused[reason]} {reason}" for reason in REASONS if tally.refused[reason]
        )
        parts.append(f"{total:,} refused ({by_reason})")
    return ", ".join([*parts, *_left_out(tally)])


def _looked_at(ending: Ending) -> str:
    """What a run that found nothing looked at."""
    tally, parts = ending.tally, []
    if tally.lists_read:
        threads = _count(tally.threads_listed, "thread", "threads")
        parts.append(f"{threads} listed on {_count(tally.lists_read, 'page', 'pages')}")
    if tally.threads_read:
        parts.append(f"{_count(tally.threads_read, 'thread', 'threads')} read again")
    if tally.pages_revisited:
        parts.append(f"{_count(tally.pages_revisited, 'old page', 'old pages')} looked at again")
    parts += _left_out(tally)
    parts.append(_count(ending.requests, "request", "requests"))
    return ", ".join(parts)


def _left_out(tally: Tally) -> list[str]:
    """What was there and is not stored, or not in the feeds, by somebody's decision or mistake."""
    counted = (
        (tally.removed, "on the removal list passed over"),
        (tally.lines_dropped, "dropped by a pipeline of yours"),
        (tally.lines_failed, "lost to an error in a pipeline of yours"),
        (tally.feed_dropped, "stored, but dropped from feeds by a pipeline of yours"),
        (tally.feed_failed, "stored, but lost to feeds by an error in a pipeline of yours"),
    )
    parts = [f"{number:,} {what}" for number, what in counted if number]
    if tally.files_waiting:
        files = _count(tally.files_waiting, "file was", "files were")
        parts.append(f"{files} refused and will be asked for again")
    if tally.files_settled:
        parts.append(f"{_count(tally.files_settled, 'file stays', 'files stay')} refused")
    if tally.saved_lists:
        lists = _count(tally.saved_lists, "saved list", "saved lists")
        parts.append(f"{lists} passed over (only threads are read of saved pages)")
    if tally.threads_missing:
        numbers = _count(tally.threads_missing, "number", "numbers")
        parts.append(f"{numbers} without a thread")
    if tally.threads_uncompared:
        threads = _count(tally.threads_uncompared, "thread", "threads")
        lists = "its list shows" if tally.boards_uncompared == 1 else "their lists show"
        parts.append(
            f"{threads} of {_count(tally.boards_uncompared, 'board', 'boards')} could not be"
            f" compared ({lists} neither replies nor last posts)"
        )
    if tally.unsettled:
        refused = _count(tally.unsettled, "address", "addresses")
        parts.append(f"{refused} still refused as on the nights before")
    if tally.words_unaccounted:
        words = _count(tally.words_unaccounted, "character", "characters")
        parts.append(f"{words} of posts in no field (see the log)")
    if tally.lines_rejected:
        rejected = _count(tally.lines_rejected, "line", "lines")
        parts.append(f"{rejected} kept apart as broken in rejected-*.jsonl")
    return parts


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _status(ending: Ending) -> tuple[int, str]:
    """The exit status and the line that says why; the worst counts."""
    if ending.unusable:
        return USAGE, ending.unusable
    if ending.storage_error:
        what = f"storage failed: {ending.storage_error}"
        return STORAGE, f"{what} (what is stored is whole; the same command goes on)"
    return _by_forum(ending) or _by_end(ending) or _by_gaps(ending) or (OK, "")


def _by_forum(ending: Ending) -> tuple[int, str] | None:
    """Whether the forum wants no requests, wants a login, or sends other pages than before."""
    tally = ending.tally
    if ending.stopped in _STOPPED:
        status, why = _STOPPED[ending.stopped]
        return status, f"{why}: {ending.stopped_by}{_GOES_ON}"
    reason = ending.finish_reason
    read = tally.threads_read + tally.lists_read + tally.pages_revisited
    blocked = sum(tally.decisive[name] for name in BLOCKS)
    if blocked and not read:
        is_asked = blocked == tally.decisive["rate_limited"]
        why = "the forum wants fewer requests" if is_asked else _STOPPED["blocked"][1]
        return BLOCKED, f"{why}{_for_example(ending)}"
    if reason == "login_expired":
        return LOGIN, (
            "the forum does not know the member of COOKIES_FILE: export the cookies anew; a cookie"
            " may be bound to its browser's name: set USER_AGENT to that of the browser"
        )
    if tally.login_needed:
        what = f"the forum wants a login for what was asked{_for_example(ending)}"
        return LOGIN, f"{what}: see COOKIES_FILE"
    if ending.alarm:
        return DRIFT, ending.alarm
    if ending.vanished:
        missing, known = ending.vanished
        return DRIFT, (
            f"{missing:,} of {known:,} known threads are missing at once: none of them is called"
            f" deleted before the next run sees the same{_for_example(ending)}"
        )
    unknown = tally.decisive["template_unknown"]
    if unknown >= _DRIFT_FROM and unknown >= read:
        return DRIFT, f"the pages no longer look as they did{_for_example(ending)}"
    return None


def _by_end(ending: Ending) -> tuple[int, str] | None:
    """Whether the run was ended before all was done."""
    if ending.finish_reason in ("shutdown", "cancelled"):
        waits = f" with {in_numbers(*ending.left)} to go" if ending.left else ""
        return INTERRUPTED, f"interrupted{waits}: the same command goes on from here"
    if ending.finish_reason is None:
        return INTERRUPTED, "stopped at once: the same command goes on from what is stored"
    return None


def _by_gaps(ending: Ending) -> tuple[int, str] | None:
    """Whether something that was asked for is missing."""
    tally = ending.tally
    in_pipelines = tally.lines_failed + tally.feed_failed
    if in_pipelines:
        lines = _count(in_pipelines, "line", "lines")
        return INCOMPLETE, (
            f"{lines} lost to errors in a pipeline: see the log; what was not stored is offered"
            " again by the next run"
        )
    is_kept = not (tally.lines_rejected or tally.lines_unstored)
    is_whole = ending.finish_reason == "finished" and not ending.has_spider_errors and is_kept
    if not is_whole or tally.incomplete:
        more = f" (and {tally.incomplete - 1:,} more)" if tally.incomplete > 1 else ""
        return INCOMPLETE, f"not everything could be read{_for_example(ending)}{more}"
    return None


def _for_example(ending: Ending) -> str:
    return f", for example {printable(ending.example)}" if ending.example else ""
