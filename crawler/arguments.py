"""What a crawl is asked for: the `-a` arguments, read and checked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

OPTIONS = {
    "url": "address of a thread, or several with commas between",
    "urls_file": "file with an address a line; empty lines and lines with # are passed over",
    "replies": "yes (default) or no: only opening posts, one page a thread",
}


class BadArgumentsError(ValueError):
    """Arguments that cannot be meant so; the message is one line for whoever typed them."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The checked arguments: addresses in the order given, each once."""

    addresses: tuple[str, ...]
    with_replies: bool = True


def is_file(url: str) -> bool:
    """Whether an address is one of a saved page."""
    return url.startswith("file:")


def file_path(url: str) -> Path:
    """Where a saved page lies."""
    return Path(unquote(urlsplit(url).path))


def read_arguments(
    url: str | None = None,
    urls_file: str | None = None,
    replies: str = "yes",
    **unknown: object,
) -> Arguments:
    """Check what stands behind `-a`.

    Raises `BadArgumentsError`.

    >>> read_arguments(url="http://b.example/thread-1-1-1.html").addresses
    ('http://b.example/thread-1-1-1.html',)
    """
    if unknown:
        names = ", ".join(sorted(unknown))
        raise BadArgumentsError(f"unknown option: {names} (there are: {', '.join(OPTIONS)})")
    if replies not in ("yes", "no"):
        raise BadArgumentsError(f"replies={replies}: say yes or no")
    given: list[str] = []
    if url:
        given += _split(url)
    if urls_file:
        given += _read_lines(urls_file)
    if not given:
        raise BadArgumentsError("no address: say -a url=ADDRESS or -a urls_file=FILE")
    return Arguments(tuple(dict.fromkeys(map(check_address, given))), replies == "yes")


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
        raise BadArgumentsError(f"urls_file={name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadArgumentsError(f"urls_file={name}: not a text in UTF-8") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def check_address(address: str) -> str:
    """The address, if it can be one: of http, https, or a saved page that is there.

    Raises `BadArgumentsError`.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise BadArgumentsError(f"not an address: {address}") from None
    if parts.scheme == "file":
        if not file_path(address).is_file():
            raise BadArgumentsError(f"no such file: {file_path(address)}")
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadArgumentsError(
            f"not an address: {address} (it begins with http://, https:// or file://)"
        )
    return address
