"""What is erased from files that somebody changed, or a disk damaged."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import SiteArchive, encode, read_lines
from crawler.archive.state import LEDGER
from crawler.privacy import read_privacy
from crawler.privacy.erase import Listed, erase, find

BAD = "# 柳岸闻莺\n".encode("gb18030")


def line(number: int, name: str, **more: Any) -> bytes:
    return encode(
        {
            "item_type": "post",
            "item_id": f"s:7:{number}",
            "version": 1,
            "site": "s",
            "thread_id": "7",
            "post_id": str(number),
            "author": {"name": name},
            **more,
        }
    )


MINE, OTHER = line(1, "柳岸闻莺"), line(2, "石桥卖花人")


def erased(folder: Path, content: bytes, name: str = "posts-00001.jsonl") -> Listed:
    """The outcome for a folder with this segment and a ledger that knows it."""
    (folder / "removals.txt").write_text("name 柳岸闻莺\n", "utf-8")
    (folder / name).write_bytes(content)
    with closing(SiteArchive(folder)) as archive:
        privacy = read_privacy(folder, "keep", "keep")
        listed = find(folder, privacy)
        erase(archive, privacy, listed)
    return listed


def test_bad_lines_are_told_and_stay(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "posts-00001.jsonl").write_bytes(OTHER)
    SiteArchive(tmp_path).close()
    with closing(SiteArchive(tmp_path)) as archive:
        archive.ledger.replace_segment(
            "posts-00001.jsonl",
            archive.ledger.segments()["posts-00001.jsonl"].__class__(
                "posts-00001.jsonl", 1, is_closed=True
            ),
        )
        archive.ledger.commit()
    listed = erased(tmp_path, OTHER + BAD + MINE + b"\n" + OTHER)
    assert (listed.lines, listed.posts) == (1, {"s:7:1": "7"})
    assert (tmp_path / "posts-00001.jsonl").read_bytes() == OTHER + BAD + b"\n" + OTHER
    for number in (2, 4):
        assert f"posts-00001.jsonl, line {number} is no line of ours" in caplog.text


def test_copies_of_damaged_files_go_as_well(tmp_path: Path) -> None:
    listed = erased(tmp_path, OTHER + BAD + MINE)
    (copy,) = listed.copies
    assert not copy.exists()
    assert (tmp_path / "posts-00001.jsonl").read_bytes() == OTHER
    held = b"".join(path.read_bytes() for path in tmp_path.glob("posts-*"))
    assert "柳岸闻莺".encode() not in held


@pytest.mark.parametrize("odd", [7, ["x"], {"url": 5}, None])
def test_a_line_with_fields_of_other_types_is_erased_or_stays(tmp_path: Path, odd: Any) -> None:
    other = line(3, "石桥卖花人", links=odd, quotes=odd, images=odd, author=odd)
    erased(tmp_path, line(1, "柳岸闻莺", images=odd, date_published_raw=odd) + other)
    left = list(read_lines(tmp_path / "posts-00001.jsonl"))
    assert left == [other]


def test_a_file_that_cannot_be_unpacked_is_not_cut(tmp_path: Path) -> None:
    """What is behind the damage cannot be looked through; the ledger knows the file as closed."""
    lines = b"".join(line(number, "柳岸闻莺") for number in range(1, 999))
    (tmp_path / "posts-00001.jsonl.gz").write_bytes(gzip.compress(OTHER))
    SiteArchive(tmp_path).close()
    assert (tmp_path / LEDGER).exists()
    torn = gzip.compress(lines)[:-20]
    with pytest.raises(OSError, match="cannot be unpacked"):
        erased(tmp_path, torn, "posts-00001.jsonl.gz")
    assert (tmp_path / "posts-00001.jsonl.gz").read_bytes() == torn


def test_no_file_outside_of_the_folder_is_deleted(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.touch()
    (tmp_path / "s").mkdir()
    listed = erased(tmp_path / "s", line(1, "柳岸闻莺", images=[{"path": "../mine.txt"}]))
    assert (listed.lines, listed.files, mine.exists()) == (1, {}, True)
