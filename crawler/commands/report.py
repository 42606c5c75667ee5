"""`scrapy report`: write the pages of a site's runs again, from their records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler.console import QuietCommand
from crawler.reporting.run_files import read_record, read_records, write_overview, write_page

if TYPE_CHECKING:
    import argparse


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] [SITE]"

    def short_desc(self) -> str:
        return "Write the pages of a site's runs: one run, and all runs as a time line"

    def long_desc(self) -> str:
        return (
            "Reads DATA_DIR/SITE/runs/*.json and writes index.html, a time line of all runs, and "
            "the page of the last run, or of the one that --run names. SITE is a folder in "
            "DATA_DIR or a URL of the forum; it may be left out if there is only one site. "
            "Exit status: 0 all well, 2 wrong use, 7 storage failed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--run", metavar="ID", help="name of the run, as in runs/ID.json")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = self.folder_of(args or self._only_site())
        runs = folder / "runs"
        records = read_records(runs)
        if not records:
            self.refuse(f"no record of a run in {runs}")
        record = read_record(runs / f"{Path(opts.run).name}.json") if opts.run else records[-1]
        if record is None:
            self.refuse(f"no run {opts.run} in {runs}; the last one is {records[-1]['run_id']}")
        try:
            print(write_page(record, runs))
            print(write_overview(folder.name, runs))
        except OSError as error:
            self.storage_failed(error)

    def _only_site(self) -> list[str]:
        """The site with records, as an argument; none if there are several."""
        if self.settings is None:
            raise RuntimeError("scrapy.cmdline sets the settings before it runs a command")
        sites = [path.parent.name for path in Path(self.settings["DATA_DIR"]).glob("*/runs")]
        return sites if len(sites) == 1 else []
