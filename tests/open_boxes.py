"""Leaves boxes of the forum's open, one at a time, and reads the pages: no word of a post may go.

    python -m tests.open_boxes                        every box of every page (90 s with real pages)
    python -m tests.open_boxes --boxes 300 --seed 1   some of each form

A box is what a template hides or what is taken for noise: its end tag is cut out of the source. The
pages are the fixtures, and real ones where they lie beside the project. Each loss is printed, and
the program ends with status 1.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, NamedTuple

from crawler.discuz import read_page
from crawler.discuz.decoding import decode
from crawler.discuz.facts import Page, ThreadPage
from crawler.discuz.post.noise import class_meaning, is_hidden
from tests.conftest import SHARED
from tests.make_fixtures import FOLDER

_TAG = re.compile(r"""<(/?)([a-z][a-z0-9_]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.I)
_ATTRIBUTE = re.compile(
    r"""\b(class|style|onclick)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I
)
_VOID = frozenset("br img hr input meta link source embed param".split())
# what is read apart from the words around it
_MEANINGS = frozenset({"noise", "edited", "withheld", "upload", "media"})
_TAGS = frozenset({"ignore_js_op", "button", "label"})


@dataclass(frozen=True)
class Saved:
    """A page of a thread and how it was received."""

    name: str
    body: bytes
    told: dict[str, Any]

    def read(self, body: bytes | None = None) -> Page:
        return read_page(self.body if body is None else body, **self.told)


def fixtures() -> Iterator[Saved]:
    """The fixtures of the project that are threads."""
    for path in sorted((FOLDER / "thread").glob("*/page.html")):
        meta = json.loads(path.with_name("meta.json").read_text("utf-8"))
        told = {"url": meta["url"], "headers": meta.get("headers")}
        seen_at = datetime.fromisoformat(meta["seen_at"])
        yield Saved(path.parent.name, path.read_bytes(), {**told, "seen_at": seen_at})


# What cannot be told from the author's words: a fixture whose tip is open already, and a pop-up that
# words of the same line follow, without the element that such a plugin sets round both.
UNDECIDED = (("open_tip", "<ignore_js_op>"), ("ads_rewritten", '<span class="DzHoverPop"'))


def real_threads() -> Iterator[Saved]:
    """The threads of real sites, and of the saved forum."""
    url = "http://wild.example/forum.php?mod=viewthread&tid=1"
    for path in sorted((SHARED / "wild").glob("*.html")):
        yield Saved(path.name, path.read_bytes(), {"url": url, "seen_at": datetime.now(UTC)})
    folder = SHARED / "forum" / "x33"
    entries = json.loads((folder / "site.json").read_text("utf-8")) if folder.is_dir() else []
    for entry in entries:
        if "mod=viewthread" in entry["url"] and entry["status"] == 200:
            told = {
                "url": f"http://127.0.0.1:8033{entry['url']}",
                "seen_at": datetime.fromtimestamp(entry["at"], UTC),
                "headers": entry["headers"],
            }
            yield Saved(entry["file"], (folder / entry["file"]).read_bytes(), told)


class EndTag(NamedTuple):
    """Where the end tag of a box stands in the source of a page; how the box begins."""

    box: str
    start: int
    end: int


def boxes_of(page: Saved) -> Iterator[EndTag]:
    """The boxes of a page that can be left open without doubt."""
    for tag in end_tags(decode(page.body)[0]):
        if not any(page.name == name and tag.box.startswith(box) for name, box in UNDECIDED):
            yield tag


def end_tags(text: str) -> Iterator[EndTag]:
    """The end tag of each box in a page's source."""
    open_tags: list[tuple[str, str | None]] = []
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if name in _VOID or found[3].endswith("/"):
            continue
        if not found[1]:
            open_tags.append((name, found[0] if is_box(name, found[3]) else None))
            continue
        for index in range(len(open_tags) - 1, -1, -1):
            if open_tags[index][0] == name:
                start = open_tags[index][1]
                del open_tags[index:]
                if start is not None:
                    yield EndTag(start, *found.span())
                break


def is_box(name: str, attributes: str) -> bool:
    """Whether a start tag begins a box of the forum's."""
    told = {key.lower(): a or b or c for key, a, b, c in _ATTRIBUTE.findall(attributes)}
    return (
        name in _TAGS
        or is_hidden(told.get("style"))
        or class_meaning(told.get("class", "")) in _MEANINGS
        or "copycode" in told.get("onclick", "")
    )


def words_by_post(page: Page) -> dict[str, Counter[str]]:
    if not isinstance(page, ThreadPage):
        return {}
    return {
        post.id: Counter(
            "".join(
                "".join(filter(None, (post.body.text, post.body.source, post.body.notice))).split()
            )
        )
        for post in page.posts
    }


def lost(wanted: dict[str, Counter[str]], got: dict[str, Counter[str]]) -> dict[str, str]:
    """The signs of each post that are gone; those of a whole post where it is gone itself."""
    return {
        post_id: "".join(gone.elements())
        for post_id, said in wanted.items()
        if (gone := said - got.get(post_id, Counter()))
    }


def losses(page: Saved, tag: EndTag) -> dict[str, str]:
    """What of which post is gone from a page without this end tag."""
    return lost(words_by_post(page.read()), words_by_post(page.read(without(page, tag))))


def without(page: Saved, tag: EndTag) -> bytes:
    """The bytes of a page without an end tag."""
    text, encoding = decode(page.body)
    codec = {"gbk": "gb18030", "big5": "big5hkscs"}.get(encoding, encoding)
    return f"{text[: tag.start]}{text[tag.end :]}".encode(codec, "replace")


def sample(pages: Iterable[Saved], count: int, seed: int) -> list[tuple[Saved, EndTag]]:
    """Some boxes of some pages; of each form of a box there are as many, as far as there are."""
    by_form: dict[str, list[tuple[Saved, EndTag]]] = defaultdict(list)
    for page in pages:
        for tag in boxes_of(page):
            by_form[re.sub(r"\d+", "", tag.box)].append((page, tag))
    chance = random.Random(seed)
    for boxes in by_form.values():
        chance.shuffle(boxes)
    turns = zip_longest(*by_form.values())
    return [box for turn in turns for box in turn if box is not None][:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--boxes", type=int, help="as many of them, of each form the same number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", default="", help="only pages with this in their name")
    options = parser.parse_args()
    pages = [page for page in (*fixtures(), *real_threads()) if options.page in page.name]
    boxes = sample(pages, sys.maxsize if options.boxes is None else options.boxes, options.seed)
    number = 0
    for page, tag in boxes:
        gone = losses(page, tag)
        number += bool(gone)
        for post_id, signs in gone.items():
            where = f"{page.name} at {tag.start}, {tag.box}"
            print(f"{where}: post {post_id} without {len(signs)} signs: {signs[:60]!r}")
    print(f"{len(boxes)} boxes of {len(pages)} pages left open: words lost {number} times")
    sys.exit(number > 0)


if __name__ == "__main__":
    main()
