"""`scrapy fixture`: keep a page as a test, and compare the kept ones with what is expected."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.console import PageCommand, statuses
from crawler.fixtures import (
    differences,
    fixture_folders,
    make_fixture,
    meta_beside,
    read_fixture,
    update_fixture,
)
from crawler.reporting import printable
from crawler.reporting.exit_status import INCOMPLETE, OK
from crawler.responses import seen_at

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

# A field may be a whole text; its beginning tells which one differs.
_SHOWN = 200


class Command(PageCommand):
    def syntax(self) -> str:
        return "[options] ADDRESS_OR_FILE NAME | --update [NAME…] | --verify"

    def short_desc(self) -> str:
        return "Keep a page as a fixture, or compare the kept ones with what is expected of them"

    def long_desc(self) -> str:
        return (
            "Fetches or copies a page, takes tokens, session ids and addresses out of it, and "
            "writes page.html, meta.json and expected.json to fixtures/<kind>/NAME/. A file beside "
            "a meta.json (as in data/<site>/alarm/) keeps the address and time written there. "
        ) + statuses({INCOMPLETE: "no page was received, or a fixture is not read as expected"})

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--folder", default="fixtures", help="where fixtures are (fixtures)")
        parser.add_argument("--url", metavar="URL", help="the address that a saved page had")
        parser.add_argument(
            "--invent", action="store_true", help="replace names and words by invented ones"
        )
        parser.add_argument(
            "--update", action="store_true", help="rewrite expected.json and print what changed"
        )
        parser.add_argument("--verify", action="store_true", help="read all fixtures")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse wrong use in one line, before anything is started."""
        super().process_options(args, opts)
        if opts.verify or opts.update:
            if opts.verify and (opts.update or args):
                self.refuse("--verify takes no name and no --update")
        elif len(args) != 2:
            self.refuse("name a page and its fixture")
        elif "/" in args[1].strip("/") or args[1] in (".", ".."):
            self.refuse(f"{args[1]}: name the fixture without folders")
        else:
            self.saved_page(args[0])

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = Path(opts.folder)
        if opts.verify:
            self._verify(folder)
        elif opts.update:
            self._update(folder, args)
        else:
            path = self.saved_page(args[0])
            kept = self._ask(args[0]) if path is None else self._read_file(path, opts.url)
            if kept is not None:
                self._keep(folder, args[1], *kept, is_invented=opts.invent)

    def _ask(self, url: str) -> tuple[bytes, dict[str, Any]] | None:
        """Ask for a page: its body and meta.json; ``None`` where none came, after printing why."""
        (answer,) = self.fetch(url)
        if answer.sample is None or answer.reason == "off_site":
            message = f" ({answer.message})" if answer.message else ""
            print(printable(f"scrapy fixture: {url}: {answer.reason}{message}"), file=sys.stderr)
            self.exitcode = INCOMPLETE
            return None
        return answer.sample.body, {
            "url": answer.url,
            "seen_at": answer.seen_at.isoformat(timespec="seconds"),
            "headers": dict(answer.sample.headers),
            "status": answer.status,
        }

    def _read_file(self, path: Path, url: str | None) -> tuple[bytes, dict[str, Any]]:
        """Read a saved page: its body, and its meta.json by the options and the one beside it."""
        meta = meta_beside(path)
        address = path.resolve().as_uri()
        return self.read_bytes(path), {
            "url": url or meta.get("url") or address,
            "seen_at": meta.get("seen_at") or seen_at(address).isoformat(timespec="seconds"),
            "headers": meta.get("headers") or {},
            "status": meta.get("status"),
        }

    def _keep(
        self, folder: Path, name: str, body: bytes, meta: dict[str, Any], *, is_invented: bool
    ) -> None:
        try:
            place, expected = make_fixture(folder, name, body, meta, is_invented=is_invented)
        except OSError as error:
            self.storage_failed(error)
            return
        print(f"{place}: {expected['kind']}, {len(expected['lines'])} lines; read expected.json")
        if not is_invented:
            print("names and words are as they were: --invent replaces them")

    def _verify(self, folder: Path) -> None:
        folders = fixture_folders(folder)
        if not folders:
            self.refuse(f"no fixtures in {folder}")
        wrong = 0
        for place in folders:
            found = list(differences(*read_fixture(place)))
            wrong += bool(found)
            _show(place, found)
        print(f"{len(folders)} fixtures, {wrong} not as expected")
        self.exitcode = INCOMPLETE if wrong else OK

    def _update(self, folder: Path, names: list[str]) -> None:
        folders = [place for place in fixture_folders(folder) if not names or place.name in names]
        missing = sorted(set(names) - {place.name for place in folders})
        if missing:
            self.refuse(f"no such fixture: {', '.join(missing)}")
        for place in folders:
            _show(place, update_fixture(place))


def _show(place: Path, found: Iterable[str]) -> None:
    for line in found:
        shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
        print(printable(f"{place}: {shown}"))
