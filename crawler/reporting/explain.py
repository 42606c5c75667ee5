"""Where each word of a post went, line by line: `scrapy page --explain`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from crawler.reporting.progress import printable

if TYPE_CHECKING:
    from crawler.discuz.facts import Body, Post, Run, ThreadPage

_WIDTH = 26


def explained(page: ThreadPage) -> Iterator[str]:
    """The posts of a page that was read with ``is_explained``, as lines for a terminal."""
    for post in page.posts:
        yield printable(_heading(post))
        for place, words in _lines(post.body):
            yield f"  {place:{_WIDTH}}{printable(words)}"
        for comment in post.comments:
            said = ": ".join(filter(None, (comment.author, comment.text)))
            yield f"  {'comments':{_WIDTH}}{printable(said)}"
        if post.body.unaccounted:
            yield f"  {'IN NO FIELD':{_WIDTH}}{post.body.unaccounted:,} visible characters"
        yield ""


def _heading(post: Post) -> str:
    told = (post.floor_label, post.author.name)
    return ", ".join((f"post {post.id}", *filter(None, told)))


# fields of a body that have another name in lines
_FIELDS = {"notices": "access_notices"}


def _lines(body: Body) -> Iterator[tuple[str, str]]:
    """The words of a body in the order of the page, each line with the place that they went to."""
    if not body.runs:
        # a page saved as plain text has nothing but its words
        yield from (("text", line) for line in body.text.split("\n") if line.strip())
    moved = _moved_lines(body)
    for (place, is_noise), runs in groupby(body.runs, key=lambda run: (run.place, run.is_noise)):
        for words in _by_line(list(runs)):
            name = f"noise: {place}" if is_noise else _FIELDS.get(place, place)
            yield (moved.get(words, name) if name == "text" else name), words


def _by_line(runs: list[Run]) -> Iterator[str]:
    """Words of one place in one line each; what of a page's source is a break is none in a box."""
    words = "".join(run.words for run in runs)
    lines = words.split("\n") if runs[0].place in ("text", "quotes") else [words]
    for line in lines:
        single = " ".join(line.split())
        if single:
            yield single


def _moved_lines(body: Body) -> dict[str, str]:
    """The lines that left the text after the cell was read, and the fields that have them."""
    kept = set(map(_single, body.text.split("\n")))
    words = "".join(run.words for run in body.runs if run.place == "text")
    lines = set(map(_single, words.split("\n")))
    moved: dict[str, str] = {}
    fields = {
        "quotes": {_single(line) for quote in body.quotes for line in quote.text.split("\n")},
        "notice": set(map(_single, (body.notice or "").split("\n"))),
    }
    for line in lines - kept:
        for name, said in fields.items():
            if line in said:
                moved[line] = name
        if body.source and body.source in line and line not in moved:
            moved[line] = "source"
    return moved


def _single(line: str) -> str:
    return " ".join(line.split())
