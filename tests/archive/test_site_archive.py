from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import Change, PostSeen, ThreadSeen
from crawler.archive.ledger import LedgerError
from crawler.archive.segments import encode
from crawler.archive.site_archive import InUseError, SiteArchive
from crawler.archive.state import LEDGER, PostState, ThreadState, minutes
from crawler.archive.tables import hash_bytes

HASH = "ab" * 32


def line(number: int, version: int = 1, **more: Any) -> tuple[str, bytes]:
    record = {
        "item_id": f"s:7:{number}",
        "version": version,
        "thread_id": "7",
        "post_id": str(number),
        "date_published": "2023-03-14T10:00:30+08:00",
        "content_hash": HASH,
    }
    return "article" if number == 1 else "post", encode({**record, **more})


def seen(number: int, version: int = 1, **more: Any) -> Change:
    at = minutes("2023-03-14T10:00:30+08:00")
    known = PostState(str(number), at, version, hash_bytes(HASH), is_first=number == 1, **more)
    return PostSeen("7", known)


def fill(archive: SiteArchive, *numbers: int) -> None:
    for number in numbers:
        archive.store([line(number)], [ThreadSeen(ThreadState("7")), seen(number)])


def ids(folder: Path) -> list[str]:
    return [
        json.loads(text)["post_id"]
        for path in sorted(folder.glob("*.jsonl"))
        for text in path.read_text("utf-8").splitlines()
    ]


def known(archive: SiteArchive) -> dict[str, PostState]:
    return archive.ledger.posts("7", map(str, range(20)))


def test_lines_and_ledger_stay_in_step(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    fill(archive, 1, 2)
    archive.flush()
    fill(archive, 3)
    archive.close()  # as a kill leaves it: what was written is there, the mark is not
    archive = SiteArchive(tmp_path)
    assert ids(tmp_path) == ["1", "2"]
    assert sorted(known(archive)) == ["1", "2"]
    archive.close()


def test_every_fifth_page_is_marked_unasked(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    fill(archive, *range(1, 8))
    archive.close()
    archive = SiteArchive(tmp_path)
    assert ids(tmp_path) == ["1", "2", "3", "4", "5"]
    archive.close()


def test_a_folder_takes_one_run_at_a_time(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    with pytest.raises(InUseError, match="another run"):
        SiteArchive(tmp_path)
    archive.close()
    SiteArchive(tmp_path).close()


def known_posts(folder: Path) -> dict[str, PostState]:
    archive = SiteArchive(folder)
    found = known(archive)
    archive.close()
    return found


def a_full_folder(folder: Path) -> dict[str, PostState]:
    archive = SiteArchive(folder, size=600, compression="gzip")
    fill(archive, 1, 2, 3)
    archive.store([line(2, 2)], [seen(2, 2)])
    archive.store([line(3, 2, is_deleted=True)], [seen(3, 2, is_gone=True)])
    archive.store([line(4, access="shielded")], [seen(4, is_shielded=True)])
    archive.flush()
    found = known(archive)
    archive.close()
    assert [path.name for path in folder.glob("*.gz")]
    return found


def damaged(path: Path) -> None:
    path.write_bytes(b"rubbish" * 1000)


def another_programs(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE x (y)")
    db.close()


@pytest.mark.parametrize("breaks", [damaged, another_programs, Path.unlink])
def test_a_lost_ledger_is_made_anew_from_the_lines(tmp_path: Path, breaks: Any) -> None:
    before = a_full_folder(tmp_path)
    breaks(tmp_path / LEDGER)
    assert known_posts(tmp_path) == before
    aside = list(tmp_path.glob(f"{LEDGER}.*.damaged"))
    assert len(aside) == (0 if breaks is Path.unlink else 1)
    # and once more from what was made
    assert known_posts(tmp_path) == before


def test_lines_that_went_lost_are_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = SiteArchive(tmp_path)
    fill(archive, 1, 2, 3)
    archive.flush()
    archive.close()
    path = tmp_path / "posts-00001.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + b'{"torn')
    assert sorted(known_posts(tmp_path)) == ["1", "2"]
    assert "knows of lines that are gone" in caplog.text
    assert ids(tmp_path) == ["1", "2"]


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    SiteArchive(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / LEDGER, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError):
        SiteArchive(tmp_path)
    with pytest.raises(LedgerError):  # and the lock is free again
        SiteArchive(tmp_path)


def test_what_grew_is_told(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path, size=300, compression="gzip")
    fill(archive, 1, 2, 3)
    archive.flush()
    fill(archive, 4)
    archive.flush()
    assert archive.grown == {"articles-00001.jsonl", "posts-00001.jsonl.gz", "posts-00002.jsonl"}
    archive.close()


def test_giving_up_keeps_what_is_marked_and_drops_the_rest(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    fill(archive, 1, 2)
    archive.flush()
    fill(archive, 3)
    archive.give_up(OSError("the disk is full"))
    archive.close()
    assert ids(tmp_path) == ["1", "2"]
    assert list(tmp_path.glob("*.damaged")) == []


def test_giving_up_drops_nothing_where_the_marks_cannot_be_read(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    fill(archive, 1, 2)
    archive.flush()
    archive.ledger.close()  # from now on each question raises a sqlite3.Error
    archive.give_up(sqlite3.DatabaseError("database disk image is malformed"))
    assert ids(tmp_path) == ["1", "2"]
    archive.close()
    assert len(list(tmp_path.glob("*.damaged"))) == 1
    assert sorted(known_posts(tmp_path)) == ["1", "2"]


def test_a_line_without_its_newline_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    archive = SiteArchive(tmp_path)
    kind, whole = line(2)
    with pytest.raises(ValueError, match="newline"):
        archive.store([line(1), (kind, whole.rstrip())], [seen(1), seen(2)])
    archive.flush()
    assert list(tmp_path.glob("*.jsonl")) == []
    assert known(archive) == {}
    archive.close()


def test_nothing_is_stored_or_known_behind_a_failure(tmp_path: Path) -> None:
    """Pages that were under way when the disk failed: the ledger never runs ahead of it."""
    archive = SiteArchive(tmp_path)
    fill(archive, 1)
    archive.flush()
    fill(archive, 2)
    archive.give_up(OSError("no space left"))
    fill(archive, 3)
    archive.flush()
    assert set(known(archive)) == {"1"}
    archive.close()
    again = SiteArchive(tmp_path)
    assert (ids(tmp_path), set(known(again))) == (["1"], {"1"})
    again.close()


def test_an_error_while_a_closed_segment_is_marked_costs_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mark is taken out, and the new one cannot be put in: it is no segment without a mark."""
    with closing(SiteArchive(tmp_path, size=10)) as archive:
        fill(archive, 2)
        commit = archive.ledger.commit

        def committed(segments: Any = ()) -> None:
            commit(segments)
            if segments:
                monkeypatch.setattr(archive.ledger, "_save_segments", full)

        def full(_: Any) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(archive.ledger, "commit", committed)
        with pytest.raises(sqlite3.OperationalError) as error:
            archive.flush()
        archive.give_up(error.value)
    assert ids(tmp_path) == ["2"]
    with closing(SiteArchive(tmp_path)) as archive:
        assert known(archive).keys() == {"2"}
    assert ids(tmp_path) == ["2"]
