"""`scrapy fixture`: keep a page with what has to come out of it, and hold what is kept to it."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

from crawler.console import QuietCommand
from crawler.discuz.document import decode
from crawler.fixtures.fixture import (
    META,
    differences,
    fixture_folders,
    kind_of,
    read_body,
    read_fixture,
    update_fixture,
    write_fixture,
)
from crawler.fixtures.scrub import invent, scrub
from crawler.frontier.options import BadArgumentsError, check_address, file_path, is_file
from crawler.reporting.exit_status import INCOMPLETE
from crawler.reporting.progress import printable
from crawler.responses import sample_of, seen_at

if TYPE_CHECKING:
    import argparse

    from scrapy.http import Response
    from twisted.python.failure import Failure

_SHOWN = 200


class Command(QuietCommand):
    def syntax(self) -> str:
        return "[options] ADDRESS_OR_FILE NAME | --update [NAME…] | --verify"

    def short_desc(self) -> str:
        return "Keep a page as a fixture, or hold the kept ones to what is expected of them"

    def long_desc(self) -> str:
        return (
            "Fetches or copies a page, takes tokens, session ids and addresses out of it, and "
            "writes page.html, meta.json and expected.json to fixtures/<kind>/NAME/. A file that "
            "lies beside a meta.json (as in data/<site>/alarm/) keeps what that says. "
            "Exit status: 0 all well, 2 wrong use, 3 a page could not be had, or does not give "
            "what is expected."
        )

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
        """Refuse what cannot be meant so, in one line, before anything is started."""
        super().process_options(args, opts)
        if opts.verify or opts.update:
            if opts.verify and (opts.update or args):
                self.refuse("--verify stands alone")
        elif len(args) != 2:
            self.refuse("say a page and the name of its fixture")
        elif "/" in args[1].strip("/") or args[1] in (".", ".."):
            self.refuse(f"{args[1]}: a name without folders")
        elif "://" in args[0]:
            try:
                check_address(args[0])
            except BadArgumentsError as error:
                self.refuse(str(error))
        elif not Path(args[0]).is_file():
            self.refuse(f"no such file: {args[0]}")
        assert self.settings is not None
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        folder = Path(opts.folder)
        if opts.verify:
            self._verify(folder)
        elif opts.update:
            self._update(folder, args)
        elif "://" in args[0] and not is_file(args[0]):
            assert self.crawler_process is not None

            def keep(body: bytes, meta: dict[str, Any]) -> None:
                self._keep(body, meta, folder, args[1], is_invented=opts.invent)

            self.crawler_process.crawl(_OnePage, url=args[0], keep=keep, fail=self._fail)
            self.crawler_process.start()
        else:
            path = file_path(args[0]) if is_file(args[0]) else Path(args[0])
            meta = _meta_of(path, opts.url)
            self._keep(path.read_bytes(), meta, folder, args[1], is_invented=opts.invent)

    def _keep(
        self, body: bytes, meta: dict[str, Any], folder: Path, name: str, *, is_invented: bool
    ) -> None:
        text, encoding = decode(body, meta["headers"].get("content-type", ""))
        codec = "gb18030" if encoding == "gbk" else encoding
        text = scrub(text)
        page = read_body(text.encode(codec, "replace"), meta)
        if is_invented:
            text = invent(text, page)
        place = folder / kind_of(page) / name
        expected = write_fixture(place, text.encode(codec, "replace"), meta)
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
        self.exitcode = INCOMPLETE if wrong else 0

    def _update(self, folder: Path, names: list[str]) -> None:
        folders = [place for place in fixture_folders(folder) if not names or place.name in names]
        missing = sorted(set(names) - {place.name for place in folders})
        if missing:
            self.refuse(f"no such fixture: {', '.join(missing)}")
        for place in folders:
            _show(place, update_fixture(place))

    def _fail(self, said: str) -> None:
        print(f"scrapy fixture: {printable(said)}", file=sys.stderr)
        self.exitcode = INCOMPLETE


class _OnePage(Spider):
    name = "fixture"

    def __init__(self, url: str, keep: Any, fail: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.url, self.keep, self.fail = url, keep, fail

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.url, callback=self.parse, errback=self.failed)

    def parse(self, response: Response) -> None:
        sample = sample_of(response, datetime.now(UTC))
        meta = {
            "url": sample.url,
            "seen_at": sample.seen_at.isoformat(timespec="seconds"),
            "headers": dict(sample.headers),
            "status": response.status,
        }
        self.keep(sample.body, meta)

    def failed(self, failure: Failure) -> None:
        self.fail(f"{self.url}: {failure.value}")


def _meta_of(path: Path, url: str | None) -> dict[str, Any]:
    """What is known of a saved page: from the file beside it, or from the options."""
    beside = path.with_name(META)
    meta = json.loads(beside.read_text("utf-8")) if beside.is_file() else {}
    address = path.resolve().as_uri()
    return {
        "url": url or meta.get("url") or address,
        "seen_at": meta.get("seen_at") or seen_at(address).isoformat(timespec="seconds"),
        "headers": meta.get("headers") or {},
        "status": meta.get("status"),
    }


def _show(place: Path, found: list[str]) -> None:
    for line in found:
        shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
        print(printable(f"{place}: {shown}"))
