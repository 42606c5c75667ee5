"""Hostile pages: broken at random, made to run away, without end."""

from __future__ import annotations

import gzip
import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import crawler
from tests.conftest import Forum, scrapy
from tests.forum.desktop import Thread
from tests.fuzz import Seed, fuzz, seeds
from tests.pages import first

re_parser: Any = importlib.import_module("re._parser")


@pytest.fixture(scope="module")
def whole_pages() -> list[Seed]:
    return seeds()


@pytest.mark.parametrize("seed", range(4))
def test_no_broken_page_is_read_wrongly(whole_pages: list[Seed], seed: int) -> None:
    pages = [page for page in whole_pages if page.url.startswith(("http://bbs.example", "file:"))]
    assert [wrong for _, _, wrong in fuzz(pages, seed, 60)] == []


def test_every_reader_has_pages_to_be_broken(whole_pages: list[Seed]) -> None:
    told = {page.skin for page in whole_pages}
    assert told >= {
        "desktop",
        "touch",
        "wap",
        "archiver",
        "printable",
        "album",
        "part",
        "inferred",
        "text",
        "list-desktop",
        "list-touch",
        "list-archiver",
        "list-inferred",
        "newspage",
        "site",
        "indexpage",
        "message",
    }


# -- pages without end ---

HTML = {"Content-Type": "text/html; charset=utf-8"}
THREAD = "/forum.php?mod=viewthread&tid=4711"


@pytest.mark.parametrize(
    "answer",
    [
        (200, HTML, lambda: b"<p>" * 100_000),
        (200, {**HTML, "Content-Length": "3000000000"}, b"<p>"),
        (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(b"<p>" * 3_000_000)),
    ],
    ids=["endless", "announced", "bomb"],
)
def test_a_page_without_end_is_cut_off(forum: Forum, tmp_path: Path, answer: Any) -> None:
    forum.pages[THREAD] = answer
    forum.pages["/forum.php?mod=viewthread&tid=4712"] = str(Thread([first(1, "一")], tid=4712))
    urls = ",".join(forum.root + f"forum.php?mod=viewthread&tid={tid}" for tid in (4711, 4712))
    size = ("-s", "DOWNLOAD_MAXSIZE=2000000")
    run = scrapy("crawl", "discuz", "-a", f"url={urls}", *size, data=tmp_path)
    assert run.status == 3
    (refusal,) = run.lines("refusals")
    assert (refusal["reason"], refusal["thread_id"]) == ("too_large", "4711")
    assert refusal["message_raw"] == "larger than 2,000,000 bytes"
    assert [line["text"] for line in run.lines("articles")] == ["一"]


# -- expressions that run away ---


@cache
def patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled expression at the top of a module of the project."""
    found: dict[str, re.Pattern[Any]] = {}

    def collect(name: str, value: object) -> None:
        if isinstance(value, re.Pattern):
            found[name] = value
        elif isinstance(value, tuple | list):
            for number, part in enumerate(value):
                collect(f"{name}[{number}]", part)

    for module in pkgutil.walk_packages(crawler.__path__, "crawler."):
        if ".commands" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            collect(f"{module.name}.{name}", value)
    return found


def long_match(tree: Any, room: int) -> str:
    """A text that an expression nearly or wholly matches, its repeats as long as they may be."""
    text = []
    for op, value in tree:
        name = str(op)
        if name == "LITERAL":
            text.append(chr(value))
        elif name == "NOT_LITERAL":
            text.append("a" if value != ord("a") else "b")
        elif name == "IN":
            text.append(member(value))
        elif name == "ANY":
            text.append("x")
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, part = value
            times = min(int(most), room)
            text.append(long_match(part, max(2, room // 40)) * times)
        elif name == "SUBPATTERN":
            text.append(long_match(value[-1], room))
        elif name == "BRANCH":
            text.append(long_match(value[1][0], room))
        elif name == "ATOMIC_GROUP":
            text.append(long_match(value, room))
    return "".join(text)


def member(choices: Any) -> str:
    """One character of a class."""
    kinds = {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a"}
    is_negated = str(choices[0][0]) == "NEGATE"
    if is_negated:
        excluded = re.compile(
            "|".join(re.escape(chr(v)) for op, v in choices if str(op) == "LITERAL") or "(?!)"
        )
        return next(sign for sign in "xy,;主" if not excluded.match(sign))
    for op, value in choices:
        if str(op) == "LITERAL":
            return chr(value)
        if str(op) == "RANGE":
            return chr(value[0])
        if str(value) in kinds:
            return kinds[str(value)]
    return "x"


@contextmanager
def deadline(seconds: int) -> Iterator[None]:
    """End what takes so much of the processor: `re` looks for signals while it searches."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", sorted(patterns()))
def test_no_expression_runs_away(name: str) -> None:
    rule = patterns()[name]
    tree = re_parser.parse(rule.pattern, rule.flags & re.IGNORECASE)
    near: list[Any] = []
    for room in (50, 3000):
        text = long_match(tree, room)[:200_000]
        near += [text, text[:-1], f"{text[:-1]}\x00", text * 3, f"{text[: len(text) // 2]}\x00"]
    for filler in (" ", "<", "a", "1", "主", "\n", "&nbsp;", "<br />", "[", "发表于 "):
        near.append(filler * 20_000)
    with deadline(20):
        for text in near:
            if isinstance(rule.pattern, bytes):
                rule.search(text.encode("utf-8", "replace"))
            else:
                rule.search(text)
