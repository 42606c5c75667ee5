"""`scrapy check-site`: a few pages of a forum, and which facts are found on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import Request, Spider

from crawler.archive.changes import TraitsForgotten
from crawler.archive.files import site_folder
from crawler.archive.ledger import LedgerError
from crawler.archive.site_archive import Archive, InUseError
from crawler.archive.state import Traits
from crawler.console import QuietCommand, refuse
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, Message, Page, ThreadPage
from crawler.discuz.page import read_traits
from crawler.frontier.options import BadArgumentsError, check_address, is_file
from crawler.frontier.template_drift import Drift
from crawler.items.reasons import BLOCKS
from crawler.reporting.exit_status import BLOCKED, DRIFT, INCOMPLETE, LOGIN
from crawler.reporting.progress import printable
from crawler.responses import kind_of, read_response, sample_of
from crawler.site_rules import BadRulesError, Sites, load_sites

if TYPE_CHECKING:
    import argparse

    from scrapy.http import Response
    from twisted.python.failure import Failure

_BOARDS, _THREADS = 2, 3
# Somebody looks at what is told here: a run by night has to be surer.
_CHANCE = 0.01


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] ADDRESS"

    def short_desc(self) -> str:
        return "Read a few pages of a forum and tell which facts are found on them"

    def long_desc(self) -> str:
        return (
            "Reads the page at ADDRESS and, from an index or a board, two lists and six threads; "
            "prints on how many of them each fact was found. Where the forum was crawled before, "
            "what used to be found and is not any more is told. Nothing is stored. "
            "Exit status: 0 all well, 2 wrong use, 3 a page could not be read, "
            "4 the pages no longer look as they did, 5 blocked, 6 login needed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--accept",
            action="store_true",
            help="take the pages as they are now as the measure: ends an alarm",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot be meant so, in one line, before anything is started."""
        super().process_options(args, opts)
        if len(args) != 1:
            self.refuse("say one address")
        try:
            check_address(args[0])
        except BadArgumentsError as error:
            self.refuse(str(error))
        if is_file(args[0]):
            self.refuse("say an address of a forum; scrapy page reads a saved page")
        assert self.settings is not None
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.crawler_process is not None
        assert self.settings is not None
        folder = Path(self.settings["DATA_DIR"]) / site_folder(urls.site_of(_root(args[0])))
        if opts.accept:
            _accept(folder)
        look = _Look(_known(folder), _sites(self.settings["SITES_DIR"]))
        self.crawler_process.crawl(_FewPages, url=args[0], look=look)
        self.crawler_process.start()
        alarms = look.drift.alarms()
        for line in look.table():
            print(line)
        for said in look.refused:
            print(f"not read: {said}")
        for alarm in alarms:
            print(printable(f"fell away: {alarm.text}"))
        self.exitcode = DRIFT if alarms else look.status


class _Look:
    """What was found on the pages so far."""

    def __init__(self, known: dict[str, Traits], sites: Sites) -> None:
        self.sites = sites
        self.drift = Drift(known, chance=_CHANCE)
        self.refused: list[str] = []
        self.status = 0
        self._pages: Counter[str] = Counter()
        self._found: dict[str, Counter[str]] = {}

    def page(self, page: ThreadPage | BoardPage, response: Response, now: datetime) -> None:
        if isinstance(page, ThreadPage):
            kind = "thread" if page.page == 1 else "further thread"
            key = page.thread_id or response.url
        else:
            kind, key = "list", response.url
        traits = read_traits(page)
        self._pages[kind] += 1
        self._found.setdefault(kind, Counter()).update(traits)
        self.drift.saw(kind, key, traits, sample_of(response, now))

    def refusal(self, url: str, reason: str, said: str | None) -> None:
        self.refused.append(printable(f"{url}: {reason}" + (f" ({said})" if said else "")))
        if reason in BLOCKS:
            self.status = BLOCKED
        elif reason == "login_required":
            self.status = self.status or LOGIN
        else:
            self.status = self.status or INCOMPLETE

    def table(self) -> Iterator[str]:
        kinds = list(self._pages)
        if not kinds:
            return
        names = sorted({name for found in self._found.values() for name in found}, key=_turn)
        width = max(map(len, (*names, "pages read")))
        yield " ".join(("".ljust(width), *(kind.rjust(14) for kind in kinds)))
        counts = (str(self._pages[kind]).rjust(14) for kind in kinds)
        yield " ".join(("pages read".ljust(width), *counts))
        for name in names:
            cells = (str(self._found[kind][name] or "-").rjust(14) for kind in kinds)
            yield printable(" ".join((name.ljust(width), *cells)))


def _turn(name: str) -> tuple[bool, bool, str]:
    """Facts first, then the skin, then the places of parts."""
    return ":" in name, name.startswith("skin"), name


class _FewPages(Spider):
    name = "check-site"

    def __init__(self, url: str, look: _Look) -> None:
        super().__init__()
        self.url, self.look = url, look
        self._threads = 0

    async def start(self) -> AsyncIterator[Request]:
        # whatever a server shows at a forum's root, its index is here
        is_root = urls.is_index(self.url) and self.url.endswith("/")
        yield self._ask(f"{self.url}forum.php" if is_root else self.url)

    def _ask(self, url: str) -> Request:
        return Request(url, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> Iterator[Request]:
        now = datetime.now(UTC)
        page: Page = read_response(response, now, self.look.sites)
        if isinstance(page, IndexPage):
            boards = [board for board in page.boards if board.url]
            for board in boards[:_BOARDS]:
                yield self._ask(board.url or "")
        elif isinstance(page, BoardPage):
            self.look.page(page, response, now)
            rows = [row for row in page.rows if not row.is_moved and "sticky" not in row.flags]
            for row in (rows or page.rows)[:_THREADS]:
                address = urls.read_thread_address(row.url)
                yield self._ask(address.page_url(1) if address else row.url)
        elif isinstance(page, ThreadPage):
            self.look.page(page, response, now)
        elif isinstance(page, Message):
            self.look.refusal(response.url, page.reason, page.text)
        else:
            self.look.refusal(response.url, "template_unknown", kind_of(page))

    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        self.look.refusal(request.url, "unreachable", " ".join(str(failure.value).split())[:200])


def _root(asked: str) -> str:
    board = urls.read_board_address(asked)
    return board.root if board else urls.forum_root(asked, None)


def _sites(folder: str) -> Sites:
    try:
        return load_sites(Path(folder))
    except BadRulesError as error:
        refuse("check-site", str(error))


def _known(folder: Path) -> dict[str, Traits]:
    """How the pages looked to earlier crawls; nothing where there were none."""
    archive = _archive(folder)
    if archive is None:
        return {}
    try:
        return archive.ledger.looks.known()
    finally:
        archive.close()


def _accept(folder: Path) -> None:
    archive = _archive(folder)
    if archive is None:
        refuse("check-site", f"nothing to accept: no crawl in {folder}")
    try:
        archive.store((), [TraitsForgotten()])
        archive.flush()
    finally:
        archive.close()


def _archive(folder: Path) -> Archive | None:
    if not folder.is_dir():
        return None
    try:
        return Archive(folder)
    except (InUseError, LedgerError, OSError) as error:
        refuse("check-site", str(error))
