"""CPU for reading one page, as a multiple of `lxml.html.fromstring` on the same bytes.

    python benchmarks/read.py [--pages N]

Pages: `fixtures/thread/`, and the saved forum where it lies beside the project. Each page is read
several times, the quickest counts; ratios are taken page by page in one run, so that the machine's
speed cancels out. Beside our reader stand a plain parsel/CSS reader of six fields and, where it is
installed, trafilatura.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
from parsel import Selector

from crawler.discuz import read_page

ROOT = Path(__file__).parent.parent
SAVED = ROOT.parent / "shared" / "forum" / "x33"
SEEN = datetime(2024, 1, 1, tzinfo=UTC)
URL = "http://bbs.example.net/forum.php?mod=viewthread&tid=1"
ROUNDS = 7


def every_field(body: bytes) -> object:
    return read_page(body, url=URL, seen_at=SEEN)


def plain_css(body: bytes) -> object:
    """What a usual spider does: a selector a field and a floor, six fields."""
    page = Selector(body.decode("utf-8", "replace"))
    title = page.css("#thread_subject::text").get()
    posts = [
        {
            "id": floor.attrib.get("id"),
            "author": floor.css(".authi a.xw1::text").get(),
            "date": floor.css("em[id^=authorposton]::text").get(),
            "title": floor.css("em[id^=authorposton] span::attr(title)").get(),
            "text": "\n".join(floor.css("td.t_f ::text").getall()),
            "images": floor.css("td.t_f img::attr(file), td.t_f img::attr(src)").getall(),
        }
        for floor in page.css("table[id^=pid]")
    ]
    return title, posts


def readers() -> dict[str, Callable[[bytes], object]]:
    found: dict[str, Callable[[bytes], object]] = {
        "every field (this project)": every_field,
        "six fields, parsel/CSS": plain_css,
    }
    try:
        from trafilatura import extract  # noqa: PLC0415  an extra
    except ImportError:
        return found
    return {
        **found,
        "text only, trafilatura": lambda body: extract(body.decode("utf-8", "replace")),
    }


def pages(count: int) -> dict[str, list[bytes]]:
    sets = {"fixtures": [p.read_bytes() for p in sorted(ROOT.glob("fixtures/thread/*/page.html"))]}
    if SAVED.is_dir():
        entries = json.loads((SAVED / "site.json").read_text("utf-8"))
        bodies = [(SAVED / entry["file"]).read_bytes() for entry in entries]
        threads = [body for body in bodies if b'id="postlist"' in body]
        sets["saved forum"] = threads[:: max(1, len(threads) // count)]
    return sets


def quickest(read: Callable[[bytes], object], body: bytes) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        read(body)
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=150, help="of the saved forum")
    options = parser.parse_args()
    for name, bodies in pages(options.pages).items():
        size = statistics.median(map(len, bodies)) / 1000
        print(f"{name}: {len(bodies)} pages, {size:.0f} kB in the median")
        gc.collect()
        parse = [quickest(lxml.html.fromstring, body) for body in bodies]
        for label, read in readers().items():
            ratios = [quickest(read, body) / base for body, base in zip(bodies, parse, strict=True)]
            low, *_, high = statistics.quantiles(ratios, n=20)
            median = statistics.median(ratios)
            print(f"  {label:28} {median:5.2f} in the median, {low:.2f} to {high:.2f} for 9 of 10")


if __name__ == "__main__":
    main()
