from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.segments import Segments, compress, encode
from crawler.exports import FORMATS, read_snapshot, write_snapshot
from crawler.items import Article
from crawler.privacy import WHOLE, Privacy
from tests.conftest import scrapy

IDENTITY = ("item_type", "item_id", "version", "site", "thread_id")


def line(number: int, version: int = 1, tid: int = 7, **more: Any) -> dict[str, Any]:
    kind = "article" if number == 1 else "post"
    return {
        "item_type": kind,
        "item_id": f"s:{tid}:{tid}{number}",
        "version": version,
        "site": "s",
        "fetched_at": f"2023-03-1{version}",
        "thread_id": str(tid),
        "post_id": f"{tid}{number}",
        "date_published": f"2023-03-14T10:0{number}:00+08:00",
        "text": f"文{number}.{version}",
        **more,
    }


def gone(number: int, version: int, tid: int = 7) -> dict[str, Any]:
    kept = ("item_type", "item_id", "version", "site", "fetched_at", "thread_id", "post_id")
    whole = line(number, version, tid)
    return {**{name: whole[name] for name in kept}, "is_deleted": True}


def covered(version: int, captured: int) -> dict[str, Any]:
    return {
        "item_type": "coverage",
        "item_id": "s:7:coverage",
        "site": "s",
        "version": version,
        "thread_id": "7",
        "status": "complete",
        "posts_captured": captured,
    }


def refused(name: str, version: int, **more: Any) -> dict[str, Any]:
    return {
        "item_type": "refusal",
        "item_id": name,
        "site": "s",
        "version": version,
        "fetched_at": "2023-03-15",
        "reason": "password",
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three segments of posts, of which one is packed; edits, deletions, and one taken back."""
    site = tmp_path / "s"
    lines = [
        [line(3), line(2), line(1), line(4), line(1, tid=12), line(2, tid=12), covered(1, 3)],
        [line(2, 2), gone(3, 2), gone(1, 2, tid=12), refused("a", 1), refused("b", 1)],
        [gone(4, 2), line(4, 3), covered(2, 4), refused("a", 2, is_deleted=True), line(2, 3)],
    ]
    for number, records in enumerate(lines, 1):
        segments = Segments(site)
        for record in records:
            kind = record["item_type"]
            segments.append(kind, [encode(record)])
        segments.flush()
        segments.close()
        if number == 1:
            compress(site / "posts-00001.jsonl", "gzip")
    return site


def written(folder: Path, **how: Any) -> list[dict[str, Any]]:
    return [json.loads(text) for text in b"".join(write_snapshot(folder, **how)).splitlines()]


def test_the_last_version_of_each_item(folder: Path) -> None:
    got = [(record.get("post_id"), record.get("text")) for record in written(folder)]
    assert got == [
        ("71", "文1.1"),
        ("72", "文2.3"),
        ("74", "文4.3"),
        ("122", "文2.1"),
        (None, None),
    ]
    assert written(folder)[-1]["item_id"] == "b"
    assert written(folder)[0]["coverage"] == {"status": "complete", "posts_captured": 4}


def test_what_is_gone_is_kept_with_its_last_words(folder: Path) -> None:
    kept = {record.get("post_id"): record for record in written(folder, with_deleted=True)}
    assert (kept["73"]["text"], kept["73"]["version"], kept["73"]["is_deleted"]) == (
        "文3.1",
        2,
        True,
    )
    assert kept["121"]["is_deleted"]
    assert "is_deleted" not in kept["74"]
    assert len(kept) == 7


def test_a_line_a_thread(folder: Path) -> None:
    first, second = written(folder, nested=True)
    assert (first["post_id"], [post["post_id"] for post in first["posts"]]) == ("71", ["72", "74"])
    # its article is gone, its posts are not
    assert second["thread_id"] == "12"
    assert [post["post_id"] for post in second["posts"]] == ["122"]
    first, second = written(folder, nested=True, with_deleted=True)
    assert (second["post_id"], second["is_deleted"]) == ("121", True)


def test_the_command(folder: Path) -> None:
    data = folder.parent
    out = data / "out.jsonl"
    run = scrapy("snapshot", "s", "-o", str(out), data=data, quickly=False)
    assert (run.status, run.stdout, run.stderr) == (0, "", "")
    shown = scrapy("snapshot", "http://s/forum.php", data=data, quickly=False)
    assert shown.stdout == out.read_text("utf-8")
    assert len(shown.stdout.splitlines()) == 5
    assert not list(data.glob("*.part"))


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["a", "b"], ["s", "--nosuch"]])
def test_wrong_use_is_one_line(folder: Path, arguments: list[str]) -> None:
    run = scrapy("snapshot", *arguments, data=folder.parent, quickly=False)
    assert (run.status, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1
    assert run.stderr.startswith("scrapy snapshot: ")


def test_a_place_that_cannot_be_written(folder: Path) -> None:
    below_a_file = folder / "articles-00001.jsonl" / "x"
    run = scrapy("snapshot", "s", "-o", str(below_a_file), data=folder.parent, quickly=False)
    assert run.status == 7
    assert len(run.stderr.splitlines()) == 1


# -- lines that are none of ours, and other orders of lines --


def stored(folder: Path, *records: dict[str, Any] | bytes) -> Path:
    """A folder with these lines; articles have their own file, as always."""
    site = folder / "s"
    segments = Segments(site)
    for record in records:
        kind = "post" if isinstance(record, bytes) else record["item_type"]
        segments.append(kind, [record if isinstance(record, bytes) else encode(record)])
    segments.flush()
    segments.close()
    return site


def last(folder: Path, **how: Any) -> dict[str, Any]:
    (record,) = written(folder, **how)
    return record


def as_post(number: int, version: int) -> dict[str, Any]:
    return {**line(number, version), "item_type": "post"}


def test_the_highest_version_is_the_present_wherever_it_stands(tmp_path: Path) -> None:
    """An article that was a post for a while, when two threads were merged."""
    site = stored(tmp_path, line(1), as_post(1, 2), line(1, 3))
    assert (last(site)["text"], last(site)["item_type"]) == ("文1.3", "article")


def test_of_two_lines_of_one_version_the_later_counts(tmp_path: Path) -> None:
    assert last(stored(tmp_path, line(2), {**line(2), "text": "later"}))["text"] == "later"


@pytest.mark.parametrize(
    "order", [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0], [1, 2, 0], [1, 0, 2]]
)
def test_a_deletion_has_the_words_of_the_last_version_before_it(
    tmp_path: Path, order: list[int]
) -> None:
    lines = [line(2), line(2, 2), gone(2, 3)]
    site = stored(tmp_path, *(lines[place] for place in order))
    assert written(site) == []
    kept = last(site, with_deleted=True)
    assert (kept["text"], kept["version"], kept["fetched_at"]) == ("文2.2", 3, "2023-03-13")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_what_came_back_is_there(tmp_path: Path, order: list[int]) -> None:
    lines = [gone(2, 2), line(2, 3)]
    assert last(stored(tmp_path, *(lines[place] for place in order)))["version"] == 3


BAD = [
    b"\n",
    b"# mine\n",
    b"[]\n",
    b"7\n",
    b"NaN\n",
    b'{"a": 1}\n',
    b"\xff\n",
    b"[" * 99_999 + b"\n",
]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_is_told_and_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: bytes
) -> None:
    site = stored(tmp_path, line(2), bad, line(3))
    before = (site / "posts-00001.jsonl").read_bytes()
    assert [record["post_id"] for record in written(site)] == ["72", "73"]
    (told,) = caplog.messages
    assert told.startswith(f"{site / 'posts-00001.jsonl'}, line 2 is no line of ours (")
    assert (site / "posts-00001.jsonl").read_bytes() == before


def test_a_segment_that_was_moved_away_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = stored(tmp_path, line(2))
    (site / "posts-00001.jsonl").rename(site / "posts-00003.jsonl")
    assert [record["post_id"] for record in written(site)] == ["72"]
    (told,) = caplog.messages
    assert told.startswith(f"{site}: posts-00001 is not in this folder")
    assert "(2 such files in all)" in told


@pytest.mark.parametrize("kind", ["snapshot", *FORMATS])
def test_commands_pass_over_bad_lines(tmp_path: Path, kind: str) -> None:
    stored(tmp_path, line(1), *BAD, line(2), {**line(3), "images": 7, "text": ["文"]})
    command = ["snapshot"] if kind == "snapshot" else ["export", "--to", kind]
    run = scrapy(*command, "s", "-o", str(tmp_path / "out"), data=tmp_path, quickly=False)
    assert run.status == 0, run.stderr
    assert "Traceback" not in run.stderr
    for number in range(1, len(BAD) + 1):
        assert f"posts-00001.jsonl, line {number} is no line of ours" in run.stderr
    if kind != "snapshot":
        assert "text, images of 's:7:73'" in run.stderr
        assert "1 thread, 3 posts" in run.stderr


ODD = [7, "甲", ["甲"], {"甲": 1}, True, None, 10**40, [{}], [[["甲"]]]]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_fields_of_other_types_stop_no_command(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, odd: Any
) -> None:
    names = [name for name in Article.field_names() if name not in IDENTITY]
    records = [{**line(1, tid=tid), name: odd} for tid, name in enumerate(names, 100)]
    replies = [{**line(2, tid=tid), name: odd} for tid, name in enumerate(names, 100)]
    site = stored(tmp_path, *records, *replies)
    hidden = Privacy("pseudonym", False, b"salt" * 8)
    for privacy in (WHOLE, hidden):
        list(write_snapshot(site, privacy))
        for form in FORMATS:
            threads, _ = FORMATS[form].write(
                read_snapshot(site, privacy), tmp_path / f"out-{form}", site
            )
            assert threads > len(names) - 5
    assert "Traceback" not in caplog.text
