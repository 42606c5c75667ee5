"""CPU for 1 MB of the worst page of each reader: exits with 1 where one takes more than a second.

    python benchmarks/hostile.py [--reader touch] [--places 2] [--size 1000000] [--worst 10]

The pages are the fixtures, made large in three ways: something put in again and again (open tags,
links, dates …), an element repeated or nested, an attribute that is huge. Each is tried small at so
many places of each reader's markup, and the slowest and the fastest growing in full size. A page
may be read by another reader than the one whose markup it has, if that one refuses it: the second
column tells.
"""

from __future__ import annotations

import argparse
import gc
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from crawler.discuz.decoding import decode  # noqa: E402
from tests import fuzz  # noqa: E402

# The most CPU seconds that a page of 1 MB may take.
LIMIT = 1.0
# What is put in again and again; {n} is another number each time.
PIECES = {
    "<br>": "<br>",
    "<p>": "<p>",
    "<p> with a word": "<p>河湾",
    "<td>": "<td>",
    "cells": "<td>1</td>",
    "open <b>": "<b>",
    "open <div>": "<div>",
    "open <span> with a word": "<span>河",
    "open <font>": '<font color="#999999">',
    "open <i>": "<i>",
    "open <a>": '<a href="x">',
    "open <li>": "<li>",
    "open <blockquote>": "<blockquote>",
    "open <table>": "<table><tr><td>",
    "nested boxes": '<div class="quote"><blockquote>',
    "end tags": "</b>",
    "end tags of boxes": "</p>",
    "words": "河湾夜市 ",
    "lines": "河湾\n",
    "spaces": " \n\t",
    "no-break spaces": "&nbsp;",
    "digits": "1",
    "signs": "[",
    "entities": "&#91;&lt;",
    "open brackets": "<a ",
    "a lone <": "< ",
    "open comments": "<!--",
    "links": '<a href="/x{n}">y</a>',
    "links without words": '<a href="forum.php?mod=viewthread&tid={n}"></a>',
    "threads": '<a href="thread-{n}-1-1.html">夜市</a>',
    "boards": '<a href="forum.php?mod=forumdisplay&fid={n}">夜市</a>',
    "pages": '<a href="forum.php?mod=viewthread&tid=4711&page={n}">{n}</a>',
    "pages of a board": '<a href="forum.php?mod=forumdisplay&fid=8&page={n}">{n}</a>',
    "members": '<a href="home.php?mod=space&uid={n}">山人{n}</a>',
    "posts": '<a href="forum.php?mod=redirect&goto=findpost&ptid=4711&pid={n}">#</a>',
    "answers": '<a href="forum.php?mod=post&action=reply&tid=4711&repquote={n}">回复</a>',
    "dates": "<em>2023-3-14 09:26</em>",
    "titled dates": '<span title="2023-3-14 09:26:05">昨天 09:26</span>',
    "dates in words": "<em>an hour ago</em>",
    "other dates in words": "<em>{n} minutes past 6:42</em>",
    "posted": "<p>发表于 2023-3-14 09:26</p>",
    "labels": "<em>沙发</em>",
    "quotes": '<div class="quote"><blockquote>甲 发表于 2023-3-14 09:26<br>好</blockquote></div>',
    "frames": '<div class="quote"><blockquote>河湾夜市今年又开了{n}</blockquote></div>',
    "codes": '<div class="blockcode"><ol><li>x</ol><em onclick="copycode()">复制</em></div>',
    "notices": '<div class="locked">游客，如果您要查看本帖隐藏内容请<a>回复</a></div>',
    "uploads": '<ignore_js_op><img aid="{n}" file="a{n}.jpg"><div class="tip"></ignore_js_op>',
    "uploads that stay open": "<ignore_js_op><div>",
    "ends of uploads": "</ignore_js_op>",
    "pictures": '<img src="a{n}.jpg">',
    "smilies": '<img smilieid="1" src="static/image/smiley/default/lol.gif"> ，',
    "files": '<span id="attach_{n}"><a href="forum.php?mod=attachment&aid={n}">a</a></span>',
    "edit marks": '<i class="pstatus"> 本帖最后由 甲 于 2023-3-14 09:26 编辑 </i>',
    "half edit marks": "最后由 ",
    "tables": "<table><tr><td>1</td></tr></table>",
    "lists": "<ul><li>1</li></ul>",
    "rules": "<hr>",
    "bold answers": '<strong>回复 <a href="?goto=findpost&pid={n}">2#</a> <i>甲</i></strong>',
    "pagers": '<div class="pg"><strong>1</strong><a href="?page={n}">{n}</a></div>',
    "headings": "<h1>夜市</h1>",
    "empty boxes": "<div></div>",
    "classes": '<div class="y authi message mtime rela psti xg1 pg">{n}</div>',
    "floors": '<div id="post_{n}"><table id="pid{n}"></table></div>',
    "floors of phones": '<div id="pid{n}"><div class="message">好</div></div>',
    "bodies": '<div id="postmessage_{n}">好</div>',
    "dates of floors": '<em id="authorposton{n}">2023-3-14 09:26</em>',
    "comments": '<div id="commentdetail_{n}"><div class="psti">好</div></div>',
    "rating rows": '<tr id="rate_{n}_5"><td><a href="?uid={n}">甲</a></td><td>+ 1</td></tr>',
    "tips": '<p id="rate_{n}_5" tip="<strong>好</strong>&nbsp;<em> 威望 + 1 </em>"></p>',
    "rows": '<tbody id="normalthread_{n}"><tr><th><a href="?tid={n}" class="xst">夜</a></th></tr>',
    "clocks": ">GMT+8, ",
    "counters": "查看: ",
    "parts of posts": "<script>show_threadpage({n}, 1, 9, 0);</script>",
    "indexes": '<script>show_threadindex({n}, 0)</script><a page="{n}" sub="">',
    "scripts": "<script>x</script>",
    "first answers": "reppost=",
    "authors of the archiver": '<p class="author"><strong>甲</strong>',
    "rules of the printable page": '<hr noshade size="2">\n<b>作者: </b>',
    "copied links": "\n发表于 2023-3-14 09:26 | 只看该作者\n",
    "buttons": "\n使用道具 举报\n",
    "answers in plain text": "\n发表于 2023-3-14 09:26 | 只看该作者\n"
    "甲 发表于 2023-3-14 09:26\n\n{n}\n",
    "answers of the archiver": '<p class="author"><strong>甲</strong> 发表于 2023-3-14 09:26</p>'
    "<h3></h3>甲 发表于 2023-3-14 09:26<br /><br />河湾{n}<br /><br />夜市",
    "floors that frame": '<div id="post_{n}"><table id="pid{n}"><em id="authorposton{n}">2023-3-14'
    ' 09:26</em><td class="t_f" id="postmessage_{n}"><div class="quote"><blockquote>'
    "河湾夜市{n}今年又开了</blockquote></div></td></table></div>",
    "one floor again": '<div id="post_1"><table id="pid1"></table></div>',
    "paragraphs": "<br /><br />河湾",
    "media": "[media]http://v.example/{n}[/media]",
    "sources": "来源：河湾 ",
    "cards": '<div id="userinfo{n}" class="p_pop">',
    "bars": '<div class="po hin">',
}
# Attributes that are huge.
ATTRIBUTES = {"id": "x", "class": "x ", "style": "x:y;", "title": "1", "href": "a", "onclick": "a&"}
_START = re.compile(r"<([a-z][a-z0-9_]*)((?:\s[^<>]*)?)>", re.I)
_MARKS = re.compile(r'\b(?:id|class)="([^"]*)"')
_NUMBERS = re.compile(
    r"((?:post_|pid|postmessage_|authorposton|postnum|tid|thread_|uid|rid|rate_|repquote)[=_]?)\d+"
    r"|(thread-)\d+"
)
_EMPTY = frozenset({"br", "img", "input", "hr", "meta", "link", "base", "html", "body", "head"})


@dataclass(frozen=True)
class Case:
    """A page that can be made as large as one likes."""

    reader: str
    kind: str
    place: str
    seed: fuzz.Seed
    make: Callable[[int], str]


def repeated(before: str, piece: str, after: str, size: int) -> str:
    """``piece`` until the page is large enough, with another number each time."""
    times = max(1, (size - len(before) - len(after)) // max(1, len(piece.encode())))
    if "{n}" in piece:
        middle = "".join([piece.replace("{n}", str(number)) for number in range(1, times)])
        middle = middle[:size]
    else:
        middle = piece * times
    return f"{before}{middle}{after}"


def renumbered(before: str, element: str, after: str, size: int) -> str:
    """An element again and again, each time with other numbers of threads, posts and members."""
    times = max(1, (size - len(before) - len(after)) // len(element.encode()))
    copies = (
        _NUMBERS.sub(partial(_number, number=str(number)), element)
        for number in range(100_000, 100_000 + times)
    )
    return f"{before}{''.join(copies)}{after}"


def _number(found: re.Match[str], number: str) -> str:
    return f"{found[1] or found[2]}{number}"


def cases(seeds: list[fuzz.Seed]) -> Iterator[Case]:
    """Every way to make a page of these larger, once for each kind of place."""
    seen: set[tuple[str, ...]] = set()
    for seed in seeds:
        source = decode(seed.body)[0]
        # also of no markup: the plain text
        places = list(_START.finditer(source))[:400]
        for start in places:
            tag = start[1].lower()
            mark = re.sub(r"\d+", "", f"{tag} {' '.join(_MARKS.findall(start[2]))}").strip()
            if (seed.skin, mark) in seen:
                continue
            seen.add((seed.skin, mark))
            yield from _at(seed, source, start, mark)
        if not places:
            lines = source.splitlines(keepends=True)
            for number in range(0, len(lines), 3):
                before, after = "".join(lines[:number]), "".join(lines[number:])
                for name, piece in PIECES.items():
                    make = partial(repeated, before, piece, after)
                    yield Case(seed.skin, name, f"in line {number}", seed, make)
                make = partial(renumbered, before, after or "x", "")
                yield Case(seed.skin, "again", f"from line {number}", seed, make)


def _at(seed: fuzz.Seed, source: str, start: re.Match[str], mark: str) -> Iterator[Case]:
    """The ways to make a page larger at one element."""
    for name, piece in PIECES.items() if start[1].lower() not in _EMPTY else ():
        make = partial(repeated, source[: start.end()], piece, source[start.end() :])
        yield Case(seed.skin, name, f"in <{mark}>", seed, make)
    at = start.end() - 1
    for name, value in ATTRIBUTES.items():
        before = f'{source[:at]} {name}="'
        make = partial(repeated, before, value, f'"{source[at:]}')
        yield Case(seed.skin, f"a huge {name}", f"of <{mark}>", seed, make)
    before, after = source[: start.start()], source[start.start() :]
    make = partial(renumbered, before, start[0], after)
    yield Case(seed.skin, "nested", f"<{mark}>", seed, make)
    make = partial(repeated, before + 150 * start[0], "河湾 ", after)
    yield Case(seed.skin, "nested round words", f"<{mark}>", seed, make)
    end = _end_of(source, start)
    if end:
        element = source[start.start() : end]
        make = partial(renumbered, before, element, source[end:])
        yield Case(seed.skin, "again", f"<{mark}>", seed, make)


def _end_of(source: str, start: re.Match[str]) -> int | None:
    """Where an element ends."""
    depth = 0
    for tag in re.finditer(rf"<(/?){start[1]}\b[^<>]*>", source[start.start() :], re.I):
        depth += -1 if tag[1] else 1
        if not depth:
            return start.start() + tag.end()
    return None


class TooSlowError(Exception):
    """Reading a page took so long that it was ended."""


def seconds_of(case: Case, size: int, most: float) -> tuple[float, str]:
    """CPU seconds a MB for a page of ``size`` bytes, and by which reader it was read."""
    page = case.make(size).encode("utf-8", "surrogatepass")

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError

    signal.signal(signal.SIGVTALRM, late)
    gc.collect()
    started = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, most)
    try:
        skin = fuzz.skin_of(fuzz.read(case.seed.url, page, case.seed.rules))
    except TooSlowError:
        skin = "?"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return (time.process_time() - started) / (len(page) / 1_000_000), skin


def chosen(seeds: list[fuzz.Seed], places: int, reader: str | None) -> dict[str, list[Case]]:
    """The cases of each reader, each kind at so many places of its markup."""
    kinds: dict[tuple[str, str], list[Case]] = {}
    for case in cases(seeds):
        if reader in (None, case.reader):
            kinds.setdefault((case.reader, case.kind), []).append(case)
    found: dict[str, list[Case]] = {}
    for (name, _), those in kinds.items():
        step = max(1, len(those) // places)
        found.setdefault(name, []).extend(those[step // 2 :: step][:places])
    return found


def worst_of(those: list[Case], size: int, count: int) -> list[tuple[float, str, Case]]:
    """The slowest pages of a reader in full size."""
    tried = []
    for case in those:
        small, _ = seconds_of(case, size // 40, LIMIT)
        large, _ = seconds_of(case, size // 10, LIMIT)
        tried.append((large, large / max(small, 0.01), case))
    slow = sorted(tried, key=lambda each: each[0])[-count:]
    growing = sorted(tried, key=lambda each: each[1])[-count // 2 :]
    both = {id(case): case for _, _, case in slow + growing}.values()
    found = [(*seconds_of(case, size, 5 * LIMIT), case) for case in both]
    return sorted(found, key=lambda each: -each[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--reader", help="pages with the markup of this reader only")
    parser.add_argument("--places", type=int, default=2, help="where each kind is tried")
    parser.add_argument("--size", type=int, default=1_000_000, help="of a page, in bytes")
    parser.add_argument("--worst", type=int, default=10, help="are tried in full size")
    options = parser.parse_args()
    # real pages lie beside some checkouts only
    made = [seed for seed in fuzz.seeds() if "127.0.0.1" not in seed.url and "wild" not in seed.url]
    seeds = sorted(made, key=lambda seed: -len(seed.body))
    slow = 0
    print(f"{'markup of':14} {'read by':14} {'s/MB':>5}  worst page")
    for reader, those in chosen(seeds, options.places, options.reader).items():
        found = worst_of(those, options.size, options.worst)
        for seconds, skin, case in found[:1] + [each for each in found[1:] if each[0] > LIMIT]:
            slow += seconds > LIMIT
            print(f"{reader:14} {skin:14} {seconds:5.2f}  {case.kind} {case.place}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
