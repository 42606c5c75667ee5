from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.storage import Segments, encode, site_folder

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_what_is_written_reads_back(record: dict[str, object]) -> None:
    line = encode(record)
    assert line.count(b"\n") == 1
    assert json.loads(line) == json.loads(json.dumps(record))


def test_a_line_can_neither_break_nor_move_a_terminal() -> None:
    line = encode({"text": "a\nb\u2028c\x1b[31m\x9b\u202ed\ufeff\x7f"}).decode()
    assert not set(line[:-1]) & set("\n\u2028\x1b\x9b\u202e\ufeff\x7f")


@given(st.text(max_size=60))
def test_no_site_leads_out_of_the_data_folder(site: str) -> None:
    folder = site_folder(site)
    assert folder not in ("", ".", "..")
    assert not set(folder) & set("/\\\0\n")
    assert not folder.startswith((".", "-"))


def test_lines_are_appended_by_kind(tmp_path: Path) -> None:
    for text in ("一", "二"):
        with Segments(tmp_path / "site") as segments:
            segments.append("post", [{"text": text}])
            segments.append("article", [])
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["posts-00001.jsonl"]
    lines = (tmp_path / "site" / "posts-00001.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["一", "二"]


@pytest.mark.parametrize("torn", [b"", b'{"text": "half', b"x" * 200_000])
def test_a_torn_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "posts-00001.jsonl"
    path.write_bytes(encode({"text": "whole"}) + torn)
    with Segments(tmp_path) as segments:
        segments.append("post", [{"text": "next"}])
    assert [json.loads(line)["text"] for line in path.read_text().splitlines()] == ["whole", "next"]


def test_segments_roll_by_size(tmp_path: Path) -> None:
    with Segments(tmp_path, size=100) as segments:
        for number in range(10):
            segments.append("post", [{"text": f"{number:030}"}])
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == [f"posts-{number:05}.jsonl" for number in range(1, 5)]
    texts = [
        json.loads(line)["text"]
        for file in files
        for line in (tmp_path / file).read_text().splitlines()
    ]
    assert [int(text) for text in texts] == list(range(10))


WRITER = """
import sys
from pathlib import Path
from crawler.storage import Segments
with Segments(Path(sys.argv[1])) as segments:
    for number in range(10**6):
        segments.append("post", [{"number": number, "part": part} for part in range(5)])
        print(number, flush=True)
"""


def test_after_a_kill_every_line_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as writer:
        assert writer.stdout is not None
        acknowledged = -1
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged >= 20:
                writer.send_signal(signal.SIGKILL)
                break
    with Segments(tmp_path) as segments:
        segments.append("post", [{"number": -1, "part": 0}])
    records = [
        json.loads(line) for line in (tmp_path / "posts-00001.jsonl").read_text().splitlines()
    ]
    got = [(record["number"], record["part"]) for record in records[:-1]]
    assert got[: 5 * (acknowledged + 1)] == [
        (number, part) for number in range(acknowledged + 1) for part in range(5)
    ]
    assert len(got) == len(set(got))
