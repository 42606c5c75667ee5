from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.records import cut_torn_line
from crawler.archive.segments import (
    Segment,
    Segments,
    SegmentsDamagedError,
    can_compress,
    encode,
    read_lines,
    rewrite,
    segment_paths,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in read_lines(path)]


def write(segments: Segments, *said: str, kind: str = "post") -> list[Segment]:
    for text in said:
        segments.append(kind, [encode({"text": text})])
    return segments.flush()


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_what_is_written_reads_back(record: dict[str, object]) -> None:
    line = encode(record)
    assert line.count(b"\n") == 1
    assert json.loads(line) == json.loads(json.dumps(record))


def test_a_line_can_neither_break_nor_move_a_terminal() -> None:
    line = encode({"text": "a\nb\u2028c\x1b[31m\x9b\u202ed\ufeff\x7f"}).decode()
    assert not set(line[:-1]) & set("\n\u2028\x1b\x9b\u202e\ufeff\x7f")


def test_lines_are_appended_by_kind(tmp_path: Path) -> None:
    for text in ("一", "二"):
        segments = Segments(tmp_path / "site")
        segments.append("article", [])
        (grown,) = write(segments, text)
        segments.close()
    (path,) = (tmp_path / "site").iterdir()
    tail = sha256(path.read_bytes()).digest()[:8]
    assert grown == Segment("posts-00001.jsonl", path.stat().st_size, tail=tail)
    assert texts(path) == ["一", "二"]


def test_what_was_not_flushed_is_not_told(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    write(segments, "一")
    assert segments.flush() == []
    segments.append("article", [encode({"text": "二"})])
    assert [grown.name for grown in segments.flush()] == ["articles-00001.jsonl"]
    segments.close()


@pytest.mark.parametrize("torn", [b"", b'{"text": "half', b"x" * 200_000])
def test_a_torn_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "posts-00001.jsonl"
    path.write_bytes(encode({"text": "whole"}) + torn)
    assert texts(path) == ["whole"]
    cut_torn_line(path)
    assert path.read_bytes() == encode({"text": "whole"})


def test_segments_are_cut_back_to_what_is_marked(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    (marked,) = write(segments, "sure", "too")
    write(segments, "behind the mark")
    write(segments, "never marked", kind="article")
    segments.close()
    assert Segments(tmp_path).cut_back({marked.name: marked}) == []
    assert texts(tmp_path / "posts-00001.jsonl") == ["sure", "too"]
    assert segment_paths(tmp_path, "article") == []


@pytest.mark.parametrize("left", [None, b"", b'{"text": "su'])
def test_a_segment_shorter_than_its_mark_is_told(tmp_path: Path, left: bytes | None) -> None:
    segments = Segments(tmp_path)
    (marked,) = write(segments, "sure")
    segments.close()
    path = tmp_path / "posts-00001.jsonl"
    path.unlink() if left is None else path.write_bytes(left)
    with pytest.raises(SegmentsDamagedError, match=r"posts-00001\.jsonl holds"):
        Segments(tmp_path).cut_back({marked.name: marked})


def test_segments_roll_by_size(tmp_path: Path) -> None:
    segments = Segments(tmp_path, size=100)
    closed = []
    for number in range(10):
        write(segments, f"{number:030}")
        closed += [after for _, after in segments.close_full()]
    segments.close()
    files = [path.name for path in segment_paths(tmp_path, "post")]
    assert files == [f"posts-{number:05}.jsonl" for number in range(1, 5)]
    assert [segment.name for segment in closed] == files[:3]
    assert all(segment.is_closed for segment in closed)
    assert [int(text) for file in files for text in texts(tmp_path / file)] == list(range(10))


ENDINGS = {"": "", ".gz": "gzip", ".zst": "zstd"}
KINDS = [
    "gzip",
    pytest.param("zstd", marks=pytest.mark.skipif(not can_compress("zstd"), reason="no zstd")),
]


@pytest.mark.parametrize("compression", KINDS)
def test_a_full_segment_is_compressed(tmp_path: Path, compression: str) -> None:
    segments = Segments(tmp_path, size=100, compression=compression)
    write(segments, "一" * 40, "二" * 40)
    ((before, after),) = segments.close_full()
    assert before == "posts-00001.jsonl"
    assert after.name in ("posts-00001.jsonl.gz", "posts-00001.jsonl.zst")
    write(segments, "三")
    segments.close()
    assert [path.name for path in segment_paths(tmp_path, "post")] == [
        after.name,
        "posts-00002.jsonl",
    ]
    assert texts(tmp_path / after.name) == ["一" * 40, "二" * 40]


def test_a_kill_while_a_segment_is_compressed_loses_nothing(tmp_path: Path) -> None:
    segments = Segments(tmp_path, size=1, compression="gzip")
    (marked,) = write(segments, "一")
    segments.close()
    plain = tmp_path / marked.name
    packed = tmp_path / "posts-00001.jsonl.gz"
    # half written; then renamed, with the plain one still there; then that one gone too
    (tmp_path / "posts-00001.jsonl.gz.part").write_bytes(b"\x1f\x8b")
    assert Segments(tmp_path).cut_back({marked.name: marked}) == []
    assert [path.name for path in tmp_path.iterdir()] == ["posts-00001.jsonl"]
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for _ in range(2):
        ((before, after),) = Segments(tmp_path).cut_back({marked.name: marked})
        assert (before, after.name, after.is_closed) == (plain.name, packed.name, True)
        assert [path.name for path in tmp_path.iterdir()] == [packed.name]
    assert texts(packed) == ["一"]


def test_closed_segments_may_be_taken_away(tmp_path: Path) -> None:
    gone = Segment("posts-00001.jsonl.gz", 900, is_closed=True)
    assert Segments(tmp_path).cut_back({gone.name: gone}) == []


def test_a_rewritten_segment_keeps_its_compression(tmp_path: Path) -> None:
    for ending in ("", *(".gz", ".zst")[: 1 + can_compress("zstd")]):
        segments = Segments(tmp_path, size=1, compression=ENDINGS[ending])
        write(segments, "一", "二")
        ((_, segment),) = segments.close_full()
        path = tmp_path / segment.name
        rewrite(path, [line for line in read_lines(path) if b"\xe4\xba\x8c" in line])
        assert path.name.endswith(".jsonl" + ending)
        assert (path.read_bytes()[:1] == b"{") == (ending == "")
        assert texts(path) == ["二"]
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        path.unlink()


def test_only_names_of_segments_are_segments_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = ["posts-00010.jsonl", "posts-00002.jsonl.gz", "posts-00001.jsonl.zst"]
    others = ["posts-1.jsonl", "posts-00003.jsonl.part", "posts-00004.json", "my-posts-00005.jsonl"]
    for name in (*names, *others):
        (tmp_path / name).touch()
    (tmp_path / "posts-00006.jsonl").mkdir()
    assert [path.name for path in segment_paths(tmp_path, "post")] == names[::-1]
    assert segment_paths(tmp_path, "article") == []


def test_lines_go_behind_a_plain_segment_that_is_closed(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    (grown,) = write(segments, "一")
    segments.close()
    segments = Segments(tmp_path)
    segments.cut_back({grown.name: Segment(grown.name, 1, is_closed=True)})
    (grown,) = write(segments, "二")
    segments.close()
    assert grown.name == "posts-00002.jsonl"
    assert [texts(path) for path in segment_paths(tmp_path, "post")] == [["一"], ["二"]]


def test_a_segment_that_is_a_link_is_rewritten_where_it_lies(tmp_path: Path) -> None:
    """What is erased is not to stay in the file that the link leads to."""
    (tmp_path / "elsewhere").mkdir()
    lies = tmp_path / "elsewhere" / "posts-00001.jsonl"
    lies.write_bytes(encode({"text": "一"}) + encode({"text": "二"}))
    link = tmp_path / lies.name
    link.symlink_to(lies)
    rewrite(link, [encode({"text": "二"})])
    assert texts(lies) == ["二"]
    assert link.is_symlink()


def test_a_full_disk_does_not_keep_the_other_files_open(tmp_path: Path) -> None:
    """A run over two sites ends when the disk of one is full: the lines of the other may wait."""

    class Full:
        def close(self) -> None:
            raise OSError(28, "No space left on device")

    segments = Segments(tmp_path)
    segments.append("post", [b"{}\n"])
    (file,) = segments._files.values()
    segments._files["article"] = cast("BinaryIO", Full())
    segments.close()
    assert file.closed
