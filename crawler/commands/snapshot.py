"""`scrapy snapshot`: the present state of a site, as JSON lines."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from scrapy.commands import ScrapyCommand

from crawler.discuz import urls
from crawler.outcome import STORAGE, USAGE
from crawler.snapshot import write_snapshot
from crawler.storage import FILES, replaced_file, segment_paths, site_folder

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "[options] SITE"

    def short_desc(self) -> str:
        return "Write the present state of a site: the last version of each item"

    def long_desc(self) -> str:
        return (
            "Reads all lines of DATA_DIR/SITE and writes the last version of each article, "
            "post and refusal, articles with the coverage of their thread. SITE is a folder "
            "there, or an address of the forum. "
            "Exit status: 0 all well, 2 wrong use, 7 storage failed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE", help="instead of the screen")
        parser.add_argument(
            "--with-deleted", action="store_true", help="keep what is gone, with its last words"
        )
        parser.add_argument(
            "--nested", action="store_true", help="one line a thread, its posts within its article"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        folder = site_of_arguments(Path(self.settings["DATA_DIR"]), args, _refuse)
        pieces = write_snapshot(folder, with_deleted=opts.with_deleted, nested=opts.nested)
        try:
            if opts.output:
                with replaced_file(Path(opts.output)) as file:
                    _write(pieces, file)
            else:
                _write(pieces, sys.stdout.buffer)
        except BrokenPipeError:
            # head has seen enough
            sys.stderr.close()
        except (OSError, sqlite3.Error, ValueError) as error:
            print(f"scrapy snapshot: storage failed: {error}", file=sys.stderr)
            self.exitcode = STORAGE


def _write(pieces: Iterator[bytes], file: BinaryIO) -> None:
    file.writelines(pieces)
    file.flush()


def site_of_arguments(data: Path, args: list[str], refuse: Callable[[str], NoReturn]) -> Path:
    """The folder of the one site that is named; anything else is refused in a line."""
    unknown = [arg for arg in args if arg.startswith("-")]
    if unknown:
        refuse(f"unknown option: {' '.join(unknown)}")
    if len(args) != 1:
        refuse("say one site")
    site = args[0]
    if "://" in site:
        site = urls.site_of(urls.forum_root(site, None))
    folder = data / site_folder(site)
    if not any(segment_paths(folder, kind) for kind in FILES):
        found = sorted(path.name for path in data.glob("*") if path.is_dir())
        there = f" (there are: {', '.join(found)})" if found else ""
        refuse(f"no lines in {folder}{there}")
    return folder


def _refuse(message: str) -> NoReturn:
    print(f"scrapy snapshot: {message}", file=sys.stderr)
    raise SystemExit(USAGE)
