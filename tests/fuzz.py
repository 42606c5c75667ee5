"""Breaks pages at random and reads them: no reader may raise, and none may invent words.

    python -m tests.fuzz --seconds 600 --seed 1              every reader in turn
    python -m tests.fuzz --seconds 600 --seed 1 --skin touch pages of one skin only

The same seed breaks the same pages in the same way. A page that is read wrongly is written to the
folder of ``--keep``, and the program ends with status 1.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml.cssselect import CSSSelector

from crawler.archive.segments import encode
from crawler.discuz import explain_page, read_page
from crawler.discuz.decoding import decode
from crawler.discuz.facts import BoardPage, Message, Page, ThreadPage
from crawler.discuz.post.boxes import FRAME, HEAD, SCRIPT, TEXTAREA
from crawler.discuz.site_rules import Selector, SiteRules, ThreadSelectors
from crawler.items.build import post_lines, refusal_line
from crawler.items.lines import to_json
from crawler.items.schema import problems
from crawler.privacy.policy import Privacy, redacted_line
from tests.conftest import SHARED
from tests.make_fixtures import FOLDER
from tests.pages.plain import PAGE
from tests.pages.skins import renamed

SEEN = datetime(2026, 11, 22, 12, tzinfo=UTC)
# What mutations put in: marks of Discuz out of place, broken addresses, numbers beyond all bounds.
PIECES = [
    piece.encode("utf-8", "surrogatepass")
    for piece in (
        '<div class="quote"><blockquote>',
        "</blockquote></div>",
        '<div class="locked">',
        "<ignore_js_op>",
        "</ignore_js_op>",
        '<i class="pstatus">',
        '<span title="2024-13-45 99:99">',
        '<img aid="x" file="http://[::1">',
        '<a href="http://[bad">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<em id="authorposton5">',
        '<table id="pid5">',
        '<div id="pid99999999999999999999" class="plc">',
        '<div class="message">',
        '<div id="postmessage_5">',
        '<p class="author"><strong>',
        '<hr noshade size="2">\n<b>作者: </b>',
        "<root><![CDATA[",
        "]]></root>",
        "<strong>",
        "</strong>",
        "</td></tr></table>",
        '<a href="?goto=findpost&pid=9">2#</a>',
        '<a href="?repquote=99999999999999999999">',
        '<div class="pg"><strong>99999999999</strong>',
        '<span title="99999999999999999999">1</span>',
        "<script>show_threadpage(5, 1, 9999, 0);</script>",
        "GMT+99, 2024-1-1 00:00",
        "\n发表于 2024-1-1 00:00 | 只看该作者\n",
        "\n使用道具 举报\n",
        "<td>",
        "<blockquote>",
        "<textarea>",
        "<!--",
        "<script>",
        '<dl id="ratelog_5"><tr id="rate_5_5"><td>',
        '<div class="psti">',
        '<b title="',
        "\x00",
        "&#0;",
        "&#x110000;",
        "\u202e",
        "\ud800",
    )
]


# a page with nothing of Discuz's but its addresses, and what says where its parts are
RULED = """<html><head><title>夜市 | 河湾</title><script>var cookiepre='x';</script></head><body>
<h1>夜市</h1><article data-no="31"><a class="nick" href="home.php?mod=space&uid=7">石桥卖花人</a>
<time>2023-3-14 09:26</time><section>第一盏灯亮了。<br>完。</section></article>
<article data-no="32"><span class="nick">匿名</span><time>昨天 18:48</time><section>好</section>
</article></body></html>""".encode()
RULES = SiteRules(
    hosts=("bbs.example.net",),
    thread=ThreadSelectors(
        floor=Selector(CSSSelector("article")),
        author=Selector(CSSSelector(".nick")),
        date=Selector(CSSSelector("time")),
        body=Selector(CSSSelector("section")),
        headline=Selector(CSSSelector("h1")),
        post_id=Selector(None, "data-no"),
    ),
)


@dataclass(frozen=True)
class Seed:
    """A page to be broken: what it is, where it was, its bytes."""

    skin: str
    url: str
    body: bytes
    rules: SiteRules | None = None


VEILED, NAMELESS = (Privacy(authors, salt=b"salt") for authors in ("pseudonym", "drop"))


def seeds() -> list[Seed]:
    """The fixtures of the project, and real pages where they lie beside it.

    Lists and threads also with all their names changed, for the readers that go by structure.
    """
    found = [("file:///page.txt", PAGE.encode())]
    for path in sorted(FOLDER.glob("*/*/page.html")):
        meta = json.loads(path.with_name("meta.json").read_text("utf-8"))
        body = path.read_bytes()
        found.append((meta["url"], body))
        if path.parent.parent.name in ("thread", "board") and meta["url"].startswith("http"):
            found.append((meta["url"], renamed(decode(body)[0]).encode()))
    for path in sorted((SHARED / "wild").glob("*.html")):
        found.append(("http://wild.example/forum.php?mod=viewthread&tid=1", path.read_bytes()))
    for path in sorted((SHARED / "forum" / "pages").glob("*/*.html")):
        url = "http://127.0.0.1:8033/forum.php?mod=viewthread&tid=1"
        found.append((url, path.read_bytes()))
    pages = [Seed(skin_of(read(url, body)), url, body) for url, body in found]
    return [*pages, Seed("site", "http://bbs.example.net/thread-1-1-1.html", RULED, RULES)]


def read(url: str, body: bytes, rules: SiteRules | None = None) -> Page:
    return read_page(body, url=url, seen_at=SEEN, rules=rules)


def skin_of(page: Page) -> str:
    """By which reader a page is read."""
    if isinstance(page, ThreadPage | BoardPage):
        return page.skin if isinstance(page, ThreadPage) else f"list-{page.skin}"
    return type(page).__name__.lower()


def broken(body: bytes, names: random.Random) -> bytes:
    """A page with some of its bytes lost, doubled, changed, or foreign ones put in."""
    page = bytearray(body)
    for _ in range(names.choice((1, 5, 40, 200))):
        at = names.randrange(len(page) + 1)
        match names.randrange(4):
            case 0:
                page[at:at] = names.choice(PIECES)
            case 1:
                del page[at : at + names.randrange(400)]
            case 2:
                start = names.randrange(len(page) + 1)
                page[at:at] = page[start : start + names.randrange(800)]
            case _:
                page[at : at + 1] = bytes([names.randrange(256)])
    return bytes(page)


def unaccounted(url: str, body: bytes, rules: SiteRules | None) -> Iterator[str]:
    """The posts of a page that lose words, other than in a script or field that is left open.

    These take the rest of the page in browsers, too.
    """
    page = explain_page(body, url=url, seen_at=SEEN, rules=rules)
    assert isinstance(page, ThreadPage)
    unread = {box.name: box.longest for box in (SCRIPT, TEXTAREA, FRAME, HEAD)}
    for post in page.posts:
        is_open = any(len(run.words) > unread.get(run.place, sys.maxsize) for run in post.body.runs)
        if post.body.unaccounted and not is_open:
            yield f"{post.id}: {post.body.unaccounted} signs are in no field and no known noise"


def wrongs(url: str, body: bytes, rules: SiteRules | None = None) -> Iterator[str]:
    """What is wrong with the reading of a page; nothing if all is well."""
    page = read(url, body, rules)
    if isinstance(page, ThreadPage):
        lines = list(post_lines(page, page.posts, SEEN))
        ids = [line.item_id for line in lines]
        if len(set(ids)) < len(ids):
            yield "a post twice"
        source = decode(body)[0]
        if any(post.body.unaccounted for post in page.posts):
            yield from unaccounted(url, body, rules)
        there = Counter(source) | Counter(html.unescape(source))
        for line in lines:
            extra = Counter(line.text or "") - there
            for sign in " \t\n\ufffd":  # what is broken becomes U+FFFD
                extra.pop(sign, None)
            if extra:
                yield f"{line.item_id}: {dict(extra)} are not on the page"
        for privacy in (VEILED, NAMELESS):
            for line in lines:
                record = to_json(redacted_line(line, privacy))
                for problem in problems(record):
                    yield f"{line.item_id}, {privacy.authors}: {problem}"
                if privacy.redacted(record) != record:
                    yield f"{line.item_id}, {privacy.authors}: published twice is not once"
    elif isinstance(page, Message):
        lines = [refusal_line(page.reason, url=url, fetched_at=SEEN, message=page)]  # type: ignore[list-item]
    else:
        lines = []
    for line in lines:
        record = to_json(line)
        encode(record)
        for problem in problems(record):
            yield f"{line.item_id}: {problem}"


def fuzz(pages: list[Seed], seed: int, rounds: int) -> Iterator[tuple[Seed, bytes, str]]:
    """Break pages ``rounds`` times; each that is read wrongly, with what is wrong."""
    names = random.Random(seed)
    for _ in range(rounds):
        page = names.choice(pages)
        body = broken(page.body, names)
        for wrong in wrongs(page.url, body, page.rules):
            yield page, body, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skin", help="pages of this skin only")
    parser.add_argument("--keep", type=Path, default=Path("fuzz"))
    options = parser.parse_args()
    by_skin: dict[str, list[Seed]] = {}
    for page in seeds():
        if options.skin in (None, page.skin):
            by_skin.setdefault(page.skin, []).append(page)
    if not by_skin:
        print(f"no page of skin {options.skin}")
        return 2
    read_pages: Counter[str] = Counter()
    slowest: Counter[str] = Counter()
    found = 0
    end = time.monotonic() + options.seconds
    seed = options.seed
    while time.monotonic() < end:
        for skin, pages in by_skin.items():
            began = time.monotonic()
            for _page, body, wrong in fuzz(pages, seed, 10):
                found += 1
                options.keep.mkdir(exist_ok=True)
                (options.keep / f"{skin}-{seed}-{found}.html").write_bytes(body)
                print(f"{skin}, seed {seed}: {wrong}")
            read_pages[skin] += 10
            slowest[skin] = max(slowest[skin], int(100 * (time.monotonic() - began)))
        seed += 1
    for skin, count in read_pages.items():
        print(f"{skin}: {count:,} pages, {slowest[skin]} ms a page in the slowest ten")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
