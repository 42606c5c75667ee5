"""Shows how far a crawl has come: a live view on a terminal, a line a minute in a log."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from scrapy import signals
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

from crawler.frontier import Run, run_of
from crawler.history import Tally
from crawler.items import REASONS
from crawler.reporting import Pace, Progress, in_words, printable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


logger = logging.getLogger(__name__)

# A terminal is looked at each second, but the view may take no more than this share of the
# process's CPU time; however slow the crawl, it is drawn anew once in so many seconds.
_EVERY, _SHARE, _AT_LEAST = 1.0, 0.01, 5.0
_BAR = 24


class ProgressView:
    """Shows how far the run has come, as ``PROGRESS`` says: auto, live, lines or none.

    It has eleven attributes: those of the view, and those of what it costs to draw it.
    """

    def __init__(self, crawler: Crawler, *, is_live: bool, seconds: float) -> None:
        self._crawler = crawler
        self._is_live = is_live
        self._seconds = seconds
        self._began = time.monotonic()
        self._pace = Pace()
        self._latency: float | None = None
        self._loop: LoopingCall | None = None
        self._screen: Live | None = None
        self._redirected: list[tuple[logging.StreamHandler[Any], Any]] = []
        self._spent = 0.0
        self._drawn = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        wish = crawler.settings.get("PROGRESS") or "none"
        if wish == "none":
            raise NotConfigured
        seconds = crawler.settings.getfloat("PROGRESS_SECONDS")
        view = cls(crawler, is_live=shows_live(wish), seconds=seconds)
        crawler.signals.connect(view.spider_opened, signals.spider_opened)
        crawler.signals.connect(view.response_downloaded, signals.response_downloaded)
        crawler.signals.connect(view.spider_closed, signals.spider_closed)
        return view

    def spider_opened(self) -> None:
        if self._is_live:
            self._screen = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._screen.start()
            self._redirect_logs()
            # stopped at once (Ctrl-C twice), a spider is not closed
            from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it late

            system: Any = reactor
            system.addSystemEventTrigger("before", "shutdown", self.spider_closed)
        self._loop = LoopingCall(self._show)
        self._loop.start(_EVERY if self._is_live else self._seconds, now=False)

    def response_downloaded(self, request: Any) -> None:
        self._latency = request.meta.get("download_latency")

    def spider_closed(self) -> None:
        if self._loop is not None and self._loop.running:
            self._loop.stop()
        if self._screen is not None:
            self._screen.stop()
        while self._redirected:
            handler, stream = self._redirected.pop()
            handler.setStream(stream)

    # -- showing ---------------------------------------------------------------------------------

    def _redirect_logs(self) -> None:
        """Logs go above the view, not through it."""
        for handler in logging.root.handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__:
                self._redirected.append((handler, handler.stream))
                handler.setStream(sys.stderr)

    def _show(self) -> None:
        if self._screen is None:
            logger.info("%s", self.progress().line)
            return
        now = time.monotonic()
        is_dear = self._spent > _SHARE * time.process_time()
        if is_dear and now - self._drawn < _AT_LEAST:
            return
        began = time.process_time()
        self._screen.update(drawn(self.progress(), self._screen.console.width), refresh=True)
        self._spent += time.process_time() - began
        self._drawn = now

    # -- counting --------------------------------------------------------------------------------

    def progress(self) -> Progress:
        """How far it has come by now."""
        run = run_of(self._crawler.spider)
        stats = self._crawler.stats.get_stats() if self._crawler.stats else {}
        seconds = time.monotonic() - self._began
        pages = stats.get("downloader/response_count", 0)
        tally, frontiers = (run.tally, run.frontiers) if run else (Tally(), [])
        waiting = [each.waiting() for each in frontiers if not each.is_finished]
        delay, delay_by = self._delay(run)
        pause = run.pauses.until - time.monotonic() if run else 0.0
        return Progress(
            place=", ".join(each.root for each in frontiers),
            run_id=run.run_id if run else "",
            seconds=seconds,
            threads_read=tally.threads_read,
            threads_unchanged=tally.threads_unchanged,
            threads_waiting=sum(threads for _, threads in waiting),
            lists_waiting=sum(lists for lists, _ in waiting),
            revisited=tally.pages_revisited,
            posts=tally.new,
            changed=tally.changed,
            deleted=tally.deleted,
            files=tally.files_stored,
            files_refused=tally.files_refused.total(),
            pages=pages,
            size=stats.get("downloader/response_bytes", 0),
            pace=self._pace.of(seconds, pages),
            refused={reason: tally.refused[reason] for reason in REASONS if tally.refused[reason]},
            delay=delay,
            delay_by=delay_by,
            pause=pause if pause > 0 else None,
            is_ending=not self._crawler.crawling,
        )

    def _delay(self, run: Run | None) -> tuple[float | None, str]:
        """The longest delay of a host, and what makes it so long."""
        engine = self._crawler.engine
        slots = engine.downloader.slots.values() if engine is not None else ()
        delay = max((slot.delay for slot in slots), default=None)
        if delay is None:
            return None, ""
        if run and 0 < delay <= run.pauses.crawl_delay:
            return delay, "robots.txt asks for it"
        if delay > self._crawler.settings.getfloat("DOWNLOAD_DELAY") and self._latency:
            return delay, f"answers take {self._latency:.1f} s"
        return delay, ""


def shows_live(wish: str | None) -> bool:
    """Whether ``PROGRESS`` means a view that is drawn anew: somebody watches who can see it."""
    return wish == "live" or (
        wish == "auto" and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    )


def drawn(progress: Progress, width: int) -> Group:
    """The live view, for a terminal of ``width`` columns."""
    ending = "  ending: Ctrl-C again stops at once" if progress.is_ending else ""
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(printable(progress.place) or "…", style="bold")
    head.append(f"  {in_words(progress.seconds)}", style="dim")
    head.append(ending, style="yellow")
    rows = Table.grid(padding=(0, 1))
    rows.add_column(style="dim", no_wrap=True, width=8)
    rows.add_column(ratio=1)
    rows.add_row("threads", _bar(progress))
    rows.add_row("posts", Text(progress.news))
    if progress.media:
        rows.add_row("files", Text(progress.media))
    pace = f"{progress.pace:.0f} a minute, " if progress.pace is not None else ""
    rows.add_row("pages", Text(f"{pace}{progress.pages:,} in all, {progress.size / 1e6:,.1f} MB"))
    rows.add_row("waiting", Text(progress.waiting))
    style = "red" if progress.refused else ""
    rows.add_row("refused", Text(progress.refusals, style=style))
    rows.add_row("delay", Text(progress.manner, style="yellow" if progress.pause else ""))
    rows.add_row("left", Text(progress.left_in_words))
    rows.width = width
    return Group(head, rows)


def _bar(progress: Progress) -> Table:
    said = f"{progress.threads_read:,} of {progress.threads:,}"
    if progress.threads_unchanged:
        said += f", {progress.threads_unchanged:,} unchanged"
    line = Table.grid(padding=(0, 1))
    total = max(1, progress.threads)
    bar = ProgressBar(total, progress.threads_read, width=_BAR, complete_style="green")
    line.add_row(bar, Text(said))
    return line
