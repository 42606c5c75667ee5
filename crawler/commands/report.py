"""`scrapy report`: the pages of a site's runs, drawn again from their records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import BeingWrittenError, written_alone
from crawler.console import QuietCommand, settings_of, statuses
from crawler.reporting.exit_status import STORAGE
from crawler.reporting.run_files import read_record, read_records, write_overview, write_page

if TYPE_CHECKING:
    import argparse


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] [SITE]"

    def short_desc(self) -> str:
        return "Draw the pages of a site's runs: each run, and all of them as a time line"

    def long_desc(self) -> str:
        return (
            "Reads DATA_DIR/SITE/runs/*.json and draws index.html, a time line of all runs, and "
            "the page of the last one, or of the one that --run names. SITE is a folder there, or "
            "an address of the forum; it may be left out where there is only one. "
        ) + statuses({STORAGE: ""})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--run", metavar="ID", help="the run to draw, as its file is called")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = self.folder_of(args or _only_site(Path(settings_of(self)["DATA_DIR"])))
        runs = folder / "runs"
        records = read_records(runs)
        if not records:
            self.refuse(f"no record of a run in {runs}")
        record = read_record(runs / f"{Path(opts.run).name}.json") if opts.run else records[-1]
        if record is None:
            self.refuse(f"no run {opts.run} in {runs}; the last one is {records[-1]['run_id']}")
        try:
            with written_alone(runs):
                print(write_page(record, runs))
                print(write_overview(folder.name, runs))
        except BeingWrittenError as error:
            self.refuse(str(error))
        except OSError as error:
            self.storage_failed(error)


def _only_site(data: Path) -> list[str]:
    sites = [path.parent.name for path in data.glob("*/runs")]
    return sites if len(sites) == 1 else []
