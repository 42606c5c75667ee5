"""`scrapy export`: the present state of a site in the forms that other tools read."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import BeingWrittenError, written_alone
from crawler.console import QuietCommand, statuses
from crawler.exports import FORMATS, read_snapshot
from crawler.reporting.exit_status import STORAGE

if TYPE_CHECKING:
    import argparse


class Command(QuietCommand):
    def syntax(self) -> str:
        return f"[options] SITE --to {'|'.join(FORMATS)}"

    def short_desc(self) -> str:
        return "Write the present state of a site as Markdown, JSON-LD, CSV, Parquet or SQLite"

    def long_desc(self) -> str:
        return (
            "Writes the last version of each article and post of DATA_DIR/SITE (a folder there, or "
            "an address of the forum): markdown, a file for each thread; jsonld, a "
            "DiscussionForumPosting a line; csv and parquet, a folder with threads and posts; "
            "sqlite, a database with full-text search for Datasette. What was exported there "
            "before is replaced. "
        ) + statuses({STORAGE: ""})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--to", metavar="FORMAT", help=", ".join(FORMATS))
        parser.add_argument(
            "-o", "--output", metavar="PATH", help="file or folder to write (SITE with an ending)"
        )
        parser.add_argument(
            "--with-deleted",
            action="store_true",
            help="include deleted posts with their last text",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if opts.to not in FORMATS:
            self.refuse(f"name a format: --to {'|'.join(FORMATS)}")
        wanted = FORMATS[opts.to]
        folder = self.folder_of(args)
        privacy = self.privacy_of(folder)
        if not wanted.is_possible():
            self.refuse(
                f"--to {opts.to} needs another package: "
                f"pip install 'discuz-archiver[{wanted.needs}]'"
            )
        path = Path(opts.output or f"{folder.name}{wanted.ending}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            records = read_snapshot(folder, privacy, with_deleted=opts.with_deleted)
            with written_alone(path):
                threads, posts = wanted.write(records, path, folder)
        except (FileExistsError, BeingWrittenError) as error:
            self.refuse(str(error))
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(error)
        else:
            counts = _count(threads, "thread"), _count(posts, "post")
            print(f"{', '.join(counts)} → {path}", file=sys.stderr)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + "s" * (number != 1)
