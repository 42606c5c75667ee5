"""`scrapy crawl`: Scrapy's own, with the arguments checked first and one line said at the end."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.commands import ScrapyHelpFormatter
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.settings import SETTINGS_PRIORITIES

from crawler.archive import can_compress
from crawler.archive.media_store import MEDIA
from crawler.console import (
    leave_out_of_log,
    process_of,
    read_flags,
    refuse,
    settings_of,
    shorten_network_errors,
)
from crawler.extensions.ending import ending_of
from crawler.extensions.member_cookies import check_hosts, read_member_cookies
from crawler.extensions.metrics import can_write_metrics
from crawler.extensions.progress_view import shows_live
from crawler.frontier import OPTIONS, BadOptionsError, read_options
from crawler.privacy import check_privacy
from crawler.reporting import PROGRESS, STATUSES, conclude
from crawler.site_rules import BadRulesError, load_sites

# what fits into a header and a comment of the agent's name (RFC 9110 §5.6.5)
_CONTACT = re.compile(r"[!-'*-~]{0,200}")

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings


class _TableHelp(ScrapyHelpFormatter):
    """Leaves the lines of a description as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002
        return text


class Command(ScrapyCrawl):
    def syntax(self) -> str:
        return "[options] discuz -a url=ADDRESS[,ADDRESS…]"

    def short_desc(self) -> str:
        return "Read threads, boards and whole Discuz! forums into JSON lines"

    def long_desc(self) -> str:
        return "\n".join(
            (
                "Reads threads, boards and whole forums into DATA_DIR/<site>/, each time only",
                "what is new; the same command goes on where a stopped run was.",
                "",
                "What to read:",
                *(f"  -a {f'{name}=':<13} {means}" for name, means in OPTIONS.items()),
                "",
                "Exit status:",
                *(f"  {status:<3} {means}" for status, means in STATUSES.items()),
            )
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = _TableHelp
        parser.add_argument(
            "--quiet", action="store_true", help="say nothing but what went wrong (for timers)"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse what cannot be meant so, in one line, before anything is started."""
        super().process_options(args, opts)
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            refuse("crawl", f"unknown option: {' '.join(unknown)}")
        if args != ["discuz"]:
            refuse("crawl", "say: scrapy crawl discuz -a url=ADDRESS")
        try:
            read_options(**opts.spargs)
        except BadOptionsError as error:
            refuse("crawl", str(error))
        settings = settings_of(self)
        if opts.quiet:
            settings.set("PROGRESS", "none", priority="cmdline")
            if not settings.get("LOG_FILE"):
                leave_out_of_log("is_in_last_line")
            if not opts.loglevel:
                settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
        read_flags("crawl", settings)
        self._check_settings(settings)
        is_own = settings.getpriority("LOG_LEVEL") == SETTINGS_PRIORITIES["project"]
        if is_own and shows_live(settings["PROGRESS"]):
            # the view tells what the log would
            settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

    def _check_settings(self, settings: BaseSettings) -> None:
        contact = settings.get("CONTACT") or ""
        if not _CONTACT.fullmatch(contact):
            refuse("crawl", f"CONTACT={contact!r}: say an address, as in mailto:me@example.org")
        compression = settings.get("SEGMENT_COMPRESSION") or ""
        if not can_compress(compression):
            refuse(
                "crawl", f"SEGMENT_COMPRESSION={compression}: say gzip, or zstd if Python can do it"
            )
        if (settings.get("PROGRESS") or "none") not in PROGRESS:
            refuse("crawl", f"PROGRESS={settings['PROGRESS']}: say {', '.join(PROGRESS)}")
        if settings["MEDIA"] not in MEDIA:
            refuse("crawl", f"MEDIA={settings['MEDIA']}: say {', '.join(MEDIA)}")
        if settings.get("METRICS_DIR") and not can_write_metrics():
            refuse("crawl", "METRICS_DIR: say pip install 'discuz-archiver[metrics]' first")
        try:
            for name in ("SEGMENT_SIZE", "REVISIT_PAGES", "REVISIT_REFUSED_DAYS", "MEDIA_MAXSIZE"):
                if settings.getint(name) < 0:
                    refuse("crawl", f"{name}={settings[name]}: say a number")
            read_member_cookies(settings)
            load_sites(Path(settings["SITES_DIR"]))
            check_privacy(settings["AUTHORS"], settings["LOCATION"])
        except (ValueError, BadRulesError) as error:
            refuse("crawl", str(error))

    def run(self, _: list[str], opts: argparse.Namespace) -> None:
        addresses = read_options(**opts.spargs).addresses
        try:
            check_hosts(settings_of(self), addresses)
        except ValueError as error:
            refuse("crawl", str(error))
        shorten_network_errors({urlsplit(url).netloc for url in addresses})
        process = process_of(self)
        crawler = process.create_crawler("discuz")
        process.crawl(crawler, **opts.spargs)
        process.start()
        self._conclude(crawler, is_quiet=opts.quiet)

    def _conclude(self, crawler: Crawler, *, is_quiet: bool) -> None:
        """Say what came of it, and set the exit status."""
        ending = ending_of(crawler)
        if process_of(self).bootstrap_failed:
            ending = replace(ending, finish_reason="failed")
        outcome = conclude(ending, f"{crawler.settings['DATA_DIR']}/")
        for line in outcome.messages if outcome.status or not is_quiet else ():
            print(line, file=sys.stderr)
        self.exitcode = outcome.status
