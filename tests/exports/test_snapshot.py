from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.segments import Segments, compress, encode
from crawler.exports import write_snapshot
from tests.conftest import scrapy


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
        "version": version,
        "thread_id": "7",
        "status": "complete",
        "posts_captured": captured,
    }


def refused(name: str, version: int, **more: Any) -> dict[str, Any]:
    return {
        "item_type": "refusal",
        "item_id": name,
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
