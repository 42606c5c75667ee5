"""`scrapy report`: the pages of a site's runs, drawn again from their records."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scrapy.commands import ScrapyCommand

from crawler.commands.snapshot import site_of_arguments
from crawler.outcome import STORAGE, USAGE
from crawler.runs import read_record, read_records, write_overview, write_page

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] [SITE]"

    def short_desc(self) -> str:
        return "Draw the pages of a site's runs: each run, and all of them as a time line"

    def long_desc(self) -> str:
        return (
            "Reads DATA_DIR/SITE/runs/*.json and draws index.html, a time line of all runs, and "
            "the page of the last one, or of the one that --run names. SITE is a folder there, or "
            "an address of the forum; it may be left out where there is only one. Exit status: "
            "0 all well, 2 wrong use, 7 storage failed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--run", metavar="ID", help="the run to draw, as its file is called")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        data = Path(self.settings["DATA_DIR"])
        folder = site_of_arguments(data, args or _only_site(data), _refuse)
        runs = folder / "runs"
        records = read_records(runs)
        if not records:
            _refuse(f"no record of a run in {runs}")
        record = read_record(runs / f"{Path(opts.run).name}.json") if opts.run else records[-1]
        if record is None:
            _refuse(f"no run {opts.run} in {runs}; the last one is {records[-1]['run_id']}")
        try:
            print(write_page(record, runs))
            print(write_overview(folder.name, runs))
        except OSError as error:
            print(f"scrapy report: storage failed: {error}", file=sys.stderr)
            self.exitcode = STORAGE


def _only_site(data: Path) -> list[str]:
    sites = [path.parent.name for path in data.glob("*/runs")]
    return sites if len(sites) == 1 else []


def _refuse(message: str) -> NoReturn:
    print(f"scrapy report: {message}", file=sys.stderr)
    raise SystemExit(USAGE)
