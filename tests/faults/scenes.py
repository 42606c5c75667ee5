"""What is made to fail: each command that writes, with the folder it begins with."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from scrapy.cmdline import execute

from crawler.archive import FILES, SiteArchive, encode, read_lines, rewrite, segment_paths
from crawler.archive.ledger import _APPLICATION_ID
from crawler.archive.migrations import MIGRATIONS
from crawler.archive.state import LEDGER
from crawler.exports import FORMATS
from tests.conftest import FAST, Forum, served_forum
from tests.faults.folder import SITE, command, crawl
from tests.forked import ROOT, server
from tests.forum.town import Town

REMOVALS = "author 91\npost 203\n"
PICTURE = "media/ab/" + "ab" * 32 + ".png"


@dataclass(frozen=True, slots=True)
class Scene:
    """``prepare`` makes what is there before in an empty folder, ``act`` is what may fail in it.

    It returns an exit status. ``output`` is the export that it writes, for those that write one;
    all others change the site's folder. ``then`` is run behind it, and finds nothing new.
    ``check`` tells what else is broken in the end.
    ``is_command``: it is the real `scrapy crawl` of a forum on loopback, with a process of its own.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], int]
    output: str = ""
    then: Callable[[Path], int] | None = None
    is_command: bool = False
    check: Callable[[Path], list[str]] = lambda _: []

    @property
    def is_folder(self) -> bool:
        """Whether it writes a folder, and not a file."""
        return bool(self.output) and "." not in self.output


def data(base: Path) -> Path:
    return base / "data"


def site(base: Path) -> Path:
    """The folder of the only site."""
    made = [path for path in data(base).glob("*") if path.is_dir()]
    return made[0] if made else data(base) / SITE


# -- what is there before ---


def _nothing(base: Path) -> None:
    data(base).mkdir()


def _nights(base: Path, *nights: int, compression: str = "") -> None:
    for night in nights:
        crawl(data(base), night, compression=compression)


def _listed(base: Path) -> None:
    """Two nights, a list of what is to be erased, and a picture that only such a post shows."""
    _nights(base, 1, 2, compression="gzip")
    shown = {"url": f"http://{SITE}/a.png", "path": PICTURE, "sha256": "ab" * 32}

    def with_picture(line: bytes) -> bytes:
        record = json.loads(line)
        return encode(record | {"images": [shown]}) if record["post_id"] == "203" else line

    with closing(SiteArchive(site(base))) as archive:
        for path in segment_paths(site(base), "post"):
            _rewrite(archive, path, map(with_picture, read_lines(path)))
    (site(base) / PICTURE).parent.mkdir(parents=True)
    (site(base) / PICTURE).write_bytes(b"\x89PNG")
    (site(base) / "removals.txt").write_text(REMOVALS, "utf-8")
    (site(base) / "alarm").mkdir()
    (site(base) / "alarm" / "page.html").write_bytes(b"<p>")


def _exported(base: Path, act: Callable[[Path], int]) -> None:
    """An export of the first night, and the lines of the second."""
    _nights(base, 1, compression="gzip")
    (base / "out").mkdir()
    act(base)
    _nights(base, 2, compression="gzip")


def _damaged(base: Path) -> None:
    """Two nights, and a ledger whose table of segments cannot be read."""
    _nights(base, 1, 2, compression="gzip")
    path = site(base) / LEDGER
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'segment'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    path.write_bytes(content)


def older(path: Path, version: int) -> None:
    """Turn a ledger into what that version of the program would have written."""
    new = path.with_name("new")
    path.replace(new)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("".join(MIGRATIONS[:version]))
        db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("ATTACH ? AS new", (str(new),))
        for (table,) in db.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table'"
        ).fetchall():
            columns = [
                {name for _, name, *_ in db.execute(f"PRAGMA {schema}.table_info({table})")}
                for schema in ("main", "new")
            ]
            names = ", ".join(sorted(columns[0] & columns[1]))
            if names:
                db.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")  # noqa: S608
    new.unlink()


def _rewrite(archive: SiteArchive, path: Path, lines: Iterable[bytes]) -> None:
    """Rewrite a segment together with its mark."""
    rewrite(path, list(lines))
    marked = archive.ledger.segments()[path.name]
    archive.ledger.replace_segment(path.name, replace(marked, length=path.stat().st_size))
    archive.ledger.commit()


def _old(base: Path, version: int) -> None:
    """Two nights of an older version, which told nothing of boards."""
    _nights(base, 1, 2, compression="gzip")
    with closing(SiteArchive(site(base))) as archive:
        for path in segment_paths(site(base), "coverage"):
            left = [line for line in read_lines(path) if b'"board_id"' not in line]
            _rewrite(archive, path, left)
    older(site(base) / LEDGER, version)


def _not_erased(base: Path) -> list[str]:
    """What is left of people who asked to be left out."""
    left = [name for name in (PICTURE, "alarm") if (site(base) / name).exists()]
    lines = (
        line
        for kind in FILES
        for path in segment_paths(site(base), kind)
        for line in read_lines(path)
    )
    left += [line.decode()[:100] for line in lines if b'"id": "91"' in line]
    return [f"not erased: {each}" for each in left]


# -- the real command, and a forum on loopback ---

_served: list[Forum] = []


@contextmanager
def serving() -> Iterator[None]:
    """Serve a forum for the scenes with the real command."""
    with served_forum() as forum:
        _served.append(forum)
        try:
            yield
        finally:
            _served.remove(forum)


def _served_town(base: Path) -> Town:
    """Two boards with ten threads of two pages."""
    [forum] = _served
    made = Town(forum)
    for tid in range(1, 11):
        made.add(tid, 2 + tid % 2, 12)
    made.publish()
    data(base).mkdir()
    (base / "root").write_text(forum.root, "utf-8")
    return made


def _served_night(base: Path, compression: str) -> None:
    """The first night is read; then come a reply, an edit, a deletion and a new thread."""
    made = _served_town(base)
    running = server().Process(target=_real_crawl, args=(base, compression))
    running.start()
    running.join()
    assert running.exitcode == 0
    made.reply(1, "新的一楼")
    made.talks[3].posts[30012] = "改过的一楼"
    made.talks[3].last += timedelta(days=1)
    del made.talks[5].posts[50011]
    made.talks[5].last += timedelta(days=1)
    made.add(11, 2, 2)
    made.publish()


def _real_crawl(base: Path, compression: str) -> int:
    os.chdir(ROOT)
    for variable in [each for each in os.environ if each.startswith("SCRAPY_")]:
        del os.environ[variable]
    root = (base / "root").read_text("utf-8")
    given = {
        "DATA_DIR": data(base),
        "SEGMENT_SIZE": 12_000,
        "SEGMENT_COMPRESSION": compression,
        "REVISIT_PAGES": 0,
        "REPORT": False,
    }
    settings = [each for name, value in given.items() for each in ("-s", f"{name}={value}")]
    wanted = ("-a", f"url={root}", "-a", "boards=2,3")
    execute(["scrapy", "crawl", "discuz", *wanted, *settings, *FAST])
    return 0


# -- what may fail ---


def _crawl(base: Path, night: int, compression: str = "") -> int:
    return crawl(data(base), night, compression=compression)


def _erase(base: Path) -> int:
    return command("erase", SITE, "--yes", data=data(base))


def _snapshot(base: Path, *options: str) -> int:
    output = str(base / "out" / "snapshot.jsonl")
    return command("snapshot", SITE, "-o", output, *options, data=data(base))


def _export(base: Path, form: str) -> int:
    output = base / "out" / f"export{FORMATS[form].ending}"
    return command("export", SITE, "--to", form, "-o", str(output), data=data(base))


def _scenes() -> list[Scene]:
    scenes = []
    for name, compression in (("", ""), (", gzip", "gzip")):
        first = partial(_crawl, night=1, compression=compression)
        second = partial(_crawl, night=2, compression=compression)
        before = partial(_nights, compression=compression)
        scenes += [
            Scene(f"first night{name}", _nothing, first),
            Scene(f"second night{name}", partial(_one_night, before), second),
        ]
    again = partial(_crawl, night=2, compression="gzip")
    scenes += [
        Scene("erase", _listed, _erase, then=again, check=_not_erased),
        Scene("rebuild", _damaged, again),
        Scene("migration from 1", partial(_old, version=1), again),
        Scene("migration from 5", partial(_old, version=5), again),
    ]
    for name, options in (("snapshot", ()), ("snapshot --nested", ("--nested",))):
        act = partial(_options, _snapshot, options)
        scenes.append(Scene(name, partial(_exported, act=act), act, "snapshot.jsonl"))
    for form, of_form in FORMATS.items():
        act = partial(_export, form=form)
        output = f"export{of_form.ending}"
        scenes.append(Scene(f"export {form}", partial(_exported, act=act), act, output))
    for name, compression in (("", ""), (", gzip", "gzip")):
        act = partial(_real_crawl, compression=compression)
        after = partial(_served_night, compression=compression)
        scenes += [
            Scene(f"scrapy crawl, first night{name}", _served_town, act, is_command=True),
            Scene(f"scrapy crawl, second night{name}", after, act, is_command=True),
        ]
    return scenes


def _one_night(before: Callable[..., None], base: Path) -> None:
    before(base, 1)


def _options(act: Callable[..., int], options: tuple[str, ...], base: Path) -> int:
    return act(base, *options)


SCENES = {scene.name: scene for scene in _scenes()}
