"""What the record of a run says of one site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.middlewares import FORUM
from crawler.reporting.timeline import Timeline

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


# Of what went wrong a record shows some: threads with missing posts, addresses for each reason.
_INCOMPLETE, _EXAMPLES = 100, 3
# What a site's part of the run counts (`Frontier.counts`).
COUNTS = (
    "lists_read",
    "threads_listed",
    "threads_unchanged",
    "threads_read",
    "pages_revisited",
    "threads_gone",
    "refusals_standing",
    "removed",
)


@dataclass(slots=True)
class Site:
    """What the record tells of one site: its answers and its lines."""

    requests: Counter[str] = field(default_factory=Counter)
    again: int = 0
    bytes: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    timeline: Timeline = field(default_factory=Timeline)
    news: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)
    coverage: Counter[str] = field(default_factory=Counter)
    incomplete: list[dict[str, Any]] = field(default_factory=list)
    examples: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def came(self, response: Response, request: Request, since: float) -> None:
        """Count an answer, ``since`` seconds after the run began."""
        self.requests[str(response.status)] += 1
        self.bytes[str(response.status)] += len(response.body)
        self.hosts[urlsplit(request.url).netloc] += 1
        self.again += request.meta.get("retry_times", 0)
        latency = request.meta.get("download_latency")
        if latency is not None and FORUM not in request.meta:
            self.timeline.add_page(since, latency)

    def add(self, other: Site) -> None:
        """Count the answers of another site as this one's."""
        self.requests += other.requests
        self.bytes += other.bytes
        self.hosts += other.hosts

    def take(self, line: Mapping[str, Any]) -> None:
        """Count a line that was stored."""
        match line["item_type"]:
            case "article" | "post" as kind:
                what = "changed" if line["version"] > 1 else "new"
                self.news["deleted" if line.get("is_deleted") else what, kind] += 1
                at = line.get("date_published", "")
                if at and line["version"] == 1:
                    self.days[at[:10]] += 1
                    self.hours[at[11:13]] += line.get("date_precision") != "day"
            case "coverage":
                self.coverage[line["status"]] += 1
                if line["status"] == "partial" and len(self.incomplete) < _INCOMPLETE:
                    missing = line.get("missing_positions", [])[:_INCOMPLETE]
                    told = {"thread_id": line["thread_id"], "url": line["url"], "missing": missing}
                    told |= {"captured": line["posts_captured"]}
                    if "posts_expected" in line:
                        told["expected"] = line["posts_expected"]
                    self.incomplete.append(told)
            case "refusal" if not line.get("is_deleted"):
                self.refused[line["reason"]] += 1
                shown = self.examples.setdefault(line["reason"], [])
                if len(shown) < _EXAMPLES:
                    shown.append({"url": line["url"], "said": line.get("message_raw", "")})


def own_version() -> str | None:
    try:
        return version("discuz-archiver")
    except PackageNotFoundError:
        return None
