"""`scrapy erase`: take what is on a site's removal list out of what was stored."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.archive import InUseError, LedgerError, SiteArchive
from crawler.console import QuietCommand, statuses
from crawler.privacy import BadRemovalsError, read_privacy
from crawler.privacy.erase import erase, find
from crawler.privacy.removal_list import REMOVALS
from crawler.reporting.exit_status import STORAGE

if TYPE_CHECKING:
    import argparse


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Take what is on a site's removal list out of what was stored"

    def long_desc(self) -> str:
        return (
            f"Reads DATA_DIR/SITE/{REMOVALS} and tells how much of what is listed is stored; with "
            "--yes it takes that out of all files, with the pictures and files that no other post "
            "shows, and deletes the pages that were kept in alarm/ and copies of damaged files of "
            "lines. SITE is a folder there, or an address of the forum. "
        ) + statuses({STORAGE: ""})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--yes", action="store_true", help="erase it")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = self.folder_of(args)
        try:
            privacy = read_privacy(folder, "keep", "keep")
            if not privacy.removals:
                self.refuse(f"nothing is listed in {folder / REMOVALS}")
            with closing(SiteArchive(folder)) as archive:
                listed = find(folder, privacy)
                if opts.yes:
                    erase(archive, privacy, listed)
        except (BadRemovalsError, InUseError, LedgerError) as error:
            self.refuse(str(error))
        except (OSError, sqlite3.Error) as error:
            self.storage_failed(error)
        else:
            found = (
                f"{len(listed.posts):,} posts in {listed.lines:,} lines, {listed.changed:,} lines"
                f" that quote or name somebody, {len(listed.files):,} pictures and files"
            )
            if listed.copies:
                found += f", {len(listed.copies):,} copies of damaged files"
            outcome = "erased" if opts.yes else "would be erased: --yes erases them"
            print(f"{found} {outcome}", file=sys.stderr)
