"""Against real pages, where the folder with them lies beside the project."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.segments import encode
from crawler.discuz import read_page
from crawler.discuz.decoding import decode
from crawler.discuz.document import build_tree
from crawler.discuz.facts import (
    BoardPage,
    IndexPage,
    Message,
    NewsPage,
    OtherPage,
    Page,
    Post,
    ThreadPage,
)
from crawler.discuz.urls import post_id
from crawler.items.build import post_lines
from crawler.items.lines import to_json
from tests import open_boxes
from tests.conftest import SHARED, Forum, scrapy
from tests.crawl.obstacle_seeds import age
from tests.forum.obstacles import KINDS, Obstacle
from tests.forum.rewritten import WRITERS, differences, facts
from tests.pages.skins import renamed

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no real pages beside the project")

REFUSED = {
    "31": "not_found",
    "39": "no_permission",
    "44": "no_permission",
    "46": "not_found",
    "47": "not_found",
    "48": "not_found",
}


class SavedPages(dict[str, Any]):
    """The pages of the saved forum, as a forum at ``root`` answers, however they are asked for."""

    def __init__(self, root: str) -> None:
        super().__init__()
        spec = importlib.util.spec_from_file_location("replay", SHARED / "forum" / "replay.py")
        assert spec is not None
        assert spec.loader is not None
        self._replay = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._replay)
        host = root.removeprefix("http://").rstrip("/")
        self._saved = self._replay.load(SHARED / "forum" / "x33", host)

    def get(self, path: str, default: Any = None) -> Any:
        found = self._saved.get(self._replay.key(path))
        if found is None and "mod=viewthread" in path:
            found = self._saved[self._replay.key("/forum.php?mod=viewthread&tid=999999")]
        if found is None:
            return default
        entry, body = found
        own = ("content-length", "connection")
        headers = {k: v for k, v in entry["headers"].items() if k.lower() not in own}
        return entry["status"], headers, body


def test_every_word_of_real_threads_goes_somewhere() -> None:
    """The saved forum and single pages of it in other clothes, and threads of other sites."""
    posts = 0
    for name, page in (
        *((saved.name, saved.read()) for saved in open_boxes.real_threads()),
        *((name, single_page(name)) for name in single_pages(CLOTHES)),
    ):
        if isinstance(page, ThreadPage):
            posts += len(page.posts)
            assert sum(post.body.unaccounted for post in page.posts) == 0, name
    assert posts > 2000


def test_each_frame_that_links_to_a_post_names_it() -> None:
    """In the first line of a frame Discuz links to the post that it quotes."""
    frames = 0
    for name, page in (
        *((saved.name, (saved.body, saved.read())) for saved in open_boxes.real_threads()),
        *((name, saved_page(name)) for name in single_pages(r"thread|tid|view|printable")),
    ):
        body, read = page
        if not isinstance(read, ThreadPage):
            continue
        answered = [quote.post_id for post in read.posts for quote in post.body.quotes]
        for frame in build_tree(decode(body)[0])[0].iter("blockquote"):
            linked = next(
                filter(None, (post_id(link.get("href")) for link in frame.iter("a"))), None
            )
            if linked is not None:
                frames += 1
                assert linked in answered, name
    assert frames >= 44


@pytest.mark.parametrize("seed", [1, 2])
def test_no_word_is_lost_where_a_box_is_left_open(seed: int) -> None:
    """`python -m tests.open_boxes` leaves each of 20,000 boxes open, one at a time."""
    boxes = open_boxes.sample(open_boxes.real_threads(), 400, seed)
    assert len(boxes) == 400
    for page, tag in boxes:
        assert open_boxes.losses(page, tag) == {}, f"{page.name} {tag}"


def overlap(got: str, want: str) -> float:
    one, other = (Counter(re.sub(r"[\W_]+", "", text)) for text in (got, want))
    if one == other:
        return 1.0
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def holds_all(truth: str, folder: Path) -> None:
    """Every post of the database is among the lines of a folder, as the database has it."""
    score = subprocess.run(
        [
            sys.executable,
            SHARED / "forum" / "score.py",
            SHARED / "forum" / f"{truth}.json",
            folder,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    figures = dict(line.rsplit(": ", 1) for line in score.splitlines())
    for label, figure in figures.items():
        share = re.fullmatch(r"([\d.]+) of \d+", figure)
        if share:
            assert float(share[1]) >= (0.995 if "overlap" in label else 1), label
        elif label != "lines read":
            assert figure == "0", label


@pytest.mark.parametrize(("name", "truth"), [("x33", "truth"), ("x33-t1", "truth-t1")])
def test_the_saved_forum(name: str, truth: str, tmp_path: Path) -> None:
    folder = SHARED / "forum" / name
    refused: dict[str, str] = {}
    with (tmp_path / "lines.jsonl").open("wb") as out:
        seen: set[str] = set()
        for entry in json.loads((folder / "site.json").read_text("utf-8")):
            if "mod=viewthread" not in entry["url"] or entry["status"] != 200:
                continue
            at = datetime.fromtimestamp(entry["at"], UTC)
            page = read_page(
                (folder / entry["file"]).read_bytes(),
                url=f"http://127.0.0.1:8033{entry['url']}",
                seen_at=at,
                headers=entry["headers"],
                status=200,
            )
            if isinstance(page, Message):
                refused[page.thread_id or ""] = page.reason
                continue
            assert isinstance(page, ThreadPage)
            for line in post_lines(page, page.posts, at):
                if line.item_id not in seen:
                    seen.add(line.item_id)
                    out.write(encode(to_json(line)))
    holds_all(truth, tmp_path)
    if name == "x33":
        assert {tid: refused.get(tid) for tid in REFUSED} == REFUSED


def test_the_saved_forum_behind_a_guard_that_lets_fifty_pages_through_a_night(
    forum: Forum, tmp_path: Path
) -> None:
    """Complete after as many nights as that takes, and not called whole before."""
    data = tmp_path / "data"
    forum.pages = SavedPages(forum.root)
    guard = Obstacle(forum, KINDS["script_guard"], after=50, covers="")
    statuses = []
    for night in range(12):
        guard.begin()
        guard.random.seed(night)
        run = scrapy(
            "crawl", "discuz", "-a", f"url={forum.root}", "-s", "REVISIT_PAGES=0", data=data
        )
        statuses.append(run.status)
        assert len(guard.stopped) <= 10
        if run.status == 0:
            break
        age(data)
    assert statuses == [5] * 9 + [0], run.stderr
    holds_all("truth", data)
    refused = {line["thread_id"] for line in run.lines("refusals") if "thread_id" in line}
    assert refused <= REFUSED.keys()


def test_the_seed() -> None:
    expected = json.loads((SHARED / "seed" / "expected.json").read_text("utf-8"))
    page = read_page(
        (SHARED / "seed" / "thread.html").read_bytes(),
        url="http://bbs.example.org/forum.php?mod=viewthread&tid=1001",
        seen_at=datetime.now(UTC),
    )
    assert isinstance(page, ThreadPage)
    line = to_json(next(post_lines(page, page.posts, datetime.now(UTC))))
    assert page.site.clock is not None
    assert page.site.clock.isoformat() == expected["page_clock"]
    for name, want in expected.items():
        wanted = want
        if name in ("note", "page_clock", "only_in_html", "must_not_appear_in_text"):
            continue
        got: Any = line.get(name)
        if name == "text":
            got, wanted = (re.sub(r"\n+", "\n", text) for text in (got, wanted))
        elif name == "images":
            got = [image["url"] for image in got]
        elif isinstance(wanted, dict):
            got = {part: got.get(part) for part in wanted}
        assert got == wanted, name
    for words in expected["must_not_appear_in_text"]:
        assert words not in line["text"]


def test_the_seed_as_plain_text() -> None:
    expected = json.loads((SHARED / "seed" / "expected.json").read_text("utf-8"))
    seen_at = datetime.now(UTC)
    source = (SHARED / "seed" / "page.txt").read_bytes()
    page = read_page(source, url="file:///page.txt", seen_at=seen_at)
    assert isinstance(page, ThreadPage)
    assert page.site.clock is not None
    assert page.site.clock.isoformat() == expected["page_clock"]
    line = to_json(next(post_lines(page, page.posts, seen_at)))
    untold = {"note", "page_clock", "only_in_html", "must_not_appear_in_text"}
    for name in expected.keys() - untold - set(expected["only_in_html"]):
        got, wanted = line[name], expected[name]
        if name == "text":
            got, wanted = (re.sub(r"\n+", "\n", text) for text in (got, wanted))
        elif name == "author":
            del wanted["id"]
        assert got == wanted, name
    for words in expected["must_not_appear_in_text"]:
        assert words not in line["text"]


def gold() -> dict[str, Any]:
    """What pages of other sites hold, as read by eye."""
    file = SHARED / "wild" / "gold.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def wild(*kinds: str) -> list[str]:
    return [name for name, page in gold().items() if page["kind"] in kinds]


def wild_page(name: str, change: Callable[[str], str] | None = None, url: str = "") -> Page:
    body = (SHARED / "wild" / name).read_bytes()
    if change is not None:
        body = change(decode(body)[0]).encode()
    return read_page(body, url=url or f"file:///{name}", seen_at=datetime.now(UTC))


@pytest.mark.parametrize("name", wild("board"))
def test_lists_of_other_sites(name: str) -> None:
    page = wild_page(name)
    assert isinstance(page, BoardPage)
    wanted = gold()[name]
    assert [row.thread_id for row in page.rows] == [row["thread_id"] for row in wanted["threads"]]
    assert (page.next_url is not None) == wanted["next_page"]


@pytest.mark.parametrize("name", wild("refusal", "maintenance"))
def test_refusals_of_other_sites(name: str) -> None:
    page = wild_page(name)
    assert isinstance(page, Message)
    wanted = gold()[name]["reason"]
    assert page.reason == {"maintenance": "site_closed"}.get(wanted, wanted)


@pytest.mark.parametrize("name", wild("guide", "index", "portal"))
def test_pages_of_other_sites_that_are_no_threads(name: str) -> None:
    page = wild_page(name)
    wanted = {"guide": NewsPage, "index": IndexPage, "portal": OtherPage}
    assert isinstance(page, wanted[gold()[name]["kind"]])


@pytest.mark.parametrize("name", wild("thread"))
def test_pages_of_other_sites_with_all_names_changed(name: str) -> None:
    """Whatever boxes are called: every floor, by whom and when, and none of its words lost."""
    wanted = gold()[name]
    url = f"http://wild.example/forum.php?mod=viewthread&tid={wanted['thread_id']}"
    page = wild_page(name, renamed, url)
    assert isinstance(page, ThreadPage)
    got = {post.id: post for post in page.posts}
    assert sorted(got) == sorted(post["post_id"] for post in wanted["posts"])
    for post in wanted["posts"]:
        found = got[post["post_id"]]
        assert (found.author.name, found.author.id) == (post["author"], post["author_id"])
        assert found.date is not None
        assert found.date.value.replace(tzinfo=None).isoformat().startswith(post["date"] or "")
        # what plugins put in cannot be told by its class
        said = Counter(squeezed(found.body.text))
        assert sum((Counter(squeezed(post["text"])) - said).values()) <= 0.05 * len(post["text"])


@pytest.mark.parametrize("name", wild("thread"))
def test_threads_of_other_sites(name: str) -> None:
    wanted_page = gold()[name]
    page = wild_page(name)
    assert isinstance(page, ThreadPage)
    got = {post.id: post for post in page.posts}
    shares = []
    for wanted in wanted_page["posts"]:
        post = got[wanted["post_id"]]
        assert (post.author.name, post.author.id) == (wanted["author"], wanted["author_id"])
        assert post.date is not None
        assert post.date.value.replace(tzinfo=None).isoformat().startswith(wanted["date"] or "")
        assert wanted["position"] in (None, post.position)
        body = post.body
        said = filter(None, (post.headline, body.text, body.source, body.notice))
        shares.append(overlap("".join(said), wanted["text"]))
    assert len(got) == len(wanted_page["posts"])
    assert page.thread_id == wanted_page["thread_id"]
    assert (page.page, page.pages) == (wanted_page["page"], wanted_page["pages"])
    assert min(shares) >= 0.95
    assert sum(shares) / len(shares) >= 0.995
    assert page.headline is not None
    assert "".join(page.headline.split()) == "".join(wanted_page["headline"].split())


STEP = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
CLOTHES = r"mobile1?_thread|archiver_tid|printable|viewpid|cpall"


def single_pages(pattern: str) -> list[str]:
    folder = SHARED / "forum" / "pages"
    files = sorted(str(file.relative_to(folder)) for file in folder.glob("*/*.html"))
    return [file for file in files if re.search(pattern, file) and "nonexist" not in file]


def single_page(name: str) -> Page:
    """A page of `forum/pages`, read as the headers beside it say."""
    return saved_page(name)[1]


def saved_page(name: str) -> tuple[bytes, Page]:
    """A page of `forum/pages` as it was sent, and as it is read."""
    file = SHARED / "forum" / "pages" / name
    url, headers, seen_at = "", {}, datetime.now(UTC)
    for line in file.with_suffix(".headers").read_text("utf-8", "replace").splitlines():
        if line.startswith("# GET"):
            url = line.split(" ", 2)[2]
        elif line.startswith("# captured_at"):
            seen_at = datetime.fromtimestamp(int(line.split()[2]), UTC)
        elif ": " in line and not line.startswith("#"):
            header, value = line.split(": ", 1)
            headers[header] = value
    body = file.read_bytes()
    return body, read_page(body, url=url, seen_at=seen_at, headers=headers)


@pytest.mark.parametrize("name", single_pages(CLOTHES))
def test_the_same_threads_in_other_clothes(name: str) -> None:
    """What the database holds is what each skin tells, as far as it tells anything."""
    page = single_page(name)
    assert isinstance(page, ThreadPage)
    truth = json.loads((SHARED / "forum" / "truth.json").read_text("utf-8"))
    thread = next(each for each in truth["threads"] if str(each["tid"]) == page.thread_id)
    if page.skin != "part":
        assert page.headline == thread["subject"]
    # not told where no numbers are: which posts a visitor does not see
    rows = [row for row in thread["posts"] if row["guest_sees"] != "not_sent"]
    for post in page.posts:
        row = next(
            row
            for row in rows
            if (str(row["pid"]) == post.number if post.number else is_dated(post, row))
        )
        assert is_dated(post, row)
        if not post.author.is_anonymous and post.author.name:
            assert post.author.name == row["author"]
            assert post.author.id in (None, str(row["authorid"]))
        assert post.position in (None, row["position"])
        if post.body.access != "visible":
            assert not post.body.text or row["guest_sees"] == "message"
            continue
        said = "".join(filter(None, (post.body.text, post.body.source, post.body.notice)))
        if row["plain"]:
            assert squeezed(said) == squeezed(row.get("text", row["bbcode"]))
        else:
            wanted = row["bbcode"].replace("[page]", "") if "cpall" in name else row.get("text")
            plain = re.sub(r"\[/?quote\]", "", said)
            # touch: the address of a film has "Flash:" in front of it
            least = 0.9 if "bbcode" in name else 0.97
            assert overlap(plain, wanted or words_of(row["bbcode"])) >= least


LISTS = r"archiver_fid|forum2_(?:p|typeid)|forum49|mobile_forum2|mobile_index\.f|robotua_forum|guide|ppp15"


@pytest.mark.parametrize("name", single_pages(LISTS))
def test_the_same_lists_in_other_clothes(name: str) -> None:
    page = single_page(name)
    assert isinstance(page, BoardPage | NewsPage)
    truth = json.loads((SHARED / "forum" / "truth.json").read_text("utf-8"))
    threads = {str(thread["tid"]): thread for thread in truth["threads"]}
    assert len(page.rows) >= 9
    for row in page.rows:
        if row.is_moved:
            continue
        thread = threads[row.thread_id]
        posts = [post for post in thread["posts"] if post["guest_sees"] != "not_sent"]
        assert row.headline == thread["subject"]
        assert row.replies in (None, len(posts) - 1)
        if row.author and row.author.name and not row.author.is_anonymous:
            assert row.author.name == posts[0]["author"]
        if isinstance(page, BoardPage) and not {"sticky"} & set(row.flags):
            assert page.board.id in (str(thread["fid"]), None)


def is_dated(post: Post, row: dict[str, Any]) -> bool:
    assert post.date is not None
    # down to the precision that the page tells
    step = STEP[post.date.precision]
    return bool(-step <= post.date.value.timestamp() - row["dateline"] < step)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words_of(bbcode: str) -> str:
    """What of a post's source is its own words, as `score.py` has it, without what is answered."""
    text = re.sub(r"\[i=s\].*?\[/i\]|\[hide[^\]]*\].*?\[/hide\]", "", bbcode, flags=re.S)
    text = re.sub(r"\[b\]回复.*?\[/b\]", "", text, flags=re.S)
    text = re.sub(
        r"\[quote\].*?\[/quote\]",
        lambda found: "" if "发表于" in found[0] else found[0],
        text,
        flags=re.S,
    )
    media = r"\[(attach|attachimg|img|media|flash|audio|video)[^\]]*\].*?\[/\1\]"
    text = re.sub(media, "", text, flags=re.S)
    text = re.sub(r"\[/?(?:[a-z]+|\*)(?:=[^\]]*)?\]", "", text, flags=re.I)
    return re.sub(r"\{:\w+:\}|:handshake|:victory:|:lol", "", text)


@pytest.mark.parametrize("seed", [1, 2])
def test_pages_with_all_ids_and_classes_renamed(seed: int) -> None:
    folder = SHARED / "forum" / "x33"
    found = wrong = total = 0
    # each seed takes every second page
    for entry in json.loads((folder / "site.json").read_text("utf-8"))[seed % 2 :: 2]:
        if "mod=viewthread" not in entry["url"] or entry["status"] != 200:
            continue
        source = (folder / entry["file"]).read_bytes()
        told: dict[str, Any] = {
            "url": f"http://127.0.0.1:8033{entry['url']}",
            "seen_at": datetime.fromtimestamp(entry["at"], UTC),
            "headers": entry["headers"],
        }
        real = read_page(source, **told)
        if not isinstance(real, ThreadPage):
            continue
        page = read_page(renamed(source.decode(), seed).encode(), **told)
        total += len(real.posts)
        if not isinstance(page, ThreadPage):
            continue
        assert page.skin == "inferred"
        assert (page.headline, page.page, page.pages) == (real.headline, real.page, real.pages)
        known = {post.id: facts_of(post) for post in real.posts}
        same = sum(known.get(post.id) == facts_of(post) for post in page.posts)
        found += same
        wrong += len(page.posts) - same
    assert wrong == 0
    assert found >= 0.95 * total


def facts_of(post: Post) -> tuple[object, ...]:
    author, date = post.author, post.date
    return (author.name, author.id, date and date.value, squeezed(post.body.text))


@contextmanager
def replayed(name: str, port: int, *faults: str) -> Iterator[str]:
    """A saved forum on loopback; the address of its root."""
    folder = SHARED / "forum"
    replay = [sys.executable, str(folder / "replay.py"), str(folder / name)]
    command = [*replay, "--port", str(port), *faults]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.kill()


def score(truth: str, data: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, SHARED / "forum" / "score.py", SHARED / "forum" / truth, data],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.rsplit(": ", 1) for line in done.stdout.splitlines())


def imperfect(figures: dict[str, str]) -> dict[str, str]:
    return {
        label: figure
        for label, figure in figures.items()
        if figure != "0" and not figure.startswith("1.0000 of") and label != "lines read"
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def requests_of(data: Path) -> int:
    record = json.loads(max(data.glob("*/runs/*.json")).read_text("utf-8"))
    return sum(record["requests"].values())


def test_the_saved_forum_from_its_root_and_twenty_minutes_later(tmp_path: Path) -> None:
    port = free_port()
    with replayed("x33", port) as root:
        crawl = ("crawl", "discuz", "-a", f"url={root}")
        assert scrapy(*crawl, data=tmp_path).status == 0
        assert imperfect(score("truth.json", tmp_path)) == {}
        # 445 pages of threads, 22 of lists, the index: what is wanted
        assert requests_of(tmp_path) <= 1.05 * 468
        again = scrapy(*crawl, "-s", "REVISIT_PAGES=0", data=tmp_path)
        assert "nothing new" in again.stderr
        assert requests_of(tmp_path) == 9
    with replayed("x33-t1", port) as root:
        run = scrapy(*crawl, "-s", "REVISIT_PAGES=1000", data=tmp_path)
        assert run.status == 0, run.stderr
    assert imperfect(score("truth-t1.json", tmp_path)) == {}
    # six of a deleted thread, one deleted reply; two edits, a shielded reply; moved, renamed, closed
    assert "7 deleted" in run.stderr
    assert "6 changed" in run.stderr


@pytest.mark.parametrize("writer", WRITERS)
def test_pages_written_otherwise_tell_the_same(writer: str) -> None:
    """Every eleventh page; all of them by `python -m tests.forum.rewritten`."""
    folders = [SHARED / name for name in ("wild", "forum/pages")]
    pages = sorted(path for folder in folders for path in folder.rglob("*.html"))
    read = 0
    for path in pages[::11]:
        source, _ = decode(path.read_bytes())
        if "<html" not in source[:2000].lower():
            continue
        url, seen = "http://bbs.example.net/x", datetime(2026, 11, 20, tzinfo=UTC)
        told, other = (
            facts(read_page(text.encode(), url=url, seen_at=seen))
            for text in (source, WRITERS[writer](source))
        )
        assert differences(told, other) == set(), path
        read += 1
    assert read > 9
