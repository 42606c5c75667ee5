"""Pages as archives and programs save them; `COPIES` has the makers by name.

Each takes the source of a page, its address and the moment of the capture, and gives the source and
the address that the copy has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urljoin

from tests.forum.rewritten import Style, Tag, styled, tokens

FILE = "file:///saved/page.html"
_LINKED = ("href", "src", "action", "file", "zoomfile")


def _with_addresses(source: str, change: Callable[[str], str]) -> str:
    def changed(tag: Tag) -> Tag:
        for name in _LINKED:
            value = tag.get(name)
            if value and not value.startswith(("javascript:", "#", "mailto:")):
                tag = tag.with_value(
                    name, change(value.replace("&amp;", "&")).replace("&", "&amp;")
                )
        return tag

    return styled(Style(change=changed))(source)


def _absolute(source: str, url: str) -> str:
    return _with_addresses(source, lambda value: urljoin(url, value))


def _in_head(source: str, more: str) -> str:
    return re.sub(r"(<html[^>]*>)", lambda found: found[1] + more, source, count=1)


def wayback(source: str, url: str, at: datetime) -> tuple[str, str]:
    """Asked for at the archive: addresses lead to its captures."""
    stamp = f"{at:%Y%m%d%H%M%S}"
    copy = _with_addresses(source, lambda value: f"/web/{stamp}/{urljoin(url, value)}")
    return copy, f"https://web.archive.org/web/{stamp}/{url}"


def wayback_raw(source: str, url: str, at: datetime) -> tuple[str, str]:
    """As the archive got it."""
    return source, f"https://web.archive.org/web/{at:%Y%m%d%H%M%S}id_/{url}"


def wayback_saved(source: str, url: str, at: datetime) -> tuple[str, str]:
    """Asked for at the archive, and saved by a browser."""
    copy, asked = wayback(source, url, at)
    copy = _with_addresses(copy, lambda value: urljoin("https://web.archive.org/", value))
    bar = '<div id="wm-ipp-base"><a href="https://web.archive.org/">Wayback Machine</a></div>'
    copy = re.sub(r"(<body[^>]*>)", lambda found: found[1] + bar, copy, count=1)
    end = f"\n<!--\n     FILE ARCHIVED ON {at:%H:%M:%S %b %d, %Y} AND RETRIEVED FROM THE\n-->"
    return f"<!-- saved from url=({len(asked):04}){asked} -->\n{copy}{end}", FILE


def archive_today(source: str, url: str, at: datetime) -> tuple[str, str]:
    """Asked for at archive.today: addresses lead to its own."""
    asked = f"https://archive.ph/{at:%Y.%m.%d-%H%M%S}/{url}"
    copy = _with_addresses(
        source, lambda value: f"https://archive.ph/o/aB3xZ/{urljoin(url, value)}"
    )
    return copy, asked


def browser(source: str, url: str, _: datetime) -> tuple[str, str]:
    """Saved by a browser, complete."""
    return f"<!-- saved from url=({len(url):04}){url} -->\n{_absolute(source, url)}", FILE


def singlefile(source: str, url: str, at: datetime) -> tuple[str, str]:
    """Scripts gone, values without quotes, no end tags of html and body."""
    there = at.astimezone(timezone(timedelta(hours=8)))
    mark = (
        f"<!--\n Page saved with SingleFile \n url: {url} \n saved date:"
        f" {there:%a %b %d %Y %H:%M:%S} GMT+0800 (China Standard Time)\n-->"
    )
    copy = re.sub(r"<script\b.*?</script>", "", _absolute(source, url), flags=re.S | re.I)
    copy = re.sub(r"</(?:body|html)>\s*", "", copy, flags=re.I)
    return _in_head(styled(Style(quote=""))(copy), mark), FILE


def httrack(source: str, url: str, at: datetime) -> tuple[str, str]:
    """A mirror: addresses of its own pages are absolute, as those that were not fetched are."""
    mark = (
        f"\n<!-- Mirrored from {url.partition('://')[2]} by HTTrack Website Copier/3.x"
        f" [XR&CO'2014], {at.astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT} -->\n"
    )
    return _in_head(_absolute(source, url), mark), FILE


def translated(source: str, url: str, at: datetime) -> tuple[str, str]:
    """Translated by a browser, and saved: all words stand in elements of the translator's."""
    font = '<font style="vertical-align: inherit;">'
    pieces = [
        token
        if isinstance(token, Tag) or not token.strip() or token.startswith("<")
        else f"{font}{font}{token}</font></font>"
        for token in tokens(source)
    ]
    style = Style()
    return browser(
        "".join(style.write(each) if isinstance(each, Tag) else each for each in pieces), url, at
    )


COPIES: dict[str, Callable[[str, str, datetime], tuple[str, str]]] = {
    "wayback": wayback,
    "wayback, raw": wayback_raw,
    "wayback, saved by a browser": wayback_saved,
    "archive.today": archive_today,
    "browser": browser,
    "singlefile": singlefile,
    "httrack": httrack,
    "translated": translated,
}
