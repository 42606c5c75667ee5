"""What came of a run: its counts in words, and the exit status of `scrapy crawl`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.items.reasons import BLOCKS, REASONS

OK, USAGE, INCOMPLETE, DRIFT, BLOCKED, LOGIN, STORAGE, INTERRUPTED = 0, 2, 3, 4, 5, 6, 7, 130
STATUSES = {
    OK: "all well",
    USAGE: "wrong use or settings",
    INCOMPLETE: "ended incomplete",
    DRIFT: "the pages no longer look as they did",
    BLOCKED: "blocked or rate limited",
    LOGIN: "login needed or expired",
    STORAGE: "storage failed",
    INTERRUPTED: "interrupted",
}
_READ = ("threads_read", "lists_read", "pages_revisited")
# Fewer pages that are not understood are some odd pages, not another skin.
_DRIFT_FROM = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """``said`` are lines for whoever started the run, the most important one last."""

    status: int
    said: tuple[str, ...]


def conclude(stats: Mapping[str, Any], place: str) -> Outcome:
    """What the counters of a run come to; ``place`` is where its lines are."""
    said = []
    if stats.get("crawl/goes_on"):
        said.append(str(stats["crawl/goes_on"]))
    status, why = _status(stats)
    if status not in (USAGE, STORAGE):
        # what a failed disk took is not what was counted
        said.append(f"{_news(stats)} → {place}")
    if why:
        said.append(f"scrapy crawl: {why}")
    return Outcome(status, tuple(said))


def _news(stats: Mapping[str, Any]) -> str:
    parts = []
    for kind, one, many in (("article", "article", "articles"), ("post", "reply", "replies")):
        parts.append(_count(stats.get(f"news/new/{kind}", 0), one, many))
    for what in ("changed", "deleted"):
        number = stats.get(f"news/{what}/article", 0) + stats.get(f"news/{what}/post", 0)
        if number:
            parts.append(f"{number:,} {what}")
    if stats.get("media/stored"):
        parts.append(_count(stats["media/stored"], "file", "files"))
    refused = {reason: stats.get(f"refusals/{reason}", 0) for reason in REASONS}
    total = sum(refused.values())
    if total:
        told = ", ".join(f"{count} {reason}" for reason, count in refused.items() if count)
        parts.append(f"{total:,} refused ({told})")
    parts += _passed_over(stats)
    if stats.get("lines/rejected"):
        parts.append(f"{stats['lines/rejected']:,} lines kept apart as broken")
    if any(stats.get(f"lines/{kind}") for kind in ("article", "post", "refusal", "rejected")):
        return ", ".join(parts)
    return f"nothing new: {_looked_at(stats)}"


def _looked_at(stats: Mapping[str, Any]) -> str:
    """What a run that found nothing looked at."""
    lists, listed = stats.get("crawl/lists_read", 0), stats.get("crawl/threads_listed", 0)
    read = stats.get("crawl/threads_read", 0)
    revisited = stats.get("crawl/pages_revisited", 0)
    requests = stats.get("downloader/request_count", 0)
    parts = []
    if lists:
        threads = _count(listed, "thread", "threads")
        parts.append(f"{_count(lists, 'page', 'pages')} of lists with {threads}")
    if read:
        parts.append(f"{_count(read, 'thread', 'threads')} read again")
    if revisited:
        parts.append(f"{_count(revisited, 'old page', 'old pages')} looked at again")
    parts += _passed_over(stats)
    parts.append(_count(requests, "request", "requests"))
    return ", ".join(parts)


def _passed_over(stats: Mapping[str, Any]) -> list[str]:
    removed = stats.get("crawl/removed", 0)
    return [f"{removed:,} on the removal list passed over"] if removed else []


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _status(stats: Mapping[str, Any]) -> tuple[int, str]:
    reason = stats.get("crawl/stopped") or stats.get("finish_reason")
    unknown = stats.get("refusals/template_unknown", 0)
    read = sum(stats.get(f"crawl/{name}", 0) for name in _READ)
    blocked = sum(stats.get(f"refusals/{name}", 0) for name in BLOCKS)
    example = stats.get("crawl/incomplete/example")
    for_example = f", for example {example}" if example else ""
    if stats.get("crawl/unusable"):
        return USAGE, str(stats["crawl/unusable"])
    if stats.get("storage/failed"):
        what = f"storage failed: {stats['storage/failed']}"
        return STORAGE, f"{what} (what is stored is whole; the same command goes on)"
    if reason == "blocked" or (blocked and not read):
        return BLOCKED, f"the forum wants no more requests{for_example}"
    if reason == "login_expired":
        return LOGIN, "the forum does not know the member of COOKIES_FILE: export the cookies anew"
    if stats.get("crawl/login_needed"):
        return LOGIN, "the forum wants a login for what was asked: see COOKIES_FILE"
    if stats.get("crawl/alarm"):
        return DRIFT, str(stats["crawl/alarm"])
    if unknown >= _DRIFT_FROM and unknown >= read:
        return DRIFT, f"the pages no longer look as they did{for_example}"
    if reason in ("shutdown", "cancelled"):
        left = stats.get("crawl/left")
        waits = f" with {left} to go" if left else ""
        return INTERRUPTED, f"interrupted{waits}: the same command goes on from here"
    if reason is None:
        return INTERRUPTED, "stopped at once: the same command goes on from what is stored"
    has_failed = any(name.startswith("spider_exceptions") for name in stats)
    if reason == "failing":
        return INCOMPLETE, "the forum does not answer: the same command goes on from here"
    is_kept = not (stats.get("lines/rejected") or stats.get("lines/unstored"))
    is_whole = reason == "finished" and not has_failed and is_kept
    if not is_whole or stats.get("crawl/incomplete"):
        return INCOMPLETE, f"not everything could be read{for_example}"
    return OK, ""
