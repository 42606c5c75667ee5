"""What the project's commands have in common: one line for wrong use, and no log without need."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scrapy.commands import ScrapyCommand

from crawler.archive.files import site_folder
from crawler.archive.segments import FILES, segment_paths
from crawler.discuz import urls
from crawler.privacy.policy import Privacy
from crawler.privacy.removal_list import BadRemovalsError
from crawler.privacy.site import PrivacyError, read_privacy
from crawler.reporting.exit_status import STORAGE, USAGE

if TYPE_CHECKING:
    import argparse


class QuietCommand(ScrapyCommand):
    """A command that prints what it found, and logs nothing but errors unless it is told to."""

    requires_project = True

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse options that there are not, in one line, before anything is started."""
        super().process_options(args, opts)
        unknown = [arg for arg in args if arg.startswith("-")]
        if unknown:
            self.refuse(f"unknown option: {' '.join(unknown)}")
        assert self.settings is not None
        if not opts.loglevel:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    @property
    def name(self) -> str:
        """How it is called: as its file is."""
        return type(self).__module__.rpartition(".")[2]

    def refuse(self, message: str) -> NoReturn:
        """End with one line for whoever typed it."""
        refuse(self.name, message)

    def storage_failed(self, error: Exception) -> None:
        """Say that the disk does not do, and end with the status for it."""
        print(f"scrapy {self.name}: storage failed: {error}", file=sys.stderr)
        self.exitcode = STORAGE

    def folder_of(self, args: list[str]) -> Path:
        """The folder of the one site that is named, by its folder or its address."""
        assert self.settings is not None
        data = Path(self.settings["DATA_DIR"])
        if len(args) != 1:
            self.refuse("say one site")
        site = args[0]
        if "://" in site:
            site = urls.site_of(urls.forum_root(site, None))
        folder = data / site_folder(site)
        if not any(segment_paths(folder, kind) for kind in FILES):
            found = sorted(path.name for path in data.glob("*") if path.is_dir())
            there = f" (there are: {', '.join(found)})" if found else ""
            self.refuse(f"no lines in {folder}{there}")
        return folder

    def privacy_of(self, folder: Path) -> Privacy:
        """How a folder's lines may be handed on, by the settings and its removal list."""
        assert self.settings is not None
        try:
            return read_privacy(folder, self.settings["AUTHORS"], self.settings["LOCATION"])
        except (PrivacyError, BadRemovalsError, OSError) as error:
            self.refuse(str(error))


def refuse(command: str, message: str) -> NoReturn:
    """End with one line for whoever typed it, and the status of wrong use."""
    print(f"scrapy {command}: {message}", file=sys.stderr)
    raise SystemExit(USAGE)
