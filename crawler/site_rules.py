"""Loads the rules of sites (`sites/*.toml`); an error names file, key and reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawler.discuz.site_rules import Selector, SiteRules, ThreadSelectors

_CHARSETS = ("utf-8", "gbk", "big5")
# the end of a.nick::attr(href), or of ::attr(data-no)
_ATTRIBUTE = re.compile(r"([\w-]{1,99})\)")
# +08:00
_ZONE = re.compile(r"([+-])(\d{2}):(\d{2})$")
_NEEDED = ("floor", "author", "date", "body", "headline")


class BadRulesError(Exception):
    """A file of rules that cannot be used; the message names file, key and reason."""


class Sites:
    """The rules of all sites, by host."""

    def __init__(self, rules: Mapping[str, SiteRules]) -> None:
        self._rules = dict(rules)

    def of(self, url: str) -> SiteRules | None:
        """The rules of the site that an address belongs to, with or without `www.`."""
        try:
            host = urlsplit(url).netloc.lower().removeprefix("www.")
        except ValueError:
            return None
        return self._rules.get(host)


def load_sites(folder: Path) -> Sites:
    """Load all rules of a folder; without the folder there are none.

    Raises `BadRulesError`, also if two files have rules for one host.
    """
    found: dict[str, SiteRules] = {}
    for path in sorted(folder.glob("*.toml")):
        rules = load_rules(path)
        for host in rules.hosts:
            if host in found:
                raise BadRulesError(f"{path}: hosts: {host} has rules in another file too")
            found[host] = rules
    return Sites(found)


def load_rules(path: Path) -> SiteRules:
    """Load one file. Raises `BadRulesError`."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRulesError(f"{path}: {error}") from None
    try:
        return _rules(table)
    except ValueError as error:
        raise BadRulesError(f"{path}: {error}") from None


def _rules(table: dict[str, Any]) -> SiteRules:
    _check_keys(table, {spec.name for spec in fields(SiteRules)}, "")
    hosts = _strings(table, "hosts")
    if not hosts:
        raise ValueError("hosts: say at least one, as in hosts = ['bbs.example.net']")
    for host in hosts:
        if "/" in host or not host.strip():
            raise ValueError(f"hosts: {host!r} is no host (write it without http:// and path)")
    charset = _string(table, "charset")
    if charset is not None and charset not in _CHARSETS:
        raise ValueError(f"charset: {charset!r} is none of {', '.join(_CHARSETS)}")
    base_path = _string(table, "base_path")
    if base_path is not None and not (base_path.startswith("/") and base_path.endswith("/")):
        raise ValueError(f"base_path: {base_path!r} has to begin and end with /")
    pattern = _string(table, "date_pattern")
    if pattern is not None:
        _check_pattern(pattern)
    thread = table.get("thread")
    if thread is not None and not isinstance(thread, dict):
        raise ValueError("thread: has to be a table of selectors")
    return SiteRules(
        hosts=tuple(host.lower().removeprefix("www.") for host in hosts),
        base_path=base_path,
        charset=charset,
        zone=_zone(_string(table, "zone")),
        date_pattern=pattern,
        boilerplate=tuple(_expression(text) for text in _strings(table, "boilerplate")),
        thread=_selectors(thread) if thread is not None else None,
    )


def _selectors(table: dict[str, Any]) -> ThreadSelectors:
    _check_keys(table, {spec.name for spec in fields(ThreadSelectors)}, "thread.")
    for name in _NEEDED:
        if name not in table:
            raise ValueError(f"thread.{name}: missing")
    return ThreadSelectors(**{name: _selector(table, name) for name in table})


def _selector(table: dict[str, Any], name: str) -> Selector:
    text = (_string(table, name) or "").strip()
    before, mark, rest = text.rpartition("::attr(")
    found = _ATTRIBUTE.fullmatch(rest) if mark else None
    path, attribute = (before, found[1]) if found else (text, None)
    if not path and attribute:
        return Selector(None, attribute)
    try:
        return Selector(CSSSelector(path, translator="html"), attribute)
    except SelectorError as error:
        raise ValueError(f"thread.{name}: {text!r} is no CSS selector ({error})") from None


def _check_keys(table: dict[str, Any], known: set[str], where: str) -> None:
    for name in table:
        if name not in known:
            raise ValueError(f"{where}{name}: not known (there are: {', '.join(sorted(known))})")


def _check_pattern(pattern: str) -> None:
    """Raise `ValueError` unless a pattern reads the day back that it writes."""
    moment = datetime(2021, 12, 23, 8, 42, tzinfo=UTC)
    try:
        read = datetime.strptime(moment.strftime(pattern), pattern).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"date_pattern: {pattern!r}: {error}") from None
    if read.date() != moment.date():
        raise ValueError(f"date_pattern: {pattern!r} tells no day of a year")


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    found = _ZONE.match(text)
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        raise ValueError(f"zone: {text!r} is no offset like +08:00")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)


def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"boilerplate: {text!r} is no regular expression ({error})") from None


def _string(table: dict[str, Any], name: str) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name}: has to be a text")
    return value


def _strings(table: dict[str, Any], name: str) -> list[str]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError(f"{name}: has to be a list of texts")
    return value
