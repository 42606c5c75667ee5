from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.changes import Change, PostSeen, ThreadSeen
from crawler.archive.ledger import LedgerError
from crawler.archive.segments import encode, read_lines, segment_paths
from crawler.archive.site_archive import InUseError, SiteArchive
from crawler.archive.state import LEDGER, PostState, ThreadState, minutes
from crawler.archive.tables import hash_bytes

HASH = "ab" * 32


def line(number: int, version: int = 1, **more: Any) -> tuple[str, bytes]:
    record = {
        "item_type": "article" if number == 1 else "post",
        "site": "s",
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


# -- what users do to segments ---


def filled(folder: Path, **how: Any) -> Path:
    """A folder with a few posts; returns its open segment."""
    archive = SiteArchive(folder, **how)
    fill(archive, 1, 2, 3, 4)
    archive.flush()
    archive.close()
    return folder / "posts-00001.jsonl"


def insert_a_line(content: bytes) -> bytes:
    return line(9)[1] + content


CHANGES = {
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "a word": lambda content: content.replace(b'"s:7:2"', b'"s:7:2" ', 1),
    "the last line": lambda content: content.replace(b'"s:7:4"', b'"s:7:4" ', 1),
    "the last line, as long": lambda content: content.replace(b'"4", "d', b'"4","d ', 1),
    "a mark of an editor": lambda content: b"\xef\xbb\xbf" + content,
    "a line": insert_a_line,
    "sorted": lambda content: b"".join(sorted(content.splitlines(keepends=True), reverse=True)),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_segment_that_was_changed_is_set_aside_and_loses_no_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    path = filled(tmp_path)
    changed = CHANGES[how](path.read_bytes())
    path.write_bytes(changed)
    archive = SiteArchive(tmp_path)
    added = ["9"] * (how == "a line")
    assert sorted(known(archive)) == ["1", "2", "3", "4", *added]
    fill(archive, 5)
    archive.flush()
    archive.close()
    assert sorted(ids(tmp_path)) == ["1", "2", "3", "4", "5", *added]
    # one line says which file, and what was done
    (told,) = caplog.messages
    (aside,) = tmp_path.glob("posts-*.damaged")
    assert told.startswith(f"{tmp_path}: posts-00001.jsonl was changed")
    assert f"The file as it was is kept as {aside.name}, the ledger is kept as {LEDGER}." in told
    assert aside.read_bytes() == changed
    caplog.clear()
    assert sorted(known_posts(tmp_path)) == ["1", "2", "3", "4", "5", *added]
    assert caplog.messages == []


def without_tails(folder: Path) -> None:
    """The ledger is as earlier versions left it."""
    with closing(sqlite3.connect(folder / LEDGER)) as db:
        db.execute("UPDATE segment SET tail = NULL")
        db.commit()


def test_a_mark_of_an_earlier_version_still_has_to_be_the_end_of_a_line(tmp_path: Path) -> None:
    path = filled(tmp_path)
    without_tails(tmp_path)
    before = known_posts(tmp_path)
    assert list(tmp_path.glob("*.damaged")) == []
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert known_posts(tmp_path) == before
    assert len(list(tmp_path.glob("*.damaged"))) == 2
    assert sorted(ids(tmp_path)) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("how", [b"# seen on Monday\n", b"\n", b"[1, 2]\n"])
def test_a_bad_line_in_a_changed_segment_is_in_the_copy_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, how: bytes
) -> None:
    path = filled(tmp_path)
    path.write_bytes(how + path.read_bytes())
    assert sorted(known_posts(tmp_path)) == ["1", "2", "3", "4"]
    assert "posts-00001.jsonl, line 1 is no line of ours" in caplog.text
    assert sorted(ids(tmp_path)) == ["1", "2", "3", "4"]
    (aside,) = tmp_path.glob("posts-*.damaged")
    assert aside.read_bytes() == how + path.read_bytes()


# -- a ledger of an earlier moment ---


def copied(folder: Path, to: Path) -> Path:
    """A copy of a ledger with its log, as a power cut leaves it that lost what came later."""
    to.mkdir()
    for path in folder.glob(f"{LEDGER}*"):
        shutil.copyfile(path, to / path.name)
    return to


@pytest.mark.parametrize("compression", ["", "gzip"])
@pytest.mark.parametrize("before", range(1, 9))
def test_a_ledger_from_before_a_segment_was_closed(
    tmp_path: Path, compression: str, before: int
) -> None:
    """What the power cut took from the ledger is asked for again: no line is lost, none twice."""
    folder = tmp_path / "s"
    how: dict[str, Any] = {"size": 700, "compression": compression}
    archive = SiteArchive(folder, **how)
    for number in range(2, 12):
        fill(archive, number)
        archive.flush()
        if number - 1 == before:
            kept = copied(folder, tmp_path / "kept")
    archive.close()
    assert len(list(folder.glob("posts-*"))) > 3
    for path in folder.glob(f"{LEDGER}*"):
        path.unlink()
    for path in kept.iterdir():
        shutil.copyfile(path, folder / path.name)
    archive = SiteArchive(folder, **how)
    for number in range(2, 12):
        if str(number) not in known(archive):
            archive.store([line(number, is_again=True)], [seen(number)])
    archive.flush()
    assert sorted(known(archive), key=int) == [str(number) for number in range(2, 12)]
    archive.close()
    found = [json.loads(text) for text in all_lines(folder)]
    assert sorted(int(each["post_id"]) for each in found) == list(range(2, 12))
    # closed segments, and what stands behind them, are not thrown away
    again = [each["post_id"] for each in found if "is_again" in each]
    assert set(again) <= {"10", "11"}


def all_lines(folder: Path) -> list[bytes]:
    paths = segment_paths(folder, "article") + segment_paths(folder, "post")
    return [text for path in paths for text in read_lines(path)]


# -- names ---


@pytest.mark.parametrize("is_ledger_lost", [False, True])
@pytest.mark.parametrize("compression", ["", "gzip"])
def test_a_name_is_not_used_again_after_its_segment_was_moved_away(
    tmp_path: Path, compression: str, is_ledger_lost: bool
) -> None:
    folder = tmp_path / "s"
    how: dict[str, Any] = {"size": 300, "compression": compression}
    archive = SiteArchive(folder, **how)
    fill(archive, 2, 3, 4)
    archive.flush()
    archive.close()
    moved = {path.name for path in folder.glob("posts-*")}
    assert moved
    for name in moved:
        (folder / name).rename(tmp_path / name)
    if is_ledger_lost:
        (folder / LEDGER).write_bytes((folder / LEDGER).read_bytes().replace(b"salt", b"tlas"))
        with closing(sqlite3.connect(folder / LEDGER)) as db:
            db.execute("UPDATE segment SET is_closed = 0 WHERE name = ?", (max(moved),))
            db.commit()
    archive = SiteArchive(folder, **how)
    fill(archive, 5)
    archive.flush()
    archive.close()
    there = {path.name for path in folder.glob("posts-*")}
    assert there
    assert not {name.partition(".")[0] for name in there} & {
        name.partition(".")[0] for name in moved
    }


def test_only_our_own_parts_are_cleared_away(tmp_path: Path) -> None:
    filled(tmp_path)
    ours = ["posts-00001.jsonl.gz.part", "posts-00001.jsonl.part", f"{'ab' * 32}.part"]
    mine = ["notes.part", "download.zip.part", "my-posts-00001.jsonl.part"]
    for name in (*ours, *mine):
        (tmp_path / name).touch()
    SiteArchive(tmp_path).close()
    assert sorted(path.name for path in tmp_path.glob("*.part")) == sorted(mine)


# -- values that a disk made ---

WRONG = {
    "a note that is no text": "UPDATE note SET value = x'ff'",
    "a note that is no UTF-8": "UPDATE note SET value = CAST(x'ff' AS TEXT)",
    "a length that is a word": "UPDATE segment SET length = 'long'",
    "a length below zero": "UPDATE segment SET length = -5",
    "a length that is nothing": "UPDATE segment SET length = NULL",
    "a name that is no UTF-8": "UPDATE segment SET name = CAST(x'ff' AS TEXT) WHERE name LIKE 'p%'",
    "a tail that is a number": "UPDATE segment SET tail = 5",
    "a table that is gone": "DROP TABLE segment",
    "a schema that is no UTF-8": "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql ="
    " CAST(x'ff' AS TEXT) WHERE name = 'post'",
}


@pytest.mark.parametrize("what", WRONG)
def test_a_ledger_with_values_that_nobody_wrote_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    filled(tmp_path)
    before = known_posts(tmp_path)
    with closing(sqlite3.connect(tmp_path / LEDGER)) as db:
        db.executescript(WRONG[what])
        db.commit()
    assert known_posts(tmp_path) == before
    (told,) = caplog.messages
    assert f"{LEDGER} cannot be read" in told
    assert len(list(tmp_path.glob("*.damaged"))) == 1
    assert known_posts(tmp_path) == before
    assert len(list(tmp_path.glob("*.damaged"))) == 1
