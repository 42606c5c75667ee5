"""`scrapy snapshot`: the present state of a site, as JSON lines."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crawler.archive import BeingWrittenError, replaced_file, written_alone
from crawler.console import QuietCommand, statuses
from crawler.exports import write_snapshot
from crawler.reporting.exit_status import STORAGE

if TYPE_CHECKING:
    import argparse


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Write the present state of a site: the last version of each item"

    def long_desc(self) -> str:
        return (
            "Reads all lines of DATA_DIR/SITE and writes the last version of each article, "
            "post and refusal, articles with the coverage of their thread. SITE is a folder "
            "there, or an address of the forum. "
        ) + statuses({STORAGE: ""})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "-o", "--output", metavar="FILE", help="file to write, instead of the screen"
        )
        parser.add_argument(
            "--with-deleted",
            action="store_true",
            help="include deleted posts with their last text",
        )
        parser.add_argument(
            "--nested",
            action="store_true",
            help="one line a thread, its posts within its article",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = self.folder_of(args)
        privacy = self.privacy_of(folder)
        pieces = write_snapshot(folder, privacy, with_deleted=opts.with_deleted, nested=opts.nested)
        try:
            if opts.output:
                path = Path(opts.output)
                with written_alone(path), replaced_file(path) as file:
                    _write(pieces, file)
            else:
                _write(pieces, sys.stdout.buffer)
        except BeingWrittenError as error:
            self.refuse(str(error))
        except BrokenPipeError:
            # `| head` reads no more; Python would complain on stderr when it flushes stdout
            sys.stderr.close()
        except (OSError, sqlite3.Error, ValueError) as error:
            self.storage_failed(error)


def _write(pieces: Iterator[bytes], file: BinaryIO) -> None:
    file.writelines(pieces)
    file.flush()
