"""The same page written otherwise gives the same facts (`tests/forum/rewritten.py`)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.discuz import read_page
from crawler.discuz.decoding import decode
from tests.forum.rewritten import WRITERS, differences, facts
from tests.make_fixtures import fixtures
from tests.pages import Fixture

# what no other source of a page can have, or which a writer takes from it
KNOWN = {
    # phones get [见闻] in a line of its own in the source: without the line it may be the title's
    ("minified", "thread/touch"): {"category", "headline"},
    ("minified", "thread/subreplies_touch"): {"category", "headline"},
}


def is_html(fixture: Fixture) -> bool:
    text, _ = decode(fixture.body)
    return "<html" in text[:2000].lower()


PAGES = {f"{each.kind}/{each.name}": each for each in fixtures() if is_html(each)}


def read(fixture: Fixture, source: str) -> dict[str, object]:
    seen = datetime.fromisoformat(fixture.seen_at)
    return facts(
        read_page(
            source.encode(),
            url=fixture.url,
            seen_at=seen,
            headers={"Date": fixture.headers["Date"]} if "Date" in fixture.headers else {},
            status=fixture.status,
        )
    )


def test_addresses_with_signs_that_cannot_be_written_are_survived() -> None:
    page = "<html><body><a href=x\x01\uffff>x</a><A HREF='\x02灯'>x</A>" * 9
    read_page(page.encode(), url="", seen_at=datetime.now(UTC))


@pytest.mark.parametrize(
    "source",
    ["<p>" + "='a'" * 150_000, "<div " * 120_000, "<style>" + "a" * 600_000, "<hr " * 150_000],
    ids=["values", "tags without an end", "a style sheet", "rules"],
)
def test_sources_of_nothing_but_beginnings_are_read_in_time(source: str) -> None:
    """With each of them looked at to the end of the page this would take hours."""
    for marks in ("", '<html>author Archiver</title> window.print() id="pid1 message'):
        read_page((marks + source).encode(), url="", seen_at=datetime.now(UTC))


@pytest.mark.parametrize("writer", WRITERS)
def test_the_same_page_written_otherwise_gives_the_same_facts(writer: str) -> None:
    others = {}
    for name, fixture in PAGES.items():
        source, _ = decode(fixture.body)
        told, other = read(fixture, source), read(fixture, WRITERS[writer](source))
        odd = differences(told, other)
        if odd != KNOWN.get((writer, name), set()):
            others[name] = odd
    assert others == {}
