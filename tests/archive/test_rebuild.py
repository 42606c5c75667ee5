"""What a ledger that is made from the lines knows."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import NoteMade
from crawler.archive.ledger import Ledger
from crawler.archive.media_store import media_hash
from crawler.archive.rebuild import rebuild_ledger
from crawler.archive.segments import Segment, Segments, encode, read_lines
from crawler.archive.state import LEDGER, MediaState, PostState, RefusalState, ThreadState, minutes
from crawler.archive.tables import hash_bytes

DATE = "2023-03-14T10:00:30+08:00"
SHA = "ab" * 32
POST = {
    "item_type": "post",
    "site": "s",
    "item_id": "s:7:2",
    "thread_id": "7",
    "post_id": "2",
    "version": 1,
    "date_published": DATE,
    "content_hash": "cd" * 32,
}
GONE = {
    "item_type": "post",
    "site": "s",
    "item_id": "s:7:2",
    "thread_id": "7",
    "version": 3,
    "is_deleted": True,
}
KNOWN = PostState("2", minutes(DATE), 1, hash_bytes("cd" * 32))
PICTURE = {"url": "http://b/a.png", "attachment_id": "5", "path": "media/ab/ab.png", "sha256": SHA}
REFUSED = {"id": "6", "refusal": "not_found"}
REFUSAL = {
    "item_type": "refusal",
    "site": "s",
    "item_id": "s:refusal:7",
    "thread_id": "7",
    "version": 2,
    "reason": "challenge",
    "retriable": True,
    "attempts": 3,
    "fetched_at": "1970-01-01T08:16:40+08:00",
    "url": "http://b/",
}


def tail_of(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()[:8]


@contextmanager
def rebuilt(folder: Path, *lines: tuple[str, dict[str, Any]]) -> Iterator[Ledger]:
    segments = Segments(folder)
    for kind, record in lines:
        of = record.get("item_type") if kind == "rejected" else kind
        segments.append(kind, [encode({"site": "s", "item_id": "s:7", **record, "item_type": of})])
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
            torn.name: Segment(torn.name, length, tail=tail_of(torn)),
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


BAD = [
    (b"", "it is empty"),
    (b"  \r", "it is empty"),
    (b"# seen on Monday", "is no JSON"),
    (b'{"item_type": ', "is no JSON"),
    (b"[]", "is a list"),
    (b"7", "is a int"),
    (b"NaN", "is no JSON"),
    (encode(POST).strip()[:-1] + b', "views": NaN}', "is no JSON"),
    (encode(POST).strip()[:-1] + b', "views": 1e999}', "is no JSON"),
    (encode(POST).strip()[:-1] + b', "text": "\\ud800"}', "is no UTF-8"),
    ('{"item_type": "帖子"}'.encode("gb18030"), "is no UTF-8"),
    (encode(POST).strip().decode().encode("utf-16-le"), "is no JSON"),
    (b"[" * 200_000, "is no JSON"),
    (encode(POST).strip()[:-1] + b', "x": ' + b"[" * 200 + b"]" * 200 + b"}", "nested"),
    (encode({**POST, "item_id": 7}).strip(), "item_id: 7"),
    (encode({**POST, "item_type": "shelf"}).strip(), "item_type: 'shelf'"),
    (encode({**POST, "item_type": ["post"]}).strip(), "item_type"),
    (encode({**POST, "version": True}).strip(), "version: True"),
    (encode({**POST, "version": 0}).strip(), "version: 0"),
    (encode({**POST, "version": 10**30}).strip(), "version"),
    (encode({**POST, "thread_id": 7}).strip(), "thread_id: 7"),
    (encode({"item_id": "s:7:9"}).strip(), "item_type: None"),
]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(("broken", "why"), BAD)
def test_a_line_that_is_none_of_ours_costs_only_itself(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    broken: bytes,
    why: str,
    ending: str,
    is_first: bool,
) -> None:
    lines = [encode({**POST, "item_id": f"s:7:{number}"}) for number in (1, 2)]
    path = tmp_path / f"posts-00001.jsonl{ending}"
    content = b"".join(
        [broken + b"\n", *lines] if is_first else [lines[0], broken + b"\n", lines[1]]
    )
    path.write_bytes(gzip.compress(content) if ending else content)
    with closing(rebuild_ledger(tmp_path)) as ledger:
        assert set(ledger.posts("7", ["1", "2"])) == {"1", "2"}
        assert ledger.segments()[path.name].length == path.stat().st_size
    told, kept = caplog.messages
    assert f"{path}, line {1 if is_first else 2} is no line of ours" in told
    assert why in told
    # it is kept aside, and is no more told of
    aside = next(tmp_path.glob("*.damaged"))
    assert aside.name in kept
    assert (gzip.decompress(aside.read_bytes()) if ending else aside.read_bytes()) == content
    assert list(read_lines(path)) == lines
    caplog.clear()
    (tmp_path / LEDGER).unlink()
    rebuild_ledger(tmp_path).close()
    assert caplog.messages == []


@pytest.mark.parametrize(
    "more",
    [
        {"date_published": "14.03.2023"},
        {"date_published": 7},
        {"images": ["http://b/path.png"]},
        {"images": 7},
        {"author": "甲"},
        {"content_hash": "no hash"},
        {"comments_missing": "many"},
        {"comments": {"a": [1]}, "comments_missing": 10**30},
    ],
)
def test_a_line_that_a_pipeline_made_otherwise_stays_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, more: dict[str, Any]
) -> None:
    lines = [encode({**POST, "item_id": f"s:7:{number}"}) for number in (1, 2)]
    path, line = tmp_path / "posts-00001.jsonl", encode({**POST, "item_id": "s:7:3", **more})
    path.write_bytes(lines[0] + line + lines[1])
    with closing(rebuild_ledger(tmp_path)) as ledger:
        assert {"1", "2"} <= set(ledger.posts("7", ["1", "2", "3"]))
    assert list(read_lines(path)) == [lines[0], line, lines[1]]
    assert all("posts-00001.jsonl, line 2 is no line of ours" in each for each in caplog.messages)


@pytest.mark.parametrize(
    "more",
    [{"attempts": "many"}, {"attempts": [1]}, {"url": 7}, {"fetched_at": "x"}, {"reason": 7}],
)
def test_a_refusal_with_wrong_values_is_not_learnt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, more: dict[str, Any]
) -> None:
    """What the ledger takes for damage must not get into it from a line."""
    with rebuilt(tmp_path, ("refusal", {**REFUSAL, **more}), ("article", POST)) as ledger:
        assert list(ledger.retriable_refusals()) == []
        assert list(ledger.posts("7", ["2"])) == ["2"]
    assert "refusals-00001.jsonl, line 1 is no line of ours" in caplog.text


def test_many_bad_lines_are_not_told_one_by_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "posts-00001.jsonl").write_bytes(b"\n" * 1000)
    rebuild_ledger(tmp_path).close()
    assert len(caplog.messages) == 22
    assert "980 more lines" in caplog.text


@pytest.mark.parametrize("cut", [10, 40, 200])
def test_a_compressed_segment_that_lost_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    lines = [encode({**POST, "item_id": f"s:7:{number}"}) for number in range(1, 2000)]
    path = tmp_path / "posts-00001.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(lines))[:-cut])
    with closing(rebuild_ledger(tmp_path)) as ledger:
        assert ledger.counts("7")[0] > 1500
    assert "cannot be unpacked" in caplog.messages[0]
    left = list(read_lines(path))
    assert left == lines[: len(left)]


def test_a_whole_line_without_its_newline_is_a_line(tmp_path: Path) -> None:
    """As an editor leaves it that takes the last newline away."""
    lines = [encode({**POST, "item_id": f"s:7:{number}"}) for number in (1, 2)]
    path = tmp_path / "posts-00001.jsonl"
    path.write_bytes(b"".join(lines).rstrip())
    with closing(rebuild_ledger(tmp_path)) as ledger:
        assert set(ledger.posts("7", ["1", "2"])) == {"1", "2"}
    assert list(read_lines(path)) == lines


def test_the_highest_version_is_known_whichever_file_it_is_in(tmp_path: Path) -> None:
    """An article that was a post for a while, when threads were merged."""
    lines = [("article", {**POST, "version": version}) for version in (1, 3)]
    with rebuilt(tmp_path, *lines, ("post", {**POST, "version": 2})) as ledger:
        assert ledger.posts("7", ["2"]) == {"2": replace(KNOWN, version=3, is_first=True)}


def test_the_numbers_of_segments_that_are_elsewhere_are_known(tmp_path: Path) -> None:
    aside = tmp_path / f"{LEDGER}.20230101T000000.damaged"
    with closing(Ledger(aside)) as damaged:
        moved = Segment("posts-00007.jsonl.gz", 900, is_closed=True)
        damaged.commit([moved, Segment("articles-00001.jsonl", 5)])
    with rebuilt(tmp_path, ("article", POST)) as ledger:
        assert sorted(ledger.segments()) == ["articles-00001.jsonl", moved.name]
        assert ledger.segments()[moved.name] == moved


@pytest.mark.parametrize(("name", "value"), [("salt", "no hex"), ("listed", "{"), ("listed", "[]")])
def test_notes_that_cannot_be_used_are_not_taken_over(
    tmp_path: Path, name: str, value: str
) -> None:
    with closing(Ledger(tmp_path / f"{LEDGER}.20230101T000000.damaged")) as damaged:
        damaged.apply([NoteMade(name, value)])
        damaged.commit()
    with rebuilt(tmp_path) as ledger:
        assert ledger.note(name) is None
