"""`scrapy crawl`: Scrapy's own, with the arguments checked first and one line said at the end."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from scrapy.commands.crawl import Command as ScrapyCrawl

from crawler.arguments import BadArgumentsError, read_arguments
from crawler.items import DEFINITE, REASONS

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler

USAGE, INCOMPLETE, STORAGE_FAILED = 2, 3, 7


class Command(ScrapyCrawl):
    def syntax(self) -> str:
        return "[options] discuz -a url=ADDRESS[,ADDRESS…]"

    def short_desc(self) -> str:
        return "Read threads of Discuz! forums into JSON lines"

    def long_desc(self) -> str:
        return (
            "Reads threads, all their pages, into DATA_DIR/<site>/. "
            "-a url=ADDRESS[,ADDRESS…] or -a urls_file=FILE; -a replies=no for opening posts only. "
            "Exit status: 0 all well, 2 wrong use, 3 something could not be read, 7 storage failed."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot be meant so, in one line, before anything is started."""
        super().process_options(args, opts)
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            _refuse(f"unknown option: {' '.join(unknown)}")
        if args != ["discuz"]:
            _refuse("say: scrapy crawl discuz -a url=ADDRESS")
        try:
            read_arguments(**opts.spargs)
        except BadArgumentsError as error:
            _refuse(str(error))

    def run(self, _: list[str], opts: argparse.Namespace) -> None:
        # a host that does not answer is said in a line; where it happened in Scrapy is no news
        logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_without_traceback)
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler("discuz")
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self._conclude(crawler)

    def _conclude(self, crawler: Crawler) -> None:
        """Say in one line what came of it, and set the exit status."""
        stats = crawler.stats.get_stats() if crawler.stats else {}
        counts = {kind: stats.get(f"lines/{kind}", 0) for kind in ("article", "post", "refusal")}
        refused = {reason: stats.get(f"refusals/{reason}", 0) for reason in REASONS}
        told = ", ".join(f"{count} {reason}" for reason, count in refused.items() if count)
        line = f"{_count(counts['article'], 'article', 'articles')}, "
        line += _count(counts["post"], "reply", "replies")
        if counts["refusal"]:
            line += f", {counts['refusal']} refused ({told})"
        rejected = stats.get("lines/rejected", 0)
        if rejected:
            line += f", {rejected} lines kept apart as broken"
        print(f"{line} → {crawler.settings['DATA_DIR']}/", file=sys.stderr)
        if stats.get("storage/failed"):
            print(f"scrapy crawl: storage failed: {stats['storage/failed']}", file=sys.stderr)
            self.exitcode = STORAGE_FAILED
        elif (
            self.crawler_process is None
            or self.crawler_process.bootstrap_failed
            or stats.get("finish_reason") != "finished"
            or rejected
            or any(count for reason, count in refused.items() if reason not in DEFINITE)
            or any(name.startswith("spider_exceptions") for name in stats)
        ):
            print(f"scrapy crawl: not everything could be read{_example(stats)}", file=sys.stderr)
            self.exitcode = INCOMPLETE


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _refuse(message: str) -> None:
    print(f"scrapy crawl: {message}", file=sys.stderr)
    raise SystemExit(USAGE)


def _example(stats: dict[str, Any]) -> str:
    for reason in REASONS:
        if reason not in DEFINITE and stats.get(f"refusals/{reason}"):
            return f", for example {stats.get(f'refusals/{reason}/example')}"
    return ""


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
