"""What a crawl is asked for: the `-a` arguments, read and checked before anything starts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crawler.discuz import urls
from crawler.discuz.dates import DEFAULT_ZONE

OPTIONS = {
    "url": "a thread, a board, a forum; a saved page or a folder of them",
    "urls_file": "a file with an address a line; lines with # are comments",
    "saved_from": "the forum that saved pages are of, if they do not tell",
    "boards": "only these boards, by number: boards=2,42",
    "since": "only threads with a post since this day: since=2024-01-01",
    "max_threads": "at most so many threads, the first of their lists",
    "max_pages": "at most so many pages of each board's list",
    "replies": "no: only opening posts, one page a thread",
    "threads": "in place of lists, these thread numbers: threads=1000-250000",
    "full": "yes: every page of every listed thread again",
}


# names of saved pages; any other file is one if it begins so
_PAGES, _HEAD = (".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml"), 1024
# 1000-250000, 77
_RANGE = re.compile(r"(\d{1,10})(?:\s?-\s?(\d{1,10}))?", re.ASCII)


class BadOptionsError(ValueError):
    """Options that cannot be meant so; the message is one line for whoever typed them."""


@dataclass(frozen=True, slots=True)
class Options:
    """The checked arguments: addresses in the order given, each once."""

    addresses: tuple[str, ...]
    with_replies: bool = True
    boards: tuple[str, ...] = ()
    since: datetime | None = None
    max_threads: int | None = None
    max_pages: int | None = None
    full: bool = False
    threads: tuple[tuple[int, int], ...] = ()
    saved_from: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same arguments: a run that was stopped is known by it."""
        # as before there were ranges: a job that an earlier version left is gone on with
        said = astuple(self) if self.threads else astuple(self)[:-2]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]

    @property
    def is_limited(self) -> bool:
        """Whether lists are read no further than the arguments say."""
        return any((self.since, self.max_pages, self.max_threads))

    def names_thread(self, thread_id: str | None) -> bool:
        """Whether a range of ``threads`` names a thread."""
        number = int(thread_id) if thread_id and thread_id.isdigit() else 0
        return any(first <= number <= last for first, last in self.threads)

    @property
    def described(self) -> dict[str, object]:
        """The arguments as the record of a run shows them."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: str(value) if isinstance(value, datetime) else value
            for name, value in said.items()
            if value not in (None, (), False)
        }

    @property
    def scope(self) -> str:
        """What limits which threads are seen; lists walked in one scope tell nothing of another."""
        parts = [
            self.since.isoformat() if self.since else "",
            f"pages={self.max_pages}" if self.max_pages else "",
            "" if self.with_replies else "openings",
        ]
        return " ".join(filter(None, parts))


def is_file(url: str) -> bool:
    """Whether an address is one of a saved page."""
    return url.startswith("file:")


def file_path(url: str) -> Path:
    """Where a saved page lies."""
    return Path(unquote(urlsplit(url).path))


def read_options(  # noqa: PLR0913, PLR0917 - one for each option behind -a
    url: str | None = None,
    urls_file: str | None = None,
    replies: str = "yes",
    boards: str = "",
    since: str = "",
    max_threads: str = "",
    max_pages: str = "",
    full: str = "no",
    threads: str = "",
    saved_from: str = "",
    **unknown: object,
) -> Options:
    """Check what stands behind `-a`; names with `_` before them are the runner's (scrapyd: `_job`).

    Raises `BadOptionsError`.

    >>> read_options(url="http://b.example/thread-1-1-1.html", _job="7d25").addresses
    ('http://b.example/thread-1-1-1.html',)
    """
    names = ", ".join(sorted(name for name in unknown if not name.startswith("_")))
    if names:
        raise BadOptionsError(f"unknown option: {names} (there are: {', '.join(OPTIONS)})")
    for name, said in (("replies", replies), ("full", full)):
        if said not in ("yes", "no"):
            raise BadOptionsError(f"{name}={said}: say yes or no")
    given: list[str] = []
    if url:
        given += _split(url)
    if urls_file:
        given += _read_lines(urls_file)
    if not given and urls_file:
        raise BadOptionsError(f"urls_file={urls_file}: no address in it")
    if not given:
        raise BadOptionsError("no address: say -a url=ADDRESS or -a urls_file=FILE")
    addresses = [each for address in given for each in _with_pages(address)]
    return Options(
        addresses=tuple(dict.fromkeys(map(check_address, addresses))),
        saved_from=_forum(saved_from),
        with_replies=replies == "yes",
        boards=_boards(boards),
        since=_day(since),
        max_threads=_number("max_threads", max_threads),
        max_pages=_number("max_pages", max_pages),
        full=full == "yes",
        threads=_ranges(threads),
    )


def _forum(said: str) -> str | None:
    if not said:
        return None
    if not said.startswith(("http://", "https://")):
        raise BadOptionsError(f"saved_from={said}: say an address, as https://bbs.example.org/")
    return check_address(said)


def _with_pages(address: str) -> Iterable[str]:
    """An address; of a folder those of the saved pages in it, with all folders below.

    A plain path is one as well. Left out are hidden files and what a browser saves beside a page
    (`page_files/`). Names may hold `?` and `#` as wget writes them: forum.php?mod=viewthread&tid=7.
    """
    is_local = address.startswith("file:") or "://" not in address
    # forum.php?mod=viewthread&tid=7 is a name as it stands, %3F that of an address
    names = (address.removeprefix("file://"), unquote(address.removeprefix("file://")))
    path = next((Path(name) for name in names if is_local and Path(name).exists()), None)
    if path is None:
        return [address]
    if not path.is_dir():
        return [path.absolute().as_uri()]
    pages = [each.absolute().as_uri() for each in sorted(path.rglob("*")) if _is_page(each, path)]
    if not pages:
        raise BadOptionsError(f"{path}: no saved page in it")
    return pages


def _is_page(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    is_beside = any(part.endswith(("_files", ".files")) for part in parts[:-1])
    if is_beside or any(part.startswith(".") for part in parts) or not path.is_file():
        return False
    if path.suffix == ".gz":
        return path.stem.lower().endswith(_PAGES)
    with path.open("rb") as file:
        head = file.read(_HEAD).lower()
    return path.name.lower().endswith(_PAGES) or b"<html" in head or b"<!doctype html" in head


def _boards(said: str) -> tuple[str, ...]:
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        if not (name.isascii() and name.replace("_", "").isalnum() and len(name) <= 40):
            raise BadOptionsError(f"boards={said}: say numbers, as in boards=2,42")
    return tuple(dict.fromkeys(names))


def _ranges(said: str) -> tuple[tuple[int, int], ...]:
    """Ranges of thread numbers, both ends included.

    >>> _ranges("1000-250000, 7")
    ((1000, 250000), (7, 7))
    """
    ranges = []
    for part in filter(None, map(str.strip, said.split(","))):
        found = _RANGE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last:
            raise BadOptionsError(f"threads={said}: say numbers, as in threads=1000-250000")
        ranges.append((first, last))
    return tuple(dict.fromkeys(ranges))


def _day(said: str) -> datetime | None:
    if not said:
        return None
    try:
        day = datetime.fromisoformat(said)
    except ValueError:
        raise BadOptionsError(f"since={said}: say a day, as in since=2024-01-01") from None
    return day if day.tzinfo else day.replace(tzinfo=DEFAULT_ZONE)


def _number(name: str, said: str) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and int(said[:12]) > 0):
        raise BadOptionsError(f"{name}={said}: say a number from 1 on")
    return int(said[:12])


def _split(addresses: str) -> Iterable[str]:
    """Addresses with commas between; a comma within an address stays."""
    parts: list[str] = []
    for part in addresses.split(","):
        if parts and "://" not in part:
            parts[-1] += f",{part}"
        else:
            parts.append(part.strip())
    return filter(None, parts)


def _read_lines(name: str) -> Iterable[str]:
    try:
        text = Path(name).read_text("utf-8-sig")
    except OSError as error:
        raise BadOptionsError(f"urls_file={name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadOptionsError(f"urls_file={name}: not a text in UTF-8") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def check_address(address: str) -> str:
    """The address, if it can be one: of http, https, or a saved page that is there.

    Without name and password, which nothing sends and no record may keep. Raises `BadOptionsError`.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise BadOptionsError(f"not an address: {address}") from None
    if parts.scheme == "file":
        if not file_path(address).is_file():
            raise BadOptionsError(f"no such file: {file_path(address)}")
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadOptionsError(
            f"not an address: {address} (it begins with http://, https:// or file://)"
        )
    return urls.without_credentials(address)
