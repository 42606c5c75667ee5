"""`scrapy check-site`: a few pages of a forum, and which facts are found on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import InUseError, LedgerError, site_folder
from crawler.console import PageCommand, settings_of, statuses
from crawler.discuz import urls
from crawler.discuz.facts import BoardPage, IndexPage, ThreadPage
from crawler.frontier import Answer, kind_of
from crawler.frontier.site_check import (
    SiteCheck,
    addresses_to_check,
    forget_traits,
    is_front,
    known_traits,
)
from crawler.items import BLOCKS, RETRIABLE, Reason
from crawler.reporting import printable
from crawler.reporting.exit_status import BLOCKED, DRIFT, INCOMPLETE, LOGIN, OK

if TYPE_CHECKING:
    import argparse


class Command(PageCommand):
    def syntax(self) -> str:
        return "[options] ADDRESS"

    def short_desc(self) -> str:
        return "Read a few pages of a forum and tell which facts are found on them"

    def long_desc(self) -> str:
        return (
            "Reads the page at ADDRESS and, from an index or a board, two lists and six threads; "
            "prints on how many of them each fact was found. Where the forum was crawled before, "
            "it also prints which facts are not found any more. Nothing is stored. "
        ) + statuses({INCOMPLETE: "a page could not be read", DRIFT: "", BLOCKED: "", LOGIN: ""})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--accept",
            action="store_true",
            help="take the pages as they are now as the measure: ends an alarm",
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse wrong use in one line, before anything is started."""
        super().process_options(args, opts)
        if len(args) != 1:
            self.refuse("name one address")
        self.check_address(args[0])
        if self.saved_page(args[0]):
            self.refuse(f"{args[0]} is a saved page: scrapy page reads it")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        board = urls.read_board_address(args[0])
        root = board.root if board else urls.forum_root(urls.as_folder(args[0]), None)
        folder = Path(settings_of(self)["DATA_DIR"]) / site_folder(urls.site_of(root))
        try:
            if opts.accept and not folder.is_dir():
                self.refuse(f"nothing to accept: no crawl in {folder}")
            if opts.accept:
                forget_traits(folder)
            check = SiteCheck(known_traits(folder))
        except (InUseError, LedgerError, OSError) as error:
            self.refuse(str(error))
        answers = self.fetch(args[0], lambda answer: addresses_to_check(answer, args[0]))
        if len(answers) > 1 and is_front(answers[0], args[0]):
            # what the index behind it shows counts
            answers = answers[1:]
        self._show(check, answers)

    def _show(self, check: SiteCheck, answers: Iterable[Answer]) -> None:
        """Print what the answers tell, and set the exit status."""
        refused = []
        for answer in answers:
            page, sample = answer.page, answer.sample
            if answer.reason:
                refused.append((answer.url, answer.reason, answer.message))
            elif isinstance(page, ThreadPage | BoardPage) and sample:
                check.add(page, sample)
            elif page and not isinstance(page, IndexPage):
                refused.append((answer.url, "template_unknown", kind_of(page)))
        alarms = check.alarms()
        for line in check.table():
            print(printable(line))
        for url, reason, message in refused:
            again = ", retriable" if reason in RETRIABLE else ""
            detail = f" ({message})" if message else ""
            print(printable(f"not read: {url}: {reason}{again}{detail}"))
        for alarm in alarms:
            print(printable(f"fell away: {alarm.text}"))
        self.exitcode = DRIFT if alarms else _status({reason for _, reason, _ in refused})


def _status(reasons: set[Reason]) -> int:
    if reasons & BLOCKS:
        return BLOCKED
    if "login_required" in reasons:
        return LOGIN
    return INCOMPLETE if reasons else OK
