"""What the project's commands share: one line for wrong use, quiet logs, sites, requests.

It stands outside of `crawler.commands`, where Scrapy takes every class for a command.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand

from crawler import settings as project_settings
from crawler.archive import FILES, segment_paths, site_folder
from crawler.discuz import urls
from crawler.extensions.member_cookies import read_member_cookies
from crawler.failures import explain
from crawler.frontier import Answer, BadOptionsError, check_address, file_path, is_file
from crawler.middlewares import FORUM
from crawler.privacy import BadRemovalsError, Privacy, PrivacyError, read_privacy
from crawler.reporting import STATUSES
from crawler.reporting.exit_status import INCOMPLETE, INTERRUPTED, OK, STORAGE, USAGE
from crawler.site_rules import BadRulesError, Sites, load_sites
from crawler.spiders.one_page import OnePage

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import CrawlerProcessBase
    from scrapy.settings import BaseSettings, Settings

_FLAGS = {
    **dict.fromkeys(("yes", "on", "true", "1"), True),
    **dict.fromkeys(("no", "off", "false", "0"), False),
}


def settings_of(command: ScrapyCommand) -> Settings:
    """Return the settings of a command; Scrapy sets them before it calls any of its methods."""
    if command.settings is None:
        raise RuntimeError("the settings of a command are known once Scrapy runs it")
    if command.settings.get("AUTHORS") is None:
        # in a project of somebody's own, to which the add-on brings them with a crawl alone, and in
        # a folder without one
        for name, value in vars(project_settings).items():
            if name.isupper() and command.settings.get(name) is None:
                command.settings.set(name, value, priority="default")
    return command.settings


def process_of(command: ScrapyCommand) -> CrawlerProcessBase:
    """Return what a command crawls with; Scrapy sets it before it calls `run`."""
    if command.crawler_process is None:
        raise RuntimeError("a command can crawl once Scrapy runs it")
    return command.crawler_process


def read_flags(command: str, settings: BaseSettings) -> None:
    """Let yes and no stand for `True` and `False` in the project's settings; refuse other words.

    Scrapy takes True, False, 1 and 0 alone, and fails where a setting is read.
    """
    for name, default in vars(project_settings).items():
        value = settings.get(name)
        if not isinstance(default, bool) or isinstance(value, bool):
            continue
        flag = _FLAGS.get(str(value).strip().lower())
        if flag is None:
            refuse(command, f"{name}={value}: say yes or no")
        settings.set(name, flag, priority=settings.getpriority(name) or 0)


def refuse(command: str, message: str) -> NoReturn:
    """End with one line for the user, and the status of wrong use."""
    print(f"scrapy {command}: {message}", file=sys.stderr)
    raise SystemExit(USAGE)


def statuses(meanings: Mapping[int, str]) -> str:
    """Describe the exit statuses of a command; an empty meaning stands for the crawl's.

    All commands have 0 and 2.

    >>> statuses({7: ""})
    'Exit status: 0 all well, 2 wrong use or settings, 7 storage failed.'
    """
    all_meanings = {OK: "", USAGE: "", **meanings}
    parts = [f"{status} {text or STATUSES[status]}" for status, text in all_meanings.items()]
    return f"Exit status: {', '.join(parts)}."


def leave_out_of_log(mark: str) -> None:
    """Log no record of a run that has a mark (`extra` of a logging call)."""
    logging.getLogger("crawler.frontier.run").addFilter(lambda record: not hasattr(record, mark))


def shorten_network_errors(hosts: Collection[str] = ()) -> None:
    """Log requests that failed in one line each, in words, and for ``hosts`` alone.

    Other hosts are those of pictures, which the line of their post tells of.
    """

    def is_shown(record: logging.LogRecord) -> bool:
        record.exc_info = None
        told = record.args if isinstance(record.args, dict) else {}
        request = told.get("request")
        if request is None:
            return True
        reason = told.get("reason")
        if isinstance(reason, Exception):
            # `[<twisted.python.failure.Failure …>]` says nothing to anybody
            record.args = {**told, "reason": explain(reason, request)[1]}
        return FORUM not in request.meta and urlsplit(request.url).netloc in hosts

    logging.getLogger("scrapy.downloadermiddlewares.retry").addFilter(is_shown)
    told: set[str] = set()

    def is_new(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        is_told = message in told
        told.add(message)
        return not is_told

    # a certificate for another name is told of once, and not with each connection
    logging.getLogger("scrapy.core.downloader.tls").addFilter(is_new)

    def is_short(record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True

    # Scrapy's cookies need a list of the Internet's suffixes; without a network an older one does
    logging.getLogger("tldextract").addFilter(is_short)


class QuietCommand(ScrapyCommand):
    """A command that prints what it found, and logs nothing but errors unless -L asks for more."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse unknown options in one line, before anything is started."""
        super().process_options(args, opts)
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            self.refuse(f"unknown option: {' '.join(unknown)}")
        settings = settings_of(self)
        read_flags(self.name, settings)
        if not opts.loglevel:
            settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    @property
    def name(self) -> str:
        """How the command is called: as its file is."""
        return type(self).__module__.rpartition(".")[2]

    def refuse(self, message: str) -> NoReturn:
        """End with one line for the user, and the status of wrong use."""
        refuse(self.name, message)

    def storage_failed(self, error: Exception) -> None:
        """Tell that the disk failed, and end with the status for it."""
        print(f"scrapy {self.name}: storage failed: {error}", file=sys.stderr)
        self.exitcode = STORAGE

    def folder_of(self, args: list[str]) -> Path:
        """Return the folder of the one site that is named, by its folder or its address."""
        data = Path(settings_of(self)["DATA_DIR"])
        if len(args) != 1:
            self.refuse("name one site")
        site = args[0]
        if "://" in site:
            site = urls.site_of(urls.forum_root(urls.as_folder(site), None))
        folder = data / site_folder(site)
        if not any(segment_paths(folder, kind) for kind in FILES):
            found = sorted(path.name for path in data.glob("*") if path.is_dir())
            there = f" (there are: {', '.join(found)})" if found else ""
            self.refuse(f"no lines in {folder}{there}")
        return folder

    def privacy_of(self, folder: Path) -> Privacy:
        """Return how a folder's lines may be published: the settings and its removal list."""
        settings = settings_of(self)
        try:
            return read_privacy(folder, settings["AUTHORS"], settings["LOCATION"])
        except (PrivacyError, BadRemovalsError, OSError) as error:
            self.refuse(str(error))


class PageCommand(QuietCommand):
    """A command that looks at single pages of a forum, or at saved ones."""

    def saved_page(self, name: str) -> Path | None:
        """Return the path of a saved page, given as a path or as file://; ``None`` for a URL.

        Refuses what is neither.
        """
        if "://" not in name:
            if not Path(name).is_file():
                self.refuse(f"no such file: {name}")
            return Path(name)
        self.check_address(name)
        return file_path(name) if is_file(name) else None

    def read_bytes(self, path: Path) -> bytes:
        """Read a saved page, or refuse a file that cannot be read."""
        try:
            return path.read_bytes()
        except OSError as error:
            self.refuse(f"{path}: {error.strerror}")

    def check_address(self, address: str) -> None:
        """Refuse what is no address."""
        try:
            check_address(address)
        except BadOptionsError as error:
            self.refuse(str(error))

    def sites(self) -> Sites:
        """Load the rules of sites, or refuse the file that is wrong."""
        try:
            return load_sites(Path(settings_of(self)["SITES_DIR"]))
        except BadRulesError as error:
            self.refuse(str(error))

    def fetch(
        self,
        url: str,
        follow: Callable[[Answer], Iterable[str]] = lambda _: (),
        *,
        seen_at: datetime | None = None,
    ) -> list[Answer]:
        """Ask for a page, and for the addresses that ``follow`` returns for each answer.

        Dates in words (昨天) count from ``seen_at``, or from the present. Returns the answers in
        their order; one that blocks is the last. Ends the command where it is interrupted.
        """
        answers: list[Answer] = []

        def answered(answer: Answer) -> Iterable[str]:
            answers.append(answer)
            return follow(answer)

        try:
            read_member_cookies(settings_of(self))
        except ValueError as error:
            self.refuse(str(error))
        shorten_network_errors()
        process = process_of(self)
        crawler = process.create_crawler(OnePage)
        process.crawl(crawler, url=url, answered=answered, sites=self.sites(), seen_at=seen_at)
        process.start()
        if process.bootstrap_failed or crawler.stats is None:
            # Scrapy has logged why
            raise SystemExit(INCOMPLETE)
        if not answers or crawler.stats.get_value("finish_reason") in (None, "shutdown"):
            print(f"scrapy {self.name}: interrupted before {url} was read", file=sys.stderr)
            raise SystemExit(INTERRUPTED)
        return answers
