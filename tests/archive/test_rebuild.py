"""What a ledger that is made from the lines knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import NoteMade
from crawler.archive.ledger import Ledger
from crawler.archive.media_store import media_hash
from crawler.archive.rebuild import rebuild_ledger
from crawler.archive.segments import Segment, Segments, encode
from crawler.archive.state import LEDGER, MediaState, PostState, RefusalState, ThreadState, minutes
from crawler.archive.tables import hash_bytes

DATE = "2023-03-14T10:00:30+08:00"
SHA = "ab" * 32
POST = {
    "item_id": "s:7:2",
    "thread_id": "7",
    "post_id": "2",
    "version": 1,
    "date_published": DATE,
    "content_hash": "cd" * 32,
}
GONE = {"item_id": "s:7:2", "thread_id": "7", "version": 3, "is_deleted": True}
KNOWN = PostState("2", minutes(DATE), 1, hash_bytes("cd" * 32))
PICTURE = {"url": "http://b/a.png", "attachment_id": "5", "path": "media/ab/ab.png", "sha256": SHA}
REFUSED = {"id": "6", "refusal": "not_found"}
REFUSAL = {
    "item_id": "s:refusal:7",
    "thread_id": "7",
    "version": 2,
    "reason": "challenge",
    "retriable": True,
    "attempts": 3,
    "fetched_at": "1970-01-01T08:16:40+08:00",
    "url": "http://b/",
}


@contextmanager
def rebuilt(folder: Path, *lines: tuple[str, dict[str, Any]]) -> Iterator[Ledger]:
    segments = Segments(folder)
    for kind, record in lines:
        segments.append(kind, [encode(record)])
    segments.flush()
    segments.close()
    with closing(rebuild_ledger(folder)) as ledger:
        yield ledger


@pytest.mark.parametrize(
    "lines, known",
    [
        ([("post", POST)], KNOWN),
        ([("article", POST)], replace(KNOWN, is_first=True)),
        ([("post", {**POST, "access": "shielded"})], replace(KNOWN, is_shielded=True)),
        ([("post", {**POST, "access": "password"})], KNOWN),
        ([("post", POST), ("post", {**POST, "version": 2})], replace(KNOWN, version=2)),
        ([("post", POST), ("post", GONE)], replace(KNOWN, version=3, is_gone=True)),
        ([("post", GONE)], PostState("2", 0, 3, b"", is_gone=True)),
        (
            [("post", POST), ("post", GONE), ("post", {**POST, "version": 4})],
            replace(KNOWN, version=4),
        ),
        ([("post", {**POST, "post_id": None, "item_id": "s:7:p2-4"})], replace(KNOWN, id="p2-4")),
        (
            [("post", {**POST, "images": [PICTURE], "attachments": [REFUSED]})],
            replace(KNOWN, media=media_hash([PICTURE], [REFUSED])),
        ),
    ],
)
def test_a_post_is_known_as_its_last_line_tells(
    tmp_path: Path, lines: list[tuple[str, dict[str, Any]]], known: PostState
) -> None:
    with rebuilt(tmp_path, *lines) as ledger:
        assert ledger.posts("7", [known.id]) == {known.id: known}
        assert ledger.thread("7") == ThreadState("7"), "to be read once more"


def test_stored_files_are_known_and_refused_ones_asked_for_again(tmp_path: Path) -> None:
    with rebuilt(
        tmp_path, ("post", {**POST, "images": [PICTURE], "attachments": [REFUSED]})
    ) as made:
        stored = MediaState("attachment:5", "media/ab/ab.png", SHA)
        assert made.media("attachment:5") == stored
        assert made.media("attachment:6") is None


def test_the_version_of_a_coverage_line_is_known(tmp_path: Path) -> None:
    lines = [("coverage", {"thread_id": "7", "version": number}) for number in (1, 2)]
    with rebuilt(tmp_path, ("article", POST), *lines) as ledger:
        assert ledger.thread("7") == ThreadState("7", coverage=2)
        assert list(ledger.posts("7", ["2"])) == ["2"]


def test_refusals_are_known_and_retracted_ones_over(tmp_path: Path) -> None:
    known = RefusalState("s:refusal:7", "7", "challenge", True, 3, 2, 1000, "http://b/")
    site = {name: value for name, value in REFUSAL.items() if name != "thread_id"}
    lines = [
        REFUSAL,
        {**site, "item_id": "s:refusal:site", "retriable": False},
        {**REFUSAL, "item_id": "s:refusal:over", "is_deleted": True},
    ]
    with rebuilt(tmp_path, *(("refusal", line) for line in lines)) as ledger:
        assert ledger.refusal("s:refusal:7") == known
        assert ledger.refusal("s:refusal:site") == RefusalState(
            "s:refusal:site", None, "challenge", False, 3, 2, 1000, "http://b/"
        )
        over = ledger.refusal("s:refusal:over")
        assert over is not None
        assert (over.reason, over.is_retriable, over.version) == ("", False, 2)


def test_lines_that_were_rejected_tell_nothing(tmp_path: Path) -> None:
    with rebuilt(tmp_path, ("rejected", {"problems": ["url"], **POST})) as ledger:
        assert ledger.thread("7") is None
        assert list(ledger.segments()) == ["rejected-00001.jsonl"]


def test_segments_are_marked_and_a_torn_line_is_cut_off(tmp_path: Path) -> None:
    segments = Segments(tmp_path, size=1, compression="gzip")
    segments.append("post", [encode(POST)])
    segments.flush()
    ((_, closed),) = segments.close_full()
    torn = tmp_path / "posts-00002.jsonl"
    torn.write_bytes(encode({**POST, "version": 2}) + b'{"torn')
    with rebuilt(tmp_path) as ledger:
        length = len(encode({**POST, "version": 2}))
        assert ledger.segments() == {
            closed.name: closed,
            torn.name: Segment(torn.name, length),
        }
        assert torn.stat().st_size == length
        assert ledger.posts("7", ["2"])["2"].version == 2


def test_what_no_line_tells_is_taken_from_a_damaged_ledger(tmp_path: Path) -> None:
    for stamp, salt in (("20230101T000000", "old"), ("20230102T000000", "c0ffee")):
        with closing(Ledger(tmp_path / f"{LEDGER}.{stamp}.damaged")) as damaged:
            damaged.apply([NoteMade("salt", salt), NoteMade("thread_template", "x")])
            damaged.commit()
    (tmp_path / f"{LEDGER}.20230103T000000.damaged").write_bytes(b"rubbish" * 999)
    with rebuilt(tmp_path) as ledger:
        assert ledger.note("salt") == "c0ffee"
        assert ledger.note("thread_template") is None


def test_a_making_that_was_killed_begins_again(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / f"{LEDGER}.part")) as half:
        half.apply([NoteMade("half", "yes")])
        half.commit()
    with rebuilt(tmp_path, ("post", POST)) as ledger:
        assert ledger.note("half") is None
        assert ledger.path == tmp_path / LEDGER
        assert list(tmp_path.glob("*.part*")) == []


@pytest.mark.parametrize(
    "broken",
    [
        b'{"item_type": ',
        encode({**POST, "date_published": "14.03.2023"}).strip(),
        encode({**POST, "images": ["http://b/path.png"]}).strip(),
        encode({"item_id": "s:7:9"}).strip(),
    ],
)
def test_a_line_that_cannot_be_read_costs_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: bytes
) -> None:
    """Another program's mistake, or a pipeline's: the lines before and behind it are known."""
    lines = [encode({**POST, "item_id": f"s:7:{number}"}) for number in (1, 2)]
    (tmp_path / "posts-00001.jsonl").write_bytes(lines[0] + broken + b"\n" + lines[1])
    ledger = rebuild_ledger(tmp_path)
    assert set(ledger.posts("7", ["1", "2"])) == {"1", "2"}
    assert "posts-00001.jsonl, line 2 cannot be read" in caplog.text
    ledger.close()
