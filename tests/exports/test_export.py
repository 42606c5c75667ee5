"""The forms that other tools read, and what hostile words do to them."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from markdown_it import MarkdownIt

from crawler.archive import locks, written_alone
from crawler.discuz.post import paragraphs, render_html
from crawler.exports import FORMATS
from crawler.exports.database import SEARCH
from crawler.exports.markdown import slug
from crawler.items.lines import Article, Post, to_json
from crawler.items.schema import problems
from tests.conftest import Forum, Run, begin, scrapy
from tests.faults.cases import quietly
from tests.faults.folder import command
from tests.forum.town import crawl, town

URL = "http://bbs.example.net/forum.php?mod=viewthread&tid="
EVIL = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "../../../etc/passwd",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egpj.exe",
    '=HYPERLINK("http://x.example","y")',
    "&lol9;" * 50,
    "# title\n- list\n1. list\n---\n```\n<!-- x -->",
    "![x](http://x.example/track.gif)",
    '"; DROP TABLE posts; --',
    "a" * 300,
)


def post(number: int, text: str, **more: Any) -> dict[str, Any]:
    kind = Article if number % 100 == 1 else Post
    thread = str(number // 100)
    line = kind(
        item_id=f"bbs.example.net:{thread}:{number}",
        site="bbs.example.net",
        url=f"{URL}{thread}" + ("" if kind is Article else f"#pid{number}"),  # type: ignore[arg-type]
        fetched_at="2023-03-15T12:00:30+00:00",  # type: ignore[arg-type]
        thread_id=thread,
        post_id=str(number),
        position=number % 100,
        author={"name": "石桥卖花人", "id": "7"},
        date_published=f"2023-03-14T09:{number % 60:02}:00+08:00",  # type: ignore[arg-type]
        text=text,
        content_hash="0",
        **more,
    )
    record = to_json(line)
    assert not problems(record)
    return record


PLAIN = [
    post(
        101,
        "旧码头的夜市\n又开了。\n\n　　第二段。",
        headline="旧码头",
        category="见闻",
        board={"name": "河湾闲话", "id": "8"},
        tags=["夜市"],
        views=1024,
        replies=2,
        source="晚报",
        coverage={"status": "complete", "posts_expected": 3, "posts_captured": 3},
    ),
    post(
        102,
        "坐等周末。",
        images=[{"url": "http://img.example.org/灯 (1).jpg", "name": "灯"}],
        likes=3,
    ),
    post(
        103,
        "周末见。",
        in_reply_to="102",
        quotes=[{"text": "坐等周末。", "author": "柳岸闻莺", "post_id": "102"}],
    ),
    post(205, "没有首楼的一帖"),
]
HOSTILE = [
    record
    for number, evil in enumerate(EVIL, 1)
    for record in (
        post(
            100 * number + 1,
            evil,
            headline=evil.replace("\n", " "),
            board={"name": evil.replace("\n", " "), "id": str(number)},
            tags=[evil],
            source=evil,
        ),
        post(100 * number + 2, evil, images=[{"url": "http://x.example/>)<b>", "name": evil}]),
        post(100 * number + 3, evil, text_html=render_html(paragraphs(evil))),
    )
]


def written(form: str, records: list[dict[str, Any]], folder: Path) -> Path:
    path = folder / f"out{FORMATS[form].ending}"
    FORMATS[form].write(iter(records), path, folder)
    return path


# -- Markdown ---


def test_markdown(tmp_path: Path) -> None:
    folder = written("markdown", PLAIN, tmp_path)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.md"))
    assert files == ["8-河湾闲话/1-旧码头.md", "no-board/2.md"]
    front, _, text = (folder / files[0]).read_text("utf-8").removeprefix("---\n").partition("---\n")
    facts = {
        name: json.loads(value)
        for name, value in (line.split(": ", 1) for line in front.splitlines())
    }
    assert (facts["title"], facts["author"], facts["tags"]) == ("旧码头", "石桥卖花人", ["夜市"])
    assert (facts["views"], facts["is_complete"]) == (1024, True)
    html = MarkdownIt().render(text)
    assert "<p>旧码头的夜市<br />\n又开了。</p>\n<p>第二段。</p>" in html  # this parser strips
    assert "\n\n　　第二段。\n" in text
    assert '<img src="http://img.example.org/%E7%81%AF%20(1).jpg" alt="灯" />' in html
    assert "<blockquote>\n<p>柳岸闻莺<br />\n坐等周末。</p>\n</blockquote>\n<p>周末见。</p>" in html
    assert re.findall(r"<h2>(.*?) ·", html) == ["2#", "3#"]


def test_kept_pictures_and_files_come_along(tmp_path: Path) -> None:
    digests = ["ab" * 32, "cd" * 32]
    names = [f"media/ab/{digests[0]}.png", f"media/cd/{digests[1]}.zip"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(name.encode())
    evil = {"url": "http://x.example/e.png", "path": "../../etc/passwd"}
    lamp = {"url": "http://x.example/a.png", "path": names[0], "sha256": digests[0]}
    plan = {"id": "6", "name": "地图.zip", "path": names[1], "sha256": digests[1]}
    gone = {"url": "http://x.example/b.png", "refusal": "not_found"}
    record = PLAIN[1] | {"images": [lamp, gone, evil], "attachments": [plan]}
    folder = written("markdown", [PLAIN[0], record], tmp_path)
    for name in names:
        assert (folder / name).read_bytes() == name.encode()
        assert not (folder / name).samefile(tmp_path / name)
    (path,) = folder.rglob("*.md")
    text = path.read_text("utf-8")
    for place in (
        f"(<../{names[0]}>)",
        f"[地图.zip](<../{names[1]}>)",
        "(<http://x.example/b.png>)",
    ):
        assert place in text
    assert (path.parent / f"../{names[0]}").is_file()
    assert "passwd" not in text


def test_a_post_with_html_keeps_its_shape(tmp_path: Path) -> None:
    kept = f"media/ab/{'ab' * 32}.png"
    shown = (
        '<p>图 <strong>一</strong>：</p><figure><img src="{}" data-url="http://p.example/a" alt=""></figure>'
        "<ol><li>甲</li></ol>"
    )
    records = [
        post(101, "图 一：\n1. 甲", headline="旧码头", text_html=shown.format(kept)),
        post(102, "坏", text_html=shown.format("../../etc/passwd")),
        # what somebody else wrote into the field is words
        post(103, "坏", text_html="<script>x</script><div onclick=x>甲<b>*乙*</b></div>"),
    ]
    (path,) = written("markdown", records, tmp_path).rglob("*.md")
    text = path.read_text("utf-8")
    assert f"图 **一**：\n\n![](<../{kept}>)\n\n1. 甲\n" in text
    assert "passwd" not in text
    html = MarkdownIt().render(text)
    assert "<script" not in html
    assert "<div" not in html


SAID = [
    {"author": "半壶老酒", "author_id": "22", "text": "同去*", "date": "2023-03-15T08:00:00+08:00"},
    {"text": "游客的话\n两行"},
]


def test_comments_stand_below_their_post(tmp_path: Path) -> None:
    records = [post(101, "一", headline="旧码头", comments=SAID), post(102, "二", comments=SAID)]
    (path,) = written("markdown", records, tmp_path).rglob("*.md")
    told = "- **半壶老酒** · 2023-03-15T08:00:00+08:00: 同去\\*\n- 游客的话  \n  两行\n"
    assert path.read_text("utf-8").count(told) == 2
    (line,) = written("jsonld", records, tmp_path).read_text("utf-8").splitlines()
    thread = json.loads(line)
    assert [each["text"] for each in thread["comment"]] == ["同去*", "游客的话\n两行", "二"]
    assert [each["text"] for each in thread["comment"][2]["comment"]] == ["同去*", "游客的话\n两行"]
    assert thread["comment"][0]["author"] == {
        "@type": "Person",
        "name": "半壶老酒",
        "identifier": "22",
    }


@pytest.mark.parametrize("record", HOSTILE, ids=range(len(HOSTILE)))
def test_words_are_no_markup(record: dict[str, Any], tmp_path: Path) -> None:
    folder = written("markdown", [record], tmp_path)
    (file,) = folder.rglob("*.md")
    text = file.read_text("utf-8")
    # one line of the file is one value: nothing ends the front matter early
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    assert all(json.loads(line.split(": ", 1)[1]) is not None for line in front.splitlines())
    tokens = MarkdownIt().parse(body)
    kinds = {token.type for token in tokens}
    inner = [child for token in tokens for child in token.children or []]
    assert not kinds & {"html_block", "bullet_list_open", "ordered_list_open", "fence", "hr"}
    assert not {child.type for child in inner} & {"html_inline", "link_open", "code_inline"}
    assert all(
        str(child.attrs["src"]).startswith("http://x.example/%3E)%3Cb%3E")
        for child in inner
        if child.type == "image"
    )
    said = "".join(child.content for child in inner if child.type == "text")
    assert record["text"][:5].replace("\x1b", "\ufffd").replace("\u202e", "\ufffd") in said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_no_file_lies_outside_its_folder(tmp_path: Path) -> None:
    folder = written("markdown", HOSTILE, tmp_path / "a")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(folder in path.parents for path in files)
    assert all(len(path.name.encode()) < 255 for path in files)
    assert len(list(folder.rglob("*.md"))) == len(EVIL)


@pytest.mark.parametrize("text", ["..", "/", "con\\..\\x", "\u202e", "." * 99, "漢" * 99])
def test_slugs_are_names(text: str) -> None:
    assert re.fullmatch(r"[\w-]{0,60}", slug(text))


def test_a_folder_of_somebody_is_not_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "out-markdown"
    mine.mkdir()
    (mine / "mine.txt").write_text("x")
    with pytest.raises(FileExistsError, match="was not written by an export"):
        written("markdown", PLAIN, tmp_path)
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["mine.txt"]


def test_what_is_gone_goes_from_the_folder(tmp_path: Path) -> None:
    written("markdown", PLAIN, tmp_path)
    folder = written("markdown", PLAIN[3:], tmp_path)
    assert [path.name for path in folder.rglob("*.md")] == ["2.md"]
    assert [path.name for path in tmp_path.iterdir()] == ["out-markdown"]


# -- JSON-LD ---

# https://schema.org/version/latest: what is used here of the properties of each type
CREATIVE = {
    "@context",
    "@type",
    "@id",
    "url",
    "identifier",
    "author",
    "datePublished",
    "dateModified",
    "text",
    "headline",
    "locationCreated",
    "image",
    "video",
    "associatedMedia",
    "citation",
    "interactionStatistic",
    "isPartOf",
    "keywords",
    "creditText",
    "copyrightNotice",
    "commentCount",
    "comment",
    "position",
}
THING = {"@type", "@id", "name", "url", "identifier"}
NAMES = {
    "DiscussionForumPosting": CREATIVE | {"articleSection"},
    "Comment": CREATIVE | {"parentItem"},
    "CollectionPage": THING,
    "Person": THING,
    "Place": THING,
    "VideoObject": THING,
    "MediaObject": THING | {"contentUrl"},
    "InteractionCounter": {"@type", "interactionType", "userInteractionCount"},
}


def all_objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from all_objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from all_objects(part)


@pytest.mark.parametrize("records", [PLAIN, HOSTILE], ids=["plain", "hostile"])
def test_jsonld_has_the_names_of_schema_org(records: list[dict[str, Any]], tmp_path: Path) -> None:
    path = written("jsonld", records, tmp_path)
    lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    assert len(lines) == len({record["thread_id"] for record in records})
    for thing in all_objects(lines):
        assert set(thing) <= NAMES[thing["@type"]]
    assert all(line["@context"] == "https://schema.org" for line in lines)


def test_jsonld(tmp_path: Path) -> None:
    first, second = (
        json.loads(line)
        for line in written("jsonld", PLAIN, tmp_path).read_text("utf-8").splitlines()
    )
    assert first["@type"] == "DiscussionForumPosting"
    assert (first["headline"], first["articleSection"]) == ("旧码头", "河湾闲话")
    assert first["author"] == {"@type": "Person", "name": "石桥卖花人", "identifier": "7"}
    assert first["interactionStatistic"][0]["userInteractionCount"] == 1024
    assert [each["text"] for each in first["comment"]] == ["坐等周末。", "周末见。"]
    assert first["comment"][1]["parentItem"]["@id"] == first["comment"][0]["@id"]
    assert first["comment"][1]["citation"][0]["author"]["name"] == "柳岸闻莺"
    assert second["comment"][0]["text"] == "没有首楼的一帖"


# -- tables ---


def test_csv(tmp_path: Path) -> None:
    folder = written("csv", PLAIN, tmp_path)
    threads, posts = (
        list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text("utf-8-sig"))))
        for name in ("threads", "posts")
    )
    assert [row["headline"] for row in threads] == ["旧码头"]
    assert (threads[0]["board_name"], threads[0]["coverage_status"]) == ("河湾闲话", "complete")
    assert json.loads(threads[0]["tags"]) == ["夜市"]
    assert [row["text"] for row in posts] == [record["text"] for record in PLAIN]


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    folder = written("csv", HOSTILE, tmp_path)
    for name in ("threads", "posts"):
        text = (folder / f"{name}.csv").read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1
        assert not any(re.match(r"[=+@\t\r-](?!\d+$)", cell) for row in rows for cell in row)


@pytest.mark.parametrize("records", [PLAIN, HOSTILE], ids=["plain", "hostile"])
def test_parquet(records: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = written("parquet", records, tmp_path)
    with duckdb.connect() as db:
        posts = db.read_parquet(str(folder / "posts.parquet"))
        said = posts.select("item_id, text, position").fetchall()
        threads = db.read_parquet(str(folder / "threads.parquet")).select("headline, views")
        titles = threads.fetchall()
    assert said == [(each["item_id"], each["text"], each["position"]) for each in records]
    assert titles == [
        (each["headline"], each.get("views")) for each in records if each["item_type"] == "article"
    ]


def found(path: Path, asked: str) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[3] for row in db.execute(SEARCH, {"q": asked})]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("夜市", 1),  # two characters
        ("市", 1),
        ("旧码头的夜", 1),
        ("码夜", 0),
        ("周末", 2),
        ("坐等 周末", 1),
        ("周末 坐等", 1),
        ("旧码头", 1),  # a title
        ("石桥卖花人", 4),  # an author
        ("", 0),
        ("  ", 0),
        ('"', 0),
        ('周末" OR "夜', 0),
        ("周末*", 2),
        ("NOT 夜市", 0),
    ],
)
def test_words_of_two_characters_are_found(asked: str, count: int, tmp_path: Path) -> None:
    assert len(found(written("sqlite", PLAIN, tmp_path), asked)) == count


def test_sqlite(tmp_path: Path) -> None:
    path = written("sqlite", [*PLAIN, *HOSTILE[-3:]], tmp_path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT headline, views FROM threads").fetchone() == ("旧码头", 1024)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM posts").fetchone() == (len(PLAIN) + 3,)
    metadata = json.loads(path.with_suffix(".metadata.json").read_text("utf-8"))
    assert metadata["databases"]["out"]["queries"]["search"]["sql"] == SEARCH
    assert {file.name for file in tmp_path.iterdir()} == {"out.db", "out.metadata.json"}


@pytest.mark.parametrize("form", FORMATS)
def test_posts_are_written_one_by_one(form: str, tmp_path: Path) -> None:
    class Line(dict[str, Any]):
        pass

    alive: weakref.WeakSet[Line] = weakref.WeakSet()
    most = 0

    class Hashed(Line):
        __hash__ = object.__hash__  # type: ignore[assignment]

    def many() -> Iterator[dict[str, Any]]:
        nonlocal most
        for number in range(3000):
            line = Hashed(post(101 + number % 99, "楼"), item_id=str(number), thread_id="1")
            line["item_type"] = "article" if number == 0 else "post"
            alive.add(line)
            most = max(most, len(alive))
            yield line

    FORMATS[form].write(many(), tmp_path / "out", tmp_path)
    assert most < 20


# -- the command ---


def export(run: Run, forum: Forum, *more: str) -> Run:
    return scrapy("export", forum.root, *more, data=run.data)


@pytest.mark.parametrize("form", FORMATS)
def test_the_present_state_is_exported(form: str, forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    run = crawl(forum, tmp_path / "data")
    made.reply(13, "新的回答")
    made.publish()
    run = crawl(forum, tmp_path / "data")
    posts = sum(len(talk.posts) for talk in made.talks.values())
    done = export(run, forum, "--to", form, "-o", str(tmp_path / "out"))
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == f"{len(made.talks)} threads, {posts} posts → {tmp_path / 'out'}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "--to", "docx"), "name a format: --to markdown|"),
        (("x",), "name a format: --to markdown|"),
        ((), "name a format: --to"),
        (("--to", "csv"), "name one site"),
        (("nowhere.example", "--to", "csv"), "no lines in"),
        (("--nonsense", "--to", "csv"), "unknown option"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    run = scrapy("export", *arguments, data=tmp_path)
    assert run.status == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("snapshot",), *(("export", "--to", form) for form in FORMATS)]
)
def test_two_at_once_do_not_spoil_it(
    arguments: tuple[str, ...], forum: Forum, tmp_path: Path
) -> None:
    """One waits for the other, or ends with one line."""
    town(forum)
    run = crawl(forum, tmp_path / "data")
    (site,) = (path.name for path in run.data.iterdir())
    whole = (*arguments, site, "-s", f"DATA_DIR={run.data}", "-o", str(tmp_path / "out"))
    outs = [tmp_path / f"said-{number}" for number in range(3)]
    running = [begin(*whole, out=out) for out in outs]
    for each in running:
        each.join(60)
    for each, out in zip(running, outs, strict=True):
        said = (out / "stderr").read_text("utf-8")
        assert each.exitcode == 0 or (each.exitcode == 2 and "is being written by" in said), said
        assert len(said.splitlines()) <= 1
    left = {path.name for path in tmp_path.iterdir()} - {"data", *(out.name for out in outs)}
    assert left - {"out.metadata.json"} == {"out"}


def test_a_second_one_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_PATIENCE", 0.0)
    site = tmp_path / "data" / "bbs.example.net"
    site.mkdir(parents=True)
    (site / "articles-00001.jsonl").write_text(json.dumps(PLAIN[0]) + "\n", "utf-8")
    out = tmp_path / "out"
    with written_alone(out):
        for name, *more in (("snapshot",), ("export", "--to", "csv"), ("export", "--to", "sqlite")):
            arguments = (*more, site.name, "-o", str(out))
            act = partial(command, name, *arguments, data=site.parent)
            status, said = quietly(lambda _, act=act: act(), tmp_path)
            assert (status, len(said.splitlines())) == (2, 1)
            assert said.startswith(f"scrapy {name}: {out} is being written by another process: ")
    assert not out.exists()


def test_a_full_disk_of_duckdb_is_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its errors are no `OSError`: the command would end with a traceback."""

    def full(*_: Any, **__: Any) -> None:
        raise duckdb.IOException("IO Error: No space left on device\nLINE 1: …")

    before = written("parquet", PLAIN[:1], tmp_path)
    rows = duckdb.read_parquet(str(before / "posts.parquet")).fetchall()
    monkeypatch.setattr(duckdb, "connect", full)
    with pytest.raises(OSError, match=r"^IO Error: No space left on device$"):
        written("parquet", PLAIN, tmp_path)
    assert duckdb.read_parquet(str(before / "posts.parquet")).fetchall() == rows


def test_rows_for_parquet_are_gone_in_the_end(tmp_path: Path) -> None:
    folder = written("parquet", PLAIN, tmp_path)
    assert {path.name for path in folder.iterdir()} - {".written-whole"} == {
        "threads.parquet",
        "posts.parquet",
    }
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
