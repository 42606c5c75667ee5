"""One run: its sites with their archives and frontiers, what is stored, and when it ends."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from crawler.archive import InUseError, LedgerError, SiteArchive, site_folder, unwritable
from crawler.archive.changes import Change, ClockRead, NoteMade
from crawler.archive.state import CLOCKS_APART, LEDGER
from crawler.discuz import urls
from crawler.discuz.facts import Page
from crawler.frontier.answer import Answer
from crawler.frontier.config import Config
from crawler.frontier.last_lines import last_batch
from crawler.frontier.obstacles import Stopped
from crawler.frontier.options import Options
from crawler.frontier.remarks import Pauses, RaisedAlarm, Remarks, Resumed
from crawler.frontier.site import Site
from crawler.frontier.site_frontier import SiteFrontier
from crawler.frontier.step import Batch, Step
from crawler.frontier.template_drift import Drift, keep_samples
from crawler.frontier.visit import Visit
from crawler.history import (
    Deliveries,
    Delivery,
    Entry,
    Fate,
    Tally,
    login_changes,
)
from crawler.items import Line
from crawler.privacy import BadRemovalsError, Privacy, PrivacyError, open_privacy

logger = logging.getLogger(__name__)

# Marks what the log tells of and the last line of a run as well, so that one of both is enough.
IN_LAST_LINE = {"is_in_last_line": True}
# The ledger's note of when its last run began, in seconds since 1970.
_CLOCK = "clock"


class RunEndsError(Exception):
    """The run cannot go on; ``reason`` is the finish reason of the crawl."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# Why a site is left alone (`Stopped.why`), in the order of what matters to whoever started a run.
WORST_FIRST = ("blocked", "login", "changed", "closed", "failing")


@dataclass(slots=True, eq=False)
class Run:
    """One run over one site or several.

    Of many sites no more are open at a time than ``config.sites_at_once``: when one is done, its
    last lines are stored and it is closed, and the next one is opened. A few stay open to the end.

    ``site_begins`` is called with each site when it is first opened, ``site_ends`` with each site
    before it is closed for another one, ``line_stored`` with each line that was stored, ``end``
    with the finish reason when the disk fails and the run has to end at once.
    """

    config: Config
    options: Options = field(default_factory=lambda: Options(()))
    run_id: str = field(
        default_factory=lambda: datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
    )
    sites: dict[str, Site] = field(default_factory=dict)
    frontiers: list[SiteFrontier] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)
    pauses: Pauses = field(default_factory=Pauses)
    deliveries: Deliveries = field(init=False)
    line_stored: Callable[[Site, Entry], None] = lambda _site, _entry: None
    site_begins: Callable[[Site], None] = lambda _site: None
    site_ends: Callable[[Site], None] = lambda _site: None
    end: Callable[[str], None] = lambda _: None
    # sites that are not open yet, each with its forums' roots and their addresses
    _waiting: deque[tuple[str, dict[str, list[str]]]] = field(default_factory=deque)
    # the frontiers whose sites are open
    _at_work: list[SiteFrontier] = field(default_factory=list)
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.deliveries = Deliveries(self._store)

    @property
    def tally(self) -> Tally:
        """The counters of all sites together."""
        return sum((site.tally for site in self.sites.values()), Tally())

    @property
    def example(self) -> str | None:
        """A refusal that decides the status of the run, with the words of the forum."""
        logins = [site.login for site in self.sites.values() if site.login]
        decisive = [noted for site in self.sites.values() for noted in site.decisive]
        # what was met tonight, for the other may be of another command
        tonight = [noted for noted in decisive if noted.since is None]
        # a login that is wanted decides before what is missing
        return next((noted.text for noted in reversed(logins or tonight or decisive)), None)

    @property
    def stopped(self) -> Stopped | None:
        """Why a site was left alone; of several sites the worst counts."""
        stopped = [each.obstacles.stopped for each in self.frontiers if each.obstacles.stopped]
        return min(stopped, key=lambda each: WORST_FIRST.index(each.why), default=None)

    @property
    def vanished(self) -> tuple[int, int] | None:
        """How many threads are missing at once at a site, and of how many; the worst counts."""
        vanished = [each.obstacles.vanished for each in self.frontiers if each.obstacles.vanished]
        return max(vanished, default=None)

    # -- its sites ---------------------------------------------------------------------------------

    def begin(self, addresses: list[str], now: datetime) -> None:
        """Open the frontiers of the forums that the addresses belong to, or let them wait.

        Raises `RunEndsError`.
        """
        by_site: dict[str, dict[str, list[str]]] = {}
        for asked in addresses:
            board = urls.read_board_address(asked)
            root = board.root if board else urls.forum_root(urls.as_folder(asked), None)
            by_root = by_site.setdefault(urls.site_of(root), {})
            by_root.setdefault(root, []).append(asked)
        self._began = now
        self._waiting.extend(by_site.items())
        self._open_waiting()

    def _open_waiting(self) -> None:
        """Open sites that wait, as far as there is room for them."""
        while self._waiting and not self._is_full({each.site.archive for each in self._at_work}):
            name, by_root = self._waiting.popleft()
            site = self.site(name)
            for root, asked in by_root.items():
                with self._uses(site):
                    self._open_frontier(site, root, asked, self._began)

    def _is_full(self, archives: Collection[SiteArchive]) -> bool:
        return len(archives) >= max(1, self.config.sites_at_once)

    def _change_sites(self) -> None:
        """Close the sites that are done, and open others that wait in their place."""
        if not self._waiting:
            return
        for site in [each for each in self.sites.values() if each.is_open]:
            theirs = [each for each in self._at_work if each.site is site]
            is_done = all(each.has_ended and not each.under_way for each in theirs)
            if theirs and is_done:
                self._close_site(site)
        self._open_waiting()

    def _close_unused(self) -> None:
        """Make room: close the sites of which nothing is asked or stored at present."""
        opened = [each for each in self.sites.values() if each.is_open]
        if self._is_full([each.archive for each in opened]):
            used = {each.site.archive for each in self._at_work}
            for site in opened:
                if site.archive not in used:
                    self._close_site(site)

    def _close_site(self, site: Site) -> None:
        """Close a site of which all is stored, long before the run ends."""
        if self.deliveries.are_of(site.archive):
            return
        with self._uses(site):
            self.site_ends(site)
            site.archive.flush()
            for frontier in [each for each in self._at_work if each.site is site]:
                self._note_what_is_left(frontier, self._began)
                frontier.close()
                self._at_work.remove(frontier)
        if self.remarks.storage_error is None:
            site.close()

    def site(self, name: str) -> Site:
        """A site of this run, opened when it is asked for. Raises `RunEndsError`."""
        site = self.sites.get(name)
        if site is not None and site.is_open:
            return site
        self._close_unused()
        archive, privacy = self._open_archive(name)
        if site is not None:
            site.reopen(archive, privacy)
            return site
        site = Site(archive, privacy, Drift(archive.ledger.trait_counts.known()))
        self.sites[name] = site
        self.site_begins(site)
        return site

    def _open_archive(self, name: str) -> tuple[SiteArchive, Privacy]:
        config = self.config
        folder = config.data / site_folder(name)
        try:
            archive = SiteArchive(
                folder,
                size=config.segment_size,
                compression=config.compression,
            )
        except (InUseError, LedgerError) as error:
            self.remarks.unusable = str(error)
            raise RunEndsError("unusable") from None
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(None, error, folder)
            raise RunEndsError("storage_failed") from None
        try:
            privacy = open_privacy(archive, config.authors, config.location)
        except (PrivacyError, BadRemovalsError) as error:
            archive.close()
            self.remarks.unusable = str(error)
            raise RunEndsError("unusable") from None
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(archive, error)
            archive.close()
            raise RunEndsError("storage_failed") from None
        return archive, privacy

    def _read_clock(self, site: Site, now: datetime) -> None:
        """Hold the clock against that of the run before, and undo what a wrong one has hidden."""
        ledger, at = site.archive.ledger, int(now.timestamp())
        last = ledger.note(_CLOCK)
        if last is None or int(last) > at + CLOCKS_APART:
            ledger.apply([ClockRead(at)])
        if last is not None and int(last) > at + CLOCKS_APART:
            logger.error(
                "%s: the clock says %s, and the last run began at %s: one of them was wrong. What"
                " was noted of later than now is looked at again; dates of lines stay as they are",
                site.archive.folder,
                f"{now:%Y-%m-%d %H:%M}",
                f"{datetime.fromtimestamp(int(last), now.tzinfo):%Y-%m-%d %H:%M}",
            )
        ledger.apply([NoteMade(_CLOCK, str(at))])

    @contextmanager
    def _uses(self, site: Site) -> Iterator[None]:
        """End the run where the ledger of a site, or its disk, fails while it is asked or told."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(site.archive, error)
            raise RunEndsError("storage_failed") from None

    def _open_frontier(self, site: Site, root: str, addresses: list[str], now: datetime) -> None:
        ledger = site.archive.ledger
        self._read_clock(site, now)
        ledger.apply(login_changes(ledger, self.config.login, int(now.timestamp())))
        frontier = SiteFrontier(
            site,
            root,
            self.options,
            run_id=self.run_id,
            now=now,
            limits=self.config.limits,
        )
        self.frontiers.append(frontier)
        self._at_work.append(frontier)
        frontier.begin(addresses)
        if frontier.begun is None:
            return
        # so that the next run names this one, if it is killed before it stored a page
        site.archive.flush()
        began, run_id = frontier.begun
        self.remarks.resumed = Resumed(
            run_id, datetime.fromtimestamp(began, UTC), *frontier.waiting()
        )

    # -- asking and answers ------------------------------------------------------------------------

    def next_visits(self) -> Iterator[Visit]:
        """The visits that begin now: no more at once than a site may be asked for.

        Raises `RunEndsError`.
        """
        self._change_sites()
        for frontier in list(self._at_work):
            while frontier.asking < max(1, self.config.at_once):
                if frontier.is_finished or frontier.is_stopped:
                    break
                with self._uses(frontier.site):
                    tasks = frontier.next(1)
                    if not tasks:
                        break
                    visit = Visit(frontier, tasks[0])
                    is_left_out = frontier.is_left_out(visit.task, visit.refusal.id)
                if not is_left_out:
                    frontier.under_way += 1
                    yield visit

    def answer(self, visit: Visit, answer: Answer) -> Step:
        """What comes of an answer. Raises `RunEndsError` if every further page is useless."""
        page = answer.page
        if self.config.is_member and page is not None and _is_for_guests(page):
            logger.error("the forum does not know the member of COOKIES_FILE", extra=IN_LAST_LINE)
            raise RunEndsError("login_expired")
        with self._uses(visit.frontier.site):
            step = visit.answer(answer)
        if step.is_left:
            stopped = visit.frontier.obstacles.stopped
            why = stopped.text if stopped else "it was left alone before"
            # of several sites the last line names one
            extra = IN_LAST_LINE if len(self.frontiers) == 1 and not self._waiting else None
            logger.error("%s is left alone: %s", visit.frontier.root, why, extra=extra)
        return step

    @property
    def is_over(self) -> bool:
        """Whether every site is done or left alone."""
        return not self._waiting and all(
            each.is_stopped or each.is_finished for each in self.frontiers
        )

    def end_if_left(self) -> None:
        """Raise `RunEndsError` if the run is over, and a site was left alone."""
        stopped = self.stopped
        if stopped and self.is_over:
            raise RunEndsError(stopped.why)

    # -- storing -----------------------------------------------------------------------------------

    def deliver(self, visit: Visit, step: Step, origin: object) -> Iterator[Line]:
        """The lines of a step, to be yielded by the spider; what has none is stored at once.

        ``origin`` is the response, or the failure, that the spider was called with.
        """
        frontier = visit.frontier
        for batches in step.decided:
            after = None
            for batch in batches:
                after, lines = self._begin(frontier, batch, after or batch.after, origin)
                yield from lines
        for batch in step.batches:
            visit.delivered, lines = self._begin(frontier, batch, visit.delivered, origin)
            yield from lines
        if not step.asks_again:
            frontier.under_way -= 1

    def last_lines(self, now: datetime) -> Iterator[Line]:
        """The lines behind all others, once: how complete the boards and ranges are.

        Raises `RunEndsError`.
        """
        yield from self._last_lines_of(self._at_work, now)

    def last_lines_of_done(self, now: datetime) -> Iterator[Line]:
        """Likewise of the sites that are done, where others wait until they are closed.

        Raises `RunEndsError`.
        """
        if self._waiting:
            done = [each for each in self._at_work if each.is_done]
            stored = [each for each in done if not self.deliveries.are_of(each.site.archive)]
            yield from self._last_lines_of(stored, now)

    def _last_lines_of(self, frontiers: Iterable[SiteFrontier], now: datetime) -> Iterator[Line]:
        for frontier in list(frontiers):
            if frontier.has_ended:
                continue
            frontier.has_ended = True
            with self._uses(frontier.site):
                batch = last_batch(frontier, now, self.run_id)
            if batch.entries or batch.changes:
                yield from self.deliver_batch(frontier.site, batch, batch)

    def _begin(
        self, frontier: SiteFrontier, batch: Batch, after: Delivery | None, origin: object
    ) -> tuple[Delivery, Iterator[Line]]:
        delivery = Delivery(frontier.site.archive, batch.entries, batch.changes, origin)
        ended = batch.ends
        if ended is not None:
            frontier.mark_delivering(ended)
            delivery.on_stored = lambda: frontier.complete(ended)
        if after is not None and not after.is_stored:
            delivery.after = after
        return delivery, self.deliveries.begin(delivery)

    def deliver_batch(self, site: Site, batch: Batch, origin: object) -> Iterator[Line]:
        """The lines of one batch that no visit gave, likewise."""
        return self.deliveries.begin(Delivery(site.archive, batch.entries, batch.changes, origin))

    def _store(self, delivery: Delivery) -> None:
        """Store a page whose lines have all come through the pipelines."""
        archive, site = delivery.archive, self.site_of(delivery)
        if self.remarks.storage_error is not None:
            # a disk that took no line takes none after it
            return
        try:
            archive.store(delivery.lines, delivery.ledger_changes)
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(archive, error)
            return
        delivery.on_stored()
        for entry in delivery.entries:
            self._count(site, entry)

    def store_line(self, site: Site, line: Line, encoded: bytes, changes: list[Change]) -> None:
        """Store a line that came of no task of this run."""
        entry = Entry(line, fate=Fate.STORED, encoded=encoded)
        self._store(Delivery(site.archive, [entry], changes))

    def site_of(self, delivery: Delivery) -> Site:
        """The site to whose archive a delivery belongs."""
        folder = delivery.archive.folder
        return next(site for site in self.sites.values() if site.archive.folder == folder)

    def _count(self, site: Site, entry: Entry) -> None:
        tally = site.tally
        match entry.fate:
            case Fate.STORED:
                tally.count_line(entry.as_read)
                self.line_stored(site, entry)
            case Fate.REJECTED:
                tally.lines_rejected += 1
            case Fate.DROPPED:
                tally.lines_dropped += 1
            case Fate.FAILED:
                tally.lines_failed += 1

    def storage_failed(
        self, archive: SiteArchive | None, error: Exception, folder: Path | None = None
    ) -> None:
        """A disk that takes no line takes none after it: leave what is sure, and end the run."""
        if self.remarks.storage_error is not None:
            return
        text, folder = str(error), archive.folder if archive else folder
        if folder is not None and str(folder) not in text:
            # "disk I/O error" names no file
            is_ledger = isinstance(error, sqlite3.Error)
            text = f"{unwritable(folder / LEDGER) if is_ledger else folder}: {text}"
        logger.critical("lines cannot be stored: %s", text, extra=IN_LAST_LINE)
        self.remarks.storage_error = text
        if archive is not None:
            archive.give_up(error)
        self.end("storage_failed")

    # -- its end -----------------------------------------------------------------------------------

    def settle_lost(self) -> None:
        """Go on without what errors lost. No request and no item is under way.

        Pages that wait for lines which no pipeline will see are stored; tasks whose answer made an
        error are left to the next run.
        """
        for frontier in self._at_work:
            frontier.give_up_lost()
            frontier.under_way = 0
        for delivery, entry in self.deliveries.lost():
            logger.error("%s never came to the pipelines; is there a middleware?", entry.item_id)
            self.deliveries.settle(delivery, entry, Fate.FAILED)

    def flush(self) -> None:
        """Bring to the disk what was handed to the archives; count the lines that were not."""
        for delivery, _ in self.deliveries.unsettled():
            for site in self.sites.values():
                site.tally.lines_unstored += site.archive is delivery.archive
        for site in [each for each in self.sites.values() if each.is_open]:
            if self.remarks.storage_error is not None:
                return
            try:
                site.archive.flush()
            except (OSError, sqlite3.Error) as error:
                self.storage_failed(site.archive, error)

    def close(self, now: datetime) -> None:
        """The last lines are stored: report changed pages, close the archives."""
        try:
            for frontier in self._at_work:
                self._note_what_is_left(frontier, now)
            for _, by_root in self._waiting:
                asked = [each for addresses in by_root.values() for each in addresses]
                threads = sum(urls.read_thread_address(each) is not None for each in asked)
                self._count_left(len(asked) - threads, threads)
        finally:
            for site in [each for each in self.sites.values() if each.is_open]:
                site.close()

    def _note_what_is_left(self, frontier: SiteFrontier, now: datetime) -> None:
        if self.remarks.storage_error is not None:
            return
        try:
            frontier.note_standing()
            if not frontier.is_finished:
                self._count_left(*frontier.waiting())
            self._raise_alarm(frontier, now)
        except sqlite3.Error as error:
            self.storage_failed(frontier.site.archive, error)

    def _count_left(self, lists: int, threads: int) -> None:
        lists_before, threads_before = self.remarks.left or (0, 0)
        self.remarks.left = lists_before + lists, threads_before + threads

    def _raise_alarm(self, frontier: SiteFrontier, now: datetime) -> None:
        """Report what fell away from a site's pages, and keep some of them."""
        site = frontier.site
        alarms = site.drift.alarms()
        # a page as it was sent names everybody
        is_kept = self.config.authors == "keep" and not site.privacy.removals
        changes = site.drift.ledger_changes(now)
        folder = site.archive.folder
        try:
            if alarms and is_kept:
                keep_samples(site.drift.samples, folder / "alarm", self.run_id)
            if changes:
                site.archive.store((), changes)
                site.archive.flush()
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(site.archive, error)
        for alarm in alarms:
            logger.warning("%s: %s", frontier.root, alarm.text)
            site.alarms.append({**asdict(alarm), "since": alarm.since.isoformat()})
        if alarms:
            kept = folder / "alarm" if is_kept else None
            self.remarks.alarm = RaisedAlarm(frontier.root, alarms[0], kept)


def _is_for_guests(page: Page) -> bool:
    """Whether a page says that nobody is logged in (`discuz_uid = '0'`)."""
    return page.site is not None and page.site.member_id == "0"


@runtime_checkable
class HasRun(Protocol):
    """A spider of ours."""

    run: Run


def run_of(spider: object) -> Run | None:
    """The run of a spider; ``None`` for a spider of another project."""
    return spider.run if isinstance(spider, HasRun) else None
