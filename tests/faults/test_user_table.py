"""What a user, or a clock, may do to a data folder between two runs, and what the next run does.

Each case: the deed, the status of the next run, and words of the line that it says. Whatever the
deed, the run after it and a third one leave each line once: those that the deed itself took out are
read again where the forum still shows them.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import FILES, SiteArchive, segment_paths
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.state import LEDGER
from tests.faults.cases import quietly
from tests.faults.folder import SITE, crawl
from tests.faults.laws import archive_breaches, lines_of
from tests.faults.scenes import data, older
from tests.frontier.offline import NOW

NIGHT = timedelta(days=2)
YEAR = timedelta(days=365)
REBUILT = "a new one is made from the lines"


@dataclass(frozen=True, slots=True)
class Case:
    """``does`` is done to the site's folder after two nights; then comes a run at ``at``.

    ``status`` and ``says`` are what that run says; "" for a run that says nothing special.
    ``is_longer``: a closed segment is not as long as the ledger says, which nobody asks again.
    ``is_cut``: a line that the deed left is no line of ours, and goes. ``known``: why it fails.
    """

    name: str
    does: Callable[[Path], object]
    status: int = 0
    says: str = ""
    at: timedelta = NIGHT
    is_stopped: bool = False
    is_cut: bool = False
    is_longer: bool = False
    known: str = ""
    compression: str = ""


def open_segment(site: Path, kind: str = "posts") -> Path:
    return max(site.glob(f"{kind}-*.jsonl"))


def closed_segment(site: Path) -> Path:
    return min(site.glob("posts-*"))


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


# -- deeds ---


def edit_longer(site: Path) -> None:
    rewrite(
        open_segment(site), lambda lines: lines.replace("楼的话".encode(), "楼的长话".encode(), 1)
    )


def edit_shorter(site: Path) -> None:
    rewrite(open_segment(site), lambda lines: lines.replace("渡口".encode(), "渡".encode(), 1))


def edit_alike(site: Path) -> None:
    rewrite(open_segment(site), lambda lines: lines.replace("渡口".encode(), "渡头".encode(), 1))


def to_crlf(path: Path) -> None:
    rewrite(path, lambda lines: lines.replace(b"\n", b"\r\n"))


def cut_in_a_line(site: Path) -> None:
    path = open_segment(site)
    os.truncate(path, path.stat().st_size - 90)


def cut_whole_lines(site: Path) -> None:
    rewrite(open_segment(site), lambda lines: b"".join(lines.splitlines(keepends=True)[:-1]))


def delete_ledger(site: Path) -> None:
    (site / LEDGER).unlink()


def keep_only_wal(site: Path) -> None:
    """The ledger is deleted, and what a killed run left beside it is not."""
    with closing(sqlite3.connect(site / LEDGER)) as db:
        db.execute("UPDATE post SET version = 99")
        db.execute("DELETE FROM segment")
        db.commit()
        wal = (site / f"{LEDGER}-wal").read_bytes()
    assert wal
    (site / LEDGER).unlink()
    (site / f"{LEDGER}-wal").write_bytes(wal)


def empty_ledger(site: Path) -> None:
    (site / LEDGER).write_bytes(b"")


def junk_ledger(site: Path) -> None:
    (site / LEDGER).write_bytes(b"junk" * 5000)


def other_program(site: Path) -> None:
    (site / LEDGER).unlink()
    with closing(sqlite3.connect(site / LEDGER)) as db:
        db.execute("CREATE TABLE shelf (x)")


def ledger_of_the_first_night(site: Path) -> None:
    """A ledger from a backup, beside the lines of today."""
    shutil.copyfile(site.parent.parent / "first.sqlite3", site / LEDGER)


def later_version(site: Path) -> None:
    with closing(sqlite3.connect(site / LEDGER)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def earlier_version(site: Path) -> None:
    older(site / LEDGER, len(MIGRATIONS) - 1)


def copy_and_go_on(site: Path) -> None:
    copied = site.with_name("copied")
    shutil.copytree(site, copied)
    shutil.rmtree(site)
    copied.rename(site)


def move_and_link(site: Path) -> None:
    elsewhere = site.parent.parent / "elsewhere"
    shutil.move(site, elsewhere)
    site.symlink_to(elsewhere, target_is_directory=True)


def link_to_nothing(site: Path) -> None:
    shutil.move(site, site.parent.parent / "elsewhere")
    site.symlink_to(site.parent.parent / "not there", target_is_directory=True)


def link_a_closed_segment(site: Path) -> None:
    path = closed_segment(site)
    elsewhere = site.parent.parent / path.name
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def file_for_folder(site: Path) -> None:
    shutil.move(site, site.parent.parent / "elsewhere")
    site.write_text("", "utf-8")


def foreign_line(line: bytes) -> Callable[[Path], None]:
    def append(site: Path) -> None:
        rewrite(open_segment(site), lambda lines: lines + line)

    return append


def foreign_files(site: Path) -> None:
    path = open_segment(site)
    for name in (f"{path.name}.bak", "posts-00001 (copy).jsonl", "notes.txt"):
        (site / name).write_bytes(path.read_bytes())
    (site / "posts-00099.jsonl").mkdir()


def delete_lock(site: Path) -> None:
    (site / "lock").unlink()


def junk_lock(site: Path) -> None:
    (site / "lock").write_bytes(b"junk" * 2000)


def nothing(_: Path) -> None:
    pass


AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CASES = [
    Case("nothing", nothing),
    Case("a line is edited, and longer", edit_longer, says=REBUILT),
    Case("a line is edited, and shorter", edit_shorter, says=REBUILT),
    Case("a line is edited, and as long", edit_alike),
    Case("CRLF in an open segment", lambda site: to_crlf(open_segment(site)), says=REBUILT),
    Case("CRLF in a closed segment", lambda site: to_crlf(closed_segment(site)), is_longer=True),
    Case("an open segment is cut in a line", cut_in_a_line, says=REBUILT, is_cut=True),
    Case("an open segment loses its last line", cut_whole_lines, says=REBUILT),
    Case("an open segment is deleted", lambda site: open_segment(site).unlink(), says=REBUILT),
    Case("a closed segment is linked", link_a_closed_segment),
    Case("the ledger is deleted", delete_ledger, says="is missing"),
    Case("the ledger is deleted, not its -wal", keep_only_wal, says="is missing"),
    Case("the ledger is empty", empty_ledger, says=REBUILT),
    Case("the ledger is junk", junk_ledger, says=REBUILT),
    Case("the ledger is of another program", other_program, says=REBUILT),
    Case("the ledger is of an earlier version", earlier_version),
    Case("the ledger is of a later version", later_version, 2, "update first", is_stopped=True),
    Case("the ledger is of the night before", ledger_of_the_first_night, says=REBUILT),
    Case(
        "the ledger is of the night before, gzip",
        ledger_of_the_first_night,
        says=REBUILT,
        compression="gzip",
    ),
    Case("the folder is copied", copy_and_go_on),
    Case("the folder is a link", move_and_link),
    Case("the folder is a link to nothing", link_to_nothing, 7, "storage failed", is_stopped=True),
    Case("the folder is a file", file_for_folder, 7, "storage failed", is_stopped=True),
    Case("a foreign line at the end", foreign_line(b"# seen on Monday\n"), is_cut=True),
    Case("an empty line at the end", foreign_line(b"\n"), is_cut=True),
    Case("foreign files", foreign_files),
    Case("the lock is deleted", delete_lock),
    Case("the lock is junk", junk_lock, 7, "lock: file is not a database", is_stopped=True),
    Case("the clock is back by a year", nothing, at=-YEAR),
    Case("the clock is ahead by a year", nothing, at=YEAR),
]


def identities(site: Path) -> set[tuple[str, int]]:
    """Which versions of which posts there are."""
    records = [json.loads(line) for line in lines_of(site).posts]
    return {(record["item_id"], record["version"]) for record in records}


def nights(base: Path, compression: str) -> Path:
    """Two nights; the ledger of the first one is kept beside."""
    site = data(base) / SITE
    quietly(lambda where: crawl(data(where), 1, compression=compression), base)
    shutil.copyfile(site / LEDGER, base / "first.sqlite3")
    quietly(lambda where: crawl(data(where), 2, compression=compression), base)
    return site


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason=case.known)] if case.known else [],
        )
        for case in CASES
    ],
)
def test_user_table(case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = nights(tmp_path, case.compression)
    wanted = identities(site)

    def run(at: timedelta = NIGHT) -> tuple[int, str]:
        caplog.clear()
        status, told = quietly(
            lambda base: crawl(data(base), 2, compression=case.compression, now=NOW + at), tmp_path
        )
        warned = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
        assert len(warned) <= 1, warned
        return status, "\n".join([*warned, told])

    case.does(site)
    kept = lines_of(site).raw if site.is_dir() else Counter[bytes]()
    status, told = run(case.at)
    assert status == case.status, told
    assert case.says in told
    if case.is_stopped:
        return
    before = sum(lines_of(site).raw.values())
    status, told = run()
    assert (status, sum(lines_of(site).raw.values())) == (0, before), told
    found = lines_of(site)
    broken = archive_breaches(site, found, found)
    if not case.is_longer:
        assert broken == []
    assert identities(site) == wanted
    if not case.is_cut:
        assert kept - found.raw == {}


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
@pytest.mark.parametrize("what", ["folder", "segment", "ledger"])
def test_without_permission(what: str, tmp_path: Path) -> None:
    site = nights(tmp_path, "")
    wanted = identities(site)
    path = {"folder": site, "segment": open_segment(site), "ledger": site / LEDGER}[what]
    mode = path.stat().st_mode
    path.chmod(0o500 if what == "folder" else 0o400)
    status, told = quietly(lambda base: crawl(data(base), 1, now=NOW + NIGHT), tmp_path)
    path.chmod(mode)
    for beside in site.glob(f"{LEDGER}-*"):
        beside.chmod(mode)  # SQLite makes them with the mode of the ledger
    assert status == 7, told
    assert re.fullmatch(r"scrapy crawl: storage failed: .*/b\.example\b.*\n", told), told
    again = quietly(lambda base: crawl(data(base), 2, now=NOW + NIGHT), tmp_path)
    assert again[0] == 0, again
    assert identities(site) == wanted


def test_two_runs_at_once(tmp_path: Path) -> None:
    site = nights(tmp_path, "")
    before = lines_of(site).raw
    with closing(SiteArchive(site)):
        status, told = quietly(lambda base: crawl(data(base), 1), tmp_path)
    assert status == 2
    assert told == f"scrapy crawl: another run is at work in {site}\n"
    assert lines_of(site).raw == before


def test_a_closed_segment_is_deleted(tmp_path: Path) -> None:
    """Closed segments may be moved elsewhere: the ledger knows their posts, and none comes again."""
    site = nights(tmp_path, "gzip")
    wanted = identities(site)
    closed_segment(site).unlink()
    left = identities(site)
    assert left < wanted
    for _ in range(2):
        status, told = quietly(lambda base: crawl(data(base), 2, now=NOW + NIGHT), tmp_path)
        assert status == 0
        assert "nothing new" in told
    assert identities(site) == left


def test_all_segments_are_moved_away_and_back(tmp_path: Path) -> None:
    """Their names are not used again, and what they hold is not told again."""
    wanted = lines_of(nights(tmp_path / "wanted", ""))
    base = tmp_path / "moved"
    site = data(base) / SITE
    quietly(lambda where: crawl(data(where), 1), base)
    with closing(sqlite3.connect(site / LEDGER)) as db:
        db.execute("UPDATE segment SET is_closed = 1")
        db.commit()
    moved = [path for kind in FILES for path in segment_paths(site, kind)]
    for path in moved:
        shutil.move(path, base / path.name)
    status, told = quietly(lambda where: crawl(data(where), 2), base)
    assert status == 0, told
    assert not any(path.exists() for path in moved)
    for path in moved:
        shutil.move(base / path.name, path)
    assert archive_breaches(site, wanted, wanted) == []
