"""`scrapy page`: what is understood of one page, as the JSON lines a crawl would write."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

from crawler.archive.segments import encode
from crawler.console import QuietCommand
from crawler.discuz import read_page
from crawler.discuz.facts import Message, Page, ThreadPage
from crawler.frontier.options import BadArgumentsError, check_address, file_path, is_file
from crawler.frontier.visit import kind_of
from crawler.items.build import post_lines, refusal_line
from crawler.items.lines import Line, to_json
from crawler.items.reasons import DEFINITE
from crawler.responses import read_response, seen_at
from crawler.site_rules import BadRulesError, Sites, load_sites

if TYPE_CHECKING:
    import argparse

    from scrapy.http import Response
    from twisted.python.failure import Failure

USAGE, INCOMPLETE = 2, 3


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] FILE_OR_URL"

    def short_desc(self) -> str:
        return "Print what is understood of one page, as JSON lines"

    def long_desc(self) -> str:
        return (
            "Reads one page, a saved file or an address, and prints its article, posts or refusal "
            "as JSON lines. An address is asked once, robots.txt obeyed. "
            "Exit status: 0 all well, 2 wrong use, 3 the page could not be read."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address that a saved page had")
        parser.add_argument(
            "--seen-at",
            metavar="TIME",
            help="when the page was seen, ISO 8601; for a file: when it was last changed",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot be meant so, in one line, before anything is started."""
        super().process_options(args, opts)
        if len(args) != 1:
            self.refuse("say one file or address")
        if opts.seen_at and _time(opts.seen_at) is None:
            self.refuse(f"--seen-at {opts.seen_at}: not a time like 2024-05-07T18:21:00+08:00")
        if "://" in args[0]:
            try:
                check_address(args[0])
            except BadArgumentsError as error:
                self.refuse(str(error))
        elif not Path(args[0]).is_file():
            self.refuse(f"no such file: {args[0]}")
        assert self.settings is not None
        try:
            self._sites = load_sites(Path(self.settings["SITES_DIR"]))
        except BadRulesError as error:
            self.refuse(str(error))
        # what is printed is all that comes of it
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        moment = _time(opts.seen_at) if opts.seen_at else None
        if "://" in args[0] and not is_file(args[0]):
            assert self.crawler_process is not None
            self.crawler_process.crawl(
                _OnePage, url=args[0], seen_at=moment, show=self._print, sites=self._sites
            )
            self.crawler_process.start()
        else:
            path = file_path(args[0]) if is_file(args[0]) else Path(args[0])
            self._read_file(path, opts.url, moment)

    def _read_file(self, path: Path, url: str | None, moment: datetime | None) -> None:
        saved = path.resolve().as_uri()
        url, moment = url or saved, moment or seen_at(saved)
        page = read_page(path.read_bytes(), url=url, seen_at=moment, rules=self._sites.of(url))
        self._print(page, url, moment)

    def _print(self, page: Page | str, url: str, seen_at: datetime) -> None:
        lines: list[Line] = []
        if isinstance(page, ThreadPage):
            lines += post_lines(page, page.posts, seen_at)
        elif isinstance(page, Message):
            lines.append(refusal_line(page.reason, url=url, fetched_at=seen_at, message=page))
        elif isinstance(page, str):
            lines.append(refusal_line("unreachable", url=url, fetched_at=seen_at, message_raw=page))
        else:
            said = f"{kind_of(page)}, not a thread"
            lines.append(
                refusal_line("template_unknown", url=url, fetched_at=seen_at, message_raw=said)
            )
        for line in lines:
            sys.stdout.buffer.write(encode(to_json(line)))
            if getattr(line, "reason", "not_found") not in DEFINITE:
                self.exitcode = INCOMPLETE
        sys.stdout.buffer.flush()


class _OnePage(Spider):
    name = "page"

    def __init__(
        self, url: str, seen_at: datetime | None, show: Any, sites: Sites, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.url, self.seen_at, self.show, self.sites = url, seen_at, show, sites

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.url, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> None:
        now = self.seen_at or datetime.now(UTC)
        self.show(read_response(response, now, self.sites), response.url, now)

    def failed(self, failure: Failure) -> None:
        self.show(str(failure.value), self.url, self.seen_at or datetime.now(UTC))


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
